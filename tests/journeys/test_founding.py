"""Founding a network from the register, and inviting a second co-leader, in real browsers."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from exchange.core import outbox
from exchange.directory.models import Network, Person, Role
from tests import cast as the_cast
from tests import make
from tests import world as worlds
from tests.journeys import hall
from tests.journeys.browser import axe, overflow
from tests.journeys.hall import Watch

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.django_db(transaction=True)]


def letter_to(address: str) -> str:
    """The link in the newest letter to an address, sent from the server's outbox."""
    outbox.deliver()
    letter = next(letter for letter in reversed(mail.outbox) if letter.to == [address])
    found = re.search(r"https?://[^\s\"<>]+/invitations/[\w-]+/", str(letter.body))
    assert found
    return found.group()


def fits(page: Page) -> None:
    axe(page)
    assert overflow(page) == 0, page.url


def test_from_the_register_to_two_co_leaders(server: Any, page_at: Callable[..., Page]) -> None:
    cast = the_cast.cast()
    worlds.let_sign_in([cast.ada])
    for number, name in enumerate(["Lantern Primary", "Lantern Juniors", "Beacon Academy"]):
        make.school(name, town="Westmouth", easting=400_000 + number, northing=300_000)
    watch = Watch()
    ada = watch.over(page_at(360, 740, base_url=server.url))
    hall.sign_in(ada, cast.ada)
    ada.goto("/networks/")
    ada.get_by_role("link", name="Found a network").first.click()
    ada.get_by_label("Name").fill("Westmouth network")
    ada.get_by_label("Purpose").fill("To learn how pupils explain their thinking.")
    fits(ada)
    ada.get_by_role("main").get_by_role("button").first.click()

    ada.wait_for_url("**/networks/new/schools/**")
    ada.locator("input[name=q]").fill("lantren")  # a slip of the finger
    ada.locator("input[name=q]").press("Enter")
    for name in ("Lantern Primary", "Lantern Juniors"):
        ada.get_by_label(name).first.check()
    fits(ada)
    ada.get_by_role("button", name=re.compile("Add|Take")).first.click()
    expect(ada.get_by_text("Lantern Juniors").first).to_be_visible()
    ada.locator("button[name=onwards]").first.click()
    ada.wait_for_url("**/networks/new/check/")
    ada.get_by_label("Second co-leader").or_(ada.locator("#id_second_co_leader")).first.fill(
        "sol@example.org"
    )
    fits(ada)
    ada.get_by_role("button", name=re.compile("Found")).click()
    expect(ada.get_by_role("heading", name="Westmouth network")).to_be_visible()
    fits(ada)

    sol = watch.over(page_at(360, 740, base_url=server.url))
    sol.goto(letter_to("sol@example.org"))
    fits(sol)
    sol.get_by_label("name", exact=False).first.fill("Sol")
    sol.get_by_label("password", exact=False).first.fill(make.PASSWORD)
    sol.get_by_role("main").get_by_role("button").first.click()
    expect(sol.get_by_role("heading", name="Westmouth network")).to_be_visible()
    network = Network.objects.get(name="Westmouth network")
    assert Person.objects.get(email="sol@example.org").has_role(Role.CO_LEADER, network=network)
    assert watch.wrong == []

    again = page_at(360, 740, base_url=server.url)
    again.goto(letter_to("sol@example.org"))
    expect(again.get_by_text("This invitation has been used")).to_be_visible()
