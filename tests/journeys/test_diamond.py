"""A Diamond 9 in real browsers: a desk, a projector and three phones, from set-up to finding."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exchange.live.models import Finding, Run
from tests import cast as the_cast
from tests import world as worlds
from tests.cast import Cast
from tests.journeys import hall
from tests.journeys.browser import axe, overflow
from tests.journeys.hall import PATIENCE, Watch

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

QUESTION = "What makes a network last?"
FOUND = "Leaders stay when they teach."
CARDS = [f"Reason number {number}" for number in range(1, 11)]
PHONE = {"has_touch": True, "is_mobile": True}


@pytest.fixture
def cast(server: Any) -> Cast:
    made = the_cast.cast()
    worlds.let_sign_in(list(made.people().values()))
    return made


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test if any page complained, broke its policy or asked another host."""
    kept = Watch()
    yield kept
    assert kept.wrong == []


@pytest.fixture
def window(server: Any, page_at: Callable[..., Page], watch: Watch) -> Callable[..., Page]:
    """`window(width, height, **more)`: a fresh browser on the real server, watched."""

    def window(width: int = 360, height: int = 740, **more: Any) -> Page:
        return watch.over(page_at(width, height, base_url=server.url, **more))

    return window


def fits(*pages: Page) -> None:
    for page in pages:
        axe(page)
        assert overflow(page) == 0, page.url


def projector(desk: Page, code: str) -> Page:
    """The screen beside the desk, with the code on it."""
    screen = desk.context.new_page()
    screen.set_viewport_size({"width": 1920, "height": 1080})
    screen.goto(desk.url.replace("/desk/", "/screen/"))
    expect(screen.locator(".code")).to_have_text(code)
    for width, height in ((1280, 720), (1920, 1080)):
        screen.set_viewport_size({"width": width, "height": height})
        size = "parseFloat(getComputedStyle(document.querySelector('.code')).fontSize)"
        assert screen.evaluate(size) >= 120, width
    return screen


def sort_alone(desk: Page, phones: list[Page]) -> None:
    """From the lobby to locked diamonds, by tapping."""
    hall.start(desk, "Read", phones, "10 cards, in an order of your own")
    hall.start(desk, "Choose nine", phones, "Choose the nine that are")
    for phone in phones:
        hall.choose_nine(phone)
    assert phones[0].evaluate(hall.SMALL, 44) == []
    fits(phones[0])
    hall.start(desk, "Sort alone", phones, "0 of 9 placed")
    for phone in phones:
        hall.lay_nine(phone)
        phone.get_by_role("button", name="Lock my diamond").tap()
        expect(phone.get_by_text("Your diamond is locked.")).to_be_visible(timeout=PATIENCE)
    assert phones[1].evaluate(hall.SMALL, 44) == []


def sort_together(desk: Page, phones: list[Page]) -> None:
    """One lays the group's diamond, one says why, one locks it; all see it by themselves."""
    hall.start(desk, "Sort in groups", phones, "You are in group A.")
    hall.lay_nine(phones[0])
    for phone in phones[1:]:
        expect(phone.locator("#placed")).to_have_text("9 of 9 placed", timeout=PATIENCE)
    phones[1].locator("details[id^=write-] summary").first.tap()
    phones[1].get_by_label("Why does it lie there?").first.fill("Because we have seen it twice.")
    phones[1].get_by_role("button", name="Keep this reason").first.tap()
    said = phones[2].get_by_text("Because we have seen it twice.")
    expect(said.first).to_be_visible(timeout=PATIENCE)
    fits(phones[2])
    phones[2].get_by_role("button", name="Lock our diamond").tap()
    locked = phones[0].get_by_text("Your group has locked this diamond.")
    expect(locked).to_be_visible(timeout=PATIENCE)


