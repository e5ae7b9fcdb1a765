"""A session held on paper, typed in by one person who never touches the mouse: how many strokes?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exchange.live.models import PaperSession, Run
from tests import cast as the_cast
from tests import world as worlds
from tests.journeys import hall
from tests.journeys.browser import overflow
from tests.journeys.hall import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

#: Five tables of four; each person's nine letters, then the table's.
TABLES = 5
SHEETS = ["ABCDEFGHI", "BACDEFGHI", "CABDEFGHJ", "DABCEFGHK"]
#: Five minutes at eighty strokes a minute, which is slower than a slow typist.
MOST_STROKES = 400


@dataclass
class Keys:
    """A keyboard that counts."""

    page: Page
    strokes: int = 0

    def type(self, text: str) -> None:
        for line in text.split("\n")[:-1]:
            self.page.keyboard.type(line)
            self.page.keyboard.press("Enter")
        self.page.keyboard.type(text.split("\n")[-1])
        self.strokes += len(text)

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.strokes += times

    def tab_to(self, words: str) -> None:
        """Tab on until the thing with these words has the focus, as a person does who looks."""
        for _ in range(40):
            self.press("Tab")
            if self.page.evaluate("document.activeElement.textContent").strip() == words:
                return
        raise AssertionError(f"{words!r} is not reached by the keyboard")


def test_five_tables_are_typed_in_by_keyboard_alone(
    server: Any, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    cast = the_cast.cast()
    worlds.let_sign_in([cast.ben])
    run = worlds.run_of(cast.ben, cast.harbour, "journey")
    watch, page = hall.Watch(), page_at(1280, 900, base_url=server.url)
    watch.over(page)
    hall.sign_in(page, cast.ben)
    page.goto(f"/runs/{run.pk}/typing/")
    axe(page)
    keys = Keys(page)
    keys.tab_to("Begin to type in")
    keys.press("Enter")
    for number in range(1, TABLES + 1):
        expect(page).to_have_url(f"{server.url}/runs/{run.pk}/typing/tables/{number}/")
        expect(page.get_by_label("Sheets of single people")).to_be_focused()
        if number == 1:
            axe(page)
        keys.type("\n".join(SHEETS))
        keys.press("Tab", 2)
        expect(page.get_by_label("The table's diamond")).to_be_focused()
        keys.type("ABCDEFGHI")
        keys.press("Enter")
    expect(page).to_have_url(f"{server.url}/runs/{run.pk}/typing/tables/{TABLES + 1}/")
    keys.press("Tab")
    keys.press("Enter")  # no more tables
    expect(page).to_have_url(f"{server.url}/runs/{run.pk}/typing/room/")
    axe(page)
    keys.type("a")
    keys.press("Tab", 2)
    keys.type("A12 B5 C3")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Check and close")).to_be_visible()
    axe(page)
    expect(page.get_by_role("button", name="Keep the record and close")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_text("Typed in from paper by Ben")).to_be_visible()
    kept = Run.objects.get(pk=run.pk)
    assert (len(kept.room["seats"]), len(kept.room["groups"])) == (20, 5)
    assert kept.room["tallies"]["final"]["cast"] == 20
    assert keys.strokes < MOST_STROKES
    assert watch.wrong == []


def test_what_is_typed_is_kept_by_itself_and_faults_are_at_their_boxes(
    server: Any, page_at: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    """On a narrow window: half a table, the browser dies, it is all there; then a wrong letter."""
    cast = the_cast.cast()
    worlds.let_sign_in([cast.ben])
    run = worlds.on_paper(cast.ben, cast.harbour, "journey")
    page = page_at(320, 700, base_url=server.url)
    page.set_default_timeout(PATIENCE)
    hall.sign_in(page, cast.ben)
    page.goto(f"/runs/{run.pk}/typing/tables/2/")
    page.keyboard.type("ABCDEFGHI")
    expect(page.locator("form[data-autosave] [role=status]")).to_contain_text("Saved")
    assert PaperSession.objects.get(run=run).sheets["tables"][1]["lines"] == "ABCDEFGHI"
    page.reload()
    box = page.get_by_label("Sheets of single people")
    expect(box).to_have_value("ABCDEFGHI")
    box.fill("ABCDEFGHI\nABCDEFGHH")
    page.get_by_role("button", name="Keep it, and the next table").click()
    expect(page.get_by_role("alert")).to_contain_text("Sheet 2: Typed twice: H.")
    expect(box).to_have_value("ABCDEFGHI\nABCDEFGHH")
    assert overflow(page) == 0
    axe(page)
