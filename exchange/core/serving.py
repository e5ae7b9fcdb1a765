"""Who is at work on EXCHANGE_HOME: servers and workers together, a restore alone.

A lock of the operating system on a file: it goes with the process, however that ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


class Busy(ValueError):
    """Somebody else is at work; the sentence says what to do."""


@contextmanager
def _locked(kind: int) -> Iterator[None]:
    folder = Path(settings.HOME)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def together() -> Iterator[None]:
    """For a server or a worker. Busy while a restore is under way."""
    try:
        with _locked(fcntl.LOCK_SH):
            yield
    except BlockingIOError:
        raise Busy("A backup is being restored. Start again when that is done.") from None


@contextmanager
def alone() -> Iterator[None]:
    """For a restore. Busy while a server or a worker runs on this EXCHANGE_HOME."""
    try:
        with _locked(fcntl.LOCK_EX):
            yield
    except BlockingIOError:
        raise Busy("The server or its worker is running. Stop it first.") from None
