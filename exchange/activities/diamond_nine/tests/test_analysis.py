"""Figures against hand-worked cases, scipy, and brute force."""

import re
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare

from exchange.activities.diamond_nine import analysis, words
from exchange.activities.diamond_nine.diamond import SLOTS

NINE = list("abcdefghi")


def sort_of(cards):
    return dict(zip(SLOTS, cards, strict=True))


def n_cards(count):
    return [f"c{number:02d}" for number in range(count)]


@st.composite
def sorts(draw, least=2, most=12, own=False):
    """(given cards, sorts of nine of them; with `own`, some hold a card of their author's)."""
    given = n_cards(draw(st.integers(9, 25)))
    found = []
    for _ in range(draw(st.integers(least, most))):
        cards = draw(st.permutations(given))[:9]
        if own and draw(st.booleans()):
            cards[draw(st.integers(0, 8))] = "own"
        found.append(sort_of(cards))
    return given, found


def test_mid_ranks_of_nine_given_cards():
    ranks = analysis.mid_ranks(sort_of(NINE), NINE)
    assert list(map(float, ranks.values())) == [1, 2.5, 2.5, 5, 5, 5, 7.5, 7.5, 9]


@pytest.mark.parametrize("count", [12, 16, 20, 25])
def test_cards_left_out_share_the_rank_after_nine(count):
    given = n_cards(count)
    ranks = analysis.mid_ranks(sort_of(given[:9]), given)
    assert [ranks[code] for code in given[9:]] == [Fraction(10 + count, 2)] * (count - 9)


@pytest.mark.parametrize(("count", "spread"), [(9, 57), (12, 138), (16, 309), (20, 552), (25, 957)])
def test_squared_deviations_of_the_fixed_ranks(count, spread):
    """C of the short formula W = S / (m^2 C), for the usual lengths of the list."""
    given = n_cards(count)
    ranks = analysis.mid_ranks(sort_of(given[:9]), given).values()
    mean = Fraction(count + 1, 2)
    assert sum((rank - mean) ** 2 for rank in ranks) == spread


def test_own_card_stands_outside():
    """With an own card on top, the eight given cards are ranked among themselves."""
    given = NINE
    ranks = analysis.mid_ranks(sort_of(["own", *"abcdefgh"]), given)
    # a b share places 1-2, c d e share 3-5, f g share 6-7, h is 8, i was left out: 9
    assert list(map(float, ranks.values())) == [1.5, 1.5, 4, 4, 4, 6.5, 6.5, 8, 9]


def test_w_of_identical_sorts_is_one():
    for given in (NINE, n_cards(20)):
        ranks = [list(analysis.mid_ranks(sort_of(given[:9]), given).values())] * 4
        assert analysis.kendalls_w(ranks) == 1


def test_w_of_two_opposite_sorts_is_nothing():
    ranks = [
        list(analysis.mid_ranks(sort_of(cards), NINE).values()) for cards in (NINE, NINE[::-1])
    ]
    assert analysis.kendalls_w(ranks) == 0


def test_w_by_hand_for_nine_cards():
    """Two sorters who differ only in the top: a and b change places.

    Ranks   a 1, 2.5   b 2.5, 1   c 2.5, 2.5   d e f 5, 5   g h 7.5, 7.5   i 9, 9
    Sums R  a 3.5  b 3.5  c 5  d e f 10  g h 15  i 18      mean 5m = 10
    S = 6.5^2 + 6.5^2 + 5^2 + 0 + 0 + 0 + 5^2 + 5^2 + 8^2 = 42.25 + 42.25 + 25 + 50 + 64 = 223.5
    W = S / (57 m^2) = 223.5 / 228
    """
    ranks = [
        list(analysis.mid_ranks(sort_of(cards), NINE).values()) for cards in (NINE, "bacdefghi")
    ]
    assert analysis.kendalls_w(ranks) == Fraction(447, 456)


def test_w_by_hand_for_a_list_of_twelve():
    """Two sorters place the same eight cards alike, and in the bottom place i or j.

    The unplaced share rank (10 + 12) / 2 = 11. Sums: 2, 5, 5, 10, 10, 10, 15, 15 for a to h;
    i 9 + 11 = 20, j 11 + 9 = 20, k 22, l 22; mean 13.
    S = 121 + 64 + 64 + 9 + 9 + 9 + 4 + 4 + 49 + 49 + 81 + 81 = 544
    W = S / (m^2 138) = 544 / 552
    """
    given = list("abcdefghijkl")
    ranks = [
        list(analysis.mid_ranks(sort_of([*"abcdefgh", last]), given).values()) for last in "ij"
    ]
    assert analysis.kendalls_w(ranks) == Fraction(544, 552)


