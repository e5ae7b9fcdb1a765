"""Telling those who speak for a school that somebody else speaks for it now."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core.permission import require
from exchange.directory.models import Affiliation, NewVoice, Person
from exchange.directory.models.events import record


def tell_voices(tie: Affiliation, *, by: Person | None) -> None:
    """Tell the school's other heads and link persons, but not who did it, that this tie speaks
    from now on. For actions that have just made it speak."""
    others = Affiliation.objects.current().confirmed().speaking().filter(school=tie.school_id)
    others = others.exclude(person__in=[one.pk for one in (tie.person, by) if one])
    NewVoice.objects.bulk_create(
        NewVoice(told_id=pk, tie=tie, brought_by=by)
        for pk in sorted(set(others.values_list("person_id", flat=True)))
    )


@transaction.atomic
def note_voice(voice: NewVoice, *, by: Person) -> NewVoice:
    """The person who was told has seen it; it leaves their home page."""
    require(voice.told_id == by.pk, _("Only the person who was told notes it."))
    voice = NewVoice.objects.select_for_update(of=("self",)).get(pk=voice.pk)
    if voice.noted_at is None:
        voice.noted_at = timezone.now()
        voice.save(update_fields=["noted_at"])
        record(by, "note_voice", voice)
    return voice
