"""Who is invited where: a code for each school, for each agency, or one for the channel as a whole.

An agency may be named as people do ("บร1", "สพป.บร 3"); what is in doubt is no agency.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import Connection, bindparam, or_, select

from handlers import agencies, channels, invites
from handlers.agencies import Book
from models.people import WRITERS, Role, schools


class Place(Enum):
    SCHOOL = auto()
    AGENCY = auto()
    CHANNEL = auto()


@dataclass(frozen=True, slots=True)
class Issued:
    """One code, shown this once. school: its ten digits, None where the invite is to an agency or the channel."""

    school: str | None
    name: str
    role: Role
    code: str


class NotFound(LookupError):
    """No open school of that code, or no agency of that name."""


def place_of(role: Role) -> Place:
    """Return what a person of this role is invited to; a coordinator or viewer perhaps to an agency instead."""
    if role in WRITERS:
        return Place.SCHOOL
    return Place.AGENCY if role == Role.VERIFIER else Place.CHANNEL


_SCHOOLS = (
    select(schools.c.id, schools.c.code, schools.c.name, schools.c.agency_id)
    .where(
        schools.c.channel_id == bindparam("channel"),
        or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now")),
    )
    .order_by(schools.c.code)
)


def issue(
    db: Connection,
    channel: str,
    role: Role,
    now: datetime,
    *,
    school: str | None = None,
    agency: str | None = None,
    days: int = 30,
) -> list[Issued]:
    """Make a code for every place that fits: all open schools, those of an agency and all below it, or one.

    Raises:
        NotFound: no place fits.
        NoChannel: there is no such channel.
    """
    channels.ensure(db, channel, now)
    book = agencies.book(db, channel)
    over = _agency(book, channel, agency)
    if place_of(role) is Place.CHANNEL and over is None:
        return [Issued(None, channel, role, invites.create(db, channel, role=role, now=now, days=days))]
    if place_of(role) is Place.SCHOOL:
        issued = _to_schools(db, channel, role, now, school, book.below(over) if over else None, days)
    else:
        issued = _to_agencies(db, channel, role, now, book, over, days)
    if not issued:
        wanted = f"school {school}" if school else "school" if place_of(role) is Place.SCHOOL else "agency"
        raise NotFound(f"Channel {channel} has no {wanted} to invite to: a closed one is not; is the roster imported?")
    return issued


def _agency(book: Book, channel: str, name: str | None) -> int | None:
    """Return the agency of a name or alias."""
    found = book.find(name) if name else None
    if name and found is None:
        known = ", ".join(book.names.values()) or "none yet: import the roster first"
        raise NotFound(f"Channel {channel} has no agency {name}, or several. It has: {known}.")
    return found


def _to_schools(
    db: Connection, channel: str, role: Role, now: datetime, code: str | None, under: set[int] | None, days: int
) -> list[Issued]:
    rows = db.execute(_SCHOOLS, {"channel": channel, "now": now}).all()
    return [
        Issued(row.code, row.name, role, invites.create(db, channel, school_id=row.id, role=role, now=now, days=days))
        for row in rows
        if code in (None, row.code) and (under is None or row.agency_id in under)
    ]


def _to_agencies(
    db: Connection, channel: str, role: Role, now: datetime, book: Book, only: int | None, days: int
) -> list[Issued]:
    return [
        Issued(None, name, role, invites.create(db, channel, agency_id=agency, role=role, now=now, days=days))
        for agency, name in book.names.items()
        if only in (None, agency)
    ]
