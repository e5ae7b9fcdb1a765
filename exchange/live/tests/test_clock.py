"""The clock: what is left, how far behind the plan, pauses, added minutes, the rail of phases."""

import json
from copy import deepcopy

from exchange.live import engine
from exchange.live.plugin import FINDINGS
from exchange.live.tests.holding import SAMPLE
from exchange.live.tests.in_memory import EVERYONE
from exchange.live.tests.sample.pebbles.activity import ACTIVITY


def test_the_clock_runs_down_and_says_how_far_behind(session):
    session.advance()
    assert (session.clock()["left"], session.clock()["behind"]) == (120, 0)
    session.now += 150
    clock = session.clock()
    assert (clock["left"], clock["behind"], clock["ends_at"]) == (-30, 30, session.now - 30)
    session.advance()
    assert (session.clock()["left"], session.clock()["behind"]) == (180, 30)


def test_being_early_is_being_ahead(session):
    session.advance()
    session.now += 20
    session.advance()
    assert session.clock()["behind"] == -100
    assert [(row["key"], row["spent"], row["is"]) for row in session.clock()["rail"]] == [
        ("alone", 20, "done"),
        ("share", 0, "now"),
        ("praise", None, "to come"),
        (FINDINGS, None, "to come"),
    ]


def test_a_phase_that_was_left_out_counts_neither_way(session):
    session.advance("share")
    assert session.clock()["behind"] == 0


def test_a_pause_stops_the_clock(session):
    session.advance()
    session.now += 30
    assert session.play("desk", "pause") == EVERYONE
    session.now += 1000
    clock = session.clock()
    assert (clock["left"], clock["paused"], clock["ends_at"]) == (90, True, None)
    assert session.refused("desk", "pause") == "The clock is already paused."
    session.play("desk", "resume")
    assert session.refused("desk", "resume") == "The clock is already running."
    session.now += 10
    assert (session.clock()["left"], session.clock()["ends_at"]) == (80, session.now + 80)
    session.play("desk", "pause")
    session.now += 500
    session.advance()
    assert session.room["clock"]["spent"] == {"alone": 40}
    assert session.clock()["paused"] is False


def test_extending_gives_minutes_to_this_phase(session):
    assert session.refused("desk", "extend", minutes=1) == "This part has no clock."
    session.advance()
    assert session.play("desk", "extend", minutes="3") == EVERYONE
    assert session.clock()["left"] == 300
    for minutes in (0, -1, 61):
        assert session.refused("desk", "extend", minutes=minutes) == "Add between 1 and 60 minutes."
    assert session.refused("desk", "extend", minutes="soon") == "Minutes should be a whole number."


def test_added_minutes_do_not_hide_that_the_session_is_late(session):
    """Behind counts against the plan made at set-up; the rail says what was added."""
    session.advance()
    session.now += 60
    session.play("desk", "extend", minutes=10)
    assert (session.clock()["left"], session.clock()["behind"]) == (660, 0)
    session.now += 660
    assert (session.clock()["left"], session.clock()["behind"]) == (0, 600)
    session.advance()
    assert session.clock()["behind"] == 600
    row = {"key": "alone", "title": "Alone", "plan": 120, "added": 600, "spent": 720, "is": "done"}
    assert session.clock()["rail"][0] == row


def test_a_page_can_count_on_by_itself(session):
    """What `ticking` says leads to the same figures later, without asking again."""
    assert session.clock()["ticking"] is None
    session.advance()
    session.now += 150
    session.advance()
    session.now += 20
    session.play("desk", "pause")
    assert session.clock()["ticking"] is None
    session.now += 40
    session.play("desk", "resume")
    at_first = session.clock()["ticking"]
    for _ in range(5):
        session.now += 63
        late = at_first["before"] + max(0, session.now - at_first["due"])
        shown = (session.clock()["behind"], session.clock()["rail"][1]["spent"])
        assert shown == (late, session.now - at_first["began"])
    assert late == 30 + 5 * 63 + 20 - 180


def test_a_session_stored_before_the_first_plan_was_kept(session):
    """Its log gives what was stored; what was added then counts as planned; it can go on."""
    kept = json.loads((SAMPLE / "earlier_session.json").read_text(encoding="utf-8"))
    room, state = deepcopy(kept["first"]), session.first_state()
    engine.replay(ACTIVITY, room, state, kept["log"], kept["seed"])
    assert (room, state) == (kept["room"], kept["state"])
    session.room, session.state, session.now = kept["room"], kept["state"], kept["now"]
    assert session.clock()["behind"] == 330 - 360 + 410 - 480 + 30 - 60
    session.play("desk", "extend", minutes=2)
    rail = session.clock()["rail"]
    assert [(row["plan"], row["added"]) for row in rail] == [(360, 0), (480, 0), (60, 0), (720, 0)]


HOUR = 3600


def replayed(session):
    """(room, state) as the log alone gives them."""
    room, state = engine.new_room(ACTIVITY, session.minutes, 1_000_000), session.first_state()
    engine.replay(ACTIVITY, room, state, session.log, session.seed)
    return room, state


def test_set_back_by_an_hour_it_goes_on_where_it_stood(session):
    """Both what is shown before the next move and what is counted after it."""
    session.advance()
    session.now += 30
    session.play("desk", "extend", minutes=1)
    assert session.clock()["left"] == 150
    session.now -= HOUR
    clock = session.clock()
    assert (clock["left"], clock["ends_at"], clock["ticking"]["began"]) == (
        150, session.now + 150, session.now - 30,
    )  # fmt: skip
    session.play("seat", "word", "s1", word="x")
    assert session.clock()["left"] == 150
    session.now += 20
    assert session.clock()["left"] == 130
    session.advance()
    assert session.room["clock"]["spent"] == {"alone": 50}
    assert replayed(session) == (session.room, session.state)


def test_set_back_during_a_pause_the_pause_goes_on(session):
    session.advance()
    session.now += 30
    session.play("desk", "pause")
    session.now -= HOUR
    assert session.clock()["left"] == 90
    session.play("desk", "extend", minutes=1)
    session.now += 500
    session.play("desk", "resume")
    session.now += 10
    assert session.clock()["left"] == 140
    assert replayed(session) == (session.room, session.state)


def test_a_refused_move_leaves_a_clock_that_was_set_back_as_it_is(session):
    session.advance()
    session.now -= HOUR
    before = deepcopy(session.room)
    assert session.refused("desk", "resume") == "The clock is already running."
    assert session.room == before


def test_two_machines_whose_clocks_differ_a_little_do_not_wear_it_out(session):
    """Two processes play in turn, one of them thirty seconds behind."""
    session.advance()
    for _ in range(10):
        for ahead in (0, -30):
            session.now += ahead
            session.play("seat", "word", "s1", word="x")
            session.now += 1 - ahead
    assert session.clock()["left"] == 100


def test_a_session_from_before_it_was_kept_goes_on_without(session):
    del session.room["clock"]["seen"]
    session.advance()
    session.now -= HOUR
    session.play("desk", "pause")
    assert session.room["clock"].get("seen") is None
