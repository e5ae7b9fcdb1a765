"""Joining by code, and the phone's own pages."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange.core.translating import gettext as _
from exchange.directory.models import Person
from exchange.live import engine, hall
from exchange.live.actions import Posted, Reply, cast_ballot, join_run
from exchange.live.codes import read_code, read_token, show_code
from exchange.live.discovery import activity_of
from exchange.live.forms import OTHER_SCHOOL, CodeForm, JoinForm
from exchange.live.gatherings import earlier_seat, gathering_of, page_of
from exchange.live.guessing import WINDOW, guessed_wrong, paused
from exchange.live.looking import look, result_for_seat, signature
from exchange.live.models import Run, Seat
from exchange.live.plugin import Refused
from exchange.live.seating import door_for, give_cookie, seat_for, seat_or_404
from exchange.live.streaming import stream

#: The status of an answer to a move that was not kept.
HTTP = {"refused": 409, "later": 503, "failed": 500}
#: What the page of somebody who waits says it has seen.
AT_THE_DOOR = "at-the-door"


def _wait(request: HttpRequest) -> HttpResponse:
    context = {"form": CodeForm(), "paused": True}
    response = render(request, "live/join.html", context, status=429)
    response["Retry-After"] = str(WINDOW)
    return response


def _unknown(request: HttpRequest) -> HttpResponse:
    context = {"form": CodeForm(), "unknown": True}
    return render(request, "live/join.html", context, status=404)


def _open_run(**wanted: str) -> Run | None:
    return (
        Run.objects.open()
        .filter(**wanted, code_ends_at__gt=timezone.now())
        .select_related("network")
        .first()
    )


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Type the code from the screen. Wrong, expired and never-existing codes get one answer."""
    if request.method == "GET" and "code" not in request.GET:
        return render(request, "live/join.html", {"form": CodeForm()})
    form = CodeForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return render(request, "live/join.html", {"form": form}, status=422)
    code = read_code(form.cleaned_data["code"])
    if code is None:
        form.add_error("code", _("A code has six letters, for example KTR-MWX. Check the screen."))
        return render(request, "live/join.html", {"form": form}, status=422)
    return redirect("join_code", code=show_code(code))


@require_http_methods(["GET", "POST"])
def join_code(request: HttpRequest, code: str) -> HttpResponse:
    """Take a seat by code."""
    letters = read_code(code) or ""
    if paused(request, letters):
        return _wait(request)
    run = _open_run(code=letters) if letters else None
    waiting_page = page_of(code=letters) if letters and run is None else ""
    if run is None and not waiting_page:
        guessed_wrong(request)
        return _unknown(request)
    if paused(request, letters):  # of many guesses that came together, a late one is late
        return _wait(request)
    return _take_seat(request, run) if run else redirect(waiting_page)


@require_http_methods(["GET", "POST"])
def join_token(request: HttpRequest, token: str) -> HttpResponse:
    """Take a seat by the QR picture's long address, which nobody guesses: it never waits."""
    known = read_token(token)
    run = _open_run(code_token=known) if known else None
    if known and run is None and (url := page_of(token=known)):
        return redirect(url)
    return _take_seat(request, run) if run else _unknown(request)


def _take_seat(request: HttpRequest, run: Run) -> HttpResponse:
    """What this session is and what is announced; then the seat. One screen."""
    if seat_for(request, run.pk) or door_for(request, run.pk):
        return redirect("board", run.pk)
    person = request.user if isinstance(request.user, Person) else None
    known = _said_before(request, run) or _known(person)
    form = JoinForm(request.POST or None, run=run, initial=known)
    context: dict[str, Any] = {"form": form, "run": run, **look_ahead(run)}
    if request.method == "POST" and form.is_valid():
        try:
            _seat, token = join_run(run=run, person=person, **form.seat())
        except Refused as refused:
            return render(
                request, "live/take_seat.html", {**context, "refused": refused}, status=409
            )
        response = redirect("board", run.pk)
        give_cookie(response, run, token)
        return response
    return render(request, "live/take_seat.html", context, status=422 if form.errors else 200)


def look_ahead(run: Run) -> dict[str, Any]:
    """What anybody with the code may read before joining."""
    activity = activity_of(run.activity)
    return {
        "activity": activity,
        "announce": activity.announce(run.setup),
        "label_days": settings.LABEL_DAYS,
    }


def _known(person: Person | None) -> dict[str, Any]:
    """What a signed-in member need not type again."""
    if person is None:
        return {}
    tie = person.schools[0] if person.schools else None
    return {
        "label": person.name[:40],
        "school": str(tie.school_id) if tie else None,
        "role": tie.job if tie else None,
    }


