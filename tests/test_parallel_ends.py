"""Many at once, against a real server: who moves a card later has moved it, for both; and a session
that is closed while two hundred moves arrive keeps what it acknowledged and refuses the rest."""

import asyncio
import itertools
import random
import re

import httpx
import pytest
from django.db import connection

from exchange.live.models import Run
from exchange.live.plugin import CLOSED
from exchange.live.seating import cookie_name
from exchange.live.tests.holding import SAMPLE, advance, hold, replayed, sit
from tests.server import KEY

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
NINE = [f"Card number {n}" for n in range(1, 10)]
PLACE = re.compile(r'data-slot="([^"]+)" data-words="[^"]*"(?: data-card="([^"]+)")?')
SLOTS = ("1", "2a", "2b", "3a", "3b", "3c", "4a", "4b", "5")


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


async def post(phone, run, number, kind, **data):
    """Post one move and give its status, and what was said."""
    words = {"kind": kind, "move_id": f"move-{number:06d}", **data}
    while True:
        try:
            answer = await phone.post(f"/runs/{run.pk}/board/moves/", data=words)
        except httpx.TransportError:  # a connection kept alive was just closed: again, same id
            continue
        break
    return answer.status_code, answer.json()


def shown(page):
    """Slot -> card, as a phone's view shows them."""
    return dict(PLACE.findall(page))


def test_whoever_moves_a_card_later_has_moved_it_for_both(server, cast):
    run = hold(cast.ben, key="diamond_nine", lines=NINE, blank=False)
    one, two = (server.phone(seat) for seat in sit(run, 2))
    run = advance(run, "groups")
    (letter,) = run.room["groups"]
    card = run.state["groups"][letter]["tray"][0]

    met = []

    async def both():
        for turn in range(12):
            moves = [
                post(phone, run, 2 * turn + at, "group_place", card=card, slot=SLOTS[turn % 8 + at])
                for at, phone in enumerate((one, two))
            ]
            replies = await asyncio.gather(*moves)
            views = [await phone.get(f"/runs/{run.pk}/board/view/") for phone in (one, two)]
            met.append((turn, replies, [shown(view.text) for view in views]))

    connection.close()
    asyncio.run(both())
    for turn, replies, views in met:
        assert [(status, said["status"]) for status, said in replies] == [(200, "kept")] * 2
        later = max((0, 1), key=lambda at, said=replies: said[at][1]["revision"])
        there = {slot: card if slot == SLOTS[turn % 8 + later] else "" for slot in SLOTS}
        assert views == [there, there]
    run = Run.objects.get(pk=run.pk)
    assert replayed(run) == (run.room, run.state)


def test_a_session_closed_while_two_hundred_move_keeps_what_it_acknowledged(server, cast):
    """Each goes on until it is refused; the facilitator closes in the midst of it."""
    run = hold(cast.ben)
    seats = sit(run, 200)
    advance(run)
    desk, told, some = server.client(cast.ben), {}, asyncio.Event()

    tls = httpx.create_ssl_context()  # one for all: each takes a while

    async def go_on(at, seat):
        async with httpx.AsyncClient(
            base_url=server.url, trust_env=False, timeout=60, verify=tls,
            cookies={"csrf": KEY, cookie_name(run.pk): seat.token},
            headers={"X-CSRFToken": KEY, "Accept": "application/json"},
        ) as phone:  # fmt: skip
            for n in itertools.count(1000 * at):
                await asyncio.sleep(random.random())
                status, said = await post(phone, run, n, "word", word=f"{seat.key} {n}")
                if status != 200:
                    break
                told[f"move-{n:06d}"] = (said["revision"], seat.key, f"{seat.key} {n}")
                if len(told) >= 200:
                    some.set()
        return status, said["status"], said["sentence"]

    async def close():
        await some.wait()
        return (await desk.post(f"/runs/{run.pk}/closure/")).status_code

    async def together():
        return await asyncio.gather(close(), *(go_on(at, one) for at, one in enumerate(seats)))

    connection.close()
    closed, *ends = asyncio.run(together())
    run = Run.objects.get(pk=run.pk)
    log = list(run.moves.order_by("seq"))
    assert (closed, run.phase, log[-1].kind) == (302, CLOSED, "close")
    assert [move.seq for move in log] == list(range(1, run.revision + 1))
    words = [move for move in log if move.kind == "word"]
    assert {m.move_id: (m.seq, m.seat, m.data["word"]) for m in words} == told
    assert len(words) == len(told) >= 200
    assert ends == [(409, "refused", "This session is not open.")] * 200
    assert replayed(run) == (run.room, run.state)
