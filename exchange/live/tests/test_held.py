"""What a tester broke once, and what holds now: nothing here may answer 500 or keep half a thing."""

import json

import pytest
from django.contrib.auth import SESSION_KEY

from exchange.directory.models import RoleAssignment
from exchange.live.actions import cast_ballot, close_run, open_run, write_note
from exchange.live.models import Note, Run, Seat
from exchange.live.plugin import Refused
from exchange.live.tests.holding import advance, hold, play, sit

# One sign that becomes three when it is brought into the form in which it is kept.
GROWING = "\ufb2c"
HALF = "\ud800"


@pytest.fixture
def phone(run, client):
    (seat,) = sit(run)
    client.cookies[f"seat-{run.pk}"] = seat.token
    return client


def test_a_name_is_measured_as_it_is_kept(run, client, client_of, cast):
    join = {"label": GROWING * 30, "school": "other", "role": "teacher"}
    assert client.post(f"/join/{run.code}/", join).status_code == 422
    assert Seat.objects.count() == 0
    ben, (seat,) = client_of(cast.ben), sit(run)
    label = {"label": GROWING * 30}
    assert ben.post(f"/runs/{run.pk}/seats/{seat.key}/label/", label).status_code == 422
    setup = {
        "title": GROWING * 150, "topic": "t", "minutes_alone": 1, "minutes_share": 1,
        "minutes_praise": 1, "minutes_findings": 1,
    }  # fmt: skip
    for title in (setup["title"], "\u202e", "\x01", "\u200b"):
        setup["title"] = title
        assert ben.post("/activities/pebbles/runs/new/", setup).status_code == 422
    assert Run.objects.count() == 1


def test_an_improper_id_of_a_secret_answer_is_no_id(run, phone):
    advance(run, "share")
    url = f"/runs/{run.pk}/board/ballots/fair/"
    assert phone.post(url, {"answer": "no", "move_id": "a\x00b"}).status_code == 302
    assert Seat.objects.get(run=run).answered == {"fair": ""}


@pytest.mark.parametrize("words", [HALF, ["a"], {"a": 1}, 7, True])
def test_what_comes_back_after_a_refusal_is_words_only(run, phone, words):
    body = json.dumps({"kind": "propose_finding", "move_id": "abcdefgh", "text": words})
    answer = phone.post(
        f"/runs/{run.pk}/board/moves/", body, content_type="application/json",
        headers={"Accept": "text/html"},
    )  # fmt: skip
    assert answer.status_code == 409
    shown = answer.content.decode().count("You had written:")
    assert shown == (1 if words == HALF else 0)


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**30])
@pytest.mark.parametrize("page", ["board/", "board/view/", "board/stream/", "desk/", "screen/", ""])
def test_a_number_beyond_all_runs_is_not_found(client_of, cast, number, page):
    assert client_of(cast.ben).get(f"/runs/{number}/{page}").status_code == 404


# --- notes ---


def test_notes_are_kept_and_read_after_closing_and_never_in_what_was_cancelled(
    run, client_of, cast
):
    ben = client_of(cast.ben)
    close_run(run=run, by=cast.ben)
    assert ben.post(f"/runs/{run.pk}/notes/", {"text": "Ask table C."}).status_code == 302
    assert ben.get(f"/runs/{run.pk}/").content.count(b"Ask table C.") == 1
    assert client_of(cast.ada).get(f"/runs/{run.pk}/").content.count(b"Ask table C.") == 0
    long = ben.post(f"/runs/{run.pk}/notes/", {"text": "x" * 10_001})
    assert (long.status_code, long.content.count(b"x" * 10_001)) == (422, 1)
    other = hold(cast.ben)
    assert ben.post(f"/runs/{other.pk}/cancellation/").status_code == 302
    for text in ("short", "x" * 10_001):
        assert ben.post(f"/runs/{other.pk}/notes/", {"text": text}).status_code in (409, 422)
    with pytest.raises(Refused):
        write_note(run=Run.objects.get(pk=other.pk), text="short", by=cast.ben)
    assert list(Note.objects.values_list("run", "text")) == [(run.pk, "Ask table C.")]


# --- secret answers ---


