"""Who serves where, from when and until when: joining, ending, and the transfer of a director's post.

Reports belong to schools: whoever follows finds draft and history as they are. Rows are never deleted, only ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from handlers.audit import note
from handlers.messages.values import Say
from handlers.telling import tell
from handlers.texts import say
from handlers.thai import BANGKOK, day, moment, today
from models.people import NOT_OVER, SUBMITTERS, WRITERS, Role, agencies, memberships, people, schools


@dataclass(frozen=True, slots=True)
class Membership:
    """One person in one role at one school or agency. name: as the person gave it, None where nobody asked."""

    id: int
    person: int
    name: str | None
    role: Role
    school: int | None
    place: str
    code: str | None
    since: datetime
    until: datetime | None


def begins(at: datetime) -> str:
    """Return in words when something begins: the day alone where it begins with the day."""
    return day(today(at)) if _is_midnight(at) else moment(at)


def ends(at: datetime) -> str:
    """Return in words when something ends: the last day where it ends with the day."""
    return day(today(at) - timedelta(days=1)) if _is_midnight(at) else moment(at)


def _is_midnight(at: datetime) -> bool:
    return at.astimezone(BANGKOK).time() == time(0)


class NotFound(LookupError):
    """No such school, or nobody there whose post could be transferred."""


_READ = (
    select(
        memberships.c.id,
        memberships.c.person_id,
        memberships.c.role,
        memberships.c.school_id,
        memberships.c.agency_id,
        memberships.c.since,
        memberships.c.until,
        people.c.name,
        schools.c.name.label("school"),
        schools.c.code,
        agencies.c.name.label("agency"),
    )
    .select_from(memberships)
    .join(people, people.c.id == memberships.c.person_id)
    .outerjoin(schools, schools.c.id == memberships.c.school_id)
    .outerjoin(agencies, agencies.c.id == memberships.c.agency_id)
    .where(memberships.c.channel_id == bindparam("channel"))
    .order_by(memberships.c.id)
)
_CURRENT = _READ.where(NOT_OVER)
_OF_SCHOOL = _CURRENT.where(memberships.c.school_id == bindparam("school"))
_OF_PERSON = _CURRENT.where(memberships.c.person_id == bindparam("person"))
_ENDED = (
    _READ.where(memberships.c.person_id == bindparam("person"), memberships.c.until <= bindparam("now"))
    .order_by(None)
    .order_by(memberships.c.until.desc(), memberships.c.id.desc())
    .limit(1)
)
_ADD = insert(memberships).returning(memberships.c.id)
_END = (
    update(memberships)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.id == bindparam("membership"),
        or_(memberships.c.until.is_(None), memberships.c.until > bindparam("at")),
    )
    .values(until=bindparam("at"))
    .returning(memberships.c.person_id)
)
_SCHOOL = select(schools.c.id, schools.c.name).where(
    schools.c.channel_id == bindparam("channel"),
    schools.c.code == bindparam("code"),
    or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now")),
)


def _membership(row: Any) -> Membership:
    place = row.school or row.agency or ""
    role = Role(row.role)
    return Membership(row.id, row.person_id, row.name, role, row.school_id, place, row.code, row.since, row.until)


def current(db: Connection, channel: str, now: datetime) -> list[Membership]:
    """Return every membership that is in force or still to come."""
    return [_membership(row) for row in db.execute(_CURRENT, {"channel": channel, "now": now})]


def of_school(db: Connection, channel: str, school: int, now: datetime) -> list[Membership]:
    """Return who serves a school, now or later."""
    return [_membership(row) for row in db.execute(_OF_SCHOOL, {"channel": channel, "school": school, "now": now})]


def of_person(db: Connection, channel: str, person: int, now: datetime) -> list[Membership]:
    """Return where a person serves, now or later."""
    return [_membership(row) for row in db.execute(_OF_PERSON, {"channel": channel, "person": person, "now": now})]


def last_ended(db: Connection, channel: str, person: int, now: datetime) -> Membership | None:
    """Return what a person served last, where that is over."""
    row = db.execute(_ENDED, {"channel": channel, "person": person, "now": now}).first()
    return _membership(row) if row else None


def heads(db: Connection, channel: str, school: int, now: datetime) -> list[Membership]:
    """Return who may send a school's report, now or later: directors and acting ones."""
    return [one for one in of_school(db, channel, school, now) if one.role in SUBMITTERS]


def join(
    db: Connection,
    channel: str,
    person: int,
    role: Role,
    now: datetime,
    *,
    since: datetime | None = None,
    school: int | None = None,
    agency: int | None = None,
    invite: int | None = None,
    approved_by: int | None = None,
) -> int:
    """Let a person serve from ``since`` (now). A role at the same school that may do no more ends then, audited."""
    since = since or now
    row = {"channel_id": channel, "person_id": person, "role": role, "since": since}
    row |= {"school_id": school, "agency_id": agency, "invite_id": invite, "approved_by": approved_by}
    before = [one for one in of_person(db, channel, person, now) if school is not None and one.school == school]
    for one in before:
        if _rank(one.role) <= _rank(role):
            _end(db, channel, one, since, now)
            if one.role != role:
                note(db, channel, "role.changed", now, person=person, school=school, before=one.role, after=role)
    return int(db.execute(_ADD, row).scalar_one())


def _rank(role: Role) -> int:
    return (role in SUBMITTERS) + (role in WRITERS)


def end(db: Connection, channel: str, membership: int, at: datetime, now: datetime, *, by: int | None = None) -> int:
    """End a membership at a moment; returns whose it was.

    Raises:
        NotFound: the channel has none of this number, or it ends sooner.
    """
    person: int | None = db.execute(_END, {"channel": channel, "membership": membership, "at": at}).scalar()
    if person is None:
        raise NotFound(f"Channel {channel} has no membership {membership} that is in force at that time.")
    note(db, channel, "membership.ended", now, person=by, membership=membership, until=at.isoformat())
    return person


def _end(db: Connection, channel: str, one: Membership, at: datetime, now: datetime, by: int | None = None) -> None:
    if one.until is None or one.until > at:
        end(db, channel, one.id, max(at, one.since), now, by=by)


def school_of(db: Connection, channel: str, code: str, now: datetime) -> tuple[int, str]:
    """Return the row and name of a school that is not closed. Raises NotFound."""
    row = db.execute(_SCHOOL, {"channel": channel, "code": code, "now": now}).first()
    if row is None:
        raise NotFound(f"Channel {channel} has no open school {code}.")
    return row.id, row.name


def transfer(
    db: Connection,
    channel: str,
    school: int,
    at: datetime,
    now: datetime,
    *,
    by: int | None = None,
    to: Sequence[int] = (),
    but: int | None = None,
) -> list[Membership]:
    """End the post of a school's director (or acting one) at a moment and tell the person; returns who leaves.

    to: schools where the person takes the same post from that moment. but: a person who stays.
    """
    leaving = [one for one in heads(db, channel, school, now) if one.person != but and one.since < at]
    leaving = [one for one in leaving if one.until is None or one.until > at]
    for one in leaving:
        _end(db, channel, one, at, now, by)
        for other in to:
            join(db, channel, one.person, one.role, now, since=at, school=other, approved_by=by)
        note(db, channel, "post.transferred", now, person=by, membership=one.id, school=school, to=len(to))
        words = say("post.over" if at <= now else "post.ends", school=one.place, when=ends(at))
        tell(db, channel, one.person, Say(words), once=f"transfer:{one.id}:{at.isoformat()}", now=now)
    return leaving