def word_the_finding(desk: Page, phones: list[Page]) -> None:
    """Two agree, one differs, the room agrees."""
    hall.start(desk, "Word our findings", phones, "What have we found?")
    desk.locator("#desk-propose").fill(FOUND)
    desk.get_by_role("button", name="Add", exact=True).click()
    for phone in phones[:2]:
        wording = phone.locator("li.card", has_text=FOUND)
        wording.get_by_role("button", name="I agree").tap()
        expect(wording.get_by_text("You agree.")).to_be_visible(timeout=PATIENCE)
    wording = phones[2].locator("li.card", has_text=FOUND)
    wording.locator("summary").tap()
    wording.get_by_label("What do you see differently?").fill("Not in small schools.")
    wording.get_by_role("button", name="Keep my view").tap()
    settled = desk.locator("li.card", has_text=FOUND)
    expect(settled.get_by_text("2 phones agree")).to_be_visible(timeout=PATIENCE)
    expect(settled.get_by_text("Not in small schools.")).to_be_visible(timeout=PATIENCE)
    settled.get_by_role("button", name="The room agrees").click()
    expect(settled.get_by_text("The room agreed")).to_be_visible(timeout=PATIENCE)


def test_a_whole_session_from_set_up_to_finding(cast: Cast, window: Callable[..., Page]) -> None:
    desk = window(1280, 900)
    hall.sign_in(desk, cast.ben)
    hall.set_up(desk, QUESTION, CARDS, "Harbour network")
    desk.get_by_role("button", name="Open the door").click()
    code = desk.locator(".code").first.inner_text()
    screen = projector(desk, code)
    phones = [window(**PHONE) for _ in range(3)]
    schools = ["Quayside Primary", "Eastway Academy", "Marsh Lane School"]
    for number, (phone, school) in enumerate(zip(phones, schools, strict=True)):
        hall.join(phone, code.lower().replace("-", " "), f"Phone {number}", school)
    expect(screen.locator(".ends .figure")).to_have_text("3", timeout=PATIENCE)
    assert "Phone 0" not in screen.content()
    fits(desk, screen, phones[0])
    sort_alone(desk, phones)
    fits(desk, screen, phones[1])
    sort_together(desk, phones)
    hall.start(desk, "Present and challenge", phones, "Look up")
    fits(desk, screen)
    hall.start(desk, "What we have in common", phones, "Group A's diamond")
    fits(desk, screen, phones[0])
    hall.start(desk, "Agree one", phones, "Group A's diamond")
    fits(desk, screen)
    word_the_finding(desk, phones)
    fits(desk, screen, phones[0])
    desk.get_by_role("button", name="Close it now").click()

    expect(desk.get_by_role("link", name=FOUND)).to_be_visible()
    for page in phones:
        expect(page.get_by_text("This session is closed.").first).to_be_visible(timeout=PATIENCE)
    expect(screen.get_by_text(FOUND)).to_be_visible(timeout=PATIENCE)
    fits(desk, phones[0], screen)
    finding = Finding.objects.get()
    assert (finding.text, finding.dissent) == (FOUND, [{"note": "Not in small schools."}])
    assert (finding.agreed, finding.network) == (2, cast.harbour)


def opened(cast: Cast, phase: str = "") -> Run:
    """An open run of twelve cards in that phase, made by actions."""
    run = worlds.opened(cast.ben, cast.harbour, "journey")
    if phase:
        worlds.to(run, phase)
    return run


def at_the_desk(run: Run, phase: str, phone: Page) -> None:
    """The desk goes on; this phone is told by another process, so it looks itself."""
    worlds.to(run, phase)
    phone.reload()


def test_a_phone_by_keyboard_only(cast: Cast, window: Callable[..., Page]) -> None:
    """Join, choose nine, lay the diamond and lock it without a mouse or a finger."""
    run = opened(cast)
    phone = window(360, 740)
    keys = phone.keyboard
    phone.goto("/join/")
    hall.tab_to(phone, "#id_code")
    keys.type(run.code)
    keys.press("Enter")
    phone.wait_for_url("**/join/*-*/")
    hall.tab_to(phone, "#id_label")
    keys.type("Kay")
    hall.tab_to(phone, "form button")
    keys.press("Enter")
    expect(phone.get_by_text("You are in.")).to_be_visible()

    at_the_desk(run, "choose", phone)
    for number in range(9):
        hall.tab_to(phone, f"li:nth-child({number + 1}) input[data-pick]")
        keys.press("Space")
        expect(phone.get_by_text(f"{number + 1} of 9 chosen")).to_be_visible(timeout=PATIENCE)
    at_the_desk(run, "sort", phone)
    for number in range(9):
        hall.tab_to(phone, "#tray button.chip")
        keys.press("Enter")  # lifts; the focus goes to the first empty place
        assert phone.evaluate("document.activeElement.matches('button.slot:not(.has)')")
        keys.press("Enter")
        expect(phone.locator("#placed")).to_have_text(f"{number + 1} of 9 placed", timeout=PATIENCE)
    hall.tab_to(phone, "#slot-1")
    before = phone.locator("#slot-1 .on").inner_text()
    keys.press("Enter")
    keys.press("ArrowDown")
    keys.press("Escape")
    expect(phone.locator("#slot-1 .on")).to_have_text(before)
    hall.tab_to(phone, "#lock")
    keys.press("Enter")
    expect(phone.get_by_text("Your diamond is locked.")).to_be_visible(timeout=PATIENCE)
    run.refresh_from_db()
    assert len(run.state["seats"]["s1"]["sort"]) == 9


