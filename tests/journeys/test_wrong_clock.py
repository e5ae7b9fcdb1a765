"""A phone whose clock is a day wrong: its timer is the server's, and what is done on it arrives."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exchange.live.models import Move
from exchange.live.tests.holding import SAMPLE, advance, hold, sit
from tests.cast import cast as make_cast
from tests.journeys.hall import PATIENCE
from tests.server import Server

#: Of fifty minutes; a loaded machine may take some.
LEFT = re.compile(r"^4[5-9]:\d\d$")
pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def sample_activities(settings: Any) -> None:
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


def board_of_fifty_minutes(server: Server, page_at: Callable[..., Page], time: datetime) -> Page:
    """A phone whose clock says that, in a part of fifty minutes that has just begun."""
    expect.set_options(timeout=PATIENCE)
    run = hold(make_cast().ben, minutes={"alone": 50})
    (seat,) = sit(run)
    advance(run)
    page = page_at(360, 740, base_url=server.url)
    page.clock.install(time=time)
    cookie = {"name": f"seat-{run.pk}", "value": seat.token, "url": server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto(f"{server.url}/runs/{run.pk}/board/")
    return page


@pytest.mark.parametrize("hours", [24, -24])
def test_a_phone_a_day_wrong_follows_the_server(
    hours: int, server: Server, page_at: Callable[..., Page]
) -> None:
    page = board_of_fifty_minutes(server, page_at, datetime.now(UTC) + timedelta(hours=hours))
    timer, state = page.get_by_role("timer"), page.locator("#state")
    first = timer.inner_text()
    expect(timer).not_to_have_text(first)  # it counts by itself
    expect(timer).to_have_text(LEFT)

    def keep(word: str) -> None:
        page.locator("#word").fill(word)
        page.get_by_role("button", name="Keep", exact=True).click()

    keep("at once")
    expect(state).to_contain_text("Saved ")
    page.context.set_offline(True)
    keep("later")
    expect(state).to_contain_text("1 change waiting")
    page.clock.set_system_time(datetime.now(UTC))  # somebody sets it right
    page.context.set_offline(False)
    expect(state).to_contain_text("Saved ")
    expect(timer).to_have_text(LEFT)
    assert [m.data for m in Move.objects.filter(kind="word").order_by("seq")] == [
        {"word": "at once"}, {"word": "later"},
    ]  # fmt: skip


@pytest.mark.parametrize("hours", [24, -24])
def test_a_clock_that_is_set_while_nothing_happens_is_noticed(
    hours: int, server: Server, page_at: Callable[..., Page]
) -> None:
    """Nobody moves, so no page would come by itself."""
    page = board_of_fifty_minutes(server, page_at, datetime.now(UTC))
    timer = page.get_by_role("timer")
    expect(timer).to_have_text(LEFT)
    with page.expect_response("**/board/view/**"):
        page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=hours))
    expect(timer).to_have_text(LEFT)
