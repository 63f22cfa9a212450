"""The ladder of reminders: which rung a day has reached. Pure; the days themselves are data (texts/ladder.yaml)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache

from handlers import texts
from handlers.working_days import Days

CALL = "call"
"""The last rung: a person calls; the bot is silent."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder. days: counted from the day that something is due; working days for a verifier's."""

    name: str
    days: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """All of the data. at: no reminder comes earlier in the day (Thailand's clock); days as the file says."""

    at: time
    between: int
    after_reply: int
    report: tuple[Rung, ...]
    returned: int
    deadline: int
    review: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """The rung that a day has reached. slot: names it together with the day it counts from."""

    rung: str
    slot: str


def parsed(raw: object) -> Ladder:
    """Return the ladder from what the data file holds. Raises ValueError with the reason."""
    try:
        ladder = _parsed(raw)
    except (KeyError, TypeError) as error:
        raise ValueError(f"ladder.yaml: {error!r}") from error
    for rungs in (ladder.report, ladder.review):
        days = [rung.days for rung in rungs]
        if not rungs or days != sorted(set(days)) or len({rung.name for rung in rungs}) < len(rungs):
            raise ValueError("ladder.yaml: rungs come in the order of their days, each with a name of its own")
    if min(ladder.between, ladder.after_reply, ladder.returned, ladder.deadline) < 1:
        raise ValueError("ladder.yaml: between, after_reply, returned and deadline are days, at least one")
    return ladder


def _parsed(raw: object) -> Ladder:
    if not isinstance(raw, dict):
        raise TypeError("not a table")
    review = raw["review"]
    return Ladder(
        at=time.fromisoformat(raw["at"]),
        between=int(raw["between"]),
        after_reply=int(raw["after_reply"]),
        report=_rungs(raw["report"]),
        returned=int(raw["returned"]),
        deadline=int(review["deadline"]),
        review=_rungs(review["rungs"]),
    )


def _rungs(rows: Sequence[dict[str, object]]) -> tuple[Rung, ...]:
    return tuple(Rung(str(row["rung"]), int(str(row["days"]))) for row in rows)


@cache
def ladder() -> Ladder:
    """Return the ladder that comes with the program."""
    return parsed(texts.data("ladder.yaml"))


def report_rung(due: date, over: date, since: date, today: date) -> Reached | None:
    """Return the last rung that a report has reached, or None.

    due: the day on which it is due; over: the last day of grace, or the same; since: the day from which anybody could
    know of it. A rung that was over by then is not made up for.
    """
    for rung in reversed(ladder().report):
        start = due if rung.days <= 0 else over
        day = start + timedelta(days=rung.days)
        if since < day <= today:
            return Reached(rung.name, f"{rung.name}:{start.isoformat()}")
    return None


def review_rung(sent: date, days: Days, today: date) -> Reached | None:
    """Return the last rung that a report which waits for its agency since ``sent`` has reached, or None."""
    for rung in reversed(ladder().review):
        if days.after(sent, ladder().deadline + rung.days) <= today:
            return Reached(rung.name, f"{rung.name}:{sent.isoformat()}")
    return None
