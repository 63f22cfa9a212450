"""What a person does on a phone, and the event LINE makes of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.simulator import events
from bot.simulator.books import ReplyToken
from bot.simulator.channel import Channel, Media
from bot.simulator.events import Event, Frame
from bot.simulator.talk import Item

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

PREPARED = ("video", "audio")
PREPARING = timedelta(seconds=2)


class NotPossible(Exception):
    """Something that LINE's app would not let a person do."""


class Acts:
    """One person's hand on one channel's talk. ``at`` is when it happened, now where None."""

    def __init__(self, platform: "Platform", channel: Channel, user: str) -> None:
        self.platform = platform
        self.channel = channel
        self.user = user

    def say(self, words: str, *, at: datetime | None = None, quote: str | None = None, mode: str = "active") -> str:
        """Send a text bubble and return its message id."""
        if not words:
            raise NotPossible("an empty bubble cannot be sent")
        with self.platform.lock:
            if quote is not None and self.channel.talk(self.user).find(quote) is None:
                raise NotPossible(f"there is no message {quote} to quote in this talk")
            message_id = self._message_id()
            message = events.text(message_id, words, self._quote(message_id), self._read(), quote)
        return self._message(message, {"type": "text", "text": words}, at, quote, mode)

    def sticker(self, *, at: datetime | None = None) -> str:
        """Send a sticker."""
        with self.platform.lock:
            message_id = self._message_id()
            message = events.sticker(message_id, self._quote(message_id), self._read())
        shown = {key: message[key] for key in ("type", "packageId", "stickerId")}
        return self._message(message, shown, at)

    def location(self, *, at: datetime | None = None) -> str:
        """Send a place."""
        with self.platform.lock:
            message = events.location(self._message_id(), self._read())
        shown = {key: message[key] for key in ("type", "title", "address", "latitude", "longitude")}
        return self._message(message, shown, at)

    def media(
        self,
        kind: str,
        body: bytes,
        *,
        name: str | None = None,
        image_set: tuple[str, int, int] | None = None,
        at: datetime | None = None,
    ) -> str:
        """Send a photo, video, voice note or file."""
        with self.platform.lock:
            message = self._media_message(kind, body, name, image_set)
            ready = self.platform.now() + PREPARING if kind in PREPARED else None
            self.channel.media[message["id"]] = Media(kind, body, self.user, name, ready)
        shown: dict[str, Any] = {"type": kind, "id": message["id"]}
        if kind == "file":
            shown |= {"fileName": message["fileName"], "fileSize": message["fileSize"]}
        return self._message(message, shown, at)

    def tap(
        self,
        data: str,
        display: str | None = None,
        params: Mapping[str, str] | None = None,
        *,
        at: datetime | None = None,
    ) -> str | None:
        """Tap a postback button; returns the id of the bubble that shows ``display``, if any."""
        postback: dict[str, Any] = {"data": data} | ({"params": dict(params)} if params else {})
        with self.platform.changed:
            self._may_write()
            talk = self.channel.talk(self.user)
            talk.buttons_used_at = talk.seq
            at = at or self.platform.moment()
            message_id = self._message_id() if display else None
            if message_id:
                self._show(message_id, {"type": "text", "text": display}, at)
            event = self._frame(at, token=True).event("postback", postback=postback)
            self.channel.spoke_at[self.user] = self.platform.now()
        self._emit(event)
        return message_id

    def unsend(self, message_id: str, *, at: datetime | None = None) -> None:
        """Take one's own bubble back; its content can no longer be fetched (REF Unsend event)."""
        with self.platform.changed:
            item = self.channel.talk(self.user).find(message_id)
            if item is None or not item.mine or item.unsent:
                raise NotPossible(f"{message_id} is no bubble of one's own that could be taken back")
            self.channel.talk(self.user).unsend(item)
            if message_id in self.channel.media:
                self.channel.media[message_id].unsent = True
            self.platform.changed.notify_all()
            event = self._frame(at).event("unsend", unsend={"messageId": message_id})
        self._emit(event)

    def follow(self, *, at: datetime | None = None) -> None:
        """Add the bot as a friend, or unblock it."""
        with self.platform.changed:
            if self.user in self.channel.friends and self.user not in self.channel.blockers:
                raise NotPossible("this person is a friend already")
            unblocked = self.user in self.channel.blockers
            self.channel.friends.add(self.user)
            self.channel.blockers.discard(self.user)
            self.platform.changed.notify_all()
            event = self._frame(at, token=True).event("follow", follow={"isUnblocked": unblocked})
        self._emit(event)

    def block(self, *, at: datetime | None = None) -> None:
        """Block the bot; LINE calls the event unfollow."""
        with self.platform.changed:
            if self.user in self.channel.blockers:
                raise NotPossible("the bot is blocked already")
            self.channel.blockers.add(self.user)
            self.platform.changed.notify_all()
            event = self._frame(at).event("unfollow")
        self._emit(event)

    def again(self) -> None:
        """Let LINE deliver this person's last event once more."""
        last = self.channel.last_events.get(self.user)
        if last is None:
            raise NotPossible("nothing has happened that could be delivered again")
        self.platform.emit(self.channel, [events.redelivered(last)])

    def _message(
        self, message: Event, shown: Event, at: datetime | None, quote: str | None = None, mode: str = "active"
    ) -> str:
        with self.platform.changed:
            self._may_write()
            at = at or self.platform.moment()
            self._show(message["id"], shown, at, quote)
            self.channel.spoke_at[self.user] = self.platform.now()
            event = self._frame(at, token=mode == "active", mode=mode).event("message", message=message)
        self._emit(event)
        return str(message["id"])

    def _media_message(self, kind: str, body: bytes, name: str | None, image_set: tuple[str, int, int] | None) -> Event:
        message_id, read = self._message_id(), self._read()
        match kind:
            case "image":
                return events.image(message_id, self._quote(message_id), read, image_set)
            case "video":
                return events.video(message_id, self._quote(message_id), read)
            case "audio":
                return events.audio(message_id, read)
            case "file":
                return events.file(message_id, read, name or "file.bin", len(body))
        raise NotPossible(f"LINE has no message of the kind {kind!r}")

    def _may_write(self) -> None:
        if self.user in self.channel.blockers:
            raise NotPossible("who has blocked the bot cannot write to it")

    def _show(self, message_id: str, shown: Event, at: datetime, quote: str | None = None) -> None:
        item = Item(0, message_id, True, at, shown, quote)
        self.channel.talk(self.user).add(item)
        self.platform.changed.notify_all()

    def _frame(self, at: datetime | None, *, token: bool = False, mode: str = "active") -> Frame:
        at = at or self.platform.moment()
        reply = None
        if token and mode == "active":
            reply = self.platform.ids.token()
            self.channel.reply_tokens[reply] = ReplyToken(self.user, at)
        return Frame(self.user, at, self.platform.ids.event(at), reply, mode)

    def _emit(self, event: Event) -> None:
        self.channel.last_events[self.user] = event
        self.platform.emit(self.channel, [event])

    def _message_id(self) -> str:
        return self.platform.ids.message(self.platform.now())

    def _quote(self, message_id: str) -> str:
        token = self.platform.ids.long_token()
        self.channel.quote_tokens[token] = message_id
        return token

    def _read(self) -> str:
        token = self.platform.ids.long_token()
        self.channel.read_tokens[token] = False
        return token
