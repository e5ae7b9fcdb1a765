"""Names of schools as people type them: seeded, so that the same list comes out each time."""

import random
import re
from collections import Counter
from collections.abc import Sequence

from exchange.directory.matching import GENERIC, Entry, fold

# The seed of the list on which exchange/directory/matching.py was tuned, and seeds of lists that
# nothing was ever tuned on. Who tunes again chooses new ones for HELD.
TUNED_ON = 20_261_122
HELD = (4_711, 90_210, 31_415_926)
# Neighbours on a British keyboard.
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {
    sign: [row[at + step] for step in (-1, 1) if 0 <= at + step < len(row)]
    for row in ROWS
    for at, sign in enumerate(row)
}
CHURCH = re.compile(r"church of england|c of e|cofe", re.IGNORECASE)
TAIL = re.compile(r"(voluntary \w+ )?(primary|infant|junior|community)? ?school$", re.IGNORECASE)


def mistype(text: str, chance: random.Random) -> str:
    """One typing error: two signs swapped, one left out, doubled, or a neighbouring key hit
    instead of the right one or beside it."""
    places = [at for at, sign in enumerate(text) if sign.isalpha()]
    if len(places) < 2:
        return text
    at = chance.choice(places)
    kind = chance.choice(("swap", "drop", "double", "neighbour", "beside"))
    if kind == "swap" and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == "drop":
        return text[:at] + text[at + 1 :]
    if kind == "double":
        return text[:at] + text[at] + text[at:]
    wrong = chance.choice(NEIGHBOURS.get(text[at].lower(), "e"))
    return text[:at] + wrong + text[at + (kind != "beside") :]


def misremember(name: str, chance: random.Random) -> str:
    """A name without apostrophes and capitals, "St." and church words as people write them."""
    text = re.sub("['’.]", "", name).lower()
    if chance.random() < 0.5:
        text = CHURCH.sub(lambda _: chance.choice(("c of e", "ce", "cofe", "")), text)
    if chance.random() < 0.3:
        text = re.sub(r"\bst\b ?", lambda _: chance.choice(("", "saint ", "st. ")), text)
    if chance.random() < 0.4:
        text = TAIL.sub("", text) or text
    return " ".join(text.split())


def distinct(words: Sequence[str]) -> tuple[str, ...]:
    """What singles a name out: its words without "school", "primary" and their like."""
    return tuple(word for word in words if word not in GENERIC) or tuple(words)


def spoil(entries: Sequence[Entry], count: int, seed: int) -> list[tuple[str, int]]:
    """(question, key of the school meant): `count` names drawn and spoilt with two typing errors.

    Where more than ten schools share what is left of the name, the person adds the town; where
    that is not enough, the first half of the postcode: nobody could find the school otherwise.
    """
    chance = random.Random(seed)
    names = [distinct(fold(entry.name)) for entry in entries]
    alone = Counter(names)
    towns = Counter((name, entry.town) for name, entry in zip(names, entries, strict=True))
    questions: list[tuple[str, int]] = []
    for position in chance.sample(range(len(entries)), min(count, len(entries))):
        entry, name = entries[position], names[position]
        text = misremember(entry.name, chance)
        district = entry.postcode.split(" ")[0]
        crowded = alone[name] > 10
        if crowded and towns[(name, entry.town)] > 10 and district:
            extra = f" {district}"
        elif (crowded or chance.random() < 0.3) and entry.town:
            extra = f" {entry.town.lower()}"
        else:
            extra = ""
        for _ in range(2):
            text = mistype(text, chance)
        questions.append((text + extra, entry.key))
    return questions
