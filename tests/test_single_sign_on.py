"""Single sign-on (D-15), against a provider on this machine that really answers."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings as house
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from exchange.core import environment
from exchange.core.outbox import deliver
from exchange.directory import actions
from exchange.directory.models import Event, Person
from exchange.directory.single_sign_on import NO_ACCOUNT, NOT_TIED, TIED_TO_ANOTHER
from tests import identity as identities
from tests import make
from tests.cast import Cast
from tests.identity import Identity

START, SIGN_IN = "/account/sign-in/google/", "/account/sign-in/"
FAILED = "Signing in there did not work. Try again, or use your password."


@pytest.fixture(scope="module")
def answering() -> Iterator[Identity]:
    with identities.running() as identity:
        yield identity


@pytest.fixture
def identity(answering: Identity, settings: Any) -> Identity:
    """The provider, as the settings know it."""
    answering.says, answering.refuses, answering.algorithm = {}, "", "RS256"
    answering.signs_with = answering.key
    configure(settings, answering.app())
    return answering


def configure(settings: Any, app: dict[str, Any]) -> None:
    settings.SINGLE_SIGN_ON = [("google", "Google")]
    known = house.SOCIALACCOUNT_PROVIDERS["openid_connect"]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**known, "APPS": [app]}}


@pytest.fixture
def cy(cast: Cast, identity: Identity) -> Person:
    """Cy, of whom the provider says that the address is proved."""
    cast.cy.set_password(make.PASSWORD)
    cast.cy.save()
    identity.says = {"email": cast.cy.email, "email_verified": True}
    return cast.cy


def there(client: Client, **words: str) -> str:
    """Off to the provider and back as far as our own address, which is not opened yet."""
    to = client.post(START, words)["Location"]
    back = httpx.get(to, trust_env=False)
    assert back.status_code == 302
    return str(back.headers["Location"]).removeprefix("http://testserver")


def come(client: Client, **words: str) -> tuple[str, list[str]]:
    """All of it: where it led, and what was said there."""
    answer = client.get(there(client, **words))
    said = [str(message) for message in client.get(answer["Location"]).context["messages"]]
    return answer["Location"], said


def is_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


# --- who it is ---


def test_a_proved_address_ties_once_and_from_then_on_the_subject_counts(
    cy: Person, identity: Identity, commit: Any
) -> None:
    client = Client()
    assert come(client) == ("/", [])
    assert is_in(client)
    tied = SocialAccount.objects.get()
    assert (tied.user, tied.provider, tied.uid) == (cy, "google", f"{identity.url} subject-1")
    assert (tied.extra_data, SocialToken.objects.count()) == ({}, 0)
    deliver()
    assert [letter.to for letter in mail.outbox] == [[cy.email]]
    identity.says = {"email": "somebody.else@example.org", "email_verified": False}
    again = Client()
    assert come(again) == ("/", [])
    assert is_in(again)
    verbs = Event.objects.filter(actor=cy).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["tie_sign_on", "sign_in", "sign_in"]


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Any:
    return django_capture_on_commit_callbacks


@pytest.mark.parametrize("verified", [False, None, "true", "yes", 0])
def test_an_address_that_is_not_proved_ties_nothing(
    cy: Person, identity: Identity, verified: Any
) -> None:
    identity.says["email_verified"] = verified
    client = Client()
    assert come(client) == (SIGN_IN, [str(NOT_TIED)])
    assert (is_in(client), SocialAccount.objects.count()) == (False, 0)


def test_nobody_gets_an_account_this_way(cast: Cast, identity: Identity) -> None:
    """Not even with an invitation: its letter makes the account."""
    before = Person.objects.count()
    make.invitation(cast.harbour, email="new@example.org", role="facilitator")
    identity.says = {"email": "new@example.org", "email_verified": True}
    assert come(Client()) == (SIGN_IN, [str(NO_ACCOUNT)])
    assert (Person.objects.count(), SocialAccount.objects.count()) == (before, 0)


def test_another_subject_with_the_same_address_is_another_person(
    cy: Person, identity: Identity
) -> None:
    """An address that was given to somebody new opens nothing of who had it before."""
    come(Client())
    identity.says["sub"] = "subject-2"
    client = Client()
    assert come(client) == (SIGN_IN, [str(TIED_TO_ANOTHER)])
    assert (is_in(client), SocialAccount.objects.count()) == (False, 1)


def test_the_same_subject_of_another_issuer_is_another_person(
    cy: Person, cast: Cast, identity: Identity, settings: Any
) -> None:
    come(Client())
    other = "https://other.example/v2.0"
    configure(settings, identity.app(issuers=[identity.url, other]))
    identity.says = {"iss": other}
    client = Client()
    assert come(client) == (SIGN_IN, [str(NOT_TIED)])
    assert not is_in(client)


def test_a_closed_account_stays_closed(cy: Person) -> None:
    Person.objects.filter(pk=cy.pk).update(is_active=False)
    client = Client()
    assert come(client)[0] == SIGN_IN
    assert (is_in(client), SocialAccount.objects.count()) == (False, 0)


def test_the_second_step_is_asked_for_all_the_same(cy: Person) -> None:
    totp.TOTP.activate(cy, totp.generate_totp_secret())
    client = Client()
    assert client.get(there(client))["Location"] == "/account/second-step/code/"
    assert not is_in(client)


# --- whose word counts ---


@pytest.mark.parametrize(
    "says",
    [
        {"iss": "https://evil.example"}, {"aud": "another-client"}, {"nonce": "another"},
        {"nonce": None}, {"exp": int(time.time()) - 120}, {"exp": None}, {"sub": None},
        {"iat": int(time.time()) + 3600}, {"aud": ["our-client", "another-client"]},
    ],
    ids=lambda says: "-".join(says),
)  # fmt: skip
def test_a_token_that_is_not_for_this_attempt_opens_nothing(
    cy: Person, identity: Identity, says: dict[str, Any]
) -> None:
    identity.says |= says
    client = Client()
    assert come(client) == (SIGN_IN, [FAILED])
    assert (is_in(client), SocialAccount.objects.count()) == (False, 0)


def test_a_token_signed_by_somebody_else_or_not_at_all_opens_nothing(
    cy: Person, identity: Identity
) -> None:
    identity.signs_with = identities.OTHER_KEY
    assert come(Client()) == (SIGN_IN, [FAILED])
    identity.algorithm = "none"
    assert come(Client()) == (SIGN_IN, [FAILED])
    identity.algorithm, identity.signs_with = "HS256", "a secret that is long enough to be taken"
    assert come(Client()) == (SIGN_IN, [FAILED])


def test_only_the_domains_of_the_settings(cy: Person, identity: Identity, settings: Any) -> None:
    """Google's `hd`, and the address itself: a workspace speaks for no address of another."""
    configure(settings, identity.app(domains=["example.org"]))
    for hd in (None, "evil.example"):
        identity.says["hd"] = hd
        assert come(Client()) == (SIGN_IN, [FAILED])
    identity.says |= {"hd": "example.org", "email": "cy@elsewhere.example"}
    assert come(Client()) == (SIGN_IN, [str(NOT_TIED)])
    identity.says["email"] = cy.email
    assert come(Client()) == ("/", [])


