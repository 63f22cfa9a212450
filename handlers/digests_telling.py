"""Who gets a digest unasked, and when: on working mornings, once, and never one that says nothing new.

The rules. A slot is a working day. On the first working day of a week, from 08:30, everybody who wants digests gets the
weekly one, changed or not; on the others, from 08:15, who wants them daily gets one if any of its numbers differs from
what was last shown. A worker that comes late still sends the day's one until noon, and skips it after that. One that
has not been said when the next is due gives way to it. Nobody gets any while no round runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers import digest_cards, digests, working_days
from handlers.digests import Digest, Numbers, Snapshot
from handlers.messages.build import to_line
from handlers.notices import Told, tell_many
from handlers.outbox import UNTOUCHED, Words
from handlers.thai import BANGKOK
from handlers.working_days import Days
from models.digests import WHOLE, Wants
from models.digests import digests as table
from models.outbox import Priority, Sending, outbox
from models.people import IN_FORCE, Role, memberships, people

DAILY, WEEKLY, UNTIL = time(8, 15), time(8, 30), time(12)
"""When digests are said, and until when a late worker still says them (Thailand's clock)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The one digest of a day. at: from when on it is due."""

    day: date
    weekly: bool
    at: datetime


def slot_of(days: Days, day: date) -> Slot | None:
    """Return the slot of a day, None where it is no working day."""
    if not days.works(day):
        return None
    earlier = (day - timedelta(days=ago) for ago in range(1, day.weekday() + 1))
    weekly = not any(map(days.works, earlier))
    return Slot(day, weekly, datetime.combine(day, WEEKLY if weekly else DAILY, BANGKOK))


# What somebody wants ----------------------------------------------------------------------------------------------

_put = insert(table)


def _putting(*names: str) -> Any:
    return _put.on_conflict_do_update(
        index_elements=["person_id", "scope"], set_={name: _put.excluded[name] for name in names}
    )


_WANT, _SEEN, _SAID = _putting("wants"), _putting("seen"), _putting("day", "said", "before", "seen")
_ONE = select(table).where(table.c.person_id == bindparam("person"), table.c.scope == bindparam("scope"))


def want(db: Connection, channel: str, person: int, scope: int, wants: Wants) -> None:
    """Change when somebody gets the digests of a scope."""
    db.execute(_WANT, {"person_id": person, "scope": scope, "channel_id": channel, "wants": wants})


def wanted(db: Connection, person: int, scope: int) -> Wants:
    """Return when somebody gets the digests of a scope; unless they said otherwise, daily."""
    row = db.execute(_ONE, {"person": person, "scope": scope}).first()
    return Wants(row.wants) if row else Wants.DAILY


def shown(db: Connection, channel: str, person: int, digest: Digest) -> Numbers | None:
    """Note that somebody was shown a digest on asking; return what the last unasked one said, to compare with."""
    row = db.execute(_ONE, {"person": person, "scope": digest.scope}).first()
    wants = row.wants if row else Wants.DAILY
    known = {"person_id": person, "scope": digest.scope, "channel_id": channel, "wants": wants}
    db.execute(_SEEN, known | {"seen": digest.numbers})
    said: Numbers | None = row.said if row else None
    return said


# Unasked ----------------------------------------------------------------------------------------------------------

_scope = func.coalesce(memberships.c.agency_id, WHOLE)
_wants = func.coalesce(table.c.wants, Wants.DAILY)
_DUE = (
    select(memberships.c.channel_id, memberships.c.person_id, _scope.label("scope"), _wants.label("wants"))
    .add_columns(people.c.line_user_id, table.c.said, table.c.before, table.c.seen)
    .join(people, people.c.id == memberships.c.person_id)
    .outerjoin(table, and_(table.c.person_id == memberships.c.person_id, table.c.scope == _scope))
    .where(
        memberships.c.role.in_((Role.COORDINATOR, Role.VERIFIER)),
        memberships.c.school_id.is_(None),
        or_(memberships.c.role == Role.COORDINATOR, memberships.c.agency_id.is_not(None)),
        memberships.c.since < bindparam("at"),
        IN_FORCE,
        people.c.line_user_id.is_not(None),
        people.c.blocked_at.is_(None),
        people.c.notice_version.is_not(None),
        or_(table.c.day.is_(None), table.c.day < bindparam("day")),
        _wants != Wants.NONE,
    )
    .order_by(memberships.c.channel_id, memberships.c.person_id, _scope)
)
_GIVE_WAY = (
    update(outbox)
    .where(
        outbox.c.person_id == bindparam("person"),
        UNTOUCHED,
        outbox.c.once_key.like(bindparam("like")),
        outbox.c.once_key != bindparam("once"),  # a second clock may have said today's meanwhile
    )
    .values(state=Sending.REPLACED)
    .returning(outbox.c.id)
)


def queue(db: Connection, now: datetime) -> int:
    """Write the digests that are due to the outbox, each once; return how many. ``now``: UTC."""
    here = now.astimezone(BANGKOK)
    if not DAILY <= here.time() < UNTIL:
        return 0
    day = here.date()
    row = {"now": now, "at": datetime.combine(day, DAILY, BANGKOK), "day": day}
    due = {(one.person_id, one.scope): one for one in db.execute(_DUE, row)}  # two posts in one office get one
    channels = groupby(due.values(), lambda one: str(one.channel_id))
    return sum(_tell_channel(db, channel, list(those), day, now) for channel, those in channels)


def _tell_channel(db: Connection, channel: str, due: Sequence[Any], day: date, now: datetime) -> int:
    days = working_days.of(db, channel)
    slot = slot_of(days, day)
    if slot is not None and now < slot.at:
        return 0
    made = _Made(digests.read(db, channel, now) if slot is not None else None)
    rows, told = [], []
    for one in due:
        row = {"person_id": one.person_id, "scope": one.scope, "channel_id": channel, "wants": one.wants, "day": day}
        row |= {"said": one.said, "before": one.before, "seen": one.seen}
        digest = made.digest(one.scope)
        if slot is not None and digest is not None and _is_worth_it(digest, one, slot):
            once = f"digest:{one.scope}:{day}:{one.person_id}"
            before = one.before if one.said is not None and _gives_way(db, one, once, now) else one.said
            row |= {"said": digest.numbers, "before": before, "seen": digest.numbers}
            told.append(Told(one.person_id, one.line_user_id, once, made.words(digest, before)))
        rows.append(row)
    db.execute(_SAID, rows)
    tell_many(db, channel, told, now, days.polite(now), Priority.DIGEST)
    return len(told)


class _Made:
    """The digests of a channel and their words, each made once: who was told the same hears the same."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        self.snapshot = snapshot
        self._digests: dict[int, Digest] = {}
        self._words: dict[tuple[int, int | None], Words] = {}

    def digest(self, scope: int) -> Digest | None:
        if self.snapshot is not None and scope not in self._digests:
            self._digests[scope] = self.snapshot.digest(scope)
        return self._digests.get(scope)

    def words(self, digest: Digest, before: Numbers | None) -> Words:
        key = digest.scope, before["sent"] if before else None
        if key not in self._words:
            self._words[key] = Words(*to_line([digest_cards.card(digest, before, unasked=True)]))
        return self._words[key]


def _is_worth_it(digest: Digest, one: Any, slot: Slot) -> bool:
    if not digest.counts.schools:
        return False
    return slot.weekly or (one.wants == Wants.DAILY and digest.numbers != one.seen)


def _gives_way(db: Connection, one: Any, once: str, now: datetime) -> bool:
    """Let an earlier digest that was not said yet give way to the next; tell whether there was one."""
    row = {"person": one.person_id, "like": f"digest:{one.scope}:%", "once": once, "now": now}
    return db.execute(_GIVE_WAY, row).first() is not None
