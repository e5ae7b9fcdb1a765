"""Desk, projector and phone stay with the session: streams that a proxy refuses or holds back, a
server that is killed and started again, a desk that goes on on another device."""

import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exchange.live.models import Run
from exchange.live.tests.holding import SAMPLE, hold, sit
from tests import world as worlds
from tests.cast import cast as make_cast
from tests.journeys import hall
from tests.journeys.hall import PATIENCE
from tests.journeys.relay import Relay
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

ALONE, TOGETHER, PRAISE = "Write one word.", "Agree on one word.", "Listen to each group."
#: Within this a page has taken over or found back; a loaded machine gets as long again.
SOON = 30_000


def tell(line: str) -> None:
    """A figure, for whoever runs with -s."""
    sys.stdout.write(f"{line}\n")


class Room:
    """A run of pebbles with its desk, its projector and one phone open, each in its own browser."""

    def __init__(self, page_at: Callable[..., Page], url: str) -> None:
        expect.set_options(timeout=SOON)
        cast = make_cast()
        worlds.let_sign_in([cast.ben])
        self.page_at, self.url, self.ben = page_at, url, cast.ben
        self.run = hold(cast.ben)
        (seat,) = sit(self.run)
        self.desk = self.desk_on()
        self.screen = self.desk.context.new_page()
        self.screen.goto(f"{url}/runs/{self.run.pk}/screen/")
        self.phone = self.new_page(360, 740)
        cookie = {"name": f"seat-{self.run.pk}", "value": seat.token, "url": url}
        self.phone.context.add_cookies([cookie])  # type: ignore[list-item]
        self.phone.goto(f"{url}/runs/{self.run.pk}/board/")

    def new_page(self, width: int, height: int) -> Page:
        page = self.page_at(width, height, base_url=self.url)
        page.set_default_timeout(PATIENCE)
        return page

    def desk_on(self) -> Page:
        """The facilitator signs in on one more device and opens the desk."""
        page = self.new_page(1280, 900)
        hall.sign_in(page, self.ben)
        page.goto(f"{self.url}/runs/{self.run.pk}/desk/")
        return page

    def start(self, title: str, desk: Page | None = None) -> float:
        """The desk starts a part; the seconds until all three pages show it."""
        began = time.monotonic()
        desk = desk or self.desk
        desk.get_by_role("button", name=f"Start “{title}”").click()
        self.all_show(title, desk)
        return time.monotonic() - began

    def all_show(self, title: str, desk: Page) -> None:
        task = {"Alone": ALONE, "Together": TOGETHER, "Praise": PRAISE}[title]
        expect(desk.locator("li[aria-current=step]")).to_contain_text(title)
        expect(self.phone.get_by_text(task).first).to_be_visible(timeout=SOON)
        expect(self.screen.get_by_text(task).first).to_be_visible(timeout=SOON)

    def is_calm(self) -> None:
        """Nothing on any page says that something is wrong."""
        for page in (self.desk, self.phone):
            expect(page.locator("#connection")).to_have_text("")
            expect(page.locator("#said")).to_have_text("")


@pytest.fixture(autouse=True)
def sample_activities(settings: Any) -> None:
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


@pytest.mark.parametrize("rule", ["hold", "refuse"])
def test_without_streams_all_pages_ask_by_themselves(
    rule: str, server: Server, page_at: Callable[..., Page]
) -> None:
    """R13: a stream that begins and is then held back for ever, and one that is refused."""
    with Relay(server.url).running() as relay:
        relay.rule = lambda path: rule if path.endswith("/stream/") else "pass"
        room = Room(page_at, relay.url)
        for title in ("Alone", "Together", "Praise"):
            took = room.start(title)
            tell(f"streams: {rule}, all pages show “{title}” after {took:.1f} s")
            room.is_calm()


