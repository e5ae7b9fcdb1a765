"""Who may know what, in each phase. Everything that leaves the state leaves through `see`.

Until the groups begin nobody learns more of another's sort than how many are locked. A group's
board is its own until it presents. Single sorts open to their own group only where that was
announced, and to nobody else ever.
"""

from typing import Any

from exchange.activities.diamond_nine import record
from exchange.activities.diamond_nine.diamond import NINE, drawn, slot_of
from exchange.activities.diamond_nine.play import (
    LONGEST_LINE,
    TOGETHER,
    board_of,
    given,
    letters,
    may_lie,
    own_codes,
    text_of,
    texts_of,
)
from exchange.activities.diamond_nine.setup import LONGEST, OWN
from exchange.activities.diamond_nine.words import reading
from exchange.live.plugin import CLOSED, FINDINGS, Data, Room, State, Who

ALONE = ("read", "choose", "sort")
#: Phases in which every group's board lies open to the room.
OPEN = ("common", "agree", FINDINGS, CLOSED)


def see(state: State, room: Room, who: Who) -> Data:
    """What this viewer may know now, plain JSON for the templates."""
    seen: Data = {
        "phase": room.phase,
        "criterion": state["setup"]["criterion"],
        "source": state["setup"]["source"],
        "nine_given": len(given(state)) == NINE,
    }
    if who.kind == "seat":
        seen |= _for_seat(state, room, who)
    elif who.kind == "group":
        return _for_group(state, room, who.group)
    elif who.kind == "desk":
        seen |= _for_desk(state, room)
    elif who.kind == "screen":
        seen |= _for_screen(state, room)
    elif room.phase == CLOSED:
        seen |= _for_record(state, room)
    return seen


# --- the phone ---


def _for_seat(state: State, room: Room, who: Who) -> Data:
    mine = state["seats"].get(who.seat)
    if mine is None:
        return {}
    if room.phase in ALONE:
        return _alone(state, room, mine)
    if room.phase not in (*TOGETHER, *OPEN):
        return {}
    group = room.group_of(who.seat)
    seen: Data = {"group": group, "mine": _own_sort(state, mine), "longest": LONGEST_LINE}
    if group:
        seen["board"] = _table(state, group)
        seen["open_sorts"] = _open_sorts(state, room, who.seat)
    return seen | _together(state, room)


def _alone(state: State, room: Room, mine: dict[str, Any]) -> Data:
    seen: Data = {"cards": [_private_card(state, mine, code) for code in _my_list(mine)]}
    if room.phase == "read":
        return seen
    chosen = [one for one in seen["cards"] if one["chosen"]]
    return seen | {
        "chosen": len(chosen),
        "left": NINE - len(chosen),
        "blank": state["setup"]["blank"],
        "own": mine["own"],
        "longest": LONGEST,
        "rows": drawn(mine["sort"], lambda code: _my_text(state, mine, code)),
        "lies": [one for one in chosen if one["slot"]],
        "tray": [one for one in chosen if not one["slot"]],
        "placed": len(mine["sort"]),
        "to_place": NINE - len(mine["sort"]),
        "locked": mine["locked_at"] is not None,
        "can_lock": len(mine["sort"]) == NINE,
    }


def _my_list(mine: dict[str, Any]) -> list[str]:
    return [*mine["order"], *([OWN] if mine["own"] else [])]


def _my_text(state: State, mine: dict[str, Any], code: str) -> str:
    return str(mine["own"]) if code == OWN else text_of(state, code)


def _private_card(state: State, mine: dict[str, Any], code: str) -> dict[str, Any]:
    return {
        "code": code,
        "text": _my_text(state, mine, code),
        "chosen": code in mine["chosen"],
        "own": code == OWN,
        "slot": slot_of(mine["sort"], code),
    }


def _own_sort(state: State, mine: dict[str, Any]) -> Data | None:
    """One's own locked sort; None when it was not locked in time."""
    if mine["locked_at"] is None:
        return None
    return {"rows": drawn(mine["sort"], lambda code: _my_text(state, mine, code))}


def _open_sorts(state: State, room: Room, seat: str) -> list[Data]:
    """The locked sorts of those who sat at one table when the groups began, to each other, only
    where the run announced it. Whoever is moved or comes later neither reads nor is read, and who
    locked none reads none.
    """
    sat = state["sat"]
    if state["setup"]["privacy"] != "own_group" or room.phase not in TOGETHER or seat not in sat:
        return []
    others = [key for key in sat if key != seat and sat[key] == sat[seat]]
    return [
        {"seat": key, **sort} for key in others if (sort := _own_sort(state, state["seats"][key]))
    ]


# --- a group's board ---


def _for_group(state: State, room: Room, letter: str) -> Data:
    """What the phones of a group show alike while they sort together."""
    if room.phase != "groups":
        return {}
    board = _laid(state, letter) | _to_lay(state, letter)
    below = {name: shown for name, shown in board.items() if name not in {"rows", "free", "lies"}}
    return {"board": board, "below": below, "longest": LONGEST_LINE}


