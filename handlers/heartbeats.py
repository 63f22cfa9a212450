"""Signs of life of the processes that keep time, and how far behind time the bot is.

Health pages, metrics, the doctor and the operators are told the same figures; none of them holds a name or an id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update

from handlers.quota import month
from models.heartbeats import heartbeats
from models.inbox import inbox
from models.outbox import outbox, quota
from models.programme import channels

TICK = "due"
"""The tick by which the clock is judged: it writes what has become due."""
FORGOTTEN = timedelta(days=1)
"""Processes that have been silent for so long are forgotten."""
AHEAD = timedelta(minutes=1)
"""A sign of life from further ahead is from before the clock was set back; it proves nothing."""
STRUGGLING = 12
"""Tries of one message. With the waits between them that is ten minutes or so."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a process says of itself. leads_since: None where another leads the clock. ticks: when each ended well."""

    process: str
    role: str
    began_at: datetime
    leads_since: datetime | None
    ticks: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class OfChannel:
    """How one channel is. number: in the order in which channels were added.

    unsent: seconds since when the oldest message that is due waits; waiting: how many are due and wait.
    struggling: messages tried in vain for ten minutes and more. parked: events that wait for the operator.
    allowed: paid messages of this month, None for no limit; used: of them, None where nobody has asked LINE yet;
    closed: LINE let no more through.
    """

    channel: str
    number: int
    unsent: float = 0.0
    waiting: int = 0
    struggling: int = 0
    parked: int = 0
    allowed: int | None = None
    used: int | None = None
    closed: bool = False

    @property
    def is_spent(self) -> bool:
        """Tell whether no paid message is left this month."""
        return self.closed or (self.allowed is not None and self.used is not None and self.used >= self.allowed)


@dataclass(frozen=True, slots=True)
class State:
    """How the bot is. lag: seconds since what is due was last written, by any process; None: not once in a day."""

    lag: float | None
    channels: tuple[OfChannel, ...]

    @property
    def unsent(self) -> float:
        """Return for how many seconds the oldest message that is due waits."""
        return max((one.unsent for one in self.channels), default=0.0)


# Signs of life ----------------------------------------------------------------------------------------------------

_BEAT = update(heartbeats).where(heartbeats.c.process == bindparam("who"))
_BEGIN = insert(heartbeats)
_FORGET = delete(heartbeats).where(heartbeats.c.beat_at < bindparam("before"))
_TICKS = select(heartbeats.c.ticks)


def beat(db: Connection, pulse: Pulse, now: datetime) -> None:
    """Write down that a process lives, and forget those that are long silent."""
    row = {
        "role": pulse.role,
        "began_at": pulse.began_at,
        "beat_at": now,
        "leads_since": pulse.leads_since,
        "ticks": {name: at.isoformat() for name, at in pulse.ticks.items()},
    }
    if db.execute(_BEAT.values(row), {"who": pulse.process}).rowcount == 0:
        db.execute(_BEGIN, row | {"process": pulse.process})
        db.execute(_FORGET, {"before": now - FORGOTTEN})


def leave(db: Connection, process: str) -> None:
    """Note that a process has ended as it was told: it leads nothing any more. What it did is not forgotten."""
    db.execute(_BEAT.values(leads_since=None), {"who": process})


def processes(db: Connection) -> list[Any]:
    """Return the processes that gave a sign of life within a day, the newest first."""
    return list(db.execute(select(heartbeats).order_by(heartbeats.c.beat_at.desc())))


def lag(db: Connection, now: datetime) -> float | None:
    """Return the seconds since what is due was last written, by any process; None: not once in a day."""
    came = [datetime.fromisoformat(ticks[TICK]) for (ticks,) in db.execute(_TICKS) if TICK in ticks]
    ages = [(now - at).total_seconds() for at in came if at <= now + AHEAD]
    return max(0.0, min(ages)) if ages else None


# How far behind ---------------------------------------------------------------------------------------------------

_QUEUED = text("state = 'queued'")  # as the partial index writes it
_PARKED = text("state = 'parked'")
_CHANNELS = select(channels.c.id).order_by(channels.c.created_at, channels.c.id)
_WAITING = (
    select(outbox.c.channel_id, func.min(outbox.c.due_at).label("oldest"), func.count().label("waiting"))
    .where(_QUEUED, outbox.c.due_at <= bindparam("now"))
    .group_by(outbox.c.channel_id)
)
_STRUGGLING = (
    select(outbox.c.channel_id, func.count().label("struggling"))
    .where(_QUEUED, outbox.c.tries >= STRUGGLING)
    .group_by(outbox.c.channel_id)
)
_LEFT = select(inbox.c.channel_id, func.count().label("parked")).where(_PARKED).group_by(inbox.c.channel_id)
_QUOTA = select(quota.c.channel_id, quota.c.allowed, quota.c.used, quota.c.closed_at).where(
    quota.c.month == bindparam("in_month")
)


def look(db: Connection, now: datetime) -> State:
    """Return how the bot is. Reads little, whatever has been said and heard."""
    found: dict[str, dict[str, Any]] = {channel: {} for channel in db.execute(_CHANNELS).scalars()}
    for statement in (_WAITING, _STRUGGLING, _LEFT, _QUOTA):
        for row in db.execute(statement, {"now": now, "in_month": month(now)}).mappings():
            found[row["channel_id"]] |= row
    return State(lag(db, now), tuple(_of(*one, now) for one in enumerate(found.items(), 1)))


def _of(number: int, found: tuple[str, Mapping[str, Any]], now: datetime) -> OfChannel:
    channel, row = found
    oldest = row.get("oldest")
    return OfChannel(
        channel,
        number,
        unsent=(now - oldest).total_seconds() if oldest else 0.0,
        waiting=row.get("waiting", 0),
        struggling=row.get("struggling", 0),
        parked=row.get("parked", 0),
        allowed=row.get("allowed"),
        used=row.get("used"),
        closed=row.get("closed_at") is not None,
    )
