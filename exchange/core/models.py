"""Packs: content that travels as YAML files. Letters and chores: what the worker does."""

from django.db import models
from django.utils import timezone


class Pack(models.Model):
    """One pack as it was last loaded. Runs copy what they use, so a new version changes none."""

    confidential = ()
    open = ("kind", "key", "title", "body")

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=120)
    body = models.JSONField(default=dict)
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["kind", "title", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="pack_once")]

    def __str__(self) -> str:
        return self.title


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self) -> "LetterQuerySet":
        """Neither sent nor given up."""
        return self.filter(sent_at__isnull=True, given_up_at__isnull=True)

    def over(self) -> "LetterQuerySet":
        """Sent or given up."""
        return self.exclude(sent_at__isnull=True, given_up_at__isnull=True)


class Letter(models.Model):
    """A letter in the outbox (`outbox.py`). Its words and addresses are sealed with a key outside
    the database, and gone once it was sent or given up."""

    confidential = ()
    open = ("kind", "fault")

    kind = models.CharField(max_length=40)
    about = models.BigIntegerField(default=0)
    reader = models.BigIntegerField(null=True)
    sealed = models.BinaryField(default=b"")
    queued_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="letter_waiting",
            ),
            models.Index(fields=["kind", "about"]),
        ]

    @property
    def state(self) -> str:
        """ "sent", "given up" or "waiting"."""
        return "sent" if self.sent_at else "given up" if self.given_up_at else "waiting"


class ChoreDone(models.Model):
    """When a chore (`chores.py`) was last done, and what went wrong then, if anything did."""

    confidential = ()
    open = ("name", "fault")

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    fault = models.CharField(max_length=60, blank=True)
