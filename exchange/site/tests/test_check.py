"""The page /check/: what it says without script, what its form answers, what its counts are."""

import asyncio
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from exchange.live.streaming import Place
from exchange.site.check_views import LOOKS, counts
from exchange.site.check_words import PARTS, TAGS, needed, parts

SCRIPT = Path(settings.PACKAGE) / "static" / "check.js"


@pytest.fixture
def page(client: Client, db: None) -> str:
    answer = client.get("/check/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_brings_every_part_with_every_outcome(page: str) -> None:
    assert re.findall(r'data-part="(\w+)"', page) == [part.key for part in PARTS]
    found = re.findall(r'data-outcome="(\w+)" data-kind="(\w+)"', page)
    assert found == [(one.key, one.kind) for part in PARTS for one in part.outcomes]
    assert {kind for _key, kind in found} <= set(TAGS)


def test_what_does_not_work_says_what_it_means_or_whom_to_ask() -> None:
    bare = [
        f"{part.key} {one.key}"
        for part in PARTS
        for one in part.outcomes
        if one.kind in ("way", "off") and not one.ask
    ]
    assert bare == []


def test_the_address_stands_in_every_word_that_asks_for_it(page: str) -> None:
    site = "https://learning.example.org"
    lines = [*needed(site), *(one.ask for part in parts(site) for one in part.outcomes)]
    assert [line for line in lines if "{site}" in line] == []
    assert page.count("{site}") == 0
    assert "Please allow http://testserver, that one name only, for GET and POST." in page


def test_the_script_knows_the_outcomes_of_the_page_and_no_others() -> None:
    """A key that only one of them has would show nothing."""
    words = set(re.findall(r'"([a-z]+)"', SCRIPT.read_text(encoding="utf-8")))
    keys = {one.key for part in PARTS for one in part.outcomes}
    assert keys - words == set()


def test_the_form_is_answered_by_the_time_it_came(client: Client, db: None) -> None:
    before = timezone.now().timestamp() * 1000
    answer = client.post("/check/", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert set(answer.json()) == {"at"}
    assert before - 1 <= answer.json()["at"] <= timezone.now().timestamp() * 1000 + 1


def test_without_script_the_form_comes_back_as_a_page(client: Client, db: None) -> None:
    page = client.post("/check/").content.decode()
    said = re.findall(r"The form arrived at [0-9:]{8}, by the server's clock", page)
    assert len(said) == 1


def test_a_form_without_its_token_is_refused(db: None) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/check/", headers={"Accept": "application/json"}).status_code == 403


def test_it_asks_the_database_nothing(
    client: Client, db: None, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        client.get("/check/")
        client.post("/check/", headers={"Accept": "application/json"})


def heard(gaps: tuple[float, ...], most: int = 99) -> tuple[list[str], int]:
    """What the counts say, up to so many of them, and how often the end was told."""
    ends: list[bool] = []

    async def listening() -> list[str]:
        told = counts(gaps, lambda: ends.append(True))
        words: list[str] = []
        async for one in told:
            words.append(one.decode())
            if len(words) == most:
                break
        await told.aclose()  # type: ignore[attr-defined]
        return words

    return asyncio.run(listening()), len(ends)


def test_each_count_has_its_number_and_the_servers_time() -> None:
    words, ends = heard((0, 0))
    assert [re.sub(r"\d{13}", "ms", one) for one in words] == [
        "data: 1 ms\n\n", "data: 2 ms\n\n", "data: 3 ms\n\n", "event: end\ndata: end\n\n",
    ]  # fmt: skip
    assert ends == 1


def test_whoever_leaves_gives_the_place_back() -> None:
    words, ends = heard((0, 60), most=2)
    assert (len(words), ends) == (2, 1)


def test_a_look_is_as_long_as_the_page_says(page: str) -> None:
    said = re.findall(r'data-look="(\w+)" data-seconds="(\d+)" data-counts="(\d+)"', page)
    assert said == [("minute", "60", "16"), ("quick", "10", "6")]
    assert list(LOOKS) == ["minute", "quick"]


def test_places_are_counted_apart_from_those_of_seats() -> None:
    taken = [Place(("check", "203.0.113.9"), 2) for _ in range(3)]
    seat = Place((1, "check"))
    assert [place.taken for place in (*taken, seat)] == [True, True, False, True]
    for place in (*taken, seat):
        place.give_back()
    again = Place(("check", "203.0.113.9"), 2)
    assert again.taken
    again.give_back()
