"""What every answer carries (asked of every page in test_looking.py and test_methods.py), and what
the way in does not tell."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from exchange.core.outbox import deliver
from exchange.directory.models import Person
from exchange.live.seating import cookie_name
from tests import make
from tests.addresses import addresses
from tests.cast import Cast
from tests.world import World

POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'", "nonce"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "manifest-src": ["'self'"],
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cache-Control": "no-store",
}
#: A letter's address goes to no other page, not even of ours.
QUIET = {
    "invitation", "mail_choice", "meeting_letter", "meeting_letter_calendar", "calendar_file",
    "address_change",
}  # fmt: skip

SESSION = settings.SESSION_COOKIE_NAME
ELSEWHERE = [
    "https://evil.example/", "http://evil.example/", "//evil.example/", "///evil.example/",
    "////evil.example", r"\\evil.example", r"/\evil.example/", r"\/evil.example", r"/\/evil.example",
    "https:evil.example", "https:/evil.example", "http:///evil.example", "https://evil.example@/",
    "https://testserver@evil.example/", "https://testserver.evil.example/", "ftp://testserver/",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
    "data:text/html,x", "vbscript:x", "\thttps://evil.example/", "\x00//evil.example/",
    "%2f%2fevil.example", "https://[::1", "https://evil.example%00.testserver/", "http://0x7f.1/",
    "//evil.example%2f@testserver/", "/%5cevil.example/../..//evil.example",
]  # fmt: skip


@pytest.fixture
def cast(world: World) -> Cast:
    return world.cast


@pytest.fixture
def ada(cast: Cast) -> Person:
    """Ada, who can sign in with make.PASSWORD."""
    return cast.ada


def policy_of(header: str) -> dict[str, list[str]]:
    """The policy with its sources in order; a nonce of any value is "nonce"."""
    parts = (part.split() for part in header.split(";") if part.strip())
    return {
        key: ["nonce" if source.startswith("'nonce-") else source for source in sources]
        for key, *sources in parts
    }


def faults(name: str, method: str, headers: Mapping[str, str]) -> list[str]:
    """What is wrong with the headers of an answer at the address of that name; [] if nothing is."""
    policy = policy_of(headers.get("Content-Security-Policy", ""))
    without_nonce = {**POLICY, "script-src": ["'self'"]}
    wrong = [] if policy in (POLICY, without_nonce) else [f"{name} {method}: {policy}"]
    wrong += [
        f"{name} {method}: {header}: {headers.get(header)}"
        for header, value in HEADERS.items()
        if value not in str(headers.get(header))
    ]
    told = headers.get("Referrer-Policy")
    quiet = name in QUIET and method == "get"
    if told != ("strict-origin" if quiet else "same-origin"):
        wrong.append(f"{name} {method}: Referrer-Policy {told}")
    return wrong


@pytest.mark.django_db
def test_errors_carry_them_too() -> None:
    for path, host, status in (
        ("/no-such-page/", "testserver", 404),
        ("/networks/1/style.css", "testserver", 404),
        ("/", "evil.example", 400),
    ):
        answer = Client().get(path, headers={"Host": host})
        assert answer.status_code == status
        assert policy_of(answer.headers["Content-Security-Policy"]).keys() == POLICY.keys()
        assert {header: answer.headers[header] for header in HEADERS} == HEADERS


@pytest.mark.django_db
def test_a_nonce_is_used_once() -> None:
    found = [Client().get("/").headers["Content-Security-Policy"] for _ in range(2)]
    if "nonce" in found[0]:
        assert found[0] != found[1]


@pytest.mark.django_db
def test_forwarded_headers_of_a_stranger_are_not_believed() -> None:
    answer = Client().get(
        reverse("networks"),
        headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
    )
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('networks')}"
    assert answer.wsgi_request.is_secure() is False


WITH_HTTPS = """
import django; django.setup()
from django.conf import settings
from django.test import Client
from django.urls import reverse
answer = Client().get(reverse("account_login"), secure=True, headers={"Host": "learn.example.org"})
jar = answer.cookies["__Host-csrf"]
print(answer.headers["Strict-Transport-Security"])
print(jar["secure"], jar["httponly"], jar["samesite"], jar["path"], repr(jar["domain"]))
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY,
      settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_PATH, settings.SESSION_COOKIE_DOMAIN)
