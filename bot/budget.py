"""The month's paid messages as a sending process sees them: counted before a push, asked of LINE, closed by LINE."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.line.answers import Quota, Refused, Unanswered
from handlers import claims, outbox, quota, shortage
from handlers.outbox import Outgoing
from models.store import Busy, Store

log = structlog.get_logger(__name__)

ASK_AGAIN = timedelta(seconds=10)
"""After LINE did not tell a month's plan: nothing is pushed meanwhile."""


class Asks(Protocol):
    """What is needed of LINE."""

    def quota(self, channel: str) -> Quota:
        """Return this month's plan and use. Raises Unanswered."""
        ...


class Budget:
    """The budget of all channels, for one process. Safe to share among threads."""

    def __init__(self, store: Store, line: Asks, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._line = line
        self._clock = clock
        self._closed: dict[str, datetime] = {}
        self._ask_at: dict[str, datetime] = {}

    def take(self, row: Outgoing) -> str | Refused | None:
        """Count a paid message for a row, asking LINE first where nobody has this month.

        Returns the month; None where its budget has no room for the row's class; what LINE said where it did not tell.
        """
        found = self._take(row)
        if found is not None:
            return found or None
        try:
            self._learn(row.channel)
        except Unanswered as error:
            return replace(error.refused, ambiguous=False)  # nothing was sent, so nothing is unsure
        return self._take(row) or None

    def _take(self, row: Outgoing) -> str | None:
        """Return the month, "" where it has no room, None where nobody knows."""
        now = self._clock()
        with self._store.write() as db:
            granted = quota.take(db, row.channel, now, priority=row.priority)
            if granted:
                outbox.note_paid(db, row.id, quota.month(now))
            elif granted == 0:
                shortage.tell(db, {(row.channel, row.priority)}, now)
        return None if granted is None else quota.month(now) if granted else ""

    def _learn(self, channel: str) -> None:
        found = self._line.quota(channel)
        with self._store.write() as db:
            quota.learn(db, channel, self._clock(), allowed=found.allowed, used=found.used)

    def learn_months(self) -> set[str]:
        """Ask LINE of the months of channels that have something to push; return those of which it does not tell.

        Raises:
            Busy: the database could not be had.
        """
        now = self._clock()
        with self._store.read() as db:
            unknown = set(claims.unknown_months(db, now))
        for channel in list(unknown):
            if now < self._ask_at.get(channel, now) <= now + ASK_AGAIN:
                continue  # it was asked a moment ago
            try:
                self._learn(channel)
                unknown.discard(channel)
            except Unanswered as error:
                self._ask_at[channel] = now + ASK_AGAIN
                log.warning("the month's plan is not known", channel=channel, reason=error.refused.reason)
        return unknown

    def close(self, channel: str) -> None:
        """Note that LINE lets no more through: nothing that was counted before is pushed, here or elsewhere."""
        now = self._clock()
        self._closed[channel] = now
        log.error("the month's messages are used up", channel=channel)
        with suppress(Busy), self._store.write() as db:  # who is not told asks LINE once
            quota.spend(db, channel, now)

    def is_closed(self, channel: str, taken_at: datetime) -> bool:
        """Tell whether LINE has let no more through since a message was counted."""
        closed = self._closed.get(channel)
        return closed is not None and taken_at <= closed
