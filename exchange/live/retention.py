"""What a session keeps of its people, and for how long."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from exchange.core.retention import delete, rule
from exchange.directory.models.events import record
from exchange.live.actions.trials import erase_trials
from exchange.live.models import OneTimeCode, PaperSession, Run, Seat

#: In place of the hash of a token: no token has it.
NO_TOKEN = "gone "  # noqa: S105


def forget(seats: QuerySet[Seat]) -> int:
    """Take the names and keys out of seats; what was done on them stays, without a name.

    Labels stand nowhere else: moves, room and state know a seat by its key, such as "s3". So a
    replay gives the same as before.
    """
    gone = Concat(Value(NO_TOKEN), Cast("pk", CharField()))
    return seats.update(label="", once="", answered={}, token_hash=gone)


def of_ended_runs(until: datetime) -> QuerySet[Seat]:
    """Seats with a name or key of runs that ended before: closed, or never closed though their
    code had run out."""
    ended = Q(run__closed_at__lt=until) | Q(
        run__closed_at=None, run__code_ends_at__isnull=False, run__code_ends_at__lt=until
    )
    named = ~Q(label="") | ~Q(token_hash__startswith=NO_TOKEN)
    return Seat.objects.filter(ended, named).order_by("pk")


def erase_labels(seats: QuerySet[Any]) -> None:
    """Take out names and keys; one event for each run."""
    counts = dict(seats.order_by().values_list("run").annotate(Count("pk")))
    forget(Seat.objects.filter(pk__in=list(seats.values_list("pk", flat=True))))
    for run in Run.objects.filter(pk__in=counts).select_related("network").order_by("pk"):
        record(None, "erase_labels", run, network=run.network, seats=counts[run.pk])


def add_rules() -> None:
    """Called once, when the app is ready."""
    rule(
        "labels", "Names given to seats, and the keys of their phones",
        "the session was closed, or its code ran out", lambda: settings.LABEL_DAYS,
        of_ended_runs, erase_labels,
    )  # fmt: skip
    rule(
        "trials", "Trial sessions, with all that was done in them",
        "the day that was named when they were made has come", 0,
        lambda until: Run.objects.filter(erase_at__lte=until), lambda _trials: erase_trials(),
    )  # fmt: skip
    rule(
        "one-time codes", "One-time codes (their hashes)", "they were used or ran out", 1,
        lambda until: OneTimeCode.objects.filter(Q(ends_at__lt=until) | Q(used_at__lt=until)), delete,
    )  # fmt: skip
    rule(
        "sheets", "Sheets that were typed in and never finished", "typing them in was begun", 90,
        lambda until: PaperSession.objects.filter(typed_at=None, started_at__lt=until), delete,
    )  # fmt: skip
