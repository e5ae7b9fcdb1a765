"""What is the same for everybody in the room is worked out once for a revision, and never kept for
a room that is another."""

import pytest
from django.utils import translation

from exchange.live import engine
from exchange.live.looking import look, stamp_of
from exchange.live.models import Run
from exchange.live.plugin import MOST_WORKED_OUT, Room
from exchange.live.tests.holding import advance, hold, play, sit


def a_room(stamp):
    return Room(seats={}, groups={}, phase="sort", tallies={}, stamp=stamp)


def test_once_for_equal_rooms_and_each_time_where_nobody_can_say():
    asked = []

    def work():
        asked.append("asked")
        return len(asked)

    same = [a_room(("a run", 7)).worked_out("figures", work) for _ in range(3)]
    others = [
        a_room(("a run", 8)).worked_out("figures", work),
        a_room(("a run", 7)).worked_out("x", work),
    ]
    unknown = [a_room(None).worked_out("figures", work) for _ in range(2)]
    assert (same, others, unknown) == ([1, 1, 1], [2, 3], [4, 5])


def test_a_fault_is_not_kept():
    with pytest.raises(ZeroDivisionError):
        a_room(("faulty", 1)).worked_out("figures", lambda: 1 / 0)
    assert a_room(("faulty", 1)).worked_out("figures", lambda: "mended") == "mended"


def test_only_the_newest_are_kept():
    for n in range(2 * MOST_WORKED_OUT):
        a_room(("many", n)).worked_out("figures", lambda n=n: n)
    again = [a_room(("many", n)).worked_out("figures", lambda: "anew") for n in (79, 0)]
    assert again == [79, "anew"]


def test_a_stamp_changes_with_every_move_and_language(db, cast):
    run = hold(cast.ben, key="diamond_nine", opened=False)
    assert stamp_of(run) is None
    run = hold(cast.ben, key="diamond_nine")
    first = stamp_of(run)
    sit(run)
    second = stamp_of(Run.objects.get(pk=run.pk))
    with translation.override("cy"):
        third = stamp_of(Run.objects.get(pk=run.pk))
    other = stamp_of(hold(cast.ben, key="diamond_nine"))
    assert len({first, second, third, other}) == 4


def test_everybody_s_look_is_what_it_is_without_keeping(db, cast):
    run = hold(cast.ben, key="diamond_nine")
    seats = sit(run, 6)
    run.refresh_from_db()
    run = advance(advance(run))
    cards = [card["code"] for card in run.setup["cards"]][:9]
    for seat in seats:
        for card in cards:
            assert play(run, seat, "choose", card=card).status == "kept"
    for phase in ("sort", "groups", "present", "common", "agree", "findings"):
        run = advance(run)
        assert run.phase == phase
        if phase != "findings":
            for seat in seats:
                who = engine.who_of(run.room, "seat", seat.key)
                plain = look(run, who, seat)["activity"].see(
                    run.state, engine.room_of(run.room), who
                )
                assert look(run, who, seat)["seen"] == plain
