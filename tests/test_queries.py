"""Every list costs the same number of queries for one row and for three."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exchange.directory import actions as directory
from exchange.directory.models import Role
from exchange.live import actions as live
from exchange.meetings.models import Meeting
from tests import make
from tests import world as worlds
from tests.cast import Cast

Grow = Callable[[Cast, int], None]


def cost(client: Client, path: str) -> int:
    """Queries of the second visit: the first one fills what the process keeps."""
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def networks(cast: Cast, number: int) -> None:
    own = make.network(f"Ours {number}", schools=(make.school(),))
    make.role(cast.ada, Role.CO_LEADER, own)
    asking = make.network(f"Asking {number}")
    make.membership(asking, cast.quayside, status="invited")


def schools(cast: Cast, number: int) -> None:
    school = make.school(f"Lantern Primary {number}", town="Westmouth")
    make.group(f"Trust {number}", schools=(school,))


def members(cast: Cast, number: int) -> None:
    make.membership(cast.harbour, make.school())
    make.membership(cast.harbour, make.school(), status="left", left_on=make.yesterday())
    make.membership(cast.harbour, make.school(), status="invited")


def people(cast: Cast, number: int) -> None:
    someone = make.person()
    make.role(someone, Role.ACTIVIST, cast.harbour, appointed_by=cast.ada)
    make.tie(someone, cast.eastway, confirmed_by=cast.ned)
    make.tie(make.person(), cast.eastway, confirmed=False)


def letters(cast: Cast, number: int) -> None:
    make.invitation(
        cast.harbour, role=Role.FACILITATOR, school=cast.eastway, job="teacher", invited_by=cast.ned
    )


def runs(cast: Cast, number: int) -> None:
    worlds.opened(cast.ben, cast.harbour, f"open-{number}")
    closed = worlds.held(
        cast.ben, cast.harbour, f"closed-{number}", [cast.quayside, cast.marsh_lane],
        afterwards="network",
    )  # fmt: skip
    live.ask_finding_release(finding=closed.findings.get(), by=cast.ada)


def voices(cast: Cast, number: int) -> None:
    """Others speak for Hana's school, and it has agreed to show a finding."""
    someone = make.person()
    tie = make.tie(someone, cast.marsh_lane, confirmed_by=cast.ada)
    directory.set_link(tie, by=cast.ada, is_link=True)
    closed = worlds.held(cast.ben, cast.harbour, f"agreed-{number}", [cast.marsh_lane])
    (release,) = live.ask_finding_release(finding=closed.findings.get(), by=cast.ada)
    directory.agree_release(release, by=cast.hana)


def own_ties(cast: Cast, number: int) -> None:
    make.tie(cast.ada, make.school(), confirmed_by=cast.ned)
    make.role(cast.ada, Role.FACILITATOR, make.network(), appointed_by=cast.ned)
    make.tie(make.person(), cast.quayside, confirmed=False)


def written(cast: Cast, number: int) -> None:
    """Messages, each by somebody else."""
    someone = make.person()
    make.role(someone, Role.FACILITATOR, cast.harbour)
    worlds.written(cast.harbour, someone)


def deeds(cast: Cast, number: int) -> None:
    """What Ada did and has: lines of the log in networks of their own, messages, ties."""
    own_ties(cast, number)
    network = make.network(f"Named {number}")
    make.role(cast.ada, Role.CO_LEADER, network)
    directory.send_message(network, by=cast.ada, to="everyone", subject="", text="Hello.")
    worlds.sit(worlds.opened(cast.ada, network, f"deeds-{number}"), "Ada", None, cast.ada)


def called(cast: Cast, number: int) -> None:
    """Meetings that come, each called by somebody else, with something Ada undertook."""
    someone = make.person()
    make.role(someone, Role.FACILITATOR, cast.harbour)
    worlds.called(cast.harbour, someone, cast.ada)


def agreed(cast: Cast, number: int) -> None:
    """Items, answers and action points of one meeting."""
    meeting = Meeting.objects.first() or worlds.called(cast.harbour, cast.ben, cast.cy)
    someone = make.person()
    make.role(someone, Role.CRITICAL_FRIEND, cast.harbour)
    run = worlds.run_of(cast.ben, cast.harbour, f"agenda-{number}")
    meeting.items.create(title="More", position=number, run=run, activity=run.activity)
    meeting.answers.create(person=someone, comes=bool(number % 2))
    meeting.points.create(text="More", owner=someone, written_by=someone)


def devices(cast: Cast, number: int) -> None:
    make.visit(cast.ada)


