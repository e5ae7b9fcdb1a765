"""The lists of a network as files: what their pages show, whole, and nothing more."""

import csv
import io

import pytest
from openpyxl import load_workbook

from exchange.directory.models import Role
from tests import make


def rows(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_schools_of_a_network_with_those_that_left(cast, client_of):
    gone = make.school("=Gone Primary", number="900001", town="Quay", postcode="ZZ1 1ZZ")
    make.membership(cast.harbour, gone, status="left", left_on=make.yesterday())
    path = f"/networks/{cast.harbour.pk}/schools"
    found = rows(client_of(cast.cy).get(f"{path}.csv"))
    assert found[0] == [
        "school", "register number", "town", "postcode", "state", "by", "since", "until",
        "what the school commits to",
    ]  # fmt: skip
    listed = [one.school.name for one in cast.harbour.memberships.listed()]
    assert [row[0] for row in found[1:]] == [*listed, "'=Gone Primary"]
    assert found[-1][1:5] == ["900001", "Quay", "ZZ1 1ZZ", "Left"]
    book = load_workbook(io.BytesIO(client_of(cast.cy).get(f"{path}.xlsx").content))
    assert [cell.value for cell in book["Schools"]["A"]][1:] == [*listed, "=Gone Primary"]


def test_the_people_of_a_network_without_their_addresses(cast, client_of):
    people = [make.person(f"Person {n:02}") for n in range(60)]  # more than a page shows
    for person in people:
        make.tie(person, cast.eastway, confirmed_by=cast.ada)
    make.tie(make.person("Waits"), cast.eastway, confirmed=False)
    make.role(people[0], Role.ACTIVIST, cast.harbour)
    answer = client_of(cast.cy).get(f"/networks/{cast.harbour.pk}/people.csv")
    found = rows(answer)
    staff = [row for row in found if row[1] == "Teacher" and row[0].startswith("Person")]
    assert [row[0] for row in staff] == [person.name for person in people]
    assert [row[6] for row in staff] == [cast.ada.name] * 60
    assert [row[:3] for row in found if row[1] == Role.ACTIVIST.label] == [
        ["Person 00", Role.ACTIVIST.label, cast.eastway.name]
    ]
    assert "@" not in answer.content.decode()
    assert "Waits" not in answer.content.decode()


@pytest.mark.parametrize("what", ["schools", "people"])
def test_other_forms_are_not_made_and_strangers_find_nothing(cast, client_of, what):
    for who, form, status in (
        (cast.ada, "pdf", 404),
        (cast.dot, "csv", 404),
        (cast.ada, "xlsx", 200),
    ):
        path = f"/networks/{cast.harbour.pk}/{what}.{form}"
        assert client_of(who).get(path).status_code == status
