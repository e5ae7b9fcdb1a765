"""Typing in a session that was held on paper: tables, the room, then its record."""

import copy
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from exchange.directory.requests import SignedIn
from exchange.live import grouping, paper, typed
from exchange.live.actions import (
    drop_table,
    drop_typing,
    finish_typing,
    keep_room,
    keep_table,
    start_typing,
)
from exchange.live.actions.findings import not_said
from exchange.live.actions.papers import rehearsed
from exchange.live.looking import record_of
from exchange.live.models import PaperSession, Run
from exchange.live.plugin import Refused, Typing
from exchange.live.seating import facilitated_or_404
from exchange.live.typed_forms import RoomForm, TableForm
from exchange.live.versions import brought_up


def _typing(run: Run) -> Typing:
    """How this run is typed in; 404 where it is not on paper."""
    declared = brought_up(run).typing
    if declared is None or run.cancelled_at:
        raise Http404
    return declared


def _session(request: SignedIn, run_id: int) -> tuple[Run, PaperSession, Typing]:
    """The run being typed in, for its facilitator alone; 404 for one that nobody began."""
    run = facilitated_or_404(request, run_id)
    session = PaperSession.objects.filter(run=run, typed_at=None).first()
    if session is None or run.closed_at:
        raise Http404
    return run, session, _typing(run)


def _page(run: Run, session: PaperSession, found: typed.Read) -> dict[str, Any]:
    """What every page of the typing shows: the tables so far, and what the signs mean."""
    activity = brought_up(run)
    tables = [
        {
            "number": number,
            "letter": grouping.letter(number - 1),
            "people": sum(s.people for s in found.seats if s.group == grouping.letter(number - 1)),
            "faults": found.of(number),
        }
        for number, _sheet in enumerate(session.sheets["tables"], 1)
    ]
    about = paper.about_of(activity, run.network)
    return {
        "run": run,
        "activity": activity,
        "tables": tables,
        "room_faults": found.of(typed.ROOM_SHEET),
        "next_table": len(tables) + 1,
        "schools": about["schools"],
        "roles": about["roles"],
        "signs": _typing(run).signs(run.setup),
    }


def _read(run: Run, session: PaperSession) -> typed.Read:
    places = paper.places_of(run.network)
    return typed.read(brought_up(run), run.setup, session.sheets, places)


@login_required
@require_http_methods(["GET", "POST"])
def run_typing(request: SignedIn, run_id: int) -> HttpResponse:
    """What it is, and the button that begins; once begun, the next table."""
    run = facilitated_or_404(request, run_id)
    _typing(run)
    if request.method == "POST":
        return _done(request, run, lambda: start_typing(run=run, by=request.user), "run_typing")
    if run.opened_at:
        return redirect("run", run.pk)
    session = PaperSession.objects.filter(run=run).first()
    if session is None:
        return render(request, "live/typing_begin.html", {"run": run, "activity": brought_up(run)})
    return redirect("typing_table", run.pk, len(session.sheets["tables"]) + 1)


@login_required
@require_http_methods(["GET", "POST"])
def typing_table(request: SignedIn, run_id: int, number: int) -> HttpResponse:
    """One table's sheet. Kept as typed; then the next table, or this one again with its faults."""
    run, session, typing = _session(request, run_id)
    tables = session.sheets["tables"]
    if request.method == "POST":  # a table taken away in another window: nothing typed is lost
        number = max(1, min(number, len(tables) + 1))
    elif not 1 <= number <= len(tables) + 1:
        raise Http404
    schools = [(str(pk), name) for pk, name in paper.schools_of(run.network).values()]
    if request.method == "POST":
        form = TableForm(request.POST, typing=typing, schools=schools)
        if not form.is_valid():
            return _shown(request, run, session, "table", form, number, 422)
        kept_at = typed.place_of(tables, form.cleaned_data["sheet"], number)
        if not kept_at and typed.is_blank(form.cleaned_data):
            return redirect("typing_room", run.pk)
        return _kept(request, run, form, number, lambda: keep_table(
            run=run, number=number, sheet=form.cleaned_data, by=request.user))  # fmt: skip
    sheet = tables[number - 1] if number <= len(tables) else None
    form = TableForm(sheet, typing=typing, schools=schools)
    return _shown(request, run, session, "table", form, number)


