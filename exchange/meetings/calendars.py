"""Meetings as iCalendar (RFC 5545), for one event or a person's feed. Pure but for addresses."""

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event

from exchange.meetings.models import Item, Meeting, ends_at, planned


def calendar(meetings: Iterable[Meeting], name: str = "Learning Exchange") -> bytes:
    """The meetings as one iCalendar file. Each has `items` fetched with it. A cancelled one says
    so, and one that changed has a higher sequence, so that calendars follow."""
    found = Calendar()
    found.add("prodid", "-//Learning Exchange//Meetings//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", name)
    for meeting in meetings:
        found.add_component(event(meeting))
    return bytes(found.to_ical())


def event(meeting: Meeting) -> Event:
    """One meeting; times in UTC, so that no time zone table is needed."""
    items = list(meeting.items.all())
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    made = Event()
    made.add("uid", f"meeting-{meeting.pk}@{host}")
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
