"""Meetings as iCalendar (RFC 5545), for one event or a person's feed. Pure but for addresses."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from exchange.meetings.models import Item, Meeting, ends_at, planned

#: How long before a feed ends it says so.
NOTICE = timedelta(days=21)


def calendar(
    meetings: Iterable[Meeting], name: str = "Learning Exchange", ends: datetime | None = None
) -> bytes:
    """The meetings as one iCalendar file. Each has `items` fetched with it. A cancelled one says
    so, and one that changed has a higher sequence, so that calendars follow. `ends`: when the
    address of a feed ends; a day three weeks earlier tells its owner."""
    found = Calendar()
    found.add("prodid", "-//Learning Exchange//Meetings//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", name)
    for meeting in meetings:
        found.add_component(event(meeting))
    if ends:
        found.add_component(notice(ends))
    return bytes(found.to_ical())


def notice(ends: datetime) -> Event:
    """The day on which somebody is told that their calendar's address ends; it moves on when the
    address is kept on."""
    made, last = Event(), timezone.localtime(ends).date()
    made.add("uid", f"address-of-this-calendar@{_host()}")
    made.add("dtstamp", datetime.now(UTC))
    made.add("dtstart", last - NOTICE)
    made.add("sequence", last.toordinal())
    made.add("summary", _("This calendar’s address ends soon"))
    made.add("description", _("On the page “My calendar” one press keeps it on."))
    made.add("url", settings.BASE_URL + reverse("my_calendar"))
    return made


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def event(meeting: Meeting) -> Event:
    """One meeting; times in UTC, so that no time zone table is needed."""
    items = list(meeting.items.all())
    made = Event()
    made.add("uid", f"meeting-{meeting.pk}@{_host()}")
    made.add("dtstamp", datetime.now(UTC))
    made.add("dtstart", meeting.starts_at.astimezone(UTC))
    made.add("dtend", ends_at(meeting, items).astimezone(UTC))
    made.add("summary", f"{meeting.title} ({meeting.network.name})")
    made.add("sequence", meeting.sequence)
    made.add("status", "CANCELLED" if meeting.cancelled_at else "CONFIRMED")
    made.add("url", settings.BASE_URL + reverse("meeting", args=[meeting.pk]))
    if meeting.place:
        made.add("location", meeting.place)
    if words := described(meeting, items):
        made.add("description", words)
    return made


def described(meeting: Meeting, items: list[Item]) -> str:
    """What to bring, and the agenda with its times."""
    lines = [f"{timezone.localtime(at):%H:%M} {item.title}" for item, at in planned(meeting, items)]
    return "\n\n".join(part for part in (meeting.note, "\n".join(lines)) if part)
