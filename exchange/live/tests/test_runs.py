"""Runs from set-up to closing: codes, doors, seats, records, and what cancelling erases."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from exchange.directory.models import Audience, Event
from exchange.live.actions import (
    cancel_run,
    cast_ballot,
    change_run,
    close_run,
    create_run,
    join_run,
    label_seat,
    lock_door,
    open_run,
    remove_seat,
    unlock_door,
    write_note,
)
from exchange.live.codes import fingerprint, read_code, show_code
from exchange.live.models import Ballot, Finding, Move, Note, Run, Seat
from exchange.live.plugin import CLOSED, LOBBY, Refused
from exchange.live.tests.holding import advance, hold, made_setup, play, replayed, sit, stored


def fresh(run):
    return Run.objects.get(pk=run.pk)


def refused(act, *args, **words):
    with pytest.raises(Refused) as caught:
        act(*args, **words)
    return caught.value.sentence


def verbs(run):
    return [
        e.verb for e in Event.objects.filter(subject_kind="run", subject_id=run.pk).order_by("pk")
    ]


# --- making and opening ---


def test_a_new_run_waits_unopened_and_without_a_code(cast):
    run = hold(cast.ben, cast.harbour, opened=False)
    assert (run.is_open, run.code, run.phase, run.facilitator) == (False, None, LOBBY, cast.ben)
    assert refused(join_run, run=run) == "This session is not open for joining."
    assert verbs(run) == ["run_created"]


@pytest.mark.parametrize("name", ["cy", "dot", "eve", "lou", "uma", "rae", "pam", "ivy", "max"])
def test_not_everybody_may_start_a_session_in_a_network(cast, name):
    with pytest.raises(PermissionDenied):
        create_run(
            activity="pebbles", title="t", setup=made_setup("pebbles"), minutes={},
            network=cast.harbour, by=getattr(cast, name),
        )  # fmt: skip
    assert Run.objects.count() == 0


def test_anybody_may_start_one_of_their_own(cast):
    assert hold(cast.cy).network is None


def test_opening_gives_a_code_for_twelve_hours(cast):
    run = hold(cast.ben, cast.harbour)
    assert read_code(run.code) == run.code
    assert len(run.code_token) == 43
    assert run.code_ends_at - run.opened_at == timedelta(hours=12)


def test_only_its_facilitator_can_do_anything_with_it(cast):
    run = hold(cast.ben, cast.harbour)
    (seat,) = sit(run)
    before = stored(run)
    for person in (cast.ada, cast.max, cast.pam, cast.dot):
        for act, words in [
            (open_run, {}), (close_run, {}), (cancel_run, {}), (lock_door, {}), (unlock_door, {}),
            (label_seat, {"seat": seat, "label": "x"}), (remove_seat, {"seat": seat}),
            (write_note, {"text": "x"}), (change_run, {"title": "x", "setup": {}, "minutes": {}}),
        ]:  # fmt: skip
            with pytest.raises(PermissionDenied):
                act(run=run, by=person, **words)
    assert stored(run) == before
    assert Note.objects.count() == 0


def test_what_was_announced_cannot_change_after_opening(cast):
    run = hold(cast.ben, cast.harbour, opened=False)
    change_run(
        run=run, title="Another question", setup=made_setup("pebbles", topic="Hope"),
        minutes={"alone": 9}, by=cast.ben,
    )  # fmt: skip
    changed = fresh(run)
    assert (changed.title, changed.state["setup"]["topic"]) == ("Another question", "Hope")
    assert changed.room["clock"]["plan"]["alone"] == 9
    open_run(run=run, by=cast.ben)
    before = stored(run)
    sentence = refused(change_run, run=run, title="x", setup={}, minutes={}, by=cast.ben)
    assert sentence == "This session was opened. What people were told cannot change any more."
    assert stored(run) == before


def test_a_fresh_code_takes_the_place_of_the_old_one(run, cast, client):
    old, token = run.code, run.code_token
    again = open_run(run=run, by=cast.ben)
    assert old != again.code
    assert again.opened_at == run.opened_at
    assert client.get(f"/join/{old}/").status_code == 404
    assert client.get(f"/join/t/{token}/").status_code == 404
    assert client.get(f"/join/{again.code}/").status_code == 200


# --- the code lives only while open, twelve hours at most ---


def test_a_code_dies_when_the_session_closes(run, cast, client):
    code, token = run.code, run.code_token
    assert client.get(f"/join/{show_code(code)}/").status_code == 200
    close_run(run=run, by=cast.ben)
    assert client.get(f"/join/{code}/").status_code == 404
    assert client.get(f"/join/t/{token}/").status_code == 404
    assert fresh(run).code is None


def test_a_code_dies_after_twelve_hours_but_those_inside_go_on(run, client):
    assert (
        client.post(f"/join/{run.code}/", {"school": "other", "role": "teacher"}).status_code == 302
    )
    Run.objects.filter(pk=run.pk).update(code_ends_at=timezone.now() - timedelta(seconds=1))
    from django.test import Client

    assert Client().get(f"/join/{run.code}/").status_code == 404
    assert client.get(f"/runs/{run.pk}/board/").status_code == 200


def test_a_cancelled_runs_code_is_dead(run, cast, client):
    code = run.code
    cancel_run(run=run, by=cast.ben)
    assert client.get(f"/join/{code}/").status_code == 404


# --- the door and the seats ---


def test_the_door_keeps_newcomers_out_and_those_inside_in(run, cast, client):
    (seat,) = sit(run)
    lock_door(run=run, by=cast.ben)
    sentence = refused(join_run, run=run)
    assert sentence == "The facilitator has locked the door. Ask in the room to be let in."
    response = client.post(f"/join/{run.code}/", {"school": "other", "role": "teacher"})
    assert response.status_code == 409
    assert sentence in response.content.decode()
    advance(run)
    assert play(run, seat, "word", word="x").status == "kept"
    unlock_door(run=run, by=cast.ben)
    assert len(sit(run)) == 1


def test_the_same_person_gets_the_same_seat_on_a_newer_device(run, cast):
    first, old_token = join_run(run=run, person=cast.cy, label="Cy")
    lock_door(run=run, by=cast.ben)
    again, new_token = join_run(run=run, person=cast.cy, label="Cy")
    assert (again.pk, again.key) == (first.pk, "s1")
    assert again.token_hash == fingerprint(new_token) != fingerprint(old_token)
    assert len(fresh(run).room["seats"]) == 1


def test_a_guest_comes_back_by_cookie_to_the_same_seat(run, client):
    client.post(f"/join/{run.code}/", {"label": "Gil", "school": "other", "role": "teacher"})
    assert client.get(f"/runs/{run.pk}/board/").status_code == 200
    again = client.post(f"/join/{run.code}/", {"school": "other", "role": "teacher"})
    assert (again.status_code, again["Location"]) == (302, f"/runs/{run.pk}/board/")
    assert Seat.objects.filter(run=run).count() == 1


def test_a_seat_token_is_kept_as_a_hash_only(run):
    (seat,) = sit(run)
    row = " ".join(str(v) for v in Seat.objects.filter(pk=seat.pk).values_list()[0])
    assert seat.token not in row
    assert fingerprint(seat.token) in row


def test_a_table_with_one_phone_is_one_seat_of_several_people(run):
    sit(run, 1, people=4)
    assert fresh(run).room["seats"]["s1"]["people"] == 4
    assert play(run, "desk", "regroup").status == "kept"
    assert fresh(run).room["groups"] == {"A": ["s1"]}


def test_renaming_tells_the_group_and_the_desk(run, cast):
    seats = sit(run, 3)
    advance(run, "share")
    before = fresh(run)
    label_seat(run=run, seat=seats[0], label="Cyan", by=cast.ben)
    now = fresh(run)
    letter, keys = next(item for item in now.room["groups"].items() if "s1" in item[1])
    changed = {n for n, v in now.revisions.items() if v != before.revisions.get(n, 0)}
    assert changed == {"desk", f"group:{letter}", *(f"seat:{key}" for key in keys)}
    assert Seat.objects.get(pk=seats[0].pk).label == "Cyan"
    assert (now.state, now.room, now.revision) == (before.state, before.room, before.revision)


def test_a_removed_seat_sees_and_does_nothing_more(run, cast, client):
    client.post(f"/join/{run.code}/", {"school": "other", "role": "teacher"})
    seat = Seat.objects.get(run=run)
    remove_seat(run=run, seat=seat, by=cast.ben)
    for page in ("board/", "board/view/"):
        assert client.get(f"/runs/{run.pk}/{page}").status_code == 404
    assert client.post(f"/runs/{run.pk}/board/moves/", {"kind": "lock"}).status_code == 404
    assert refused(remove_seat, run=run, seat=seat, by=cast.ben) == "This seat was already removed."
    assert replayed(fresh(run)) == (fresh(run).room, fresh(run).state)
    (newcomer,) = sit(run)
    assert newcomer.key == "s2"


def test_a_full_session_says_so(run, monkeypatch):
    from exchange.live.actions import seats

    monkeypatch.setattr(seats, "MOST_SEATS", 2)
    sit(run, 2)
    assert refused(join_run, run=run) == "This session is full."
    assert Seat.objects.filter(run=run).count() == 2


# --- the end ---


def test_stopped_early_still_leaves_a_record(run, cast, client_of):
    seats = sit(run, 3)
    advance(run)
    play(run, seats[0], "word", word="trust")
    close_run(run=run, by=cast.ben)
    now = fresh(run)
    assert (now.phase, now.closed_by, now.is_open) == (CLOSED, cast.ben, False)
    assert Finding.objects.count() == 0
    assert Move.objects.filter(run=run, kind="word").count() == 1
    assert client_of(cast.ben).get(f"/runs/{run.pk}/").status_code == 200
    assert client_of(cast.ben).get(f"/runs/{run.pk}/result.json").json()["findings"] == []
    assert refused(close_run, run=run, by=cast.ben) == "This session is not open."
    assert refused(open_run, run=run, by=cast.ben) == "This session is over. Start a new one."


def test_closing_in_the_lobby_leaves_a_record_too(run, cast, client_of):
    close_run(run=run, by=cast.ben)
    assert client_of(cast.ben).get(f"/runs/{run.pk}/").status_code == 200


def test_only_settled_wordings_become_findings_with_their_dissent(run, cast):
    seats = sit(run, 3)
    advance(run, "findings")
    for text in ("First.", "Second.", "Third."):
        play(run, seats[0], "propose_finding", text=text)
    for key, finding in ((0, "f1"), (1, "f1"), (0, "f3")):
        play(run, seats[key], "agree_finding", finding=finding)
    play(run, seats[2], "dissent_finding", finding="f1", note="Not everywhere.")
    play(run, "desk", "settle_finding", finding="f1", settled="yes")
    play(run, "desk", "settle_finding", finding="f3", settled="yes")
    close_run(run=run, by=cast.ben)
    rows = Finding.objects.filter(run=run).order_by("position")
    assert [(f.text, f.agreed, f.dissent, f.position) for f in rows] == [
        ("First.", 2, [{"note": "Not everywhere."}], 0),
        ("Third.", 1, [], 1),
    ]
    assert {(f.audience, f.network_id, f.context) for f in rows} == {
        (Audience.GROUP, cast.harbour.pk, run.title)
    }


def test_a_closed_session_takes_no_moves_seats_or_answers(run, cast):
    (seat,) = sit(run)
    close_run(run=run, by=cast.ben)
    before = stored(run)
    assert play(run, seat, "propose_finding", text="late").sentence == "This session is not open."
    assert refused(join_run, run=run) == "This session is not open for joining."
    assert refused(cast_ballot, run=run, seat=seat, question="fair", answer="yes") == (
        "This question is not open now."
    )
    assert stored(run) == before


def test_nobody_can_stop_a_session_from_closing_by_taking_an_id(run, cast):
    (seat,) = sit(run)
    advance(run)
    for move_id in (f"close-{run.pk}-3", f"close-{run.pk}-2", "close-3-3", "house:close-3"):
        play(run, seat, "word", move_id, word="x")
    closed = close_run(run=run, by=cast.ben)
    assert closed.phase == CLOSED


def test_cancelling_erases_what_people_did(run, cast, client):
    seats = sit(run, 6)
    client.post(f"/join/{run.code}/", {"label": "Gil", "school": "other", "role": "teacher"})
    advance(run, "share")
    for seat in seats:
        play(run, seat, "group_word", word="secret words")
        cast_ballot(run=run, seat=seat, question="fair", answer="yes")
    write_note(run=run, text="a note", by=cast.ben)
    cancel_run(run=run, by=cast.ben)
    now = fresh(run)
    assert (now.room, now.state, now.revisions, now.code) == ({}, {}, {}, None)
    assert [m.objects.filter(run=run).count() for m in (Move, Ballot, Seat, Note, Finding)] == [
        0
    ] * 5
    assert "secret words" not in str(Run.objects.filter(pk=run.pk).values())
    assert client.get(f"/runs/{run.pk}/board/").status_code == 404
    assert refused(cancel_run, run=run, by=cast.ben) == "This session is already over."
    assert refused(close_run, run=run, by=cast.ben) == "This session is not open."
    assert refused(open_run, run=run, by=cast.ben) == "This session is over. Start a new one."


def test_a_closed_session_cannot_be_cancelled(run, cast):
    close_run(run=run, by=cast.ben)
    before = stored(run)
    assert refused(cancel_run, run=run, by=cast.ben) == "This session is already over."
    assert stored(run) == before


def test_pages_of_a_cancelled_session_stand(run, cast, client_of):
    cancel_run(run=run, by=cast.ben)
    ben = client_of(cast.ben)
    assert ben.get(f"/runs/{run.pk}/").status_code == 200
    pages = (
        "desk/",
        "screen/",
        "desk/view/",
        "screen/view/",
        "screen/qr.svg",
        "setup/",
        "result.json",
    )
    answers = {page: ben.get(f"/runs/{run.pk}/{page}").status_code for page in pages}
    assert answers == {
        "desk/": 302, "screen/": 302, "desk/view/": 410, "screen/view/": 410,
        "screen/qr.svg": 410, "setup/": 404, "result.json": 404,
    }  # fmt: skip


def test_every_verb_leaves_one_event_and_moves_leave_none(run, cast):
    (seat,) = sit(run)
    advance(run)
    play(run, seat, "word", word="x")
    lock_door(run=run, by=cast.ben)
    unlock_door(run=run, by=cast.ben)
    label_seat(run=run, seat=seat, label="x", by=cast.ben)
    remove_seat(run=run, seat=seat, by=cast.ben)
    close_run(run=run, by=cast.ben)
    assert verbs(run) == [
        "run_created", "run_opened", "door_locked", "door_unlocked", "seat_labelled",
        "seat_removed", "run_closed",
    ]  # fmt: skip


def test_the_desk_goes_on_from_another_device(run, cast, client_of):
    first, second = client_of(cast.ben), client_of(cast.ben)
    first.post(f"/runs/{run.pk}/notes/", {"text": "Ask the quiet table first."})
    page = second.get(f"/runs/{run.pk}/desk/").content.decode()
    assert "Ask the quiet table first." in page
    saw = {"kind": "advance", "saw": "lobby", "move_id": "from-device-2"}
    assert second.post(f"/runs/{run.pk}/desk/moves/", saw).status_code == 302
    assert fresh(run).phase == "alone"
    late = {"kind": "advance", "saw": "lobby", "move_id": "from-device-1"}
    answer = first.post(f"/runs/{run.pk}/desk/moves/", late, headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json()["sentence"] == (
        "The session has already moved on. Look again, then decide."
    )
