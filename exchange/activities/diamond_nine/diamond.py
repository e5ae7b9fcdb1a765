"""The shape: nine places in five rows of 1, 2, 3, 2 and 1. Places of one row are equal.

A sort is a mapping from place to card code. Nothing here knows whose sort it is.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from exchange.activities.diamond_nine import words
from exchange.core.translating import once_a_language

Sort = Mapping[str, str]

ROWS: tuple[tuple[str, ...], ...] = (
    ("1",),
    ("2a", "2b"),
    ("3a", "3b", "3c"),
    ("4a", "4b"),
    ("5",),
)
SLOTS: tuple[str, ...] = tuple(slot for row in ROWS for slot in row)
ROW_OF: dict[str, int] = {slot: number for number, row in enumerate(ROWS, 1) for slot in row}
NINE = len(SLOTS)


@once_a_language
def place_names() -> Mapping[str, str]:
    """The places in words, for the ear and for lists: "3b" -> "row 3, place 2 of 3"."""
    between = {
        slot: words.PLACE.format(row=number, place=at, of=len(row))
        for number, row in enumerate(ROWS, 1)
        for at, slot in enumerate(row, 1)
    }
    ends = {ROWS[0][0]: str(words.TOP), ROWS[-1][0]: str(words.BOTTOM)}
    return MappingProxyType(between | ends)


def slot_of(sort: Sort, card: str) -> str:
    """The place where the card lies, or ""."""
    return next((slot for slot, there in sort.items() if there == card), "")


def with_card(sort: Sort, card: str, slot: str) -> dict[str, str]:
    """The sort with `card` at `slot`.

    A card that lay there changes places with it: it goes where `card` came from, or back to
    the tray when `card` came from the tray.
    """
    before = slot_of(sort, card)
    other = sort.get(slot, "")
    after = {key: there for key, there in sort.items() if there != card}
    after[slot] = card
    if before and other and other != card:
        after[before] = other
    return {key: after[key] for key in SLOTS if key in after}


def without_card(sort: Sort, card: str) -> dict[str, str]:
    """The sort with `card` taken back to the tray."""
    return {slot: there for slot, there in sort.items() if there != card}


def is_full(sort: Sort) -> bool:
    """All nine places hold a card."""
    return len(sort) == NINE


def drawn(sort: Sort, text_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """The sort as rows of places with their cards' words, for pages."""
    names = place_names()
    return [
        {
            "row": number,
            "places": [
                {
                    "slot": slot,
                    "words": names[slot],
                    "card": {"code": sort[slot], "text": text_of(sort[slot])}
                    if slot in sort
                    else None,
                }
                for slot in row
            ],
        }
        for number, row in enumerate(ROWS, 1)
    ]
