"""Setting a run up: the cards, the blank card, who sees what; and what people are told of it."""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from exchange.activities.diamond_nine import words
from exchange.activities.diamond_nine.diamond import NINE
from exchange.core.translating import gettext as _
from exchange.core.translating import gettext_lazy
from exchange.live.plugin import Data, Field, Refused

OWN = "own"
MOST_IMPORTANT = gettext_lazy("most important")
MOST_CARDS = 25
LONGEST = 120
#: Headings that name the column of cards in a pasted table.
HEADINGS = {"card", "cards", "text", "item", "items", "statement"}
_BULLET = re.compile(r"^(?:[-*•–]|\d{1,2}[.)])\s+")
#: What our own CSV puts before a cell that a spreadsheet would take for a formula.
_HARMLESS = re.compile(r"^'(?='*[=+\-@])")


def pack_choices(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The card sets to choose from, and our own cards last."""
    packs = context.get("packs", {}).get("card_set", [])
    return [
        *(
            (
                pack["key"],
                _("{title} ({count} cards)").format(title=pack["title"], count=len(pack["cards"])),
            )
            for pack in packs
        ),
        (OWN, _("Our own cards, typed or pasted below")),
    ]


FIELDS: tuple[Field, ...] = (
    Field(
        "criterion",
        label=gettext_lazy("Sort by what?"),
        hint=gettext_lazy("Completes the question, for example: most important for our pupils."),
        initial=MOST_IMPORTANT,
        longest=80,
    ),
    Field("cards", "choice", label=gettext_lazy("Cards"), choices=pack_choices),
    Field(
        "lines",
        "lines",
        label=gettext_lazy("Our own cards"),
        hint=gettext_lazy(
            "One card to a line, 9 to 25 cards of up to 120 characters. "
            "A column copied from a spreadsheet will do."
        ),
        required=False,
        longest=1000,
    ),
    Field(
        "blank",
        "yes",
        label=gettext_lazy("Each person may write one card of their own"),
        hint=gettext_lazy("Such cards stand outside the figures and are listed separately."),
        required=False,
    ),
    Field(
        "privacy",
        "choice",
        label=gettext_lazy("Who sees the sort that each person makes alone?"),
        initial="private",
        choices=(
            ("private", gettext_lazy("Nobody else")),
            ("own_group", gettext_lazy("Their own group, once it is locked")),
        ),
    ),
    Field(
        "afterwards",
        "choice",
        label=gettext_lazy("Who may see the groups' diamonds afterwards?"),
        initial="seats",
        choices=(
            ("seats", gettext_lazy("Those who took part")),
            ("network", gettext_lazy("Those who took part, and the network once released")),
        ),
    ),
)


def tidy(text: str) -> str:
    """One line of words: no control characters, single spaces, nothing at the ends."""
    shown = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(shown.split())


def same(text: str) -> str:
    """What two texts have in common when they are the same card to a reader."""
    return unicodedata.normalize("NFKC", tidy(text)).casefold().rstrip(".")


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _headed_column(lines: Sequence[tuple[int, str]]) -> list[tuple[int, str]] | None:
    """The column named card, text, ... of a pasted table with a heading row; None if it has none."""
    first = lines[0][1]
    delimiter = next((sign for sign in "\t;," if sign in first), ",")
    heads = [tidy(cell).casefold() for cell in _cells(first, delimiter)]
    if any(" " in head for head in heads) or not HEADINGS.intersection(heads):
        return None
    column = next(place for place, head in enumerate(heads) if head in HEADINGS)
    found = []
    for number, line in lines[1:]:
        cells = _cells(line, delimiter) if len(heads) > 1 else [_one_cell(line, number)]
        if len(cells) <= column:
            raise Refused(words.NO_COLUMN, "lines", line=number, column=heads[column])
        found.append((number, cells[column]))
    return found


def _one_cell(line: str, number: int) -> str:
    """The text of a line: commas belong to it unless the line is quoted like a table's cell."""
    cells = line.split("\t")
    if line.startswith('"'):
        try:
            cells = next(csv.reader([line], strict=True), [])
        except csv.Error:
            return line  # a sentence that only begins with a quotation
    filled = [cell for cell in cells if tidy(cell)]
    if len(filled) > 1:
        raise Refused(words.COLUMNS, "lines", line=number)
    return filled[0] if filled else ""


def read_lines(lines: Sequence[str]) -> list[str]:
    """The different cards in typed or pasted lines, blanks and repeats removed.

    Takes plain lines, a quoted column, or a table whose heading row names the column. Raises
    Refused with the line's number for several columns without a heading, or a card too long.
    """
    numbered = [(number, line.lstrip("\ufeff")) for number, line in enumerate(lines, 1)]
    numbered = [(number, line) for number, line in numbered if tidy(line)]
    if not numbered:
        return []
    column = _headed_column(numbered)
    if column is None:
        column = [(number, _one_cell(line, number)) for number, line in numbered]
    cards: dict[str, str] = {}
    for number, cell in column:
        text = _HARMLESS.sub("", _BULLET.sub("", tidy(cell)))
        if len(text) > LONGEST:
            raise Refused(words.LONG_CARD, "lines", line=number, count=len(text), most=LONGEST)
        if text:
            cards.setdefault(same(text), text)
    return list(cards.values())


def _checked(texts: Sequence[str]) -> None:
    if len(texts) < NINE:
        raise Refused(words.TOO_FEW_CARDS, "lines", count=len(texts))
    if len(texts) > MOST_CARDS:
        raise Refused(words.TOO_MANY_CARDS, "lines", count=len(texts), most=MOST_CARDS)


def _from_pack(pack: Mapping[str, Any]) -> list[dict[str, str]]:
    """The pack's cards with their codes, or with ours where a code could be taken for an own card."""
    cards = [{"code": str(card["code"]), "text": tidy(card["text"])} for card in pack["cards"]]
    codes = {card["code"] for card in cards}
    if len(codes) < len(cards) or any(code.startswith(OWN) for code in codes):
        cards = [{**card, "code": f"c{number}"} for number, card in enumerate(cards, 1)]
    return cards


def setup(values: Mapping[str, Any], context: Mapping[str, Any]) -> Data:
    """The run's set-up from the form's values; Refused(sentence, field) names what to mend."""
    packs = {pack["key"]: pack for pack in context.get("packs", {}).get("card_set", [])}
    chosen = str(values.get("cards") or "")
    typed = [str(line) for line in values.get("lines") or []]
    if any(tidy(line) for line in typed) and chosen in packs:
        raise Refused(words.SET_AND_LINES, "lines")
    if chosen == OWN:
        texts = read_lines(typed)
        if not texts:
            raise Refused(words.TYPE_CARDS, "lines")
        cards = [{"code": f"c{number}", "text": text} for number, text in enumerate(texts, 1)]
        source = ""
    elif chosen in packs:
        cards, source = _from_pack(packs[chosen]), str(packs[chosen]["title"])
    else:
        raise Refused(words.CHOOSE_SET, "cards")
    _checked([card["text"] for card in cards])
    privacy, afterwards = values.get("privacy"), values.get("afterwards")
    if privacy not in ("private", "own_group"):
        raise Refused(words.WHO_SEES_SORTS, "privacy")
    if afterwards not in ("seats", "network"):
        raise Refused(words.WHO_SEES_GROUPS, "afterwards")
    return {
        "criterion": tidy(str(values.get("criterion") or "")) or str(MOST_IMPORTANT),
        "cards": cards,
        "source": source,
        "blank": values.get("blank") in (True, "yes", "on", "true", "1"),
        "privacy": privacy,
        "afterwards": afterwards,
    }


def announce(made: Data) -> list[str]:
    """What people are told before they join; none of it can change after opening."""
    told = [words.TELL_OWN_GROUP if made["privacy"] == "own_group" else words.TELL_PRIVATE]
    told.append(words.TELL_TRAY)
    if made["blank"]:
        told.append(words.TELL_OWN_CARD)
    told.append(words.TELL_FIGURES)
    told.append(words.TELL_NETWORK if made["afterwards"] == "network" else words.TELL_SEATS)
    return [str(sentence) for sentence in told]
