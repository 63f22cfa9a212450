"""Who speaks, where that person stands in a talk, and what the person may speak for.

Every read of a talk starts here: nothing outside these standings is ever looked at (invariant 5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from models.outbox import said
from models.people import IN_FORCE, SUBMITTERS, WRITERS, Role, agencies, memberships, people, schools
from models.place import asked, places
from models.prepared import Prepared, among
from models.programme import extensions, question_sets, rounds
from models.report import State, reports
from models.ticket import tickets

HOME = "home"
HATS = {
    Role.VERIFIER: "reviewing",
    Role.COORDINATOR: "coordinating",
    Role.VIEWER: "viewing",
    Role.OPERATOR: "operating",
}
"""The flow of each role that writes no report; the others' is "report". Where one stands says which hat is worn."""


@dataclass(slots=True)
class Place:
    """Where a person stands: flow, step, and a memo of small things. Disposable."""

    flow: str = "report"
    step: str = HOME
    school: int | None = None
    report: int | None = None
    memo: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    user: str
    heard_at: datetime | None
    notice: int | None
    new: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One membership in force, with the school, its agency, the running round and the report there may be."""

    role: Role
    school: int | None
    school_name: str
    district: str
    agency: str
    round: int | None
    title: str
    year: int
    semester: int
    due_on: date | None
    question_set: int | None
    digest: str | None
    report: int | None
    state: State | None
    reference: str | None
    submitted_at: datetime | None
    code: str | None
    agency_id: int | None = None
    grace_on: date | None = None
    last_report: int | None = None  # the newest that the school sent in an earlier round

    @property
    def flow(self) -> str:
        """Return the flow that belongs to the role: the hat."""
        return HATS.get(self.role, "report")

    @property
    def may_write(self) -> bool:
        """Tell whether the role writes a school's draft."""
        return self.role in WRITERS and self.school is not None

    @property
    def may_submit(self) -> bool:
        """Tell whether the role sends it."""
        return self.role in SUBMITTERS and self.school is not None

    @property
    def rank(self) -> int:
        """Return how much the role may do: of two at one school the stronger counts."""
        return self.may_submit + self.may_write

    @property
    def place_name(self) -> str:
        """Return the school, or the agency of those who have none."""
        return self.school_name if self.school else self.agency


_WHO = (
    select(people.c.id, people.c.line_user_id, people.c.heard_at, people.c.notice_version, people.c.name)
    .where(people.c.channel_id == bindparam("channel"), among(people.c.line_user_id, "users"))
    .order_by(people.c.id)
)
_LOCK = Prepared(_WHO.with_for_update(key_share=True))  # who only refers to the row is not kept waiting
_LOCK_IDLE = Prepared(_WHO.with_for_update(key_share=True, skip_locked=True))
_MEET = Prepared(
    insert(people).on_conflict_do_nothing(index_elements=["channel_id", "line_user_id"]).returning(people.c.id),
    ("channel_id", "line_user_id", "created_at"),
)


def find(db: Connection, channel: str, user: str, now: datetime) -> Person:
    """Return the person behind a LINE user id, met now perhaps, locked until the transaction ends.

    Two events of one person are so applied one after the other, whatever process they arrive in. Nothing else is
    read by this statement: after waiting for a lock PostgreSQL shows only the locked row as it is then.
    """
    known = look_up(db, channel, user)
    if known is not None:
        return known
    _MEET(db, {"channel_id": channel, "line_user_id": user, "created_at": now})
    row = _LOCK(db, {"channel": channel, "users": [user]}).one()
    return replace(_person(row), new=True)


def look_up(db: Connection, channel: str, user: str) -> Person | None:
    """Return the person behind a LINE user id, locked as by ``find``; None where nobody is known by it."""
    row = _LOCK(db, {"channel": channel, "users": [user]}).first()
    return None if row is None else _person(row)


def look_up_idle(db: Connection, channel: str, users: Sequence[str]) -> dict[str, Person]:
    """Return, of the people behind LINE user ids, those who are known and nobody holds (PostgreSQL), locked."""
    return {row.line_user_id: _person(row) for row in _LOCK_IDLE(db, {"channel": channel, "users": users})}


def _person(row: Any) -> Person:
    return Person(row.id, row.line_user_id, row.heard_at, row.notice_version, name=row.name)


