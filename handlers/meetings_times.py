"""From when to when a meeting is, as people type it: "15 ม.ค. 69 9.00-12.00", "พรุ่งนี้ บ่ายโมงถึงสี่โมงเย็น", "9-12".

Pure. Days and clocks are read by ``handlers.when``; here is only what is said of two moments at once. What may be meant
in two ways comes back as choices, never guessed; what was understood of the rest is kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from handlers import when
from handlers.thai import BANGKOK, today
from handlers.when import Read
from handlers.words.moments import normal

LONGEST = 200
"""Characters of what may be a time of a meeting."""
_BETWEEN = re.compile(r"\s*(?:[-–—~]|จนถึง|ถึง)\s*")
_BARE_HOUR = re.compile(r"(?<![\d.:/-])(\d{1,2})(?=\s*(?:น\.?)?$)")
_SEVERAL_DAYS = re.compile(r"\d{1,2}\s*(?:[-–—,]|ถึง|และ)\s*\d{1,2}\s+(?=[ก-ฮเ])(?!โมง|ทุ่ม|นาที|น\.|น$|คน)")
_USUAL = range(6, 21)
"""Hours at which meetings begin."""


class Amiss(StrEnum):
    """What stands in the way of one meaning, beside the troubles of a day (``when.Trouble``)."""

    NO_DAY = "no_day"
    NO_START = "no_start"
    NO_END = "no_end"
    WHICH = "which"  # one of several times
    END_FIRST = "end_first"
    SEVERAL_DAYS = "several_days"


@dataclass(frozen=True, slots=True)
class Span:
    """What is known of a meeting's time (Thailand's clock); trouble: why it is not one meaning yet.

    days: of which one was meant; times: the starts and ends of which one was.
    """

    day: date | None = None
    start: time | None = None
    end: time | None = None
    trouble: str | None = None
    days: tuple[date, ...] = ()
    times: tuple[tuple[time, time | None], ...] = ()

    def moments(self) -> tuple[datetime, datetime] | None:
        """Return start and end, where both are known."""
        if self.day is None or self.start is None or self.end is None:
            return None
        return datetime.combine(self.day, self.start, BANGKOK), datetime.combine(self.day, self.end, BANGKOK)


def read(text: str, now: datetime, known: Span = Span()) -> Span:
    """Return what words say of a meeting's time, with what was known before. Never raises."""
    words = normal(text)
    if len(words) > LONGEST:
        return replace(known, trouble=str(when.Trouble.NOTHING))
    if _SEVERAL_DAYS.search(words):
        return replace(known, trouble=Amiss.SEVERAL_DAYS)
    for cut in reversed(list(_BETWEEN.finditer(words))):
        starts, ends = _with_clock(words[: cut.start()], now), _with_clock(words[cut.end() :], now)
        if starts.clocks and ends.clocks:
            return _judged(_day(starts, ends, known), starts.clocks, ends.clocks)
    whole = _piece(words, now)
    if not whole.clocks and whole.day.trouble == when.Trouble.NOTHING and known.day is not None:
        whole = _with_clock(words, now)
    return _one(whole, known)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A day, perhaps, and the clocks that may be meant, none where none was said."""

    day: Read
    clocks: tuple[time, ...]


def _hours(words: str) -> str:
    """Write a bare hour at the end out: "9" is "9.00"."""
    return _BARE_HOUR.sub(lambda found: f"{found[1]}.00", words)


def _with_clock(words: str, now: datetime) -> _Piece:
    """Read a piece in which a clock is said, perhaps as a bare number."""
    found = _piece(words, now)
    return found if found.clocks else _piece(_hours(words), now)


def _piece(words: str, now: datetime) -> _Piece:
    found = when.find(words, now)[0]
    if found.day is None and not any(one.day for one in found.options) and found.trouble != when.Trouble.PAST:
        tomorrow = (today(now) + timedelta(days=1)).isoformat()  # so that "9.00" is a clock, and none has passed
        clocks = _clocks(when.read(f"{tomorrow} {words}", now))
        return _Piece(when.NOTHING if clocks else found, clocks)
    return _Piece(found, _clocks(found))


def _clocks(found: Read) -> tuple[time, ...]:
    several = found.options if found.trouble in (when.Trouble.AMBIGUOUS, when.Trouble.MISMATCH) else (found,)
    return tuple(sorted({one.clock for one in several if one.clock is not None}))


def _day(starts: _Piece, ends: _Piece, known: Span) -> Span:
    """Return what is known of the day: it may stand before the times or behind them."""
    said = next((one.day for one in (starts, ends) if one.day.trouble != when.Trouble.NOTHING), when.NOTHING)
    return _day_of(said, known)


def _day_of(said: Read, known: Span) -> Span:
    days = {one.day for one in said.options if one.day is not None}
    if said.trouble == when.Trouble.AMBIGUOUS and len(days) == 1:  # only its time may be meant in two ways
        return replace(known, day=days.pop(), trouble=None)
    if said.day is not None:
        return replace(known, day=said.day, trouble=None)
    if said.trouble in (when.Trouble.NOTHING, None):
        return replace(known, trouble=None if known.day else Amiss.NO_DAY)
    return replace(known, day=None, trouble=str(said.trouble), days=tuple(sorted(days)))


def _judged(span: Span, starts: Sequence[time], ends: Sequence[time]) -> Span:
    """Return the start and end that are meant: the end is after the start, the start within the hours of meetings."""
    pairs = [(one, end) for one in starts for end in ends if end > one]
    usual = [pair for pair in pairs if pair[0].hour in _USUAL] or pairs
    if not pairs:
        return replace(span, start=None, end=None, trouble=span.trouble or Amiss.END_FIRST)
    if len(usual) > 1:
        return replace(span, trouble=span.trouble or Amiss.WHICH, times=tuple(usual))
    return replace(span, start=usual[0][0], end=usual[0][1])


def _one(whole: _Piece, known: Span) -> Span:
    """Return what one moment says: the start, or the end where the start is known already."""
    span = _day_of(whole.day, known)
    if not whole.clocks:
        if whole.day.trouble == when.Trouble.NOTHING:
            return replace(span, trouble=str(when.Trouble.NOTHING))
        return _still(span)
    if known.start is not None and whole.day.day is None:
        return _judged(span, (known.start,), whole.clocks)
    usual = [one for one in whole.clocks if one.hour in _USUAL] or list(whole.clocks)
    if len(usual) > 1:
        return replace(span, trouble=span.trouble or Amiss.WHICH, times=tuple((one, None) for one in usual))
    return _still(replace(span, start=usual[0], end=None))


def _still(span: Span) -> Span:
    """Say what is still to be asked."""
    if span.trouble is not None:
        return span
    missing = Amiss.NO_DAY if not span.day else Amiss.NO_START if not span.start else Amiss.NO_END
    return span if span.moments() else replace(span, trouble=missing)