def test_w_of_textbook_ranks_without_ties():
    """Three rankers of three things: 123, 132, 213. Sums 4, 6, 8; S = 4 + 0 + 4 = 8.

    W = 12 S / (m^2 (n^3 - n)) = 96 / (9 * 24) = 4/9
    """
    assert analysis.kendalls_w([(1, 2, 3), (1, 3, 2), (2, 1, 3)]) == Fraction(4, 9)


def test_w_is_undefined_where_nothing_can_be_compared():
    assert analysis.kendalls_w([]) is None
    assert analysis.kendalls_w([(1, 2, 3)]) is None
    assert analysis.kendalls_w([(2, 2, 2), (2, 2, 2)]) is None


@cases(sorts(least=3, own=True))
@settings(max_examples=150, deadline=None)
def test_w_is_the_friedman_statistic(drawn):
    """scipy: chi-square of Friedman with its tie correction = m (n - 1) W."""
    given, made = drawn
    ranks = [list(analysis.mid_ranks(sort, given).values()) for sort in made]
    columns = list(zip(*[[float(rank) for rank in one] for one in ranks], strict=True))
    chi_square = friedmanchisquare(*columns).statistic
    w = analysis.kendalls_w(ranks)
    assert float(w) == pytest.approx(chi_square / (len(made) * (len(given) - 1)), abs=1e-9)
    assert 0 <= w <= 1


