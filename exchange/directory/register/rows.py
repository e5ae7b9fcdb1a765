"""What a register tells us, country by country the same: schools, groups, and who is in which.

Pure. A country module turns a record of its own file into one of these rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

# "Closed, nobody knows when": England's register writes this day where it knows no date.
UNKNOWN_DATE = date(1900, 1, 1)


class RowRefused(Exception):
    """The row cannot be taken; its text is a sentence that says why."""


class RowLeftOut(Exception):
    """The row is in order but is no business of ours; its text says why."""


@dataclass(slots=True)
class SchoolRow:
    """One school as one file tells it. A blank means that the file does not say."""

    number: str
    name: str
    phase: str = ""
    kind: str = ""
    authority_code: str = ""
    authority: str = ""
    street: str = ""
    locality: str = ""
    town: str = ""
    county: str = ""
    postcode: str = ""
    website: str = ""
    low_age: int | None = None
    high_age: int | None = None
    easting: int | None = None
    northing: int | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    # True where the file says in so many words that the school is open. It then undoes an
    # earlier closing date, which a mere blank does not.
    says_open: bool = False


@dataclass(slots=True)
class GroupRow:
    """One trust, federation, sponsor or collaboration."""

    number: str
    name: str
    kind: str
    opened_on: date | None = None
    closed_on: date | None = None
    says_open: bool = False


@dataclass(slots=True)
class LinkRow:
    """One school belongs to one group."""

    group: str
    school: str
    joined_on: date | None = None


Row = SchoolRow | GroupRow | LinkRow


@dataclass(frozen=True)
class FileKind:
    """One kind of file a register publishes, recognised by the columns it must have.

    `needs` and `reads` are folded column names (see reading.fold_column). `row` makes the row
    from a record holding those columns; it raises RowRefused or RowLeftOut.
    `short` marks a list poorer than the register itself: for a school that a full extract has
    described, it only fills what is blank, and neither renames nor closes.
    """

    title: str
    needs: frozenset[str]
    reads: frozenset[str]
    row: Callable[[Mapping[str, str]], Row]
    short: bool = False


@dataclass(frozen=True)
class Country:
    """A public register of schools: what it is called and which files we read of it."""

    key: str
    title: str
    number_name: str
    attribution: str
    kinds: tuple[FileKind, ...]

    def recognise(self, columns: list[str]) -> FileKind | None:
        """The kind of a file with these folded columns, or None."""
        held = frozenset(columns)
        return next((kind for kind in self.kinds if kind.needs <= held), None)
