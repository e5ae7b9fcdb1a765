"""What the command line does with packs."""

import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from exchange.core.packs import load_packs, read_packs

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
