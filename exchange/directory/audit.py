"""The chain over the log of events: what was changed, left out or put elsewhere is found.

Links are made in `models/events.py`: `seal`, after each action. Why so: decision 0030.
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from exchange.directory.models.events import Event, Seal, link, seal

log = logging.getLogger(__name__)
#: What is younger than this may still wait for its link.
SEALED_WITHIN = timedelta(hours=2)
BATCH = 500


@dataclass
class Report:
    """What `verify` found: how many links, the last one as "number:hash", how many events wait
    for a link, sentences on what is wrong."""

    links: int = 0
    head: str = ""
    waiting: int = 0
    wrong: list[str] = field(default_factory=list)


def unsealed(limit: int | None = None) -> list[int]:
    """Events without a link, oldest first: the process ended between their commit and the seal."""
    linked = Seal.objects.exclude(event_id=None).values("event_id")
    rows = Event.objects.exclude(pk__in=linked).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:limit])


def seal_rest() -> None:
    """Seal what was left over, and note the last link outside the database. The worker does it."""
    while pks := unsealed(BATCH):
        seal(pks)
    keep_head()


def head_file() -> Path:
    return Path(settings.HOME) / "audit.head"


def head() -> str:
    """The last link as "number:hash"; "" for an empty log."""
    last = Seal.objects.exclude(number=0).order_by("-number").first()
    return f"{last.number}:{last.hash}" if last else ""


def kept_head() -> str:
    """The link that was noted last; "" where none was."""
    try:
        return head_file().read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def is_there(noted: str) -> bool:
    """Whether a link that was noted is still part of the chain."""
    number, _, hashed = noted.partition(":")
    return number.isdecimal() and Seal.objects.filter(number=number[:18], hash=hashed).exists()


def keep_head(*, restored: bool = False) -> None:
    """Note the last link in EXCHANGE_HOME, so that a log cut short is found.

    The note never goes back by itself; after a backup was `restored` it does.
    """
    noted = kept_head()
    if noted and not restored and not is_there(noted):
        log.error("The log of events was cut short or changed. Run `exchange audit verify`.")
        return
    path = head_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(head() + "\n", encoding="ascii")
    draft.replace(path)


def verify(noted: str = "") -> Report:
    """Walk the whole chain; `noted` is a last link written down earlier.

    It finds an event that was changed, taken out or exchanged, a link that is missing, and, by
    the links that were noted, a log that was cut short.
    """
    report, before, expected = Report(), "", 1
    for part in _in_parts():
        events = Event.objects.in_bulk([one.event_id for one in part])
        for one in part:
            if one.number != expected:
                report.wrong.append(f"Links {expected} to {one.number - 1} are missing.")
            event = events.get(one.event_id)
            if event is None:
                report.wrong.append(f"Link {one.number}: its event {one.event_id} is missing.")
            elif not constant_time_compare(one.hash, link(before, one.number, event)):
                report.wrong.append(
                    f"Link {one.number}: event {event.pk} or its place was changed."
                )
            before, expected = one.hash, one.number + 1
            report.links += 1
    for once in {noted, kept_head()} - {""}:
        if not is_there(once):
            number = once.partition(":")[0]
            report.wrong.append(f"The log once reached link {number}, which is not there any more.")
    waiting = unsealed()
    old = Event.objects.filter(pk__in=waiting, at__lt=timezone.now() - SEALED_WITHIN)
    report.wrong += [f"Event {event.pk} has no link." for event in old.order_by("pk")[:BATCH]]
    report.waiting, report.head = len(waiting), head()
    return report


def _in_parts() -> Iterator[list[Seal]]:
    """All links in order, some hundreds at a time."""
    after = 0
    while part := list(Seal.objects.filter(number__gt=after).order_by("number")[:BATCH]):
        yield part
        after = part[-1].number
