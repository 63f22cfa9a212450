"""Statements that run on every event: compiled once, then run by the driver.

SQLAlchemy's ``Connection.execute`` makes an execution context, a cursor result and their lookups anew each time:
about four fifths of what a short statement costs (``make bench``). A prepared one keeps the compiled text and the
processors of its types; it runs in the transaction that the connection is in, and its rows and errors are as Core's.
PostgreSQL gets it by libpq itself (``models.libpq``).
"""

import re
import weakref
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    any_,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    from models.libpq import Statements

Parameters = Mapping[str, Any]
_Process = Callable[[Any], Any] | None
_Row = Any

MOST_ROWS = 16
"""Rows that one statement inserts or changes: for each number up to it the text is made, and prepared, once."""


class _Among(ColumnElement[bool]):
    """Whether a column's value is one of a list's, which is a single parameter."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # else SQLite is asked whether it equals 1, and finds no index

    def __init__(self, column: Column[Any], name: str) -> None:
        self.column = column
        self.name = name


def among(column: Column[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that a column's value is in the list given as parameter ``name``.

    The statement's text is the same however long the list is, so it can be prepared.
    """
    return _Among(column, name)


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    listed = func.json_each(bindparam(element.name, type_=JSON)).table_valued("value")
    return compiler.process(element.column.in_(select(listed.c.value)), **how)


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    # Behind a SELECT the planner does not see how long a list is: it keeps one plan, and makes none for each list.
    kind = ARRAY(element.column.type)
    listed = select(bindparam(element.name, type_=kind)).scalar_subquery()
    return compiler.process(element.column == any_(cast(listed, kind)), **how)


def compile_all(dialect: Dialect) -> None:
    """Compile every statement there is, before the first message needs one, and before a fork that then shares it."""
    for one in list(_ALL):
        one.compile(dialect)


def plan_once(db: Connection) -> None:
    """Let PostgreSQL plan each prepared statement once, until the transaction ends.

    By itself it makes five more plans, on each connection, before it sees that one will do; the longest takes it 4 ms.
    Not for statements that need to be planned for their values, as those do that a partial index serves.
    """
    try:
        driver_of(db).plan_once()
    except db.dialect.loaded_dbapi.Error as error:
        _raise(db, "SET LOCAL", error)


def commit(db: Connection) -> None:
    """Commit on PostgreSQL as statements are run: whoever has a deadline waits no longer for this, either."""
    driver = db.info.get(DRIVER)
    if driver is not None:
        try:
            driver.commit()
        except db.dialect.loaded_dbapi.Error as error:
            _raise(db, "COMMIT", error)


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

    Its columns and conditions must not change from run to run: ``among`` instead of an IN with a list of values, no
    default that Python makes.

    columns: those that an INSERT is given; each run must give them all, and nothing else.
    """

    def __init__(self, statement: Any, columns: Sequence[str] = ()) -> None:
        self.statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}
        _ALL.add(self)

    def __call__(self, db: Connection, parameters: Parameters | None = None) -> Rows:
        """Run in the connection's transaction.

        Raises:
            DBAPIError: of the kind that Core would raise. KeyError: a parameter is missing. TypeError: there are not as
                many as the INSERT has columns.
        """
        return self.compile(db.dialect).run(db, parameters or {})

    def each(self, db: Connection, rows: Sequence[Parameters]) -> None:
        """Run an UPDATE of one row for each of some, none of them twice. Raises as a single run does.

        PostgreSQL gets one statement for several, and locks them in no order. Not libpq's pipeline: psycopg reads its
        results while it keeps all other Python threads waiting, and one may hold the lock that the statement waits for.

        Raises:
            TypeError: PostgreSQL cannot have it so, see ``_with_cases``.
        """
        made = self.compile(db.dialect)
        if db.dialect.name == "sqlite":
            for given in rows:
                made.run(db, given)
        else:
            for some in _by_most(rows):
                made.run_each(db, some)

    def rows(self, db: Connection, rows: Sequence[Parameters]) -> Rows:
        """Insert rows by one statement; return what it returns, in no order.

        Raises as a single run does.
        """
        made = self.compile(db.dialect)
        return Rows([row for some in _by_most(rows) for row in made.run_rows(db, some)])

    def compile(self, dialect: Dialect) -> "_Compiled":
        """Return the statement as a driver gets it, made at the first time."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self.statement, dialect, self._columns)
        return compiled