"""


def production(tmp_path: Path, **changed: str) -> dict[str, str]:
    """The environment of a production with https."""
    return {
        **os.environ,
        "EXCHANGE_PRODUCTION": "yes",
        "EXCHANGE_HOME": str(tmp_path),
        "SECRET_KEY": "only for this test: 7d2f9c0b41aa6e58 and still some more",
        "ALLOWED_HOSTS": "learn.example.org",
        "BASE_URL": "https://learn.example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
        "DEFAULT_FROM_EMAIL": "learn@example.org",
        "DJANGO_SETTINGS_MODULE": "exchange.settings",
        "DEBUG": "no",
        **changed,
    }


def test_with_https_cookies_are_locked_to_the_host(tmp_path: Path) -> None:
    """D-8 and D-18: names with __Host-, Secure, HttpOnly, SameSite; HSTS of a year."""
    command = [sys.executable, "-c", WITH_HTTPS]
    done = subprocess.run(
        command, env=production(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "max-age=31536000",
        "True True Lax / ''",
        "__Host-session True True Lax / None",
    ]


def test_a_production_passes_djangos_own_checks(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(
        command, env=production(tmp_path), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"DEBUG": "yes"}, "DEBUG"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"EXCHANGE_DEMO": "yes"}, "EXCHANGE_DEMO"),
    ],
)
def test_an_unsafe_production_does_not_start(
    tmp_path: Path, changed: dict[str, str], word: str
) -> None:
    command = [sys.executable, "-m", "django", "check"]
    environment = production(tmp_path, **changed)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, word in done.stderr, len(done.stderr.splitlines())) == (2, True, 1)


# --- the way in ---


def sign_in(client: Client, email: str, password: str, **more: str) -> Any:
    words = {"login": email, "password": password, **more}
    return client.post(reverse("account_login"), words)


def test_next_never_leads_elsewhere(ada: Any) -> None:
    """D-37: whatever `next` says, the way after signing in stays in the house. More than thirty
    people of a hall sign in within a minute on the way: right passwords are not counted."""
    went = {}
    for target in ELSEWHERE:
        answer = sign_in(Client(), ada.email, make.PASSWORD, next=target)
        went[target] = answer.headers.get("Location", str(answer.status_code))
    here = "http://testserver" + reverse("account_login")
    hosts = {target: urlsplit(urljoin(here, to)).netloc for target, to in went.items()}
    assert hosts == dict.fromkeys(ELSEWHERE, "testserver")
    assert [to for to in went.values() if "\\" in to or to.startswith("//")] == []
    inside = reverse("networks")
    assert sign_in(Client(), ada.email, make.PASSWORD, next=inside)["Location"] == inside


def test_the_session_is_a_new_one_after_signing_in(ada: Any) -> None:
    client = Client()
    name = settings.SESSION_COOKIE_NAME
    client.session.save()
    client.cookies[name] = "a" * 32
    before = client.cookies[name].value
    assert sign_in(client, ada.email, make.PASSWORD).status_code == 302
    first = client.cookies[name].value
    client.post(reverse("account_logout"))
    sign_in(client, ada.email, make.PASSWORD)
    assert len({before, first, client.cookies[name].value}) == 3


def test_a_closed_session_opens_nothing(ada: Any) -> None:
    client = Client()
    sign_in(client, ada.email, make.PASSWORD)
    old = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(reverse("account_logout"))
    client.cookies[settings.SESSION_COOKIE_NAME] = old
    assert client.get(reverse("networks")).status_code == 302


def same(known: Any, unknown: Any, *words: str) -> bool:
    """Whether two answers are alike but for the address that was typed and the form's token."""
    texts = []
    for answer in (known, unknown):
        body = answer.content.decode()
        for word in words:
            body = body.replace(word, "@")
        token = answer.wsgi_request.META.get("CSRF_COOKIE", "")
        assert token
        lines = [line for line in body.splitlines() if "csrfmiddlewaretoken" not in line]
        texts.append((answer.status_code, answer.headers.get("Location"), lines))
    return texts[0] == texts[1]


