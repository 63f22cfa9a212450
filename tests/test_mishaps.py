"""Trouble with the database is told apart from trouble with what was written."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import psycopg.errors
import pytest
from sqlalchemy import exc, text

from bot.mishaps import is_clash, is_out_of_reach, is_passing
from models.store import Busy, Store

WRAPS: list[Callable[[Exception], Exception]] = [
    lambda error: error,
    lambda error: exc.DBAPIError.instance("select", {}, error, Exception),
]


@pytest.mark.parametrize("wrapped", WRAPS, ids=["by itself", "by SQLAlchemy"])
@pytest.mark.parametrize(
    ("error", "out_of_reach", "clash"),
    [
        (sqlite3.OperationalError("database is locked"), True, False),
        (sqlite3.IntegrityError("UNIQUE constraint failed"), False, False),
        (psycopg.OperationalError("server closed the connection unexpectedly"), True, False),
        (psycopg.InterfaceError("the connection is closed"), True, False),
        (psycopg.errors.AdminShutdown(), True, False),
        (psycopg.errors.LockNotAvailable(), True, False),
        (psycopg.errors.SerializationFailure(), True, True),
        (psycopg.errors.DeadlockDetected(), True, True),
        (psycopg.errors.UniqueViolation(), False, False),
        (psycopg.errors.StatementTooComplex(), False, False),
        (psycopg.errors.DiskFull(), True, False),
        (psycopg.DataError("cannot contain NUL"), False, False),
    ],
)
def test_drivers_say_what_is_wrong(error: Exception, wrapped, out_of_reach: bool, clash: bool) -> None:
    found = wrapped(error)
    assert (is_out_of_reach(found), is_clash(found)) == (out_of_reach, clash)
    assert is_passing(found) == (out_of_reach or clash)


@pytest.mark.parametrize("error", [Busy("locked"), exc.TimeoutError("no connection free")])
def test_waiting_in_vain_is_the_databases_fault(error: Exception) -> None:
    assert is_out_of_reach(error)


@pytest.mark.parametrize("error", [ValueError("odd"), OSError("disk"), KeyError("x"), TimeoutError()])
def test_everything_else_is_ours(error: Exception) -> None:
    assert not is_out_of_reach(error)
    assert not is_clash(error)
    assert not is_passing(error)


def test_a_statement_that_is_wrong_is_ours(store: Store) -> None:
    with pytest.raises(exc.DBAPIError) as caught, store.write() as db:
        db.execute(text("INSERT INTO channels (id, name, created_at) VALUES ('a', NULL, NULL)"))
    assert not is_out_of_reach(caught.value)


@pytest.mark.parametrize("wrong", ["SELECT nosuch FROM sqlite_master", "SELECT abs(-9223372036854775808)", "SELECT"])
def test_a_statement_that_sqlite_refuses_is_no_trouble_of_the_database(wrong: str) -> None:
    """Else an event that no retry can help would be tried for ever, and those behind it."""
    with sqlite3.connect(":memory:") as db, pytest.raises(sqlite3.OperationalError) as refused:
        db.execute(wrong)
    db.close()
    assert not is_passing(refused.value)


def test_a_locked_file_is(tmp_path: Path) -> None:
    first, second = (sqlite3.connect(tmp_path / "one.db", timeout=0, isolation_level=None) for _ in range(2))
    first.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError) as locked:
        second.execute("BEGIN IMMEDIATE")
    assert is_passing(locked.value)
    for one in (first, second):
        one.close()
