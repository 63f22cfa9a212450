"""What schools have open, and for whom: reports to be written and sent. A few statements for all of them.

Nobody is in the list who is not reached by LINE, has said anything lately, was reminded lately, or waits for a
moment that was asked for (``Quiet``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Result, and_, bindparam, case, exists, func, insert, or_, select
from sqlalchemy.sql import ColumnElement

from handlers import questions, tickets
from handlers.cached import cached_property
from handlers.reminders_ladder import CALL, ladder, report_rung
from handlers.rounds import Round
from handlers.thai import today
from models.bulk import insert_many
from models.people import IN_FORCE, SUBMITTERS, WRITERS, memberships, people, schools
from models.programme import extensions
from models.reminders import reminded, reminder_stops, reminders
from models.report import AnswerState, State, answers, moves, reports
from models.ticket import tickets as table_of_tickets


@dataclass(frozen=True, slots=True)
class Quiet:
    """Until when a person is left alone. between: who was reminded before it may be again; reply: who spoke before."""

    channel: str
    now: datetime
    between: datetime
    reply: datetime


class Item(NamedTuple):
    """One thing that is open for one person. rung, slot: the newest that was reached, or None.

    A tuple, for a province has tens of thousands of them: a dataclass takes five times as long to make.
    """

    kind: str  # report, review
    subject: str
    person: int
    recipient: str
    again_at: datetime | None
    school: int
    school_name: str
    round: int
    report: int | None
    rung: str | None
    slot: str | None
    due: date | None = None
    left: int | None = None  # topics; None where that says nothing
    may_submit: bool = False
    since: date | None = None  # returned, or sent, on that day


_AT_ONCE = 500
"""Rows that are read at a time: so few are gone again before the garbage collector looks at them."""
OPEN = or_(reports.c.state.is_(None), reports.c.state.in_([State.DRAFT, State.RETURNED]))
"""Condition on a report, or on there being none: the school has it in hand."""
NOT_CLOSED = or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now"))
STOPPED = (
    exists()
    .where(
        reminder_stops.c.person_id == people.c.id,
        reminder_stops.c.round_id == bindparam("round"),
        or_(
            reminder_stops.c.ticket_id.is_(None),
            exists().where(table_of_tickets.c.id == reminder_stops.c.ticket_id, tickets.WAITS),
        ),
    )
    .correlate(people)
)
"""Whether a person wants no reminders in this round, or has told a coordinator of a problem that waits."""
_REACHED = and_(people.c.line_user_id.is_not(None), people.c.blocked_at.is_(None))
_of_person = and_(reminders.c.person_id == people.c.id, reminders.c.kind != CALL)
LAST = select(func.max(reminders.c.at)).where(_of_person).correlate(people).scalar_subquery()
"""When a person was last reminded."""
_lately = exists().where(_of_person, reminders.c.at >= bindparam("between")).correlate(people)
_LEFT_ALONE = or_(
    reminded.c.again_at > bindparam("now"),
    and_(reminded.c.again_at.is_(None), or_(people.c.heard_at >= bindparam("reply"), _lately)),
)
MAY_BE_REMINDED = and_(_REACHED, func.coalesce(_LEFT_ALONE, False).is_(False))

_of_round = and_(reports.c.round_id == bindparam("round"), reports.c.school_id == schools.c.id)
_own_due = and_(extensions.c.round_id == bindparam("round"), extensions.c.school_id == schools.c.id)
_TO_WRITE = (
    select(
        people.c.id,
        people.c.line_user_id,
        memberships.c.role,
        schools.c.id,
        schools.c.name,
        reports.c.id,
        reports.c.state,
        extensions.c.due_on,
        extensions.c.at,
        reminded.c.again_at,
    )
    .select_from(memberships)
    .join(people, people.c.id == memberships.c.person_id)
    .join(schools, schools.c.id == memberships.c.school_id)
    .outerjoin(reports, _of_round)
    .outerjoin(extensions, _own_due)
    .outerjoin(reminded, reminded.c.person_id == people.c.id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.role.in_(sorted(WRITERS)),
        IN_FORCE,
        NOT_CLOSED,
        OPEN,
        MAY_BE_REMINDED,
        ~STOPPED,
    )
    .order_by(people.c.id, schools.c.id)
)


def to_write(db: Connection, quiet: Quiet, one: Round) -> list[Item]:
    """Return what is open in a running round for those who write: one item a person and school."""
    at = {"channel": quiet.channel, "round": one.id, "now": quiet.now, "since": quiet.now - tickets.LAPSE}
    rows = db.execute(_TO_WRITE, at | {"between": quiet.between, "reply": quiet.reply})
    rung = Rungs(db, one, quiet.now)
    found: list[Item] = []
    last: tuple[int, int] | None = None
    for person, user, role, school, name, report, state, own_due, own_since, again_at in _read(rows):
        submits = role in SUBMITTERS
        if last == (person, school):  # two memberships of one school: the stronger counts
            if found[-1].may_submit or not submits:
                continue
            found.pop()
        last = person, school
        due = rung.of(report, state, own_due, own_since)
        found.append(Item(
            "report", f"{one.id}:{school}", person, user, again_at, school, name, one.id, report,
            due.rung, due.slot, due.day, None, submits, due.returned,
        ))  # fmt: skip
    return found


def _read(rows: Result[Any]) -> Iterator[Any]:
    """Yield rows, some at a time: kept all at once, they would make the garbage collector go through everything."""
    return chain.from_iterable(rows.partitions(_AT_ONCE))


@dataclass(frozen=True, slots=True)
class Due:
    """When a report is due, the rung and slot that were reached, and when it was returned, if it was."""

    day: date
    rung: str | None
    slot: str | None
    returned: date | None


_RETURNED = (
    select(moves.c.report_id, func.max(moves.c.at))
    .join(reports, reports.c.id == moves.c.report_id)
    .where(
        reports.c.round_id == bindparam("round"),
        reports.c.state == State.RETURNED,
        moves.c.to_state == State.RETURNED,
    )
    .group_by(moves.c.report_id)
)


class Rungs:
    """Which rung a report has reached; most schools share their days, so each is worked out once."""

    def __init__(self, db: Connection, one: Round, now: datetime) -> None:
        self._db, self._round, self._today = db, one, today(now)
        self._known: dict[tuple[date | None, date | None, date | None], Due] = {}

    def of(self, report: int | None, state: str | None, own_due: date | None, own_since: datetime | None) -> Due:
        """Return what holds for a report. own_due, own_since: the day to which it was extended, and when."""
        returned = self._returned.get(report) if report is not None and state == State.RETURNED else None
        key = (own_due, today(own_since) if own_since else None, returned)
        if key not in self._known:
            self._known[key] = self._work_out(*key)
        return self._known[key]

    @cached_property
    def _returned(self) -> dict[int, date]:
        """The day on which each report was returned that still is: asked for once there is one."""
        return {report: today(at) for report, at in self._db.execute(_RETURNED, {"round": self._round.id})}

    def _work_out(self, own_due: date | None, own_since: date | None, returned: date | None) -> Due:
        one = self._round
        due, since = one.due_on, today(one.opens_at)
        if own_due is not None and own_due > due:
            due, since = own_due, max(since, own_since or since)
        over = max(due, one.grace_on or due)
        if returned is not None:
            least = returned + timedelta(days=ladder().returned)
            due, over, since = max(due, least), max(over, least), max(since, returned)
        found = report_rung(due, over, since, self._today)
        return Due(due, found.rung if found else None, found.slot if found else None, returned)


_BITS = 60
"""Answers that one whole number of either database tells apart."""


def topics_left(db: Connection, one: Round) -> tuple[dict[int, int], int, int]:
    """Return for each draft begun how many topics are left; how many topics there are; minutes for all of them."""
    asked = questions.load(db, one.question_set_id, one.questions_digest)
    topics = [[each.key for each in topic.questions if not each.optional] for topic in asked.topics]
    keys = [key for needed in topics for key in needed]
    answered = [_answered(keys[at : at + _BITS]) for at in range(0, len(keys), _BITS)]
    rows = db.execute(
        select(answers.c.report_id, *answered)
        .join(reports, reports.c.id == answers.c.report_id)
        .where(reports.c.round_id == one.id, reports.c.state == State.DRAFT, answers.c.state != AnswerState.OPEN)
        .group_by(answers.c.report_id)
    )
    left = cache(partial(_left, keys, topics))  # many reports have the same answered
    return {report: left(*masks) for report, *masks in _read(rows)}, len(topics), asked.minutes


def _answered(keys: Sequence[str]) -> ColumnElement[int]:
    """Return which of some questions a report has answered: a bit for each, for none is answered twice."""
    bits = {key: 1 << at for at, key in enumerate(keys)}
    return func.sum(case(bits, value=answers.c.question, else_=0), type_=BigInteger)


def _left(keys: Sequence[str], topics: Sequence[Sequence[str]], *masks: int) -> int:
    """Return how many topics are left where the questions of these bits are answered."""
    done = {key for at, key in enumerate(keys) if int(masks[at // _BITS]) >> at % _BITS & 1}
    return sum(not done.issuperset(needed) for needed in topics)


_ADD = insert(reminders)


_OWN = ("subject", "person_id", "slot", "school_id", "round_id", "report_id", "message")


def keep(db: Connection, quiet: Quiet, kind: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write down what is being said, as ``row_of`` gives it. Raises IntegrityError where it has been said before."""
    insert_many(db, _ADD, _OWN, rows, {"channel_id": quiet.channel, "kind": kind, "at": quiet.now})


def row_of(subject: str, person: int, slot: str, once: str, of: Any) -> tuple[Any, ...]:
    """Return what says that something was said, with which message. of: has its school, round and report."""
    return subject, person, slot, of.school, of.round, of.report, once
