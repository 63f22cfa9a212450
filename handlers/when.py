"""Typed Thai dates and times, read: what was understood, or what is missing or may be meant in several ways.

``read`` takes a text that is a day or time and nothing else, ``find`` one that has it somewhere among other words.
Pure: the moment it is said is an argument. Two-digit years are Buddhist. Nothing is guessed silently: what may be
meant in two ways comes back as ``options``; and whoever acts on a day says it back first (``handlers.thai.day``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from handlers import when_clock, when_days
from handlers.thai import BANGKOK, today
from handlers.when_days import Days
from handlers.words.clean import bare
from handlers.words.moments import OTHER, Token, event, normal, tokens

LONGEST = 80
"""Characters of a text that may be a day or time and nothing else."""
LONGEST_AMONG = 1000
"""Characters of a text in which one is looked for."""
_MOST_OPTIONS = 4


class Trouble(StrEnum):
    """Why no day or time was understood."""

    NOTHING = "nothing"  # the words are of something else
    EVENT = "event"  # "หลังสอบโอเน็ต": we do not know its date
    VAGUE = "vague"  # "สัปดาห์หน้า": which day?
    UNREAL = "unreal"  # 30 ก.พ.
    PAST = "past"
    AMBIGUOUS = "ambiguous"  # one of the options, or only perhaps the single one
    MISMATCH = "mismatch"  # the weekday said is not that of the day said, which is the option


@dataclass(frozen=True, slots=True)
class Read:
    """A day, a time of day (Thailand's clock), or both; or the trouble with them.

    options: what may have been meant, each complete. about: only a part of the day was said ("เช้า"), the time is
    the usual one for it.
    """

    day: date | None = None
    clock: time | None = None
    trouble: Trouble | None = None
    options: tuple["Read", ...] = ()
    about: bool = False

    @property
    def understood(self) -> bool:
        """Tell whether there is one meaning."""
        return self.trouble is None

    def moment(self, now: datetime, usual: time = time(8)) -> datetime | None:
        """Return the moment meant, Thailand's clock; a time alone is the next such, a day alone has the usual time.

        None where nothing was understood.
        """
        if self.trouble is not None:
            return None
        if self.day is None:
            at = datetime.combine(today(now), self.clock or usual, BANGKOK)
            return at if at > now else at + timedelta(days=1)
        return datetime.combine(self.day, self.clock or usual, BANGKOK)


NOTHING = Read(trouble=Trouble.NOTHING)


def read(text: str, now: datetime, *, since: date | None = None) -> Read:
    """Return what a text says that is a day or time and nothing else.

    since: the day from which "อีก 3 วัน" counts; the present one where None. Never raises.
    """
    words = normal(text)
    if not words or len(words) > LONGEST:
        return NOTHING
    found = _read(tokens(words), words, now, since)
    if found.trouble is Trouble.NOTHING:
        plain = bare(words)
        again = _read(tokens(plain, toneless=True), plain, now, since)
        found = again if again.trouble is not Trouble.NOTHING else found
    return found


def _read(seen: list[Token], words: str, now: datetime, since: date | None) -> Read:
    if any(token.kind == OTHER for token in seen):
        return Read(trouble=Trouble.EVENT) if event(words) else NOTHING
    return _together(seen, now, since)


def find(text: str, now: datetime, *, since: date | None = None) -> tuple[Read, str]:
    """Return the day or time said somewhere in a text, and the other words. Never raises."""
    words = normal(text)
    if len(words) > LONGEST_AMONG:
        return NOTHING, words
    whole = read(words, now, since=since)
    if whole.trouble is not Trouble.NOTHING and whole.trouble is not Trouble.EVENT:
        return whole, ""
    seen = _runs(tokens(words))
    runs = [run for run in seen if any(token.kind in _CERTAIN for token in run)]
    runs = runs or [run for run in seen if any(token.kind == "vague" for token in run)]
    found = _together([token for run in runs for token in run], now, since) if runs else NOTHING
    if found.trouble is Trouble.NOTHING:
        return (Read(trouble=Trouble.EVENT) if event(words) else NOTHING), words
    return found, _without(words, runs)


_CERTAIN = frozenset({"iso", "slashed", "date", "numbered", "month_end", "near", "weekday", "in", "past"})
"""What counts among other words; a bare "เช้า" or "2 โมง" there is part of a story."""


def _runs(seen: list[Token]) -> list[list[Token]]:
    runs: list[list[Token]] = [[]]
    for token in seen:
        if token.kind == OTHER:
            runs.append([])
        else:
            runs[-1].append(token)
    return [run for run in runs if run]


def _without(words: str, runs: list[list[Token]]) -> str:
    for run in reversed(runs):
        words = f"{words[: run[0].start]} {words[run[-1].end :]}"
    return " ".join(words.split())


def _together(seen: Sequence[Token], now: datetime, since: date | None) -> Read:
    """Put the words of a day or time together."""
    days = when_days.read(seen, now, since)
    clocks = when_clock.read(seen, with_day=bool(days.found or days.exact))
    if days.exact is not None:
        return _exact(days.exact, now)
    if days.trouble or clocks.trouble:
        return Read(trouble=Trouble(days.trouble or clocks.trouble or ""))
    if not days.said and not clocks.said:
        return NOTHING
    combined = _combined(days, clocks.found, now)
    combined = [replace(one, about=clocks.about) for one in combined]
    return _judged(combined, days, now)


def _exact(moment: datetime, now: datetime) -> Read:
    here = moment.astimezone(BANGKOK)
    return Read(here.date(), here.time().replace(second=0, microsecond=0)) if moment > now else NOTHING


def _combined(days: Days, clocks: Sequence[time], now: datetime) -> list[Read]:
    return [Read(day, clock) for day in days.found or (None,) for clock in clocks or (None,)]


def _judged(combined: list[Read], days: Days, now: datetime) -> Read:
    """Return the one reading that is left, or the trouble with them."""
    ahead = [one for one in _distinct(combined) if not _is_past(one, now)]
    if not ahead:
        return Read(trouble=Trouble.PAST)
    if days.mismatch:
        return Read(trouble=Trouble.MISMATCH, options=tuple(ahead[:_MOST_OPTIONS]))
    if len(ahead) > 1 or days.unsure:
        return Read(trouble=Trouble.AMBIGUOUS, options=tuple(ahead[:_MOST_OPTIONS]))
    return ahead[0]


def _distinct(found: Iterable[Read]) -> list[Read]:
    return sorted(set(found), key=lambda one: (one.day or date.min, one.clock or time.min))


def _is_past(one: Read, now: datetime) -> bool:
    if one.day is None:
        return False
    if one.clock is None:
        return one.day < today(now)
    return datetime.combine(one.day, one.clock, BANGKOK) <= now
