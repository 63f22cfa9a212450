"""What was heard, in our own words: LINE's JSON stops in ``bot.line.read``."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    TEXT = "text"
    EDITED = "edited"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    POSTBACK = "postback"
    UNSEND = "unsend"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    JOIN = "join"
    OTHER = "other"  # anything LINE may add


MEDIA = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.AUDIO, Kind.FILE})


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of LINE's webhook.

    at: when LINE saw it (UTC). user is None where LINE does not say who spoke;
    group is the group's or room's id, None in a one-to-one talk; called: the bubble mentions the bot's account.
    """

    id: str
    kind: Kind
    at: datetime
    user: str | None = None
    group: str | None = None
    token: str | None = None
    active: bool = True  # False: another module of the channel speaks, we stay silent
    text: str = ""
    called: bool = False
    message_id: str | None = None  # of the bubble, or of the bubble that was unsent
    quoted_id: str | None = None
    file_name: str | None = None
    file_size: int | None = None  # bytes
    data: str = ""  # of a postback
    params: dict[str, str] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
