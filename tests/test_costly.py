"""What costs the server much is limited for each person (D-28): files, papers, searches."""

import re
from pathlib import Path

from django.test import Client
from django.urls import reverse

from exchange.core import limits
from exchange.directory.models import Network
from tests import make
from tests.addresses import addresses, patterns
from tests.cast import Cast
from tests.world import World

A_FILE = re.compile(r"\.(<slug:form>|csv|json|pdf|svg|xlsx)$")
#: Files that are not counted, and why.
SMALL = {
    "screen_qr": "a small picture, asked for again whenever the projector's page is",
    "meeting_qr": "the same",
}
SEARCHED = {
    "schools", "schools_suggest", "account_schools", "network_new_schools", "network_schools",
}  # fmt: skip


def test_every_file_is_counted_for_each_person(world: World) -> None:
    """D-28: papers, tables, pictures, lists, one's own data: sixty in ten minutes, together."""
    files = {p.name for p in patterns() if A_FILE.search(str(p.pattern))} - set(SMALL)
    paths = {name: addresses(world, name)[0] for name in files}
    ben = world.client("ben")
    other = world.client("ada").get(paths["network_people_file"])
    for _ in range(limits.MOST_COSTLY):
        limits.failed("costly", str(world.cast.ben.pk), limits.COSTLY_WINDOW)
    met = {name: ben.get(path) for name, path in paths.items()}
    told = {name: (answer.status_code, answer.get("Retry-After")) for name, answer in met.items()}
    assert told == dict.fromkeys(files, (429, "600"))
    assert "many papers or files" in met["run_table"].content.decode()
    assert (other.status_code, len(files)) == (200, 11)
    assert ben.get(addresses(world, "screen_qr")[0]).status_code == 200


def test_a_copy_of_ones_data_is_counted_too(cast: Cast) -> None:
    cast.cy.set_password(make.PASSWORD)
    cast.cy.save()
    client = Client()
    client.post(reverse("account_login"), {"login": cast.cy.email, "password": make.PASSWORD})
    path = reverse("my_data_copy")
    assert client.post(path).status_code == 200
    for _ in range(limits.MOST_COSTLY):
        limits.failed("costly", str(cast.cy.pk), limits.COSTLY_WINDOW)
    assert client.post(path).status_code == 429


def test_searching_is_limited_for_each_person_and_leaves_time_to_type(world: World) -> None:
    """Six hundred questions in ten minutes; pages without a question go on, others' too."""
    paths = {name: addresses(world, name)[0] for name in SEARCHED}
    ada, ned = world.client("ada"), world.client("ned")
    words = {"name": "A", "kind": Network.Kind.LEARNING, "purpose": "B"}
    assert ada.post(reverse("network_new"), words).status_code == 302
    counted = limits.MOST_SEARCHES - len(SEARCHED)
    for _ in range(counted):
        limits.failed("search", str(world.cast.ada.pk), limits.COSTLY_WINDOW)
    last = {name: ada.get(path, {"q": "quay"}).status_code for name, path in paths.items()}
    assert last == dict.fromkeys(SEARCHED, 200)
    met = {name: ada.get(path, {"q": "quay"}) for name, path in paths.items()}
    told = {name: (answer.status_code, answer.get("Retry-After")) for name, answer in met.items()}
    assert told == dict.fromkeys(SEARCHED, (429, "600"))
    assert "searched very often" in met["schools"].content.decode()
    assert [ada.get(paths["schools"], {"q": blank}).status_code for blank in ("", " ")] == [200] * 2
    assert ned.get(paths["schools"], {"q": "quay"}).status_code == 200


def test_whoever_searches_is_counted() -> None:
    """Every page that asks the index stands among those that count."""
    pages = Path(limits.__file__).parents[1].rglob("*_views.py")
    texts = {page.name: page.read_text(encoding="utf-8") for page in pages}
    calls = {name: text.count("search_schools(") for name, text in texts.items()}
    counts = {name: text.count("@searching") for name, text in texts.items()}
    assert {name for name, number in calls.items() if number} == {
        name for name, number in counts.items() if number
    }
    assert sum(counts.values()) == len(SEARCHED)
