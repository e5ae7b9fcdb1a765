"""What somebody tries who should not get in: passwords (D-10), asking who has an account (D-12),
letters that have run out (D-13), links used for something else (D-14), two at once (D-27).

Guessing passwords and codes is in test_limits.py and test_second_step.py (D-11), and how long an
answer takes is measured by bench/who_has_an_account.py.
"""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import hashers
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exchange.core.hashing import Argon2InTurn
from exchange.core.outbox import deliver
from exchange.directory import actions
from exchange.directory.actions.second_step import use_code
from exchange.directory.models import Event, Person, RoleAssignment
from exchange.live.actions import join_run
from exchange.live.actions.seats import MOST_SEATS
from exchange.live.models import Seat
from exchange.live.plugin import Refused
from exchange.live.tests.holding import hold
from tests import make
from tests.cast import Cast
from tests.test_second_step import shows

ALL_SIGNS = "  Pâs swörd — ؤ 密碼 🙂 \\'\"<>&;% " * 4


# --- passwords ---


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("elevensigns", False),
        ("passwordpassword", False),
        ("123456789012", False),
        ("cy marsh lane twelve", True),
        (ALL_SIGNS[:128], True),
        ("x7 " * 42 + "x7", True),
    ],
    ids=["too short", "common", "only digits", "four words", "any signs", "128 long"],
)
def test_what_counts_as_a_password(cast: Cast, client_of: Any, password: str, taken: bool) -> None:
    """Twelve signs and more, any of them, none from the list of common ones; kept by Argon2."""
    cast.cy.set_password(make.PASSWORD)
    cast.cy.save()
    client = client_of(cast.cy)
    words = {"oldpassword": make.PASSWORD, "password1": password, "password2": password}
    page = client.get(reverse("account_change_password")).content.decode()
    assert [page.count("onpaste"), page.count('autocomplete="new-password"') >= 1] == [0, True]
    answer = client.post(reverse("account_change_password"), words)
    cast.cy.refresh_from_db()
    assert (answer.status_code == 302, cast.cy.check_password(password)) == (taken, taken)
    assert cast.cy.password.startswith("argon2$argon2id$")


# --- who has an account ---


class Counted(Argon2InTurn):
    """The hasher of the house, which counts how often it was asked."""

    times = 0

    def encode(self, *words: Any, **more: Any) -> str:
        type(self).times += 1
        return super().encode(*words, **more)

    def verify(self, *words: Any, **more: Any) -> bool:
        type(self).times += 1
        return super().verify(*words, **more)


def test_a_wrong_password_costs_one_hash_whoever_it_is(cast: Cast, settings: Any) -> None:
    """What takes long is the hash; with it the answer takes as long for an address that has no
    account, one whose account is closed, and one that has no password."""
    hashers.reset_hashers(setting="PASSWORD_HASHERS")
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    for one in (cast.cy, cast.ben):
        one.set_password(make.PASSWORD)
        one.save()
    Person.objects.filter(pk=cast.ben.pk).update(is_active=False)
    took = {}
    for email in (cast.cy.email, cast.ben.email, cast.eve.email, "nobody@example.org"):
        Counted.times = 0
        answer = Client().post("/account/sign-in/", {"login": email, "password": "wrong"})
        took[email] = (answer.status_code, Counted.times)
    assert set(took.values()) == {(200, 1)}


# --- letters that have run out ---


def test_an_invitation_that_ran_out_is_not_revived_by_asking_for_a_password(cast: Cast) -> None:
    """D4-7: the letter for a new password opens nothing either, and makes no account."""
    make.invitation(
        cast.harbour, token="old", email="new@example.org", role="facilitator",
        invited_by=cast.ada, expires_at=timezone.now() - timedelta(minutes=1),
    )  # fmt: skip
    Client().post(reverse("account_reset_password"), {"email": "new@example.org"})
    deliver()
    words = str(mail.outbox[-1].body)
    assert "There is no account for it here." in words
    assert re.findall(r"/account/password/reset/\S+", words) == []
    taken = {"name": "New", "password": make.PASSWORD}
    assert Client().post(reverse("invitation", args=["old"]), taken).status_code == 410
    assert Person.objects.filter(email="new@example.org").count() == 0


