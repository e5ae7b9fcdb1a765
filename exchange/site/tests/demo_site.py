"""The site map as the demonstration has it, for tests: settings.DEMO is read when it is loaded."""

from django.urls import include, path

from exchange import urls

urlpatterns = [*urls.urlpatterns, path("demo/", include("exchange.site.demo_urls"))]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