# --- one attempt ---


def test_each_attempt_has_its_state_nonce_and_challenge(cy: Person, identity: Identity) -> None:
    """And the way back works once, in the browser that set out."""
    client, thief = Client(), Client()
    back = there(client)
    asked = identity.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert all(len(asked[key]) >= 16 for key in ("state", "nonce", "code_challenge"))
    for stranger in (thief, Client()):
        assert stranger.get(back)["Location"] == SIGN_IN
        assert not is_in(stranger)
    assert client.get(back)["Location"] == "/"
    client.post(reverse("account_logout"))
    assert client.get(back)["Location"] == SIGN_IN
    there(thief)
    other = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()}
    mixed = thief.get(urlsplit(back).path, {**other, "state": identity.asked[-1]["state"]})
    assert (mixed["Location"], is_in(thief)) == (SIGN_IN, False)


def test_who_stops_there_or_comes_with_nonsense_is_told(cy: Person, identity: Identity) -> None:
    identity.refuses = "access_denied"
    assert come(Client()) == (SIGN_IN, ["You stopped signing in there. Nothing has happened."])
    identity.refuses = "<script>"
    assert come(Client()) == (SIGN_IN, [FAILED])
    for words in ({}, {"code": "x"}, {"code": "x", "state": "x"}, {"state": "\x00" * 99}):
        assert Client().get(f"{START}return/", words)["Location"] == SIGN_IN
    assert Client().get(START).status_code == 405


