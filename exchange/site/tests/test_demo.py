"""The demonstration: loaded once, really played, and its letters harmless to read."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as live_settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.test import Client, TestCase, override_settings
from pytest_django import DjangoDbBlocker, Settings

from exchange.core.packs import load_packs
from exchange.directory.models import (
    Affiliation,
    Audience,
    Invitation,
    Membership,
    Network,
    Person,
    Release,
    School,
)
from exchange.live import engine
from exchange.live.actions.moves import log_of
from exchange.live.discovery import activity_of
from exchange.live.models import Ballot, Finding, Move, Run, Seat
from exchange.site import demo, demo_mail, demo_session
from exchange.site.demo_words import HELD, PASSWORD, PEOPLE, TO_HOLD, Welcome
from tests import addresses, shot_list


@pytest.fixture
def demo_site(settings: Settings, letters: Path) -> Settings:
    """The settings of the demonstration."""
    settings.DEMO = True
    settings.ROOT_URLCONF = "exchange.site.tests.demo_site"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = letters
    return settings


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demonstration's letters go."""
    return tmp_path_factory.mktemp("mail")


@pytest.fixture(scope="module")
def once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, letters: Path
) -> Iterator[Welcome]:
    """The demonstration, loaded once for all tests; each works in a savepoint of its own."""
    settings = override_settings(
        DEMO=True,
        ROOT_URLCONF="exchange.site.tests.demo_site",
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend",
        EMAIL_FILE_PATH=letters,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with django_db_blocker.unblock(), transaction.atomic():
        with settings, TestCase.captureOnCommitCallbacks(execute=True):
            load_packs(live_settings.CONTENT_DIRS)
            demo.shared_password.cache_clear()
            found = demo.prepare()
            demo.shared_password.cache_clear()
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def prepared(once: Welcome, db: None, demo_site: Settings) -> Welcome:
    demo_site.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return once


def counts() -> dict[str, int]:
    """How many rows there are of each kind that a second start could double."""
    kinds = (Person, School, Network, Membership, Affiliation, Invitation, Run, Seat, Move, Ballot)
    return {kind.__name__: kind.objects.count() for kind in (*kinds, Finding, Release)}


def test_a_second_start_changes_nothing_but_the_code(prepared: Welcome) -> None:
    before = counts()
    again = demo.prepare()
    assert counts() == before
    assert again.code != prepared.code
    assert Run.objects.open().get().title == TO_HOLD
    assert again.join_url == f"http://localhost:8000/join/{again.code}/"


def test_a_session_that_was_cancelled_is_replaced(prepared: Welcome) -> None:
    run = Run.objects.open().get()
    demo.live.cancel_run(run=run, by=demo.person("ben"))
    assert demo.welcome().code == ""
    demo.prepare()
    assert Run.objects.open().get().pk != run.pk


def test_all_of_it_is_marked_as_invented(prepared: Welcome) -> None:
    network = Network.objects.get()
    assert (network.name, network.is_invented) == ("Harbour network", True)
    assert set(School.objects.values_list("register", flat=True)) == {"invented"}
    assert Membership.objects.current().filter(network=network).count() == 7
    addresses = Person.objects.values_list("email", flat=True)
    assert {address.partition("@")[2] for address in addresses} == {"example.org"}


def test_everybody_can_sign_in_and_find_something(prepared: Welcome) -> None:
    for one in PEOPLE:
        client = Client()
        found = client.post("/account/sign-in/", {"login": one.email, "password": PASSWORD})
        assert found.status_code == 302, one.key
        home = client.get("/")
        assert [n.name for n in home.context["networks"]] == ["Harbour network"], one.key


def test_the_front_page_says_how_to_look_around(prepared: Welcome, client: Client) -> None:
    page = client.get("/").content.decode()
    for words in (prepared.code, PASSWORD, "ada@example.org", prepared.mail_url):
        assert words in page
    assert prepared.code in demo.told(prepared)


def test_the_session_is_what_its_moves_make_it(prepared: Welcome) -> None:
    run = Run.objects.get(title=HELD)
    declared = activity_of(run.activity)
    began = int(run.created_at.timestamp())
    room = engine.new_room(declared, run.room["clock"]["plan"], began, run.room["floor"])
    state = declared.start(run.setup, engine.chance_for(run.seed, 0))
    engine.replay(declared, room, state, log_of(run), run.seed)
    assert (room, state) == (run.room, run.state)
    spent = run.room["clock"]["spent"]
    planned = {key: 60 * minutes for key, minutes in demo_session.TOOK.items() if key != "lobby"}
    assert {key: round(seconds / 60) * 60 for key, seconds in spent.items()} == planned


def test_the_session_has_results(prepared: Welcome) -> None:
    run = Run.objects.get(title=HELD)
    groups = run.room["groups"]
    assert (len(run.room["seats"]), len(groups)) == (24, 6)
    assert sorted(len(keys) for keys in groups.values()) == [4] * 6
    assert len(run.state["counted"]) == 23
    assert run.room["tallies"]["final"]["cast"] == 22
    assert len(run.state["challenges"]) == 3
    assert run.state["final"]["card"]
    assert [len(f.dissent) for f in run.findings.order_by("position")] == [1, 0, 2]


def test_one_finding_is_released_and_one_waits(prepared: Welcome) -> None:
    first, second, third = Finding.objects.order_by("position")
    audiences = [finding.audience for finding in (first, second, third)]
    assert audiences == [Audience.NETWORK, Audience.GROUP, Audience.GROUP]
    asked = Release.objects.of(second)
    assert (asked.count(), asked.agreed().count(), asked.waiting().count()) == (7, 5, 2)
    assert Release.objects.of(third).count() == 0
    assert [r.subject_id for r in Release.objects.answerable_by(demo.person("hana"))] == [second.pk]


def test_the_letters_ask_and_one_opens_its_invitation(prepared: Welcome, client: Client) -> None:
    listed = client.get("/demo/mail/").context["letters"]
    about = Counter(letter.subject.partition(" on ")[0] for letter in listed)
    assert about == {
        "Invitation to Harbour network": 1,
        "Harbour network: meeting": 9,
        "Harbour network: your school is asked": 2,
    }
    (ola,) = [letter for letter in listed if letter.to == "ola@example.org"]
    page = client.get(f"/demo/mail/{ola.key}/")
    links = [piece.url for piece in page.context["pieces"] if "/invitations/" in piece.url]
    assert len(links) == 1
    assert client.get(links[0].removeprefix("http://localhost:8000")).status_code == 200


def test_every_page_has_a_photograph_and_is_that_page(prepared: Welcome) -> None:
    """What `make shots` photographs, asked without a browser."""
    shots = shot_list.shots()
    there, taken = set(addresses.names()), {shot.name for shot in shots}
    assert shot_list.missing(shots) == []
    assert sorted(taken & {*shot_list.NO_PAGES}) == []
    assert sorted({*shot_list.NO_PAGES, *taken} - there) == []
    assert sorted(Counter(shot.file for shot in shots).values()) == [1] * len(shots)
    wrong = []
    for shot in shots:
        client = Client()
        for cookie, value in shot.who.cookie:
            client.cookies[cookie] = value
        answer = client.get(shot.path)
        match = answer.wsgi_request.resolver_match
        shown = match.url_name if match else "home"  # the page of "not found"
        if (answer.status_code, shown) != (shot.status, shot.name):
            wrong.append(f"{shot.file}: {answer.status_code} {shown} {answer.get('Location', '')}")
    assert wrong == []


HOSTILE = """Dear <script>alert(1)</script>,
open http://localhost:8000/invitations/abc/.
not http://localhost:8000.evil.example/x nor http://localhost:80001/
nor javascript:alert(1) nor https://evil.example/?x="><img src=x onerror=alert(1)>
"""


def test_a_hostile_letter_is_shown_as_text(
    demo_site: Settings, tmp_path: Path, client: Client, db
) -> None:
    demo_site.EMAIL_FILE_PATH = tmp_path
    letter = EmailMultiAlternatives("<b>Hello</b>", HOSTILE, "a@example.org", ["b@example.org"])
    letter.attach_alternative("<script>alert(2)</script>", "text/html")
    get_connection().send_messages([letter, letter])
    listed = client.get("/demo/mail/").context["letters"]
    assert [one.subject for one in listed] == ["<b>Hello</b>"] * 2
    response = client.get(f"/demo/mail/{listed[0].key}/")
    page = response.content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>Hello" not in page
    urls = [piece.url for piece in response.context["pieces"] if piece.url]
    assert urls == ["http://localhost:8000/invitations/abc/"]
    assert "".join(piece.text for piece in response.context["pieces"]).rstrip() == HOSTILE.rstrip()


@pytest.mark.parametrize("key", ["none", "..", "%2e%2e%2fsecret", "x-999"])
def test_no_letter_of_that_name(key: str, demo_site: Settings, client: Client, db) -> None:
    assert client.get(f"/demo/mail/{key}/").status_code == 404


def test_no_letters_yet(tmp_path: Path) -> None:
    assert demo_mail.letters(tmp_path / "none") == []
    (tmp_path / "broken.log").write_bytes(b"\xff\xfe\x00 no letter")
    assert [letter.to for letter in demo_mail.letters(tmp_path)] == [""]
