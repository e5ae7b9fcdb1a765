"""What changed for a group reaches its phones by the stream alone: no page is fetched, what somebody
types stays, and what is shown is what a fetched page would show."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from exchange.live.plugin import FINDINGS
from exchange.live.tests.holding import advance, hold, play, sit
from tests.cast import cast as make_cast
from tests.journeys.relay import Relay

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]
CARDS = [f"Reason number {number}" for number in range(1, 11)]
OWN = re.compile(r'name="(csrfmiddlewaretoken|move_id)" value="[^"]*"')


class Phone:
    def __init__(self, page: Page) -> None:
        self.page, self.looks = page, 0
        page.on("request", lambda request: self.count(request.url))

    def count(self, url: str) -> None:
        self.looks += "/board/view/" in url

    def pane(self) -> str:
        """What the pane says, as the browser has it, without ids of forms."""
        return OWN.sub("", self.page.locator("#pane").inner_html())

    def fetched(self) -> str:
        """The same of the page as the server would give it now."""
        script = """async () => {
          const answer = await fetch(document.getElementById("view").dataset.view);
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          return page.getElementById("pane").innerHTML;
        }"""
        return OWN.sub("", self.page.evaluate(script))


@pytest.fixture
def in_groups(server: Any, page_at: Callable[..., Page]) -> Callable[..., tuple[Any, list[Phone]]]:
    """A Diamond 9 in its groups, three people at one table, and the phones of two of them."""

    def in_groups() -> tuple[Any, list[Phone]]:
        run = hold(make_cast().ben, key="diamond_nine", cards="own", lines=CARDS)
        seats = sit(run, 3)
        run = advance(run, "sort")
        for seat in seats:
            for card in run.state["setup"]["cards"][:9]:
                play(run, seat, "choose", card=card["code"])
        run = advance(run, "groups")
        phones = []
        for seat in seats[:2]:
            page = page_at(360, 740, base_url=server.url)
            cookie = {"name": f"seat-{run.pk}", "value": seat.token, "url": server.url}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
            page.goto(f"/runs/{run.pk}/board/")
            expect(page.locator("#dia")).to_be_visible()
            phones.append(Phone(page))
        run.seated = seats
        return run, phones

    return in_groups


def place(phone: Phone, card: str, slot: str) -> None:
    phone.page.locator(f"button#card-{card}").click()
    phone.page.locator(f"#slot-{slot}").click()


def settled(phones: list[Phone], card: str, slot: str) -> None:
    """The first changes bring each phone a page; from then on it has what changes follow on."""
    place(phones[0], card, slot)
    for phone in phones:
        expect(phone.page.locator(f"#slot-{slot}[data-card={card}]")).to_be_visible()
    phones[0].page.wait_for_timeout(1500)


def test_a_card_arrives_without_a_page_and_what_is_typed_stays(
    in_groups: Callable[..., tuple[Any, list[Phone]]],
) -> None:
    run, (one, other) = in_groups()
    cards = [card["code"] for card in run.state["setup"]["cards"]]
    settled([one, other], cards[0], "1")
    settled([one, other], cards[1], "2a")
    one.looks = other.looks = 0
    other.page.locator(f"#write-{cards[0]} summary").click()
    reason = other.page.locator(f"#reason-{cards[0]}")
    reason.fill("Because our pupils said so")
    place(one, cards[2], "2b")
    expect(one.page.locator("#state")).to_contain_text("Saved")
    for phone in (one, other):
        expect(phone.page.locator(f"#slot-2b[data-card={cards[2]}]")).to_be_visible()
        expect(phone.page.locator("#placed")).to_have_text("3 of 9 placed")
    expect(reason).to_be_focused()
    expect(reason).to_have_value("Because our pupils said so")
    reason.press("End")
    reason.type(", twice")
    place(one, cards[3], "3a")
    expect(other.page.locator(f"#slot-3a[data-card={cards[3]}]")).to_be_visible()
    expect(reason).to_have_value("Because our pupils said so, twice")
    other.page.get_by_role("button", name="Keep this reason").click()
    expect(one.page.get_by_text("Because our pupils said so, twice")).to_be_visible()
    one.page.wait_for_timeout(1500)
    assert (one.looks, other.looks) == (0, 0)
    for phone in (one, other):
        assert shape(phone.pane()) == shape(phone.fetched())


def shape(pane: str) -> list[str]:
    """The words and places of a pane, whichever way board.js has improved it."""
    text = re.sub(r"<[^>]*>", " ", pane)
    return text.split() + sorted(re.findall(r'id="(slot-\w+)"[^>]*data-card="(\w+)"', pane))  # type: ignore[arg-type]


def test_who_agreed_reads_so_and_nobody_else_does(
    in_groups: Callable[..., tuple[Any, list[Phone]]],
) -> None:
    run, (one, other) = in_groups()
    run = advance(run, FINDINGS)
    one.page.locator("#propose").fill("We learn most from each other.")
    one.page.get_by_role("button", name="Propose this wording").click()
    for phone in (one, other):
        expect(phone.page.get_by_text("We learn most from each other.").first).to_be_visible()
    one.page.wait_for_timeout(1500)
    one.looks = other.looks = 0
    item = "li.card:has-text('We learn most')"
    one.page.locator(f"{item} button:has-text('I agree')").click()
    expect(one.page.locator(f"{item} p:has-text('You agree.')")).to_be_visible()
    expect(one.page.locator(f"{item} button:has-text('I agree')")).to_be_hidden()
    expect(other.page.locator(item).get_by_text("1 phone agrees")).to_be_visible()
    expect(other.page.locator(f"{item} p:has-text('You agree.')")).to_be_hidden()
    expect(other.page.locator(f"{item} button:has-text('I agree')")).to_be_visible()
    one.page.wait_for_timeout(1500)
    assert (one.looks, other.looks) == (0, 0)


def test_what_one_form_posts_time_and_again_is_all_kept(
    in_groups: Callable[..., tuple[Any, list[Phone]]],
) -> None:
    run, (one, other) = in_groups()
    cards = [card["code"] for card in run.state["setup"]["cards"]]
    settled([one, other], cards[0], "1")
    settled([one, other], cards[1], "2a")
    one.looks = 0
    for words in ("First, it costs nothing.", "Second, it is quick.", "Third, we like it."):
        one.page.locator("#dissent").fill(words)
        one.page.get_by_role("button", name="Keep it", exact=True).click()
        expect(other.page.locator("section.card li", has_text=words)).to_be_visible()
        one.page.wait_for_timeout(1500)
    assert one.looks == 0


def test_after_a_new_connection_changes_follow_on_a_page_of_that_server(
    server: Any, in_groups: Callable[..., tuple[Any, list[Phone]]], page_at: Callable[..., Page]
) -> None:
    """The page came from a release whose pane has as many lines, but other words in one."""
    run, (one, _) = in_groups()
    cards = [card["code"] for card in run.state["setup"]["cards"]]
    with Relay(server.url).running() as relay:
        relay.rule = lambda path: "cut" if "/stream/" in path else "pass"
        other = page_at(360, 740, base_url=relay.url)
        cookie = {"name": f"seat-{run.pk}", "value": run.seated[2].token, "url": relay.url}
        other.context.add_cookies([cookie])  # type: ignore[list-item]
        other.route("**/board/view/**", former_release)
        other.goto(f"/runs/{run.pk}/board/")
        place(one, cards[0], "1")
        expect(other.get_by_text("Why just there?")).to_be_visible(timeout=15_000)
        other.unroute("**/board/view/**")
        with other.expect_response("**/board/stream/**", timeout=30_000):
            pass
        other.wait_for_timeout(500)
        place(one, cards[1], "2a")
        expect(other.locator(f"#slot-2a[data-card={cards[1]}]")).to_be_visible(timeout=15_000)
        expect(other.get_by_text("Why there?")).to_be_visible()


def former_release(route: Route) -> None:
    answer = route.fetch()
    if answer.status == 200:
        text = answer.text().replace("Why there?", "Why just there?")
        route.fulfill(response=answer, body=text)
    else:
        route.fulfill(response=answer)
