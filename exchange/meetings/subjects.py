"""What meetings keep of one person, and what becomes of it when they are erased."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from exchange.directory.models import Person
from exchange.directory.subjects import Holding, Row, holdings
from exchange.meetings.models import Answer, Feed, Meeting, Point

#: What values are called in my-data.json; in my-data.html translated.
HEADS = (
    gettext_noop("by"), gettext_noop("calendar address since"), gettext_noop("done"),
    gettext_noop("meeting"), gettext_noop("note"), gettext_noop("on"), gettext_noop("place"),
    gettext_noop("starts"), gettext_noop("text"), gettext_noop("you come"),
    gettext_noop("your word"), gettext_noop("yours"),
)  # fmt: skip


def answers(person: Person) -> list[Row]:
    mine = Answer.objects.filter(person=person).select_related("meeting")
    return [
        {"meeting": one.meeting.title, "you come": one.comes, "your word": one.note, "on": one.at}
        for one in mine
    ]


def called(person: Person) -> list[Row]:
    return [
        {"meeting": one.title, "place": one.place, "note": one.note, "starts": one.starts_at}
        for one in Meeting.objects.filter(called_by=person)
    ]


def points(person: Person) -> list[Row]:
    """What they undertook, or wrote down for somebody: then not for whom."""
    mine = Point.objects.filter(Q(owner=person) | Q(written_by=person)).select_related("meeting")
    return [
        {"meeting": one.meeting.title, "yours": one.owner_id == person.pk, "text": one.text,
         "by": one.due_on, "done": one.done_at}
        for one in mine
    ]  # fmt: skip


def feeds(person: Person) -> list[Row]:
    return [
        {"calendar address since": one.made_at, "until": one.ends_at}
        for one in Feed.objects.filter(person=person)
    ]


def ended_feeds(until: datetime) -> QuerySet[Feed]:
    """Calendar addresses that ended before."""
    return Feed.objects.filter(ends_at__lt=until)


def add_holdings() -> None:
    """Called once, when the app is ready."""
    gone, nameless = _("It is erased."), _("It stays, without your name.")
    holdings.extend([
        Holding("answers", _("Your answers to meetings"), gone, answers,
                lambda person: Answer.objects.filter(person=person).delete()),
        Holding("called", _("Meetings you called"), nameless, called),
        Holding("points", _("What you undertook or wrote down in meetings"), nameless, points),
        Holding("feeds", _("Your calendar address"), gone, feeds,
                lambda person: Feed.objects.filter(person=person).delete()),
    ])  # fmt: skip
