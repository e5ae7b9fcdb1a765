"""A real Chromium for journeys and photographs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def chromium() -> Path:
    """Where Chromium is, or should be."""
    return Path(os.environ.get("EXCHANGE_CHROMIUM", "/usr/bin/chromium"))


@contextmanager
def opened() -> Iterator[Browser]:
    """A running Chromium, closed at the end.

    Playwright keeps an event loop in this thread, and Django refuses its database beside one; in
    a journey each side waits for the other, so the refusal is lifted while the browser is open.
    """
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            try:
                yield browser
            finally:
                browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


def fault_lines(violations: list[dict]) -> list[str]:
    """Axe's violations, one line for each element: rule, element, what is wrong."""
    return [
        f"{fault['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for fault in violations
        for node in fault["nodes"]
    ]


def axe(page: Page) -> None:
    """Fails with the list of accessibility faults of the page, by WCAG 2.2 A and AA.

    The engine goes in through the debugger, so the page's own CSP stays in force.
    """
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": TAGS}}
    lines = fault_lines(Axe().run(page, options=options).response["violations"])
    assert not lines, f"{page.url}\n" + "\n".join(lines)


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window: 0 is right."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
