"""Figures from sorts: scores, ranks, agreement, consensus, splits, movement, suppression.

Plain values in, plain values out. A sort is a mapping from place ("2a") to card code; `given`
are the codes of the cards that everyone had. Cards people wrote themselves stand outside every
figure, so they are left aside before anything is counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from exchange.activities.diamond_nine import words
from exchange.activities.diamond_nine.diamond import NINE, ROW_OF, ROWS, Sort

#: Below this many sorters Kendall's W is not given: its chance variation is too large.
LEAST_FOR_W = 7
#: How many cards are named as chosen or rejected most; more when they share the last count.
MOST_NAMED = 3
#: Share of sorters needed at both ends for a card to count as splitting the room.
SPLIT_SHARE = Fraction(1, 4)


def card_rows(sort: Sort) -> dict[str, int]:
    """Card code -> row 1 to 5, for the cards that were placed."""
    return {card: ROW_OF[slot] for slot, card in sort.items()}


def row_scores(sort: Sort, given: Sequence[str]) -> dict[str, int]:
    """Card code -> 5 for the top row down to 1 for the bottom, 0 where it was left out."""
    rows = card_rows(sort)
    return {card: 6 - rows[card] if card in rows else 0 for card in given}


def mid_ranks(sort: Sort, given: Sequence[str]) -> dict[str, Fraction]:
    """Card code -> its rank among the given cards, 1 the highest; equal cards share the middle.

    Nine given cards: 1, 2.5, 5, 7.5, 9. In a longer list the cards left out share the rank
    (10 + N) / 2. Where a sort holds a card of its author's own, the given cards are ranked
    among themselves.
    """
    scores = row_scores(sort, given)
    sizes = Counter(scores.values())
    ranks: dict[int, Fraction] = {}
    above = 0
    for score in sorted(sizes, reverse=True):
        ranks[score] = above + Fraction(sizes[score] + 1, 2)
        above += sizes[score]
    return {card: ranks[score] for card, score in scores.items()}


def kendalls_w(rankings: Sequence[Sequence[Fraction | float]]) -> Fraction | None:
    """Kendall's coefficient of concordance with the correction for ties; None if undefined.

    W = 12 S / (m^2 (n^3 - n) - m sum(T)), where each of m rankings gives the ranks of the same
    n things, S is the sum of squared deviations of the n rank sums from their mean and T is the
    sum of t^3 - t over the groups of t tied things in one ranking. Source: Kendall and Babington
    Smith (1939), Annals of Mathematical Statistics 10, 275-287; Kendall, Rank Correlation
    Methods. For nine cards in a diamond this is S / (57 m^2). It is the Friedman chi-square
    divided by m (n - 1).
    """
    m = len(rankings)
    n = len(rankings[0]) if m else 0
    if m < 2 or n < 2:
        return None
    exact = [[Fraction(rank) for rank in ranking] for ranking in rankings]
    sums = [sum(ranking[thing] for ranking in exact) for thing in range(n)]
    mean = Fraction(sum(sums), n)
    deviation = sum((total - mean) ** 2 for total in sums)
    ties = sum(size**3 - size for ranking in exact for size in Counter(ranking).values())
    scale = m**2 * (n**3 - n) - m * ties
    return Fraction(12 * deviation, scale) if scale else None


def agreement_words(w: float | Fraction) -> str:
    """W in words; the bounds are a convention of ours, told to readers in `words.BOUNDS`."""
    if w < words.SOME_FROM:
        return str(words.LITTLE)
    return str(words.SOME if w < words.CLOSE_FROM else words.CLOSE)


def agreement(sorts: Sequence[Sort], given: Sequence[str]) -> dict[str, Any]:
    """{"w", "words", "sorters"}; `w` is None and the words "too few to say" under 7 sorters."""
    sorters = len(sorts)
    rankings = [list(mid_ranks(sort, given).values()) for sort in sorts]
    w = kendalls_w(rankings) if sorters >= LEAST_FOR_W else None
    if w is None:
        return {"w": None, "words": str(words.TOO_FEW), "sorters": sorters}
    return {"w": round(float(w), 4), "words": agreement_words(w), "sorters": sorters}


def frequencies(sorts: Sequence[Sort], given: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Card code -> {"rows": [n in row 1..5], "left_out": n, "score": mean, "rank": mean}.

    `score` is the mean row score (0 where left out), `rank` the mean rank. Needs a sort.
    """
    count = len(sorts)
    scores = [row_scores(sort, given) for sort in sorts]
    ranks = [mid_ranks(sort, given) for sort in sorts]
    found = {}
    for card in given:
        seen = Counter(one[card] for one in scores)
        found[card] = {
            "rows": [seen[6 - row] for row in range(1, 6)],
            "left_out": seen[0],
            "score": round(sum(one[card] for one in scores) / count, 4),
            "rank": round(float(sum(one[card] for one in ranks) / count), 4),
        }
    return found


