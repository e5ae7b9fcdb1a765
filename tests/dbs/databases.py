"""The test database: the same suite runs on SQLite and on PostgreSQL (DATABASE_URL).

Two sessions on one machine do not meet: SQLite's files lie in a folder of the session's own, and
on PostgreSQL EXCHANGE_TEST_DB gives the database a name of its own. Every worker of xdist has its
own database on both.
"""

import os
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

#: What Django writes into them is the same after every test.
LASTING = {"django_content_type", "auth_permission"}


def worker() -> str:
    """The xdist worker's name, such as "gw0"; "main" without xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def is_sqlite() -> bool:
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


def database_name() -> str:
    """What people call the database this session runs on."""
    return "SQLite" if is_sqlite() else "PostgreSQL"


def postgres_name(asked: str, worker_name: str) -> str:
    """The name on PostgreSQL: "test_exchange", the asker's word and the worker, fit for SQL."""
    parts = ["test_exchange", re.sub(r"[^a-z0-9]+", "_", asked.lower()).strip("_"), worker_name]
    return "_".join(part for part in parts if part)[:63]


def name_test_database(folder: Path) -> None:
    """Point the settings at a test database of this process.

    SQLite gets a file and not its memory, because locks and the write-ahead log only behave as in
    life on a file.
    """
    database = settings.DATABASES["default"]
    if is_sqlite():
        name = str(folder / f"{worker()}.sqlite3")
    else:
        name = postgres_name(os.environ.get("EXCHANGE_TEST_DB", ""), worker())
    database.setdefault("TEST", {})["NAME"] = name


def empty_what_is_filled() -> None:
    """After a test that commits, delete rows from the tables that hold some.

    Django's TRUNCATE makes new files for all tables and indexes on PostgreSQL, a third of a second
    for each such test, and most of them are empty.
    """
    operations = connection.ops
    whole = operations.sql_flush

    def sql_flush(style: Any, tables: list[str], **words: Any) -> list[str]:
        if words.get("reset_sequences"):
            return list(whole(style, tables, **words))
        named = {table: operations.quote_name(table) for table in sorted({*tables} - LASTING)}
        asked = [f"select '{table}' where exists (select 1 from {quoted})"
                 for table, quoted in named.items()]  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(" union all ".join(asked))
            return [f"DELETE FROM {named[table]}" for (table,) in cursor.fetchall()]

    operations.sql_flush = sql_flush
