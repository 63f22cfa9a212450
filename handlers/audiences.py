"""Whom an office speaks to: people by their roles, in agencies and their schools, or of schools that were named.

An audience is kept as it was chosen and looked up anew each time: who joins later belongs to it, who left does not.
How one is typed, and said in words, is in ``handlers.audience_words``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from models.people import IN_FORCE, SUBMITTERS, Role, memberships, people, schools


@dataclass(frozen=True, slots=True)
class Audience:
    """Roles in agencies. agencies: None: every one of the channel. schools: where any are named, only these."""

    roles: frozenset[Role] = SUBMITTERS
    agencies: frozenset[int] | None = None
    schools: frozenset[int] = frozenset()

    def data(self) -> dict[str, Any]:
        """Return it as it is kept in a row."""
        agencies = None if self.agencies is None else sorted(self.agencies)
        return {"roles": sorted(self.roles), "agencies": agencies, "schools": sorted(self.schools)}

    @staticmethod
    def read(data: Mapping[str, Any]) -> "Audience":
        """Return one that was kept."""
        agencies = data["agencies"]
        return Audience(
            frozenset(Role(role) for role in data["roles"]),
            None if agencies is None else frozenset(agencies),
            frozenset(data["schools"]),
        )

    def within(self, reach: frozenset[int] | None) -> "Audience":
        """Return it narrowed to the agencies that an office answers for (None: all of the channel)."""
        if reach is None:
            return self
        agencies = reach if self.agencies is None else self.agencies & reach
        return Audience(self.roles, agencies, self.schools)

    def has(self, school: int | None, agency: int | None) -> bool:
        """Tell whether a school of an agency, or an officer of it (no school), is within it, whatever the role."""
        if self.schools:
            return school in self.schools and (self.agencies is None or agency in self.agencies)
        return self.agencies is None or agency in self.agencies


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of an audience. school: the one spoken for; None: an officer of an agency (None: of all)."""

    person: int
    recipient: str | None  # LINE user id
    blocked: bool
    role: Role
    school: int | None
    agency: int | None


@dataclass(frozen=True, slots=True)
class School:
    """A school of an audience, whether anybody speaks for it yet or not."""

    id: int
    agency: int


_MEMBERS = (
    select(
        memberships.c.person_id,
        memberships.c.role,
        memberships.c.school_id,
        memberships.c.agency_id,
        schools.c.agency_id.label("over"),
        people.c.line_user_id,
        people.c.blocked_at,
    )
    .join(people, people.c.id == memberships.c.person_id)
    .outerjoin(schools, schools.c.id == memberships.c.school_id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.role.in_(bindparam("roles", expanding=True)),
        IN_FORCE,
        schools.c.closed_at.is_(None) | (schools.c.closed_at > bindparam("now")),
    )
    .order_by(memberships.c.person_id, memberships.c.id)
)
_SCHOOLS = (
    select(schools.c.id, schools.c.agency_id)
    .where(
        schools.c.channel_id == bindparam("channel"),
        schools.c.closed_at.is_(None) | (schools.c.closed_at > bindparam("now")),
    )
    .order_by(schools.c.id)
)


def members(db: Connection, channel: str, to: Audience, now: datetime) -> Sequence[Member]:
    """Return who belongs to an audience now; somebody of two schools comes once for each."""
    rows = db.execute(_MEMBERS, {"channel": channel, "roles": sorted(to.roles), "now": now})
    found = (
        Member(
            row.person_id, row.line_user_id, row.blocked_at is not None, Role(row.role), row.school_id,
            row.agency_id if row.school_id is None else row.over,
        )
        for row in rows
    )  # fmt: skip
    return [one for one in found if to.has(one.school, one.agency)]


def schools_of(db: Connection, channel: str, to: Audience, now: datetime) -> Sequence[School]:
    """Return the schools of an audience: none where it is of officers only."""
    if not to.roles & SCHOOL_ROLES:
        return []
    rows = db.execute(_SCHOOLS, {"channel": channel, "now": now})
    return [School(row.id, row.agency_id) for row in rows if to.has(row.id, row.agency_id)]


SCHOOL_ROLES = frozenset({Role.DIRECTOR, Role.ACTING, Role.DELEGATE})
"""Who speaks for a school."""
