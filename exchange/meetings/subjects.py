"""What meetings keep of one person, and what becomes of it when they are erased."""

from django.utils.translation import gettext_lazy as _

from exchange.directory.models import Person
from exchange.directory.subjects import Holding, Row, holdings
from exchange.meetings.models import Answer, Feed, Meeting, Point


def answers(person: Person) -> list[Row]:
    found = Answer.objects.filter(person=person).select_related("meeting__network")
    return [
        {
            "meeting": one.meeting.title,
            "network": one.meeting.network.name,
            "starts": one.meeting.starts_at,
            "you come": one.comes,
            "your word": one.note,
            "on": one.at,
        }
        for one in found
    ]


def called(person: Person) -> list[Row]:
    found = Meeting.objects.filter(called_by=person).select_related("network")
    return [
        {
            "meeting": one.title,
            "network": one.network.name,
            "place": one.place,
            "note": one.note,
            "starts": one.starts_at,
        }
        for one in found
    ]


def points(person: Person) -> list[Row]:
    found = Point.objects.filter(owner=person).select_related("meeting")
    return [
        {"meeting": one.meeting.title, "to do": one.text, "by": one.due_on, "done": one.done_at}
        for one in found
    ]


def feed(person: Person) -> list[Row]:
    return [{"made": one.made_at} for one in Feed.objects.filter(person=person)]


def add_holdings() -> None:
    """Called once, when the app is ready."""
    holdings.extend([
        Holding("answers", _("Whether you come to meetings"), _("It is erased."), answers,
                lambda person: Answer.objects.filter(person=person).delete()),
        Holding("meetings", _("Meetings you called"), _("They stay, without your name."), called),
        Holding("points", _("What you undertook in meetings"),
                _("It stays on the list, without an owner."), points,
                lambda person: Point.objects.filter(owner=person).update(owner=None)),
        Holding("feed", _("Your calendar address"), _("It ends."), feed,
                lambda person: Feed.objects.filter(person=person).delete()),
    ])  # fmt: skip
