"""Who hears what was played: the streams of guests' phones, in the hall's thread (`hall.py`).

A phone is told "look again", or, where only its pane changed, what changed in it (`panes.py`).
"""

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from operator import ne
from typing import Any

import orjson
from django.conf import settings
from django.utils import translation

from exchange.live import engine, panes
from exchange.live.looking import signature_of
from exchange.live.models import Run, Seat
from exchange.live.plugin import ROOM, WORDINGS

log = logging.getLogger(__name__)

#: Seconds from one telling of an audience to the next at least; where many listen, what each of
#: them adds: some four times what it costs to tell it of its pane, and what a look costs.
GATHER, PER_LISTENER, PER_LOOK = 0.04, 0.0003, 0.002
#: Events that wait for a phone that takes none; then it is told to look instead. One more is kept,
#: as the sign that there were too many.
MOST_WAITING = 20
#: Runs whose telling is remembered.
MOST_REMEMBERED = 5000


class Listener:
    """One stream of a guest's phone. `signature` is what it was told last; None: no seat any more.

    Events are put in here in the hall's thread, and taken out in `loop`.
    """

    def __init__(
        self, run_id: int, token: str, language: str, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.run_id, self.token, self.language = run_id, token, language
        self.signature: str | None = ""
        # Whose page it is; what it hears, with the numbers told last; where its pane is among these.
        self.seat, self.known_by = "", (-1, -1)
        self.names: tuple[str, ...] = ()
        self.numbers: tuple[int, ...] = ()
        self.pane_at = -1
        self.events: deque[bytes] = deque(maxlen=MOST_WAITING + 1)
        self.loop, self.woken = loop, asyncio.Event()

    def take(self) -> bytes:
        """All that waits to be said. Whoever takes too little is told to look, instead of all."""
        waiting = [self.events.popleft() for _ in range(len(self.events))]
        if len(waiting) > MOST_WAITING and self.signature is not None:
            return f"data: {self.signature}\n\n".encode()
        return b"".join(waiting)


@dataclass(frozen=True)
class Step:
    """From one state of a pane to another: the part of the event that all get alike, and the flags
    of each seat, where such a pane has any."""

    told: bytes
    flags: dict[str, list[str]] | None


class Listening:
    """`seat_of(run_id, token)` finds the seat, with its run as it is now, or None."""

    def __init__(self, seat_of: Callable[[int, str], Seat | None]) -> None:
        self.seat_of = seat_of
        self.all: dict[int, set[Listener]] = defaultdict(set)
        self.by_audience: dict[tuple[int, str], set[Listener]] = defaultdict(set)
        self.news: set[tuple[int, str]] = set()
        self.next_news: dict[tuple[int, str], float] = {}
        self.steps: dict[tuple[object, ...], Step | None] = {}
        self.woken: list[Listener] = []

    def hear(self, listener: Listener) -> bool:
        """Tell this stream what there is from now on; False where it has no seat."""
        self.all[listener.run_id].add(listener)
        self._tell_all([[listener]])
        return listener.signature is not None

    def deaf(self, listener: Listener) -> None:
        """This stream is over."""
        self.all[listener.run_id].discard(listener)
        self._listens_to(listener, ())
        if not self.all[listener.run_id]:
            del self.all[listener.run_id]

    def note(self, run_id: int, audiences: Collection[str]) -> None:
        """These audiences of the run have news."""
        self.news |= {(run_id, one) for one in audiences if (run_id, one) in self.by_audience}

    def spread(self) -> None:
        """Tell the streams whose audiences have news; where many listen, gathered for longer."""
        now = time.monotonic()
        due = [one for one in self.news if now >= self.next_news.get(one, 0.0)]
        if not due:
            return
        self.news.difference_update(due)
        if len(self.next_news) > MOST_REMEMBERED:
            self.next_news.clear()
        self.steps.clear()
        listening = {one: list(self.by_audience.get(one, ())) for one in due}
        looks = self._tell_all(listening.values())
        for one, several, looked in zip(due, listening.values(), looks, strict=True):
            gathered = PER_LISTENER * len(several) + PER_LOOK * looked
            self.next_news[one] = now + max(GATHER, gathered)

    def look_round(self) -> None:
        """What changed without a word: by another process, or hours that are over."""
        self.steps.clear()
        self._tell_all([list(some) for some in self.all.values()])

    def _tell_all(self, listening: Iterable[Iterable[Listener]]) -> list[int]:
        """How many of each were told to look."""
        with translation.override(settings.LANGUAGE_CODE):
            looks = [sum([self._tell(one) for one in some]) for some in listening]
        self._wake()
        return looks

    def _listens_to(self, listener: Listener, names: tuple[str, ...]) -> None:
        for name in set(listener.names).difference(names):
            some = self.by_audience[listener.run_id, name]
            some.discard(listener)
            if not some:
                del self.by_audience[listener.run_id, name]
        for name in set(names).difference(listener.names):
            self.by_audience[listener.run_id, name].add(listener)
        listener.names, listener.numbers = names, ()

    def _tell(self, listener: Listener) -> bool:
        """Whether it was told to look."""
        seat = self.seat_of(listener.run_id, listener.token)
        if seat is None:
            self._listens_to(listener, ())
            if listener.signature is not None:
                listener.signature = None
                self._say(listener, b"event: gone\ndata: gone\n\n")
            return False
        run = seat.run
        self._know(listener, seat, run)
        numbers = tuple([run.revisions.get(name, 0) for name in listener.names])
        before, said = listener.numbers, listener.signature
        if numbers == before:
            return False
        listener.numbers, listener.signature = numbers, signature_of(listener.names, numbers)
        change = self._change(listener, run, said or "", before)
        self._say(listener, change or f"data: {listener.signature}\n\n".encode())
        return change is None

    def _know(self, listener: Listener, seat: Seat, run: Run) -> None:
        """Who listens. Whoever comes into another group is told so as a seat, or with the room."""
        known_by = (run.revisions.get(ROOM, 0), run.revisions.get(f"seat:{seat.key}", 0))
        if (listener.known_by, listener.seat) == (known_by, seat.key) and listener.names:
            return
        listener.known_by, listener.seat = known_by, seat.key
        who = engine.who_of(run.room, "seat", seat.key)
        names, pane = engine.audiences_of(who), panes.audience_of(run, who)
        if names != listener.names:
            self._listens_to(listener, names)
        listener.pane_at = names.index(pane) if pane else -1

    def _change(
        self, listener: Listener, run: Run, said: str, before: tuple[int, ...]
    ) -> bytes | None:
        """The event that makes the phone's page of `before` the one of now, where they differ in
        the pane alone; else None. said  the signature of that page"""
        at, now, language = listener.pane_at, listener.numbers, listener.language
        if at < 0 or len(before) != len(now) or before[at] == now[at]:
            return None
        if sum(map(ne, before, now)) != 1:
            return None
        audience = listener.names[at]
        key = (run.pk, audience, before[at], now[at], language)
        if key not in self.steps:
            self.steps[key] = None
            try:
                if translation.get_language() != language:
                    translation.activate(language)
                self.steps[key] = _step(run, audience, f"{audience}.{before[at]}")
            except Exception:  # they look, and the others of this turn are told all the same
                log.exception("the pane %s of run %s could not be written", audience, run.pk)
        step = self.steps[key]
        if step is None:
            return None
        own: dict[str, Any] = {"from": said, "to": listener.signature, "revision": run.revision}
        own["language"] = language
        if step.flags is not None:
            own["own"] = step.flags.get(listener.seat, [])
        return b"event: pane\ndata: %s,%s\n\n" % (orjson.dumps(own)[:-1], step.told)

    def _say(self, listener: Listener, event: bytes) -> None:
        listener.events.append(event)
        self.woken.append(listener)

    def _wake(self) -> None:
        """Wake them all at once: each call into the loop costs as much as an event."""
        woken, self.woken = self.woken, []
        for loop in {one.loop for one in woken}:
            events = [one.woken for one in woken if one.loop is loop]
            if not loop.is_closed():
                loop.call_soon_threadsafe(_set_all, events)


def _step(run: Run, audience: str, before: str) -> Step | None:
    """What changed in the pane since it was as `before` says ("group:B.7"), if that is known."""
    room = panes.state_of(run, audience).partition("-")[0]
    old = panes.lines_of(run, audience, f"{room}-{before}")
    new = panes.lines_of(run, audience)
    if old is None or new is None:
        return None
    told = orjson.dumps(panes.change(old, new))[1:]
    return Step(told, panes.flags_of(run) if audience == WORDINGS else None)


def _set_all(events: list[asyncio.Event]) -> None:
    for event in events:
        event.set()
