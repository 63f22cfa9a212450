"""The books a channel keeps: reply tokens, retry keys, the monthly quota."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from handlers.messages import limits

JAPAN = timezone(timedelta(hours=9))  # REF Get number of sent messages: LINE's days are counted in UTC+9


@dataclass(slots=True)
class ReplyToken:
    """One reply token: made with an event, usable from each time its webhook is delivered."""

    user: str
    event_at: datetime
    delivered_at: datetime | None = None
    used: bool = False

    def delivered(self, now: datetime) -> None:
        """Start the minute anew, unless the event is too old for it (REF Reply token)."""
        first = self.delivered_at is None
        if first or now - self.event_at <= timedelta(seconds=limits.REPLY_AFTER_REDELIVERY_SECONDS):
            self.delivered_at = now

    def usable(self, now: datetime) -> bool:
        """Say whether a reply with this token is accepted now."""
        if self.used or self.delivered_at is None:
            return False
        return now - self.delivered_at <= timedelta(seconds=limits.REPLY_SECONDS)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was answered to the first request with a retry key."""

    at: datetime
    request_id: str
    sent: list[dict[str, str]] | None
    body: bytes


@dataclass(slots=True)
class RetryKeys:
    """Accepted retry keys; one is forgotten after a day, and a repeat is then sent once more."""

    _accepted: dict[str, Accepted] = field(default_factory=dict)

    def accepted(self, key: str, now: datetime) -> Accepted | None:
        """Return the first acceptance of this key within 24 hours."""
        first = self._accepted.get(key)
        if first is None or now - first.at > timedelta(hours=limits.RETRY_KEY_HOURS):
            return None
        return first

    def accept(self, key: str, first: Accepted) -> None:
        """Remember an accepted request."""
        self._accepted[key] = first


@dataclass(slots=True)
class Rate:
    """How fast an endpoint may be called: a bucket that holds so many calls and fills again (REF Rate limits).

    seconds: in which it fills.
    """

    calls: int
    seconds: float = 1.0
    _spent: float = 0.0
    _at: datetime | None = None

    def take(self, now: datetime) -> bool:
        """Take one call; False where there were too many just now."""
        passed = (now - self._at).total_seconds() if self._at else 0.0
        self._spent = max(0.0, self._spent - max(0.0, passed) * self.calls / self.seconds)
        self._at = now
        if self._spent + 1 > self.calls:
            return False
        self._spent += 1
        return True


def rates() -> dict[str, Rate]:
    """Return the rates of a channel's endpoints that have one of their own."""
    return {
        "reply": Rate(2000),
        "push": Rate(2000),
        "multicast": Rate(200),
        "rich_menu_link": Rate(2000),
        "rich_menu_create": Rate(100, 3600.0),
        "rich_menu_delete": Rate(100, 3600.0),
    }


@dataclass(slots=True)
class Quota:
    """Messages billed in a month: one for each person reached, however many bubbles it holds. None = no limit."""

    allowed: int | None = 300
    billed: Counter[str] = field(default_factory=Counter)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)  # endpoint and day, for delivery statistics

    def used(self, now: datetime) -> int:
        """Return how many were billed this month."""
        return self.billed[_month(now)]

    def exceeded(self, more: int, now: datetime) -> bool:
        """Say whether so many more would break the month's limit."""
        return self.allowed is not None and self.used(now) + more > self.allowed

    def bill(self, people: int, now: datetime) -> None:
        """Count so many people reached."""
        self.billed[_month(now)] += people

    def count(self, endpoint: str, people: int, now: datetime) -> None:
        """Count messages for the statistics of a day, billed or not."""
        self.sent[endpoint, now.astimezone(JAPAN).strftime("%Y%m%d")] += people

    def shown(self) -> dict[str, Any]:
        """Return the quota as LINE's API tells it."""
        return {"type": "none"} if self.allowed is None else {"type": "limited", "value": self.allowed}


def _month(now: datetime) -> str:
    return now.astimezone(JAPAN).strftime("%Y%m")
