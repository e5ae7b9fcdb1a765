"""Who is waiting to be told "look again". It never carries content.

Where `REDIS_URL` is set, what one process publishes is heard in the others (channel.py), else in this
one only. A lost nudge costs time, never truth: streams look at the database every few seconds as well.
"""

import asyncio
import atexit
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import Lock

from django.conf import settings

if settings.REDIS_URL:  # else its library would only cost time at every start
    from exchange.live.channel import Channel, name_of_channel


class Listener:
    """One open stream. `hears` names its audiences; None, until it knows them, is all."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.woken = asyncio.Event()
        self.hears: frozenset[str] | None = None


_waiting: dict[int, set[Listener]] = defaultdict(set)
_lock = Lock()
_overhearing: list[tuple[Callable[[int, Collection[str]], None], Callable[[], object]]] = []


def listen() -> None:
    """From now on hear the other processes, where there may be some. A server calls it."""
    if others:
        others.listen()


def overhear(told: Callable[[int, Collection[str]], None], look: Callable[[], object]) -> None:
    """Call `told(run_id, audiences)` at every publishing, in the thread that publishes, and `look()`
    where something may have been missed."""
    _overhearing.append((told, look))


def publish(run_id: int, audiences: Collection[str]) -> None:
    """Wake the run's streams that hear one of these, wherever they are. Called after the commit,
    from any thread."""
    spread(run_id, audiences)
    if others:
        others.offer(run_id, audiences)


def look() -> None:
    """Wake all streams of this process: other processes were not heard for a while."""
    for _told, look_round in _overhearing:
        look_round()
    with _lock:
        listeners = [one for some in _waiting.values() for one in some]
    for one in listeners:
        _wake(one)


def spread(run_id: int, audiences: Collection[str]) -> None:
    """Wake those streams of this process."""
    for told, _look_round in _overhearing:
        told(run_id, audiences)
    with _lock:
        listeners = list(_waiting.get(run_id, ()))
    for one in listeners:
        if one.hears is None or not one.hears.isdisjoint(audiences):
            _wake(one)


def _wake(one: Listener) -> None:
    if not one.loop.is_closed():
        one.loop.call_soon_threadsafe(one.woken.set)


@contextmanager
def subscribe(run_id: int) -> Iterator[Listener]:
    """A listener that is woken whenever this run changed for it; inside a running loop."""
    one = Listener()
    with _lock:
        _waiting[run_id].add(one)
    try:
        yield one
    finally:
        with _lock:
            _waiting[run_id].discard(one)
            if not _waiting[run_id]:
                del _waiting[run_id]


#: The way to the other processes of this installation.
others: "Channel | None" = None
if settings.REDIS_URL:
    others = Channel(settings.REDIS_URL, name_of_channel(), spread, look)
    atexit.register(others.close)  # a command that ends at once has said what it did
