"""The days that words of days mean: one, several, or none and why."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.thai import today
from handlers.words import moments
from handlers.words.moments import Token

ERA = 543
"""Years by which the Buddhist era is ahead."""
_YEARS = range(1937, 2158)
"""Years of the Christian era that may be meant at all."""
_FARTHEST_DAYS, _FARTHEST_MONTHS = 366, 12


class _Trouble(Exception):
    """What is the matter with a day; the value is one of ``handlers.when.Trouble``."""


@dataclass(frozen=True, slots=True)
class Days:
    """What was said of days. found: what it may mean; exact: a moment, where hours from now were said.

    unsure: even a single one must be asked for; mismatch: the weekday said is another one.
    """

    found: tuple[date, ...] = ()
    said: bool = False
    trouble: str | None = None
    unsure: bool = False
    mismatch: bool = False
    exact: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What a word of a day is read against."""

    now: datetime
    since: date | None

    @property
    def today(self) -> date:
        return today(self.now)


def read(seen: Sequence[Token], now: datetime, since: date | None) -> Days:
    """Return what the words say of days."""
    said = _Said(now, since)
    hours = [token for token in seen if _in_hours(token)]
    words = [token for token in seen if token.kind in _READERS and token not in hours]
    weekdays = [token for token in seen if token.kind in ("weekday", "short_weekday")]
    if any(token.kind == "vague" for token in seen):
        return Days(said=True, trouble="vague")
    try:
        if hours:
            return _hours(hours, words, weekdays, said)
        return _days(words, weekdays, [token for token in seen if token.kind == "relation"], said)
    except _Trouble as trouble:
        return Days(said=True, trouble=str(trouble))


def _days(words: list[Token], weekdays: list[Token], relations: list[Token], said: _Said) -> Days:
    found: set[date] = set()
    unsure = False
    for token in words:
        days, doubtful = _READERS[token.kind](token, said)
        found |= set(days)
        unsure = unsure or doubtful
    if not words:
        found = {day for token in weekdays for day in _weekday(token, said)}
        return _related(Days(tuple(sorted(found)), said=bool(weekdays)), relations)
    meant = {moments.weekday(token.found["word"] or "") for token in weekdays}
    fitting = {day for day in found if day.weekday() in meant} if meant else found
    explicit = Days(tuple(sorted(fitting or found)), said=True, unsure=unsure, mismatch=not fitting)
    return _related(explicit, relations)


def _related(days: Days, relations: list[Token]) -> Days:
    """Return days "before" or "after" one: which, is asked."""
    if not relations or not days.found:
        return days
    step = 1 if moments.named("relations", relations[0].found["word"] or "") == "after" else -1
    beside = {day + timedelta(days=step) for day in days.found}
    also = set(days.found) if step < 0 else set()
    return Days(tuple(sorted(beside | also)), said=True, unsure=True, mismatch=days.mismatch)


def _in_hours(token: Token) -> bool:
    return token.kind == "in" and moments.named("units", token.found["unit"] or "") in ("minute", "hour")


def _hours(hours: list[Token], words: list[Token], weekdays: list[Token], said: _Said) -> Days:
    """Return the moment that is some hours or minutes from now."""
    if words or weekdays or len(hours) > 1:
        raise _Trouble("ambiguous")
    token = hours[0]
    one = timedelta(minutes=1) if moments.named("units", token.found["unit"] or "") == "minute" else timedelta(hours=1)
    number = _count(token)
    if number is None:  # "อีกครึ่งชั่วโมง"
        many = one / 2
    else:
        many = one * number + (one / 2 if moments.is_fixed("half", token.found.get("half")) else timedelta(0))
    if not timedelta(0) < many <= timedelta(days=_FARTHEST_DAYS):
        raise _Trouble("vague")
    return Days(said=True, exact=said.now + many)


def _count(token: Token) -> int | None:
    """Return how many units were said, one where none was; None for a half."""
    word = token.found["count"]
    if word is None:
        return 1
    return moments.count(word)


# Explicit days ----------------------------------------------------------------------------------------------------


def _numeric(token: Token, said: _Said) -> tuple[set[date], bool]:
    month = int(token.found["month"] or 0)
    years = _years(token.found["year"] or "", False, said)
    if not years or not 1 <= month <= 12:
        raise _Trouble("unreal" if years else "nothing")
    return _real(int(token.found["day"] or 0), month, years)


def _dated(token: Token, said: _Said) -> tuple[set[date], bool]:
    """Return a day of a named month; without a year it is the next such day."""
    day, month = moments.count(token.found["day"]) or 0, moments.month(token.found["name"] or "")
    if token.found.get("next"):
        return _real(day, month, [(said.today.year + 1, False)])
    if token.found.get("this"):
        return _real(day, month, [(said.today.year, False)])
    if token.found.get("year") is None:
        return _real(day, month, [(_coming_year(day, month, said.today), False)])
    years = _years(token.found["year"] or "", bool(token.found.get("christian")), said)
    if not years:
        raise _Trouble("unreal")
    return _real(day, month, years)


