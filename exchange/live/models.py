"""Runs of live activities: seats, moves, ballots, notes and the findings they close into."""

from datetime import datetime
from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from exchange.core.jsons import QuickJSONField
from exchange.directory.models import Audience, Network, Person, Release, Role, School


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, person: object) -> "RunQuerySet":
        """Runs this person facilitates, sat in, or that belong to a network of theirs.

        Seeing a run is not seeing its results: `rules.may_read_result` decides that.
        """
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        networks = Network.objects.visible_to(person)
        return self.filter(
            Q(facilitator=person)
            | Q(network__in=networks)
            | Q(pk__in=Facilitating.objects.held_by(person).values("run"))
            | Q(pk__in=Seat.objects.taken().filter(person=person).values("run"))
        )

    def facilitated_by(self, person: object) -> "RunQuerySet":
        """Runs whose desk this person holds: they set it up, or were given it by who did."""
        if not isinstance(person, Person):
            return self.none()
        return self.filter(
            Q(facilitator=person, facilitator__is_active=True)
            | Q(pk__in=Facilitating.objects.held_by(person).values("run"))
        )

    def taken_part_in(self, person: Person) -> "RunQuerySet":
        """Runs in which this person has a seat, or whose desk they hold."""
        seated = Seat.objects.taken().filter(person=person).values("run")
        held = self.model.objects.facilitated_by(person).values("pk")
        return self.filter(Q(pk__in=seated) | Q(pk__in=held))

    def open(self) -> "RunQuerySet":
        """Runs people can take part in now."""
        return self.filter(
            opened_at__isnull=False, closed_at__isnull=True, cancelled_at__isnull=True
        )

    def for_network(self, network: Network) -> "RunQuerySet":
        return self.filter(network=network)


