"""The one thread in which open sessions are played, and looked at by the fast door, with what it
keeps at hand for that (docs/decisions/0053).

All moves that wait are played together, in one transaction: one write to the disk for all of them
(group commit). One thread, because Python runs one at a time anyway, and many that wait for one
another cost more than they do.
"""

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TypeVar

from django.db import connection
from django.utils import translation

from exchange.core.writing import is_away
from exchange.live import metrics, nudges, panes, plugin
from exchange.live.actions import Posted, Reply, play_moves
from exchange.live.actions.moves import AWAY, AtHand, caught_up
from exchange.live.codes import fingerprint
from exchange.live.listening import Listening
from exchange.live.models import Run, Seat
from exchange.live.plugin import ROOM
from exchange.live.templatetags import pieces

T = TypeVar("T")
log = logging.getLogger(__name__)

#: Seconds from one commit to the next at least, so that moves gather; and how many of them.
BETWEEN, MOST = 0.02, 500
#: Seconds after which a run, and a seat, are read anew though nothing says that they changed.
AT_HAND, SEAT_AT_HAND = 5.0, 60.0
MOST_AT_HAND = 200
#: Seconds after which all that is kept of sessions is let go, and read anew where it is wanted.
HOUR = 3600.0


@dataclass
class Waiting:
    """A move that waits to be played, and where its reply goes.

    became  the reply once there is one, or the fault that there is instead
    """

    posted: Posted
    language: str | None
    reply: "Future[Reply] | asyncio.Future[Reply]"
    became: Reply | Exception = field(default_factory=lambda: Reply("nobody"))

    def settle(self) -> None:
        """Tell whoever waits. What was posted is played, also where nobody does any more."""
        with suppress(asyncio.InvalidStateError, InvalidStateError):
            if isinstance(self.became, Exception):
                self.reply.set_exception(self.became)
            else:
                self.reply.set_result(self.became)


