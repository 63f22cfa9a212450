"""Closing a school, and opening it again: from its close on nobody joins it or reports for it; nothing is deleted."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from handlers.audit import note
from handlers.rounds import midnight_after
from handlers.thai import day, today
from models.people import schools

_FIND = select(schools.c.id, schools.c.name, schools.c.closed_at).where(
    schools.c.channel_id == bindparam("channel"), schools.c.code == bindparam("ten_digits")
)
_SET = update(schools).where(schools.c.id == bindparam("school")).values(closed_at=bindparam("at"))


class NotDone(ValueError):
    """A school that cannot be closed or opened again, and why."""


def close(
    db: Connection, channel: str, code: str, now: datetime, *, on: date | None = None, by: int | None = None
) -> str:
    """Close a school, now or after its last day ``on``; return its name. Who serves there serves there no more.

    Raises:
        NotDone: the channel has no such school, it is closed already, or the day is past.
    """
    row = _found(db, channel, code)
    if row.closed_at is not None and row.closed_at <= now:
        raise NotDone(f"{code} {row.name} was closed already, on {day(today(row.closed_at))}.")
    if on is not None and on < today(now):
        raise NotDone(f"{day(on)} is past: leave --on out to close {code} {row.name} now.")
    at = midnight_after(on) if on else now
    db.execute(_SET, {"school": row.id, "at": at})
    note(db, channel, "school.closed", now, person=by, school=row.id, at=at.isoformat())
    return str(row.name)


def reopen(db: Connection, channel: str, code: str, now: datetime, *, by: int | None = None) -> str:
    """Open a school again, or drop its planned close; return its name. Those who serve there still may.

    Raises:
        NotDone: the channel has no such school, or it is open.
    """
    row = _found(db, channel, code)
    if row.closed_at is None:
        raise NotDone(f"{code} {row.name} is open.")
    db.execute(_SET, {"school": row.id, "at": None})
    note(db, channel, "school.reopened", now, person=by, school=row.id)
    return str(row.name)


def _found(db: Connection, channel: str, code: str) -> Any:
    row = db.execute(_FIND, {"channel": channel, "ten_digits": code}).first()
    if row is None:
        raise NotDone(f"Channel {channel} has no school {code}.")
    return row
