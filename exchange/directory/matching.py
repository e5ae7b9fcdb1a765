"""Find a school by what people remember of it: a search that forgives.

Pure: an index over plain entries, no Django and no database. Two roads lead to a candidate:
its words (each word of the question against all words in use, by edit distance) and its name as
a whole without blanks (for words run together or torn apart). Candidates are then weighed in
one formula, see `SchoolIndex._weigh`.
"""

import heapq
import math
import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, Indel

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Entry:
    """One school as the index needs it; `key` is what a search gives back.

    `places` are names of places, other than the town, that a person may add: locality, authority.
    """

    key: int
    name: str
    number: str = ""
    postcode: str = ""
    town: str = ""
    places: tuple[str, ...] = ()
    is_open: bool = True
    easting: int | None = None
    northing: int | None = None


# Ways of writing the same word. Applied to whole words, after folding.
SAME = {
    "saint": "st", "saints": "ss", "sts": "ss", "roman": "", "rc": "catholic", "cofe": "ce",
    "coe": "ce", "cofee": "ce", "infants": "infant", "juniors": "junior", "inf": "infant",
    "jnr": "junior", "jun": "junior", "prim": "primary", "pri": "primary", "sec": "secondary",
    "sch": "school", "schl": "school", "schools": "school", "acad": "academy",
    "comm": "community", "coll": "college", "prep": "preparatory", "nurs": "nursery",
    "vc": "controlled", "va": "aided", "voluntary": "", "and": "", "the": "", "of": "",
    "upon": "", "on": "", "in": "", "for": "", "at": "", "a": "", "y": "", "mt": "mount",
    "rd": "road", "ln": "lane", "gt": "great", "ctr": "centre", "center": "centre",
}  # fmt: skip
# Said of a school rather than being its name; people leave them out or mix them up.
GENERIC = frozenset({
    "school", "primary", "secondary", "academy", "junior", "infant", "nursery", "first", "middle",
    "high", "college", "community", "ce", "catholic", "aided", "controlled", "st", "ss", "cp",
    "ysgol", "preparatory", "grammar", "comprehensive", "special", "technology", "sixth", "form",
    "foundation", "centre",
})  # fmt: skip
APOSTROPHES = re.compile("['’‘`´ʼ]")
CHURCH = re.compile(r"church of england|\b(?:c\W{0,3}(?:of|o)\W{0,3}e|c\W{0,2}e)\b")
INITIALS = re.compile(r"\b([a-z])\.\s?(?=[a-z]\b)")
WORDS = re.compile(r"[a-z0-9]+")
POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)(?:\s*(\d[a-z]{0,2}))?\b")
NUMBER = re.compile(r"\b\d{4,12}\b")
LONGEST_QUESTION = 200
MOST_WORDS = 12

# How much counts what; tuned on one list of spoilt names, judged by bench/search.py on others.
NEAR_WORTH, NEAR_METRES = 0.2, 20_000.0
CORE_COUNTS = 0.9
TORN = 0.8
# What a word weighs that no school has.
STRANGE = 6.0
OWN, GENERAL, PLACE = range(3)
CLOSED_COSTS = 0.06
LEAST = 0.42
CANDIDATES = 160
WHOLE_CANDIDATES = 60
# A word that leads to more schools than this chooses no candidates; it only weighs them.
COMMON = 6_000
# Words whose mistyped forms are kept at hand; enough for a term of questions.
REMEMBERED = 5_000


