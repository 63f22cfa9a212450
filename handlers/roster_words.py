"""The words by which a roster's headings, totals and footnotes are known (texts/roster_columns.yaml)."""

import re
from dataclasses import dataclass
from functools import cache

from handlers import texts
from handlers.roster_values import COLUMNS


@dataclass(frozen=True, slots=True)
class Heading:
    """How one column may be headed."""

    column: str
    like: re.Pattern[str]
    never: re.Pattern[str]
    best: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Words:
    headings: tuple[Heading, ...]
    below: re.Pattern[str]
    total: re.Pattern[str]
    footnote: re.Pattern[str]
    around: re.Pattern[str]
    district: re.Pattern[str]
    nothing: re.Pattern[str]
    telephone: re.Pattern[str]
    ditto: re.Pattern[str]
    closed: re.Pattern[str]


@cache
def words() -> Words:
    """Return the words, read once."""
    data = texts.data("roster_columns.yaml")
    found = data.pop("columns")
    if set(found) != set(COLUMNS):
        raise ValueError("roster_columns.yaml does not have the columns of a roster")
    headings = (
        Heading(name, *(re.compile(how[one]) for one in ("like", "never", "best"))) for name, how in found.items()
    )
    return Words(tuple(headings), **{name: re.compile(pattern) for name, pattern in data.items()})
