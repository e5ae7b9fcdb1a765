"""Coming back from a backup, and moving to another database.

Nothing is touched before the whole file was read and found sound. Then a new house is built: on
SQLite in a file beside the old one, which takes its place at the very end; on PostgreSQL in one
transaction. A fault at any moment leaves all as it was.

`after_restore` holds what must be done to every database that came out of a backup before anybody
may use it: erasures that were asked for since are done again, for instance. Each floor adds its
own in `apps.ready()`; each is called without arguments, on the restored database, and may be
called again. One that fails stops the restore. The database that is replaced can no longer be asked then:
what must be known of it (who was erased) lies in EXCHANGE_HOME as well.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ConnectionHandler

from exchange.core import age, rows
from exchange.core.archive import Damaged
from exchange.core.backup import Contents, Reading, known_migrations, snapshot, verify

#: Tables that fill without anybody having done anything.
OWN = ("contenttypes.contenttype", "auth.permission", "core.pack", "core.choredone")
BESIDE = ("", "-wal", "-shm", "-journal")  # what belongs to an SQLite database

after_restore: list[Callable[[], None]] = []


class InTheWay(ValueError):
    """Something is there that would be lost; the sentence says what to do."""


def restore(path: Path, passphrase: str, *, replace: bool = False) -> Contents:
    """Put what a backup holds in place of the database and the uploads; what was in it.

    An older backup is brought up to date on the way. Raises ValueError with a sentence where the
    file is not fit (Damaged, age.Unreadable), or something is there already and `replace` is not
    said (InTheWay).
    """
    contents, uploads = verify(path, passphrase), Path(settings.MEDIA_ROOT)
    if not replace and (_has_rows() or any(uploads.rglob("*"))):
        raise InTheWay(
            "There is something in the database or among the uploads already. "
            "Add --replace to lose it, after a backup of its own."
        )
    with _new_uploads(uploads) as (drafts, exchange_them), _built(connection.settings_dict):
        _schema(contents.migrations)
        with transaction.atomic():
            rows.flush(contents.apps, "default")
            with path.open("rb") as file:
                reading = Loading(age.Opening(file, passphrase), contents, drafts)
                if reading.through() != contents:
                    raise Damaged("The file changed while it was read.")
            _settle(contents.apps, contents.tables)
        call_command("migrate", interactive=False, verbosity=0)
        for one in after_restore:
            one()
        connection.check_constraints()
        exchange_them()
    cache.clear()
    return contents


def move(target: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Copy the database into another, empty one (Django's words for it); rows and sum of each
    table, which are equal on both sides. The uploads stay where they are."""
    with snapshot() as source:
        migrations = known_migrations(source)
        apps = rows.models_after(migrations)
        told = rows.sums(apps, source)
        if target["ENGINE"].endswith("sqlite3") and Path(target["NAME"]).exists():
            raise InTheWay("There is a file of that name already. Name another.")
        with _built(target):
            _schema(migrations)
            if _has_rows():
                raise InTheWay("The other database is not empty. Name one without tables.")
            with transaction.atomic():
                rows.flush(apps, "default")
                for table in rows.kept(apps):
                    rows.load(table, "default", rows.lines(table, source))
                _settle(apps, told)
    return told


class Loading(Reading):
    """Reads a backup for the second time, into the default database and a folder of uploads."""

    def __init__(self, source: age.Opening, contents: Contents, drafts: Path) -> None:
        self.files, self.drafts = contents.files, drafts
        super().__init__(source)

    def table(self, table: rows.Table, lines: Iterator[bytes]) -> None:
        if rows.label(table) in rows.left_out:  # it was kept once
            super().table(table, lines)
        else:
            rows.load(table, "default", lines)

    def upload(self, number: int, pieces: Iterator[bytes]) -> None:
        if number > len(self.files):
            raise Damaged("The file changed while it was read.")
        path = self.drafts / self.files[number - 1]["path"]
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines(pieces)
            _to_disk(file.fileno())


def _to_disk(descriptor: int) -> None:
    os.fsync(descriptor)


def _schema(migrations: frozenset[tuple[str, str]]) -> None:
    """Make the tables as they were after these migrations, where there are none yet."""
    there = rows.applied(connection)
    if there == migrations:
        return
    if there:
        raise InTheWay(
            "The database has the tables of another version. Name a new, empty one in "
            "DATABASE_URL and restore into that; what is older is brought up to date on the way."
        )
    MigrationExecutor(connection).migrate(rows.ends(migrations))


def _settle(apps: Apps, told: dict[str, dict[str, Any]]) -> None:
    """Check what was loaded: every row points at one that is there, and the sums are as told."""
    connection.check_constraints()
    rows.count_on(apps, "default")
    if any(told[name] != sums for name, sums in rows.sums(apps, "default").items()):
        raise Damaged("The database does not give back what was put in.")


def _has_rows() -> bool:
    """Whether the default database holds anything that somebody put in. One that cannot be
    read may hold what somebody still wants."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return False
    try:
        there = set(connection.introspection.table_names())
        tables = rows.tables(rows.models_after(rows.applied(connection)))
        return any(
            table._base_manager.using("default").exists()
            for table in tables
            if rows.label(table) not in OWN and table._meta.db_table in there
        )
    except DatabaseError:
        return True


@contextmanager
def leading(to: dict[str, Any]) -> Iterator[None]:
    """Within this block the default connection leads to the database `to` (Django's words)."""
    was = connections["default"]
    there = ConnectionHandler({"default": deepcopy(to)})["default"]
    connections["default"] = there
    try:
        yield
    finally:
        there.close()
        connections["default"] = was


@contextmanager
def _built(target: dict[str, Any]) -> Iterator[None]:
    """Within this block the default connection leads to a place to build in; at its good end that
    place is the database `target`, at a bad one `target` is what it was."""
    if not target["ENGINE"].endswith("sqlite3"):
        with leading(target), transaction.atomic():
            yield
        return
    path = Path(target["NAME"])
    draft = path.with_name(f"{path.name}.restoring")
    _remove(draft)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with leading({**target, "NAME": str(draft)}):
            yield
        connection.close()
        with draft.open("rb") as file:
            _to_disk(file.fileno())
        # The old one's log would be taken for the new one's.
        _remove(path, BESIDE[1:])
        draft.replace(path)
        _folder_to_disk(path.parent)
    finally:
        _remove(draft)


def _remove(path: Path, endings: tuple[str, ...] = BESIDE) -> None:
    for ending in endings:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _folder_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _to_disk(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _new_uploads(uploads: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A folder for uploads to be, and what puts it in place of the old one. Should the block fail
    after that, the old one is put back."""
    uploads.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = Path(mkdtemp(prefix=f"{uploads.name}.restoring-", dir=uploads.parent))
    drafts, old = place / "new", place / "old"
    drafts.mkdir(mode=0o700)

    def exchange_them() -> None:
        if uploads.exists():
            uploads.rename(old)
        drafts.rename(uploads)

    try:
        yield drafts, exchange_them
    except BaseException:
        if old.exists():
            uploads.rename(drafts)
            old.rename(uploads)
        shutil.rmtree(place)
        raise
    for done in uploads.parent.glob(f"{uploads.name}.restoring-*"):  # ours, and of those cut short
        shutil.rmtree(done)
