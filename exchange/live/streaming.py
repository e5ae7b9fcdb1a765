"""Server-sent events: "look again", nothing more. The page then fetches its own view."""

import asyncio
import time
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from threading import RLock

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connections
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from exchange.core.translating import gettext as _
from exchange.directory.models import Person
from exchange.live import engine, metrics, nudges
from exchange.live.looking import signature
from exchange.live.models import Run
from exchange.live.seating import seat_for

#: At most two nudges a second to one listener; the database is looked at this often anyway, and
#: the page hears that the stream lives. A page that hears nothing for longer asks by itself.
GATHER, LOOK = 0.5, 7.0
#: What each person adds to that: the pages of a hall cost more to write. Whoever presses something
#: at a desk sees what came of it at once.
GATHER_MORE = {"seat": 0.0, "desk": 0.005, "screen": 0.002}
MOST_STREAMS = 3

_streams: Counter[tuple[int | str, str]] = Counter()
_lock = RLock()  # a finalizer may run while its own thread holds it


class Place:
    """One of the few streams a seat may hold; `taken` is False when there was none left."""

    def __init__(self, key: tuple[int | str, str], most: int = MOST_STREAMS) -> None:
        self.key = key
        with _lock:
            self.taken = _streams[key] < most
            _streams[key] += self.taken

    def give_back(self) -> None:
        """Make room for another stream; a second call does nothing."""
        with _lock:
            if self.taken:
                self.taken = False
                _streams[self.key] -= 1
            if not _streams[self.key]:
                del _streams[self.key]


def open_streams() -> int:
    """How many streams of sessions are open in this process; those of `/check/` are none."""
    with _lock:
        return sum(number for (run, _holder), number in _streams.items() if run != "check")


metrics.streams_by(open_streams)


@dataclass(frozen=True)
class Hearing:
    """What one request may listen to now: whose stream it is, which audiences, their signature, and
    the seconds from one nudge to the next."""

    holder: str
    hears: frozenset[str]
    signature: str
    gather: float = GATHER


def current(request: HttpRequest, run_id: int, kind: str) -> Hearing | None:
    """What this request may listen to now, or None. Asked again at every send."""
    seat = seat_for(request, run_id) if kind == "seat" else None
    if isinstance(request.user, Person):
        request.user.forget_rights()  # a stream lives for hours; its rights are asked at each send
    held = Run.objects.facilitated_by(request.user).defer("state", "setup")
    run = seat.run if seat else None if kind == "seat" else held.filter(pk=run_id).first()
    if run is None:
        return None
    who = engine.who_of(run.room, kind, seat.key if seat else "") if run.room else None
    if who is None:
        return None
    holder = seat.key if seat else f"{kind}:{request.user.pk}"
    gather = GATHER + GATHER_MORE[kind] * len(run.room["seats"])
    return Hearing(holder, frozenset(engine.audiences_of(who)), signature(run, who), gather)


def from_elsewhere(request: HttpRequest) -> bool:
    """Whether a browser says that a page of another site asks. Our own pages send no Origin with
    a GET; programs and old browsers send neither header, and whoever has no cookie gets nothing."""
    ours = {settings.BASE_URL, f"{request.scheme}://{request.get_host()}"}
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return (origin is not None and origin not in ours) or site not in ("same-origin", "none")


async def stream(request: HttpRequest, run_id: int, kind: str) -> HttpResponseBase:
    """A stream for a seat, the desk or the screen; 404 for strangers, 429 beyond three, 403 for
    a page of another site, though its browser sends the cookies along."""
    if from_elsewhere(request):
        return HttpResponse(_("A page of another site asked for this."), status=403)
    await sync_to_async(load_person)(request)
    found = await check(request, run_id, kind)
    if found is None:
        raise Http404
    place = Place((run_id, found.holder))
    if not place.taken:
        return HttpResponse(_("Too many pages are open for this seat."), status=429)
    response = StreamingHttpResponse(
        _events(request, run_id, kind, place), content_type="text/event-stream"
    )
    # A phone may be gone before the first event is asked for; then no `finally` ever runs.
    weakref.finalize(response, place.give_back).atexit = False  # type: ignore[misc]
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _in_a_thread(request: HttpRequest, run_id: int, kind: str) -> Hearing | None:
    """`current` in a thread that serves no request: nobody else replaces a broken connection."""
    close_old_connections()
    return current(request, run_id, kind)


#: Checks of all streams share a few threads and so a few database connections.
check = sync_to_async(_in_a_thread, thread_sensitive=False)


def load_person(request: HttpRequest) -> bool:
    """Resolve the lazy user in this request's own thread, then give its connection back: a
    stream lives for hours and must not hold one."""
    known = isinstance(request.user, Person)
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
    return known


async def _events(
    request: HttpRequest, run_id: int, kind: str, place: Place
) -> AsyncIterator[bytes]:
    """`data: <signature>` whenever it changed; `still` as heartbeat; ends when it is not ours."""
    told = ""
    try:
        with nudges.subscribe(run_id) as listener:
            while True:
                listener.woken.clear()
                found = await check(request, run_id, kind)
                if found is None:
                    yield b"event: gone\ndata: gone\n\n"
                    return
                # Whoever changes group is told as a seat, and so learns of the new audience here.
                listener.hears = found.hears
                if found.signature != told:
                    told = found.signature
                    yield f"data: {told}\n\n".encode()
                else:
                    yield b"event: still\ndata: here\n\n"
                sent = time.monotonic()
                try:
                    async with asyncio.timeout(LOOK):
                        await listener.woken.wait()
                except TimeoutError:
                    continue
                await asyncio.sleep(max(0.0, found.gather - (time.monotonic() - sent)))
    finally:
        place.give_back()
