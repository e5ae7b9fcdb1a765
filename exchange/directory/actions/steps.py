"""Putting a first step aside."""

from django.db import transaction
from django.utils.translation import gettext as _

from exchange.core.permission import require
from exchange.directory.models import Person, StepAside
from exchange.directory.models.events import record


@transaction.atomic
def put_step_aside(step: str, *, by: Person) -> None:
    """This person's home page does not offer this step again; twice is once."""
    require(by.is_active, _("Sign in with an open account first."))
    aside, new = StepAside.objects.get_or_create(person=by, step=step)
    if new:
        record(by, "put_step_aside", aside, step=step)
