"""Pressing “Take my seat” more than once takes one seat; the form's id opens nobody else's."""

import pytest
from django.urls import reverse

from exchange.live.actions import join_run, remove_seat
from exchange.live.models import Run, Seat
from exchange.live.pageforms import read_page
from exchange.live.seating import cookie_name, new_once, read_once
from exchange.live.tests.holding import hold


def form_of(client, run) -> dict[str, str]:
    """What a browser posts from the joining page, unchanged."""
    page = read_page(client.get(reverse("join_code", args=[run.code])).content.decode())
    (form,) = [form for form in page.forms if form.method == "post"]
    filled = {box.name: box.value for box in form.boxes if box.kind in ("hidden", "text")}
    return {**filled, "label": "Gil", "school": "other", "role": "teacher", "people": "1"}


def press(client, run, form):
    return client.post(reverse("join_code", args=[run.code]), form)


def seats(run) -> list[str]:
    """The keys of the seats, which are those in the room."""
    keys = list(Seat.objects.taken().filter(run=run).values_list("key", flat=True))
    assert sorted(Run.objects.get(pk=run.pk).room["seats"]) == keys
    return keys


def test_a_second_press_that_carries_no_cookie_yet_is_the_same_seat(run, client_of):
    phone = client_of(None)
    form = form_of(phone, run)
    answers = [press(client_of(None), run, form) for _ in range(2)]
    assert [(a.status_code, a.url) for a in answers] == [(302, f"/runs/{run.pk}/board/")] * 2
    assert seats(run) == ["s1"]
    first, second = (answer.cookies[cookie_name(run.pk)].value for answer in answers)
    assert first == second
    phone.cookies[cookie_name(run.pk)] = first
    assert phone.get(f"/runs/{run.pk}/board/").status_code == 200


def test_the_second_press_is_answered_behind_a_locked_door(run, client_of):
    form = form_of(client_of(None), run)
    press(client_of(None), run, form)
    Run.objects.filter(pk=run.pk).update(door_locked_at=run.opened_at)
    assert press(client_of(None), run, form).status_code == 302
    assert press(client_of(None), run, form_of(client_of(None), run)).status_code == 409
    assert seats(run) == ["s1"]


def test_another_phone_has_another_form(run, client_of):
    forms = [form_of(client_of(None), run) for _ in range(2)]
    for form in forms:
        press(client_of(None), run, form)
    assert seats(run) == ["s1", "s2"]


@pytest.mark.parametrize("once", ["", "1", "a:b", "x" * 5000])
def test_an_id_that_is_none_of_ours_finds_no_seat_and_hinders_nobody(run, client_of, once):
    form = {**form_of(client_of(None), run), "once": once}
    answers = [press(client_of(None), run, form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert seats(run) == ["s1", "s2"]


def test_the_id_of_another_session_counts_as_none(run, cast):
    other = hold(cast.ben)
    once = new_once(run)
    assert (read_once(run, once) != "", read_once(other, once)) == (True, "")


def test_a_removed_seat_is_not_given_back(run, cast, client_of):
    form = form_of(client_of(None), run)
    press(client_of(None), run, form)
    remove_seat(run=run, seat=Seat.objects.get(run=run), by=cast.ben)
    phone = client_of(None)
    assert press(phone, run, form).status_code == 302
    assert phone.get(f"/runs/{run.pk}/board/").status_code == 200
    assert seats(run) == ["s2"]


def test_the_seat_of_a_member_is_not_given_to_who_presses_their_form_next(run, cast, client_of):
    cy = client_of(cast.cy)
    form = form_of(cy, run)
    press(cy, run, form)
    hana = client_of(cast.hana)
    press(hana, run, form)
    press(client_of(None), run, form)
    held = Seat.objects.filter(run=run).values_list("key", "person")
    assert list(held) == [("s1", cast.cy.pk), ("s2", cast.hana.pk), ("s3", None)]
    assert cy.get(f"/runs/{run.pk}/board/").status_code == 200


def test_a_member_on_a_new_device_and_removed_there_takes_a_new_seat(run, cast, client_of):
    press(client_of(cast.cy), run, form_of(client_of(cast.cy), run))
    seat = Seat.objects.get(run=run)
    once = read_once(run, new_once(run))
    again, token = join_run(run=run, person=cast.cy, once=once)
    assert (again.pk, join_run(run=run, person=cast.cy, once=once)) == (seat.pk, (seat, token))
    remove_seat(run=run, seat=seat, by=cast.ben)
    fresh, other = join_run(run=run, person=cast.cy, once=once)
    assert (fresh.key, other == token) == ("s2", False)


def test_only_a_hash_of_the_id_is_kept(run, client_of):
    form = form_of(client_of(None), run)
    press(client_of(None), run, form)
    row = " ".join(map(str, Seat.objects.filter(run=run).values_list()[0]))
    assert (form["once"] in row, read_once(run, form["once"]) in row) == (False, False)
