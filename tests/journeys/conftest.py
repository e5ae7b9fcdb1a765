"""Fixtures of the journeys: a real Chromium, windows of any size, and the accessibility engine."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import browser as chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium for the session. Without one: a skip, or a failure where it is required."""
    if not chromium.chromium().exists():
        if "chromium" in os.environ.get("EXCHANGE_REQUIRE", ""):
            pytest.fail(f"Chromium is required and not at {chromium.chromium()}.")
        pytest.skip(f"No Chromium at {chromium.chromium()} (set EXCHANGE_CHROMIUM).")
    with chromium.opened() as opened:
        yield opened


@pytest.fixture
def page_at(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`page_at(width, height, scheme="light", js=True, **more)`: a fresh window with no cookies.

    `more` goes to Playwright's new_context: `forced_colors="active"`, `has_touch=True`,
    `base_url=live_server.url`, and so on. All windows close with the test.
    """
    contexts = []

    def page_at(
        width: int, height: int, scheme: str = "light", js: bool = True, **more: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=js,
            **more,
        )
        contexts.append(context)
        return context.new_page()

    yield page_at
    for context in contexts:
        context.close()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: fails with the list of accessibility faults of the page."""
    return chromium.axe