def _said_before(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What this phone said of itself earlier in the same meeting."""
    seat = earlier_seat(request, run)
    if seat is None:
        return {}
    school = str(seat.school_id) if seat.school_id else OTHER_SCHOOL
    return {"label": seat.label, "school": school, "role": seat.role, "people": seat.people}


def seen_from(seat: Seat) -> dict[str, Any]:
    """What the phone's page and its fragment are made of."""
    run = seat.run
    shown = {**look(run, engine.who_of(run.room, "seat", seat.key), seat), **result_for_seat(run)}
    gathering = gathering_of(run) if run.closed_at else None
    return {**shown, "onwards": gathering.waiting_url if gathering else ""}


@require_GET
def board(request: HttpRequest, run_id: int) -> HttpResponse:
    """The phone's page; whoever has no seat reads the same words, whatever the reason."""
    seat = seat_for(request, run_id)
    if seat is None:
        waiting = door_for(request, run_id)
        if waiting is None:
            return render(request, "live/no_seat.html", status=404)
        return render(request, "live/waiting.html", {"run": waiting.run, "signature": AT_THE_DOOR})
    return render(request, "live/board.html", seen_from(seat))


@require_GET
def board_view(request: HttpRequest, run_id: int) -> HttpResponse:
    """The phone's fragment; 304 when nothing changed for this seat since `have`.

    Whoever waits at the door has the whole page anew (410) once the desk has decided.
    """
    if request.GET.get("have") == AT_THE_DOOR:
        return HttpResponseNotModified() if door_for(request, run_id) else HttpResponse(status=410)
    seat = seat_or_404(request, run_id)
    who = engine.who_of(seat.run.room, "seat", seat.key)
    if request.GET.get("have") == signature(seat.run, who):
        return HttpResponseNotModified()
    return render(request, "live/_board.html", seen_from(seat))


@require_POST
def board_moves(request: HttpRequest, run_id: int) -> HttpResponse:
    """Play a seat's move, posted as a form or as JSON."""
    seat = seat_or_404(request, run_id)
    reply, data = play(request, seat.run_id, "seat", seat.key)
    return answer(request, reply, data, "live/board.html", "board", run_id, seat=seat)


@require_POST
def board_ballot(request: HttpRequest, run_id: int, question: str) -> HttpResponse:
    """Answer a secret question."""
    seat = seat_or_404(request, run_id)
    try:
        reply = cast_ballot(
            run=seat.run, seat=seat, question=question,
            answer=request.POST.get("answer", "")[:80],
            move_id=request.POST.get("move_id", "")[:64],
        )  # fmt: skip
    except Refused as refused:
        reply = Reply("refused", refused.sentence, field=refused.field)
    return answer(request, reply, {}, "live/board.html", "board", run_id, seat=seat)


@require_GET
async def board_stream(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Server-sent events that say "look again" to this seat."""
    return await stream(request, run_id, "seat")


def play(
    request: HttpRequest, run_id: int, by: str, seat: str = ""
) -> tuple[Reply, dict[str, Any]]:
    """Read a posted move (form or JSON) and play it: the reply and what was posted."""
    data: dict[str, Any] = request.POST.dict()
    if request.content_type == "application/json":
        try:
            data = json.loads(request.body)
        except (ValueError, RecursionError):
            return Reply(
                "refused", _("This is not a move: its JSON cannot be read."), field="json"
            ), {}
        if not isinstance(data, dict):
            return Reply(
                "refused", _("This is not a move: it should be one JSON object."), field="json"
            ), {}
    posted = Posted(
        run_id=run_id, move_id=str(data.get("move_id", ""))[:65], by=by, seat=seat,
        kind=str(data.get("kind", ""))[:40], data=data,
    )  # fmt: skip
    return hall.play(posted), data


def words_of(data: dict[str, Any]) -> list[str]:
    """What somebody had written in a refused post, to give it back: never lost, never a fault."""
    given = (data.get(name) for name in ("text", "note", "reason", "label"))
    written = [text[:2000] for text in given if text and isinstance(text, str)]
    return [text.encode("utf-8", "replace").decode() for text in written]


def answer(
    request: HttpRequest,
    reply: Reply,
    data: dict[str, Any],
    template: str,
    page: str,
    run_id: int,
    seat: Seat | None = None,
) -> HttpResponse:
    """JSON for the script; for a plain form the page again, with what was typed if refused."""
    status = HTTP.get(reply.status, 200)
    if reply.field == "json":
        status = 400
    if request.headers.get("Accept", "").startswith("application/json") or reply.field == "json":
        return JsonResponse(vars(reply), status=status)
    if status == 200:
        return redirect(page, run_id)
    typed = words_of(data)
    run = Run.objects.select_related("network").get(pk=run_id)
    who = engine.who_of(run.room, "seat" if seat else "desk", seat.key if seat else "")
    context = {**look(run, who, seat), **(result_for_seat(run) if seat else {})}
    context |= {"refused": reply.sentence, "typed": typed}
    return render(request, template, context, status=status)
