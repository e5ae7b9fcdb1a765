"""The second step of signing in (D-9): each code counts once, guessing is limited, a new password
does not go round it, and whoever must have one meets nothing else before it is set up."""

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from exchange.__main__ import main
from exchange.core.outbox import deliver
from exchange.directory.actions.second_step import use_code
from exchange.directory.models import Event, Person, Role
from tests import make
from tests.addresses import STREAMS, addresses, names
from tests.cast import Cast
from tests.world import World

SIGN_IN, CODE, HOME = "/account/sign-in/", "/account/second-step/code/", "/"
SET_UP = "/account/second-step/"
NOT_THE_CODE = "That is not the code. Wait for the next one and type that."
SEVERAL = "There have been several wrong tries. Wait five minutes, then try once more."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """A clock of our own: `clock[0] += 30` is half a minute later."""
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])
    yield now


@pytest.fixture
def ada(cast: Cast) -> Person:
    """Ada, who can sign in with make.PASSWORD."""
    cast.ada.set_password(make.PASSWORD)
    cast.ada.save()
    return cast.ada


def with_app(person: Person) -> str:
    """Give somebody an app as second step; its secret."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(person, secret)
    return secret


def shows(secret: str, later: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    counter = int(time.time()) // 30 + later
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def password(person: Person) -> tuple[Client, str]:
    """A browser that has given the right password, and where that led."""
    client = Client()
    words = {"login": person.email, "password": make.PASSWORD}
    return client, client.post(SIGN_IN, words)["Location"]


def answer(client: Client, code: str) -> str:
    """What becomes of a code: in, wrong or wait."""
    page = client.post(CODE, {"code": code})
    if page.status_code == 302:
        return "in" if page["Location"] == HOME else page["Location"]
    words = page.content.decode()
    return "wait" if SEVERAL in words else "wrong" if NOT_THE_CODE in words else "?"


def verbs(person: Person) -> list[str]:
    rows = Event.objects.filter(subject_kind="person", subject_id=person.pk).order_by("pk")
    return [row.verb for row in rows]


# --- setting it up ---


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Any:
    """`with commit():` what follows a commit is done at the end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_from_the_account_page_to_the_codes_on_paper(
    ada: Person, clock: list[float], commit: Any
) -> None:
    client, to = password(ada)
    assert to == HOME
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert page.context["totp_url"].startswith(f"otpauth://totp/{ada.email.replace('@', '%40')}?")
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "1"})
    assert (wrong.status_code, wrong.context["form"].secret) == (200, secret)
    with commit():
        done = client.post(reverse("mfa_activate_totp"), {"code": shows(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(done["Location"]).context["codes"]
    assert [len(codes), {len(code) for code in codes}] == [10, {9}]
    assert [letter.to for letter in mail.outbox] == [[ada.email]]
    assert verbs(ada) == ["sign_in", "set_up_second_step", "set_up_second_step"]


def test_secrets_lie_sealed(ada: Person) -> None:
    """Neither the secret of the app nor what recovery codes are made of stands in the database."""
    secret = with_app(ada)
    row = Authenticator.objects.get(user=ada)
    assert secret not in str(row.data)
    row.data["secret"] = "gAAAA" + row.data["secret"][9:]
    row.save()
    assert use_code(ada, shows(secret)) is None  # as with another SECRET_KEY: refused, no fault


# --- signing in with it ---


def test_the_password_alone_leads_to_the_second_step(ada: Person) -> None:
    secret = with_app(ada)
    client, to = password(ada)
    assert to == CODE
    assert client.get(reverse("account")).status_code == 302
    assert answer(client, "000000") == "wrong"
    assert answer(client, f"{shows(secret)[:3]} {shows(secret)[3:]}") == "in"
    assert client.get(reverse("account")).status_code == 200


def test_a_code_of_the_app_counts_once(ada: Person, clock: list[float]) -> None:
    """Nor does an older one count after a newer one; another browser gets no further with it."""
    secret = with_app(ada)
    first, second = password(ada)[0], password(ada)[0]
    seen, before = shows(secret), shows(secret, -1)
    assert [answer(first, seen), answer(second, seen), answer(second, before)] == [
        "in", "wrong", "wrong",
    ]  # fmt: skip
    clock[0] += 30
    assert [answer(second, seen), answer(second, shows(secret))] == ["wrong", "in"]


def test_the_code_that_set_the_app_up_signs_nobody_in(
    ada: Person, clock: list[float], commit: Any
) -> None:
    client, _to = password(ada)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    with commit():
        client.post(reverse("mfa_activate_totp"), {"code": shows(secret)})
    assert answer(password(ada)[0], shows(secret)) == "wrong"
    clock[0] += 60
    assert answer(password(ada)[0], shows(secret)) == "in"


def test_codes_age(ada: Person, clock: list[float]) -> None:
    """One step early or late, no more."""
    secret = with_app(ada)
    client, _to = password(ada)
    assert [answer(client, shows(secret, by)) for by in (-2, 2, 1)] == ["wrong", "wrong", "in"]


def test_a_recovery_code_counts_once(ada: Person) -> None:
    with_app(ada)
    client = Client()
    client.force_login(ada)
    client.post(reverse("mfa_generate_recovery_codes"))
    codes = client.get(reverse("mfa_view_recovery_codes")).context["codes"]
    assert len(codes) == 10
    answers = [answer(password(ada)[0], code) for code in (codes[3], codes[3], codes[4])]
    assert answers == ["in", "wrong", "in"]
    left = client.get(reverse("mfa_view_recovery_codes")).context["codes"]
    assert left == [*codes[:3], *codes[5:]]
    client.post(reverse("mfa_generate_recovery_codes"))
    assert answer(password(ada)[0], codes[0]) == "wrong"


def test_guessing_codes_is_limited(ada: Person) -> None:
    """Five in five minutes and thirty a day, over all browsers; then the right one waits, too."""
    secret = with_app(ada)
    clients = [password(ada)[0] for _ in range(3)]
    tries = [answer(clients[n % 3], f"{n:06}") for n in range(7)]
    assert tries == ["wrong"] * 5 + ["wait"] * 2
    assert answer(clients[0], shows(secret)) == "wait"
    assert verbs(ada).count("sign_in_refused") == 1
    cache.clear()
    assert answer(clients[0], shows(secret)) == "in"


def test_a_new_password_does_not_go_round_it(ada: Person) -> None:
    """The link of the letter proves the mailbox; the second step is asked for all the same."""
    secret = with_app(ada)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": ada.email})
    deliver()
    link = re.search(r"https?://[^/\s]+(/account/\S+)", mail.outbox[-1].body)
    assert link
    form = client.get(link[1], follow=True).redirect_chain[-1][0]
    fresh = {"password1": "another four plain words", "password2": "another four plain words"}
    assert client.post(form, fresh)["Location"] == CODE
    assert client.get(reverse("account")).status_code == 302
    assert answer(client, shows(secret)) == "in"


HOSTILE = [
    "", "nonsense", "[]", "1", "null", "{}", '{"response": 1}', '{"response": {"userHandle": "MQ"}}',
    '{"id": "a", "rawId": "YQ", "type": "public-key", "response": {"userHandle": "' + "z" * 400 + '"}}',
    '{"id": "a", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "authenticatorData": "AA", "signature": "AA", "userHandle": "MQ"}}',
    '{"id": "a", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "attestationObject": "AA"}}',
]  # fmt: skip


@pytest.mark.parametrize("posted", HOSTILE)
def test_what_is_no_passkey_is_refused_wherever_it_is_posted(
    ada: Person, client_of: Any, posted: str
) -> None:
    """Never a fault of ours, never a way in, nothing kept. The journeys sign in with real ones."""
    with_app(ada)
    stranger, half, own = Client(), password(ada)[0], client_of(ada)
    stranger.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    words = {"credential": posted, "name": "x"}
    assert stranger.post(reverse("mfa_login_webauthn"), words)["Location"] == SIGN_IN
    assert half.post(CODE, words).status_code == 200
    for name in ("mfa_add_webauthn", "mfa_reauthenticate_webauthn"):
        own.get(reverse(name))
        assert own.post(reverse(name), words).status_code in (200, 302)
    assert [c.get(reverse("account")).status_code for c in (stranger, half)] == [302, 302]
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).count() == 0


# --- once more before something that matters ---


def test_what_matters_asks_again_after_ten_minutes(ada: Person, clock: list[float]) -> None:
    """By the password or by a code; the page that was asked for comes then."""
    secret = with_app(ada)
    client, _to = password(ada)
    assert answer(client, shows(secret)) == "in"
    new = reverse("mfa_generate_recovery_codes")
    assert client.get(new).status_code == 200
    clock[0] += 601
    asked = client.get(new)
    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next={quote(new, safe='')}"
    page = unquote(client.get(asked["Location"]).content.decode())
    other = f"{reverse('mfa_reauthenticate')}?next={new}"
    assert page.count(f'href="{other}"') == 1
    wrong = client.post(other, {"code": "000000", "next": new})
    assert wrong.status_code == 200
    right = client.post(other, {"code": shows(secret), "next": new})
    assert (right["Location"], client.get(new).status_code) == (new, 200)
    clock[0] += 601
    back = client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD, "next": new})
    assert back["Location"] == new


