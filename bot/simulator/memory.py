"""What the stand-in remembers over a restart, as LINE would: talks, friends, the clock that was moved.

Left out is what a bot that starts makes anew (rich menus) and what nobody misses (retry keys, tokens of read marks).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.simulator.books import ReplyToken
from bot.simulator.channel import Media
from bot.simulator.people import Person
from bot.simulator.platform import Platform
from bot.simulator.talk import Talk

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Kept:
    """One platform with its first channel. offset: seconds by which the clock was moved."""

    offset: float = 0.0
    people: list[Person] = field(default_factory=list)
    friends: set[str] = field(default_factory=set)
    blockers: set[str] = field(default_factory=set)
    spoke_at: dict[str, datetime] = field(default_factory=dict)
    talks: dict[str, Talk] = field(default_factory=dict)
    quote_tokens: dict[str, str] = field(default_factory=dict)
    reply_tokens: dict[str, ReplyToken] = field(default_factory=dict)
    billed: dict[str, int] = field(default_factory=dict)
    last_events: dict[str, dict[str, Any]] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)  # without their bytes, which are files of their own


_KEPT = TypeAdapter(_Kept)


class Memory:
    """Keeps a platform in a folder: one file for the state, one for each photo or file that was sent."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self._platform = platform
        self._folder = folder
        self._file = folder / "talks.json"
        self._written: tuple[float, ...] | None = None

    def recall(self) -> None:
        """Take up what was kept; what cannot be read is begun anew."""
        try:
            kept = _KEPT.validate_json(self._file.read_bytes())
            for message_id, one in kept.media.items():
                file = self._bytes_of(message_id)
                one.unsent = one.unsent or not file.exists()
                one.body = b"" if one.unsent else file.read_bytes()
        except FileNotFoundError:
            return
        except (ValidationError, OSError) as error:
            log.warning("the phones begin anew", reason=type(error).__name__)
            return
        with self._platform.lock:
            self._put(kept)

    def _put(self, kept: _Kept) -> None:
        channel = self._platform.main
        self._platform.offset = timedelta(seconds=kept.offset)
        self._platform.people.update({person.user: person for person in kept.people})
        channel.friends, channel.blockers, channel.spoke_at = kept.friends, kept.blockers, kept.spoke_at
        channel.talks, channel.last_events, channel.media = kept.talks, kept.last_events, kept.media
        channel.quote_tokens, channel.reply_tokens = kept.quote_tokens, kept.reply_tokens
        channel.quota.billed.update(kept.billed)

    def keep(self) -> None:
        """Write down what has changed since it was last written; what cannot be written is tried at the next call."""
        try:
            self._keep()
        except (OSError, ValueError) as error:  # half a surrogate pair in a bubble is no JSON
            log.warning("the phones are not kept", reason=type(error).__name__)

    def _keep(self) -> None:
        with self._platform.lock:
            mark = self._mark()
            if mark == self._written:
                return
            state = _KEPT.dump_json(self._state())
            media = dict(self._platform.main.media)
        for message_id, one in media.items():
            self._keep_bytes(self._bytes_of(message_id), one)
        self._write(self._file, state)
        self._written = mark

    def _mark(self) -> tuple[float, ...]:
        """Return numbers of which one differs wherever there is something new; every bubble moves its talk's."""
        platform, channel = self._platform, self._platform.main
        bubbles = sum(talk.seq for talk in channel.talks.values())
        known = (platform.people, channel.friends, channel.blockers, channel.media, channel.reply_tokens)
        return platform.offset.total_seconds(), bubbles, *map(len, known)

    def _state(self) -> _Kept:
        channel = self._platform.main
        return _Kept(
            self._platform.offset.total_seconds(),
            [*self._platform.people.values()],
            channel.friends,
            channel.blockers,
            channel.spoke_at,
            channel.talks,
            channel.quote_tokens,
            {token: one for token, one in channel.reply_tokens.items() if not one.used},
            channel.quota.billed,
            channel.last_events,
            {message_id: replace(one, body=b"") for message_id, one in channel.media.items()},
        )

    def _bytes_of(self, message_id: str) -> Path:
        return self._folder / f"{message_id}.bin"

    def _keep_bytes(self, file: Path, media: Media) -> None:
        if media.unsent:
            file.unlink(missing_ok=True)
        elif not file.exists():
            self._write(file, media.body)

    def _write(self, file: Path, content: bytes) -> None:
        """Write a file so that it is the old or the new one, whenever the process ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(".half")
        half.write_bytes(content)
        half.replace(file)
