"""A second, empty database of the same engine, for tests that restore or move."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from exchange.core.environment import database
from tests.dbs.databases import is_sqlite


def sqlite(folder: Path) -> dict[str, Any]:
    """Django's words for a file that is not there yet."""
    folder.mkdir(exist_ok=True)
    return database(f"sqlite:///{folder / 'exchange.sqlite3'}")


@contextmanager
def spare(folder: Path, word: str = "spare") -> Iterator[dict[str, Any]]:
    """Django's words for an empty database: a file in a folder of that name, or one on the server
    that goes with the block."""
    if is_sqlite():
        yield sqlite(folder / word)
        return
    there = settings.DATABASES["default"]
    name = f"{connection.settings_dict['NAME']}_{word}"[-63:]
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    make = sql.SQL("create database {}").format(sql.Identifier(name))
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(drop)
        server.execute(make)
        try:
            yield {**there, "NAME": name}
        finally:
            server.execute(drop)
