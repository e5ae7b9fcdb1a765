"""A person's record of what they learnt with others: the sessions they sat in or held."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from exchange.core.exports import Sheet
from exchange.core.printing import pdf
from exchange.directory.models import Person
from exchange.live.discovery import UnknownActivity, activity_of
from exchange.live.models import Finding, LearningNote, Run, RunQuerySet, Seat
from exchange.live.paper import about_of_house

TEMPLATE = Path(__file__).parent / "learning.typ"
#: A record on paper or as a file has at most as many sessions, the newest.
MOST = 500


@dataclass(frozen=True)
class Learnt:
    """One session in somebody's record.

    minutes   what its parts took together, from the first to the closing
    findings  as far as this person may read them
    note      what they take from it, in their own words
    """

    run_id: int
    day: date
    activity: str
    question: str
    network: str
    roles: tuple[str, ...]
    minutes: int
    findings: tuple[str, ...]
    note: str
    invented: bool = False

    @property
    def role(self) -> str:
        return ", ".join(self.roles)


def sessions_of(person: Person) -> RunQuerySet:
    """The sessions of this person's record: closed, the newest first. Trials are not in it."""
    runs = Run.objects.taken_part_in(person).filter(closed_at__isnull=False, cancelled_at=None)
    return runs.filter(erase_at=None).select_related("network").order_by("-closed_at", "-pk")


def learnt(person: Person, runs: Iterable[Run]) -> list[Learnt]:
    """These sessions as this person's record has them; the same questions for one and for many."""
    runs = list(runs)
    ids = [run.pk for run in runs]
    seated = Seat.objects.taken().filter(person=person, run__in=ids)
    sat = set(seated.values_list("run", flat=True))
    held = set(Run.objects.facilitated_by(person).filter(pk__in=ids).values_list("pk", flat=True))
    notes = LearningNote.objects.filter(person=person, run__in=ids)
    said = dict(notes.values_list("run", "text"))
    found: dict[int, list[str]] = defaultdict(list)
    readable = Finding.objects.visible_to(person).filter(run__in=ids).distinct()
    for run_id, text in readable.order_by("position", "pk").values_list("run", "text"):
        found[run_id].append(text)
    return [
        Learnt(
            run_id=run.pk,
            day=timezone.localdate(run.closed_at),
            activity=_title(run.activity),
            question=run.title,
            network=run.network.name if run.network else "",
            roles=(*([_("held it")] if run.pk in held else []),
                   *([_("took part")] if run.pk in sat else [])),
            minutes=minutes_of(run),
            findings=tuple(found[run.pk]),
            note=said.get(run.pk, ""),
            invented=bool(run.network and run.network.is_invented),
        )
        for run in runs
    ]  # fmt: skip


def minutes_of(run: Run) -> int:
    """How long its parts took together, without the time before it began; whole minutes."""
    spent: dict[str, int] = run.room.get("clock", {}).get("spent", {})
    return round(sum(max(0, seconds) for seconds in spent.values()) / 60)


def _title(key: str) -> str:
    """The activity's name; its key where it is no longer installed."""
    try:
        return str(activity_of(key).title)
    except UnknownActivity:
        return key


def whole(person: Person) -> list[Learnt]:
    """The whole record, for paper and files."""
    return learnt(person, sessions_of(person).defer("state", "setup")[:MOST])


def summed(rows: list[Learnt]) -> str:
    """ "12 sessions, 9 hours 20 minutes"."""
    hours, minutes = divmod(sum(row.minutes for row in rows), 60)
    count = len(rows)
    sessions = _("1 session") if count == 1 else _("%d sessions") % count
    return _("%(sessions)s, %(hours)d h %(minutes)d min") % {
        "sessions": sessions, "hours": hours, "minutes": minutes,
    }  # fmt: skip


def sheet(rows: list[Learnt]) -> Sheet:
    """The record as one table."""
    columns = (
        _("date"), _("activity"), _("question"), _("network"), _("role"), _("minutes"),
        _("findings"), _("what I take from it"),
    )  # fmt: skip
    return Sheet(
        _("What I learnt with others"),
        columns,
        [
            (
                row.day.isoformat(), row.activity, row.question, row.network, row.role, row.minutes,
                "\n".join(row.findings), row.note,
            )
            for row in rows
        ],
    )  # fmt: skip


def paper(person: Person) -> bytes:
    """The record as PDF; raises NotPrinted with a sentence."""
    rows = whole(person)
    today = formats.date_format(timezone.localdate(), "j F Y")
    words: dict[str, Any] = {
        "title": _("What I learnt with others"),
        "name": str(person),
        "line": _("%(sum)s. Printed on %(day)s.") % {"sum": summed(rows), "day": today},
        "means": _(
            "The sessions this person sat in while signed in, or held. It says what was done; it is "
            "no certificate."
        ),
        "findings": _("What the room found"),
        "note": _("What I take from it"),
        "none": _("No session yet."),
        "rows": [
            {
                "question": row.question,
                "line": " · ".join(
                    part
                    for part in (
                        formats.date_format(row.day, "j F Y"), row.activity, row.network, row.role,
                        _("%d min") % row.minutes,
                    )
                    if part
                ),
                "findings": list(row.findings),
                "note": [line for line in row.note.splitlines() if line.strip()],
            }
            for row in rows
        ],
    }  # fmt: skip
    marks = [_("Invented for demonstration")] if any(row.invented for row in rows) else []
    return pdf(TEMPLATE, {"about": {**about_of_house(), "marks": marks}, "paper": words})
