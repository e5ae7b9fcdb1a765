"""Processes tell each other "look again" over a real Redis: what is said, who hears it, what a
garbled word does, and what happens while Redis is away."""

import asyncio
import json
import logging
import threading
import time

import pytest

from exchange.core.readiness import AMISS, FINE
from exchange.live import nudges
from exchange.live.channel import LONGEST, MOST, Channel, name_of_channel, read, redis, written
from tests.redis_server import own_redis as own_redis

GARBLED = [
    b"", b"\xff\xfe", b"no", b"null", b"7", b"[]", b"{}", b"[" * 100_000,
    b'{"of": "p", "run": 1}', b'{"of": "p", "run": 1, "audiences": "room"}',
    b'{"of": "p", "run": 1, "audiences": [1]}', b'{"of": "p", "run": "1", "audiences": []}',
    b'{"of": "p", "run": true, "audiences": []}', b'{"of": "p", "run": 0, "audiences": []}',
    b'{"of": "p", "run": 9223372036854775808, "audiences": []}',
    b'{"of": "p", "run": 1e400, "audiences": []}', b'{"of": 1, "run": 1, "audiences": []}',
    b'{"of": "p", "run": ' + b"9" * 5_000 + b', "audiences": []}',
    written("p", 1, ["x" * (LONGEST + 1)]).encode(),
    written("p", 1, map(str, range(MOST + 1))).encode(),
]  # fmt: skip


class Ears:
    """Channels of one Redis, each with what it heard; closed at the end of the test."""

    def __init__(self, own_redis):
        self.redis, self.made = own_redis, []

    def process(self, name="exchange:test", quiet=None):
        heard, backs = [], []
        made = Channel(
            self.redis.url,
            name,
            lambda run, said: heard.append((run, said)),
            lambda: backs.append(1),
        )
        made.heard, made.backs, made.quiet = heard, backs, quiet or made.quiet
        self.made.append(made)
        return made

    def listening(self, **how):
        made = self.process(**how)
        made.listen()
        until(lambda: made.backs == [1])
        return made


@pytest.fixture
def ears(own_redis):
    made = Ears(own_redis)
    yield made
    for one in made.made:
        one.close()


def until(true, patience=60.0):
    """Wait for it."""
    ends = time.monotonic() + patience
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.fixture
def raw(own_redis):
    """What is sent on the channel, as anybody on this Redis would hear it."""
    hearing = own_redis.client.pubsub()
    hearing.subscribe("exchange:test")
    assert hearing.get_message(timeout=60)["type"] == "subscribe"
    yield lambda: hearing.get_message(timeout=60)["data"]
    hearing.close()


def test_what_is_sent_is_a_run_and_audiences(ears, raw):
    one = ears.process()
    one.offer(7, {"seat:s2", "room"})
    assert json.loads(raw()) == {"of": one.own, "run": 7, "audiences": ["room", "seat:s2"]}


def test_the_others_hear_it_and_not_oneself_nor_another_house(ears):
    one, two, three = ears.listening(), ears.listening(), ears.listening()
    stranger = ears.listening(name="exchange:another")
    one.offer(7, {"room"})
    two.offer(8, ["desk"])
    until(lambda: len(three.heard) == 2)
    until(lambda: one.heard and two.heard)
    assert sorted(three.heard) == [(7, ["room"]), (8, ["desk"])]
    assert (one.heard, two.heard, stranger.heard) == ([(8, ["desk"])], [(7, ["room"])], [])


def test_another_key_or_database_has_another_channel(settings, db):
    ours = name_of_channel()
    assert name_of_channel() == ours
    settings.SECRET_KEY = "another" * 8
    assert name_of_channel() != ours


@pytest.mark.parametrize("garbled", GARBLED, ids=range(len(GARBLED)))
def test_what_is_garbled_is_not_read(garbled):
    assert read(garbled) is None


def test_what_is_garbled_changes_nothing(ears, own_redis, caplog):
    one, two = ears.process(), ears.listening()
    for garbled in GARBLED:
        own_redis.client.publish("exchange:test", garbled)
    one.offer(7, {"room"})
    until(lambda: two.heard)
    assert (two.heard, two.backs, caplog.records) == ([(7, ["room"])], [1], [])


