"""The schools behind the numbers of a digest, for who may know their names; never a word of their reports.

Every read starts from the channel and the agencies that the caller answers for.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from handlers import counting
from models.people import IN_FORCE, WRITERS, Role, agencies, memberships, people, schools
from models.report import State, reports


class Kind(StrEnum):
    """Which schools are listed: by the state of their report, or those that LINE does not reach."""

    UNSENT = "unsent"
    WAITING = "waiting"
    OVERDUE = "overdue"
    RETURNED = "returned"
    DRAFT = "draft"
    UNBEGUN = "unbegun"
    VERIFIED = "verified"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class School:
    """A school and how its report stands. reached: LINE reaches somebody who writes for it."""

    id: int
    name: str
    district: str
    agency: str
    agency_id: int
    state: State | None
    submitted_at: datetime | None
    reached: bool


_reached = counting.reached()
_waiting = reports.c.state.in_((State.SUBMITTED, State.REVIEWING))
_OF_KIND = {
    Kind.UNSENT: or_(reports.c.id.is_(None), reports.c.state.in_((State.DRAFT, State.RETURNED))),
    Kind.WAITING: _waiting,
    Kind.OVERDUE: and_(_waiting, reports.c.submitted_at < bindparam("overdue")),
    Kind.RETURNED: reports.c.state == State.RETURNED,
    Kind.DRAFT: reports.c.state == State.DRAFT,
    Kind.UNBEGUN: reports.c.id.is_(None),
    Kind.VERIFIED: reports.c.state == State.VERIFIED,
    Kind.UNLINKED: _reached.c.school_id.is_(None),
}
_SCHOOLS = (
    select(
        schools.c.id, schools.c.name, schools.c.district, agencies.c.name.label("agency"), schools.c.agency_id,
        reports.c.state, reports.c.submitted_at, _reached.c.school_id.is_not(None).label("reached"),
        func.count().over().label("all"),
    )
    .select_from(schools)
    .join(agencies, agencies.c.id == schools.c.agency_id)
    .outerjoin(reports, and_(reports.c.school_id == schools.c.id, reports.c.round_id == bindparam("round")))
    .outerjoin(_reached, _reached.c.school_id == schools.c.id)
    .where(
        schools.c.channel_id == bindparam("channel"),
        schools.c.agency_id.in_(bindparam("within", expanding=True)),
        or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now")),
    )
    .order_by(schools.c.agency_id, schools.c.code)
)  # fmt: skip
_LISTS = {
    kind: _SCHOOLS.where(which).limit(bindparam("most")).offset(bindparam("start")) for kind, which in _OF_KIND.items()
}
_ONE = _SCHOOLS.where(schools.c.id == bindparam("school"))


def listed(
    db: Connection,
    channel: str,
    round_id: int,
    within: Collection[int],
    kind: Kind,
    now: datetime,
    *,
    overdue: datetime,
    start: int,
    most: int,
) -> tuple[list[School], int]:
    """Return a page of the schools of these agencies, ``most`` from number ``start`` on, and how many there are."""
    row = {"channel": channel, "round": round_id, "within": sorted(within), "now": now, "start": start, "most": most}
    found = db.execute(_LISTS[kind], row | ({"overdue": overdue} if kind == Kind.OVERDUE else {})).all()
    return [_school(one) for one in found], found[0].all if found else 0


def find(
    db: Connection, channel: str, round_id: int, within: Collection[int], school: int, now: datetime
) -> School | None:
    """Return a school of these agencies, or None where it is none of theirs."""
    row = {"channel": channel, "round": round_id, "within": sorted(within), "now": now, "school": school}
    found = db.execute(_ONE, row).first()
    return _school(found) if found else None


def _school(row: Any) -> School:
    state = State(row.state) if row.state else None
    return School(row.id, row.name, row.district, row.agency, row.agency_id, state, row.submitted_at, bool(row.reached))


@dataclass(frozen=True, slots=True)
class Line:
    """Who of a school has joined. roles: of those; last: when one of them was last heard."""

    roles: tuple[Role, ...]
    last: datetime | None


_MEMBERS = (
    select(memberships.c.role, people.c.heard_at)
    .join(people, people.c.id == memberships.c.person_id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.school_id == bindparam("school"),
        memberships.c.role.in_(sorted(WRITERS)),
        people.c.line_user_id.is_not(None),
        IN_FORCE,
    )
    .order_by(memberships.c.id)
)


def line_of(db: Connection, channel: str, school: int, now: datetime) -> Line:
    """Return who of a school has joined, and when one of them was last heard."""
    rows = db.execute(_MEMBERS, {"channel": channel, "school": school, "now": now}).all()
    roles = tuple(dict.fromkeys(Role(row.role) for row in rows))
    return Line(roles, max((row.heard_at for row in rows if row.heard_at), default=None))
