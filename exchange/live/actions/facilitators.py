"""Who holds a run's desk besides the person who set it up: docs/decisions/0040."""

from django.utils import timezone

from exchange.core.permission import require
from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy
from exchange.core.writing import writing
from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.live import rules
from exchange.live.actions.moves import tell
from exchange.live.actions.one_time import fresh_code, use_code
from exchange.live.models import Facilitating, OneTimeCode, Run
from exchange.live.plugin import DESK, ROOM, Refused

ONLY_FIRST = gettext_lazy("Only the person who holds this session in the first place may do this.")
MOST_FACILITATORS = 6
OVER = gettext_lazy("This session is over. Who reads its result does not change any more.")
NOT_OF_NETWORK = gettext_lazy("Only people of this network can hold a session in it.")


def add_facilitator(*, run: Run, person: Person, by: Person) -> Facilitating:
    """Give somebody of the network the desk, too; they have it at once, from any device.

    Raises Refused when the session is over, or the person holds it already or is not of the network.
    """
    require(rules.may_name_facilitators(by, run), ONLY_FIRST)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        given = _give(run, person, by)
        record(by, "facilitator_added", run, network=run.network, person=person.pk)
    return given


def _give(run: Run, person: Person, by: Person | None) -> Facilitating:
    """The run's row is locked by the caller."""
    if run.closed_at or run.cancelled_at:
        raise Refused(OVER)
    if not rules.may_take_desk(person, run):
        raise Refused(NOT_OF_NETWORK)
    held = Facilitating.objects.current().filter(run=run)
    if person.pk == run.facilitator_id or held.filter(person=person).exists():
        raise Refused(_("{name} holds the desk of this session already."), name=person)
    if held.count() >= MOST_FACILITATORS:
        raise Refused(
            _("At most {most} others can hold one desk. Take one back first."),
            most=MOST_FACILITATORS,
        )
    given = Facilitating.objects.create(run=run, person=person, given_by=by)
    tell(run, ROOM, DESK)
    return given


def end_facilitator(*, run: Run, person: Person, by: Person) -> None:
    """Take the desk back from somebody, or lay down one that was given. Their notes stay theirs."""
    require(rules.may_lay_down(by, run, person), ONLY_FIRST)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        ended = Facilitating.objects.current().filter(run=run, person=person)
        if not ended.update(ended_at=timezone.now(), ended_by=by):
            raise Refused(_("{name} does not hold the desk of this session any more."), name=person)
        if run.room:
            tell(run, ROOM, DESK)
        record(by, "facilitator_ended", run, network=run.network, person=person.pk)


def hand_over(*, run: Run, person: Person, by: Person) -> Run:
    """Make somebody who holds the desk the one who holds it in the first place. Whoever handed it
    over keeps the desk beside them, and can lay it down."""
    require(rules.may_name_facilitators(by, run), ONLY_FIRST)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.closed_at or run.cancelled_at:
            raise Refused(OVER)
        given = Facilitating.objects.current().filter(run=run, person=person).first()
        if run.facilitator_id != by.pk or given is None or not run.open_to(person):
            raise Refused(_("Give this person the desk first. Then it can be handed over to them."))
        given.ended_at, given.ended_by = timezone.now(), by
        given.save(update_fields=["ended_at", "ended_by"])
        Facilitating.objects.create(run=run, person=by, given_by=by)
        run.facilitator = person
        run.save(update_fields=["facilitator"])
        OneTimeCode.objects.live().filter(run=run, kind=OneTimeCode.Kind.DESK).delete()
        tell(run, ROOM, DESK)
        record(by, "desk_handed_over", run, network=run.network, person=person.pk)
    return run


def make_desk_code(*, run: Run, by: Person) -> str:
    """Six letters with which somebody of the network takes the desk, too: once, within ten minutes."""
    require(rules.may_name_facilitators(by, run), ONLY_FIRST)
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.closed_at or run.cancelled_at:
            raise Refused(OVER)
        letters = fresh_code(OneTimeCode.Kind.DESK, run, by=by)
        record(by, "desk_code_made", run, network=run.network)
    return letters


def take_desk(*, code: OneTimeCode, by: Person) -> Run:
    """Hold the desk for which this code was made. Whoever holds it already simply goes on there,
    and the code stays for another."""
    if rules.may_facilitate(by, code.run):
        return code.run
    require(rules.may_take_desk(by, code.run), NOT_OF_NETWORK)
    with writing():
        run = Run.objects.select_for_update().get(pk=code.run_id)
        _give(run, by, use_code(code).made_by)
        record(by, "desk_taken", run, network=run.network)
    return run
