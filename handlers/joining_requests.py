"""Asking to join a school without a code: the request, who may decide it, and what follows.

Words never open anything: until a coordinator of the agency (or of one above, or of the whole channel) has granted
the request, nothing of the school is shown beyond what is public.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from handlers import agencies, memberships, unsaid
from handlers.audit import note
from handlers.decisions import decide
from handlers.messages.values import Say
from handlers.telling import in_office, tell
from handlers.texts import say
from models.people import Request, Role, contacts, join_requests, people, schools
from models.people import agencies as agency_table

MOST_A_DAY = 3
"""Requests of one person within a day that are open, withdrawn or refused: coordinators are not flooded."""
DAY = timedelta(days=1)
MAY_ASK_FOR = (Role.DIRECTOR, Role.ACTING, Role.DELEGATE)
"""All others are invited."""


class Asked(Enum):
    """What became of asking."""

    NEW = auto()
    SAME = auto()  # it waits already
    TOO_MANY = auto()


class Outcome(StrEnum):
    """What became of a decision."""

    DONE = "done"
    ALREADY = "already"  # somebody was faster, or the person has taken it back
    FOREIGN = "foreign"  # not of this coordinator's agencies
    OWN = "own"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """Somebody's wish to join a school.

    listed: the director's name in the roster; decided_by: the name of who decided; None where unknown.
    """

    id: int
    person: int
    name: str | None
    school: int
    school_name: str
    district: str
    agency_id: int
    agency: str
    role: Role
    state: Request
    asked_at: datetime
    listed: str | None
    decided_by: str | None
    why: str | None
    closed: bool


_decider = people.alias("decider")
_READ = (
    select(
        join_requests,
        people.c.name,
        _decider.c.name.label("decider"),
        schools.c.name.label("school"),
        schools.c.district,
        schools.c.closed_at,
        schools.c.agency_id.label("over"),  # as it is now: a roster may have moved the school since
        agency_table.c.name.label("agency"),
        contacts.c.name.label("listed"),
    )
    .join(people, people.c.id == join_requests.c.person_id)
    .join(schools, schools.c.id == join_requests.c.school_id)
    .join(agency_table, agency_table.c.id == schools.c.agency_id)
    .outerjoin(contacts, contacts.c.school_id == schools.c.id)
    .outerjoin(_decider, _decider.c.id == join_requests.c.decided_by)
    .where(join_requests.c.channel_id == bindparam("channel"))
    .order_by(join_requests.c.asked_at, join_requests.c.id)
)
_OPEN = _READ.where(join_requests.c.state == Request.ASKED)
_OPEN_OF = _OPEN.where(join_requests.c.person_id == bindparam("person"))
_ONE = _READ.where(join_requests.c.id == bindparam("request"))
_COUNT = select(func.count()).where(
    join_requests.c.channel_id == bindparam("channel"),
    join_requests.c.person_id == bindparam("person"),
    join_requests.c.asked_at > bindparam("since"),
    join_requests.c.state != Request.GRANTED,
)
_WAITING = select(func.count()).where(
    join_requests.c.channel_id == bindparam("channel"),
    join_requests.c.agency_id == bindparam("agency"),
    join_requests.c.state == Request.ASKED,
    join_requests.c.asked_at > bindparam("since"),
)
_ADD = insert(join_requests).returning(join_requests.c.id)


def _request(row: Any, now: datetime) -> JoinRequest:
    closed = row.closed_at is not None and row.closed_at <= now
    return JoinRequest(
        row.id, row.person_id, row.name, row.school_id, row.school, row.district, row.over, row.agency,
        Role(row.role), Request(row.state), row.asked_at, row.listed, row.decider, row.why, closed,
    )  # fmt: skip


# Asking -----------------------------------------------------------------------------------------------------------


def ask(db: Connection, channel: str, person: int, school: int, agency: int, role: Role, now: datetime) -> Asked:
    """Ask to join a school in a role; an open request of the person for it in another role is taken back.

    The person's row is locked, so nobody asks twice at once.
    """
    if role not in MAY_ASK_FOR:
        raise ValueError(role)
    waiting = [one for one in open_of(db, channel, person, now) if one.school == school]
    if any(one.role == role for one in waiting):
        return Asked.SAME
    if db.execute(_COUNT, {"channel": channel, "person": person, "since": now - DAY}).scalar_one() >= MOST_A_DAY:
        note(db, channel, "request.too_many", now, person=person)
        return Asked.TOO_MANY
    for one in waiting:
        _take_back(db, channel, one, now)
    row = {"channel_id": channel, "person_id": person, "school_id": school, "agency_id": agency, "role": role}
    first = not db.execute(_WAITING, {"channel": channel, "agency": agency, "since": now - DAY}).scalar_one()
    request = db.execute(_ADD, {**row, "state": Request.ASKED, "asked_at": now}).scalar_one()
    note(db, channel, "request.asked", now, person=person, request=request, school=school, role=role)
    _tell_coordinators(db, channel, request, now, first=first)
    return Asked.NEW


def _tell_coordinators(db: Connection, channel: str, request: int, now: datetime, *, first: bool) -> None:
    """Tell who may decide, without the person's name. One push a day and agency: what it opens lists all that wait."""
    one = read(db, channel, request, now)
    if one is None:
        raise LookupError(request)
    said = Say(say("request.told", school=one.school_name, district=one.district, agency=one.agency))
    for coordinator in deciders(db, channel, one.agency_id, now):
        if coordinator != one.person:
            tell(db, channel, coordinator, said, once=f"request:{request}", now=now, worth_a_push=first)