def test_a_listener_that_stumbles_hears_the_next(ears, caplog):
    one, two = ears.process(), ears.process()
    two.told = lambda run, said: two.heard.append(run) if run > 1 else 1 / 0
    two.listen()
    until(lambda: two.backs == [1])
    one.offer(1, {"room"})
    until(lambda: len(two.backs) == 2)
    one.offer(2, {"room"})
    until(lambda: two.heard == [2])


def test_redis_goes_and_comes_back(ears, own_redis, caplog):
    """One warning in each process, none of what waited is lost, and who listens looks once."""
    caplog.set_level(logging.INFO, "exchange.live.channel")
    one, two = ears.listening(), ears.listening()
    own_redis.kill()
    for n in range(20):
        one.offer(7, {f"seat:s{n}"})
        one.offer(8, {"room"})
    until(lambda: one.failing == {"telling", "listening"} and two.failing == {"listening"})
    assert one.pending.keys() <= {7, 8}
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert {str(own_redis.port) in record.getMessage() for record in caplog.records} == {False}
    own_redis.start()
    until(lambda: (one.backs, two.backs) == ([1, 1], [1, 1]))
    until(lambda: not one.failing and not two.failing)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2 + ["INFO"] * 2
    one.offer(9, {"room"})
    until(lambda: (9, ["room"]) in two.heard)


def test_what_could_not_be_told_is_told_later(ears, own_redis, raw):
    """Here Redis refuses to publish for a while, and those who hear it stay."""
    own_redis.client.execute_command("ACL SETUSER default -publish")
    one = ears.process()
    one.offer(7, {"room"})
    until(lambda: one.failing == {"telling"})
    one.offer(7, {"desk"})
    own_redis.client.execute_command("ACL SETUSER default +publish")
    assert json.loads(raw())["audiences"] == ["desk", "room"]


def test_a_redis_that_answers_nothing_is_noticed(ears, own_redis):
    one = ears.listening(quiet=0.5)
    own_redis.hold()
    until(lambda: one.failing == {"listening"})
    own_redis.let_go()
    until(lambda: len(one.backs) >= 2 and not one.failing)


def test_one_who_hears_nothing_for_long_stays(ears):
    one, two = ears.process(), ears.listening(quiet=0.2)
    for _ in range(10):
        time.sleep(0.1)
    one.offer(7, {"room"})
    until(lambda: two.heard)
    assert (two.heard, two.backs) == ([(7, ["room"])], [1])


def test_who_ends_has_told_what_it_did(ears, raw):
    one = ears.process()
    one.offer(7, {"room"})
    one.close()
    assert not one.threads["telling"].is_alive()
    assert json.loads(raw())["run"] == 7


def test_offering_waits_for_nothing(ears, own_redis):
    """Whoever offers comes back though Redis takes connections and answers nothing."""
    own_redis.hold()
    one = ears.process()
    offering = threading.Thread(target=lambda: [one.offer(n, {"room"}) for n in range(1, 1000)])
    offering.start()
    offering.join(60)
    assert (offering.is_alive(), one.threads["telling"].is_alive()) == (False, True)
    own_redis.let_go()


def test_everybody_looks_where_something_may_have_been_missed():
    told = []

    async def looking():
        with nudges.subscribe(1) as one, nudges.subscribe(2) as two:
            nudges.overhear(lambda run, said: told.append((run, said)), lambda: told.append("all"))
            one.hears = two.hears = frozenset({"room"})
            nudges.look()
            await asyncio.gather(one.woken.wait(), two.woken.wait())
            one.woken.clear(), two.woken.clear()
            nudges.spread(1, ["desk"])
            nudges.spread(1, ["room"])
            await one.woken.wait()
            return two.woken.is_set()

    before = list(nudges._overhearing)
    try:
        assert asyncio.run(looking()) is False
    finally:
        nudges._overhearing[:] = before
    assert told == ["all", (1, ["desk"]), (1, ["room"])]


def test_doctor_says_whether_it_is_reached(ears, own_redis, settings, db):
    settings.REDIS_URL = own_redis.url
    nobody = redis()
    one, two = (ears.listening(name=name_of_channel()) for _ in range(2))
    both = redis()
    own_redis.kill()
    away = redis()
    assert [line.state for line in (nobody, both, away)] == [FINE, FINE, AMISS]
    assert nobody.says == "It answers, and is heard by 0 of our processes."
    assert both.says == "It answers, and is heard by 2 of our processes."
    assert away.says.startswith("It does not answer (ConnectionError). ")
    assert (one.heard, two.heard) == ([], [])
