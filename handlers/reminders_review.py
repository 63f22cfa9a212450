"""Reports that wait for their agency for longer than the deadline, and who is to be reminded of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from handlers import agencies
from handlers.reminders_ladder import review_rung
from handlers.reminders_open import MAY_BE_REMINDED, Item, Quiet
from handlers.thai import today
from handlers.working_days import Days
from models.people import IN_FORCE, Role, memberships, people, schools
from models.reminders import reminded, reminder_stops
from models.report import State, reports

_WAITING = (
    select(reports.c.id, reports.c.round_id, reports.c.submitted_at, schools.c.id, schools.c.name, schools.c.agency_id)
    .join(schools, schools.c.id == reports.c.school_id)
    .where(
        reports.c.channel_id == bindparam("channel"),
        reports.c.state.in_([State.SUBMITTED, State.REVIEWING]),
        reports.c.submitted_at < bindparam("before"),
    )
    .order_by(reports.c.submitted_at, reports.c.id)
)
_VERIFIERS = (
    select(people.c.id, people.c.line_user_id, memberships.c.agency_id, reminded.c.again_at)
    .distinct()
    .select_from(memberships)
    .join(people, people.c.id == memberships.c.person_id)
    .outerjoin(reminded, reminded.c.person_id == people.c.id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.role == Role.VERIFIER,
        memberships.c.agency_id.is_not(None),
        IN_FORCE,
        MAY_BE_REMINDED,
    )
    .order_by(people.c.id)
)
_THEIR_SCHOOLS = (
    select(memberships.c.person_id, memberships.c.school_id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.school_id.is_not(None),
        memberships.c.person_id.in_(bindparam("people", expanding=True)),
        IN_FORCE,
    )
)  # fmt: skip
_STOPS = select(reminder_stops.c.person_id, reminder_stops.c.round_id).where(
    reminder_stops.c.person_id.in_(bindparam("people", expanding=True)), reminder_stops.c.ticket_id.is_(None)
)


def to_verify(db: Connection, quiet: Quiet, days: Days, before: datetime) -> list[Item]:
    """Return the reports that wait for longer than the deadline: one item a verifier and report, the oldest first.

    before: the moment up to which they were sent. Nobody verifies a school that one belongs to.
    """
    waiting = db.execute(_WAITING, {"channel": quiet.channel, "before": before}).all()
    if not waiting:
        return []
    at = {"channel": quiet.channel, "now": quiet.now, "between": quiet.between, "reply": quiet.reply}
    verifiers = db.execute(_VERIFIERS, at).all()
    who = sorted({row[0] for row in verifiers})
    own = {
        tuple(row) for row in db.execute(_THEIR_SCHOOLS, {"people": who, "channel": quiet.channel, "now": quiet.now})
    }
    stopped = {tuple(row) for row in db.execute(_STOPS, {"people": who})}
    rungs: dict[date, Any] = {}
    found: dict[tuple[int, int], Item] = {}
    by_office = _by_office(agencies.book(db, quiet.channel), verifiers)
    for report, round_id, sent_at, school, name, office in waiting:
        sent = today(sent_at)
        if sent not in rungs:
            rungs[sent] = review_rung(sent, days, today(quiet.now))
        reached = rungs[sent]
        for person, user, again_at in by_office.get(office, ()):
            if reached is None or (person, school) in own or (person, round_id) in stopped:
                continue
            found[person, report] = Item(
                "review", str(report), person, user, again_at, school, name, round_id, report,
                reached.rung, reached.slot, since=sent,
            )  # fmt: skip
    return list(found.values())


def _by_office(
    book: agencies.Book, verifiers: Iterable[Any]
) -> Mapping[int, Collection[tuple[int, str, datetime | None]]]:
    """Return who verifies the schools of each agency: its own verifiers and those of the agencies above it."""
    own = defaultdict(set)
    for person, user, agency, again_at in verifiers:
        own[agency].add((person, user, again_at))
    return {
        office: sorted({one for over in book.above(office) for one in own[over]}, key=_first) for office in book.names
    }


def _first(row: tuple[int, str, datetime | None]) -> int:
    return row[0]
