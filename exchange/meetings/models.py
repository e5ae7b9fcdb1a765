"""Meetings of a network: when and where, what is done in which order, who comes, what was agreed."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.directory.models import Message, Network, Person
from exchange.live.models import Run


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, person: object) -> "MeetingQuerySet":
        """The meetings of this person's networks."""
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        return self.filter(network__in=person.network_ids)

    def standing(self) -> "MeetingQuerySet":
        """Not cancelled."""
        return self.filter(cancelled_at__isnull=True)

    def coming(self) -> "MeetingQuerySet":
        """Not over: what began less than twelve hours ago still counts. The next one first."""
        since = timezone.now() - timedelta(hours=12)
        return (
            self.standing().filter(starts_at__gt=since, ended_at=None).order_by("starts_at", "pk")
        )

    def open(self) -> "MeetingQuerySet":
        """Those whose door is open: their code leads somewhere."""
        return self.standing().filter(ended_at__isnull=True, code_ends_at__gt=timezone.now())


class Meeting(models.Model):
    """People of a network come together. While it is open, one code joins whatever runs in it."""

    confidential = ("title", "note", "place")
    open = ("to", "code", "code_token")

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="meetings")
    title = models.CharField(_("what the meeting is about"), max_length=120)
    note = models.TextField(_("what to bring or read"), max_length=2000, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    # Who is invited: a value of Message.To.
    to = models.CharField(
        _("who is invited"), max_length=12, choices=Message.To, default=Message.To.EVERYONE
    )
    called_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    # How often time or place changed: calendars take the newest (SEQUENCE of RFC 5545).
    sequence = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=6, null=True, blank=True, unique=True)
    code_token = models.CharField(max_length=43, null=True, blank=True, unique=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    code_ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return bool(
            self.code
            and not self.ended_at
            and not self.cancelled_at
            and self.code_ends_at
            and self.code_ends_at > timezone.now()
        )

    @property
    def is_over(self) -> bool:
        """Ended, cancelled, or more than twelve hours ago."""
        long_ago = self.starts_at < timezone.now() - timedelta(hours=12)
        return bool(self.ended_at or self.cancelled_at or long_ago)


class Item(models.Model):
    """One point of the agenda: a talk, a break, or an activity with its run."""

    confidential = ("title",)
    open = ("activity",)

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("what"), max_length=200)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=15)
    # The key of an activity, or "" for what needs none.
    activity = models.CharField(_("activity"), max_length=40, blank=True)
    run = models.OneToOneField(
        Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="agenda_item"
    )

    class Meta:
        ordering = ["position", "pk"]


class Answer(models.Model):
    """Whether somebody comes. The note goes to who called the meeting and the co-leaders."""

    confidential = ("note",)
    open = ()

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    comes = models.BooleanField()
    note = models.CharField(_("a word to who called it"), max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="answer_once")]


class PointQuerySet(models.QuerySet["Point"]):
    def visible_to(self, person: object) -> "PointQuerySet":
        """What was agreed in the meetings this person may see."""
        return self.filter(meeting__in=Meeting.objects.visible_to(person))

    def undone(self) -> "PointQuerySet":
        return self.filter(done_at__isnull=True)

    def of(self, person: Person) -> "PointQuerySet":
        """What this person undertook, and has not done."""
        return self.visible_to(person).undone().filter(owner=person)


class Point(models.Model):
    """An action point: what somebody undertook to do, and by when."""

    confidential = ("text",)
    open = ()

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="points")
    text = models.CharField(_("what is to be done"), max_length=300)
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField(_("by when"), null=True, blank=True)
    written_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PointQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    @property
    def is_late(self) -> bool:
        return bool(self.due_on and not self.done_at and self.due_on < timezone.localdate())


#: How long a calendar's address works unless its owner keeps it on: docs/decisions/0047.
FEED_LIFE = timedelta(days=400)


def thirteen_months_on() -> datetime:
    """When an address that is made or kept on now ends."""
    return timezone.now() + FEED_LIFE


class FeedQuerySet(models.QuerySet["Feed"]):
    def live(self) -> "FeedQuerySet":
        """Those that have not ended."""
        return self.filter(ends_at__gt=timezone.now())


class Feed(models.Model):
    """A person's calendar address. Only the hash of its token is kept; a new one ends the old."""

    confidential = ("token_hash",)
    open = ()

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()

    objects = FeedQuerySet.as_manager()

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()


def planned(meeting: Meeting, items: list[Item]) -> list[tuple[Item, datetime]]:
    """Each item with the moment it is planned for."""
    at, found = meeting.starts_at, []
    for item in items:
        found.append((item, at))
        at += timedelta(minutes=item.minutes)
    return found


def ends_at(meeting: Meeting, items: list[Item]) -> datetime:
    """When the agenda is through; an hour where it is still empty."""
    minutes = sum(item.minutes for item in items) or 60
    return meeting.starts_at + timedelta(minutes=minutes)
