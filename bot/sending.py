"""How one row of the outbox is said: the reply token while it is fresh, else by the row's policy."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.budget import Budget
from bot.line.answers import Quota, Refused, Sent, Why
from bot.line.gateway import LONGEST
from bot.mishaps import is_passing
from bot.pace import Pace
from handlers import outbox
from handlers.outbox import LEASE, Fate, Outgoing
from models.outbox import Policy, Sending
from models.store import Store

log = structlog.get_logger(__name__)

TOKEN_LIFE = timedelta(seconds=50)
"""LINE promises a minute from the webhook (REF Reply token); the call itself takes some of it."""
CALL = timedelta(seconds=LONGEST + 1)
"""A call is begun only where the lease outlasts it: after that the row may be another's."""
HERE = 5
"""Tries a process makes by itself; later ones are the worker's."""
MOST_TRIES = 40
KEY_LIFE = timedelta(hours=23)
"""LINE forgets a retry key after 24 hours (DOC retrying-api-request): what may have been pushed before then is held,
not pushed again, for it is better to hear something twice than never, and the second time is free."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 600.0
_CLOSED = "LINE lets no more through this month"


class Line(Protocol):
    """What is needed of LINE: ``bot.line.gateway.Gateway``, or a stand-in."""

    def reply(self, channel: str, token: str, messages: Sequence[dict[str, Any]]) -> Sent | Refused:
        """Send a turn for free."""
        ...

    def push(self, channel: str, to: str, messages: Sequence[dict[str, Any]], retry_key: str) -> Sent | Refused:
        """Send paid messages."""
        ...

    def multicast(
        self, channel: str, to: Sequence[str], messages: Sequence[dict[str, Any]], retry_key: str
    ) -> Sent | Refused:
        """Send the same paid messages to up to 500 people."""
        ...

    def quota(self, channel: str) -> Quota:
        """Return this month's plan and use. Raises Unanswered."""
        ...


