"""The month's paid messages as a ledger: used, waiting, still to come; who must give way when that is too much.

The forecast, simple and stated: what is used, what waits to be pushed this month, and what the running round will need
by the ladder and the digests if nothing more happens: each reminder still ahead this month for each school that has not
sent and is reached, and each digest for each person who wants it, on every day on which one may come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from handlers import counting, quota, rounds, working_days
from handlers.quota import CLASSES, PAID_LATER, SHARES
from handlers.reminders_ladder import CALL, ladder
from handlers.thai import today
from models.digests import WHOLE, Wants, digests
from models.outbox import Priority, outbox
from models.outbox import quota as months
from models.people import IN_FORCE, Role, memberships, people


@dataclass(frozen=True, slots=True)
class Ledger:
    """A channel's month. allowed: None where there is no limit; known: LINE has told this month's plan.

    used: by us (ours) and, as far as LINE told, by others; line_used: what LINE said at asked_at. reserved: what waits
    to be pushed this month, by class; planned: what reminders and digests will still need. closed: LINE lets no more
    through until it is asked again.
    """

    month: str
    known: bool
    allowed: int | None
    used: int
    ours: int
    line_used: int | None
    asked_at: datetime | None
    closed: bool
    reserved: Mapping[Priority, int]
    planned: int

    @property
    def left(self) -> int | None:
        """Return how many are left, None where there is no limit."""
        return None if self.allowed is None else max(0, self.allowed - self.used)

    @property
    def waiting(self) -> int:
        """Return how many wait to be pushed this month."""
        return sum(self.reserved.values())

    def room(self, priority: Priority) -> int | None:
        """Return for how many more messages of a class there is room beside what waits; None: there is no limit."""
        if self.allowed is None:
            return None
        return max(0, self.allowed * SHARES[priority] // 100 - self.used - self.waiting)

    @property
    def forecast(self) -> int:
        """Return how many will be used at the month's end."""
        return self.used + self.waiting + self.planned

    @property
    def short(self) -> tuple[Priority, ...]:
        """Return the classes that wait for people's visits now: the month's use has reached their share."""
        if self.closed:
            return CLASSES
        if self.allowed is None:
            return ()
        return tuple(one for one in CLASSES if self.used >= self.allowed * SHARES[one] // 100)


_MONTH = select(months).where(months.c.channel_id == bindparam("channel"), months.c.month == bindparam("in_month"))
_RESERVED = select(outbox.c.priority, func.count()).where(*PAID_LATER).group_by(outbox.c.priority)


def ledger(db: Connection, channel: str, now: datetime) -> Ledger:
    """Return how a channel's month stands, and where it will end."""
    row = db.execute(_MONTH, {"channel": channel, "in_month": quota.month(now)}).first()
    waiting = {"channel": channel, "ends": quota.month_end(now)}
    reserved = {Priority(priority): many for priority, many in db.execute(_RESERVED, waiting)}
    return Ledger(
        month=quota.month(now),
        known=row is not None,
        allowed=row.allowed if row else None,
        used=row.used if row else 0,
        ours=row.ours if row else 0,
        line_used=row.line_used if row else None,
        asked_at=row.asked_at if row else None,
        closed=row is not None and row.closed_at is not None,
        reserved=reserved,
        planned=planned(db, channel, now),
    )


def planned(db: Connection, channel: str, now: datetime) -> int:
    """Return how many messages the running round's reminders and digests will need this month, from tomorrow on."""
    running = rounds.current_round(db, channel, now)
    if running is None:
        return 0
    counts = counting.of_scope(db, channel, running.id, None, now)
    days = [today(now) + timedelta(days=ahead) for ahead in range(1, 32)]
    ahead = [day for day in days if day < quota.month_end(now).date()]
    reminders = sum(day in ahead for day in _rungs(running.due_on, running.grace_on or running.due_on))
    return reminders * max(0, counts.unsent - counts.unlinked) + _digests(db, channel, ahead, now)


def _rungs(due: date, over: date) -> list[date]:
    """Return the days of a round's reminders."""
    rungs = [rung for rung in ladder().report if rung.name != CALL]
    return [(due if rung.days <= 0 else over) + timedelta(days=rung.days) for rung in rungs]


_scope = func.coalesce(memberships.c.agency_id, WHOLE)
_wants = func.coalesce(digests.c.wants, Wants.DAILY)
_WANTED = (
    select(memberships.c.person_id, _scope.label("scope"), _wants.label("wants"))
    .distinct()
    .join(people, people.c.id == memberships.c.person_id)
    .outerjoin(digests, and_(digests.c.person_id == memberships.c.person_id, digests.c.scope == _scope))
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.role.in_((Role.COORDINATOR, Role.VERIFIER)),
        or_(memberships.c.role == Role.COORDINATOR, memberships.c.agency_id.is_not(None)),
        people.c.line_user_id.is_not(None),
        people.c.blocked_at.is_(None),
        IN_FORCE,
    )
)


def _digests(db: Connection, channel: str, ahead: list[date], now: datetime) -> int:
    """Return how many digests may come on these days: on each working day, or the first of each week."""
    days = working_days.of(db, channel)
    working = [day for day in ahead if days.works(day)]
    weeks = len({day.isocalendar()[:2] for day in working if not _begun(days, day)})
    wants = [row.wants for row in db.execute(_WANTED, {"channel": channel, "now": now})]
    return wants.count(Wants.DAILY) * len(working) + wants.count(Wants.WEEKLY) * weeks


def _begun(days: working_days.Days, day: date) -> bool:
    """Tell whether the week had a working day before this one."""
    return any(days.works(day - timedelta(days=ago)) for ago in range(1, day.weekday() + 1))
