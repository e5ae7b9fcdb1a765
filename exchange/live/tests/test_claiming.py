"""A guest's seat becomes a person's: on the same phone, or by a code taken home."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from exchange.live import actions
from exchange.live.actions.one_time import find_code
from exchange.live.models import Finding, OneTimeCode, Run, Seat
from exchange.live.plugin import Refused
from exchange.live.tests.holding import hold, sit
from exchange.live.tests.test_learning import rows


@pytest.fixture
def closed(run, cast):
    """A closed session of Harbour in which two guests sat."""
    seats = sit(run, 2)
    closed = actions.close_run(run=run, by=cast.ben)
    closed.guests = seats
    return closed


def phone(seat, person=None):
    client = Client()
    if person:
        client.force_login(person)
    client.cookies[f"seat-{seat.run_id}"] = seat.token
    return client


def code_on(answer):
    assert answer.status_code == 200
    return re.search(r'<span class="code long">([A-Z-]+)</span>', answer.content.decode())[1]


def test_signed_in_on_the_same_phone_it_is_one_press(closed, cast):
    """Dot is of another network: the seat opens this one result to her, as it did on the phone."""
    seat = closed.guests[0]
    dots = phone(seat, cast.dot)
    assert "Keep it in my account" in dots.get(f"/runs/{closed.pk}/board/").content.decode()
    assert Client().get(f"/runs/{closed.pk}/").status_code == 302
    answer = dots.post(f"/runs/{closed.pk}/board/claim/")
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{closed.pk}/")
    assert dots.get(f"/runs/{closed.pk}/").status_code == 200
    assert [row.role for row in rows(cast.dot)] == ["took part"]
    # the phone without the account opens it no more
    assert phone(seat).get(f"/runs/{closed.pk}/board/").status_code == 404


def test_a_guest_is_led_to_sign_in_and_back(closed):
    page = phone(closed.guests[0]).get(f"/runs/{closed.pk}/board/").content.decode()
    assert f'href="/account/sign-in/?next=/runs/{closed.pk}/board/"' in page


def test_a_code_taken_home_does_it_on_another_device_once(closed, cast, client_of):
    letters = code_on(phone(closed.guests[0]).post(f"/runs/{closed.pk}/board/claim/codes/"))
    assert re.fullmatch("([A-Z]{3}-){3}[A-Z]{3}", letters)
    dot, cy = client_of(cast.dot), client_of(cast.cy)
    answer = dot.post("/keep/", {"code": letters.lower()})
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{closed.pk}/")
    assert cy.post("/keep/", {"code": letters}).status_code == 404
    assert (len(rows(cast.dot)), rows(cast.cy)) == (1, [])
    assert Seat.objects.get(pk=closed.guests[0].pk).person == cast.dot


def test_also_while_the_session_goes_on(run, cast):
    (seat,) = sit(run)
    client = phone(seat, cast.cy)
    answer = client.post(f"/runs/{run.pk}/board/claim/")
    assert answer["Location"] == f"/runs/{run.pk}/board/"
    assert client.get(answer["Location"]).status_code == 200
    assert phone(seat).post(f"/runs/{run.pk}/board/claim/codes/").status_code == 404
    (other,) = sit(run)
    assert phone(other).post(f"/runs/{run.pk}/board/claim/codes/").status_code == 409


def test_one_seat_for_one_person(closed, cast):
    first, second = closed.guests
    actions.claim_seat(seat=first, by=cast.dot)
    actions.claim_seat(seat=first, by=cast.dot)
    with pytest.raises(Refused, match="One person, one seat"):
        actions.claim_seat(seat=second, by=cast.dot)
    with pytest.raises(Refused, match="belongs to an account"):
        actions.claim_seat(seat=first, by=cast.cy)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.filter(pk=second.pk).update(person=cast.dot)
    assert closed.seats.filter(person=cast.dot).count() == 1


def test_a_claim_is_no_way_into_the_network(closed, cast, client_of):
    actions.claim_seat(seat=closed.guests[0], by=cast.dot)
    assert client_of(cast.dot).get(f"/networks/{cast.harbour.pk}/").status_code == 404
    assert list(Run.objects.visible_to(cast.dot)) == [closed]
    assert set(Finding.objects.visible_to(cast.dot)) == set(closed.findings.all())


def test_a_refused_claim_leaves_the_code_as_it_was(closed, cast):
    first, second = closed.guests
    actions.claim_seat(seat=first, by=cast.dot)
    letters = actions.make_claim_code(seat=second)
    with pytest.raises(Refused):
        actions.claim_by_code(code=find_code(letters, "claim"), by=cast.dot)
    assert actions.claim_by_code(code=find_code(letters, "claim"), by=cast.cy) == closed


def test_codes_end_after_a_week_and_open_nothing_else(closed, cast, client_of):
    letters = actions.make_claim_code(seat=closed.guests[0])
    week = OneTimeCode.objects.get().ends_at - timezone.now()
    assert timedelta(days=6, hours=23) < week <= timedelta(days=7)
    for path in ("/rejoin/", "/desks/"):
        assert client_of(cast.cy).post(path, {"code": letters}).status_code == 422
    OneTimeCode.objects.update(ends_at=timezone.now())
    assert client_of(cast.cy).post("/keep/", {"code": letters}).status_code == 404


def test_nobody_claims_what_they_do_not_hold(run, cast, client_of):
    (seat,) = sit(run)
    assert client_of(cast.cy).post(f"/runs/{run.pk}/board/claim/").status_code == 404
    assert phone(seat).post(f"/runs/{run.pk}/board/claim/").status_code == 302  # to sign in
    other = hold(cast.ben, cast.harbour)
    assert phone(seat, cast.cy).post(f"/runs/{other.pk}/board/claim/").status_code == 404
    assert Seat.objects.filter(person=cast.cy).count() == 0


def test_a_removed_seat_and_a_cancelled_session_are_kept_by_nobody(run, cast):
    (seat,) = sit(run)
    actions.remove_seat(run=run, seat=seat, by=cast.ben)
    with pytest.raises(Refused, match="not there any more"):
        actions.claim_seat(seat=seat, by=cast.cy)
