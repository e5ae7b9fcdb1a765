"""The hall's thread, one turn at a time in the test's own: what waits is played together, what is
answered is not older than its question, and a fault of one move is nobody else's."""

import time
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exchange.live import nudges, panes
from exchange.live.actions import (
    Posted,
    add_facilitator,
    cancel_run,
    close_run,
    lock_door,
    play_moves,
    remove_seat,
)
from exchange.live.hall import Hall
from exchange.live.models import Move, Run, Seat
from exchange.live.plugin import WORDINGS
from exchange.live.templatetags import pieces
from exchange.live.tests.holding import SAMPLE, advance, hold, replayed, sit


@pytest.fixture(autouse=True)
def sample_activities(settings):
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


@pytest.fixture
def run(cast, db):
    return hold(cast.ben)


def word(run, seat=None, text="x", token=""):
    """A move as the fast door posts it (its seat is found by the token), or of a named seat."""
    key = seat.key if seat else ""
    return Posted(run.pk, uuid.uuid4().hex, "seat", "word", {"word": text}, key, token)


def statuses(futures):
    return [future.result(0).status for future in futures]


def test_all_that_waits_is_one_write(run):
    seats = sit(run, 12)
    advance(run)
    hall = Hall()
    futures = [hall.play(word(run, text=f"w{n}", token=seat.token)) for n, seat in enumerate(seats)]
    assert [future.done() for future in futures] == [False] * 12
    with CaptureQueriesContext(connection) as asked:
        hall._turn()
    assert statuses(futures) == ["kept"] * 12
    writes = [q["sql"] for q in asked if " times: " in q["sql"]]
    assert [sql.split()[:3] for sql in writes] == [
        ["12", "times:", "INSERT"], ["1", "times:", "UPDATE"],
    ]  # fmt: skip
    assert Move.objects.filter(run=run, kind="word").count() == 12


def whole_reads(asked):
    """How often a whole run was read."""
    return len([q for q in asked if '"live_run"."state"' in q["sql"] and "SELECT" in q["sql"]])


def test_the_run_it_played_is_not_read_again(run):
    (seat,) = sit(run)
    advance(run)
    hall = Hall()
    for text in ("one", "two", "three"):
        hall.play(word(run, text=text, token=seat.token))
        with CaptureQueriesContext(connection) as asked:
            hall._turn()
    assert whole_reads(asked) == 0
    stored = Run.objects.get(pk=run.pk)
    assert replayed(stored) == (stored.room, stored.state)
    assert stored.state["seats"]["s1"]["word"] == "three"


def test_what_others_played_meanwhile_is_played_on(run):
    first, second = sit(run, 2)
    advance(run)
    hall, another = Hall(), Hall()
    for text in ("one", "two", "three"):
        with CaptureQueriesContext(connection) as asked:
            futures = [hall.play(word(run, text=text, token=first.token))]
            hall._turn()
            futures += [another.play(word(run, text=f"{text} too", token=second.token))]
            another._turn()
            hall.since = time.monotonic()
            seen = hall.run(run.pk)
        assert statuses(futures) == ["kept", "kept"]
        stored = Run.objects.get(pk=run.pk)
        assert (seen.room, seen.state, seen.stamp) == (stored.room, stored.state, stored.stamp)
    assert whole_reads(asked) == 0
    words = {key: seat["word"] for key, seat in stored.state["seats"].items()}
    assert words == {"s1": "three", "s2": "three too"}
    assert replayed(stored) == (stored.room, stored.state)


def missing(run):
    Move.objects.filter(run=run, kind="word").first().delete()


def unplayable(run):
    Move.objects.filter(run=run, kind="word").update(kind="no-such-move")


def closed(run):
    close_run(run=Run.objects.get(pk=run.pk), by=run.facilitator)


def upgraded(run):
    Run.objects.filter(pk=run.pk).update(version=7)


def held_by_two(run):
    add_facilitator(run=Run.objects.get(pk=run.pk), person=run.colleague, by=run.facilitator)


