"""First steps that a person does not want to see on their home page any more."""

from django.db import models
from django.utils import timezone

from exchange.directory.models.people import Person


class StepAside(models.Model):
    """This person has put this first step aside; it does not come again."""

    confidential = ()
    open = ("step",)

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="steps_aside")
    step = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "step"], name="step_aside_once")]
