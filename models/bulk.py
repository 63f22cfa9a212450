"""Thousands of rows in one go, on the driver's own cursor: a tenth of what Core takes for them.

Rows written together share most of their values (a moment, a channel, a payload); each is converted once.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.dml import Insert

Row = Sequence[Any]


def insert_many(db: Connection, statement: Insert, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows, each with its values in the order of ``columns``, in the connection's transaction.

    Raises:
        DBAPIError: of the kind that Core would raise.
    """
    made: Any = statement.inline().compile(dialect=db.dialect, column_keys=list(columns))
    if made.insert_prefetch or made.returning:
        raise TypeError(f"cannot be inserted in bulk: {made}")
    names = made.positiontup if made.positional else list(columns)
    by_column = dict(zip(columns, zip(*rows, strict=True), strict=False))
    if not by_column:
        return
    written = [_written(by_column[name], made.binds[name].type.dialect_impl(db.dialect), db.dialect) for name in names]
    values = list(zip(*written, strict=True))
    driver: Any = db.connection.driver_connection
    cursor = driver.cursor()
    text = str(made)
    try:
        if made.positional:
            cursor.executemany(text, values)
        else:
            _copied(cursor, statement, text, names, values)
    except db.dialect.loaded_dbapi.Error as error:
        # Core's own way out, which has no public name: see ``models.prepared``.
        db._handle_dbapi_exception(error, text, None, None, None)
    finally:
        cursor.close()


def _copied(cursor: Any, statement: Insert, text: str, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows as PostgreSQL likes them best: copied beside the table, then taken from there in one statement.

    All names are those of our own tables.
    """
    table, columns = statement.table.name, ", ".join(names)
    rest = text[text.index(" ON CONFLICT") :] if " ON CONFLICT" in text else ""
    beside = f"CREATE TEMP TABLE rows_of_{table} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608
    cursor.execute(beside)
    with cursor.copy(f"COPY rows_of_{table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM rows_of_{table}{rest}")  # noqa: S608
    cursor.execute(f"DROP TABLE rows_of_{table}")


def _written(values: Row, kind: Any, dialect: Dialect) -> Row:
    """Return a column's values as the driver takes them; one that comes again is not converted again."""
    process: Callable[[Any], Any] | None = kind.bind_processor(dialect)
    if process is None:
        return values
    known = {id(value): process(value) for value in {id(value): value for value in values}.values()}
    return [known[id(value)] for value in values]
