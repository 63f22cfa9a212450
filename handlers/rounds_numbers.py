"""What is counted of a round: how many schools have sent their report; and small numbers that talks need."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from handlers import agencies, numbers
from models.people import schools
from models.report import State, reports

_SENT = (
    select(schools.c.agency_id, func.count().label("schools"), func.count(reports.c.id).label("sent"))
    .select_from(schools)
    .outerjoin(
        reports,
        (reports.c.school_id == schools.c.id)
        & (reports.c.round_id == bindparam("round"))
        & reports.c.state.in_([State.SUBMITTED, State.REVIEWING, State.VERIFIED]),
    )
    .where(schools.c.channel_id == bindparam("channel"), schools.c.closed_at.is_(None))
    .group_by(schools.c.agency_id)
)
_SCHOOLS = (
    select(func.count())
    .select_from(schools)
    .where(schools.c.channel_id == bindparam("channel"), schools.c.closed_at.is_(None))
)


def sent(db: Connection, channel: str, round_id: int, agency: int | None) -> tuple[int, int]:
    """Return how many schools have sent their report, and of how many; of an agency and those below, or of all."""
    rows = db.execute(_SENT, {"channel": channel, "round": round_id}).all()
    within = agencies.reach(db, channel, agency)
    mine = [row for row in rows if within is None or row.agency_id in within]
    return sum(row.sent for row in mine), sum(row.schools for row in mine)


def schools_of(db: Connection, channel: str) -> int:
    """Return how many schools a channel has."""
    return int(db.execute(_SCHOOLS, {"channel": channel}).scalar_one())


def later(due: date) -> tuple[date, date]:
    """Return the days one and two weeks after a day."""
    return due + timedelta(days=7), due + timedelta(days=14)


def mark(now: datetime) -> int:
    """Return a number that tells the buttons of one question from those of an earlier one."""
    return int(now.timestamp() * 10) % int(10**numbers.LONGEST)
