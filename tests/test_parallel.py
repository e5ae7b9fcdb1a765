"""Many at once, against a real server: one move once, streams for the right people only."""

import asyncio
import time
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from exchange.live.actions import add_facilitator
from exchange.live.models import Move, Run
from exchange.live.seating import cookie_name, new_once
from exchange.live.tests.holding import SAMPLE, advance, hold, replayed, sit

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


def gathered(*work):
    """Run coroutines together; the test's own connection is given back before."""

    async def together():
        return await asyncio.gather(*work)

    connection.close()
    return asyncio.run(together())


async def post(client, run, kind, page="board", **data):
    data = {"move_id": uuid.uuid4().hex, "kind": kind, **data}
    answer = await client.post(f"/runs/{run.pk}/{page}/moves/", data=data)
    return answer.json()


def statuses(replies):
    return sorted({r["status"]: 0 for r in replies}), [r["status"] for r in replies].count("kept")


def consistent(run):
    """The run as stored, after its log was found whole and its replay equal."""
    run = Run.objects.get(pk=run.pk)
    assert list(run.moves.values_list("seq", flat=True)) == list(range(1, run.revision + 1))
    assert replayed(run) == (run.room, run.state)
    return run


def test_fifty_copies_of_one_move_are_kept_once(server, cast):
    run = hold(cast.ben)
    (seat,) = sit(run)
    advance(run)
    phone = server.phone(seat)
    replies = gathered(
        *(post(phone, run, "word", move_id="one-and-the-same", word=f"w{n}") for n in range(50))
    )
    assert [r["status"] for r in replies].count("kept") == 1
    assert {r["status"] for r in replies} == {"kept", "again"}
    assert len({(r["revision"], r["at"]) for r in replies}) == 1
    assert Move.objects.filter(run=run, kind="word").count() == 1
    consistent(run)


def test_fifty_different_moves_of_one_seat_are_all_kept(server, cast):
    run = hold(cast.ben)
    (seat,) = sit(run)
    advance(run)
    phone = server.phone(seat)
    replies = gathered(*(post(phone, run, "word", word=f"w{n}") for n in range(50)))
    assert {r["status"] for r in replies} == {"kept"}
    assert len({r["revision"] for r in replies}) == 50
    run = consistent(run)
    last = run.moves.filter(kind="word").order_by("-seq")[0]
    assert run.state["seats"]["s1"]["word"] == last.data["word"]


def test_two_people_moving_one_card_leave_it_in_one_place(server, cast):
    nine = [f"Card number {n}" for n in range(1, 10)]
    run = hold(cast.ben, key="diamond_nine", lines=nine, blank=False)
    one, two = (server.phone(seat) for seat in sit(run, 2))
    run = advance(run, "groups")
    letter = next(iter(run.room["groups"]))
    card = run.state["groups"][letter]["tray"][0]
    slots = ["1", "2a", "2b", "3a", "5"]
    replies = gathered(
        *(
            post(phone, run, "group_place", card=card, slot=slot)
            for slot in slots
            for phone in (one, two)
        )
    )
    assert {r["status"] for r in replies} == {"kept"}
    board = consistent(run).state["groups"][letter]["sort"]
    assert list(board.values()) == [card]


def test_the_facilitator_goes_on_while_many_move(server, cast):
    run = hold(cast.ben)
    seats = sit(run, 10)
    advance(run)
    desk = server.client(cast.ben)

    async def keep_writing(seat):
        phone = server.phone(seat)
        return [await post(phone, run, "word", word=f"{seat.key} {n}") for n in range(8)]

    async def go_on():
        await asyncio.sleep(0.2)
        both = [post(desk, run, "advance", "desk", saw="alone") for _ in range(2)]
        return await asyncio.gather(*both)

    *written, advanced = gathered(*(keep_writing(seat) for seat in seats), go_on())
    assert sorted(r["status"] for r in advanced) == ["kept", "refused"]
    assert {r["status"] for replies in written for r in replies} <= {"kept", "refused"}
    run = consistent(run)
    assert run.phase == "share"
    (turned,) = [
        move.seq for move in run.moves.filter(kind="advance") if move.data["saw"] == "alone"
    ]
    assert run.moves.filter(kind="word", seq__gt=turned).count() == 0
    kept = [r["revision"] for replies in written for r in replies if r["status"] == "kept"]
    assert sorted(kept) == list(run.moves.filter(kind="word").values_list("seq", flat=True))


