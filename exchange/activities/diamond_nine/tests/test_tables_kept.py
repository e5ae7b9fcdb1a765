"""What people and tables made, when phones are lost, moved or come late: nothing is lost by it, and
nobody learns another's sort by it."""

import pytest

from exchange.activities.diamond_nine.tests.conftest import ACTIVITY

NINE = [f"k{number}" for number in range(1, 10)]


def whole(made):
    """Every group that has somebody lays its board; then the session is closed."""
    for letter, seats in made.room["groups"].items():
        if seats:
            made.board(letter, NINE)
    made.to("findings")
    made.house("close")
    return made.record()["figures"]


# --- no sort can be worked out from two figures ---


def test_a_lost_phone_changes_no_figure_about_single_sorts(in_groups):
    made, seats = in_groups(6)
    made.house("remove", seat=seats[2])
    figures = whole(made)
    assert (figures["consensus"]["sorters"], figures["movement"]["sorters"]) == (6, 6)


@pytest.mark.parametrize("unfinished", [1, 2])
def test_movement_is_withheld_where_a_few_sorts_stand_outside_it(in_groups, unfinished):
    made, _ = in_groups(16)
    letters = list(made.room["groups"])
    for letter in letters[:-unfinished]:
        made.board(letter, NINE)
    made.to("findings")
    made.house("close")
    figures = made.record()["figures"]
    outside = sum(len(made.room["groups"][letter]) for letter in letters[-unfinished:])
    assert figures["consensus"]["sorters"] == 16
    shown = figures["movement"].get("sorters")
    assert shown == (16 - outside if outside >= 5 else None)


def test_moving_people_after_the_groups_changes_no_base(in_groups):
    made, seats = in_groups(12)
    for letter in list(made.room["groups"])[:-2]:
        made.board(letter, NINE)
    made.to("findings")
    before = made.see("desk")["figures"]["movement"]
    moved = next(s for s in seats if s in made.room["groups"]["A"])
    made.desk("move_seat", seat=moved, group=list(made.room["groups"])[-1])
    assert made.see("desk")["figures"]["movement"] == before


# --- who reads a sort that was opened to the own group ---


def test_whoever_is_moved_or_comes_late_reads_no_more_than_the_first_table(in_groups):
    made, seats = in_groups(8, privacy="own_group")
    first = {seat: {o["seat"] for o in made.see("seat", seat)["open_sorts"]} for seat in seats}
    late = made.seat(9)
    assert made.see("seat", late)["open_sorts"] == []
    for letter in ("A", "B"):
        for one in (late, seats[0]):
            if one not in made.room["groups"][letter]:
                made.desk("move_seat", seat=one, group=letter)
    assert made.see("seat", late)["open_sorts"] == []
    for seat in seats:
        assert {one["seat"] for one in made.see("seat", seat)["open_sorts"]} == first[seat]


# --- a table's work outlives its phone ---


def table_of_one(in_sort):
    """A table captain's phone and a group of three phones, both at their boards."""
    made, _ = in_sort(3)
    captain = made.seat(4, people=4)
    made.to("groups")
    (letter,) = [name for name, keys in made.room["groups"].items() if keys == [captain]]
    return made, captain, letter


def test_a_board_stands_when_its_only_phone_goes(in_sort):
    made, captain, letter = table_of_one(in_sort)
    made.board(letter, NINE)
    made.play(captain, "reason", card="k1", text="TABLE REASON")
    made.house("remove", seat=captain)
    assert made.room["groups"][letter] == []
    made.to("present")
    made.desk("present", group=letter)
    assert made.see("screen")["presenting"]["group"] == letter
    made.to("findings")
    made.house("close")
    reasons = [row[-1] for row in made.tables()["reasons"].rows]
    assert reasons == ["TABLE REASON"]
    assert made.replayed() == (made.room, made.state)


def test_a_new_phone_goes_on_at_the_old_board(in_sort):
    made, captain, letter = table_of_one(in_sort)
    made.play(captain, "group_place", card="k1", slot="1")
    made.house("remove", seat=captain)
    again = made.seat(5, people=4)
    made.desk("move_seat", seat=again, group=letter)
    assert made.see("seat", again)["board"]["placed"] == 1
    made.play(again, "group_place", card="k2", slot="2a")
    assert made.see("seat", again)["board"]["placed"] == 2


def test_an_emptied_group_that_made_nothing_waits_for_nobody_and_is_not_on_the_record(in_sort):
    made, captain, letter = table_of_one(in_sort)
    (other,) = [name for name in made.room["groups"] if name != letter]
    made.desk("move_seat", seat=captain, group=other)
    made.board(other, NINE)
    assert ACTIVITY.waiting(made.state, made.engine_room()) == 0
    assert [one["group"] for one in made.see("desk")["progress"]] == [other]
    made.to("findings")
    made.house("close")
    assert made.record()["figures"]["participation"]["groups"] == 1