LISTS: list[tuple[str, Grow, str, str]] = [
    ("networks", networks, "ada", ""),
    ("home", networks, "ada", ""),
    ("home", runs, "ben", ""),
    ("home", runs, "hana", ""),
    ("schools", schools, "ada", "?q=Lantern"),
    ("schools_suggest", schools, "ada", "?q=Lantern"),
    ("account_schools", schools, "ada", "?q=Lantern"),
    ("network_schools", members, "ada", ""),
    ("network_schools", schools, "ada", "?q=Lantern"),
    ("network_schools_file", members, "ada", ""),
    ("network_people_file", people, "ada", ""),
    ("network", members, "ada", ""),
    ("network", people, "ada", ""),
    ("network", runs, "ada", ""),
    ("network_people", people, "ada", ""),
    ("roles", people, "ada", ""),
    ("invitations", letters, "ada", ""),
    ("network_messages", written, "ada", ""),
    ("network_meetings", called, "ada", ""),
    ("my_calendar", called, "ada", ""),
    ("network", called, "ada", ""),
    ("home", called, "ada", ""),
    ("meeting", agreed, "ada", ""),
    ("releases", runs, "ada", ""),
    ("releases", runs, "hana", ""),
    ("activities", runs, "ben", ""),
    ("account", own_ties, "ada", ""),
    ("account", runs, "hana", ""),
    ("my_data", deeds, "ada", ""),
    ("my_events", deeds, "ada", ""),
    ("my_erasure", deeds, "ada", ""),
    ("devices", devices, "ada", ""),
    ("home", voices, "hana", ""),
    ("learning", runs, "ben", ""),
    ("learning_print", runs, "ben", ""),
    ("account", voices, "hana", ""),
]


@pytest.mark.parametrize(
    ("name", "grow", "who", "question"),
    LISTS,
    ids=[f"{name}-{grow.__name__}-{who}" for name, grow, who, _ in LISTS],
)
def test_a_list_costs_the_same(cast: Cast, name: str, grow: Grow, who: str, question: str) -> None:
    of_network = name.startswith("network_") or name in {
        "network", "roles", "invitations", "releases",
    }  # fmt: skip
    client = Client()
    client.force_login(cast.people()[who])
    grow(cast, 1)
    words = [*([cast.harbour.pk] if of_network else []), *(["csv"] if "_file" in name else [])]
    if name == "meeting":
        words = [Meeting.objects.get().pk]
    path = reverse(name, args=words) + question
    one = cost(client, path)
    grow(cast, 2)
    grow(cast, 3)
    assert cost(client, path) == one


def seated(run: Any, cast: Cast, numbers: range) -> None:
    schools = [cast.quayside, cast.eastway, cast.marsh_lane]
    for number in numbers:
        worlds.sit(run, f"Guest {number}", schools[number % 3])


@pytest.mark.parametrize("page", ["desk", "desk_view", "screen", "screen_view"])
@pytest.mark.parametrize("phase", ["", "groups", "common", "findings"])
def test_the_desk_costs_the_same_for_more_seats(cast: Cast, page: str, phase: str) -> None:
    client = Client()
    client.force_login(cast.ben)
    found = []
    for count in (4, 12):
        run = worlds.opened(cast.ben, cast.harbour, f"run-{count}")
        seated(run, cast, range(count))
        if phase:
            worlds.to(run, phase)
        found.append(cost(client, reverse(page, args=[run.pk])))
    assert found[1] == found[0]


@pytest.mark.parametrize("phase", ["", "groups", "common", "findings"])
def test_the_board_costs_the_same_for_more_seats(cast: Cast, phase: str) -> None:
    found = []
    for count in (4, 12):
        run = worlds.opened(cast.ben, cast.harbour, f"run-{count}")
        seated(run, cast, range(count))
        guest = worlds.sit(run, "Gil", cast.quayside)
        if phase:
            worlds.to(run, phase)
        found.append(cost(guest.client(), reverse("board", args=[run.pk])))
    assert found[1] == found[0]


def test_a_result_costs_the_same_for_more_findings(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.ben)
    found = []
    for count in (1, 3):
        where = f"closed-{count}"
        run = worlds.held(cast.ben, cast.harbour, where, [cast.quayside, cast.marsh_lane], count)
        paths = [
            reverse(name, args=[run.pk])
            for name in ("run", "run_print", "run_json", "run_workbook")
        ]
        found.append([cost(client, path) for path in paths])
    assert found[1] == found[0]