def _by_most(rows: Sequence[Parameters]) -> Iterator[Sequence[Parameters]]:
    return (rows[first : first + MOST_ROWS] for first in range(0, len(rows), MOST_ROWS))


_ALL = weakref.WeakSet[Prepared]()  # those of modules stay for ever, those that a test makes do not


class _Compiled:
    """A statement as one driver gets it. columns: those that it is given, if it is an INSERT that does not say so."""

    def __init__(self, statement: Any, dialect: Dialect, columns: Sequence[str]) -> None:
        made: Any = statement.compile(dialect=_numbered(dialect), column_keys=columns or None)
        if made.insert_prefetch or made.update_prefetch or made.post_compile_params or made.literal_execute_params:
            raise TypeError(f"cannot be prepared: {made}")
        self.text = str(made)
        self._texts: dict[int, str] = {}  # by the number of rows
        self.columns = len(columns)
        self.binds = [_bind(made, name, dialect) for name in made.positiontup or ()]
        returned = made._result_columns  # Core reads it too; it has no public name
        self.row: Callable[[Sequence[Any]], _Row] = _row_of([column.keyname for column in returned])
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in returned]
        self.readers: list[_Process] = readers if any(readers) else []

    def run(self, db: Connection, given: Parameters) -> Rows:
        return self._run(db, self.text, self._values(given))

    def run_rows(self, db: Connection, rows: Sequence[Parameters]) -> Rows:
        return self._run(db, self._text(_with_rows, rows), self._all_values(rows))

    def run_each(self, db: Connection, rows: Sequence[Parameters]) -> None:
        words = self._text(_with_cases, rows)  # of one row, too: what cannot be had for many is seen before it is
        self._run(db, words if rows[1:] else self.text, self._all_values(rows))

    def _run(self, db: Connection, words: str, values: Sequence[Any]) -> Rows:
        try:
            return Rows(self._read(driver_of(db).run(words, values)))
        except db.dialect.loaded_dbapi.Error as error:
            _raise(db, words, error)

    def _text(self, make: Callable[[str, int], str], rows: Sequence[Parameters]) -> str:
        found = self._texts.get(len(rows))
        if found is None:
            found = self._texts[len(rows)] = make(self.text, len(rows))
        return found

    def _all_values(self, rows: Sequence[Parameters]) -> list[Any]:
        return [value for given in rows for value in self._values(given)]

    def _values(self, given: Parameters) -> list[Any]:
        if self.columns and len(given) != self.columns:
            raise TypeError(f"not the columns of {self.text}: {sorted(given)}")
        return [
            (process(given[key]) if process else given[key]) if key else value for key, process, value in self.binds
        ]

    def _read(self, raw: Sequence[Sequence[Any]]) -> list[_Row]:
        make, readers = self.row, self.readers
        if not readers:
            return [make(one) for one in raw]
        return [make([read(value) if read else value for read, value in zip(readers, one, strict=True)]) for one in raw]


def _raise(db: Connection, words: str, error: Exception) -> NoReturn:
    """Raise SQLAlchemy's error, by Core's own way out, which has no public name; the pool forgets who is lost."""
    db._handle_dbapi_exception(error, words, None, None, None)


_VALUES = re.compile(r"VALUES (\((?:[^()]|\([^()]*\))*\))")
_PLACE = re.compile(r"\$(\d+)")


def _with_rows(words: str, number: int) -> str:
    """Return the text of an INSERT with so many rows of values, instead of one. SQLAlchemy takes 10 ms for that.

    Raises:
        TypeError: it has no row of values, or values behind it.
    """
    head, row, rest = _VALUES.split(words, 1) if _VALUES.search(words) else ("", "", "?")
    if "?" in rest or _PLACE.search(rest):
        raise TypeError(f"cannot be prepared for rows: {words}")
    places = len(set(_PLACE.findall(row)))
    return f"{head}VALUES {', '.join(_behind(row, n * places) for n in range(number))}{rest}"


