"""Making and calling a meeting: a draft that may still be amended, whom it reaches and what that costs, the call.

What is called is changed and cancelled in ``meetings_changes``; late joiners and reminders are the clock's
(``meetings_clock``).
"""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from sqlalchemy import Connection, bindparam, insert, update

from handlers import agencies, meetings, meetings_cards, meetings_telling
from handlers.audit import note
from handlers.meetings import Meeting
from handlers.meetings_drafts import BadMeeting, Draft, Trouble, check
from handlers.meetings_telling import CALLED, Company
from models.bulk import insert_many
from models.meetings import MeetingState, invitees, meeting_versions
from models.meetings import meetings as table
from models.outbox import Priority

_ADD = insert(table).returning(table.c.id)
_AMEND = update(table).where(table.c.id == bindparam("meeting"))
_CALL = _AMEND.values(state=MeetingState.CALLED, called_at=bindparam("at"))
_INVITE = insert(invitees)
_VERSION = insert(meeting_versions)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom a meeting reaches now. people: who are told; paid: messages that costs at the most; schools: invited;
    unreached: schools of these for which nobody can be told; officers: invited without a school."""

    people: int
    paid: int
    unreached: int
    schools: int
    officers: int


def make(
    db: Connection,
    channel: str,
    draft: Draft,
    by: int | None,
    agency: int | None,
    now: datetime,
    *,
    unfinished: bool = False,
) -> int:
    """Write down a meeting that is not called yet; return its number.

    by: the coordinator, None from the command line. agency: the office that calls it, None the whole channel's; nobody
    outside of what it answers for is ever invited. unfinished: what is missing or cannot be is put right later.

    Raises:
        BadMeeting: it cannot be so.
    """
    _refuse([] if unfinished else check(draft, now))
    row = _row(db, channel, draft, agency) | {"channel_id": channel, "agency_id": agency, "created_by": by}
    row |= {"state": MeetingState.DRAFT, "version": 1, "code_key": token_hex(32), "created_at": now}
    number = int(db.execute(_ADD, row).scalar_one())
    note(db, channel, "meeting.made", now, person=by, meeting=number)
    return number


def amend(db: Connection, channel: str, meeting: int, draft: Draft, now: datetime, *, unfinished: bool = False) -> bool:
    """Change a meeting that is not called yet; False where it is no draft any more. unfinished: as in ``make``.

    Raises:
        BadMeeting: it cannot be so.
    """
    _refuse([] if unfinished else check(draft, now))
    at = meetings.locked(db, channel, meeting)
    if at is None or at.state != MeetingState.DRAFT:
        return False
    db.execute(_AMEND.values(**_row(db, channel, draft, at.agency)), {"meeting": meeting})
    return True


def _row(db: Connection, channel: str, draft: Draft, agency: int | None) -> dict[str, object]:
    return draft.values() | {"audience": draft.audience.within(agencies.reach(db, channel, agency)).data()}


def _refuse(troubles: list[Trouble]) -> None:
    if troubles:
        raise BadMeeting(*troubles)


def recipients(db: Connection, meeting: Meeting, now: datetime) -> Recipients:
    """Return whom a meeting reaches now and what that costs."""
    return _counted(meetings_telling.company(db, meeting, now))


def _counted(company: Company) -> Recipients:
    paid = sum(not one.blocked for one in company.hearers.values())
    officers = len(company.officers)
    return Recipients(len(company.hearers), paid, len(company.unreached), len(company.schools), officers)


def unfit(db: Connection, meeting: Meeting, now: datetime) -> list[Trouble]:
    """Return why a draft cannot be called now."""
    return _troubles(meeting, meetings_telling.company(db, meeting, now), now)


def _troubles(meeting: Meeting, company: Company, now: datetime) -> list[Trouble]:
    found = check(Draft.of(meeting), now)
    return found if any(not one.blocked for one in company.hearers.values()) else [*found, Trouble.NOBODY]


def call(db: Connection, channel: str, meeting: int, by: int | None, now: datetime) -> bool:
    """Call a meeting: invite its schools and officers, and tell all who speak for them; False where it was called.

    Told in office hours, unless it is urgent or would come too late.

    Raises:
        BadMeeting: it cannot be so any more, or nobody is reached.
    """
    at = meetings.locked(db, channel, meeting)
    if at is None or at.state != MeetingState.DRAFT:
        return False
    company = meetings_telling.company(db, at, now)
    _refuse(_troubles(at, company, now))
    db.execute(_CALL, {"meeting": meeting, "at": now})
    row = {"meeting_id": meeting, "version": 1, "channel_id": channel, "at": now, "by": by}
    db.execute(_VERSION, row | {"changed": {}, "asks_again": False})
    invite(db, at, company, now)
    words = meetings_telling.words_of(meetings_cards.notice(at))
    told = [(one, words) for one in company.hearers.values()]
    push_at = meetings_telling.moment_of_call(db, at, now)
    meetings_telling.tell(db, at, told, f"{CALLED}:1", now, push_at, Priority.MEETING)
    note(db, channel, "meeting.called", now, person=by, meeting=meeting, recipients=len(told))
    return True


def invite(db: Connection, meeting: Meeting, company: Company, now: datetime) -> None:
    """Invite all of a company; none of them may be invited yet. The meeting must be locked."""
    of_schools: list[tuple[int | None, ...]] = [(one.id, None, one.agency) for one in company.schools]
    of_officers: list[tuple[int | None, ...]] = [(None, person, agency) for person, agency in company.officers.items()]
    same = {"channel_id": meeting.channel, "meeting_id": meeting.id, "invited_at": now, "version": meeting.version}
    insert_many(db, _INVITE, ("school_id", "person_id", "agency_id"), of_schools + of_officers, same)
