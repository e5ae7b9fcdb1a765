"""Calling a meeting, changing, opening, ending and cancelling it; answering whether one comes."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exchange.core import outbox
from exchange.core.permission import require
from exchange.directory.actions.pace import hold
from exchange.directory.models import Network, Person
from exchange.directory.models.events import record
from exchange.live.actions.runs import CODE_LIFE, free_code
from exchange.live.codes import new_token
from exchange.live.models import Run
from exchange.meetings import letters, rules
from exchange.meetings.models import Answer, Meeting

ONLY_LEADS = gettext_noop("Only who called this meeting and the network's co-leaders change it.")


@transaction.atomic
def call_meeting(
    network: Network,
    *,
    by: Person,
    title: str,
    starts_at: datetime,
    place: str = "",
    note: str = "",
    to: str = "everyone",
) -> Meeting:
    """Call people of a network together, and write to them. ValidationError: in the past."""
    require(
        rules.may_call(by, network),
        _("Only co-leaders, facilitators and activists of a network call its meetings."),
    )
    _check_future(starts_at)
    meeting = Meeting.objects.create(
        network=network, called_by=by, title=title, starts_at=starts_at, place=place, note=note,
        to=to,
    )  # fmt: skip
    Answer.objects.create(meeting=meeting, person=by, comes=True)
    record(by, "call_meeting", meeting, network=network, to=to)
    letters.tell(letters.CALLED, meeting, by=by)
    return meeting


def _check_future(starts_at: datetime) -> None:
    if starts_at < timezone.now():
        raise ValidationError({"starts_at": _("This moment is past.")})


def locked(meeting: Meeting) -> Meeting:
    """The newest state of the row, held until the transaction ends."""
    return (
        Meeting.objects.select_for_update(of=("self",)).select_related("network").get(pk=meeting.pk)
    )


def _still(meeting: Meeting) -> None:
    if meeting.is_over:
        raise ValidationError(_("This meeting is over."))


@transaction.atomic
def change_meeting(
    meeting: Meeting, *, by: Person, title: str, starts_at: datetime, place: str, note: str, to: str
) -> Meeting:
    """Change what was said. Another time or place is told to everybody who has not said no, and
    asks those who said yes again."""
    meeting = locked(meeting)
    require(rules.may_lead(by, meeting), _(ONLY_LEADS))
    _still(meeting)
    moved = (meeting.starts_at, meeting.place) != (starts_at, place)
    if meeting.starts_at != starts_at:
        _check_future(starts_at)
        meeting.answers.filter(comes=True).exclude(person=by).delete()
    meeting.title, meeting.starts_at, meeting.place = title, starts_at, place
    meeting.note, meeting.to = note, to
    meeting.sequence += 1
    meeting.save()
    record(by, "change_meeting", meeting, network=meeting.network, moved=moved)
    if moved:
        outbox.withdraw(letters.CALLED, meeting.pk)
        outbox.withdraw(letters.CHANGED, meeting.pk)
        letters.tell(letters.CHANGED, meeting, by=by)
    return meeting


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, by: Person) -> Meeting:
    """It does not take place; who has not said no is told. A second time changes nothing."""
    meeting = locked(meeting)
    require(rules.may_lead(by, meeting), _(ONLY_LEADS))
    if meeting.cancelled_at:
        return meeting
    if meeting.is_over or meeting.opened_at:
        raise ValidationError(_("This meeting has begun, so it cannot be cancelled any more."))
    meeting.cancelled_at, meeting.cancelled_by = timezone.now(), by
    meeting.sequence += 1
    meeting.save()
    record(by, "cancel_meeting", meeting, network=meeting.network)
    outbox.withdraw(letters.CALLED, meeting.pk)
    outbox.withdraw(letters.CHANGED, meeting.pk)
    letters.tell(letters.CANCELLED, meeting, by=by)
    return meeting


@transaction.atomic
def answer_meeting(meeting: Meeting, *, by: Person, comes: bool, note: str = "") -> Answer:
    """Say that one comes, or send apologies, with a word to who called it. Can be said anew."""
    hold(by)
    meeting = locked(meeting)
    require(rules.may_take_part(by, meeting), _("Only people of the network answer."))
    _still(meeting)
    answer, _made = Answer.objects.update_or_create(
        meeting=meeting, person=by, defaults={"comes": comes, "note": note, "at": timezone.now()}
    )
    record(by, "answer_meeting", meeting, network=meeting.network, comes=comes)
    return answer


@transaction.atomic
def open_meeting(meeting: Meeting, *, by: Person) -> Meeting:
    """Open the door: one join code for all that runs in it, for twelve hours at most. An open
    meeting keeps its code."""
    meeting = locked(meeting)
    require(rules.may_lead(by, meeting), _(ONLY_LEADS))
    if meeting.cancelled_at or meeting.ended_at:
        raise ValidationError(_("This meeting is over."))
    if meeting.is_open:
        return meeting
    now = timezone.now()
    meeting.opened_at, meeting.opened_by = meeting.opened_at or now, meeting.opened_by or by
    meeting.code, meeting.code_token, meeting.code_ends_at = (
        free_code(),
        new_token(),
        now + CODE_LIFE,
    )
    meeting.save()
    record(by, "open_meeting", meeting, network=meeting.network)
    return meeting


@transaction.atomic
def end_meeting(meeting: Meeting, *, by: Person) -> Meeting:
    """The meeting is over: its code leads nowhere. ValidationError while a run of it is open."""
    meeting = locked(meeting)
    require(rules.may_lead(by, meeting), _(ONLY_LEADS))
    if meeting.ended_at or not meeting.opened_at:
        raise ValidationError(_("This meeting is not open."))
    if Run.objects.open().filter(agenda_item__meeting=meeting).exists():
        raise ValidationError(_("A session of it is still open. Close that first."))
    meeting.ended_at, meeting.ended_by = timezone.now(), by
    meeting.code = meeting.code_token = None
    meeting.save()
    record(by, "end_meeting", meeting, network=meeting.network)
    return meeting
