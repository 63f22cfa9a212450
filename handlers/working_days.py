"""Working days: when we may speak first, and counting in days on which offices and schools work.

Weekends, Thailand's public, government and school holidays (package ``holidays``, worked out once a year when first
asked for: importing it takes a good part of a second), and the special days that a province adds itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers.audit import note
from handlers.thai import BANGKOK, today
from models.reminders import special_days

FROM, TO = time(7, 30), time(18)
"""Hours in which we speak first (Thailand's clock)."""
_CATEGORIES = ("public", "government", "school")
_DAY = timedelta(days=1)


@cache
def _holidays(year: int) -> Mapping[date, str]:
    """Return the holidays of a Christian year with their Thai names."""
    from holidays import country_holidays  # here: see above

    return dict(country_holidays("TH", years=year, categories=_CATEGORIES, language="th"))


@dataclass(frozen=True)
class Days:
    """The working days of one channel. special: days off besides the usual ones, with their names."""

    special: Mapping[date, str] = field(default_factory=dict)

    def name(self, day: date) -> str | None:
        """Return the name of a day that is special or a holiday, else None."""
        return self.special.get(day) or _holidays(day.year).get(day)

    def works(self, day: date) -> bool:
        """Tell whether offices and schools work on a day."""
        return day.weekday() < 5 and self.name(day) is None

    def after(self, day: date, n: int) -> date:
        """Return the ``n``-th working day after a day; for 0 the day itself, or the first working day after it."""
        day = self._nearest(day, _DAY) if n == 0 else day
        for _ in range(n):
            day = self._nearest(day + _DAY, _DAY)
        return day

    def before(self, day: date, n: int) -> date:
        """Return the ``n``-th working day before a day; for 0 the day itself, or the first working day before it."""
        day = self._nearest(day, -_DAY) if n == 0 else day
        for _ in range(n):
            day = self._nearest(day - _DAY, -_DAY)
        return day

    def _nearest(self, day: date, step: timedelta) -> date:
        while not self.works(day):
            day += step
        return day

    def next_holiday(self, since: date) -> tuple[date, str] | None:
        """Return the first usual holiday from a day on, within a year or so, with its name."""
        found = {**_holidays(since.year), **_holidays(since.year + 1)}
        return next(((day, name) for day, name in sorted(found.items()) if day >= since), None)

    def allows(self, moment: datetime) -> bool:
        """Tell whether we may speak first at a moment."""
        here = moment.astimezone(BANGKOK)
        return FROM <= here.time() < TO and self.works(here.date())

    def polite(self, moment: datetime) -> datetime:
        """Return the moment, or the next one at which we may speak first."""
        if self.allows(moment):
            return moment
        here = moment.astimezone(BANGKOK)
        day = here.date() + _DAY if here.time() >= TO else here.date()
        return datetime.combine(self.after(day, 0), FROM, BANGKOK).astimezone(moment.tzinfo)


NATIONAL = Days()
"""The days of a channel that has added none."""


# The days that a province adds ------------------------------------------------------------------------------------

_SPECIAL = (
    select(special_days.c.day, special_days.c.name)
    .where(special_days.c.channel_id == bindparam("channel"))
    .order_by(special_days.c.day)
)
_ADD = insert(special_days).on_conflict_do_nothing(index_elements=["channel_id", "day"]).returning(special_days.c.day)
_REMOVE = (
    delete(special_days)
    .where(special_days.c.channel_id == bindparam("channel"), special_days.c.day == bindparam("which"))
    .returning(special_days.c.day)
)


_WHY = {"past": "is past", "far": "is more than two years ahead", "off": "is a day off already"}


class BadDay(ValueError):
    """A day that cannot be made a day off, and why: "past", "far", or "off" where it is one already."""

    def __init__(self, reason: str, day: date) -> None:
        super().__init__(f"{day} {_WHY[reason]}")
        self.reason = reason
        self.day = day


FARTHEST = timedelta(days=730)
"""No day farther ahead than this is added."""


def of(db: Connection, channel: str) -> Days:
    """Return a channel's working days."""
    return Days({row.day: row.name for row in db.execute(_SPECIAL, {"channel": channel})})


def check(db: Connection, channel: str, day: date, now: datetime) -> None:
    """Raise BadDay where a day cannot be made a day off."""
    if day < today(now):
        raise BadDay("past", day)
    if day > today(now) + FARTHEST:
        raise BadDay("far", day)
    if not of(db, channel).works(day):
        raise BadDay("off", day)


def add(db: Connection, channel: str, day: date, name: str, now: datetime, *, by: int | None = None) -> None:
    """Make a day a day off. by: the coordinator; None from the command line.

    Raises:
        BadDay: it is past, far ahead, or off already.
    """
    check(db, channel, day, now)
    row = {"channel_id": channel, "day": day, "name": name[:100], "added_by": by, "at": now}
    if db.execute(_ADD, row).first() is not None:
        note(db, channel, "day_off.added", now, person=by, day=day.isoformat())


def remove(db: Connection, channel: str, day: date, now: datetime, *, by: int | None = None) -> bool:
    """Let a day that was added be a working day again; False where it was not added."""
    removed = db.execute(_REMOVE, {"channel": channel, "which": day}).first() is not None
    if removed:
        note(db, channel, "day_off.removed", now, person=by, day=day.isoformat())
    return removed
