"""Erasing trials whose days are over."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from exchange.core.writing import writing
from exchange.directory.models.events import record
from exchange.live import nudges
from exchange.live.models import Finding, Run
from exchange.live.shared_moves import EVERYONE


def erase_trials(now: datetime | None = None) -> int:
    """Erase every trial whose day has come, with all that belongs to it; how many there were.

    A chore: called twice it does nothing the second time. What the log keeps is that it was.
    """
    over = Run.objects.filter(erase_at__lte=now or timezone.now()).values_list("pk", flat=True)
    return sum(_erase(pk) for pk in list(over))


def _erase(pk: int) -> bool:
    """Each in a transaction of its own, so that a long list holds nobody up."""
    with writing():
        run = Run.objects.select_for_update().filter(pk=pk, erase_at__isnull=False).first()
        if run is None:  # another worker was quicker
            return False
        record(None, "trial_erased", run)
        Finding.objects.filter(run=run).delete()
        run.delete()
        transaction.on_commit(partial(nudges.publish, pk, EVERYONE))
    return True
