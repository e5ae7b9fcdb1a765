"""What happened (Event), and who agreed that something may be seen more widely (Release)."""

import json
from collections.abc import Collection
from datetime import UTC
from typing import Any, NoReturn

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from exchange.directory.models.networks import Network
from exchange.directory.models.people import Affiliation, Person
from exchange.directory.models.schools import School


class Audience(models.TextChoices):
    """How far something may be seen. Only a Release widens it."""

    ME = "me", _("Only its author")
    GROUP = "group", _("The group that made it")
    SCHOOL = "school", _("The school")
    NETWORK = "network", _("The network")
    PROGRAMME = "programme", _("The programme")
    PUBLIC = "public", _("Everyone")


class Fixed(Exception):
    """A line of the log cannot be changed or taken out."""


class FixedQuerySet(models.QuerySet[Any]):
    """Rows that are added and never changed."""

    def refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Fixed("The log is only added to.")

    update = delete = bulk_update = update_or_create = refuse


class FixedModel(models.Model):
    """A row that is saved once."""

    objects = FixedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise Fixed("The log is only added to.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Fixed("The log is only added to.")


class Event(FixedModel):
    """One thing that somebody did. Written by actions only; feeds timeline, digest and audit.

    `data` carries ids and dates, never what people wrote. `actor` and `network` are numbers that
    may name nobody any more; a row is never changed for that.
    """

    confidential = ()
    open = ("verb", "subject_kind", "data")

    actor = models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    verb = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    network = models.ForeignKey(
        Network, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="events"
    )
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["network", "-at"]),
            models.Index(fields=["actor", "-at"]),
            models.Index(fields=["subject_kind", "subject_id"]),
        ]


class Seal(FixedModel):
    """A link of the chain over the events (`audit.py`): number 1, 2, 3 ..., one for each event.

    Number 0 is no link: its row is what those who add links take turns by.
    """

    confidential = ()
    open = ("hash",)

    number = models.PositiveBigIntegerField(unique=True)
    event_id = models.BigIntegerField(null=True, unique=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]


def record(
    actor: Person | None,
    verb: str,
    subject: models.Model,
    *,
    network: Network | None = None,
    **data: Any,
) -> Event:
    """Write the Event row of an action; call it inside the action's transaction.

    It is sealed after the commit (decision 0030), so that no action waits for another's.
    """
    event = Event.objects.create(
        actor=actor,
        verb=verb,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk,
        network=network,
        data=data,
    )
    waiting = vars(transaction.get_connection()).setdefault("events_to_seal", [])
    waiting.append(event.pk)
    transaction.on_commit(lambda: _seal_all(waiting), robust=True)
    return event


def _seal_all(waiting: list[int]) -> None:
    """All events of a transaction at once; what was rolled back is not there and gets no link."""
    pks, waiting[:] = waiting[:], []
    if pks:
        seal(pks)


def link(before: str, number: int, event: Event) -> str:
    """The hash of a link: an HMAC-SHA256 over the link before, its number and the whole event."""
    said = [
        before, number, event.pk, event.actor_id, event.verb, event.subject_kind,
        event.subject_id, event.network_id, event.data,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
    ]  # fmt: skip
    words = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return salted_hmac("exchange.audit", words, algorithm="sha256").hexdigest()


def seal(pks: Collection[int]) -> int:
    """Add a link for each of these events that has none; returns how many.

    Not in turn with other writers of this process (`core/writing.py`): called after a commit, it
    may still be inside that turn.
    """
    with transaction.atomic():
        Seal.objects.get_or_create(number=0)
        Seal.objects.select_for_update().get(number=0)
        last = Seal.objects.order_by("-number")[0]
        sealed = set(Seal.objects.filter(event_id__in=pks).values_list("event_id", flat=True))
        links: list[Seal] = []
        for event in Event.objects.filter(pk__in=set(pks) - sealed).order_by("pk"):
            number, before = last.number + 1, last.hash
            last = Seal(number=number, event_id=event.pk, hash=link(before, number, event))
            links.append(last)
        Seal.objects.bulk_create(links)
    return len(links)


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, person: object) -> "ReleaseQuerySet":
        """Decisions in one's networks, and those of the schools one speaks for, also where the
        school has left since. Reading one is not reading the thing it is about.
        """
        if not isinstance(person, Person) or not person.is_active:
            return self.none()
        return self.filter(
            Q(network_id__in=person.network_ids) | Q(school_id__in=person.spoken_school_ids())
        )

    def answerable_by(self, person: Person) -> "ReleaseQuerySet":
        """What waits for this person's decision, as head or link person of a school."""
        return self.visible_to(person).waiting().filter(school_id__in=person.spoken_school_ids())

    def of(self, subject: models.Model) -> "ReleaseQuerySet":
        return self.filter(subject_kind=subject._meta.model_name, subject_id=subject.pk)

    def with_speaker(self) -> "ReleaseQuerySet":
        """Each with `has_speaker`: whether the school has a head or link person here now."""
        ties = Affiliation.objects.current().confirmed().speaking()
        return self.annotate(has_speaker=Exists(ties.filter(school=OuterRef("school"))))

    def agreed(self) -> "ReleaseQuerySet":
        return self.filter(agreed_at__isnull=False, withdrawn_at__isnull=True)

    def waiting(self) -> "ReleaseQuerySet":
        return self.filter(
            agreed_at__isnull=True, declined_at__isnull=True, withdrawn_at__isnull=True
        )


class Release(models.Model):
    """One school's decision that one thing may be seen by a wider audience.

    Asked by someone, agreed or declined by the school's head or link person; what had to be
    removed first is kept in `removed`. What follows from all answers: `is_released` in `actions/releases.py`.
    """

    confidential = ("removed", "reason")
    open = ("subject_kind", "audience")

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="releases")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="releases")
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.NETWORK)
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    removed = models.TextField(_("what was removed first"), max_length=1000, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "school", "audience"],
                condition=Q(withdrawn_at__isnull=True, declined_at__isnull=True),
                name="release_once",
            ),
        ]

    @property
    def stands(self) -> bool:
        """Whether the school agreed and has not taken it back."""
        return bool(self.agreed_at and not self.withdrawn_at)
