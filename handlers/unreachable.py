"""Schools that LINE does not reach: nobody has joined, or everybody who writes for them has blocked us."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, and_, bindparam, or_, select

from handlers import counting
from models.people import agencies, contacts, schools


class Why(StrEnum):
    """Why nobody of a school is reached."""

    NOBODY = "nobody"  # never joined, unlinked, or the post has ended
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A school that LINE does not reach. phone: of the roster's director, None where it names none."""

    school: int
    name: str
    district: str
    agency: str
    why: Why
    phone: str | None


_reached = counting.reached()
_blocked = counting.reached(blocked=True)
_FOUND = (
    select(
        schools.c.id,
        schools.c.name,
        schools.c.district,
        schools.c.agency_id,
        agencies.c.name.label("agency"),
        _blocked.c.school_id.label("blocked"),
        contacts.c.phone,
    )
    .join(agencies, agencies.c.id == schools.c.agency_id)
    .outerjoin(_reached, _reached.c.school_id == schools.c.id)
    .outerjoin(_blocked, _blocked.c.school_id == schools.c.id)
    .outerjoin(contacts, contacts.c.school_id == schools.c.id)
    .where(
        and_(schools.c.channel_id == bindparam("channel"), _reached.c.school_id.is_(None)),
        or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now")),
    )
    .order_by(agencies.c.name, schools.c.name, schools.c.id)
)


def unreachable(db: Connection, channel: str, reach: Collection[int] | None, now: datetime) -> list[Unreachable]:
    """Return the schools of a scope that LINE does not reach, by agency. reach: as ``agencies.reach`` gives it."""
    rows = db.execute(_FOUND, {"channel": channel, "now": now})
    return [
        Unreachable(row.id, row.name, row.district, row.agency, Why.BLOCKED if row.blocked else Why.NOBODY, row.phone)
        for row in rows
        if reach is None or row.agency_id in reach
    ]
