"""Backups in a folder: made whole or not at all, read again before they count, and the old ones
thinned out to one for each of the last days, weeks and months."""

import getpass
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.utils import timezone

from exchange.core import backup
from exchange.core.models import ChoreDone

NAME = re.compile(r"exchange-(\d{8}-\d{6})\.age")
STAMP = "%Y%m%d-%H%M%S"
DAYS, WEEKS, MONTHS = 7, 4, 12
SHORTEST = 12
CHORE = "backup"


class NoPassphrase(ValueError):
    """None was given, or it is not fit; the sentence says what to do."""


def passphrase(*, new: bool) -> str:
    """From EXCHANGE_BACKUP_PASSPHRASE, the first line of the file EXCHANGE_BACKUP_PASSPHRASE_FILE,
    or asked for at the terminal, twice where it is `new`. Never from the command line, which others
    on the machine can read."""
    given = os.environ.get("EXCHANGE_BACKUP_PASSPHRASE", "")
    named = os.environ.get("EXCHANGE_BACKUP_PASSPHRASE_FILE", "")
    if not given and named:
        given = _first_line(Path(named))
    if not given and sys.stdin.isatty():
        given = getpass.getpass("Passphrase of the backup: ")
        if new and given != getpass.getpass("Once more: "):
            raise NoPassphrase("The two were not the same.")
    if not given:
        raise NoPassphrase(
            "There is no passphrase. Put it into a file that only you can read and name that file "
            "in EXCHANGE_BACKUP_PASSPHRASE_FILE."
        )
    if new and len(given) < SHORTEST:
        raise NoPassphrase(f"The passphrase is too short: {SHORTEST} characters or more.")
    return given


def _first_line(path: Path) -> str:
    if path.stat().st_mode & stat.S_IRWXO:
        raise NoPassphrase(f"Everybody on this machine can read {path}: chmod o-rwx {path}")
    return (path.read_text(encoding="utf-8").splitlines() or [""])[0].strip()


def make(place: Path, words: str) -> tuple[Path, backup.Contents]:
    """Make a backup in the folder `place`, or as the file of that name where it ends in .age.

    It gets its name only once it was written, is on the disk and was read again to its end; a file
    that is there is never written over. Returns where it is and what is in it. Raises OSError or
    ValueError with nothing left behind.
    """
    named = place.suffix == ".age"
    path = place if named else place / f"exchange-{datetime.now(UTC).strftime(STAMP)}.age"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, backup.snapshot() as using:
            backup.write(file, words, using=using)
            file.flush()
            os.fsync(file.fileno())
        contents = backup.verify(draft, words)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # ours from here on
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    ChoreDone.objects.update_or_create(name=CHORE, defaults={"at": timezone.now(), "fault": ""})
    return path, contents


def last() -> datetime | None:
    """When the last backup of this database was made here; None where there is none."""
    done = ChoreDone.objects.filter(name=CHORE).first()
    return done.at if done else None


def thin(folder: Path) -> list[Path]:
    """Delete the backups of a folder that need not be kept; which those were. Files with other
    names than ours are never touched."""
    found = {
        path: datetime.strptime(match[1], STAMP).replace(tzinfo=UTC)
        for path in folder.iterdir()
        if (match := NAME.fullmatch(path.name)) and path.is_file()
    }
    needed = wanted(found.values())
    gone = sorted(path for path, made in found.items() if made not in needed)
    for path in gone:
        path.unlink()
    return gone


def wanted(times: Iterable[datetime]) -> set[datetime]:
    """Of the times at which backups were made, those whose backups are kept: the newest of each of
    the last seven days, four weeks and twelve months in which one was made."""
    newest_first = sorted(times, reverse=True)
    spans: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (DAYS, datetime.date),
        (WEEKS, lambda at: at.isocalendar()[:2]),
        (MONTHS, lambda at: (at.year, at.month)),
    )
    needed: set[datetime] = set()
    for most, span in spans:
        first: dict[object, datetime] = {}
        for at in newest_first:
            first.setdefault(span(at), at)
        needed |= set(list(first.values())[:most])
    return needed


def default_folder() -> Path:
    return Path(settings.HOME) / "backups"
