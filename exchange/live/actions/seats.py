"""Taking, naming and removing seats."""

import base64
import secrets
from collections.abc import Sequence

from django.utils import timezone
from django.utils.crypto import salted_hmac

from exchange.core.permission import require
from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy
from exchange.core.writing import writing
from exchange.directory.models import Person, School
from exchange.directory.models.events import record
from exchange.live import engine, rules
from exchange.live.actions.moves import HOUSE, Posted, play_moves, tell
from exchange.live.actions.runs import ONLY_FACILITATOR
from exchange.live.codes import fingerprint, new_token
from exchange.live.models import Run, Seat
from exchange.live.plugin import DESK, Refused
from exchange.live.shared_moves import table

MOST_SEATS = 600
NOT_OPEN = gettext_lazy("This session is not open for joining.")


def join_run(
    *,
    run: Run,
    label: str = "",
    school: School | None = None,
    role: str = Seat.Role.TEACHER,
    people: int = 1,
    person: Person | None = None,
    once: str = "",
) -> tuple[Seat, str]:
    """Take a seat. Returns it with its secret token, which is shown to this phone only.

    A signed-in person who already has a seat gets the same seat with a new token, so that the
    newest device goes on. Where people are let in one by one the seat waits at the door: the engine
    hears of it once it is let in (`admissions.py`). `once` is the form's own id: pressed again it
    gives the same seat with the same token, so that it does not matter which answer the phone
    hears. Raises Refused when the door is locked or the run is not open.
    """
    token = token_of(once) if once else new_token()
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if not run.is_open:
            raise Refused(NOT_OPEN)
        form = fingerprint(once) if once else ""
        pressed = run.seats.filter(once=form).first() if form else None
        present = run.seats.filter(removed_at=None)
        known = present.filter(person=person).first() if person else None
        if pressed and not pressed.removed_at and pressed.person in (None, person):
            known = pressed
        if pressed and known != pressed:  # removed, or somebody else's: the id is used up
            form, token = "", new_token()
        if known:
            known.token_hash, known.once = fingerprint(token), form or known.once
            known.save(update_fields=["token_hash", "once"])
            return known, token
        if run.door_locked_at:
            raise Refused(_("The facilitator has locked the door. Ask in the room to be let in."))
        if present.count() >= MOST_SEATS:
            raise Refused(_("This session is full."))
        seat = Seat.objects.create(
            run=run, key=f"s{run.seats.count() + 1}", token_hash=fingerprint(token), label=label,
            school=school, role=role, people=people, person=person, once=form,
            waiting_since=timezone.now() if run.door_watched_at else None,
        )  # fmt: skip
        if seat.waiting_since:
            tell(run, DESK)
        else:
            play_joining([seat])
    return seat, token


def play_joining(seats: Sequence[Seat]) -> None:
    """Tell the engine that these people are in; Refused if it will not have one of them."""
    posted = [
        Posted(
            seat.run_id, f"{HOUSE}join-{secrets.token_hex(8)}", "house", "join",
            {
                "seat": seat.key, "school": str(seat.school_id or ""), "role": seat.role,
                "people": seat.people,
            },
        )
        for seat in seats
    ]  # fmt: skip
    for reply in play_moves(posted):
        if reply.status != "kept":
            raise Refused(reply.sentence)


def token_of(once: str) -> str:
    """The token of the seat that a form with this id takes: as long and as secret as any other."""
    digest = salted_hmac("exchange.live.seat", once, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def label_seat(*, run: Run, seat: Seat, label: str, by: Person) -> None:
    """Give a seat another label; seen by its group and the desk."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if not Seat.objects.filter(pk=seat.pk).update(label=label):
            raise Refused(_("This session was cancelled. Nothing of it is kept."))
        seat.label = label
        who = engine.who_of(run.room, "seat", seat.key)
        tell(run, DESK, *{f"seat:{seat.key}", *table(run.room, who.group)})
        record(by, "seat_labelled", run, network=run.network, seat=seat.key)


def remove_seat(*, run: Run, seat: Seat, by: Person) -> None:
    """Take a seat away; its phone sees nothing more of the run from now on."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        held = Seat.objects.taken().filter(run=run, pk=seat.pk).select_for_update().first()
        if held is None:
            raise Refused(_("This seat was already removed."))
        seat = held
        posted = Posted(
            run.pk, f"{HOUSE}remove-{secrets.token_hex(8)}", "house", "remove", {"seat": seat.key}
        )
        reply = play_moves([posted])[0]
        if reply.status != "kept":
            raise Refused(reply.sentence)
        seat.removed_at, seat.removed_by = timezone.now(), by
        seat.save(update_fields=["removed_at", "removed_by"])
        record(by, "seat_removed", run, network=run.network, seat=seat.key)
