"""A seat goes on on another device: by a code of its own phone, or of the desk."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from exchange.live import actions, streaming
from exchange.live.actions.one_time import find_code
from exchange.live.models import OneTimeCode, Run, Seat
from exchange.live.plugin import Refused
from exchange.live.tests.holding import advance, play, replayed, sit


def fresh(run):
    return Run.objects.get(pk=run.pk)


def phone(seat):
    client = Client()
    client.cookies[f"seat-{seat.run_id}"] = seat.token
    return client


def letters_on(answer):
    assert answer.status_code == 200
    return re.search(r'<span class="code">([A-Z-]+)</span>', answer.content.decode())[1]


def board(client, run):
    return client.get(f"/runs/{run.pk}/board/")


def test_the_phones_own_code_moves_the_seat_with_all_it_did(run):
    (seat,) = sit(run)
    advance(run)
    play(run, seat, "word", word="my own word")
    old, new = phone(seat), Client()
    letters = letters_on(old.post(f"/runs/{run.pk}/board/codes/"))
    request = board(old, run).wsgi_request
    assert streaming.current(request, run.pk, "seat") is not None
    answer = new.post("/rejoin/", {"code": letters})
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.pk}/board/")
    assert "my own word" in board(new, run).content.decode()
    # the old one stops at once, wherever it looks
    assert (board(old, run).status_code, streaming.current(request, run.pk, "seat")) == (404, None)
    assert old.get(f"/runs/{run.pk}/board/view/").status_code == 404
    late = {"kind": "word", "word": "too late", "move_id": "too-late-1"}
    assert old.post(f"/runs/{run.pk}/board/moves/", late).status_code == 404
    assert (run.seats.count(), len(fresh(run).room["seats"])) == (1, 1)
    assert new.post("/rejoin/", {"code": letters}).status_code == 404


def test_going_back_on_the_old_phone_does_not_take_the_seat_again(run, client):
    """The joining form's one-time id gave the same seat; it does no more."""
    page = client.get(f"/join/{run.code}/")
    once = page.context["form"].fields["once"].initial
    form = {"label": "Gil", "school": "other", "role": "teacher", "once": once}
    client.post(f"/join/{run.code}/", form)
    letters = letters_on(client.post(f"/runs/{run.pk}/board/codes/"))
    new = Client()
    new.post("/rejoin/", {"code": letters})
    client.cookies.clear()
    client.post(f"/join/{run.code}/", form)
    assert board(new, run).status_code == 200
    assert run.seats.taken().count() == 2


@pytest.mark.parametrize("phase", ["", "alone", "share"])
def test_the_desks_code_gives_a_fresh_seat_in_the_same_place(run, cast, client_of, phase):
    seats = sit(run, 4, [cast.quayside, cast.eastway], role="headteacher")
    old = seats[1]
    if phase:
        advance(run)
        play(run, old, "word", word="written alone")
    if phase == "share":
        advance(run)
    before = fresh(run).room
    ben = client_of(cast.ben)
    letters = letters_on(ben.post(f"/runs/{run.pk}/seats/{old.key}/codes/"))
    assert board(phone(old), run).status_code == 200  # until it is used
    new = Client()
    assert new.post("/rejoin/", {"code": letters}).status_code == 302
    room, taken = fresh(run).room, Seat.objects.get(run=run, key="s5")
    assert (taken.label, taken.school, taken.role) == (old.label, cast.eastway, "headteacher")
    assert sorted(room["seats"]) == ["s1", "s3", "s4", "s5"]
    named = {
        letter: {k if k != "s5" else "s2" for k in keys} for letter, keys in room["groups"].items()
    }
    assert named == {letter: {*keys} for letter, keys in before["groups"].items()}
    assert "written alone" not in board(new, run).content.decode()
    assert board(phone(old), run).status_code == 404
    assert replayed(fresh(run)) == (fresh(run).room, fresh(run).state)


def test_a_facilitator_who_types_the_code_reads_nothing_that_was_done_alone(run, cast, client_of):
    (seat,) = sit(run)
    advance(run)
    play(run, seat, "word", word="written alone")
    ben = client_of(cast.ben)
    letters = letters_on(ben.post(f"/runs/{run.pk}/seats/{seat.key}/codes/"))
    ben.post("/rejoin/", {"code": letters})
    assert "written alone" not in board(ben, run).content.decode()


