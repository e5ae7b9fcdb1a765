"""Passkeys in a real browser, with an authenticator that Chromium plays (over its debugger)."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from exchange.directory.models import Event, Person
from tests import make
from tests import world as worlds
from tests.journeys import hall
from tests.journeys.browser import axe, overflow
from tests.journeys.hall import Watch

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]


def with_authenticator(page: Page) -> Any:
    """A device behind a finger, inside this window."""
    chromium = page.context.new_cdp_session(page)
    chromium.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = chromium.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return chromium, made["authenticatorId"]


def sign_out(page: Page) -> None:
    page.goto("/account/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()


def fits(page: Page) -> None:
    axe(page)
    assert overflow(page) == 0, page.url


def test_a_passkey_is_added_signs_in_and_is_removed(
    server: Any, page_at: Callable[..., Page]
) -> None:
    ada = make.person("Ada")
    worlds.let_sign_in([ada])
    watch = Watch()
    page = watch.over(page_at(320, 740, base_url=server.url))
    chromium, device = with_authenticator(page)
    hall.sign_in(page, ada)

    page.goto("/account/second-step/")
    fits(page)
    page.get_by_role("link", name="Add a passkey").click()
    fits(page)
    expect(page.get_by_label("What do you call it?")).to_have_value("Chrome on Linux")
    page.get_by_label("What do you call it?").fill("My laptop")
    page.get_by_role("button", name="Add it on this device").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert page.locator(".codes li").count() == 10
    key = Authenticator.objects.get(type="webauthn")
    assert (key.user_id, key.wrap().name) == (ada.pk, "My laptop")

    sign_out(page)  # instead of address and password
    page.goto("/account/sign-in/")
    fits(page)
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url(f"{server.url}/")
    page.goto("/account/")
    expect(page.get_by_role("heading", name="Ada")).to_be_visible()

    sign_out(page)  # after the password
    page.goto("/account/sign-in/")
    page.get_by_label("E-mail address").fill(ada.email)
    page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    fits(page)
    chromium.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{server.url}/")

    page.goto("/account/confirm/passkey/?next=/account/address/")  # before something that matters
    fits(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{server.url}/account/address/")

    page.goto("/account/second-step/")
    page.get_by_role("link", name="Remove My laptop").click()
    fits(page)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    assert Authenticator.objects.count() == 0  # the codes go with the last step
    assert watch.wrong == []
    rows = Event.objects.filter(subject_id=ada.pk, subject_kind="person").order_by("pk")
    assert [row.verb for row in rows] == [
        "sign_in", "set_up_second_step", "set_up_second_step", "sign_out", "sign_in",
        "sign_out", "sign_in", "remove_second_step", "remove_second_step",
    ]  # fmt: skip


def test_a_device_without_the_passkey_gets_a_sentence(
    server: Any, page_at: Callable[..., Page]
) -> None:
    """And so does whoever stops it: nothing is sent, the other way stays."""
    ada = make.person("Ada")
    worlds.let_sign_in([ada])
    page = page_at(360, 740, base_url=server.url)
    chromium, device = with_authenticator(page)
    chromium.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto("/account/sign-in/")
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.get_by_text("That did not work, or was stopped.")).to_be_visible(timeout=30_000)
    hall.sign_in(page, ada)
    assert Person.objects.get(pk=ada.pk).last_login is not None