def test_signing_in_does_not_tell_who_has_an_account(ada: Any) -> None:
    wrong = [sign_in(Client(), who, "not the password") for who in (ada.email, "no@example.org")]
    assert same(*wrong, ada.email, "no@example.org")


def test_asking_for_a_new_password_does_not_tell_either(ada: Any) -> None:
    """The same page for both; a letter goes only to the one that exists."""
    url = reverse("account_reset_password")
    asked = [Client().post(url, {"email": who}) for who in (ada.email, "no@example.org")]
    assert [answer.status_code for answer in asked] == [302, 302]
    assert asked[0]["Location"] == asked[1]["Location"]
    deliver()
    assert [letter.to for letter in mail.outbox if letter.to == [ada.email]] == [[ada.email]]
    account = [letter for letter in mail.outbox if letter.to == ["no@example.org"]]
    assert [reverse("account_signup") in letter.body for letter in account] == [False] * len(
        account
    )


def test_an_invitation_does_not_tell_either(cast: Cast, client_of: Any) -> None:
    """Who writes letters sees the same whether the address has an account."""
    client, url = client_of(cast.ada), reverse("invitations", args=[cast.harbour.pk])
    posts = [
        client.post(url, {"email": email, "role": "facilitator"})
        for email in (cast.dot.email, "nobody@example.org")
    ]
    assert [answer.status_code for answer in posts] == [302, 302]
    assert posts[0]["Location"] == posts[1]["Location"]


def test_wrong_passwords_are_limited(ada: Any) -> None:
    """D-11: after five for one account even the right one waits, and no session is given."""
    for n in range(5):
        assert sign_in(Client(), ada.email, f"wrong {n}").status_code == 200
    waits = sign_in(Client(), ada.email, make.PASSWORD)
    assert waits.status_code != 302
    assert "several wrong tries" in waits.content.decode()
    assert SESSION not in waits.cookies
    cache.clear()  # five minutes later
    assert sign_in(Client(), ada.email, make.PASSWORD).status_code == 302


def test_a_hall_joins_from_one_address(world: World) -> None:
    """R3: 200 people behind one address take their seats; no success ever counts."""
    path = addresses(world, "join_code")[0]
    seat = {"label": "", "school": "other", "role": "teacher", "people": "1"}
    phones = [Client(REMOTE_ADDR="203.0.113.9") for _ in range(200)]
    assert {phone.get(path).status_code for phone in phones[::10]} == {200}
    assert {phone.post(path, seat).status_code for phone in phones} == {302}
    assert world.open_run.seats.taken().count() == 208


def test_wrong_old_and_invented_codes_are_one(world: World) -> None:
    codes = ["KTR-MWX", str(world.closed_run.code or "KTRMWY"), "ktrmwz"]
    answers = [Client().get(reverse("join_code", args=[code])) for code in codes]
    assert same(answers[0], answers[1])
    assert same(answers[0], answers[2])


def test_a_seats_cookie_is_not_for_scripts(world: World) -> None:
    phone = Client()
    seat = {"label": "", "school": "other", "role": "teacher", "people": "1"}
    answer = phone.post(addresses(world, "join_code")[0], seat)
    cookie = answer.cookies[cookie_name(world.open_run.pk)]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
