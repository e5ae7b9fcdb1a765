"""Who holds a session's desk: giving it, taking it back, handing it over, taking it by code."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from exchange.directory.models import Person
from exchange.directory.requests import SignedIn
from exchange.live import rules
from exchange.live.actions import (
    add_facilitator,
    end_facilitator,
    hand_over,
    make_desk_code,
    take_desk,
)
from exchange.live.actions.one_time import UNKNOWN, find_code
from exchange.live.codes import show_code
from exchange.live.forms import FacilitatorForm, OneTimeForm
from exchange.live.guessing import WINDOW, once_paused, once_wrong
from exchange.live.models import OneTimeCode, Run
from exchange.live.plugin import Refused
from exchange.live.seating import facilitated_or_404


def _page(request: SignedIn, run: Run, status: int = 200, **more: Any) -> HttpResponse:
    """Everybody who holds the desk, and what this person may do about it."""
    run = Run.objects.select_related("network", "facilitator").get(pk=run.pk)
    is_first = rules.may_name_facilitators(request.user, run)
    context = {
        "run": run,
        "first": run.facilitator,
        "further": run.further_facilitators,
        "is_first": is_first,
        "is_over": bool(run.closed_at or run.cancelled_at),
        "form": FacilitatorForm(run=run) if is_first and run.network_id else None,
        **more,
    }
    return render(request, "live/facilitators.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def facilitators(request: SignedIn, run_id: int) -> HttpResponse:
    """Who holds this desk; giving it to somebody of the network."""
    run = facilitated_or_404(request, run_id)
    if request.method != "POST":
        return _page(request, run)
    form = FacilitatorForm(request.POST, run=run)
    if not form.is_valid():
        return _page(request, run, 422, form=form)
    person = form.cleaned_data["person"]
    try:
        add_facilitator(run=run, person=person, by=request.user)
    except Refused as refused:
        return _page(request, run, 409, refused=refused.sentence)
    messages.success(request, _("%s holds the desk with you now.") % person)
    return redirect("run_facilitators", run.pk)


def _change(request: SignedIn, run: Run, person_id: int, action: Any, said: str) -> HttpResponse:
    person = get_object_or_404(Person, pk=person_id, pk__in=[one.pk for one in run.held_by])
    try:
        action(run=run, person=person, by=request.user)
    except Refused as refused:
        return _page(request, run, 409, refused=refused.sentence)
    messages.success(request, said % person)
    mine = Run.objects.facilitated_by(request.user).filter(pk=run.pk).exists()
    return redirect("run_facilitators", run.pk) if mine else redirect("home")


@login_required
@require_POST
def facilitator_end(request: SignedIn, run_id: int, person_id: int) -> HttpResponse:
    run = facilitated_or_404(request, run_id)
    said = _("%s does not hold this desk any more.")
    return _change(request, run, person_id, end_facilitator, said)


@login_required
@require_POST
def handover(request: SignedIn, run_id: int, person_id: int) -> HttpResponse:
    run = facilitated_or_404(request, run_id)
    said = _("Handed over to %s. You hold the desk beside them, and can lay it down.")
    return _change(request, run, person_id, hand_over, said)


@login_required
@require_POST
def desk_codes(request: SignedIn, run_id: int) -> HttpResponse:
    """A new code for the desk, shown once: only its hash is kept, so it comes with the answer."""
    run = facilitated_or_404(request, run_id)
    try:
        letters = make_desk_code(run=run, by=request.user)
    except Refused as refused:
        return _page(request, run, 409, refused=refused.sentence)
    context = {
        "run": run,
        "letters": show_code(letters),
        "address": settings.BASE_URL.split("://", 1)[-1] + reverse("desks"),
    }
    return render(request, "live/desk_code.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def desks(request: SignedIn) -> HttpResponse:
    """Take a desk with the code that its facilitator gave out."""
    form = OneTimeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "live/desks.html", {"form": form}, status=status)
    code = typed_code(request, form, OneTimeCode.Kind.DESK)
    if isinstance(code, int):
        return _refused_code(request, form, code)
    try:
        run = take_desk(code=code, by=request.user)
    except Refused as refused:
        form.add_error("code", refused.sentence)
        return _refused_code(request, form, 409)
    return redirect("desk", run.pk)


def _refused_code(request: HttpRequest, form: OneTimeForm, status: int) -> HttpResponse:
    response = render(request, "live/desks.html", {"form": form}, status=status)
    if status == 429:
        response["Retry-After"] = str(WINDOW)
    return response


def typed_code(request: HttpRequest, form: OneTimeForm, *kinds: str) -> OneTimeCode | int:
    """The code that was typed into a form that is in order; or the status of the refusal, which
    the form says in words. Wrong, used and run-out codes get one answer."""
    if once_paused(request):
        form.add_error("code", _("Many wrong codes have come from where you are. Wait a minute."))
        return 429
    code = find_code(form.cleaned_data["code"], *kinds)
    if code is None:
        once_wrong(request)
        form.add_error("code", UNKNOWN)
        return 404
    return code
