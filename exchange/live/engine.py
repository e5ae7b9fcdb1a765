"""The rules every activity shares: judging a move against now. Pure; plain values in and out.

`apply` changes the room and the state it is given and says who must look again; or it raises
Refused having changed nothing. Replaying a run's moves through `apply` gives the stored state.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy
from exchange.live import shared_moves
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
    Move,
    Refused,
    Room,
    State,
    Who,
)

TITLES = {
    LOBBY: gettext_lazy("Waiting to start"),
    FINDINGS: gettext_lazy("Word our findings"),
    CLOSED: gettext_lazy("Closed"),
}
TASKS = {
    LOBBY: gettext_lazy("People are joining. The facilitator starts when the room is ready."),
    FINDINGS: gettext_lazy("Put what you found into words you agree on. Disagreement is kept."),
    CLOSED: gettext_lazy("This session is over."),
}


@dataclass(frozen=True)
class Outcome:
    """What a move did: who must look again, and the checked data for the log."""

    audiences: frozenset[str]
    data: Data


def new_room(
    activity: Activity,
    minutes: Mapping[str, int],
    now: int,
    floor: int = 5,
    language: str = "en-gb",
) -> Data:
    """The room before anybody came; `minutes` plans each phase.

    language  of the words that the activity suggests and the room keeps
    The clock's `first` stays the plan made at set-up; `plan` grows when the desk adds minutes;
    `seen` is when the last move was played.
    """
    plan = {p.key: int(minutes.get(p.key, p.minutes)) for p in activity.phases}
    plan[FINDINGS] = int(minutes.get(FINDINGS, 10))
    return {
        "phase": LOBBY,
        "floor": floor,
        "language": language,
        "seats": {},
        "gone": [],
        "groups": {},
        "letters": 0,
        "tallies": {},
        "findings": [],
        "worded": 0,
        "clock": {
            "since": now, "idle": 0, "paused": None, "first": dict(plan), "plan": plan, "spent": {},
            "seen": now,
        },
    }  # fmt: skip


def room_of(room: Data, stamp: tuple[object, ...] | None = None) -> Room:
    """The part of the room an activity may know; `stamp` as it is explained there."""
    return Room(
        stamp=stamp,
        seats=room["seats"],
        groups=room["groups"],
        phase=room["phase"],
        tallies=room["tallies"],
        floor=room["floor"],
    )


def who_of(room: Data, by: str, seat: str = "") -> Who:
    """The viewer or mover of that kind; a seat with its current group."""
    if by != "seat":
        return Who(kind=by)  # type: ignore[arg-type]
    return Who("seat", seat, room_of(room).group_of(seat))


def audiences_of(who: Who) -> tuple[str, ...]:
    """What a viewer listens to."""
    if who.kind == "seat":
        mine = (ROOM, WORDINGS, f"seat:{who.seat}")
        return (*mine, f"group:{who.group}") if who.group else mine
    if who.kind == "group":
        return (ROOM, f"group:{who.group}")
    return (ROOM, DESK) if who.kind == "desk" else (ROOM, SCREEN)


def title_of(activity: Activity, phase: str) -> str:
    """The phase's name as people read it."""
    own = activity.phase(phase)
    return str(own.title if own else TITLES.get(phase, phase))


def task_of(activity: Activity, phase: str) -> str:
    """One sentence: what people do in this phase."""
    own = activity.phase(phase)
    return str(own.task if own else TASKS.get(phase, ""))


#: Signs that turn the direction of what follows: a name could rewrite the line it stands in.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_text(raw: Any, name: str, longest: int, field: str = "") -> str:
    """One text without control or direction signs, NFC, trimmed; Refused if too long or no text.

    `name` is what people call the input, `field` what the form calls it.
    """
    if not isinstance(raw, str):
        raise Refused(_("{name} should be text."), field, name=name)
    if len(raw) > 20 * longest + 200:
        raise Refused(
            _("{name} is too long: at most {longest} characters."),
            field,
            name=name,
            longest=longest,
        )
    known = raw.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        c
        for c in known
        if c in "\n\t" or (c not in TURNING and unicodedata.category(c) not in {"Cc", "Cs", "Co"})
    )
    text = unicodedata.normalize("NFC", kept).strip()
    if len(text) > longest:
        raise Refused(
            _("{name} is too long: {count} characters, at most {longest}."),
            field,
            name=name,
            count=len(text),
            longest=longest,
        )
    return text


def clean_value(field: Field, raw: Any) -> Any:
    """One input as its kind says; Refused with a sentence naming it."""
    name = field.label or field.name.replace("_", " ").capitalize()
    if field.kind == "yes":
        return raw in (True, "yes", "on", "true", "1", 1)
    if field.kind == "lines":
        lines = raw if isinstance(raw, list) else str(raw or "").splitlines()
        if len(lines) > 500:
            raise Refused(_("{name}: at most 500 lines."), field.name, name=name)
        texts = [clean_text(line, name, field.longest, field.name) for line in lines]
        # A tab parts the cells of a pasted table: the activity decides what to make of them.
        texts = ["\t".join(" ".join(c.split()) for c in text.split("\t")) for text in texts if text]
        if field.required and not texts:
            raise Refused(_("{name} is missing."), field.name, name=name)
        return texts
    if field.kind == "integer":
        try:
            value = int(str(raw).strip()[:12])
        except ValueError:
            raise Refused(_("{name} should be a whole number."), field.name, name=name) from None
        if abs(value) > 1_000_000:
            raise Refused(_("{name} is out of range."), field.name, name=name)
        return value
    text = clean_text("" if raw is None else raw, name, field.longest, field.name)
    text = text.replace("\t", " ")
    if field.required and not text:
        raise Refused(_("{name} is missing."), field.name, name=name)
    return text