def test_without_script(cast: Cast, window: Callable[..., Page]) -> None:
    """Join, choose, place, lock, word a finding; sign in, read the result, take it away."""
    run = opened(cast)
    phone = window(360, 740, js=False)
    hall.join(phone, str(run.code), "Nora", "Quayside Primary")
    worlds.to(run, "choose")
    phone.get_by_role("link", name="Look again").click()
    for number in range(9):
        button = phone.locator("ul.picks button", has_text="Choose").first
        button.click()
        expect(phone.get_by_text(f"{number + 1} of 9 chosen")).to_be_visible()
    worlds.to(run, "sort")
    phone.get_by_role("link", name="Look again").click()
    for number, slot in enumerate(worlds.SLOTS):
        phone.get_by_label("Card", exact=True).select_option(index=1)
        phone.get_by_label("Where it goes").select_option(slot)
        phone.get_by_role("button", name="Place the card").click()
        expect(phone.locator("#placed")).to_have_text(f"{number + 1} of 9 placed")
    phone.get_by_role("button", name="Lock my diamond").click()
    expect(phone.get_by_text("Your diamond is locked.")).to_be_visible()
    worlds.to(run, "findings")
    phone.get_by_role("link", name="Look again").click()
    phone.get_by_label("Another finding").fill("We can do this on paper too.")
    phone.get_by_role("button", name="Propose this wording").click()
    expect(phone.get_by_text("We can do this on paper too.")).to_be_visible()

    desk = window(1280, 900, js=False)
    hall.sign_in(desk, cast.ben)
    desk.goto(f"/runs/{run.pk}/desk/")
    desk.get_by_role("button", name="The room agrees").last.click()
    desk.get_by_role("button", name="Close it now").click()
    expect(desk.get_by_role("link", name="We can do this on paper too.")).to_be_visible()
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="Everything as JSON").click()
    assert "We can do this on paper too." in taken.value.path().read_text(encoding="utf-8")


def test_refresh_closed_tab_and_lost_connection(cast: Cast, window: Callable[..., Page]) -> None:
    """The same place each time, what was typed still there, nothing sent twice (P3, U4)."""
    run = opened(cast)
    phone = window(**PHONE)
    hall.join(phone, str(run.code), "Rob", "Quayside Primary")
    at_the_desk(run, "choose", phone)
    own = "A card I was still writing"
    phone.locator("#own-card").fill(own)
    phone.wait_for_timeout(2500)  # drafts are kept every two seconds
    phone.reload()
    expect(phone.locator("#own-card")).to_have_value(own)

    address, context = phone.url, phone.context
    phone.close()
    phone = context.new_page()
    phone.set_default_timeout(PATIENCE)
    phone.goto(address)
    expect(phone.locator("#own-card")).to_have_value(own)
    expect(phone.get_by_text("0 of 9 chosen")).to_be_visible()

    context.set_offline(True)
    phone.locator("label.pick").nth(0).tap()
    expect(phone.get_by_text("1 change waiting, kept on this phone")).to_be_visible()
    phone.locator("label.pick").nth(1).tap()
    expect(phone.get_by_text("2 changes waiting, kept on this phone")).to_be_visible()
    assert run.moves.filter(kind="choose").count() == 0
    context.set_offline(False)
    expect(phone.get_by_text("2 of 9 chosen")).to_be_visible(timeout=PATIENCE)
    expect(phone.locator("#state")).to_contain_text("Saved")
    expect(phone.locator("#own-card")).to_have_value(own)
    assert run.moves.filter(kind="choose").count() == 2

    hall.join_again(phone, str(run.code))
    assert run.seats.taken().count() == 1
