"""What time makes due of meetings: who joins after the call is invited and told until the start, reminders are told.

What nobody has begun to say when it becomes stale is let go (``outbox.stale_at``): a call, a change and all reminders
at the start at the latest, being cancelled at the end. A worker that was down over the start says none of it.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from handlers import meetings_cards, meetings_reminding, meetings_telling, notices
from handlers.audiences import SCHOOL_ROLES
from handlers.meetings import Meeting, meeting_of
from handlers.meetings_calling import invite
from handlers.meetings_telling import CALLED, MAKES_KNOWN, Company
from handlers.telling import PATIENCE
from models.meetings import MeetingState, invitees, meeting_notices
from models.meetings import meetings as table
from models.outbox import Priority
from models.people import IN_FORCE, WRITERS, memberships, people, schools


def queue(db: Connection, now: datetime) -> int:
    """Write what is due of all meetings to the outbox; return how many rows that made. What is stale is let go."""
    notices.let_go(db, now)
    coming = [meeting_of(row) for row in db.execute(_COMING, {"now": now}).all()]
    return sum(_invite_late(db, one, now) + meetings_reminding.remind(db, one, now) for one in coming)


_COMING = (
    select(table).where(table.c.state == MeetingState.CALLED, table.c.starts_at > bindparam("now")).order_by(table.c.id)
)


# Who joins after the call -----------------------------------------------------------------------------------------

_told = select(meeting_notices.c.person_id).where(meeting_notices.c.meeting_id == bindparam("meeting"), MAKES_KNOWN)
_NEW_PERSON = (
    select(memberships.c.id)
    .join(people, people.c.id == memberships.c.person_id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.since > bindparam("called"),
        memberships.c.role.in_(bindparam("roles", expanding=True)),
        IN_FORCE,
        people.c.line_user_id.is_not(None),
        memberships.c.person_id.not_in(_told),
    )
    .limit(1)
)
# Sets that are asked for once: what depends on each row is slow where a database does not know yet how many there are.
_invited = select(invitees.c.school_id).where(
    invitees.c.meeting_id == bindparam("meeting"), invitees.c.school_id.is_not(None)
)
_NEW_SCHOOL = select(schools.c.id, schools.c.agency_id).where(
    schools.c.channel_id == bindparam("channel"),
    schools.c.closed_at.is_(None) | (schools.c.closed_at > bindparam("now")),
    schools.c.id.not_in(_invited),
)
_INVITED = select(invitees.c.school_id, invitees.c.person_id).where(invitees.c.meeting_id == bindparam("meeting"))


def _invite_late(db: Connection, meeting: Meeting, now: datetime) -> int:
    """Invite and tell those who belong to the audience only since the call."""
    if not _has_newcomers(db, meeting, now) or (at := meetings_telling.still(db, meeting)) is None:
        return 0
    company = meetings_telling.company(db, at, now)
    _invite_new(db, at, company, now)
    known = meetings_telling.known(db, at.id)
    words = meetings_telling.words_of(meetings_cards.notice(at))
    told = [(one, words) for one in company.hearers.values() if one.person not in known]
    push_at = meetings_telling.moment_of_call(db, at, now, PATIENCE)
    return meetings_telling.tell(db, at, told, f"{CALLED}:{at.version}", now, push_at, Priority.MEETING)


def _has_newcomers(db: Connection, meeting: Meeting, now: datetime) -> bool:
    to = meeting.audience
    row = {"channel": meeting.channel, "meeting": meeting.id, "now": now, "called": meeting.called_at}
    roles = sorted(to.roles | WRITERS if to.roles & SCHOOL_ROLES else to.roles)
    if db.execute(_NEW_PERSON, row | {"roles": roles}).first() is not None:
        return True
    if not to.roles & SCHOOL_ROLES:
        return False
    return any(to.has(one.id, one.agency_id) for one in db.execute(_NEW_SCHOOL, row))


def _invite_new(db: Connection, meeting: Meeting, company: Company, now: datetime) -> None:
    rows = db.execute(_INVITED, {"meeting": meeting.id}).all()
    invited_schools, invited_people = {row.school_id for row in rows}, {row.person_id for row in rows}
    fresh = Company(
        [one for one in company.schools if one.id not in invited_schools],
        {person: agency for person, agency in company.officers.items() if person not in invited_people},
        company.hearers,
        company.unreached,
    )
    invite(db, meeting, fresh, now)
