"""What the parent agency sees of its schools' reports.

Every read starts from a scope: the channel, the verifier's agency with the offices below it, and never a school
that the verifier belongs to. What is seen is what was sent (``handlers.sendings``), never a draft.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from handlers import agencies
from models.people import IN_FORCE, WRITERS, Role, memberships, people, schools
from models.people import agencies as agencies_table
from models.programme import question_sets, rounds
from models.report import State, reports


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose reports somebody may verify: those of these offices, apart from one's own school's."""

    channel: str
    person: int
    offices: tuple[int, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A report as its agency has it, without its words."""

    report: int
    state: State
    reference: str | None
    submitted_at: datetime
    school: int
    school_name: str
    district: str
    agency: str
    agency_id: int
    round: int
    title: str
    opens_at: datetime
    question_set: int
    digest: str


# Scope ------------------------------------------------------------------------------------------------------------


def scope(db: Connection, channel: str, person: int, agency: int | None, now: datetime) -> Scope:
    """Return whose reports a verifier of an agency may see; without an agency, nobody's."""
    offices = agencies.book(db, channel).below(agency) if agency is not None else set()
    return Scope(channel, person, tuple(sorted(offices)), now)


_OWN_SCHOOL = (
    select(memberships.c.id)
    .where(
        memberships.c.person_id == bindparam("person"),
        memberships.c.school_id == reports.c.school_id,
        IN_FORCE,
    )
    .exists()
)
_CASES = (
    select(
        reports.c.id.label("report"),
        reports.c.state,
        reports.c.reference,
        reports.c.submitted_at,
        reports.c.created_at,
        schools.c.id.label("school"),
        schools.c.name.label("school_name"),
        schools.c.district,
        agencies_table.c.name.label("agency"),
        agencies_table.c.id.label("agency_id"),
        rounds.c.id.label("round"),
        rounds.c.title,
        rounds.c.opens_at,
        question_sets.c.id.label("question_set"),
        question_sets.c.digest,
    )
    .select_from(reports)
    .join(schools, schools.c.id == reports.c.school_id)
    .join(agencies_table, agencies_table.c.id == schools.c.agency_id)
    .join(rounds, rounds.c.id == reports.c.round_id)
    .join(question_sets, question_sets.c.id == rounds.c.question_set_id)
    .where(
        reports.c.channel_id == bindparam("channel"),
        schools.c.agency_id.in_(bindparam("offices", expanding=True)),
        reports.c.state.in_(bindparam("states", expanding=True)),
        ~_OWN_SCHOOL,
    )
)
_OLDEST = _CASES.order_by(reports.c.submitted_at, reports.c.id)
_NEWEST = _CASES.order_by(reports.c.submitted_at.desc(), reports.c.id.desc())
_ONE = _CASES.where(reports.c.id == bindparam("report"))
WAITING = (State.SUBMITTED, State.REVIEWING)
"""States in which a report waits for its agency."""
DECIDED = (State.VERIFIED, State.RETURNED)
"""States in which the agency has had its say."""


def queue(db: Connection, view: Scope) -> list[Case]:
    """Return the reports that wait to be verified, the oldest first."""
    return _cases(db, _OLDEST, view, WAITING)


def decided(db: Connection, view: Scope) -> list[Case]:
    """Return the reports that were verified or returned, the newest first."""
    return _cases(db, _NEWEST, view, DECIDED)


def find(db: Connection, view: Scope, report: int) -> Case | None:
    """Return a report that was sent and not taken back; None where there is none of this number in the scope."""
    found = _cases(db, _ONE, view, (*WAITING, *DECIDED), report=report)
    return found[0] if found else None


def is_known(db: Connection, view: Scope, report: int) -> bool:
    """Tell whether a report is in the scope in whatever state: one taken back by its school is no trespass."""
    return bool(_cases(db, _ONE, view, tuple(State), report=report))


_BEFORE = (
    select(reports.c.id)
    .join(rounds, rounds.c.id == reports.c.round_id)
    .where(
        reports.c.school_id == bindparam("school"),
        reports.c.state != State.DRAFT,
        rounds.c.opens_at < bindparam("opens_at"),
    )
    .order_by(rounds.c.opens_at.desc(), rounds.c.id.desc())
    .limit(1)
)


def report_before(db: Connection, case: Case) -> int | None:
    """Return the report that the school sent in the round before, or None."""
    found: int | None = db.execute(_BEFORE, {"school": case.school, "opens_at": case.opens_at}).scalar()
    return found


def _cases(db: Connection, statement: Any, view: Scope, states: Sequence[State], **more: int) -> list[Case]:
    row = {"channel": view.channel, "person": view.person, "now": view.now, "offices": view.offices, "states": states}
    return [_case(found) for found in db.execute(statement, row | more)]


def _case(row: Any) -> Case:
    known = {name: getattr(row, name) for name in Case.__slots__}
    return Case(**known | {"state": State(row.state), "submitted_at": row.submitted_at or row.created_at})


_LOCK = select(reports.c.id).where(reports.c.id == bindparam("report")).with_for_update(key_share=True)


def lock(db: Connection, report: int) -> None:
    """Let nobody else decide on a report, or change it, until the transaction ends. Read it after, not before."""
    db.execute(_LOCK, {"report": report})


_VERIFIERS = (
    select(memberships.c.person_id)
    .distinct()
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.role == Role.VERIFIER,
        memberships.c.agency_id.in_(bindparam("offices", expanding=True)),
        memberships.c.school_id.is_(None),
        IN_FORCE,
    )
    .order_by(memberships.c.person_id)
)
_AGENCY = select(schools.c.agency_id).where(
    schools.c.channel_id == bindparam("channel"), schools.c.id == bindparam("school")
)
_MEMBERS = select(memberships.c.person_id, memberships.c.role).where(
    memberships.c.channel_id == bindparam("channel"),
    memberships.c.school_id == bindparam("school"),
    IN_FORCE,
)


def verifiers_of(db: Connection, channel: str, school: int, now: datetime) -> list[int]:
    """Return who verifies a school's reports: its agency's and those above it, never one of the school's own."""
    agency = db.execute(_AGENCY, {"channel": channel, "school": school}).scalar()
    offices = agencies.book(db, channel).above(agency) if agency is not None else []
    found = db.execute(_VERIFIERS, {"channel": channel, "offices": offices, "now": now}).scalars()
    own = set(db.execute(_MEMBERS, {"channel": channel, "school": school, "now": now}).scalars())
    return [person for person in found if person not in own]


def writers_of(db: Connection, channel: str, school: int, now: datetime) -> list[int]:
    """Return who writes a school's report now."""
    rows = db.execute(_MEMBERS, {"channel": channel, "school": school, "now": now})
    return sorted({row.person_id for row in rows if row.role in WRITERS})


_NAME = select(people.c.name).where(people.c.channel_id == bindparam("channel"), people.c.id == bindparam("person"))


def name_of(db: Connection, channel: str, person: int | None) -> str | None:
    """Return somebody's name, where we know one."""
    found: str | None = db.execute(_NAME, {"channel": channel, "person": person}).scalar() if person else None
    return found
