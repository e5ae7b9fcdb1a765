"""Another e-mail address: proved by a letter, told to the old one, which then opens nothing."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exchange.core.models import Letter
from exchange.core.outbox import deliver
from exchange.core.retention import due
from exchange.directory import actions
from exchange.directory.account_log import SIGNED_IN_AT
from exchange.directory.models import AddressChange, Event, Person, Visit
from exchange.directory.post import choice_of, choice_url
from tests import make
from tests.cast import Cast
from tests.test_headers import same

NEW = "cy.new@school.example"
ASK = "/account/address/"


@pytest.fixture
def cy(cast: Cast) -> Person:
    cast.cy.set_password(make.PASSWORD)
    cast.cy.save()
    return cast.cy


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Any:
    """`with commit():` what follows a commit is done at the end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def letters() -> dict[str, str]:
    """What has been sent: to whom, and its text."""
    deliver()
    return {message.to[0]: str(message.body) for message in mail.outbox}


def link_in(words: str) -> str:
    found = re.search(r"https?://[^/\s]+(/account/\S+)", words)
    assert found
    return found[1]


def sign_in(email: str) -> Client | None:
    client = Client()
    words = {"login": email, "password": make.PASSWORD}
    return client if client.post("/account/sign-in/", words).status_code == 302 else None


def asked(client: Client, email: str = NEW) -> str:
    """Ask for an address; the link of the letter to it."""
    assert client.post(ASK, {"email": email})["Location"] == ASK
    return link_in(letters()[email])


def test_nothing_changes_before_the_letter_is_answered(cy: Person, client_of: Any) -> None:
    old, client = cy.email, client_of(cy)
    link = asked(client)
    assert set(letters()) == {old, NEW}
    assert NEW not in letters()[old]
    cy.refresh_from_db()
    assert (cy.email, sign_in(NEW)) == (old, None)
    assert client.get(link).status_code == 200  # looking changes nothing
    cy.refresh_from_db()
    assert cy.email == old
    assert client.post(link)["Location"] == reverse("account")
    cy.refresh_from_db()
    assert (cy.email, sign_in(old)) == (NEW, None)
    assert sign_in(NEW)
    assert "Your account has another address now." in letters()[old]
    verbs = Event.objects.filter(subject_kind="person").values_list("verb", flat=True)
    assert sorted(verbs) == ["ask_address_change", "change_address", "sign_in"]


def test_the_link_works_once_for_its_person_for_a_day(
    cy: Person, cast: Cast, client_of: Any
) -> None:
    client = client_of(cy)
    link = asked(client)
    assert Client().post(link)["Location"] == f"/account/sign-in/?next={link}"
    assert client_of(cast.ben).post(link).status_code == 404
    newer = asked(client, "cy.other@school.example")
    assert client.post(link).status_code == 404  # a newer letter ends it
    AddressChange.objects.update(expires_at=timezone.now())
    assert client.post(newer).status_code == 404
    cy.refresh_from_db()
    last = asked(client)
    assert [client.post(last).status_code for _ in range(2)] == [302, 404]


def test_what_was_sent_to_the_old_address_opens_nothing(
    cy: Person, cast: Cast, client_of: Any
) -> None:
    """D4-18: a link for a new password, an invitation, letters on their way, the choice of mail,
    allauth's own list of addresses, other sessions."""
    old = cy.email
    Client().post(reverse("account_reset_password"), {"email": old})
    reset = link_in(letters()[old])
    invited = actions.invite(cast.fellside, by=cast.dot, email=old, role="facilitator")
    choice = choice_url(cy, cast.harbour).rsplit("/", 2)[1]
    Letter.objects.all().delete()
    Letter.objects.create(kind="message", about=1, reader=cy.pk)
    other, client = sign_in(old), client_of(cy)
    assert other
    client.post(asked(client))
    cy.refresh_from_db()
    page = Client().get(reset, follow=True).content.decode()
    assert "This link no longer works" in page
    invited.refresh_from_db()
    assert (invited.cancelled_by, invited.is_open) == (cy, False)
    assert choice_of(choice) is None
    assert Letter.objects.waiting().filter(reader=cy.pk).count() == 0
    assert EmailAddress.objects.filter(email=old).count() == 0
    assert other.get(reverse("account")).status_code == 302
    assert client.get(reverse("account")).status_code == 200
    Client().post(reverse("account_reset_password"), {"email": old})
    deliver()
    assert "There is no account for it here." in str(mail.outbox[-1].body)


