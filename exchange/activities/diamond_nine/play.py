"""The rules: what each move does to the state. Pure Python on plain JSON values.

    state = {
      "setup":  the run's set-up,
      "seats":  {seat: {"order", "chosen", "own", "own_code", "sort", "locked_at"}},  private
      "groups": {letter: {"tray", "sort", "reasons", "argued", "dissent", "locked_at"}},
      "own":    {code: text of an own card brought to a group},
      "counted": seats whose locked sort counts in figures, or None before the groups begin,
      "sat":    {counted seat: the letter it sat at when the groups began},
      "left":   the same when the groups were over, or None before,
      "presenting", "presented", "challenges", "final", "lines": the next line's number
    }

A person's own card is called "own" in their private sort and gets a code that says nothing of
its author when it comes to a group.
"""

from random import Random
from typing import Any

from exchange.activities.diamond_nine import words
from exchange.activities.diamond_nine.diamond import (
    NINE,
    ROW_OF,
    is_full,
    slot_of,
    with_card,
    without_card,
)
from exchange.activities.diamond_nine.setup import LONGEST, OWN, same, tidy
from exchange.live.plugin import DESK, ROOM, SCREEN, Data, Move, Refused, Room, State

#: With fewer sorts in a group than this, the table holds the whole list: what lies there would
#: otherwise tell who chose it.
LEAST_FOR_TRAY = 3
LONGEST_LINE = 280
MOST_REASONS, MOST_DISSENT, MOST_CHALLENGES = 12, 20, 60
EVERYONE = {ROOM, DESK, SCREEN}
#: Phases after the sorts made alone are over.
TOGETHER = ("groups", "present", "common", "agree")


# --- beginnings ---


def start(setup: Data, chance: Random) -> State:
    """The state of a new run."""
    return {
        "setup": setup,
        "seats": {},
        "groups": {},
        "own": {},
        "counted": None,
        "sat": {},
        "left": None,
        "presenting": "",
        "presented": [],
        "challenges": [],
        "final": None,
        "lines": 1,
    }


def given(state: State) -> list[str]:
    """Codes of the cards that everybody has."""
    return [card["code"] for card in state["setup"]["cards"]]


def own_codes(state: State) -> list[str]:
    """Codes of the own cards brought to groups, in the order of their numbers."""
    return sorted(state["own"], key=lambda code: (len(code), code))


def letters(state: State, room: Room) -> list[str]:
    """The groups' letters: A to Z, then AA. A group whose last phone went stands only while there
    is something on its board: what a table made is not lost with its phone."""
    named = [letter for letter, seats in room.groups.items() if seats or _worked(state, letter)]
    return sorted(named, key=lambda letter: (len(letter), letter))


def _worked(state: State, letter: str) -> bool:
    board = board_of(state, letter)
    return any(board[part] for part in ("sort", "reasons", "argued", "dissent"))


def text_of(state: State, code: str) -> str:
    """The words of a given card, or of an own card that was brought to a group."""
    for card in state["setup"]["cards"]:
        if card["code"] == code:
            return str(card["text"])
    return str(state["own"].get(code, ""))


def texts_of(state: State) -> dict[str, str]:
    """`text_of` for all cards: for whoever draws a whole board."""
    given_texts = {card["code"]: str(card["text"]) for card in state["setup"]["cards"]}
    return {**state["own"], **given_texts}


def join(state: State, seat: str, chance: Random) -> None:
    """A private place with its own order of the list; of nine given cards all are chosen."""
    order = given(state)
    chance.shuffle(order)
    nine_given = len(order) == NINE
    state["seats"][seat] = {
        "order": order,
        "chosen": list(order) if nine_given else [],
        "own": "",
        "own_code": "",
        "sort": {},
        "locked_at": None,
    }


def enter(state: State, room: Room, phase: str, chance: Random) -> None:
    """When the groups begin (or are passed over), fix whose sorts count; lay the groups' trays.

    Fixed, because a figure that changed when somebody is removed would tell what they had done;
    and who sat with whom likewise, because who is moved later must not read another table's sorts.
    """
    if phase not in TOGETHER:
        return
    if state["counted"] is None:
        state["counted"] = sorted(seat for seat in room.seats if _locked(state, seat))
        state["sat"] = _sitting(state, room)
    if phase != "groups":
        if state["left"] is None:
            state["left"] = state["sat"] | _sitting(state, room)
        return
    _bring_own_cards(state, state["counted"], chance)
    for letter in letters(state, room):
        seats = [seat for seat in room.groups[letter] if seat in state["counted"]]
        state["groups"][letter] = _board(_tray(state, seats, chance))


def _sitting(state: State, room: Room) -> dict[str, str]:
    """Counted seat -> its group's letter now, for those in a group."""
    found = {seat: room.group_of(seat) for seat in state["counted"]}
    return {seat: letter for seat, letter in found.items() if letter}


