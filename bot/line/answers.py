"""What LINE's answer to a call means for us: sent, or refused and whether to try again.

Source: REF Status codes and Error messages; DOC retrying-api-request.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Why(StrEnum):
    """Why LINE refused; what is done about it differs for each."""

    TOKEN = "token"  # noqa: S105 -- the reply token was used before, or is too old
    LIMIT = "limit"  # the month's messages are used up
    RATE = "rate"  # too fast
    CHANNEL = "channel"  # our access token is not accepted, or may not do this
    MESSAGE = "message"  # the message itself, or to whom it goes
    TROUBLE = "trouble"  # LINE's own, or the network's


@dataclass(frozen=True, slots=True)
class Sent:
    ids: tuple[str, ...] = ()  # LINE's ids of our messages, in order


@dataclass(frozen=True, slots=True)
class Refused:
    """permanent: the same call will never succeed. ambiguous: LINE may have accepted it all the same."""

    reason: str
    why: Why
    permanent: bool = False
    ambiguous: bool = False
    status: int | None = None  # None: no answer came


@dataclass(frozen=True, slots=True)
class Quota:
    """Messages of this month. allowed: None where there is no limit."""

    allowed: int | None
    used: int


@dataclass(frozen=True, slots=True)
class BotInfo:
    user: str
    basic_id: str
    name: str
    chat_mode: str  # "bot"; "chat": people answer by hand, and events may not come
    mark_as_read_mode: str


@dataclass(frozen=True, slots=True)
class WebhookInfo:
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class WebhookTried:
    """What LINE saw when it tried our webhook. status: None where no answer came."""

    success: bool
    status: int | None
    reason: str
    detail: str


class Unanswered(Exception):
    """A question to LINE (quota, profile …) was refused or not answered."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused


def judge(status: int, body: bytes | str | None) -> Sent | Refused:
    """Return what an answer means. 409 says that an earlier call with the same retry key was accepted."""
    content = _object(body)
    if 200 <= status < 300 or status == 409:
        return Sent(_ids(content))
    return refused(status, content.get("message"))


def refused(status: int, message: Any) -> Refused:
    """Return what an answer that is neither 2xx nor 409 means."""
    reason = f"{status} {message if isinstance(message, str) else ''}".strip()[:300]
    words = reason.lower()
    if status == 400 and "reply token" in words:
        return Refused(reason, Why.TOKEN, permanent=True, status=status)
    if status == 429:
        limit = "monthly limit" in words
        return Refused(reason, Why.LIMIT if limit else Why.RATE, permanent=limit, status=status)
    if status in (401, 403):
        return Refused(reason, Why.CHANNEL, permanent=True, status=status)
    if status >= 500 or status == 408:
        return Refused(reason, Why.TROUBLE, ambiguous=True, status=status)
    if status < 400:  # a gateway on the way, not LINE
        return Refused(reason, Why.TROUBLE, status=status)
    return Refused(reason, Why.MESSAGE, permanent=True, status=status)


def unanswered(reason: str, *, reached: bool) -> Refused:
    """Return what a broken call means. reached: LINE may have got it."""
    return Refused(reason, Why.TROUBLE, ambiguous=reached)


def _object(body: bytes | str | None) -> dict[str, Any]:
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _ids(content: dict[str, Any]) -> tuple[str, ...]:
    found = content.get("sentMessages")
    if not isinstance(found, list):
        return ()
    return tuple(str(one["id"]) for one in found if isinstance(one, dict) and "id" in one)
