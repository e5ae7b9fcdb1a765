"""One file that holds all: the rows of every table, the uploads, and what it takes to know that
they are whole. Sealed with a passphrase (`age.py`); inside a tar file (`archive.py`):

    backup.json                        what this is, the migrations, the tables and their columns
    rows/directory.person/000001.gz    rows as JSON, one a line (`rows.py`); a part is about 1 MB
    files/000001                       an upload
    sums.json                          of each table the rows and their sum; of each upload its
                                       place, size and sum

The same from SQLite and PostgreSQL. SECRET_KEY is not inside (docs/decisions/0020).
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps.registry import Apps
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone
from psycopg import IsolationLevel

from exchange.core import age, rows
from exchange.core.archive import PIECE, Damaged, Member, Target, Writing, members

FORMAT, VERSION = "learning-exchange backup", 1
SNAPSHOT = "snapshot"
FOREIGN = "This is not a backup of a Learning Exchange."


@dataclass
class Contents:
    """What is in a backup, once it was read to its end and found whole."""

    made: str
    migrations: frozenset[tuple[str, str]]
    key: str
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)

    @property
    def apps(self) -> Apps:
        """The models as they were when it was made."""
        return rows.models_after(self.migrations)

    @property
    def rows(self) -> int:
        return sum(one["rows"] for one in self.tables.values())


def key_mark() -> str:
    """By which a SECRET_KEY is known again without being told: eight bytes derived from it."""
    made = HKDF(SHA256(), 8, salt=None, info=b"exchange backup key")
    return made.derive(settings.SECRET_KEY.encode()).hex()


@contextmanager
def snapshot() -> Iterator[str]:
    """The alias of a connection that sees the database as it is at this moment, while others go
    on writing."""
    connection = connections["default"].copy(SNAPSHOT)
    if connection.vendor == "sqlite":
        if not Path(connection.settings_dict["NAME"]).exists():
            raise Damaged("There is no database yet. Run `exchange migrate` first.")
        # Reading must not take the one place there is for a writer.
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"
    else:
        connection.settings_dict["OPTIONS"]["isolation_level"] = IsolationLevel.REPEATABLE_READ
    connections[SNAPSHOT] = connection
    try:
        with transaction.atomic(SNAPSHOT):
            yield SNAPSHOT
    finally:
        connection.close()
        del connections[SNAPSHOT]


def known_migrations(using: str) -> frozenset[tuple[str, str]]:
    """The migrations of a database; Damaged where there are none, or some that we do not know."""
    migrations = rows.applied(connections[using])
    if not migrations:
        raise Damaged("The database is empty. Is DATABASE_URL the right one?")
    if strange := rows.unknown(migrations):
        raise Damaged(
            f"The database is newer than this software, which does not know {strange[0]}."
        )
    return migrations


def write(target: BinaryIO, passphrase: str, *, using: str) -> None:
    """Write everything into `target`, sealed. `using` should be a snapshot's alias.

    Raises Damaged, with a sentence, where the database is newer than this software.
    """
    sealing = age.Sealing(target, passphrase, settings.BACKUP_WORK)
    write_plain(sealing, using=using)
    sealing.finish()


def write_plain(target: Target, *, using: str) -> None:
    """The same, not sealed."""
    migrations = known_migrations(using)
    archive, apps = Writing(target), rows.models_after(migrations)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "made": timezone.now().isoformat(timespec="seconds"),
        "key": key_mark(),
        "migrations": sorted(migrations),
        "tables": {rows.label(table): rows.names(table) for table in rows.kept(apps)},
    }
    archive.add("backup.json", _json(head))
    sums = {rows.label(table): _add_table(archive, table, using) for table in rows.kept(apps)}
    archive.add("sums.json", _json({"tables": sums, "files": _add_files(archive)}))
    archive.finish()


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, indent=1).encode()


def _add_table(archive: Writing, table: rows.Table, using: str) -> dict[str, Any]:
    """Add a table's parts; its rows and sum."""
    one, part, number = rows.Sum(), bytearray(), 0
    for text in one.passing(rows.lines(table, using)):
        part += text
        if len(part) >= PIECE:
            number += 1
            archive.add_packed(_part(table, number), bytes(part))
            part.clear()
    if part:
        archive.add_packed(_part(table, number + 1), bytes(part))
    return one.told()


def _part(table: rows.Table, number: int) -> str:
    return f"rows/{rows.label(table)}/{number:06}"


def _add_files(archive: Writing) -> list[dict[str, Any]]:
    """Add the uploads; the place, size and sum of each. They are read after the rows: one that
    goes meanwhile is missing, as its row will be; one that comes may be there without a row."""
    folder = Path(settings.MEDIA_ROOT)
    told: list[dict[str, Any]] = []
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    for path in paths:
        one = hashlib.sha256()
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue
        with file:
            size = os.fstat(file.fileno()).st_size
            pieces = iter(partial(file.read, PIECE), b"")
            archive.add_pieces(f"files/{len(told) + 1:06}", size, _summed(pieces, one))
        place = path.relative_to(folder).as_posix()
        told.append({"path": place, "size": size, "sha256": one.hexdigest()})
    return told


