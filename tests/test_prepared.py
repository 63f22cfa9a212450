"""Prepared statements give the rows and the errors that SQLAlchemy's Core gives."""

from datetime import UTC, date, datetime

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
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.base import UtcDateTime
from models.prepared import Prepared

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
BY_NAME = select(things).where(things.c.name == bindparam("name"), things.c.made_by == "us").order_by(things.c.id)
CHANGE = update(things).where(things.c.name == bindparam("which")).values(good=bindparam("now_good"), words="changed")
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
        Prepared(statement)(db, row)


def cut_off(store, run):
    with store.read() as db, store.engine.connect() as other:
        me = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other.execute(text("SELECT pg_terminate_backend(:me)"), {"me": me})
        run(db)


def test_a_lost_connection_is_given_up(new_store):
    store = new_store()
    if store.dialect != "postgresql":
        pytest.skip("SQLite's connections are not lost")
    one = Prepared(select(bindparam("n", type_=Integer)))
    with pytest.raises(DBAPIError) as caught:
        cut_off(store, lambda db: one(db, {"n": 1}))
    assert caught.value.connection_invalidated
    store._again_at = 0.0
    with store.read() as db:
        assert one(db, {"n": 2}).scalar() == 2
