"""How often one person may do what reaches others; and that they are still there when they do."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core.permission import require
from exchange.directory.models import Event, Person


def hold(by: Person) -> None:
    """Hold the person's row until the transaction ends; PermissionDenied where their account was
    closed or erased since they were let in: whoever is being erased must leave nothing behind.

    Before other rows are held, as erasing does. Not against rows that only name the person: who
    holds a session's row and writes one must not wait for who holds the person and wants that row.
    """
    held = Person.objects.select_for_update(no_key=True)
    here = held.filter(pk=by.pk, is_active=True).first()
    require(here is not None, _("Your account is closed."))


def check_pace(by: Person, verb: str, most: int, sentence: str) -> None:
    """At most so many events of this verb by one person within an hour; ValidationError("too_many")
    with the sentence, in which %(count)d stands for `most`, beyond that.

    Holds the person's row, so that two at once are counted one after the other.
    """
    Person.objects.select_for_update().get(pk=by.pk)
    hour = timezone.now() - timedelta(hours=1)
    if Event.objects.filter(actor=by, verb=verb, at__gt=hour).count() >= most:
        raise ValidationError(sentence % {"count": most}, code="too_many")
