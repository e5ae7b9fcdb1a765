"""Every page of the site in a real browser: found from the URLconf, as somebody who may open it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page

from exchange.live.seating import cookie_name
from tests import cast as the_cast
from tests import world as worlds
from tests.addresses import STREAMS, addresses, names
from tests.journeys.browser import TAGS, fault_lines, overflow
from tests.journeys.hall import SMALL, Watch
from tests.pseudo import catalogue
from tests.server import Server
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

#: Who tries an address, in this order; the first who meets a page is photographed by the tests.
VISITORS = ("ben", "ada", "hana", "gil", "anyone")
#: Pages in other states, as permissions.txt names them.
STATES = (
    "run@draft", "run@closed", "run@released", "run_setup@draft", "screen@closed", "run_print",
    "finding@finding-released",
)  # fmt: skip
#: The phone's main controls are for thumbs.
PHONE = {"board", "join", "join_code", "join_token"}


@pytest.fixture
def world(server: Any) -> World:
    cast = the_cast.cast()
    return worlds.everything(cast)


def pages(world: World) -> Iterator[tuple[str, str, str]]:
    """(name, who, path) of every address that shows a page to somebody."""
    browsers = {who: world.client(who) for who in VISITORS}
    for name in dict.fromkeys([*names(), *STATES]):
        if name in STREAMS:
            continue
        path = addresses(world, name)[0]
        for who, browser in browsers.items():
            answer = browser.get(path)
            if answer.status_code != 200:
                continue
            is_page = "text/html" in answer.headers.get("Content-Type", "")
            if is_page and b"<html" in answer.content:
                yield name, who, path
            break  # what is a file for one is a file for all


def cookies(world: World, who: str, url: str) -> list[dict[str, str]]:
    client = world.client(who)
    keys = (settings.SESSION_COOKIE_NAME, cookie_name(world.open_run.pk))
    return [
        {"name": key, "value": client.cookies[key].value, "url": url}
        for key in keys
        if key in client.cookies
    ]


def faults(page: Page, *rules: str) -> list[str]:
    """The accessibility engine's complaints; by all rules of WCAG 2.2 A and AA if none is named."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    options = {"resultTypes": ["violations"], "runOnly": only}
    return fault_lines(Axe().run(page, options=options).response["violations"])


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_accessible_and_fits(
    world: World, server: Any, page_at: Callable[..., Page], width: int
) -> None:
    """WCAG 2.2 AA in light and dark, no sideways scrolling, targets, silence in the console."""
    watch, wrong, seen = Watch(), [], set()
    windows: dict[str, Page] = {}
    for name, who, path in pages(world):
        if who not in windows:
            # without motion, so that no colour is met on its way from light to dark
            still = page_at(width, 800, base_url=server.url, reduced_motion="reduce")
            windows[who] = watch.over(still)
            windows[who].context.add_cookies(cookies(world, who, server.url))
        page = windows[who]
        page.emulate_media(color_scheme="light")
        page.goto(path)
        seen.add(name)
        wrong += [f"{name} light: {line}" for line in faults(page)]
        page.emulate_media(color_scheme="dark")
        wrong += [f"{name} dark: {line}" for line in faults(page, "color-contrast")]
        if overflow(page):
            wrong.append(f"{name}: {overflow(page)} px wider than {width}")
        least = 44 if name in PHONE and width == 320 else 24
        wrong += [f"{name}: under {least} px: {line}" for line in page.evaluate(SMALL, least)]
    assert len(seen) >= 30
    assert "\n".join(wrong + watch.wrong) == ""


@pytest.mark.parametrize("mode", ["forced", "reduced"])
def test_forced_colours_and_less_motion_hide_nothing(
    world: World, server: Any, page_at: Callable[..., Page], mode: str
) -> None:
    """On the phone, the desk, the projector and the result."""
    more = {"forced": {"forced_colors": "active"}, "reduced": {"reduced_motion": "reduce"}}[mode]
    wrong = []
    for name, who in (("board", "gil"), ("desk", "ben"), ("screen", "ben"), ("run@closed", "ben")):
        page = page_at(360, 740, base_url=server.url, **more)
        page.context.add_cookies(cookies(world, who, server.url))
        page.goto(addresses(world, name)[0])
        wrong += [f"{name}: {line}" for line in faults(page)]
        moving = "document.getAnimations().filter((one) => one.playState === 'running').length"
        if mode == "reduced" and page.evaluate(moving):
            wrong.append(f"{name}: something moves")
    assert wrong == []


def test_every_page_fits_a_small_phone_in_a_longer_language(
    world: World, page_at: Callable[..., Page], tmp_path: Path
) -> None:
    """Every word a third longer and in other letters (tests/pseudo): no sideways scrolling at 320 px."""
    catalogue.write(tmp_path)
    other = Server(tmp_path, DJANGO_SETTINGS_MODULE="tests.pseudo.settings", PSEUDO=str(tmp_path))
    other.start()
    watch, wrong, seen = Watch(), [], set()
    windows: dict[str, Page] = {}
    try:
        for name, who, path in pages(world):
            if who not in windows:
                windows[who] = watch.over(page_at(320, 800, base_url=other.url))
                windows[who].context.add_cookies(cookies(world, who, other.url))
            windows[who].goto(path)
            seen.add(name)
            if overflow(windows[who]):
                wrong.append(f"{name}: {overflow(windows[who])} px wider than 320")
            if name == "help":
                assert catalogue.other("Help") in windows[who].title()
    finally:
        other.kill()
    assert len(seen) >= 30
    assert wrong + watch.wrong == []
