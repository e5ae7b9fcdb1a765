"""The page /check/ in a real browser, through proxies that hold back, collect, cut and refuse: what
it says of each, in words that can be copied to whoever keeps the network."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import axe, overflow
from tests.journeys.hall import PATIENCE, SMALL, Watch
from tests.journeys.relay import Relay
from tests.journeys.test_bad_wifi import NO_STORAGE
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

FINE = {
    "post": "fine",
    "clock": "fine",
    "cookies": "fine",
    "storage": "fine",
    "secure": "fine",
}
ALL_WELL = "All that a session needs works from here."
IN_PART = "Sessions work from here. Something could be better: see below."
NOT_AT_ALL = "Sessions do not work from here. What to ask for stands below."
#: How long something took, which is another each time.
LONG = re.compile(r"\b\d[\d,]* (milliseconds?|seconds?|minutes?)\b")


class Check:
    """A page of the check, and what it has found."""

    def __init__(self, page: Page, url: str) -> None:
        page.set_default_timeout(PATIENCE)
        self.page = page
        page.goto(f"{url}/check/")

    def begin(self) -> "Check":
        self.page.get_by_role("button", name="A quick look, ten seconds").click()
        return self

    def end(self) -> "Check":
        expect(self.page.locator("#whole")).to_be_visible(timeout=PATIENCE)
        return self

    @property
    def verdict(self) -> str:
        return self.page.locator("#verdict").inner_text()

    @property
    def tags(self) -> dict[str, str]:
        """part -> the tag of what came of it."""
        parts = self.page.locator("[data-part]").all()
        return {
            str(part.get_attribute("data-part")): part.locator(".came .tag").inner_text()
            for part in parts
        }

    def said(self, part: str) -> list[str]:
        """The lines of what came of a part, behind its tag, without figures of time."""
        lines = self.page.locator(f"[data-part={part}] .came p").all_inner_texts()
        return [LONG.sub("so long", line) for line in lines]


@pytest.fixture
def through(server: Server, page_at: Callable[..., Page]) -> Iterator[Callable[..., Check]]:
    """`through(stream="pass", post="pass")`: the page behind a proxy that does so with the stream
    and with all else once the page is there."""
    with ExitStack() as open_ones:

        def through(stream: str = "pass", post: str = "pass") -> Check:
            relay = open_ones.enter_context(Relay(server.url).running())
            check = Check(page_at(1280, 900), relay.url)
            relay.rule = lambda path: stream if "/stream/" in path else post
            return check

        yield through


def test_through_five_proxies_it_says_what_each_does_to_the_stream(
    through: Callable[..., Check],
) -> None:
    rules = ("pass", "gather", "hold", "cut", "refuse")
    checks = {rule: through(rule).begin() for rule in rules}
    found = {rule: check.end() for rule, check in checks.items()}
    assert {rule: check.verdict for rule, check in found.items()} == {
        "pass": ALL_WELL, "gather": IN_PART, "hold": IN_PART, "cut": IN_PART, "refuse": IN_PART,
    }  # fmt: skip
    assert found["pass"].tags == {"stream": "fine", **FINE}
    assert [found[rule].tags for rule in rules[1:]] == [{"stream": "amiss", **FINE}] * 4
    assert {rule: check.said("stream")[0] for rule, check in found.items()} == {
        "pass": "fine It stayed open for so long, and each count came at once.",
        "gather": "amiss Counts came up to so long late: something on the way collects them.",
        "hold": "amiss It stayed open for so long, and nothing came: "
        "something on the way holds it back.",
        "cut": "amiss Nothing more came after so long: something on the way ended it.",
        "refuse": "amiss Something on the way answered in place of the server, with status 403.",
    }
    site = found["gather"].page.url.removesuffix("/check/")
    assert found["gather"].said("stream")[2] == (
        f"What to ask for: Please do not buffer answers of the kind text/event-stream from {site}, "
        "also not to look through them: pass each piece on when it comes."
    )


@pytest.mark.parametrize(
    ("post", "line"),
    [
        ("portal", "Something on the way answered in place of the server, with status 200."),
        ("refuse", "Something on the way answered in place of the server, with status 403."),
    ],
)
def test_a_page_that_stands_before_the_form_is_no_answer_of_the_server(
    through: Callable[..., Check], post: str, line: str
) -> None:
    check = through(post=post).begin().end()
    assert check.verdict == NOT_AT_ALL
    assert check.tags == {
        **FINE, "stream": "fine", "post": "wrong", "clock": "not known",
        "cookies": "not known",
    }  # fmt: skip
    assert check.said("post")[:2] == [
        f"wrong {line}",
        "Nobody can take a seat, and nothing that people do would be saved.",
    ]


def test_a_browser_that_loses_cookies_keeps_nothing_and_whose_clock_is_wrong(
    server: Server, page_at: Callable[..., Page]
) -> None:
    bare, late = page_at(360, 740), page_at(360, 740)
    bare.add_init_script(NO_STORAGE)
    late.clock.install(time=datetime.now(UTC) - timedelta(minutes=5))
    checks = [Check(page, server.url) for page in (bare, late)]
    bare.context.clear_cookies()
    lost, behind = [check.begin() for check in checks]
    assert (lost.end().verdict, behind.end().verdict) == (NOT_AT_ALL, IN_PART)
    assert lost.tags == {
        "stream": "fine", "post": "wrong", "clock": "not known",
        "cookies": "wrong", "storage": "amiss", "secure": "fine",
    }  # fmt: skip
    assert behind.tags == {"stream": "fine", **FINE, "clock": "amiss"}
    assert late.locator("[data-part=clock] .came p").first.inner_text() == (
        "amiss It is 5 minutes behind."
    )
    for page in (bare, late):
        axe(page)
        assert overflow(page) == 0


def test_it_is_copied_whole_and_checked_again(server: Server, page_at: Callable[..., Page]) -> None:
    watch = Watch()
    page = watch.over(page_at(360, 740, permissions=["clipboard-read", "clipboard-write"]))
    check = Check(page, server.url)
    axe(page)
    check.begin()
    expect(page.locator("#counted")).to_have_text(
        re.compile(r"^\d of 10 seconds; 3 of 6 counts came")
    )
    axe(page)
    check.end()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#copied")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#text").input_value()
    lines = copied.splitlines()
    assert (lines[0], lines[2], lines[4]) == (
        "Check the connection", ALL_WELL, "An answer that stays open: fine",
    )  # fmt: skip
    assert lines[1].split(" · ")[0] == server.url
    assert [line for line in lines if "{" in line] == []
    assert page.evaluate(SMALL, 24) == []
    again = page.get_by_role("button", name="Check again, for a minute")
    check.begin()
    expect(page.locator("#whole")).to_be_hidden()
    check.end()
    assert check.said("storage")[0].startswith(
        "fine Both keep what is written. An earlier check, at"
    )
    expect(again).to_be_visible()
    axe(page)
    assert (overflow(page), watch.wrong) == (0, [])


def test_without_script_the_form_is_tried(server: Server, page_at: Callable[..., Page]) -> None:
    page = page_at(360, 740, js=False, base_url=server.url)
    page.goto("/check/")
    assert page.get_by_role("button").all_inner_texts()[-1:] == ["Send a form"]
    expect(page.get_by_role("heading", name="An answer that stays open")).to_be_visible()
    page.get_by_role("button", name="Send a form").click()
    expect(page.get_by_text("The form arrived at")).to_be_visible()
    assert overflow(page) == 0
