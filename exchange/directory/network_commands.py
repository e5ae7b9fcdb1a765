"""What the command line does with networks and accounts: `network from-trust`, `user add`.

Whoever can run these can reach the database anyway: there is no rule line, but each writes its
Event row without an actor. They return the exit status and print what they did.
"""

import os
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from rapidfuzz.distance import OSA

from exchange.core.mailing import check_deliverable
from exchange.directory.actions.invitations import address_of, confirm_by_site, write_letter
from exchange.directory.matching import fold
from exchange.directory.models import (
    Affiliation,
    GroupLink,
    Membership,
    Network,
    Person,
    Role,
    RoleAssignment,
    School,
    SchoolGroup,
)
from exchange.directory.models.events import record
from exchange.directory.models.people import NETWORK_ROLES

SHOWN = 20
KINDS = {"trust": Network.Kind.TRUST, "federation": Network.Kind.FEDERATION}
# Said of nearly every group; people leave them out.
FILLING = frozenset({"limited", "ltd", "multi", "mat", "trust", "academy", "academies", "group"})


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def complain(line: str) -> int:
    """Print why it was not done; returns exit status 2."""
    sys.stderr.write(f"{line}\n")
    return 2


def check_address(email: str) -> None:
    """ValidationError for what is no e-mail address, or one that no letter can carry."""
    validate_email(email)
    check_deliverable(email)


def groups_like(name: str) -> list[SchoolGroup]:
    """The open groups that `name` may mean: by number or exact name, else by its words, else by
    words that are nearly those. The first road that leads anywhere counts. A sponsor often bears
    the name of its trust; it is meant only by its number."""
    numbered = SchoolGroup.objects.open().filter(number__iexact=name.strip())
    if numbered:
        return list(numbered)
    groups = SchoolGroup.objects.open().exclude(kind__icontains="sponsor")
    exact = groups.filter(name__iexact=name.strip())
    if exact:
        return list(exact)
    asked = fold(name)
    if not asked:
        return []
    folded = [(group, fold(group.name)) for group in groups]
    core = {word for word in asked if word not in FILLING}
    same = [group for group, words in folded if words == asked]
    if same or not core:
        return same
    holding = [group for group, words in folded if core <= set(words)]
    return holding or [
        group for group, words in folded if all(any_like(word, words) for word in core)
    ]


def any_like(word: str, words: list[str]) -> bool:
    """Whether one of `words` is `word` with at most a typing error, two in a long word."""
    slips = 0 if len(word) < 3 else 1 if len(word) < 7 else 2
    return any(OSA.distance(word, other, score_cutoff=slips) <= slips for other in words)


def kind_of(group: SchoolGroup) -> str:
    """The kind of network that a group of the register makes."""
    said = group.kind.lower()
    return next((kind for word, kind in KINDS.items() if word in said), Network.Kind.OTHER)


def network_from_trust(name: str, *, co_leader_email: str | None = None) -> int:
    """Make a network of all open schools of one trust or federation of the register.

    `name` may be mistyped or part of the name, or the group's number; when several groups fit,
    they are listed and nothing is made. Members have joined since the date the register names.
    With `co_leader_email` an invitation is written and its link printed. Exit status 0 or 1.
    """
    found = groups_like(name)
    if not found:
        return complain(f"No trust or federation of the register is like {name!r}.")
    if len(found) > 1:
        say(f"{len(found)} groups fit {name!r}. Say which one, by its number:")
        for group in found[:SHOWN]:
            say(f"  {group.number}  {group.name} ({group.kind})")
        return complain("Nothing was made.")
    group = found[0]
    there = Network.objects.filter(group=group).first()
    if there:
        return complain(f"There is a network of {group.name} already: number {there.pk}.")
    try:
        if co_leader_email:
            check_address(co_leader_email.strip())
    except ValidationError:
        return complain(f"{co_leader_email!r} is not an e-mail address. Nothing was made.")
    return make_network(group, co_leader_email)


@transaction.atomic
def make_network(group: SchoolGroup, co_leader_email: str | None) -> int:
    """Write the network of a group and its first letter."""
    today = timezone.localdate()
    links = GroupLink.objects.filter(group=group, left_on__isnull=True)
    links = links.select_related("school").order_by("school__name", "pk")
    current = [link for link in links if link.school.is_open]
    if not current:
        return complain(f"The register knows no open school of {group.name}. Nothing was made.")
    network = Network.objects.create(
        name=group.name[:120],
        purpose=f"The schools of {group.name} learn from, with and on behalf of each other."[:2000],
        kind=kind_of(group),
        group=group,
    )
    Membership.objects.bulk_create(
        Membership(
            network=network,
            school=link.school,
            agreed_at=timezone.now(),
            joined_on=min(link.joined_on or today, today),
        )
        for link in current
    )
    record(None, "found_network", network, network=network, group=group.pk)
    say(f"Made network {network.pk}, {network.name}, with {len(current)} schools:")
    for link in current:
        say(f"  {link.school.number}  {link.school.name}")
    if co_leader_email:
        email = co_leader_email.strip().lower()
        _letter, token = write_letter(network, by=None, email=email, role=Role.CO_LEADER)
        say(f"The first co-leader opens, within 14 days: {address_of(token)}")
    return 0


