"""play_moves: the one door. Ids, batches, faults, replay, who is told, and secret answers."""

import pytest

from exchange.live.actions import Posted, cast_ballot, play_moves
from exchange.live.actions.moves import NO_PROPER_ID
from exchange.live.models import Ballot, Move, Run, Seat
from exchange.live.plugin import Refused
from exchange.live.tests.holding import (
    advance,
    hold,
    move_of,
    play,
    replayed,
    sit,
    stored,
)


def fresh(run):
    return Run.objects.get(pk=run.pk)


def counts(run):
    """audience -> how often it was told, without those that were never."""
    return {name: n for name, n in fresh(run).revisions.items() if n}


def told_by(run, act):
    """Who was told to look again by `act`."""
    before = counts(run)
    act()
    return {name for name, n in counts(run).items() if n != before.get(name, 0)} - {"group:"}


# --- ids ---


def test_a_move_is_kept_once_and_answered_the_same_again(run):
    (seat,) = sit(run)
    advance(run)
    first = play(run, seat, "word", "same-move-id", word="trust")
    before = stored(run)
    again = play(run, seat, "word", "same-move-id", word="something else")
    assert (first.status, again.status) == ("kept", "again")
    assert (again.revision, again.at) == (first.revision, first.at)
    assert stored(run) == before


def test_the_same_id_twice_in_one_batch_is_played_once(run):
    (seat,) = sit(run)
    advance(run)
    twice = [move_of(run, seat, "word", "one-intention", word=word) for word in ("a", "b")]
    replies = play_moves(twice)
    assert [r.status for r in replies] == ["kept", "again"]
    assert fresh(run).state["seats"]["s1"]["word"] == "a"


def test_a_repeated_id_is_answered_even_after_the_session_moved_on_or_closed(run, cast):
    from exchange.live.actions import close_run

    (seat,) = sit(run)
    advance(run)
    kept = play(run, seat, "word", "early-move", word="trust")
    advance(run)
    assert play(run, seat, "word", "early-move", word="trust").revision == kept.revision
    close_run(run=run, by=cast.ben)
    assert play(run, seat, "word", "early-move", word="trust").status == "again"


def test_a_refused_move_may_be_tried_again_with_its_id(run):
    (seat,) = sit(run)
    assert play(run, seat, "word", "too-early", word="x").status == "refused"
    advance(run)
    assert play(run, seat, "word", "too-early", word="x").status == "kept"


@pytest.mark.parametrize(
    "move_id",
    ["", "short", "x" * 65, "with space", "ümläut-id", "nul\x00nul-id", "lone\ud800id", "a" * 9000,
     "house:close-1", "house:tally-fair-3", "línea-nueva\n", "good-id-1\n"],
)  # fmt: skip
def test_an_improper_id_is_refused_and_never_reaches_the_database(run, move_id):
    (seat,) = sit(run)
    advance(run)
    before = stored(run)
    reply = play_moves([Posted(run.pk, move_id, "seat", "word", {"word": "x"}, seat.key)])[0]
    assert (reply.status, reply.sentence) == ("refused", NO_PROPER_ID)
    assert stored(run) == before


def test_nobody_is_answered_for_another_seats_move(run):
    one, two = sit(run, 2)
    advance(run)
    play(run, one, "word", "move-of-one", word="trust")
    reply = play(run, two, "word", "move-of-one", word="mine")
    assert (reply.status, reply.sentence, reply.revision) == ("refused", NO_PROPER_ID, 0)
    assert fresh(run).state["seats"]["s2"]["word"] == ""


# --- batches ---


def test_a_refused_move_in_the_middle_does_not_disturb_the_others(run):
    one, two = sit(run, 2)
    advance(run)
    replies = play_moves(
        [
            move_of(run, one, "word", word="first"),
            move_of(run, two, "lock"),
            move_of(run, two, "word", word="second"),
            move_of(run, two, "lock"),
        ]
    )
    assert [(r.status, r.sentence) for r in replies] == [
        ("kept", ""),
        ("refused", "Write a word first."),
        ("kept", ""),
        ("kept", ""),
    ]
    revision = fresh(run).revision
    assert [r.revision for r in replies if r.status == "kept"] == [
        revision - 2, revision - 1, revision,
    ]  # fmt: skip
    assert replayed(fresh(run)) == (fresh(run).room, fresh(run).state)