def test_a_refused_step_to_the_end_counts_no_secret_answer(run):
    people = sit(run, 6)
    advance(run, "share")
    for seat in people[:5]:
        cast_ballot(run=run, seat=seat, question="fair", answer="yes")
    before = run.moves.count()
    assert play(run, "desk", "advance", saw="share", to="closed").status == "refused"
    fresh = Run.objects.get(pk=run.pk)
    assert (fresh.room["tallies"], fresh.moves.count()) == ({}, before)
    advance(run)
    assert Run.objects.get(pk=run.pk).room["tallies"]["fair"]["cast"] == 5


# --- whose seat ---


def test_a_seat_of_an_account_follows_the_account(run, cast, client_of):
    device = client_of(cast.cy)
    join = {"label": "Cy", "school": "other", "role": "teacher"}
    device.post(f"/join/{run.code}/", join)
    board = f"/runs/{run.pk}/board/"
    assert device.get(board).status_code == 200
    seats = device.cookies[f"seat-{run.pk}"].value
    device.logout()
    device.cookies[f"seat-{run.pk}"] = seats
    assert device.get(board).status_code == 404
    device.force_login(cast.hana)
    assert device.session[SESSION_KEY] == str(cast.hana.pk)
    assert device.get(board).status_code == 404
    assert device.get(f"/join/{run.code}/").status_code == 200
    device.force_login(cast.cy)
    assert device.get(board).status_code == 200


# --- the door and the draft ---


def test_a_new_code_does_not_unlock_the_door(run, cast, client_of):
    ben = client_of(cast.ben)
    ben.post(f"/runs/{run.pk}/door/", {"locked": "yes"})
    ben.post(f"/runs/{run.pk}/opening/")
    assert Run.objects.get(pk=run.pk).door_locked_at is not None


def test_a_draft_of_a_former_facilitator_can_be_changed_but_not_opened(cast, client_of):
    draft = hold(cast.ben, cast.harbour, opened=False)
    RoleAssignment.objects.filter(person=cast.ben).update(ended_on="2026-01-01")
    by = type(cast.ben).objects.get(pk=cast.ben.pk)
    with pytest.raises(Refused) as refused:
        open_run(run=draft, by=by)
    assert refused.value.sentence == (
        "Your role in this network has ended, so this session cannot be opened in it."
    )
    page = client_of(by).get(f"/runs/{draft.pk}/setup/")
    assert page.status_code == 200


def test_the_set_up_of_an_open_session_leads_to_its_page(run, cast, client_of):
    answer = client_of(cast.ben).get(f"/runs/{run.pk}/setup/")
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.pk}/")


@pytest.mark.parametrize("page", ["board", "desk", "screen"])
@pytest.mark.parametrize("method", ["head", "post", "put", "options"])
def test_a_stream_is_only_listened_to(run, cast, client_of, page, method):
    asked = getattr(client_of(cast.ben), method)(f"/runs/{run.pk}/{page}/stream/")
    assert asked.status_code == 405


def test_an_unknown_picture_with_an_endless_name_is_not_found(client, db):
    assert client.get(f"/static/activities/{'a' * 300}/x.js").status_code == 404
    assert client.get(f"/static/activities/diamond_nine/{'a' * 300}.js").status_code == 404


# --- what is filled in and what comes of it ---


def test_the_minutes_of_the_set_up_are_the_plan(cast, client_of):
    posted = {
        "title": "What matters?", "topic": "t", "network": cast.harbour.pk, "minutes_alone": 7,
        "minutes_share": 8, "minutes_praise": 9, "minutes_findings": 11,
    }  # fmt: skip
    assert client_of(cast.ben).post("/activities/pebbles/runs/new/", posted).status_code == 302
    plan = Run.objects.get().room["clock"]["plan"]
    assert plan == {"alone": 7, "share": 8, "praise": 9, "findings": 11}


def test_a_member_who_is_signed_in_need_not_type_again(run, cast, client_of):
    form = client_of(cast.cy).get(f"/join/{run.code}/").context["form"]
    tie = cast.cy.schools[0]
    assert {name: form[name].value() for name in ("label", "school", "role")} == {
        "label": "Cy", "school": str(tie.school_id), "role": tie.job,
    }  # fmt: skip
