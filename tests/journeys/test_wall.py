"""The projector in a real browser: everything fits the wall and can be read from the back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page

from exchange.live.actions import play_moves
from exchange.live.models import Run
from exchange.live.tests.holding import hold, move_of, sit
from tests import cast as the_cast
from tests import world as worlds
from tests.cast import Cast
from tests.journeys import hall
from tests.journeys.browser import axe, overflow
from tests.world import SLOTS

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

SET = Path(__file__).parents[2] / "exchange/content/nlc/card_sets/first_year.yaml"
#: The smallest letters of the page, in pixels; what only a screen reader hears is left aside.
SMALLEST = """
() => Math.min(...[...document.querySelectorAll('#view *')]
  .filter((e) => e.checkVisibility() && !e.closest('.unseen'))
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
  .map((e) => parseFloat(getComputedStyle(e).fontSize)))
"""


@pytest.fixture
def cast(server: Any) -> Cast:
    made = the_cast.cast()
    worlds.let_sign_in(list(made.people().values()))
    return made


def laid(run: Run, seat: Any, kind: str, cards: list[str]) -> Iterator[Any]:
    for card, slot in zip(cards, SLOTS, strict=True):
        yield move_of(run, seat, kind, card=card, slot=slot)


def played(cast: Cast) -> Run:
    """Eight people with the words of a real card set, split over one card, in two groups."""
    texts = [card["text"] for card in yaml.safe_load(SET.read_text(encoding="utf-8"))["cards"]]
    run = hold(cast.ben, cast.harbour, "diamond_nine", lines=texts[:16], blank=False)
    seats = sit(run, 8, (cast.quayside, cast.eastway))
    worlds.to(run, "sort")
    for number, seat in enumerate(seats):
        nine = [f"c{n}" for n in range(1, 10)]
        nine = nine[::-1] if number % 3 == 0 else [*nine[1:], nine[0]] if number % 3 == 1 else nine
        chosen = [move_of(run, seat, "choose", card=card) for card in nine]
        play_moves([*chosen, *laid(run, seat, "place", nine), move_of(run, seat, "lock")])
    worlds.to(run, "groups")
    run.refresh_from_db()
    by_key = {seat.key: seat for seat in seats}
    for keys in run.room["groups"].values():
        cards = [f"c{n}" for n in range(3, 12)]
        play_moves([*laid(run, by_key[keys[0]], "group_place", cards)])
    worlds.to(run, "common")
    return run


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720)])
def test_what_we_have_in_common_fits_the_wall_and_is_legible(
    cast: Cast, server: Any, page_at: Callable[..., Page], width: int, height: int
) -> None:
    run = played(cast)
    wall = page_at(width, height, base_url=server.url)
    hall.sign_in(wall, cast.ben)
    wall.goto(f"/runs/{run.pk}/screen/")
    headings = wall.locator(".outcome h2").all_inner_texts()
    assert headings == [
        "Put high by most groups", "Put low or left out by most groups", "The room is split on"
    ]  # fmt: skip
    # As large on the wall whatever its pixels: 28 of 1920.
    assert wall.evaluate(SMALLEST) == pytest.approx(28 * width / 1920, abs=0.01)
    assert (wall.evaluate("document.documentElement.scrollHeight"), overflow(wall)) == (height, 0)
    axe(wall)
