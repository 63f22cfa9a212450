"""Wrong check-in codes, counted by person: after five in a row one waits, half a minute at first.

Four numbers of 900,000 are right at a time, and one can check in for an hour: who guesses all that time gets some
seventy tries, a chance of three in ten thousand. Whoever reads the code from the screen is never kept long.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers.audit import note
from models.meetings import checkin_guesses
from models.prepared import Prepared

AT_ONCE = 5
PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=4)
FORGOTTEN = timedelta(hours=2)
"""After this without a wrong code the count begins anew."""

_FIND = Prepared(select(checkin_guesses).where(checkin_guesses.c.person_id == bindparam("person")))
_put = insert(checkin_guesses)
_PUT = _put.on_conflict_do_update(
    index_elements=["person_id"],
    set_={name: _put.excluded[name] for name in ("guesses", "at", "again_at")},
)
_FORGET = delete(checkin_guesses).where(checkin_guesses.c.person_id == bindparam("person"))


def paused(db: Connection, person: int, at: datetime) -> datetime | None:
    """Return until when no code of a person is looked at; None where one is."""
    row = _FIND(db, {"person": person}).first()
    return row.again_at if row is not None and row.again_at is not None and at < row.again_at else None


def count(db: Connection, channel: str, person: int, at: datetime) -> datetime | None:
    """Count a wrong code; return until when the person now waits, None where another may be tried at once."""
    row = _FIND(db, {"person": person}).first()
    before = row.guesses if row is not None and at - row.at < FORGOTTEN else 0
    guesses, again_at = before + 1, None
    if guesses % AT_ONCE == 0:
        again_at = at + min(PAUSE * 2 ** min(guesses // AT_ONCE - 1, 10), LONGEST_PAUSE)
        note(db, channel, "checkin.guessed", at, person=person, guesses=guesses)
    known = {"person_id": person, "channel_id": channel, "guesses": guesses, "at": at, "again_at": again_at}
    db.execute(_PUT, known)
    return again_at


def forget(db: Connection, person: int) -> None:
    """Forget wrong codes: a right one came."""
    if _FIND(db, {"person": person}).first() is not None:
        db.execute(_FORGET, {"person": person})
