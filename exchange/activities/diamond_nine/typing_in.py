"""Diamonds written on paper, typed in by the letters of their cards. Pure.

A diamond is forgiving: "F AC BDE GH I", "facbdeghi", "F / A C / B D E / G H / I" and
"1: F; 2: A C; 3: B D E; 4: G H; 5: I" are the same.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from exchange.activities.diamond_nine import words
from exchange.activities.diamond_nine.diamond import NINE, ROWS, SLOTS, is_full
from exchange.activities.diamond_nine.paper import OWN_LETTER, lettered
from exchange.activities.diamond_nine.play import LONGEST_LINE
from exchange.activities.diamond_nine.setup import LONGEST, OWN, tidy
from exchange.core.translating import gettext_lazy as _
from exchange.live.plugin import Data, Field, Refused, Room, State, Typing

#: What a card is called on a sheet: a letter; Z, or Z1 and Z2 where a table has several own cards.
CARD = re.compile(r"[A-Y]|Z[1-9]?", re.IGNORECASE)
ROW = re.compile(r"(?<![A-Za-z0-9])([1-5])\s*[:.)]")
BETWEEN = re.compile(r"[\s,;/|.·\-–>]+")
ABOUT = re.compile(r"^([A-Za-z][1-9]?)\s*[:.)=\-–]\s*(.+)$")
VOTE = re.compile(r"([A-Za-z])\s*[:=x*]?\s*(\d{1,3})")

PERSON = Field("lines", "lines", label=_("Sheets of single people"), longest=300, required=False,
               hint=_("One sheet to a line: its nine letters from the top, for example FACBDEGHI. "
               "Before them, if it says so, the school's number and the role's letter: 3t. A card "
               "of one's own is Z, its words behind: FACBDEGHZ = More time to read."))  # fmt: skip
TABLE = (
    Field("diamond", label=_("The table's diamond"), longest=200, required=False,
          hint=_("Its nine letters from the top, for example FACBDEGHI.")),
    Field("argued", label=_("Argued over"), longest=80, required=False, hint=_("Letters.")),
    Field("reasons", "lines", label=_("Reasons"), longest=LONGEST_LINE + 10, required=False,
          hint=_("One to a line, each begins with its card: F: because …")),
    Field("dissent", "lines", label=_("Seen differently"), longest=LONGEST_LINE, required=False,
          hint=_("One to a line, in their words.")),
)  # fmt: skip
ROOM = (
    Field("agreed", label=_("The one most important, as the room agreed"), longest=8, required=False,
          hint=_("The letter of a card; nothing if the room did not agree.")),
    Field("note", label=_("A condition or note"), longest=LONGEST_LINE, required=False),
    Field("votes", label=_("The secret question"), longest=200, required=False,
          hint=_("Letters with the number of slips: A 5, C 3.")),
    Field("asked", "lines", label=_("What you asked the groups"), longest=LONGEST_LINE + 10,
          required=False, hint=_("One to a line, each begins with its group: B: why this above that?")),
)  # fmt: skip


# --- what was written ---


def read(setup: Data, part: str, values: Mapping[str, Any]) -> Data:
    """One sheet, or the room's; Refused says what is missing, doubled or unknown."""
    if part == "person":
        return _person(setup, str(values["line"]))
    return _table(setup, values) if part == "table" else _room(setup, values)


def _person(setup: Data, line: str) -> Data:
    letters, _equals, own = line.partition("=")
    sort = nine(setup, letters, whole=True)
    own = tidy(own)
    if len(own) > LONGEST:
        raise Refused(words.LONG_TEXT, "lines", count=len(own), most=LONGEST)
    brought = [card for card in sort.values() if card.startswith(OWN_LETTER)]
    if len(brought) > 1:
        raise Refused(words.TYPED_ONE_OWN, "lines")
    if brought and not own:
        raise Refused(words.TYPED_OWN_WORDS, "lines")
    if own and not brought:
        raise Refused(words.TYPED_OWN_PLACE, "lines")
    return {"sort": sort, "own": own}


def _table(setup: Data, values: Mapping[str, Any]) -> Data:
    return {
        "sort": nine(setup, values["diamond"], whole=False),
        "argued": list(dict.fromkeys(_cards(setup, values["argued"], "argued"))),
        "reasons": [_about(setup, line) for line in values["reasons"]],
        "dissent": [tidy(line) for line in values["dissent"]],
    }


