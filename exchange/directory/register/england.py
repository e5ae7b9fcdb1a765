"""England: "Get information about schools" (GIAS) and lists taken from it.

Pure. Column names as the Department for Education publishes them, and those of extracts that
are in circulation. Not read, so never stored: names of heads, telephone numbers, pupil numbers.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from exchange.directory.register.reading import fold_column
from exchange.directory.register.rows import (
    UNKNOWN_DATE,
    Country,
    FileKind,
    GroupRow,
    LinkRow,
    Row,
    RowLeftOut,
    RowRefused,
    SchoolRow,
)

NOTHING = {"not applicable", "not recorded", "does not apply", "null", "-"}
FLOAT_ID = re.compile(r"(\d+)\.0+")
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
BRITISH = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?: .*)?")
# The National Grid: easting and northing in metres.
GRID = (700_000, 1_300_000)

# Our field -> the column of each kind of file.
OFFICIAL = {
    "number": "URN",
    "name": "EstablishmentName",
    "kind": "TypeOfEstablishment (name)",
    "phase": "PhaseOfEducation (name)",
    "authority_code": "LA (code)",
    "authority": "LA (name)",
    "street": "Street",
    "locality": "Locality",
    "address3": "Address3",
    "town": "Town",
    "county": "County (name)",
    "postcode": "Postcode",
    "website": "SchoolWebsite",
    "low_age": "StatutoryLowAge",
    "high_age": "StatutoryHighAge",
    "easting": "Easting",
    "northing": "Northing",
    "opened_on": "OpenDate",
    "closed_on": "CloseDate",
    "status": "EstablishmentStatus (name)",
}
EXTRACT = {
    "number": "urn",
    "name": "school_name",
    "kind": "establishment_type",
    "phase": "phase_type",
    "authority_code": "dfe_number",
    "authority": "administrative_district",
    "street": "street",
    "locality": "locality",
    "address3": "address3",
    "town": "town",
    "county": "county",
    "postcode": "postcode",
    "website": "school_website",
    "low_age": "statutory_low_age",
    "high_age": "statutory_high_age",
    "easting": "easting",
    "northing": "northing",
    "opened_on": "open_date",
    "closed_on": "close_date",
    "status": "school_status",
}
SHORT = {
    "number": "urn",
    "name": "name",
    "town": "town",
    "postcode": "postcode",
    "opened_on": "open_date",
    "closed_on": "close_date",
}
GROUPS = {
    "number": "Group UID",
    "name": "Group Name",
    "kind": "Group Type",
    "opened_on": "Open date",
    "incorporated_on": "Incorporated on (open date)",
    "closed_on": "Closed Date",
    "status": "Group Status",
}
LINKS = {"school": "URN", "group": "Group UID", "joined_on": "Joined date"}


def read_number(text: str, what: str) -> str:
    """An id as the register means it: "10060695.0" is 10060695. Raises RowRefused otherwise."""
    text = text.strip()
    if match := FLOAT_ID.fullmatch(text):
        text = match[1]
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise RowRefused(f"{what} is missing or is not a number.")
    return text


def read_date(text: str, what: str) -> date | None:
    """A date written 2022-04-25, 25-04-2022 or 25/04/2022; blank is None. RowRefused otherwise.

    1900-01-01, by which GIAS says "not known", comes back as UNKNOWN_DATE.
    """
    text = text.strip()
    if not text or text.casefold() in NOTHING:
        return None
    if match := ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := BRITISH.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    else:
        raise RowRefused(f"{what} is not a date (we read 25-04-2022 and 2022-04-25).")
    try:
        return date(year, month, day)
    except ValueError:
        raise RowRefused(f"{what} is a day that does not exist.") from None


def read_start(text: str, what: str) -> date | None:
    """As read_date, for a date by which something began: not known is simply None."""
    found = read_date(text, what)
    return None if found == UNKNOWN_DATE else found


def read_end(text: str, what: str, status: str) -> date | None:
    """As read_date, for a closing date, judged by the status in words.

    "Closed" without a date is UNKNOWN_DATE; "open" with the unknown date is None.
    """
    found = read_date(text, what)
    if status == "closed":
        return found or UNKNOWN_DATE
    return None if found == UNKNOWN_DATE and status.startswith("open") else found


def read_count(text: str, what: str, most: int) -> int | None:
    """A whole number from 0 to `most`; blank is None. Raises RowRefused otherwise."""
    text = text.strip()
    if match := FLOAT_ID.fullmatch(text):
        text = match[1]
    if not text or text.casefold() in NOTHING:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= most):
        raise RowRefused(f"{what} is not a number from 0 to {most}.")
    return int(text)


def read_text(text: str) -> str:
    """One line of text; what the register writes for "nothing" is blank."""
    text = " ".join(text.split())
    return "" if text.casefold() in NOTHING else text


def read_postcode(text: str) -> str:
    """A postcode in capitals with its one blank: "yo211qh" is "YO21 1QH"."""
    squeezed = "".join(text.split()).upper()
    return f"{squeezed[:-3]} {squeezed[-3:]}" if len(squeezed) > 4 else squeezed


def school_row(values: Mapping[str, str], columns: Mapping[str, str]) -> SchoolRow:
    """A school from one record; `columns` maps our fields to folded column names."""

    def cell(field: str) -> str:
        return values.get(columns.get(field, ""), "")

    status = cell("status").casefold()
    if status == "proposed to open":
        raise RowLeftOut("The school is proposed and has not opened yet.")
    name = " ".join(cell("name").split())
    if not name:
        raise RowRefused("The school has no name.")
    locality = [part for part in (read_text(cell("locality")), read_text(cell("address3"))) if part]
    return SchoolRow(
        number=read_number(cell("number"), "The URN"),
        name=name,
        phase=read_text(cell("phase")),
        kind=read_text(cell("kind")),
        authority_code=read_text(cell("authority_code")).split("/")[0].strip(),
        authority=read_text(cell("authority")),
        street=read_text(cell("street")),
        locality=", ".join(locality),
        town=read_text(cell("town")),
        county=read_text(cell("county")),
        postcode=read_postcode(cell("postcode")),
        website=read_text(cell("website")),
        low_age=read_count(cell("low_age"), "The lowest age", 120),
        high_age=read_count(cell("high_age"), "The highest age", 120),
        # 0, 0 is how GIAS writes "no place".
        easting=read_count(cell("easting"), "The easting", GRID[0]) or None,
        northing=read_count(cell("northing"), "The northing", GRID[1]) or None,
        opened_on=read_start(cell("opened_on"), "The opening date"),
        closed_on=read_end(cell("closed_on"), "The closing date", status),
        says_open=status.startswith("open"),
    )


def group_row(values: Mapping[str, str], columns: Mapping[str, str]) -> GroupRow:
    """A group from one record."""

    def cell(field: str) -> str:
        return values.get(columns[field], "")

    name = " ".join(cell("name").split())
    if not name:
        raise RowRefused("The group has no name.")
    status = cell("status").casefold()
    opened_on = read_start(cell("opened_on"), "The opening date")
    return GroupRow(
        number=read_number(cell("number"), "The group's UID"),
        name=name,
        kind=read_text(cell("kind")),
        opened_on=opened_on or read_start(cell("incorporated_on"), "The date of incorporation"),
        closed_on=read_end(cell("closed_on"), "The closing date", status),
        says_open=status.startswith("open"),
    )


def link_row(values: Mapping[str, str], columns: Mapping[str, str]) -> LinkRow:
    """A school's place in a group from one record."""
    return LinkRow(
        group=read_number(values.get(columns["group"], ""), "The group's UID"),
        school=read_number(values.get(columns["school"], ""), "The URN"),
        joined_on=read_start(values.get(columns["joined_on"], ""), "The joining date"),
    )