# By subqueries, and what a report says by its number later: PostgreSQL takes a table that was empty for small, and
# joined it would go through all reports of the round, all extensions and all open tickets for each person.
_TICKET = select(tickets.c.id).where(tickets.c.person_id == people.c.id, text("tickets.closed_at IS NULL"))
_REPORT = select(reports.c.id).where(reports.c.round_id == rounds.c.id, reports.c.school_id == schools.c.id)
_EXTENDED = select(extensions.c.due_on).where(
    extensions.c.round_id == rounds.c.id, extensions.c.school_id == schools.c.id
)
_then, _rounds_then = reports.alias("then"), rounds.alias("rounds_then")
_LAST_REPORT = (
    select(_then.c.id)
    .join(_rounds_then, _rounds_then.c.id == _then.c.round_id)
    .where(
        _then.c.channel_id == schools.c.channel_id,
        _then.c.school_id == schools.c.id,
        _then.c.state != State.DRAFT,
        _rounds_then.c.opens_at < rounds.c.opens_at,
    )
    .order_by(_rounds_then.c.opens_at.desc(), _rounds_then.c.id.desc())
    .limit(1)
)
_STANDINGS = Prepared(
    select(
        people.c.id.label("person"),
        memberships.c.role,
        memberships.c.school_id,
        schools.c.name.label("school_name"),
        schools.c.district,
        schools.c.code,
        schools.c.closed_at.label("school_closed_at"),
        agencies.c.name.label("agency"),
        agencies.c.id.label("agency_id"),
        rounds.c.id.label("round_id"),
        rounds.c.title,
        rounds.c.year,
        rounds.c.semester,
        rounds.c.due_on,
        rounds.c.grace_on,
        _EXTENDED.scalar_subquery().label("own_due_on"),
        rounds.c.question_set_id,
        question_sets.c.digest,
        _REPORT.scalar_subquery().label("report_id"),
        _LAST_REPORT.scalar_subquery().label("last_report"),
        places.c.flow,
        places.c.step,
        places.c.school_id.label("place_school"),
        places.c.report_id.label("place_report"),
        places.c.memo,
        places.c.since,
        _TICKET.scalar_subquery().label("ticket"),
    )
    .select_from(
        people.outerjoin(places, places.c.person_id == people.c.id)
        .outerjoin(
            memberships,
            and_(
                memberships.c.person_id == people.c.id,
                memberships.c.channel_id == people.c.channel_id,
                IN_FORCE,
            ),
        )
        .outerjoin(schools, schools.c.id == memberships.c.school_id)
        .outerjoin(
            agencies,
            or_(agencies.c.id == schools.c.agency_id, agencies.c.id == memberships.c.agency_id),
        )
        .outerjoin(
            rounds,
            and_(
                rounds.c.channel_id == memberships.c.channel_id,
                rounds.c.opens_at <= bindparam("now"),
                or_(rounds.c.closed_at.is_(None), rounds.c.closed_at > bindparam("now")),
            ),
        )
        .outerjoin(question_sets, question_sets.c.id == rounds.c.question_set_id)
    )
    .where(among(people.c.id, "persons"))
    .order_by(people.c.id, memberships.c.id, rounds.c.opens_at.desc(), rounds.c.id.desc())
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person who speaks. in_ticket: a talk with an officer is open, lapsed perhaps."""

    place: Place | None
    standings: list[Standing]
    in_ticket: bool

    @property
    def only_school(self) -> int | None:
        """Return the school of those who speak for nothing else, and are in the talk about its report."""
        only = self.standings[0] if len(self.standings) == 1 else None
        if only is None or not only.may_write:
            return None
        return only.school if self.place is None or self.place.flow == only.flow else None


def known(db: Connection, person: int, now: datetime) -> Known:
    """Return where a person stands in a talk, and what the person may speak for now.

    One standing a school, in the strongest role, with the newest running round; nobody speaks for a closed one. One
    standing for each role in an agency, or in the whole channel. The reports among
    them are locked until the transaction ends: two people of one school are heard one after the other, too.
    """
    return _known_all(db, [person], now, idle=False)[person]


def known_idle(db: Connection, persons: Sequence[int], now: datetime) -> dict[int, Known]:
    """Return what is known of people, by person, but of those of whose reports somebody holds one (PostgreSQL)."""
    return _known_all(db, persons, now, idle=True)


def _known_all(db: Connection, persons: Sequence[int], now: datetime, *, idle: bool) -> dict[int, Known]:
    rows = _STANDINGS(db, {"persons": persons, "now": now})
    found = {person: list(of_person) for person, of_person in groupby(rows, attrgetter("person"))}
    standings = {person: _standings(found.get(person, ()), now) for person in persons}
    numbers = [one.report for several in standings.values() for one in several if one.report is not None]
    locked = hold_reports(db, numbers, idle=idle) if numbers else {}
    return {
        person: _known(found.get(person, ()), [_with_report(one, locked) for one in several])
        for person, several in standings.items()
        if not idle or all(one.report is None or one.report in locked for one in several)
    }


def _standings(rows: Sequence[Any], now: datetime) -> list[Standing]:
    found: dict[tuple[str, int | None], Standing] = {}
    for row in rows:
        if row.role is not None and not (row.school_closed_at and row.school_closed_at <= now):
            here = _standing(row)
            place_of = (here.flow, here.school or here.agency_id)
            before = found.setdefault(place_of, here)
            if here.rank > before.rank:
                found[place_of] = here
    return list(found.values())


def _known(rows: Sequence[Any], standings: list[Standing]) -> Known:
    place = _place(rows[0]) if rows and rows[0].flow else None
    in_ticket = bool(rows) and rows[0].ticket is not None
    return Known(place, standings, in_ticket)


_REPORTS = (
    select(reports.c.id, reports.c.state, reports.c.reference, reports.c.submitted_at)
    .where(among(reports.c.id, "reports"))
    .order_by(reports.c.id)
)
_LOCK_REPORTS = Prepared(_REPORTS.with_for_update(key_share=True))
_LOCK_IDLE_REPORTS = Prepared(_REPORTS.with_for_update(key_share=True, skip_locked=True))


def hold_reports(db: Connection, numbers: Sequence[int], *, idle: bool) -> dict[int, Any]:
    """Return reports by their numbers, locked on PostgreSQL until the transaction ends; idle: those nobody holds."""
    return {row.id: row for row in (_LOCK_IDLE_REPORTS if idle else _LOCK_REPORTS)(db, {"reports": numbers})}


def _with_report(one: Standing, held: Mapping[int, Any]) -> Standing:
    """Return a standing with its report as it is now that the lock is had."""
    if one.report is None:
        return one
    row = held[one.report]
    return replace(one, state=State(row.state), reference=row.reference, submitted_at=row.submitted_at)


def _place(row: Any) -> Place:
    return Place(row.flow, row.step, row.place_school, row.place_report, dict(row.memo), row.since)


def _standing(row: Any) -> Standing:
    return Standing(
        role=Role(row.role),
        school=row.school_id,
        school_name=row.school_name or "",
        district=row.district or "",
        agency=row.agency or "",
        round=row.round_id,
        title=row.title or "",
        year=row.year or 0,
        semester=row.semester or 0,
        due_on=max(row.due_on, row.own_due_on or row.due_on) if row.due_on else None,
        question_set=row.question_set_id,
        digest=row.digest,
        report=row.report_id,
        state=None,  # these three: see _with_report
        reference=None,
        submitted_at=None,
        code=row.code,
        agency_id=row.agency_id,
        grace_on=row.grace_on,
        last_report=row.last_report,
    )


_put = insert(places)
_PUT = Prepared(
    _put.on_conflict_do_update(
        index_elements=["person_id"],
        set_={name: _put.excluded[name] for name in ("flow", "step", "school_id", "report_id", "memo", "since")},
    ),
    ("person_id", "channel_id", "flow", "step", "school_id", "report_id", "memo", "since"),
)
_ASKED_COLUMNS = ("channel_id", "person_id", "report_id", "question", "at")
_ASKED = Prepared(insert(asked), _ASKED_COLUMNS)
_HEARD = Prepared(
    update(people).where(people.c.id == bindparam("person")).values(heard_at=bindparam("at"), blocked_at=None)
)


def put_all(db: Connection, moved: Iterable[tuple[str, int, Place, datetime]]) -> None:
    """Write where people now stand: channel, person, place, LINE's time."""
    _PUT.rows(
        db,
        [
            {
                "person_id": person,
                "channel_id": channel,
                "flow": place.flow,
                "step": place.step,
                "school_id": place.school,
                "report_id": place.report,
                "memo": place.memo,
                "since": at,
            }
            for channel, person, place, at in moved
        ],
    )


def note_asked(db: Connection, put: Iterable[tuple[str, int, int, str, datetime]]) -> None:
    """Note which questions were put: channel, person, report, question, LINE's time.

    A bubble that comes late is filed by it.
    """
    _ASKED.rows(db, [dict(zip(_ASKED_COLUMNS, one, strict=True)) for one in put])


def note_heard(db: Connection, heard: Iterable[tuple[int, datetime]]) -> None:
    """Note, by person, LINE's time of the newest event applied; who speaks has not blocked us."""
    _HEARD.each(db, [{"person": person, "at": at} for person, at in heard])


_ASKED_BEFORE = Prepared(
    select(asked.c.report_id, asked.c.question)
    .where(asked.c.person_id == bindparam("person"), asked.c.at <= bindparam("at"))
    .order_by(asked.c.at.desc(), asked.c.id.desc())
    .limit(1)
)


def asked_before(db: Connection, person: int, at: datetime) -> Any | None:
    """Return the report_id and question that were open to a person at LINE's time ``at``, or None."""
    return _ASKED_BEFORE(db, {"person": person, "at": at}).first()


_QUESTION_OF = Prepared(
    select(said.c.report_id, said.c.question).where(
        said.c.channel_id == bindparam("channel"), said.c.line_message_id == bindparam("message")
    )
)


def question_of_message(db: Connection, channel: str, message_id: str) -> Any | None:
    """Return the report_id and question that a LINE message of ours asked, or None."""
    return _QUESTION_OF(db, {"channel": channel, "message": message_id}).first()
