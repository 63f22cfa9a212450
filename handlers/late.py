"""What comes late because nobody was there to say it: it still keeps the hours in which we speak first."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, text, update

from handlers import working_days
from handlers.thai import today
from handlers.working_days import NATIONAL
from models.outbox import outbox
from models.programme import channels
from models.reminders import special_days

_CHANNELS = select(channels.c.id)
_OFF = select(special_days.c.channel_id).where(special_days.c.day == bindparam("day"))
_FOUND = (
    select(outbox.c.id, outbox.c.due_at)
    .where(
        text("outbox.state = 'queued'"),
        outbox.c.channel_id == bindparam("channel"),
        outbox.c.kind == "notice",
        outbox.c.due_at <= bindparam("now"),
        outbox.c.lease_until <= bindparam("now"),
        outbox.c.begun_at.is_(None),  # what was begun is finished: LINE knows its retry key for a day only
    )
    .order_by(outbox.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_PUT_OFF = update(outbox).where(outbox.c.id == bindparam("row")).values(due_at=bindparam("then"))


def put_off(db: Connection, now: datetime, most: int = 500) -> int:
    """Put off what was due in hours in which we speak first, and is found when they are over; return how many rows.

    What was meant for another hour is left alone. Call again until it returns 0.
    """
    return sum(_put_off(db, channel, now, most) for channel in _at_rest(db, now))


def is_rest(db: Connection, now: datetime) -> bool:
    """Tell whether there is a channel in which we may not speak first now."""
    return bool(_at_rest(db, now))


def _at_rest(db: Connection, now: datetime) -> list[str]:
    """Return the channels in which we may not speak first now."""
    if NATIONAL.allows(now):
        return list(db.execute(_OFF, {"day": today(now)}).scalars())
    return list(db.execute(_CHANNELS).scalars())


def _put_off(db: Connection, channel: str, now: datetime, most: int) -> int:
    days = working_days.of(db, channel)
    found = db.execute(_FOUND, {"channel": channel, "now": now, "most": most})
    late = [row.id for row in found if days.allows(row.due_at)]
    if late:
        db.execute(_PUT_OFF, [{"row": row, "then": days.polite(now)} for row in late])
    return len(late)