def _kind(
    title: str,
    read: Callable[[Mapping[str, str], Mapping[str, str]], Row],
    columns: Mapping[str, str],
    needs: tuple[str, ...],
    short: bool = False,
) -> FileKind:
    folded = {field: fold_column(column) for field, column in columns.items()}
    return FileKind(
        title=title,
        needs=frozenset(folded[field] for field in needs),
        reads=frozenset(folded.values()),
        row=lambda values: read(values, folded),
        short=short,
    )


# The first kind whose needs are met is taken, so the more particular stand before the others.
COUNTRY = Country(
    key="england",
    title="England: Get information about schools",
    number_name="URN",
    attribution=(
        "Contains public sector information licensed under the Open Government Licence v3.0."
    ),
    kinds=(
        _kind("groups and their schools", link_row, LINKS, ("school", "group", "joined_on")),
        _kind("groups of schools", group_row, GROUPS, ("number", "name", "kind", "status")),
        _kind(
            "the register, official extract", school_row, OFFICIAL,
            ("number", "name", "authority_code", "postcode"),
        ),
        _kind(
            "the register, extract of establishments", school_row, EXTRACT,
            ("number", "name", "authority_code", "status", "postcode"),
        ),
        _kind(
            "short list of names", school_row, SHORT,
            ("number", "name", "town", "postcode"), short=True,
        ),
    ),
)  # fmt: skip
