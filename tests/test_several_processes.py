"""Several server processes on one database: what is done at one reaches the phones of another at
once by a real Redis, and within seconds without it. No move hangs on it."""

import asyncio
import os
import re
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection

from exchange.live.bots import Ledger
from exchange.live.channel import name_of_channel
from exchange.live.models import Move
from exchange.live.plugin import CLOSED
from exchange.live.rehearsal import doubled, rehearse
from exchange.live.tests.holding import SAMPLE, advance, hold, play, sit
from tests import make
from tests.server import PATIENCE, Server
from tests.test_rehearsal import assert_all_there

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
#: A server whose streams and hall do not look at the database by themselves within a test: what
#: they tell, they were told.
PATIENT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "exchange.settings"
import django
django.setup()
from exchange.live import fastdoor, hall, streaming
fastdoor.LOOK = streaming.LOOK = hall.AT_HAND = 3600.0
from exchange.__main__ import main
sys.exit(main())
"""
TOKEN = "a-token-of-the-monitor-alone"


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


@pytest.fixture
def run(cast):
    """A session whose three phones are one group that agrees on a word."""
    run = hold(cast.ben, cast.harbour)
    phones = sit(run, 3)
    run = advance(run, to="share")
    run.phones = phones
    assert list(run.room["groups"]) == ["A"]
    return run


@pytest.fixture
def servers(tmp_path):
    """Makes server processes; they are ended after the test."""
    made = []

    def start(*options, number=2, **how):
        for _ in range(number):
            folder = tmp_path / str(len(made))
            folder.mkdir()
            made.append(Server(folder, *options, **how))
        connection.close()
        with ThreadPoolExecutor() as together:
            list(together.map(Server.start, made))
        return made

    yield start
    for one in made:
        one.kill()


class Ear:
    """One open stream: the signatures it was told, as they come."""

    def __init__(self, client, path):
        self.client, self.path = client, path
        self.told = asyncio.Queue()
        self.still = 0

    async def __aenter__(self):
        self.task = asyncio.create_task(self._listen())
        await self.next()  # what there is when it opens
        return self

    async def __aexit__(self, *fault):
        self.task.cancel()
        await self.client.aclose()

    async def _listen(self):
        async with self.client.stream("GET", self.path, timeout=None) as stream:
            assert stream.status_code == 200
            async for line in stream.aiter_lines():
                if line == "data: here":
                    self.still += 1
                elif line.startswith("data: "):
                    self.told.put_nowait(line.removeprefix("data: "))

    def forget(self):
        """Whatever it was told until now."""
        while not self.told.empty():
            self.told.get_nowait()

    async def next(self):
        """The next signature; the test fails where none comes."""
        return await asyncio.wait_for(self.told.get(), PATIENCE)


def board(server, seat):
    return Ear(server.phone(seat), f"/runs/{seat.run_id}/board/stream/")


def desk(server, person, run):
    return Ear(server.client(person), f"/runs/{run.pk}/desk/stream/")


async def post(server, seat, word):
    """A phone's move; its reply."""
    async with server.phone(seat) as phone:
        move = {"kind": "group_word", "word": word, "move_id": uuid.uuid4().hex}
        answer = await phone.post(f"/runs/{seat.run_id}/board/moves/", data=move)
    assert answer.status_code == 200
    return answer.json()


async def until(true):
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends
        await asyncio.sleep(0.05)


def words(run):
    kept = Move.objects.filter(run=run, kind="group_word").order_by("seq")
    return [move.data["word"] for move in kept]


def test_what_is_done_at_one_reaches_the_streams_of_another(servers, own_redis, cast, run):
    """Through the fast door and through Django's own streams, in both directions. These servers do
    not look by themselves."""
    one, two = servers(program=("-c", PATIENT), REDIS_URL=own_redis.url)
    phones = [board(server, seat) for server, seat in zip((one, two, two), run.phones, strict=True)]
    desks = [desk(server, cast.ben, run) for server in (one, two)]

    async def played():
        await until(lambda: own_redis.listening(name_of_channel()) == 2)
        async with phones[0], phones[1], phones[2], desks[0], desks[1]:
            for n, server in enumerate([one, two] * 3):
                await post(server, run.phones[n % 3], f"w{n}")
                told = [(await ear.next()).partition("-group:A.")[2] for ear in phones]
                assert len(set(told)) == 1
                assert await desks[0].next() == await desks[1].next()
            return told, [ear.still for ear in (*phones, *desks)]

    told, still = asyncio.run(played())
    assert told[0].isdecimal()
    assert still == [0] * 5
    assert words(run) == [f"w{n}" for n in range(6)]


def test_without_redis_it_takes_seconds_and_nothing_fails(servers, cast, run):
    one, two = servers(REDIS_URL="redis://127.0.0.1:1")
    ears = [board(two, run.phones[1]), desk(two, cast.ben, run)]

    async def played():
        async with ears[0], ears[1]:
            reply = await post(one, run.phones[0], "far")
            return reply, [await ear.next() for ear in ears]

    reply, told = asyncio.run(played())
    assert (reply["status"], words(run), len(told)) == ("kept", ["far"], 2)
    for server in (one, two):
        said = [line for line in server.log().splitlines() if "WARNING" in line]
        assert [line.partition("exchange.live.channel ")[2][:40] for line in said] == [
            "Redis does not answer (ConnectionError)."
        ]


