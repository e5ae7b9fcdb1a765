"""Who may open and press what: tests/permissions.txt against the site, address by address."""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exchange.directory import actions as directory
from exchange.directory.models import Person, Role
from exchange.live import actions as live
from exchange.live import streaming
from exchange.live.seating import cookie_name
from tests import make
from tests.addresses import (
    MISSING,
    SESSION_STREAMS,
    STREAMS,
    addresses,
    fingerprint_of_database,
    names,
    places,
)
from tests.world import World

TABLE = Path(__file__).with_name("permissions.txt")
EVERYBODY = (
    "ada", "ned", "ben", "cy", "hana", "dot", "eve", "lou", "uma", "rae", "pam", "ivy", "max", "zoe",
    "tom", "gil", "anyone",
)  # fmt: skip
SIGN_IN = "sign-in"
BUTTON = "405 signed-in, sign-in anyone"
OPEN_BUTTON = "405 anyone"


@dataclass(frozen=True)
class Row:
    """One line of the table: what becomes of a method at an address, for whom."""

    name: str
    method: str
    expected: dict[str, str]  # person -> status


def read_table(people: list[str]) -> list[Row]:
    """The table, with its groups of people resolved."""
    groups: dict[str, list[str]] = {"anyone": people}
    rows = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            group, _, members = line[1:].partition("=")
            groups[group.strip()] = members.split()
        elif line.strip() and not line.startswith("#"):
            name, get, post = (cell.strip() for cell in line.split("|"))
            rows += [
                Row(name, "get", resolved(get, groups)),
                Row(name, "post", resolved(post, groups)),
            ]
    return rows


def resolved(cell: str, groups: dict[str, list[str]]) -> dict[str, str]:
    """ "200 members, 404 signed-in, sign-in anyone": the first that names a person counts."""
    expected: dict[str, str] = {}
    for part in {"-": BUTTON, "x": OPEN_BUTTON}.get(cell, cell).split(","):
        status, *named = part.split()
        for word in named:
            for who in groups.get(word, [word]):
                expected.setdefault(who, status)
    return expected


def trying(world: World) -> Callable[[str, str, str], str]:
    """`ask(who, method, path)`: what becomes of it; afterwards all is as it was before."""
    clients = {who: world.client(who) for who in world.people()}
    jars = {who: copy.deepcopy(client.cookies) for who, client in clients.items()}

    def ask(who: str, method: str, path: str) -> str:
        client = clients[who]
        client.cookies = copy.deepcopy(jars[who])
        if method == "get":  # changes nothing: test_looking.py
            answer = client.get(path)
        else:
            with transaction.atomic():
                answer = client.post(path, {"nothing": "1"})
                transaction.set_rollback(True)
        return status_of(answer)

    return ask


def status_of(answer: HttpResponse) -> str:
    """As the table writes it: the status, or that the way leads to signing in."""
    if answer.status_code == 302 and answer["Location"].startswith(reverse("account_login")):
        return SIGN_IN
    return str(answer.status_code)


def test_every_address_is_in_the_table() -> None:
    listed = [row.name for row in read_table([]) if row.method == "get" and "@" not in row.name]
    assert sorted(listed) == sorted(names())


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_who_posts_meets_what_the_table_says(world: World, who: str) -> None:
    """What a GET meets: test_looking.py."""
    ask = trying(world)
    rows = [row for row in read_table(list(EVERYBODY)) if row.method == "post"]
    wrong = []
    for row in rows:
        if row.name not in STREAMS:
            got = ask(who, "post", addresses(world, row.name)[0])
            if got != row.expected.get(who, "?"):
                wrong.append(f"{row.name} POST {who}: {got}, expected {row.expected.get(who)}")
    assert wrong == []


def request_of(client: Client) -> HttpRequest:
    """The request this browser would send, with its session loaded, as a stream's view has it."""
    request: HttpRequest = client.get(reverse("account_login")).wsgi_request
    return request


