"""What is kept of a person: shown, copied, corrected, forgotten. The school's report is not the person's, and stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, bindparam, cast, delete, func, select, update

from handlers import joining_requests, memberships, menu_links, own_meetings
from handlers.audit import note
from handlers.reports import part_of_message
from models.audit import audit
from models.inbox import inbox
from models.outbox import Sending, outbox
from models.people import Role, agencies, join_requests, people, schools
from models.people import memberships as served
from models.place import asked, places
from models.programme import rounds
from models.report import PartKind, answers, parts, reports
from models.review import decisions, explanations
from models.ticket import tickets

FORGOTTEN: dict[str, Any] = {"forgotten": True}
"""What is kept in place of an event whose words must not be: unsent, of a group, too old, or of somebody unlinked."""


@dataclass(frozen=True, slots=True)
class Served:
    """One role of a person, now, before or later. agency: of the school, or the one served; None: the whole channel."""

    role: Role
    place: str
    school: int | None
    agency: int | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a person. bubbles: own ones in reports, not taken back."""

    since: datetime
    name: str | None
    notice: int | None
    noticed_at: datetime | None
    roles: list[Served]
    bubbles: int


_PERSON = select(people).where(people.c.id == bindparam("person"), people.c.channel_id == bindparam("channel"))
_ROLES = (
    select(
        served.c.role,
        served.c.since,
        served.c.until,
        served.c.school_id,
        schools.c.name.label("school"),
        agencies.c.id.label("agency_id"),
        agencies.c.name.label("agency"),
    )
    .outerjoin(schools, schools.c.id == served.c.school_id)
    .outerjoin(agencies, agencies.c.id == func.coalesce(schools.c.agency_id, served.c.agency_id))
    .where(served.c.person_id == bindparam("person"), served.c.channel_id == bindparam("channel"))
    .order_by(served.c.id)
)
_own = (
    parts.c.channel_id == bindparam("channel"),
    parts.c.said_by == bindparam("person"),
    parts.c.removed_at.is_(None),
    parts.c.kind != PartKind.CHOICE,
)
_BUBBLES = select(func.count()).select_from(parts).where(*_own)
_WORDS = (
    select(parts.c.kind, parts.c.text, parts.c.said_at, answers.c.question, rounds.c.title)
    .join(answers, answers.c.id == parts.c.answer_id)
    .join(reports, reports.c.id == answers.c.report_id)
    .join(rounds, rounds.c.id == reports.c.round_id)
    .where(*_own)
    .order_by(parts.c.said_at, parts.c.id)
)
_REQUESTS = (
    select(join_requests.c.role, join_requests.c.asked_at, schools.c.name.label("school"))
    .join(schools, schools.c.id == join_requests.c.school_id)
    .where(join_requests.c.person_id == bindparam("person"), join_requests.c.channel_id == bindparam("channel"))
    .order_by(join_requests.c.id)
)


def kept_of(db: Connection, channel: str, person: int) -> Kept:
    """Return what is kept of a person, apart from words."""
    key = {"channel": channel, "person": person}
    row = db.execute(_PERSON, key).one()
    bubbles = db.execute(_BUBBLES, key).scalar_one()
    roles = roles_of(db, channel, person)
    return Kept(row.created_at, row.name, row.notice_version, row.noticed_at, roles, bubbles)


def is_known(db: Connection, channel: str, person: int) -> bool:
    """Tell whether the channel has a person of this number."""
    return db.execute(_PERSON, {"channel": channel, "person": person}).first() is not None


def roles_of(db: Connection, channel: str, person: int) -> list[Served]:
    """Return every role of a person, now, before or later."""
    return [
        Served(Role(one.role), one.school or one.agency or "", one.school_id, one.agency_id, one.since, one.until)
        for one in db.execute(_ROLES, {"channel": channel, "person": person})
    ]


def words_of(db: Connection, channel: str, person: int) -> list[Any]:
    """Return a person's own bubbles in reports: kind, text, said_at, question, title (of the round)."""
    return list(db.execute(_WORDS, {"channel": channel, "person": person}))


def requests_of(db: Connection, channel: str, person: int) -> list[Any]:
    """Return what a person has asked to join: school, role, asked_at."""
    return list(db.execute(_REQUESTS, {"channel": channel, "person": person}))


