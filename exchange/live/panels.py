"""What live shows on pages of the floors below: the network page and home."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.directory.models import Network, Person
from exchange.directory.slots import Subject
from exchange.live import rules
from exchange.live.models import Finding, Run

NEWEST, FEW = 10, 3
#: A session that is not opened stands on the home page for so long.
PREPARED = timedelta(days=14)
SOME_OPENS = _(
    "When the last finding of this session is released, the network can read its whole result too: "
    "what the groups made, their reasons, what was seen differently, and the tables to download."
)
LAST_OPENS = _(
    "This is the last finding of its session. With it the network can read the whole result too: "
    "what the groups made, their reasons, what was seen differently, and the tables to download."
)


def network_panel(request: HttpRequest, network: Network) -> tuple[str, dict[str, Any]] | None:
    """Released findings and the sessions of a network, as far as this person may see them.

    What is not released stands on its session's page only, also for those who may read it.
    """
    runs = Run.objects.visible_to(request.user).for_network(network).filter(cancelled_at=None)
    findings = Finding.objects.visible_to(request.user).released().filter(network=network)
    return "live/_network_panel.html", {
        "network": network,
        "runs": runs.select_related("network")[:NEWEST],
        "findings": findings.distinct()[:NEWEST],
        "may_start": isinstance(request.user, Person)
        and rules.may_start_run(request.user, network),
    }


def home_card(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Sessions that are open now, one press from the desk or the seat; and those this person has
    lately prepared. The newest few; the rest stands in the list of all."""
    person = request.user
    if not isinstance(person, Person):
        return None
    lately = timezone.now() - PREPARED
    runs = Run.objects.taken_part_in(person).filter(closed_at=None, cancelled_at=None)
    runs = runs.filter(Q(opened_at__isnull=False) | Q(created_at__gt=lately))
    found = list(
        runs.select_related("network").defer("setup", "room", "state")
        .order_by(F("opened_at").desc(nulls_last=True), "-pk")[: FEW + 1]
    )  # fmt: skip
    held = Run.objects.facilitated_by(person).filter(pk__in=[run.pk for run in found])
    desks = set(held.values_list("pk", flat=True)) if found else set()
    rows = [{"run": run, "desk": run.pk in desks} for run in found[:FEW]]
    return ("live/_home_card.html", {"rows": rows, "more": len(found) > FEW}) if rows else None


def finding_subjects(person: Person, ids: list[int]) -> dict[int, Subject]:
    """Findings that ask to be released, as their page shows them."""
    visible = Finding.objects.visible_to(person).filter(pk__in=ids)
    rows = list(visible.select_related("run").distinct())
    opens = opens_besides(rows)
    return {
        row.pk: Subject(row.text, reverse("finding", args=[row.pk]), opens[row.pk]) for row in rows
    }


def opens_besides(findings: list[Finding]) -> dict[int, str]:
    """Finding id -> what releasing it opens besides, in a sentence; "" where that is nothing."""
    closed: dict[int, set[int]] = defaultdict(set)
    unreleased = Finding.objects.filter(run__in={row.run_id for row in findings if row.run_id})
    for pk, run_id in unreleased.exclude(pk__in=unreleased.released()).values_list("pk", "run_id"):
        closed[run_id].add(pk)
    said = {}
    for row in findings:
        opens = row.run is not None and rules.opens_with_findings(row.run)
        last = not closed[row.run_id or 0] - {row.pk}
        said[row.pk] = (LAST_OPENS if last else SOME_OPENS) if opens else ""
    return {pk: str(sentence) for pk, sentence in said.items()}