def _blocks(totals: Mapping[str, int]) -> Iterable[tuple[int, list[str]]]:
    """Cards grouped by equal total score, the highest first; cards nobody placed are left out."""
    for total in sorted({total for total in totals.values() if total}, reverse=True):
        yield total, [card for card, own in totals.items() if own == total]


def consensus(sorts: Sequence[Sort], given: Sequence[str]) -> dict[str, Any]:
    """The diamond of all sorts together, ties kept as ties.

    Cards are taken in the order of their total row score and fill 1-2-3-2-1. Cards of equal
    score that do not all fit into one row are not ordered by a trick: they stand as `tied` in
    every row they reach into. Returns

        rows  [{"row": 1, "cards": [code], "tied": [{"tie": 0, "cards": [code], "places": n}]}]
        ties  [{"cards": [code], "rows": [row], "places": n, "beyond": how many do not fit}]
    """
    scores = [row_scores(sort, given) for sort in sorts]
    totals = {card: sum(one[card] for one in scores) for card in given}
    row_of_place = [number for number, row in enumerate(ROWS, 1) for _ in row]
    rows: list[dict[str, Any]] = [
        {"row": number, "cards": [], "tied": []} for number in range(1, 6)
    ]
    ties: list[dict[str, Any]] = []
    filled = 0
    for _total, cards in _blocks(totals):
        places = row_of_place[filled : filled + len(cards)]
        if not places:
            break
        beyond = len(cards) - len(places)
        if len(set(places)) == 1 and not beyond:
            rows[places[0] - 1]["cards"].extend(cards)
        else:
            for row, held in sorted(Counter(places).items()):
                rows[row - 1]["tied"].append({"tie": len(ties), "cards": cards, "places": held})
            ties.append(
                {
                    "cards": cards,
                    "rows": sorted(set(places)),
                    "places": len(places),
                    "beyond": beyond,
                }
            )
        filled += len(places)
        if filled == NINE:
            break
    return {"rows": rows, "ties": ties}


def common(boards: Sequence[Sort], cards: Sequence[str]) -> list[dict[str, Any]]:
    """For each card: in how many diamonds, of groups or of people, it lies high, low, or not at all.

    [{"card", "high" (rows 1-2), "low" (rows 4-5), "left_out", "of"}], in the cards' order.
    """
    rows = [card_rows(board) for board in boards]
    found = []
    for card in cards:
        placed = [one[card] for one in rows if card in one]
        found.append(
            {
                "card": card,
                "high": sum(row <= 2 for row in placed),
                "low": sum(row >= 4 for row in placed),
                "left_out": len(boards) - len(placed),
                "of": len(boards),
            }
        )
    return found


def chosen_by_most(counts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of `common`, what more than half of the groups put high, most first."""
    high = [dict(one) for one in counts if 2 * one["high"] > one["of"]]
    return sorted(high, key=lambda one: -one["high"])


def rejected_by_most(counts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of `common`, what more than half of the groups put low or left out, most first."""
    low = [one for one in _with_rejected(counts) if 2 * one["rejected"] > one["of"]]
    return sorted(low, key=lambda one: -one["rejected"])


def _with_rejected(counts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "rejected": one["low"] + one["left_out"]} for one in counts]


