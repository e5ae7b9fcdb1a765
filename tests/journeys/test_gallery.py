"""Every part of a page in a real browser: accessible, and never wider than the window."""

import pytest

from exchange.site.components import FRAMES
from tests.journeys.browser import overflow

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
ACCOUNT = ["account/sign-in", "account/sign-up", "account/password/reset", "nope", "refused"]
PARTS = "/about/components/"
PAGES = [PARTS, *(f"{PARTS}{name}/" for name in FRAMES)]
MODES = {
    "light": {},
    "dark": {"scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "contrast": {"contrast": "more"},
}
SMALL = """
(least) => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter((e) => e.offsetParent !== null && !e.closest('p, li, td, dd, small, .unseen, .crumbs'))
  .map((e) => [e, (e.labels?.length ? e.closest('label, .tick, .options div') || e : e)])
  .map(([e, box]) => [e.outerHTML.slice(0, 80), box.getBoundingClientRect()])
  .filter(([, box]) => Math.round(box.height) < least || Math.round(box.width) < least)
  .map(([text, box]) => `${text} ${Math.round(box.width)}x${Math.round(box.height)}`)
"""


@pytest.fixture(autouse=True)
def gallery(settings):
    settings.ROOT_URLCONF = "tests.gallery"
    settings.DEMO = True


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", [320, 1920])
def test_accessible_and_no_wider_than_the_window(live_server, page_at, axe, width, mode):
    page = page_at(width, 800, base_url=live_server.url, **MODES[mode])
    wide = []
    for path in [*PAGES, *(f"/{name}/" for name in ACCOUNT)]:
        page.goto(path)
        axe(page)
        if overflow(page):
            wide.append((path, overflow(page)))
    assert wide == []


def test_text_twice_as_large_still_fits(live_server, page_at):
    page = page_at(640, 800, base_url=live_server.url)
    wide = []
    for path in PAGES:
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if overflow(page):
            wide.append((path, overflow(page)))
    assert wide == []


@pytest.mark.parametrize(("name", "least"), [("phone/", 44), ("choose/", 44), ("", 24)])
def test_targets_are_large_enough(live_server, page_at, name, least):
    page = page_at(360, 740, base_url=live_server.url)
    page.goto(f"{PARTS}{name}")
    assert page.evaluate(SMALL, least) == []


def test_diamond_is_a_diamond_then_five_rows(live_server, page_at):
    shapes = []
    for width in (360, 340):
        page = page_at(width, 740, base_url=live_server.url)
        page.goto(f"{PARTS}phone/")
        tops = [box["y"] for slot in page.locator(".slot").all() if (box := slot.bounding_box())]
        shapes.append(len({round(top) for top in tops}))
    assert shapes == [5, 9]


@pytest.mark.parametrize(("width", "title"), [(1280, 52), (1920, 64)])
def test_projector_is_read_from_the_back(live_server, page_at, width, title):
    page = page_at(width, width * 9 // 16, base_url=live_server.url)
    page.goto(f"{PARTS}hall-join/")
    sizes = page.evaluate(
        "['.code', 'h1', '.say', 'small'].map("
        "(s) => parseFloat(getComputedStyle(document.querySelector(s)).fontSize))"
    )
    assert [size >= least for size, least in zip(sizes, (120, title, 28, 28), strict=True)] == [
        True
    ] * 4
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_skip_link_and_visible_focus(live_server, page_at):
    page = page_at(1280, 800, base_url=live_server.url)
    page.goto(PARTS)
    page.keyboard.press("Tab")
    seen = page.evaluate(
        "(() => { const e = document.activeElement, s = getComputedStyle(e);"
        " return [e.className, s.outlineWidth, s.outlineColor, e.getBoundingClientRect().y > 0] })()"
    )
    assert seen == ["skip", "3px", "rgb(255, 221, 0)", True]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_wrong_form_is_met_at_its_summary(live_server, page_at):
    page = page_at(360, 740, base_url=live_server.url)
    page.goto(f"{PARTS}wrong/")
    page.wait_for_function("document.activeElement.className === 'errors'")
    page.get_by_role("link", name="Name of the network").click()
    assert page.evaluate("document.activeElement.id") == "id_name"


def test_account_menu_without_script(live_server, page_at, client, django_user_model):
    ada = django_user_model.objects.create_user("ada@example.org", "four plain words", "Ada")
    client.force_login(ada)
    page = page_at(360, 740, js=False, base_url=live_server.url)
    cookie = {"name": "session", "value": client.cookies["session"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(PARTS)
    page.get_by_text("Account", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    assert page.get_by_role("link", name="Sign in").count() == 1
    assert page.locator(".note").first.inner_text() == "You are signed out."
