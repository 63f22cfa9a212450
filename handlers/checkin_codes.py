"""Check-in codes: six digits that change every minute, one for the room and another for the call.

A code is made from the meeting's key (``meetings.code_key``, never shown) and the minute: nothing is kept, and whoever
has not seen the screen cannot know it. Codes of the room are in the lower half of the numbers, those of the call in the
upper, so that one is never the other; none begins with 0, which is easily left out.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handlers.meetings import Meeting
from models.meetings import Mode

LASTS = timedelta(minutes=1)
"""How long a code is shown; for as long again it is still accepted, for slow thumbs."""
OPENS = timedelta(minutes=30)
"""How long before the start one can check in."""
CLOSES = timedelta(minutes=30)
"""How long after the start one can check in, late; the same for the room and the call."""
REMEMBERED = timedelta(days=8)
"""How long afterwards a code is still known as that of a meeting that is over."""

_FIRST = {Mode.ROOM: 100_000, Mode.CALL: 550_000}
_HALF = 450_000


@dataclass(frozen=True, slots=True)
class Codes:
    """What is shown now. room, call: None where the meeting has none; until: then others are shown (UTC)."""

    room: str | None
    call: str | None
    until: datetime


def opens_at(meeting: Meeting) -> datetime:
    """Return from when on one can check in."""
    return meeting.starts_at - OPENS


def closes_at(meeting: Meeting) -> datetime:
    """Return until when one can check in."""
    return meeting.starts_at + CLOSES


def is_open(meeting: Meeting, at: datetime) -> bool:
    """Tell whether one can check in with a code at a moment."""
    return opens_at(meeting) <= at <= closes_at(meeting)


def codes(meeting: Meeting, now: datetime) -> Codes:
    """Return the codes to be shown at a moment, whether one can check in then or not."""
    window = _window(now)
    shown = {mode: _code(meeting, mode, window) for mode in modes(meeting)}
    until = datetime.fromtimestamp((window + 1) * LASTS.total_seconds(), UTC)
    return Codes(shown.get(Mode.ROOM), shown.get(Mode.CALL), until)


def modes(meeting: Meeting) -> list[Mode]:
    """Return in which ways one can check in with a code; where neither place nor call is named, there is a room."""
    found = [mode for mode, there in ((Mode.ROOM, meeting.has_room), (Mode.CALL, meeting.online_url)) if there]
    return found or [Mode.ROOM]


def read(meeting: Meeting, code: str, at: datetime) -> Mode | None:
    """Return for what a code stood that was typed at a moment: shown then, or in the minute before."""
    window = _window(at)
    return _found(meeting, code, range(window - 1, window + 1))


def was_shown(meeting: Meeting, code: str, at: datetime) -> bool:
    """Tell whether a code was shown earlier while one could check in to a meeting."""
    first, last = _window(opens_at(meeting)) - 1, min(_window(closes_at(meeting)), _window(at))
    return _found(meeting, code, range(first, last + 1)) is not None


def _found(meeting: Meeting, code: str, windows: range) -> Mode | None:
    same = (mode for mode, known in _all(meeting, windows) if hmac.compare_digest(known, code))
    return next(same, None)


def _all(meeting: Meeting, windows: range) -> Iterator[tuple[Mode, str]]:
    for mode in modes(meeting):
        for window in windows:
            yield mode, _code(meeting, mode, window)


def _window(at: datetime) -> int:
    return int(at.timestamp() // LASTS.total_seconds())


def _code(meeting: Meeting, mode: Mode, window: int) -> str:
    made = hmac.digest(meeting.code_key.encode(), f"{meeting.id}:{mode}:{window}".encode(), "sha256")
    return str(_FIRST[mode] + int.from_bytes(made[:8]) % _HALF)
