"""Figures for Prometheus: to whom they are told, which there are, and that they count what happens."""

import asyncio
import math
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from exchange.core import restoring
from exchange.live.tests.holding import SAMPLE, advance, hold, play, sit
from tests.cast import Cast
from tests.server import Server
from tests.test_shape import HOUSE

TOKEN = "a token of the tests, long"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LINE = re.compile(r"^(?P<name>\w+)(?P<labels>\{[^}]*\})? (?P<value>\S+)$", re.MULTILINE)


@pytest.fixture
def switched_on(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def read(text: str) -> dict[str, float]:
    """series, with its labels -> its value."""
    return {
        f"{found['name']}{found['labels'] or ''}": float(found["value"])
        for found in LINE.finditer(text)
    }


def figures() -> dict[str, float]:
    answer = Client().get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return read(answer.content.decode())


def grown(before: dict[str, float], after: dict[str, float], family: str) -> dict[str, float]:
    """By how much the series of a family grew, those that did."""
    return {
        name.removeprefix(family): after[name] - before[name]
        for name in after
        if name.startswith(family) and after[name] != before[name]
    }


def test_without_a_token_there_is_no_such_page(db: None, settings: Any) -> None:
    def status(**headers: str) -> int:
        return Client().get("/metrics", headers=headers).status_code

    missing = Client().get("/no-such-page").content
    assert [status(), status(Authorization="Bearer "), status(**BEARER)] == [404] * 3
    settings.METRICS_TOKEN = TOKEN
    for wrong in ("", "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, "Bearer \u00e9"):
        assert status(Authorization=wrong) == 404
    assert len(Client().get("/metrics").content) == len(missing)
    answer = Client().get("/metrics", headers=BEARER)
    assert (answer.status_code, answer["Content-Type"]) == (
        200, "text/plain; version=0.0.4; charset=utf-8",
    )  # fmt: skip


@pytest.mark.usefixtures("switched_on")
def test_these_figures_there_are_with_these_labels_and_no_others(db: None) -> None:
    """No label could hold a person, a school, a session or an address: all values stand here."""
    found: dict[str, set[str]] = {}
    for series in figures():
        name, _, labels = series.partition("{")
        if not name.startswith("process_"):
            found.setdefault(re.sub(r"_(bucket|sum|count)$", "", name), set()).update(
                label for label in re.findall(r'\w+="[^"]*"', labels) if not label.startswith("le=")
            )
    assert found == {
        "exchange_answers_total": {f'status="{n}xx"' for n in range(1, 6)},
        "exchange_outbox_lag_seconds": set(),
        "exchange_streams": set(),
        "exchange_moves_total": {
            f'answer="{one}"' for one in ("kept", "again", "refused", "later", "failed")
        },
        "exchange_hall_batch_moves": set(),
        "exchange_hall_commit_seconds": set(),
        "exchange_looks_total": {f'view="{one}"' for one in ("seat", "desk", "screen", "record")},
    }
    operating = (HOUSE / "docs" / "operating.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(exchange_\w+)`", operating, re.MULTILINE)) == sorted(found)


@pytest.mark.usefixtures("switched_on")
def test_moves_are_counted_by_what_became_of_them(cast: Cast, settings: Any) -> None:
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]
    run = hold(cast.ben)
    (seat,) = sit(run)
    advance(run)
    before, named = figures(), uuid.uuid4().hex
    for kind, move_id in (("word", named), ("word", named), ("no_such_kind", "")):
        play(run, seat, kind, move_id, word="mine")
    assert grown(before, figures(), "exchange_moves_total") == {
        '{answer="kept"}': 1, '{answer="again"}': 1, '{answer="refused"}': 1,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("switched_on")
def test_where_the_database_is_away_the_other_figures_are_told(tmp_path: Path) -> None:
    away = dict(connection.settings_dict, NAME=str(tmp_path / "none" / "none.sqlite3"), OPTIONS={})
    if connection.vendor == "postgresql":
        away |= {"NAME": "none_of_this_name", "OPTIONS": {"connect_timeout": 2}}
    there = figures()
    with restoring.leading(away):
        found = figures()
    lag = "exchange_outbox_lag_seconds"
    assert (there[lag], math.isnan(found[lag])) == (0.0, True)
    assert list(found) == list(there)


@pytest.fixture
def watched(tmp_path: Path, transactional_db: None) -> Iterator[Server]:
    """A server of its own, whose figures are told."""
    made = Server(tmp_path, EXCHANGE_METRICS_TOKEN=TOKEN)
    made.start()
    yield made
    made.kill()


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_server_counts_what_its_hall_does(watched: Server, cast: Cast, settings: Any) -> None:
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]
    run = hold(cast.ben)
    (seat,) = sit(run)
    advance(run)

    async def sitting() -> tuple[dict[str, float], dict[str, float]]:
        phone, board = watched.phone(seat), f"/runs/{run.pk}/board/"
        prometheus = watched.client()

        async def told() -> dict[str, float]:
            return read((await prometheus.get("/metrics", headers=BEARER)).text)

        before = await told()
        async with phone.stream("GET", f"{board}stream/") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            for number in range(3):
                word = {"kind": "word", "word": f"word {number}", "move_id": uuid.uuid4().hex}
                assert (await phone.post(f"{board}moves/", data=word)).json()["status"] == "kept"
            assert (await phone.get(f"{board}view/")).status_code == 200
            assert (await prometheus.get("/no-such-page/")).status_code == 404
            return before, await told()

    connection.close()
    before, after = asyncio.run(sitting())
    assert grown(before, after, "exchange_moves_total") == {'{answer="kept"}': 3}
    assert grown(before, after, "exchange_hall_batch_moves_sum") == {"": 3}
    assert grown(before, after, "exchange_hall_commit_seconds_count") == {"": 3}
    assert grown(before, after, "exchange_looks_total") == {'{view="seat"}': 1}
    assert grown(before, after, "exchange_streams") == {"": 1}
    # the first asking, the stream, three moves, a view
    assert grown(before, after, "exchange_answers_total") == {
        '{status="2xx"}': 6, '{status="4xx"}': 1,
    }  # fmt: skip
