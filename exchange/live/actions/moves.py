"""Playing moves: the one door through which a run changes."""

import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal, NamedTuple

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from exchange.core import many
from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy
from exchange.core.writing import writing
from exchange.live import engine, metrics, nudges
from exchange.live.discovery import activity_of
from exchange.live.models import Ballot, Move, Run, Seat
from exchange.live.plugin import DESK, Moment, Refused
from exchange.live.versions import brought_up

log = logging.getLogger(__name__)

#: The fields of a line of the log, and those of a run that a move changes.
LINE = ("run", "seq", "move_id", "by", "seat", "kind", "data", "reply", "at")
CHANGED = ("room", "state", "revision", "revisions", "version")

#: So many moves are played again rather than a whole run read.
MOST_MISSED = 200
#: What moves change of Run.STAMP.
MOVED = ("revision", "revisions")
Stamp = tuple[Any, ...]

#: What a client may call its move. The house's own ids start with HOUSE, so that nobody can take
#: one before the house does.
PROPER_ID, HOUSE = re.compile(r"[A-Za-z0-9_-]{8,64}"), "house:"
AWAY = gettext_lazy("Nothing can be kept at the moment. Send it again in a minute.")
NO_PROPER_ID = gettext_lazy("This move has no proper id. Reload the page.")


@dataclass(frozen=True)
class Posted:
    """One move as it arrives. Who may post it was decided before (`rules`, the seat's cookie).

    move_id  made by the client, once for each intention; a repeated one is answered, not played
    by       seat, desk or house; `seat` is the seat's key
    token    a guest's, whose seat is looked up when its turn comes (`AtHand.seats_of`)
    """

    run_id: int
    move_id: str
    by: str
    kind: str
    data: Mapping[str, Any]
    seat: str = ""
    token: str = field(default="", repr=False)

    @property
    def is_named(self) -> bool:
        """Whether its id may be looked up and kept."""
        if self.by == "house":
            return self.move_id.startswith(HOUSE)
        return PROPER_ID.fullmatch(self.move_id) is not None


@dataclass(frozen=True)
class Reply:
    """What became of a move. `kept` and `again` mean: committed, on disk. `later`: the database is
    away, or its disk is full, so nobody knows; the same id asked again is answered or played.
    `nobody`: its token holds no seat.

    revision  of the run after it; the client may show "Saved" from `at` on
    """

    status: Literal["kept", "again", "refused", "later", "failed", "nobody"]
    sentence: str = ""
    revision: int = 0
    field: str = ""
    at: str = ""


class Known(NamedTuple):
    """A move that is kept: whose it is, and what was replied."""

    by: str
    seat: str
    reply: dict[str, Any]


class AtHand:
    """What whoever plays has at hand from one batch to the next; here nothing is.

    runs  by id, as they were played last. Where the database has the same (`Run.stamp`) they are
          played on and not read again
    """

    def __init__(self) -> None:
        self.runs: dict[int, Run] = {}

    def locked(self, runs: Collection[Run]) -> None:
        """These are as the database has them, and nobody else changes them till the batch is kept."""
        self.runs.update((run.pk, run) for run in runs)

    def seats_of(self, batch: Sequence[Posted]) -> list[str | None]:
        """The keys of the seats that play these moves, asked once their runs are locked; None:
        nobody's."""
        return [posted.seat for posted in batch]

    def undone(self, runs: Collection[int]) -> None:
        """What was played of these is rolled back: the database knows better."""
        for pk in runs:
            self.runs.pop(pk, None)


def play_moves(batch: Sequence[Posted], at_hand: AtHand | None = None) -> list[Reply]:
    """Play moves in order and answer each, in one transaction; the only entry.

    Runs are locked in the order of their ids. A refused move changes nothing and does not
    disturb the others. If a move breaks on a fault of ours, the batch is rolled back and its
    moves are played one by one, so that only the broken one fails. If the database is away, all are
    for later: played one by one they would only wait for it one by one.
    """
    replies = _play(batch, at_hand or AtHand())
    metrics.answered(reply.status for reply in replies if reply.status != "nobody")
    return replies


def _play(batch: Sequence[Posted], at_hand: AtHand) -> list[Reply]:
    try:
        return _play_together(batch, at_hand)
    except Exception as fault:
        at_hand.undone({posted.run_id for posted in batch})
        if isinstance(fault, Refused):
            raise
        if isinstance(fault, (OperationalError, InterfaceError)):
            log.exception("the database could not keep %s moves", len(batch))
            return [Reply("later", str(AWAY)) for _posted in batch]
        if len(batch) == 1:
            log.exception("move failed: run %s kind %s", batch[0].run_id, batch[0].kind)
            return [Reply("failed", _("Something went wrong on our side. Nothing was changed."))]
        return [reply for posted in batch for reply in _play([posted], at_hand)]


