"""Who is waiting to be told "look again". In this process only; it never carries content.

`publish` and `subscribe` are the whole interface: with several processes a shared channel takes
their place (docs/architecture.md, the fast door). A lost nudge costs time, never truth: streams
look at the database every few seconds as well.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import Lock


class Listener:
    """One open stream. `hears` names its audiences; None, until it knows them, is all."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.woken = asyncio.Event()
        self.hears: frozenset[str] | None = None


_waiting: dict[int, set[Listener]] = defaultdict(set)
_lock = Lock()
_overhearing: list[Callable[[int, Collection[str]], None]] = []


def overhear(told: Callable[[int, Collection[str]], None]) -> None:
    """Call `told(run_id, audiences)` at every publishing, in the thread that publishes."""
    _overhearing.append(told)


def publish(run_id: int, audiences: Collection[str]) -> None:
    """Wake the run's streams that hear one of these. Called after the commit, from any thread."""
    for told in _overhearing:
        told(run_id, audiences)
    with _lock:
        listeners = list(_waiting.get(run_id, ()))
    for one in listeners:
        concerned = one.hears is None or not one.hears.isdisjoint(audiences)
        if concerned and not one.loop.is_closed():
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
