"""The front page, and the addresses that machines ask for."""

from django.urls import path

from exchange.site import check_views, hall_mode, views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/components/", views.components, name="components"),
    path("about/components/<slug:name>/", views.component, name="component"),
    path("about/<slug:key>/", views.about, name="about"),
    path("help/", views.help_list, name="help"),
    path("help/<slug:key>/", views.help_page, name="help_page"),
    path("check/", check_views.check, name="check"),
    path("check/stream/", check_views.check_stream, name="check_stream"),
    path("hall/", hall_mode.hall, name="hall"),
    path("healthz", views.alive, name="alive"),
    path("readyz", views.ready, name="ready"),
    path("metrics", views.metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security, name="security"),
]
