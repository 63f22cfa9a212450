"""What a person says about reminders: remind me then, do not remind me, I have a problem."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # compiles for SQLite too

from handlers.audit import note
from models.reminders import reminded, reminder_stops

_put = upsert(reminded)
_AGAIN = _put.on_conflict_do_update(index_elements=["person_id"], set_={"again_at": _put.excluded.again_at})
_NOT_AGAIN = update(reminded).where(reminded.c.person_id == bindparam("person")).values(again_at=None)
_stop = upsert(reminder_stops)
_STOP = _stop.on_conflict_do_update(
    index_elements=["person_id", "round_id"], set_={name: _stop.excluded[name] for name in ("ticket_id", "at")}
)
_GO_ON = delete(reminder_stops).where(
    reminder_stops.c.person_id == bindparam("person"), reminder_stops.c.round_id == bindparam("round")
)
_ASKED_FOR = select(reminded.c.again_at).where(reminded.c.person_id == bindparam("person"))


def remind_at(
    db: Connection, channel: str, person: int, rounds: Collection[int], moment: datetime, now: datetime
) -> None:
    """Remind a person at a moment of whatever is open then, and not before; a stop in these rounds is over."""
    db.execute(_AGAIN, {"person_id": person, "channel_id": channel, "again_at": moment})
    for number in sorted(rounds):
        db.execute(_GO_ON, {"person": person, "round": number})
    note(db, channel, "reminder.asked", now, person=person, at=moment.isoformat())


_STOPS = select(reminder_stops.c.round_id, reminder_stops.c.ticket_id).where(
    reminder_stops.c.person_id == bindparam("person")
)


def stops_of(db: Connection, person: int) -> list[list[int | None]]:
    """Return the rounds in which a person is not reminded, each with the talk until whose end that is."""
    return [[row.round_id, row.ticket_id] for row in db.execute(_STOPS, {"person": person})]


def put_back(
    db: Connection, channel: str, person: int, at: datetime | None, stops: Iterable[Sequence[int | None]], now: datetime
) -> None:
    """Undo ``remind_at``: the moment asked for before it, and the stops that were then."""
    db.execute(_AGAIN, {"person_id": person, "channel_id": channel, "again_at": at if at and at > now else None})
    for number, ticket in stops:
        row = {"person_id": person, "round_id": number, "channel_id": channel, "ticket_id": ticket, "at": now}
        db.execute(_STOP, row)
    note(db, channel, "reminder.undone", now, person=person)


def asked_for(db: Connection, person: int) -> datetime | None:
    """Return the moment at which a person asked to be reminded, if it is still to come."""
    found: datetime | None = db.execute(_ASKED_FOR, {"person": person}).scalar()
    return found


def stop(
    db: Connection, channel: str, person: int, rounds: Collection[int], now: datetime, *, ticket: int | None = None
) -> None:
    """Remind a person no more in these rounds. ticket: only until this talk of theirs was answered or closed."""
    db.execute(_NOT_AGAIN, {"person": person})
    for number in sorted(rounds):
        row = {"person_id": person, "round_id": number, "channel_id": channel, "ticket_id": ticket, "at": now}
        db.execute(_STOP, row)
    note(db, channel, "reminder.stopped", now, person=person, ticket=ticket)
