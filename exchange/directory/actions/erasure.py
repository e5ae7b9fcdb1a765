"""Giving a person what is stored of them, and erasing it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core import outbox, retention
from exchange.core.permission import require
from exchange.core.writing import writing
from exchange.directory import audit, subjects, tombstones
from exchange.directory.models import Network, Person, Role, RoleAssignment
from exchange.directory.models.events import record


def export_person(person: Person, *, by: Person | None) -> bytes:
    """All that is stored of a person as a ZIP file; nothing is kept of the file.

    `by` is the person themselves, or None for the command line.
    """
    require(by is None or by.pk == person.pk, _("Only you do this with what is yours."))
    with transaction.atomic():
        file = subjects.export(person)
        record(by, "export_person", person)
    return file


def left_without_co_leader(person: Person) -> list[Network]:
    """The networks of which this person is the only co-leader without an agreed end."""
    leads = RoleAssignment.objects.current().filter(role=Role.CO_LEADER, network__isnull=False)
    others = leads.filter(ended_on__isnull=True).exclude(person=person)
    mine = leads.filter(person=person).exclude(network__in=others.values("network"))
    return list(Network.objects.filter(pk__in=mine.values("network")))


def erase_person(person: Person, *, by: Person | None, leaving: bool = False) -> None:
    """Erase a person: what is theirs goes, what they did with others stays without their name.

    The row stays, emptied, as "Former member", so that what others did with them keeps its sense.
    A tombstone outside the database erases them again should a backup bring them back.
    `by` is the person themselves, or None for the command line and for tombstones. Raises
    ValidationError("alone") where they leave a network without a co-leader and did not say
    `leaving`. Erasing again changes nothing.
    """
    require(by is None or by.pk == person.pk, _("Only you do this with what is yours."))
    with writing():
        person = Person.objects.select_for_update().get(pk=person.pk)
        if person.erased_at:
            return
        alone = [] if leaving or by is None else left_without_co_leader(person)
        if alone:
            names = ", ".join(network.name for network in alone)
            raise ValidationError(
                _("You are the only co-leader of %(names)s. Name a successor first, or say that "
                  "the network may stay without one.") % {"names": names}, code="alone",
            )  # fmt: skip
        for holding in reversed(subjects.holdings):
            if holding.erase:
                holding.erase(person)
        address = person.email
        empty(person)
        record(by, "erase_person", person)
        # Robust: a full disk must not look as if nothing was erased. No partial: Django could not
        # name it in the log.
        transaction.on_commit(lambda: tombstones.keep([person.tombstone]), robust=True)
        transaction.on_commit(lambda: outbox.forget_files(address) and None, robust=True)


def empty(person: Person) -> None:
    """Take out all that says who it was."""
    now = timezone.now()
    person.tombstone = tombstones.mark_of(person)
    person.name, person.email = _("Former member"), f"former-member-{person.pk}@erased.invalid"
    person.is_active = person.is_site_admin = False
    person.last_login, person.joined_at, person.erased_at = None, now, now
    person.set_unusable_password()
    person.save()
    person.forget_rights()


def erase_again() -> int:
    """Erase whom a restored backup brought back; returns how many."""
    marks = tombstones.read()
    there = Person.objects.filter(erased_at=None) if marks else Person.objects.none()
    back = [one for one in there if tombstones.mark_of(one) in marks]
    for person in back:
        erase_person(person, by=None)
    return len(back)


def restored() -> None:
    """After a backup was restored: whoever was erased since goes again, and whatever is past its
    time; the log of events may then end earlier than it once did."""
    erase_again()
    retention.due()
    audit.keep_head(restored=True)
