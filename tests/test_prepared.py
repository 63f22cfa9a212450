"""Prepared statements give the rows and the errors that SQLAlchemy's Core gives."""

import os
import signal
from contextlib import contextmanager
from datetime import UTC, date, datetime
from threading import Thread
from time import monotonic, sleep

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    QueuePool,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from models.base import UtcDateTime
from models.prepared import MOST_ROWS, Prepared, among, commit, plan_once
from models.store import FIRST, QUIET, Busy, Store

things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("words", Text),
    Column("good", Boolean, nullable=False),
    Column("day", Date),
    Column("at", UtcDateTime),
    Column("body", JSON),
    Column("made_by", String(10), default=lambda: "python"),
)
FIELDS = ("name", "words", "good", "day", "at", "body")
ADD = insert(things).values({field: bindparam(field) for field in FIELDS} | {"made_by": "us"})
ADDED = Prepared(ADD.returning(things.c.id))
ADDED_MANY = Prepared(insert(things).returning(things.c.name), (*FIELDS, "made_by"))
BY_NAME = select(things).where(things.c.name == bindparam("name"), things.c.made_by == "us").order_by(things.c.id)
CHANGE = update(things).where(things.c.name == bindparam("which")).values(good=bindparam("now_good"), words="changed")
MARK = Prepared(
    update(things)
    .where(things.c.id == bindparam("number"))
    .values(words=bindparam("new"), at=bindparam("when"), day=None)
)
COUNT = select(func.count(), func.max(things.c.id)).where(things.c.good == bindparam("good"))

LETTERS = st.characters(blacklist_categories=("Cs", "Cc"))
ROWS = st.fixed_dictionaries(
    {
        "name": st.text(LETTERS, min_size=1, max_size=40),
        "words": st.none() | st.text(LETTERS),
        "good": st.booleans(),
        "day": st.none() | st.dates(date(1900, 1, 1)),
        "at": st.none() | st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)),  # noqa: DTZ001
        "body": st.dictionaries(st.text(LETTERS, max_size=5), st.integers(-9, 9) | st.text(LETTERS, max_size=5)),
    }
)


@pytest.fixture
def db(new_store):
    store = new_store()
    with store.write() as db:
        things.create(db)
        yield db


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_rows_are_those_of_core(db, row):
    db.execute(things.delete())
    number = ADDED(db, row).scalar_one()
    wanted = db.execute(BY_NAME, {"name": row["name"]}).all()
    found = Prepared(BY_NAME)(db, {"name": row["name"]})
    assert [tuple(one) for one in found.all()] == [tuple(one) for one in wanted]
    assert found.one()._fields == tuple(wanted[0]._fields)
    assert (found.one().id, {field: getattr(found.one(), field) for field in FIELDS}) == (number, row)
    assert (found.first(), found.scalar(), found.scalars()) == (found.one(), number, [number])
    Prepared(CHANGE)(db, {"which": row["name"], "now_good": not row["good"]})
    assert db.execute(select(things.c.good, things.c.words)).one() == (not row["good"], "changed")
    assert tuple(Prepared(COUNT)(db, {"good": not row["good"]}).one()) == (1, number)


def test_nothing_found(db):
    found = Prepared(BY_NAME)(db, {"name": "nobody"})
    assert (found.first(), found.scalar(), found.all(), list(found), found.scalars()) == (None, None, [], [], [])
    with pytest.raises(ValueError, match="not enough values"):
        found.one()


def twice(store, add):
    with store.write() as db:
        add(db)
        add(db)