def _locked(ids: Collection[int], known: Mapping[int, Run]) -> list[Run]:
    """These runs, locked in order; those that are known are read anew only where they must be."""
    rows = Run.objects.select_for_update().filter(pk__in=sorted(ids)).order_by("pk")
    if not any(pk in known for pk in ids):
        return list(rows)
    stamps = {pk: tuple(stamp) for pk, *stamp in rows.values_list("pk", *Run.STAMP)}
    current = {pk: known[pk] for pk in stamps if pk in known and caught_up(known[pk], stamps[pk])}
    fresh = Run.objects.in_bulk(stamps.keys() - current.keys())
    return [current.get(pk) or fresh[pk] for pk in stamps]


def caught_up(run: Run, stamp: Stamp) -> bool:
    """Whether the run is as the database has it, if need be by playing what others kept since it was
    read: a few lines of the log instead of a hall's whole room and state. False: more has changed
    than those moves changed, and it must be read; it may be half played.

    stamp  the values of Run.STAMP in the database
    """
    if run.stamp == stamp:
        return True
    now = dict(zip(Run.STAMP, stamp, strict=True))
    same = all(now[name] == getattr(run, name) for name in now if name not in MOVED)
    missed = range(run.revision + 1, now["revision"] + 1)
    # As for looking.stamp_of: only what is open changes by moves alone.
    if not (same and run.is_open and 0 < len(missed) <= MOST_MISSED):
        return False
    activity, lines = activity_of(run.activity), log_of(run, run.revision)[: len(missed)]
    if run.version != activity.version or [line["seq"] for line in lines] != list(missed):
        return False
    try:
        told = engine.replay(activity, run.room, run.state, lines, run.seed)
    except Exception:
        log.exception("run %s could not be played on from its log", run.pk)
        return False
    told.update(run.revisions)
    run.revision, run.revisions = now["revision"], now["revisions"]
    # Else somebody was told of what is no move: who holds the session, say.
    return bool(told == run.revisions)


def _play_together(batch: Sequence[Posted], at_hand: AtHand) -> list[Reply]:
    with writing():
        locked = _locked({posted.run_id for posted in batch}, at_hand.runs)
        at_hand.locked(locked)
        known, now = _known(batch), timezone.now()  # all are kept in one moment
        tables = {run.pk: _Table(run, known, now) for run in locked}
        replies = [
            _answered(posted, seat, tables.get(posted.run_id))
            for posted, seat in zip(batch, at_hand.seats_of(batch), strict=True)
        ]
        _save([table for table in tables.values() if table.new])
    return replies


def _answered(posted: Posted, seat: str | None, table: "_Table | None") -> Reply:
    if seat is None:
        return Reply("nobody")
    if table is None:
        return Reply("refused", _("This session does not exist."))
    return table.play(posted if seat == posted.seat else replace(posted, seat=seat))


def _known(batch: Iterable[Posted]) -> dict[tuple[int, str], Known]:
    """The moves of these ids that are kept already."""
    asked = [posted for posted in batch if posted.is_named]
    rows = many.read(
        Move, ("run", "move_id", "by", "seat", "reply"),
        run={posted.run_id for posted in asked}, move_id={posted.move_id for posted in asked},
    )  # fmt: skip
    return {(run, name): Known(*rest) for run, name, *rest in rows}


def _save(tables: Collection["_Table"]) -> None:
    """Write what was played to the log, and what became of the runs; tell it after the commit."""
    many.insert(Move, LINE, [line for table in tables for line in table.new])
    runs = [table.run for table in tables]
    many.update(Run, CHANGED, [(*(getattr(run, n) for n in CHANGED), run.pk) for run in runs])
    for table in tables:
        transaction.on_commit(partial(nudges.publish, table.run.pk, table.told))