def locked(run):
    lock_door(run=Run.objects.get(pk=run.pk), by=run.facilitator)


def nothing(run):
    pass


@pytest.mark.parametrize(
    ("changed", "many", "read"),
    [
        (nothing, 2, 0), (nothing, 200, 0), (nothing, 201, 1), (missing, 2, 1), (unplayable, 2, 1),
        (closed, 2, 1), (upgraded, 2, 1), (held_by_two, 2, 1), (held_by_two, 0, 1), (locked, 0, 1),
    ],
)  # fmt: skip
def test_what_moves_do_not_explain_is_read_whole(run, cast, changed, many, read):
    (seat,) = sit(run)
    advance(run)
    hall, run.colleague = Hall(), cast.ned
    assert [person.name for person in hall.run(run.pk).held_by] == ["Ben"]
    play_moves([word(run, seat, f"w{n}") for n in range(many)])
    changed(run)
    hall.since = time.monotonic()
    with CaptureQueriesContext(connection) as asked:
        seen = hall.run(run.pk)
    stored = Run.objects.get(pk=run.pk)
    assert whole_reads(asked) == read
    assert (seen.room, seen.state, seen.stamp) == (stored.room, stored.state, stored.stamp)
    assert list(seen.held_by) == list(stored.held_by)
    assert seen.door_locked_at == stored.door_locked_at


def test_a_database_that_went_back_is_believed(run):
    first, second = sit(run, 2)
    advance(run)
    before, hall = Run.objects.get(pk=run.pk), Hall()
    hall.play(word(run, text="undone", token=first.token))
    hall._turn()
    run.moves.filter(seq__gt=before.revision).delete()
    before.save()
    future = hall.play(word(run, text="new", token=second.token))
    hall._turn()
    stored = Run.objects.get(pk=run.pk)
    assert statuses([future]) == ["kept"]
    words = {key: seat["word"] for key, seat in stored.state["seats"].items()}
    assert words == {"s1": "", "s2": "new"}
    assert replayed(stored) == (stored.room, stored.state)


def test_seats_of_a_batch_are_one_question(run):
    seats = sit(run, 12)
    advance(run)
    hall, invented = Hall(), [Run(pk=10**9 + n) for n in range(5)]
    for text, reads in (("one", 1), ("two", 1)):
        futures = [hall.play(word(run, text=text, token=seat.token)) for seat in seats]
        futures += [hall.play(word(run, text=text, token=f"nobody's {n}")) for n in range(5)]
        futures += [hall.play(word(nowhere, text=text, token="nobody's")) for nowhere in invented]
        with CaptureQueriesContext(connection) as asked:
            hall._turn()
        assert statuses(futures) == ["kept"] * 12 + ["nobody"] * 10
        assert len([q for q in asked if 'FROM "live_seat"' in q["sql"]]) == 1
        assert len([q for q in asked if 'FROM "live_run"' in q["sql"]]) == reads
        assert {token for _run, token in hall.seats} == {seat.token for seat in seats}


def test_a_batch_that_breaks_leaves_nothing_half_played_at_hand(run):
    seats = sit(run, 3)
    advance(run, "share")
    hall = Hall()
    posted = [
        Posted(run.pk, uuid.uuid4().hex, "seat", "group_word", {"word": text}, token=seat.token)
        for seat, text in zip(seats, ("before", "boom", "after"), strict=True)
    ]
    futures = [hall.play(one) for one in posted]
    hall._turn()
    assert statuses(futures) == ["kept", "failed", "kept"]
    seen, stored = hall.run(run.pk), Run.objects.get(pk=run.pk)
    assert (seen.room, seen.state, seen.stamp) == (stored.room, stored.state, stored.stamp)
    assert replayed(stored) == (stored.room, stored.state)


