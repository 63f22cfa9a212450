"""What a process takes over to say: rows that are due and nobody's, the dearest class first, paid as they are taken.

Rows of a crashed process, those to be tried again, and those that were written to be pushed at a moment that has come.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, or_, select, text, update

from handlers import multicasts, quota, rates
from handlers.messages import limits
from handlers.multicasts import Multicast
from handlers.outbox import LEASE, NOT_STALE, Outgoing
from models.outbox import FAREWELL, Policy, Priority, Sending, outbox
from models.outbox import quota as months
from models.people import people
from models.programme import channels

MOST_EQUAL = 2500
"""Rows that one claim may find besides ``most``, to fill calls that serve many."""

_earlier = outbox.alias("earlier")
# A lease that ends when the row is due is nobody's: it only keeps the row until its next try.
_IS_BEFORE = exists().where(
    _earlier.c.person_id == outbox.c.person_id,
    _earlier.c.id < outbox.c.id,
    text("earlier.state IN ('queued', 'held') AND earlier.state = 'queued'"),
    _earlier.c.lease_until > bindparam("now"),
    _earlier.c.lease_until > _earlier.c.due_at,
)
_IS_PUSH = (outbox.c.policy == Policy.PUSH, outbox.c.reply_token.is_(None))
_NOBODYS = (
    text("outbox.state = 'queued'"),
    outbox.c.priority == bindparam("of_class"),
    outbox.c.due_at <= bindparam("now"),
    outbox.c.lease_until <= bindparam("now"),
    outbox.c.multicast_id.is_(None),
    NOT_STALE,
    or_(
        outbox.c.channel_id.not_in(bindparam("silent", expanding=True)),
        outbox.c.policy != Policy.PUSH,
        outbox.c.reply_token.is_not(None),
    ),
    ~_IS_BEFORE,
)
_ROWS = select(outbox, people.c.line_user_id, people.c.blocked_at).outerjoin(people, people.c.id == outbox.c.person_id)
_DUE = (
    _ROWS.where(*_NOBODYS)
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)
)
_EQUAL = (
    _ROWS.where(
        text("outbox.digest IS NOT NULL"),
        outbox.c.digest == bindparam("same"),
        outbox.c.channel_id == bindparam("channel"),
        outbox.c.id.not_in(bindparam("known", expanding=True)),
        outbox.c.begun_at.is_(None),
        *_NOBODYS,
    )
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=outbox, skip_locked=True)
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("rows", expanding=True)))
    .values(
        owner=bindparam("who"),
        lease_until=bindparam("until"),
        begun_at=func.coalesce(outbox.c.begun_at, bindparam("now", type_=outbox.c.begun_at.type)),
    )
)
_PAY = update(outbox).where(outbox.c.id.in_(bindparam("rows", expanding=True))).values(paid_in=bindparam("in_month"))
_HOLD = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("rows", expanding=True)))
    .values(state=Sending.HELD, error=bindparam("why"))
)


@dataclass(slots=True)
class Claimed:
    """What one claim took: rows to be said one by one, in order, and calls that serve many.

    short: the classes of each channel that had to wait, for the month's budget. full: there may be more.
    """

    rows: list[Outgoing] = field(default_factory=list)
    multicasts: list[Multicast] = field(default_factory=list)
    short: set[tuple[str, Priority]] = field(default_factory=set)
    full: bool = False


def claim_due(db: Connection, owner: str, now: datetime, most: int = 100, *, unknown: Collection[str] = ()) -> Claimed:
    """Take over what is due and nobody's.

    A person's rows are given in order; a row after one that another process still holds waits. Rows of people who
    blocked us, and of classes that the month's budget has no room for, are held for the next visit. Pushes of a
    channel that is paused, or that LINE has closed for the month, stay where they are until LINE has been asked.

    unknown: channels whose month LINE has not told; nothing of theirs is pushed.
    """
    silent = sorted({*rates.paused(db, now), *quota.closed(db, now), *unknown})
    claimed = Claimed(multicasts=multicasts.claim_open(db, owner, now, silent))
    for priority in quota.CLASSES:
        room = most - len(claimed.rows)
        if room <= 0:
            break
        _Claim(db, owner, now, priority, silent, claimed).take(room)
    claimed.rows.sort(key=lambda row: row.id)
    return claimed


@dataclass(slots=True)
class _Claim:
    """The claim of one class."""

    db: Connection
    owner: str
    now: datetime
    priority: Priority
    silent: list[str]
    claimed: Claimed
    paid: set[int] = field(default_factory=set)

    def take(self, most: int) -> None:
        """Take up to ``most`` rows, and of those that are equal to others as many as one call serves."""
        found = {"of_class": self.priority, "now": self.now, "silent": self.silent}
        rows = list(self.db.execute(_DUE, {**found, "most": most}))
        if not rows:
            return
        if len(rows) == most:
            self.claimed.full = True
            rows += self._equal(rows, found)
        self._hold([row.id for row in rows if _is_unreachable(row)], "the person has blocked us, or is gone")
        rows = [row for row in rows if not _is_unreachable(row)]
        waits: set[int] = set()
        for channel in sorted({row.channel_id for row in rows if _is_unpaid(row)}):
            waits.update(self._pay(channel, [row for row in rows if row.channel_id == channel and _is_unpaid(row)]))
        self._hand_out([row for row in rows if row.id not in waits])

    def _equal(self, rows: Sequence[Any], found: dict[str, Any]) -> list[Any]:
        """Return further rows equal to several of those found: one call to LINE serves them all."""
        more: list[Any] = []
        for (channel, same), many in _groups(rows).items():
            room = min(-len(many) % limits.MULTICAST_RECIPIENTS, MOST_EQUAL - len(more))
            if len(many) > 1 and room > 0:
                which = {"channel": channel, "same": same, "known": [row.id for row in many], "most": room}
                more += self.db.execute(_EQUAL, {**found, **which}).all()
        return more

    def _pay(self, channel: str, rows: list[Any]) -> list[int]:
        """Count the rows as paid, as many as the budget has room for; hold the others and return them."""
        granted = quota.take(self.db, channel, self.now, many=len(rows), priority=self.priority)
        if granted is None:  # nobody knows this month yet: whoever sends asks LINE
            return []
        paid, waits = [row.id for row in rows[:granted]], [row.id for row in rows[granted:]]
        if paid:
            self.paid.update(paid)
            self.db.execute(_PAY, {"rows": paid, "in_month": quota.month(self.now)})
        if waits:
            self._hold(waits, "the month's budget has no room for its class")
            self.claimed.short.add((channel, self.priority))
        return waits

    def _hold(self, rows: list[int], why: str) -> None:
        if rows:
            self.db.execute(_HOLD, {"rows": rows, "why": why})

    def _hand_out(self, rows: list[Any]) -> None:
        """Give the rows to their owner: equal ones together in one call, the others one by one."""
        if not rows:
            return
        until = self.now + LEASE
        taken = {"rows": [row.id for row in rows], "who": self.owner, "until": until, "now": self.now}
        self.db.execute(_TAKE, taken)
        together: set[int] = set()
        month = quota.month(self.now)
        for (channel, _), many in _groups(row for row in rows if row.id in self.paid).items():
            for some in _calls(many):
                made = multicasts.form(self.db, channel, some, self.owner, self.now, paid_in=month)
                self.claimed.multicasts.append(made)
                together.update(made.rows)
        self.claimed.rows += [self._outgoing(row) for row in rows if row.id not in together]

    def _outgoing(self, row: Any) -> Outgoing:
        return Outgoing(
            id=row.id,
            channel=row.channel_id,
            person=row.person_id,
            recipient=row.recipient,
            kind=row.kind,
            policy=Policy(row.policy),
            messages=row.messages,
            about=row.about or [None] * len(row.messages),
            reply_token=row.reply_token,
            token_at=row.token_at,
            retry_key=row.retry_key,
            due_at=row.due_at,
            lease_until=self.now + LEASE,
            tries=row.tries,
            priority=self.priority,
            begun_at=row.begun_at or self.now,
            paid_in=quota.month(self.now) if row.id in self.paid else row.paid_in,
            tried=row.begun_at is not None,
        )


def _is_to_be_pushed(row: Any) -> bool:
    """Tell whether a row can only be pushed, to a person: to a group it would be billed for every member."""
    return row.policy == Policy.PUSH and row.reply_token is None and row.person_id and row.recipient.startswith("U")


def _is_unpaid(row: Any) -> bool:
    return _is_to_be_pushed(row) and row.paid_in is None


def _is_unreachable(row: Any) -> bool:
    """Tell whether a push would reach nobody: LINE answers 200 and delivers nothing (REF Send push message)."""
    gone = row.blocked_at is not None or (row.line_user_id is None and row.kind != FAREWELL)
    return gone and _is_unpaid(row) and row.begun_at is None


def _groups(rows: Iterable[Any]) -> dict[tuple[str, str], list[Any]]:
    """Return rows that may go in one call, by what they say; each person once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        if row.digest is not None and row.begun_at is None and _is_unpaid(row):
            found.setdefault((row.channel_id, row.digest), {}).setdefault(row.recipient, row)
    return {key: list(many.values()) for key, many in found.items()}


def _calls(rows: list[Any]) -> Iterator[list[Any]]:
    """Cut rows into calls; a single one that is left over goes by itself."""
    for at in range(0, len(rows) - 1, limits.MULTICAST_RECIPIENTS):
        if len(some := rows[at : at + limits.MULTICAST_RECIPIENTS]) > 1:
            yield some


_UNKNOWN = select(channels.c.id).where(
    ~exists().where(months.c.channel_id == channels.c.id, months.c.month == bindparam("in_month")),
    exists().where(
        text("outbox.state = 'queued'"),
        outbox.c.channel_id == channels.c.id,
        *_IS_PUSH,
        outbox.c.due_at <= bindparam("now"),
        outbox.c.lease_until <= bindparam("now"),
    ),
)


def unknown_months(db: Connection, now: datetime) -> list[str]:
    """Return the channels that have something to push and of whose month LINE was not yet asked."""
    return list(db.execute(_UNKNOWN, {"in_month": quota.month(now), "now": now}).scalars())
