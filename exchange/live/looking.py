"""What one viewer's page is made of. The only way from a run to a template: through `see`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from exchange.directory.models import School
from exchange.live import engine, metrics
from exchange.live.codes import fingerprint, show_code
from exchange.live.discovery import activity_of
from exchange.live.models import Run, Seat
from exchange.live.panes import audience_of, filled, flags_of, text_of, wordings_of
from exchange.live.plugin import CLOSED, FINDINGS, LOBBY, Activity, Who
from exchange.live.versions import brought_up


def signature(run: Run, who: Who) -> str:
    """Changes whenever this viewer should look again: "room.4-seat:s1.2"."""
    names = engine.audiences_of(who)
    seen = signature_of(names, [run.revisions.get(name, 0) for name in names])
    ended = who.kind != "seat" and run.code_ended  # no move does this: the hours pass
    return f"{seen}-code.ended" if ended else seen


def signature_of(names: Iterable[str], numbers: Iterable[int]) -> str:
    """Of a viewer who hears these audiences, told so often."""
    return "-".join([f"{name}.{n}" for name, n in zip(names, numbers, strict=True)])


def look(run: Run, who: Who, seat: Seat | None = None) -> dict[str, Any]:
    """The context of a live page or fragment for this viewer.

    `labels` holds the names this viewer may read: the own group's for a seat, all for the desk,
    none for the projector and the record.
    """
    metrics.looked(who.kind)
    activity = brought_up(run)
    phase = run.phase
    room = engine.room_of(run.room, stamp_of(run))
    kind = {"seat": "board", "desk": "desk", "screen": "screen", "record": "result"}[who.kind]
    place = {"seat": "board", "desk": "desk"}.get(who.kind)
    own = who.kind == "record" or activity.phase(phase) is not None
    return {
        "run": run,
        "activity": activity,
        "who": who,
        "seat": seat,
        "phase": phase,
        "phase_title": engine.title_of(activity, phase),
        "task": engine.task_of(activity, phase),
        "in_lobby": phase == LOBBY,
        "in_findings": phase == FINDINGS,
        "is_closed": phase == CLOSED,
        "clock": engine.clock_of(activity, run.room, int(timezone.now().timestamp())),
        "seen": activity.see(run.state, room, who) if own else {},
        "part": f"{activity.key}/{kind}.html" if own else None,
        "scripts": [f"activities/{activity.key}/{name}" for name in activity.scripts],
        "signature": signature(run, who),
        "labels": SimpleLazyObject(lambda: labels_for(run, who)),
        "held_by": SimpleLazyObject(lambda: held_by(run, who)),
        "groups": groups_for(run, who),
        "findings": wordings_of(run),
        "pane": PaneShown(run, who) if audience_of(run, who) else None,
        "ballot": ballot_for(activity, run, seat),
        "announce": activity.announce(run.setup),
        "here": sum(s["people"] for s in run.room["seats"].values()),
        "schools_here": len({s["school"] for s in run.room["seats"].values() if s["school"]}),
        "code": show_code(run.code) if run.invites else "",
        "qr_url": qr_url(run),
        "join_address": settings.BASE_URL.split("://", 1)[-1] + reverse("join"),
        "move_url": reverse(f"{place}_moves", args=[run.pk]) if place else "",
        "view_url": reverse(f"{kind}_view", args=[run.pk]) if who.kind != "record" else "",
        "stream_url": reverse(f"{kind}_stream", args=[run.pk]) if who.kind != "record" else "",
    }


@dataclass(frozen=True)
class PaneShown:
    """The pane of a phone's page, written when the page shows it."""

    run: Run
    who: Who

    def filled(self, csrf: str) -> str:
        text = text_of(self.run, audience_of(self.run, self.who))
        return filled(text or "", flags_of(self.run).get(self.who.seat, ()), csrf)


def stamp_of(run: Run) -> tuple[object, ...] | None:
    """Of runs that change by moves only; a draft is changed otherwise, and nothing is left of a
    cancelled one. The seed is another in each database."""
    if run.opened_at is None or run.cancelled_at:
        return None
    return (run.pk, run.seed, run.version, run.revision, get_language())


def held_by(run: Run, who: Who) -> list[str]:
    """Who holds the session, by name, for phones and the desk."""
    return [str(one) for one in run.held_by] if who.kind in {"seat", "desk"} else []


def qr_url(run: Run) -> str:
    """Where the present QR picture is, so that no browser shows a former one; "" without one."""
    if not run.invites:
        return ""
    return f"{reverse('screen_qr', args=[run.pk])}?of={fingerprint(run.code_token or '')[:8]}"


def record_of(run: Run) -> dict[str, Any]:
    """The context of a closed run's result, as `see` gives it to the record; schools by name."""
    ids = {int(seat["school"]) for seat in run.room["seats"].values() if seat["school"]}
    names = {str(pk): school.name for pk, school in School.objects.in_bulk(list(ids)).items()}
    return {**look(run, engine.who_of(run.room, "record")), "school_names": names}


def result_for_seat(run: Run) -> dict[str, Any]:
    """What a seat's page adds once the run is closed: the result is also theirs to read."""
    if run.phase != CLOSED:
        return {}
    record = record_of(run)
    return {name: record[name] for name in ("seen", "part", "school_names")}


def labels_for(run: Run, who: Who) -> dict[str, str]:
    """seat key -> label, of those this viewer may know by name."""
    if who.kind not in {"seat", "desk"}:
        return {}
    seats = Seat.objects.taken().filter(run=run)
    if who.kind == "seat":
        seats = seats.filter(key__in=[who.seat, *run.room["groups"].get(who.group, [])])
    return {s.key: s.label or f"Guest {s.key[1:]}" for s in seats}


def groups_for(run: Run, who: Who) -> list[dict[str, Any]]:
    """The groups as this viewer may see them: the own one for a seat, all for the desk."""
    groups = run.room["groups"]
    if who.kind == "seat":
        groups = {who.group: groups[who.group]} if who.group in groups else {}
    elif who.kind != "desk":
        return [{"letter": letter} for letter in groups]
    seats = run.room["seats"]
    return [
        {
            "letter": letter,
            "seats": keys,
            "people": sum(seats[key]["people"] for key in keys),
        }
        for letter, keys in groups.items()
    ]


def ballot_for(activity: Activity, run: Run, seat: Seat | None) -> dict[str, Any] | None:
    """The secret question open now: its options, and whether this seat has answered."""
    asked = next((b for b in activity.ballots if b.phase == run.phase), None)
    room = engine.room_of(run.room)
    if asked is None or len(room.seats) < room.floor:
        return None
    return {
        "key": asked.key,
        "title": asked.title,
        "options": asked.options(run.state, room),
        "answered": bool(seat and asked.key in seat.answered),
    }


def cast_so_far(run: Run) -> int:
    """How many seats have answered the secret question open now; a number, never who."""
    asked = [b.key for b in activity_of(run.activity).ballots if b.phase == run.phase]
    answered = Seat.objects.taken().filter(run=run).values_list("answered", flat=True)
    return sum(1 for keys in answered if any(key in keys for key in asked))
