"""Moves that every activity has: people, phases and clock, groups, findings. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy, in_language
from exchange.live import grouping
from exchange.live.plugin import (
    CLOSED,
    DESK,
    FINDINGS,
    LOBBY,
    ROOM,
    SCREEN,
    WORDINGS,
    Activity,
    Data,
    Field,
    Moment,
    Refused,
    Room,
    State,
)

EVERYONE = {ROOM, DESK, SCREEN}
READERS = {WORDINGS, DESK, SCREEN}
MOST_FINDINGS = 12


@dataclass(frozen=True)
class Turn:
    """All that a shared move is judged by; `room` and `state` are what it changes."""

    activity: Activity
    room: Data
    state: State
    by: str
    seat: str
    data: Data
    moment: Moment


@dataclass(frozen=True)
class Shared:
    """One shared move kind: who may make it, its inputs, and its rule."""

    by: tuple[str, ...]
    fields: tuple[Field, ...]
    play: Callable[[Turn], set[str]]


def _room(room: Data) -> Room:
    return Room(room["seats"], room["groups"], room["phase"], room["tallies"], room["floor"])


def table(room: Data, letter: str) -> set[str]:
    """Whoever sits in this group, each as a seat, too: who they are stands outside of the pane."""
    return {f"group:{letter}", *(f"seat:{key}" for key in room["groups"].get(letter, ()))}


def join(turn: Turn) -> set[str]:
    key = turn.data["seat"]
    if key in turn.room["seats"]:
        raise Refused(_("This seat is already taken."))
    turn.room["seats"][key] = {
        "school": turn.data["school"],
        "role": turn.data["role"],
        "people": max(1, turn.data["people"]),
        **({"paper": True} if turn.data["paper"] else {}),
    }
    turn.activity.join(turn.state, key, turn.moment.chance)
    told = {DESK, SCREEN}
    if turn.data["group"] and turn.activity.group_size:  # a table that sat together on paper
        _seat_in(turn.room, turn.data["group"], key)
        return told
    started = turn.room["groups"] or groups_at_work(turn.activity, turn.room)
    if turn.activity.group_size and started:
        groups, seats = turn.room["groups"], turn.room["seats"]
        name = turn.data["group"]  # of the seat whose place this one takes
        if name not in groups:
            free = next_letter(turn.room)
            name = grouping.place_latecomer(groups, seats, key, turn.activity.group_size, free)
        _seat_in(turn.room, name, key)
        told |= table(turn.room, name)
    return told


def remove(turn: Turn) -> set[str]:
    key = turn.data["seat"]
    if key not in turn.room["seats"]:
        raise Refused(_("There is no such seat in this session."))
    told = {DESK, SCREEN, f"seat:{key}", *table(turn.room, _room(turn.room).group_of(key))}
    del turn.room["seats"][key]
    turn.room["gone"].append(key)
    _stand_up(turn, key)
    if turn.room["findings"]:
        told.add(WORDINGS)
    for finding in turn.room["findings"]:
        # Whoever comes again with a new seat would else be counted twice; dissent stays.
        finding["agree"] = [agreed for agreed in finding["agree"] if agreed != key]
    return told


#: Clocks of two machines may differ by so many seconds; what is more was set back.
STEP = 60


def set_back(clock: Data, now: int) -> int:
    """By how many seconds the machine's clock was set back since the last move; 0: it was not.
    That it was set forward cannot be told from time that passed."""
    lost = int(clock.get("seen", now)) - now  # rooms made before it was kept do without
    return lost if lost > STEP else 0


def shift(clock: Data, seconds: int) -> None:
    """Move what the clock remembers, so that it goes on where it stood."""
    if seconds:
        for name in ("since", "paused", "seen"):
            clock[name] = clock[name] + seconds if clock[name] else clock[name]


def advance(turn: Turn) -> set[str]:
    now = turn.room["phase"]
    if turn.data["saw"] != now:
        raise Refused(_("The session has already moved on. Look again, then decide."))
    order = turn.activity.order[:-1]
    at = order.index(now)
    if at + 1 >= len(order):
        raise Refused(_("This is the last phase. Close the session when the room is ready."))
    to = turn.data["to"] or order[at + 1]
    if to not in order[at + 1 :]:
        raise Refused(_("A session only moves forward, so that nothing revealed is sorted again."))
    clock = turn.room["clock"]
    if now != LOBBY:
        clock["spent"][now] = (clock["paused"] or turn.moment.now) - clock["since"] - clock["idle"]
    clock.update(since=turn.moment.now, idle=0, paused=None)
    turn.room["phase"] = to
    coming = turn.activity.phase(to)
    if coming and coming.grouped and not turn.room["groups"]:
        _form(turn.activity, turn.room, turn.moment)
    if to == FINDINGS:
        with in_language(turn.room.get("language", "en-gb")):  # rooms made before it was kept
            suggested = turn.activity.findings(turn.state, _room(turn.room))
        for text in suggested[:MOST_FINDINGS]:
            _propose(turn.room, text)
    else:
        turn.activity.enter(turn.state, _room(turn.room), to, turn.moment.chance)
    return set(EVERYONE)


def pause(turn: Turn) -> set[str]:
    if turn.room["clock"]["paused"]:
        raise Refused(_("The clock is already paused."))
    turn.room["clock"]["paused"] = turn.moment.now
    return set(EVERYONE)


def resume(turn: Turn) -> set[str]:
    clock = turn.room["clock"]
    if not clock["paused"]:
        raise Refused(_("The clock is already running."))
    clock["idle"] += max(0, turn.moment.now - clock["paused"])
    clock["paused"] = None
    return set(EVERYONE)


def extend(turn: Turn) -> set[str]:
    plan, phase = turn.room["clock"]["plan"], turn.room["phase"]
    if phase not in plan:
        raise Refused(_("This part has no clock."))
    if not 1 <= turn.data["minutes"] <= 60 or plan[phase] + turn.data["minutes"] > 240:
        raise Refused(_("Add between 1 and 60 minutes."), "minutes")
    plan[phase] += turn.data["minutes"]
    return set(EVERYONE)


def regroup(turn: Turn) -> set[str]:
    if not turn.activity.group_size:
        raise Refused(_("This activity does not work in groups."))
    if groups_at_work(turn.activity, turn.room):
        raise Refused(_("Groups are at work. Move single people instead."))
    _form(turn.activity, turn.room, turn.moment)
    return set(EVERYONE)


def move_seat(turn: Turn) -> set[str]:
    key, to = turn.data["seat"], turn.data["group"].upper()
    if key not in turn.room["seats"]:
        raise Refused(_("There is no such seat in this session."))
    if not turn.room["groups"]:
        raise Refused(_("There are no groups yet."))
    if to not in turn.room["groups"] and to != next_letter(turn.room):
        raise Refused(_("There is no group {letter}."), "group", letter=to)
    before = _room(turn.room).group_of(key)
    if before == to:
        raise Refused(_("This person is already in group {letter}."), "group", letter=to)
    left = table(turn.room, before)
    _stand_up(turn, key)
    _seat_in(turn.room, to, key)
    return {DESK, SCREEN, f"seat:{key}", *left, *table(turn.room, to)}


def propose_finding(turn: Turn) -> set[str]:
    _in_findings(turn.room)
    if len(turn.room["findings"]) >= MOST_FINDINGS:
        raise Refused(_("There are already {most} wordings. Drop one first."), most=MOST_FINDINGS)
    _propose(turn.room, turn.data["text"])
    return set(READERS)


def word_finding(turn: Turn) -> set[str]:
    finding = _finding(turn.room, turn.data["finding"])
    if finding["text"] != turn.data["text"]:
        # New words need new agreement; dissent stays, it may not have been met.
        finding.update(text=turn.data["text"], agree=[], settled=False)
    return set(READERS)


def drop_finding(turn: Turn) -> set[str]:
    turn.room["findings"].remove(_finding(turn.room, turn.data["finding"]))
    return set(READERS)


def settle_finding(turn: Turn) -> set[str]:
    finding = _finding(turn.room, turn.data["finding"])
    finding["settled"] = turn.data["settled"]
    return set(READERS)


def agree_finding(turn: Turn) -> set[str]:
    finding = _finding(turn.room, turn.data["finding"])
    if turn.seat not in finding["agree"]:
        finding["agree"].append(turn.seat)
    finding["dissent"] = [d for d in finding["dissent"] if d["seat"] != turn.seat]
    return set(READERS)


def dissent_finding(turn: Turn) -> set[str]:
    finding = _finding(turn.room, turn.data["finding"])
    finding["agree"] = [key for key in finding["agree"] if key != turn.seat]
    finding["dissent"] = [
        d for d in finding["dissent"] if d["seat"] != turn.seat or turn.by == "desk"
    ]
    finding["dissent"].append({"seat": turn.seat, "note": turn.data["note"]})
    return set(READERS)


def close(turn: Turn) -> set[str]:
    clock = turn.room["clock"]
    if turn.room["phase"] != LOBBY:
        clock["spent"][turn.room["phase"]] = (
            (clock["paused"] or turn.moment.now) - clock["since"] - clock["idle"]
        )
    turn.room["phase"] = CLOSED
    return set(EVERYONE)


def tally(turn: Turn) -> set[str]:
    counts = None
    if turn.data["cast"] >= turn.room["floor"]:
        pairs = (line.rsplit("=", 1) for line in turn.data["counts"])
        counts = {option: int(n) for option, n in pairs}
    turn.room["tallies"][turn.data["question"]] = {"cast": turn.data["cast"], "counts": counts}
    return set(EVERYONE)


def next_letter(room: Data) -> str:
    """The letter of the next new group; no letter is used twice."""
    return grouping.letter(room["letters"])


def groups_at_work(activity: Activity, room: Data) -> bool:
    """Whether a grouped phase has begun or is over."""
    order = activity.order
    first = min((order.index(p.key) for p in activity.phases if p.grouped), default=len(order))
    return order.index(room["phase"]) >= first


def _form(activity: Activity, room: Data, moment: Moment) -> None:
    if activity.group_size and room["seats"]:
        room["groups"] = grouping.form_groups(room["seats"], activity.group_size, moment.chance)
        room["letters"] = len(room["groups"])


def _stand_up(turn: Turn, key: str) -> None:
    """Take a seat out of its group. An emptied group goes, unless groups are at work: then what
    it made stands, and somebody may be moved to it."""
    groups = turn.room["groups"]
    for keys in groups.values():
        if key in keys:
            keys.remove(key)
    if not groups_at_work(turn.activity, turn.room):
        turn.room["groups"] = {name: keys for name, keys in groups.items() if keys}


def _seat_in(room: Data, name: str, key: str) -> None:
    """Put a seat into a group; a new group takes the next letter."""
    if name not in room["groups"]:
        room["groups"][name] = []
        room["letters"] += 1
    room["groups"][name].append(key)


def _in_findings(room: Data) -> None:
    if room["phase"] != FINDINGS:
        raise Refused(_("Findings are worded in the last part of the session."))


def _propose(room: Data, text: str) -> None:
    # Numbers are not used again: a late "I agree" to a dropped wording must not reach another.
    room["worded"] += 1
    room["findings"].append(
        {"id": f"f{room['worded']}", "text": text, "agree": [], "dissent": [], "settled": False}
    )


def _finding(room: Data, key: str) -> dict[str, Any]:
    _in_findings(room)
    found: dict[str, Any] | None = next((f for f in room["findings"] if f["id"] == key), None)
    if found is None:
        raise Refused(_("This wording was dropped in the meantime."))
    return found


_SEAT = Field("seat", longest=8)
_FINDING = Field("finding", longest=8)
_WORDS = Field("text", label=gettext_lazy("Finding"), longest=500)

_JOINING = (
    _SEAT,
    Field("school", required=False, longest=20),
    Field("role", longest=20),
    Field("people", "integer"),
    Field("group", required=False, longest=3),
    Field("paper", "yes"),
)
_TALLY = (
    Field("question", longest=40),
    Field("cast", "integer"),
    Field("counts", "lines", required=False),
)
_PHASES = (Field("saw", longest=40), Field("to", required=False, longest=40))
_DISSENT = (_FINDING, Field("note", label=gettext_lazy("What you see differently"), longest=280))

KINDS: dict[str, Shared] = {
    "join": Shared(("house",), _JOINING, join),
    "remove": Shared(("house",), (_SEAT,), remove),
    "close": Shared(("house",), (), close),
    "tally": Shared(("house",), _TALLY, tally),
    "advance": Shared(("desk",), _PHASES, advance),
    "pause": Shared(("desk",), (), pause),
    "resume": Shared(("desk",), (), resume),
    "extend": Shared(
        ("desk",), (Field("minutes", "integer", label=gettext_lazy("Minutes")),), extend
    ),
    "regroup": Shared(("desk",), (), regroup),
    "move_seat": Shared(
        ("desk",), (_SEAT, Field("group", label=gettext_lazy("Group"), longest=3)), move_seat
    ),
    "propose_finding": Shared(("desk", "seat"), (_WORDS,), propose_finding),
    "word_finding": Shared(("desk",), (_FINDING, _WORDS), word_finding),
    "drop_finding": Shared(("desk",), (_FINDING,), drop_finding),
    "settle_finding": Shared(("desk",), (_FINDING, Field("settled", "yes")), settle_finding),
    "agree_finding": Shared(("seat",), (_FINDING,), agree_finding),
    "dissent_finding": Shared(("seat", "desk"), _DISSENT, dissent_finding),
}
