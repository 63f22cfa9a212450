"""One LINE Official Account: its keys, its friends, its books and its talks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.simulator.books import Quota, Rate, ReplyToken, RetryKeys, rates
from bot.simulator.talk import Talk


@dataclass(slots=True)
class Media:
    """The bytes of a photo, video, voice note or file that a person sent."""

    kind: str
    body: bytes
    user: str
    name: str | None = None
    ready_at: datetime | None = None  # videos and voice notes are prepared for a while: 202 until then
    failed: bool = False
    unsent: bool = False


@dataclass(slots=True)
class RichMenus:
    """Rich menus, their pictures, and who is shown which."""

    menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    default: str | None = None
    links: dict[str, str] = field(default_factory=dict)

    def shown_to(self, user: str) -> str | None:
        """Return the id of the menu this person sees: their own, else the default."""
        return self.links.get(user) or self.default


@dataclass(slots=True)
class Channel:
    """A channel. Change ``secret`` or ``token`` to try a rotation, ``chat_mode`` for the console's settings."""

    name: str
    secret: str
    token: str
    user_id: str
    webhook: str
    basic_id: str = "@999raing"
    display_name: str = "รายงาน"
    chat_mode: str = "bot"
    quota: Quota = field(default_factory=Quota)
    rates: dict[str, Rate] = field(default_factory=rates)
    retry_keys: RetryKeys = field(default_factory=RetryKeys)
    reply_tokens: dict[str, ReplyToken] = field(default_factory=dict)
    quote_tokens: dict[str, str] = field(default_factory=dict)  # token → id of the message it quotes
    read_tokens: dict[str, bool] = field(default_factory=dict)  # token to mark as read → whether it was used
    friends: set[str] = field(default_factory=set)
    blockers: set[str] = field(default_factory=set)
    spoke_at: dict[str, datetime] = field(default_factory=dict)
    talks: dict[str, Talk] = field(default_factory=dict)
    last_events: dict[str, dict[str, Any]] = field(default_factory=dict)  # by user
    media: dict[str, Media] = field(default_factory=dict)
    menus: RichMenus = field(default_factory=RichMenus)

    def talk(self, user: str) -> Talk:
        """Return the talk with this person, new if there was none."""
        return self.talks.setdefault(user, Talk())