def test_a_secret_answer_is_not_given_twice(run, cast):
    (seat,) = sit(run)
    advance(run, "share")
    actions.cast_ballot(run=run, seat=seat, question="fair", answer="yes", move_id="once-only-1")
    letters = actions.make_place_code(run=run, seat=seat, by=cast.ben)
    taken, _token = actions.rejoin(code=find_code(letters, "place"))
    with pytest.raises(Refused, match="already in"):
        actions.cast_ballot(run=run, seat=taken, question="fair", answer="no", move_id="again-1-1")


def test_a_locked_door_does_not_keep_out_whoever_has_a_code(run, cast):
    (seat,) = sit(run)
    actions.lock_door(run=run, by=cast.ben)
    letters = actions.make_seat_code(seat=seat)
    assert Client().post("/rejoin/", {"code": letters}).status_code == 302


def test_a_seat_of_an_account_follows_the_account(run, cast, client_of):
    seat, _token = actions.join_run(run=run, person=cast.cy)
    cy = client_of(cast.cy)
    assert "Sign in there" in board(cy, run).content.decode()
    assert cy.post(f"/runs/{run.pk}/board/codes/").status_code == 409
    assert client_of(cast.ben).post(f"/runs/{run.pk}/seats/{seat.key}/codes/").status_code == 409
    assert OneTimeCode.objects.count() == 0


def test_a_code_dies_with_its_seat_and_its_session(run, cast):
    one, two = sit(run, 2)
    codes = [actions.make_seat_code(seat=seat) for seat in (one, two)]
    actions.remove_seat(run=run, seat=one, by=cast.ben)
    assert Client().post("/rejoin/", {"code": codes[0]}).status_code == 409
    actions.close_run(run=run, by=cast.ben)
    assert Client().post("/rejoin/", {"code": codes[1]}).status_code == 409
    with pytest.raises(Refused, match="not open any more"):
        actions.make_seat_code(seat=two)


def test_a_code_ends_after_minutes_and_only_its_newest_lives(run):
    (seat,) = sit(run)
    first, second = (actions.make_seat_code(seat=seat) for _ in range(2))
    assert (find_code(first, "seat"), find_code(second, "seat").seat) == (None, seat)
    OneTimeCode.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert Client().post("/rejoin/", {"code": second}).status_code == 404


def test_only_the_desk_makes_codes_for_others(run, cast, client_of):
    (seat,) = sit(run)
    with pytest.raises(PermissionDenied):
        actions.make_place_code(run=run, seat=seat, by=cast.ada)
    address = f"/runs/{run.pk}/seats/{seat.key}/codes/"
    assert client_of(cast.ada).post(address).status_code == 404
    assert Client().post(f"/runs/{run.pk}/board/codes/").status_code == 404


def test_a_device_with_another_seat_keeps_it(run):
    one, two = sit(run, 2)
    letters = actions.make_seat_code(seat=one)
    other = phone(two)
    assert other.post("/rejoin/", {"code": letters}).status_code == 409
    assert find_code(letters, "seat").seat == one  # not used up
    assert phone(one).post("/rejoin/", {"code": letters}).status_code == 302


def test_guesses_are_paused_before_the_look(run, client, monkeypatch, no_guesses):
    monkeypatch.setattr("exchange.live.guessing.PER_ADDRESS", 1)
    (seat,) = sit(run)
    letters = actions.make_seat_code(seat=seat)
    assert client.post("/rejoin/", {"code": "KTRMWX"}).status_code == 404
    answer = client.post("/rejoin/", {"code": letters})
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


def test_a_log_from_before_places_had_groups_plays_as_it_did(run):
    """Joining moves that were stored without the word `group`."""
    sit(run, 3)
    for move in run.moves.filter(kind="join"):
        del move.data["group"]
        move.save()
    advance(run, "share")
    assert replayed(fresh(run)) == (fresh(run).room, fresh(run).state)
