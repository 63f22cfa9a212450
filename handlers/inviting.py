"""Who is invited where: a code for each school, for each agency, or one for the channel as a whole."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import Connection, bindparam, select

from handlers import channels, invites
from models.people import WRITERS, Role, agencies, schools


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
    """No school or agency of that code or name."""


def place_of(role: Role) -> Place:
    """Return what a person of this role is invited to."""
    if role in WRITERS:
        return Place.SCHOOL
    return Place.AGENCY if role == Role.VERIFIER else Place.CHANNEL


_SCHOOLS = (
    select(schools.c.id, schools.c.code, schools.c.name, agencies.c.name.label("agency"))
    .join(agencies, agencies.c.id == schools.c.agency_id)
    .where(schools.c.channel_id == bindparam("channel"))
    .order_by(schools.c.code)
)
_AGENCIES = (
    select(agencies.c.id, agencies.c.name).where(agencies.c.channel_id == bindparam("channel")).order_by(agencies.c.id)
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
    """Make a code for every place that fits: all schools, those of an agency, or one.

    Raises:
        NotFound: no place fits.
        NoChannel: there is no such channel.
    """
    channels.ensure(db, channel, now)
    if place_of(role) is Place.CHANNEL:
        return [Issued(None, channel, role, invites.create(db, channel, role=role, now=now, days=days))]
    if place_of(role) is Place.AGENCY:
        issued = _to_agencies(db, channel, role, now, agency, days)
    else:
        issued = _to_schools(db, channel, role, now, school, agency, days)
    if not issued:
        wanted = " ".join(filter(None, (school, agency)))
        raise NotFound(f"Channel {channel} has no school or agency {wanted}".rstrip() + ".")
    return issued


def _to_schools(
    db: Connection, channel: str, role: Role, now: datetime, code: str | None, agency: str | None, days: int
) -> list[Issued]:
    rows = db.execute(_SCHOOLS, {"channel": channel}).all()
    return [
        Issued(row.code, row.name, role, invites.create(db, channel, school_id=row.id, role=role, now=now, days=days))
        for row in rows
        if code in (None, row.code) and agency in (None, row.agency)
    ]


def _to_agencies(
    db: Connection, channel: str, role: Role, now: datetime, agency: str | None, days: int
) -> list[Issued]:
    rows = db.execute(_AGENCIES, {"channel": channel}).all()
    return [
        Issued(None, row.name, role, invites.create(db, channel, agency_id=row.id, role=role, now=now, days=days))
        for row in rows
        if agency in (None, row.name)
    ]
