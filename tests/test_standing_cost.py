"""Who speaks is looked up by index, however many others have begun since the database last looked at its tables."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select, text

from handlers import standing
from models.people import people
from models.prepared import plan_once
from models.store import Store
from tests.province import Province

MANY = 500
OTHERS = f"""
WITH more AS (
    INSERT INTO schools (channel_id, agency_id, code, name, district)
    SELECT channel_id, agency_id, '9' || lpad(n::text, 9, '0'), 'another', district
    FROM (SELECT * FROM schools WHERE channel_id = 'main' LIMIT 1) AS one, generate_series(1, {MANY}) AS n
    RETURNING id
), begun AS (
    INSERT INTO reports (channel_id, round_id, school_id, state, created_at)
    SELECT 'main', rounds.id, more.id, 'draft', now() FROM more, rounds WHERE rounds.channel_id = 'main'
), extended AS (
    INSERT INTO extensions (channel_id, round_id, school_id, due_on, at)
    SELECT 'main', rounds.id, more.id, now(), now() FROM more, rounds WHERE rounds.channel_id = 'main'
), others AS (
    INSERT INTO people (id, channel_id, line_user_id, created_at)
    SELECT -n, 'main', 'other' || n, now() FROM generate_series(1, {MANY}) AS n
    RETURNING id
)
INSERT INTO tickets (channel_id, person_id, agency_id, opened_at, last_at)
SELECT 'main', others.id, agency_id, now(), now() FROM others, (SELECT agency_id FROM schools LIMIT 1) AS one
"""
LOOKED_AT = text(
    "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables "
    "WHERE relname IN ('reports', 'extensions', 'tickets')"
)


def looked_at(db: Connection, person: int, now: datetime) -> int:
    """Return how many rows were gone through to find what a person may speak for."""
    before = db.execute(LOOKED_AT).scalar_one()
    found = standing.known(db, person, now)
    assert found.standings[0].report is not None
    return int(db.execute(LOOKED_AT).scalar_one() - before)


def test_nobody_is_looked_for_among_all_others(new_postgresql_url: Callable[[], str], now: datetime) -> None:
    store = Store(new_postgresql_url())
    try:
        province = Province(store, now)
        user = province.director().says("รายงาน").user
        with store.write() as db:
            plan_once(db)
            person = db.execute(select(people.c.id).where(people.c.line_user_id == user)).scalar_one()
            few = looked_at(db, person, province.now)
            db.execute(text(OTHERS))
            assert looked_at(db, person, province.now) <= few <= 3
    finally:
        store.dispose()
