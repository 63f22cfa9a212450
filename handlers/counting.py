"""How many: reports of a round by state, told only where no single school can be made out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, or_, select

from handlers import agencies
from models.people import schools
from models.report import State, reports

LEAST = 5
"""Schools below which no numbers are told."""
_SENT = frozenset({State.SUBMITTED, State.REVIEWING, State.RETURNED, State.VERIFIED})


@dataclass(frozen=True, slots=True)
class Counts:
    """sent: with those returned and verified."""

    schools: int
    sent: int
    verified: int


_STATES = (
    select(schools.c.agency_id, reports.c.state)
    .select_from(schools)
    .outerjoin(reports, and_(reports.c.school_id == schools.c.id, reports.c.round_id == bindparam("round")))
    .where(
        schools.c.channel_id == bindparam("channel"),
        or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now")),
    )
)


def of_round(db: Connection, channel: str, round_id: int, agency: int | None, now: datetime) -> Counts | None:
    """Count an agency's schools, with all below it, or the whole channel's; None where they are too few."""
    rows = db.execute(_STATES, {"channel": channel, "round": round_id, "now": now}).all()
    within = agencies.reach(db, channel, agency)
    if within is not None:
        rows = [row for row in rows if row.agency_id in within]
    if len(rows) < LEAST:
        return None
    return Counts(len(rows), sum(row.state in _SENT for row in rows), sum(row.state == State.VERIFIED for row in rows))