def board_drawn(state: State, letter: str) -> Data:
    """A group's diamond with its reasons and dissent, for everyone who may see it."""
    board = board_of(state, letter)
    return _laid(state, letter) | {
        "argued": [record.card(state, code) for code in board["argued"]],
        "reasons": [
            {
                "card": record.card(state, code),
                "lines": [line for line in board["reasons"] if line["card"] == code],
            }
            for code in may_lie(state, letter)
            if any(line["card"] == code for line in board["reasons"])
        ],
    }


def _laid(state: State, letter: str) -> Data:
    board, texts = board_of(state, letter), texts_of(state)
    return {
        "group": letter,
        "rows": drawn(board["sort"], lambda code: texts.get(code, "")),
        "placed": len(board["sort"]),
        "full": len(board["sort"]) == NINE,
        "locked": board["locked_at"] is not None,
        "dissent": list(board["dissent"]),
    }


def _table(state: State, letter: str) -> Data:
    """The group's own view: the board, and every card it may place or speak of."""
    return board_drawn(state, letter) | _to_lay(state, letter)


def _to_lay(state: State, letter: str) -> Data:
    board = board_of(state, letter)
    lying, tray = set(board["sort"].values()), set(board["tray"])
    texts = texts_of(state)
    cards = [{"code": code, "text": texts.get(code, "")} for code in may_lie(state, letter)]
    free = [one for one in cards if one["code"] not in lying]
    return {
        "free": free,
        "lies": (lies := [one for one in cards if one["code"] in lying]),
        "spoken_of": [_spoken_of(board, one) for one in lies],
        "tray": [one for one in free if one["code"] in tray],
        "rest": [one for one in free if one["code"] not in tray],
    }


def _spoken_of(board: Data, card: dict[str, str]) -> Data:
    """A card that lies in the diamond, with what the group said of it."""
    return card | {
        "argued": card["code"] in board["argued"],
        "reasons": [line for line in board["reasons"] if line["card"] == card["code"]],
    }


# --- the whole room ---


def _together(state: State, room: Room) -> Data:
    """What the whole room sees from the presenting on: the same for everybody."""
    return room.worked_out("together", lambda: _of_all(state, room))


def _of_all(state: State, room: Room) -> Data:
    seen: Data = {}
    if room.phase == "present":
        presenting = state["presenting"] if state["presenting"] in room.groups else ""
        seen["presenting"] = board_drawn(state, presenting) if presenting else None
        seen["reading"] = reading("groups")
        seen["presented"] = [letter for letter in state["presented"] if letter in room.groups]
    if room.phase in OPEN:
        seen["figures"] = record.figures(state, room)
        seen["final"] = record.final(state)
        seen["reading"] = reading("groups")
        seen["boards"] = [board_drawn(state, letter) for letter in letters(state, room)]
    return seen


def _counts(state: State, room: Room) -> Data:
    """How far the room is, as numbers only."""
    places = [state["seats"][seat] for seat in room.seats if seat in state["seats"]]
    return {
        "here": len(room.seats),
        "chosen": sum(len(place["chosen"]) == NINE for place in places),
        "locked": sum(place["locked_at"] is not None for place in places),
        "groups_locked": sum(
            board_of(state, letter)["locked_at"] is not None for letter in room.groups
        ),
    }


def _for_desk(state: State, room: Room) -> Data:
    seen: Data = {"counts": _counts(state, room), "cards": _list(state), "longest": LONGEST_LINE}
    if room.phase in TOGETHER:
        seen["progress"] = [_progress(state, room, letter) for letter in letters(state, room)]
    if room.phase in ("present", *OPEN):
        seen["challenges"] = challenges(state)
    if room.phase == "agree":
        seen["settle_from"] = [
            record.card(state, code) for code in [*given(state), *own_codes(state)]
        ]
    return seen | _together(state, room)


def _progress(state: State, room: Room, letter: str) -> Data:
    board = board_of(state, letter)
    return {
        "group": letter,
        "phones": len(room.groups[letter]),
        "placed": len(board["sort"]),
        "locked": board["locked_at"] is not None,
        "presented": letter in state["presented"],
    }


def _list(state: State) -> list[dict[str, str]]:
    """The given cards in the order of the set-up."""
    return [record.card(state, code) for code in given(state)]


def challenges(state: State) -> list[Data]:
    """What the facilitator asked of the groups."""
    return [
        {**line, "card": record.card(state, line["card"]) if line["card"] else None}
        for line in state["challenges"]
    ]


def _for_screen(state: State, room: Room) -> Data:
    seen: Data = {"counts": _counts(state, room), "groups": len(room.groups)}
    if room.phase == "read":
        seen["cards"] = _list(state)
    return seen | _together(state, room)


def _for_record(state: State, room: Room) -> Data:
    return {
        "cards": _list(state),
        "blank": state["setup"]["blank"],
        "privacy": state["setup"]["privacy"],
        "challenges": challenges(state),
        **_together(state, room),
    }
