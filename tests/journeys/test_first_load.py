"""The first load of a phone: how many bytes travel from the QR picture to the board, and how long
that takes on bad wifi. Bytes are asserted; seconds are told (run with -s), for they are the
machine's as well. Run alone: python -m pytest -s tests/journeys/test_first_load.py
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from exchange.live.models import Run
from exchange.live.tests.holding import advance, hold
from tests.cast import cast as make_cast
from tests.journeys.hall import PATIENCE
from tests.journeys.relay import Radio, Relay
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

MOST = 60_000
BYTES_A_SECOND, ONE_WAY, LOST = 400_000 / 8, 0.2, 0.05
CARDS = [f"Reason number {number}" for number in range(1, 11)]


class Meter:
    """What came over the line to this page, with the heads of the answers, by address."""

    def __init__(self, page: Page) -> None:
        self.debugger = page.context.new_cdp_session(page)
        self.debugger.send("Network.enable")
        self.named: dict[str, str] = {}
        self.bytes: Counter[str] = Counter()
        self.debugger.on("Network.requestWillBeSent", self.sent)
        self.debugger.on("Network.loadingFinished", self.finished)

    def sent(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.named and "redirectResponse" in event:
            led = event["redirectResponse"]
            self.bytes[urlsplit(led["url"]).path] += led["encodedDataLength"]
        self.named[event["requestId"]] = event["request"]["url"]

    def finished(self, event: dict[str, Any]) -> None:
        self.bytes[urlsplit(self.named[event["requestId"]]).path] += event["encodedDataLength"]

    def weaken(self) -> None:
        """Chromium's own weak line. (What it loses by `packetLoss` is WebRTC's alone.)"""
        line = {"offline": False, "latency": 2 * ONE_WAY * 1000, "connectionType": "cellular3g"}
        rate = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
        self.debugger.send("Network.emulateNetworkConditions", {**line, **rate})


@contextmanager
def told(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    sys.stdout.write(f"{time.monotonic() - began:6.1f} s  {what}\n")


def arrive(page: Page, run: Run, way: str) -> None:
    """From the QR picture to the board; both pages can be used when this is over."""
    page.set_default_timeout(PATIENCE)
    with told(f"{way}: the joining page, ready to type"):
        page.goto(f"/join/t/{run.code_token}/", wait_until="load")
        expect(page.locator("#id_label")).to_be_editable(timeout=PATIENCE)
    page.locator("#id_label").fill("Kay")
    page.get_by_label("Your school").select_option(label="Another school, or none")
    with told(f"{way}: from “Take my seat” to the board, its script running"):
        page.get_by_role("button", name="Take my seat").click(no_wait_after=True)
        page.wait_for_url("**/board/", wait_until="load")
        expect(page.locator("label.pick").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator("ul.picks [data-plain]").first).to_be_hidden(timeout=PATIENCE)


@pytest.fixture
def run(server: Server) -> Run:
    """A Diamond 9 in the part where cards are chosen: the board's script has work at once."""
    made = hold(make_cast().ben, key="diamond_nine", cards="own", lines=CARDS)
    return advance(advance(made))


def test_the_first_load_is_small(run: Run, server: Server, page_at: Callable[..., Page]) -> None:
    """U1, R4: joining page and board together, nothing kept from before, Chromium's weak line."""
    page = page_at(360, 740, base_url=server.url)
    meter = Meter(page)
    meter.weaken()
    arrive(page, run, "400 kbit/s, 400 ms")
    expect(page.get_by_text("0 of 9 chosen")).to_be_visible()
    page.wait_for_timeout(500)
    for path, size in meter.bytes.most_common():
        sys.stdout.write(f"{size:8.0f} B  {path.replace(str(run.code_token), '…')}\n")
    total = sum(meter.bytes.values())
    sys.stdout.write(f"{total:8.0f} B  in all\n")
    assert 10_000 < total <= MOST
    assert "/static/outbox.js" in meter.bytes


def test_the_first_load_on_a_line_that_loses_packets(
    run: Run, server: Server, page_at: Callable[..., Page]
) -> None:
    """The same through a relay that also loses one packet of twenty; it must arrive whole."""
    with Relay(server.url, Radio(BYTES_A_SECOND, ONE_WAY, LOST)).running() as relay:
        page = page_at(360, 740, base_url=relay.url)
        arrive(page, run, "400 kbit/s, 400 ms, 5 % lost")
        with told("400 kbit/s, 400 ms, 5 % lost: from a tap to “Saved”"):
            page.locator("label.pick").first.click()
            expect(page.locator("#state")).to_contain_text("Saved ", timeout=PATIENCE)
        expect(page.get_by_text("1 of 9 chosen")).to_be_visible(timeout=PATIENCE)
