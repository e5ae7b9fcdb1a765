"""All rows of the test database, taken and put back: building a world anew costs a second or more,
putting its rows back a twentieth of that."""

from typing import Any

from django.apps import apps
from django.db import connection

Rows = dict[str, list[tuple[Any, ...]]]


def taken() -> Rows:
    """Table -> its rows, as the database has them, in the order of their keys."""
    quoted = connection.ops.quote_name
    models = apps.get_models(include_auto_created=True)
    found = {}
    with connection.cursor() as cursor:
        for table in sorted({model._meta.db_table for model in models}):
            cursor.execute(f"select * from {quoted(table)} order by 1")
            found[table] = cursor.fetchall()
    return found


def put_back(kept: Rows) -> None:
    """Every table holds these rows and no others; within a transaction, as keys wait for its end."""
    quoted, now = connection.ops.quote_name, taken()
    with connection.cursor() as cursor:
        for table, rows in kept.items():
            if rows == now[table]:
                continue
            if now[table]:
                cursor.execute(f"delete from {quoted(table)}")
            if rows:
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"insert into {quoted(table)} values ({places})", rows)
