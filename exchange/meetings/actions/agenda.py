"""The agenda of a meeting: its items, their order, and the runs of its activities."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from exchange.core.permission import require
from exchange.directory.models import Person
from exchange.directory.models.events import record
from exchange.live import rules as live
from exchange.live.models import Run
from exchange.meetings import rules
from exchange.meetings.actions.meetings import ONLY_LEADS, locked
from exchange.meetings.models import Item, Meeting

MOST = 40


def _may_change(meeting: Meeting, by: Person) -> Meeting:
    """The meeting, held, if this person may still change its agenda."""
    meeting = locked(meeting)
    require(rules.may_lead(by, meeting), _(ONLY_LEADS))
    if meeting.is_over:
        raise ValidationError(_("This meeting is over."))
    return meeting


def _changed(meeting: Meeting, by: Person, what: str) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(sequence=meeting.sequence + 1)
    record(by, what, meeting, network=meeting.network)


@transaction.atomic
def add_item(meeting: Meeting, *, by: Person, title: str, minutes: int, activity: str = "") -> Item:
    """Put an item at the end of the agenda; `activity` is the key of one, or "" for none."""
    meeting = _may_change(meeting, by)
    if meeting.items.count() >= MOST:
        raise ValidationError(_("An agenda of %(most)d items is long enough.") % {"most": MOST})
    last = meeting.items.aggregate(last=Max("position"))["last"]
    item = meeting.items.create(
        title=title, minutes=minutes, activity=activity, position=0 if last is None else last + 1
    )
    _changed(meeting, by, "add_item")
    return item


@transaction.atomic
def change_item(item: Item, *, by: Person, title: str, minutes: int, activity: str = "") -> Item:
    """Change an item. What it runs stays once a session was set up for it."""
    meeting = _may_change(item.meeting, by)
    item.refresh_from_db()
    if item.run_id and activity != item.activity:
        raise ValidationError(
            {"activity": _("A session was set up for this item; its activity stays.")}
        )
    item.title, item.minutes, item.activity = title, minutes, activity
    item.save(update_fields=["title", "minutes", "activity"])
    _changed(meeting, by, "change_item")
    return item


@transaction.atomic
def move_item(item: Item, *, by: Person, up: bool) -> None:
    """Change places with the item before, or after; at the end of the list nothing happens."""
    meeting = _may_change(item.meeting, by)
    item.refresh_from_db()
    items = list(meeting.items.all())
    at = items.index(item)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(items):
        return
    items[at], items[to] = items[to], items[at]
    for position, one in enumerate(items):
        one.position = position
    Item.objects.bulk_update(items, ["position"])
    _changed(meeting, by, "move_item")


@transaction.atomic
def remove_item(item: Item, *, by: Person) -> None:
    """Take an item off the agenda; a session that was set up for it stays, by itself."""
    meeting = _may_change(item.meeting, by)
    item.refresh_from_db()
    if item.run and item.run.is_open:
        raise ValidationError(_("Its session is open. Close that first."))
    item.delete()
    _changed(meeting, by, "remove_item")


@transaction.atomic
def attach_run(item: Item, run: Run, *, by: Person) -> Item:
    """Make a session the one of an agenda item. ValidationError where it does not fit: another
    network or activity, opened already, or the item has one."""
    meeting = locked(item.meeting)
    require(
        rules.may_call(by, meeting.network) and live.may_facilitate(by, run),
        _("Only who holds a session puts it on the agenda."),
    )
    item.refresh_from_db()
    kept = item.run_id and not (item.run and item.run.cancelled_at)
    if meeting.is_over or kept:
        raise ValidationError(_("This item has a session already, or the meeting is over."))
    if run.network_id != meeting.network_id or run.activity != item.activity or run.opened_at:
        raise ValidationError(_("This session does not fit: other network or activity, or opened."))
    item.run = run
    item.save(update_fields=["run"])
    _changed(meeting, by, "attach_run")
    return item
