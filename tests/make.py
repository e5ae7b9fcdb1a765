"""Plain functions that make one row each, for tests. What a test does not name is invented."""

import hashlib
import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from exchange.core.models import Pack
from exchange.directory.models import (
    AddressChange,
    Affiliation,
    GroupLink,
    Invitation,
    Membership,
    Network,
    Person,
    Release,
    Role,
    RoleAssignment,
    School,
    SchoolGroup,
    Visit,
)
from exchange.directory.visits import hashed

PASSWORD = "three plain words here"
_numbers = itertools.count(100_001)


def person(name: str = "", *, email: str = "", password: str = "", **fields: Any) -> Person:
    """A person; without `password` one who cannot sign in by form (hashing is slow)."""
    number = next(_numbers)
    name = name or f"Person {number}"
    email = email or f"{name.split()[0].lower()}{number}@example.org"
    made = Person(email=email.lower(), name=name, **fields)
    made.set_password(password or None)
    made.save()
    return made


def school(name: str = "", **fields: Any) -> School:
    number = next(_numbers)
    fields.setdefault("number", str(number))
    return School.objects.create(name=name or f"School {number}", **fields)


def group(name: str = "", *, schools: tuple[School, ...] = (), **fields: Any) -> SchoolGroup:
    """A trust of the register with its schools."""
    number = next(_numbers)
    fields.setdefault("kind", "Multi-academy trust")
    made = SchoolGroup.objects.create(name=name or f"Trust {number}", number=str(number), **fields)
    for one in schools:
        GroupLink.objects.create(group=made, school=one)
    return made


def network(name: str = "", *, schools: tuple[School, ...] = (), **fields: Any) -> Network:
    """A network whose `schools` have joined."""
    fields.setdefault("purpose", "To learn how pupils explain their thinking.")
    made = Network.objects.create(name=name or f"Network {next(_numbers)}", **fields)
    for one in schools:
        membership(made, one)
    return made


def membership(network: Network, school: School, **fields: Any) -> Membership:
    return Membership.objects.create(network=network, school=school, **fields)


def tie(person: Person, school: School, *, confirmed: bool = True, **fields: Any) -> Affiliation:
    """A tie of a person to a school, confirmed unless said otherwise."""
    fields.setdefault("confirmed_at", timezone.now() if confirmed else None)
    person.forget_rights()
    return Affiliation.objects.create(person=person, school=school, **fields)


def role(
    person: Person, role: str, network: Network | None = None, **fields: Any
) -> RoleAssignment:
    person.forget_rights()
    return RoleAssignment.objects.create(person=person, role=role, network=network, **fields)


def co_leader(network: Network, name: str = "") -> Person:
    made = person(name)
    role(made, Role.CO_LEADER, network)
    return made


def invitation(
    network: Network | None, *, token: str = "", email: str = "", **fields: Any
) -> Invitation:
    """A letter; its link is /invitations/<token>/."""
    number = next(_numbers)
    token = token or f"token-{number}"
    fields.setdefault("expires_at", timezone.now() + timedelta(days=14))
    return Invitation.objects.create(
        network=network,
        email=email or f"invited{number}@example.org",
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        **fields,
    )


def release(subject: Any, school: School, network: Network, **fields: Any) -> Release:
    """The question to one school whether `subject` (any saved row) may be shown."""
    return Release.objects.create(
        subject_kind=subject._meta.model_name,
        subject_id=subject.pk,
        school=school,
        network=network,
        **fields,
    )


def card_set(key: str = "sample") -> Pack:
    """A card set of nine, as loaded from a file."""
    cards = [{"code": f"p{number}", "text": f"Printed card {number}"} for number in range(1, 10)]
    body = {"kind": "card_set", "key": key, "title": "Sample", "cards": cards}
    return Pack.objects.create(kind="card_set", key=key, title="Sample", body=body)


def visit(person: Person, **fields: Any) -> Visit:
    """A device on which somebody is signed in."""
    fields.setdefault("device", "firefox/windows")
    fields.setdefault("expires_at", timezone.now() + timedelta(hours=12))
    return Visit.objects.create(person=person, key_hash=hashed(f"key-{next(_numbers)}"), **fields)


def address_change(person: Person, *, token: str = "", **fields: Any) -> AddressChange:
    """Somebody asked for another address; the link is /account/address/<token>/."""
    number = next(_numbers)
    fields.setdefault("email", f"another{number}@example.org")
    fields.setdefault("expires_at", timezone.now() + timedelta(days=1))
    return AddressChange.objects.create(
        person=person,
        token_hash=hashlib.sha256((token or f"token-{number}").encode()).hexdigest(),
        **fields,
    )


def yesterday() -> Any:
    return timezone.localdate() - timedelta(days=1)
