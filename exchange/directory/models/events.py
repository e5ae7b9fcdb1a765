"""What happened (Event), and who agreed that something may be seen more widely (Release)."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
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


class Event(models.Model):
    """One thing that somebody did. Written by actions only; feeds timeline, digest and audit.

    `data` carries ids and dates, never what people wrote.
    """

    confidential = ()
    open = ("verb", "subject_kind", "data")

    actor = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    verb = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    network = models.ForeignKey(
        Network, null=True, on_delete=models.SET_NULL, related_name="events"
    )
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["network", "-at"]),
            models.Index(fields=["subject_kind", "subject_id"]),
        ]


def record(
    actor: Person | None,
    verb: str,
    subject: models.Model,
    *,
    network: Network | None = None,
    **data: Any,
) -> Event:
    """Write the Event row of an action; call it inside the action's transaction."""
    return Event.objects.create(
        actor=actor,
        verb=verb,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk,
        network=network,
        data=data,
    )


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
