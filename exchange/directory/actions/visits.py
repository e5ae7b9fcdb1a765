"""Ending sessions: one's own, on one device or on all others."""

from django.db import transaction
from django.utils.translation import gettext as _

from exchange.core.permission import require
from exchange.directory.models import Person, Visit
from exchange.directory.models.events import record


@transaction.atomic
def end_visit(visit: Visit, *, by: Person) -> None:
    """Sign out on one device; with the next thing asked for there nobody is signed in."""
    require(visit.person_id == by.pk, _("Only you sign yourself out."))
    if Visit.objects.filter(pk=visit.pk).delete()[0]:
        record(by, "end_visit", by, visits=1)


@transaction.atomic
def end_other_visits(person: Person, *, by: Person | None, but: str = "") -> int:
    """Sign out everywhere, but for the visit whose key has this hash; how many there were.

    `by` is None for the command line.
    """
    require(by is None or by.pk == person.pk, _("Only you sign yourself out."))
    gone = Visit.objects.filter(person=person).exclude(key_hash=but).delete()[0]
    if gone:
        record(by, "end_visit", person, visits=gone)
    return gone
