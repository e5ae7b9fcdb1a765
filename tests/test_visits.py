"""Sessions (D-8): how long they last, where one is signed in, and how it ends."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as house
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exchange.directory.models import Event, Person, Visit
from exchange.directory.visits import SessionStore, hashed
from tests import make
from tests.cast import Cast

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:144.0) Gecko/20100101 Firefox/144.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604"
COOKIE = house.SESSION_COOKIE_NAME
NEW = "another four plain words"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`later(hours=1)`: the clock goes on."""
    real, gone = time.time, [0.0]
    now = timezone.now

    def later(**by: float) -> None:
        gone[0] += timedelta(**by).total_seconds()

    monkeypatch.setattr(time, "time", lambda: real() + gone[0])
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(seconds=gone[0]))
    yield later


@pytest.fixture
def cy(cast: Cast) -> Person:
    cast.cy.set_password(make.PASSWORD)
    cast.cy.save()
    return cast.cy


def signed_in(person: Person, agent: str = FIREFOX, **more: str) -> Client:
    """A browser in which somebody has signed in by the form."""
    client = Client(headers={"User-Agent": agent})
    words = {"login": person.email, "password": make.PASSWORD, **more}
    assert client.post("/account/sign-in/", words)["Location"] == "/"
    return client


def still_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


# --- how long ---


def test_twelve_hours_without_use_end_it(cy: Person, later: Any) -> None:
    client = signed_in(cy)
    for _ in range(3):
        later(hours=11)
        assert still_in(client)
    later(hours=12, minutes=1)
    assert not still_in(client)


def test_fourteen_days_after_signing_in_it_ends_however_it_is_used(cy: Person, later: Any) -> None:
    client = signed_in(cy)
    for _ in range(14 * 3 - 1):
        later(hours=8)
        assert still_in(client)
    new = {"oldpassword": make.PASSWORD, "password1": NEW, "password2": NEW}
    client.post(reverse("account_change_password"), new)  # a new key is no new beginning
    later(hours=8, minutes=1)
    assert not still_in(client)


def test_on_a_shared_computer_it_ends_with_the_browser_or_after_four_hours(
    cy: Person, later: Any
) -> None:
    own, shared = signed_in(cy), signed_in(cy, shared="on")
    assert [own.cookies[COOKIE]["max-age"], shared.cookies[COOKIE]["max-age"]] == [1209600, ""]
    later(hours=4, minutes=1)
    assert [still_in(own), still_in(shared)] == [True, False]


def test_looking_writes_at_most_every_five_minutes(cy: Person, later: Any) -> None:
    client = signed_in(cy)
    seen = [Visit.objects.get().seen_at]
    for minutes in (1, 3, 2):
        later(minutes=minutes)
        assert still_in(client)
        seen.append(Visit.objects.get().seen_at)
    assert [seen[1] == seen[0], seen[2] == seen[0], seen[3] > seen[0]] == [True, True, True]


def test_what_has_ended_is_deleted(cy: Person, later: Any) -> None:
    signed_in(cy)
    later(hours=13)
    open_one = signed_in(cy)
    SessionStore.clear_expired()
    key = open_one.session.session_key
    assert list(Visit.objects.values_list("key_hash", flat=True)) == [hashed(key)]


# --- its key and what it holds ---


def test_the_key_changes_on_signing_in_and_the_old_one_opens_nothing(cy: Person) -> None:
    client = Client()
    client.get("/account/sign-in/")
    session = client.session
    session["anything"] = "before"
    session.save()
    before = session.session_key
    client.cookies[COOKIE] = before
    words = {"login": cy.email, "password": make.PASSWORD}
    client.post("/account/sign-in/", words)
    assert client.cookies[COOKIE].value != before
    thief = Client()
    thief.cookies[COOKIE] = before
    assert [still_in(client), still_in(thief)] == [True, False]


def test_a_copy_of_the_database_signs_nobody_in(cy: Person) -> None:
    client = signed_in(cy)
    key, row = client.cookies[COOKIE].value, Visit.objects.get()
    assert key not in repr([getattr(row, field.attname) for field in Visit._meta.fields])
    thief = Client()
    thief.cookies[COOKIE] = row.key_hash
    assert not still_in(thief)
    assert cy.email.encode() not in bytes(row.sealed)
    Visit.objects.update(sealed=b"nonsense")
    assert not still_in(client)


def test_a_session_that_was_ended_does_not_come_back_by_saving(cy: Person) -> None:
    """Two requests at once: one signs out, the other writes afterwards."""
    client = signed_in(cy)
    slow = client.session
    slow.get("anything")
    client.post(reverse("account_logout"))
    with pytest.raises(Exception, match=r"^$") as fault:
        slow["anything"] = "late"
        slow.save()
    assert type(fault.value).__name__ == "UpdateError"
    assert Visit.objects.filter(person=cy).count() == 0


# --- where one is signed in ---


def test_the_page_names_each_device_in_words(cy: Person, cast: Cast, client_of: Any) -> None:
    client_of(cast.ben)
    signed_in(cy, PHONE)
    client = signed_in(cy, FIREFOX, shared="on")
    page = client.get(reverse("devices"))
    shown = [(v.device_words, v.is_shared) for v in page.context["page_obj"]]
    assert shown == [("Firefox on Windows", True), ("Safari on an iPhone", False)]
    words = page.content.decode()
    assert [words.count("This device"), words.count("Sign out there<")] == [1, 1]
    assert "Mozilla" not in words


def test_ending_one_and_all_others(cy: Person) -> None:
    phone, tablet, own = signed_in(cy, PHONE), signed_in(cy, PHONE), signed_in(cy)
    first = Visit.objects.order_by("pk").first()
    assert first
    for _ in range(2):  # pressed twice: gone is gone
        answer = own.post(reverse("device_end", args=[first.pk]))
        assert answer.status_code in (302, 404)
    assert [still_in(phone), still_in(tablet), still_in(own)] == [False, True, True]
    own.post(reverse("devices_end"))
    assert [still_in(tablet), still_in(own)] == [False, True]
    ends = Event.objects.filter(verb="end_visit").order_by("pk")
    assert [(e.actor, e.subject_id, e.data) for e in ends] == [(cy, cy.pk, {"visits": 1})] * 2


def test_nobody_ends_anothers(cy: Person, cast: Cast, client_of: Any) -> None:
    client = signed_in(cy)
    visit = Visit.objects.get(person=cy)
    for who in (cast.ben, cast.max):
        assert client_of(who).post(reverse("device_end", args=[visit.pk])).status_code == 404
    assert still_in(client)


def test_a_new_password_ends_every_other_session(cy: Person) -> None:
    other, client = signed_in(cy, PHONE), signed_in(cy)
    new = {"oldpassword": make.PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post(reverse("account_change_password"), new).status_code == 302
    assert [still_in(other), still_in(client), Visit.objects.filter(person=cy).count()] == [
        False, True, 1,
    ]  # fmt: skip


def test_a_closed_account_is_signed_in_nowhere(cy: Person) -> None:
    client = signed_in(cy)
    Person.objects.filter(pk=cy.pk).update(is_active=False)
    assert not still_in(client)
