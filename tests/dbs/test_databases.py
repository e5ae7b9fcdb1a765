"""The suite runs on both databases, each worker on its own."""

import pytest
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection

from exchange.directory.models import Person
from tests import make
from tests.dbs import databases


@pytest.mark.parametrize(
    ("asked", "worker", "name"),
    [
        ("", "main", "test_exchange_main"),
        ("ada", "gw1", "test_exchange_ada_gw1"),
        ("Ada's; drop", "gw0", "test_exchange_ada_s_drop_gw0"),
        ("x" * 90, "gw0", "test_exchange_" + "x" * 49),
    ],
)
def test_a_name_is_fit_for_sql(asked: str, worker: str, name: str) -> None:
    assert databases.postgres_name(asked, worker) == name


@pytest.mark.django_db
def test_this_worker_has_a_database_of_its_own() -> None:
    used = str(settings.DATABASES["default"]["NAME"])
    assert databases.worker() in used
    assert connection.vendor == databases.database_name().lower()


@pytest.mark.django_db
def test_sqlite_is_a_file_with_a_write_ahead_log_that_reaches_the_disk() -> None:
    """On PostgreSQL the server's own settings hold; there this asks that they were not weakened."""
    with connection.cursor() as cursor:
        if databases.is_sqlite():
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone() == ("wal",)
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (2,)
            cursor.execute("PRAGMA secure_delete")
            assert cursor.fetchone() == (1,)
            cursor.execute("PRAGMA journal_size_limit")
            assert cursor.fetchone() == (0,)
        else:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)


@pytest.mark.django_db
def test_emptying_names_what_holds_rows_and_nothing_else() -> None:
    """After a test that commits, every table is emptied; most hold nothing."""
    tables = connection.introspection.django_table_names(only_existing=True)
    quoted = connection.ops.quote_name(Person._meta.db_table)
    assert connection.ops.sql_flush(no_style(), tables) == []
    make.person()
    assert connection.ops.sql_flush(no_style(), tables) == [f"DELETE FROM {quoted}"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_one_test_commits_the_next_does_not_meet(time: str) -> None:
    assert Person.objects.count() == 0
    make.tie(make.person(), make.school())
