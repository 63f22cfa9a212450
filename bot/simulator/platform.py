"""The state of the stand-in: channels, people, clock, and what was asked of the API."""

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.simulator.books import Quota
from bot.simulator.calls import Call
from bot.simulator.channel import Channel
from bot.simulator.events import Event
from bot.simulator.faults import Faults
from bot.simulator.held import Held
from bot.simulator.ids import Ids
from bot.simulator.people import Person, people_of
from bot.simulator.phone import Phone
from bot.simulator.talk import Item
from bot.simulator.webhooks import Delivery, Post, Webhooks

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"  # noqa: S105 — of the documentation's own example
TOKEN = "stand-in-channel-access-token"  # noqa: S105


class Platform:
    """LINE, as far as one or more bots can tell.

    webhook: the bot's address ("http://127.0.0.1:8000/callback"), or ``post(path, body, headers) -> status``.
    now: the clock, UTC aware. background: post webhooks from a thread, as the demo does, instead of in the caller's.
    problems: everything that LINE would have refused as malformed; a test asserts that it is empty.
    """

    def __init__(
        self,
        *,
        webhook: str | Post,
        secret: str = SECRET,
        token: str = TOKEN,
        people: Iterable[Person | Mapping[str, str | None]] = (),
        now: Callable[[], datetime] | None = None,
        background: bool = False,
        quota: int | None = 300,
        seed: int | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.life = uuid.uuid4().hex  # never seeded: it tells one start from another
        self.ids = Ids(seed)
        self.faults = Faults()
        self.people = people_of(people)
        self.problems: list[str] = []
        self.calls: list[Call] = []
        self.channels: dict[str, Channel] = {}
        self.webhooks: dict[str, Webhooks] = {}
        self.offset = timedelta(0)
        self._clock = now or (lambda: datetime.now(UTC))
        self.stopping = False
        self._background = background
        self._last_moment = datetime.min.replace(tzinfo=UTC)
        self._held: Held | None = None
        self.main = self.add_channel("main", secret=secret, token=token, webhook=webhook, quota=quota)

    def add_channel(
        self,
        name: str,
        *,
        secret: str,
        token: str,
        webhook: str | Post,
        path: str = "/callback",
        quota: int | None = 300,
    ) -> Channel:
        """Open another channel with friends, talks, quota and keys of its own; path is for a webhook function."""
        channel = Channel(name, secret, token, self.ids.user(), path, quota=Quota(quota))
        self.channels[name] = channel
        self.webhooks[name] = Webhooks(self, channel, webhook, background=self._background)
        return channel

    def now(self) -> datetime:
        """Return the platform's time: the clock's, moved by ``forward``."""
        return self._clock() + self.offset

    def moment(self) -> datetime:
        """Return the time of a new event: now, but never a millisecond twice, even where the clock stands still."""
        self._last_moment = max(self.now(), self._last_moment + timedelta(milliseconds=1))
        return self._last_moment

    def forward(self, seconds: float) -> None:
        """Move the platform's clock."""
        with self.changed:
            self.offset += timedelta(seconds=seconds)
            self.changed.notify_all()

    def phone(self, user: str | None = None, name: str = "ผู้ทดลอง ตัวอย่างวงศ์", channel: str = "main") -> Phone:
        """Return a person's phone; an unknown user id makes a new person, no id at all a stranger."""
        with self.lock:
            user = user or self.ids.user()
            self.people.setdefault(user, Person(user, name))
        return Phone(self, self.channels[channel], user)

    def stranger(self, name: str) -> Person:
        """Add a person whom the bot has never met."""
        with self.lock:
            person = Person(self.ids.user(), name)
            self.people[person.user] = person
            return person

    def send(self, *events: Event, channel: str = "main") -> Delivery | None:
        """Send any events in one request, as they are: of kinds that no phone here makes, or that nobody knows."""
        return self.emit(self.channels[channel], list(events))

    def emit(self, channel: Channel, events: list[Event]) -> Delivery | None:
        """Send events to the channel's bot, or keep them back while they are held."""
        held = self._held
        if held is not None:
            held.add(channel.name, events)
            return None
        return self.webhooks[channel.name].send(events)

    @contextmanager
    def held(self) -> Iterator[Held]:
        """Keep events back, to deliver them together, reversed, several times or at once (see ``Held``)."""
        self._held = held = Held(self)
        try:
            yield held
        finally:
            self._held = None

    def redeliver(self, *event_ids: str, channel: str = "main") -> list[Delivery]:
        """Deliver again what the bot did not take."""
        return self.webhooks[channel].redeliver(*event_ids)

    def verify(self, channel: str = "main") -> Delivery:
        """Press the console's verify button: a request without events."""
        return self.webhooks[channel].deliver([])

    def reachable(self, channel: Channel, user: str) -> bool:
        """Say whether a message to this person arrives (REF Send push message)."""
        if user not in self.people or user in channel.blockers:
            return False
        spoke = channel.spoke_at.get(user)
        return user in channel.friends or (spoke is not None and self.now() - spoke <= timedelta(days=7))

    def show(
        self, channel: Channel, user: str, messages: list[dict[str, Any]], how: str, call: str
    ) -> list[dict[str, str]]:
        """Put the bot's messages on a phone, if they arrive, and return LINE's ``sentMessages`` in any case."""
        now, sent, arrives = self.now(), [], self.reachable(channel, user)
        for message in messages:
            message_id = self.ids.message(now)
            sent.append(self._receipt(channel, message_id, message["type"]))
            if arrives:
                quoted = self.quoted_by(channel, message.get("quoteToken"))
                channel.talk(user).add(Item(0, message_id, False, now, message, quoted, how, call))
        self.changed.notify_all()
        return sent

    def quoted_by(self, channel: Channel, quote_token: str | None) -> str | None:
        """Return the id of the message that a quote token stands for."""
        return channel.quote_tokens.get(quote_token or "")

    def settled(self) -> bool:
        """Say whether every webhook was posted."""
        return all(webhooks.idle() for webhooks in self.webhooks.values())

    def stop(self) -> None:
        """End the background threads and let those who wait for news go."""
        with self.changed:
            self.stopping = True
            self.changed.notify_all()
        for webhooks in self.webhooks.values():
            webhooks.stop()

    def _receipt(self, channel: Channel, message_id: str, kind: str) -> dict[str, str]:
        if kind not in ("text", "textV2", "sticker", "image", "video", "template", "flex"):
            return {"id": message_id}
        token = self.ids.long_token()
        channel.quote_tokens[token] = message_id
        return {"id": message_id, "quoteToken": token}
