"""Backups in a folder, as the commands make, check, thin out and restore them."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from exchange.__main__ import main
from exchange.core import backup, keeping, restoring, serving
from exchange.core.models import Pack
from tests.dbs.spare import spare

WORDS = "four plain words here"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An EXCHANGE_HOME of this test, and a passphrase in the environment."""
    settings.HOME = tmp_path / "home"
    settings.MEDIA_ROOT = settings.HOME / "media"
    monkeypatch.setenv("EXCHANGE_BACKUP_PASSPHRASE", WORDS)
    monkeypatch.delenv("EXCHANGE_BACKUP_PASSPHRASE_FILE", raising=False)
    return settings.HOME


def backups(home: Path) -> list[Path]:
    return sorted((home / "backups").iterdir())


def test_backup_verify_restore_by_command(home: Path, tmp_path: Path, capsys: Any) -> None:
    assert main(["backup"]) == 0
    (path,) = backups(home)
    assert keeping.NAME.fullmatch(path.name)
    assert [oct(one.stat().st_mode & 0o777) for one in (path, path.parent)] == ["0o600", "0o700"]
    assert (main(["verify-backup", str(path)]), keeping.last() is not None) == (0, True)
    with spare(tmp_path) as empty, restoring.leading(empty):
        assert main(["restore", str(path)]) == 0
        assert Pack.objects.count() == 0
    said = capsys.readouterr()
    assert (said.out.count("rows, 0 uploads"), said.err) == (3, "")


def test_a_backup_never_takes_the_place_of_a_file_and_leaves_no_halves(
    home: Path, capsys: Any
) -> None:
    home.mkdir()
    named, letter = home / "mine.age", home / "letter"
    letter.write_text("not a folder")
    assert (main(["backup", str(named)]), main(["backup", str(named)])) == (0, 2)
    assert main(["backup", str(letter / "deep")]) == 2
    assert sorted(one.name for one in home.iterdir()) == ["letter", "mine.age"]
    assert capsys.readouterr().err.splitlines() == [
        f"exchange: No backup was made. File exists: {named}.",
        f"exchange: No backup was made. Not a directory: {letter / 'deep'}.",
    ]


def test_a_full_disk_leaves_nothing_and_says_so(home: Path, capsys: Any) -> None:
    """/dev/full takes nothing, as a full disk does."""
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError, match="space"):
        backup.write(full, WORDS, using="default")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "There is no passphrase."),
        ({"EXCHANGE_BACKUP_PASSPHRASE": "short"}, "The passphrase is too short"),
        ({"EXCHANGE_BACKUP_PASSPHRASE_FILE": "open"}, "Everybody on this machine can read"),
        ({"EXCHANGE_BACKUP_PASSPHRASE_FILE": "none"}, "No such file or directory"),
    ],
)
def test_a_passphrase_is_asked_for_in_one_line(
    home: Path, tmp_path: Path, monkeypatch: Any, capsys: Any, given: Any, said: str
) -> None:
    (tmp_path / "open").write_text(WORDS)
    monkeypatch.delenv("EXCHANGE_BACKUP_PASSPHRASE")
    for name, word in given.items():
        monkeypatch.setenv(name, str(tmp_path / word) if name.endswith("FILE") else word)
    assert (main(["backup"]), home.exists()) == (2, False)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"exchange: No backup was made. {said}")


