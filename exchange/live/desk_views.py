"""The facilitator's desk and the projector."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exchange.core.pictures import qr_svg
from exchange.directory.outcomes import page_of
from exchange.directory.requests import SignedIn
from exchange.live import engine, grouping, shared_moves
from exchange.live.actions import (
    cancel_run,
    close_run,
    label_seat,
    lock_door,
    open_run,
    remove_seat,
    unlock_door,
    write_note,
)
from exchange.live.forms import LabelForm, NoteForm
from exchange.live.looking import cast_so_far, groups_for, labels_for, look, signature
from exchange.live.models import Run, Seat
from exchange.live.plugin import Activity, Refused
from exchange.live.run_views import note_of, run_context
from exchange.live.seat_views import answer, play, words_of
from exchange.live.seating import facilitated_or_404
from exchange.live.streaming import stream

#: More people than this have a page of their own, so that a hall's desk stays light.
MOST_SHOWN = 40


def _desk(request: SignedIn, run: Run) -> dict[str, Any]:
    context = look(run, engine.who_of(run.room, "desk"))
    taken = Seat.objects.taken().filter(run=run)
    school_of = dict(taken.exclude(school=None).values_list("key", "school__name"))
    for group in context["groups"]:
        group["schools"] = sorted({school_of[key] for key in group["seats"] if key in school_of})
    room = engine.room_of(run.room)
    few = len(room.seats) <= MOST_SHOWN
    return {
        **context,
        "seats": list(taken.select_related("school")) if few else [],
        "letters": letters_of(run),
        "waiting": context["activity"].waiting(run.state, room),
        "cast": cast_so_far(run),
        "at_the_door": list(run.seats.at_the_door().select_related("school")),
        "note_form": NoteForm(initial={"text": note_of(run, request.user)}),
        "next_phase": _next(context),
        **_grouping(context["activity"], run.room),
        "join_url": settings.BASE_URL + reverse("join_token", args=[run.code_token or "-"]),
    }


def letters_of(run: Run) -> dict[str, str]:
    """seat key -> the letter of its group."""
    return {key: letter for letter, keys in run.room["groups"].items() for key in keys}


def _grouping(activity: Activity, room: dict[str, Any]) -> dict[str, Any]:
    """What the rule for groups could not do, and what the desk may do about it."""
    if not activity.group_size:
        return {}
    return {
        "room_notes": grouping.notes(room["groups"], room["seats"], activity.group_size),
        "groups_mixed": grouping.mixed(room["groups"], room["seats"]),
        "may_regroup": bool(room["seats"]) and not shared_moves.groups_at_work(activity, room),
        "new_group": shared_moves.next_letter(room),
    }


def _next(context: dict[str, Any]) -> dict[str, str] | None:
    """The phase after this one, to name the button by."""
    activity, order = context["activity"], context["activity"].order
    at = order.index(context["phase"]) if context["phase"] in order else len(order)
    key = order[at + 1] if at + 2 < len(order) else None
    return {"key": key, "title": engine.title_of(activity, key)} if key else None


@login_required
@require_GET
def desk(request: SignedIn, run_id: int) -> HttpResponse:
    """Controls, timings, groups and private notes; goes on from any device that signs in."""
    run = facilitated_or_404(request, run_id)
    if run.cancelled_at or run.closed_at or not run.opened_at:
        return redirect("run", run.pk)
    return render(request, "live/desk.html", _desk(request, run))


@login_required
@require_GET
def desk_view(request: SignedIn, run_id: int) -> HttpResponse:
    run = facilitated_or_404(request, run_id)
    if not run.is_open:
        return HttpResponse(status=410)
    if request.GET.get("have") == signature(run, engine.who_of(run.room, "desk")):
        return HttpResponseNotModified()
    return render(request, "live/_desk.html", _desk(request, run))


@login_required
@require_GET
def desk_people(request: SignedIn, run_id: int) -> HttpResponse:
    """Everybody who has a seat, by pages and by name; what the desk can do for each."""
    run = facilitated_or_404(request, run_id)
    if not run.is_open:
        return redirect("run", run.pk)
    who = engine.who_of(run.room, "desk")
    find = request.GET.get("find", "").replace("\0", "").strip()[:40]
    seats = run.seats.taken().select_related("school").order_by("pk")
    context = {
        "run": run,
        "find": find,
        "page_obj": page_of(request, seats.filter(label__icontains=find) if find else seats),
        "groups": groups_for(run, who),
        "labels": labels_for(run, who),
        "letters": letters_of(run),
        "new_group": shared_moves.next_letter(run.room),
        "move_url": reverse("desk_moves", args=[run.pk]),
    }
    return render(request, "live/desk_people.html", context)


@login_required
@require_POST
def desk_moves(request: SignedIn, run_id: int) -> HttpResponse:
    """Play a move of the desk."""
    run = facilitated_or_404(request, run_id)
    reply, data = play(request, run.pk, "desk")
    asked_json = request.headers.get("Accept", "").startswith("application/json")
    if reply.status == "refused" and reply.field != "json" and not asked_json:
        return _refused(request, facilitated_or_404(request, run_id), reply.sentence, data)
    return answer(request, reply, data, "live/desk.html", "desk", run_id)


def _refused(
    request: SignedIn, run: Run, sentence: str, data: dict[str, Any], status: int = 409
) -> HttpResponse:
    """The desk again, with why not and what was typed; a session not open shows its own page."""
    if not run.is_open:
        context = {**run_context(request, run), "refused": sentence}
        return render(request, "live/run.html", context, status=status)
    context = {**_desk(request, run), "refused": sentence, "typed": words_of(data)}
    return render(request, "live/desk.html", context, status=status)


@require_GET
async def desk_stream(request: HttpRequest, run_id: int) -> HttpResponseBase:
    return await stream(request, run_id, "desk")


@login_required
@require_GET
def screen(request: SignedIn, run_id: int) -> HttpResponse:
    """The projector: no personal data, nothing to press."""
    run = facilitated_or_404(request, run_id)
    if not run.opened_at or run.cancelled_at:
        return redirect("run", run.pk)
    return render(request, "live/screen.html", look(run, engine.who_of(run.room, "screen")))


@login_required
@require_GET
def screen_view(request: SignedIn, run_id: int) -> HttpResponse:
    run = facilitated_or_404(request, run_id)
    if run.cancelled_at or not run.opened_at:
        return HttpResponse(status=410)
    who = engine.who_of(run.room, "screen")
    if request.GET.get("have") == signature(run, who):
        return HttpResponseNotModified()
    return render(request, "live/_screen.html", look(run, who))


@require_GET
async def screen_stream(request: HttpRequest, run_id: int) -> HttpResponseBase:
    return await stream(request, run_id, "screen")


@login_required
@require_GET
def qr(request: SignedIn, run_id: int) -> HttpResponse:
    """The QR picture of the joining address, as SVG."""
    run = facilitated_or_404(request, run_id)
    if not run.invites or not run.code_token:
        return HttpResponse(status=410)
    address = settings.BASE_URL + reverse("join_token", args=[run.code_token])
    return HttpResponse(qr_svg(address), content_type="image/svg+xml")


def pressed_at_desk(
    request: SignedIn, run: Run, page: str, action: Any, **words: Any
) -> HttpResponse:
    """Call one action as this person; a refusal becomes a sentence above the desk."""
    try:
        action(run=run, by=request.user, **words)
    except Refused as refused:
        return _refused(request, facilitated_or_404(request, run.pk), refused.sentence, {})
    return redirect(page, run.pk)


@login_required
@require_POST
def opening(request: SignedIn, run_id: int) -> HttpResponse:
    return pressed_at_desk(request, facilitated_or_404(request, run_id), "desk", open_run)


@login_required
@require_POST
def closure(request: SignedIn, run_id: int) -> HttpResponse:
    return pressed_at_desk(request, facilitated_or_404(request, run_id), "run", close_run)


@login_required
@require_POST
def cancellation(request: SignedIn, run_id: int) -> HttpResponse:
    return pressed_at_desk(request, facilitated_or_404(request, run_id), "run", cancel_run)


@login_required
@require_POST
def door(request: SignedIn, run_id: int) -> HttpResponse:
    """`locked=yes` locks, anything else unlocks."""
    action = lock_door if request.POST.get("locked") == "yes" else unlock_door
    return pressed_at_desk(request, facilitated_or_404(request, run_id), "desk", action)


@login_required
@require_POST
def notes(request: SignedIn, run_id: int) -> HttpResponse:
    run = facilitated_or_404(request, run_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        page, shown = ("desk", _desk) if run.is_open else ("run", run_context)
        context = {**shown(request, run), "note_form": form}
        context["refused"] = _("These notes are too long to keep: at most 10,000 characters.")
        return render(request, f"live/{page}.html", context, status=422)
    try:
        write_note(run=run, text=form.cleaned_data["text"], by=request.user)
    except Refused as refused:
        return _refused(request, run, refused.sentence, request.POST.dict())
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=204)
    return redirect("desk", run.pk)


@login_required
@require_POST
def seat_label(request: SignedIn, run_id: int, key: str) -> HttpResponse:
    run = facilitated_or_404(request, run_id)
    seat = get_object_or_404(run.seats.taken(), key=key)
    form = LabelForm(request.POST)
    if not form.is_valid():
        typed = {"label": request.POST.get("label", "")[:200]}
        return _refused(request, run, _("A label has at most 40 characters."), typed, 422)
    return pressed_at_desk(
        request, run, "desk", label_seat, seat=seat, label=form.cleaned_data["label"]
    )


@login_required
@require_POST
def seat_removal(request: SignedIn, run_id: int, key: str) -> HttpResponse:
    run = facilitated_or_404(request, run_id)
    seat = get_object_or_404(run.seats.taken(), key=key)
    return pressed_at_desk(request, run, "desk", remove_seat, seat=seat)
