"""Reminders of a meeting: who is reminded of what, when.

Each kind has a time and an end. Nothing of a kind is told after its end, so a clock that starts late skips what has
become stale: at the start of the meeting all of it.

    answer   to who has not answered: three working days before from 8:00, until "coming" begins
    coming   to who comes, how they come: the working day before, 15:30 until 18:00
    room     to who comes to the room: on the day from 7:30, until the start
    link:30  to who takes part online, with the link: half an hour before the start, until five minutes before
    link:5   to the same, once more: five minutes before, until the start

The first two keep office hours. Whoever was told of the meeting less than a day ago is not yet asked for the answer;
who has checked in is left alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, or_, select

from handlers import meetings_reminder_words, meetings_telling, working_days
from handlers.meetings import Meeting, invitee_of
from handlers.meetings_reminder_words import Part
from handlers.meetings_telling import MAKES_KNOWN, Hearer
from handlers.outbox import Words
from handlers.thai import BANGKOK, today
from handlers.working_days import Days
from models.meetings import Mode, Reply, checkins, invitees, meeting_notices
from models.outbox import Priority
from models.people import IN_FORCE, WRITERS, memberships, people, schools

ANSWER_DAYS, COMING_DAYS = 3, 1
"""Working days before the meeting."""
ANSWER_FROM, COMING_FROM, COMING_TO, ROOM_FROM = time(8), time(15, 30), time(18), time(7, 30)
FIRST_LINK, LAST_LINK = timedelta(minutes=30), timedelta(minutes=5)
LATELY = timedelta(days=1)

_came = select(checkins.c.invitee_id).where(checkins.c.meeting_id == bindparam("meeting"))
_takes_part = and_(invitees.c.reply.in_([Reply.COMING, Reply.DELEGATE]), invitees.c.id.not_in(_came))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of reminder. slot: told once of it; within: from when to when; to: a condition on invitees."""

    name: str
    slot: Callable[[Meeting], str]
    within: Callable[[Meeting, Days], tuple[datetime, datetime]]
    to: Callable[[Meeting], ColumnElement[bool]]
    words: Callable[[Meeting, Sequence[Part], datetime], str]
    in_office_hours: bool = False
    priority: Priority = Priority.MEETING


def _answer(meeting: Meeting, days: Days) -> tuple[datetime, datetime]:
    return _before(meeting, days, ANSWER_DAYS, ANSWER_FROM), _before(meeting, days, COMING_DAYS, COMING_FROM)


def _coming(meeting: Meeting, days: Days) -> tuple[datetime, datetime]:
    return _before(meeting, days, COMING_DAYS, COMING_FROM), _before(meeting, days, COMING_DAYS, COMING_TO)


def _before(meeting: Meeting, days: Days, n: int, clock: time) -> datetime:
    return datetime.combine(days.before(today(meeting.starts_at), n), clock, BANGKOK)


def _room(meeting: Meeting, _: Days) -> tuple[datetime, datetime]:
    return datetime.combine(today(meeting.starts_at), ROOM_FROM, BANGKOK), meeting.starts_at


def _first_link(meeting: Meeting, _: Days) -> tuple[datetime, datetime]:
    return meeting.starts_at - FIRST_LINK, meeting.starts_at - LAST_LINK


def _last_link(meeting: Meeting, _: Days) -> tuple[datetime, datetime]:
    return meeting.starts_at - LAST_LINK, meeting.starts_at


def _silent(_: Meeting) -> ColumnElement[bool]:
    return invitees.c.reply.is_(None)


def _all_who_come(_: Meeting) -> ColumnElement[bool]:
    return _takes_part


def _in_room(meeting: Meeting) -> ColumnElement[bool]:
    """Who said nothing of how they come is taken to come to the room, where there is one."""
    if not meeting.has_room:
        return invitees.c.id.is_(None)
    return and_(_takes_part, or_(invitees.c.mode == Mode.ROOM, invitees.c.mode.is_(None)), _seated)


_seated = invitees.c.waits_since.is_(None)


def _online(meeting: Meeting) -> ColumnElement[bool]:
    if not meeting.is_online:
        return invitees.c.id.is_(None)
    is_online = invitees.c.mode == Mode.CALL
    return and_(_takes_part, is_online if meeting.has_room else or_(is_online, invitees.c.mode.is_(None)))


def _of_day(name: str) -> Callable[[Meeting], str]:
    return lambda meeting: f"{name}:{today(meeting.starts_at).isoformat()}"


def _of_start(name: str) -> Callable[[Meeting], str]:
    return lambda meeting: f"{name}:{meeting.starts_at.astimezone(BANGKOK):%Y-%m-%dT%H:%M}"


KINDS = (
    Kind("answer", _of_day("answer"), _answer, _silent, meetings_reminder_words.answer, True, Priority.REMINDER),
    Kind("coming", _of_day("coming"), _coming, _all_who_come, meetings_reminder_words.coming, True),
    Kind("room", _of_day("room"), _room, _in_room, meetings_reminder_words.room),
    Kind("link:30", _of_start("link:30"), _first_link, _online, meetings_reminder_words.link),
    Kind("link:5", _of_start("link:5"), _last_link, _online, meetings_reminder_words.link),
)

