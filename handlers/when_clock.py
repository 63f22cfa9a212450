"""The times of day that words of clocks mean: one, several, or none and why. Thailand's clock of two times twelve."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time

from handlers.words import moments
from handlers.words.moments import Token

USUAL = {
    "morning": time(8),
    "late": time(9, 30),
    "afternoon": time(13, 30),
    "evening": time(16, 30),
    "dusk": time(18, 30),
    "night": time(20),
}
"""The time that is taken for a part of the day; it is said back."""
_HOURS = {
    "morning": range(4, 13),
    "late": range(8, 13),
    "afternoon": range(12, 19),
    "evening": range(14, 20),
    "dusk": range(17, 22),
    "night": [*range(17, 24), *range(6)],
}
"""The hours that may be meant with a part of the day."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What was said of the time of day. about: only a part of the day was."""

    found: tuple[time, ...] = ()
    said: bool = False
    trouble: str | None = None
    about: bool = False


def read(seen: Sequence[Token], *, with_day: bool) -> Clocks:
    """Return what the words say of the time of day. with_day: "8.30" beside a day is a time, alone it is a number."""
    clocks = [token for token in seen if token.kind in _READERS and (with_day or token.kind != "loose")]
    parts = [_part(token) for token in seen if token.kind in ("part", "part_now")]
    if any(token.kind == "loose" for token in seen) and not with_day:
        return Clocks(said=True, trouble="nothing")
    if any(token.kind == "midnight" for token in seen):
        return Clocks(said=True, trouble="ambiguous")  # of which day?
    if not clocks:
        found = tuple(sorted({USUAL[part] for part in parts}))
        return Clocks(found, said=bool(parts), about=bool(parts))
    try:
        times = {moment for token in clocks for moment in _times(token)}
    except ValueError:
        return Clocks(said=True, trouble="unreal")
    fitting = {moment for moment in times if all(moment.hour in _HOURS[part] for part in parts)}
    if not fitting:
        return Clocks(said=True, trouble="unreal")
    return Clocks(tuple(sorted(fitting)), said=True)


def _part(token: Token) -> str:
    return moments.named("parts", token.found["part"] or "")


def _times(token: Token) -> set[time]:
    """Return the times that a word may mean. Raises ValueError for one that no clock shows."""
    hours, minute = _READERS[token.kind](token), 0
    if token.found.get("minute"):
        minute = int(token.found["minute"] or 0)
    elif moments.is_fixed("half", token.found.get("half")):
        minute = 30
    return {time(hour, minute) for hour in hours}


def _hour(token: Token, least: int, most: int) -> int:
    found = moments.count(token.found["hour"])
    if found is None or not least <= found <= most:
        raise ValueError(token.found["hour"])
    return found


def _written(token: Token) -> set[int]:
    """Return the hours of "8:30"; "1:30" without a zero may be one in the afternoon."""
    hour = _hour(token, 0, 23)
    short = len(token.found["hour"] or "") == 1 and 1 <= hour <= 5
    return {hour, hour + 12} if short else {hour}


def _named(token: Token) -> set[int]:
    """Return the hours of "8 โมง": below six the afternoon's or, as the old count goes, the morning's."""
    hour, part = _hour(token, 1, 23), token.found.get("part") or token.found.get("after")
    if moments.is_fixed("early", part):
        return {hour + 6} if hour < 6 else {_at_most(hour, 12)}
    if moments.is_fixed("evening", part):
        return {_at_most(hour, 7) + 12} if hour > 2 else {_at_most(hour, 0)}
    if hour < 6:
        return {hour + 6, hour + 12}
    return {6, 18} if hour == 6 else {hour}


def _at_most(hour: int, most: int) -> int:
    if hour > most:
        raise ValueError(hour)
    return hour


def _evening(token: Token) -> set[int]:
    """Return the hour of "2 ทุ่ม"."""
    return {_hour(token, 1, 5) + 18 if token.found.get("hour") else 19}


def _afternoon(token: Token) -> set[int]:
    return {_hour(token, 1, 6) + 12 if token.found.get("hour") else 13}


_READERS: dict[str, Callable[[Token], set[int]]] = {
    "digital": _written,
    "dotted": _written,
    "loose": _written,
    "whole_hour": lambda token: {_hour(token, 0, 23)},
    "before_dawn": lambda token: {_hour(token, 1, 6)},
    "afternoon": _afternoon,
    "clock": _named,
    "first_hour": lambda token: {7},
    "tum": _evening,
    "noon": lambda token: {12},
}
