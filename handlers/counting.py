"""How many: a round's reports by state, the schools nobody of which LINE reaches, the asks still open.

The one place that counts schools. What it returns is by agency, each without those below it; ``summed`` adds them up.
"""

from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Subquery, and_, bindparam, case, func, or_, select

from handlers import agencies
from handlers.agencies import Book
from models.asking import Asked, asks
from models.people import IN_FORCE, WRITERS, memberships, people, schools
from models.report import State, reports

LEAST = 5
"""Schools below which no numbers are told to who may not know single ones."""
_WAITING = (State.SUBMITTED, State.REVIEWING)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of schools. sent: with those verified, without those returned, which are to be sent again.

    waiting: to be verified; overdue: of these, for longer than the agency has; unlinked: nobody of which LINE reaches;
    asks, private: open asks (no schools), private those that only the province sees, which asks does not hold.
    """

    schools: int = 0
    sent: int = 0
    waiting: int = 0
    overdue: int = 0
    returned: int = 0
    draft: int = 0
    unlinked: int = 0
    asks: int = 0
    private: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def unbegun(self) -> int:
        """Return how many have not begun."""
        return self.schools - self.sent - self.returned - self.draft

    @property
    def unsent(self) -> int:
        """Return how many are still to send, for the first time or again."""
        return self.schools - self.sent

    @property
    def verified(self) -> int:
        """Return how many are verified."""
        return self.sent - self.waiting


def reached(*, blocked: bool = False) -> Subquery:
    """Return the schools of a channel for which somebody writes whom LINE reaches, as a subquery.

    blocked: those for which somebody writes who has blocked us, instead.
    """
    return (
        select(memberships.c.school_id)
        .distinct()
        .join(people, people.c.id == memberships.c.person_id)
        .where(
            memberships.c.channel_id == bindparam("channel"),
            memberships.c.school_id.is_not(None),
            memberships.c.role.in_(sorted(WRITERS)),
            IN_FORCE,
            people.c.line_user_id.is_not(None),
            people.c.blocked_at.is_not(None) if blocked else people.c.blocked_at.is_(None),
        )
        .subquery("blocked" if blocked else "reached")
    )


def _how_many(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((and_(*conditions), 1), else_=0))


_reached = reached()
_is_waiting = reports.c.state.in_(_WAITING)
_STATES = (
    select(
        schools.c.agency_id,
        func.count().label("schools"),
        _how_many(reports.c.state.in_((*_WAITING, State.VERIFIED))).label("sent"),
        _how_many(_is_waiting).label("waiting"),
        _how_many(_is_waiting, reports.c.submitted_at < bindparam("overdue")).label("overdue"),
        _how_many(reports.c.state == State.RETURNED).label("returned"),
        _how_many(reports.c.state == State.DRAFT).label("draft"),
        _how_many(_reached.c.school_id.is_(None)).label("unlinked"),
    )
    .select_from(schools)
    .outerjoin(reports, and_(reports.c.school_id == schools.c.id, reports.c.round_id == bindparam("round")))
    .outerjoin(_reached, _reached.c.school_id == schools.c.id)
    .where(
        schools.c.channel_id == bindparam("channel"),
        or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now")),
    )
    .group_by(schools.c.agency_id)
)
_ASKS = (
    select(schools.c.agency_id, asks.c.private, func.count().label("number"))
    .select_from(asks)
    .join(reports, reports.c.id == asks.c.report_id)
    .join(schools, schools.c.id == asks.c.school_id)
    .where(asks.c.channel_id == bindparam("channel"), asks.c.state != Asked.ANSWERED, reports.c.state != State.DRAFT)
    .group_by(schools.c.agency_id, asks.c.private)
)


def by_agency(
    db: Connection, channel: str, round_id: int, now: datetime, overdue: datetime | None = None
) -> dict[int, Counts]:
    """Count a channel's schools by agency, in two statements. overdue: what was sent before waits too long."""
    row = {"channel": channel, "round": round_id, "now": now, "overdue": overdue or now}
    found = {agency: Counts(*numbers) for agency, *numbers in db.execute(_STATES, row)}
    for agency, private, number in db.execute(_ASKS, {"channel": channel}):
        more = Counts(private=number) if private else Counts(asks=number)
        found[agency] = found.get(agency, Counts()) + more
    return found


def summed(book: Book, found: dict[int, Counts]) -> dict[int, Counts]:
    """Return the counts of each agency with all below it."""
    sums: dict[int, Counts] = {}
    for agency, counts in found.items():
        for one in book.above(agency):
            sums[one] = sums.get(one, Counts()) + counts
    return sums


def total(found: dict[int, Counts]) -> Counts:
    """Return the counts of all agencies together."""
    return sum(found.values(), Counts())


def of_scope(db: Connection, channel: str, round_id: int, agency: int | None, now: datetime) -> Counts:
    """Count an agency's schools, with all below it, or the whole channel's."""
    found = by_agency(db, channel, round_id, now)
    if agency is None:
        return total(found)
    return summed(agencies.book(db, channel), found).get(agency, Counts())
