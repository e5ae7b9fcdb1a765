"""The log names pages, never addresses, and the request by the number that its answer bears."""

import asyncio
import json
import logging
import re
from typing import Any

import pytest
from django.test import AsyncClient, Client

from exchange.core.logs import AsJson, numbered


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name.startswith("django.")]


@pytest.mark.django_db
def test_a_refused_letter_leaves_no_key_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "django.request"):
        Client().get("/invitations/the-key/")
    assert lines(caplog) == ["Not Found: /invitations/<slug:token>/"]


@pytest.mark.django_db
def test_a_mistyped_link_leaves_none_either(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "django.request"):
        Client().get("/invitations/the-key/more/")
    assert lines(caplog) == ["Not Found: (no such page)"]


@pytest.mark.django_db
def test_nor_does_a_form_without_its_token(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "django.security.csrf"):
        Client(enforce_csrf_checks=True).post("/invitations/the-key/")
    assert [line for line in lines(caplog) if "the-key" in line] == []
    assert "/invitations/<slug:token>/" in "".join(lines(caplog))


def as_json(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What the log would say in JSON."""
    return [json.loads(AsJson().format(r)) for r in caplog.records if numbered(r)]


def number_on(page: str) -> str:
    found = re.search(r"[B-Z2-9]{3}-[B-Z2-9]{3}", page)
    assert found
    return found[0]


@pytest.mark.django_db
def test_page_answer_and_log_bear_one_number(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        answer = Client().get("/invitations/the-key/more/", headers={"X-Request-ID": "AAA-AAA"})
    number = answer.headers["X-Request-ID"]
    assert number_on(answer.content.decode()) == number != "AAA-AAA"
    told = as_json(caplog)
    assert [(one["request"], one["level"]) for one in told] == [(number, "WARNING")] * 2
    assert [one["message"] for one in told] == [
        f"{number} 404 GET no such page",
        "Not Found: (no such page)",
    ]
    assert Client().get("/healthz").headers["X-Request-ID"] != number


def test_also_where_answers_wait_for_one_another() -> None:
    answers = [asyncio.run(AsyncClient().get("/healthz")) for _ in range(2)]
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 2


def test_a_fault_in_json_is_one_line_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("exchange.worker")
    try:
        raise ZeroDivisionError("two\nlines")
    except ZeroDivisionError:
        log.exception("It failed\nbadly.")
    (told,) = as_json(caplog)
    trace, time = told.pop("trace"), told.pop("time")
    assert told == {"level": "ERROR", "logger": "exchange.worker", "message": "It failed\nbadly."}
    assert trace.endswith("ZeroDivisionError: two\nlines")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", time)
    assert "\n" not in AsJson().format(caplog.records[0])
