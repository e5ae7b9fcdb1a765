"""Bring files of a public register into the directory: all of them or nothing.

Files are first read and judged outside any transaction (nothing waits for it), then written in
one. Reading the same file again changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from exchange.directory.models.events import record
from exchange.directory.models.schools import GroupLink, RegisterReading, School, SchoolGroup
from exchange.directory.register import COUNTRIES
from exchange.directory.register.reading import Refusal, Table, WrongFile
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

# What is being done to which file, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]
BATCH = 500
SCHOOL_FIELDS = [name for name in SchoolRow.__dataclass_fields__ if name != "says_open"]
GROUP_FIELDS = [name for name in GroupRow.__dataclass_fields__ if name != "says_open"]
LIMITS: dict[type[School] | type[SchoolGroup], dict[str, int]] = {
    model: {
        column.name: column.max_length
        for column in model._meta.concrete_fields
        if column.max_length
    }
    for model in (School, SchoolGroup)
}
KEPT_OPEN = "A short list says that this school closed; the register's own extract has it open."
# A file of links that lacks more than this share of what we hold of its groups is taken for a part
# of one, unless it is only about a handful of schools.
MOST_ENDED, HANDFUL = 1 / 4, 10
T = TypeVar("T")


@dataclass
class Report:
    """What one file did, by line number."""

    name: str
    kind: str
    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    unchanged: int = 0
    left_out: list[Refusal] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    # Links that the file no longer has, in words; they stand on no line.
    ended: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class _File:
    table: Table
    country: Country
    kind: FileKind
    report: Report
    # Whether every row could be read; only then does what is missing say anything.
    whole: bool = True
    # (line, row), in the order of the file.
    rows: list[tuple[int, Row]] = field(default_factory=list)


def import_register(
    *,
    paths: Sequence[str | Path],
    register: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> list[Report]:
    """Read files of public registers and write what they tell; one report for each, in order.

    Whose register a file is of is seen from its columns, unless `register` names one. Schools
    come before groups, groups before links, whatever the order of `paths`. With `dry_run`
    everything is done and then undone. Raises WrongFile, with a sentence that names the file,
    before anything is written. Run by the operator of the machine: there is no person to ask a
    permission of.
    """
    if register is not None and register not in COUNTRIES:
        known = ", ".join(sorted(COUNTRIES))
        raise WrongFile(f"There is no register “{register}”. Registers we read: {known}.")
    countries = list(COUNTRIES.values()) if register is None else [COUNTRIES[register]]
    files = [_recognise(Path(path), countries) for path in paths]
    # In the order in which a country lists its kinds, backwards: links need what stands below.
    files.sort(key=lambda f: (countries.index(f.country), -f.country.kinds.index(f.kind)))
    for file in files:
        _judge_rows(file, progress)
    with transaction.atomic():
        for file in files:
            _write(file, file.country, progress)
        transaction.set_rollback(dry_run)
    return [file.report for file in files]


def _recognise(path: Path, countries: Sequence[Country]) -> _File:
    """Open a file and see from its columns of which register and kind it is."""
    try:
        table = Table(path)
    except WrongFile as wrong:
        raise WrongFile(f"{path.name}: {wrong}") from None
    fits = [(one, kind) for one in countries if (kind := one.recognise(table.columns))]
    if len(fits) > 1:
        keys = ", ".join(country.key for country, _ in fits)
        raise WrongFile(
            f"{path.name}: its columns fit several registers ({keys}). Say which: --register KEY."
        )
    if not fits:
        known = [kind for country in countries for kind in country.kinds]
        raise WrongFile(
            f"{path.name}: these are not the columns of a file we read. We look for one of: "
            + "; ".join(f"{kind.title} ({', '.join(sorted(kind.needs))})" for kind in known)
            + "."
        )
    ((country, kind),) = fits
    return _File(table, country, kind, Report(path.name, kind.title))


def _judge_rows(file: _File, progress: Progress | None) -> None:
    """Turn every record of the file into a row, or into a refusal with its line number."""
    label = f"Reading {file.table.path.name}"
    seen: dict[object, int] = {}

    def read(amount: int) -> None:
        if progress:
            progress(label, amount, file.table.size)

    for found in file.table.records(file.kind.reads, read):
        if isinstance(found, Refusal):
            file.report.refused.append(found)
            file.whole = False
            continue
        try:
            row = file.kind.row(found.values)
            _check_lengths(row)
            key = (row.group, row.school) if isinstance(row, LinkRow) else row.number
        except RowLeftOut as why:
            file.report.left_out.append(Refusal(found.line, str(why)))
        except RowRefused as why:
            file.report.refused.append(Refusal(found.line, str(why)))
            file.whole = False
        else:
            if key in seen:
                why_not = f"The same number stands on line {seen[key]} already."
                file.report.refused.append(Refusal(found.line, why_not))
                continue
            seen[key] = found.line
            file.rows.append((found.line, row))


def _check_lengths(row: Row) -> None:
    """Refuse a row whose text our columns cannot hold; cutting it would invent a value."""
    if isinstance(row, LinkRow):
        return
    for name, most in LIMITS[School if isinstance(row, SchoolRow) else SchoolGroup].items():
        length = len(getattr(row, name, ""))
        if length > most:
            raise RowRefused(f"The {name} has {length} characters; we can keep {most}.")


def _write(file: _File, country: Country, progress: Progress | None) -> None:
    label = f"Writing {file.table.path.name}"
    for batch in _batches(file.rows, BATCH):
        if isinstance(batch[0][1], SchoolRow):
            _write_schools(file, country, batch)
        elif isinstance(batch[0][1], GroupRow):
            _write_groups(file, country, batch)
        else:
            _write_links(file, country, batch)
        if progress:
            progress(label, len(batch), len(file.rows))
    _end_links(file, country)
    file.report.refused.sort(key=lambda refusal: refusal.line)
    file.rows.clear()
    counts = {
        "added": len(file.report.added),
        "changed": len(file.report.changed),
        "closed": len(file.report.closed) + len(file.report.ended),
        "unchanged": file.report.unchanged,
        "left_out": len(file.report.left_out),
        "refused": len(file.report.refused),
    }
    reading = RegisterReading.objects.create(register=country.key, kind=file.kind.title, **counts)
    record(None, "register_read", reading, network=None, **counts)


def _write_schools(file: _File, country: Country, batch: Sequence[tuple[int, Row]]) -> None:
    known = {
        school.number: school
        for school in School.objects.filter(register=country.key, number__in=_numbers(batch))
    }
    write: list[School] = []
    for line, row in batch:
        assert isinstance(row, SchoolRow)
        school = known.get(row.number)
        was_open = school is None or school.is_open
        described = school is not None and bool(
            school.authority_code or school.phase or school.kind
        )
        fresh = _merged(school, row, fill_only=file.kind.short and described, fields=SCHOOL_FIELDS)
        if file.kind.short and described and school and row.closed_on and school.is_open:
            file.report.left_out.append(Refusal(line, KEPT_OPEN))
        if school is not None and all(fresh[n] == getattr(school, n) for n in SCHOOL_FIELDS):
            file.report.unchanged += 1
            continue
        made = School(register=country.key, **fresh)
        write.append(made)
        _count(file.report, line, new=school is None, closed=was_open and not made.is_open)
    School.objects.bulk_create(
        write,
        update_conflicts=True,
        unique_fields=["register", "number"],
        update_fields=[*SCHOOL_FIELDS[1:], "noted_at"],
    )


def _write_groups(file: _File, country: Country, batch: Sequence[tuple[int, Row]]) -> None:
    known = {
        group.number: group
        for group in SchoolGroup.objects.filter(register=country.key, number__in=_numbers(batch))
    }
    write: list[SchoolGroup] = []
    for line, row in batch:
        assert isinstance(row, GroupRow)
        group = known.get(row.number)
        fresh = _merged(group, row, fill_only=False, fields=GROUP_FIELDS)
        if group is not None and all(fresh[n] == getattr(group, n) for n in GROUP_FIELDS):
            file.report.unchanged += 1
            continue
        made = SchoolGroup(register=country.key, **fresh)
        write.append(made)
        was_open = group is None or group.is_open
        _count(file.report, line, new=group is None, closed=was_open and not made.is_open)
    SchoolGroup.objects.bulk_create(
        write,
        update_conflicts=True,
        unique_fields=["register", "number"],
        update_fields=GROUP_FIELDS[1:],
    )


def _write_links(file: _File, country: Country, batch: Sequence[tuple[int, Row]]) -> None:
    rows = [(line, row) for line, row in batch if isinstance(row, LinkRow)]
    schools = _ids(School, country, {row.school for _, row in rows})
    groups = _ids(SchoolGroup, country, {row.group for _, row in rows})
    known = {
        (link.group_id, link.school_id): link
        for link in GroupLink.objects.filter(school__in=schools.values(), left_on__isnull=True)
    }
    write: list[GroupLink] = []
    rewrite: list[GroupLink] = []
    for line, row in rows:
        if row.school not in schools or row.group not in groups:
            what = "school" if row.school not in schools else "group"
            why = f"We hold no {what} {getattr(row, what)}: read the file of {what}s first."
            file.report.refused.append(Refusal(line, why))
            continue
        link = known.get((groups[row.group], schools[row.school]))
        if link is None:
            made = GroupLink(
                group_id=groups[row.group], school_id=schools[row.school], joined_on=row.joined_on
            )
            write.append(made)
            file.report.added.append(line)
        elif row.joined_on and row.joined_on != link.joined_on:
            link.joined_on = row.joined_on
            rewrite.append(link)
            file.report.changed.append(line)
        else:
            file.report.unchanged += 1
    GroupLink.objects.bulk_create(write)
    GroupLink.objects.bulk_update(rewrite, ["joined_on"], batch_size=100)


def _end_links(file: _File, country: Country) -> None:
    """End the links of the file's groups that the file no longer has, as of today.

    A file tells only of the groups that occur in it, and of those all schools. Where a row could
    not be read, or far too many are missing, it may be a part of a file: then nothing ends.
    """
    listed: dict[str, set[str]] = {}
    for _, row in file.rows:
        if isinstance(row, LinkRow):
            listed.setdefault(row.group, set()).add(row.school)
    held: list[GroupLink] = []
    for numbers in _batches(sorted(listed), BATCH):
        links = GroupLink.objects.filter(left_on__isnull=True, group__register=country.key)
        held += links.filter(group__number__in=numbers).select_related("group", "school")
    gone = [link for link in held if link.school.number not in listed[link.group.number]]
    if not gone:
        return
    if not file.whole or len(gone) > max(HANDFUL, MOST_ENDED * len(held)):
        why = "rows could not be read" if not file.whole else "this may be a part of a file"
        file.report.notes.append(
            f"{len(gone):,} links to schools are not in this file, but {why}: none was ended."
        )
        return
    for link in gone:
        link.left_on = timezone.localdate()
        file.report.ended.append(
            f"{link.school.number} {link.school.name} has left {link.group.number} {link.group.name}"
        )
    GroupLink.objects.bulk_update(gone, ["left_on"], batch_size=100)


def _merged(
    held: School | SchoolGroup | None,
    row: SchoolRow | GroupRow,
    *,
    fill_only: bool,
    fields: list[str],
) -> dict[str, object]:
    """The values to hold after this row: a blank never replaces what we know.

    With `fill_only` neither does a value, and nothing is closed. Otherwise the closing date
    follows the file: kept if it says nothing, undone if it says "open".
    """
    if held is None:
        return {name: getattr(row, name) for name in fields}
    fresh: dict[str, object] = {}
    for name in fields:
        old, new = getattr(held, name), getattr(row, name)
        keep = new in (None, "") or (fill_only and old not in (None, ""))
        fresh[name] = old if keep else new
    if fill_only:
        fresh["closed_on"] = held.closed_on
    elif row.closed_on is None and row.says_open:
        fresh["closed_on"] = None
    elif row.closed_on == UNKNOWN_DATE and held.closed_on:
        fresh["closed_on"] = held.closed_on
    return fresh


def _count(report: Report, line: int, *, new: bool, closed: bool) -> None:
    if new:
        report.added.append(line)
    elif closed:
        report.closed.append(line)
    else:
        report.changed.append(line)


def _ids(
    model: type[School] | type[SchoolGroup], country: Country, numbers: set[str]
) -> dict[str, int]:
    found = model._default_manager.filter(register=country.key, number__in=numbers)
    return dict(found.values_list("number", "pk"))


def _numbers(batch: Sequence[tuple[int, Row]]) -> list[str]:
    return [row.number for _, row in batch if not isinstance(row, LinkRow)]


def _batches(rows: list[T], size: int) -> Iterator[list[T]]:
    """Pieces of a list, one after the other."""
    walk = iter(rows)
    while piece := list(islice(walk, size)):
        yield piece