def test_an_error_of_the_database_is_core_s(new_store):
    store = new_store()
    with store.write() as db:
        things.create(db)
    row: dict[str, object] = {"name": "one", "words": None, "good": True, "day": None, "at": None, "body": {}}
    with pytest.raises(IntegrityError):
        twice(store, lambda db: db.execute(ADD, row))
    with pytest.raises(IntegrityError) as caught:
        twice(store, lambda db: ADDED(db, row))
    assert not caught.value.connection_invalidated
    assert caught.value.params is None  # a person's words stay out of what may be logged
    with store.read() as db:
        assert db.execute(select(func.count()).select_from(things)).scalar() == 0


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, max_size=2 * MOST_ROWS + 1, unique_by=lambda row: str(row["name"])), st.data())
def test_many_rows_go_in_as_one_after_the_other_would_and_are_found_by_a_list(db, rows, data):
    db.execute(things.delete())
    made = {row.name for row in ADDED_MANY.rows(db, [row | {"made_by": "us"} for row in rows])}
    assert made == {row["name"] for row in rows}
    wanted = data.draw(st.lists(st.sampled_from(sorted(made) or ["nobody"])))
    found = Prepared(select(things.c.name).where(among(things.c.name, "names")))(db, {"names": wanted})
    assert sorted(found.scalars()) == sorted(set(wanted) & made)
    numbers = db.execute(select(things.c.id)).scalars().all()
    by_number = Prepared(select(things.c.id).where(among(things.c.id, "numbers")))(db, {"numbers": numbers[:3]})
    assert sorted(by_number.scalars()) == sorted(numbers[:3])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, max_size=4, unique_by=lambda row: str(row["name"])), st.data())
def test_each_of_many_is_changed_as_it_is_told_and_nothing_else(db, rows, data):
    db.execute(things.delete())
    numbers = [ADDED(db, row).scalar_one() for row in rows]
    changes = data.draw(
        st.lists(st.tuples(st.sampled_from(numbers), ROWS), unique_by=lambda one: one[0]) if rows else st.just([])
    )
    MARK.each(db, [{"number": number, "new": row["words"], "when": row["at"]} for number, row in changes])
    wanted = {
        number: (row["words"], row["at"], row["day"], row["good"]) for number, row in zip(numbers, rows, strict=True)
    }
    wanted |= {number: (row["words"], row["at"], None, wanted[number][3]) for number, row in changes}
    found = db.execute(select(things.c.id, things.c.words, things.c.at, things.c.day, things.c.good))
    assert {row.id: tuple(row)[1:] for row in found} == wanted


@pytest.mark.parametrize(
    "statement",
    [
        update(things).where(things.c.name == bindparam("which")).values(words=bindparam("now_good")),
        update(things).where(things.c.id == bindparam("which")).values(good=bindparam("now_good")),
        update(things).where(things.c.id == bindparam("which"), things.c.good).values(words=bindparam("now_good")),
        select(things.c.name).where(things.c.id == bindparam("which")),
    ],
    ids=["not by its number", "a value without a type", "a further condition", "no change"],
)
def test_what_is_no_change_of_one_row_cannot_be_run_for_many_on_postgresql(postgresql_store, statement):
    with pytest.raises(TypeError, match="cannot be prepared for each"), postgresql_store.write() as db:
        Prepared(statement).each(db, [{"which": 1, "now_good": True}, {"which": 2, "now_good": True}])


@pytest.mark.parametrize("many", [MOST_ROWS, MOST_ROWS + 1, 2 * MOST_ROWS + 1])
def test_however_many_are_changed_each_is(db, many):
    row: dict[str, object] = {"words": None, "good": True, "day": None, "at": None, "body": {}}
    numbers = [ADDED(db, row | {"name": f"{n}"}).scalar_one() for n in range(many)]
    MARK.each(db, [{"number": number, "new": f"{number}", "when": None} for number in numbers])
    assert db.execute(select(things.c.words).order_by(things.c.id)).scalars().all() == [f"{n}" for n in numbers]


def test_an_error_of_one_of_many_changes_is_core_s(db):
    row: dict[str, object] = {"words": None, "good": True, "day": None, "at": None, "body": {}}
    numbers = [ADDED(db, row | {"name": name}).scalar_one() for name in ("one", "two")]
    rename = Prepared(update(things).where(things.c.id == bindparam("number")).values(name=bindparam("new")))
    with pytest.raises(IntegrityError):
        rename.each(db, [{"number": number, "new": "the same"} for number in numbers])


def test_a_missing_parameter_is_noticed(db):
    with pytest.raises(KeyError, match="name"):
        Prepared(BY_NAME)(db, {})


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        (select(things).where(things.c.id.in_([1, 2])), {}),
        (insert(things), {"name": "x", "good": True}),  # made_by would be made by Python
    ],
    ids=["a list of values", "a default that Python makes"],
)
def test_what_changes_from_run_to_run_is_refused(db, statement, row):
    with pytest.raises(TypeError, match="cannot be prepared"):
        Prepared(statement, tuple(row))(db, row)


