"""From the files of a register to a network, by the words of the command line."""

import os
import re
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest
from django.urls import reverse

from exchange.__main__ import main
from exchange.directory.models import Event, Invitation, Network, School, SchoolGroup
from exchange.directory.register.importing import import_register
from tests.reading import part_of

SAMPLES = Path(__file__).parent / "samples"
FILES = [str(SAMPLES / name) for name in ("groups.csv", "group_links.csv", "establishments.csv")]
pytestmark = pytest.mark.django_db


def counts() -> tuple[int, int, int]:
    return School.objects.count(), SchoolGroup.objects.count(), Event.objects.count()


def test_a_dry_run_tells_all_and_keeps_nothing(capsys):
    assert main(["register", "import", *FILES, "--dry-run"]) == 0
    said = capsys.readouterr()
    assert counts() == (0, 0, 0)
    assert main(["register", "import", *FILES]) == 0
    told = capsys.readouterr()
    assert said.out == told.out + "This was a dry run: nothing was changed.\n"
    assert (said.err, told.err, counts()) == ("", "", (3, 2, 3))


def test_a_network_of_a_trust_from_two_commands(capsys, client_of):
    assert main(["register", "import", *FILES]) == 0
    capsys.readouterr()
    words = ["network", "from-trust", "estuary learning", "--co-leader", "Fay@example.org"]
    assert main(words) == 0
    said, network = capsys.readouterr(), Network.objects.get()
    letter = Invitation.objects.get()
    link = said.out.rpartition("http://localhost:8000")[2].strip()
    assert (said.out.splitlines(), said.err) == (
        [
            f"Made network {network.pk}, The Estuary Learning Trust, with 2 schools:",
            "  900001  Saltmarsh Primary School",
            "  900002  St Hilda's Church of England Primary School",
            f"The first co-leader opens, within 14 days: http://localhost:8000{link}",
        ],
        "",
    )
    assert (letter.email, letter.role, letter.network) == ("fay@example.org", "co_leader", network)
    fay = client_of(None)
    answer = fay.post(link, {"name": "Fay", "password": "four plain words here"})
    assert answer.url == reverse("network", args=[network.pk])
    assert part_of(fay.get(answer.url).content.decode(), "schools") == [
        "2 schools",
        "Saltmarsh Primary School",
        "St Hilda's Church of England Primary School",
    ]
    assert main(words) == 2
    assert Network.objects.count() == 1


def test_progress_reaches_its_end():
    steps: list[tuple[str, int, int]] = []
    path = SAMPLES / "establishments.csv"
    import_register(paths=[path], progress=lambda *step: steps.append(step))
    done = {label: sum(n for known, n, _ in steps if known == label) for label, _, _ in steps}
    size = path.stat().st_size
    assert done == {"Reading establishments.csv": size, "Writing establishments.csv": 3}
    assert {total for _, _, total in steps} == {size, 3}


def on_a_terminal(words: list[str], monkeypatch) -> str:
    """What a command writes to its error stream when that is a terminal."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        assert main(words) == 0
    said = b""
    with suppress(OSError):  # how Linux says that the other side is closed and all was read
        while part := os.read(ours, 65_536):
            said += part
    os.close(ours)
    return said.decode()


def test_a_terminal_shows_a_bar_and_a_pipe_none(monkeypatch, capsys):
    words = ["register", "import", FILES[-1]]
    said = on_a_terminal(words, monkeypatch)
    labels = re.findall(r"(\w+) establishments\.csv: +0%\|", said)
    assert list(dict.fromkeys(labels)) == ["Reading", "Writing"]
    monkeypatch.undo()
    capsys.readouterr()
    assert main(words) == 0
    assert capsys.readouterr().err == ""
