"""Thousands of rows in one go, on the driver's own cursor: a twentieth of what Core takes for them.

Rows written together share most of their values (a moment, a channel, a payload): those are given, and sent, once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import JSON, Connection, Dialect, Table
from sqlalchemy.sql.dml import Insert

from models.json_text import to_json

Row = tuple[Any, ...]
_Values = Mapping[str, Any]
_AT_ONCE = 10_000


def insert_many(
    db: Connection, statement: Insert, columns: Sequence[str], rows: Sequence[Row], same: Mapping[str, Any]
) -> None:
    """Insert rows, each with its values in the order of ``columns``, in the connection's transaction.

    same: the columns that have one value in all rows.

    Raises:
        DBAPIError: of the kind that Core would raise.
    """
    made: Any = statement.inline().compile(dialect=db.dialect, column_keys=[*columns, *same])
    if made.insert_prefetch or made.returning:
        raise TypeError(f"cannot be inserted in bulk: {made}")
    text, conflict, rest = str(made).partition(" ON CONFLICT")
    write = _in_marks if made.positional else _in_json
    table: Any = statement.table
    kept = {name: _of(table, name, db.dialect)(value) for name, value in same.items()}
    driver: Any = db.connection.driver_connection
    cursor = driver.cursor()
    try:
        for first in range(0, len(rows), _AT_ONCE):
            some = _written(table, columns, rows[first : first + _AT_ONCE], db.dialect)
            write(cursor, table, db.dialect, columns, some, kept, conflict + rest)
    except db.dialect.loaded_dbapi.Error as error:
        # Core's own way out, which has no public name: see ``models.prepared``.
        db._handle_dbapi_exception(error, text, None, None, None)
    finally:
        cursor.close()


# All names below are those of our own tables.


def _in_marks(
    cursor: Any, table: Table, _: Dialect, columns: Sequence[str], rows: Iterable[Row], same: _Values, rest: str
) -> None:
    """Insert rows one by one, as SQLite likes it."""
    names, shared = [*columns, *same], tuple(same.values())
    marks = ", ".join("?" * len(names))
    text = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks}){rest}"  # noqa: S608
    cursor.executemany(text, [row + shared for row in rows])


def _in_json(
    cursor: Any, table: Table, on: Dialect, columns: Sequence[str], rows: Iterable[Row], same: _Values, rest: str
) -> None:
    """Insert rows by one statement that is given all of them as one value: PostgreSQL's shortest way."""
    names = ", ".join([*columns, *same])
    text = (
        f"INSERT INTO {table.name} ({names}) SELECT {names} "  # noqa: S608
        f"FROM json_to_recordset(%s) AS own({_typed(table, columns, on)})"
        f", json_to_record(%s) AS shared({_typed(table, same, on)}){rest}"
    )
    cursor.execute(text, (to_json([dict(zip(columns, row, strict=True)) for row in rows]), to_json(same)))


def _typed(table: Table, columns: Iterable[str], on: Dialect) -> str:
    return ", ".join(f"{name} {table.c[name].type.compile(dialect=on)}" for name in columns)


def _of(table: Table, column: str, on: Dialect) -> Callable[[Any], Any]:
    """Return what makes of a column's value what is written."""
    kind = table.c[column].type.dialect_impl(on)
    process = kind.bind_processor(on)
    if process is None:
        return _as_it_is
    if on.name == "sqlite":
        return process
    if isinstance(kind, JSON):
        return _as_it_is  # it is written within JSON anyway
    return lambda value: _iso(process(value))


def _as_it_is(value: Any) -> Any:
    return value


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _written(table: Table, columns: Sequence[str], rows: Sequence[Row], on: Dialect) -> Sequence[Row]:
    """Return rows as the driver takes them; a value that comes again in its column is not converted again."""
    makes = [_of(table, name, on) for name in columns]
    if all(make is _as_it_is for make in makes):
        return rows
    return list(zip(*map(_column, makes, zip(*rows, strict=True)), strict=True))


def _column(make: Callable[[Any], Any], values: Row) -> Sequence[Any]:
    if make is _as_it_is:
        return values
    known = {number: make(value) for number, value in {id(value): value for value in values}.items()}
    return [known[id(value)] for value in values]
