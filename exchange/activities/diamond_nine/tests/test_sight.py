"""Who sees what: nobody too early, nothing of a private sort, no seat on the record."""

import json

import pytest

from exchange.activities.diamond_nine.activity import ACTIVITY
from exchange.live import engine
from exchange.live.plugin import Who

K = [f"k{number}" for number in range(1, 17)]
NINE = K[:9]
PHASES = ("lobby", "read", "choose", "sort", "groups", "present", "common", "agree")
VIEWERS = ("desk", "screen", "record")


def everything_seen(hall, but=""):
    """What all viewers but the seat itself see now, as one text."""
    others = [hall.see("seat", seat) for seat in hall.room["seats"] if seat != but]
    return json.dumps([*others, *(hall.see(kind) for kind in VIEWERS)])


@pytest.mark.parametrize("privacy", ["private", "own_group"])
def test_nobody_sees_anothers_moves_before_the_groups(privacy, in_sort):
    """What A sees is unchanged by B's private moves; desk and screen see only counts change."""
    made, seats = in_sort(6, blank=True, privacy=privacy)
    mine = seats[0]
    before = {seat: made.see("seat", seat) for seat in seats[1:]}
    views = {kind: made.see(kind) for kind in VIEWERS}
    made.play(mine, "own_card", text="CANARY-7")
    made.sort(mine, ["own", *NINE[:8]])
    assert {seat: made.see("seat", seat) for seat in seats[1:]} == before
    for kind in VIEWERS:
        seen = made.see(kind)
        counts = seen.pop("counts", None)
        assert counts in (None, {**views[kind].pop("counts", {}), "chosen": 1, "locked": 1})
        assert seen == views[kind]
    assert "CANARY-7" not in everything_seen(made, but=mine)


def test_a_private_sort_never_leaves_its_seat(in_sort):
    """Only one person lays k16 on top; nobody else's view ever holds it placed, in any phase."""
    made, seats = in_sort(6)
    for seat in seats:
        made.sort(seat, ["k16", *NINE[:8]] if seat == "s1" else NINE)
    for phase in ("groups", "present", "common", "agree", "findings"):
        made.to(phase)
        assert made.see("seat", "s2").get("open_sorts") == []
        for seat in made.room["seats"]:
            assert made.see("seat", seat)["mine"]["rows"][0]["places"][0]["card"]["code"] == (
                "k16" if seat == "s1" else "k1"
            )
        for kind in VIEWERS:
            seen = made.see(kind)
            assert {"mine", "open_sorts", "board"}.isdisjoint(seen)


def test_own_group_privacy_opens_locked_sorts_to_the_own_group_only(in_sort):
    made, seats = in_sort(8, privacy="own_group")
    for seat in seats[1:]:
        made.sort(seat, NINE)
    made.sort(seats[0], NINE, lock=False)
    made.to("groups")
    for seat in seats:
        group = made.room["groups"][engine.room_of(made.room).group_of(seat)]
        seen = made.see("seat", seat)["open_sorts"]
        open_to = [key for key in group if key not in (seat, seats[0])]
        # Who locked no sort of their own reads none.
        assert sorted(one["seat"] for one in seen) == ([] if seat == seats[0] else sorted(open_to))
    assert "open_sorts" not in json.dumps([made.see(kind) for kind in VIEWERS])


def test_a_groups_board_is_its_own_until_it_presents(in_groups):
    made, _ = in_groups(8)
    inside, outside = made.room["groups"]["A"][0], made.room["groups"]["B"][0]
    made.board("A", NINE)
    for kind, text in (("reason", "CANARY-A"), ("dissent", "CANARY-D")):
        made.play(inside, kind, text=text, **({"card": "k1"} if kind == "reason" else {}))
    views = [made.see("seat", outside), *(made.see(kind) for kind in VIEWERS)]
    assert "CANARY" not in json.dumps(views)
    made.to("present")
    made.desk("present", group="B")
    views = [made.see("seat", outside), *(made.see(kind) for kind in VIEWERS)]
    assert "CANARY" not in json.dumps(views)
    made.desk("present", group="A")
    assert made.see("seat", outside)["presenting"]["dissent"][0]["text"] == "CANARY-D"
    assert made.see("screen")["presenting"]["reasons"][0]["lines"][0]["text"] == "CANARY-A"
    assert made.see("record").get("presenting") is None


def test_the_record_is_empty_until_closing(in_groups):
    made, _ = in_groups(8)
    made.to("agree")
    assert sorted(made.see("record")) == ["criterion", "nine_given", "phase", "source"]


def test_tables_and_record_hold_no_seat(hall):
    made = hall(blank=True)
    keys = [made.seat(number, school=str(number % 3)) for number in range(901, 909)]
    made.to("sort")
    for seat in keys:
        made.play(seat, "own_card", text=f"Written by somebody, {seat[-1]}")
        made.sort(seat, ["own", *NINE[:8]])
    made.to("agree")
    made.house("close")
    everything = json.dumps([made.record(), [table.rows for table in made.tables().values()]])
    assert [key for key in keys if f'"{key}"' in everything] == []


def test_a_stranger_in_no_seat_sees_nothing(in_groups):
    made, _ = in_groups()
    seen = ACTIVITY.see(made.state, engine.room_of(made.room), Who("seat", "s99"))
    assert sorted(seen) == ["criterion", "nine_given", "phase", "source"]