@pytest.mark.parametrize("row", [{"name": "one"}, {"name": "one", "good": True, "made_by": "us", "words": "more"}])
def test_a_row_that_has_not_the_columns_it_should_is_refused_and_nothing_of_it_is_lost(db, row):
    add = Prepared(insert(things), ("name", "good", "made_by"))
    with pytest.raises(TypeError, match="not the columns"):
        add(db, row)
    with pytest.raises(TypeError, match="not the columns"):
        add.rows(db, [{"name": "two", "good": True, "made_by": "us"}, row])
    with pytest.raises(KeyError, match="made_by"):
        add(db, {"name": "one", "good": True, "words": "instead"})


@pytest.fixture(params=[None, 30.0], ids=["waits", "has a deadline"])
def postgresql_store(new_postgresql_url, request):
    store = Store(new_postgresql_url(), deadline=request.param)
    with store.write() as db:
        things.create(db)
    yield store
    store.dispose()


def cut_off(store, opened, run):
    with opened() as db, store.engine.connect() as other:
        me = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other.execute(text("SELECT pg_terminate_backend(:me)"), {"me": me})
        run(db)


ONE = Prepared(select(bindparam("n", type_=Integer)))


@pytest.mark.parametrize("way", ["read", "alone"])
@pytest.mark.parametrize(
    "run",
    [lambda db: ONE(db, {"n": 1}), lambda db: db.execute(ONE.statement, {"n": 1})],
    ids=["a prepared statement", "Core"],
)
def test_a_lost_connection_is_given_up_and_told_of_as_core_does(postgresql_store, way, run):
    store = postgresql_store
    with pytest.raises(OperationalError) as caught:
        cut_off(store, getattr(store, way), run)
    assert caught.value.connection_invalidated
    store._again_at = 0.0
    with getattr(store, way)() as db:
        assert ONE(db, {"n": 2}).scalar() == 2


def once_alone(store):
    with store.alone() as db:
        return ONE(db, {"n": 2}).scalar()


def test_a_connection_that_is_lost_in_the_pool_is_given_up(postgresql_store):
    store = postgresql_store
    with store.alone() as db:
        me = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with store.write() as db:
        db.execute(text("SELECT pg_terminate_backend(:me)"), {"me": me})
    with pytest.raises(OperationalError):
        once_alone(store)
    store._again_at = 0.0
    assert once_alone(store) == 2


def test_after_a_migration_what_was_prepared_is_prepared_anew(postgresql_store):
    store = postgresql_store
    row: dict[str, object] = {"name": "one", "words": None, "good": True, "day": None, "at": None, "body": {}}
    by_name = Prepared(BY_NAME)
    with store.write() as db:
        ADDED(db, row)
        by_name(db, {"name": "one"})
    with store.write() as db:
        db.execute(text("ALTER TABLE things ALTER COLUMN name TYPE varchar(80)"))
    with pytest.raises(DBAPIError, match="cached plan") as caught, store.write() as db:
        by_name(db, {"name": "one"})
    assert caught.value.connection_invalidated
    store._again_at = 0.0
    with store.write() as db:
        assert by_name(db, {"name": "one"}).one().name == "one"


def test_what_cannot_be_prepared_leaves_the_connection_as_it_was(postgresql_store):
    nowhere = Prepared(select(Table("nowhere", MetaData(), Column("id", Integer)).c.id))
    with postgresql_store.write() as db:
        for _ in range(2):
            with pytest.raises(ProgrammingError, match="nowhere"), db.begin_nested():
                nowhere(db)
        assert ONE(db, {"n": 3}).scalar() == 3


def test_within_a_transaction_plans_may_be_made_once(postgresql_store):
    mode = text("SHOW plan_cache_mode")
    with postgresql_store.write() as db:
        plan_once(db)
        assert db.execute(mode).scalar() == "force_generic_plan"
    with postgresql_store.write() as db:
        assert db.execute(mode).scalar() == "auto"


