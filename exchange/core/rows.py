"""Tables as plain JSON, the same from every database: one line a row, in the order of the keys.

A table's sum is the SHA-256 of its lines, so two databases with equal sums hold the same rows.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from math import isfinite
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field, Model
from django.utils.duration import duration_iso_string

from exchange.core.archive import Damaged

#: Tables of who is signed in are not kept: after a restore everybody signs in again. A floor that
#: has such a table adds it in `apps.ready()`.
left_out: set[str] = {"sessions.session"}
AT_ONCE = 500
#: From here on a float has no fraction; PostgreSQL gives such a number back as a whole one.
WHOLE = 2.0**53

Table = type[Model]


def applied(connection: BaseDatabaseWrapper) -> frozenset[tuple[str, str]]:
    """The migrations a database has been through, as (app, name); none for an empty one."""
    return frozenset(MigrationRecorder(connection).applied_migrations())


@lru_cache(maxsize=1)
def _known() -> MigrationLoader:
    return MigrationLoader(None)


def unknown(migrations: Iterable[tuple[str, str]]) -> list[str]:
    """Those of the migrations that this version of the software has never heard of."""
    loader = _known()
    there = set(loader.graph.nodes) | set(loader.replacements)
    return sorted(f"{app}.{name}" for app, name in set(migrations) - there)


def ends(migrations: frozenset[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those after which none of the others comes: what one must migrate to."""
    nodes = _known().graph.node_map
    return sorted(
        key
        for key in migrations
        if key in nodes and not any(child.key in migrations for child in nodes[key].children)
    )


@lru_cache(maxsize=4)
def models_after(migrations: frozenset[tuple[str, str]]) -> Apps:
    """The models as they were after these migrations."""
    return _known().project_state(ends(migrations)).apps


def tables(apps: Apps) -> list[Table]:
    """All tables that the models know, in the order of their names."""
    found = apps.get_models(include_auto_created=True)
    kept = [model for model in found if model._meta.managed and not model._meta.proxy]
    return sorted(kept, key=label)


def label(table: Table) -> str:
    """A table's name in a backup, such as "directory.person"."""
    return table._meta.label_lower


def kept(apps: Apps) -> list[Table]:
    """The tables whose rows go into a backup."""
    return [table for table in tables(apps) if label(table) not in left_out]


def columns(table: Table) -> "list[Field[Any, Any]]":
    """The columns whose values are ours to write."""
    return [field for field in table._meta.concrete_fields if not getattr(field, "generated", 0)]


def names(table: Table) -> list[str]:
    """What the columns are called, in the order of a line's values."""
    return [field.attname for field in columns(table)]


def plain(value: Any) -> Any:
    """A column's value in JSON's terms, the same from both databases.

    >>> plain(-0.0), plain(b"ab"), plain({"b": 1e16})
    (0.0, 'YWI=', {'b': 10000000000000000})
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return int(value) if abs(value) >= WHOLE and isfinite(value) else value + 0.0
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    raise TypeError(f"No plain form is known of a {type(value).__name__}.")


def line(values: Sequence[Any]) -> bytes:
    """One row, with the line's end. Half characters, which SQLite lets pass, stay as they are."""
    shaped = [plain(value) for value in values]
    words = json.dumps(shaped, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{words}\n".encode()


def lines(table: Table, using: str) -> Iterator[bytes]:
    """All rows of a table."""
    rows = table._base_manager.using(using).order_by("pk").values_list(*names(table))
    return (line(row) for row in rows.iterator(chunk_size=AT_ONCE))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def read(table: Table, text: bytes) -> list[Any]:
    """A line's values as the table takes them; Damaged where they are not of its kind, or were
    not written by `line`."""
    fields = columns(table)
    try:
        raw = json.loads(text, parse_constant=_refuse)
        if not isinstance(raw, list) or len(raw) != len(fields):
            raise ValueError("another number of columns")
        values = [_value(field, one) for field, one in zip(fields, raw, strict=True)]
        same = line(values) == text
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        same = False
    if not same:
        raise Damaged(f"A row of {label(table)} is not what such a row can be.")
    return values


def _value(field: "Field[Any, Any]", raw: Any) -> Any:
    return None if raw is None else field.to_python(raw)


def flush(apps: Apps, using: str) -> None:
    """Empty all tables, inside the caller's transaction."""
    connection = connections[using]
    connection.check_constraints()  # else PostgreSQL has checks pending and refuses
    names = [table._meta.db_table for table in tables(apps)]
    connection.ops.execute_sql_flush(
        connection.ops.sql_flush(no_style(), names, allow_cascade=True)
    )


def load(table: Table, using: str, texts: Iterable[bytes]) -> None:
    """Put rows into a table as they are: nothing is computed, no signal sent. Damaged where a line
    is no row of the table, or the database refuses it."""
    fields = columns(table)
    rows = (table(**dict(zip(names(table), read(table, text), strict=True))) for text in texts)
    most = min(AT_ONCE, connections[using].ops.bulk_batch_size(fields, [None] * AT_ONCE) or 1)
    try:
        while batch := list(islice(rows, most)):
            # `raw`: dates that are set on saving stay what they were.
            table._base_manager.using(using)._insert(batch, fields=fields, using=using, raw=True)  # type: ignore[attr-defined]
    except DatabaseError as fault:  # its own words quote the row
        raise Damaged(
            f"The database refuses rows of {label(table)} ({type(fault).__name__})."
        ) from None


def count_on(apps: Apps, using: str) -> None:
    """Let the database number new rows after those that are there."""
    connection = connections[using]
    connection.ops.execute_sql_flush(connection.ops.sequence_reset_sql(no_style(), tables(apps)))


class Sum:
    """The number of rows and their sum, while lines pass."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, hashlib.sha256()

    def passing(self, texts: Iterable[bytes]) -> Iterator[bytes]:
        for text in texts:
            self.rows += 1
            self._sum.update(text)
            yield text

    def told(self) -> dict[str, Any]:
        """{"rows": how many, "sha256": hex}"""
        return {"rows": self.rows, "sha256": self._sum.hexdigest()}


def sums(apps: Apps, using: str) -> dict[str, dict[str, Any]]:
    """Table -> rows and sum, of all tables that are kept."""
    found = {}
    for table in kept(apps):
        one = Sum()
        for _ in one.passing(lines(table, using)):
            pass
        found[label(table)] = one.told()
    return found
