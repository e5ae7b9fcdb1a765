"""Packs: content that travels as YAML files (card sets now; rubrics and protocols later)."""

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