def test_streams_answer_those_the_table_says(world: World) -> None:
    """Asked where each send asks: a stream's own answer never ends, and has threads of its own."""
    people = list(world.people())
    rows = {row.name: row.expected for row in read_table(people) if row.method == "get"}
    got = {
        name: {
            who: "200" if streaming.current(request, world.open_run.pk, kind) else "404"
            for who in people
            for request in [request_of(world.client(who))]
        }
        for name, kind in SESSION_STREAMS.items()
    }
    assert got == {name: rows[name] for name in SESSION_STREAMS}


#: Posts that need no token of a form: who has the address is whom it is for.
BY_ITS_ADDRESS = {"mail_choice": "mail programs post there by themselves (RFC 8058)"}


def test_every_post_needs_its_token(world: World) -> None:
    """Without the form's token each POST is refused, whoever sends it (D-16)."""
    paths = {name: addresses(world, name)[0] for name in names() if name not in BY_ITS_ADDRESS}
    jars = {who: world.client(who).cookies for who in ("ben", "ada", "gil", "anyone")}
    closed = []
    before = fingerprint_of_database()
    for who, jar in jars.items():
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = jar
        for name, path in paths.items():
            answer = strict.post(path, {"nothing": "1"})
            if answer.status_code != 403:
                closed.append(f"{who} {name}: {answer.status_code}")
    assert closed == []
    assert fingerprint_of_database() == before


def without_thing(words: dict[str, object]) -> dict[str, object]:
    """The same words with an id that nothing has; the form of a file there is."""
    return {
        key: MISSING if isinstance(word, int) else word if key == "form" else "nosuch"
        for key, word in words.items()
    }


def test_what_is_not_yours_looks_like_what_is_not_there(world: World) -> None:
    """Another network's thing and a missing one: one status, one length of body (D-3)."""
    told = []
    for who in NOT_THEIRS:
        client, asked = world.client(who), {}
        for name, theirs, missing in of_another_network(world):
            for method in ("get", "post"):
                there = getattr(client, method)(theirs)
                if (method, missing) not in asked:
                    asked[method, missing] = getattr(client, method)(missing)
                absent = asked[method, missing]
                sizes = (len(there.content), len(absent.content))
                alike = abs(sizes[0] - sizes[1]) <= 0.05 * max(sizes)
                if there.status_code != absent.status_code or not alike:
                    statuses = f"{there.status_code} and {absent.status_code}"
                    told.append(f"{who} {method} {name}: {statuses}, {sizes}")
    assert told == []


def test_what_is_not_yours_costs_what_is_not_there_costs(world: World) -> None:
    """The same questions to the database, in the same order: the clock has nothing to tell (D-3).
    Measured by bench/not_yours.py."""
    told = []
    for who in NOT_THEIRS:
        client, asked = world.client(who), {}
        for name, theirs, missing in of_another_network(world):
            for method in ("get", "post"):
                if (method, missing) not in asked:
                    asked[method, missing] = questions(client, method, missing)
                if questions(client, method, theirs) != asked[method, missing]:
                    told.append(f"{who} {method} {name}")
    assert told == []


NOT_THEIRS = ("ada", "cy", "max", "gil")


def of_another_network(world: World) -> list[tuple[str, str, str]]:
    """(name, address of a thing of Fellside, the same address with a thing that is not there)."""
    return [
        (name, reverse(name, kwargs=words), reverse(name, kwargs=without_thing(words)))
        for name, all_words in places(world).items()
        for words in all_words
        if name not in STREAMS and is_of(world, name, words)
    ]


