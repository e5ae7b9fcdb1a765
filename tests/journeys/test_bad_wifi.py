"""Bad wifi: what was done without a connection arrives once and in order, or its words come back;
and the page says of every change what is true of it, no more."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from exchange.live.actions import close_run, remove_seat
from exchange.live.models import Ballot, Run
from exchange.live.tests.holding import SAMPLE, advance, hold, play, sit
from tests.cast import cast as make_cast
from tests.journeys.browser import FLAGS, axe, chromium, overflow
from tests.journeys.hall import PATIENCE
from tests.journeys.relay import Relay
from tests.server import KEY, Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

NOT_OPEN = "That part of the session is not open: it is now “Together”."
NO_STORAGE = """
for (const name of ["indexedDB", "localStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
}
"""
STORED = """
async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("exchange");
    asked.onsuccess = () => done(asked.result);
  });
  const all = db.transaction("changes").objectStore("changes").getAll();
  await new Promise((done) => { all.onsuccess = done; });
  return JSON.stringify([all.result, { ...localStorage }, { ...sessionStorage }]);
}
"""


class Phone:
    """A page of one seat in the first part of a run of pebbles."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.state = page.locator("#state")
        self.became = page.locator("#became")
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)

    def offline(self, yes: bool) -> None:
        self.page.context.set_offline(yes)

    def word(self, text: str) -> None:
        self.page.locator("#word").fill(text)
        self.page.get_by_role("button", name="Keep", exact=True).click()

    def lines(self) -> list[tuple[str, str]]:
        """What the list of what became of changes says: each line, and the words given back."""
        expect(self.became).to_be_visible()
        return [
            (" ".join(line.inner_text().split()), "|".join(self.given(line)))
            for line in self.became.locator("li").all()
        ]

    def given(self, line: Any) -> list[str]:
        return [box.input_value() for box in line.locator("textarea").all()]


@pytest.fixture(autouse=True)
def sample_activities(settings: Any) -> None:
    settings.ACTIVITY_DIRS = [*settings.ACTIVITY_DIRS, SAMPLE]


@pytest.fixture
def run(server: Server) -> Run:
    """Open, in its first part, with five seats: the tokens of their phones are in `tokens`."""
    made = hold(make_cast().ben)
    seats = sit(made, 5)
    made = advance(made)
    made.tokens = [seat.token for seat in seats]
    return made


