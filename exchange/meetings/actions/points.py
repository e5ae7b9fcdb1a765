"""Action points: who does what by when."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exchange.core.permission import require
from exchange.directory import rules as directory
from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.meetings import rules
from exchange.meetings.models import Meeting, Point

ONLY_WRITERS = gettext_noop("Co-leaders, facilitators and activists write down what was agreed.")
NOT_YOURS = gettext_noop("Only its owner, who wrote it down, or who leads the meeting does this.")


@transaction.atomic
def write_point(
    meeting: Meeting, *, by: Person, text: str, owner: Person | None, due_on: date | None
) -> Point:
    """Write down what somebody of the network undertakes. ValidationError: not of the network."""
    require(
        rules.may_take_part(by, meeting) and rules.may_call(by, meeting.network),
        _(ONLY_WRITERS),
    )
    if meeting.cancelled_at:
        raise ValidationError(_("This meeting was cancelled."))
    if owner is not None and not directory.is_member(owner, meeting.network):
        raise ValidationError({"owner": _("Choose somebody of the network.")})
    point = Point.objects.create(
        meeting=meeting, text=text, owner=owner, due_on=due_on, written_by=by
    )
    record(by, "write_point", point, network=meeting.network)
    return point


@transaction.atomic
def settle_point(point: Point, *, by: Person) -> Point:
    """It is done. A second time changes nothing."""
    return _turn(point, by, done=True)


@transaction.atomic
def reopen_point(point: Point, *, by: Person) -> Point:
    """It is not done after all."""
    return _turn(point, by, done=False)


def _held(point: Point) -> Point:
    """Its newest state, held until the transaction ends; DoesNotExist once it was taken away."""
    rows = Point.objects.select_for_update(of=("self",)).select_related("meeting__network")
    return rows.get(pk=point.pk)


def _turn(point: Point, by: Person, *, done: bool) -> Point:
    point = _held(point)
    require(rules.may_settle(by, point), _(NOT_YOURS))
    if bool(point.done_at) != done:
        point.done_at, point.done_by = (timezone.now(), by) if done else (None, None)
        point.save(update_fields=["done_at", "done_by"])
        record(by, "settle_point" if done else "reopen_point", point, network=point.meeting.network)
    return point


@transaction.atomic
def remove_point(point: Point, *, by: Person) -> None:
    """Take it off the list: it was written by mistake."""
    point = _held(point)
    require(rules.may_settle(by, point), _(NOT_YOURS))
    record(by, "remove_point", point, network=point.meeting.network)
    point.delete()
