"""How one row of the outbox is said: the reply token while it is fresh, else by the row's policy."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import structlog

from bot.line.answers import Quota, Refused, Sent, Unanswered, Why
from bot.line.gateway import LONGEST
from handlers import outbox, quota
from handlers.outbox import LEASE, Fate, Outgoing
from handlers.quota import Taken
from models.outbox import Policy, Sending
from models.store import Busy, Store

log = structlog.get_logger(__name__)

TOKEN_LIFE = timedelta(seconds=50)
"""LINE promises a minute from the webhook (REF Reply token); the call itself takes some of it."""
CALL = timedelta(seconds=LONGEST + 1)
"""A call is begun only where the lease outlasts it: after that the row may be another's."""
HERE = 5
"""Tries a process makes by itself; later ones are the worker's."""
MOST_TRIES = 40
"""With waits of ten minutes at most that is less than the 24 hours a retry key lives (DOC retrying-api-request)."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 600.0


class Line(Protocol):
    """What is needed of LINE: ``bot.line.gateway.Gateway``, or a stand-in."""

    def reply(self, channel: str, token: str, messages: Sequence[dict[str, Any]]) -> Sent | Refused:
        """Send a turn for free."""
        ...

    def push(self, channel: str, to: str, messages: Sequence[dict[str, Any]], retry_key: str) -> Sent | Refused:
        """Send paid messages."""
        ...

    def quota(self, channel: str) -> Quota:
        """Return this month's plan and use. Raises Unanswered."""
        ...


class Settle(StrEnum):
    """What is due to the month's count of paid messages when a row is marked."""

    GIVE_BACK = "give back"
    SPEND = "spend"


@dataclass(slots=True)
class Errand:
    """A row in the hands of this process.

    begun: the row's tries already count the attempt that is made now.
    unsure: an earlier attempt may have been accepted; a token that is refused now was used by it.
    paid: the month's count has one for it. billed: LINE's own may have one as well.
    in_line: it stands in the line of those who speak to this person.
    """

    row: Outgoing
    begun: bool = False
    unsure: bool = False
    paid: bool = False
    billed: bool = False
    in_line: bool = False

    @property
    def tries(self) -> int:
        """Return the tries up to and with the one that is made now."""
        return self.row.tries if self.begun else self.row.tries + 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt.

    fate: to be marked; None where the row is no longer ours, or nothing could be tried.
    ids: LINE's ids of the messages. again: to be tried again by this process, when that is marked.
    """

    errand: Errand
    fate: Fate | None = None
    ids: tuple[str, ...] = ()
    again: Errand | None = None
    settle: Settle | None = None

    @property
    def final(self) -> bool:
        """Tell whether the person's next row may go."""
        return self.fate is not None and self.fate.state != Sending.QUEUED


