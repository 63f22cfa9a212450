"""A person in a test: says, taps and sends, and hears what the bot answers."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from bot.simulator.acts import Acts, NotPossible
from bot.simulator.bubbles import STAYING, Button, buttons_of, quick_replies_of, words_of
from bot.simulator.channel import Channel
from bot.simulator.talk import Item, Talk

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

PATIENCE = 5.0  # seconds of real time that an answer may take
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000"
    "000c4944415478da63706838000002840181186a74870000000049454e44ae426082"
)  # a PNG of one pixel

T = TypeVar("T")
Message = dict[str, Any]


class Phone:
    """A phone with LINE and one bot on it. Every act returns the phone, so that a test reads as a talk.

    sent: message ids of one's own bubbles, oldest first. keyboard: words the bot put into the input field, or None.
    """

    def __init__(self, platform: "Platform", channel: Channel, user: str) -> None:
        self.platform = platform
        self.channel = channel
        self.user = user
        self.acts = Acts(platform, channel, user)
        self.sent: list[str] = []
        self.keyboard: str | None = None
        self._turn = self.talk.seq

    @property
    def talk(self) -> Talk:
        """The talk as the platform keeps it."""
        return self.channel.talk(self.user)

    def says(self, words: str, *, at: datetime | None = None, quote: str | None = None, mode: str = "active") -> Self:
        """Type a text bubble; quote is the message id of an older bubble of either side."""
        return self._does(lambda: self.acts.say(words, at=at, quote=quote, mode=mode))

    def sends_photo(self, body: bytes = PHOTO, *, image_set: tuple[str, int, int] | None = None) -> Self:
        """Send a photo; image_set: id of the set, place in it from 1, count."""
        return self._does(lambda: self.acts.media("image", body, image_set=image_set))

    def sends_photos(self, *bodies: bytes) -> Self:
        """Choose several photos at once: LINE sends an event for each, of one set."""
        with self.platform.lock:
            name = self.platform.ids.token().upper()
        for index, body in enumerate(bodies, 1):
            self.sends_photo(body, image_set=(name, index, len(bodies)))
        return self

    def sends_file(self, body: bytes, name: str = "รายงาน.pdf") -> Self:
        """Send a file."""
        return self._does(lambda: self.acts.media("file", body, name=name))

    def sends_voice(self, body: bytes = b"\x00\x00\x00\x18ftypM4A ") -> Self:
        """Send a voice note."""
        return self._does(lambda: self.acts.media("audio", body))

    def sends_video(self, body: bytes = b"\x00\x00\x00\x18ftypmp42") -> Self:
        """Send a video."""
        return self._does(lambda: self.acts.media("video", body))

    def sends_sticker(self) -> Self:
        """Send a sticker."""
        return self._does(self.acts.sticker)

    def sends_location(self) -> Self:
        """Send a place."""
        return self._does(self.acts.location)

    def unsends(self, message_id: str | None = None) -> Self:
        """Take back one's own bubble, the newest where none is named."""
        return self._does(lambda: self.acts.unsend(message_id or self.sent[-1]))

    def follows(self) -> Self:
        """Add the bot as a friend, or unblock it."""
        return self._does(self.acts.follow)

    def blocks(self) -> Self:
        """Block the bot."""
        return self._does(self.acts.block)

    def again(self) -> Self:
        """Let LINE deliver this person's last event once more."""
        return self._does(self.acts.again)

    def posts_back(self, data: str, display: str | None = None, params: Mapping[str, str] | None = None) -> Self:
        """Send postback data made by hand, as no button holds it."""
        return self._does(lambda: self.acts.tap(data, display, params))

    def taps(
        self,
        label: str,
        *,
        from_message: Message | str | None = None,
        params: Mapping[str, str] | None = None,
        at: datetime | None = None,
        within: float = PATIENCE,
    ) -> Self:
        """Tap the newest button of this label or shown word, waiting for it to appear.

        Only the quick replies below the last bubble can be tapped, and Flex and template buttons of any bubble;
        with from_message (a message or its id) only the buttons of that one, its long gone quick replies too.
        params: what a date picker would give.
        """
        button = self._wait(lambda: self.button(label, from_message), within)
        if button is None:
            there = [button.label for button in self.buttons(from_message)]
            raise AssertionError(f"no button {label!r} to tap; there are {there}\n{self.transcript()}")
        return self._press(button, params, at)

    def button(self, label: str, from_message: Message | str | None = None) -> Button | None:
        """Return the newest button of this label or shown word, or the only label that contains it; else None."""
        reachable = self.buttons(from_message)
        exact = [button for button in reachable if label in button.names()]
        if exact:
            return exact[0]
        near = [button for button in reachable if any(label in name for name in button.names())]
        return near[0] if len({button.label for button in near}) == 1 else None

    def buttons(self, from_message: Message | str | None = None) -> list[Button]:
        """Return what can be tapped, newest first."""
        with self.platform.lock:
            if from_message is not None:
                message = self._message(from_message)
                return [*quick_replies_of(message), *buttons_of(message)]
            heard = [item.message for item in reversed(self.talk.items) if not item.mine]
            return [*self.quick_replies, *(button for message in heard for button in buttons_of(message))]

    @property
    def quick_replies(self) -> list[Button]:
        """The quick replies that show now: those of the last bubble, unless one was tapped (DOC Use quick replies)."""
        with self.platform.lock:
            last = self.talk.last()
            if last is None or last.mine:
                return []
            buttons, used = quick_replies_of(last.message), self.talk.buttons_used_at >= last.seq
            return [button for button in buttons if not used or button.action["type"] in STAYING]

    @property
    def labels(self) -> list[str]:
        """What is written on the quick replies that show now."""
        return [button.label for button in self.quick_replies]

    @property
    def heard(self) -> list[Message]:
        """All messages of the bot, oldest first."""
        with self.platform.lock:
            return [item.message for item in self.talk.items if not item.mine]

    @property
    def answers(self) -> list[list[Message]]:
        """What the bot said since this person's last act: the messages of each of its sendings."""
        sendings: dict[str | None, list[Message]] = {}
        for item in self.answered():
            sendings.setdefault(item.call, []).append(item.message)
        return list(sendings.values())

    @property
    def answer(self) -> str:
        """All words the bot said since this person's last act."""
        return "\n".join(words_of(item.message) for item in self.answered())

    def answered(self) -> list[Item]:
        """Return the bot's bubbles since this person's last act."""
        with self.platform.lock:
            return [item for item in self.talk.items if item.seq > self._turn and not item.mine]

    def hears(self, *words: str, within: float = PATIENCE) -> Self:
        """Wait until the bot's words since one's last act contain all of these."""
        if not self._wait(lambda: self.answered() and all(word in self.answer for word in words), within):
            missing = [word for word in words if word not in self.answer]
            raise AssertionError(f"not heard: {missing or 'anything'}\n{self.transcript()}")
        return self

    def hears_not(self, *words: str) -> Self:
        """Check that the bot's words since one's last act contain none of these."""
        found = [word for word in words if word in self.answer]
        if found:
            raise AssertionError(f"heard: {found}\n{self.transcript()}")
        return self

    def hears_once(self, *words: str, within: float = PATIENCE, quiet: float = 0.0) -> Self:
        """Wait for these words and ``quiet`` seconds more; check that the bot sent only once since one's last act."""
        self.hears(*words, within=within)
        time.sleep(quiet)
        if len(self.answers) != 1:
            raise AssertionError(f"{len(self.answers)} answers instead of one\n{self.transcript()}")
        return self

    def hears_nothing(self, quiet: float = 0.3) -> Self:
        """Check that the bot stays silent for so many seconds of real time."""
        if self._wait(lambda: bool(self.answered()), quiet):
            raise AssertionError(f"heard something\n{self.transcript()}")
        return self

    def transcript(self, last: int = 12) -> str:
        """Return the end of the talk as text, for a failing test to show."""
        with self.platform.lock:
            items = self.talk.items[-last:]
        return "\n".join(f"{'  U' if item.mine else 'B'}: {words_of(item.message) or item.message}" for item in items)

    def _does(self, act: Callable[[], str | None]) -> Self:
        self._turn, self.keyboard = self.talk.seq, None
        message_id = act()
        if message_id is not None:
            self.sent.append(message_id)
        return self

    def _press(self, button: Button, params: Mapping[str, str] | None, at: datetime | None) -> Self:
        action = button.action
        match action["type"]:
            case "postback" | "datetimepicker":
                words = action.get("displayText") or action.get("text")
                self._does(lambda: self.acts.tap(action.get("data", ""), words, params, at=at))
                self.keyboard = action.get("fillInText") if action.get("inputOption") == "openKeyboard" else None
            case "message":
                self._does(lambda: self.acts.say(action["text"], at=at))
            case "uri" | "clipboard":
                self._turn = self.talk.seq
            case other:
                raise NotPossible(f"a {other} button opens the phone's own screen: use sends_photo or sends_location")
        return self

    def _message(self, which: Message | str) -> Message:
        if isinstance(which, dict):
            return which
        item = self.talk.find(which)
        if item is None:
            raise NotPossible(f"there is no message {which} in this talk")
        return item.message

    def _wait(self, found: Callable[[], T], within: float = PATIENCE) -> T:
        until = time.monotonic() + within
        with self.platform.changed:
            while not (result := found()) and (left := until - time.monotonic()) > 0:
                self.platform.changed.wait(left)
        return result
