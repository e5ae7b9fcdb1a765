"""How a phone hears of a change, whatever happened to it: by its stream, by asking itself where a
proxy eats that, after sleep; and how what it had not sent yet still arrives."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from exchange.live.tests.holding import advance, hold, sit
from tests.cast import cast as make_cast

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]
STREAM = "**/board/stream/"
READING = "10 cards, in an order of your own"
CARDS = [f"Reason number {number}" for number in range(1, 11)]


def refuse(route: Route) -> None:
    """A proxy that lets no stream through."""
    route.abort()


def swallow(route: Route) -> None:
    """A proxy that holds an answer until it ends: of a stream nothing ever comes."""


@pytest.fixture
def seated(server: Any, page_at: Callable[..., Page]) -> Callable[..., tuple[Any, Page]]:
    """`seated(proxy)`: an open run, and the page of a phone whose stream goes through it."""

    def seated(proxy: Callable[[Route], None] | None = None) -> tuple[Any, Page]:
        run = hold(make_cast().ben, key="diamond_nine", cards="own", lines=CARDS)
        (seat,) = sit(run)
        phone = page_at(360, 740, base_url=server.url)
        phone.context.add_cookies(
            [{"name": f"seat-{run.pk}", "value": seat.token, "url": server.url}]
        )
        if proxy:
            phone.route(STREAM, proxy)
        phone.goto(f"/runs/{run.pk}/board/")
        return run, phone

    return seated


@pytest.mark.parametrize("proxy", [refuse, swallow])
def test_without_a_stream_the_phone_asks_by_itself_and_alarms_nobody(
    seated: Callable[..., tuple[Any, Page]], proxy: Callable[[Route], None]
) -> None:
    run, phone = seated(proxy)
    advance(run)
    expect(phone.get_by_text(READING)).to_be_visible(timeout=15_000)
    expect(phone.locator("#connection")).to_have_text("")
    expect(phone.locator("#said")).to_have_text("")
    advance(run)
    expect(phone.get_by_text("Choose the nine that are").first).to_be_visible(timeout=15_000)


def test_a_phone_whose_stream_lives_does_not_ask_besides(
    seated: Callable[..., tuple[Any, Page]],
) -> None:
    run, phone = seated()
    asked: list[str] = []
    phone.on("request", lambda request: "/board/view/" in request.url and asked.append(request.url))
    phone.wait_for_timeout(17_000)  # two heartbeats
    assert asked == []
    advance(run)
    expect(phone.get_by_text(READING)).to_be_visible(timeout=15_000)
    assert len(asked) == 1


def test_a_phone_that_slept_looks_when_it_wakes(seated: Callable[..., tuple[Any, Page]]) -> None:
    """Frozen as a phone in a pocket is: no script runs until it is taken out again."""
    run, phone = seated()
    debugger = phone.context.new_cdp_session(phone)
    debugger.send("Page.setWebLifecycleState", {"state": "frozen"})
    advance(run)
    debugger.send("Page.setWebLifecycleState", {"state": "active"})
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(phone.get_by_text(READING)).to_be_visible(timeout=15_000)


def test_what_a_closed_tab_had_not_sent_arrives_once_when_it_is_opened_again(
    seated: Callable[..., tuple[Any, Page]],
) -> None:
    run, phone = seated()
    advance(run)
    run = advance(run)
    expect(phone.get_by_text("0 of 9 chosen")).to_be_visible(timeout=15_000)
    address, context = phone.url, phone.context
    context.set_offline(True)
    for number in range(3):
        phone.locator("label.pick").nth(number).click()
    expect(phone.get_by_text("3 changes waiting, kept on this phone")).to_be_visible()
    phone.close()
    assert run.moves.filter(kind="choose").count() == 0
    context.set_offline(False)
    phone = context.new_page()
    phone.goto(address)
    expect(phone.get_by_text("3 of 9 chosen")).to_be_visible(timeout=15_000)
    phone.reload()
    expect(phone.get_by_text("3 of 9 chosen")).to_be_visible(timeout=15_000)
    assert run.moves.filter(kind="choose").count() == 3
