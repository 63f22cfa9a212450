"""How fast LINE may be called: one pace for all processes, given out to them some calls at a time.

LINE takes 2,000 pushes a second and 200 multicasts of a channel (REF Rate limits).
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from models.outbox import rates

PER_SECOND = 1800
"""Calls a second, over all processes; LINE's clock and ours do not cut seconds at the same place."""
MULTICAST = 10
"""What a multicast weighs: LINE takes a tenth as many."""
LONGEST_PAUSE = timedelta(seconds=60)
_AHEAD = timedelta(seconds=5)
"""Calls are never given out further ahead: a moment beyond that was noted by a clock that has been set back."""

_ADD = insert(rates).on_conflict_do_nothing(index_elements=["channel_id"])
_READ = select(rates).where(rates.c.channel_id == bindparam("channel")).with_for_update()
_GIVE = update(rates).where(rates.c.channel_id == bindparam("channel")).values(free_at=bindparam("free"))
_PAUSE = (
    update(rates)
    .where(rates.c.channel_id == bindparam("channel"))
    .values(paused_until=bindparam("until"), pauses=rates.c.pauses + 1)
)
_CALM = update(rates).where(rates.c.channel_id == bindparam("channel")).values(paused_until=None, pauses=0)
_PAUSED = select(rates.c.channel_id).where(
    rates.c.paused_until > bindparam("now"), rates.c.paused_until <= bindparam("latest")
)


def allot(db: Connection, channel: str, calls: int, now: datetime) -> tuple[datetime, datetime | None]:
    """Give out so many calls; return from when they may be made, at ``PER_SECOND``, and until when all must wait."""
    row = _row(db, channel, now)
    start = row.free_at if now < row.free_at < now + _AHEAD else now
    db.execute(_GIVE, {"channel": channel, "free": start + timedelta(seconds=calls / PER_SECOND)})
    paused = row.paused_until
    return start, paused if paused and now < paused <= now + LONGEST_PAUSE else None


def pause(db: Connection, channel: str, now: datetime) -> datetime:
    """Let all processes wait, twice as long each time LINE says again that we are too fast; return until when."""
    row = _row(db, channel, now)
    until: datetime | None = row.paused_until
    if until is not None and now < until <= now + LONGEST_PAUSE:
        return until  # another call was told the same
    until = now + min(LONGEST_PAUSE, timedelta(seconds=2 ** min(row.pauses, 6)))
    db.execute(_PAUSE, {"channel": channel, "until": until})
    return until


def calm(db: Connection, channel: str) -> None:
    """Note that LINE takes our calls again."""
    db.execute(_CALM, {"channel": channel})


def paused(db: Connection, now: datetime) -> list[str]:
    """Return the channels that are not to be called now."""
    return list(db.execute(_PAUSED, {"now": now, "latest": now + LONGEST_PAUSE}).scalars())


def _row(db: Connection, channel: str, now: datetime) -> Any:
    db.execute(_ADD, {"channel_id": channel, "free_at": now})
    return db.execute(_READ, {"channel": channel}).one()
