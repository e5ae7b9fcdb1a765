"""The rules of a group's board: laying cards together, reasons, what was argued over, dissent."""

from typing import Any

from exchange.activities.diamond_nine import words
from exchange.activities.diamond_nine.diamond import NINE, with_card, without_card
from exchange.activities.diamond_nine.play import (
    LONGEST_LINE,
    MOST_DISSENT,
    MOST_REASONS,
    board_of,
    line_of,
    may_lie,
    next_line,
    slot_named,
)
from exchange.live.plugin import DESK, SCREEN, Move, Refused, Room, State


def _my_group(move: Move) -> str:
    if not move.who.group:
        raise Refused(words.NO_GROUP)
    return move.who.group


def _ours(state: State, letter: str) -> dict[str, Any]:
    """The group's board, made now if the group was formed late. Call it after every check."""
    board: dict[str, Any] = state["groups"].setdefault(letter, board_of(state, letter))
    return board


def _movable(state: State, move: Move) -> tuple[str, str]:
    """(letter, card) of a card that the mover's group may move now."""
    letter = _my_group(move)
    code: str = move.data["card"]
    if code not in may_lie(state, letter):
        raise Refused(words.NO_CARD, "card")
    if board_of(state, letter)["locked_at"] is not None:
        raise Refused(words.GROUP_LOCKED)
    return letter, code


def group_place(state: State, room: Room, move: Move) -> set[str]:
    """Lay a card on the group's board; the card that lay there changes places with it."""
    letter, code = _movable(state, move)
    slot = slot_named(move)
    board = _ours(state, letter)
    board["sort"] = with_card(board["sort"], code, slot)
    return {f"group:{letter}", DESK}


def group_unplace(state: State, room: Room, move: Move) -> set[str]:
    """Take a card off the group's diamond, back to its tray."""
    letter, code = _movable(state, move)
    board = _ours(state, letter)
    board["sort"] = without_card(board["sort"], code)
    return {f"group:{letter}", DESK}


def group_lock(state: State, room: Room, move: Move) -> set[str]:
    """The group has agreed its diamond."""
    letter = _my_group(move)
    missing = NINE - len(board_of(state, letter)["sort"])
    if missing:
        raise Refused(words.GROUP_PLACE_ALL, missing=missing)
    board = _ours(state, letter)
    if board["locked_at"] is None:
        board["locked_at"] = move.moment.now
    return {f"group:{letter}", DESK, SCREEN}


def group_unlock(state: State, room: Room, move: Move) -> set[str]:
    """The group goes on changing its diamond."""
    letter = _my_group(move)
    _ours(state, letter)["locked_at"] = None
    return {f"group:{letter}", DESK, SCREEN}


def reason(state: State, room: Room, move: Move) -> set[str]:
    """Note a reason for a card, without names; a card may have many."""
    letter = _my_group(move)
    code: str = move.data["card"]
    if code not in may_lie(state, letter):
        raise Refused(words.NO_CARD, "card")
    text = line_of(move.data, "text", LONGEST_LINE)
    there = [line for line in board_of(state, letter)["reasons"] if line["card"] == code]
    if len(there) >= MOST_REASONS:
        raise Refused(words.ENOUGH, "text", most=MOST_REASONS)
    _ours(state, letter)["reasons"].append({"id": next_line(state), "card": code, "text": text})
    return {f"group:{letter}"}


def dissent(state: State, room: Room, move: Move) -> set[str]:
    """Note where somebody does not go along, without a name."""
    letter = _my_group(move)
    text = line_of(move.data, "text", LONGEST_LINE)
    if len(board_of(state, letter)["dissent"]) >= MOST_DISSENT:
        raise Refused(words.ENOUGH, "text", most=MOST_DISSENT)
    _ours(state, letter)["dissent"].append({"id": next_line(state), "text": text})
    return {f"group:{letter}"}


def strike(state: State, room: Room, move: Move) -> set[str]:
    """Take a reason or a dissent of the own group away."""
    letter = _my_group(move)
    board = board_of(state, letter)
    for kind in ("reasons", "dissent"):
        kept = [line for line in board[kind] if line["id"] != move.data["line"]]
        if len(kept) < len(board[kind]):
            board[kind] = kept
            return {f"group:{letter}"}
    raise Refused(words.GONE, "line")


def argue(state: State, room: Room, move: Move) -> set[str]:
    """Mark a card as argued over; marking it again changes nothing."""
    letter = _my_group(move)
    code: str = move.data["card"]
    if code not in may_lie(state, letter):
        raise Refused(words.NO_CARD, "card")
    board = _ours(state, letter)
    if code not in board["argued"]:
        board["argued"].append(code)
    return {f"group:{letter}"}


def unargue(state: State, room: Room, move: Move) -> set[str]:
    """Take the mark away."""
    letter = _my_group(move)
    board = board_of(state, letter)
    board["argued"] = [code for code in board["argued"] if code != move.data["card"]]
    return {f"group:{letter}"}