def network_co_leader(number: int, email: str) -> int:
    """Write a co-leader's invitation into a network that has none. Exit status 0 or 2."""
    network = Network.objects.filter(pk=number).first()
    if network is None:
        return complain(f"There is no network {number}.")
    leads = RoleAssignment.objects.current().filter(network=network, role=Role.CO_LEADER)
    if leads.exists():
        return complain(f"{network.name} has a co-leader, who can invite another.")
    try:
        check_address(email.strip())
    except ValidationError:
        return complain(f"{email!r} is not an e-mail address. Nothing was written.")
    _letter, token = write_letter(
        network, by=None, email=email.strip().lower(), role=Role.CO_LEADER, post=False
    )
    say(f"{email.strip().lower()} opens, within 14 days: {address_of(token)}")
    return 0


def user_add(
    email: str,
    name: str,
    *,
    role: str | None = None,
    site_admin: bool = False,
    school: str | None = None,
    job: str | None = None,
) -> int:
    """Let somebody in: with the password in EXCHANGE_PASSWORD, else by a one-time link it prints.

    `role` is one of the platform's own (operations, programme_researcher). `school` is the number
    of a school where they work, in the `job` named: the site's word confirms it. An address that
    has an account only gets what it lacks. Exit status 0 or 2.
    """
    email, name = email.strip().lower(), " ".join(name.split())
    try:
        check_address(email)
    except ValidationError:
        return complain(f"{email!r} is not an e-mail address.")
    try:
        check_role(role)
        place = school_numbered(school, job)
        with transaction.atomic():
            let_in(email, name, role or "", site_admin, place, job or Affiliation.Job.TEACHER)
    except ValidationError as wrong:
        return complain(" ".join(wrong.messages))
    return 0


def check_role(role: str | None) -> None:
    """ValidationError for what is no role of the platform."""
    platform = [key.value for key in Role if key not in NETWORK_ROLES]
    if role and role not in platform:
        raise ValidationError(
            f"{role!r} is not a role of the platform. There are: {', '.join(platform)}."
        )


def school_numbered(number: str | None, job: str | None) -> School | None:
    """The open school of that number; ValidationError where there is none, or no such job."""
    if job and job not in Affiliation.Job.values:
        raise ValidationError(
            f"{job!r} is not a job at a school. There are: {', '.join(Affiliation.Job.values)}."
        )
    if not number:
        if job:
            raise ValidationError("Say at which school, with --school and its number.")
        return None
    school = School.objects.filter(number=number.strip()).first()
    if school is None:
        raise ValidationError(
            f"The register has no school of the number {number}. Read it first, with "
            "`exchange register import`, or look the number up on the page of the school."
        )
    if not school.is_open:
        raise ValidationError(f"{school.name} has closed.")
    return school


def let_in(
    email: str, name: str, role: str, site_admin: bool, school: School | None, job: str
) -> None:
    """Write the letter, or make the account, or give an account what it lacks; say which."""
    person = Person.objects.filter(email__iexact=email).first()
    password = os.environ.get("EXCHANGE_PASSWORD", "")
    if person is None and not password:
        letter, token = write_letter(
            None, by=None, email=email, name=name, role=role, is_site_admin=site_admin,
            school=school, job=job if school else "", post=False,
        )  # fmt: skip
        say(f"{letter.email} opens, within 14 days: {address_of(token)}")
        return
    if person is None:
        validate_password(password, Person(email=email, name=name))
        person = Person.objects.create_user(email, password, name)
        record(None, "add_person", person)
        say(f"Added {person.email}.")
    entitle(person, role, site_admin)
    if school and confirm_by_site(person, school, job):
        say(f"{person.email} works at {school.name}: confirmed.")


def entitle(person: Person, role: str, site_admin: bool) -> None:
    """Give the role and the administrator's right where they are missing."""
    if site_admin and not person.is_site_admin:
        person.is_site_admin = True
        person.save(update_fields=["is_site_admin"])
        record(None, "make_site_admin", person)
        say(f"{person.email} is now a site administrator.")
    held = RoleAssignment.objects.current().filter(person=person, role=role, network=None)
    if role and not held.exists():
        assignment = RoleAssignment.objects.create(person=person, role=role)
        record(None, "appoint", assignment, role=role)
        say(f"{person.email} now has the role {role}.")
