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
    given = values if made.positional else [dict(zip(names, one, strict=True)) for one in values]
    try:
        cursor.executemany(text, given)
    except db.dialect.loaded_dbapi.Error as error:
        # Core's own way out, which has no public name: see ``models.prepared``.
        db._handle_dbapi_exception(error, text, None, None, None)
    finally:
        cursor.close()


def _written(values: Row, kind: Any, dialect: Dialect) -> Row:
    """Return a column's values as the driver takes them; one that comes again is not converted again."""
    process: Callable[[Any], Any] | None = kind.bind_processor(dialect)
    if process is None:
        return values
    known = {id(value): process(value) for value in {id(value): value for value in values}.values()}
    return [known[id(value)] for value in values]
