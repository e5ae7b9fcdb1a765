"""A hall without internet in a real browser: a phone by the address on the wall, over plain http."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from exchange.core.local import addresses
from tests import cast as the_cast
from tests import world as worlds
from tests.journeys import hall
from tests.journeys.browser import axe, overflow
from tests.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]

#: Browsers take all of 127.0.0.0/8 for secure, so an address of a real interface where there is one.
ADDRESS = next(iter(addresses()), "127.0.0.2")
SECURE = ADDRESS.startswith("127.")
OPENS = """() => new Promise((done) => {
  const asked = indexedDB.open("trial");
  asked.onsuccess = () => done(true);
  asked.onerror = () => done(false);
})"""


@pytest.fixture
def laptop(tmp_path: Any, transactional_db: None) -> Iterator[Server]:
    made = Server(tmp_path)
    made.options = ("--no-worker", "--hall", "--host", ADDRESS)
    made.start()
    yield made
    made.kill()


def test_a_guest_joins_over_plain_http_and_the_desk_is_on_the_laptop(
    laptop: Server, page_at: Callable[..., Page]
) -> None:
    cast = the_cast.cast()
    worlds.let_sign_in([cast.ben])
    run = worlds.opened(cast.ben, cast.harbour, "journey")
    printed = f"http://{ADDRESS}:{laptop.port}"

    phone = page_at(360, 740, base_url=printed, has_touch=True, is_mobile=True)
    hall.join(phone, str(run.code), "Nora", "Quayside Primary")
    assert (phone.evaluate("isSecureContext"), phone.evaluate(OPENS)) == (SECURE, True)
    worlds.to(run, "choose")
    phone.reload()
    phone.locator("label.pick").first.tap()
    expect(phone.get_by_text("1 of 9 chosen")).to_be_visible(timeout=hall.PATIENCE)
    expect(phone.get_by_text("Saved").first).to_be_visible(timeout=hall.PATIENCE)
    assert run.moves.filter(kind="choose").count() == 1

    phone.goto("/account/sign-in/")
    expect(phone.get_by_role("heading", name="This needs https")).to_be_visible()
    assert phone.locator("input[type=password]").count() == 0
    axe(phone)

    phone.goto("/check/")
    phone.get_by_role("button", name="A quick look, ten seconds").tap()
    verdict = "All that a session needs works" if SECURE else "Sessions work"
    expect(phone.locator("#verdict")).to_contain_text(
        f"{verdict} from here.", timeout=hall.PATIENCE
    )
    axe(phone)

    desk = page_at(1280, 900, base_url=laptop.url)
    hall.sign_in(desk, cast.ben)
    desk.goto(f"/runs/{run.pk}/desk/")
    expect(desk.get_by_text(f"{ADDRESS}:{laptop.port}").first).to_be_attached()
    desk.goto("/hall/")
    expect(desk.locator("b")).to_have_text(f"{printed}/join/")
    axe(desk)
    assert (overflow(phone), overflow(desk)) == (0, 0)
