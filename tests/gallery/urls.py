"""Every part of a page with invented content, so that it can be looked at and tested alone.

.venv/bin/python -m tests.gallery     # http://localhost:8099
"""

from pathlib import Path

import segno
from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template import engines
from django.urls import include, path

PAGES = Path(__file__).parent / "pages"
NAMES = sorted(page.stem for page in PAGES.glob("[a-z]*.html"))
CARDS = [
    "Pupils explain their thinking",
    "Time to plan together",
    "One shared question",
    "Visits between schools",
    "Evidence we trust",
    "Heads take part",
    "New ways of leading",
    "Parents involved",
    "A common timetable",
]


class Everything(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name of the network", help_text="As people will say it.")
    email = forms.EmailField(label="E-mail address", required=False)
    purpose = forms.CharField(label="What is it for?", widget=forms.Textarea)
    phase = forms.ChoiceField(label="Phase", choices=[("p", "Primary"), ("s", "Secondary")])
    who = forms.ChoiceField(
        label="Who sees your sort?",
        help_text="This cannot be changed once the door is open.",
        choices=[("me", "Nobody but me"), ("group", "My own group, after I lock")],
        widget=forms.RadioSelect,
    )
    schools = forms.MultipleChoiceField(
        label="Which schools take part?",
        choices=[("1", "Quayside"), ("2", "St Brannoc"), ("3", "Marsh Lane")],
        widget=forms.CheckboxSelectMultiple,
    )
    agreed = forms.BooleanField(
        label="The heads have agreed", help_text="In words is enough.", required=True
    )
    minutes = forms.IntegerField(label="Minutes", min_value=1)
    on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))


def matrix() -> tuple[int, str]:
    """A QR code as the size of its side and the path of its dark modules."""
    rows = list(segno.make("https://exchange.example/j/invented", error="m").matrix_iter(border=4))
    marks = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return len(rows), marks


def page(request: HttpRequest, name: str) -> HttpResponse:
    """One page of the gallery; 404 for a name that is none of them."""
    if name not in NAMES:
        raise Http404
    side, marks = matrix()
    context = {
        "form": Everything({}) if name == "wrong" else Everything(),
        "page_obj": Paginator(range(70), 10).page(2),
        "cards": CARDS,
        "rows": [CARDS[0:1], CARDS[1:3], CARDS[3:6], CARDS[6:8], CARDS[8:9]],
        "side": side,
        "marks": marks,
    }
    template = engines["django"].from_string((PAGES / f"{name}.html").read_text())
    return HttpResponse(template.render(context, request))


def contents(request: HttpRequest) -> HttpResponse:
    """A list of the pages."""
    source = (
        '{% extends "base.html" %}{% block content %}<h1>Gallery</h1><ul>{% for name in names %}'
        '<li><a href="/{{ name }}/">{{ name }}</a></li>{% endfor %}</ul>{% endblock %}'
    )
    return HttpResponse(engines["django"].from_string(source).render({"names": NAMES}, request))


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
    path("<slug:name>/", page, name="page"),
]
