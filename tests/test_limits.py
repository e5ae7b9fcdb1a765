"""Limits on failed tries (docs/decisions/0013): a whole hall gets in from one address, a guesser
does not, and whoever is being guessed at can still get in."""

import asyncio
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from exchange.core import limits
from exchange.core.outbox import deliver
from exchange.directory.accounts import InvitedOnly
from exchange.directory.models import Person
from tests import make
from tests.cast import Cast
from tests.server import Server

HALL = "203.0.113.9"
SEVERAL = "There have been several wrong tries. Wait five minutes, then try once more."


@pytest.fixture
def ada(cast: Cast) -> Person:
    """Ada, who can sign in with make.PASSWORD."""
    cast.ada.set_password(make.PASSWORD)
    cast.ada.save()
    return cast.ada


def sign_in(email: str, password: str, address: str = HALL) -> str:
    """What becomes of it: in, wrong or wait."""
    words = {"login": email, "password": password}
    answer = Client(REMOTE_ADDR=address).post(reverse("account_login"), words)
    if answer.status_code == 302:
        return "in"
    return "wait" if SEVERAL in answer.content.decode() else "wrong"


def guess(email: str, password: str, address: str) -> str:
    """The same without the page around it, for thousands."""
    request: Any = RequestFactory().post("/", REMOTE_ADDR=address)
    try:
        person = InvitedOnly().authenticate(request, email=email, password=password)
    except ValidationError as wait:
        return " ".join(wait.messages)
    return "in" if person else "wrong"


# --- signing in ---


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_forty_people_sign_in_at_once_from_one_address(server: Server) -> None:
    """R3, and the same again with a third of them mistyping: only those are told so."""
    known = make_password(make.PASSWORD)
    people = [
        Person.objects.create(email=f"h{n}@example.org", name=f"H {n}", password=known)
        for n in range(40)
    ]

    async def attempt(email: str, password: str) -> str:
        async with server.client() as browser:
            words = {"login": email, "password": password}
            answer = await browser.post("/account/sign-in/", data=words, headers={"Accept": "*/*"})
            if answer.status_code == 302:
                return "in"
            return "wait" if SEVERAL in answer.text else "wrong"

    async def hall(wrong: int) -> list[str]:
        tries = [
            attempt(one.email, "not the password" if n < wrong else make.PASSWORD)
            for n, one in enumerate(people)
        ]
        return await asyncio.gather(*tries)

    connection.close()
    assert Counter(asyncio.run(hall(wrong=0))) == {"in": 40}
    assert asyncio.run(hall(wrong=13)) == ["wrong"] * 13 + ["in"] * 27


def test_wrong_passwords_of_one_account_are_limited(ada: Person) -> None:
    """D-11: five in five minutes, from wherever they come; then even the right one waits."""
    tries = [sign_in(ada.email, f"wrong {n}", f"203.0.113.{n}") for n in range(8)]
    assert tries == ["wrong"] * 5 + ["wait"] * 3
    assert sign_in(ada.email.upper(), make.PASSWORD) == "wait"
    cache.clear()  # five minutes later
    assert sign_in(ada.email, make.PASSWORD) == "in"


def test_wrong_passwords_of_one_address_are_limited(ada: Person, cast: Cast) -> None:
    """Sixty a minute over many accounts; people at other addresses do not notice."""
    tries = Counter(sign_in(f"nobody{n}@example.org", "wrong") for n in range(70))
    assert tries == {"wrong": 60, "wait": 10}
    assert sign_in(ada.email, make.PASSWORD) == "wait"
    assert sign_in(ada.email, make.PASSWORD, "203.0.113.10") == "in"


def test_right_passwords_are_never_counted(ada: Person) -> None:
    assert {sign_in(ada.email, make.PASSWORD) for _ in range(12)} == {"in"}
    tries = [sign_in(ada.email, f"wrong {n}") for n in range(4)]
    assert [*tries, sign_in(ada.email, make.PASSWORD)] == ["wrong"] * 4 + ["in"]


def test_who_is_being_guessed_at_gets_in_by_letter(ada: Person) -> None:
    """D-11: 10,000 wrong tries from everywhere find nothing, and the right password waits with
    them; the link of the letter lets its reader in all the same, once."""
    met = Counter(guess(ada.email, f"guess {n}", f"198.51.{n % 250}.7") for n in range(10_000))
    assert met == {"wrong": 5, SEVERAL: 9_995}
    assert sign_in(ada.email, make.PASSWORD) == "wait"
    person = Client()
    person.post(reverse("account_reset_password"), {"email": ada.email})
    deliver()
    link = re.search(r"https?://[^/\s]+(/account/\S+)", mail.outbox[-1].body)
    assert link
    form = person.get(link[1], follow=True).redirect_chain[-1][0]
    fresh = {"password1": "another four plain words", "password2": "another four plain words"}
    assert person.post(form, fresh)["Location"] == reverse("home")
    assert person.get(reverse("account")).status_code == 200
    again = Client().get(link[1], follow=True)
    assert "This link no longer works" in again.content.decode()