def _coming_year(day: int, month: int, start: date) -> int:
    return start.year + ((month, day) < (start.month, start.day))


def _years(word: str, christian: bool, said: _Said) -> list[tuple[int, bool]]:
    """Return the year of the Christian era that a written year means, with whether that must be asked; or nothing."""
    number = int(word)
    if len(word) == 4:
        meant = number - ERA if number >= 2400 and not christian else number
        return [(meant, False)] if meant in _YEARS else []
    buddhist, other = 2500 + number - ERA, 2000 + number
    if christian:
        return [(other, False)]
    if buddhist < said.today.year <= other <= said.today.year + 3:
        return [(other, True)]  # "10/1/26": hardly the year 2526
    return [(buddhist, False)]


def _real(day: int, month: int, years: list[tuple[int, bool]]) -> tuple[set[date], bool]:
    try:
        return {date(year, month, day) for year, _ in years}, any(unsure for _, unsure in years)
    except ValueError:
        raise _Trouble("unreal") from None


def _numbered(token: Token, said: _Said) -> tuple[set[date], bool]:
    """Return a numbered day of this month or the next: the next such day where no month is said."""
    day, which, start = moments.count(token.found["day"]) or 0, token.found.get("which"), said.today
    if moments.is_fixed("next", which) or (which is None and day < start.day):
        start = _first_of_next(start)
    return _real(day, start.month, [(start.year, False)])


def _month_end(token: Token, said: _Said) -> tuple[set[date], bool]:
    start = said.today
    if token.found.get("name"):
        day, unsure = _dated(Token("date", {**token.found, "day": "1"}, 0, 0), _Said(said.now, said.since))
        start = min(day)
        if token.found.get("year") is None and start < said.today.replace(day=1):
            start = start.replace(year=start.year + 1)
        return {_last_of(start)}, unsure
    if moments.is_fixed("next", token.found.get("which")):
        start = _first_of_next(start)
    return {_last_of(start)}, False


def _first_of_next(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _last_of(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _near(token: Token, said: _Said) -> tuple[set[date], bool]:
    return {said.today + timedelta(days=moments.near(token.found["word"] or ""))}, False


def _today(token: Token, said: _Said) -> tuple[set[date], bool]:
    return {said.today}, False


def _in_days(token: Token, said: _Said) -> tuple[set[date], bool]:
    """Return the day that is so many days, weeks or months on."""
    unit, number = moments.named("units", token.found["unit"] or ""), _count(token)
    if number is None or moments.is_fixed("half", token.found.get("half")):
        raise _Trouble("vague")
    start = max(said.since or said.today, said.today)
    if unit == "month":
        if not 0 < number <= _FARTHEST_MONTHS:
            raise _Trouble("vague")
        first = start.replace(day=1)
        for _ in range(number):
            first = _first_of_next(first)
        return {first.replace(day=min(start.day, _last_of(first).day))}, False
    days = number * (7 if unit == "week" else 1)
    if not 0 < days <= _FARTHEST_DAYS:
        raise _Trouble("vague")
    return {start + timedelta(days=days)}, False


def _past(token: Token, said: _Said) -> tuple[set[date], bool]:
    raise _Trouble("past")


# Weekdays ---------------------------------------------------------------------------------------------------------


def _weekday(token: Token, said: _Said) -> set[date]:
    """Return the days that a weekday may mean."""
    wanted, start = moments.weekday(token.found["word"] or ""), said.today
    if token.found.get("day"):
        return _weekday_numbered(token, wanted, said)
    which = moments.named("which", token.found["which"] or "") if token.found.get("which") else None
    if _may_be_week(token):
        raise _Trouble("vague")
    if which == "last":
        raise _Trouble("past")
    ahead = (wanted - start.weekday()) % 7
    if which == "coming":
        return {start + timedelta(days=ahead or 7)}
    if which == "next":
        monday = start + timedelta(days=7 - start.weekday())
        meant = monday + timedelta(days=wanted)
        # On a Sunday nobody knows whether the next week begins tomorrow or has begun today.
        return {meant, meant + timedelta(days=7)} if start.weekday() == 6 else {meant}
    return {start + timedelta(days=ahead)} | ({start + timedelta(days=7)} if ahead == 0 else set())


def _may_be_week(token: Token) -> bool:
    """Tell whether the word for Sunday may be the one for a week: without "day" before it."""
    return moments.weekday(token.found["word"] or "") == 6 and not token.found.get("full")


def _weekday_numbered(token: Token, wanted: int, said: _Said) -> set[date]:
    """Return the day of "ศุกร์ที่ 9": the next ninth that is a Friday must be the next ninth."""
    days, _ = _numbered(Token("numbered", {"day": token.found["day"]}, 0, 0), said)
    if all(day.weekday() != wanted for day in days):
        raise _Trouble("mismatch")
    return days


_READERS: dict[str, Callable[[Token, _Said], tuple[set[date], bool]]] = {
    "iso": _numeric,
    "slashed": _numeric,
    "date": _dated,
    "numbered": _numbered,
    "month_end": _month_end,
    "near": _near,
    "part_now": _today,
    "in": _in_days,
    "past": _past,
}