@login_required
@require_http_methods(["GET", "POST"])
def typing_room(request: SignedIn, run_id: int) -> HttpResponse:
    """What the whole room agreed and found."""
    run, session, typing = _session(request, run_id)
    if request.method == "POST":
        form = RoomForm(request.POST, typing=typing)
        if not form.is_valid():
            return _shown(request, run, session, "room", form, 0, 422)
        day = form.cleaned_data.pop("held_on")
        return _kept(request, run, form, 0, lambda: keep_room(
            run=run, sheet=form.cleaned_data, held_on=day, by=request.user))  # fmt: skip
    sheet = session.sheets["room"] and {**session.sheets["room"], "held_on": session.held_on}
    return _shown(request, run, session, "room", RoomForm(sheet or None, typing=typing), 0)


def _kept(
    request: SignedIn, run: Run, form: Any, number: int, keep: Callable[[], int | None]
) -> HttpResponse:
    """Keep a sheet; 204 for the page that saves by itself, else on to what comes next."""
    saves_itself = request.headers.get("Accept", "").startswith("application/json")
    session = PaperSession.objects.get(run=run)
    try:
        kept = keep() or 0
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
        return _shown(request, run, session, "table" if number else "room", form, number, 409)
    if saves_itself:
        return HttpResponse(status=204)
    if kept != number:
        words = _("Another sheet stands there meanwhile. Yours is kept as table %s.")
        messages.info(request, words % grouping.letter(kept - 1))
    number = kept
    session.refresh_from_db()
    faults = _read(run, session).of(number or typed.ROOM_SHEET)
    if number and not faults:
        return redirect("typing_table", run.pk, number + 1)
    if number:
        return redirect("typing_table", run.pk, number)
    return redirect("typing_record", run.pk)


def _shown(
    request: SignedIn, run: Run, session: PaperSession, part: str, form: Any, number: int,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    found = _read(run, session)
    if form.is_bound and status == 200:
        form.show(found.of(number or typed.ROOM_SHEET))
    context = {**_page(run, session, found), "form": form, "number": number}
    context["letter"] = grouping.letter(number - 1) if number else ""
    return render(request, f"live/typing_{part}.html", context, status=status)


@login_required
@require_POST
def typing_table_removal(request: SignedIn, run_id: int, number: int) -> HttpResponse:
    run, _session_row, _declared = _session(request, run_id)
    sheet = request.POST.get("sheet", "")
    act = lambda: drop_table(run=run, number=number, by=request.user, sheet=sheet)  # noqa: E731
    return _done(request, run, act, "run_typing")


@login_required
@require_http_methods(["GET", "POST"])
def typing_record(request: SignedIn, run_id: int) -> HttpResponse:
    """The result as it will be, to be checked; POST keeps it and closes the session."""
    if request.method == "POST":
        run = facilitated_or_404(request, run_id)
        _typing(run)
        return _done(request, run, lambda: finish_typing(run=run, by=request.user), "run")
    run, session, _declared = _session(request, run_id)
    found, made = rehearsed(run, session)
    context = _page(run, session, found)
    if made is not None:
        shown = copy.copy(run)
        shown.room, shown.state = made.room, made.state
        context |= {**record_of(shown), "suggested": made.suggested, "whole": True}
        context["not_said"] = not_said(shown) if run.network_id else 0
    return render(request, "live/typing_record.html", context)


@login_required
@require_POST
def typing_removal(request: SignedIn, run_id: int) -> HttpResponse:
    run, _session_row, _declared = _session(request, run_id)
    return _done(request, run, lambda: drop_typing(run=run, by=request.user), "run")


def _done(request: SignedIn, run: Run, act: Callable[[], Any], page: str) -> HttpResponse:
    """Do it and go on; a refusal is told on a page of its own."""
    try:
        act()
    except Refused as refused:
        context = {"run": run, "activity": brought_up(run), "refused": refused.sentence}
        return render(request, "live/typing_refused.html", context, status=409)
    return redirect(page, run.pk)
