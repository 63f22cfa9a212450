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
)
INSERT INTO reports (channel_id, round_id, school_id, state, created_at)
SELECT 'main', rounds.id, more.id, 'draft', now() FROM more, rounds WHERE rounds.channel_id = 'main'
"""
LOOKED_AT = text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'reports'")


def looked_at(db: Connection, person: int, now: datetime) -> int:
    """Return how many rows of reports were gone through to find what a person may speak for."""
    before = db.execute(LOOKED_AT).scalar_one()
    found = standing.known(db, person, now)
    assert found.standings[0].report is not None
    return int(db.execute(LOOKED_AT).scalar_one() - before)


def test_nobody_s_report_is_looked_for_among_those_of_all_others(
    new_postgresql_url: Callable[[], str], now: datetime
) -> None:
    store = Store(new_postgresql_url())
    province = Province(store, now)
    user = province.director().says("รายงาน").user
    with store.write() as db:
        plan_once(db)
        person = db.execute(select(people.c.id).where(people.c.line_user_id == user)).scalar_one()
        few = looked_at(db, person, province.now)
        db.execute(text(OTHERS))
        assert looked_at(db, person, province.now) <= few <= 3
    store.dispose()
