"""The real register, where it is at hand (EXCHANGE_DATA)."""

import csv
import os
from pathlib import Path

import pytest
from django.urls import reverse

from exchange.__main__ import main
from exchange.directory.models import GroupLink, Invitation, Network, School, SchoolGroup
from exchange.directory.register.importing import KEPT_OPEN, import_register
from exchange.directory.schoolsearch import search_schools
from tests.reading import part_of

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("EXCHANGE_DATA") or ROOT.parent / "shared" / "data") / "register"
SCHOOLS, NAMES = "establishments_2022-04-25.csv", "names_2021.csv"
GROUPS, LINKS = "groups_2022-03.csv", "group_links_2022-03.csv"
# A multi-academy trust of five schools. A sponsor of the register bears the same name.
TRUST, TRUST_NUMBER = "Gateway Learning Community", "3163"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.register,
    pytest.mark.skipif(not DATA.is_dir(), reason="no real register files (set EXCHANGE_DATA)"),
]


def test_all_real_files_are_read_and_read_again_without_change():
    names = (SCHOOLS, NAMES, GROUPS, LINKS)
    paths = [DATA / name for name in names]
    reports = {report.name: report for report in import_register(paths=paths)}
    assert [reports[name].refused for name in names[:3]] == [[], [], []]
    assert School.objects.count() == 49_352
    assert SchoolGroup.objects.count() == 6_883
    links = reports[names[3]]
    assert GroupLink.objects.count() == len(links.added)
    assert len(links.added) + len(links.refused) == 20_395
    again = import_register(paths=paths[1:])
    assert [(r.added, r.changed, r.closed, r.ended, r.notes) for r in again] == [
        ([], [], [], [], [])
    ] * 3
    # Schools which the short list closed ahead of time and the later extract has open.
    assert [why.sentence for why in again[0].left_out] == [KEPT_OPEN] * 4

    argyle = School.objects.get(number="100008")
    for question in (
        "argyle primry camden",
        "WC1H 9EG",
        "wc1h9eg",
        "100008",
        "Argile Primary Scool",
    ):
        assert argyle in search_schools(question), question


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def open_schools_of(trust: str) -> list[str]:
    """Names of the open schools of a trust, straight from the files, in alphabetical order."""
    members = {
        row["URN"].partition(".")[0]
        for row in rows(LINKS)
        if row["Group UID"].partition(".")[0] == trust
    }
    return sorted(row["school_name"] for row in rows(SCHOOLS) if row["urn"] in members)


def test_a_real_trust_becomes_a_network(capsys, client_of):
    files = [str(DATA / name) for name in (SCHOOLS, GROUPS, LINKS)]
    assert main(["register", "import", *files]) == 0
    capsys.readouterr()
    words = ["network", "from-trust", TRUST, "--co-leader", "leader@example.org"]
    assert main(words) == 0
    said = capsys.readouterr()

    expected = open_schools_of(TRUST_NUMBER)
    assert len(expected) == 5
    network = Network.objects.get()
    assert (network.group.number, network.name) == (TRUST_NUMBER, TRUST.upper())
    members = network.memberships.current().order_by("school__name")
    assert [(one.school.name, one.status) for one in members] == [
        (name, "joined") for name in expected
    ]
    assert [one.school.is_open for one in members] == [True] * 5
    printed = [line[2:].partition("  ")[2] for line in said.out.splitlines() if line[:2] == "  "]
    assert (printed, said.err) == (expected, "")

    letter = Invitation.objects.get()
    assert (letter.email, letter.role) == ("leader@example.org", "co_leader")
    leader = client_of(None)
    link = said.out.rpartition("http://localhost:8000")[2].strip()
    answer = leader.post(link, {"name": "Leader", "password": "four plain words here"})
    assert answer.url == reverse("network", args=[network.pk])
    page = leader.get(answer.url).content.decode()
    assert part_of(page, "schools") == ["5 schools", *expected]
    assert part_of(page, "people") == ["People", "Co-leader", "Leader"]
