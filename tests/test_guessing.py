"""Join codes: a hall that mistypes gets in, a guesser is paused and learns nothing
(docs/decisions/0013)."""

from collections import Counter
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exchange.live.guessing import guessed_wrong
from exchange.live.models import Run
from exchange.live.tests.holding import hold
from tests.cast import Cast

HALL, ELSEWHERE = "203.0.113.9", "203.0.113.10"
WRONG = "BCDFGH"
SEAT = {"label": "", "school": "other", "role": "teacher", "people": "1"}


@pytest.fixture
def run(cast: Cast) -> Run:
    return hold(cast.ben, cast.harbour, "diamond_nine")


def by_code(code: str, address: str = HALL) -> int:
    return Client(REMOTE_ADDR=address).get(reverse("join_code", args=[code])).status_code


def by_picture(token: str, address: str = HALL) -> int:
    return Client(REMOTE_ADDR=address).get(reverse("join_token", args=[token])).status_code


def guesses(number: int, address: str) -> None:
    """That many wrong codes from there within a minute."""
    request: Any = RequestFactory().get("/", REMOTE_ADDR=address)
    for _ in range(number):
        guessed_wrong(request)


def test_a_hall_in_which_every_fourth_mistypes_joins_within_a_minute(run: Run) -> None:
    met: Counter[int] = Counter()
    for n in range(200):
        phone = Client(REMOTE_ADDR=HALL)
        if n % 4 == 0:
            met[phone.get(reverse("join_code", args=[WRONG])).status_code] += 1
        met[phone.post(reverse("join_code", args=[run.code]), SEAT).status_code] += 1
    assert met == {404: 50, 302: 200}
    assert run.seats.taken().count() == 200


def test_the_sixty_first_wrong_code_of_a_minute_waits(run: Run) -> None:
    met = Counter(by_code(WRONG) for _ in range(65))
    assert met == {404: 60, 429: 5}
    assert by_code(run.code, ELSEWHERE) == 200
    cache.clear()  # a minute later
    assert by_code(run.code) == 200


def test_the_picture_never_waits(run: Run) -> None:
    """Its address holds 256 bits: whoever has it was shown it."""
    guesses(60, HALL)
    assert [by_picture(run.code_token), by_code(run.code)] == [200, 429]
    guesses(1000, ELSEWHERE)
    assert by_picture(run.code_token) == 200
    assert {by_picture("x" * 43) for _ in range(100)} == {404}


def test_in_the_room_where_the_code_is_shown_it_is_always_let_in(
    run: Run, cast: Cast, client_of: Any
) -> None:
    """However many mistype there, and whatever somebody on that network tries."""
    other = hold(cast.ada, cast.harbour, "diamond_nine")
    for page in ("desk", "screen"):
        cache.clear()
        shows = client_of(cast.ben).get(reverse(page, args=[run.pk]), REMOTE_ADDR=HALL)
        assert shows.status_code == 200
        guesses(1000, HALL)
        answers = [by_code(code) for code in (run.code, run.code.lower(), WRONG, other.code)]
        assert answers == [200, 200, 429, 429]
        assert Client(REMOTE_ADDR=HALL).post(
            reverse("join_code", args=[run.code]), SEAT
        ).status_code == 302  # fmt: skip


def test_wrong_codes_from_everywhere_pause_guessing_everywhere(
    run: Run, cast: Cast, client_of: Any
) -> None:
    """Six hundred a minute: no number of addresses makes more guesses."""
    client_of(cast.ben).get(reverse("screen", args=[run.pk]), REMOTE_ADDR=HALL)
    for n in range(12):
        guesses(50, f"198.51.100.{n}")
    assert [by_code(run.code, ELSEWHERE), by_code(WRONG, ELSEWHERE)] == [429, 429]
    assert [by_code(run.code), by_picture(run.code_token, ELSEWHERE)] == [200, 200]


def test_while_guessing_is_paused_a_right_guess_looks_like_a_wrong_one(run: Run) -> None:
    """The same page after the same questions to the database: nothing is looked up."""
    guesses(60, HALL)
    seen = []
    for code in (WRONG, run.code, "nonsense"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = Client(REMOTE_ADDR=HALL).get(reverse("join_code", args=[code]))
        page = answer.content.decode()
        token = answer.wsgi_request.META["CSRF_COOKIE"]
        lines = [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]
        assert token
        seen.append((answer.status_code, answer.headers["Retry-After"], lines, len(asked)))
    assert seen[0][:2] == (429, "60")
    assert seen[1:] == [seen[0], seen[0]]
    assert seen[0][3] == 0
    assert sum("Many wrong codes have come from where you are." in line for line in seen[0][2]) == 1


def test_a_right_code_is_never_counted(run: Run) -> None:
    assert {by_code(run.code) for _ in range(70)} == {200}


def test_what_is_no_code_does_not_use_up_tries_at_the_form(run: Run) -> None:
    """Five letters, or a digit: told beside the box, and not counted."""
    phone = Client(REMOTE_ADDR=HALL)
    met = {
        phone.post(reverse("join"), {"code": code}).status_code for code in ["KTR", "K7RMWX"] * 40
    }
    assert (met, by_code(run.code)) == ({422}, 200)
