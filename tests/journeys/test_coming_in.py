"""Coming in, in real browsers: let in at a watched door, and going on on a second phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exchange.live import actions
from exchange.live.models import Run
from tests import cast as the_cast
from tests import world as worlds
from tests.journeys import hall

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]
PATIENCE = 25_000  # whoever waits asks every few seconds


@pytest.fixture
def held() -> tuple[Any, Run]:
    """Ben, who can sign in, and his open session."""
    cast = the_cast.cast()
    worlds.let_sign_in([cast.ben])
    return cast.ben, worlds.opened(cast.ben, cast.harbour, "journey")


def take_seat(page: Page, run: Run, label: str) -> None:
    page.goto(f"/join/{run.code}/")
    page.get_by_label("Name or initials").fill(label)
    page.get_by_label("Your school").select_option(label="Another school, or none")
    page.get_by_role("button", name="Take my seat").click()


def test_the_desk_lets_in_whom_it_knows(
    held: tuple[Any, Run], server: Any, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    """One with script, who goes on by itself; one without, who looks again; one turned away."""
    ben, run = held
    actions.watch_door(run=run, by=ben)
    scripted, plain, stranger = (
        page_at(360, 740, js=js, base_url=server.url) for js in (True, False, True)
    )
    for page, name in ((scripted, "Sam"), (plain, "Kit"), (stranger, "Nobody we know")):
        take_seat(page, run, name)
        expect(page.get_by_text("You are at the door.")).to_be_visible(timeout=PATIENCE)
    axe(scripted)
    desk = page_at(1280, 900, base_url=server.url)
    hall.sign_in(desk, ben)
    desk.goto(f"/runs/{run.pk}/desk/")
    expect(desk.get_by_role("heading", name="3 wait at the door")).to_be_visible()
    axe(desk)
    desk.get_by_role("button", name="Turn away Nobody we know").click()
    expect(desk.get_by_role("heading", name="2 wait at the door")).to_be_visible()
    desk.get_by_role("button", name="Let everybody in").click()
    expect(desk.locator("#at-the-door")).to_have_count(0)
    expect(scripted.get_by_text("You are in.")).to_be_visible(timeout=PATIENCE)
    plain.get_by_role("link", name="Look again").click()
    expect(plain.get_by_text("You are in.")).to_be_visible()
    expect(stranger.get_by_role("heading", name="You have no seat here")).to_be_visible(
        timeout=PATIENCE
    )


@pytest.mark.parametrize("js", [True, False])
def test_a_seat_goes_on_on_a_second_phone_and_the_first_stops(
    held: tuple[Any, Run],
    server: Any,
    page_at: Callable[..., Page],
    axe: Callable[[Page], None],
    js: bool,
) -> None:
    _ben, run = held
    first, second = (page_at(360, 740, js=js, base_url=server.url) for _ in range(2))
    take_seat(first, run, "Sam")
    worlds.to(run, "choose")
    first.goto(f"/runs/{run.pk}/board/")
    first.get_by_text("Continue on another device").click()
    first.get_by_role("button", name="Show me the code").click()
    letters = first.locator(".code").inner_text()
    if js:
        axe(first)
    watching = first.context.new_page()
    watching.goto(f"/runs/{run.pk}/board/")
    second.goto("/rejoin/")
    if js:
        axe(second)
    second.get_by_label("Code").fill(letters)
    second.get_by_role("button", name="Take my seat here").click()
    second.wait_for_url("**/board/")
    expect(second.get_by_text("Choose the nine that are").first).to_be_visible()
    if js:  # by itself, within moments; without script with the next press
        expect(watching.get_by_role("heading", name="You have no seat here")).to_be_visible(
            timeout=PATIENCE
        )
    first.get_by_role("link", name="Back to my seat").click()
    expect(first.get_by_role("heading", name="You have no seat here")).to_be_visible()
