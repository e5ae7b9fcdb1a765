"""The fixed cast: a permission is only tested when the wrong person knocks.

They are roles in a test, not people (architecture.md, Tests).
"""

from dataclasses import dataclass, fields
from typing import Any

from exchange.directory.models import Affiliation, Network, Person, Role, School
from tests import make


@dataclass
class Cast:
    """Everybody, their schools and the two networks.

    ada, ned    co-lead Harbour, teachers at Quayside and Eastway
    ben         facilitates Harbour
    cy, hana    teacher and head at Marsh Lane, a third Harbour school
    dot         co-leads Fellside, another network, and heads its school Hillcrest
    eve         critical friend of Harbour
    lou, uma    local authority broker and university partner of Harbour
    rae, pam    programme researcher and programme office
    ivy         was Harbour's facilitator and a teacher at Quayside until yesterday
    max         site administrator
    gil         a guest in one run: a seat, no account; filled by tests of live
    """

    ada: Person
    ned: Person
    ben: Person
    cy: Person
    hana: Person
    dot: Person
    eve: Person
    lou: Person
    uma: Person
    rae: Person
    pam: Person
    ivy: Person
    max: Person
    quayside: School
    eastway: School
    marsh_lane: School
    hillcrest: School
    harbour: Network
    fellside: Network
    gil: Any = None

    def people(self) -> dict[str, Person]:
        """Name -> person, for everybody with an account."""
        named = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: one for name, one in named if isinstance(one, Person)}


def cast() -> Cast:
    """Build the cast in the database."""
    quayside, eastway = make.school("Quayside Primary"), make.school("Eastway Academy")
    marsh_lane, hillcrest = make.school("Marsh Lane School"), make.school("Hillcrest Juniors")
    harbour = make.network("Harbour network", schools=(quayside, eastway, marsh_lane))
    fellside = make.network("Fellside network", schools=(hillcrest,))
    names = ["Ada", "Ned", "Ben", "Cy", "Hana", "Dot", "Eve", "Lou", "Uma", "Rae", "Pam", "Ivy"]
    people = {name.lower(): make.person(name) for name in names}
    people["max"] = make.person("Max", is_site_admin=True)
    for name, role in (
        ("ada", Role.CO_LEADER),
        ("ned", Role.CO_LEADER),
        ("ben", Role.FACILITATOR),
        ("eve", Role.CRITICAL_FRIEND),
        ("lou", Role.LA_BROKER),
        ("uma", Role.UNIVERSITY_PARTNER),
    ):
        make.role(people[name], role, harbour)
    make.role(people["dot"], Role.CO_LEADER, fellside)
    make.role(people["rae"], Role.RESEARCHER)
    make.role(people["pam"], Role.PROGRAMME_OFFICE)
    make.tie(people["ada"], quayside)
    make.tie(people["ned"], eastway)
    make.tie(people["cy"], marsh_lane)
    make.tie(people["hana"], marsh_lane, job=Affiliation.Job.HEAD)
    make.tie(people["dot"], hillcrest, job=Affiliation.Job.HEAD)
    ended = make.yesterday()
    make.role(people["ivy"], Role.FACILITATOR, harbour, started_on=ended, ended_on=ended)
    make.tie(people["ivy"], quayside, started_on=ended, ended_on=ended)
    return Cast(
        **people,
        quayside=quayside,
        eastway=eastway,
        marsh_lane=marsh_lane,
        hillcrest=hillcrest,
        harbour=harbour,
        fellside=fellside,
    )
