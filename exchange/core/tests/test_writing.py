"""Writers take turns, and what follows a commit may write as well."""

from threading import Thread

import pytest
from django.db import connection, transaction

from exchange.core.models import ChoreDone
from exchange.core.writing import writing


@pytest.mark.django_db(transaction=True)
def test_what_follows_a_commit_may_write() -> None:
    """It runs before the turn is given back: a lock that does not know its holder would stand."""
    done: list[int] = []

    def follow() -> None:
        with writing():
            done.append(ChoreDone.objects.count())

    def work() -> None:
        with writing():
            transaction.on_commit(follow)
        connection.close()

    worker = Thread(target=work, daemon=True)
    worker.start()
    worker.join(10)
    assert (worker.is_alive(), done) == (False, [0])
