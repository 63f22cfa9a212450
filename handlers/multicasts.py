"""Equal words to many people in one call to LINE: up to 500 recipients, one retry key, each row a fate of its own.

The call's key is committed before the call. Whoever repeats it repeats it to the very same people, so that LINE knows
it again (409): nobody gets it twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, insert, select, text, update

from handlers import quota
from handlers.outbox import LEASE
from models.outbox import Priority, Sending, multicasts, outbox

MOST_AT_ONCE = 20
"""Calls taken over by one claim."""


@dataclass(frozen=True, slots=True)
class Multicast:
    """One call for many rows, as the process that will make it holds it.

    tried: another process may have made the call. paid_in: the month whose count has one for each row.
    """

    id: int
    channel: str
    retry_key: str
    rows: tuple[int, ...]
    recipients: tuple[str, ...]
    messages: list[dict[str, Any]]
    priority: Priority
    lease_until: datetime
    begun_at: datetime
    paid_in: str
    tries: int = 0
    tried: bool = False


_ADD = insert(multicasts).returning(multicasts.c.id)
_JOIN = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("rows", expanding=True)))
    .values(multicast_id=bindparam("number"), tries=1)
)


def form(db: Connection, channel: str, rows: Sequence[Any], owner: str, now: datetime, *, paid_in: str) -> Multicast:
    """Make one call of rows (as read from the outbox) that say the same to different people; leased to ``owner``."""
    rows = sorted(rows, key=lambda row: row.id)
    key = str(uuid4())
    made = {"channel_id": channel, "retry_key": key, "paid_in": paid_in, "owner": owner, "tries": 0}
    made |= {"due_at": now, "begun_at": now, "lease_until": now + LEASE}
    number = db.execute(_ADD, made).scalar_one()
    db.execute(_JOIN, {"rows": [row.id for row in rows], "number": number})
    return Multicast(
        id=number,
        channel=channel,
        retry_key=key,
        rows=tuple(row.id for row in rows),
        recipients=tuple(row.recipient for row in rows),
        messages=rows[0].messages,
        priority=Priority(rows[0].priority),
        lease_until=now + LEASE,
        begun_at=now,
        paid_in=paid_in,
    )


_OPEN = (
    select(multicasts)
    .where(
        text("done_at IS NULL"),
        multicasts.c.due_at <= bindparam("now"),
        multicasts.c.lease_until <= bindparam("now"),
    )
    .order_by(multicasts.c.due_at)
    .limit(MOST_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(multicasts)
    .where(multicasts.c.id == bindparam("number"))
    .values(owner=bindparam("who"), lease_until=bindparam("until"))
)
_ROWS = (
    select(outbox.c.id, outbox.c.recipient, outbox.c.messages, outbox.c.priority)
    .where(text("multicast_id IS NOT NULL"), outbox.c.multicast_id == bindparam("number"))
    .where(outbox.c.state == Sending.QUEUED)
    .order_by(outbox.c.id)
)


def claim_open(db: Connection, owner: str, now: datetime, silent: Sequence[str] = ()) -> list[Multicast]:
    """Take over calls that are due and nobody's: of a crashed process, or to be made again. silent: not of these."""
    found = []
    for call in db.execute(_OPEN, {"now": now}).all():
        if call.channel_id in silent:
            continue
        rows = db.execute(_ROWS, {"number": call.id}).all()
        if not rows:  # all of them are gone (unlinked)
            _done(db, call.id, now)
            continue
        db.execute(_LEASE, {"number": call.id, "who": owner, "until": now + LEASE})
        found.append(_read(call, rows, now))
    return found


def _read(call: Any, rows: Sequence[Any], now: datetime) -> Multicast:
    return Multicast(
        id=call.id,
        channel=call.channel_id,
        retry_key=call.retry_key,
        rows=tuple(row.id for row in rows),
        recipients=tuple(row.recipient for row in rows),
        messages=rows[0].messages,
        priority=Priority(rows[0].priority),
        lease_until=now + LEASE,
        begun_at=call.begun_at,
        paid_in=call.paid_in,
        tries=call.tries,
        tried=True,
    )


_RENEW = (
    update(multicasts)
    .where(multicasts.c.id == bindparam("number"), multicasts.c.owner == bindparam("who"), text("done_at IS NULL"))
    .values(lease_until=bindparam("until"))
    .returning(multicasts.c.id)
)
_END = update(multicasts).where(multicasts.c.id == bindparam("number")).values(done_at=bindparam("at"))
_AGAIN = (
    update(multicasts)
    .where(multicasts.c.id == bindparam("number"))
    .values(tries=multicasts.c.tries + 1, due_at=bindparam("due"), lease_until=bindparam("due"))
)
_FATE = update(outbox).where(outbox.c.multicast_id == bindparam("number"), outbox.c.state == Sending.QUEUED)
_SENT = _FATE.values(state=Sending.SENT, sent_at=bindparam("at"), error=None)
_HELD = _FATE.values(state=Sending.HELD, error=bindparam("why"))
_UNTRIED = _FATE.values(paid_in=None, begun_at=None, tries=0)
_WHY = _FATE.values(error=bindparam("why"))
_APART = _FATE.values(
    multicast_id=None,
    digest=None,
    error=bindparam("why"),
    due_at=bindparam("now"),
    lease_until=bindparam("now"),
)


def renew(db: Connection, call: Multicast, owner: str, now: datetime) -> bool:
    """Keep a call that had to wait; False where another process took it over."""
    which = {"number": call.id, "who": owner, "until": now + LEASE}
    return db.execute(_RENEW, which).first() is not None


def note_sent(db: Connection, call: Multicast, now: datetime) -> None:
    """Note that LINE has accepted a call."""
    db.execute(_SENT, {"number": call.id, "at": now})
    _done(db, call.id, now)


def put_off(db: Connection, call: Multicast, due: datetime, why: str) -> None:
    """Leave a call to whoever comes when it is ``due``: with the same key, to the same people."""
    db.execute(_AGAIN, {"number": call.id, "due": due})
    db.execute(_WHY, {"number": call.id, "why": why})


def hold(db: Connection, call: Multicast, now: datetime, why: str, *, refund: bool) -> None:
    """Keep the words for each person's next visit. refund: LINE has surely billed none of it."""
    if refund:
        _refund(db, call)
    db.execute(_HELD, {"number": call.id, "why": why})
    _done(db, call.id, now)


def take_apart(db: Connection, call: Multicast, now: datetime, why: str) -> None:
    """Let each row go by itself: LINE refused the whole for what may be the fault of one."""
    _refund(db, call)
    db.execute(_APART, {"number": call.id, "why": why, "now": now})
    _done(db, call.id, now)


def _refund(db: Connection, call: Multicast) -> None:
    given_back = db.execute(_UNTRIED, {"number": call.id}).rowcount
    quota.give_back(db, call.channel, call.paid_in, given_back)


def _done(db: Connection, number: int, now: datetime) -> None:
    db.execute(_END, {"number": number, "at": now})