def _behind(words: str, places: int) -> str:
    """Return a statement's words with their parameters so many places further on."""
    return _PLACE.sub(lambda one: f"${int(one[1]) + places}", words)


_CHANGE = re.compile(r"(UPDATE \w+ SET )(.+) WHERE ([\w.]+) = (\$\d+::INTEGER)")
_ASSIGNED = re.compile(r"(\w+)=(\$\d+::[A-Z ]+|CAST\(\$\d+ AS [A-Z]+\))")


def _with_cases(words: str, number: int) -> str:
    """Return the text of PostgreSQL's UPDATE of one row, for so many rows.

    The list is behind a SELECT as ``among``'s is.

    Raises:
        TypeError: it finds the row otherwise than by an INTEGER alone, returns something, or sets a column to what has
            no type in the text, as a Boolean without a cast.
    """
    found = _CHANGE.fullmatch(words)
    changes = [_ASSIGNED.fullmatch(one) for one in found[2].split(", ")] if found else []
    if not found or not all(changes):
        raise TypeError(f"cannot be prepared for each of many rows: {words}")
    places = len(set(_PLACE.findall(words)))
    keys = [_behind(found[4], n * places) for n in range(number)]

    def cases(value: str) -> str:
        whens = " ".join(f"WHEN {key} THEN {_behind(value, n * places)}" for n, key in enumerate(keys))
        return f"CASE {found[3]} {whens} END"

    sets = ", ".join(f"{one[1]}={cases(one[2])}" for one in changes if one)
    return f"{found[1]}{sets} WHERE {found[3]} = ANY ((SELECT ARRAY[{', '.join(keys)}])::INTEGER[])"


class _Cursor:
    """SQLite's way to run statements: a cursor that is kept, since all rows are fetched before the next statement."""

    def __init__(self, driver: Any) -> None:
        self._cursor = driver.cursor()

    def plan_once(self) -> None:
        """Do nothing: SQLite keeps no plans for values."""

    def run(self, words: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._cursor.execute(words, values).fetchall()
        return found


DRIVER = "what runs prepared statements"
DEADLINE = "seconds for which PostgreSQL may be silent"


class Driver(Protocol):
    """What runs statements on a connection: SQLite's cursor, libpq, or what stands before them (``models.later``)."""

    def run(self, words: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        ...

    def plan_once(self) -> None:
        """Plan each statement once from now on, until the transaction ends."""
        ...


def driver_of(db: Connection) -> Driver:
    """Return what runs statements on a connection, and is kept with it."""
    kept = db.info
    if DRIVER not in kept:
        driver: Any = db.connection.driver_connection
        kept[DRIVER] = _Cursor(driver) if db.dialect.name == "sqlite" else _statements(driver, kept.get(DEADLINE))
    found: Driver = kept[DRIVER]
    return found


def _statements(driver: Any, deadline: float | None) -> "Statements":
    from models.libpq import Statements  # who has SQLite does not load psycopg

    return Statements(driver, deadline)


def _numbered(dialect: Any) -> Any:
    """Return a dialect whose statements reach the server as they are: psycopg's own way first looks for names in a
    statement's text, anew each time where there are many."""
    return dialect if dialect.positional else _with_numbers(dialect.__class__)


@cache
def _with_numbers(kind: Callable[..., Dialect]) -> Dialect:
    return kind(paramstyle="numeric_dollar")


def _row_of(names: list[str]) -> Callable[[Sequence[Any]], _Row]:
    made: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # the names are known only now
    return made._make


def _bind(made: SQLCompiler, name: str, dialect: Dialect) -> tuple[str, _Process, Any]:
    """Return a place in the statement: the parameter that goes there and its processor, or else a value."""
    bind = made.binds[name]
    process = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.required:
        return bind.key, process, None
    value = bind.effective_value
    return "", None, process(value) if process else value
