"""Seed, back up, lose everything, restore: the same rows and the same uploads, on both engines;
and nothing changes where a restore cannot be brought to its end."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps as django_apps
from django.db import connection

from exchange.core import backup, restoring, rows
from exchange.core.models import Letter
from exchange.directory.models import Person, Visit
from tests.dbs.spare import spare, sqlite
from tests.world import World

PASSPHRASE = "four plain words here"
UPLOADS = {"a.txt": b"", "deep/Ysgol Môr.png": bytes(range(256)) * 5000}


def write(path: Path) -> Path:
    """A backup of what this test sees."""
    with path.open("wb") as file:
        backup.write(file, PASSPHRASE, using="default")
    return path


def sums() -> dict[str, Any]:
    return rows.sums(rows.models_after(rows.applied(connection)), "default")


def files(folder: Path) -> dict[str, bytes]:
    """What is in a folder, whole."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def uploads(tmp_path: Path, settings: Any) -> Path:
    """Uploads, as if there were any yet."""
    folder = tmp_path / "media"
    for name, content in UPLOADS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture
def after() -> Any:
    """The list of what is done after a restore; put back after the test."""
    kept = list(restoring.after_restore)
    yield restoring.after_restore
    restoring.after_restore[:] = kept


def test_the_drill(world: World, tmp_path: Path, uploads: Path, settings: Any, after: Any) -> None:
    """Restored on an empty database, once more over it, moved to a file and back: equal sums."""
    world.client("ada")  # signs in: a session, which no backup keeps
    Letter.objects.create(kind="note", sealed=b"x")
    assert Visit.objects.count() > 0
    before = sums()
    path = write(tmp_path / "one.age")
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    seen = []
    after.insert(0, lambda: seen.append(sums()))
    with spare(tmp_path) as empty, restoring.leading(empty):
        contents = restoring.restore(path, PASSPHRASE)
        assert (contents.tables, seen) == (before, [before])
        assert files(tmp_path / "elsewhere") == UPLOADS
        assert (Visit.objects.count(), Letter.objects.waiting().count()) == (0, 0)

        with pytest.raises(restoring.InTheWay):
            restoring.restore(path, PASSPHRASE)
        person = Person.objects.create_user("late@example.org", None, "Late")
        assert person.pk > Person.objects.exclude(pk=person.pk).latest("pk").pk
        (tmp_path / "elsewhere" / "late.txt").write_bytes(b"late")
        (tmp_path / "elsewhere.restoring-x").mkdir()  # of one that was cut short
        restoring.restore(path, PASSPHRASE, replace=True)
        assert list(tmp_path.glob("*.restoring*")) == []
        assert (seen[1], files(tmp_path / "elsewhere")) == (before, UPLOADS)

        now = sums()
        assert restoring.move(sqlite(tmp_path / "away")) == now
        with spare(tmp_path, "back") as back:
            with restoring.leading(sqlite(tmp_path / "away")):
                assert (sums(), restoring.move(back)) == (now, now)
                with pytest.raises(restoring.InTheWay):
                    restoring.move(back)
            with restoring.leading(back):
                assert sums() == now
                Person.objects.create_user("later@example.org", None, "Later")
    assert sums() == before


def fails() -> None:
    raise ZeroDivisionError


def test_a_restore_that_fails_at_the_end_changes_nothing(
    world: World, tmp_path: Path, uploads: Path, after: Any
) -> None:
    path = write(tmp_path / "one.age")
    with spare(tmp_path) as empty, restoring.leading(empty):
        restoring.restore(path, PASSPHRASE, replace=True)
        Person.objects.create_user("late@example.org", None, "Late")
        (uploads / "late.txt").write_bytes(b"late")
        before, there = sums(), files(uploads)
        after.append(fails)
        with pytest.raises(ZeroDivisionError):
            restoring.restore(path, PASSPHRASE, replace=True)
        assert (sums(), files(uploads)) == (before, there)
        left = {path.name for path in tmp_path.iterdir()} - {"spare"}
        assert left == {"media", "one.age"}
        assert [path.name for path in tmp_path.glob("spare/*.restoring*")] == []
        after.pop()
        with pytest.raises(OSError, match="read-only"):
            refuse_exchange(uploads)
        assert (sums(), files(uploads)) == (before, there)


def refuse_exchange(uploads: Path) -> None:
    """A fault after the uploads were exchanged: the last moment of all."""
    with restoring._new_uploads(uploads) as (drafts, exchange_them):
        (drafts / "new.txt").write_bytes(b"new")
        exchange_them()
        assert files(uploads) == {"new.txt": b"new"}
        raise OSError("read-only")


def test_every_table_can_be_kept(db: None) -> None:
    """In one order on both engines: keys are numbers or UUIDs; and row by row, so no table lies
    upon another's."""
    tables = rows.kept(rows.models_after(rows.applied(connection)))
    kinds = {table._meta.pk.get_internal_type() for table in tables}
    assert kinds <= {"AutoField", "BigAutoField", "OneToOneField", "UUIDField"}
    assert [rows.label(table) for table in tables if table._meta.parents] == []
    assert [rows.label(table) for table in tables] == [
        rows.label(table) for table in rows.kept(django_apps)
    ]


def test_plain_forms_are_the_same_from_both_engines() -> None:
    """PostgreSQL gives a large float back as a whole number, and knows no negative nought."""
    at = datetime(2026, 11, 25, 6, 5, 4, 321, tzinfo=UTC)
    values = [1e22, -0.0, 0.1, {"b": [2.0**53, None], "a": "é\ud800"}, b"ab", at, at.date()]
    told = rows.line([*values, timedelta(days=1), Decimal("1.50"), UUID(int=7)])
    assert told == (
        b'[10000000000000000000000,0.0,0.1,{"a":"\\u00e9\\ud800","b":[9007199254740992,null]},'
        b'"YWI=","2026-11-25T06:05:04.000321+00:00","2026-11-25","P1DT00H00M00S","1.50",'
        b'"00000000-0000-0000-0000-000000000007"]\n'
    )
    with pytest.raises(TypeError):
        rows.line([object()])
