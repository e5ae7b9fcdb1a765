"""Several people at one desk: given by name or by code, taken back, laid down, handed over."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exchange.core.retention import due
from exchange.directory.models import Person
from exchange.live import actions, rules, streaming
from exchange.live.codes import show_code
from exchange.live.models import Facilitating, Finding, Note, OneTimeCode, Run
from exchange.live.plugin import Refused
from exchange.live.tests.holding import advance, hold, play, sit
from tests import make


def fresh(run):
    return Run.objects.select_related("facilitator").get(pk=run.pk)


def holders(run):
    return [one.name for one in fresh(run).held_by]


def give(run, person, by):
    return actions.add_facilitator(run=fresh(run), person=person, by=by)


def known(person):
    """The person as the next request knows them."""
    return Person.objects.get(pk=person.pk)


def test_who_is_given_the_desk_finds_it_at_home_and_presses_every_button(run, cast, client_of):
    eve = client_of(cast.eve)
    assert eve.get(f"/runs/{run.pk}/desk/").status_code == 404
    answer = client_of(cast.ben).post(f"/runs/{run.pk}/facilitators/", {"person": cast.eve.pk})
    assert (answer.status_code, holders(run)) == (302, ["Ben", "Eve"])
    assert eve.get("/").content.decode().count(f'href="/runs/{run.pk}/desk/"') >= 1
    for page in ("desk", "desk/view", "screen", "screen/view", "screen/qr.svg", "facilitators"):
        assert (page, eve.get(f"/runs/{run.pk}/{page}/".replace("svg/", "svg")).status_code) == (
            page, 200,
        )  # fmt: skip
    eve.post(f"/runs/{run.pk}/door/", {"locked": "yes"})
    eve.post(f"/runs/{run.pk}/desk/moves/", {"kind": "advance", "saw": "lobby", "move_id": "e" * 8})
    assert (bool(fresh(run).door_locked_at), fresh(run).phase) == (True, "alone")
    assert eve.post(f"/runs/{run.pk}/closure/").status_code == 302
    assert fresh(run).closed_by == cast.eve


def test_each_keeps_notes_of_their_own(run, cast, client_of):
    give(run, cast.eve, cast.ben)
    actions.write_note(run=fresh(run), text="Ben's note", by=cast.ben)
    client_of(cast.eve).post(f"/runs/{run.pk}/notes/", {"text": "Eve's note"})
    assert sorted(Note.objects.values_list("author__name", "text")) == [
        ("Ben", "Ben's note"), ("Eve", "Eve's note"),
    ]  # fmt: skip
    page = client_of(cast.eve).get(f"/runs/{run.pk}/desk/").content.decode()
    assert ("Ben&#x27;s note" in page, "Eve&#x27;s note" in page) == (False, True)


def test_the_desk_opens_nothing_that_people_did_alone_also_to_whoever_sits_in_the_room(
    run, cast, client_of
):
    """Cy has a seat and is given the desk: the desk shows no stone, and his board only his own."""
    (guest,) = sit(run)
    seat, _token = actions.join_run(run=run, person=cast.cy)
    advance(run)
    assert play(run, guest, "word", word="guests secret").status == "kept"
    before = client_of(cast.cy).get(f"/runs/{run.pk}/board/").content.decode()
    give(run, cast.cy, cast.ben)
    cy = client_of(cast.cy)
    pages = [cy.get(f"/runs/{run.pk}/{page}/").content.decode() for page in ("desk", "board")]
    assert ["guests secret" in page for page in (before, *pages)] == [False, False, False]
    assert fresh(run).seats.get(pk=seat.pk).person == cast.cy


def test_phones_say_who_holds_the_session_and_look_again_when_that_changes(
    run, cast, client, client_of
):
    (guest,) = sit(run)
    client.cookies[f"seat-{run.pk}"] = guest.token
    page = client.get(f"/runs/{run.pk}/board/").content.decode()
    signature = page.split('data-signature="')[1].split('"')[0]
    assert "Held by Ben." in page
    give(run, cast.eve, cast.ben)
    again = client.get(f"/runs/{run.pk}/board/view/", {"have": signature})
    assert (again.status_code, "Held by Ben, Eve." in again.content.decode()) == (200, True)


@pytest.mark.parametrize("name", ["dot", "ivy", "max", "rae"])
def test_nobody_from_outside_the_network_is_given_a_desk_in_it(run, cast, client_of, name):
    person = cast.people()[name]
    with pytest.raises(Refused, match="Only people of this network"):
        give(run, person, cast.ben)
    answer = client_of(cast.ben).post(f"/runs/{run.pk}/facilitators/", {"person": person.pk})
    assert (answer.status_code, holders(run)) == (422, ["Ben"])
    letters = actions.make_desk_code(run=fresh(run), by=cast.ben)
    assert client_of(person).post("/desks/", {"code": letters}).status_code == 403
    assert holders(run) == ["Ben"]


def test_whoever_leaves_the_network_loses_the_desk_the_same_moment(run, cast, client_of):
    give(run, cast.eve, cast.ben)
    eve = client_of(cast.eve)
    request = eve.get("/").wsgi_request
    assert streaming.current(request, run.pk, "desk") is not None
    cast.eve.role_assignments.update(ended_on=make.yesterday())
    assert streaming.current(request, run.pk, "desk") is None
    assert (eve.get(f"/runs/{run.pk}/desk/").status_code, holders(run)) == (404, ["Ben"])
    assert not rules.may_facilitate(known(cast.eve), fresh(run))


def test_a_closed_account_holds_nothing(run, cast):
    give(run, cast.eve, cast.ben)
    Person.objects.filter(pk=cast.eve.pk).update(is_active=False)
    assert holders(run) == ["Ben"]
    assert Run.objects.facilitated_by(known(cast.eve)).count() == 0


def test_only_the_first_gives_and_takes_back_the_others_may_lay_down(run, cast, client_of):
    give(run, cast.eve, cast.ben)
    with pytest.raises(PermissionDenied):
        give(run, cast.uma, cast.eve)
    with pytest.raises(PermissionDenied):
        actions.make_desk_code(run=fresh(run), by=cast.eve)
    give(run, cast.uma, cast.ben)
    eve = client_of(cast.eve)
    assert eve.post(f"/runs/{run.pk}/facilitators/{cast.uma.pk}/end/").status_code == 403
    assert eve.post(f"/runs/{run.pk}/facilitators/{cast.ben.pk}/end/").status_code == 403
    answer = eve.post(f"/runs/{run.pk}/facilitators/{cast.eve.pk}/end/")
    assert (answer.status_code, answer["Location"], holders(run)) == (302, "/", ["Ben", "Uma"])
    actions.end_facilitator(run=fresh(run), person=cast.uma, by=cast.ben)
    assert holders(run) == ["Ben"]
    with pytest.raises(Refused, match="does not hold the desk"):
        actions.end_facilitator(run=fresh(run), person=cast.uma, by=cast.ben)


def test_handing_over_changes_who_says_who_holds_it(run, cast, client_of):
    ben = client_of(cast.ben)
    address = f"/runs/{run.pk}/facilitators/{cast.eve.pk}/handover/"
    assert ben.post(address).status_code == 404
    give(run, cast.eve, cast.ben)
    actions.make_desk_code(run=fresh(run), by=cast.ben)
    assert ben.post(address).status_code == 302
    assert (fresh(run).facilitator, holders(run)) == (cast.eve, ["Eve", "Ben"])
    assert OneTimeCode.objects.live().count() == 0
    assert ben.post(address).status_code == 403
    actions.end_facilitator(run=fresh(run), person=cast.ben, by=cast.ben)
    assert ben.get(f"/runs/{run.pk}/desk/").status_code == 404


def test_twice_is_once_and_the_number_has_an_end(run, cast, monkeypatch):
    give(run, cast.eve, cast.ben)
    with pytest.raises(Refused, match="Eve holds the desk of this session already"):
        give(run, cast.eve, cast.ben)
    with pytest.raises(Refused, match="Ben holds the desk"):
        give(run, cast.ben, cast.ben)
    monkeypatch.setattr(actions.facilitators, "MOST_FACILITATORS", 1)
    with pytest.raises(Refused, match="At most 1 others"):
        give(run, cast.uma, cast.ben)
    assert Facilitating.objects.count() == 1


def test_a_session_that_is_over_opens_to_nobody_new(run, cast):
    """Else one person could widen who reads a result after everybody has gone home."""
    letters = actions.make_desk_code(run=fresh(run), by=cast.ben)
    actions.close_run(run=run, by=cast.ben)
    code = actions.one_time.find_code(letters, "desk")
    for attempt in (
        lambda: give(run, cast.eve, cast.ben),
        lambda: actions.make_desk_code(run=fresh(run), by=cast.ben),
        lambda: actions.take_desk(code=code, by=cast.eve),
    ):
        with pytest.raises(Refused, match="This session is over"):
            attempt()
    assert holders(run) == ["Ben"]
    assert Finding.objects.visible_to(cast.eve).count() == 0


# --- the code ---


def shown(answer):
    return re.search(r'<span class="code">([A-Z-]+)</span>', answer.content.decode())[1]


def test_a_code_gives_the_desk_to_whoever_signs_in_elsewhere_once(run, cast, client_of):
    letters = shown(client_of(cast.ben).post(f"/runs/{run.pk}/desk/codes/"))
    kept = OneTimeCode.objects.get()
    assert letters.replace("-", "") not in (kept.token_hash, str(kept.__dict__))
    answer = client_of(cast.eve).post("/desks/", {"code": f" {letters.lower()} "})
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.pk}/desk/")
    assert holders(run) == ["Ben", "Eve"]
    again = client_of(cast.uma).post("/desks/", {"code": letters})
    assert (again.status_code, "Nothing is waiting for this code" in again.content.decode()) == (
        404,
        True,
    )
    assert holders(run) == ["Ben", "Eve"]


def test_whoever_holds_it_already_does_not_use_the_code_up(run, cast, client_of):
    letters = actions.make_desk_code(run=run, by=cast.ben)
    assert client_of(cast.ben).post("/desks/", {"code": letters}).status_code == 302
    assert client_of(cast.eve).post("/desks/", {"code": letters}).status_code == 302


def test_a_newer_code_stops_the_older_and_minutes_stop_any(run, cast):
    first = actions.make_desk_code(run=run, by=cast.ben)
    second = actions.make_desk_code(run=run, by=cast.ben)
    assert actions.one_time.find_code(first, "desk") is None
    assert actions.one_time.find_code(second, "desk").run == run
    assert actions.one_time.find_code(second, "seat") is None
    OneTimeCode.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert actions.one_time.find_code(second, "desk") is None


def test_a_code_that_was_used_meanwhile_gives_no_second_desk(run, cast):
    letters = actions.make_desk_code(run=run, by=cast.ben)
    code = actions.one_time.find_code(letters, "desk")
    actions.take_desk(code=code, by=cast.eve)
    with pytest.raises(Refused, match="Nothing is waiting"):
        actions.take_desk(code=code, by=cast.uma)


def test_codes_that_ended_are_deleted_by_the_worker(run, cast):
    actions.make_desk_code(run=run, by=cast.ben)
    for hours, left in ((20, 1), (30, 0)):
        OneTimeCode.objects.update(ends_at=timezone.now() - timedelta(hours=hours))
        due()
        assert OneTimeCode.objects.count() == left


def test_a_session_without_a_network_is_shared_by_code_only(cast, client_of):
    own = hold(cast.ada)
    page = client_of(cast.ada).get(f"/runs/{own.pk}/facilitators/").content.decode()
    assert "Somebody of your network" not in page
    letters = actions.make_desk_code(run=own, by=cast.ada)
    assert client_of(cast.dot).post("/desks/", {"code": letters}).status_code == 302
    assert client_of(cast.dot).get(f"/runs/{own.pk}/desk/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "status"), [("", 422), ("abc", 422), ("KTR-MWI", 422), ("KTR-MWX", 404)]
)
def test_what_is_no_code_gets_a_sentence(cast, client_of, typed, status):
    answer = client_of(cast.eve).post("/desks/", {"code": typed})
    assert (answer.status_code, answer.content.count(b'<div class="errors"')) == (status, 1)


def test_guesses_are_paused_before_the_look(run, cast, client_of, monkeypatch, no_guesses):
    monkeypatch.setattr("exchange.live.guessing.PER_ADDRESS", 2)
    letters = actions.make_desk_code(run=run, by=cast.ben)
    eve = client_of(cast.eve)
    statuses = [
        eve.post("/desks/", {"code": word}).status_code for word in ("KTRMWX", "KTRMWY", letters)
    ]
    assert (statuses, holders(run)) == ([404, 404, 429], ["Ben"])


def test_the_desk_asks_the_same_for_one_and_for_three(run, cast, client_of):
    """The names of who holds it cost one question."""
    asked = []
    for people in ([cast.eve], [cast.uma, cast.lou]):
        for person in people:
            give(run, person, cast.ben)
        ben = client_of(cast.ben)
        ben.get(f"/runs/{run.pk}/desk/")
        with CaptureQueriesContext(connection) as queries:
            ben.get(f"/runs/{run.pk}/desk/")
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert show_code("ABCDEFGHJKMN") == "ABC-DEF-GHJ-KMN"
