"""A hall in real browsers: people who look at their page and press what they see.

Nothing here waits for a time: it waits for what a person would wait for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests import make

#: A loaded machine is slow; a person would still be waiting.
PATIENCE = 30_000
SMALL = """
(least) => [...document.querySelectorAll('a, button, input, select, textarea, summary, label.pick')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.unseen, .skip'))
  .filter((e) => !(e.tagName === 'A' && e.closest('p, li, td, th, dd, small, .crumbs, h1, h2, h3')))
  .map((e) => [e, e.matches('[type=checkbox], [type=radio]')
    ? e.closest('label') || e.closest('.choice, .tick, .options div') || e : e])
  .map(([e, box]) => [e.outerHTML.slice(0, 90), box.getBoundingClientRect()])
  .filter(([, box]) => box.width && (Math.round(box.height) < least || Math.round(box.width) < least))
  .map(([text, box]) => `${text} ${Math.round(box.width)}x${Math.round(box.height)}`)
"""


@dataclass
class Watch:
    """What a page should never do: complain, break its policy, ask another host for something."""

    wrong: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: said.type == "error" and self.note(page, said.text))
        page.on("pageerror", lambda error: self.note(page, str(error)))
        page.on("request", lambda request: self.asked(page, request.url))
        return page

    def note(self, page: Page, words: str) -> None:
        # A browser writes every 4xx answer into its console; those that we mean are no fault.
        if not words.startswith("Failed to load resource"):
            self.wrong.append(f"{page.url}: {words}")

    def asked(self, page: Page, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in ("http", "https") and address.hostname != "localhost":
            self.wrong.append(f"{page.url} asked {url}")


def sign_in(page: Page, person: Any) -> None:
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Sign out").or_(page.get_by_text("Account")).first).to_be_attached()


def join(page: Page, code: str, label: str, school: str = "") -> None:
    """Type the code and take a seat: two screens."""
    page.goto("/join/")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name or initials").fill(label)
    page.get_by_label("Your school").select_option(label=school or "Another school, or none")
    page.get_by_role("button", name="Take my seat").click()
    expect(page.get_by_text("You are in.")).to_be_visible(timeout=PATIENCE)


def join_again(page: Page, code: str) -> None:
    """The same phone types the code once more: it is where it was."""
    page.goto("/join/")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/board/")


def choose_nine(page: Page, tap: bool = True) -> None:
    """Tick the first nine cards, and wait until each is kept."""
    for number in range(9):
        box = page.locator("input[data-pick]").nth(number)
        label = page.locator("label.pick").nth(number)
        label.tap() if tap else label.click()
        expect(box).to_be_checked()
        expect(page.get_by_text(f"{number + 1} of 9 chosen")).to_be_visible(timeout=PATIENCE)


def lay_nine(page: Page, tap: bool = True) -> None:
    """Tap the first card of the tray, then the first empty place; nine times."""
    for number in range(9):
        card = page.locator("#tray button.chip").first
        card.tap() if tap else card.click()
        slot = page.locator("button.slot:not(.has)").first
        slot.tap() if tap else slot.click()
        expect(page.locator("#placed")).to_have_text(f"{number + 1} of 9 placed", timeout=PATIENCE)


def heading(page: Page, text: str) -> Locator:
    return page.get_by_text(text, exact=False).first


def start(desk: Page, phase: str, phones: Sequence[Page] = (), task: str = "") -> None:
    """The facilitator starts the next phase; the phones follow by themselves."""
    desk.get_by_role("button", name=f"Start “{phase}”").click()
    expect(desk.locator("li[aria-current=step]")).to_contain_text(phase, timeout=PATIENCE)
    for phone in phones:
        expect(heading(phone, task)).to_be_visible(timeout=PATIENCE)


def set_up(desk: Page, question: str, cards: Sequence[str], network: str) -> None:
    """From the list of activities to a session that is saved and not yet open."""
    desk.goto("/activities/")
    desk.get_by_role("link", name="Diamond 9").first.click()
    desk.get_by_role("link", name="Set").or_(desk.get_by_role("link", name="Hold")).first.click()
    desk.get_by_label("The question for the room").fill(question)
    desk.get_by_label("Network (optional)").select_option(label=network)
    desk.get_by_label("Our own cards, typed or pasted below").check()
    desk.locator("#id_lines").fill("\n".join(cards))
    desk.get_by_label("Nobody else", exact=True).check()
    desk.get_by_role("button", name="Save and go on").click()
    expect(desk.get_by_role("button", name="Open the door")).to_be_visible(timeout=PATIENCE)


def tab_to(page: Page, selector: str, most: int = 150) -> None:
    """Press Tab until the focus is on what `selector` names, seeing at each step where it is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            seen = page.evaluate(
                "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
                " || document.activeElement.matches('[type=checkbox], [type=radio]')"
            )
            assert seen, f"no visible focus on {selector}"
            return
    raise AssertionError(f"{selector} is not reached by Tab on {page.url}")
