"""Putting a first step aside."""

from django.db import transaction

from exchange.directory.actions.pace import hold
from exchange.directory.models import Person, StepAside
from exchange.directory.models.events import record


@transaction.atomic
def put_step_aside(step: str, *, by: Person) -> None:
    """This person's home page does not offer this step again; twice is once."""
    hold(by)
    aside, new = StepAside.objects.get_or_create(person=by, step=step)
    if new:
        record(by, "put_step_aside", aside, step=step)
