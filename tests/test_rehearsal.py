"""Whole sessions with bots against a real server: nothing lost, nothing doubled, even by kill -9."""

import asyncio
import sys

import pytest
from django.db import connection

from exchange.live.actions.moves import log_of
from exchange.live.models import Ballot, Finding, Move, Run, Seat
from exchange.live.plugin import CLOSED
from exchange.live.rehearsal import check, doubled, rehearse, report
from exchange.live.tests.holding import SAMPLE, hold, replayed
from tests import make

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
PEOPLE = 40


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


@pytest.fixture
def facilitator(cast):
    """Ben, who can sign in by form."""
    cast.ben.set_password(make.PASSWORD)
    cast.ben.save()
    return cast.ben


def told(ledger, lost):
    return "\n".join(report(ledger, lost))


def assert_all_there(run, ledger):
    """Every acknowledged move stands in the log once, as it was sent; nothing else was kept."""
    run = Run.objects.get(pk=run.pk)
    posted = run.moves.exclude(by="house")
    ids = list(posted.values_list("move_id", flat=True))
    lost = set(ledger.kept) - set(ids)
    assert lost == set()
    assert len(ids) == len(set(ids))
    revisions = {m.move_id: m.seq for m in posted}
    told_otherwise = {
        move_id
        for move_id, kept in ledger.kept.items()
        if kept.revision and kept.revision != revisions[move_id]
    }
    assert told_otherwise == set()
    assert [entry["seq"] for entry in log_of(run)] == list(range(1, run.revision + 1))
    assert replayed(run) == (run.room, run.state)
    return run


def test_forty_people_play_a_whole_diamond_nine(server, cast, facilitator):
    nine = [f"Card number {n}" for n in range(1, 10)]
    run = hold(facilitator, cast.harbour, "diamond_nine", lines=nine, blank=False)
    connection.close()
    ledger = asyncio.run(
        rehearse(
            run.code, people=PEOPLE, url=server.url, minutes=0.2, seed=9,
            facilitate=(facilitator.email, make.PASSWORD),
            say=lambda line: sys.stdout.write(f"{line}\n"),
        )
    )  # fmt: skip
    sys.stdout.write(told(ledger, 0))
    run = assert_all_there(run, ledger)
    assert ledger.faults == {}
    assert ledger.seats == Seat.objects.filter(run=run).count() >= PEOPLE
    posted = run.moves.exclude(by="house")
    assert set(posted.values_list("move_id", flat=True)) == set(ledger.kept)
    assert (run.phase, run.closed_by) == (CLOSED, facilitator)
    assert doubled(ledger) == 0
    some = ledger.__class__(kept=dict(list(ledger.kept.items())[:100]))
    assert asyncio.run(check(server.url, some)) == 0
    assert Move.objects.filter(run=run).count() == run.revision
    kinds = set(posted.values_list("kind", flat=True))
    assert kinds >= {"place", "lock", "group_place", "advance"}
    cast = sum(Ballot.objects.filter(run=run).values_list("count", flat=True))
    assert cast == ledger.counts["secret answers"]
    assert run.room["tallies"]["final"]["cast"] == cast
    assert Finding.objects.filter(run=run).count() > 0


def test_a_server_killed_in_the_middle_loses_no_acknowledged_move(server, cast, facilitator):
    run = hold(facilitator, cast.harbour, minutes={"alone": 1, "share": 1})
    connection.close()

    async def killed_in_the_middle():
        session = asyncio.create_task(
            rehearse(
                run.code, people=15, url=server.url, minutes=0.2, seed=4,
                facilitate=(facilitator.email, make.PASSWORD),
            )
        )  # fmt: skip
        for _ in range(2):
            await asyncio.sleep(3)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        return await session

    ledger = asyncio.run(killed_in_the_middle())
    sys.stdout.write(told(ledger, 0))
    run = assert_all_there(run, ledger)
    assert ledger.counts["cut"] > 0
    assert run.phase == CLOSED
    assert ledger.faults == {}
    assert doubled(ledger) == 0
    assert asyncio.run(check(server.url, ledger)) == 0
