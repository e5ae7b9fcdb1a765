"""A guest's seat becomes a person's: on the phone that holds it, or by a code taken home."""

from datetime import timedelta

from exchange.core.permission import require
from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy
from exchange.core.writing import writing
from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.live import rules
from exchange.live.actions.moves import tell
from exchange.live.actions.one_time import fresh_code, use_code
from exchange.live.models import OneTimeCode, Run, Seat
from exchange.live.plugin import DESK, Refused

#: As long as the phone remembers its seat. Two times six letters, because it lives that long.
LIFE, WORDS = timedelta(days=7), 2
OF_TRIAL = gettext_lazy("This is a trial. It is erased, so there is nothing to keep.")
TAKEN = gettext_lazy("This seat belongs to an account already.")


def make_claim_code(*, seat: Seat) -> str:
    """Twelve letters with which the seat can be kept within a week; asked for by its own phone,
    once the session is closed."""
    with writing():
        run = Run.objects.select_for_update().get(pk=seat.run_id)
        held = Seat.objects.taken().filter(pk=seat.pk).first()
        if not run.closed_at or held is None:
            raise Refused(_("The code comes once the session is closed. Until then, sign in here."))
        if held.person_id or run.erase_at:
            raise Refused(TAKEN if held.person_id else OF_TRIAL)
        kind = OneTimeCode.Kind.CLAIM
        return fresh_code(kind, run, by=None, life=LIFE, words=WORDS, seat=held)


def claim_seat(*, seat: Seat, by: Person) -> Run:
    """The seat of this very device becomes this person's."""
    require(rules.may_claim(by), _("Sign in with an open account first."))
    with writing():
        return _claim(seat.run_id, seat, by)


def claim_by_code(*, code: OneTimeCode, by: Person) -> Run:
    """The seat for which this code was shown becomes this person's; the code is used up."""
    require(rules.may_claim(by), _("Sign in with an open account first."))
    with writing():
        used = use_code(code)
        return _claim(used.run_id, used.seat, by)


def _claim(run_id: int, seat: Seat | None, by: Person) -> Run:
    """One seat for one person in a run. It follows the account from now on."""
    run = Run.objects.select_for_update().get(pk=run_id)
    held = Seat.objects.taken().filter(run=run, pk=seat.pk).first() if seat else None
    if held is None or run.cancelled_at:
        raise Refused(_("This seat is not there any more."))
    if held.person_id == by.pk:
        return run
    if held.person_id or run.erase_at:
        raise Refused(TAKEN if held.person_id else OF_TRIAL)
    if run.seats.filter(person=by, removed_at=None).exists():
        raise Refused(
            _("You have a seat of your own in this session already. One person, one seat.")
        )
    held.person, held.once = by, ""
    held.save(update_fields=["person", "once"])
    if run.is_open:
        tell(run, DESK, f"seat:{held.key}")
    record(by, "seat_claimed", run, network=run.network, seat=held.key)
    return run