def test_an_inviter_who_left_leaves_no_open_letters(cast: Cast) -> None:
    """Their letters open nothing while nobody has sent them anew."""
    letter = make.invitation(
        cast.harbour, email="new@example.org", role="facilitator", invited_by=cast.ned
    )
    actions.end_role(cast.ned.role_assignments.get(), by=cast.ada)
    letter.invited_by = Person.objects.get(pk=cast.ned.pk)
    with pytest.raises(ValidationError, match="no longer leads this network"):
        actions.accept_invitation(letter, by=None, name="New", password=make.PASSWORD)
    newer = actions.resend_invitation(letter, by=cast.ada)
    assert newer.invited_by == cast.ada


# --- links ---


def test_a_link_does_the_one_thing_it_was_sent_for(cast: Cast, client_of: Any) -> None:
    """No token of one kind of letter opens another kind's page, and none signs anybody in."""
    make.invitation(cast.harbour, token="invited", role="facilitator", invited_by=cast.ada)
    make.address_change(cast.cy, token="proof")
    own = client_of(cast.cy)
    tried = {
        "invitation with a proof": Client().get(reverse("invitation", args=["proof"])),
        "proof with an invitation": own.get(reverse("address_change", args=["invited"])),
        "mail with an invitation": Client().get(reverse("mail_choice", args=["invited"])),
        "mail with a proof": Client().get(reverse("mail_choice", args=["proof"])),
    }
    assert {what: answer.status_code for what, answer in tried.items()} == dict.fromkeys(tried, 404)
    reader = Client()
    for path in (
        reverse("invitation", args=["invited"]),
        reverse("address_change", args=["proof"]),
    ):
        reader.get(path)
        assert reader.get(reverse("account")).status_code == 302


# --- two at once ---


def at_once(number: int, do: Callable[[], object]) -> list[str]:
    """What becomes of it, done by so many threads at the same moment: sorted."""
    gate, outcomes = threading.Barrier(number), []

    def one() -> None:
        gate.wait()
        try:
            outcomes.append(str(do()))
        except ValidationError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_many_with_one_code_one_gets_in() -> None:
    ada = make.person("Ada")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(ada, secret)
    code, spare = shows(secret), RecoveryCodes.activate(ada).get_unused_codes()[0]
    for one in (code, spare):
        assert at_once(6, lambda one=one: bool(use_code(ada, one))) == ["False"] * 5 + ["True"]
    codes = Authenticator.objects.get(type="recovery_codes").wrap()
    assert len(codes.get_unused_codes()) == 9


@pytest.mark.django_db(transaction=True)
def test_an_address_is_taken_once() -> None:
    """One link pressed by many, and two people who want the same address."""
    ada, ben = make.person("Ada"), make.person("Ben")
    change = make.address_change(ada, email="new@example.org")
    assert at_once(4, lambda: actions.change_address(change, by=ada).email) == [
        "new@example.org", "refused", "refused", "refused",
    ]  # fmt: skip
    assert Event.objects.filter(verb="change_address").count() == 1
    wanted = [make.address_change(one, email="both@example.org") for one in (ada, ben)]
    turns = iter(wanted)
    took = at_once(2, lambda: actions.change_address(change := next(turns), by=change.person).email)
    assert took == ["both@example.org", "refused"]
    assert Person.objects.filter(email="both@example.org").count() == 1


def either(do: Callable[[], object]) -> str:
    """Whether somebody got it: "got" or "refused"."""
    try:
        do()
    except (PermissionDenied, Refused):
        return "refused"
    return "got"


@pytest.mark.django_db(transaction=True)
def test_two_who_end_each_other_leave_one_co_leader() -> None:
    network = make.network()
    both = [make.co_leader(network, name) for name in ("Ada", "Ned")]
    held = [one.role_assignments.get() for one in both]
    turns = iter(zip(held, reversed(both), strict=True))

    def end() -> str:
        role, by = next(turns)
        return either(lambda: actions.end_role(role, by=by))

    assert at_once(2, end) == ["got", "refused"]
    assert RoleAssignment.objects.current().filter(network=network).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_is_taken_once() -> None:
    run = hold(make.person("Ben"), key="diamond_nine")
    Seat.objects.bulk_create(
        Seat(run=run, key=f"s{n}", token_hash=f"{n}", role=Seat.Role.TEACHER)
        for n in range(1, MOST_SEATS)
    )
    met = at_once(8, lambda: either(lambda: join_run(run=run)))
    assert met == ["got"] + ["refused"] * 7
    assert run.seats.count() == MOST_SEATS
