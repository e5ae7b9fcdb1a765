"""The front page for visitors and for people, and the addresses that machines ask for."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from exchange.directory.models import Person, Role
from exchange.live.models import Run, Seat
from tests import cast as the_cast
from tests import make


@pytest.fixture
def cast(db) -> the_cast.Cast:
    return the_cast.cast()


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def held(by: Person, title: str = "What matters?", **fields: object) -> Run:
    """A run as a row; the front page reads no more of it."""
    return Run.objects.create(
        activity="diamond_nine", title=title, facilitator=by, seed="x", **fields
    )


def titles(client: Client) -> list[str]:
    return [run.title for run in client.get("/").context["runs"]]


def test_a_visitor_is_welcomed_and_can_join(client: Client, db) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert next(used.name for used in response.templates) == "site/welcome.html"
    assert response.context["demo"] is None
    assert b'action="/join/"' in response.content
    assert b'href="/account/sign-in/"' in response.content
    joined = client.post("/join/", {"code": " ktr mwx"})
    assert (joined.status_code, joined["Location"]) == (302, "/join/KTR-MWX/")


def test_a_visitor_costs_no_query(
    client: Client, db, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/")


def test_only_ones_own_networks_are_there(cast: the_cast.Cast) -> None:
    def names(person: Person) -> list[str]:
        return [network.name for network in signed_in(person).get("/").context["networks"]]

    assert names(cast.ada) == [cast.harbour.name]
    assert names(cast.cy) == [cast.harbour.name]
    assert names(cast.dot) == [cast.fellside.name]
    assert names(cast.max) == []
    assert names(cast.ivy) == []


def test_only_sessions_one_holds_or_sat_in(cast: the_cast.Cast) -> None:
    run = held(cast.ben, network=cast.harbour)
    held(cast.ben, "Cancelled", network=cast.harbour, cancelled_at=timezone.now())
    seat = Seat.objects.create(run=run, key="s1", token_hash="1", person=cast.cy)
    assert titles(signed_in(cast.ben)) == ["What matters?"]
    assert titles(signed_in(cast.cy)) == ["What matters?"]
    assert titles(signed_in(cast.ada)) == []
    seat.removed_at = timezone.now()
    seat.save()
    assert titles(signed_in(cast.cy)) == []


def test_what_waits_stands_first(cast: the_cast.Cast) -> None:
    quiet = signed_in(cast.ada).get("/")
    assert quiet.context["cards"] == []
    assert b"Nothing waits for you" in quiet.content
    make.tie(make.person("Fay"), cast.quayside, confirmed=False)
    held(cast.ada, "Open now", opened_at=timezone.now())
    busy = signed_in(cast.ada).get("/")
    assert len(busy.context["cards"]) == 2
    assert b"1 person to confirm" in busy.content
    assert b"Nothing waits for you" not in busy.content
    assert signed_in(cast.eve).get("/").context["cards"] == []


def test_what_is_open_now_is_one_press_from_desk_and_seat(cast: the_cast.Cast) -> None:
    """Three at most; a session that was prepared long ago is not what needs one now."""
    now = timezone.now()
    run = held(cast.ben, "Open", opened_at=now)
    Seat.objects.create(run=run, key="s1", token_hash="1", person=cast.cy)
    held(cast.ben, "Prepared")
    held(cast.ben, "Old draft", created_at=now - timedelta(days=30))
    held(cast.ben, "Over", opened_at=now, closed_at=now)
    pages = {who: signed_in(cast.people()[who]).get("/") for who in ("ben", "cy", "ada")}
    cards = {who: "".join(page.context["cards"]) for who, page in pages.items()}
    assert cards["ben"].count("<li>") == 2
    assert (f'href="/runs/{run.pk}/desk/"' in cards["ben"], "Old draft" in cards["ben"]) == (
        True,
        False,
    )
    assert (f'href="/runs/{run.pk}/board/"' in cards["cy"], "/desk/" in cards["cy"]) == (
        True,
        False,
    )
    assert cards["ada"] == ""
    for number in range(4):
        held(cast.ben, f"Open {number}", opened_at=now)
    many = "".join(signed_in(cast.ben).get("/").context["cards"])
    assert (many.count("<li>"), many.count("More sessions")) == (3, 1)


def test_long_lists_end_in_a_link(cast: the_cast.Cast) -> None:
    for number in range(9):
        network = make.network(f"Another {number}")
        make.role(cast.ada, Role.CO_LEADER, network)
        held(cast.ada, f"Session {number}")
    response = signed_in(cast.ada).get("/")
    assert (len(response.context["networks"]), response.context["more_networks"]) == (8, True)
    assert (len(response.context["runs"]), response.context["more_runs"]) == (8, True)


def test_three_rows_cost_what_one_costs(cast: the_cast.Cast, django_assert_max_num_queries) -> None:
    client = signed_in(cast.ada)

    def queries() -> int:
        with django_assert_max_num_queries(100) as asked:
            client.get("/")
        return len(asked)

    held(cast.ada, network=cast.harbour)
    one = queries()
    for _ in range(2):
        network = make.network()
        make.role(cast.ada, Role.CO_LEADER, network)
        held(cast.ada, network=network)
    assert queries() <= one  # a first step that is found is the last one asked for


@pytest.mark.parametrize("address", ["/", "/healthz", "/robots.txt", "/.well-known/security.txt"])
def test_these_are_only_read(address: str, client: Client, db) -> None:
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


def test_the_process_is_alive_without_a_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.content, response["Content-Type"]) == (
        b"alive\n",
        "text/plain; charset=utf-8",
    )


def test_search_engines_list_nothing_but_the_front_page(client: Client) -> None:
    assert client.get("/robots.txt").content == b"User-agent: *\nAllow: /$\nDisallow: /\n"


def test_whom_to_tell_about_a_weakness(client: Client, settings: Settings) -> None:
    settings.BASE_URL = "https://learning.example.org"
    settings.DEFAULT_FROM_EMAIL = "Learning Exchange <learning@example.org>"
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        "Contact",
        "Expires",
        "Preferred-Languages",
        "Canonical",
    ]
    assert lines[0] == "Contact: mailto:learning@example.org"
    assert lines[3] == "Canonical: https://learning.example.org/.well-known/security.txt"


def test_letters_are_no_page_of_a_real_site(client: Client, settings: Settings) -> None:
    assert client.get("/demo/mail/").status_code == 404
    settings.ROOT_URLCONF = "exchange.site.tests.demo_site"
    assert client.get("/demo/mail/").status_code == 404
    assert client.get("/demo/mail/x-1/").status_code == 404