# Forgetting -------------------------------------------------------------------------------------------------------

_FORGET = (
    update(people)
    .where(people.c.id == bindparam("who"), people.c.channel_id == bindparam("channel"))
    .values(line_user_id=None, name=None, notice_version=None, noticed_at=None, blocked_at=None)
)
# All of it is looked through, about a second for 200,000 events. An index by LINE id would cost each event 15 µs on
# SQLite and 50 on PostgreSQL, find no mentions, and keep the id once more, for what happens a few times a year.
_FORGET_EVENTS = (
    update(inbox)
    .where(inbox.c.channel_id == bindparam("channel"), cast(inbox.c.raw, Text).like(bindparam("mark")))
    .values(raw=FORGOTTEN)
)
_NOT_HERE = [
    delete(places).where(places.c.person_id == bindparam("who")),
    delete(asked).where(asked.c.person_id == bindparam("who")),
]
_to_who = and_(outbox.c.person_id == bindparam("who"), outbox.c.once_key != bindparam("last"))
_SAY_NO_MORE = [
    update(outbox)
    .where(_to_who, outbox.c.state.in_((Sending.QUEUED, Sending.HELD)))
    .values(state=Sending.FAILED, error="unlinked"),
    update(outbox).where(_to_who).values(recipient="", messages=[], about=None, reply_token=None),
]
_CLOSE_TICKETS = (
    update(tickets)
    .where(tickets.c.person_id == bindparam("who"), tickets.c.closed_at.is_(None))
    .values(closed_at=bindparam("now"))
)


def unlink(
    db: Connection,
    channel: str,
    person: int,
    user: str | None,
    now: datetime,
    *,
    by: int | None = None,
    last_words: str = "",
) -> None:
    """Forget who a person is, at once: LINE id, name, what was heard, what waits to be said. Audited by number only.

    The caller must hold the person's lock. What is in reports stays there, said by nobody that is known.
    user: the LINE id, None where it is forgotten already. by: who does it, None where nobody in chat does.
    last_words: the key of one row that is still to be said, and blanked then.
    """
    joining_requests.take_back(db, channel, person, now)
    for one in memberships.of_person(db, channel, person, now):
        memberships.end(db, channel, one.id, max(now, one.since), now, by=by)
    for gone in _NOT_HERE:
        db.execute(gone, {"who": person})
    db.execute(_CLOSE_TICKETS, {"who": person, "now": now})
    for statement in _SAY_NO_MORE:
        db.execute(statement, {"who": person, "last": last_words})
    if user is not None:
        db.execute(_FORGET_EVENTS, {"channel": channel, "mark": f'%"{user}"%'})
    menu_links.leave(db, person, user, now)
    own_meetings.leave(db, person)
    db.execute(_FORGET, {"channel": channel, "who": person})
    note(db, channel, "person.unlinked", now, person=person)


# Telephone numbers ------------------------------------------------------------------------------------------------

_NOTICED = select(audit.c.detail).where(
    audit.c.channel_id == bindparam("channel"),
    audit.c.person_id == bindparam("person"),
    audit.c.action == "phone.noticed",
)


_EXPLAINED = (
    select(decisions.c.report_id)
    .join(explanations, explanations.c.decision_id == decisions.c.id)
    .where(
        explanations.c.channel_id == bindparam("channel"),
        explanations.c.line_message_id == bindparam("mark"),
        explanations.c.removed_at.is_(None),
    )
)


def report_of_bubble(db: Connection, channel: str, mark: str) -> int | None:
    """Return the report in which a bubble is kept, as a part of an answer or as an explanation; None where in none."""
    part = part_of_message(db, channel, mark)
    if part is not None:
        return int(part.report_id)
    found: int | None = db.execute(_EXPLAINED, {"channel": channel, "mark": mark}).scalar()
    return found


def notice_phone(db: Connection, channel: str, person: int, report: int, now: datetime) -> bool:
    """Note that a telephone number stands in a person's words; False where one in the report was noted before."""
    rows = db.execute(_NOTICED, {"channel": channel, "person": person}).scalars()
    if any(detail.get("report") == report for detail in rows):
        return False
    note(db, channel, "phone.noticed", now, person=person, report=report)
    return True
