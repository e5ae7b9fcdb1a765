"""Writing in turn, and whether it can be done at all. SQLite has one writer at a time and lets the
waiting ones race: after five seconds the unlucky are told "database is locked". In a hall that lost
moves; a queue loses none."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from django.db import InterfaceError, OperationalError, connection, transaction

# Re-entrant: what follows a commit runs before the turn is given back, and may write in its turn.
_turn = RLock()


@contextmanager
def writing() -> Iterator[None]:
    """`transaction.atomic()`, entered in turn with the other writers of this process on SQLite.

    Inside a transaction it is a savepoint: who is already writing must not wait for a turn.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with _turn, transaction.atomic():
        yield


def is_away(fault: BaseException | None) -> bool:
    """Whether the database could not be reached, read or written to, which may be over in a moment:
    stopped, restarting, its disk full, its file away. What it cannot understand is no such fault
    (SQLite gives both one name)."""
    if isinstance(fault, OperationalError):
        return getattr(fault.__cause__, "sqlite_errorname", "") != "SQLITE_ERROR"
    return isinstance(fault, InterfaceError)
