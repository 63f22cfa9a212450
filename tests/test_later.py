"""Changes that wait for others of their kind are written before anything else is asked of the database."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, bindparam, func, insert, select

from models.later import later_of, leaves_for_later
from models.prepared import Prepared
from models.store import Store

lines = Table("lines", MetaData(), Column("id", Integer, primary_key=True), Column("words", String(40), nullable=False))
ADD = Prepared(insert(lines), ("words",))
ALL = Prepared(select(lines.c.words).order_by(lines.c.id))
COUNT = select(func.count()).select_from(lines).where(lines.c.words != bindparam("but"))


@pytest.fixture
def notes(store: Store) -> Iterator[Store]:
    """Return a database with a table of words."""
    with store.write() as db:
        lines.create(db)
    yield store
    with store.write() as db:
        lines.drop(db)


class Writes:
    """Writes what waits, and remembers how much it was given at once."""

    def __init__(self) -> None:
        self.given: list[list[str]] = []

    def __call__(self, db: Connection, words: Sequence[str]) -> None:
        self.given.append(list(words))
        ADD.rows(db, [{"words": one} for one in words])


def leave(db: Connection, kind: str, words: str) -> None:
    later = later_of(db)
    assert later is not None
    later.leave(kind, words)


def asked_by_hand(db: Connection) -> int:
    return int(db.execute(COUNT, {"but": "nothing"}).scalar_one())


def asked_prepared(db: Connection) -> int:
    return len(ALL(db).all())


def asked_after_a_savepoint(db: Connection) -> int:
    """What is undone to a savepoint is not what was said before it."""
    with db.begin_nested() as point:
        point.rollback()
    return asked_prepared(db)


@pytest.mark.parametrize("ask", [asked_by_hand, asked_prepared, asked_after_a_savepoint])
def test_whatever_is_asked_next_finds_it_written(notes: Store, ask: Callable[[Connection], int]) -> None:
    add = Writes()
    with notes.write() as db, leaves_for_later(db, {"add": add}):
        for words in ("one", "two"):
            leave(db, "add", words)
        assert add.given == []
        assert ask(db) == 2
        leave(db, "add", "three")
        assert ask(db) == 3
    assert add.given == [["one", "two"], ["three"]]


def test_what_nobody_asks_for_is_written_at_the_end_by_kind(notes: Store) -> None:
    first, then = Writes(), Writes()
    with notes.write() as db, leaves_for_later(db, {"first": first, "then": then}):
        leave(db, "then", "b")
        leave(db, "first", "a")
        leave(db, "then", "c")
    with notes.read() as db:
        assert ALL(db).scalars() == ["a", "b", "c"]
    assert (first.given, then.given) == ([["a"]], [["b", "c"]])


def test_where_the_block_raises_nothing_is_written_and_the_next_transaction_is_as_ever(notes: Store) -> None:
    add = Writes()

    def fail() -> None:
        with notes.write() as db, leaves_for_later(db, {"add": add}):
            leave(db, "add", "lost")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with notes.write() as db:
        assert later_of(db) is None
        assert asked_prepared(db) == 0
    assert add.given == []


def test_an_error_of_what_waits_undoes_the_transaction(notes: Store) -> None:
    def fail(db: Connection, changes: Sequence[Any]) -> None:
        raise LookupError(changes[0])

    def add() -> None:
        with notes.write() as db, leaves_for_later(db, {"fail": fail}):
            ADD(db, {"words": "one"})
            leave(db, "fail", "two")
            ADD(db, {"words": "three"})

    with pytest.raises(LookupError, match="two"):
        add()
    with notes.read() as db:
        assert asked_prepared(db) == 0