@cases(st.integers(2, 12), st.integers(9, 25), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_short_formula_of_the_diamond(m, count, chance):
    given = n_cards(count)
    made = [sort_of(chance.sample(given, 9)) for _ in range(m)]
    ranks = [analysis.mid_ranks(sort, given) for sort in made]
    sums = [sum(one[card] for one in ranks) for card in given]
    mean = Fraction(m * (count + 1), 2)
    spread = sum((rank - Fraction(count + 1, 2)) ** 2 for rank in ranks[0].values())
    short = sum((total - mean) ** 2 for total in sums) / (m**2 * spread)
    assert analysis.kendalls_w([list(one.values()) for one in ranks]) == short


@pytest.mark.parametrize(
    ("w", "said"),
    [(0, words.LITTLE), (0.299, words.LITTLE), (0.3, words.SOME), (0.599, words.SOME),
     (0.6, words.CLOSE), (1, words.CLOSE)],
)  # fmt: skip
def test_words_for_agreement(w, said):
    assert analysis.agreement_words(w) == said


def test_readers_are_told_the_bounds_that_the_words_follow():
    """The sentence under the figure names the numbers at which the word really changes."""
    some, again, close = [Fraction(told) for told in re.findall(r"\d\.\d+", str(words.BOUNDS))]
    assert again == some
    least = Fraction(1, 1000)
    said = [analysis.agreement_words(float(w)) for w in (some - least, some, close - least, close)]
    assert said == [words.LITTLE, words.SOME, words.SOME, words.CLOSE]
    assert words.reading("agreement")["how_to_read"].endswith(str(words.BOUNDS))


def test_too_few_to_say_under_seven():
    six = analysis.agreement([sort_of(NINE)] * 6, NINE)
    assert six == {"w": None, "words": words.TOO_FEW, "sorters": 6}
    seven = analysis.agreement([sort_of(NINE)] * 7, NINE)
    assert seven == {"w": 1.0, "words": words.CLOSE, "sorters": 7}


def test_frequencies():
    given = n_cards(10)
    made = [sort_of(given[:9]), sort_of([*given[1:9], given[0]]), sort_of(given[1:])]
    found = analysis.frequencies(made, given)
    # c00: once on top, once at the bottom, once left out: scores 5 + 1 + 0, ranks 1 + 9 + 10
    assert found["c00"] == {"rows": [1, 0, 0, 0, 1], "left_out": 1, "score": 2.0, "rank": 6.6667}


def test_consensus_without_ties_is_the_common_diamond():
    """In one sort the cards of a row are equal and fill the row exactly: no tie to speak of."""
    found = analysis.consensus([sort_of(NINE)] * 5, NINE)
    assert [row["cards"] for row in found["rows"]] == [["a"], ["b", "c"], ["d", "e", "f"],
                                                       ["g", "h"], ["i"]]  # fmt: skip
    assert found["ties"] == []


def test_consensus_shows_ties_over_rows():
    """Half put a over b and half b over a: a and b share the top and one place of row 2."""
    found = analysis.consensus([sort_of(NINE), sort_of("bacdefghi")], NINE)
    # totals: a 9, b 9, c 8: a and b tie for the top place and one of row 2
    assert found["rows"][0] == {
        "row": 1, "cards": [], "tied": [{"tie": 0, "cards": ["a", "b"], "places": 1}]
    }  # fmt: skip
    assert found["rows"][1] == {
        "row": 2, "cards": ["c"], "tied": [{"tie": 0, "cards": ["a", "b"], "places": 1}]
    }  # fmt: skip
    assert found["ties"] == [{"cards": ["a", "b"], "rows": [1, 2], "places": 2, "beyond": 0}]


def test_consensus_says_when_tied_cards_do_not_all_fit():
    given = n_cards(10)
    made = [sort_of(given[:9]), sort_of([*given[:8], given[9]])]
    found = analysis.consensus(made, given)
    assert found["rows"][4] == {
        "row": 5, "cards": [], "tied": [{"tie": 0, "cards": ["c08", "c09"], "places": 1}]
    }  # fmt: skip
    assert found["ties"] == [{"cards": ["c08", "c09"], "rows": [5], "places": 1, "beyond": 1}]


@cases(sorts(least=1, own=True))
@settings(max_examples=100, deadline=None)
def test_consensus_fills_every_row_and_orders_by_score(drawn):
    given, made = drawn
    found = analysis.consensus(made, given)
    held = [len(row["cards"]) + sum(tie["places"] for tie in row["tied"]) for row in found["rows"]]
    placed = {card for sort in made for card in sort.values() if card != "own"}
    filled = min(9, len(placed))
    assert sum(held) == filled
    assert held == [1, 2, 3, 2, filled - 8]
    scores = {card: sum(analysis.row_scores(sort, given)[card] for sort in made) for card in given}
    sure = [[scores[card] for card in row["cards"]] for row in found["rows"]]
    flat = [score for row in sure for score in sorted(row, reverse=True)]
    assert flat == sorted(flat, reverse=True)
    for tie in found["ties"]:
        assert len({scores[card] for card in tie["cards"]}) == 1
        assert tie["places"] + tie["beyond"] == len(tie["cards"])


def test_common_choices_and_rejections():
    given = n_cards(10)
    boards = [sort_of(given[:9]), sort_of(given[:9]), sort_of([given[9], *given[:8]])]
    counts = analysis.common(boards, given)
    assert counts[0] == {"card": "c00", "high": 3, "low": 0, "left_out": 0, "of": 3}
    assert [(one["card"], one["high"]) for one in analysis.chosen_by_most(counts)] == [
        ("c00", 3), ("c01", 3), ("c02", 2)
    ]  # fmt: skip
    assert [(one["card"], one["rejected"]) for one in analysis.rejected_by_most(counts)] == [
        ("c06", 3), ("c07", 3), ("c08", 3), ("c09", 2)
    ]  # fmt: skip


def test_what_people_chose_and_rejected_most():
    """The first three by count, and those that share the third's count."""
    given = n_cards(11)
    made = [sort_of(given[:9])] * 3 + [sort_of(given[2:])] * 2
    counts = analysis.common(made, given)
    assert [(one["card"], one["high"]) for one in analysis.foremost(counts, "high")] == [
        ("c02", 5), ("c00", 3), ("c01", 3)
    ]  # fmt: skip
    rejected = analysis.foremost(counts, "rejected")
    assert [(one["card"], one["rejected"], one["left_out"]) for one in rejected] == [
        ("c08", 5, 0), ("c09", 5, 3), ("c10", 5, 3)
    ]  # fmt: skip
    shared = analysis.common([sort_of(given[:9])] * 3, given)
    assert [one["card"] for one in analysis.foremost(shared, "rejected")] == given[6:]


def test_what_one_person_alone_did_is_not_named():
    """Five people with nothing in common on top; the floor is about figures, this about lists."""
    given = n_cards(25)
    made = [sort_of([*given[3 * n : 3 * n + 3], *given[15:21]]) for n in range(5)]
    counts = analysis.common(made, given)
    assert max(one["high"] for one in counts) == 1
    assert analysis.foremost(counts, "high") == []


def test_polarised_needs_a_quarter_at_both_ends():
    top, bottom = sort_of(NINE), sort_of(NINE[::-1])
    eight = [top] * 6 + [bottom] * 2
    assert [one["card"] for one in analysis.polarised(eight, NINE)] == [
        "a",
        "b",
        "c",
        "g",
        "h",
        "i",
    ]
    assert analysis.polarised([*eight, top], NINE) == []  # 2 of 9 is under a quarter
    # a and c, g and i differ in place only; every one of them is 6 of 8 against 2 of 8
    assert {(one["high"], one["low"]) for one in analysis.polarised(eight, NINE)} == {
        (6, 2),
        (2, 6),
    }


def test_movement_over_the_room():
    """Two people had a on top (rank 1) and i at the bottom; their group turned that round."""
    own, board = sort_of(NINE), sort_of([NINE[8], *NINE[1:8], NINE[0]])
    found = analysis.movement([(own, board), (own, board)], NINE)
    assert found[:2] == [
        {"card": "a", "alone": 1.0, "group": 9.0, "moved": -8.0},
        {"card": "i", "alone": 9.0, "group": 1.0, "moved": 8.0},
    ]
    assert {one["moved"] for one in found[2:]} == {0.0}


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 6, "b": 9}, {"a": 6, "b": 9}),
        ({"a": 2, "b": 9, "c": 8}, {"a": None, "b": 9, "c": None}),
        ({"a": 4, "b": 5, "c": 5}, {"a": None, "b": None, "c": None}),
        ({"a": 2, "b": 3, "c": 8}, {"a": None, "b": None, "c": 8}),
        ({"a": 1, "b": 1, "c": 8, "d": 9}, {"a": None, "b": None, "c": None, "d": 9}),
        ({"a": 4, "b": 4, "c": 5, "d": 9}, {"a": None, "b": None, "c": None, "d": 9}),
        ({"a": 3}, {"a": None}),
        ({"a": 0, "b": 7}, {"b": 7}),
        ({}, {}),
    ],
)
def test_suppression_by_hand(counts, shown):
    assert analysis.suppress(counts, 5) == shown


