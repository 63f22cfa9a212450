"""Many rows at once: as Core would write them, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore
from sqlalchemy.exc import DataError, IntegrityError

from models import bulk
from models.bulk import insert_many
from models.outbox import Policy, Sending, outbox
from models.programme import channels

NOW = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
COLUMNS = ("once_key", "messages", "about", "retry_key", "state", "due_at")
SAME = {
    "channel_id": "main",
    "recipient": "U1",
    "kind": "notice",
    "policy": Policy.PUSH,
    "tries": 0,
    "created_at": NOW,
    "token_at": None,
}


def row(once, words='สวัสดี “ท่าน ผอ.” \\ \t\n100% "\u2028'):
    return once, [{"type": "text", "text": words}], [None], f"key{once}", Sending.QUEUED, NOW


@pytest.fixture
def db(store):
    with store.write() as db:
        db.execute(channels.insert(), {"id": "main", "name": "main", "created_at": NOW})
        yield db


def test_rows_are_written_as_core_writes_them(db):
    insert_many(db, insert(outbox), COLUMNS, [row(f"b{n}") for n in range(3)], SAME)
    db.execute(insert(outbox), SAME | dict(zip(COLUMNS, row("core"), strict=True)))
    *many, core = db.execute(select(outbox).order_by(outbox.c.id)).all()
    assert [one.once_key for one in many] == ["b0", "b1", "b2"]
    differing = {"id", "once_key", "retry_key"}
    for one in many:
        assert {k: v for k, v in one._mapping.items() if k not in differing} == {
            k: v for k, v in core._mapping.items() if k not in differing
        }


def test_what_is_there_already_stays_as_it_is(db):
    ignoring = insert_or_ignore(outbox).on_conflict_do_nothing(index_elements=["channel_id", "once_key"])
    insert_many(db, ignoring, COLUMNS, [row("a", "ก่อน")], SAME)
    insert_many(db, ignoring, COLUMNS, [row("a", "หลัง"), row("b")], SAME)
    found = db.execute(select(outbox.c.once_key, outbox.c.messages).order_by(outbox.c.id)).all()
    assert [(one.once_key, one.messages[0]["text"][:4]) for one in found] == [("a", "ก่อน"), ("b", "สวัส")]


def test_nothing_to_write_is_nothing_written(db):
    insert_many(db, insert(outbox), COLUMNS, [], SAME)
    assert db.execute(select(outbox)).all() == []


def test_a_row_that_may_not_be_is_refused_as_core_refuses_it(db):
    with pytest.raises(IntegrityError), db.begin_nested():
        insert_many(db, insert(outbox), COLUMNS, [row("a"), row("a")], SAME)


def test_more_rows_than_go_in_one_statement_are_all_written(db, monkeypatch):
    monkeypatch.setattr(bulk, "_AT_ONCE", 2)
    insert_many(db, insert(outbox), COLUMNS, [row(f"b{n}") for n in range(5)], SAME)
    assert db.execute(select(outbox.c.once_key).order_by(outbox.c.id)).scalars().all() == [f"b{n}" for n in range(5)]


def test_what_a_row_has_not_and_numbers_are_written_as_they_are(db):
    insert_many(db, insert(outbox), (*COLUMNS, "person_id", "tries"), [(*row("a"), None, 7)], without("tries"))
    found = db.execute(select(outbox.c.person_id, outbox.c.tries, outbox.c.due_at)).one()
    assert tuple(found) == (None, 7, NOW)


def test_what_is_too_long_is_refused_and_not_cut_off(db):
    if db.dialect.name == "sqlite":
        pytest.skip("SQLite knows no lengths")
    with pytest.raises(DataError), db.begin_nested():
        insert_many(db, insert(outbox), COLUMNS, [row("a" * 121)], SAME)


def without(name):
    return {key: value for key, value in SAME.items() if key != name}