# --- letters, and the present password ---


def ask_for_letter(email: str, address: str = HALL) -> int:
    client = Client(REMOTE_ADDR=address)
    return client.post(reverse("account_reset_password"), {"email": email}).status_code


@pytest.mark.django_db
def test_a_hall_that_forgot_its_passwords_gets_its_letters() -> None:
    known = make_password(make.PASSWORD)
    for n in range(100):
        Person.objects.create(email=f"h{n}@example.org", name=f"H {n}", password=known)
    assert {ask_for_letter(f"h{n}@example.org") for n in range(100)} == {302}
    deliver(100)
    assert [letter.to for letter in mail.outbox] == [[f"h{n}@example.org"] for n in range(100)]


def test_nobodys_post_is_flooded(ada: Person) -> None:
    """Five letters an hour for one reader, whoever asks; known or not, the answers are the same."""
    for email in (ada.email, "nobody@example.org"):
        asked = [ask_for_letter(email, f"203.0.113.{n}") for n in range(7)]
        assert asked == [302] * 5 + [429] * 2
    deliver()
    assert Counter(letter.to[0] for letter in mail.outbox) == {
        ada.email: 5,
        "nobody@example.org": 5,
    }


def change_password(client: Client, present: str, new: str = "another four plain words") -> int:
    words = {"oldpassword": present, "password1": new, "password2": new}
    return client.post(reverse("account_change_password"), words).status_code


def test_only_a_wrong_present_password_is_limited(ada: Person) -> None:
    """Whoever finds a signed-in phone has five tries; a new password that is too short, tries of
    strangers to sign in, and changing it often do not count."""
    client = Client()
    client.force_login(ada)
    for n in range(6):
        sign_in(ada.email, f"wrong {n}")
    assert [change_password(client, make.PASSWORD, "short") for _ in range(8)] == [200] * 8
    passwords = [make.PASSWORD, *(f"password number {n}" for n in range(8))]
    changes = [change_password(client, *pair) for pair in pairwise(passwords)]
    assert changes == [302] * 8
    assert [change_password(client, f"wrong {n}") for n in range(6)] == [200] * 6
    assert change_password(client, passwords[-1]) == 200
    ada.refresh_from_db()
    assert ada.check_password(passwords[-1])
    cache.clear()  # five minutes later
    assert change_password(client, passwords[-1]) == 302


def test_whoever_finds_a_signed_in_phone_has_five_tries_to_say_it_is_theirs(ada: Person) -> None:
    """Before something that matters; and strangers who try to sign in do not use them up."""
    client = Client()
    client.force_login(ada)
    for n in range(6):
        sign_in(ada.email, f"wrong {n}")
    confirm = reverse("account_reauthenticate")
    assert client.post(confirm, {"password": make.PASSWORD})["Location"] == reverse("home")
    for n in range(6):
        assert client.post(confirm, {"password": f"wrong {n}"}).status_code == 200
    late = client.post(confirm, {"password": make.PASSWORD})
    assert late.context["form"].errors["password"] == [
        "There have been several tries. Wait a few minutes, then try again."
    ]


# --- whose tries are whose ---


@pytest.mark.parametrize(
    ("seen", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb:cccc:0:2", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("a-socket", "a-socket"),
        ("", ""),
    ],
)
def test_an_address_is_what_one_visitor_has(seen: str, counted: str) -> None:
    request: Any = RequestFactory().get("/", REMOTE_ADDR=seen)
    assert limits.address_of(request) == counted


def test_places_are_taken_given_back_and_lapse() -> None:
    assert [limits.take("x", "a", 2, 60) for _ in range(4)] == [True, True, False, False]
    limits.give_back("x", "a")
    assert [limits.take("x", "a", 2, 60), limits.take("x", "a", 2, 60)] == [True, False]
    assert (limits.too_many("x", "a", 2), limits.too_many("x", "b", 1)) == (True, False)
    cache.clear()  # later
    limits.give_back("x", "a")
    assert [limits.failed("x", "a", 60), limits.failed("x", "a", 60)] == [1, 2]