class _Table:
    """A locked run with the moves being played on it."""

    def __init__(self, run: Run, known: dict[tuple[int, str], Known], now: datetime) -> None:
        self.run, self.known, self.now = run, known, now
        self.second, self.at = int(now.timestamp()), now.isoformat(timespec="seconds")
        self.activity = brought_up(run)
        self.new: list[tuple[Any, ...]] = []
        self.told: set[str] = set()

    def play(self, posted: Posted) -> Reply:
        run = self.run
        known = self.known.get((run.pk, posted.move_id))
        if not posted.is_named or (known and (known.by, known.seat) != (posted.by, posted.seat)):
            return Reply("refused", str(NO_PROPER_ID))
        if known:
            return Reply(**{**known.reply, "status": "again"})
        if not run.is_open:
            return Reply("refused", _("This session is not open."))
        for tally in self.tallies(posted):
            self.judge(tally)
        return self.judge(posted)

    def judge(self, posted: Posted) -> Reply:
        run = self.run
        seq = run.revision + 1
        moment = Moment(self.second, engine.chance_for(run.seed, seq))
        try:
            outcome = engine.apply(
                self.activity, run.room, run.state,
                by=posted.by, seat=posted.seat, kind=posted.kind, data=posted.data, moment=moment,
            )  # fmt: skip
        except Refused as refused:
            return Reply("refused", refused.sentence, run.revision, refused.field)
        run.revision = seq
        self.told |= outcome.audiences
        for audience in outcome.audiences:
            run.revisions[audience] = run.revisions.get(audience, 0) + 1
        reply = Reply("kept", "", seq, at=self.at)
        self.note(posted, outcome.data, reply)
        return reply

    def note(self, posted: Posted, data: dict[str, Any], reply: Reply) -> None:
        kept = {"status": reply.status, "revision": reply.revision, "at": reply.at}
        run, name = self.run.pk, posted.move_id
        self.known[run, name] = Known(posted.by, posted.seat, kept)
        self.new.append(
            (run, reply.revision, name, posted.by, posted.seat, posted.kind, data, kept, self.now)
        )

    def tallies(self, posted: Posted) -> list[Posted]:
        """When a phase with a secret question ends, its counts enter the log; never an answer."""
        phase, order = self.run.phase, self.activity.order
        to = str(posted.data.get("to") or "").strip()
        saw = str(posted.data.get("saw")).strip()
        # As `advance` judges it: a refused one must not count what is not over.
        coming = order[order.index(phase) + 1 : -1] if phase in order else ()
        later = to in coming if to else bool(coming)
        moving = posted.by == DESK and posted.kind == "advance" and saw == phase
        closing = posted.by == "house" and posted.kind == "close"
        return [
            tally_of(self.run, question.key)
            for question in self.activity.ballots
            if question.phase == phase and ((moving and later) or closing)
        ]


def tally_of(run: Run, question: str) -> Posted:
    """The house's move that writes a secret question's counts into the room."""
    rows = Ballot.objects.filter(run=run, question=question)
    answers = dict(rows.values_list("answer", "count"))
    cast = sum(answers.values())
    enough = cast >= run.room["floor"]
    counts = sorted(f"{answer}={n}" for answer, n in answers.items()) if enough else []
    return Posted(
        run.pk, f"{HOUSE}tally-{question}-{run.revision}", "house", "tally",
        {"question": question, "cast": cast, "counts": counts},
    )  # fmt: skip


def tell(run: Run, *audiences: str) -> None:
    """Make these audiences look again after the commit, though no move was played.

    The run's row is locked by the caller and its `revisions` saved here.
    """
    for audience in audiences:
        run.revisions[audience] = run.revisions.get(audience, 0) + 1
    run.save(update_fields=["revisions"])
    transaction.on_commit(partial(nudges.publish, run.pk, audiences))


def cast_ballot(*, run: Run, seat: Seat, question: str, answer: str, move_id: str = "") -> Reply:
    """Answer a secret question once. The answer is kept without seat, time or order.

    move_id  the client's id of this intention: posted again, because the reply was lost on the
             way, it is answered "again" and counted once. It says nothing about the answer.
    Raises Refused when the question is not open, the answer is not offered, or it was answered.
    """
    with writing():
        run = Run.objects.select_for_update().get(pk=run.pk)
        seat = Seat.objects.taken().select_for_update().get(pk=seat.pk, run=run)
        if not PROPER_ID.fullmatch(move_id):
            move_id = ""
        if move_id and seat.answered.get(question) == move_id:
            return Reply("again", "", run.revision)
        activity = brought_up(run)
        asked = next((b for b in activity.ballots if b.key == question), None)
        if asked is None or not run.is_open or run.phase != asked.phase:
            raise Refused(_("This question is not open now."))
        room = engine.room_of(run.room)
        if answer not in dict(asked.options(run.state, room)):
            raise Refused(_("This answer is not one of those offered."), "answer")
        if question in seat.answered:
            raise Refused(
                _("Your answer is already in. It cannot be changed: nobody can find it again.")
            )
        counted, _made = Ballot.objects.get_or_create(run=run, question=question, answer=answer)
        Ballot.objects.filter(pk=counted.pk).update(count=F("count") + 1)
        seat.answered = {**seat.answered, question: move_id}
        seat.save(update_fields=["answered"])
        tell(run, DESK, f"seat:{seat.key}")
    return Reply("kept", "", run.revision, at=datetime.now(UTC).isoformat(timespec="minutes"))


def log_of(run: Run, after: int = 0) -> list[dict[str, Any]]:
    """The run's moves after this revision, in the form `engine.replay` takes."""
    return [
        {
            "seq": move.seq,
            "by": move.by,
            "seat": move.seat,
            "kind": move.kind,
            "data": move.data,
            "at": int(move.at.timestamp()),
        }
        for move in run.moves.filter(seq__gt=after).order_by("seq")
    ]