def fold(text: str) -> list[str]:
    """The words of a name or a question in the form they are compared by.

    >>> fold("St. Mary's C of E (V.A.) Primary School")
    ['st', 'marys', 'ce', 'aided', 'primary', 'school']
    """
    text = unicodedata.normalize("NFKD", text[:LONGEST_QUESTION].casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    text = CHURCH.sub(" ce ", APOSTROPHES.sub("", text))
    words: list[str] = []
    for word in WORDS.findall(INITIALS.sub(r"\1", text)):
        # "Mary s" is "Mary's" with the apostrophe lost on the way.
        if word == "s" and words:
            words[-1] += "s"
        elif word := SAME.get(word, word):
            words.append(word)
    return words


def squeeze_postcode(text: str) -> str:
    return "".join(text.split()).casefold()


def split_question(text: str) -> tuple[list[str], str, str]:
    """A question taken apart: (words, postcode or its beginning, register number)."""
    text = text[:LONGEST_QUESTION].casefold()
    number = ""
    if match := NUMBER.search(text):
        number = match[0]
        text = text.replace(number, " ", 1)
    postcode = ""
    if match := POSTCODE.search(text):
        postcode = match[1] + (match[2] or "")
        text = text[: match.start()] + " " + text[match.end() :]
    return fold(text)[:MOST_WORDS], postcode, number


def _slips_allowed(word: str) -> int:
    """Typing errors a word of this length may hold and still be itself."""
    return 0 if len(word) < 3 else 1 if len(word) < 5 else 2


class SchoolIndex:
    """Schools held in memory for searching. Built once, read by any number of threads."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Build from entries; about one second and 60 MB for 50,000."""
        self._entries = list(entries)
        self._names: list[tuple[str, ...]] = []
        self._places: list[frozenset[str]] = []
        self._wholes: list[str] = []
        self._cores: list[str] = []
        postings: dict[str, array[int]] = {}
        alike_places: dict[tuple[str, ...], frozenset[str]] = {}
        for position, entry in enumerate(self._entries):
            name = tuple(fold(entry.name))
            named = (entry.town, *entry.places)
            places = alike_places.get(named)
            if places is None:
                places = frozenset(word for place in named for word in fold(place))
                alike_places[named] = places
            self._names.append(name)
            self._places.append(places)
            self._wholes.append("".join(word for word in name if word != "school"))
            self._cores.append("".join(word for word in name if word not in GENERIC))
            for word in places.union(name):
                postings.setdefault(word, array("I")).append(position)
        self._postings = postings
        # Sorted, so that the beginnings of words can be looked up.
        self._words = sorted(postings)
        # By length, so that a word is compared only with words it can have been.
        self._lengths: dict[int, list[str]] = {}
        for word in self._words:
            self._lengths.setdefault(len(word), []).append(word)
        self._slips: dict[str, dict[str, float]] = {}
        count = len(self._entries) or 1
        self._weights = {w: math.log(1 + count / len(p)) for w, p in postings.items()}
        # Two registers may use the same number.
        self._by_number: dict[str, list[int]] = {}
        for position, entry in enumerate(self._entries):
            if entry.number:
                self._by_number.setdefault(entry.number, []).append(position)
        self._postcodes = sorted(
            (squeeze_postcode(e.postcode), p) for p, e in enumerate(self._entries) if e.postcode
        )
        self._points = self._locate()

    def __len__(self) -> int:
        return len(self._entries)

    # --- places ---------------------------------------------------------------------------

    def _locate(self) -> list[Point | None]:
        """A point for every entry: its own, else the middle of its postcode, district or town."""
        sums: dict[str, list[float]] = {}
        for entry in self._entries:
            if entry.easting is None or entry.northing is None:
                continue
            for name in _place_names(entry):
                total = sums.setdefault(name, [0.0, 0.0, 0.0])
                total[0] += entry.easting
                total[1] += entry.northing
                total[2] += 1
        self._middles = {name: (e / n, u / n) for name, (e, u, n) in sums.items()}
        points: list[Point | None] = []
        for entry in self._entries:
            if entry.easting is not None and entry.northing is not None:
                points.append((float(entry.easting), float(entry.northing)))
            else:
                names = (self._middles.get(name) for name in _place_names(entry))
                points.append(next((point for point in names if point), None))
        return points

    def place(self, text: str) -> Point | None:
        """Where a postcode, its first half or a town lies, judged by the schools there."""
        postcode, folded = squeeze_postcode(text), " ".join(fold(text))
        for name in (postcode, postcode[:-3] or "-", f"town {folded}", f"area {folded}"):
            if name in self._middles:
                return self._middles[name]
        return None

    def _place_within(self, words: Sequence[str], postcode: str) -> Point | None:
        """The place a question names beside the school: its postcode, or a town at its end."""
        if postcode and words:
            return self.place(postcode)
        for length in range(min(3, len(words) - 1), 0, -1):
            for kind in ("town", "area"):
                middle = self._middles.get(f"{kind} {' '.join(words[-length:])}")
                if middle:
                    return middle
        return None

    def point(self, key: int) -> Point | None:
        """Where the school with this key lies, as well as we know."""
        for entry, point in zip(self._entries, self._points, strict=True):
            if entry.key == key:
                return point
        return None

    # --- searching ------------------------------------------------------------------------

    def search(self, text: str, *, near: Point | str | None = None, limit: int = 10) -> list[int]:
        """Keys of the schools that `text` may mean, best first; empty when nothing is like it.

        `text`: name, town, postcode (also its beginning), register number, or several of them.
        `near`: a point on the grid, or a postcode or town; of like matches the nearer come first.
        """
        words, postcode, number = split_question(text)
        if isinstance(near, str):
            near = self.place(near)
        if near is None:
            near = self._place_within(words, postcode)
        scores: dict[int, float] = {}
        bonus = self._by_code(postcode, number)
        if words:
            asked = self._ask(words)
            for position in self._candidates(asked) | set(bonus):
                score = self._weigh(position, asked)
                if score >= LEAST or position in bonus:
                    scores[position] = score + bonus.get(position, 0.0)
        else:
            scores = bonus
        ranked = sorted(
            (
                (-self._settle(position, score, near), self._entries[position].name, position)
                for position, score in scores.items()
            ),
        )
        return [self._entries[position].key for _, _, position in ranked[: max(0, limit)]]

    def _settle(self, position: int, score: float, near: Point | None) -> float:
        """The score with what is not about words: open before closed, near before far."""
        if not self._entries[position].is_open:
            score -= CLOSED_COSTS
        point = self._points[position]
        if near is not None and point is not None:
            score += NEAR_WORTH / (1 + math.dist(near, point) / NEAR_METRES)
        return score

    def _by_code(self, postcode: str, number: str) -> dict[int, float]:
        """Positions found by postcode or register number, with what that is worth."""
        found: dict[int, float] = {}
        if number:
            # Some countries write postcodes in figures alone.
            found.update(self._beginning_with(number))
            if number in self._by_number:
                found.update(dict.fromkeys(self._by_number[number], 2.0))
            else:
                likely = process.extract(
                    number, self._by_number.keys(), scorer=OSA.distance, score_cutoff=2, limit=200
                )
                worths = {other: 1.2 - 0.3 * slips for other, slips, _ in likely}
                worths |= {other: 1.0 for other in self._by_number if other.startswith(number)}
                for other, worth in worths.items():
                    for position in self._by_number[other]:
                        found[position] = max(worth, found.get(position, 0.0))
        if postcode:
            found.update(self._by_postcode(postcode))
        return found

    def _beginning_with(self, postcode: str) -> dict[int, float]:
        found: dict[int, float] = {}
        start = bisect_left(self._postcodes, (postcode, -1))
        for held, position in self._postcodes[start : start + 5_000]:
            if not held.startswith(postcode):
                break
            # "S1" is the district S1 rather than the beginning of S10.
            found[position] = 1.2 if postcode in (held, held[:-3]) else 0.9
        return found

    def _by_postcode(self, postcode: str) -> dict[int, float]:
        found = self._beginning_with(postcode)
        if not found and len(postcode) >= 5:
            codes = [held for held, _ in self._postcodes]
            for _, slips, at in process.extract(
                postcode, codes, scorer=OSA.distance, score_cutoff=2, limit=100
            ):
                found[self._postcodes[at][1]] = 1.0 - 0.2 * slips
        return found

    def _alike(self, word: str, *, last: bool) -> dict[str, float]:
        """Words in use that `word` may stand for, with how likely (1 = the same word).

        The last word of a question may be unfinished.
        """
        alike = self._slips.get(word)
        if alike is None:
            alike = self._mistyped(word)
            if len(self._slips) < REMEMBERED:
                self._slips[word] = alike
        if last and len(word) >= 2:
            alike = dict(alike)
            start = bisect_left(self._words, word)
            for other in self._words[start : start + 300]:
                if not other.startswith(word):
                    break
                alike[other] = max(alike.get(other, 0.0), 0.7 + 0.3 * len(word) / len(other))
        return alike

    def _mistyped(self, word: str) -> dict[str, float]:
        slips = _slips_allowed(word)
        alike: dict[str, float] = {}
        for length in range(len(word) - slips, len(word) + slips + 1):
            for other, distance, _ in process.extract(
                word,
                self._lengths.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=slips,
                limit=100,
            ):
                alike[other] = 1.0 - distance / max(len(word), length, 4)
        return alike

    def _candidates(self, asked: "_Asked") -> set[int]:
        """Positions worth weighing, by shared words and by the name as a whole."""
        sums: dict[int, float] = {}
        for one in asked.words:
            best: dict[int, float] = {}
            worths = sorted(
                (likeness * self._weights[word], word) for word, likeness in one.alike.items()
            )
            for worth, word in worths:
                # The best likeness comes last and replaces the others.
                if len(self._postings[word]) <= COMMON:
                    best.update(dict.fromkeys(self._postings[word], worth))
            for position, worth in best.items():
                sums[position] = sums.get(position, 0.0) + worth
        chosen = set(heapq.nlargest(CANDIDATES, sums, key=sums.__getitem__))
        if len(asked.whole) >= 4:
            chosen.update(
                at
                for _, _, at in process.extract(
                    asked.whole,
                    self._wholes,
                    scorer=Indel.normalized_similarity,
                    score_cutoff=0.7,
                    limit=WHOLE_CANDIDATES,
                )
            )
        return chosen

    def _weigh(self, position: int, asked: "_Asked") -> float:
        """How well one school answers the question, about 0 to 1.

        Half: the share of the question's words (weighed by rarity) found in name or place.
        A third: likeness of the name as letters, whole or without generic words. The rest: the
        share of the name's own words that the question holds, where words such as "school" or
        "primary" count little. Words that stand in the place and not in the name are kept out of
        the comparison of letters.
        """
        name, places = self._names[position], self._places[position]
        # Weights asked for and found: of the name's own words, of generic words and of places.
        asked_for, found = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        used: dict[str, float] = {}
        rest: list[_Word] = []
        for word in asked.words:
            best, by = _best(word.alike, name)
            best_place, place = _best(word.alike, places)
            kind = GENERAL if word.is_generic else OWN
            if best_place > best:
                kind, best = PLACE, best_place
                weight = self._weights[place]
            else:
                weight = self._weights[by] if by else word.weight
            asked_for[kind] += weight * word.factor
            found[kind] += weight * word.factor * best
            if by:
                used[by] = max(used.get(by, 0.0), best)
            if by or not place:
                rest.append(word)
        whole, core = asked.whole, asked.core
        if len(rest) < len(asked.words):
            whole, core = _joined(rest)
        held = self._wholes[position]
        letters = max(fuzz.ratio(asked.whole, held), fuzz.ratio(whole, held)) / 100
        if core:
            letters = max(letters, CORE_COUNTS * fuzz.ratio(core, self._cores[position]) / 100)
        # Words run together or torn apart: then the letters say more than the words.
        torn = CORE_COUNTS * letters if letters > TORN else 0.0
        found[OWN] = max(found[OWN], torn * asked_for[OWN])
        total = sum(asked_for)
        share = sum(found) / total if total else 0.0
        return 0.5 * share + 0.33 * letters + 0.17 * self._own_share(name, used, torn)

    def _own_share(self, name: tuple[str, ...], used: dict[str, float], torn: float) -> float:
        """The share of a name's own words that a question holds; generic ones count little."""
        whole = found = 0.0
        for word in name:
            if word in GENERIC:
                weight, best = self._weights[word] * 0.4, used.get(word, 0.0)
            else:
                weight, best = self._weights[word], max(torn, used.get(word, 0.0))
            whole += weight
            found += weight * best
        return found / whole if whole else 0.0

    def _ask(self, words: Sequence[str]) -> "_Asked":
        """The words of a question with all that is the same for every school."""
        found = []
        for word in words:
            alike = self._alike(word, last=word is words[-1])
            likeliest = max(alike, key=alike.__getitem__) if alike else word
            found.append(
                _Word(
                    text=word,
                    alike=alike,
                    is_generic=word in GENERIC or likeliest in GENERIC,
                    factor=0.8 if word in GENERIC else 1.0,
                    # For a school that lacks the word: as much as the likeliest word it may be.
                    weight=self._weights.get(word, self._weights.get(likeliest, STRANGE)),
                )
            )
        whole, core = _joined(found)
        return _Asked(found, whole, core)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    alike: dict[str, float]
    is_generic: bool
    factor: float
    weight: float


@dataclass(frozen=True, slots=True)
class _Asked:
    words: list[_Word]
    whole: str
    core: str


def _joined(words: Sequence[_Word]) -> tuple[str, str]:
    """Words without blanks: all but "school", and all but the generic ones."""
    return (
        "".join(word.text for word in words if word.text != "school"),
        "".join(word.text for word in words if not word.is_generic),
    )


def _best(alike: dict[str, float], words: Iterable[str]) -> tuple[float, str]:
    """The likeliest of some words, and how likely; (0, "") when none is."""
    best, by = 0.0, ""
    for word in words:
        likeness = alike.get(word, 0.0)
        if likeness > best:
            best, by = likeness, word
    return best, by


def _place_names(entry: Entry) -> list[str]:
    """Names by which the place of an entry is remembered, the most exact first."""
    postcode = squeeze_postcode(entry.postcode)
    names = [postcode, postcode[:-3]] if len(postcode) > 4 else []
    if entry.town:
        names.append("town " + " ".join(fold(entry.town)))
    return names + ["area " + " ".join(fold(place)) for place in entry.places if place]