class Sender:
    """Says rows. Safe to share among threads."""

    def __init__(
        self,
        store: Store,
        line: Line,
        owner: Callable[[], str],
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._line = line
        self._owner = owner
        self._clock = clock
        self._chance = chance

    def send(self, errand: Errand) -> Outcome:
        """Make one attempt to say a row. Never raises."""
        try:
            return self._tried(errand)
        except Busy:
            return Outcome(errand, again=_put_off(errand, self._clock() + timedelta(seconds=FIRST_WAIT)))
        except Exception as error:
            log.exception("sending broke", row=errand.row.id)
            errand.unsure = True
            return self._again(errand, f"broken: {type(error).__name__}")

    def _tried(self, errand: Errand) -> Outcome:
        if errand.row.reply_token is not None and self._is_fresh(errand.row):
            outcome = self._replied(errand, errand.row.reply_token)
            if outcome is not None:
                return outcome
        if errand.row.policy is Policy.PUSH and errand.row.recipient.startswith("U"):
            return self._pushed(errand)  # to a group it would be billed for every member
        return self._held(errand, "no reply token that LINE takes")

    def _replied(self, errand: Errand, token: str) -> Outcome | None:
        """Reply; None where the token is refused for another reason than our own earlier attempt."""
        if not self._is_leased(errand):
            return Outcome(errand)
        answer = self._line.reply(errand.row.channel, token, errand.row.messages)
        if isinstance(answer, Sent):
            return self._sent(errand, answer.ids)
        if answer.why is not Why.TOKEN:
            return self._refused(errand, answer)
        return self._sent(errand, ()) if errand.unsure else None

    def _pushed(self, errand: Errand) -> Outcome:
        if not errand.paid:
            taken = self._take(errand.row.channel)
            if isinstance(taken, Refused):
                return self._refused(errand, taken)
            if taken is not Taken.YES:
                return self._held(errand, "no paid messages left this month")
            errand.paid = True
        if not self._is_leased(errand):
            return Outcome(errand)
        answer = self._line.push(errand.row.channel, errand.row.recipient, errand.row.messages, errand.row.retry_key)
        if isinstance(answer, Sent):
            return self._sent(errand, answer.ids)
        errand.billed = errand.billed or answer.ambiguous
        return self._refused(errand, answer)

    def _take(self, channel: str) -> Taken | Refused:
        """Count a paid message, asking LINE first where nobody has this month."""
        with self._store.write() as db:
            taken = quota.take(db, channel, self._clock())
        if taken is not Taken.UNKNOWN:
            return taken
        try:
            found = self._line.quota(channel)
        except Unanswered as error:
            # Nothing was sent, so nothing is unsure.
            return replace(error.refused, ambiguous=False)
        with self._store.write() as db:
            quota.learn(db, channel, self._clock(), allowed=found.allowed, used=found.used)
            return quota.take(db, channel, self._clock())

    def _is_fresh(self, row: Outgoing) -> bool:
        return row.token_at is not None and self._clock() < row.token_at + TOKEN_LIFE

    def _is_leased(self, errand: Errand) -> bool:
        """See that nobody else will say the row while we do; False where somebody took it over."""
        now = self._clock()
        if now + CALL <= errand.row.lease_until:
            return True
        with self._store.write() as db:
            return began(errand, outbox.begin(db, errand.row, self._owner(), now), now)

    def _sent(self, errand: Errand, ids: tuple[str, ...]) -> Outcome:
        return Outcome(errand, self._fate(errand, Sending.SENT), ids)

    def _refused(self, errand: Errand, refused: Refused) -> Outcome:
        errand.unsure = errand.unsure or refused.ambiguous
        if refused.why is Why.LIMIT:
            return self._held(errand, refused.reason, Settle.SPEND)
        if not refused.permanent:
            return self._again(errand, refused.reason)
        if refused.why is Why.CHANNEL:
            return self._held(errand, refused.reason)  # the words are good; the channel's token is not
        return self._failed(errand, refused.reason)

    def _held(self, errand: Errand, reason: str, settle: Settle | None = None) -> Outcome:
        """Keep the words for the person's next visit; where nobody can visit, give up."""
        if errand.row.person is None:
            return self._failed(errand, reason)
        log.info("held", row=errand.row.id, kind=errand.row.kind, reason=reason)
        return Outcome(errand, self._fate(errand, Sending.HELD, reason), settle=settle or _refund(errand))

    def _failed(self, errand: Errand, reason: str) -> Outcome:
        log.error("not said", row=errand.row.id, kind=errand.row.kind, reason=reason)
        return Outcome(errand, self._fate(errand, Sending.FAILED, reason), settle=_refund(errand))

    def _again(self, errand: Errand, reason: str) -> Outcome:
        tries, now = errand.tries, self._clock()
        if tries >= MOST_TRIES:
            return self._held(errand, reason)
        due = self._due(errand.row, tries, now)
        here = tries < HERE
        fate = self._fate(errand, Sending.QUEUED, reason, due, due + LEASE if here else due)
        if here:
            return Outcome(errand, fate, again=_put_off(errand, due, tries, due + LEASE))
        return Outcome(errand, fate, settle=released(errand))

    def _due(self, row: Outgoing, tries: int, now: datetime) -> datetime:
        """Return when to try again: backing off with full jitter, but once more before the token is too old."""
        due = now + timedelta(seconds=self._chance() * min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (tries - 1)))
        if row.token_at is None or not self._is_fresh(row):
            return due
        last = row.token_at + TOKEN_LIFE - timedelta(seconds=1)
        return min(due, last) if now < last else due

    def _fate(
        self,
        errand: Errand,
        state: Sending,
        error: str | None = None,
        due: datetime | None = None,
        lease: datetime | None = None,
    ) -> Fate:
        return Fate(errand.row.id, state, self._clock(), errand.tries, error, due, lease)


def began(errand: Errand, begun: bool, now: datetime) -> bool:
    """Note in the errand whether its row could be begun."""
    if begun:
        errand.row = replace(errand.row, tries=errand.row.tries + 1, lease_until=now + LEASE)
        errand.begun = True
    return begun


def released(errand: Errand) -> Settle | None:
    """Return what is due to the count when a row is left to whoever takes it next: they count it again."""
    return Settle.GIVE_BACK if errand.paid else None


def _put_off(errand: Errand, due: datetime, tries: int | None = None, lease: datetime | None = None) -> Errand:
    row = replace(
        errand.row,
        due_at=due,
        tries=errand.row.tries if tries is None else tries,
        lease_until=lease or errand.row.lease_until,
    )
    return replace(errand, row=row, begun=False)


def _refund(errand: Errand) -> Settle | None:
    return Settle.GIVE_BACK if errand.paid and not errand.billed else None
