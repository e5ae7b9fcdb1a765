"""The page of a network shows its schools, its people by role, its sessions and its findings:
the whole of each list, for each kind of reader."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from exchange.directory import actions as directory
from exchange.directory.models import Network, Release, Role
from exchange.live.models import Run
from tests import make
from tests import world as worlds
from tests.cast import Cast
from tests.reading import part_of
from tests.world import World, secret

WHEN = re.compile(r" · \d+ [A-Z][a-z]{2} \d{4}, \d\d:\d\d")


def shown(client: Any, network: Network, part: str) -> list[str]:
    page = client.get(reverse("network", args=[network.pk]))
    assert page.status_code == 200
    return part_of(page.content.decode(), part)


def test_schools_as_they_are_now(cast: Cast, client_of: Any) -> None:
    """A school that was asked is on the list and not yet counted; one that left is neither."""
    asked = make.school("Ferry Road")
    make.membership(cast.harbour, asked, status="invited")
    make.membership(cast.harbour, make.school(), status="left", left_on=make.yesterday())
    paused = cast.harbour.memberships.get(school=cast.marsh_lane)
    paused.status = "paused"
    paused.save()
    assert shown(client_of(cast.cy), cast.harbour, "schools") == [
        "3 schools",
        "Eastway Academy",
        "Ferry Road Asked to join",
        "Marsh Lane School Paused",
        "Quayside Primary",
    ]


def test_people_by_role_with_their_schools(cast: Cast, client_of: Any) -> None:
    """Ivy's role and tie ended yesterday; Cy is a teacher without a role."""
    until = timezone.localdate() + timedelta(days=30)
    make.role(cast.cy, Role.FACILITATOR, cast.harbour, ended_on=until)
    make.tie(make.person("Lin"), cast.quayside, is_link=True)
    make.tie(make.person("Kit"), cast.quayside, job="headteacher", confirmed=False)
    assert shown(client_of(cast.cy), cast.harbour, "people") == [
        "People",
        "Co-leader",
        "Ada · Quayside Primary",
        "Ned · Eastway Academy",
        "Facilitator",
        "Ben",
        f"Cy · Marsh Lane School until {date_format(until, 'j F Y')}",
        "Critical friend",
        "Eve",
        "Local authority broker",
        "Lou",
        "University partner",
        "Uma",
        "Heads and link people",
        "Hana · Marsh Lane School",
        "Lin · Quayside Primary · Link person",
    ]
    assert shown(client_of(cast.dot), cast.fellside, "people") == [
        "People",
        "Co-leader",
        "Dot · Hillcrest Juniors",
        "Heads and link people",
        "Dot · Hillcrest Juniors",
    ]


def test_a_network_without_anybody(db: None, client_of: Any) -> None:
    network = make.network(schools=(make.school("Lone School"),))
    lin = make.person("Lin")
    make.tie(lin, network.memberships.get().school)
    parts = [shown(client_of(lin), network, part) for part in ("schools", "people", "sessions")]
    assert parts == [["1 school", "Lone School"], ["People"], ["Sessions"]]
    page = client_of(lin).get(reverse("network", args=[network.pk])).content.decode()
    assert page.count("Nobody holds a role yet.") == page.count("No session yet.") == 1


def sessions(world: World, who: str) -> list[str]:
    lines = shown(world.client(who), world.cast.harbour, "sessions")
    return [WHEN.sub(", ", line) for line in lines]


@pytest.mark.parametrize("who", ["ada", "ben", "cy", "eve"])
def test_sessions_with_their_state_the_newest_first(world: World, who: str) -> None:
    """Those of the network, without the cancelled; Ada's own and Fellside's are not its."""
    worlds.live.cancel_run(
        run=worlds.run_of(world.cast.ben, world.cast.harbour, "over"), by=world.cast.ben
    )
    assert sessions(world, who) == [
        "Sessions",
        f"{secret('title', 'paper-harbour')}, Being prepared",
        f"{secret('title', 'open-harbour')}, Open",
        f"{secret('title', 'draft-harbour')}, Being prepared",
        f"{secret('title', 'released-harbour')}, Closed",
        f"{secret('title', 'closed-harbour')}, Closed",
    ]


def test_each_session_leads_to_its_page(world: World) -> None:
    page = world.client("cy").get(reverse("network", args=[world.cast.harbour.pk]))
    led = re.findall(r'href="/runs/(\d+)/"', page.content.decode())
    held = Run.objects.filter(network=world.cast.harbour).values_list("pk", flat=True)
    assert sorted(map(int, led)) == sorted(held)


RELEASED = secret("finding", "released-harbour")


@pytest.mark.parametrize("who", ["ada", "ben", "hana", "cy", "eve"])
def test_only_released_findings_stand_there_whoever_looks(world: World, who: str) -> None:
    found = shown(world.client(who), world.cast.harbour, "findings")
    assert found == ["Findings", RELEASED]


def test_a_finding_stands_there_from_the_last_yes_to_the_first_withdrawal(world: World) -> None:
    def cy_reads() -> list[str]:
        return shown(world.client("cy"), world.cast.harbour, "findings")

    worlds.agree(world.finding)
    assert cy_reads() == ["Findings", RELEASED, secret("finding", "closed-harbour")]
    release = Release.objects.of(world.finding_released).get(school=world.cast.marsh_lane)
    directory.withdraw_release(release, by=world.cast.hana)
    assert cy_reads() == ["Findings", secret("finding", "closed-harbour")]


def test_a_stranger_to_the_network_meets_no_such_page(world: World) -> None:
    address = reverse("network", args=[world.cast.harbour.pk])
    assert [world.client(who).get(address).status_code for who in ("dot", "rae", "max")] == [
        404, 404, 404,
    ]  # fmt: skip
