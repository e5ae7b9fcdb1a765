"""Who is waiting to be told "look again". In this process only; it never carries content.

`publish` and `subscribe` are the whole interface: with several processes a shared channel takes
their place (docs/architecture.md, the fast door). A lost nudge costs time, never truth: streams
look at the database every few seconds as well.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_waiting: dict[int, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)
_lock = Lock()


def publish(run_id: int) -> None:
    """Wake every stream of this run. Called after the commit, from any thread."""
    with _lock:
        listeners = list(_waiting.get(run_id, ()))
    for loop, event in listeners:
        if not loop.is_closed():
            loop.call_soon_threadsafe(event.set)


@contextmanager
def subscribe(run_id: int) -> Iterator[asyncio.Event]:
    """An event that is set whenever this run changed; to be used inside a running loop."""
    entry = (asyncio.get_running_loop(), asyncio.Event())
    with _lock:
        _waiting[run_id].add(entry)
    try:
        yield entry[1]
    finally:
        with _lock:
            _waiting[run_id].discard(entry)
            if not _waiting[run_id]:
                del _waiting[run_id]
