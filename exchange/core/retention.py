"""What is erased when, in one place. Each floor adds its rules in `apps.ready()`; the worker erases
what is due, `exchange retention --dry-run` says what that would be. docs/privacy.md has the same
table in words; a test compares the two.

    rule("letters", "Letters, sent or given up", "they were written", 30, rows, erase)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from exchange.core.writing import writing

Rows = Callable[[datetime], QuerySet[Any]]


@dataclass(frozen=True)
class Rule:
    """One kind of thing and how long it is kept.

    what, since   in words: "Letters, sent or given up" go so many days after "they were written"
    days          a number, or a setting asked when it is needed
    rows          what is due, given the moment up to which `since` must lie in the past
    erase         erases such rows; it must bear being called again
    """

    key: str
    what: str
    since: str
    days: int | Callable[[], int]
    rows: Rows
    erase: Callable[[QuerySet[Any]], object]

    @property
    def kept(self) -> int:
        """For how many days."""
        return self.days() if callable(self.days) else self.days

    @property
    def when(self) -> str:
        """When it goes, in words."""
        days = f"{self.kept} days" if self.kept != 1 else "a day"
        return f"{days} after {self.since}" if self.kept else f"as soon as {self.since}"


rules: list[Rule] = []


def rule(
    key: str,
    what: str,
    since: str,
    days: int | Callable[[], int],
    rows: Rows,
    erase: Callable[[QuerySet[Any]], object],
) -> None:
    """Add a rule; the same key again takes the place of the one before."""
    rules[:] = [one for one in rules if one.key != key]
    rules.append(Rule(key, what, since, days, rows, erase))


def due(*, dry_run: bool = False) -> dict[str, int]:
    """Erase what is due, one transaction for each rule; returns how many of each, by key."""
    counts = {}
    for one in rules:
        rows = one.rows(timezone.now() - timedelta(days=one.kept))
        if dry_run:
            counts[one.key] = rows.count()
            continue
        with writing():
            counts[one.key] = rows.count()
            if counts[one.key]:
                one.erase(rows)
    return counts


def delete(rows: QuerySet[Any]) -> None:
    """The plainest way to erase."""
    rows.delete()