def test_only_ones_own_app_is_taken_away(ada: Person, cast: Cast, client_of: Any) -> None:
    with_app(ada)
    assert client_of(cast.ben).post(reverse("mfa_deactivate_totp")).status_code == 404
    client = client_of(ada)
    assert client.post(reverse("mfa_deactivate_totp"))["Location"] == SET_UP
    assert Authenticator.objects.count() == 0
    assert verbs(ada)[-1] == "remove_second_step"


# --- who must have one ---


def test_who_must_have_one(cast: Cast, settings: Any) -> None:
    """Co-leaders, whoever holds a role of the programme, site administrators; or all; or nobody."""
    from exchange.directory.rules import must_have_second_step

    def those(setting: str) -> list[str]:
        settings.SECOND_STEP = setting
        return [name for name, one in cast.people().items() if must_have_second_step(one)]

    assert those("leaders") == ["ada", "ned", "dot", "rae", "pam", "max"]
    assert those("all") == list(cast.people())
    assert those("nobody") == []


def test_whoever_must_have_one_meets_nothing_else_before(world: World, settings: Any) -> None:
    """Every address, by GET and by POST; what needs no account and a session that is being held
    go on."""
    settings.SECOND_STEP = "leaders"
    client = world.client("ada")
    passed = set()
    for name in names():
        if name in STREAMS:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(addresses(world, name)[0])
            if (answer.status_code, answer.get("Location")) != (302, SET_UP):
                passed.add(name)
        client = world.client("ada")
    settings.SECOND_STEP = "nobody"
    seats = {name for name in names() if name.split("_")[0] in {"join", "board", "seat", "screen"}}
    desk = {
        "desk",
        "desk_view",
        "desk_people",
        "desk_moves",
        "run_notes",
        "run_closure",
        "run_door",
    }
    steps = {name for name in names() if name.startswith("mfa_")}
    machines = {"alive", "ready", "robots", "security"}
    texts = {"about", "check", "components", "component", "help", "help_page"}
    assert passed == {
        *(seats - STREAMS), *desk, *steps, *machines, *texts, "account_logout",
        "account_reauthenticate", "account_set_password", "invitation", "mail_choice",
        "meeting_door", "meeting_letter", "meeting_letter_calendar", "calendar_file",
        "address_change", "question_new",
    }  # fmt: skip


def test_whoever_founds_a_network_is_led_there_with_the_next_page(
    cast: Cast, client_of: Any, settings: Any
) -> None:
    settings.SECOND_STEP = "leaders"
    client = client_of(cast.cy)
    assert client.get(HOME).status_code == 200
    make.role(cast.cy, Role.CO_LEADER, make.network())
    assert client.get(HOME, follow=True).redirect_chain == [(SET_UP, 302)]
    page = client.get(SET_UP).content.decode()
    assert page.count("Please set it up now.") == 1
    with_app(cast.cy)
    assert client.get(HOME).status_code == 200


# --- lost phones ---


def test_the_operator_lets_somebody_back_in(
    ada: Person, client_of: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with_app(ada)
    assert main(["mfa-reset", ada.email.upper()]) == 0
    assert capsys.readouterr().out == (
        "Ada: 1 second step(s) taken away. They sign in with their password and set up a new one.\n"
    )
    assert password(ada)[1] == HOME
    event = Event.objects.get(verb="reset_second_step")
    assert (event.actor, event.subject_id, event.data) == (None, ada.pk, {"steps": 1})
    assert main(["mfa-reset", "nobody@example.org"]) == 2
    assert capsys.readouterr().err == "Nobody here has the address nobody@example.org.\n"
