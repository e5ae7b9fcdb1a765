"""Whoever loses a right hears nothing more at once: their open desks and projectors are made to ask
again (`streaming.check`), in the moment in which the right ends."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_save

from exchange.directory.models import Affiliation, Membership, Person, RoleAssignment
from exchange.live import nudges
from exchange.live.models import Facilitating, Run
from exchange.live.plugin import DESK, SCREEN


def watch() -> None:
    """Once, when the app is ready."""
    for model in (Affiliation, Membership, Person, RoleAssignment):
        post_save.connect(_changed, sender=model, dispatch_uid=f"desks of {model.__name__}")


def _changed(instance: Any, created: bool, update_fields: Any = None, **_more: Any) -> None:
    fields = set(update_fields or ())
    if created or (isinstance(instance, Person) and fields and "is_active" not in fields):
        return
    transaction.on_commit(lambda: _ask_again(instance))


def _ask_again(instance: Any) -> None:
    if isinstance(instance, Membership):
        held = Q(network=instance.network_id)
    else:
        person = instance.pk if isinstance(instance, Person) else instance.person_id
        given = Facilitating.objects.filter(person=person).values("run")
        held = Q(facilitator=person) | Q(pk__in=given)
    for pk in Run.objects.open().filter(held).values_list("pk", flat=True):
        nudges.publish(pk, (DESK, SCREEN))
