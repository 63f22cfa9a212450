"""Asking for a day: LINE's date picker, likely days as buttons, and typed Thai dates; whatever comes is said back."""

from collections.abc import Iterable
from datetime import date, timedelta

from handlers import when
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Pick
from handlers.talk import Talk
from handlers.texts import say
from handlers.thai import day, today
from handlers.when import Read, Trouble

AHEAD = timedelta(days=730)
"""The picker shows no day farther away."""


def day_choices(
    talk: Talk, do: str, mark: int, likely: Iterable[date] = (), *, first: date | None = None
) -> tuple[Choice, ...]:
    """Return a button for each likely day, and the date picker. mark: of the question that is asked."""
    first = first or today(talk.now)
    likely = [one for one in likely if one >= first]
    said = [Choice(day(one), Act(do, revision=mark, value=one.isoformat())) for one in likely]
    picker = Pick(likely[0] if likely else first, first, first + AHEAD)
    return (*said, Choice(say("label.pick_day"), Act(do, revision=mark), pick=picker))


def heard_day(talk: Talk, *, since: date | None = None) -> Read:
    """Return the day that was picked, tapped or typed."""
    if talk.heard.kind == Kind.POSTBACK:
        return _picked(talk.heard.params.get("date") or (talk.act.value if talk.act else None))
    return when.find(talk.heard.text, talk.now, since=since)[0]


def _picked(word: str | None) -> Read:
    try:
        return Read(date.fromisoformat(word or ""))
    except ValueError:
        return when.NOTHING


def day_trouble(found: Read) -> str:
    """Return what to say where no one day was understood."""
    if found.trouble is None:  # a time of day without a day
        return say("when.no_day")
    days = [day(one.day) for one in found.options if one.day is not None]
    if found.trouble in (Trouble.AMBIGUOUS, Trouble.MISMATCH) and not days:
        return say("when.vague")
    return say(f"when.{found.trouble}", days=f" {say('when.or')} ".join(days))


def likely_of(found: Read) -> list[date]:
    """Return the days that may have been meant, to be offered as buttons."""
    return sorted({one.day for one in found.options if one.day is not None})
