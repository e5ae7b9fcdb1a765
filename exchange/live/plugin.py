"""What a live activity is: one frozen value. Pure; the only part of `live` an activity knows.

Two plain-JSON values make up a run:

- the **room** belongs to the engine: who sits where, groups, phase, clock, proposed findings;
- the **state** belongs to the activity. What is private lives in `state["seats"][seat]` and
  leaves only through `see(state, room, viewer)`.

Time and chance are handed in (`Moment`), so replaying the moves gives the same state.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import RLock
from typing import Any, Literal, TypeVar

T = TypeVar("T")
State = dict[str, Any]
Data = dict[str, Any]

LOBBY = "lobby"
FINDINGS = "findings"
CLOSED = "closed"

#: What was worked out for rooms, the newest last.
MOST_WORKED_OUT = 40
_worked_out: dict[tuple[object, ...], Any] = {}
_one_at_a_time = RLock()

#: Words that name who must look again. `seat:s3`, `group:B`, and these:
ROOM, DESK, SCREEN = "room", "desk", "screen"
#: The phones of a room that words its findings: of their pages only the pane changes.
WORDINGS = "wordings"


class Refused(Exception):
    """A move or a set-up that cannot be taken; `sentence` tells the person why, in plain words.

    `field` names the input to mend, where there is one; `values` fill the sentence's braces.
    """

    def __init__(self, sentence: str, field: str = "", **values: object) -> None:
        self.sentence = sentence.format(**values) if values else str(sentence)
        super().__init__(self.sentence)
        self.field = field


@dataclass(frozen=True)
class Who:
    """Somebody looking or moving.

    seat    one phone (`seat` is its key, `group` its group's letter or "")
    desk    the facilitator
    screen  the projector: sees nothing personal
    record  a member reading the result after closing
    group   the pane that the phones of one group share (`group` is its letter)
    """

    kind: Literal["seat", "desk", "screen", "record", "group"]
    seat: str = ""
    group: str = ""


@dataclass(frozen=True)
class Moment:
    """When a move is judged (`now`, whole seconds since 1970) and its own source of chance."""

    now: int
    chance: Random


@dataclass(frozen=True)
class Room:
    """What an activity may know of the room. Built fresh for each call; changing it does nothing.

    seats   key -> {"school": id or "", "role": str, "people": int}; people over 1 is a table
            captain's phone: one answer, not several people. "paper": True where it was typed in
    groups  letter -> seat keys
    phase   the current phase's key
    tallies ballot key -> {"cast": n, "counts": {option: n} or None when fewer than the floor}
    floor   figures about fewer people than this are not shown
    stamp   rooms with equal ones are equal, their states too, and in one language; None: not known
    """

    seats: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, Sequence[str]]
    phase: str
    tallies: Mapping[str, Any]
    floor: int = 5
    stamp: tuple[object, ...] | None = field(default=None, compare=False)

    def worked_out(self, name: str, work: Callable[[], T]) -> T:
        """What `work` gives, once for equal rooms: a hall of phones asks for the same in the same
        moment. Nobody changes what comes out. `name` tells apart what one activity asks for."""
        if self.stamp is None:
            return work()
        key = (*self.stamp, name)
        with _one_at_a_time:
            if key not in _worked_out:
                while len(_worked_out) >= MOST_WORKED_OUT:
                    del _worked_out[next(iter(_worked_out))]
                _worked_out[key] = work()
            found: T = _worked_out[key]
        return found

    def group_of(self, seat: str) -> str:
        """The letter of the seat's group, or ""."""
        return next((letter for letter, keys in self.groups.items() if seat in keys), "")


def let_go() -> None:
    """Let go of all that was worked out."""
    with _one_at_a_time:
        _worked_out.clear()


@dataclass(frozen=True)
class Phase:
    """One step of the session. `minutes` is the plan the facilitator starts from.

    task     one sentence: what the people do now
    grouped  the engine forms groups before this phase if there are none
    pane     what the phones of a group show alike: `pane.html` of the activity's folder, made of
             what `see` gives the group alone. A move that tells only the group changes no more
    """

    key: str
    title: str
    minutes: int
    task: str
    grouped: bool = False
    pane: bool = False


@dataclass(frozen=True)
class Field:
    """One input of a move or of the set-up form; the engine checks it before the activity sees it.

    kind      text | lines (a list of strings) | integer | choice | yes
    longest   most characters (of each line, for lines)
    choices   for set-up forms: (value, label) pairs, or a function of the context giving them
    """

    name: str
    kind: Literal["text", "lines", "integer", "choice", "yes"] = "text"
    label: str = ""
    hint: str = ""
    required: bool = True
    longest: int = 200
    initial: Any = ""
    choices: Any = ()


@dataclass(frozen=True)
class Move:
    """A move as the activity sees it: who, what kind, its checked data and the moment."""

    who: Who
    kind: str
    data: Data
    moment: Moment


#: Changes `state` and returns the audiences that must look again; or raises Refused having
#: changed nothing (check first, then change).
Play = Callable[[State, Room, Move], "set[str]"]


@dataclass(frozen=True)
class MoveKind:
    """One kind of move: who may make it, in which phases, with which data.

    private  the move changes only what its own seat sees (and counts on the desk)
    """

    key: str
    play: Play
    phases: tuple[str, ...]
    by: Literal["seat", "desk"] = "seat"
    fields: tuple[Field, ...] = ()
    private: bool = False


@dataclass(frozen=True)
class BallotQuestion:
    """A secret question: answers are kept without seat, time or order.

    options  (state, room) -> [(value, label), ...]
    """

    key: str
    phase: str
    title: str
    options: Callable[[State, Room], list[tuple[str, str]]]


@dataclass(frozen=True)
class Table:
    """One table for export: every picture of a result has its table."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class Picture:
    """One picture of the result, to take away as SVG.

    key, title  its address and its name; they need not be known beforehand
    sentence    what it shows, in words, for whoever does not see it
    table       the key of the table that holds the same
    template    a file of the activity's folder, `diamond.svg`; it gets `drawn` and `picture`
    drawn       plain values for the template
    """

    key: str
    title: str
    sentence: str
    table: str
    template: str
    drawn: Data


@dataclass(frozen=True)
class Paper:
    """Something to print on paper: part of the pack before a session, or the report after it.

    key, title, summary  its address, its name, one sentence on what it is and how often to print
    template  a .typ file of the activity's folder (docs/activities.md)
    fill      (given, about) -> plain data for the template. `given` is the set-up; for a report
              what `see` gives the record. `about` is what the engine knows: `live/paper.py`
    after     a report: offered once the session is closed, to those who may read its result
    """

    key: str
    title: str
    summary: str
    template: str
    fill: Callable[[Data, Data], Data]
    after: bool = False


def _no_votes(state: State, room: Room, typed: Data) -> dict[str, int]:
    return {}


def _no_signs(setup: Data) -> list[tuple[str, str]]:
    return []


@dataclass(frozen=True)
class Typing:
    """How a session held on paper is typed in afterwards.

    read    (setup, part, values) -> what was written there, as plain data; or Refused(sentence,
            field). `part` is "table", "room" or "person"; a person's values are {"line": text}
    moves   (state, room, typed) -> [(seat or "desk", kind, data), ...]: the moves of `room.phase`
    votes   (state, room, typed) -> {option: how often} for the secret question of `room.phase`
    signs   setup -> [(sign, what it stands for), ...], shown beside the boxes
    table, room  what is asked for each table, and once for the whole room
    person  the box with one line for each sheet that a person handed in, if there are such

    `typed` is what was read: {"tables": {letter: {"captain": seat, "sheet": read,
    "people": {seat: read}}}, "room": read}. A table's captain stands for those of it who handed
    nothing in; where all did, the first of them writes for the table.
    """

    read: Callable[[Data, str, Mapping[str, Any]], Data]
    moves: Callable[[State, Room, Data], list[tuple[str, str, Data]]]
    votes: Callable[[State, Room, Data], dict[str, int]] = _no_votes
    signs: Callable[[Data], list[tuple[str, str]]] = _no_signs
    table: tuple[Field, ...] = ()
    room: tuple[Field, ...] = ()
    person: Field | None = None


def _no_pictures(state: State, room: Room) -> list[Picture]:
    return []


def _nothing(state: State, room: Room, phase: str, chance: Random) -> None:
    return None


def _same(state: State, version: int) -> State:
    return state


@dataclass(frozen=True)
class Activity:
    """The whole declaration of a live activity.

    setup     (values, context) -> setup, plain JSON; raises Refused(sentence, field).
              `context["packs"]` maps a pack kind to its packs (plain values)
    announce  setup -> sentences told before joining; what they say cannot change after opening
    start     (setup, chance) -> the first state; must hold "seats": {}
    join      (state, seat, chance) -> None; makes the seat's private place
    enter     (state, room, phase, chance) -> None; called when a phase begins
    see       (state, room, who) -> what that viewer may know, plain JSON for the templates
    waiting   (state, room) -> how many have not locked or answered yet (a number, never who)
    findings  (state, room) -> suggested wordings for the room to agree, change or drop
    tables    (state, room) -> what the record exports
    pictures  (state, room) -> the pictures of the record, each beside its table
    paper     what can be printed: the pack for a session on paper, and the report
    typing    how a session held on paper is typed in; None where it cannot be
    upgrade   (state, version) -> the state of the current version
    """

    key: str
    version: int
    title: str
    summary: str
    minutes: int
    phases: tuple[Phase, ...]
    setup_fields: tuple[Field, ...]
    setup: Callable[[Mapping[str, Any], Mapping[str, Any]], Data]
    announce: Callable[[Data], list[str]]
    start: Callable[[Data, Random], State]
    join: Callable[[State, str, Random], None]
    moves: tuple[MoveKind, ...]
    see: Callable[[State, Room, Who], Data]
    waiting: Callable[[State, Room], int]
    findings: Callable[[State, Room], list[str]]
    tables: Callable[[State, Room], list[Table]]
    group_size: tuple[int, int] | None = None
    ballots: tuple[BallotQuestion, ...] = ()
    enter: Callable[[State, Room, str, Random], None] = _nothing
    upgrade: Callable[[State, int], State] = _same
    scripts: tuple[str, ...] = ()
    pictures: Callable[[State, Room], list[Picture]] = _no_pictures
    paper: tuple[Paper, ...] = ()
    typing: Typing | None = None
    order: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        keys = (LOBBY, *(phase.key for phase in self.phases), FINDINGS, CLOSED)
        object.__setattr__(self, "order", keys)

    def move(self, key: str) -> MoveKind | None:
        """The move kind of that key, or None."""
        return next((kind for kind in self.moves if kind.key == key), None)

    @property
    def pack(self) -> list[Paper]:
        """What is printed before a session."""
        return [paper for paper in self.paper if not paper.after]

    @property
    def reports(self) -> list[Paper]:
        """What is printed of its result."""
        return [paper for paper in self.paper if paper.after]

    def printed(self, key: str) -> Paper | None:
        """The paper of that key, or None."""
        return next((paper for paper in self.paper if paper.key == key), None)

    def phase(self, key: str) -> Phase | None:
        """The phase of that key, or None (lobby, findings and closed are the engine's)."""
        return next((phase for phase in self.phases if phase.key == key), None)