def test_a_fault_in_one_move_fails_only_that_one(run, caplog):
    one, two = sit(run, 2)
    advance(run, "share")
    replies = play_moves(
        [
            move_of(run, one, "group_word", word="good"),
            move_of(run, two, "group_word", word="boom"),
            move_of(run, two, "group_word", word="better"),
        ]
    )
    assert [r.status for r in replies] == ["kept", "failed", "kept"]
    assert replies[1].sentence == "Something went wrong on our side. Nothing was changed."
    board = fresh(run).state["groups"]["A"]
    assert board == {"word": "better", "by": 2}
    assert [record.message for record in caplog.records] == [
        f"move failed: run {run.pk} kind group_word"
    ]
    assert "boom" not in caplog.records[0].getMessage()
    assert replayed(fresh(run)) == (fresh(run).room, fresh(run).state)


def test_a_batch_over_two_runs_keeps_them_apart(run, cast):
    other = hold(cast.ada)
    (here,), (there,) = sit(run), sit(other)
    advance(run)
    advance(other)
    replies = play_moves(
        [
            move_of(run, here, "word", "shared-id-0", word="here"),
            move_of(other, there, "word", "shared-id-0", word="there"),
            Posted(999_999, "nowhere-id", "seat", "word", {"word": "x"}, "s1"),
        ]
    )
    assert [r.status for r in replies] == ["kept", "kept", "refused"]
    assert replies[2].sentence == "This session does not exist."
    assert fresh(run).state["seats"]["s1"]["word"] == "here"
    assert fresh(other).state["seats"]["s1"]["word"] == "there"


def test_an_empty_batch_is_answered_by_nothing(db):
    assert play_moves([]) == []


def test_the_log_is_numbered_without_gaps(run):
    seats = sit(run, 5)
    advance(run)
    for seat in seats:
        play(run, seat, "lock")
        play(run, seat, "word", word="x")
    seqs = list(Move.objects.filter(run=run).values_list("seq", flat=True))
    assert seqs == list(range(1, fresh(run).revision + 1))


def test_replaying_the_log_gives_what_is_stored(run, cast):
    from exchange.live.actions import close_run, remove_seat

    seats = sit(run, 7, (cast.quayside, cast.eastway))
    advance(run)
    for seat in seats[:5]:
        play(run, seat, "word", word=f"word of {seat.key}")
    play(run, "desk", "extend", minutes=4)
    play(run, "desk", "pause")
    play(run, "desk", "resume")
    remove_seat(run=run, seat=seats[0], by=cast.ben)
    advance(run)
    sit(run, 1)
    play(run, "desk", "move_seat", seat="s2", group="A")
    for seat in seats[1:]:
        play(run, seat, "group_word", word=f"from {seat.key}")
        cast_ballot(run=run, seat=seat, question="fair", answer="yes")
    advance(run)
    play(run, "desk", "praise", group="A")
    advance(run)
    play(run, seats[1], "agree_finding", finding="f1")
    close_run(run=run, by=cast.ben)
    now = fresh(run)
    assert [now.room["clock"][plan]["alone"] for plan in ("first", "plan")] == [2, 6]
    assert replayed(now) == (now.room, now.state)
    assert now.room["tallies"] == {"fair": {"cast": 6, "counts": {"yes": 6}}}


# --- who is told ---


def test_only_those_who_see_a_change_are_told(run):
    seats = sit(run, 4)
    advance(run)
    one = seats[0]
    assert told_by(run, lambda: play(run, one, "word", word="x")) == {"seat:s1"}
    assert told_by(run, lambda: play(run, one, "lock")) == {"seat:s1", "desk", "screen"}
    assert told_by(run, lambda: advance(run)) == {"room", "desk", "screen"}
    letter = next(name for name, keys in fresh(run).room["groups"].items() if "s1" in keys)
    said = told_by(run, lambda: play(run, one, "group_word", word="x"))
    assert said == {f"group:{letter}", "desk"}
    assert told_by(run, lambda: play(run, one, "word", word="late")) == set()


def test_streams_are_woken_after_the_commit_only(run, django_capture_on_commit_callbacks):
    (seat,) = sit(run)
    advance(run)
    with django_capture_on_commit_callbacks() as effects:
        play(run, seat, "lock")
    assert len(effects) == 0
    with django_capture_on_commit_callbacks() as effects:
        play(run, seat, "word", word="x")
    assert len(effects) == 1


# --- secret answers ---


@pytest.fixture
def asking(run):
    """Six people in the phase with the secret question."""
    run.people = sit(run, 6)
    advance(run, "share")
    return run