def test_thirty_people_join_at_once(server, cast):
    run = hold(cast.ben, cast.harbour)

    async def join():
        client = server.client()
        form = {"school": "other", "role": "teacher", "label": "x"}
        answer = await client.post(f"/join/{run.code}/", data=form)
        return answer.status_code

    assert gathered(*(join() for _ in range(30))) == [302] * 30
    run = consistent(run)
    assert sorted(run.room["seats"]) == sorted(f"s{n}" for n in range(1, 31))


def test_five_presses_of_one_joining_form_take_one_seat(server, cast):
    run = hold(cast.ben, cast.harbour)
    form = {"school": "other", "role": "teacher", "label": "x", "once": new_once(run)}

    async def join():
        answer = await server.client().post(f"/join/{run.code}/", data=form)
        return answer.status_code, answer.cookies[cookie_name(run.pk)]

    answers = gathered(*(join() for _ in range(5)))
    assert ({status for status, _ in answers}, len({seat for _, seat in answers})) == ({302}, 1)
    assert list(consistent(run).room["seats"]) == ["s1"]


def test_requests_leave_no_connections_behind(server, cast):
    run = hold(cast.ben)
    (seat,) = sit(run)
    phone = server.phone(seat)
    gathered(*(phone.get(f"/runs/{run.pk}/board/") for _ in range(60)))
    until = time.monotonic() + 15
    # The server closes a request's connection just after its answer was read.
    while server.open_connections() > 12 and time.monotonic() < until:
        time.sleep(0.2)
    assert server.open_connections() <= 12


# --- streams ---


class Ear:
    """One event stream; `events` holds what was heard, `status` what the server answered."""

    def __init__(self, client, address):
        self.client, self.address = client, address
        self.events, self.status, self.ended = [], None, asyncio.Event()
        self.open = asyncio.Event()
        self.task = asyncio.create_task(self.listen())

    async def listen(self):
        try:
            async with self.client.stream("GET", self.address, timeout=30) as stream:
                self.status = stream.status_code
                if self.status != 200:
                    self.open.set()
                async for line in stream.aiter_lines():
                    if line and not line.startswith(":"):
                        self.events.append(line)
                        self.open.set()
        finally:
            self.ended.set()

    async def heard(self, number, within=8.0):
        """Wait until that many events were heard."""
        async with asyncio.timeout(within):
            while len(self.events) < number:
                await asyncio.sleep(0.02)
        return self.events

    async def hang_up(self):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def ear(client, run, page="board"):
    """An open stream; waits for its first event or its refusal."""
    made = Ear(client, f"/runs/{run.pk}/{page}/stream/")
    async with asyncio.timeout(15):
        await made.open.wait()
    return made


def test_only_those_who_see_a_change_are_nudged(server, cast):
    run = hold(cast.ben)
    seats = sit(run, 4)
    run = advance(run, "share")
    letter = run.room["groups"]
    first = next(s for s in seats if s.key == letter["A"][0])
    mate = next(s for s in seats if s.key == letter["A"][1])
    other = next(s for s in seats if s.key == letter["B"][0])

    async def listening():
        ears = [await ear(server.phone(seat), run) for seat in (first, mate, other)]
        assert [e.status for e in ears] == [200] * 3
        before = [len(e.events) for e in ears]
        assert (await post(server.phone(first), run, "group_word", word="x"))["status"] == "kept"
        await ears[1].heard(before[1] + 1)
        await asyncio.sleep(1)
        return [len(e.events) - n for e, n in zip(ears, before, strict=True)]

    connection.close()
    assert asyncio.run(listening()) == [1, 1, 0]


def test_a_nudge_carries_no_content(server, cast):
    run = hold(cast.ben)
    (seat,) = sit(run)
    advance(run)

    async def listening():
        heard = await ear(server.phone(seat), run)
        await post(server.phone(seat), run, "word", word="canary-word")
        return await heard.heard(2)

    connection.close()
    events = asyncio.run(listening())
    assert events == [f"data: room.1-wordings.0-seat:s1.{n}" for n in (0, 1)]


