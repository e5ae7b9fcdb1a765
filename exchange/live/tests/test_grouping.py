"""Groups: everybody once, sizes in the range, schools spread as well as they can be."""

from functools import cache
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.live.grouping import (
    SAME_SCHOOL,
    cost,
    form_groups,
    letter,
    mixed,
    notes,
    people,
    place_latecomer,
    shares,
)

ROLES = ["teacher", "leader", "headteacher"]


def seat(school="", role="teacher", people=1):
    return {"school": school, "role": role, "people": people}


def room(*schools):
    return {f"s{i}": seat(school) for i, school in enumerate(schools, 1)}


seats_of = st.lists(
    st.builds(
        seat,
        st.sampled_from(["", "1", "2", "3", "4", "5"]),
        st.sampled_from(ROLES),
        st.sampled_from([1, 1, 1, 1, 1, 2, 4]),
    ),
    max_size=30,
).map(lambda seats: {f"s{i}": one for i, one in enumerate(seats, 1)})
ranges = st.sampled_from([(3, 5), (2, 3), (4, 6), (2, 2)])


def possible(people, smallest, largest):
    """Whether any number of groups has all sizes within the range."""
    return any(n * smallest <= people <= n * largest for n in range(1, people + 1))


@given(st.integers(0, 700), ranges)
def test_shares_add_up_and_stay_in_the_range_when_that_is_possible(people, size):
    made = [sum(share) for share in shares([1] * people, *size)]
    assert sum(made) == people
    assert max(made, default=0) - min(made, default=0) <= 1
    if people and possible(people, *size):
        assert size[0] <= min(made) <= max(made) <= size[1]


@cache
def best_sharing(ones, twos):
    """How far the best of all sharings of these phones is from groups of 3 to 5 people."""
    if not ones and not twos:
        return 0
    left = [
        (max(3 - one - 2 * two, one + 2 * two - 5, 0), ones - one, twos - two)
        for one in range(ones + 1)
        for two in range(twos + 1)
        if 0 < one + 2 * two <= 7
    ]
    return min(fault + best_sharing(*rest) for fault, *rest in left)


def outside(groups, seats):
    """How many people too many or too few all groups have together; tables stand apart."""
    sums = [people(keys, seats) for keys in groups if not is_table(keys, seats)]
    return sum(max(3 - n, n - 5, 0) for n in sums)


def is_table(keys, seats):
    return any(seats[key]["people"] >= 3 for key in keys)


phones = st.lists(
    st.builds(
        seat,
        st.sampled_from(["", "1", "2", "3", "4"]),
        st.sampled_from(ROLES),
        st.sampled_from([1, 1, 2, 2, 3, 6]),
    ),
    max_size=40,
).map(lambda seats: {f"s{i}": one for i, one in enumerate(seats, 1)})


@settings(deadline=None)
@given(phones, st.integers(0, 99))
def test_groups_hold_three_to_five_people_whenever_that_is_possible(seats, seed):
    """People are counted, not phones; where it is not possible, no sharing is nearer."""
    groups = form_groups(seats, (3, 5), Random(seed))
    counts = [sum(one["people"] == n for one in seats.values()) for n in (1, 2)]
    assert outside(groups.values(), seats) == best_sharing(*counts)


def test_every_hall_of_phones_for_one_and_two_is_shared_as_well_as_can_be():
    for twos in range(21):
        for ones in range(41 - 2 * twos):
            made = [sum(share) for share in shares([1] * ones + [2] * twos, 3, 5)]
            fault = sum(max(3 - n, n - 5, 0) for n in made)
            assert (ones, twos, fault) == (ones, twos, best_sharing(ones, twos))


def test_phones_for_two_take_two_places():
    def sums(*phones):
        return [sum(share) for share in shares(phones, 3, 5)]

    assert [sums(*[2] * n) for n in range(1, 6)] == [[2], [4], [6], [4, 4], [6, 4]]
    assert sums(2, 2, 2, 1) == [4, 3]
    assert sums(2, 1) == [3]


@given(seats_of, ranges, st.integers())
def test_everybody_sits_in_exactly_one_group(seats, size, seed):
    groups = form_groups(seats, size, Random(seed))
    assert sorted(key for keys in groups.values() for key in keys) == sorted(seats)
    assert all(groups.values())
    assert list(groups) == [letter(i) for i in range(len(groups))]


