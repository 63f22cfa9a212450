"""How a round stands, for who answers for it: asked for at any time, and on working mornings unasked.

Of one channel everything is read once (``read``), whatever the number of those who are told.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import Connection

from handlers import agencies, counting, rounds, texts, working_days
from handlers.agencies import Book
from handlers.agency_names import parsed
from handlers.cached import cached_property
from handlers.counting import LEAST, Counts
from handlers.meetings_coming import Coming, coming, lines
from handlers.reminders_ladder import ladder
from handlers.rounds import Round
from handlers.texts import say
from handlers.thai import BANGKOK, today
from handlers.working_days import Days
from models.digests import WHOLE

Numbers = dict[str, int]
_NUMBERS = ("schools", "sent", "waiting", "overdue", "returned", "draft", "unlinked", "asks")


@dataclass(frozen=True, slots=True)
class Row:
    """An agency with all below it."""

    agency: int
    name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Digest:
    """How a round stands in a scope (an agency's number, or WHOLE). rows: of the agencies in it, if several.

    meetings: a line for each that is coming; a new answer to one is no reason for a digest, which is paid for.
    """

    scope: int
    place: str
    title: str
    due_on: date
    day: date
    counts: Counts
    rows: tuple[Row, ...]
    meetings: tuple[str, ...] = ()

    @property
    def numbers(self) -> Numbers:
        """Return what it says in numbers; where they are the same, nothing has changed."""
        return {name: getattr(self.counts, name) for name in _NUMBERS}


@dataclass(frozen=True)
class Snapshot:
    """How the running round of a channel stands at one moment."""

    round: Round
    book: Book
    found: dict[int, Counts]
    day: date
    overdue: datetime
    coming: tuple[Coming, ...] = ()

    @cached_property
    def _sums(self) -> dict[int, Counts]:
        return counting.summed(self.book, self.found)

    @cached_property
    def _below(self) -> dict[int | None, list[int]]:
        """Return the agencies directly below each, those on top below None."""
        found: dict[int | None, list[int]] = {}
        for agency in sorted(self._sums, key=lambda one: in_order(self.book.names[one])):
            found.setdefault(self.book.parents.get(agency), []).append(agency)
        return found

    def counts(self, scope: int) -> Counts:
        """Return a scope's counts; what is private to the province counts for the whole channel only."""
        if scope != WHOLE:
            return self._sums.get(scope, Counts())
        whole = counting.total(self.found)
        return whole + Counts(asks=whole.private)

    def place(self, scope: int) -> str:
        """Return what a scope is called."""
        return say("joining.everywhere") if scope == WHOLE else self.book.names[scope]

    def rows(self, scope: int) -> tuple[Row, ...]:
        """Return the agencies directly below a scope, in the seed's order, and its own schools before them."""
        rows = [Row(one, self.book.names[one], self._sums[one]) for one in self._below.get(scope or None, [])]
        own = self.found.get(scope)
        if own is not None and own.schools:
            rows.insert(0, Row(scope, self.book.names[scope], own))
        rows = [row for row in rows if row.counts.schools]
        return tuple(rows) if len(rows) > 1 else ()

    def digest(self, scope: int) -> Digest:
        """Return the digest of a scope."""
        one = self.round
        coming = lines(self.coming, None if scope == WHOLE else self.book.below(scope))
        known = (scope, self.place(scope), one.title, one.due_on, self.day, self.counts(scope), self.rows(scope))
        return Digest(*known, coming)

    def within(self, scope: int) -> frozenset[int]:
        """Return the agencies of a scope."""
        return frozenset(self.book.names if scope == WHOLE else self.book.below(scope))

    def numbers_only(self, scope: int) -> Digest:
        """Return a digest for who may not know single schools: nothing can be made out by subtraction either."""
        full = self.digest(scope)
        told = tellable(full.rows)
        return Digest(full.scope, full.place, full.title, full.due_on, full.day, full.counts, told)

    def may_tell(self, scope: int, agency: int) -> bool:
        """Tell whether the numbers of an agency within a scope may be told to who may not know single schools."""
        line = self.book.above(agency)
        for number, one in enumerate(line):
            if one == scope:
                break
            parent = line[number + 1] if number + 1 < len(line) else WHOLE
            rows = self.rows(parent)
            if rows and one not in {row.agency for row in tellable(rows)}:
                return False
        return self.counts(agency).schools >= LEAST


def tellable(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the rows of five schools and more; another goes with the small ones, where these together are too few."""
    shown = [row for row in rows if row.counts.schools >= LEAST]
    hidden = sum(row.counts.schools for row in rows if row.counts.schools < LEAST)
    while shown and 0 < hidden < LEAST:
        least = min(shown, key=lambda row: row.counts.schools)
        shown.remove(least)
        hidden += least.counts.schools
    return tuple(shown)


def read(db: Connection, channel: str, now: datetime) -> Snapshot | None:
    """Return how the running round of a channel stands; None where none runs."""
    running = rounds.current_round(db, channel, now)
    if running is None:
        return None
    overdue = overdue_since(working_days.of(db, channel), now)
    found = counting.by_agency(db, channel, running.id, now, overdue)
    known = (running, agencies.book(db, channel), found, today(now), overdue)
    return Snapshot(*known, coming(db, channel, now))


def overdue_since(days: Days, now: datetime) -> datetime:
    """Return the moment before which a report was sent that waits for longer than an agency has."""
    return datetime.combine(days.before(today(now), ladder().deadline), time(), BANGKOK)


def in_order(name: str) -> tuple[Any, ...]:
    """Return what agencies are sorted by: their kind (สพป., สพม., สช., อปท. …), the area's number, the name."""
    known = parsed(name)
    kinds = _kinds()
    return kinds.get(known.kind, len(kinds)), known.place, int(known.number or 0), name


@cache
def _kinds() -> dict[str, int]:
    return {kind["name"]: number for number, kind in enumerate(texts.data("agencies.yaml")["kinds"])}
