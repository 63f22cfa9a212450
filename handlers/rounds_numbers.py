"""What is counted of a round: how many schools have sent their report; and small numbers that talks need."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from handlers import counting, numbers
from models.people import schools

_SCHOOLS = (
    select(func.count())
    .select_from(schools)
    .where(schools.c.channel_id == bindparam("channel"), schools.c.closed_at.is_(None))
)


def sent(db: Connection, channel: str, round_id: int, agency: int | None, now: datetime) -> tuple[int, int]:
    """Return how many schools have sent their report, and of how many; of an agency and those below, or of all."""
    found = counting.of_scope(db, channel, round_id, agency, now)
    return found.sent, found.schools


def schools_of(db: Connection, channel: str) -> int:
    """Return how many schools a channel has."""
    return int(db.execute(_SCHOOLS, {"channel": channel}).scalar_one())


def later(due: date) -> tuple[date, date]:
    """Return the days one and two weeks after a day."""
    return due + timedelta(days=7), due + timedelta(days=14)


def mark(now: datetime) -> int:
    """Return a number that tells the buttons of one question from those of an earlier one."""
    return int(now.timestamp() * 10) % int(10**numbers.LONGEST)
