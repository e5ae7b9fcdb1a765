"""Lists of which school is in which group: who is no longer on them has left."""

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from exchange.directory.commands import register_import
from exchange.directory.models import Event, GroupLink, Network, RegisterReading
from exchange.directory.network_commands import network_from_trust
from exchange.directory.register.importing import import_register
from exchange.directory.schoolsearch import search_schools
from tests import make

pytestmark = pytest.mark.django_db
NAMES = ("Ash Lane School", "Birch Lane School", "Cedar Lane School", "Dogwood Lane School")


@pytest.fixture
def trusts(db):
    """Two trusts of the register: A, B and C are in the first, D in the second."""
    schools = [make.school(name, number=str(n)) for n, name in enumerate(NAMES, 900_001)]
    first = make.group("Lane Trust", schools=tuple(schools[:3]))
    second = make.group("Hill Trust", schools=tuple(schools[3:]))
    return first, second


def links_file(folder: Path, *rows: str) -> Path:
    path = folder / "links.csv"
    path.write_text("\n".join(("URN,Group UID,Joined date", *rows, "")))
    return path


def moved(folder: Path, first, second) -> Path:
    """C went from the first trust to the second on 1 September 2024; nothing else changed."""
    rows = [f"{n},{first.number}," for n in (900_001, 900_002)]
    rows += [f"900004,{second.number},", f"900003,{second.number},2024-09-01"]
    return links_file(folder, *rows)


def held() -> list[tuple]:
    """(trust, school, joined, left), the current ones first."""
    rows = GroupLink.objects.order_by("left_on", "group__name", "school__number")
    found = rows.values_list("group__name", "school__number", "joined_on", "left_on")
    return sorted(found, key=lambda row: (row[3] is not None, row[0], row[1]))


def test_a_school_that_moved_is_in_its_new_trust_only(trusts, tmp_path, capsys):
    today = timezone.localdate()
    assert register_import([str(moved(tmp_path, *trusts))], dry_run=False) == 0
    now = [
        ("Hill Trust", "900003", date(2024, 9, 1), None),
        ("Hill Trust", "900004", None, None),
        ("Lane Trust", "900001", None, None),
        ("Lane Trust", "900002", None, None),
        ("Lane Trust", "900003", None, today),
    ]
    assert held() == now
    assert capsys.readouterr().out.splitlines() == [
        "links.csv (groups and their schools)",
        "  added: 1, lines 5",
        "  changed: 0",
        "  closed: 0",
        "  unchanged: 3",
        "  ended: 1",
        f"    900003 Cedar Lane School has left {trusts[0].number} Lane Trust",
        "  left out: 0",
        "  refused: 0",
    ]
    assert RegisterReading.objects.get().closed == 1
    assert Event.objects.get(verb="register_read").data["closed"] == 1
    (again,) = import_register(paths=[tmp_path / "links.csv"])
    assert (again.added, again.changed, again.ended, again.unchanged) == ([], [], [], 4)
    assert held() == now


def test_a_network_of_a_trust_has_only_the_schools_still_in_it(trusts, tmp_path):
    import_register(paths=[moved(tmp_path, *trusts)])
    assert network_from_trust("Lane Trust") == 0
    members = Network.objects.get().memberships.current().order_by("school__number")
    assert [member.school.name for member in members] == list(NAMES[:2])


def test_a_dry_run_ends_nothing(trusts, tmp_path):
    before = held()
    (report,) = import_register(paths=[moved(tmp_path, *trusts)], dry_run=True)
    assert (len(report.ended), held()) == (1, before)


def test_groups_that_do_not_occur_keep_their_schools(trusts, tmp_path):
    rows = [f"{n},{trusts[0].number}," for n in (900_001, 900_002, 900_003)]
    (report,) = import_register(paths=[links_file(tmp_path, *rows)])
    assert (report.ended, report.unchanged) == ([], 3)
    assert [row[3] for row in held()] == [None] * 4


def test_a_school_that_came_back_has_both_times(trusts, tmp_path):
    import_register(paths=[moved(tmp_path, *trusts)])
    back = [f"{n},{trusts[0].number}," for n in (900_001, 900_002)]
    back += [f"900003,{trusts[0].number},2025-09-01", f"900004,{trusts[1].number},"]
    (report,) = import_register(paths=[links_file(tmp_path, *back)])
    assert (report.added, len(report.ended)) == ([4], 1)
    today = timezone.localdate()
    cedar = [row for row in held() if row[1] == "900003"]
    assert cedar == [
        ("Lane Trust", "900003", date(2025, 9, 1), None),
        ("Hill Trust", "900003", date(2024, 9, 1), today),
        ("Lane Trust", "900003", None, today),
    ]


@pytest.mark.parametrize("row", ["900002", "9x,{group},", "900002,{group},2024-02-31"])
def test_where_a_row_cannot_be_read_nothing_ends(trusts, tmp_path, row):
    first = trusts[0]
    path = links_file(tmp_path, f"900001,{first.number},", row.format(group=first.number))
    (report,) = import_register(paths=[path])
    assert (len(report.refused), report.ended) == (1, [])
    assert report.notes == [
        "2 links to schools are not in this file, but rows could not be read: none was ended."
    ]
    assert [row[3] for row in held()] == [None] * 4


def test_a_school_listed_twice_or_not_held_does_not_stand_in_the_way(trusts, tmp_path):
    first = trusts[0]
    rows = [f"{n},{first.number}," for n in (900_001, 900_001, 955_555)]
    (report,) = import_register(paths=[links_file(tmp_path, *rows)])
    assert [refusal.line for refusal in report.refused] == [3, 4]
    assert len(report.ended) == 2


def test_a_part_of_a_list_ends_nothing(tmp_path, capsys):
    schools = tuple(make.school(number=str(910_000 + n)) for n in range(40))
    trust = make.group("Wide Trust", schools=schools)
    rows = [f"{school.number},{trust.number}," for school in schools]
    assert register_import([str(links_file(tmp_path, *rows[:29]))], dry_run=False) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        "  note: 11 links to schools are not in this file, "
        "but this may be a part of a file: none was ended."
    )
    assert GroupLink.objects.filter(left_on=None).count() == 40
    (report,) = import_register(paths=[links_file(tmp_path, *rows[:30])])
    assert (len(report.ended), report.notes) == (10, [])
    assert GroupLink.objects.filter(left_on=None).count() == 30


def test_the_page_of_a_school_says_that_it_left(trusts, tmp_path, client_of):
    import_register(paths=[moved(tmp_path, *trusts)])
    (cedar,) = search_schools("900003", limit=1)
    page = client_of(make.person()).get(f"/schools/{cedar.pk}/")
    links = [[link.group.name for link in page.context[word]] for word in ("links", "past_links")]
    assert links == [["Hill Trust"], ["Lane Trust"]]
    assert f"left by {timezone.localdate():%-d %B %Y}" in page.content.decode()