def _room(setup: Data, values: Mapping[str, Any]) -> Data:
    agreed = values["agreed"].strip().upper()
    if agreed and agreed not in lettered(setup):
        raise Refused(words.TYPED_ONE_CARD, "agreed", last=_last(setup))
    if values["note"] and not agreed:
        raise Refused(words.TYPED_NOTE_ALONE, "agreed")
    return {
        "agreed": agreed,
        "note": values["note"],
        "votes": _votes(setup, values["votes"]),
        "asked": [_asked(line) for line in values["asked"]],
    }


def _votes(setup: Data, text: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for letter, count in VOTE.findall(text):
        (card,) = _cards(setup, letter, "votes", own=False)
        found[card] += int(count)
    if BETWEEN.sub("", VOTE.sub("", text)):
        raise Refused(words.TYPED_VOTES, "votes")
    return {card: count for card, count in found.items() if count}


def _about(setup: Data, line: str) -> list[str]:
    found = ABOUT.match(line)
    if found is None:
        raise Refused(words.TYPED_REASON, "reasons")
    (card,) = _cards(setup, found[1], "reasons")
    return [card, _line(found[2], "reasons")]


def _asked(line: str) -> list[str]:
    found = ABOUT.match(line)
    if found is None:
        raise Refused(words.TYPED_ASKED, "asked")
    return [found[1].upper(), _line(found[2], "asked")]


def _line(text: str, field: str) -> str:
    line = tidy(text)
    if len(line) > LONGEST_LINE:
        raise Refused(words.LONG_TEXT, field, count=len(line), most=LONGEST_LINE)
    return line


def _last(setup: Data) -> str:
    return list(lettered(setup))[-1]


def _cards(setup: Data, text: str, field: str, *, own: bool = True) -> list[str]:
    """The cards that letters name, as they are called on paper ("F", "Z1")."""
    known, found = lettered(setup), []
    rest = CARD.sub("", text)
    if BETWEEN.sub("", rest):
        strange = BETWEEN.sub("", rest)[:1]
        raise Refused(words.TYPED_STRANGE, field, sign=strange, last=_last(setup))
    for name in CARD.findall(text.upper()):
        if name.startswith(OWN_LETTER) and not (own and setup["blank"]):
            raise Refused(words.TYPED_NO_OWN, field)
        if not name.startswith(OWN_LETTER) and name not in known:
            raise Refused(words.TYPED_NO_CARD, field, card=name, last=_last(setup))
        found.append(name)
    return found


def nine(setup: Data, text: str, *, whole: bool) -> dict[str, str]:
    """Place -> card on paper, of a diamond as it was typed.

    whole  nine are needed; else none, or with row numbers some, may be
    """
    field = "lines" if whole else "diamond"
    parts = ROW.split(text)
    if len(parts) > 1:
        sort = _by_rows(setup, parts, field)
    else:
        cards = _cards(setup, text, field)
        _once(cards, field)
        if len(cards) not in {NINE, *([] if whole else [0])}:
            raise Refused(_count(setup, cards), field)
        sort = dict(zip(SLOTS, cards, strict=False))
    if whole and not is_full(sort):
        raise Refused(_count(setup, list(sort.values())), field)
    return {slot: sort[slot] for slot in SLOTS if slot in sort}


def _by_rows(setup: Data, parts: list[str], field: str) -> dict[str, str]:
    if BETWEEN.sub("", parts[0]):
        raise Refused(words.TYPED_ROWS, field)
    sort: dict[str, str] = {}
    for row, text in zip(map(int, parts[1::2]), parts[2::2], strict=True):
        cards = _cards(setup, text, field)
        places = ROWS[row - 1]
        if len(cards) > len(places) or any(slot in sort for slot in places):
            raise Refused(words.TYPED_ROW, field, row=row, count=len(cards), places=len(places))
        sort |= dict(zip(places, cards, strict=False))
    _once(list(sort.values()), field)
    return sort


def _once(cards: list[str], field: str) -> None:
    twice = [card for card, count in Counter(cards).items() if count > 1]
    if twice:
        raise Refused(words.TYPED_TWICE, field, cards=", ".join(twice))


def _count(setup: Data, cards: list[str]) -> str:
    known = lettered(setup)
    missing = [letter for letter in known if letter not in cards]
    if len(known) == NINE and len(cards) < NINE:
        return words.TYPED_MISSING.format(count=len(cards), cards=", ".join(missing))
    return words.TYPED_COUNT.format(count=len(cards))


# --- the moves it makes ---


def moves(state: State, room: Room, typed: Data) -> list[tuple[str, str, Data]]:
    """The moves of this phase, for every sheet."""
    made: list[tuple[str, str, Data]] = []
    for letter, table in typed["tables"].items():
        if room.phase in ("choose", "sort"):
            for seat, sheet in table["people"].items():
                make = _choosing if room.phase == "choose" else _sorting
                made += [(seat, kind, data) for kind, data in make(state, seat, sheet)]
        elif room.phase == "groups":
            made += [(table["captain"], kind, data) for kind, data in _group(state, letter, table)]
    if room.phase == "present":
        made += [("desk", "challenge", {"group": group, "card": "", "text": text})
                 for group, text in typed["room"]["asked"]]  # fmt: skip
    if room.phase == "agree" and typed["room"]["agreed"]:
        card = lettered(state["setup"])[typed["room"]["agreed"]]
        made.append(("desk", "settle", {"card": card, "note": typed["room"]["note"]}))
    return made


def _choosing(state: State, seat: str, sheet: Data) -> list[tuple[str, Data]]:
    codes = [_own_or(state, card, OWN) for card in sheet["sort"].values()]
    chosen = state["seats"][seat]["chosen"]
    away = [("unchoose", {"card": code}) for code in chosen if code not in codes]
    own = [("own_card", {"text": sheet["own"]})] if sheet["own"] else []
    taken = [("choose", {"card": code}) for code in codes if code != OWN and code not in chosen]
    return [*away, *own, *taken]


def _sorting(state: State, seat: str, sheet: Data) -> list[tuple[str, Data]]:
    placed: list[tuple[str, Data]] = [
        ("place", {"card": _own_or(state, card, OWN), "slot": slot})
        for slot, card in sheet["sort"].items()
    ]
    return [*placed, ("lock", {})]


def _group(state: State, letter: str, table: Data) -> list[tuple[str, Data]]:
    sheet = table["sheet"]
    owned = [
        state["seats"][seat]["own_code"] for seat, one in table["people"].items() if one["own"]
    ]

    def code(card: str) -> str:
        if not card.startswith(OWN_LETTER):
            return _own_or(state, card, "")
        at = int(card[1:] or 1) - 1
        if at >= len(owned) or (card == OWN_LETTER and len(owned) > 1):
            raise Refused(words.TYPED_WHOSE, letter=letter, card=card, count=len(owned))
        return str(owned[at])

    made: list[tuple[str, Data]] = [
        ("group_place", {"card": code(card), "slot": slot}) for slot, card in sheet["sort"].items()
    ]
    made += [("argue", {"card": code(card)}) for card in sheet["argued"]]
    made += [("reason", {"card": code(card), "text": text}) for card, text in sheet["reasons"]]
    made += [("dissent", {"text": text}) for text in sheet["dissent"]]
    return [*made, ("group_lock", {})] if is_full(sheet["sort"]) else made


def _own_or(state: State, card: str, own: str) -> str:
    """The code of a card as paper calls it; `own` for a card of somebody's own."""
    return own if card.startswith(OWN_LETTER) else lettered(state["setup"])[card]


def votes(state: State, room: Room, typed: Data) -> dict[str, int]:
    """How many slips named each card: on paper any card of the list may be written."""
    known = lettered(state["setup"])
    return {known[card]: count for card, count in typed["room"]["votes"].items()}


def signs(setup: Data) -> list[tuple[str, str]]:
    """Letter and words of every card, as they are printed."""
    cards = zip(lettered(setup), (card["text"] for card in setup["cards"]), strict=True)
    return [*cards, *([(OWN_LETTER, str(words.TYPED_OWN))] if setup["blank"] else [])]


TYPING = Typing(
    read=read, moves=moves, votes=votes, signs=signs, table=TABLE, room=ROOM, person=PERSON
)
