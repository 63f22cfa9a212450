"""More time for one school: granted by a coordinator, or from the command line; asked for by its director.

Every read starts from the channel and, for a coordinator of an agency, the offices below that one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # compiles for SQLite too

from handlers.audit import note
from handlers.rounds import BadRound
from handlers.rounds_changes import open_one
from handlers.texts import say
from handlers.thai import day, today
from handlers.words import fold
from models.people import Request, people, schools
from models.people import agencies as agencies_table
from models.programme import extension_requests, extensions, rounds


@dataclass(frozen=True, slots=True)
class Wish:
    """A school's request for more time. due_on: the day asked for; holds_on: the day that holds for it now."""

    id: int
    round: int
    title: str
    school: int
    school_name: str
    district: str
    agency: int
    agency_name: str
    person: int
    due_on: date | None
    why: str | None
    state: Request
    asked_at: datetime
    holds_on: date
    decided_by: str | None


# Granting ---------------------------------------------------------------------------------------------------------

_SCHOOL = select(schools.c.id, schools.c.name).where(
    schools.c.channel_id == bindparam("channel"), schools.c.id == bindparam("school")
)
_OWN = select(extensions.c.due_on).where(
    extensions.c.round_id == bindparam("round"), extensions.c.school_id == bindparam("school")
)
_PUT = upsert(extensions)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["round_id", "school_id"],
    set_={name: _PUT.excluded[name] for name in ("due_on", "granted_by", "at")},
)


_BY_CODE = select(schools.c.id).where(
    schools.c.channel_id == bindparam("channel"), schools.c.code == bindparam("code"), schools.c.closed_at.is_(None)
)


def school_of(db: Connection, channel: str, code: str) -> int:
    """Return the school of a code. Raises BadRound where the channel has none, or it is closed."""
    found: int | None = db.execute(_BY_CODE, {"channel": channel, "code": code}).scalar()
    if found is None:
        raise BadRound(f"channel {channel} has no open school {code}", "unknown")
    return found


@dataclass(frozen=True, slots=True)
class School:
    """A school as a coordinator names it."""

    id: int
    name: str
    district: str


_ALL = (
    select(schools.c.id, schools.c.name, schools.c.district, schools.c.code, schools.c.agency_id)
    .where(schools.c.channel_id == bindparam("channel"), schools.c.closed_at.is_(None))
    .order_by(schools.c.id)
)


def named(db: Connection, channel: str, within: Collection[int] | None, words: str) -> list[School]:
    """Return the schools of these agencies (all where None) that words name: by code, or whole name and district."""
    key = fold(words)
    rows = [row for row in db.execute(_ALL, {"channel": channel}) if within is None or row.agency_id in within]
    return [School(row.id, row.name, row.district) for row in rows if key and key in _names_of(row)]


def _names_of(row: Any) -> tuple[str, ...]:
    place = say("joining.place", school=row.name, district=row.district)
    return row.code, fold(row.name), fold(place), fold(row.name + row.district)


def is_within(db: Connection, channel: str, within: Collection[int] | None, school: int) -> bool:
    """Tell whether a school is one of these agencies', or (None) of the channel."""
    rows = db.execute(_ALL, {"channel": channel})
    return any(row.id == school and (within is None or row.agency_id in within) for row in rows)


def due_of(db: Connection, round_due: date, round_id: int, school: int) -> date:
    """Return the day that holds for a school: its extension, unless the whole round was moved beyond that."""
    own = db.execute(_OWN, {"round": round_id, "school": school}).scalar()
    return max(round_due, own) if own else round_due


def check(db: Connection, channel: str, number: int, school: int, due_on: date, now: datetime) -> date:
    """Return the day that holds for a school now. Raises BadRound where it could not be moved to ``due_on``."""
    one = open_one(db, channel, number, now)
    if db.execute(_SCHOOL, {"channel": channel, "school": school}).first() is None:
        raise BadRound(f"channel {channel} has no such school", "unknown")
    holds = due_of(db, one.due_on, number, school)
    if due_on < today(now):
        raise BadRound(f"due on {due_on}, which is past", "past", due=day(due_on))
    if due_on <= holds:
        raise BadRound(f"due on {due_on}, not later than {holds}", "not_later", due=day(holds))
    if one.last_day is not None and due_on > one.last_day:
        raise BadRound(f"due on {due_on}, after the close on {one.last_day}", "after_close", due=day(one.last_day))
    return holds


def grant(
    db: Connection, channel: str, number: int, school: int, due_on: date, now: datetime, *, by: int | None = None
) -> None:
    """Give a school a due date of its own in a round. by: the coordinator; None from the command line.

    Raises:
        BadRound: the round is closed or not the channel's, or the day is past or not later than what holds.
    """
    before = check(db, channel, number, school, due_on, now)
    row = {"channel_id": channel, "round_id": number, "school_id": school, "due_on": due_on}
    db.execute(_PUT, row | {"granted_by": by, "at": now})
    detail: dict[str, Any] = {
        "round": number,
        "school": school,
        "before": before.isoformat(),
        "due": due_on.isoformat(),
    }
    note(db, channel, "extension.granted", now, person=by, **detail)


