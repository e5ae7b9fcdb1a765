"""Pages about oneself: the account, one's schools, and the letter that let one in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from exchange.core.limits import searching
from exchange.directory import actions
from exchange.directory.models import (
    Affiliation,
    Invitation,
    Membership,
    NewVoice,
    Person,
    Release,
    RoleAssignment,
    School,
)
from exchange.directory.network_forms import choice_of
from exchange.directory.outcomes import form_page, tried
from exchange.directory.people_forms import NameForm, NewcomerForm, TieForm
from exchange.directory.requests import SignedIn
from exchange.directory.schoolsearch import search_schools
from exchange.directory.slots import subjects_of
from exchange.directory.steps import known_step

SIGNED_IN_BY = "allauth.account.auth_backends.AuthenticationBackend"
FEW = 50


def waiting_for(person: Person) -> dict[str, Any]:
    """What waits for this person's word, oldest first: ties, schools that are asked, releases."""
    releases = Release.objects.answerable_by(person).select_related("school", "network")[:FEW]
    shown = subjects_of(person, [(row.subject_kind, row.subject_id) for row in releases])
    for row in releases:
        row.shown = shown.get((row.subject_kind, row.subject_id))  # type: ignore[attr-defined]
    ties = Affiliation.objects.confirmable_by(person).select_related("person", "school")
    asked = Membership.objects.answerable_by(person).select_related("network", "school")
    return {"ties": ties.order_by("asked_at", "pk")[:FEW], "asked": asked, "releases": releases}


def agreed_by_schools_of(person: Person) -> list[Release]:
    """What the schools this person speaks for have agreed to show, the newest first.

    Also where a school has left the network since: its people's words stay its own to take back.
    """
    spoken = Release.objects.agreed().filter(school_id__in=person.spoken_school_ids())
    spoken = spoken.select_related("school", "network", "agreed_by")
    rows = list(spoken.order_by("-agreed_at", "-pk")[:FEW])
    shown = subjects_of(person, [(row.subject_kind, row.subject_id) for row in rows])
    for row in rows:
        row.shown = shown.get((row.subject_kind, row.subject_id))  # type: ignore[attr-defined]
    return rows


@login_required
@require_http_methods(["GET", "POST"])
def account(request: SignedIn) -> HttpResponse:
    """You: your name, your schools, your roles, what waits for you."""
    person = request.user
    form = NameForm(
        request.POST if request.method == "POST" else None, initial={"name": person.name}
    )
    if form.is_bound and tried(
        form, lambda: actions.change_name(person, by=person, **form.cleaned_data)
    ):
        messages.success(request, _("Saved."))
        return redirect("account")
    roles = RoleAssignment.objects.current().filter(person=person).select_related("network")
    context = {
        "ties": person.affiliations.current().select_related("school", "confirmed_by"),
        "roles": roles,
        "waiting": waiting_for(person),
        "agreed": agreed_by_schools_of(person),
    }
    return form_page(request, "directory/account.html", form, context)


@login_required
@require_http_methods(["GET", "POST"])
@searching
def account_schools(request: SignedIn) -> HttpResponse:
    """Find one's school and ask for the tie."""
    question = request.GET.get("q", "")[:200]
    if request.method == "POST":
        key = request.POST.get("school", "")
        known = key.isdecimal() and len(key) < 18
        found = list(School.objects.open().filter(pk=int(key))) if known else []
    else:
        found = [school for school in search_schools(question) if school.is_open]
    form = TieForm(
        request.POST if request.method == "POST" else None,
        schools=[choice_of(school) for school in found],
    )
    if form.is_bound and tried(
        form,
        lambda: actions.ask_tie(
            get_object_or_404(School, pk=form.cleaned_data["school"]),
            by=request.user,
            job=form.cleaned_data["job"],
        ),
    ):
        messages.success(request, _("Asked. It counts once somebody confirms it."))
        return redirect("account")
    context = {"question": question, "found": found}
    return form_page(request, "directory/account_schools.html", form, context)


@login_required
@require_POST
def voice_note(request: SignedIn, pk: int) -> HttpResponse:
    """Take the word that somebody else speaks for one's school off the home page."""
    voice = get_object_or_404(NewVoice.objects.visible_to(request.user), pk=pk)
    actions.note_voice(voice, by=request.user)
    return redirect("home")


@login_required
@require_POST
def step_aside(request: SignedIn, key: str) -> HttpResponse:
    """Take a first step off the home page for good."""
    if known_step(key) is None:
        raise Http404
    actions.put_step_aside(key, by=request.user)
    return redirect("home")


def private(response: HttpResponse) -> HttpResponse:
    """The address of this page opens an account: it goes to no other page, into no cache.

    Not "no-referrer": with that, browsers send `Origin: null` and no form could be posted.
    """
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def over(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    """The page of a letter that opens nothing (any more)."""
    words = {"sentence": sentence}
    return private(render(request, "directory/invitation_over.html", words, status=status))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A letter: what it offers (GET changes nothing), and taking it up (POST)."""
    letter = actions.find_invitation(token)
    if letter is None:
        return over(
            request,
            _("We do not know this link. If you have a newer letter, use the link in that one."),
            404,
        )
    if void := actions.why_void(letter):
        return over(request, void, 410)
    person = request.user if request.user.is_authenticated else None
    form = Form if person else NewcomerForm
    bound = form(request.POST if request.method == "POST" else None, initial={"name": letter.name})
    return private(taken_up(request, letter, person, bound))


def taken_up(
    request: HttpRequest, letter: Invitation, person: Person | None, form: Form
) -> HttpResponse:
    """The answer to a letter that is open: the page, or the way in."""
    made: list[Person] = []
    if person and person.email.lower() != letter.email.lower():
        return render(request, "directory/invitation.html", {"other": True}, status=403)
    if form.is_bound and tried(
        form,
        lambda: made.append(actions.accept_invitation(letter, by=person, **form.cleaned_data)),
    ):
        if person is None:
            login(request, made[0], backend=SIGNED_IN_BY)
        messages.success(request, _("Welcome."))
        return redirect("network", letter.network_id) if letter.network_id else redirect("account")
    if any(fault.code == "gone" for fault in form.non_field_errors().as_data()):
        return over(request, " ".join(map(str, form.non_field_errors())), 410)
    known = person is None and Person.objects.filter(email__iexact=letter.email).exists()
    context = {"letter": letter, "known": known}
    return form_page(request, "directory/invitation.html", form, context)