@cases(st.dictionaries(st.sampled_from(list("abcdefgh")), st.integers(0, 30)), st.integers(1, 9))
def test_no_hidden_cell_can_be_subtracted(counts, floor):
    found = analysis.suppress(counts, floor)
    hidden = [counts[key] for key, count in found.items() if count is None]
    assert all(count is None or count == counts[key] >= floor for key, count in found.items())
    if hidden:
        everything = len(hidden) == len(found)
        assert everything or (len(hidden) > 1 and sum(hidden) >= floor)
    told = analysis.told_apart(counts, floor)
    assert told["others"] + sum(one["count"] for one in told["shown"]) == sum(counts.values())
    assert told["others"] == 0 or told["others"] >= floor or sum(counts.values()) < floor


@cases(st.lists(st.integers(1, 7), min_size=2, max_size=4), st.integers(2, 5))
@settings(max_examples=120, deadline=None)
def test_knowing_the_rule_does_not_reveal_a_hidden_cell(values, floor):
    """Someone who knows the names, the total and this very rule still cannot tell any cell.

    Every combination of counts that would be published alike is tried. The one thing the rule
    cannot hide is a room of one person from each: hence hidden cells are not named on a page.
    """
    counts = dict(zip("abcd", values, strict=False))
    shown = analysis.suppress(counts, floor)
    hidden = [key for key, count in shown.items() if count is None]
    if not hidden or all(count == 1 for count in values):
        return
    total = sum(values)
    alike = [
        made
        for made in product(range(1, total + 1), repeat=len(values))
        if sum(made) == total
        and analysis.suppress(dict(zip("abcd", made, strict=False)), floor) == shown
    ]
    for place, key in enumerate(counts):
        if key in hidden:
            assert len({made[place] for made in alike}) > 1
