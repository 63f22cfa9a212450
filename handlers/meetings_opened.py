"""What a pass to a meeting's page opens now: checked anew each time, and noted in the trail.

A calendar entry is for who is invited; the host's page and the register are for coordinators of the office that calls
the meeting, or of one above it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from handlers import agencies, audit, checkin_codes, checkins, meetings, meetings_scope
from handlers.checkin_codes import Codes
from handlers.checkins import Attendance
from handlers.meetings import Invitee, Meeting
from handlers.meetings_pages import Page, Pass
from handlers.texts import say
from models.meetings import MeetingState, Mode, Reply, invitees
from models.people import IN_FORCE, Role, memberships, people
from models.people import agencies as offices


@dataclass(frozen=True, slots=True)
class Entry:
    """A calendar entry. link: to the call or broadcast, only for who answered that they take part online."""

    meeting: Meeting
    link: str | None


@dataclass(frozen=True, slots=True)
class Host:
    """What the host's page shows. codes: None where one cannot check in now."""

    meeting: Meeting
    codes: Codes | None
    came: Attendance
    invited: int


_INVITED = select(func.count()).where(
    invitees.c.channel_id == bindparam("channel"), invitees.c.meeting_id == bindparam("meeting")
)
_OFFICES = (
    select(memberships.c.agency_id, offices.c.name.label("agency"), people.c.name)
    .select_from(memberships)
    .join(people, people.c.id == memberships.c.person_id)
    .outerjoin(offices, offices.c.id == memberships.c.agency_id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.person_id == bindparam("person"),
        memberships.c.role == Role.COORDINATOR,
        IN_FORCE,
    )
    .order_by(memberships.c.id)
)


def calendar(db: Connection, one: Pass, now: datetime) -> Entry | None:
    """Return the calendar entry that a pass opens; None where it does not hold."""
    meeting = _meeting(db, one, Page.CALENDAR, now)
    if meeting is None:
        return None
    invited = meetings.of_person(db, one.channel, one.person, now)
    mine = [each.invitee for each in invited if each.meeting.id == meeting.id]
    if not _noted(db, one, now, holds=bool(mine) or _host_of(db, one, meeting, now) is not None):
        return None
    return Entry(meeting, meeting.link if may_have_link(mine) else None)


def may_have_link(mine: Iterable[Invitee]) -> bool:
    """Tell whether the link is told to who is invited so: answered that they, or whom they send, take part online."""
    return any(one.mode == Mode.CALL and one.reply in (Reply.COMING, Reply.DELEGATE) for one in mine)


def host(db: Connection, one: Pass, now: datetime, *, again: bool = False) -> Host | None:
    """Return what the host's page shows; None where the pass does not hold, or the meeting is over.

    again: an open page asks for what has changed; only the opening is noted.
    """
    meeting = _meeting(db, one, Page.HOST, now)
    if meeting is None or now > meeting.ends_at:
        return None
    holds = _host_of(db, one, meeting, now) is not None
    if not again:
        _noted(db, one, now, holds=holds)
    if not holds:
        return None
    is_open = meeting.state == MeetingState.CALLED and checkin_codes.is_open(meeting, now)
    codes = checkin_codes.codes(meeting, now) if is_open else None
    invited = db.execute(_INVITED, {"channel": one.channel, "meeting": meeting.id}).scalar_one()
    return Host(meeting, codes, checkins.attended(db, meeting), invited)


def exported(db: Connection, one: Pass, now: datetime) -> tuple[Meeting, str] | None:
    """Return the meeting whose register a pass opens, and as whom, in words; None where it does not hold.

    That it is exported is noted. The register itself is read afterwards: of thousands that takes a while, in which
    nobody else should have to wait to write.
    """
    meeting = _meeting(db, one, one.page, now)
    if meeting is None or one.page not in (Page.REGISTER_XLSX, Page.REGISTER_PDF):
        return None
    who = _host_of(db, one, meeting, now)
    return (meeting, who) if _noted(db, one, now, holds=who is not None) and who is not None else None


def _meeting(db: Connection, one: Pass, page: Page, now: datetime) -> Meeting | None:
    """Return the meeting of a pass to a page; nothing is told of a draft."""
    if now >= one.until or one.page != page:
        return None
    meeting = meetings.found(db, one.channel, one.meeting)
    return meeting if meeting is not None and meeting.called_at is not None else None


def _host_of(db: Connection, one: Pass, meeting: Meeting, now: datetime) -> str | None:
    """Return as whom a person is host of a meeting, in words; None where not."""
    for row in db.execute(_OFFICES, {"channel": one.channel, "person": one.person, "now": now}):
        if meetings_scope.owns(meeting, agencies.reach(db, one.channel, row.agency_id)):
            hat = say("switch.hat", role=say("role.coordinator"), agency=row.agency or say("joining.everywhere"))
            return say("register.by_named", name=row.name, hat=hat) if row.name else hat
    return None


def _noted(db: Connection, one: Pass, now: datetime, *, holds: bool) -> bool:
    action = "meeting.page_opened" if holds else "meeting.page_refused"
    audit.note(db, one.channel, action, now, person=one.person, meeting=one.meeting, page=one.page)
    return holds
