"""Seats in the room of a meeting, given in the order in which they were asked for; who is late waits for a free one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select, update

from handlers import unsaid
from handlers.meetings import Invitee, Meeting
from handlers.meetings_wording import answers, facts
from handlers.messages.values import Say
from handlers.outbox import IS_OPEN, REST
from handlers.telling import of_school, tell
from handlers.texts import say
from models.meetings import MeetingState, checkins, invitees
from models.outbox import Priority, outbox

_HERE = and_(invitees.c.channel_id == bindparam("channel"), invitees.c.meeting_id == bindparam("meeting"))
_SET = update(invitees).where(invitees.c.id == bindparam("invitee"))
_SEATED = select(func.count()).where(_HERE, invitees.c.seated_at.is_not(None))
_COLUMNS = (
    invitees.c.id,
    invitees.c.school_id,
    invitees.c.person_id,
    invitees.c.answered_by,
    func.coalesce(invitees.c.seated_at, invitees.c.waits_since).label("since"),
)
_FIRST = (
    select(*_COLUMNS)
    .where(_HERE, invitees.c.waits_since.is_not(None))
    .order_by(invitees.c.waits_since, invitees.c.id)
    .limit(bindparam("most"))
)
_THERE = select(checkins.c.invitee_id).where(checkins.c.meeting_id == bindparam("meeting"))
_LAST = (
    select(*_COLUMNS)
    .where(_HERE, invitees.c.seated_at.is_not(None), invitees.c.id.not_in(_THERE))
    .order_by(invitees.c.seated_at.desc(), invitees.c.id.desc())
    .limit(bindparam("most"))
)
_MAY_WAIT = (
    select(outbox.c.id)
    .where(
        outbox.c.channel_id == bindparam("channel"),
        IS_OPEN,
        or_(outbox.c.once_key.like(bindparam("keys")), outbox.c.once_key.startswith(REST)),
    )
    .limit(1)
)
_AHEAD = select(func.count()).where(
    invitees.c.meeting_id == bindparam("meeting"),
    or_(
        invitees.c.waits_since < bindparam("since"),
        and_(invitees.c.waits_since == bindparam("since"), invitees.c.id <= bindparam("invitee")),
    ),
)
_EVERYBODY = 1_000_000
GOT, LOST = "meeting_answers.seats.got", "meeting_answers.seats.lost"
"""What is told of a seat."""


def claim(db: Connection, meeting: Meeting, invitee: Invitee, *, wants: bool, at: datetime, now: datetime) -> None:
    """Let an invitee ask for a seat, or free it. at: when it was said.

    Who has asked already keeps the turn: a delegate sits, or waits, where the director would have.
    """
    held = invitee.seated_at or invitee.waits_since
    if wants and held is None:
        db.execute(_SET, {"invitee": invitee.id, "waits_since": at})
    elif not wants and held is not None:
        db.execute(_SET, {"invitee": invitee.id, "waits_since": None, "seated_at": None})
        if meeting.seats is not None:
            _forget(db, meeting, invitee.id)
    got = _fill(db, meeting)
    _tell(db, meeting, (row for row in got if row.id != invitee.id), GOT, now)


def line(db: Connection, invitee: Invitee) -> int | None:
    """Return which turn an invitee has who waits for a seat, from 1; None of all others."""
    if invitee.waits_since is None:
        return None
    key = {"meeting": invitee.meeting, "since": invitee.waits_since, "invitee": invitee.id}
    return db.execute(_AHEAD, key).scalar_one()


def reseat(db: Connection, meeting: Meeting, now: datetime, *, tells: bool = True) -> None:
    """Take seats from those who asked last where there are fewer, give out those there are more, tell both.

    meeting: locked, as it is after the change of its seats.
    Who has checked in keeps the seat: there may then be more seated than seats, as there are in the room.
    tells: not where all have again what they had.
    """
    before = {row.id for row in _rows(db, meeting, _LAST, _EVERYBODY)}
    lost = _take_back(db, meeting)
    got = _fill(db, meeting)
    if not tells:
        return
    _tell(db, meeting, (row for row in got if row.id not in before), GOT, now)
    regained = {row.id for row in got}
    _tell(db, meeting, (row for row in lost if row.id not in regained), LOST, now)


def _fill(db: Connection, meeting: Meeting) -> Sequence[Row[Any]]:
    """Seat those who wait, the first to ask first, as long as there are seats; return who sits now."""
    free = _EVERYBODY if meeting.seats is None else max(0, meeting.seats - _seated(db, meeting))
    first = _rows(db, meeting, _FIRST, free)
    for row in first:  # the moment of asking goes along: where seats get fewer, who asked last has none
        db.execute(_SET, {"invitee": row.id, "waits_since": None, "seated_at": row.since})
    return first


def _take_back(db: Connection, meeting: Meeting) -> Sequence[Row[Any]]:
    over = 0 if meeting.seats is None else max(0, _seated(db, meeting) - meeting.seats)
    last = _rows(db, meeting, _LAST, over)
    for row in last:
        db.execute(_SET, {"invitee": row.id, "waits_since": row.since, "seated_at": None})
    return last


def _seated(db: Connection, meeting: Meeting) -> int:
    return db.execute(_SEATED, {"channel": meeting.channel, "meeting": meeting.id}).scalar_one()


def _rows(db: Connection, meeting: Meeting, which: Any, most: int) -> Sequence[Row[Any]]:
    return db.execute(which, {"channel": meeting.channel, "meeting": meeting.id, "most": most}).all() if most else []


def _tell(db: Connection, meeting: Meeting, rows: Iterable[Row[Any]], key: str, now: datetime) -> None:
    """Tell whose seat came or went, while that is of use; what was to be told before of it is left unsaid."""
    if meeting.state != MeetingState.CALLED or now >= meeting.starts_at:
        return
    soon = min(timedelta(hours=1), (meeting.starts_at - now) / 4)
    words = None
    for row in rows:
        _forget(db, meeting, row.id)
        words = words or Say(say(key, facts=facts(meeting)), answers(meeting))
        once = f"{_told_as(meeting, row.id)}:{int(now.timestamp())}"
        for person in _whom(db, meeting, row, now):
            tell(db, meeting.channel, person, words, once=once, now=now, patience=soon, priority=Priority.MEETING)


def _told_as(meeting: Meeting, invitee: int) -> str:
    return f"meeting:{meeting.id}:seat:{invitee}"


def _forget(db: Connection, meeting: Meeting, invitee: int) -> None:
    """Leave unsaid what waits to be told of a seat, as it is true no more."""
    name = _told_as(meeting, invitee)
    # Nearly always nothing was told: what waits of everybody else's need not be read then.
    if db.execute(_MAY_WAIT, {"channel": meeting.channel, "keys": f"{name}:%"}).first() is not None:
        unsaid.drop(db, meeting.channel, name)


def _whom(db: Connection, meeting: Meeting, row: Row[Any], now: datetime) -> Sequence[int]:
    """Return who is told: the officer; of a school who answered, or all who speak for it where that one is gone."""
    if row.person_id is not None:
        return [row.person_id]
    everybody = of_school(db, meeting.channel, row.school_id, now)
    return [row.answered_by] if row.answered_by in everybody else everybody
