"""Who may do what with runs and findings: short predicates on cached roles, no queries."""

from exchange.directory.models import Network, Person, Role
from exchange.live.models import Finding, Run


def may_start_run(person: Person, network: Network | None) -> bool:
    """Anyone signed in for themselves; in a network its co-leaders, facilitators and activists."""
    if network is None:
        return person.is_active
    return person.has_role(Role.CO_LEADER, Role.FACILITATOR, Role.ACTIVIST, network=network)


def may_facilitate(person: Person, run: Run) -> bool:
    """Only the one who holds the session: no rank opens the desk."""
    return person.is_active and run.facilitator_id == person.pk


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
