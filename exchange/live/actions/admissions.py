"""Letting people in one by one: who waits at the door, and what becomes of them."""

from django.utils import timezone

from exchange.core.permission import require
from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy
from exchange.core.writing import writing
from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.live import rules
from exchange.live.actions.moves import tell
from exchange.live.actions.runs import ONLY_FACILITATOR, turn_away
from exchange.live.actions.seats import play_joining
from exchange.live.models import Run, Seat
from exchange.live.plugin import DESK, Refused

GONE = gettext_lazy("This person does not wait at the door any more.")


def watch_door(*, run: Run, by: Person) -> None:
    """From now on newcomers wait at the door until the desk lets them in; those inside stay."""
    _turn(run, by, watched=True)


def unwatch_door(*, run: Run, by: Person) -> None:
    """From now on newcomers are in at once. Whoever waits goes on waiting for the desk's word."""
    _turn(run, by, watched=False)


def _turn(run: Run, by: Person, *, watched: bool) -> None:
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.closed_at or run.cancelled_at:
            raise Refused(_("This session is not open."))
        run.door_watched_at = timezone.now() if watched else None
        run.save(update_fields=["door_watched_at"])
        tell(run, DESK)
        record(by, "door_watched" if watched else "door_unwatched", run, network=run.network)


def admit_seat(*, run: Run, seat: Seat, by: Person) -> None:
    """Let one person in; in a later part they take their place as any latecomer does."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = _open(run)
        held = run.seats.at_the_door().filter(pk=seat.pk).select_for_update().first()
        if held is None:
            raise Refused(GONE)
        _let_in([held])
        record(by, "seat_admitted", run, network=run.network, seat=held.key)


def admit_everybody(*, run: Run, by: Person) -> None:
    """Let in everybody who waits, in the order in which they came."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = _open(run)
        waiting = list(run.seats.at_the_door().select_for_update())
        if not waiting:
            raise Refused(_("Nobody waits at the door."))
        _let_in(waiting)
        record(by, "seats_admitted", run, network=run.network, seats=len(waiting))


def refuse_seat(*, run: Run, seat: Seat, by: Person) -> None:
    """Turn one person away. What they had typed is erased; they may come again with the code."""
    require(rules.may_facilitate(by, run), ONLY_FACILITATOR)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if not turn_away(run.seats.at_the_door().filter(pk=seat.pk), by):
            raise Refused(GONE)
        if run.room:
            tell(run, DESK)
        record(by, "seat_refused", run, network=run.network, seat=seat.key)


def _open(run: Run) -> Run:
    run = Run.objects.select_for_update().get(pk=run.pk)
    if not run.is_open:
        raise Refused(_("This session is not open."))
    return run


def _let_in(seats: list[Seat]) -> None:
    """The engine hears of them; the rows are locked by the caller."""
    play_joining(seats)
    now = timezone.now()
    for seat in seats:
        seat.waiting_since, seat.joined_at = None, now
    Seat.objects.bulk_update(seats, ["waiting_since", "joined_at"])
