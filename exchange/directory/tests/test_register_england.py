"""What England's files say, turned into plain rows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.directory.register import COUNTRIES
from exchange.directory.register.england import (
    read_count,
    read_date,
    read_number,
    read_postcode,
)
from exchange.directory.register.rows import UNKNOWN_DATE, LinkRow, RowRefused

ENGLAND = COUNTRIES["england"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-04-25", date(2022, 4, 25)),
        ("25-04-2022", date(2022, 4, 25)),
        ("25/04/2022", date(2022, 4, 25)),
        ("2022-04-25 00:00:00", date(2022, 4, 25)),
        ("01-01-1900", UNKNOWN_DATE),
        ("", None),
        ("Not applicable", None),
    ],
)
def test_dates(text, day):
    assert read_date(text, "The date") == day


@pytest.mark.parametrize("text", ["31-02-2020", "soon", "2022", "99-99-9999", "0000-01-01"])
def test_dates_that_are_none_are_refused(text):
    with pytest.raises(RowRefused):
        read_date(text, "The opening date")


@pytest.mark.parametrize(
    ("text", "number"), [("100000", "100000"), ("10060695.0", "10060695"), (" 7 ", "7")]
)
def test_numbers_written_as_floats(text, number):
    assert read_number(text, "The URN") == number


@pytest.mark.parametrize("text", ["", "abc", "1.5", "-3", "1e6", "٣", "9" * 40])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(RowRefused, match=r"^The URN is missing or is not a number\.$"):
        read_number(text, "The URN")


def test_counts():
    assert [read_count(t, "The age", 120) for t in ("", "0", "11", "11.0")] == [None, 0, 11, 11]
    for text in ("121", "-1", "x", "1" * 30):
        with pytest.raises(RowRefused, match=r"^The age is not a number from 0 to 120\.$"):
            read_count(text, "The age", 120)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    for read in (read_date, read_number, lambda t, what: read_count(t, what, 120)):
        try:
            read(text, "The value")
        except RowRefused as why:
            assert str(why).startswith("The value ")


def test_postcodes():
    assert [read_postcode(t) for t in ("wx94dd", "WX9  4DD", "", "WX9")] == [
        "WX9 4DD",
        "WX9 4DD",
        "",
        "WX9",
    ]


def test_a_file_is_known_by_its_columns():
    def kind(*columns: str) -> str | None:
        found = ENGLAND.recognise(list(columns))
        return found.title if found else None

    assert kind("urn", "establishmentname", "la (code)", "postcode", "headlastname") == (
        "the register, official extract"
    )
    assert kind("urn", "name", "town", "postcode", "lead_school") == "short list of names"
    assert kind("urn", "group uid", "joined date", "establishmentname", "la (code)") == (
        "groups and their schools"
    )
    assert kind("urn", "linkurn", "linkname") is None


def test_no_kind_reads_people_or_telephones():
    read = {column for kind in ENGLAND.kinds for column in kind.reads}
    assert [c for c in sorted(read) if "head" in c or "tel" in c or "phone" in c] == []


def test_1900_in_a_joining_date_is_not_known():
    links = ENGLAND.kinds[0]
    row = links.row({"urn": "900001.0", "group uid": "7001.0", "joined date": "1900-01-01"})
    assert row == LinkRow(group="7001", school="900001", joined_on=None)
