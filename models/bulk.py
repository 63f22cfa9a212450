"""Thousands of rows in one go, on the driver's own cursor: a twentieth of what Core takes for them.

Rows written together share most of their values (a moment, a channel, a payload): those are given, and sent, once. The
statement joins them to what each row has of its own.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import JSON, Connection, Dialect, String, Table
from sqlalchemy.sql.dml import Insert

from models.json_text import to_json

Row = tuple[Any, ...]
_Values = Mapping[str, Any]
_Columns = Sequence[Sequence[Any]]
"""What rows have of their own, column by column."""
_AT_ONCE = 10_000
_MARKS = 999
"""Values in one statement that every SQLite takes; more at once are hardly quicker."""


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
    most = (_MARKS - len(same)) // len(columns) if made.positional else _AT_ONCE
    table: Any = statement.table
    makes = [_of(table, name, db.dialect) for name in columns]
    kept = {name: _of(table, name, db.dialect)(value) for name, value in same.items()}
    driver: Any = db.connection.driver_connection
    cursor = driver.cursor()
    try:
        for first in range(0, len(rows), most):
            some = rows[first : first + most]
            own = [_written(make, [row[place] for row in some]) for place, make in enumerate(makes)]
            write(cursor, table, db.dialect, columns, own, kept, conflict + rest)
    except db.dialect.loaded_dbapi.Error as error:
        # Core's own way out, which has no public name: see ``models.prepared``.
        db._handle_dbapi_exception(error, text, None, None, None)
    finally:
        cursor.close()


# All names below are those of our own tables.


def _in_marks(
    cursor: Any, table: Table, _: Dialect, columns: Sequence[str], own: _Columns, same: _Values, rest: str
) -> None:
    """Insert rows by a statement with a mark for each value, which SQLite reads once for all rows of one length."""
    names, each = [*columns, *same], f"({_marks(columns)})"
    text = (
        f"WITH own({', '.join(columns)}) AS (VALUES {', '.join([each] * len(own[0]))}), "  # noqa: S608
        f"shared({', '.join(same)}) AS (VALUES ({_marks(same)})) "
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(names)} FROM own, shared WHERE true{rest}"
    )
    cursor.execute(text, [*chain.from_iterable(zip(*own, strict=True)), *same.values()])


def _marks(names: Collection[str]) -> str:
    return ", ".join("?" * len(names))


def _in_json(
    cursor: Any, table: Table, on: Dialect, columns: Sequence[str], own: _Columns, same: _Values, rest: str
) -> None:
    """Insert rows by a statement that is given each column as one value: PostgreSQL's shortest way."""
    names = ", ".join([*columns, *same])
    text = (
        f"INSERT INTO {table.name} ({names}) "  # noqa: S608
        f"SELECT {', '.join([*(_cast(table, name, on) for name in columns), *same])} "
        f"FROM ROWS FROM ({', '.join(['json_array_elements_text(%s)'] * len(columns))}) AS own({', '.join(columns)})"
        f", json_to_record(%s) AS shared({', '.join(f'{name} {_type(table, name, on)}' for name in same)}){rest}"
    )
    cursor.execute(text, [*map(to_json, own), to_json(same)])


def _cast(table: Table, column: str, on: Dialect) -> str:
    """Return a column as what it is, from text. Text stays as it is: a cast would cut off what is too long."""
    return column if isinstance(table.c[column].type, String) else f"{column}::{_type(table, column, on)}"


def _type(table: Table, column: str, on: Dialect) -> str:
    return table.c[column].type.compile(dialect=on)


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


def _written(make: Callable[[Any], Any], values: Sequence[Any]) -> Sequence[Any]:
    """Return a column as the driver takes it; a value that comes again is not converted again."""
    if make is _as_it_is:
        return values
    known = {number: make(value) for number, value in {id(value): value for value in values}.items()}
    return [known[id(value)] for value in values]
