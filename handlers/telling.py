"""Telling somebody who has not just spoken: free at the next visit, else, where it is worth that, by a paid push."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, or_, select

from handlers import notices, working_days
from handlers.messages.build import to_line
from handlers.messages.values import Message
from handlers.outbox import Words
from handlers.working_days import NATIONAL, Days
from models.outbox import Priority
from models.people import IN_FORCE, Role, memberships, people

PATIENCE = timedelta(hours=1)
"""A visit within this time saves the push."""

SOON_STALE = frozenset({Priority.REMINDER, Priority.DIGEST})
"""What nobody wants to hear who comes back to us after weeks."""

_USER = select(people.c.line_user_id, people.c.blocked_at).where(
    people.c.id == bindparam("person"), people.c.channel_id == bindparam("channel")
)


def tell(
    db: Connection,
    channel: str,
    person: int,
    *said: Message,
    once: str,
    now: datetime,
    worth_a_push: bool = True,
    patience: timedelta = PATIENCE,
    priority: Priority = Priority.RESULT,
) -> None:
    """Write words for a person of the channel, who need not be here; nothing where LINE reaches nobody.

    Who has blocked us hears them after unblocking, but for what is stale by then; it costs nothing.

    once: a name for these words; the same name is said once to one person. patience: how long a push waits for a visit.
    priority: what it gives way to when the month's budget is short.
    """
    to = db.execute(_USER, {"person": person, "channel": channel}).first()
    if to is None or to.line_user_id is None or (to.blocked_at is not None and priority in SOON_STALE):
        return
    messages, about = to_line(said)
    worth_a_push = worth_a_push and to.blocked_at is None
    push_at = polite(now + patience, working_days.of(db, channel)) if worth_a_push else None
    notices.tell(
        db,
        channel=channel,
        person=person,
        recipient=to.line_user_id,
        once=f"{once}:{person}",
        words=Words(messages, about),
        now=now,
        push_at=push_at,
        priority=priority,
    )


def polite(moment: datetime, days: Days = NATIONAL) -> datetime:
    """Return the moment, or the next one at which we may speak first. days: of the channel, with its special days."""
    return days.polite(moment)


_IN_OFFICE = (
    select(memberships.c.person_id)
    .distinct()
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.role == bindparam("role"),
        or_(memberships.c.agency_id == bindparam("agency"), memberships.c.agency_id.is_(None)),
        memberships.c.school_id.is_(None),
        IN_FORCE,
    )
    .order_by(memberships.c.person_id)
)
_OF_SCHOOL = (
    select(memberships.c.person_id)
    .distinct()
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.school_id == bindparam("school"),
        IN_FORCE,
    )
    .order_by(memberships.c.person_id)
)


def in_office(db: Connection, channel: str, agency: int, role: Role, now: datetime) -> Sequence[int]:
    """Return who holds a role in an agency now, or in the whole channel (no agency)."""
    row = {"channel": channel, "agency": agency, "role": role, "now": now}
    return db.execute(_IN_OFFICE, row).scalars().all()


def of_school(db: Connection, channel: str, school: int, now: datetime) -> Sequence[int]:
    """Return who speaks for a school now."""
    return db.execute(_OF_SCHOOL, {"channel": channel, "school": school, "now": now}).scalars().all()
