"""LINE's event JSON → ``Heard``. Nothing that LINE may add, drop or rename makes this raise.

Source: DOC development-guidelines (new types, values and properties come without notice).
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from handlers.heard import Heard, Kind

Json = dict[str, Any]

LONGEST_ID = 64
AHEAD = timedelta(hours=1)
"""A moment further ahead than this is not LINE's clock, and would make all that follows look old."""

_OF_MESSAGE = {
    kind.value: kind for kind in (Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.AUDIO, Kind.FILE, Kind.STICKER, Kind.LOCATION)
}
_OF_EVENT = {kind.value: kind for kind in (Kind.POSTBACK, Kind.UNSEND, Kind.FOLLOW, Kind.UNFOLLOW, Kind.JOIN)}
_EDITED = "messageEdited"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What no database takes: NUL, and halves of surrogate pairs."""
_DECODER = json.JSONDecoder(
    # NaN, Infinity and 1e999 are no JSON, and PostgreSQL would refuse the kept event for them.
    parse_constant=lambda _: None,
    parse_float=lambda digits: number if isfinite(number := float(digits)) else None,
)


def events(body: bytes) -> list[Any]:
    """Return the events of a webhook's body, unread; none where LINE only tries the address.

    Raises:
        ValueError: this is not a webhook's body.
    """
    try:
        content = _DECODER.decode(body.decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(content, dict):
        raise ValueError("not an object")
    found = content.get("events") or []
    if not isinstance(found, list):
        raise ValueError("events are not a list")
    return found


def by(clock: Callable[[], datetime]) -> Callable[[Json], Heard]:
    """Return a function that reads kept events by a clock."""
    return lambda raw: heard(raw, clock())


def heard(event: Any, now: datetime) -> Heard:
    """Return what an event says; whatever is unknown becomes ``Kind.OTHER``.

    now: stands in where LINE gives no usable time (UTC).
    """
    raw: Json = event if isinstance(event, dict) else {"odd": event}
    message = _part(raw, "message")
    source = _part(raw, "source")
    postback = _part(raw, "postback")
    return Heard(
        id=_id(raw.get("webhookEventId")) or _fingerprint(raw),
        kind=_kind(raw, message),
        at=_moment(raw.get("timestamp"), now),
        user=_id(source.get("userId")),
        group=_group(source),
        token=_id(raw.get("replyToken"), longest=100),
        active=raw.get("mode", "active") in ("active", None),
        text=_text(message.get("text")) if message.get("type") == "text" else "",
        called=_mentions_us(message),
        message_id=_id(message.get("id")) or _id(_part(raw, "unsend").get("messageId")),
        quoted_id=_id(message.get("quotedMessageId")),
        file_name=_text(message.get("fileName")) or None,
        file_size=_size(message.get("fileSize")),
        data=_text(postback.get("data")),
        params=_words(postback.get("params")),
        raw=raw,
    )


def _kind(event: Mapping[str, Any], message: Mapping[str, Any]) -> Kind:
    type_ = event.get("type")
    if type_ == "message":
        return _named(_OF_MESSAGE, message.get("type"))
    if type_ == _EDITED:
        return Kind.EDITED if message.get("type") == "text" else Kind.OTHER
    return _named(_OF_EVENT, type_)


def _named(kinds: Mapping[str, Kind], name: Any) -> Kind:
    return kinds.get(name, Kind.OTHER) if isinstance(name, str) else Kind.OTHER


def _group(source: Mapping[str, Any]) -> str | None:
    """Return the group's or room's id; of a kind of talk we do not know we only know that others may listen."""
    type_ = source.get("type", "user")
    if type_ == "user":
        return None
    return _id(source.get(f"{type_}Id")) or "unknown"


def _part(of: Mapping[str, Any], name: str) -> Json:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _mentions_us(message: Mapping[str, Any]) -> bool:
    """Tell whether a bubble mentions the bot's own account (REF Text message event, mentionees)."""
    mentioned = _part(message, "mention").get("mentionees")
    found = mentioned if isinstance(mentioned, list) else []
    return any(isinstance(one, dict) and one.get("isSelf") is True for one in found)


def _text(value: Any) -> str:
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else ""


def _id(value: Any, longest: int = LONGEST_ID) -> str | None:
    """Return an identifier as the database takes it; one that is too long keeps being itself and no other."""
    if not isinstance(value, str) or not value:
        return None
    value = _text(value)
    return value if len(value) <= longest else _hash(value)


def _words(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {_text(key): _text(word) for key, word in value.items() if isinstance(word, str)}


def _size(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**31 else None


def _moment(milliseconds: Any, now: datetime) -> datetime:
    if type(milliseconds) is not int:
        return now
    try:
        at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return at if at.year >= 2011 and at <= now + AHEAD else now  # LINE began in 2011


def _fingerprint(event: Mapping[str, Any]) -> str:
    """Name an event that came without a name; sent again, when only deliveryContext changes, it gets the same."""
    lasting = {key: value for key, value in event.items() if key != "deliveryContext"}
    return _hash(json.dumps(lasting, sort_keys=True, default=str))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