def test_a_batch_that_is_rolled_back_leaves_no_seat_at_hand(run):
    """Else its former device might find it by a number that is given once more."""
    (seat,) = sit(run)
    advance(run)
    hall = Hall()
    hall.play(word(run, text="one", token=seat.token))
    hall._turn()
    at_hand = [hall.runs, hall.seats]
    assert [len(kept) for kept in at_hand] == [1, 1]
    hall.undone({run.pk})
    assert [hall.runs, hall.seats] == [{}, {}]
    hall.play(word(run, text="two", token=seat.token))
    hall._turn()
    hall._reconnect()
    assert [hall.runs, hall.seats] == [{}, {}]


def test_no_answer_is_older_than_its_question(run, cast):
    seat, other = sit(run, 2)
    hall = Hall()
    before = hall.ask(lambda: hall.seat(run.pk, seat.token))
    hall._turn()
    assert before.result(0) == seat
    remove_seat(run=run, seat=seat, by=cast.ben)
    after = [hall.ask(lambda s=s: hall.seat(run.pk, s.token)) for s in (seat, other)]
    gone = hall.play(word(run, token=seat.token))
    hall._turn()
    assert [future.result(0) for future in after] == [None, other]
    assert statuses([gone]) == ["nobody"]


def test_a_question_that_nobody_waits_for_is_left_and_a_move_is_played(run):
    (seat,) = sit(run)
    advance(run)
    hall, answered = Hall(), []
    question = hall.ask(lambda: answered.append("asked"))
    reply = hall.play(word(run, token=seat.token))
    assert (question.cancel(), reply.cancel()) == (True, True)
    hall._turn()
    assert answered == []
    assert Move.objects.filter(run=run, kind="word").count() == 1


def test_a_fault_in_a_question_goes_to_who_asked(run):
    hall = Hall()
    wrong, right = hall.ask(lambda: 1 / 0), hall.ask(lambda: 7)
    hall._turn()
    assert isinstance(wrong.exception(0), ZeroDivisionError)
    assert right.result(0) == 7


def test_it_lets_go_of_runs_rather_than_grow(run, cast):
    hall = Hall()
    hall.runs = {-n: run for n in range(1, 200)}
    hall.run(run.pk)
    assert len(hall.runs) == 200
    another = hold(cast.ben)
    hall.run(another.pk)
    assert hall.runs == {another.pk: another}
    assert hall.run(10**9) is None


def test_those_in_use_stay_where_there_are_as_many_as_may_be(run):
    hall = Hall()
    hall.locked([run])
    hall.runs |= {-n: run for n in range(1, 200)}
    hall.locked([run])
    assert len(hall.runs) == 200
    hall.locked([Run(pk=10**9)])
    assert list(hall.runs) == [10**9]


def test_a_seat_at_the_door_or_of_an_account_is_no_guest_s(run, cast):
    seat, mine = sit(run, 2)
    Seat.objects.filter(pk=mine.pk).update(person=cast.cy)
    hall = Hall()
    found = [hall.seat(run.pk, token) for token in (seat.token, mine.token, "")]
    assert found == [seat, None, None]


def test_nothing_of_a_cancelled_session_stays_at_hand(
    run, cast, django_capture_on_commit_callbacks
):
    (seat,) = sit(run)
    advance(run)
    hall = Hall()
    nudges.overhear(hall._overheard, lambda: None)
    try:
        hall.play(word(run, text="a word to be erased", token=seat.token))
        hall._turn()
        panes.text_of(Run.objects.get(pk=run.pk), WORDINGS)
        with django_capture_on_commit_callbacks(execute=True):
            cancel_run(run=run, by=cast.ben)
        late = hall.play(word(run, seat, "too late"))
        hall._turn()
    finally:
        nudges._overhearing.pop()
    assert statuses([late]) == ["refused"]
    assert [(kept.room, kept.state) for kept in hall.runs.values()] == [({}, {})]
    assert [key for key in panes._texts if key[0] == run.pk] == []


def test_what_is_kept_of_words_is_let_go(run, cast):
    panes.text_of(run, WORDINGS)
    hall = Hall()
    hall.run(run.pk)
    hall.let_go()
    assert (hall.runs, hall.seats, dict(panes._texts)) == ({}, {}, {})
    assert sum(len(piece.kept) for piece in pieces.all_pieces) == 0
