"""What the command line does with packs, backups, other databases, and what is due to be erased."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from exchange.core import backup, environment, keeping, restoring
from exchange.core.packs import load_packs, read_packs
from exchange.core.retention import due, rules
from exchange.core.serving import alone

WORDS = (("added", "added"), ("changed", "changed"), ("unchanged", "unchanged"))


def _folders(named: Sequence[str]) -> list[Path]:
    """The folders to read: those named, or those of the settings."""
    return [Path(name) for name in named] or [Path(folder) for folder in settings.CONTENT_DIRS]


def _missing(folders: Sequence[Path]) -> int:
    """Says which of the folders is none; 2 if there is one, else 0."""
    for folder in folders:
        if not folder.is_dir():
            print(f"exchange packs: {folder} is not a folder.", file=sys.stderr)
            return 2
    return 0


def retention(dry_run: bool) -> int:
    """Erase what is due, or say what would be; the worker does it by itself every six hours."""
    counts = due(dry_run=dry_run)
    for rule in rules:
        print(f"{counts[rule.key]:>6}  {rule.what}: {rule.when}")
    if dry_run:
        print("This was a dry run: nothing was erased.")
    return 0


def packs_check(folders: list[str]) -> int:
    """Read packs and say what is wrong with them; the database is not asked.

    Returns the exit status: 0 when all are sound, 2 otherwise.
    """
    places = _folders(folders)
    if status := _missing(places):
        return status
    packs, problems = read_packs(places)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(packs)} sound, {len({problem.path for problem in problems})} not.")
    return 2 if problems else 0


def packs_load(folders: list[str]) -> int:
    """Load packs into the database; if one is refused, none is loaded.

    Returns the exit status: 0 when loaded, 2 when refused.
    """
    places = _folders(folders)
    if status := _missing(places):
        return status
    report = load_packs(places)
    if report["refused"]:
        print("\n".join(report["refused"]), file=sys.stderr)
        print("Nothing was loaded.", file=sys.stderr)
        return 2
    for key, word in WORDS:
        for title in report[key]:
            print(f"{word}: {title}")
    return 0


def _told(what: str, do: Callable[[], Any]) -> Any:
    """What `do` gives; None where it refuses, and then the reason was printed in one line."""
    try:
        return do()
    except ValueError as fault:
        reason = str(fault)
    except OSError as fault:
        reason = f"{fault.strerror or fault}{f': {fault.filename}' if fault.filename else ''}."
    except DatabaseError as fault:  # its words may quote a row
        reason = f"A database failed ({type(fault).__name__}). Is it up, and its address right?"
    print(f"exchange: {what} {reason}", file=sys.stderr)
    return None


def _counted(contents: backup.Contents) -> str:
    return (
        f"made {contents.made}: {len(contents.tables)} tables, {contents.rows:,} rows, "
        f"{len(contents.files):,} uploads"
    )


def backup_make(where: str | None, keep: bool) -> int:
    """Make a backup while the server runs, and thin the folder out if asked to. Exit status 0, or
    2 with the reason."""
    place = Path(where) if where else keeping.default_folder()
    made = _told("No backup was made.", lambda: keeping.make(place, keeping.passphrase(new=True)))
    if made is None:
        return 2
    path, contents = made
    print(f"{path}\n{_counted(contents)}; read again and found whole.")
    for gone in keeping.thin(path.parent) if keep else ():
        print(f"no longer needed, deleted: {gone.name}")
    return 0


def backup_verify(file: str) -> int:
    """Read a backup to its end. Exit status 0 when it is whole, 2 with the reason when not."""
    contents = _told(
        f"{file} is not to be relied on.",
        lambda: backup.verify(Path(file), keeping.passphrase(new=False)),
    )
    if contents is None:
        return 2
    print(f"{file} is whole; {_counted(contents)}.")
    return 0


def restore(file: str, replace: bool) -> int:
    """Put a backup in place of the database and the uploads. Exit status 0, or 2 with the reason,
    and then nothing was changed."""

    def do() -> backup.Contents:
        words = keeping.passphrase(new=False)
        with alone():
            return restoring.restore(Path(file), words, replace=replace)

    contents = _told("Nothing was changed.", do)
    if contents is None:
        return 2
    print(f"Restored what was {_counted(contents)}.")
    print("Everybody signs in again. Letters that were waiting then are not sent.")
    if contents.key != backup.key_mark():
        print(
            "SECRET_KEY is another one than then: links in old letters and whatever else was sealed "
            "with it (second factors, for instance) cannot be opened. Set the old one if you have it."
        )
    return 0


def move_to(url: str) -> int:
    """Copy the database into another, empty one. Exit status 0, or 2 with the reason, and then the
    other one is empty as it was."""

    def do() -> dict[str, Any]:
        try:
            target = environment.database(url)
        except ValueError:
            raise ValueError(
                "Write postgres://user:password@host:5432/name or sqlite:////folder/file."
            ) from None
        with alone():
            return restoring.move(target)

    sums = _told("Nothing was moved.", do)
    if sums is None:
        return 2
    rows = sum(one["rows"] for one in sums.values())
    print(f"{len(sums)} tables, {rows:,} rows: the same in both databases.")
    print("Now set DATABASE_URL to the new one and start the server. Everybody signs in again.")
    return 0
