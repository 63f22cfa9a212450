"""Paid messages of a month: counted before they are sent, given back where they were not."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, case, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from handlers.thai import BANGKOK
from models.outbox import quota


class Taken(StrEnum):
    YES = "yes"
    SPENT = "spent"
    UNKNOWN = "unknown"  # nobody has asked LINE this month; ``learn`` what it says


_MONTH = (quota.c.channel_id == bindparam("channel"), quota.c.month == bindparam("in_month"))
_TAKE = (
    update(quota)
    .where(*_MONTH, or_(quota.c.allowed.is_(None), quota.c.used < quota.c.allowed))
    .values(used=quota.c.used + 1)
    .returning(quota.c.used)
)
_KNOWN = select(quota.c.used).where(*_MONTH)
_GIVE_BACK = update(quota).where(*_MONTH, quota.c.used > 0).values(used=quota.c.used - 1)
_SPEND = (
    update(quota)
    .where(*_MONTH, or_(quota.c.allowed.is_(None), quota.c.allowed > quota.c.used))
    .values(allowed=quota.c.used)
)
_LEARN = (
    update(quota)
    .where(*_MONTH)
    .values(
        allowed=bindparam("allows"),
        # LINE's own count lags behind; ours lacks what is sent from LINE's manager. The larger is the safer.
        used=case((quota.c.used < bindparam("uses"), bindparam("uses")), else_=quota.c.used),
    )
    .returning(quota.c.used)
)


_OF_MONTH = select(quota.c.channel_id, quota.c.allowed).where(quota.c.month == bindparam("in_month"))


def month(now: datetime) -> str:
    """Return the month of a plan, like 2026-01, as it is in Thailand."""
    return f"{now.astimezone(BANGKOK):%Y-%m}"


def take(db: Connection, channel: str, now: datetime) -> Taken:
    """Count one paid message, where the month still has one."""
    which = {"channel": channel, "in_month": month(now)}
    if db.execute(_TAKE, which).first() is not None:
        return Taken.YES
    return Taken.UNKNOWN if db.execute(_KNOWN, which).first() is None else Taken.SPENT


def give_back(db: Connection, channel: str, now: datetime) -> None:
    """Uncount a message that was not sent after all."""
    db.execute(_GIVE_BACK, {"channel": channel, "in_month": month(now)})


def spend(db: Connection, channel: str, now: datetime) -> None:
    """Note that LINE lets no more through this month."""
    db.execute(_SPEND, {"channel": channel, "in_month": month(now)})


def learn(db: Connection, channel: str, now: datetime, *, allowed: int | None, used: int) -> None:
    """Write down what LINE says of this month. allowed: None where there is no limit."""
    which = {"channel": channel, "in_month": month(now)}
    if db.execute(_LEARN, {**which, "allows": allowed, "uses": used}).first() is not None:
        return
    row = {"channel_id": channel, "month": month(now), "allowed": allowed, "used": used}
    try:
        with db.begin_nested():
            db.execute(insert(quota), row)
    except IntegrityError:  # another process was faster, with the same
        return


def plans(db: Connection, now: datetime) -> dict[str, int | None]:
    """Return what this month allows, by channel, for those that have pushed anything."""
    return {row.channel_id: row.allowed for row in db.execute(_OF_MONTH, {"in_month": month(now)})}
