"""The record's pictures: diamonds, and how people spread over the rows. Plain values for the SVG
templates; all lengths are in the template's own units. Readable in grey: form and words carry it.
"""

import textwrap
from typing import Any

from exchange.activities.diamond_nine import record, words
from exchange.activities.diamond_nine.play import board_of, given, letters, text_of
from exchange.activities.diamond_nine.tables import SORTS_ROWS, sorts
from exchange.live.plugin import Data, Picture, Room, State

WIDTH, CARD, HIGH, GAP, LINE = 720, 200, 104, 16, 16
SIGNS, LINES = 26, 6
BAR, STEP, TEXT = 380, 56, 300
#: Shade of each row's part of a bar, and of the words on it: dark on top, left out empty.
SHADES = (
    ("#1b1f2a", "#ffffff"), ("#4d5260", "#ffffff"), ("#9a9fab", "#000000"),
    ("#c3c7cf", "#000000"), ("#e6e8ec", "#000000"), ("#ffffff", "#000000"),
)  # fmt: skip


def pictures(state: State, room: Room) -> list[Picture]:
    """Every picture of the record; those from sorts made alone only from the room's floor up."""
    settled = record.final(state)
    agreed = settled["card"]["code"] if settled else ""
    return [
        *_consensus(state, room, agreed),
        *_spread(state, room),
        *(_group(state, letter, agreed) for letter in letters(state, room)),
    ]


def wrapped(text: str, signs: int = SIGNS, most: int = LINES) -> list[str]:
    """A card's words in lines that fit; what is too much even then ends with an ellipsis."""
    lines = textwrap.wrap(text, signs) or [""]
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][: signs - 1] + "…"]


def diamond(title: str, rows: list[list[dict[str, Any]]]) -> Data:
    """Where each card of a diamond stands. rows: each a list of {"text", "code", "agreed"}."""
    drawn = []
    for number, cards in enumerate(rows):
        left = (WIDTH - len(cards) * CARD - (len(cards) - 1) * GAP) / 2
        for at, card in enumerate(cards):
            x, y = left + at * (CARD + GAP), 56 + number * (HIGH + GAP)
            lines = wrapped(card["text"])
            top = y + (HIGH - len(lines) * LINE) / 2 + 12
            drawn.append(
                {
                    **card,
                    "x": round(x),
                    "y": round(y),
                    "middle": round(x + CARD / 2),
                    "lines": [
                        {"y": round(top + n * LINE), "text": line} for n, line in enumerate(lines)
                    ],
                }
            )
    return {
        "title": title, "cards": drawn, "width": WIDTH, "card": CARD, "high": HIGH,
        "height": 56 + 5 * (HIGH + GAP), "middle": WIDTH // 2,
    }  # fmt: skip


def _said(rows: list[list[dict[str, Any]]]) -> str:
    return " ".join(
        words.PICTURE_ROW.format(row=number, cards="; ".join(card["text"] for card in cards))
        for number, cards in enumerate(rows, 1)
    )


def _card(state: State, code: str, agreed: str) -> dict[str, Any]:
    text = text_of(state, code) if code else str(words.EMPTY_PLACE)
    return {"text": text, "code": code, "agreed": bool(code) and code == agreed}


def _group(state: State, letter: str, agreed: str) -> Picture:
    sort = board_of(state, letter)["sort"]
    places = (("1",), ("2a", "2b"), ("3a", "3b", "3c"), ("4a", "4b"), ("5",))
    rows = [[_card(state, sort.get(slot, ""), agreed) for slot in row] for row in places]
    title = words.PICTURE_GROUP.format(letter=letter)
    return Picture(
        f"group-{letter.lower()}", title, _said(rows), "groups", "diamond.svg",
        diamond(title, rows),
    )  # fmt: skip


def _consensus(state: State, room: Room, agreed: str) -> list[Picture]:
    figure = record.consensus_figure(state, room)
    if figure["why_not"]:
        return []
    rows = []
    for row in figure["rows"]:
        cards = [_card(state, card["code"], agreed) for card in row["cards"]]
        for tie in row["tied"]:
            names = f" {words.OR} ".join(card["text"] for card in tie["cards"])
            text = words.PICTURE_TIE.format(number=tie["number"], cards=names)
            cards += [{"text": text, "code": "", "agreed": False} for _ in tie["spots"]]
        rows.append(cards)
    title = str(words.READING["consensus"]["title"])
    drawn = diamond(title, rows)
    return [Picture("consensus", title, _said(rows), "consensus", "diamond.svg", drawn)]


def _spread(state: State, room: Room) -> list[Picture]:
    """Each card's bar: how many people put it into each row, highest average first."""
    found = sorts(state, room)
    if not found.rows:
        return []
    names = [*(words.ONE_ROW.format(row=row) for row in range(1, 6)), str(words.LEFT_OUT)]
    bars, said = [], []
    order = {code: at for at, code in enumerate(given(state))}
    for at, row in enumerate(sorted(found.rows, key=lambda row: (-row[8], order[row[0]]))):
        counts = list(row[2:8])
        bars.append(_bar(at, str(row[1]), counts))
        parts = ", ".join(f"{n} {name}" for n, name in zip(counts, names, strict=True) if n)
        said.append(f"{row[1]}: {parts}.")
    drawn = {
        "title": str(words.TABLES[SORTS_ROWS]),
        "bars": bars,
        "key": [
            {"x": 16 + at * 118, "name": name, "fill": SHADES[at][0]}
            for at, name in enumerate(names)
        ],
        "width": TEXT + BAR + 40,
        "height": 96 + len(bars) * STEP,
    }
    title, sentence = str(drawn["title"]), " ".join(said)
    return [Picture("spread", title, sentence, SORTS_ROWS, "spread.svg", drawn)]


def _bar(at: int, text: str, counts: list[int]) -> Data:
    y, x, parts, every = 92 + at * STEP, float(TEXT), [], sum(counts)
    for count, (fill, ink) in zip(counts, SHADES, strict=True):
        width = BAR * count / every if every else 0
        if count:
            parts.append(
                {
                    "x": round(x, 1), "width": round(width, 1), "middle": round(x + width / 2, 1),
                    "fill": fill, "ink": ink, "count": count,
                }
            )  # fmt: skip
        x += width
    lines = wrapped(text, 40, 3)
    return {
        "y": y,
        "base": y + 25,
        "parts": parts,
        "lines": [{"y": y + 25 - 8 * (len(lines) - 1) + 16 * n, "text": line}
                  for n, line in enumerate(lines)],
    }  # fmt: skip