def clean(fields: tuple[Field, ...], raw: Mapping[str, Any]) -> Data:
    """The declared inputs, checked; anything else that was sent is left out."""
    return {field.name: clean_value(field, raw.get(field.name)) for field in fields}


def apply(
    activity: Activity,
    room: Data,
    state: State,
    *,
    by: str,
    seat: str = "",
    kind: str,
    data: Mapping[str, Any],
    moment: Moment,
) -> Outcome:
    """Play one move.

    by    seat, desk, or house (joining, removing, closing: made by actions, never by a post)
    data  raw inputs, or the checked ones of the log when replaying
    Raises Refused with a sentence for the person; then nothing has changed.
    """
    clock = room["clock"]
    lost = shared_moves.set_back(clock, moment.now)
    shared_moves.shift(clock, -lost)
    try:
        outcome = _judge(activity, room, state, by, seat, kind, data, moment)
    except Refused:
        shared_moves.shift(clock, lost)
        raise
    if "seen" in clock:
        clock["seen"] = max(clock["seen"], moment.now)
    return outcome


def _judge(
    activity: Activity,
    room: Data,
    state: State,
    by: str,
    seat: str,
    kind: str,
    data: Mapping[str, Any],
    moment: Moment,
) -> Outcome:
    """`apply`, the clock being right."""
    if room["phase"] == CLOSED:
        raise Refused(_("This session is closed. Nothing can be changed any more."))
    if by == "seat" and seat not in room["seats"]:
        raise Refused(_("Your seat was removed from this session. Ask the facilitator."))
    shared = shared_moves.KINDS.get(kind)
    if shared and by in shared.by:
        checked = clean(shared.fields, data)
        turn = shared_moves.Turn(activity, room, state, by, seat, checked, moment)
        told = shared.play(turn)
        return Outcome(frozenset(told), checked)
    own = activity.move(kind)
    if own is None or own.by != by:
        raise Refused(_("This move does not exist in this activity."))
    if room["phase"] not in own.phases:
        now_is = title_of(activity, room["phase"])
        raise Refused(_("That part of the session is not open: it is now “{part}”."), part=now_is)
    checked = clean(own.fields, data)
    seen = room_of(room)
    who = Who("seat", seat, seen.group_of(seat)) if by == "seat" else who_of(room, by)
    return Outcome(frozenset(own.play(state, seen, Move(who, kind, checked, moment))), checked)


def chance_for(seed: str, step: int) -> Random:
    """The source of chance of one step of one run; the same in a replay."""
    return Random(f"{seed}:{step}")  # noqa: S311  (shuffles, not secrets)


def clock_of(activity: Activity, room: Data, now: int) -> Data:
    """The clock for a view: all in seconds.

    left     of the current phase with what was added (negative when over), None without a plan
    ends_at  seconds since 1970, None while paused or without a plan
    behind   how far the session is behind the plan made at set-up (negative: ahead)
    ticking  what a page needs to count on by itself, None while paused or without a plan: the
             current phase began at `began` and by the first plan is over at `due`; before it the
             session was `before` behind
    rail     each planned phase: planned at set-up, added since, spent, done/now/to come
    """
    clock = room["clock"]
    phase, plan, spent = room["phase"], clock["plan"], dict(clock["spent"])
    first = clock.get("first", plan)  # sessions begun before it was kept have the last plan only
    as_before = now + shared_moves.set_back(clock, now)
    running = (clock["paused"] or as_before) - clock["since"] - clock["idle"]
    planned = phase in plan
    left = plan[phase] * 60 - running if planned else None
    if planned:
        spent[phase] = running
    order = activity.order
    at = order.index(phase)
    rail = [
        {
            "key": key,
            "title": title_of(activity, key),
            "plan": first[key] * 60,
            "added": (plan[key] - first[key]) * 60,
            "spent": spent.get(key),
            "is": "now" if key == phase else "done" if order.index(key) < at else "to come",
        }
        for key in order
        if key in plan
    ]
    finished = [row for row in rail if row["is"] == "done" and row["spent"] is not None]
    before = sum(row["spent"] - row["plan"] for row in finished)
    over = running - first[phase] * 60 if planned else 0
    ticks = planned and not clock["paused"]
    return {
        "left": left,
        "ends_at": now + left if ticks and left is not None else None,
        "paused": bool(clock["paused"]),
        "behind": before + max(0, over),
        "ticking": {"began": now - running, "due": now - over, "before": before} if ticks else None,
        "rail": rail,
    }


def replay(
    activity: Activity, room: Data, state: State, moves: list[Data], seed: str
) -> Counter[str]:
    """Play a run's log again onto a fresh room and state (both changed in place).

    moves: {"seq", "by", "seat", "kind", "data", "at"} in order, `at` in whole seconds.
    Out: how often each audience was told to look again.
    """
    told: Counter[str] = Counter()
    for entry in moves:
        outcome = apply(
            activity, room, state,
            by=entry["by"], seat=entry["seat"], kind=entry["kind"], data=entry["data"],
            moment=Moment(entry["at"], chance_for(seed, entry["seq"])),
        )  # fmt: skip
        told.update(outcome.audiences)
    return told
