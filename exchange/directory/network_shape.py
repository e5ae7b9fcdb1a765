"""A network as its page shows it: its shape for the advice, its people by role, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from exchange.directory import rules
from exchange.directory.advice import Shape
from exchange.directory.models import (
    Affiliation,
    Invitation,
    Membership,
    Network,
    Person,
    Release,
    Role,
    RoleAssignment,
)


@dataclass
class Held:
    """One role and who holds it."""

    label: str
    assignments: list[RoleAssignment] = field(default_factory=list)


def speaking_ties(network: Network) -> list[Affiliation]:
    """The heads and link people of the member schools, by school."""
    members = Membership.objects.current().filter(network=network)
    ties = Affiliation.objects.current().confirmed().speaking()
    ties = ties.filter(school__in=members.values("school")).select_related("person", "school")
    return list(ties.order_by("school__name", "person__name", "pk"))


def shape_of(network: Network, speaking: Sequence[Affiliation]) -> Shape:
    """What the advice looks at, given the ties of heads and link people; three queries."""
    members = Membership.objects.current().filter(network=network).select_related("school")
    schools = {member.school_id: member.school.name for member in members}
    spoken = {tie.school_id for tie in speaking}
    leaders = RoleAssignment.objects.current().filter(network=network, role=Role.CO_LEADER)
    letters = Invitation.objects.open().filter(network=network, role=Role.CO_LEADER)
    return Shape(
        schools=len(schools),
        co_leaders=leaders.values("person").distinct().count(),
        invited_co_leaders=letters.count(),
        without_link=[name for pk, name in schools.items() if pk not in spoken],
    )


def people_by_role(network: Network) -> list[Held]:
    """The current role holders in the order of the roles, each with `.person.where`."""
    held = RoleAssignment.objects.current().filter(network=network).select_related("person")
    assignments = list(held.order_by("person__name", "pk"))
    put_schools([assignment.person for assignment in assignments])
    found = [
        Held(str(role.label), [row for row in assignments if row.role == role]) for role in Role
    ]
    return [row for row in found if row.assignments]


def put_schools(people: Sequence[Person]) -> None:
    """Give each person `where`: the names of the schools they work at; one query."""
    ties = Affiliation.objects.current().confirmed().filter(person__in=people)
    names: dict[int, list[str]] = {}
    for tie in ties.select_related("school").order_by("school__name"):
        names.setdefault(tie.person_id, []).append(tie.school.name)
    for person in people:
        person.where = ", ".join(names.get(person.pk, []))  # type: ignore[attr-defined]


def waiting_in(network: Network, person: Person) -> dict[str, int]:
    """How much in this network waits for the person: ties, releases, open invitations."""
    members = Membership.objects.current().filter(network=network).values("school")
    letters = Invitation.objects.pending().filter(network=network)
    return {
        "ties": Affiliation.objects.confirmable_by(person).filter(school__in=members).count(),
        "releases": Release.objects.answerable_by(person).filter(network=network).count(),
        "letters": letters.count() if rules.is_co_leader(person, network) else 0,
    }