def questions(client: Client, method: str, path: str) -> list[str]:
    """What a request asks the database, without the numbers and words in it."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        getattr(client, method)(path)
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in asked.captured_queries]


def is_of(world: World, name: str, words: dict[str, object]) -> bool:
    """Whether these words lead to something private of Fellside, by an address and not by a code."""
    if name in {"school", "join_code", "join_token", "invitation", "membership_agreement"}:
        return False
    if name == "membership_refusal":  # asked of Marsh Lane, so Harbour's business too
        return False
    if words.get("message") == world.message_leaders.pk:
        return False
    runs = {world.open_fellside.pk, world.closed_fellside.pk}
    return bool(
        words.get("run_id") in runs
        or words.get("finding_id") == world.finding_fellside.pk
        or (
            words in places(world)[name][1:]
            and not {"run_id", "finding_id", "token", "key"} & set(words)
        )
    )


def test_a_child_is_only_found_under_its_own_parent(world: World) -> None:
    """Somebody with every right in both networks meets 404 for a child of the other (D-5)."""
    cast = world.cast
    make.role(cast.ada, Role.CO_LEADER, cast.fellside)
    client = world.client("ada")
    got = {}
    for name, all_words in places(world).items():
        pairs = [
            words for words in all_words[:2] if "pk" in words and len({*words} - {"form"}) == 2
        ]
        for mine, other in zip(pairs, reversed(pairs), strict=True):
            path = reverse(name, kwargs={**mine, "pk": other["pk"]})
            for method in ("get", "post"):
                got[f"{method} {path}"] = getattr(client, method)(path).status_code
    assert len(got) >= 12
    assert {path: status for path, status in got.items() if status not in (404, 405)} == {}


def test_a_seat_of_another_run_is_not_found(world: World) -> None:
    """Its holder holds both runs; the key exists in one of them only."""
    client = world.client("ben")
    third = world.guests["third"].seat.key
    empty = live.open_run(run=world.draft, by=world.cast.ben)
    for name in ("seat_label", "seat_removal"):
        path = reverse(name, kwargs={"run_id": empty.pk, "key": third})
        assert client.post(path, {"label": "x"}).status_code == 404
    world.guests["third"].seat.refresh_from_db()
    assert world.guests["third"].seat.removed_at is None


def test_a_seats_cookie_opens_no_other_run(world: World) -> None:
    token = world.guests["gil"].token
    client = Client()
    for run in (world.open_fellside, world.closed_run, world.draft):
        client.cookies[cookie_name(run.pk)] = token
        for name in ("board", "board_view"):
            assert client.get(reverse(name, args=[run.pk])).status_code == 404


def test_a_removed_seat_sees_nothing_more(world: World) -> None:
    guest = world.guests["gone"]
    client = guest.client()
    for name in ("board", "board_view"):
        assert client.get(reverse(name, args=[guest.run.pk])).status_code == 404
    posted = {"kind": "lock", "move_id": "removed-0001"}
    assert client.post(reverse("board_moves", args=[guest.run.pk]), posted).status_code == 404
    assert streaming.current(request_of(client), guest.run.pk, "seat") is None


def test_who_loses_a_right_loses_it_with_the_next_request(world: World) -> None:
    """Role ended, school left, account closed (D-7): no page and no stream goes on."""
    cast = world.cast
    path = reverse("network", args=[cast.harbour.pk])
    eve, cy, ben = world.client("eve"), world.client("cy"), world.client("ben")
    desk = request_of(ben)
    assert [who.get(path).status_code for who in (eve, cy, ben)] == [200, 200, 200]
    assert streaming.current(desk, world.open_run.pk, "desk") is not None
    directory.end_role(cast.eve.role_assignments.get(), by=cast.ada)
    directory.end_membership(cast.harbour.memberships.get(school=cast.marsh_lane), by=cast.ada)
    Person.objects.filter(pk=cast.ben.pk).update(is_active=False)
    assert [who.get(path).status_code for who in (eve, cy, ben)] == [404, 404, 302]
    assert streaming.current(desk, world.open_run.pk, "desk") is None


def test_rank_opens_nothing(world: World) -> None:
    """The site administrator, the office and the researcher meet what any stranger with an
    account meets, at every address but founding a network."""
    ask = trying(world)
    told = []
    for name in names():
        if name in STREAMS or name.startswith("network_new"):
            continue
        for path in addresses(world, name)[1:3]:  # the first is in the table
            for method in ("get", "post"):
                met = {who: ask(who, method, path) for who in ("ivy", "max", "pam", "rae")}
                if len(set(met.values())) > 1:
                    told.append(f"{method} {path}: {met}")
    assert told == []