def test_it_is_not_told_who_has_an_account(cy: Person, cast: Cast, client_of: Any) -> None:
    """D-12: the same answer and the same rows; only the letter to the address tells its reader."""
    known = client_of(cy).post(ASK, {"email": cast.dot.email}, follow=True)
    row = AddressChange.objects.values_list("done_at", "cancelled_at").get()
    Person.objects.filter(pk=cy.pk).update(last_login=None)
    AddressChange.objects.all().delete()
    unknown = client_of(cy).post(ASK, {"email": NEW}, follow=True)
    assert same(known, unknown, cast.dot.email, NEW)
    assert row == AddressChange.objects.values_list("done_at", "cancelled_at").get()
    assert "It has an account already, so nothing changes." in letters()[cast.dot.email]
    assert "/account/address/" not in letters()[cast.dot.email]


def test_an_address_that_is_taken_meanwhile_is_refused(cy: Person, client_of: Any) -> None:
    client = client_of(cy)
    link = asked(client)
    make.person("Quick", email=NEW)
    answer = client.post(link)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["Another account has this address now."]
    old = cy.email
    cy.refresh_from_db()
    assert (cy.email, Visit.objects.filter(person=cy).count()) == (old, 1)


def test_what_has_run_out_is_deleted(cast: Cast) -> None:
    over = make.address_change(cast.cy, expires_at=timezone.now())
    kept = make.address_change(cast.ben)
    assert due()["new addresses"] == 1
    assert list(AddressChange.objects.all()) == [kept] != [over]


def test_nobody_changes_anothers(cast: Cast) -> None:
    change = make.address_change(cast.cy)
    for verb in (
        lambda: actions.ask_address_change(cast.cy, by=cast.max, email=NEW),
        lambda: actions.change_address(change, by=cast.ada),
    ):
        with pytest.raises(Exception, match=r"^Only you change your address\.$"):
            verb()


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("", "This field is required."),
        ("not an address", "Enter a valid email address."),
        ("CY@own", "Enter a valid email address."),
    ],
)
def test_what_is_no_address_is_told(cy: Person, client_of: Any, email: str, said: str) -> None:
    answer = client_of(cy).post(ASK, {"email": email})
    assert (answer.status_code, answer.context["form"].errors["email"]) == (422, [said])
    assert AddressChange.objects.count() == 0


def test_ones_own_address_and_too_many_are_refused(cy: Person, cast: Cast, client_of: Any) -> None:
    client = client_of(cy)
    own = client.post(ASK, {"email": cy.email.upper()})
    assert own.context["form"].errors["email"] == ["This is your present address."]
    for n in range(5):
        assert client.post(ASK, {"email": f"new{n}@school.example"}).status_code == 302
    assert client.post(ASK, {"email": NEW}).status_code == 429
    for n, one in enumerate((cast.ada, cast.ned, cast.ben, cast.hana, cast.eve, cast.lou)):
        if n < 5:
            actions.ask_address_change(one, by=one, email=NEW)
            continue
        with pytest.raises(ValidationError, match="several times within an hour"):
            actions.ask_address_change(one, by=one, email=NEW)


def test_it_asks_again_who_one_is_after_ten_minutes(cy: Person, client_of: Any) -> None:
    client = client_of(cy)
    session = client.session
    session[SIGNED_IN_AT] -= 601
    session.save()
    first = client.post(ASK, {"email": NEW})
    assert first["Location"] == "/account/confirm/?next=%2Faccount%2Faddress%2F"
    assert AddressChange.objects.count() == 0
    words = {"password": make.PASSWORD, "next": ASK}
    client.post(first["Location"], words)  # what was posted is done now
    assert AddressChange.objects.get().email == NEW
