"""The worker: sends letters and does chores until it is stopped. One is enough; several do no harm."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import DatabaseError, connection

from exchange.core.chores import do_due
from exchange.core.outbox import deliver
from exchange.core.serving import together

log = logging.getLogger(__name__)
LETTERS_EVERY = 2.0  # seconds
CHORES_EVERY = 60.0
AGAIN_AFTER = 2.0


def work(*, once: bool = False, parent: int = 0) -> int:
    """Send and do what is due; `once` ends when nothing is left, else it goes on until stopped.

    With `parent` it ends when that process is gone, however it ended. Returns the exit status.
    """
    with together():
        return _work(once, parent)


def _work(once: bool, parent: int) -> int:
    if once:
        while deliver():
            pass
        do_due()
        return 0
    stopped = Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stopped.set())
    chores_at = 0.0
    while not stopped.is_set() and (not parent or os.getppid() == parent):
        try:
            sent = deliver()
            if time.monotonic() >= chores_at:
                do_due()
                chores_at = time.monotonic() + CHORES_EVERY
        except DatabaseError as fault:  # being restored, restarted or out of room: try again
            log.warning("The database did not answer (%s).", type(fault).__name__)
            sent = 0
        connection.close()
        if not sent:
            stopped.wait(LETTERS_EVERY)
    return 0


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker in a process of its own, started again when it ends, stopped with this block."""
    ending = Event()
    safe = ["-P"] if sys.flags.safe_path else []
    command = [sys.executable, *safe, "-m", "exchange", "work", "--parent", str(os.getpid())]

    def keep() -> None:
        while not ending.is_set():
            with subprocess.Popen(command) as running:  # noqa: S603  (our own words)
                while running.poll() is None and not ending.wait(0.2):
                    pass
                running.terminate()
            if not ending.is_set():
                log.warning(
                    "The worker ended (status %s) and is started again.", running.returncode
                )
                ending.wait(AGAIN_AFTER)

    keeper = Thread(target=keep, name="keeper of the worker")
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        keeper.join()