class Hall(AtHand):
    def __init__(self) -> None:
        super().__init__()
        self.moves: SimpleQueue[Waiting] = SimpleQueue()
        self.asked: SimpleQueue[tuple[float, Callable[[], object]]] = SimpleQueue()
        self.due = threading.Event()
        self.thread: threading.Thread | None = None
        self.read_at: dict[int, float] = {}
        self.sure_at: dict[int, float] = {}
        self.since = 0.0  # when that was asked which is being answered
        self.news_since = 0.0  # when others last had news
        self.seats: dict[tuple[int, str], tuple[Seat, int, float]] = {}
        self.listening = Listening(self.seat)
        self.committed = 0.0

    def open(self) -> None:
        """Begin to work, once in a process; from now on plain forms come here as well."""
        if self.thread is None:
            self.thread = threading.Thread(target=self._work, name="hall", daemon=True)
            self.thread.start()
            nudges.overhear(self._overheard, lambda: self.ask(self.listening.look_round))

    # --- asked from any thread ---

    def play(
        self,
        posted: Posted,
        language: str | None = None,
        reply: "asyncio.Future[Reply] | None" = None,
    ) -> "Future[Reply] | asyncio.Future[Reply]":
        """Play this move with those that wait; the reply comes when all are on the disk.

        language  of the sentence, if it is refused
        reply     where it goes, for whoever waits in a loop; else a new Future
        """
        waiting = Waiting(posted, language, reply or Future())
        self.moves.put(waiting)
        self.due.set()
        return waiting.reply

    def ask(self, question: Callable[[], T]) -> "Future[T]":
        """Have something looked up in the hall's thread, after the moves that came before."""
        answer: Future[T] = Future()

        def job() -> None:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                answer.set_result(question())
            except BaseException as fault:
                answer.set_exception(fault)

        self.asked.put((time.monotonic(), job))
        self.due.set()
        return answer

    # --- asked in the hall's own thread ---

    def run(self, run_id: int) -> Run | None:
        """The run, not older than what is being answered (`since`): whoever did it, in whichever
        process, what was acknowledged before somebody asks is in the answer. None if there is none.
        """
        now, run = time.monotonic(), self.runs.get(run_id)
        if run is not None and self.sure_at.get(run_id, 0.0) >= self.since:
            return run
        has_aged = now - self.read_at.get(run_id, 0.0) > AT_HAND
        if run is None or has_aged or not _is_current(run):
            self.runs.pop(run_id, None)
            run = _read(run_id, run if has_aged else None)
            if run is None:
                return None
            self._make_room()
            self.runs[run_id], self.read_at[run_id] = run, now
        self.sure_at[run_id] = now
        return run

    def seat(self, run_id: int, token: str) -> Seat | None:
        """The guest's seat that this token holds, or None. Read again whenever the seat was told
        something: whoever takes a seat away, moves it to another device or claims it says so."""
        self._look_up({(run_id, token)})
        return self._held(run_id, token)

    def _held(self, run_id: int, token: str) -> Seat | None:
        """The seat, once it was looked up."""
        known = self.seats[run_id, token][0] if (run_id, token) in self.seats else None
        run = self.run(run_id) if known else None
        if known is None or run is None or known.key not in run.room.get("seats", {}):
            return None
        if known._state.fields_cache.get("run") is not run:  # to say it costs more than to ask
            known.run = run
        return known

    def _look_up(self, asked: Collection[tuple[int, str]]) -> None:
        """Read these tokens' seats, all in one query, where what is known of them is old."""
        now = time.monotonic()
        old = [one for one in asked if not self._knows(*one, now)]
        if not old:
            return
        hashes = {token: fingerprint(token) for _run_id, token in old}
        rows = Seat.objects.taken().filter(
            run_id__in={run_id for run_id, _token in old}, person=None,
            token_hash__in=hashes.values(),
        )  # fmt: skip
        found = {(seat.run_id, seat.token_hash): seat for seat in rows}
        for run_id, token in old:
            self.seats.pop((run_id, token), None)
            if seat := found.get((run_id, hashes[token])):
                self.seats[run_id, token] = (seat, self._told(run_id, seat.key), now)

    def _knows(self, run_id: int, token: str, now: float) -> bool:
        if (run_id, token) not in self.seats:
            return False
        known, told, at = self.seats[run_id, token]
        return now - at <= SEAT_AT_HAND and told == self._told(run_id, known.key)

    def _told(self, run_id: int, seat: str) -> int:
        """How often this seat was told something."""
        run = self.run(run_id)
        return run.revisions.get(f"seat:{seat}", 0) if run else -1

    def _overheard(self, run_id: int, audiences: Collection[str]) -> None:
        """Something was committed, by this thread or by another."""
        if threading.current_thread() is self.thread:
            self.listening.note(run_id, audiences)
        else:
            self.ask(lambda: self._heard(run_id, audiences))

    def _heard(self, run_id: int, audiences: Collection[str]) -> None:
        self.news_since = self.since
        self.listening.note(run_id, audiences)
        if ROOM in audiences:
            run = self.run(run_id)
            if run is None or run.cancelled_at:  # erased, and nothing of it stays here
                panes.let_go(run_id)

    def _make_room(self) -> None:
        """Let go of all runs, rather than grow for ever; those in use come back at once."""
        if len(self.runs) >= MOST_AT_HAND:
            self.runs.clear()
            self.read_at.clear()
            self.sure_at.clear()
        if len(self.seats) >= 100 * MOST_AT_HAND:
            self.seats.clear()

    def let_go(self) -> None:
        """Begin anew with nothing at hand: what is kept of words may have been erased since."""
        for kept in (self.runs, self.read_at, self.sure_at, self.seats):
            kept.clear()
        for kept_elsewhere in (panes, pieces, plugin):
            kept_elsewhere.let_go()

    # --- the thread ---

    def _work(self) -> None:
        checked = began = time.monotonic()
        while True:
            try:
                self._turn()
                if time.monotonic() - began > HOUR:
                    began = time.monotonic()
                    self.let_go()
                if time.monotonic() - checked > AT_HAND:
                    checked = time.monotonic()
                    self.since = checked
                    self.listening.look_round()
            except Exception:  # the database is away, say: the hall goes on when it is back
                log.exception("the hall stumbled")
                self.runs.clear()
                time.sleep(BETWEEN)
            if connection.errors_occurred and not connection.is_usable():
                self._reconnect()

    def _reconnect(self) -> None:
        """The next turn asks for a new connection. It may lead to a database that went back."""
        connection.close()
        self.let_go()

    def _turn(self) -> None:
        """Play all that waits, then answer what was asked, for a while: the next moves come first
        again, however many look."""
        if self.moves.empty() and self.asked.empty():
            self.due.wait(BETWEEN if self.listening.news else 1.0)
        self.due.clear()
        if not self.moves.empty() and self.asked.empty():
            time.sleep(max(0.0, self.committed + BETWEEN - time.monotonic()))
        waiting: list[Waiting] = []
        while len(waiting) < MOST and not self.moves.empty():
            waiting.append(self.moves.get())
        self._play(waiting)
        ends = time.monotonic() + BETWEEN
        while not self.asked.empty() and time.monotonic() < ends:
            self.since, job = self.asked.get()
            job()
        # What this thread played is at hand as it was committed; what others did is looked up.
        self.since = self.news_since
        self.listening.spread()

    def _play(self, waiting: list[Waiting]) -> None:
        """Play these in one transaction, each language for itself, and give the replies."""
        for language in {one.language for one in waiting}:
            some = [one for one in waiting if one.language == language]
            with translation.override(language or translation.get_language()):
                try:
                    self._play_together(some)
                except Exception as fault:
                    log.exception("the hall could not play")
                    for one in some:
                        one.became = Reply("later", str(AWAY)) if is_away(fault) else fault
        _hand_over(waiting)

    def locked(self, runs: Collection[Run]) -> None:
        """Until the batch is kept they are as they are at hand, and need not be looked up."""
        if any(run.pk not in self.runs for run in runs):
            self._make_room()
        super().locked(runs)
        self.since = time.monotonic()
        self.sure_at.update((run.pk, self.since) for run in runs)

    def seats_of(self, batch: Sequence[Posted]) -> list[str | None]:
        """Those of the tokens, where there are some."""
        self._look_up({(one.run_id, one.token) for one in batch if one.token})
        keys: list[str | None] = []
        for one in batch:
            if one.token:
                held = self._held(one.run_id, one.token)
                keys.append(held.key if held else None)
            else:
                keys.append(one.seat)
        return keys

    def undone(self, runs: Collection[int]) -> None:
        """The seats' numbers, too, may be of what is no more."""
        super().undone(runs)
        self.seats = {key: known for key, known in self.seats.items() if key[0] not in runs}

    def _play_together(self, some: list[Waiting]) -> None:
        began = time.monotonic()
        replies = play_moves([one.posted for one in some], self)
        if replies[0].status == "later":
            self._reconnect()
        self.committed = time.monotonic()
        if seated := sum(reply.status != "nobody" for reply in replies):
            metrics.committed(seated, self.committed - began)
        for one, reply in zip(some, replies, strict=True):
            one.became = reply


