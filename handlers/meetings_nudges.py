"""Asking those once more who have not answered a meeting: by a coordinator's order only, once a day at the most."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from handlers import meetings, meetings_reminder_words, meetings_scope, meetings_telling
from handlers.audit import note
from handlers.meetings import Meeting
from handlers.meetings_telling import Hearer
from handlers.thai import today
from models.meetings import MeetingState, meeting_notices
from models.outbox import Priority

_TODAY = select(meeting_notices.c.person_id).where(
    meeting_notices.c.meeting_id == bindparam("meeting"), meeting_notices.c.slot == bindparam("slot")
)


def recipients(db: Connection, meeting: Meeting, now: datetime) -> Sequence[Hearer]:
    """Return who is told of a meeting, has not answered it, and was not asked again today."""
    silent = [one for one in meetings_scope.invited(db, meeting, None) if one.reply is None]
    schools, officers = {one.school for one in silent}, {one.person for one in silent}
    asked = set(db.execute(_TODAY, {"meeting": meeting.id, "slot": _slot(now)}).scalars())
    hearers = meetings_telling.company(db, meeting, now).hearers.values()
    return [
        one
        for one in hearers
        if not one.blocked and one.person not in asked and (one.schools & schools or one.person in officers)
    ]


def _slot(now: datetime) -> str:
    return f"again:{today(now).isoformat()}"


def send(db: Connection, meeting: Meeting, by: int, now: datetime) -> int:
    """Ask those once more who have not answered; return how many that reaches."""
    at = meetings.locked(db, meeting.channel, meeting.id)
    if at is None or at.state != MeetingState.CALLED or at.starts_at <= now:
        return 0
    to = recipients(db, at, now)
    if not to:
        return 0
    words = meetings_telling.words_of(
        meetings_reminder_words.message("answer", at, meetings_reminder_words.answer(at, (), now))
    )
    push_at = meetings_telling.moment_of_call(db, at, now)
    meetings_telling.tell(db, at, [(one, words) for one in to], _slot(now), now, push_at, Priority.MEETING)
    note(db, at.channel, "meeting.asked_again", now, person=by, meeting=at.id, recipients=len(to))
    return len(to)