def test_redis_is_killed_and_comes_back(servers, own_redis, cast, run):
    """Moves are kept meanwhile. When it is back everybody looks once, also for what nobody told:
    here a move played by a process that knows no Redis. Then it is as before."""
    one, two = servers(program=("-c", PATIENT), REDIS_URL=own_redis.url)
    ears = [board(one, run.phones[0]), board(two, run.phones[1]), desk(two, cast.ben, run)]

    def alone():
        assert play(run, run.phones[2], "group_word", word="w1").status == "kept"
        connection.close()

    async def played():
        await until(lambda: own_redis.listening(name_of_channel()) == 2)
        async with ears[0], ears[1], ears[2]:
            own_redis.kill()
            assert (await post(one, run.phones[0], "w0"))["status"] == "kept"
            await ears[0].next()
            await asyncio.to_thread(alone)
            own_redis.start()
            for ear in ears:
                await ear.next()
            await until(lambda: own_redis.listening(name_of_channel()) == 2)
            for ear in ears:
                ear.forget()
            assert (await post(two, run.phones[1], "w2"))["status"] == "kept"
            for ear in ears:
                await ear.next()

    asyncio.run(played())
    assert words(run) == ["w0", "w1", "w2"]
    for server in (one, two):
        assert server.log().count("Redis does not answer") == 1


def test_what_others_say_on_the_channel_changes_nothing(servers, own_redis, cast, run):
    one, two = servers(program=("-c", PATIENT), REDIS_URL=own_redis.url)
    ears = [board(two, run.phones[1]), desk(two, cast.ben, run)]
    nowhere = b'{"of": "x", "run": 9223372036854775807, "audiences": ["room"]}'

    async def played():
        await until(lambda: own_redis.listening(name_of_channel()) == 2)
        async with ears[0], ears[1]:
            for word in (b"\xff", b"{}", b"[1]", b'{"of": "x", "run": -1}', nowhere):
                own_redis.client.publish(name_of_channel(), word)
            await post(one, run.phones[0], "w0")
            return [(len(await ear.next()) > 0, ear.still) for ear in ears]

    assert asyncio.run(played()) == [(True, 0), (True, 0)]
    assert (one.log(), two.log()) == tuple(
        f"Learning Exchange answers at {server.url} (on 127.0.0.1:{server.port}).\n"
        for server in (one, two)
    )


# --- `exchange serve --processes` ---


def test_one_command_starts_several(servers, own_redis, cast, run):
    """On PostgreSQL; on SQLite it says why not. A process that ends is started again; they all end
    with the one that started them, however that ended."""
    if connection.vendor == "sqlite":
        with pytest.raises(RuntimeError, match="Several processes need PostgreSQL"):
            servers("--processes", "2", number=1, REDIS_URL=own_redis.url)
        return
    (server,) = servers(
        "--processes", "2", number=1, REDIS_URL=own_redis.url, EXCHANGE_READY_TOKEN=TOKEN
    )
    ears = [desk(server, cast.ben, run) for _ in range(3)]

    async def played():
        await until(lambda: own_redis.listening(name_of_channel()) == 2)
        async with ears[0], ears[1], ears[2]:
            await post(server, run.phones[0], "w0")
            assert len({await ear.next() for ear in ears}) == 1
        before = server.processes()
        os.kill(before[0], signal.SIGKILL)
        await until(lambda: len(set(server.processes()) - set(before)) == 1)
        await until(lambda: own_redis.listening(name_of_channel()) == 2)
        await post(server, run.phones[1], "w1")

    asyncio.run(played())
    asked = {"Authorization": f"Bearer {TOKEN}"}
    lines = httpx.get(f"{server.url}/readyz", headers=asked, trust_env=False).json()["lines"]
    (line,) = [line for line in lines if line["what"] == "redis"]
    assert (line["state"], line["says"]) == (
        "fine",
        "It answers, and is heard by 2 of our processes.",
    )
    assert words(run) == ["w0", "w1"]
    left = server.processes()
    assert len(left) == 2
    server.kill()
    asyncio.run(until(lambda: not any(Path(f"/proc/{one}").exists() for one in left)))


def test_bots_play_a_whole_session_at_two_of_which_one_is_killed(servers, own_redis, cast):
    """Every move is acknowledged by one or the other, none is lost or doubled. On SQLite there is
    one process: tests/test_rehearsal.py."""
    if connection.vendor == "sqlite":
        return
    cast.ben.set_password(make.PASSWORD)
    cast.ben.save()
    run = hold(cast.ben, cast.harbour, minutes={"alone": 1, "share": 1})
    (server,) = servers("--processes", "2", number=1, REDIS_URL=own_redis.url)
    ledger = Ledger()

    async def played():
        await until(lambda: own_redis.listening(name_of_channel()) == 2)
        session = asyncio.create_task(
            rehearse(
                run.code, people=15, url=server.url, minutes=0.2, seed=4, ledger=ledger,
                facilitate=(cast.ben.email, make.PASSWORD),
            )
        )  # fmt: skip
        await until(lambda: len(ledger.kept) >= 10)
        os.kill(server.processes()[0], signal.SIGKILL)
        await session

    asyncio.run(played())
    assert assert_all_there(run, ledger).phase == CLOSED
    assert doubled(ledger) == 0


@pytest.mark.parametrize(
    ("words", "redis", "sentence"),
    [
        (("--processes", "2"), "", "Several processes tell each other by Redis"),
        (("--processes", "2", "--hall"), "redis://127.0.0.1:1", "A hall is served by one process."),
    ],
)
def test_it_is_said_why_there_cannot_be_several(servers, words, redis, sentence):
    if connection.vendor == "sqlite" and "--hall" not in words:
        sentence = "Several processes need PostgreSQL, and this is SQLite."
    with pytest.raises(RuntimeError, match=re.escape(sentence)):
        servers(*words, number=1, REDIS_URL=redis)


def test_the_tests_themselves_speak_to_no_redis():
    assert settings.REDIS_URL == ""
