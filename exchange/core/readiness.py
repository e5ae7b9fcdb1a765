"""Whether all is there that the site needs: asked by `/readyz` and by `exchange doctor`.

Each floor may add a look of its own in `apps.ready()`:

    readiness.append(letters)

A look takes nothing and gives one Line, quickly. It may ask the database: it is called only where
that answers and is up to date. One that fails is told as such.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone

from exchange.core import keeping, outbox
from exchange.core.models import ChoreDone, Letter

#: fine; amiss: somebody should look, and the site goes on; wrong: it is not ready to serve.
FINE, AMISS, WRONG = "fine", "amiss", "wrong"
LEAST_ROOM = 0.05
LITTLE_ROOM = 0.10
LATE_LETTER = timedelta(minutes=15)
OLD_BACKUP = timedelta(hours=48)
#: The clocks of two machines may differ by so much before anybody notices.
CLOCK = timedelta(minutes=2)


@dataclass(frozen=True)
class Line:
    """What was looked at, how it stands (FINE, AMISS or WRONG), and what it is or what to do, in
    sentences."""

    what: str
    state: str
    says: str


def database() -> Line:
    """Whether it answers."""
    path = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite" and not path.exists():
        return Line("database", WRONG, f"{path} is not there. Run `exchange migrate`.")
    kind = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
    try:
        connection.introspection.table_names()
    except DatabaseError as fault:
        says = f"{kind} does not answer ({type(fault).__name__}). Is it up, and DATABASE_URL right?"
        return Line("database", WRONG, says)
    return Line("database", FINE, f"{kind} answers.")


def pending() -> list[str]:
    """The migrations the database lacks, as "app.name"."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrations() -> Line:
    """Whether the database is of this version."""
    missing = pending()
    if missing:
        return Line("migrations", WRONG, f"{len(missing)} to come. Run `exchange migrate`.")
    return Line("migrations", FINE, "The database is up to date.")


def disk() -> Line:
    """How much room there is where the database and the uploads lie."""
    folder = next(path for path in (settings.HOME, *settings.HOME.parents) if path.exists())
    room = shutil.disk_usage(folder)
    share = room.free / room.total
    state = of_room(share)
    says = f"{share:.0%} of the disk of {folder} is free."
    return Line("disk", state, says if state == FINE else f"{says} Make room.")


def of_room(share: float) -> str:
    """How it stands when this share of a disk is free.

    >>> [of_room(share) for share in (0.05, 0.051, 0.1, 0.101)]
    ['wrong', 'amiss', 'amiss', 'fine']
    """
    return WRONG if share <= LEAST_ROOM else AMISS if share <= LITTLE_ROOM else FINE


def letters() -> Line:
    """Whether letters go out."""
    late = outbox.lag()
    if late > LATE_LETTER:
        minutes = int(late.total_seconds() // 60)
        return Line(
            "letters", AMISS,
            f"One has waited for {minutes} minutes. Does the worker run (`exchange work`), and does "
            "the mail server answer?",
        )  # fmt: skip
    since = timezone.now() - timedelta(days=1)
    lost = Letter.objects.filter(given_up_at__gte=since).count()
    if lost:
        return Line("letters", AMISS, f"{lost} given up within a day; the log says “Not sent”.")
    return Line("letters", FINE, "None is late.")


def chores() -> Line:
    """Whether what is done again and again was done without a fault."""
    failed = [f"{done.name} ({done.fault})" for done in ChoreDone.objects.exclude(fault="")]
    if failed:
        return Line("chores", AMISS, f"Failed: {', '.join(failed)}. The log has the trace.")
    return Line("chores", FINE, "None failed.")


def backup() -> Line:
    """How old the last backup is."""
    made = keeping.last()
    if made is None:
        return Line("backup", AMISS, "None was made here yet. Run `exchange backup`.")
    age = timezone.now() - made
    says = f"The last one is {int(age.total_seconds() // 3600)} hours old."
    if age > OLD_BACKUP:
        return Line("backup", AMISS, f"{says} Run `exchange backup` every night.")
    return Line("backup", FINE, says)


def clock() -> Line:
    """Whether this machine's clock agrees with the database's, and has not been set back."""
    rows = MigrationRecorder.Migration.objects
    newest = rows.aggregate(at=Max("applied"))["at"]
    there = rows.annotate(now=Now()).values_list("now", flat=True).first()
    now = timezone.now()
    if there and abs(there - now) > CLOCK:
        return Line("clock", AMISS, "It is another than the database's. Set both by the network.")
    if newest and newest - now > CLOCK:
        return Line("clock", AMISS, "It says a time before the last migration. Set it right.")
    return Line("clock", FINE, "It agrees with the database.")


readiness: list[Callable[[], Line]] = [letters, chores, backup, clock]


def look() -> list[Line]:
    """All lines: what must be right first, then, where the database answers, the others."""
    lines = [looked(disk, WRONG), looked(database, WRONG)]
    if lines[-1].state == FINE:
        lines.append(looked(migrations, WRONG))
    if lines[-1].state == FINE:
        lines += [looked(one) for one in readiness]
    return lines


def looked(one: Callable[[], Line], otherwise: str = AMISS) -> Line:
    """Its line; one in the state `otherwise` where it fails itself."""
    try:
        return one()
    except Exception as fault:  # whatever is broken, the others are still told
        return Line(one.__name__, otherwise, f"It cannot be told ({type(fault).__name__}).")