@given(seats_of, ranges, st.integers())
def test_a_table_with_one_phone_is_a_group_of_its_own(seats, size, seed):
    groups = form_groups(seats, size, Random(seed))
    tables = {key for key, one in seats.items() if one["people"] >= size[0]}
    assert {keys[0] for keys in groups.values() if set(keys) & tables} == tables
    assert all(len(keys) == 1 for keys in groups.values() if set(keys) & tables)


@given(seats_of, ranges, st.integers())
def test_the_same_chance_gives_the_same_groups(seats, size, seed):
    assert form_groups(seats, size, Random(seed)) == form_groups(seats, size, Random(seed))


def splits(keys, wanted):
    """Every way to share keys into groups of the wanted sizes (groups of one size in order)."""
    if not wanted:
        yield []
        return
    first, rest = keys[0], keys[1:]
    for size in sorted(set(wanted)):
        left = list(wanted)
        left.remove(size)
        for others in combinations(rest, size - 1):
            remaining = [key for key in rest if key not in others]
            for tail in splits(remaining, left):
                yield [[first, *others], *tail]


def school_pairs(groups, seats):
    return sum(cost(keys, seats) // SAME_SCHOOL for keys in groups)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("1234"), min_size=3, max_size=9), st.integers(0, 99))
def test_schools_are_spread_as_well_as_the_best_split_of_all(schools, seed):
    seats = room(*schools)
    groups = form_groups(seats, (3, 5), Random(seed))
    wanted = [len(share) for share in shares([1] * len(seats), 3, 5)]
    best = min(school_pairs(split, seats) for split in splits(list(seats), wanted))
    assert school_pairs(groups.values(), seats) == best


def test_twelve_people_of_four_schools_never_meet_a_colleague():
    seats = room(*"111222333444")
    groups = form_groups(seats, (3, 5), Random(7))
    assert sorted(map(len, groups.values())) == [4, 4, 4]
    assert school_pairs(groups.values(), seats) == 0
    assert notes(groups, seats, (3, 5)) == ["18 pairs with the same role could not be split."]


def test_roles_are_mixed_when_schools_already_are():
    seats = {f"s{i}": seat(str(i), ROLES[i % 3]) for i in range(9)}
    groups = form_groups(seats, (3, 3), Random(1))
    assert {tuple(sorted(seats[k]["role"] for k in keys)) for keys in groups.values()} == {
        tuple(sorted(ROLES))
    }


def test_a_hall_of_five_hundred_meets_no_colleague():
    chance = Random(3)
    seats = {
        f"s{i}": seat(str(chance.randrange(60)), chance.choice(ROLES), chance.choice([1, 1, 2]))
        for i in range(500)
    }
    groups = form_groups(seats, (3, 5), Random(4))
    assert sum(map(len, groups.values())) == 500
    assert (school_pairs(groups.values(), seats), outside(groups.values(), seats)) == (0, 0)


def said(*seated):
    """What is said of these phones, formed into groups of 3 to 5; and whether they are mixed."""
    seats = {f"s{i}": one for i, one in enumerate(seated, 1)}
    groups = form_groups(seats, (3, 5), Random(0))
    return notes(groups, seats, (3, 5)), mixed(groups, seats)


def test_what_cannot_be_is_said():
    assert said(*(seat("1", role) for role in [*ROLES, "governor"])) == (
        ["6 pairs from the same school could not be split."], False,
    )  # fmt: skip
    assert said(seat("1", "teacher"), seat("2", "leader"), seat("3", "leader")) == (
        ["One pair with the same role could not be split."], False,
    )  # fmt: skip
    assert said(seat("1"), seat("1")) == (
        [
            "One pair from the same school could not be split.",
            "One pair with the same role could not be split.",
            "Group A has only 2; groups work best with 3 to 5.",
        ],
        False,
    )
    assert said() == ([], False)


def test_a_group_that_is_too_large_is_said_and_one_table_for_six_too():
    assert said(*(seat(str(n), f"role {n}", people=2) for n in range(3))) == (
        ["Group A has 6; groups work best with 3 to 5."], False,
    )  # fmt: skip
    assert said(seat("1", people=6)) == (["Group A has 6; groups work best with 3 to 5."], False)
    assert said(seat("1", people=5)) == ([], False)


def test_what_is_not_known_is_not_claimed():
    """Six teachers without a school are not mixed; nor is who sits at a phone for two known."""
    assert said(*[seat()] * 6) == (
        [
            "6 pairs with the same role could not be split.",
            "6 phones named no school: colleagues may sit together.",
        ],
        False,
    )
    one_unknown = [seat("1", "teacher"), seat("2", "leader"), seat("", "headteacher")]
    assert said(*one_unknown) == (
        ["One phone named no school: colleagues may sit together."],
        False,
    )
    a_pair = [seat("1", "teacher", people=2), seat("2", "leader"), seat("3", "headteacher")]
    assert said(*a_pair) == ([], False)
    assert said(seat("1", "teacher"), seat("2", "leader"), seat("3", "headteacher")) == ([], True)


@given(seats_of, st.integers(0, 99))
def test_groups_are_called_mixed_only_where_nothing_is_repeated(seats, seed):
    groups = form_groups(seats, (3, 5), Random(seed))
    once = all(
        len({seats[k][what] for k in keys}) == people(keys, seats)
        for keys in groups.values()
        for what in ("school", "role")
    )
    named = all(one["school"] for one in seats.values())
    alone = any(len(keys) == 1 for keys in groups.values())
    assert mixed(groups, seats) == bool(groups and once and named and not alone)


def test_a_latecomer_sits_where_the_rule_suffers_least():
    seats = room("1", "2", "3", "4", "5", "6", "1")
    groups = {"A": ["s1", "s2", "s3"], "B": ["s4", "s5", "s6"]}
    assert place_latecomer(groups, seats, "s7", (3, 5), "C") == "B"


def test_a_latecomer_among_equals_joins_the_smallest_group():
    seats = room("1", "2", "3", "4", "5", "6", "7", "8")
    groups = {"A": ["s1", "s2", "s3", "s4"], "B": ["s5", "s6", "s7"]}
    assert place_latecomer(groups, {**seats, "s8": seat("9", "other")}, "s8", (3, 5), "C") == "B"


def test_better_one_too_many_than_alone_and_only_then_a_new_group():
    seats = room(*"12345678")
    full = {"A": ["s1", "s2", "s3"]}
    assert place_latecomer(full, seats, "s8", (2, 3), "B") == "A"
    fuller = {"A": ["s1", "s2", "s3", "s4"]}
    assert place_latecomer(fuller, seats, "s8", (2, 3), "B") == "B"
    assert place_latecomer({}, seats, "s8", (2, 3), "A") == "A"


def test_a_late_table_has_its_own_group_and_nobody_joins_it():
    seats = {**room("1", "2", "3"), "s4": seat("4", people=4), "s5": seat("5")}
    groups = {"A": ["s1", "s2", "s3"]}
    assert place_latecomer(groups, seats, "s4", (3, 5), "B") == "B"
    assert place_latecomer({**groups, "B": ["s4"]}, seats, "s5", (3, 5), "C") == "A"
    full = {"A": ["s1", "s2"], "B": ["s4"]}
    two = {**seats, "s1": seat("1", people=2), "s2": seat("2", people=2)}
    assert place_latecomer(full, two, "s5", (3, 4), "C") == "A"
    assert place_latecomer({"B": ["s4"]}, seats, "s5", (3, 5), "C") == "C"


def test_a_latecomers_phone_for_two_needs_two_places():
    seats = {**room(*"12345"), "s6": seat("6", people=2), "s7": seat("7", "other", people=2)}
    roomy = {"A": ["s1", "s2", "s3", "s4"], "B": ["s5", "s6"]}
    assert place_latecomer(roomy, seats, "s7", (3, 5), "C") == "B"
    assert place_latecomer({"A": roomy["A"]}, seats, "s7", (3, 5), "B") == "A"
    full = {"A": ["s1", "s2", "s3", "s4", "s5"]}
    assert place_latecomer(full, seats, "s7", (3, 5), "B") == "B"


def test_a_latecomer_first_fills_a_group_that_is_too_small():
    seats = room("1", "2", "3", "4", "5", "1")
    groups = {"A": ["s1", "s2"], "B": ["s3", "s4", "s5"]}
    assert place_latecomer(groups, seats, "s6", (3, 5), "C") == "A"


def test_an_emptied_group_is_passed_over():
    seats = {**room("1", "2"), "s3": seat("3", "leader"), "s4": seat("4")}
    groups = {"A": [], "B": ["s1", "s2", "s3"]}
    assert place_latecomer(groups, seats, "s4", (3, 5), "C") == "B"
    assert notes(groups, seats, (3, 5)) == ["One pair with the same role could not be split."]


@given(st.integers(0, 5000))
def test_letters_go_on_after_z(index):
    assert letter(index) < letter(index + 1) or len(letter(index)) < len(letter(index + 1))


def test_first_letters():
    assert [letter(i) for i in (0, 1, 25, 26, 27, 51, 52, 701, 702)] == [
        "A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip
