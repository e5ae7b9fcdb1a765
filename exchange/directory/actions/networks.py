"""Founding and changing networks, and which schools belong to them."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core.permission import require
from exchange.directory import rules
from exchange.directory.actions.invitations import write_letter
from exchange.directory.models import (
    Affiliation,
    Invitation,
    Membership,
    Network,
    Person,
    Role,
    RoleAssignment,
    School,
)
from exchange.directory.models.events import record

Status = Membership.Status


@transaction.atomic
def found_network(
    *,
    by: Person,
    name: str,
    purpose: str,
    learning_focus: str = "",
    kind: str = Network.Kind.LEARNING,
    schools: Sequence[School],
    second_co_leader: str = "",
    draft_key: str = "",
) -> Network:
    """Found a network; its founder becomes a co-leader. Returns it.

    `second_co_leader` is an e-mail address that gets an invitation. Few schools or no second
    co-leader is advice on the page, not an error. A school that has somebody to answer for it
    is asked (see Membership). ValidationError: no school, or a school that has closed.
    A second press on the same draft gets the network of the first.
    """
    require(rules.may_found_network(by), _("You may not found a network here."))
    Person.objects.select_for_update().get(pk=by.pk)  # presses of one person take turns
    founded = Network.objects.founded_from(draft_key, by=by).first()
    if founded:
        return founded
    if not schools:
        raise ValidationError(_("Choose at least one school."))
    network = Network.objects.create(
        name=name,
        purpose=purpose,
        learning_focus=learning_focus,
        kind=kind,
        founded_by=by,
        draft_key=draft_key,
    )
    RoleAssignment.objects.create(person=by, role=Role.CO_LEADER, network=network, appointed_by=by)
    take_in(network, schools, by=by)
    record(by, "found_network", network, network=network)
    by.forget_rights()
    if second_co_leader:
        if second_co_leader.strip().lower() == by.email.lower():
            raise ValidationError(
                {"second_co_leader": _("This is your own address. Name somebody else.")}
            )
        write_letter(network, by=by, email=second_co_leader, role=Role.CO_LEADER)
    return network


@transaction.atomic
def change_network(
    network: Network, *, by: Person, name: str, purpose: str, learning_focus: str, kind: str
) -> Network:
    """Change what a network says about itself."""
    require(rules.may_change_network(by, network), _("Only its co-leaders change a network."))
    network.name, network.purpose = name, purpose
    network.learning_focus, network.kind = learning_focus, kind
    network.save(update_fields=["name", "purpose", "learning_focus", "kind"])
    record(by, "change_network", network, network=network)
    return network


def spoken_for(schools: Sequence[School], *, outside: Network) -> set[int]:
    """Which of these schools have somebody to ask: a head or link here, or another network."""
    ids = [school.pk for school in schools]
    speakers = Affiliation.objects.current().confirmed().speaking().filter(school_id__in=ids)
    elsewhere = Membership.objects.current().filter(school_id__in=ids).exclude(network=outside)
    return set(speakers.values_list("school_id", flat=True)) | set(
        elsewhere.values_list("school_id", flat=True)
    )


def take_in(
    network: Network,
    schools: Sequence[School],
    *,
    by: Person,
    route: str = Membership.Route.VOLUNTARY,
    brokered_by: str = "",
    joined_on: date | None = None,
) -> list[Membership]:
    """Write the memberships of an action that has checked its rule; joined or asked."""
    closed = next((school for school in schools if not school.is_open), None)
    if closed:
        raise ValidationError(_("%(school)s has closed.") % {"school": closed.name})
    Network.objects.select_for_update().get(pk=network.pk)  # one change of members at a time
    there = Membership.objects.listed().filter(network=network, school__in=schools)
    already = there.select_related("school").first()
    if already:
        raise ValidationError(
            _("%(school)s is already on this network's list.") % {"school": already.school.name}
        )
    asked = spoken_for(schools, outside=network)
    now = timezone.now()
    made = []
    for school in {school.pk: school for school in schools}.values():
        ask = school.pk in asked and not rules.may_answer_for(by, school)
        made.append(
            Membership(
                network=network,
                school=school,
                status=Status.INVITED if ask else Status.JOINED,
                route=route,
                brokered_by=brokered_by if route == Membership.Route.BROKERED else "",
                joined_on=joined_on or timezone.localdate(),
                added_by=by,
                agreed_by=None if ask else by,
                agreed_at=None if ask else now,
            )
        )
    return Membership.objects.bulk_create(made)


@transaction.atomic
def add_schools(
    network: Network,
    *,
    by: Person,
    schools: Sequence[School],
    route: str = Membership.Route.VOLUNTARY,
    brokered_by: str = "",
    joined_on: date | None = None,
) -> list[Membership]:
    """Add schools to a network: joined at once, or asked where somebody answers for the school.

    ValidationError: none given, a closed school, one that is on the list, a date to come.
    """
    require(rules.may_change_network(by, network), _("Only its co-leaders add schools."))
    if not schools:
        raise ValidationError(_("Choose at least one school."))
    if joined_on and joined_on > timezone.localdate():
        raise ValidationError({"joined_on": _("This date has not come yet.")})
    made = take_in(
        network, schools, by=by, route=route, brokered_by=brokered_by, joined_on=joined_on
    )
    for membership in made:
        record(by, "add_school", membership, network=network, school=membership.school_id)
    by.forget_rights()
    return made


def locked(membership: Membership) -> Membership:
    """The newest state of the row, held until the transaction ends."""
    return (
        Membership.objects.select_for_update(of=("self",))
        .select_related("school", "network")
        .get(pk=membership.pk)
    )


@transaction.atomic
def agree_membership(membership: Membership, *, by: Person) -> Membership:
    """The school says yes to a network that asked it."""
    membership = locked(membership)
    require(
        rules.may_answer_for(by, membership.school),
        _("Only the school's head or link person answers for it."),
    )
    if membership.status != Status.INVITED or membership.left_on:
        raise ValidationError(_("This has already been answered."))
    membership.status = Status.JOINED
    membership.joined_on = timezone.localdate()
    membership.agreed_by, membership.agreed_at = by, timezone.now()
    membership.save(update_fields=["status", "joined_on", "agreed_by", "agreed_at"])
    record(by, "agree_membership", membership, network=membership.network)
    by.forget_rights()
    return membership


@transaction.atomic
def decline_membership(membership: Membership, *, by: Person) -> Membership:
    """The school says no to a network that asked it."""
    membership = locked(membership)
    require(
        rules.may_answer_for(by, membership.school),
        _("Only the school's head or link person answers for it."),
    )
    if membership.status != Status.INVITED or membership.left_on:
        raise ValidationError(_("This has already been answered."))
    membership.status, membership.left_on = Status.DECLINED, timezone.localdate()
    membership.save(update_fields=["status", "left_on"])
    record(by, "decline_membership", membership, network=membership.network)
    return membership


@transaction.atomic
def change_membership(
    membership: Membership,
    *,
    by: Person,
    route: str,
    brokered_by: str,
    joined_on: date,
    paused: bool,
) -> Membership:
    """Correct how and when a school joined; pause or resume it."""
    membership = locked(membership)
    require(rules.may_change_network(by, membership.network), _("Only its co-leaders change this."))
    if membership.left_on:
        raise ValidationError(_("This school has left the network."))
    if joined_on > timezone.localdate():
        raise ValidationError({"joined_on": _("This date has not come yet.")})
    if route == Membership.Route.BROKERED and not brokered_by:
        raise ValidationError({"brokered_by": _("Say who brokered it.")})
    membership.route, membership.joined_on = route, joined_on
    membership.brokered_by = brokered_by if route == Membership.Route.BROKERED else ""
    if membership.status != Status.INVITED:
        membership.status = Status.PAUSED if paused else Status.JOINED
    membership.save(update_fields=["route", "brokered_by", "joined_on", "status"])
    record(by, "change_membership", membership, network=membership.network)
    return membership


@transaction.atomic
def record_commitment(membership: Membership, *, by: Person, commitment: str) -> Membership:
    """Write down what the head commits the school to; by the school itself or a co-leader."""
    membership = locked(membership)
    require(
        rules.may_end_membership(by, membership.network, membership.school),
        _("Only the school's head, its link person or a co-leader records this."),
    )
    if membership.left_on:
        raise ValidationError(_("This school has left the network."))
    membership.head_commitment = commitment
    membership.committed_by = by if commitment else None
    membership.committed_on = timezone.localdate() if commitment else None
    membership.save(update_fields=["head_commitment", "committed_by", "committed_on"])
    record(by, "record_commitment", membership, network=membership.network)
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: Person) -> Membership:
    """The school leaves today. Its people lose the network at once; its record stays, and so does
    its voice about what its people took part in.
    """
    membership = locked(membership)
    require(
        rules.may_end_membership(by, membership.network, membership.school),
        _("Only a co-leader or the school itself ends this."),
    )
    if membership.left_on:
        raise ValidationError(_("This school has already left the network."))
    membership.status, membership.left_on = Status.LEFT, timezone.localdate()
    membership.save(update_fields=["status", "left_on"])
    letters = Invitation.objects.pending().filter(
        network=membership.network, school=membership.school
    )
    letters.update(cancelled_at=timezone.now(), cancelled_by=by)
    record(by, "end_membership", membership, network=membership.network)
    by.forget_rights()
    return membership
