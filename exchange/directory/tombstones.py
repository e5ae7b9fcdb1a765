"""Erasures remembered outside the database, so that a restored backup brings nobody back.

A line of `EXCHANGE_HOME/erased.jsonl` holds the mark of an erased account and the day: a SHA-256
of its number and the moment it was made, which names nobody to whoever has the file alone.
"""

import json
import os
from collections.abc import Iterable
from datetime import UTC
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from exchange.directory.models import Person


def path() -> Path:
    return Path(settings.HOME) / "erased.jsonl"


def mark_of(person: Person) -> str:
    """What tells this account from every other, also from a later one of the same address or
    number: its number and the second it was made, which never change."""
    made = person.joined_at.astimezone(UTC).isoformat(timespec="seconds")
    return sha256(f"{person.pk} {made}".encode()).hexdigest()


def read() -> set[str]:
    """The marks kept so far; a line that cannot be read is passed over."""
    try:
        lines = path().read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return set()
    marks = set()
    for line in lines:
        try:
            marks.add(str(json.loads(line)["mark"]))
        except (ValueError, KeyError, TypeError):  # torn by a crash: `keep_all` writes it again
            continue
    return marks


def keep(marks: Iterable[str]) -> None:
    """Add marks and wait until they are on the disk. OSError where they cannot be kept."""
    place = path()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    day = timezone.localdate().isoformat()
    lines = "".join(json.dumps({"mark": mark, "on": day}) + "\n" for mark in marks)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with os.fdopen(os.open(place, flags, 0o600), "w", encoding="utf-8") as file:
        # Begins with an empty line, so that a torn one before it spoils nothing.
        file.write("\n" + lines)
        file.flush()
        os.fsync(file.fileno())


def keep_all() -> None:
    """Write what is missing: of an erasure whose process died before it could. A chore."""
    erased = Person.objects.exclude(tombstone="").values_list("tombstone", flat=True)
    if missing := set(erased) - read():
        keep(sorted(missing))
