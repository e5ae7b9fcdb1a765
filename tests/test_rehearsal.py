"""Whole sessions with bots against a real server: nothing lost, nothing doubled, even by kill -9."""

import asyncio
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.db import connection

from exchange.__main__ import main
from exchange.live.actions.moves import log_of
from exchange.live.bots import Ledger
from exchange.live.codes import show_code
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


#: What a session of Diamond 9 is made of, whoever plays it.
DONE = {
    "place", "lock", "group_place", "group_lock", "reason", "argue", "propose_finding",
    "agree_finding", "advance",
}  # fmt: skip
CHANGED_THEIR_MIND = {"unplace", "unlock", "group_unplace", "group_unlock", "unargue", "strike"}


def assert_they_behaved_as_people_do(ledger, kinds):
    """They dropped off and came back, pressed late, pressed twice, changed their mind: without
    it nothing would be proved."""
    happened = {
        what: ledger.counts[what] > 0 for what in ("drops", "returns", "late", "sent twice")
    }
    assert happened == dict.fromkeys(happened, True)
    assert kinds & CHANGED_THEIR_MIND != set()
    assert ledger.counts["again"] > 0


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
    assert DONE - kinds == set()
    assert_they_behaved_as_people_do(ledger, kinds)
    cast = sum(Ballot.objects.filter(run=run).values_list("count", flat=True))
    assert cast == ledger.counts["secret answers"]
    assert run.room["tallies"]["final"]["cast"] == cast
    assert Finding.objects.filter(run=run).count() > 0


async def until(happened):
    """Wait for something that will happen; TimeoutError if it does not within a minute."""
    async with asyncio.timeout(60):
        while not happened():
            await asyncio.sleep(0.05)


def test_a_server_killed_in_the_middle_loses_no_acknowledged_move(server, cast, facilitator):
    """Killed while people write alone, and again when some have answered in secret."""
    run = hold(facilitator, cast.harbour, minutes={"alone": 1, "share": 1})
    connection.close()
    ledger, known = Ledger(), []

    async def killed_in_the_middle():
        session = asyncio.create_task(
            rehearse(
                run.code, people=15, url=server.url, minutes=0.4, seed=4, ledger=ledger,
                facilitate=(facilitator.email, make.PASSWORD),
            )
        )  # fmt: skip
        moments = (
            lambda: len(ledger.kept) >= 10,
            lambda: ledger.counts["secret answers"] >= 2,
        )
        for moment in moments:
            await until(moment)
            await asyncio.to_thread(server.kill)
            known.append((set(ledger.kept), ledger.counts["secret answers"]))
            await asyncio.to_thread(server.start)
        await session

    asyncio.run(killed_in_the_middle())
    sys.stdout.write(told(ledger, 0))
    run = assert_all_there(run, ledger)
    stored = set(run.moves.values_list("move_id", flat=True))
    assert [(len(moves) >= 10, moves - stored) for moves, _ in known] == [(True, set())] * 2
    answers = sum(Ballot.objects.filter(run=run).values_list("count", flat=True))
    assert answers >= ledger.counts["secret answers"] >= known[1][1] >= 2
    assert ledger.counts["cut"] > 0
    assert run.phase == CLOSED
    assert ledger.faults == {}
    assert doubled(ledger) == 0
    assert asyncio.run(check(server.url, ledger)) == 0


def hold_it(server, run, desk, people):
    """The facilitator beside the bots: waits for all, lets them choose, closes when all have
    nine. TimeoutError when that does not come."""

    def settled(ready):
        for _ in range(600):
            if ready(Run.objects.get(pk=run.pk)):
                return
            time.sleep(0.1)
        raise TimeoutError

    def have_nine(now):  # whoever lost the key to a seat and came again has a second one
        return [len(seat["chosen"]) for seat in now.state["seats"].values()].count(9) >= people

    try:
        with httpx.Client(
            base_url=server.url, cookies=desk.cookies, headers=desk.headers, trust_env=False
        ) as browser:
            settled(lambda now: now.seats.count() >= people)
            going_on = {"kind": "advance", "move_id": "go-and-choose", "saw": "lobby"}
            browser.post(f"/runs/{run.pk}/desk/moves/", data={**going_on, "to": "choose"})
            settled(have_nine)
            return browser.post(f"/runs/{run.pk}/closure/").status_code
    finally:
        connection.close()


def test_the_command_fills_a_session_in_which_people_choose_nine_of_twelve(
    server, cast, facilitator, capsys
):
    run = hold(facilitator, cast.harbour, "diamond_nine", blank=False)
    desk = server.client(facilitator)
    connection.close()
    with ThreadPoolExecutor(1) as beside:
        held = beside.submit(hold_it, server, run, desk, people=4)
        words = ["--people", "4", "--url", server.url, "--minutes", "1"]
        assert main(["rehearse", run.code, *words]) == 0
    assert held.result() == 302
    said = capsys.readouterr().out.splitlines()
    first = f"4 bots go to {server.url} with {show_code(run.code)}, for about 1 min."
    assert (said[0], said[-1]) == (first, "lost 0, doubled 0")
    run = Run.objects.get(pk=run.pk)
    assert run.phase == CLOSED
    assert run.moves.filter(kind="choose").count() >= 4 * 9
    assert replayed(run) == (run.room, run.state)
