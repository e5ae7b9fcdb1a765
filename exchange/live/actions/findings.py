"""Findings and the way they are released, school by school."""

from django.core.exceptions import ValidationError

from exchange.core.permission import require
from exchange.core.translating import gettext as _
from exchange.core.writing import writing
from exchange.directory import actions as directory
from exchange.directory.models import Audience, Membership, Person, Release, School
from exchange.live import rules
from exchange.live.models import Finding, Run, Seat
from exchange.live.plugin import Refused

WIDER = {Audience.NETWORK, Audience.PROGRAMME, Audience.PUBLIC}


def schools_involved(run: Run) -> list[School]:
    """The network's schools from which somebody took part, by name.

    A seat that was removed counts, because what it did stands on record; so does a school that
    has left the network since, because its people's words are in the finding. Where sheets typed
    in from paper do not say a school, every school of the network may have taken part.
    """
    seated = Seat.objects.filter(run=run, school__isnull=False, waiting_since=None).values("school")
    ever = Membership.objects.ever().filter(network=run.network_id)
    members = ever if not_said(run) else ever.filter(school__in=seated)
    return list(School.objects.filter(pk__in=members.values("school")).order_by("name", "pk"))


def not_said(run: Run) -> int:
    """Of how many people a session typed in from paper does not know the school."""
    return sum(
        s["people"] for s in run.room["seats"].values() if s.get("paper") and not s["school"]
    )


def ask_finding_release(*, finding: Finding, by: Person) -> list[Release]:
    """Ask every school involved to let the network read this finding; returns the new questions.

    Nothing is wider until each of them agreed. Raises Refused when no school of the
    network took part.
    """
    require(
        rules.may_ask_release(by, finding), _("Only a co-leader of this network may ask for this.")
    )
    with writing():
        # The row is not held: the directory lets changes of one network take turns, and an answer
        # that takes its turn first comes to this row afterwards.
        finding = Finding.objects.select_related("run", "network").get(pk=finding.pk)
        schools = schools_involved(finding.run) if finding.run else []
        if finding.network is None or not schools:
            raise Refused(
                _("No school of the network took part, so there is nobody who could agree.")
            )
        try:
            return directory.ask_release(
                finding, schools=schools, network=finding.network, audience=Audience.NETWORK, by=by
            )
        except ValidationError as error:
            raise Refused(error.messages[0]) from None


def left_to_ask(finding: Finding) -> bool:
    """Whether some school involved was not asked yet, or said no and may be asked once more."""
    if finding.audience != Audience.GROUP:
        return False
    asked = Release.objects.of(finding).filter(audience=Audience.NETWORK)
    involved = {school.pk for school in schools_involved(finding.run)} if finding.run else set()
    open_ones = asked.filter(declined_at=None, withdrawn_at=None)
    waited_for = set(open_ones.values_list("school_id", flat=True))
    return bool(involved - waited_for) or not asked.exists()


def finding_released(finding_id: int) -> None:
    """Called whenever no school holds the finding back: its network may read it."""
    Finding.objects.filter(pk=finding_id).update(audience=Audience.NETWORK)


def finding_withdrawn(finding_id: int) -> None:
    """Called whenever a school holds the finding back: those who made it read it."""
    Finding.objects.filter(pk=finding_id).update(audience=Audience.GROUP)


def run_released(run: Run) -> bool:
    """Whether every finding of the run has been released to its network, and there is one."""
    audiences = set(run.findings.values_list("audience", flat=True))
    return bool(audiences) and audiences <= WIDER
