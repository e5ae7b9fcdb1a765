"""Who follows docs/operating.md, "Start", word for word, comes from nothing to a founded network."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from exchange.__main__ import main
from exchange.directory.models import Event, Network, Person, School
from tests.test_shape import HOUSE, text

SAMPLE = HOUSE / "exchange" / "directory" / "tests" / "samples" / "edubasealldata.csv"
OPEN_SCHOOL = "900001"


def documented() -> list[list[str]]:
    """The commands of "Start" without the word exchange, with a file and a number that exist."""
    block = text(HOUSE / "docs" / "operating.md").split("## Start")[1].split("```")[1]
    lines = [line.partition("#")[0] for line in block.splitlines() if line.startswith("exchange ")]
    known = {"edubasealldata.csv": str(SAMPLE), "123456": OPEN_SCHOOL}
    return [[known.get(word, word) for word in shlex.split(line)[1:]] for line in lines]


@pytest.mark.django_db
def test_from_migrate_to_a_founded_network(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.delenv("EXCHANGE_PASSWORD", raising=False)
    settings.HOME = tmp_path / "home"
    commands = documented()
    assert [words[0] for words in commands] == ["migrate", "register", "user", "serve"]
    assert [main(words) for words in commands[:-1]] == [0, 0, 0]
    link = re.search(rf"{re.escape(settings.BASE_URL)}(/\S+)", capsys.readouterr().out)
    assert link

    browser = Client()
    words = {"name": "Your Name", "password": "four plain words here"}
    assert browser.post(link[1], words)["Location"] == reverse("account")
    you = Person.objects.get()
    assert (you.is_site_admin, [tie.job for tie in you.schools]) == (True, ["headteacher"])

    networks = browser.get(reverse("networks")).content.decode()
    assert f'href="{reverse("network_new")}"' in networks
    purpose = {"name": "First network", "purpose": "To learn.", "kind": "learning_network"}
    to_schools = browser.post(reverse("network_new"), purpose)["Location"]
    found = browser.get(to_schools, {"q": "ysgol mor cottages"}).context["found"]
    assert [school.number for school in found] == ["900004"]
    chosen = {"school": [found[0].pk], "onwards": "yes"}
    to_check = browser.post(to_schools, chosen)["Location"]
    done = browser.post(to_check, {"second_co_leader": "second@school.example"})

    network = Network.objects.get()
    assert done["Location"] == reverse("network", args=[network.pk])
    assert browser.get(done["Location"]).status_code == 200
    own = School.objects.get(number=OPEN_SCHOOL)
    members = network.memberships.current().order_by("school__number")
    assert [(row.school, row.status) for row in members] == [
        (own, "joined"),
        (found[0], "joined"),
    ]
    by_site = Event.objects.filter(actor=None).order_by("pk").values_list("verb", flat=True)
    assert list(by_site)[-2:] == ["invite", "confirm_tie"]