def deciders(db: Connection, channel: str, agency: int, now: datetime) -> list[int]:
    """Return the coordinators of an agency, of those above it, and of the whole channel."""
    above = agencies.book(db, channel).above(agency)
    return sorted({person for one in above for person in in_office(db, channel, one, Role.COORDINATOR, now)})


def open_of(db: Connection, channel: str, person: int, now: datetime) -> list[JoinRequest]:
    """Return a person's requests that wait, oldest first."""
    return [_request(row, now) for row in db.execute(_OPEN_OF, {"channel": channel, "person": person})]


def take_back(db: Connection, channel: str, person: int, now: datetime) -> int:
    """Take back what a person has asked; returns how many requests: one decided at this moment is not."""
    return sum(_take_back(db, channel, one, now) for one in open_of(db, channel, person, now))


def settle(db: Connection, channel: str, person: int, school: int | None, now: datetime) -> None:
    """Take back what a person has asked for a school that is now joined by a code."""
    for one in open_of(db, channel, person, now):
        if one.school == school:
            _take_back(db, channel, one, now)


def _take_back(db: Connection, channel: str, one: JoinRequest, now: datetime) -> bool:
    taken = decide(db, join_requests, channel, one.id, one.person, Request.WITHDRAWN, now)
    if taken:
        note(db, channel, "request.withdrawn", now, person=one.person, request=one.id)
    return taken


# Deciding ---------------------------------------------------------------------------------------------------------


def read(db: Connection, channel: str, request: int, now: datetime) -> JoinRequest | None:
    """Return one request of the channel."""
    row = db.execute(_ONE, {"channel": channel, "request": request}).first()
    return _request(row, now) if row else None


def waiting(db: Connection, channel: str, scope: Collection[int] | None, now: datetime) -> list[JoinRequest]:
    """Return the requests that wait within a scope, oldest first."""
    found = [_request(row, now) for row in db.execute(_OPEN, {"channel": channel})]
    return [one for one in found if scope is None or one.agency_id in scope]


def may_decide(
    db: Connection, channel: str, request: int, by: int, scope: Collection[int] | None, now: datetime
) -> tuple[Outcome, JoinRequest | None]:
    """Tell whether a request can be decided by this coordinator; a foreign one is audited and never returned."""
    one = read(db, channel, request, now)
    if one is None or (scope is not None and one.agency_id not in scope):
        note(db, channel, "request.foreign", now, person=by, request=request)
        return Outcome.FOREIGN, None
    if one.state != Request.ASKED:
        return Outcome.ALREADY, one
    if one.person == by:
        return Outcome.OWN, one
    return Outcome.DONE, one


def grant(
    db: Connection, channel: str, one: JoinRequest, by: int, now: datetime, *, replaces_at: datetime | None = None
) -> Outcome:
    """Let the person in. replaces_at: the moment from which; whoever was director until then leaves. Else at once."""
    if one.closed:
        return Outcome.CLOSED
    if not decide(db, join_requests, channel, one.id, by, Request.GRANTED, now):
        return Outcome.ALREADY
    since = max(replaces_at, now) if replaces_at else now
    if replaces_at:
        memberships.transfer(db, channel, one.school, since, now, by=by, but=one.person)
    joined = memberships.join(db, channel, one.person, one.role, now, since=since, school=one.school, approved_by=by)
    note(db, channel, "request.granted", now, person=by, request=one.id, membership=joined, role=one.role)
    key = "request.granted" if since <= now else "request.granted_from"
    words = say(key, school=one.school_name, role=say(f"role.{one.role}"), since=memberships.begins(since))
    tell(db, channel, one.person, Say(words), once=f"request:{one.id}:granted", now=now)
    return Outcome.DONE


def refuse(
    db: Connection, channel: str, one: JoinRequest, by: int, why: str, now: datetime, mark: str | None = None
) -> Outcome:
    """Refuse a request and tell the person why. mark: the LINE id of the reason's bubble, which may be unsent."""
    if not decide(db, join_requests, channel, one.id, by, Request.REFUSED, now, why, mark):
        return Outcome.ALREADY
    note(db, channel, "request.refused", now, person=by, request=one.id)
    words = say("request.refused", school=one.school_name, agency=one.agency, why=why)
    tell(db, channel, one.person, Say(words), once=f"request:{one.id}:refused", now=now)
    return Outcome.DONE


_REFUSED_BY = select(join_requests.c.id, join_requests.c.why).where(
    join_requests.c.channel_id == bindparam("channel"),
    join_requests.c.line_message_id == bindparam("mark"),
    join_requests.c.decided_by == bindparam("by"),
    join_requests.c.why.is_not(None),
)
_NO_REASON = update(join_requests).where(join_requests.c.id == bindparam("request")).values(why=None)


def unsend(db: Connection, channel: str, mark: str, by: int) -> None:
    """Forget the reason of a refusal whose bubble was unsent, in what waits to be told to the person too."""
    for row in db.execute(_REFUSED_BY, {"channel": channel, "mark": mark, "by": by}).all():
        db.execute(_NO_REASON, {"request": row.id})
        unsaid.reword(db, channel, f"request:{row.id}:refused", row.why, say("review.unsent"))