def foremost(counts: Sequence[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """Of `common`, the cards with the highest counts of `key` ("high" or "rejected"), most first.

    Three, and those that share the third's count; never what only one person did.
    """
    ordered = sorted(_with_rejected(counts), key=lambda one: -one[key])
    last = ordered[MOST_NAMED - 1][key]
    return [one for one in ordered if one[key] >= max(2, last)]


def polarised(sorts: Sequence[Sort], given: Sequence[str]) -> list[dict[str, Any]]:
    """Cards that at least a quarter put in the top two rows and a quarter in the bottom two.

    [{"card", "high", "low", "of"}], the evenest split first.
    """
    found = []
    for one in common(sorts, given):
        if min(one["high"], one["low"]) >= SPLIT_SHARE * one["of"] and one["of"]:
            found.append({key: one[key] for key in ("card", "high", "low", "of")})
    return sorted(found, key=lambda one: (-min(one["high"], one["low"]), -one["high"]))


def movement(pairs: Sequence[tuple[Sort, Sort]], given: Sequence[str]) -> list[dict[str, Any]]:
    """From alone to group, over (own sort, own group's diamond) of each sorter.

    [{"card", "alone", "group", "moved"}]: mean ranks, and how many ranks higher the groups put
    the card than their members had; what moved most first. Needs a pair.
    """
    alone = [mid_ranks(own, given) for own, _ in pairs]
    group = [mid_ranks(board, given) for _, board in pairs]
    found = []
    for card in given:
        before = sum(one[card] for one in alone) / len(pairs)
        after = sum(one[card] for one in group) / len(pairs)
        found.append(
            {
                "card": card,
                "alone": round(float(before), 2),
                "group": round(float(after), 2),
                "moved": round(float(before - after), 2),
            }
        )
    return sorted(found, key=lambda one: -abs(one["moved"]))


def suppress(counts: Mapping[str, int], floor: int) -> dict[str, int | None]:
    """The counts with small cells hidden (None), so that no hidden one can be worked out.

    Cells under `floor` are hidden; then the smallest of the others (all cells of that size, so
    that the choice tells nothing) until what is hidden is safe: see `_tells_nothing`. Cells of
    nobody are left out. Where everything is hidden nothing more can be done; hence a page adds
    hidden cells up and does not name them.
    """
    cells = {key: count for key, count in counts.items() if count > 0}
    shown = {key: count for key, count in cells.items() if count >= floor}
    while shown and len(shown) < len(cells):
        if _tells_nothing([count for key, count in cells.items() if key not in shown], floor):
            break
        least = min(shown.values())
        shown = {key: count for key, count in shown.items() if count > least}
    return {key: shown.get(key) for key in cells}


def _tells_nothing(hidden: Sequence[int], floor: int) -> bool:
    """At least two cells, together `floor` or more, and not all at the one size their sum forces.

    Small cells lie between 1 and floor - 1: a sum at either end would give every cell away.
    """
    total, cells = sum(hidden), len(hidden)
    forced = max(hidden) < floor and total in (cells, cells * (floor - 1))
    return cells > 1 and total >= floor and not forced


def told_apart(counts: Mapping[str, int], floor: int) -> dict[str, Any]:
    """Counts fit to be shown: {"shown": [{"key", "count"}], "others": n}, biggest first.

    `others` is the sum of the hidden cells, which are not named.
    """
    cells = suppress(counts, floor)
    known = {key: count for key, count in cells.items() if count is not None}
    ordered = sorted(known.items(), key=lambda cell: (-cell[1], cell[0]))
    return {
        "shown": [{"key": key, "count": count} for key, count in ordered],
        "others": sum(counts[key] for key in cells) - sum(known.values()),
    }