# Asking -----------------------------------------------------------------------------------------------------------

_ASK = insert(extension_requests).returning(extension_requests.c.id)
_WITHDRAW = (
    update(extension_requests)
    .where(
        extension_requests.c.round_id == bindparam("round"),
        extension_requests.c.school_id == bindparam("school"),
        extension_requests.c.state == Request.ASKED,
    )
    .values(state=Request.WITHDRAWN, decided_at=bindparam("at"))
)


def ask(
    db: Connection,
    channel: str,
    *,
    round_id: int,
    school: int,
    person: int,
    due_on: date,
    why: str | None,
    mark: str | None = None,
    now: datetime,
) -> int:
    """Write down that a school asks for more time and return the request's id; an older open one is withdrawn.

    mark: the LINE id of the bubble with the reason, by which it can be unsent.

    Raises:
        BadRound: the day could not be granted.
    """
    check(db, channel, round_id, school, due_on, now)
    db.execute(_WITHDRAW, {"round": round_id, "school": school, "at": now})
    row = {"channel_id": channel, "round_id": round_id, "school_id": school, "person_id": person, "due_on": due_on}
    asked: int = db.execute(
        _ASK, row | {"why": why, "line_message_id": mark, "state": Request.ASKED, "asked_at": now}
    ).scalar_one()
    note(db, channel, "extension.asked", now, person=person, request=asked, due=due_on.isoformat())
    return asked


# Deciding ---------------------------------------------------------------------------------------------------------

_decider = people.alias()
_WISHES = (
    select(
        extension_requests,
        rounds.c.title,
        rounds.c.due_on.label("round_due"),
        extensions.c.due_on.label("own_due"),
        schools.c.name.label("school_name"),
        schools.c.district,
        schools.c.agency_id,
        agencies_table.c.name.label("agency_name"),
        _decider.c.name.label("decided_name"),
    )
    .select_from(extension_requests)
    .join(rounds, rounds.c.id == extension_requests.c.round_id)
    .join(schools, schools.c.id == extension_requests.c.school_id)
    .join(agencies_table, agencies_table.c.id == schools.c.agency_id)
    .outerjoin(
        extensions,
        (extensions.c.round_id == extension_requests.c.round_id)
        & (extensions.c.school_id == extension_requests.c.school_id),
    )
    .outerjoin(_decider, _decider.c.id == extension_requests.c.decided_by)
    .where(extension_requests.c.channel_id == bindparam("channel"))
)
_ONE = _WISHES.where(extension_requests.c.id == bindparam("request"))
_WAITING = _WISHES.where(
    extension_requests.c.state == Request.ASKED,
    rounds.c.closed_at.is_(None) | (rounds.c.closed_at > bindparam("now")),
).order_by(extension_requests.c.asked_at, extension_requests.c.id)
_DECIDE = (
    update(extension_requests)
    .where(
        extension_requests.c.channel_id == bindparam("channel"),
        extension_requests.c.id == bindparam("request"),
        extension_requests.c.state == Request.ASKED,
    )
    .values(state=bindparam("to"), decided_by=bindparam("by"), decided_at=bindparam("at"))
    .returning(extension_requests.c.id)
)


def waiting(db: Connection, channel: str, within: Collection[int] | None, now: datetime) -> Sequence[Wish]:
    """Return the open requests of these agencies' schools (all of the channel where None), the oldest first."""
    rows = db.execute(_WAITING, {"channel": channel, "now": now})
    return [_wish(row) for row in rows if within is None or row.agency_id in within]


def found(db: Connection, channel: str, within: Collection[int] | None, number: int) -> Wish | None:
    """Return a request of these agencies' schools, decided or not; None where they have none of this number."""
    row = db.execute(_ONE, {"channel": channel, "request": number}).first()
    return _wish(row) if row and (within is None or row.agency_id in within) else None


def decide(db: Connection, channel: str, wish: Wish, *, granted: bool, by: int, now: datetime) -> bool:
    """Grant or refuse a request; False where somebody was faster. The caller has looked it up in its scope.

    Raises:
        BadRound: the day cannot be granted any more.
    """
    to = Request.GRANTED if granted else Request.REFUSED
    row = {"channel": channel, "request": wish.id, "to": to, "by": by, "at": now}
    if granted and wish.due_on is not None and wish.state == Request.ASKED:
        check(db, channel, wish.round, wish.school, wish.due_on, now)
    if db.execute(_DECIDE, row).first() is None:
        return False
    if granted and wish.due_on is not None:
        grant(db, channel, wish.round, wish.school, wish.due_on, now, by=by)
    else:
        note(db, channel, "extension.refused", now, person=by, request=wish.id)
    return True


def _wish(row: Row[Any]) -> Wish:
    return Wish(
        id=row.id,
        round=row.round_id,
        title=row.title,
        school=row.school_id,
        school_name=row.school_name,
        district=row.district,
        agency=row.agency_id,
        agency_name=row.agency_name,
        person=row.person_id,
        due_on=row.due_on,
        why=row.why,
        state=Request(row.state),
        asked_at=row.asked_at,
        holds_on=max(row.round_due, row.own_due or row.round_due),
        decided_by=row.decided_name,
    )