class Run(models.Model):
    """One session of one activity. Its id is permanent; its code only joins, while it is open."""

    confidential = ("title", "setup", "room", "state")
    open = ("activity", "code", "code_token", "revisions", "seed")

    activity = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(_("question"), max_length=200)
    network = models.ForeignKey(
        Network, null=True, blank=True, on_delete=models.CASCADE, related_name="runs"
    )
    facilitator = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="runs"
    )
    setup = models.JSONField(default=dict)
    room = QuickJSONField(default=dict)
    state = QuickJSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    # audience -> how often it was told to look again
    revisions = QuickJSONField(default=dict)
    seed = models.CharField(max_length=32)
    code = models.CharField(max_length=6, null=True, blank=True, unique=True)
    code_token = models.CharField(max_length=43, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    code_ends_at = models.DateTimeField(null=True, blank=True)
    door_locked_at = models.DateTimeField(null=True, blank=True)
    # Since when newcomers wait at the door until the desk lets them in.
    door_watched_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # A trial: when everything of it is erased.
    erase_at = models.DateTimeField(null=True, blank=True, db_index=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    #: What changes with a run whenever a look at it would.
    STAMP = (
        "revision", "revisions", "version", "opened_at", "closed_at", "cancelled_at",
        "code_ends_at",
    )  # fmt: skip

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def stamp(self) -> tuple[object, ...]:
        """The values of STAMP."""
        return tuple(getattr(self, name) for name in self.STAMP)

    @property
    def is_open(self) -> bool:
        return bool(self.opened_at and not self.closed_at and not self.cancelled_at)

    @property
    def code_ended(self) -> bool:
        """Whether the hours of its code are over, while the session itself goes on."""
        return (
            self.is_open and self.code_ends_at is not None and self.code_ends_at <= timezone.now()
        )

    @property
    def invites(self) -> bool:
        """Whether somebody new can join now: the door is not locked and the code lives."""
        return self.is_open and not self.door_locked_at and not self.code_ended

    @property
    def phase(self) -> str:
        return str(self.room.get("phase", ""))

    @cached_property
    def further_facilitators(self) -> list[Person]:
        """Who holds the desk beside `facilitator`, by name; kept with this object.

        Every phone asks at every look, and mostly there is nobody: that is one small query.
        """
        held = list(
            Facilitating.objects.current().filter(run=self).values_list("person", flat=True)
        )
        if not held:
            return []
        people = Person.objects.of_network(self.network_id) if self.network_id else Person.objects
        return list(people.filter(pk__in=held, is_active=True).order_by("name", "pk"))

    @property
    def held_by(self) -> list[Person]:
        """Everybody who holds its desk, who set it up first."""
        first = [self.facilitator] if self.facilitator else []
        return [*first, *self.further_facilitators]

    def open_to(self, person: Person) -> bool:
        """Whether somebody can be given its desk: the people of its network, or anybody where it
        has none."""
        return person.is_active and (not self.network_id or self.network_id in person.network_ids)

    @property
    def typed_in(self) -> str:
        """ "Typed in from paper by Ben on 3 March 2026", or "" for a session held on phones."""
        paper = PaperSession.objects.filter(run=self).select_related("typed_by").first()
        if paper is None or paper.typed_at is None:
            return ""
        day = date_format(timezone.localtime(paper.typed_at), "j F Y")
        words = {"name": paper.typed_by.name if paper.typed_by else _("somebody"), "day": day}
        if paper.held_on is None:
            return str(_("Typed in from paper by %(name)s on %(day)s") % words)
        words["held"] = date_format(paper.held_on, "j F Y")
        return str(_("Held on paper on %(held)s, typed in by %(name)s on %(day)s") % words)


class SeatQuerySet(models.QuerySet["Seat"]):
    def taken(self) -> "SeatQuerySet":
        """Seats of people who are in: neither removed nor waiting at the door."""
        return self.filter(removed_at__isnull=True, waiting_since__isnull=True)

    def at_the_door(self) -> "SeatQuerySet":
        """Seats of people who wait to be let in; the engine does not know them yet."""
        return self.filter(removed_at__isnull=True, waiting_since__isnull=False)


class Seat(models.Model):
    """One phone in a run: a guest or a signed-in member. Only the hash of its token is kept."""

    confidential = ("label", "token_hash", "once")
    open = ("key", "role", "answered")

    class Role(models.TextChoices):
        HEAD = "headteacher", _("Headteacher")
        LEADER = "leader", _("Senior or middle leader")
        TEACHER = "teacher", _("Teacher")
        SUPPORT = "support", _("Support staff")
        GOVERNOR = "governor", _("Governor")
        PARTNER = "partner", _("Partner from outside the schools")
        OTHER = "other", _("Other")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="seats")
    key = models.CharField(max_length=8)
    token_hash = models.CharField(max_length=64, unique=True)
    # The hash of the form's one-time id, so that pressing it twice takes one seat.
    once = models.CharField(max_length=64, blank=True)
    label = models.CharField(_("name or initials"), max_length=40, blank=True)
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(max_length=20, choices=Role, default=Role.TEACHER)
    people = models.PositiveSmallIntegerField(default=1)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="seats"
    )
    # Secret questions this seat has answered, each with the id of its post; never the answer.
    answered = models.JSONField(default=dict)
    joined_at = models.DateTimeField(default=timezone.now)
    # Set while somebody waits to be let in; kept when they were turned away.
    waiting_since = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="seat_key_once"),
            models.UniqueConstraint(
                fields=["run", "once"], condition=~Q(once=""), name="seat_form_once"
            ),
            models.UniqueConstraint(
                fields=["run", "person"],
                condition=Q(person__isnull=False, removed_at__isnull=True),
                name="seat_person_once",
            ),
        ]


class Move(models.Model):
    """One accepted move, in order. Append-only; erased with its run when that is cancelled."""

    confidential = ("data", "reply")
    open = ("kind", "seat", "by", "move_id")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="moves")
    seq = models.PositiveIntegerField()
    move_id = models.CharField(max_length=64)
    by = models.CharField(max_length=8)  # seat, desk or house
    seat = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=40)
    data = QuickJSONField(default=dict)
    reply = QuickJSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["run", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["run", "seq"], name="move_seq_once"),
            models.UniqueConstraint(fields=["run", "move_id"], name="move_id_once"),
        ]


class Ballot(models.Model):
    """How often one answer was given to a secret question. No seat, no time, no order: an answer
    is added to a count, so that no row stands for a person."""

    confidential = ("answer",)
    open = ("question",)

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="ballots")
    question = models.CharField(max_length=40)
    answer = models.CharField(max_length=80)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "question", "answer"], name="ballot_answer_once"
            ),
        ]