def enter(page: Page, run: Any, url: str, number: int = 0) -> Phone:
    """The phone of a seat, on its page."""
    cookie = {"name": f"seat-{run.pk}", "value": run.tokens[number], "url": url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto(f"{url}/runs/{run.pk}/board/")
    expect(page.locator("#word").or_(page.locator("#group-word"))).to_be_visible()
    return Phone(page)


@pytest.fixture
def phone(server: Server, run: Run, page_at: Callable[..., Page]) -> Phone:
    return enter(page_at(360, 740), run, server.url)


def words(run: Run) -> list[str]:
    """What arrived, in order, by the first seat."""
    played = run.moves.filter(seat="s1").order_by("seq")
    return [move.data.get("word") or move.kind for move in played]


def opened_again(phone: Phone) -> Phone:
    """The tab is closed; the same phone opens the same page in another."""
    address, context = phone.page.url, phone.page.context
    phone.page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    return Phone(page)


def test_half_an_hour_without_a_connection(phone: Phone, run: Run) -> None:
    """R5, U5: several changes, the tab closed and opened again, all there once and in order."""
    phone.page.clock.install()
    phone.word("before")
    expect(phone.state).to_contain_text("Saved ")
    phone.offline(True)
    phone.word("first")
    expect(phone.state).to_have_text("1 change waiting, kept on this phone")
    expect(phone.page.locator("#connection")).to_have_text(
        "No connection at the moment. This page goes on by itself."
    )
    phone.page.clock.fast_forward(29 * 60_000)
    for text in ("second", "third"):
        phone.word(text)
    phone.page.get_by_role("button", name="Lock").click()
    expect(phone.state).to_have_text("4 changes waiting, kept on this phone")
    phone.page.clock.fast_forward(60_000)
    expect(phone.state).to_have_text("4 changes waiting, kept on this phone")
    assert words(run) == ["before"]

    phone = opened_again(phone)
    expect(phone.state).to_contain_text("Saved ")
    expect(phone.page.get_by_text("Your word: third")).to_be_visible()
    expect(phone.became).to_be_hidden()
    phone.page.reload()
    expect(phone.page.get_by_text("Your word: third")).to_be_visible()
    assert words(run) == ["before", "first", "second", "third", "lock"]
    assert run.moves.filter(seat="s1").count() == 5


def test_the_room_went_on_meanwhile(phone: Phone, run: Run) -> None:
    """Each change is told of, and no word is lost, also when the page is closed before it is read."""
    phone.offline(True)
    phone.word("first")
    phone.word("second")
    expect(phone.state).to_have_text("2 changes waiting, kept on this phone")
    advance(run)
    phone = opened_again(phone)
    expected = [(f"Keep not kept {NOT_OPEN}", "first"), (f"Keep not kept {NOT_OPEN}", "second")]
    assert phone.lines() == expected
    expect(phone.state).to_have_text("Not saved")
    expect(phone.page.get_by_role("heading", name="What became of your changes")).to_be_visible()
    axe(phone.page)
    assert overflow(phone.page) == 0
    phone = opened_again(phone)
    assert phone.lines() == expected

    phone.page.locator("#group-word").fill("ours")
    phone.page.get_by_role("button", name="Keep", exact=True).click()
    expect(phone.state).to_contain_text("Saved ")
    assert phone.lines() == expected
    phone.page.get_by_role("button", name="I have read this").click()
    expect(phone.became).to_be_hidden()
    phone = opened_again(phone)
    expect(phone.page.locator("#group-word")).to_be_visible()
    stored = phone.page.evaluate(STORED)
    assert "first" not in stored and "second" not in stored
    expect(phone.became).to_be_hidden()
    assert words(run) == ["ours"]


def test_some_are_kept_and_some_are_not(phone: Phone, run: Run) -> None:
    phone.word("before")
    expect(phone.page.get_by_role("button", name="Lock")).to_be_visible()
    phone.offline(True)
    phone.word("first")
    phone.page.get_by_role("button", name="Lock").click()
    phone.word("second")
    expect(phone.state).to_have_text("3 changes waiting, kept on this phone")
    phone.offline(False)
    assert phone.lines() == [
        ("Keep kept", ""),
        ("Lock kept", ""),
        ("Keep not kept Your word is locked.", "second"),
    ]
    assert words(run) == ["before", "first", "lock"]


def test_a_refusal_at_once_puts_the_words_back(phone: Phone, run: Run) -> None:
    """Nothing had to wait: the sentence, and the words where they were; no list."""
    phone.word("before")
    lock = phone.page.get_by_role("button", name="Lock")
    expect(lock).to_be_visible()
    phone.page.evaluate("document.getElementById('view').dataset.view = '/healthz'")  # sees no more
    lock.click()
    expect(phone.state).to_contain_text("Saved ")
    phone.word("too late")
    expect(phone.page.locator("#said")).to_have_text("Your word is locked.")
    expect(phone.page.locator("#word")).to_have_value("too late")
    expect(phone.became).to_be_hidden()


def test_a_seat_that_was_removed(phone: Phone, run: Run) -> None:
    """Nothing is tried for ever; the words come back; no later seat on this phone sends them."""
    phone.offline(True)
    phone.word("mine")
    expect(phone.state).to_have_text("1 change waiting, kept on this phone")
    remove_seat(run=run, seat=run.seats.get(key="s1"), by=run.facilitator)
    phone.offline(False)
    expect(phone.page.get_by_role("heading", name="You have no seat here")).to_be_visible()
    gone = "It could not be sent from here any more: the seat is gone, or you were signed out."
    assert phone.lines() == [(f"Keep not kept {gone}", "mine")]
    axe(phone.page)

    (fresh,) = sit(run)
    run.tokens = [fresh.token]  # type: ignore[attr-defined]
    again = enter(phone.page, run, phone.page.url.split("/runs/")[0])
    expect(again.became).to_be_hidden()
    again.word("another's")
    expect(again.state).to_contain_text("Saved ")
    assert [(m.seat, m.data) for m in run.moves.filter(kind="word")] == [
        ("s6", {"word": "another's"})
    ]


def test_a_session_that_was_closed(phone: Phone, run: Run) -> None:
    phone.offline(True)
    phone.word("mine")
    expect(phone.state).to_have_text("1 change waiting, kept on this phone")
    close_run(run=run, by=run.facilitator)
    phone.offline(False)
    assert phone.lines() == [("Keep not kept This session is not open.", "mine")]
    expect(phone.page.get_by_text("This session is closed.").first).to_be_visible()


def test_a_phone_that_lets_us_keep_nothing(
    server: Server, run: Run, page_at: Callable[..., Page]
) -> None:
    """It says so, delivers what it can, and does not throw words away with its page."""
    page = page_at(360, 740)
    page.add_init_script(NO_STORAGE)
    phone = enter(page, run, server.url)
    phone.offline(True)
    phone.word("first")
    phone.word("second")
    only = "2 waiting. This phone lets us keep nothing: leave this page open."
    expect(phone.state).to_have_text(only)
    phone.offline(False)
    expect(phone.state).to_contain_text("Saved ")
    assert words(run) == ["first", "second"]

    phone.offline(True)
    phone.word("third")
    expect(phone.state).to_contain_text("leave this page open")
    remove_seat(run=run, seat=run.seats.get(key="s1"), by=run.facilitator)
    phone.offline(False)
    assert [given for _line, given in phone.lines()] == ["third"]
    phone.page.get_by_role("button", name="I have read this").click()
    expect(phone.page.get_by_role("heading", name="You have no seat here")).to_be_visible()


def test_what_is_typed_stays_though_the_page_changes_under_it(
    server: Server, run: Run, page_at: Callable[..., Page]
) -> None:
    """Also on a phone that lets us keep nothing."""
    page = page_at(360, 740)
    page.add_init_script(NO_STORAGE)
    enter(page, run, server.url)
    before = page.locator("#view").get_attribute("data-signature") or ""
    page.locator("#word").fill("half a word")
    page.locator("#word").blur()
    assert play(run, "desk", "pause").status == "kept"
    expect(page.locator("#view")).not_to_have_attribute("data-signature", before)
    expect(page.locator("#word")).to_have_value("half a word")


def two_tabs(context: BrowserContext, run: Run, url: str) -> None:
    """Two tabs of one seat write in turn while there is no connection."""
    tabs = [enter(context.new_page(), run, url) for _ in range(2)]
    context.set_offline(True)
    for number, text in enumerate(("one", "two", "three", "four")):
        tabs[number % 2].word(text)
        waits = tabs[number % 2].state
        expect(waits).to_contain_text("waiting, kept on this phone")
    context.set_offline(False)
    for tab in tabs:
        expect(tab.state).to_contain_text("Saved ")
    assert words(run) == ["one", "two", "three", "four"]
    assert run.moves.filter(kind="word").count() == 4


def test_two_tabs_of_one_seat(server: Server, run: Run, browser: Browser) -> None:
    with browser.new_context() as context:
        two_tabs(context, run, server.url)


@pytest.fixture
def in_the_hall(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, transactional_db: None
) -> Iterator[Server]:
    """A server as a laptop in a hall: plain http under a name that is not this machine's."""
    made = Server(tmp_path_factory.mktemp("hall"), ALLOWED_HOSTS="hall.test,localhost")
    made.start()
    yield made
    made.kill()


def test_two_tabs_on_plain_http(in_the_hall: Server, run: Run, browser: Browser) -> None:
    """Without a secure context there are no locks; the tabs take turns by what is stored."""
    names = "--host-resolver-rules=MAP hall.test 127.0.0.1"
    with browser.browser_type.launch(executable_path=chromium(), args=[*FLAGS, names]) as other:
        context = other.new_context()
        url = in_the_hall.url.replace("localhost", "hall.test")
        two_tabs(context, run, url)
        page = context.pages[0]
        assert page.evaluate("[isSecureContext, navigator.locks === undefined]") == [False, True]


def vote(phone: Phone) -> None:
    phone.page.get_by_label("Yes").check()
    phone.page.get_by_role("button", name="Send my answer").click()


def test_a_secret_answer_is_never_laid_up(phone: Phone, run: Run) -> None:
    """Whoever has the phone next finds no trace of it; pressed again, it counts."""
    advance(run)
    expect(phone.page.get_by_label("Yes")).to_be_visible()
    phone.offline(True)
    vote(phone)
    expect(phone.page.locator("#said")).to_contain_text("It is not kept on this phone")
    expect(phone.state).to_have_text("Not saved")
    stored = phone.page.evaluate(STORED)
    assert '"answer"' not in stored and '"yes"' not in stored
    phone.offline(False)
    expect(phone.page.get_by_label("Yes")).to_be_checked()
    phone.page.get_by_role("button", name="Send my answer").click()
    expect(phone.page.get_by_text("Your answer is in.")).to_be_visible()
    expect(phone.page.locator("#said")).to_have_text("")
    assert list(Ballot.objects.values_list("answer", "count")) == [("yes", 1)]


def test_a_secret_answer_whose_receipt_was_lost_counts_once(phone: Phone, run: Run) -> None:
    """Pressed again with the same id, it is answered "again"."""
    advance(run)
    expect(phone.page.get_by_label("Yes")).to_be_visible()
    phone.page.evaluate("document.getElementById('view').dataset.view = '/healthz'")  # sees no more

    def lose(route: Route) -> None:
        assert route.fetch().status == 200
        route.abort()

    phone.page.route("**/ballots/**", lose, times=1)
    vote(phone)
    expect(phone.page.locator("#said")).to_contain_text("Your answer has not arrived.")
    vote(phone)
    expect(phone.state).to_contain_text("Saved ")
    assert list(Ballot.objects.values_list("answer", "count")) == [("yes", 1)]


def test_a_page_that_stands_in_the_way_is_no_answer(
    server: Server, run: Run, page_at: Callable[..., Page]
) -> None:
    """A wifi's own sign-in page says 200 to everything, a school's proxy 403: nothing was saved."""
    with Relay(server.url).running() as relay:
        phone = enter(page_at(360, 740), run, relay.url)
        for rule, text in (("portal", "first"), ("refuse", "second")):
            relay.rule = lambda path, rule=rule: rule
            phone.word(text)
            expect(phone.state).to_have_text("1 change waiting, kept on this phone")
            relay.rule = lambda path: "pass"
            expect(phone.state).to_contain_text("Saved ")
        assert words(run) == ["first", "second"]


def test_another_token_against_forgery_is_fetched(phone: Phone, run: Run, server: Server) -> None:
    """Signing in in another tab changes it; the page then fetches itself anew and sends again."""
    fresh = {"name": settings.CSRF_COOKIE_NAME, "value": KEY, "url": server.url}
    phone.page.context.add_cookies([fresh])  # type: ignore[list-item]
    phone.word("mine")
    expect(phone.state).to_contain_text("Saved ")
    assert words(run) == ["mine"]


def test_what_the_server_will_not_hear_is_given_back(phone: Phone, run: Run) -> None:
    asked: list[str] = []

    def forbid(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=403, headers={"X-Request-ID": "K7P-2WD"}, body="no")

    phone.page.route("**/board/moves/", forbid)
    phone.word("mine")
    assert [given for _line, given in phone.lines()] == ["mine"]
    assert len(asked) == 3
    phone.page.wait_for_timeout(5000)
    assert len(asked) == 3


def test_a_fault_of_ours_is_not_tried_for_ever(phone: Phone, run: Run) -> None:
    advance(run)
    phone.page.locator("#group-word").fill("boom")
    phone.page.get_by_role("button", name="Keep", exact=True).click()
    fault = "Something went wrong on our side. Nothing was changed."
    assert phone.lines() == [(f"Keep not kept {fault}", "boom")]


def test_the_time_of_saving_is_the_servers(
    server: Server, run: Run, page_at: Callable[..., Page]
) -> None:
    """R10: a phone whose clock is more than a day wrong shows when it really was."""
    page = page_at(360, 740)
    page.clock.install(time=datetime.now(UTC) - timedelta(hours=30, minutes=17))
    phone = enter(page, run, server.url)
    phone.word("mine")
    expect(phone.state).to_contain_text("Saved ")
    at = run.moves.get(kind="word").reply["at"]
    shown = "(at) => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })"
    expect(phone.state).to_have_text(f"Saved {page.evaluate(shown, at)}")


def test_a_connection_that_comes_back_claims_nothing(phone: Phone) -> None:
    """Where nothing was done nothing was saved."""
    phone.offline(True)
    phone.offline(False)
    phone.page.wait_for_timeout(1000)
    expect(phone.page.locator("#connection")).to_have_text("")
    expect(phone.state).to_have_text("")
