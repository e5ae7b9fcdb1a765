"""Ties of people to schools, and their roles in networks."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core.permission import require
from exchange.directory import rules
from exchange.directory.actions.pace import hold
from exchange.directory.actions.voices import tell_voices
from exchange.directory.models import Affiliation, Network, Person, Role, RoleAssignment, School
from exchange.directory.models.events import record
from exchange.directory.models.people import NETWORK_ROLES


@transaction.atomic
def change_name(person: Person, *, by: Person, name: str) -> Person:
    """Change how one's own name is shown."""
    require(person.pk == by.pk, _("Only you change your name."))
    hold(by)
    Person.objects.filter(pk=person.pk).update(name=name)
    person.name = name
    record(by, "change_name", person)
    return person


@transaction.atomic
def ask_tie(school: School, *, by: Person, job: str, started_on: date | None = None) -> Affiliation:
    """Say that one works at a school; it counts once somebody there or a co-leader confirms it."""
    hold(by)
    if not school.is_open:
        raise ValidationError(_("%(school)s has closed.") % {"school": school.name})
    if Affiliation.objects.current().filter(person=by, school=school).exists():
        raise ValidationError(
            _("You already named %(school)s as your school.") % {"school": school.name}
        )
    tie = Affiliation.objects.create(
        person=by, school=school, job=job, started_on=started_on or timezone.localdate()
    )
    record(by, "ask_tie", tie, school=school.pk)
    return tie


def locked(tie: Affiliation) -> Affiliation:
    """The newest state of the row, held until the transaction ends."""
    return (
        Affiliation.objects.select_for_update(of=("self",))
        .select_related("school", "person")
        .get(pk=tie.pk)
    )


@transaction.atomic
def confirm_tie(tie: Affiliation, *, by: Person) -> Affiliation:
    """Confirm that somebody works at the school, in the job they named."""
    tie = locked(tie)
    require(
        rules.may_confirm_tie(by, tie),
        _(
            "A co-leader, or the school's head or link person, confirms this; nobody for themselves."
        ),
    )
    if tie.ended_on:
        raise ValidationError(_("This tie has ended."))
    if tie.confirmed_at:
        raise ValidationError(_("This tie is already confirmed."))
    tie.confirmed_at, tie.confirmed_by = timezone.now(), by
    tie.save(update_fields=["confirmed_at", "confirmed_by"])
    record(by, "confirm_tie", tie, school=tie.school_id)
    if tie.speaks:
        tell_voices(tie, by=by)
    return tie


@transaction.atomic
def end_tie(tie: Affiliation, *, by: Person) -> Affiliation:
    """The person no longer works there (or never did: an unconfirmed tie is refused this way)."""
    tie = locked(tie)
    require(
        rules.may_end_tie(by, tie),
        _("Only the person, a co-leader, or the school's head or link person ends this."),
    )
    if tie.ended_on:
        raise ValidationError(_("This tie has already ended."))
    tie.ended_on, tie.ended_by, tie.is_link = timezone.localdate(), by, False
    tie.save(update_fields=["ended_on", "ended_by", "is_link"])
    record(by, "end_tie", tie, school=tie.school_id)
    by.forget_rights()
    return tie


@transaction.atomic
def set_link(tie: Affiliation, *, by: Person, is_link: bool) -> Affiliation:
    """Make somebody the person through whom the school is reached, or no longer.

    The link person agrees releases for the school, so nobody makes themselves one; everybody
    may lay it down.
    """
    tie = locked(tie)
    lays_down = not is_link and tie.person_id == by.pk
    require(
        lays_down or rules.may_confirm_tie(by, tie),
        _("A co-leader, or the school's head or link person, names it; nobody themselves."),
    )
    if tie.ended_on or not tie.confirmed_at:
        raise ValidationError(_("Only a person with a confirmed tie can be the link person."))
    spoke = tie.speaks
    tie.is_link = is_link
    tie.save(update_fields=["is_link"])
    record(by, "name_link" if is_link else "unname_link", tie, school=tie.school_id)
    if tie.speaks and not spoke:
        tell_voices(tie, by=by)
    return tie


@transaction.atomic
def appoint(
    person: Person, *, network: Network, role: str, by: Person, until: date | None = None
) -> RoleAssignment:
    """Give somebody of the network a role from today, with an end if one is agreed.

    ValidationError: no such role, not a person of this network, already holds it, a past end.
    People from outside are invited instead.
    """
    require(rules.may_appoint(by, network), _("Only its co-leaders appoint people."))
    if role not in NETWORK_ROLES:
        raise ValidationError({"role": _("This is not a role of a network.")})
    if until and until <= timezone.localdate():
        raise ValidationError({"until": _("The end must lie in the future.")})
    if not rules.is_member(person, network):
        raise ValidationError({"person": _("Choose somebody of this network.")})
    Network.objects.select_for_update().get(pk=network.pk)
    held = RoleAssignment.objects.current().filter(person=person, role=role, network=network)
    if held.exists():
        raise ValidationError(_("%(name)s already has this role.") % {"name": person.name})
    assignment = RoleAssignment.objects.create(
        person=person, role=role, network=network, appointed_by=by, ended_on=until
    )
    record(by, "appoint", assignment, network=network, role=role)
    person.forget_rights()
    return assignment


@transaction.atomic
def end_role(assignment: RoleAssignment, *, by: Person) -> RoleAssignment:
    """End a role today. The last co-leader stays until there is a successor without an end."""
    require(
        rules.may_end_role(by, assignment),
        _("Only a co-leader, or the person themselves, ends a role."),
    )
    if assignment.network_id:
        Network.objects.select_for_update().get(pk=assignment.network_id)
    assignment = RoleAssignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    today = timezone.localdate()
    if assignment.ended_on and assignment.ended_on <= today:
        raise ValidationError(_("This role has already ended."))
    if assignment.role == Role.CO_LEADER and assignment.network_id:
        others = RoleAssignment.objects.current().filter(
            Q(ended_on__isnull=True), network_id=assignment.network_id, role=Role.CO_LEADER
        )
        if not others.exclude(pk=assignment.pk).exclude(person_id=assignment.person_id).exists():
            raise ValidationError(
                _("A network needs a co-leader. Appoint or invite a successor first.")
            )
    assignment.ended_on, assignment.ended_by = today, by
    assignment.save(update_fields=["ended_on", "ended_by"])
    record(by, "end_role", assignment, network=assignment.network, role=assignment.role)
    by.forget_rights()
    return assignment
