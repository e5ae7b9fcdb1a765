"""The front page in a real browser: for a visitor with a code, and for somebody who signs in."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from exchange.live.models import Run
from tests import cast as the_cast
from tests import make
from tests.journeys.browser import axe, overflow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme", "js"), [(360, "light", False), (1280, "dark", True)])
def test_a_visitor_types_a_code(width, scheme, js, page_at, live_server) -> None:
    page = page_at(width, 740, scheme, js=True, base_url=live_server.url)
    page.goto("/")
    axe(page)
    assert overflow(page) == 0
    page = page_at(width, 740, scheme, js=js, base_url=live_server.url)
    page.goto("/")
    page.get_by_label("Code").fill("abc def")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_contain_text("No open session has this code.")


def test_somebody_sees_what_waits(page_at, live_server) -> None:
    cast = the_cast.cast()
    cast.ada.set_password(make.PASSWORD)
    cast.ada.save()
    make.tie(make.person("Fay"), cast.quayside, confirmed=False)
    Run.objects.create(
        activity="diamond_nine", title="What matters?", facilitator=cast.ada,
        network=cast.harbour, seed="x", opened_at=timezone.now(),
    )  # fmt: skip
    page = page_at(360, 740, base_url=live_server.url)
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail").fill(cast.ada.email)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Waits for you")).to_be_visible()
    expect(page.get_by_role("link", name="1 person to confirm")).to_be_visible()
    expect(page.get_by_role("link", name="What matters?").first).to_be_visible()
    axe(page)
    assert overflow(page) == 0
