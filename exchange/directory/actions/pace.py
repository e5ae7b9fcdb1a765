"""How often one person may do what reaches others."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from exchange.directory.models import Event, Person


def check_pace(by: Person, verb: str, most: int, sentence: str) -> None:
    """At most so many events of this verb by one person within an hour; ValidationError("too_many")
    with the sentence, in which %(count)d stands for `most`, beyond that.

    Holds the person's row, so that two at once are counted one after the other.
    """
    Person.objects.select_for_update().get(pk=by.pk)
    hour = timezone.now() - timedelta(hours=1)
    if Event.objects.filter(actor=by, verb=verb, at__gt=hour).count() >= most:
        raise ValidationError(sentence % {"count": most}, code="too_many")
