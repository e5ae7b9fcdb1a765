"""A watched door: who waits sees nothing, who is let in is a latecomer, who is turned away is gone."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from exchange.live import actions, streaming
from exchange.live.actions.findings import schools_involved
from exchange.live.models import Run, Seat
from exchange.live.plugin import Refused
from exchange.live.tests.holding import advance, hold, play, replayed, sit
from exchange.live.tests.test_learning import rows


@pytest.fixture
def watched(run, cast):
    """The open session, its door watched."""
    actions.watch_door(run=run, by=cast.ben)
    return fresh(run)


def fresh(run):
    return Run.objects.get(pk=run.pk)


def knock(run, label="Gil"):
    """Somebody who joined over HTTP: their browser, and their row."""
    client = Client()
    form = {"label": label, "school": "other", "role": "teacher"}
    answer = client.post(f"/join/{run.code}/", form)
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.pk}/board/")
    return client, Seat.objects.get(run=run, label=label)


def joined(run):
    """The seats as the log has them coming in."""
    return [move.data["seat"] for move in run.moves.filter(kind="join").order_by("seq")]


def door(client, run):
    """What the phone meets: its page, its fragment as it asks, its stream, a move."""
    page = client.get(f"/runs/{run.pk}/board/")
    view = client.get(f"/runs/{run.pk}/board/view/", {"have": "at-the-door"})
    move = {"kind": "word", "word": "x", "move_id": "knock-knock"}
    moved = client.post(f"/runs/{run.pk}/board/moves/", move)
    heard = streaming.current(page.wsgi_request, run.pk, "seat")
    return page.status_code, view.status_code, heard is not None, moved.status_code


def test_whoever_waits_sees_the_question_and_nothing_else(watched, cast):
    (inside,) = sit(hold(cast.ben, cast.harbour))
    client, _seat = knock(watched)
    page = client.get(f"/runs/{watched.pk}/board/").content.decode()
    assert (watched.title in page, "You are at the door." in page) == (True, True)
    for secret in ("What will be seen", "Held by", "Pebbles", inside.label):
        assert secret not in page
    assert door(client, watched) == (200, 304, False, 404)
    assert client.get(f"/runs/{watched.pk}/board/view/").status_code == 404
    assert (fresh(watched).room["seats"], fresh(watched).moves.count()) == ({}, 0)
    assert list(Seat.objects.taken().filter(run=watched)) == []


def test_the_desk_lets_one_in_and_the_page_goes_on(watched, cast, client_of):
    ben = client_of(cast.ben)
    before = (
        ben.get(f"/runs/{watched.pk}/desk/")
        .content.decode()
        .split('data-signature="')[1]
        .split('"')[0]
    )
    client, seat = knock(watched)
    again = ben.get(f"/runs/{watched.pk}/desk/view/", {"have": before})
    assert (again.status_code, "1 waits at the door" in again.content.decode()) == (200, True)
    assert ben.post(f"/runs/{watched.pk}/seats/{seat.key}/admission/").status_code == 302
    assert door(client, watched) == (200, 410, True, 409)
    assert "You are in." in client.get(f"/runs/{watched.pk}/board/").content.decode()
    assert sorted(fresh(watched).room["seats"]) == [seat.key]


@pytest.mark.parametrize("phase", ["alone", "share", "praise", "findings"])
def test_a_latecomer_is_let_in_in_any_part_and_the_log_gives_what_is_stored(run, cast, phase):
    sit(run, 5)
    actions.watch_door(run=run, by=cast.ben)
    _client, first = knock(run, "First")
    advance(run)
    _client, second = knock(run, "Second")
    while fresh(run).phase != phase:
        advance(run)
    actions.admit_seat(run=run, seat=second, by=cast.ben)
    actions.admit_seat(run=run, seat=first, by=cast.ben)
    now = fresh(run)
    assert replayed(now) == (now.room, now.state)
    assert joined(run) == ["s1", "s2", "s3", "s4", "s5", second.key, first.key]
    assert sorted(now.room["seats"]) == ["s1", "s2", "s3", "s4", "s5", first.key, second.key]
    if phase != "alone":
        sits = [key for keys in now.room["groups"].values() for key in keys]
        assert sorted(sits) == sorted(now.room["seats"])


def test_everybody_at_once_in_the_order_of_coming(watched, cast, client_of):
    seats = [knock(watched, f"Guest {n}")[1] for n in range(3)]
    assert client_of(cast.ben).post(f"/runs/{watched.pk}/admissions/").status_code == 302
    assert joined(watched) == [seat.key for seat in seats]
    with pytest.raises(Refused, match="Nobody waits"):
        actions.admit_everybody(run=watched, by=cast.ben)


def test_whoever_is_turned_away_leaves_nothing_and_may_come_again(watched, cast, client_of):
    client, seat = knock(watched)
    assert (
        client_of(cast.ben).post(f"/runs/{watched.pk}/seats/{seat.key}/refusal/").status_code == 302
    )
    assert door(client, watched) == (404, 410, False, 404)
    seat.refresh_from_db()
    assert (seat.label, seat.school, seat.person, seat.once) == ("", None, None, "")
    knock(watched, "Again")
    assert sorted(Seat.objects.filter(run=watched).values_list("key", flat=True)) == ["s1", "s2"]


def test_a_decision_is_made_once(watched, cast):
    _client, seat = knock(watched)
    actions.admit_seat(run=watched, seat=seat, by=cast.ben)
    for verb in (actions.admit_seat, actions.refuse_seat):
        with pytest.raises(Refused, match="does not wait"):
            verb(run=watched, seat=seat, by=cast.ben)
    assert len(fresh(watched).room["seats"]) == 1


def test_pressing_twice_waits_once_and_an_account_has_one_place(watched, cast, client_of):
    client = Client()
    once = client.get(f"/join/{watched.code}/").context["form"].fields["once"].initial
    form = {"label": "Gil", "school": "other", "role": "teacher", "once": once}
    for _ in range(2):
        client.post(f"/join/{watched.code}/", form)
        client.cookies.clear()
    cy = client_of(cast.cy)
    for _ in range(2):
        cy.post(f"/join/{watched.code}/", form | {"once": "", "label": "Cy"})
    assert Seat.objects.at_the_door().count() == 2


def test_whoever_waits_counts_nowhere(watched, cast, client_of):
    """Not in results, records, findings or releases, also when the session is closed over them."""
    cy = client_of(cast.cy)
    cy.post(
        f"/join/{watched.code}/", {"label": "Cy", "school": cast.marsh_lane.pk, "role": "teacher"}
    )
    assert schools_involved(watched) == []
    assert watched not in Run.objects.filter(network=None).visible_to(cast.cy)
    actions.close_run(run=watched, by=cast.ben)
    assert (rows(cast.cy), schools_involved(watched)) == ([], [])
    assert cy.get(f"/runs/{watched.pk}/print/").status_code == 403
    assert cy.get(f"/runs/{watched.pk}/board/").status_code == 404
    assert Seat.objects.filter(run=watched).exclude(label="").count() == 0


def test_only_the_desk_decides(watched, cast, client_of):
    _client, seat = knock(watched)
    for verb in (actions.admit_seat, actions.refuse_seat):
        with pytest.raises(PermissionDenied):
            verb(run=watched, seat=seat, by=cast.ada)
    for verb in (actions.admit_everybody, actions.watch_door, actions.unwatch_door):
        with pytest.raises(PermissionDenied):
            verb(run=watched, by=cast.ada)
    other = actions.open_run(run=hold(cast.dot, cast.fellside), by=cast.dot)
    address = f"/runs/{other.pk}/seats/{seat.key}/admission/"
    assert client_of(cast.dot).post(address).status_code == 404


def test_turning_the_watch_off_lets_newcomers_in_and_leaves_those_who_wait(
    watched, cast, client_of
):
    waiting, _seat = knock(watched, "Waits")
    client_of(cast.ben).post(f"/runs/{watched.pk}/door/watch/", {"watched": "no"})
    newcomer, _seat = knock(watched, "Walks in")
    assert (door(waiting, watched)[0], door(waiting, watched)[1]) == (200, 304)
    assert "You are in." in newcomer.get(f"/runs/{watched.pk}/board/").content.decode()


def test_those_inside_come_back_through_a_watched_door(run, cast):
    client, _seat = knock(run)
    actions.watch_door(run=run, by=cast.ben)
    assert client.get(f"/join/{run.code}/")["Location"] == f"/runs/{run.pk}/board/"
    assert play(run, sit(run)[0], "word", word="x").status == "refused"


def test_a_full_session_counts_those_at_the_door(watched, monkeypatch):
    monkeypatch.setattr(actions.seats, "MOST_SEATS", 1)
    knock(watched)
    answer = Client().post(f"/join/{watched.code}/", {"school": "other", "role": "teacher"})
    assert (answer.status_code, "This session is full." in answer.content.decode()) == (409, True)
