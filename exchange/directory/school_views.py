"""Pages of the register: find a school, read what the register says of it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from exchange.core.limits import searching
from exchange.directory.models.schools import School
from exchange.directory.school_forms import SchoolSearchForm
from exchange.directory.schoolsearch import search_schools

SHOWN = 20


def _results(request: HttpRequest) -> tuple[dict[str, Any], int]:
    """What the search page and its fragment show, and the status to answer with."""
    form = SchoolSearchForm(request.GET or None)
    if form.is_bound and not form.is_valid():
        return {"form": form, "question": "", "schools": []}, 400
    asked = form.cleaned_data if form.is_bound else {"q": "", "near": ""}
    found = search_schools(asked["q"], near=asked["near"] or None, limit=SHOWN)
    return {
        "form": form,
        "question": asked["q"],
        "schools": found,
        "more": len(found) == SHOWN,
        "some": bool(found) or School.objects.exists(),
    }, 200


@login_required
@require_GET
@searching
def schools(request: HttpRequest) -> HttpResponse:
    """The search page: a plain form that answers by GET."""
    context, status = _results(request)
    return render(request, "directory/schools.html", context, status=status)


@login_required
@require_GET
@searching
def schools_suggest(request: HttpRequest) -> HttpResponse:
    """The list of that page alone, fetched again while somebody types."""
    context, status = _results(request)
    return render(request, "directory/_schools.html", context, status=status)


@login_required
@require_GET
def school(request: HttpRequest, pk: int) -> HttpResponse:
    """What the public register says of one school."""
    found = get_object_or_404(School.objects.visible_to(request.user), pk=pk)
    links = found.group_links.select_related("group").order_by("group__name", "pk")
    context = {
        "school": found,
        "links": [link for link in links if link.left_on is None and link.group.is_open],
        "past_links": [link for link in links if link.left_on or not link.group.is_open],
    }
    return render(request, "directory/school.html", context)
