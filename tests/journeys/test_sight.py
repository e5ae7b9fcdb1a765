"""For eyes that need more, and for paper: more contrast, forced colours, and print."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests import cast as the_cast
from tests import world as worlds
from tests.addresses import addresses
from tests.journeys import sight
from tests.journeys.browser import overflow
from tests.journeys.test_pages import cookies, faults, pages
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

#: What a sheet of A4 leaves for words, at 96 to the inch, with the margins of the stylesheet.
PAPER = (680, 1000)
WHITE = "255,255,255"


@pytest.fixture
def world(server: Any) -> World:
    return worlds.everything(the_cast.cast())


def pale(page: Page) -> list[str]:
    """Words under 7:1 (4.5:1 for large ones), by the accessibility engine."""
    return faults(page, "color-contrast-enhanced")


def hidden(page: Page) -> list[str]:
    """Words under 7:1 and parts without their outline, in the colours that the device forces.

    The accessibility engine reads a colour that is then not painted (-webkit-text-fill-color).
    """
    weak = [one for one in sight.words(page) if sight.contrast(one["ink"], one["ground"]) < 7]
    said = [f"{one['words']}: {one['ink']} on {one['ground']}" for one in weak]
    return [*said, *page.evaluate(sight.BORDERLESS)]


LOOKED = {"contrast": pale, "forced": hidden}


@pytest.mark.parametrize("mode", ["contrast", "forced"])
def test_every_page_for_eyes_that_need_more(
    world: World, server: Any, page_at: Callable[..., Page], mode: str
) -> None:
    """More contrast: 7:1 for words (4.5 for large ones). Forced colours: nothing is known by its
    ground alone, so whatever has an outline keeps it."""
    more = {"contrast": {"contrast": "more"}, "forced": {"forced_colors": "active"}}[mode]
    windows: dict[str, Page] = {}
    wrong, seen = [], set()
    for name, who, path in pages(world):
        if who not in windows:
            windows[who] = page_at(360, 740, base_url=server.url, reduced_motion="reduce", **more)
            windows[who].context.add_cookies(cookies(world, who, server.url))
        page = windows[who]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(path)
            wrong += [f"{name} {scheme}: {fault}" for fault in LOOKED[mode](page)]
            if overflow(page):
                wrong.append(f"{name} {scheme}: {overflow(page)} px wider than the window")
        seen.add(name)
    assert len(seen) >= 30
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_results_on_paper(
    world: World, server: Any, page_at: Callable[..., Page], scheme: str
) -> None:
    """Black on white, without what is for the screen, nothing cut off and no word lost."""
    page = page_at(*PAPER, scheme, base_url=server.url)
    page.context.add_cookies(cookies(world, "ben", server.url))
    for name in ("run_print", "run@closed", "finding", "screen@closed", "network"):
        page.emulate_media(media="screen", color_scheme=scheme)
        page.goto(addresses(world, name)[0])
        shown = [one["words"] for one in sight.words(page) if not one["frame"]]
        page.emulate_media(media="print", color_scheme=scheme)
        printed = sight.words(page)
        assert [one["words"] for one in printed if one["frame"]] == [], name
        assert sorted(set(shown) - {one["words"] for one in printed}) == [], name
        assert len(shown) > 5, name
        pale = [one for one in printed if sight.contrast(one["ink"], WHITE) < 12]
        assert (pale, {one["ground"] for one in printed}) == ([], {WHITE}), name
        assert page.evaluate(sight.CUT_OFF) == [], name
        assert overflow(page) == 0, name
        if name == "run_print":
            assert page.locator("main details:not([open])").count() == 0
