"""Who may do what with runs and findings: short predicates on cached roles, no queries."""

from exchange.directory.models import Network, Person, Role
from exchange.live.models import Finding, Run

#: The roles that hold sessions in their network.
HOLDS_SESSIONS = (Role.CO_LEADER, Role.FACILITATOR, Role.ACTIVIST)


def may_start_run(person: Person, network: Network | None) -> bool:
    """Anyone signed in for themselves; in a network its co-leaders, facilitators and activists."""
    if network is None:
        return person.is_active
    return person.has_role(*HOLDS_SESSIONS, network=network)


def may_facilitate(person: Person, run: Run) -> bool:
    """Who set the session up, and whom they gave its desk: no rank opens it."""
    return may_name_facilitators(person, run) or person in run.further_facilitators


def may_name_facilitators(person: Person, run: Run) -> bool:
    """Who set the session up says who else holds its desk; nobody who was given it does."""
    return person.is_active and run.facilitator_id == person.pk


def may_lay_down(person: Person, run: Run, other: Person) -> bool:
    """Who set it up takes a desk back; whoever was given it may lay it down."""
    return may_name_facilitators(person, run) or (person.is_active and person.pk == other.pk)


def may_take_desk(person: Person, run: Run) -> bool:
    """Whether a code or a name can give this person the desk: of a network's session only to its
    people."""
    return run.open_to(person)


def may_claim(person: Person) -> bool:
    """Whoever holds a guest's seat, or its code, keeps it in their account."""
    return person.is_active


def may_note_learning(person: Person, run: Run, *, seated: bool) -> bool:
    """Whoever sat in it, or held it: for themselves."""
    return person.is_active and (seated or may_facilitate(person, run))


def may_read_result(person: Person, run: Run, *, seated: bool, released: bool = False) -> bool:
    """Who reads a closed run's result: its facilitator, its seats, its network's co-leaders; the
    whole network only if that was announced before joining and the schools released it."""
    if may_facilitate(person, run) or seated:
        return True
    if run.network_id and person.has_role(Role.CO_LEADER, network=run.network_id):
        return True
    return released and opens_with_findings(run)


def opens_with_findings(run: Run) -> bool:
    """Whether it was announced that the network reads the whole result with the last finding."""
    return bool(run.network_id) and run.setup.get("afterwards") == "network"


def may_ask_release(person: Person, finding: Finding) -> bool:
    """A co-leader of the finding's network asks; the schools decide."""
    return bool(finding.network_id) and person.has_role(Role.CO_LEADER, network=finding.network_id)
