"""Changing a round that is open or to come: its due date moves on, it is closed."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, update

from handlers import channels, rounds
from handlers.audit import note
from handlers.rounds import BadRound, Round, midnight_after
from handlers.thai import day, moment, today
from models.programme import rounds as table

_CHANGE = (
    update(table)
    .where(table.c.channel_id == bindparam("channel"), table.c.id == bindparam("round"))
    .values(due_on=bindparam("due"), grace_on=bindparam("grace"), closed_at=bindparam("closes"))
)


def open_one(db: Connection, channel: str, number: int, now: datetime) -> Round:
    """Return a round of the channel that is not closed, locked against other changes. Raises BadRound."""
    channels.ensure(db, channel, now)
    found = rounds.found(db, channel, number)
    if found is None:
        raise BadRound(f"channel {channel} has no round {number}", "unknown")
    if found.is_closed(now):
        raise BadRound(f"round {number} was closed on {moment(found.closed_at or now)}", "closed", title=found.title)
    return found


def extended(db: Connection, channel: str, number: int, due_on: date, now: datetime) -> Round:
    """Return a round as it would be with a later due date: grace and planned close move on by as many days.

    Raises:
        BadRound: the day is past, not later than the one there is, or the round would overlap the next.
    """
    was = open_one(db, channel, number, now)
    if due_on < today(now):
        raise BadRound(f"due on {due_on}, which is past", "past", due=day(due_on))
    if due_on <= was.due_on:
        raise BadRound(f"due on {due_on}, not later than {was.due_on}", "not_later", due=day(was.due_on))
    on = due_on - was.due_on
    longer = replace(
        was,
        due_on=due_on,
        grace_on=was.grace_on + on if was.grace_on else None,
        closed_at=was.closed_at + on if was.closed_at else None,
    )
    _check_overlap(db, channel, longer)
    return longer


def _check_overlap(db: Connection, channel: str, changed: Round) -> None:
    for other in rounds.listed(db, channel):
        if other.id != changed.id and other.opens_at < changed.ends_at and changed.opens_at < other.ends_at:
            raise BadRound(f"overlaps the round {other.title}", "overlap", title=other.title, due=day(other.due_on))


def extend(db: Connection, channel: str, number: int, due_on: date, now: datetime, *, by: int | None = None) -> Round:
    """Move a round's due date on and return the round. by: the coordinator; None from the command line.

    Raises:
        BadRound: see ``extended``.
    """
    was, longer = rounds.found(db, channel, number), extended(db, channel, number, due_on, now)
    _write(db, channel, longer)
    before = was.due_on.isoformat() if was else None
    note(db, channel, "round.extended", now, person=by, round=number, before=before, due=due_on.isoformat())
    return longer


def close(
    db: Connection, channel: str, number: int, now: datetime, *, on: date | None = None, by: int | None = None
) -> Round:
    """Close a round now, or plan its close: ``on`` is the last day on which anything can be written.

    Raises:
        BadRound: there is none, it is closed, or the planned day is past, before the due date or in the next round.
    """
    was = open_one(db, channel, number, now)
    if on is not None:
        rounds.check_last_days(was.due_on, was.grace_on, on)
        if on < today(now):
            raise BadRound(f"closes on {on}, which is past", "past", due=day(on))
    closed = replace(was, closed_at=midnight_after(on) if on else now)
    _check_overlap(db, channel, closed)
    _write(db, channel, closed)
    note(db, channel, "round.closed", now, person=by, round=number, on=on.isoformat() if on else None)
    return closed


def set_grace(db: Connection, channel: str, number: int, grace_on: date, now: datetime) -> Round:
    """Set the last day on which a late report is taken without a word. Raises BadRound."""
    was = open_one(db, channel, number, now)
    rounds.check_last_days(was.due_on, grace_on, was.last_day)
    changed = replace(was, grace_on=grace_on)
    _check_overlap(db, channel, changed)
    _write(db, channel, changed)
    note(db, channel, "round.grace", now, round=number, grace=grace_on.isoformat())
    return changed


def _write(db: Connection, channel: str, one: Round) -> None:
    row = {"channel": channel, "round": one.id, "due": one.due_on, "grace": one.grace_on, "closes": one.closed_at}
    db.execute(_CHANGE, row)
