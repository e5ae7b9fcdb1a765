"""Going on with a seat on another device, by a one-time code: docs/decisions/0041."""

import secrets

from django.utils import timezone

from exchange.core.permission import require
from exchange.core.translating import gettext_lazy
from exchange.core.writing import writing
from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.live import engine, rules
from exchange.live.actions.moves import HOUSE, Posted, play_moves, tell
from exchange.live.actions.one_time import fresh_code, use_code
from exchange.live.actions.runs import ONLY_FACILITATOR
from exchange.live.codes import fingerprint, new_token
from exchange.live.models import OneTimeCode, Run, Seat
from exchange.live.plugin import Refused

OF_ACCOUNT = gettext_lazy("This seat belongs to an account. To go on elsewhere, sign in there.")
NOT_OPEN = gettext_lazy("This session is not open any more, so no seat moves.")


def make_seat_code(*, seat: Seat) -> str:
    """Six letters that move this seat to another device; asked for by the seat's own phone."""
    with writing():
        return _code(OneTimeCode.Kind.SEAT, seat, None)


def make_place_code(*, run: Run, seat: Seat, by: Person) -> str:
    """Six letters with which somebody whose phone died takes a fresh seat in the place of theirs.

    Fresh, because the desk hears the letters: with the seat itself it could read what the person
    did alone.
    """
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        letters = _code(OneTimeCode.Kind.PLACE, seat, by)
        record(by, "seat_code_made", run, network=run.network, seat=seat.key)
    return letters


def _code(kind: str, seat: Seat, by: Person | None) -> str:
    run = Run.objects.select_for_update().get(pk=seat.run_id)
    held = Seat.objects.taken().filter(pk=seat.pk).first()
    if not run.is_open or held is None:
        raise Refused(NOT_OPEN)
    if held.person_id:
        raise Refused(OF_ACCOUNT)
    return fresh_code(kind, run, by=by, seat=held)


def rejoin(*, code: OneTimeCode) -> tuple[Seat, str]:
    """The seat for which this code was made, with its new secret token, for this device only.

    The former device is shown the door at once. Raises Refused when the seat or the session is
    gone, or the code was used meanwhile.
    """
    with writing():
        run = Run.objects.select_for_update().get(pk=code.run_id)
        used = use_code(code)
        held = Seat.objects.taken().filter(run=run, one_time_codes=used).first()
        if not run.is_open or held is None:
            raise Refused(NOT_OPEN)
        if held.person_id:
            raise Refused(OF_ACCOUNT)
        token = new_token()
        if used.kind == OneTimeCode.Kind.SEAT:
            # The joining form of the former device must not hand the seat out again.
            held.token_hash, held.once = fingerprint(token), ""
            held.save(update_fields=["token_hash", "once"])
            tell(run, f"seat:{held.key}")
            taken = held
        else:
            taken = _replaced(run, held, fingerprint(token), used.made_by)
        record(used.made_by, "seat_rejoined", run, network=run.network, seat=held.key)
    return taken, token


def _replaced(run: Run, old: Seat, token_hash: str, by: Person | None) -> Seat:
    """A fresh seat with the old one's name, school and role, in its group; the old one goes."""
    fresh = Seat.objects.create(
        run=run, key=f"s{run.seats.count() + 1}", token_hash=token_hash, label=old.label,
        school=old.school, role=old.role, people=old.people,
        answered=old.answered,  # a secret answer counts once, whoever's phone it was
    )  # fmt: skip
    joining = {
        "seat": fresh.key, "school": str(old.school_id or ""), "role": old.role,
        "people": old.people, "group": engine.room_of(run.room).group_of(old.key),
    }  # fmt: skip
    posted = [
        Posted(run.pk, f"{HOUSE}{kind}-{secrets.token_hex(8)}", "house", kind, data)
        for kind, data in (("join", joining), ("remove", {"seat": old.key}))
    ]
    for reply in play_moves(posted):
        if reply.status != "kept":
            raise Refused(reply.sentence)
    old.removed_at, old.removed_by = timezone.now(), by
    old.save(update_fields=["removed_at", "removed_by"])
    return fresh
