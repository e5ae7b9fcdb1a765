"""Findings and the way they are released, school by school."""

from django.core.exceptions import ValidationError

from exchange.core.permission import require
from exchange.core.writing import writing
from exchange.directory import actions as directory
from exchange.directory.models import Audience, Membership, Person, School
from exchange.live import rules
from exchange.live.models import Finding, Run, Seat
from exchange.live.plugin import Refused

WIDER = {Audience.NETWORK, Audience.PROGRAMME, Audience.PUBLIC}


def schools_involved(run: Run) -> list[School]:
    """The network's schools from which somebody took part, by name.

    A seat that was removed counts, because what it did stands on record; so does a school that
    has left the network since, because its people's words are in the finding.
    """
    seated = Seat.objects.filter(run=run, school__isnull=False).values("school")
    members = Membership.objects.ever().filter(network=run.network_id, school__in=seated)
    return list(School.objects.filter(pk__in=members.values("school")).order_by("name", "pk"))


def ask_finding_release(*, finding: Finding, by: Person) -> None:
    """Ask every school involved to let the network read this finding.

    Nothing is wider until each of them agreed. Raises Refused when no school of the
    network took part.
    """
    require(
        rules.may_ask_release(by, finding), "Only a co-leader of this network may ask for this."
    )
    with writing():
        # of=self: PostgreSQL cannot lock the outer side of a nullable join
        rows = Finding.objects.select_for_update(of=("self",)).select_related("run", "network")
        finding = rows.get(pk=finding.pk)
        schools = schools_involved(finding.run) if finding.run else []
        if finding.network is None or not schools:
            raise Refused("No school of the network took part, so there is nobody who could agree.")
        try:
            directory.ask_release(
                finding, schools=schools, network=finding.network, audience=Audience.NETWORK, by=by
            )
        except ValidationError as error:
            raise Refused(error.messages[0]) from None


def finding_released(finding_id: int) -> None:
    """Called when the last school agreed: the finding may now be read by its network."""
    Finding.objects.filter(pk=finding_id).update(audience=Audience.NETWORK)


def finding_withdrawn(finding_id: int) -> None:
    """Called when a school took its agreement back: the finding returns to those who made it."""
    Finding.objects.filter(pk=finding_id).update(audience=Audience.GROUP)


def run_released(run: Run) -> bool:
    """Whether every finding of the run has been released to its network, and there is one."""
    audiences = set(run.findings.values_list("audience", flat=True))
    return bool(audiences) and audiences <= WIDER