def test_a_secret_answer_leaves_no_trace_of_who_or_when(asking):
    seat = asking.people[2]
    moves = Move.objects.count()
    reply = cast_ballot(run=asking, seat=seat, question="fair", answer="no")
    ballot = Ballot.objects.get()
    fields = {f.name for f in Ballot._meta.get_fields()}
    assert fields == {"id", "run", "question", "answer", "count"}
    assert (ballot.question, ballot.answer, ballot.count) == ("fair", "no", 1)
    assert Move.objects.count() == moves
    assert reply.status == "kept"
    assert len(reply.at) == len("2026-11-22T10:00+00:00")
    seat.refresh_from_db()
    assert seat.answered == {"fair": ""}
    assert "no" not in str(fresh(asking).state)
    assert fresh(asking).room["tallies"] == {}


def test_answers_cannot_be_matched_to_the_order_of_answering(asking):
    for seat in asking.people:
        cast_ballot(run=asking, seat=seat, question="fair", answer="yes")
    assert [(b.answer, b.count) for b in Ballot.objects.all()] == [("yes", 6)]


def test_one_answer_each_and_only_those_offered_while_it_is_open(asking, cast):
    seat, other = asking.people[:2]
    cast_ballot(run=asking, seat=seat, question="fair", answer="yes")
    before = stored(asking)
    for question, answer, who, sentence in [
        ("fair", "yes", seat, "Your answer is already in. It cannot be changed: nobody can find it again."),
        ("fair", "perhaps", other, "This answer is not one of those offered."),
        ("what", "yes", other, "This question is not open now."),
    ]:  # fmt: skip
        with pytest.raises(Refused) as caught:
            cast_ballot(run=asking, seat=who, question=question, answer=answer)
        assert caught.value.sentence == sentence
    assert stored(asking) == before
    advance(asking)
    with pytest.raises(Refused):
        cast_ballot(run=asking, seat=other, question="fair", answer="yes")


def test_a_removed_seat_or_one_of_another_run_cannot_answer(asking, cast):
    from exchange.live.actions import remove_seat

    remove_seat(run=asking, seat=asking.people[0], by=cast.ben)
    (stranger,) = sit(hold(cast.ada))
    for seat in (asking.people[0], stranger):
        with pytest.raises(Seat.DoesNotExist):
            cast_ballot(run=asking, seat=seat, question="fair", answer="yes")
    assert Ballot.objects.count() == 0


def test_the_count_enters_the_log_when_the_question_ends_and_no_sooner(asking):
    for n, seat in enumerate(asking.people):
        cast_ballot(run=asking, seat=seat, question="fair", answer="yes" if n else "no")
    assert fresh(asking).room["tallies"] == {}
    advance(asking)
    assert fresh(asking).room["tallies"] == {"fair": {"cast": 6, "counts": {"no": 1, "yes": 5}}}
    tally = Move.objects.get(run=asking, kind="tally")
    assert (tally.by, tally.seat) == ("house", "")
    assert tally.data == {"question": "fair", "cast": 6, "counts": ["no=1", "yes=5"]}


def test_fewer_than_five_answers_are_not_counted_out_anywhere(asking):
    for seat in asking.people[:4]:
        cast_ballot(run=asking, seat=seat, question="fair", answer="yes")
    advance(asking)
    assert fresh(asking).room["tallies"] == {"fair": {"cast": 4, "counts": None}}
    assert Move.objects.get(run=asking, kind="tally").data["counts"] == []


def test_leaving_out_the_rest_of_the_session_still_counts_the_answers(asking, cast):
    from exchange.live.actions import close_run

    for seat in asking.people:
        cast_ballot(run=asking, seat=seat, question="fair", answer="yes")
    close_run(run=asking, by=cast.ben)
    assert fresh(asking).room["tallies"] == {"fair": {"cast": 6, "counts": {"yes": 6}}}


def test_a_refused_advance_counts_nothing(asking):
    assert play(asking, "desk", "advance", saw="alone").status == "refused"
    assert play(asking, "desk", "advance", saw="share", to="alone").status == "refused"
    assert Move.objects.filter(kind="tally").count() == 0
    assert play(asking, "desk", "advance", saw=" share ", to=" praise ").status == "kept"
    assert Move.objects.filter(kind="tally").count() == 1


# --- versions ---


def test_a_run_of_an_older_version_is_brought_up_by_its_next_move(run):
    (seat,) = sit(run)
    advance(run)
    old = fresh(run)
    old.state.pop("praise")
    old.version = 1
    old.save()
    assert play(run, seat, "word", word="x").status == "kept"
    now = fresh(run)
    assert (now.version, now.state["praise"], now.state["seats"]["s1"]["word"]) == (2, "", "x")