# Sets that are asked for once: what depends on each row is slow where a database does not know yet how many there are.
_told = select(meeting_notices.c.person_id).where(meeting_notices.c.meeting_id == bindparam("meeting"))
_reminded = _told.where(meeting_notices.c.slot.like(bindparam("slots")), meeting_notices.c.taken_back_at.is_(None))
_know = _told.where(MAKES_KNOWN, meeting_notices.c.taken_back_at.is_(None))
_know_lately = _told.where(meeting_notices.c.at > bindparam("lately"))
_theirs = memberships.alias("theirs")
_answerer = people.alias("answerer")
_by_another = exists().where(
    _theirs.c.school_id == invitees.c.school_id,
    _theirs.c.person_id == invitees.c.answered_by,
    _theirs.c.since <= bindparam("now"),
    or_(_theirs.c.until.is_(None), _theirs.c.until > bindparam("now")),
    _answerer.c.id == _theirs.c.person_id,
    _answerer.c.line_user_id.is_not(None),
    _answerer.c.blocked_at.is_(None),
)
_OPEN = (
    select(invitees, people.c.id.label("hearer"), people.c.line_user_id, schools.c.name.label("school_name"))
    .select_from(invitees)
    .outerjoin(schools, schools.c.id == invitees.c.school_id)
    .where(
        invitees.c.meeting_id == bindparam("meeting"),
        people.c.line_user_id.is_not(None),
        people.c.blocked_at.is_(None),
        IN_FORCE,
        or_(people.c.id.in_(_know), people.c.id == invitees.c.answered_by),
        or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now")),
        people.c.id.not_in(_reminded),
    )
)
_OF_SCHOOLS = _OPEN.join(
    memberships, and_(memberships.c.school_id == invitees.c.school_id, memberships.c.role.in_(sorted(WRITERS)))
).join(people, people.c.id == memberships.c.person_id)
# Who answered for a school is the one to remind, as long as LINE reaches them.
_OF_ANSWERERS = _OF_SCHOOLS.where(or_(invitees.c.answered_by == people.c.id, ~_by_another))
_OF_OFFICERS = _OPEN.join(people, people.c.id == invitees.c.person_id).join(
    memberships, and_(memberships.c.person_id == people.c.id, memberships.c.school_id.is_(None))
)


def remind(db: Connection, meeting: Meeting, now: datetime) -> int:
    """Tell whoever is to be reminded of a meeting now; return how many that are."""
    days = working_days.of(db, meeting.channel)
    return sum(_tell(db, kind, meeting, until, now) for kind, until in _due(meeting, days, now))


def _due(meeting: Meeting, days: Days, now: datetime) -> Iterator[tuple[Kind, datetime]]:
    for kind in KINDS:
        first, until = kind.within(meeting, days)
        if first <= now < until and (not kind.in_office_hours or days.allows(now)):
            yield kind, until


def _tell(db: Connection, kind: Kind, meeting: Meeting, until: datetime, now: datetime) -> int:
    if not _open(db, kind, meeting, now) or (at := meetings_telling.still(db, meeting)) is None:
        return 0
    by_words: dict[str, Words] = {}
    told: list[tuple[Hearer, Words]] = []
    for hearer, parts in _open(db, kind, at, now):  # as it is now that nobody changes it
        said = kind.words(at, parts, now)
        if said not in by_words:
            by_words[said] = meetings_telling.words_of(meetings_reminder_words.message(kind.name, at, said))
        told.append((hearer, by_words[said]))
    slot = f"{kind.slot(at)}:{at.version}"  # what a change took back before it was heard is told again
    return meetings_telling.tell(db, at, told, slot, now, now, kind.priority, until)


def _open(db: Connection, kind: Kind, meeting: Meeting, now: datetime) -> list[tuple[Hearer, list[Part]]]:
    """Return who is to be reminded, each once, with the invited for which they are."""
    of_schools = _OF_SCHOOLS if kind.name == "answer" else _OF_ANSWERERS
    row = {"meeting": meeting.id, "slots": f"{kind.slot(meeting)}:%", "now": now, "lately": now - LATELY}
    found: dict[int, tuple[Hearer, list[Part]]] = {}
    for query in (of_schools, _OF_OFFICERS):
        which = query.where(kind.to(meeting))
        which = which.where(people.c.id.not_in(_know_lately)) if kind.name == "answer" else which
        for one in db.execute(which.distinct().order_by(people.c.id, invitees.c.id), row):
            _add(found, one)
    return list(found.values())


def _add(found: dict[int, tuple[Hearer, list[Part]]], row: Any) -> None:
    hearer = Hearer(row.hearer, row.line_user_id, False, frozenset(), None)
    found.setdefault(row.hearer, (hearer, []))[1].append(Part(invitee_of(row), row.school_name))
