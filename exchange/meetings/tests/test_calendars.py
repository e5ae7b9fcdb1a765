"""Calendars: what a file says, and an address that can be ended."""

from datetime import UTC, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from exchange.core.retention import due
from exchange.meetings import actions
from exchange.meetings.calendars import calendar
from exchange.meetings.models import FEED_LIFE, Feed, Meeting
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cast) -> Meeting:
    starts = (timezone.now() + timedelta(days=3)).replace(microsecond=0, second=0)
    made = actions.call_meeting(
        cast.harbour, by=cast.ben, title="Spring; and,more\\", starts_at=starts,
        place="Hall\r\nATTENDEE:x", note="Llŷr says ✉",
    )  # fmt: skip
    actions.add_item(made, by=cast.ben, title="Talk", minutes=50)
    return made


def events(content: bytes):
    return list(Calendar.from_ical(content).walk("VEVENT"))


def meetings_in(content: bytes) -> list[str]:
    """The meetings of a feed, without the day that says when its address ends."""
    found = [str(one["UID"]) for one in events(content)]
    assert found[-1] == "address-of-this-calendar@localhost"
    return found[:-1]


def test_a_file_says_what_the_meeting_is(cast, client_of, meeting):
    page = client_of(cast.cy).get(reverse("meeting_calendar", args=[meeting.pk]))
    (event,) = events(page.content)
    assert event["SUMMARY"] == "Spring; and,more\\ (Harbour network)"
    assert event.decoded("DTSTART") == meeting.starts_at.astimezone(UTC)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(minutes=50)
    assert str(event["UID"]) == f"meeting-{meeting.pk}@localhost"
    assert event["LOCATION"] == "Hall\nATTENDEE:x"
    assert "ATTENDEE" not in event
    start = timezone.localtime(meeting.starts_at)
    assert event["DESCRIPTION"] == f"Llŷr says ✉\n\n{start:%H:%M} Talk"


def test_changes_count_up_and_a_cancelled_one_is_struck_out(cast, meeting):
    before = events(calendar([Meeting.objects.get()]))[0]
    actions.cancel_meeting(meeting, by=cast.ben)
    after = events(calendar([Meeting.objects.get()]))[0]
    assert (str(before["STATUS"]), str(after["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert after["SEQUENCE"] > before["SEQUENCE"]


def address_of(client) -> str:
    """Make a calendar address as the page does; its path, read from the page that shows it once."""
    page = client.post(reverse("calendar_feed"), follow=True)
    address = page.context["address"]
    assert address in page.content.decode()
    assert client.get(reverse("my_calendar")).context["address"] == ""
    return str(address).removeprefix("http://localhost:8000")


def test_a_persons_address_shows_their_networks_and_can_be_ended(cast, client_of, meeting):
    cy, program = client_of(cast.cy), client_of(None)
    path = address_of(cy)
    assert meetings_in(program.get(path).content) == [f"meeting-{meeting.pk}@localhost"]
    newer = address_of(cy)
    assert [program.get(one).status_code for one in (path, newer)] == [404, 200]
    cast.cy.affiliations.update(ended_on=make.yesterday())
    assert meetings_in(program.get(newer).content) == []
    cy.post(reverse("calendar_feed"), {"end": "yes"})
    assert (program.get(newer).status_code, Feed.objects.count()) == (404, 0)


def test_an_address_has_a_last_day_that_it_tells_and_that_its_owner_puts_off(
    cast, client_of, meeting
):
    cy, program = client_of(cast.cy), client_of(None)
    path = address_of(cy)
    feed = Feed.objects.get()
    assert feed.ends_at - feed.made_at == pytest.approx(FEED_LIFE, abs=timedelta(seconds=1))
    told = events(program.get(path).content)[-1]
    last = timezone.localtime(feed.ends_at).date()
    assert told.decoded("DTSTART") == last - timedelta(days=21)
    Feed.objects.update(ends_at=timezone.now())
    assert program.get(path).status_code == 404
    assert "Your address ended on" in cy.get(reverse("my_calendar")).content.decode()
    assert cy.post(reverse("calendar_feed"), {"keep": "yes"}).status_code == 302
    assert meetings_in(program.get(path).content) == [f"meeting-{meeting.pk}@localhost"]
    later = events(program.get(path).content)[-1]
    assert (later["UID"], later["SEQUENCE"] >= told["SEQUENCE"]) == (told["UID"], True)
    dot = client_of(cast.dot)
    assert dot.post(reverse("calendar_feed"), {"keep": "yes"}).status_code == 302
    assert Feed.objects.count() == 1


def test_an_address_that_ended_is_forgotten_a_month_later(cast):
    actions.make_feed(by=cast.cy)
    for days, left in ((29, 1), (31, 0)):
        Feed.objects.update(ends_at=timezone.now() - timedelta(days=days))
        due()
        assert Feed.objects.count() == left


def test_a_closed_account_has_no_calendar(cast, client_of, meeting):
    path = address_of(client_of(cast.cy))
    cast.cy.is_active = False
    cast.cy.save()
    assert client_of(None).get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "%00", "a" * 300, "é"])
def test_an_address_that_is_none(client_of, token):
    assert client_of(None).get(f"/calendar/{token}.ics").status_code == 404