@dataclass(slots=True)
class Errand:
    """A row in the hands of this process.

    begun: the row's tries already count the attempt that is made now.
    unsure: an earlier attempt may have been accepted; a token that is refused now was used by it.
    called: LINE was called in the attempt that is made now. taken_at: when this process took or paid for the row.
    in_line: it stands in the line of those who speak to this person.
    """

    row: Outgoing
    taken_at: datetime
    begun: bool = False
    unsure: bool = False
    called: bool = False
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
    refund: the month's count has one for the row, and LINE has not billed it.
    """

    errand: Errand
    fate: Fate | None = None
    ids: tuple[str, ...] = ()
    again: Errand | None = None
    refund: bool = False

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
        self.pace = Pace(store, clock)
        self.budget = Budget(store, line, clock)

    def send(self, errand: Errand) -> Outcome:
        """Make one attempt to say a row. Never raises."""
        errand.called = False
        try:
            return self._tried(errand)
        except Exception as error:
            errand.unsure = errand.unsure or errand.called
            if is_passing(error):  # of the database, which is asked before LINE is called
                return Outcome(errand, again=put_off(errand, self._clock() + timedelta(seconds=FIRST_WAIT)))
            log.exception("sending broke", row=errand.row.id)
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
        errand.called = True
        answer = self._line.reply(errand.row.channel, token, errand.row.messages)
        if isinstance(answer, Sent):
            return self._sent(errand, answer.ids)
        if answer.why is not Why.TOKEN:
            return self._refused(errand, answer)
        return self._sent(errand, ()) if errand.unsure else None

    def _pushed(self, errand: Errand) -> Outcome:
        row = errand.row
        if errand.unsure and row.begun_at is not None and self._clock() > row.begun_at + KEY_LIFE:
            return self._held(errand, "perhaps said: its retry key is too old to ask LINE")
        if row.paid_in is None:
            missing = self._pay(errand)
            if missing is not None:
                return missing
        if self.budget.is_closed(row.channel, errand.taken_at):
            return self._closed(errand)
        paused = self.pace.wait(row.channel)
        if paused is not None:
            return Outcome(errand, again=put_off(errand, paused))
        if not self._is_leased(errand):
            return Outcome(errand)
        errand.called = True
        answer = self._line.push(row.channel, row.recipient, row.messages, row.retry_key)
        if isinstance(answer, Sent):
            self.pace.well(row.channel)
            return self._sent(errand, answer.ids)
        return self._refused(errand, answer)

    def _closed(self, errand: Errand) -> Outcome:
        """Hold what was surely not pushed; what may have been is left until LINE is asked again: it knows the key."""
        if not errand.unsure:
            return self._held(errand, _CLOSED)
        due = self._clock() + timedelta(seconds=LONGEST_WAIT)
        return Outcome(errand, self._fate(errand, Sending.QUEUED, _CLOSED, due, due))

    def _pay(self, errand: Errand) -> Outcome | None:
        """Count a paid message for the row; return what comes of it where that cannot be."""
        row = errand.row
        month = self.budget.take(row)
        if isinstance(month, Refused):
            return self._refused(errand, month)
        if month is None:
            return self._held(errand, "no paid messages left this month")
        errand.row, errand.taken_at = replace(row, paid_in=month), self._clock()
        return None

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
            self.budget.close(errand.row.channel)
            return self._held(errand, refused.reason, refund=True)
        if refused.why is Why.RATE:
            return self._again(errand, refused.reason, not_before=self.pace.too_fast(errand.row.channel))
        if not refused.permanent:
            return self._again(errand, refused.reason)
        if refused.why is Why.CHANNEL:
            return self._held(errand, refused.reason)  # the words are good; the channel's token is not
        return self._failed(errand, refused.reason)

    def _held(self, errand: Errand, reason: str, *, refund: bool | None = None) -> Outcome:
        """Keep the words for the person's next visit; where nobody can visit, give up."""
        if errand.row.person is None:
            return self._failed(errand, reason)
        log.info("held", row=errand.row.id, kind=errand.row.kind, reason=reason)
        return self._ended(errand, Sending.HELD, reason, not errand.unsure if refund is None else refund)

    def _failed(self, errand: Errand, reason: str) -> Outcome:
        log.error("not said", row=errand.row.id, kind=errand.row.kind, reason=reason)
        return self._ended(errand, Sending.FAILED, reason, refund=True)  # LINE would have known an accepted key

    def _ended(self, errand: Errand, state: Sending, reason: str, refund: bool) -> Outcome:
        fate = self._fate(errand, state, reason)
        return _as_if_untried(errand, fate) if refund else Outcome(errand, fate)

    def _again(self, errand: Errand, reason: str, *, not_before: datetime | None = None) -> Outcome:
        tries, now = errand.tries, self._clock()
        if tries >= MOST_TRIES:
            return self._held(errand, reason)
        due = max(self._due(errand.row, tries, now), not_before or now)
        here = tries < HERE
        if here:
            fate = self._fate(errand, Sending.QUEUED, reason, due, due + LEASE)
            return Outcome(errand, fate, again=put_off(errand, due, tries, due + LEASE))
        return let_go(errand, self._fate(errand, Sending.QUEUED, reason, due, due))

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


def let_go(errand: Errand, fate: Fate) -> Outcome:
    """Return the outcome of a row that is left to whoever takes it next."""
    return Outcome(errand, fate) if errand.unsure else _as_if_untried(errand, fate)


def _as_if_untried(errand: Errand, fate: Fate) -> Outcome:
    """Return the outcome of a row that was surely not said: it is as free and as unpaid as before."""
    paid = errand.row.paid_in is not None
    return Outcome(errand, replace(fate, unbegun=True, unpaid=paid), refund=paid)


def put_off(errand: Errand, due: datetime, tries: int | None = None, lease: datetime | None = None) -> Errand:
    """Return the errand as it is to be tried again by this process."""
    row = replace(
        errand.row,
        due_at=due,
        tries=errand.row.tries if tries is None else tries,
        lease_until=lease or errand.row.lease_until,
    )
    return replace(errand, row=row, begun=False)
