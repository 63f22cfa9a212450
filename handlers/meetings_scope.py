"""Meetings as an office sees them: those it calls, those its schools and officers are invited to; and its own drafts.

An office is an agency with all below it (``agencies.reach``; None: the whole channel). Of a meeting that another office
called it sees its own people only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, or_, select, update

from handlers.meetings import Invitee, Meeting, invitee_of, meeting_of
from handlers.texts import say
from models.meetings import MeetingState, invitees, meetings
from models.people import agencies, people, schools

Reach = frozenset[int] | None
LATELY = timedelta(days=14)
"""How long after its end a meeting stands in the list."""

_LISTED = (
    select(meetings)
    .where(
        meetings.c.channel_id == bindparam("channel"),
        meetings.c.called_at.is_not(None),
        meetings.c.ends_at > bindparam("since"),
    )
    .order_by(meetings.c.starts_at, meetings.c.id)
)
_WITHIN: BindParameter[Any] = bindparam("within", expanding=True)
_CONCERN = or_(
    meetings.c.agency_id.in_(_WITHIN),
    meetings.c.id.in_(
        select(invitees.c.meeting_id)
        .where(invitees.c.channel_id == bindparam("channel"), invitees.c.agency_id.in_(_WITHIN))
        .correlate(None)
    ),
)
_CONCERNS = select(meetings.c.id).where(
    meetings.c.channel_id == bindparam("channel"), meetings.c.id == bindparam("meeting"), _CONCERN
)
_DRAFTS = (
    select(meetings)
    .where(
        meetings.c.channel_id == bindparam("channel"),
        meetings.c.state == MeetingState.DRAFT,
        meetings.c.created_by == bindparam("person"),
        meetings.c.agency_id.is_not_distinct_from(bindparam("agency")),
    )
    .order_by(meetings.c.id.desc())
    .limit(bindparam("most"))
)
_INVITEES = (
    select(invitees)
    .where(invitees.c.channel_id == bindparam("channel"), invitees.c.meeting_id == bindparam("meeting"))
    .order_by(invitees.c.id)
)


def listed(db: Connection, channel: str, reach: Reach, now: datetime) -> list[Meeting]:
    """Return the meetings, called or cancelled and not long over, that concern an office; the soonest first."""
    row = {"channel": channel, "since": now - LATELY}
    if reach is None:
        return [meeting_of(one) for one in db.execute(_LISTED, row)]
    return [meeting_of(one) for one in db.execute(_LISTED.where(_CONCERN), row | {"within": sorted(reach)})]


_DROP = (
    update(meetings)
    .where(
        meetings.c.channel_id == bindparam("channel"),
        meetings.c.id == bindparam("meeting"),
        meetings.c.state == MeetingState.DRAFT,
    )
    .values(state=MeetingState.CANCELLED, cancelled_at=bindparam("now"))
    .returning(meetings.c.id)
)


def drop(db: Connection, channel: str, meeting: int, now: datetime) -> bool:
    """Drop a draft, which nobody has heard of; False where it is none any more."""
    return db.execute(_DROP, {"channel": channel, "meeting": meeting, "now": now}).first() is not None


def concerns(db: Connection, meeting: Meeting, reach: Reach) -> bool:
    """Tell whether a called meeting concerns an office."""
    if meeting.called_at is None:
        return False
    if owns(meeting, reach):
        return True
    row = {"channel": meeting.channel, "meeting": meeting.id, "within": sorted(reach or ())}
    return db.execute(_CONCERNS, row).first() is not None


def owns(meeting: Meeting, reach: Reach) -> bool:
    """Tell whether a meeting was called by the office or one below it."""
    return reach is None or meeting.agency in reach


def drafts(db: Connection, channel: str, person: int, agency: int | None, most: int) -> list[Meeting]:
    """Return what somebody has begun to prepare for an office, the newest first."""
    row = {"channel": channel, "person": person, "agency": agency, "most": most}
    return [meeting_of(one) for one in db.execute(_DRAFTS, row)]


def seen(meeting: Meeting, reach: Reach) -> Reach:
    """Return the agencies of which an office may see the invited: of what it called itself all."""
    return None if owns(meeting, reach) else reach


def invited(db: Connection, meeting: Meeting, reach: Reach) -> list[Invitee]:
    """Return who is invited to a meeting, as far as an office may see it."""
    rows = db.execute(_INVITEES, {"channel": meeting.channel, "meeting": meeting.id})
    found, within = (invitee_of(one) for one in rows), seen(meeting, reach)
    return [one for one in found if within is None or one.agency in within]


@dataclass(frozen=True, slots=True)
class Name:
    """An invited school or officer as a list shows it. agency: its name, "" of those of the whole channel."""

    name: str
    agency: str


_NAMES = (
    select(
        invitees.c.id, schools.c.name.label("school"), schools.c.district, people.c.name.label("person"),
        agencies.c.name.label("agency"), agencies.c.id.label("agency_id"),
    )
    .select_from(invitees)
    .outerjoin(schools, schools.c.id == invitees.c.school_id)
    .outerjoin(people, people.c.id == invitees.c.person_id)
    .outerjoin(agencies, agencies.c.id == invitees.c.agency_id)
    .where(invitees.c.channel_id == bindparam("channel"), invitees.c.meeting_id == bindparam("meeting"))
)  # fmt: skip


def names(db: Connection, meeting: Meeting, of: Sequence[Invitee], nameless: str) -> dict[int, Name]:
    """Return what the invited are called, by the invitee's number. nameless: of an officer without a name."""
    wanted = {one.id for one in of}
    rows = [row for row in db.execute(_NAMES, {"channel": meeting.channel, "meeting": meeting.id}) if row.id in wanted]
    several = Counter((row.agency_id, row.school) for row in rows)
    return {row.id: Name(_name(row, several, nameless), row.agency or "") for row in rows}


def _name(row: Any, several: Counter[Any], nameless: str) -> str:
    """Return a name, of two schools of one agency with the same name with the district."""
    if row.school and several[row.agency_id, row.school] > 1:
        return say("joining.place", school=row.school, district=row.district)
    return str(row.school or row.person or nameless)