def open_now(engine):
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedin()


def test_connections_are_opened_and_asked_before_they_are_needed(postgresql_store):
    store, asked = postgresql_store, list[int]()
    store.dispose()
    store.warm_up(lambda db: asked.append(ONE(db, {"n": len(asked)}).scalar()))
    assert asked == list(range(FIRST))
    assert [open_now(engine) for engine in (store.engine, store._alone)] == [FIRST, FIRST]


def test_where_the_database_is_away_nothing_is_warmed_up(postgresql_store):
    away = Store("postgresql+psycopg://nobody@127.0.0.1:1/nothing", patience=0.1)
    away.warm_up(ONE)
    assert open_now(away.engine) == 0
    nowhere = Prepared(select(Table("nowhere", MetaData(), Column("id", Integer)).c.id))
    postgresql_store.warm_up(nowhere)
    with postgresql_store.read() as db:
        assert ONE(db, {"n": 1}).scalar() == 1


@pytest.mark.parametrize(
    "statement",
    [update(things).values(good=bindparam("good")), insert(things).from_select(["name"], select(things.c.name))],
    ids=["an update", "what is selected"],
)
def test_what_has_no_row_of_values_cannot_be_run_for_rows(db, statement):
    with pytest.raises(TypeError, match="cannot be prepared"):
        Prepared(statement).rows(db, [{"good": True}])


@pytest.mark.parametrize("lock", ["SELECT name FROM things FOR UPDATE", "LOCK TABLE things"])
@pytest.mark.parametrize("many", [False, True])
def test_who_waits_for_a_lock_keeps_no_other_thread_waiting(postgresql_store, lock, many):
    store = postgresql_store
    with store.write() as db:
        one: dict[str, object] = {"name": "one", "words": None, "good": True, "day": None, "at": None, "body": {}}
        number = ADDED(db, one).scalar_one()

    def wait() -> None:
        with store.write() as db:
            changed = {"number": number, "new": "changed", "when": None}
            MARK.each(db, [changed, changed | {"number": 0}]) if many else MARK(db, changed)

    thread = Thread(target=wait)
    with store.write() as db:
        db.execute(text(lock))
        thread.start()
        for _ in range(30):  # it takes far longer than the lock's time-out where the other thread holds Python
            sleep(0.01)
    thread.join(5)
    with store.read() as db:
        assert db.execute(select(things.c.words)).scalar() == "changed"


# A server that stands still ---------------------------------------------------------------------------------------


@contextmanager
def frozen(store):
    """Let the server stand still behind one connection, which stays open."""
    with store.write() as db:
        me = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
        ONE(db, {"n": 1})
        os.kill(me, signal.SIGSTOP)
        try:
            yield db
        finally:
            os.kill(me, signal.SIGCONT)


@pytest.mark.parametrize("run", [lambda db: ONE(db, {"n": 2}), commit, plan_once], ids=["asks", "commits", "begins"])
def test_a_server_that_stands_still_is_given_up_in_time(new_postgresql_url, run):
    """It closes no connection and answers the network: who has no deadline of one's own would wait until it goes on."""
    store = Store(new_postgresql_url(), deadline=0.3)

    def ask() -> None:
        with frozen(store) as db:
            run(db)

    began = monotonic()
    with pytest.raises(OperationalError) as lost:
        ask()
    assert monotonic() - began < 5
    assert lost.value.connection_invalidated
    with pytest.raises(Busy):
        store.write().__enter__()
    sleep(QUIET)
    with store.write() as db:
        assert ONE(db, {"n": 3}).scalar() == 3
    store.dispose()


def test_what_does_not_fit_one_message_is_sent_and_read_whole(new_postgresql_url):
    store = Store(new_postgresql_url(), deadline=5)
    long = "รายงาน" * 500_000
    with store.write() as db:
        things.create(db)
        row = {"good": True, "day": None, "at": None, "body": None, "made_by": "us"}
        ADDED_MANY.rows(db, [row | {"name": f"{n}", "words": long} for n in range(4)])
    with store.read() as db:
        assert [words for (words,) in Prepared(select(things.c.words))(db)] == [long] * 4
    store.dispose()