def test_a_passphrase_from_a_file_is_its_first_line(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "words"
    path.write_text(f"{WORDS}\nand a note\n")
    path.chmod(0o600)
    monkeypatch.delenv("EXCHANGE_BACKUP_PASSPHRASE")
    monkeypatch.setenv("EXCHANGE_BACKUP_PASSPHRASE_FILE", str(path))
    assert keeping.passphrase(new=True) == WORDS


def test_what_is_written_meanwhile_is_not_in_a_snapshot(tmp_path: Path) -> None:
    with spare(tmp_path) as empty, restoring.leading(empty):
        main(["migrate"])
        with backup.snapshot() as using:
            assert Pack.objects.using(using).count() == 0
            Pack.objects.create(kind="card_set", key="late", title="Late")
            assert Pack.objects.using(using).count() == 0
        assert Pack.objects.count() == 1


def test_nothing_is_restored_under_a_running_server(home: Path, capsys: Any) -> None:
    main(["backup"])
    capsys.readouterr()
    with serving.together(), serving.together():
        assert main(["restore", str(backups(home)[0]), "--replace"]) == 2
        assert main(["move-to", f"sqlite:///{home / 'other.sqlite3'}"]) == 2
    with serving.alone(), pytest.raises(serving.Busy), serving.together():
        pass
    said = "The server or its worker is running. Stop it first."
    assert capsys.readouterr().err.splitlines() == [
        f"exchange: Nothing was changed. {said}",
        f"exchange: Nothing was moved. {said}",
    ]


def test_no_server_starts_under_a_restore(home: Path, capsys: Any) -> None:
    with serving.alone():
        assert main(["work", "--once"]) == 2
    said = "exchange: A backup is being restored. Start again when that is done.\n"
    assert capsys.readouterr().err == said


def test_what_is_not_there_is_not_backed_up(home: Path, tmp_path: Path, capsys: Any) -> None:
    """Nor made by looking at it."""
    with spare(tmp_path) as empty, restoring.leading(empty):
        assert (main(["backup"]), main(["move-to", f"sqlite:///{tmp_path / 'to'}"])) == (2, 2)
    assert not (tmp_path / "spare" / "exchange.sqlite3").exists()
    assert list((home / "backups").iterdir()) == []
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_what_cannot_be_a_database_is_refused(home: Path, capsys: Any) -> None:
    with spare(home.parent) as empty, restoring.leading(empty):
        main(["migrate"])
        nobody = "postgres://exchange:secret@127.0.0.1:1/exchange"
        for url in ("mysql://a/b", "nonsense", "sqlite:///:memory:", nobody):
            assert main(["move-to", url]) == 2
    said = capsys.readouterr().err
    assert (len(said.splitlines()), "secret" in said) == (4, False)
    assert said.splitlines()[-1].startswith("exchange: Nothing was moved. A database failed (")


def test_seven_days_four_weeks_twelve_months_are_kept(home: Path, capsys: Any) -> None:
    """Two years of backups, two a day: 7 of days, 3 more of weeks, 11 more of months."""
    folder, now = home / "backups", datetime.now(UTC).replace(microsecond=0)
    folder.mkdir(parents=True)
    for hours in range(0, 24 * 730, 12):
        made = now - timedelta(hours=hours)
        (folder / f"exchange-{made.strftime(keeping.STAMP)}.age").touch()
    (folder / "exchange-20200101-000000.age.part").touch()
    (folder / "letter.age").touch()
    gone = keeping.thin(folder)
    left = [one.name for one in backups(home)]
    assert len(gone) + len(left) == 2 * 730 + 2
    assert left[-1] == "letter.age"
    assert "exchange-20200101-000000.age.part" in left
    times = [
        datetime.strptime(match[1], keeping.STAMP).replace(tzinfo=UTC)
        for name in left
        if (match := keeping.NAME.fullmatch(name))
    ]
    assert 7 + 2 + 10 <= len(times) <= 7 + 4 + 12
    assert max(times) == now
    assert sorted({at.date() for at in times})[-7:] == [
        (now - timedelta(days=days)).date() for days in reversed(range(7))
    ]
    assert len({(at.year, at.month) for at in times}) == 12
    assert keeping.thin(folder) == []


def test_keep_thins_the_folder_after_the_new_one_was_read(home: Path, capsys: Any) -> None:
    folder = home / "backups"
    folder.mkdir(parents=True)
    for minute in range(3):
        (folder / f"exchange-20200101-00000{minute}.age").touch()
    assert main(["backup", "--keep"]) == 0
    kept = [one.name for one in backups(home)]
    assert (len(kept), kept[0]) == (2, "exchange-20200101-000002.age")


def test_a_database_newer_than_the_software_is_not_backed_up(home: Path, capsys: Any) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder(connection).record_applied("core", "9999_later")
    with pytest.raises(ValueError, match="newer"), (Path(os.devnull)).open("wb") as nowhere:
        backup.write(nowhere, WORDS, using="default")
