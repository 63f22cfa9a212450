"""Statements that run on every event: compiled once, then run on the driver's own cursor.

SQLAlchemy's ``Connection.execute`` makes an execution context, a cursor result and their lookups anew each time:
about four fifths of what a short statement costs (``make bench``). A prepared one keeps the compiled text and the
processors of its types; it runs in the transaction that the connection is in, and its rows and errors are as Core's.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Parameters = Mapping[str, Any]
_Process = Callable[[Any], Any] | None
_Row = Any


class Rows:
    """The rows of one run, already read; the part of SQLAlchemy's Result that we ask for."""

    __slots__ = ("_rows",)

    def __init__(self, rows: list[_Row]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[_Row]:
        return iter(self._rows)

    def all(self) -> list[_Row]:
        """Return every row."""
        return self._rows

    def first(self) -> _Row | None:
        """Return the first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> _Row:
        """Return the only row. Raises ValueError where there is none, or more than one."""
        (row,) = self._rows
        return row

    def scalar(self) -> Any:
        """Return the first column of the first row, or None."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """Return the first column of the only row. Raises ValueError as ``one`` does."""
        return self.one()[0]

    def scalars(self) -> list[Any]:
        """Return the first column of every row."""
        return [row[0] for row in self._rows]


class Prepared:
    """A statement made once, when its module is imported.

    Its columns and conditions must not change from run to run: no IN with a list of values, no default that Python
    makes. For many rows at once use Core: ``db.execute(prepared.statement, rows)``.
    """

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def __call__(self, db: Connection, parameters: Parameters | None = None) -> Rows:
        """Run in the connection's transaction.

        Raises:
            DBAPIError: of the kind that Core would raise. KeyError: a parameter is missing.
        """
        given = parameters or {}
        key = (db.dialect.name, *given)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = _Compiled(self.statement, db.dialect, list(given))
        return compiled.run(db, given)


class _Compiled:
    """A statement as one driver gets it, for one set of parameters."""

    def __init__(self, statement: Any, dialect: Dialect, names: Sequence[str]) -> None:
        made = statement.compile(dialect=dialect, column_keys=None if statement.is_select else names)
        if made.insert_prefetch or made.update_prefetch or made.post_compile_params or made.literal_execute_params:
            raise TypeError(f"cannot be prepared: {made}")
        self.text = str(made)
        self.positional = made.positional
        self.binds = [_bind(made, name, names, dialect) for name in made.positiontup or made.binds]
        columns = made._result_columns  # Core reads it too; it has no public name
        self.row: Callable[[Sequence[Any]], _Row] = _row_of([column.keyname for column in columns])
        self.returns_rows = bool(columns)
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self.readers: list[_Process] = readers if any(readers) else []

    def run(self, db: Connection, given: Parameters) -> Rows:
        values = [
            (process(given[key]) if process else given[key]) if key else value for _, key, process, value in self.binds
        ]
        cursor = _cursor(db)
        try:
            cursor.execute(self.text, values if self.positional else self._named(values))
            return Rows(self._read(cursor.fetchall()) if self.returns_rows else [])
        except db.dialect.loaded_dbapi.Error as error:
            # Core's own way out, which has no public name: SQLAlchemy's error, and a lost connection's pool made anew.
            db._handle_dbapi_exception(error, self.text, None, None, None)

    def _named(self, values: list[Any]) -> dict[str, Any]:
        return {bind[0]: value for bind, value in zip(self.binds, values, strict=True)}

    def _read(self, raw: list[Sequence[Any]]) -> list[_Row]:
        make, readers = self.row, self.readers
        if not readers:
            return [make(one) for one in raw]
        return [make([read(value) if read else value for read, value in zip(readers, one, strict=True)]) for one in raw]


def _cursor(db: Connection) -> Any:
    """Return a cursor that is kept with the driver's connection: psycopg takes a third of a statement's time to make
    one. All rows are fetched before the next statement, so one is enough."""
    kept = db.info
    if _KEPT not in kept:
        driver: Any = db.connection.driver_connection
        kept[_KEPT] = driver.cursor()
    return kept[_KEPT]


_KEPT = "cursor of prepared statements"


def _row_of(names: list[str]) -> Callable[[Sequence[Any]], _Row]:
    made: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # the names are known only now
    return made._make


def _bind(made: SQLCompiler, name: str, names: Sequence[str], dialect: Dialect) -> tuple[str, str, _Process, Any]:
    """Return a place in the statement: its name; the parameter that goes there and its processor, or else a value."""
    bind = made.binds[name]
    process = bind.type.dialect_impl(dialect).bind_processor(dialect)
    key = bind.key if bind.key in names else name
    if key in names or bind.required:
        return name, key, process, None
    value = bind.effective_value
    return name, "", None, process(value) if process else value