def upgrade(state: State, version: int) -> State:
    """Version 1 did not keep who sat with whom: its closed sessions do without that figure."""
    return {"sat": {}, "left": None, **state} if version < 2 else state


def _locked(state: State, seat: str) -> bool:
    return state["seats"].get(seat, {}).get("locked_at") is not None


def _board(tray: list[str]) -> dict[str, Any]:
    return {"tray": tray, "sort": {}, "reasons": [], "argued": [], "dissent": [], "locked_at": None}


def board_of(state: State, letter: str) -> dict[str, Any]:
    """The group's board; an empty one with the whole list for a group formed late."""
    board: dict[str, Any] | None = state["groups"].get(letter)
    return board if board is not None else _board(given(state))


def _bring_own_cards(state: State, seats: list[str], chance: Random) -> None:
    """Codes for own cards in locked sorts, in an order that tells nothing of their authors."""
    authors = [seat for seat in seats if OWN in state["seats"][seat]["sort"].values()]
    chance.shuffle(authors)
    for number, seat in enumerate(authors, 1):
        place = state["seats"][seat]
        place["own_code"] = f"{OWN}-{number}"
        state["own"][place["own_code"]] = place["own"]


def _tray(state: State, seats: list[str], chance: Random) -> list[str]:
    """What lies on a group's table: its members' chosen cards in chance order, without owners."""
    chosen = {
        state["seats"][seat]["own_code"] if card == OWN else card
        for seat in seats
        for card in state["seats"][seat]["sort"].values()
    }
    if len(seats) < LEAST_FOR_TRAY:
        chosen.update(given(state))
    tray = sorted(chosen)
    chance.shuffle(tray)
    return tray


def may_lie(state: State, letter: str) -> list[str]:
    """Every card the group may place: its tray first, then the rest of the list."""
    return list(dict.fromkeys([*board_of(state, letter)["tray"], *given(state)]))


# --- what a move says ---


def slot_named(move: Move) -> str:
    """The place the move names; Refused if there is none of that name."""
    slot: str = move.data["slot"]
    if slot not in ROW_OF:
        raise Refused(words.NO_PLACE, "slot")
    return slot


def line_of(data: Data, field: str, most: int, *, empty: bool = False) -> str:
    """One line of a move, tidied; Refused if it is too long, or empty where it may not be."""
    line = tidy(data.get(field, ""))
    if len(line) > most:
        raise Refused(words.LONG_TEXT, field, count=len(line), most=most)
    if not line and not empty:
        raise Refused(words.SAY_SOMETHING, field)
    return line


def next_line(state: State) -> str:
    """A name for a new line, never used twice in the run."""
    number = state["lines"]
    state["lines"] = number + 1
    return f"n{number}"


# --- one person's sort ---


def _mine(state: State, move: Move) -> dict[str, Any]:
    place: dict[str, Any] | None = state["seats"].get(move.who.seat)
    if place is None:
        raise Refused(words.NO_SEAT)
    return place


def _unlocked(state: State, move: Move) -> dict[str, Any]:
    place = _mine(state, move)
    if place["locked_at"] is not None:
        raise Refused(words.LOCKED)
    return place


def _my_card(state: State, place: dict[str, Any], code: str) -> str:
    if code not in place["order"] and not (code == OWN and place["own"]):
        raise Refused(words.NO_CARD, "card")
    return code


def _seen_by(move: Move, place: dict[str, Any], before: int) -> set[str]:
    """The seat itself; desk and screen too when the number of people with nine cards changes."""
    crossed = (before == NINE) != (len(place["chosen"]) == NINE)
    return {f"seat:{move.who.seat}"} | ({DESK, SCREEN} if crossed else set())


def choose(state: State, room: Room, move: Move) -> set[str]:
    """Mark a card as one of the nine. Choosing a chosen card changes nothing."""
    place = _unlocked(state, move)
    code = _my_card(state, place, move.data["card"])
    before = len(place["chosen"])
    if code not in place["chosen"]:
        if before >= NINE:
            raise Refused(words.NINE_ALREADY, "card")
        place["chosen"].append(code)
    return _seen_by(move, place, before)


def unchoose(state: State, room: Room, move: Move) -> set[str]:
    """Put a chosen card back on the list, out of the diamond too."""
    place = _unlocked(state, move)
    code = _my_card(state, place, move.data["card"])
    before = len(place["chosen"])
    if code in place["chosen"]:
        place["chosen"].remove(code)
        place["sort"] = without_card(place["sort"], code)
    return _seen_by(move, place, before)


def own_card(state: State, room: Room, move: Move) -> set[str]:
    """Write, change or (with no text) take away one's own card; chosen at once if there is room."""
    place = _unlocked(state, move)
    if not state["setup"]["blank"]:
        raise Refused(words.NO_BLANK)
    text = line_of(move.data, "text", LONGEST, empty=True)
    if text and same(text) in {same(card["text"]) for card in state["setup"]["cards"]}:
        raise Refused(words.ON_LIST, "text")
    before = len(place["chosen"])
    place["own"] = text
    if not text and OWN in place["chosen"]:
        place["chosen"].remove(OWN)
        place["sort"] = without_card(place["sort"], OWN)
    elif text and OWN not in place["chosen"] and before < NINE:
        place["chosen"].append(OWN)
    return _seen_by(move, place, before)