def test_a_removed_seat_hears_nothing_more_at_once(server, cast):
    run = hold(cast.ben)
    seat, other = sit(run, 2)
    advance(run)

    desk = server.client(cast.ben)

    async def removing():
        gone, stays = await ear(server.phone(seat), run), await ear(server.phone(other), run)
        answer = await desk.post(f"/runs/{run.pk}/seats/{seat.key}/removal/")
        assert answer.status_code == 302
        async with asyncio.timeout(5):
            await gone.ended.wait()
        again = await ear(server.phone(seat), run)
        assert (await post(desk, run, "pause", "desk"))["status"] == "kept"
        await stays.heard(2)
        return gone.events, again.status, stays.ended.is_set()

    connection.close()
    events, again, ended = asyncio.run(removing())
    assert events[1:] == ["event: gone", "data: gone"]
    assert (again, ended) == (404, False)


def test_whoever_loses_a_role_hears_nothing_more_of_the_desk_at_once(server, cast):
    """Sooner than the stream's own look at the database, which comes every seven seconds."""
    run = hold(cast.ben, cast.harbour)
    add_facilitator(run=run, person=cast.eve, by=cast.ben)
    role = cast.eve.role_assignments.get(network=cast.harbour)
    ada, eve, ben = (server.client(one) for one in (cast.ada, cast.eve, cast.ben))

    async def ending():
        lost, stays = [await ear(one, run, "desk") for one in (eve, ben)]
        answer = await ada.post(reverse("role_end", args=[cast.harbour.pk, role.pk]))
        assert answer.status_code == 302
        async with asyncio.timeout(5):
            await lost.ended.wait()
        again = await ear(eve, run, "desk")
        return lost.events[1:], again.status, stays.ended.is_set()

    connection.close()
    assert asyncio.run(ending()) == (["event: gone", "data: gone"], 404, False)


def test_at_most_three_streams_a_seat_and_a_place_is_given_back(server, cast):
    run = hold(cast.ben)
    seat, other = sit(run, 2)

    async def counting():
        phone = server.phone(seat)
        ears = [await ear(phone, run) for _ in range(3)]
        fourth = await ear(phone, run)
        neighbour = await ear(server.phone(other), run)
        await ears[0].hang_up()
        for _ in range(50):
            fifth = await ear(phone, run)
            if fifth.status == 200:
                break
            await asyncio.sleep(0.1)
        return [e.status for e in ears], fourth.status, neighbour.status, fifth.status

    connection.close()
    assert asyncio.run(counting()) == ([200] * 3, 429, 200, 200)


def test_a_stream_of_one_run_never_hears_another(server, cast):
    here, there = hold(cast.ben), hold(cast.ben)
    (mine,), (theirs,) = sit(here), sit(there)
    advance(here)
    advance(there)

    facilitator = server.client(cast.ben)

    async def listening():
        seat = await ear(server.phone(mine), here)
        desk, screen = [await ear(facilitator, here, page) for page in ("desk", "screen")]
        stranger = await ear(server.phone(mine), there)
        for kind in ("word", "lock"):
            await post(server.phone(theirs), there, kind, word="x")
        await asyncio.sleep(1.5)
        return [len(e.events) for e in (seat, desk, screen)], stranger.status

    connection.close()
    assert asyncio.run(listening()) == ([1, 1, 1], 404)


def test_streams_do_not_open_for_others(server, cast):
    run = hold(cast.ben, cast.harbour)
    others = [server.client(cast.ada), server.client(cast.max), server.client()]

    async def trying():
        pages = ("desk", "screen", "board")
        return {(await ear(client, run, page)).status for client in others for page in pages}

    connection.close()
    assert asyncio.run(trying()) == {404}


def test_a_page_of_another_site_opens_no_stream(server, cast):
    """Though the browser sends the cookies along; our own pages, programs and old browsers do."""
    run = hold(cast.ben, cast.harbour)
    own = server.url
    said = [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": own + ".elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": own, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": own, "Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ]

    client = server.client(cast.ben)

    async def trying():
        met = []
        for headers, _ in said:
            mine = dict(client.headers)
            client.headers.update(headers)
            heard = await ear(client, run, "desk")
            met.append((headers, heard.status))
            await heard.hang_up()
            client.headers = mine
        return met

    connection.close()
    assert asyncio.run(trying()) == said
