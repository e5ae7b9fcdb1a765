"""Addresses for tests of the frame: the pages of the parts, the account's, and pages that refuse."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template import engines
from django.urls import include, path

from exchange.site import views


def contents(request: HttpRequest) -> HttpResponse:
    """A page with nothing but its frame."""
    source = '{% extends "base.html" %}{% block content %}<h1>Nothing</h1>{% endblock %}'
    return HttpResponse(engines["django"].from_string(source).render({}, request))


def refused(request: HttpRequest) -> HttpResponse:
    """A page that no one may see, with a sentence that must come out escaped."""
    raise PermissionDenied("Only a co-leader of <Harbour> may close it.")


def posted(request: HttpRequest) -> HttpResponse:
    """An address that only receives."""
    return HttpResponseNotAllowed(["POST"])


def over(request: HttpRequest) -> HttpResponse:
    """An address that has been used up."""
    return HttpResponse(status=410)


def broken(request: HttpRequest) -> HttpResponse:
    """A page with a fault."""
    raise RuntimeError("broken on purpose")


handler400 = "exchange.site.errors.bad_request"
handler403 = "exchange.site.errors.permission_denied"
handler404 = "exchange.site.errors.page_not_found"
handler429 = "exchange.site.errors.too_many_requests"
handler500 = "exchange.site.errors.server_error"
urlpatterns = [
    path("", contents, name="home"),
    path("networks/", contents, name="networks"),
    path("activities/", contents, name="activities"),
    path("account/", include("exchange.directory.account_urls")),
    path("refused/", refused),
    path("posted/", posted),
    path("over/", over),
    path("broken/", broken),
    path("about/components/", views.components, name="components"),
    path("about/components/<slug:name>/", views.component, name="component"),
]
