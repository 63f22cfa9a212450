"""Changes that wait for others of their kind are written before anything else is asked of the database."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, bindparam, func, insert, select, text
from sqlalchemy.exc import OperationalError

from handlers import audit
from models.later import later_of, leaves_for_later, not_waiting
from models.prepared import Prepared, plan_once
from models.store import Busy, Store

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


def test_what_is_asked_of_something_else_lets_it_wait(notes: Store) -> None:
    add = Writes()
    with notes.write() as db, leaves_for_later(db, {"add": add}):
        with not_waiting(db):
            assert asked_prepared(db) == 0
        leave(db, "add", "one")
        with not_waiting(db):
            assert asked_prepared(db) == 0
        plan_once(db)
        assert add.given == []
        leave(db, "add", "two")
        with not_waiting(db):
            assert asked_by_hand(db) == 2, "what SQLAlchemy runs itself finds it written all the same"
        assert asked_prepared(db) == 2
    assert add.given == [["one", "two"]]


def test_a_change_that_nobody_writes_is_refused(notes: Store) -> None:
    with notes.write() as db, leaves_for_later(db, {"add": Writes()}), pytest.raises(KeyError):
        leave(db, "ad", "one")


def test_a_lost_connection_is_called_so(new_postgresql_url: Callable[[], str]) -> None:
    """Who is told of something else would let all others try a database that is gone."""
    store, other = (Store(url) for url in [new_postgresql_url()] * 2)

    def lose() -> None:
        with store.write() as db, audit.written_last(db), leaves_for_later(db, {"add": Writes()}):
            mine = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
            leave(db, "add", "lost")
            with other.write() as killing:
                killing.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})
            later = later_of(db)
            assert later is not None
            later.drop()
            ALL(db)

    with pytest.raises(OperationalError) as lost:
        lose()
    assert lost.value.connection_invalidated
    with pytest.raises(Busy):
        store.write().__enter__()
    for one in (store, other):
        one.dispose()


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