def test_after_signing_in_it_goes_on_here_and_nowhere_else(cy: Person) -> None:
    client = Client()
    assert client.get(there(client, next="/networks/"))["Location"] == "/networks/"
    client.post(reverse("account_logout"))
    assert client.get(there(client, next="https://evil.example/"))["Location"] == "/"


# --- from the account page ---


def test_tying_and_untying_from_the_account_page(
    cy: Person, cast: Cast, identity: Identity, client_of: Any
) -> None:
    """Whichever address it has there; another's cannot be taken, nor untied."""
    identity.says = {"email": "private@elsewhere.example"}
    client = client_of(cy)
    page = reverse("single_sign_on")
    assert come(client, process="connect") == (page, ["It is tied to your account."])
    other = client_of(cast.ben)
    assert come(other, process="connect")[1] == ["That sign-in is tied to another account here."]
    tied = SocialAccount.objects.get()
    assert tied.user == cy
    assert other.post(reverse("sign_on_end", args=[tied.pk])).status_code == 404
    assert client.post(reverse("sign_on_end", args=[tied.pk]))["Location"] == page
    assert SocialAccount.objects.count() == 0
    assert come(Client()) == (SIGN_IN, [str(NOT_TIED)])


def test_the_last_way_in_stays(cast: Cast) -> None:
    tied = SocialAccount.objects.create(user=cast.eve, provider="google", uid="x y")
    with pytest.raises(ValidationError, match="Choose a password first"):
        actions.untie_sign_on(tied, by=cast.eve)


def test_nothing_is_offered_where_nothing_is_set_up(db: Any) -> None:
    page = Client().get(SIGN_IN).content.decode()
    assert (page.count("With your school"), Client().post(START).status_code) == (0, 404)


# --- the settings ---

TENANT = "11111111-2222-3333-4444-555555555555"


def elsewhere(monkeypatch: pytest.MonkeyPatch, **words: str) -> list[dict[str, Any]]:
    for name in ("GOOGLE", "GOOGLE_DOMAINS", "MICROSOFT", "MICROSOFT_TENANTS"):
        monkeypatch.delenv(f"EXCHANGE_{name}", raising=False)
    for name, word in words.items():
        monkeypatch.setenv(f"EXCHANGE_{name}", word)
    return environment.sign_in_elsewhere()


def test_the_settings_name_who_may_come(monkeypatch: pytest.MonkeyPatch) -> None:
    assert elsewhere(monkeypatch) == []
    google, microsoft = elsewhere(
        monkeypatch, GOOGLE="id:se:cret", GOOGLE_DOMAINS="A.example, b.example",
        MICROSOFT="id:secret", MICROSOFT_TENANTS=TENANT,
    )  # fmt: skip
    assert (google["client_id"], google["secret"]) == ("id", "se:cret")
    assert google["settings"]["domains"] == ["a.example", "b.example"]
    assert google["settings"]["issuers"] == ["https://accounts.google.com"]
    of_one = f"https://login.microsoftonline.com/{TENANT}/v2.0"
    assert microsoft["settings"]["server_url"] == of_one
    assert microsoft["settings"]["issuers"] == [of_one]
    two = f"{TENANT},{TENANT.replace('1', '9')}"
    (several,) = elsewhere(monkeypatch, MICROSOFT="id:secret", MICROSOFT_TENANTS=two)
    assert several["settings"]["server_url"].endswith("/organizations/v2.0")
    assert len(several["settings"]["issuers"]) == 2


@pytest.mark.parametrize(
    "words",
    [
        {"GOOGLE": "id:secret"}, {"MICROSOFT": "id:secret"},
        {"GOOGLE": "id", "GOOGLE_DOMAINS": "a.example"},
        {"MICROSOFT": "id:secret", "MICROSOFT_TENANTS": "common"},
    ],
    ids=["no domains", "no tenants", "no secret", "everybody's tenant"],
)  # fmt: skip
def test_a_setting_that_lets_anybody_come_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, words: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(environment.Unsafe):
        elsewhere(monkeypatch, **words)
    assert "secret" not in capsys.readouterr().err.replace("its secret", "")