class Note(models.Model):
    """The facilitator's private notes on a run; nobody else ever sees them."""

    confidential = ("text",)
    open = ()

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=10_000, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "author"], name="note_once")]


class LearningNote(models.Model):
    """What somebody takes from a session they sat in or held; theirs alone, in their own record."""

    confidential = ("text",)
    open = ()

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="learning_notes")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="learning_notes")
    text = models.TextField(max_length=2000)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "person"], name="learning_note_once")]


class FacilitatingQuerySet(models.QuerySet["Facilitating"]):
    def current(self) -> "FacilitatingQuerySet":
        return self.filter(ended_at__isnull=True)

    def held_by(self, person: Person) -> "FacilitatingQuerySet":
        """The desks this person was given and can hold now: of networks to which they belong, and
        of sessions without a network."""
        return self.current().filter(
            Q(run__network__isnull=True) | Q(run__network__in=person.network_ids),
            person=person, person__is_active=True,
        )  # fmt: skip


class Facilitating(models.Model):
    """Somebody holds a run's desk beside the person who set it up: given by whom, until when."""

    confidential = ()
    open = ()

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="facilitating")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facilitating")
    given_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FacilitatingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "person"],
                condition=Q(ended_at__isnull=True),
                name="facilitating_once",
            ),
        ]


class OneTimeCodeQuerySet(models.QuerySet["OneTimeCode"]):
    def live(self, now: datetime | None = None) -> "OneTimeCodeQuerySet":
        """Those that still open what they are for."""
        return self.filter(used_at__isnull=True, ends_at__gt=now or timezone.now())


class OneTimeCode(models.Model):
    """Letters that do one thing once, for some minutes. Only a keyed hash of them is kept."""

    confidential = ("token_hash",)
    open = ("kind",)

    class Kind(models.TextChoices):
        DESK = "desk", _("hold the desk of this session, too")
        SEAT = "seat", _("go on with this seat on another device")
        PLACE = "place", _("take a fresh seat in the place of this one")
        CLAIM = "claim", _("keep this seat in one's account")

    kind = models.CharField(max_length=10, choices=Kind)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="one_time_codes")
    seat = models.ForeignKey(
        Seat, null=True, blank=True, on_delete=models.CASCADE, related_name="one_time_codes"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = OneTimeCodeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]


class PaperSession(models.Model):
    """A run that was held on paper: what was typed in so far. Once that has become moves, `sheets`
    is emptied, and the row is the mark."""

    confidential = ("sheets",)
    open = ()

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="paper")
    # as typed: see exchange/live/typed.py
    sheets = models.JSONField(default=dict)
    held_on = models.DateField(_("held on"), null=True, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    typed_at = models.DateTimeField(null=True, blank=True)
    typed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, person: object) -> "FindingQuerySet":
        """What this person may read: findings of runs they sat in or facilitated or whose network
        they co-lead; those that wait for their school's agreement; those released to a network
        of theirs. Being head, programme staff or administrator adds nothing.
        """
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        co_led = [r.network_id for r in person.roles if r.role == Role.CO_LEADER and r.network_id]
        speaks_for = [tie.school_id for tie in person.schools if tie.speaks]
        asked = Release.objects.filter(subject_kind="finding", school__in=speaks_for)
        return self.filter(
            Q(run__in=Run.objects.facilitated_by(person))
            | Q(run__in=Seat.objects.taken().filter(person=person).values("run"))
            | Q(network__in=co_led)
            | Q(pk__in=asked.values("subject_id"))
            | Q(audience=Audience.NETWORK, network__in=Network.objects.visible_to(person))
        )

    def released(self) -> "FindingQuerySet":
        return self.exclude(audience__in=[Audience.ME, Audience.GROUP, Audience.SCHOOL])


class Finding(models.Model):
    """A statement that a named group agreed, with its dissent. Evidence cites this row."""

    confidential = ("text", "dissent", "context")
    open = ("audience",)

    run = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    network = models.ForeignKey(
        Network, null=True, blank=True, on_delete=models.CASCADE, related_name="findings"
    )
    text = models.TextField(_("finding"), max_length=600)
    context = models.TextField(max_length=600, blank=True)
    # [{"note": str}], kept word for word and without names
    dissent = models.JSONField(default=list)
    agreed = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.GROUP)
    created_at = models.DateTimeField(default=timezone.now)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "position", "pk"]