def test_a_stream_that_was_refused_is_tried_again(
    server: Server, page_at: Callable[..., Page]
) -> None:
    """A proxy answered for the server while that was away; later a stream lives again."""
    with Relay(server.url).running() as relay:
        streams: list[str] = []

        def rule(path: str) -> str:
            if not path.endswith("/board/stream/"):
                return "pass"
            streams.append(path)
            return "refuse" if len(streams) == 1 else "pass"

        relay.rule = rule
        room = Room(page_at, relay.url)
        room.start("Alone")
        asked: list[str] = []
        room.phone.clock.install()
        with room.phone.expect_response("**/board/stream/", timeout=60_000):
            room.phone.clock.fast_forward(60_000)
        room.phone.on("request", lambda got: "/board/view/" in got.url and asked.append(got.url))
        room.phone.wait_for_timeout(9_000)  # a heartbeat
        assert asked == []
        assert len(streams) == 2


def test_the_server_is_killed_and_started_again(
    server: Server, page_at: Callable[..., Page]
) -> None:
    """Desk, projector and phone find back by themselves; what was done meanwhile is kept once."""
    room = Room(page_at, server.url)
    room.start("Alone")
    server.kill()
    word = room.phone.locator("#word")
    word.fill("meanwhile")
    room.phone.get_by_role("button", name="Keep", exact=True).click()
    state = room.phone.locator("#state")
    expect(state).to_have_text("1 change waiting, kept on this phone")
    for page in (room.phone, room.desk):
        expect(page.locator("#connection")).to_have_text(
            "No connection at the moment. This page goes on by itself.", timeout=SOON
        )
    expect(room.screen.get_by_text(ALONE).first).to_be_visible()

    server.start()
    began = time.monotonic()
    expect(state).to_contain_text("Saved ")
    for page in (room.phone, room.desk):
        expect(page.locator("#connection")).to_have_text("")
    back = time.monotonic() - began
    took = room.start("Together")
    tell(f"killed and started: back after {back:.1f} s, the next part shown after {took:.1f} s")
    room.is_calm()
    assert [m.data for m in room.run.moves.filter(kind="word")] == [{"word": "meanwhile"}]


def test_the_desk_goes_on_on_another_device(server: Server, page_at: Callable[..., Page]) -> None:
    """P4: the laptop dies; its owner signs in on another and goes on where the room is."""
    room = Room(page_at, server.url)
    room.start("Alone")
    room.desk.context.set_offline(True)
    began = time.monotonic()
    other = room.desk_on()
    expect(other.locator("li[aria-current=step]")).to_contain_text("Alone")
    tell(f"the desk on another device after {time.monotonic() - began:.1f} s, signing in included")
    other.get_by_role("button", name="Start “Together”").click()
    expect(other.locator("li[aria-current=step]")).to_contain_text("Together")
    expect(room.phone.get_by_text(TOGETHER).first).to_be_visible(timeout=SOON)

    room.desk.context.set_offline(False)
    room.all_show("Together", room.desk)


def test_a_step_of_the_desk_is_not_taken_late(server: Server, page_at: Callable[..., Page]) -> None:
    """A laptop that wakes up must not send the room on; its owner is told."""
    room = Room(page_at, server.url)
    room.start("Alone")
    desk = room.desk
    desk.clock.install()
    desk.context.set_offline(True)
    desk.get_by_role("button", name="Start “Together”").click()
    expect(desk.locator("#state")).to_have_text("1 change waiting, kept on this device")
    expect(desk.locator("#connection")).to_contain_text("No connection")
    desk.clock.fast_forward(120_000)
    desk.context.set_offline(False)
    desk.clock.fast_forward(10_000)
    line = desk.locator("#became li")
    expect(line).to_contain_text("Start “Together” not kept It waited for more than a minute")
    desk.get_by_role("button", name="I have read this").click()
    expect(desk.locator("#became")).to_be_hidden()
    assert Run.objects.get(pk=room.run.pk).phase == "alone"
    expect(desk.locator("li[aria-current=step]")).to_contain_text("Alone")
