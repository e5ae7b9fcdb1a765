"""What is done again and again without anybody asking: pruning, erasing, reminding. Each floor adds
its own in `apps.ready()`; the worker (`exchange work`) does those that are due.

    chore("weekly digests", timedelta(hours=1), digest.send_digests)
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from exchange.core.models import ChoreDone

log = logging.getLogger(__name__)
LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.get_fixed_timezone(0))


@dataclass(frozen=True)
class Chore:
    """Something to do every so often. `do` may be called twice: it must bear that."""

    name: str
    every: timedelta
    do: Callable[[], object]


chores: list[Chore] = []


def chore(name: str, every: timedelta, do: Callable[[], object]) -> None:
    """Add a chore; the same name again takes the place of the one before."""
    chores[:] = [one for one in chores if one.name != name]
    chores.append(Chore(name, every, do))


def do_due() -> list[str]:
    """Do every chore whose time has come; the names of those done without a fault.

    Several workers may call this: each chore is taken by one of them. One that fails is noted,
    and tried again when its time comes next.
    """
    return [one.name for one in chores if _taken(one) and _done(one)]


def _taken(one: Chore) -> bool:
    """Whether it is due and this worker is the one to do it."""
    now = timezone.now()
    try:
        with transaction.atomic():
            ChoreDone.objects.get_or_create(name=one.name, defaults={"at": LONG_AGO})
    except IntegrityError:  # another worker made the row at the same moment
        return False
    due = ChoreDone.objects.filter(name=one.name, at__lte=now - one.every)
    return due.exists() and due.update(at=now, fault="") == 1


def _done(one: Chore) -> bool:
    try:
        one.do()
    except Exception as fault:  # a chore of one floor must not stop those of the others
        log.exception("The chore %r failed.", one.name)
        ChoreDone.objects.filter(name=one.name).update(fault=type(fault).__name__[:60])
        return False
    return True