def _hand_over(waiting: Iterable[Waiting]) -> None:
    """Give the replies; those that a loop waits for in one call into it, which costs as much as a
    reply does."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Waiting]] = defaultdict(list)
    for one in waiting:
        if isinstance(one.reply, Future):
            one.settle()
        else:
            by_loop[one.reply.get_loop()].append(one)
    for loop, some in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, some)


def _settle(waiting: Iterable[Waiting]) -> None:
    for one in waiting:
        one.settle()


def _is_current(run: Run) -> bool:
    """Whether the run is as the database has it, also where it must be played on for that."""
    stamp = Run.objects.filter(pk=run.pk).values_list(*Run.STAMP).first()
    return stamp is not None and caught_up(run, stamp)


def _read(run_id: int, known: Run | None) -> Run | None:
    """The run as the database has it. Of a hall the room and state are large: where `known` has
    them at the same revision they are not read again, nor made into as many new values, which
    would set the garbage collector to work."""
    runs = Run.objects.select_related("network", "facilitator").filter(pk=run_id)
    if known is None:
        return runs.first()
    run = runs.defer("room", "state").first()
    if run is not None and run.stamp == known.stamp:
        run.room, run.state = known.room, known.state
    elif run is not None:
        run = runs.first()  # both of one moment
    return run


hall = Hall()


def play(posted: Posted) -> Reply:
    """Play one move and wait for its reply: in the hall where it is open (a server), else here."""
    if hall.thread is None:
        return play_moves([posted])[0]
    return hall.play(posted, translation.get_language()).result()
