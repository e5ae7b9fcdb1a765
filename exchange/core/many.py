"""Rows read and written with few words: for what is kept in the rush of a hall.

Querysets, `bulk_create` and `save` build their SQL anew each time, which there cost more than all
that the database does. Here a statement is put together once. What they do besides (signals,
defaults, keys given back, dates read) is not done.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

from django.db import connection, models

#: Of these a value is written as it is.
PLAIN = (models.CharField, models.IntegerField, models.ForeignKey)
Prepare = Callable[[Any], Any]


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows. names  the fields (of foreign keys, the fields too: their values are keys) that the
    rows have, in order; all that cannot be empty. Raises what the database says, as `save` does."""
    _write(_insert_into(model, tuple(names)), model, names, rows)


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Change rows: the last value of each is the row's key, those before it are of `names`."""
    _write(_update_of(model, tuple(names)), model, (*names, "pk"), rows)


def read(
    model: type[models.Model], names: Sequence[str], **wanted: Collection[Any]
) -> list[tuple[Any, ...]]:
    """The rows whose fields have one of the values `wanted`, as values of `names`, in no order."""
    if not all(wanted.values()):
        return []
    known = [getattr(_field(model, name), "from_db_value", None) for name in names]
    counts = tuple((name, len(values)) for name, values in wanted.items())
    with connection.cursor() as cursor:
        given = [value for values in wanted.values() for value in values]
        cursor.execute(_select_from(model, tuple(names), counts), given)
        return [
            tuple(
                f(value, None, connection) if f else value
                for f, value in zip(known, row, strict=True)
            )
            for row in cursor.fetchall()
        ]


def _write(
    statement: str, model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    prepare = _preparing(model, names)
    ready = [
        [p(value) if p else value for p, value in zip(prepare, row, strict=True)] for row in rows
    ]
    if ready:
        with connection.cursor() as cursor:
            cursor.executemany(statement, ready)


def _preparing(model: type[models.Model], names: Sequence[str]) -> list[Prepare | None]:
    """For each field what makes its values into those of the database; None: nothing to make."""
    return [_prepare(model._meta.pk if name == "pk" else _field(model, name)) for name in names]


def _prepare(field: Any) -> Prepare | None:
    if isinstance(field, PLAIN) or field.primary_key:
        return None
    prepare = partial(field.get_db_prep_save, connection=connection)
    # Of what is written at once all was mostly done in one moment.
    return lru_cache(maxsize=8)(prepare) if isinstance(field, models.DateTimeField) else prepare


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _columns(model: type[models.Model], names: Sequence[str]) -> list[str]:
    return [connection.ops.quote_name(_field(model, name).column) for name in names]


@lru_cache(maxsize=50)
def _insert_into(model: type[models.Model], names: tuple[str, ...]) -> str:
    table, columns = connection.ops.quote_name(model._meta.db_table), _columns(model, names)
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608


@lru_cache(maxsize=2000)
def _select_from(
    model: type[models.Model], names: tuple[str, ...], counts: tuple[tuple[str, int], ...]
) -> str:
    table, columns = connection.ops.quote_name(model._meta.db_table), _columns(model, names)
    among = [
        f"{_columns(model, [name])[0]} IN ({', '.join(['%s'] * count)})" for name, count in counts
    ]
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {' AND '.join(among)}"  # noqa: S608


@lru_cache(maxsize=50)
def _update_of(model: type[models.Model], names: tuple[str, ...]) -> str:
    table, pk = connection.ops.quote_name(model._meta.db_table), model._meta.pk.column
    changes = ", ".join(f"{column} = %s" for column in _columns(model, names))
    return f"UPDATE {table} SET {changes} WHERE {connection.ops.quote_name(pk)} = %s"  # noqa: S608
