"""A second country is one small module and one entry: read, searched and shown like the first."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.urls import reverse

from exchange.__main__ import main
from exchange.directory.models import GroupLink, Network, RegisterReading, School
from exchange.directory.register import COUNTRIES
from exchange.directory.schoolsearch import schools_near, search_schools
from exchange.directory.tests.skerries import COUNTRY
from tests import make

SAMPLES = Path(__file__).parent / "samples"
FILES = {
    "schools.csv": """scoil\tainm\tbaile\tcod\tx;y\tstaid\tteileafon
900001\tScoil na Farraige\tPort Mor\t40100\t500000/300000\toscailte\t0700
S-2\tScoil an Chnoic\tPort Mor\t40120\t500900/300000\toscailte\t0701
S-3\tScoil an Oilein\tInis Beag\t50200\t590000/300000\toscailte\t0702
S-4\tScoil Nua\tInis Beag\t50200\t590000/300000\tbeartaithe\t0703
\tGan uimhir\tInis Beag\t50200\t590000/300000\toscailte\t0704
""",
    "unions.csv": "aontas;teideal\nU1;Port Mor Union\n",
    "members.csv": "aontas;scoil\nU1;900001\nU1;S-2\n",
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path, monkeypatch) -> list[str]:
    """The one entry that another country needs, and files of its register, links first."""
    monkeypatch.setitem(COUNTRIES, COUNTRY.key, COUNTRY)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return [str(tmp_path / name) for name in reversed(FILES)]


def numbers(schools: list[School]) -> list[tuple[str, str]]:
    return [(school.register, school.number) for school in schools]


def test_its_files_are_recognised_beside_those_of_england(files, capsys):
    assert main(["register", "import", *files, str(SAMPLES / "establishments.csv")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line[0] != " "] == [
        "establishments.csv (the register, extract of establishments)",
        "schools.csv (list of schools)",
        "unions.csv (islands' unions)",
        "members.csv (islands' unions and their schools)",
    ]
    first = said.index("schools.csv (list of schools)") + 1
    assert said[first : first + 8] == [
        "  added: 3, lines 2–4",
        "  changed: 0",
        "  closed: 0",
        "  unchanged: 0",
        "  left out: 1",
        "    line 5: The school is planned and has not opened yet.",
        "  refused: 1",
        "    line 6: The school has no number.",
    ]
    assert numbers(School.objects.order_by("register", "number")) == [
        ("england", "900001"),
        ("england", "900002"),
        ("england", "900003"),
        ("skerries", "900001"),
        ("skerries", "S-2"),
        ("skerries", "S-3"),
    ]
    links = GroupLink.objects.values_list("school__register", "school__number")
    assert sorted(links) == [("skerries", "900001"), ("skerries", "S-2")]
    assert main(["register", "import", *files]) == 0
    assert "added: 0" in capsys.readouterr().out
    assert sorted(set(RegisterReading.objects.values_list("register", "added"))) == [
        ("england", 3), ("skerries", 0), ("skerries", 1), ("skerries", 2), ("skerries", 3),
    ]  # fmt: skip


def test_its_schools_are_found_and_shown_with_their_own_words(files, client_of):
    main(["register", "import", *files, str(SAMPLES / "establishments.csv")])
    here = School.objects.get(register="skerries", number="900001")
    assert numbers(search_schools("scoil na faraige"))[:1] == [("skerries", "900001")]
    assert numbers(search_schools("40120")) == [("skerries", "S-2")]
    both = [("england", "900001"), ("skerries", "900001")]
    assert sorted(numbers(search_schools("900001", limit=2))) == both
    assert numbers(search_schools("900001", near="Inis Beag", limit=2)) == both[::-1]
    assert numbers(search_schools("900001", near="Wexbridge", limit=2)) == both
    page = client_of(make.person()).get(reverse("school", args=[here.pk])).content.decode()
    shown = [COUNTRY.number_name in page, COUNTRY.attribution in page, "URN" in page]
    assert shown == [True, True, False]


def test_distances_are_compared_within_one_register(files):
    """Saltmarsh lies at the same figures on England's grid as Farraige on the Skerries'."""
    main(["register", "import", *files, str(SAMPLES / "establishments.csv")])
    here = School.objects.get(register="skerries", number="900001")
    placeless = School.objects.create(register="skerries", number="S-9", name="X", town="Port Mor")
    near = [(school.number, school.distance2) for school in schools_near(here)]
    assert near == [("S-2", 900.0**2), ("S-3", 90_000.0**2)]
    assert [school.number for school in schools_near(placeless)] == ["900001", "S-2", "S-3"]
    there = School.objects.get(register="england", number="900001")
    assert [school.number for school in schools_near(there)] == ["900002"]


def test_a_union_of_its_register_becomes_a_network(files):
    main(["register", "import", *files])
    assert main(["network", "from-trust", "port mor"]) == 0
    members = Network.objects.get().memberships.current().order_by("school__number")
    assert numbers([member.school for member in members]) == [
        ("skerries", "900001"),
        ("skerries", "S-2"),
    ]


def test_columns_that_fit_two_registers_need_a_word(files, monkeypatch, capsys):
    monkeypatch.setitem(COUNTRIES, "holms", replace(COUNTRY, key="holms"))
    assert main(["register", "import", files[-1]]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "schools.csv: its columns fit several registers (skerries, holms). "
        "Say which: --register KEY.",
        "Nothing was changed.",
    ]
    assert main(["register", "import", files[-1], "--register", "holms"]) == 0
    assert set(School.objects.values_list("register", flat=True)) == {"holms"}


@pytest.mark.parametrize("key", ["england", "atlantis"])
def test_a_file_of_another_register_than_the_one_named(files, key):
    assert main(["register", "import", files[-1], "--register", key]) == 2
    assert School.objects.count() == 0
