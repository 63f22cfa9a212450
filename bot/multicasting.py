"""How one call for many rows is made, and what becomes of the rows."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot import metrics
from bot.budget import Budget
from bot.line.answers import Refused, Sent, Why
from bot.mishaps import is_passing
from bot.pace import Pace
from bot.sending import CALL, KEY_LIFE, MOST_TRIES
from handlers import multicasts, rates
from handlers.multicasts import Multicast
from handlers.outbox import LEASE
from models.outbox import Sending
from models.store import Store

log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 600.0


class Casts(Protocol):
    """What is needed of LINE."""

    def multicast(
        self, channel: str, to: Sequence[str], messages: Sequence[dict[str, Any]], retry_key: str
    ) -> Sent | Refused:
        """Send the same paid messages to up to 500 people."""
        ...


class Multicaster:
    """Makes calls for many rows. Safe to share among threads.

    Each call is written down by itself, for it stands for hundreds of rows. One that is to be made again is left to
    whoever finds it due: no process keeps it.
    """

    def __init__(
        self,
        store: Store,
        line: Casts,
        owner: Callable[[], str],
        clock: Callable[[], datetime],
        pace: Pace,
        budget: Budget,
    ) -> None:
        self._store = store
        self._line = line
        self._owner = owner
        self._clock = clock
        self._pace = pace
        self._budget = budget

    def send(self, call: Multicast) -> None:
        """Make one attempt. Never raises: what cannot be written down is found when the lease is over."""
        try:
            self._try(call)
        except Exception as error:
            if is_passing(error):
                log.warning("a call to many waits", call=call.id, error=type(error).__name__)
            else:
                log.exception("a call to many broke", call=call.id)

    def _try(self, call: Multicast) -> None:
        unsure = call.tried or call.tries > 0
        if unsure and self._clock() > call.begun_at + KEY_LIFE:
            return self._hold(call, "perhaps said: its retry key is too old to ask LINE", refund=False)
        if self._budget.is_closed(call.channel, call.lease_until - LEASE):
            return self._closed(call, unsure=unsure)
        paused = self._pace.wait(call.channel, rates.MULTICAST)
        if paused is not None:
            return self._put_off(call, paused, "too fast")
        if not self._is_leased(call):
            return None
        answer = self._line.multicast(call.channel, call.recipients, call.messages, call.retry_key)
        if isinstance(answer, Refused):
            return self._refused(call, answer)
        self._pace.well(call.channel)
        with self._store.write() as db:
            multicasts.note_sent(db, call, self._clock())
        return _count(call, Sending.SENT)

    def _closed(self, call: Multicast, *, unsure: bool) -> None:
        """Hold what was surely not sent; what may have been is left until LINE is asked again: it knows the key."""
        reason = "LINE lets no more through this month"
        if not unsure:
            return self._hold(call, reason, refund=True)
        return self._put_off(call, self._clock() + timedelta(seconds=LONGEST_WAIT), reason)

    def _is_leased(self, call: Multicast) -> bool:
        """See that no other process will make the call while we do."""
        now = self._clock()
        if now + CALL <= call.lease_until:
            return True
        with self._store.write() as db:
            return multicasts.renew(db, call, self._owner(), now)

    def _refused(self, call: Multicast, refused: Refused) -> None:
        if refused.why is Why.LIMIT:
            self._budget.close(call.channel)
            return self._hold(call, refused.reason, refund=True)
        if refused.why is Why.RATE:
            return self._put_off(call, self._pace.too_fast(call.channel), refused.reason)
        if not refused.permanent:
            return self._again(call, refused.reason)
        if refused.why is Why.CHANNEL:
            return self._hold(call, refused.reason, refund=True)
        log.warning("a call to many is taken apart", call=call.id, rows=len(call.rows), reason=refused.reason)
        with self._store.write() as db:
            return multicasts.take_apart(db, call, self._clock(), refused.reason)

    def _again(self, call: Multicast, reason: str) -> None:
        if call.tries + 1 >= MOST_TRIES:
            return self._hold(call, reason, refund=False)
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0**call.tries)
        return self._put_off(call, self._clock() + timedelta(seconds=wait), reason)

    def _put_off(self, call: Multicast, due: datetime, reason: str) -> None:
        with self._store.write() as db:
            multicasts.put_off(db, call, due, reason)

    def _hold(self, call: Multicast, reason: str, *, refund: bool) -> None:
        log.warning("held", call=call.id, rows=len(call.rows), reason=reason)
        with self._store.write() as db:
            multicasts.hold(db, call, self._clock(), reason, refund=refund)
        _count(call, Sending.HELD)


def _count(call: Multicast, state: Sending) -> None:
    for _ in call.rows:
        metrics.said(state)
