"""No address does anything for PUT, PATCH, DELETE, OPTIONS or TRACE, and HEAD is at most a GET."""

import copy

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.addresses import STREAMS, addresses, fingerprint_of_database, names
from tests.test_headers import faults
from tests.test_permissions import SIGN_IN, read_table, status_of
from tests.world import World

OTHERS = ("put", "patch", "delete", "options", "trace")
#: A co-leader, a facilitator, somebody of another network, a guest with a seat, a stranger.
WHO = ("ada", "ben", "dot", "gil", "anyone")
FORM = {"content_type": "application/x-www-form-urlencoded"}


def ask(client: Client, method: str, path: str) -> HttpResponse:
    """The answer, to a body that a form could have sent; the browser stays as it is."""
    jar = copy.deepcopy(client.cookies)
    with_body = method in ("put", "patch", "delete")
    answer = getattr(client, method)(path, **({"data": "label=x", **FORM} if with_body else {}))
    client.cookies = jar
    return answer


@pytest.mark.parametrize("who", WHO)
def test_other_methods_do_nothing_anywhere(world: World, who: str) -> None:
    """405 for everybody; strangers may be sent to sign in first, where a GET sends them too."""
    table = {(row.name, row.method): row.expected[who] for row in read_table(list(WHO))}
    client = world.client(who)
    before = fingerprint_of_database()
    wrong = []
    for name in names():
        path = addresses(world, name)[0]
        meets = {table[name, method] for method in ("get", "post")}
        allowed = {"405", SIGN_IN} if SIGN_IN in meets else {"405"}
        for method in OTHERS:
            answer = ask(client, method, path)
            if status_of(answer) not in allowed:
                wrong.append(f"{name} {method.upper()} {who}: {status_of(answer)}")
            if method == "options" and name not in STREAMS:
                wrong += faults(name, method, answer.headers)
        got = status_of(ask(client, "head", path))
        if got not in {*allowed, table[name, "get"]}:
            wrong.append(f"{name} HEAD {who}: {got}")
    assert wrong == []
    assert fingerprint_of_database() == before


def test_streams_are_only_opened(world: World) -> None:
    """A stream posted to would start; a page of another site could hold one open that way."""
    client = world.client("ben")
    got = {name: client.post(addresses(world, name)[0]).status_code for name in STREAMS}
    assert got == dict.fromkeys(STREAMS, 405)
