"""The desk in a real browser: its figures stay right while nobody presses anything."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import cast as the_cast
from tests import world as worlds
from tests.journeys import hall
from tests.journeys.hall import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(server: Any, page_at: Callable[..., Page]) -> Page:
    """Ben's desk in the second part of a session whose first part took no time; its clock can be
    turned on by hand."""
    cast = the_cast.cast()
    worlds.let_sign_in([cast.ben])
    run = worlds.opened(cast.ben, cast.harbour, "journey")
    worlds.to(run, "read")
    worlds.to(run, "choose")
    page = page_at(1280, 900, base_url=server.url)
    page.set_default_timeout(PATIENCE)
    hall.sign_in(page, cast.ben)
    page.clock.install()
    page.goto(f"/runs/{run.pk}/desk/")
    return page


def minutes_pass(page: Page, minutes: int) -> None:
    page.clock.fast_forward(minutes * 60_000)


def test_how_late_it_is_stays_true_while_nothing_happens(desk: Page) -> None:
    """Two parts of five minutes; no move, no reload, and no answer but "nothing new"."""
    answers: list[int] = []
    desk.on("response", lambda got: "/desk/view/" in got.url and answers.append(got.status))
    pace, now = desk.locator("#pace"), desk.locator("li[aria-current=step] small")
    expect(pace).to_have_text("5 min ahead")
    expect(now).to_contain_text("of 5 min")
    for minutes, said in [(4, "5 min ahead"), (6, "on time"), (1, "1 min behind")]:
        minutes_pass(desk, minutes)
        expect(pace).to_have_text(said)
    minutes_pass(desk, 20)
    expect(pace).to_have_text("21 min behind")
    expect(now).to_have_text(re.compile(r"^31:\d\d of 5 min$"))
    assert set(answers) <= {304}


def test_a_pause_stands_still_and_the_servers_word_holds(desk: Page) -> None:
    minutes_pass(desk, 20)
    expect(desk.locator("#pace")).to_have_text("10 min behind")
    desk.get_by_role("button", name="Pause").click()
    expect(desk.get_by_role("button", name="Go on")).to_be_visible()
    expect(desk.locator("#pace")).to_have_text("5 min ahead")  # by the server's own clock
    minutes_pass(desk, 20)
    expect(desk.locator("#pace")).to_have_text("5 min ahead")
