"""Telling the other processes of an installation "look again", over Redis (docs/decisions/0055).

What is sent is a run's number and the names of audiences; nothing that anybody wrote, and Redis
keeps none of it. Neither telling nor listening keeps anybody waiting: each has a thread of its own.
Where Redis is away, sessions go on as they do without it; when it is back, everybody looks once.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterable

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac
from redis import Redis
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

from exchange.core.readiness import AMISS, FINE, Line

log = logging.getLogger(__name__)
#: Seconds that a connection may take, and until it is tried again: longer each time.
ANSWERS, AGAIN, AGAIN_AT_MOST = 2.0, 0.2, 5.0
#: After so many seconds without a word it is asked whether it still lives; as many later it is not.
QUIET = 5.0
#: No run changes for more audiences, and no audience has a longer name.
MOST, LONGEST = 5_000, 64
TELLING, LISTENING = "telling", "listening"


def name_of_channel() -> str:
    """The channel of this installation: others on the same Redis, with another key or another
    database, have others."""
    database = str(connection.settings_dict["NAME"])
    return "exchange:" + salted_hmac("exchange.live.channel", database).hexdigest()[:24]


def written(own: str, run_id: int, audiences: Iterable[str]) -> str:
    """What is sent; `own` is the process that says it."""
    return json.dumps({"of": own, "run": run_id, "audiences": sorted(audiences)})


def read(raw: object) -> tuple[str, int, list[str]] | None:
    """Who says it, the run and its audiences; None where it is not one of ours, or garbled.

    >>> read(written("p1", 5, {"room", "seat:s1"}))
    ('p1', 5, ['room', 'seat:s1'])
    >>> read(b'{"of": "p1", "run": "5"}') is None
    True
    """
    if not isinstance(raw, str | bytes):
        return None
    try:
        said = json.loads(raw)
        own, run_id, audiences = said["of"], said["run"], said["audiences"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    sound = (
        isinstance(own, str)
        and type(run_id) is int
        and 0 < run_id < 2**63
        and isinstance(audiences, list)
        and len(audiences) <= MOST
        and all(isinstance(one, str) and len(one) <= LONGEST for one in audiences)
    )
    return (own, run_id, audiences) if sound else None


def connected(url: str) -> Redis:
    """A client that gives up soon and tries nothing again by itself; it connects when it is used."""
    return Redis.from_url(
        url, protocol=2, socket_connect_timeout=ANSWERS, socket_timeout=ANSWERS,
        retry=Retry(NoBackoff(), 0),
    )  # fmt: skip


class Channel:
    """One channel of one Redis, as one process uses it.

    told  called with (run, audiences) for what another process published
    back  called whenever it can be heard again, and the first time: what was said until then was not
    """

    def __init__(
        self,
        url: str,
        name: str,
        told: Callable[[int, Collection[str]], None],
        back: Callable[[], None],
    ) -> None:
        self.url, self.name, self.told, self.back = url, name, told, back
        self.own, self.quiet = secrets.token_hex(8), QUIET
        self.pending: dict[int, set[str]] = {}  # run -> audiences, to be told
        self.failing: set[str] = set()
        self.threads: dict[str, threading.Thread] = {}
        self.lock = threading.Lock()
        self.due, self.closing = threading.Event(), threading.Event()

    def offer(self, run_id: int, audiences: Collection[str]) -> None:
        """Have the other processes told, at once or when Redis is back. From any thread; returns at
        once. What waits is gathered by run, so it does not grow while Redis is away."""
        self._begin(TELLING, self._tell)
        with self.lock:
            self.pending.setdefault(run_id, set()).update(audiences)
        self.due.set()

    def listen(self) -> None:
        """From now on hear the other processes; once is enough."""
        self._begin(LISTENING, self._listen)

    def close(self) -> None:
        """Tell what waits, for two seconds at most, and end."""
        self.closing.set()
        self.due.set()
        if TELLING in self.threads:
            self.threads[TELLING].join(ANSWERS)

    def _begin(self, what: str, work: Callable[[], None]) -> None:
        with self.lock:
            if what not in self.threads:
                self.threads[what] = threading.Thread(
                    target=work, name=f"channel, {what}", daemon=True
                )
                self.threads[what].start()

    # --- the thread that tells ---

    def _tell(self) -> None:
        client, again = connected(self.url), AGAIN
        while True:
            self.due.wait()
            self.due.clear()
            with self.lock:
                words, self.pending = self.pending, {}
            try:
                self._send(client, words)
                again = AGAIN
            except Exception as fault:  # a thread that ends would be silent for ever
                self._failed(TELLING, fault)
                for run_id, audiences in words.items():
                    self.offer(run_id, audiences)
                if not self.closing.wait(again):
                    again = min(2 * again, AGAIN_AT_MOST)
            if self.closing.is_set():
                return

    def _send(self, client: Redis, words: dict[int, set[str]]) -> None:
        for run_id, audiences in words.items():
            client.publish(self.name, written(self.own, run_id, audiences))
        if words:
            self._works(TELLING)

    # --- the thread that listens ---

    def _listen(self) -> None:
        again = AGAIN
        while not self.closing.is_set():
            began = time.monotonic()
            try:
                with PubSub(connected(self.url).connection_pool) as hearing:
                    hearing.subscribe(self.name)
                    self._hear(hearing)
            except Exception as fault:
                self._failed(LISTENING, fault)
            if time.monotonic() - began > 2 * AGAIN_AT_MOST:
                again = AGAIN
            self.closing.wait(again)
            again = min(2 * again, AGAIN_AT_MOST)

    def _hear(self, hearing: PubSub) -> None:
        """Hear one connection until it breaks, or says nothing though it was asked."""
        heard_at, asked = time.monotonic(), False
        while not self.closing.is_set():
            message = hearing.get_message(timeout=min(1.0, self.quiet))
            quiet = time.monotonic() - heard_at
            if message is not None:
                heard_at, asked = time.monotonic(), False
                self._take(message["type"], message["data"])
            elif quiet > 2 * self.quiet:
                raise TimeoutError
            elif quiet > self.quiet and not asked:
                asked = True
                hearing.ping()

    def _take(self, kind: str, data: object) -> None:
        if kind == "subscribe":
            self._works(LISTENING)
            self.back()
        elif kind == "message" and (said := read(data)) and said[0] != self.own:
            self.told(said[1], said[2])

    # --- what the log is told: that it is away, once, and that it is back ---

    def _failed(self, what: str, fault: Exception) -> None:
        with self.lock:
            if not self.failing and not self.closing.is_set():
                log.warning(
                    "Redis does not answer (%s). Sessions go on; phones of another process hear of "
                    "changes within ten seconds. It is tried again.",
                    type(fault).__name__,
                )
            self.failing.add(what)

    def _works(self, what: str) -> None:
        with self.lock:
            over = self.failing == {what}
            self.failing.discard(what)
        if over:
            log.info("Redis answers again.")


def redis() -> Line:
    """Whether it can be told something, and how many server processes hear it. They take what is
    not one of ours for nothing."""
    client = connected(settings.REDIS_URL)
    try:
        heard = client.publish(name_of_channel(), "")
    except Exception as fault:
        return Line(
            "redis", AMISS,
            f"It does not answer ({type(fault).__name__}). Sessions go on; phones of another "
            "process hear of changes within ten seconds. Is it up, and REDIS_URL right?",
        )  # fmt: skip
    finally:
        client.close()
    return Line("redis", FINE, f"It answers, and is heard by {heard} of our processes.")
