"""The site map: each floor's own addresses, then the front page."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("account/", include("exchange.directory.account_urls")),
    path("schools/", include("exchange.directory.school_urls")),
    path("", include("exchange.directory.network_urls")),
    path("", include("exchange.live.urls")),
    path("", include("exchange.meetings.urls")),
    path("", include("exchange.site.urls")),
]

handler400 = "exchange.site.errors.bad_request"
handler403 = "exchange.site.errors.permission_denied"
handler404 = "exchange.site.errors.page_not_found"
handler429 = "exchange.site.errors.too_many_requests"
handler500 = "exchange.site.errors.server_error"

if settings.DEMO:
    urlpatterns.append(path("demo/", include("exchange.site.demo_urls")))
