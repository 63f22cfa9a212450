"""What time has made due: the one place that all time-driven words pass through."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from handlers import digests_telling, erasures, meetings_clock, reminders, round_news

PLANNERS: tuple[Callable[[Connection, datetime], int], ...] = (
    reminders.queue,
    round_news.queue,
    meetings_clock.queue,
    digests_telling.queue,
    erasures.queue,
)
"""Each writes what is due of its kind to the outbox, once, however often it is asked; and returns how much that was."""


def queue_due(db: Connection, now: datetime) -> int:
    """Write everything that is due at ``now`` (UTC) to the outbox; return how many rows that made.

    All kinds in the one transaction that ``db`` is in: for tests and the bench. The running clock (``bot.chores``) asks
    each of ``PLANNERS`` in a transaction of its own, so that one that fails keeps no other from being said.
    """
    return sum(plan(db, now) for plan in PLANNERS)