def _summed(pieces: Iterator[bytes], one: Any) -> Iterator[bytes]:
    for piece in pieces:
        one.update(piece)
        yield piece


class Reading:
    """A backup being read from its beginning to its end, everything in it looked at.

    What is read is handed on while it passes: `table(rows.Table, lines)` and
    `upload(number, pieces)` are called for each, and must use up what they are given. Damaged, at
    whatever place, means that the file is not to be used at all.
    """

    def __init__(self, source: "age.Opening | BinaryIO") -> None:
        self._members = members(source)
        self._next: Member | None = next(self._members, None)
        self.contents = self._head()

    def table(self, table: rows.Table, lines: Iterator[bytes]) -> None:
        """Looks at the rows; overridden where they are to be kept."""
        for text in lines:
            rows.read(table, text)

    def upload(self, number: int, pieces: Iterator[bytes]) -> None:
        """Looks at an upload; overridden where it is to be kept."""
        for _ in pieces:
            pass

    def through(self) -> Contents:
        """Read it all; what is in it."""
        sums: dict[str, Any] = {}
        for table in self._tables:
            one = rows.Sum()
            self.table(table, one.passing(self._lines(table)))
            sums[rows.label(table)] = one.told()
        files = list(self._uploads())
        told = self._object("sums.json")
        if self._next is not None or set(told) != {"tables", "files"} or told["tables"] != sums:
            raise Damaged("The rows are not those that were put in.")
        self.contents.tables, self.contents.files = sums, _placed(told["files"], files)
        return self.contents

    def _head(self) -> Contents:
        head = self._object("backup.json", FOREIGN)
        if head.get("format") != FORMAT:
            raise Damaged(FOREIGN)
        if head.get("version") != VERSION:
            raise Damaged("It was made by a newer version of the software. Install that one.")
        try:
            migrations = frozenset((str(app), str(name)) for app, name in head["migrations"])
            made = datetime.fromisoformat(head["made"]).isoformat(timespec="seconds")
            contents = Contents(made, migrations, str(head["key"]))
        except (KeyError, TypeError, ValueError):
            raise Damaged(FOREIGN) from None
        if strange := rows.unknown(migrations):
            raise Damaged(
                "It was made by a newer version of the software, which knows of "
                f"{strange[0][:80]!a}. Install that one."
            )
        told = head.get("tables")
        there = {rows.label(table): table for table in rows.tables(contents.apps)}
        self._tables = [
            there[name] for name in sorted(there) if isinstance(told, dict) and name in told
        ]
        if (
            not migrations
            or told != {rows.label(table): rows.names(table) for table in self._tables}
            or not set(rows.kept(contents.apps)) <= set(self._tables)
        ):
            raise Damaged("Its tables are not those of the version that it says it comes from.")
        return contents

    def _take(self) -> Member:
        if self._next is None:
            raise Damaged("The file is not whole.")
        return self._next

    def _object(self, name: str, otherwise: str = "The file is damaged.") -> dict[str, Any]:
        """The JSON object in the member of this name, which must be the next one."""
        member = self._take()
        if member.name != name:
            raise Damaged(otherwise)
        try:
            found = json.loads(member.whole())
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Damaged(otherwise)
        self._next = next(self._members, None)
        return found

    def _lines(self, table: rows.Table) -> Iterator[bytes]:
        """The lines of a table's parts."""
        number = 1
        while self._take().name.removesuffix(".gz") == _part(table, number):
            yield from self._take().whole().splitlines(keepends=True)
            self._next, number = next(self._members, None), number + 1

    def _uploads(self) -> Iterator[tuple[int, str]]:
        """Size and sum of each upload."""
        number = 1
        while (member := self._take()).name == f"files/{number:06}":
            one = hashlib.sha256()
            self.upload(number, _summed(member.pieces(), one))
            yield member.size, one.hexdigest()
            self._next, number = next(self._members, None), number + 1


def _placed(told: Any, files: list[tuple[int, str]]) -> list[dict[str, Any]]:
    """The uploads as the backup tells of them; Damaged unless they are those that were in it, and
    each has a place of its own below the folder of uploads."""
    try:
        as_told = [(one["size"], one["sha256"]) for one in told]
        places = [one["path"].split("/") for one in told]
    except (TypeError, KeyError, AttributeError):
        as_told, places = [], []
    if as_told != files:
        raise Damaged("The uploads are not those that were put in.")
    folders = {tuple(parts[:depth]) for parts in places for depth in range(1, len(parts))}
    taken = {tuple(parts) for parts in places}
    if len(taken) < len(places) or taken & folders:
        raise Damaged("Two uploads have one place.")
    for parts in places:
        if {"", ".", ".."} & set(parts) or any(sign in part for sign in "\0\\" for part in parts):
            raise Damaged("An upload has a place outside the folder of uploads.")
    return [dict(one) for one in told]


def verify(path: Path, passphrase: str) -> Contents:
    """Read a backup to its end, keeping nothing; what is in it.

    Raises age.Unreadable or Damaged, both ValueError with a sentence.
    """
    with path.open("rb") as file:
        return Reading(age.Opening(file, passphrase)).through()
