"""Founding a network in three small steps; the draft waits in the session until the last."""

import math
import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from exchange.core.limits import searching
from exchange.core.permission import require
from exchange.directory import actions, rules
from exchange.directory.advice import Shape, advice
from exchange.directory.models import Network, School
from exchange.directory.network_forms import NetworkForm, SecondCoLeaderForm
from exchange.directory.outcomes import form_page, tried
from exchange.directory.requests import SignedIn
from exchange.directory.schoolsearch import schools_near, search_schools

DRAFT = "founding"
MOST = 200


def may_found(request: SignedIn) -> None:
    """403 with the reason for whoever may not found a network here."""
    require(
        rules.may_found_network(request.user),
        _(
            "You may not found a network here yet. Have your tie to a school confirmed first, "
            "or ask the programme office."
        ),
    )


def draft_of(request: SignedIn) -> dict[str, Any]:
    return request.session.get(DRAFT) or {}


def chosen(draft: dict[str, Any]) -> list[School]:
    """The draft's schools in the order in which they were chosen."""
    found = School.objects.in_bulk(draft.get("schools", []))
    return [found[pk] for pk in draft.get("schools", []) if pk in found]


@login_required
@require_http_methods(["GET", "POST"])
def network_new(request: SignedIn) -> HttpResponse:
    """Step 1: what the network is for."""
    may_found(request)
    draft = draft_of(request)
    form = NetworkForm(
        request.POST if request.method == "POST" else None,
        initial={"kind": Network.Kind.LEARNING, **draft},
    )
    if form.is_bound and form.is_valid():
        own = [tie.school_id for tie in request.user.schools]
        fresh = {"schools": own[:1], "key": secrets.token_hex(16)}
        request.session[DRAFT] = {**fresh, **draft, **form.cleaned_data}
        return redirect("network_new_schools")
    return form_page(request, "directory/network_new.html", form, {})


@login_required
@require_http_methods(["GET", "POST"])
@searching
def network_new_schools(request: SignedIn) -> HttpResponse:
    """Step 2: search the register, or take from the list by distance from the first school."""
    may_found(request)
    draft = draft_of(request)
    if "name" not in draft:
        return redirect("network_new")
    if request.method == "POST":
        request.session[DRAFT] = {**draft, "schools": picked(request, draft.get("schools", []))}
        if "onwards" in request.POST:
            return redirect("network_new_check")
        sought = urlencode({"q": request.POST.get("q", "")[:200]})
        return redirect(f"{resolve_url('network_new_schools')}?{sought}")
    question = request.GET.get("q", "")[:200]
    schools = chosen(draft)
    taken = {school.pk for school in schools}
    first = schools[0] if schools else None
    found = search_schools(question, near=first)
    context = {
        "draft": draft,
        "chosen": schools,
        "question": question,
        "found": [school for school in found if school.is_open and school.pk not in taken],
        "first": first,
        "near": neighbours(first, taken) if first else [],
    }
    return render(request, "directory/network_new_schools.html", context)


def neighbours(first: School, taken: set[int]) -> list[School]:
    """The schools nearest to the first one, each with `km`, without those already chosen."""
    near = [school for school in schools_near(first, 30) if school.pk not in taken]
    for school in near:
        school.km = math.sqrt(school.distance2) / 1000  # type: ignore[attr-defined]
    return near


def picked(request: SignedIn, ids: list[int]) -> list[int]:
    """The ids after ticking some and removing one; only open schools that exist, each once."""
    ticked = request.POST.getlist("school")[:MOST]
    asked = [int(key) for key in ticked if key.isdecimal() and len(key) < 18]
    there = set(School.objects.open().filter(pk__in=asked).values_list("pk", flat=True))
    kept = [pk for pk in ids if str(pk) != request.POST.get("remove")]
    return list(dict.fromkeys([*kept, *(pk for pk in asked if pk in there)]))[:MOST]


@login_required
@require_http_methods(["GET", "POST"])
def network_new_check(request: SignedIn) -> HttpResponse:
    """Step 3: look it over, name a second co-leader, found it."""
    may_found(request)
    draft = draft_of(request)
    if founded := founded_already(request):
        return redirect("network", founded.pk)
    if "name" not in draft:
        return redirect("network_new")
    schools = chosen(draft)
    form = SecondCoLeaderForm(
        request.POST if request.method == "POST" else None, initial={"draft": draft.get("key")}
    )
    made: list[Network] = []
    words: dict[str, Any] = {"by": request.user, "schools": schools, **words_of(draft)}
    if form.is_bound and tried(
        form, lambda: made.append(actions.found_network(**words, **form.words()))
    ):
        request.session.pop(DRAFT, None)
        messages.success(request, _("The network is founded."))
        return redirect("network", made[0].pk)
    named = bool(form["second_co_leader"].value())
    context = {
        "draft": draft,
        "kind": Network.Kind(draft["kind"]).label,
        "chosen": schools,
        "advice": advice(Shape(schools=len(schools), co_leaders=2 if named else 1)),
    }
    return form_page(request, "directory/network_new_check.html", form, context)


def words_of(draft: dict[str, Any]) -> dict[str, Any]:
    """What `found_network` takes from a draft."""
    said = {name: draft[name] for name in ("name", "purpose", "learning_focus", "kind")}
    return {**said, "draft_key": draft.get("key", "")}


def founded_already(request: SignedIn) -> Network | None:
    """The network of the draft on the page that was posted, if it has been founded meanwhile."""
    key = request.POST.get("draft", "")
    proper = key.isascii() and key.isalnum()
    return Network.objects.founded_from(key, by=request.user).first() if proper else None
