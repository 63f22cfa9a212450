"""Paid messages of a month: counted before they are sent, given back where they were not, shared among classes.

The rule of shares: a class is pushed while what the month has used, with what dearer classes have waiting, stays below
the class's share of the plan. The last part of every month is so kept for what must not wait.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from handlers.thai import BANGKOK
from models.outbox import Policy, Priority, outbox, quota

SHARES: Mapping[Priority, int] = {
    Priority.RESULT: 100,
    Priority.MEETING_CHANGE: 100,
    Priority.MEETING: 95,
    Priority.REMINDER: 90,
    Priority.DIGEST: 75,
    Priority.ANNOUNCEMENT: 60,
}
"""Percent of the plan up to which the month's use may grow by a message of each class; the dearest class first."""
CLASSES = tuple(Priority)

_MONTH = (quota.c.channel_id == bindparam("channel"), quota.c.month == bindparam("in_month"))
_STANDS = select(quota.c.allowed, quota.c.used, quota.c.closed_at).where(*_MONTH).with_for_update()
_TAKE = (
    update(quota).where(*_MONTH).values(used=quota.c.used + bindparam("many"), ours=quota.c.ours + bindparam("many"))
)


def _less(column: str) -> object:
    return case((quota.c[column] > bindparam("many"), quota.c[column] - bindparam("many")), else_=0)


_GIVE_BACK = update(quota).where(*_MONTH).values(used=_less("used"), ours=_less("ours"))
_CLOSE = update(quota).where(*_MONTH).values(closed_at=bindparam("at"))
_LEARN = (
    update(quota)
    .where(*_MONTH)
    .values(
        allowed=bindparam("allows"),
        # LINE's own count lags behind; ours lacks what is sent from LINE's manager. The larger is the safer.
        used=case((quota.c.used < bindparam("uses"), bindparam("uses")), else_=quota.c.used),
        line_used=bindparam("uses"),
        asked_at=bindparam("at"),
        closed_at=None,
    )
    .returning(quota.c.used)
)
_OF_MONTH = select(quota.c.channel_id, quota.c.allowed).where(quota.c.month == bindparam("in_month"))
_CLOSED = select(quota.c.channel_id).where(quota.c.month == bindparam("in_month"), quota.c.closed_at.is_not(None))
PAID_LATER = (
    text("outbox.state = 'queued'"),
    outbox.c.channel_id == bindparam("channel"),
    outbox.c.policy == Policy.PUSH,
    outbox.c.reply_token.is_(None),
    outbox.c.paid_in.is_(None),
    outbox.c.due_at < bindparam("ends"),
)
"""Conditions on rows that will be pushed before the month ``ends``, and are not yet counted."""
_AHEAD = select(func.count()).select_from(
    select(outbox.c.id)
    .where(*PAID_LATER, outbox.c.priority.in_(bindparam("dearer", expanding=True)))
    .limit(bindparam("most"))
    .subquery()
)


def month(now: datetime) -> str:
    """Return the month of a plan, like 2026-01, as it is in Thailand."""
    return f"{now.astimezone(BANGKOK):%Y-%m}"


def month_end(now: datetime) -> datetime:
    """Return the moment at which the next month begins in Thailand."""
    here = now.astimezone(BANGKOK).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (here + timedelta(days=32)).replace(day=1)


def take(
    db: Connection, channel: str, now: datetime, *, many: int = 1, priority: Priority = Priority.RESULT
) -> int | None:
    """Count up to ``many`` paid messages of a class, as many as its share still has; return how many those are.

    None: nobody has asked LINE this month; ``learn`` what it says. The count is locked to the transaction's end.
    """
    which = {"channel": channel, "in_month": month(now)}
    stands = db.execute(_STANDS, which).first()
    if stands is None:
        return None
    granted = 0 if stands.closed_at is not None else many
    if granted and stands.allowed is not None:
        room = stands.allowed * SHARES[priority] // 100 - stands.used
        room -= _waiting_ahead(db, channel, now, priority, room) if room > 0 else 0
        granted = max(0, min(many, room))
    if granted:
        db.execute(_TAKE, {**which, "many": granted})
    return granted


def _waiting_ahead(db: Connection, channel: str, now: datetime, priority: Priority, most: int) -> int:
    """Return how many messages of dearer classes wait to be pushed this month; ``most`` at the most."""
    dearer = [str(one) for one in CLASSES[: CLASSES.index(priority)]]
    if not dearer:
        return 0
    found = {"channel": channel, "ends": month_end(now), "dearer": dearer, "most": most}
    return int(db.execute(_AHEAD, found).scalar_one())


def give_back(db: Connection, channel: str, in_month: str, many: int = 1) -> None:
    """Uncount messages of a month that were not sent after all."""
    db.execute(_GIVE_BACK, {"channel": channel, "in_month": in_month, "many": many})


def spend(db: Connection, channel: str, now: datetime) -> None:
    """Note that LINE lets no more through; nothing more is taken this month until LINE is asked again (``learn``)."""
    db.execute(_CLOSE, {"channel": channel, "in_month": month(now), "at": now})


def learn(db: Connection, channel: str, now: datetime, *, allowed: int | None, used: int) -> None:
    """Write down what LINE says of this month. allowed: None where there is no limit."""
    which = {"channel": channel, "in_month": month(now)}
    said = {"allows": allowed, "uses": used, "at": now}
    if db.execute(_LEARN, {**which, **said}).first() is not None:
        return
    row = {"channel_id": channel, "month": month(now), "allowed": allowed, "used": used}
    try:
        with db.begin_nested():
            db.execute(insert(quota), row | {"line_used": used, "asked_at": now})
    except IntegrityError:  # another process was faster, with the same
        return


def closed(db: Connection, now: datetime) -> list[str]:
    """Return the channels that LINE lets nothing more through for, until it is asked again."""
    return list(db.execute(_CLOSED, {"in_month": month(now)}).scalars())


def plans(db: Connection, now: datetime) -> dict[str, int | None]:
    """Return what this month allows, by channel, for those that have pushed anything."""
    return {row.channel_id: row.allowed for row in db.execute(_OF_MONTH, {"in_month": month(now)})}