def place(state: State, room: Room, move: Move) -> set[str]:
    """Lay a chosen card; the card that lay there changes places with it."""
    mine = _unlocked(state, move)
    code = _my_card(state, mine, move.data["card"])
    slot = slot_named(move)
    if code not in mine["chosen"]:
        raise Refused(words.CHOOSE_FIRST, "card")
    mine["sort"] = with_card(mine["sort"], code, slot)
    return {f"seat:{move.who.seat}"}


def unplace(state: State, room: Room, move: Move) -> set[str]:
    """Take a card out of the diamond, back to the tray."""
    mine = _unlocked(state, move)
    code = _my_card(state, mine, move.data["card"])
    mine["sort"] = without_card(mine["sort"], code)
    return {f"seat:{move.who.seat}"}


def lock(state: State, room: Room, move: Move) -> set[str]:
    """Hand the sort in. Locking a locked sort changes nothing."""
    mine = _mine(state, move)
    if not is_full(mine["sort"]):
        raise Refused(words.PLACE_ALL, missing=NINE - len(mine["sort"]))
    if mine["locked_at"] is None:
        mine["locked_at"] = move.moment.now
    return {f"seat:{move.who.seat}", DESK, SCREEN}


def unlock(state: State, room: Room, move: Move) -> set[str]:
    """Take the sort back to change it, while the phase lasts."""
    _mine(state, move)["locked_at"] = None
    return {f"seat:{move.who.seat}", DESK, SCREEN}


# --- the whole room ---


def present(state: State, room: Room, move: Move) -> set[str]:
    """The desk picks the group that presents; with no letter, nobody does."""
    letter: str = move.data.get("group", "")
    if letter and letter not in room.groups:
        raise Refused(words.NO_SUCH_GROUP, "group")
    state["presenting"] = letter
    if letter and letter not in state["presented"]:
        state["presented"].append(letter)
    return set(EVERYONE)


def challenge(state: State, room: Room, move: Move) -> set[str]:
    """Note what the facilitator asked of a group, about one of its cards or all of it."""
    letter: str = move.data["group"]
    if letter not in room.groups:
        raise Refused(words.NO_SUCH_GROUP, "group")
    code: str = move.data.get("card", "")
    if code and not slot_of(board_of(state, letter)["sort"], code):
        raise Refused(words.BOARD_ONLY, "card")
    text = line_of(move.data, "text", LONGEST_LINE)
    if len(state["challenges"]) >= MOST_CHALLENGES:
        raise Refused(words.ENOUGH, "text", most=MOST_CHALLENGES)
    line = {"id": next_line(state), "group": letter, "card": code, "text": text}
    state["challenges"].append(line)
    return {DESK}


def unchallenge(state: State, room: Room, move: Move) -> set[str]:
    """Take a noted challenge away."""
    kept = [line for line in state["challenges"] if line["id"] != move.data["line"]]
    if len(kept) == len(state["challenges"]):
        raise Refused(words.GONE, "line")
    state["challenges"] = kept
    return {DESK}


def settle(state: State, room: Room, move: Move) -> set[str]:
    """Record the one item the room agreed, and a note; with no card, take it back."""
    code: str = move.data.get("card", "")
    if code and not text_of(state, code):
        raise Refused(words.NO_CARD, "card")
    note = line_of(move.data, "note", LONGEST_LINE, empty=True)
    state["final"] = {"card": code, "note": note} if code else None
    return set(EVERYONE)


def candidates(state: State, room: Room) -> list[tuple[str, str]]:
    """What the secret vote offers: cards that a group put in its top rows, else the whole list.

    Nothing when fewer people than the floor are here.
    """
    if len(room.seats) < room.floor:
        return []
    high = {
        code
        for letter in room.groups
        for slot, code in board_of(state, letter)["sort"].items()
        if ROW_OF[slot] <= 2
    }
    codes = [code for code in [*given(state), *own_codes(state)] if code in high] or given(state)
    return [(code, text_of(state, code)) for code in codes]


def waiting(state: State, room: Room) -> int:
    """How many have not finished this phase: people, then groups; never who."""
    places = [state["seats"][seat] for seat in room.seats if seat in state["seats"]]
    if room.phase == "choose":
        return sum(len(place["chosen"]) < NINE for place in places)
    if room.phase == "sort":
        return sum(place["locked_at"] is None for place in places)
    if room.phase == "groups":
        sitting = [letter for letter, seats in room.groups.items() if seats]
        return sum(board_of(state, letter)["locked_at"] is None for letter in sitting)
    return 0
