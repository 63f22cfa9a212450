"""How long personal data of meetings and announcements is kept where nobody asks for it to go.

That a meeting was called, who was invited, what was answered and who came stays, and so do announcements that were
sent: they are the office's records. What goes are names and reasons, and whatever was never said.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, exists, func, or_, select, tuple_, update

from models.announcements import AnnouncementState, announcement_bubbles, announcements
from models.meetings import (
    MeetingState,
    checkin_guesses,
    invitees,
    meeting_answers,
    meeting_notices,
    meetings,
)

NAMES = timedelta(days=730)
"""Names of delegates, and reasons for not coming, after the meeting's end. The register is printed and signed on the
day, and that paper is the record; two years is as long as the trail is kept, for whoever audits travel claims."""
NOTICES = timedelta(days=365)
"""Who was told what of a meeting, and when; after its end nothing is told of it any more."""
GUESSES = timedelta(days=1)
"""Wrong check-in codes in a row: a meeting's codes are worth nothing on the next day."""
DRAFTS = timedelta(days=90)
"""Meetings that were never called, and announcements that were never sent; bubbles of those that were."""


def due(db: Connection, now: datetime, most: int) -> int:
    """Forget what is due, at most ``most`` rows of each kind; returns how many. Called by ``retention.due``."""
    works: tuple[Callable[[Connection, datetime, int], int], ...] = (
        _names, _answers, _notices, _guesses, _meetings, _bubbles, _announcements,
    )  # fmt: skip
    return sum(work(db, now, most) for work in works)


def _few(most: int, *keys: Any) -> Any:
    return select(*keys).order_by(*keys).limit(most).with_for_update(skip_locked=True)


def _over(now: datetime, time: timedelta) -> Any:
    return select(meetings.c.id).where(meetings.c.ends_at <= now - time)


# Names and reasons ------------------------------------------------------------------------------------------------


def _has_words(table: Table) -> Any:
    return or_(table.c.delegate_name.is_not(None), table.c.delegate_position.is_not(None), table.c.reason.is_not(None))


_BLANK: dict[str, Any] = {"delegate_name": None, "delegate_position": None, "reason": None}


def _names(db: Connection, now: datetime, most: int) -> int:
    found = _few(most, invitees.c.id).where(_has_words(invitees), invitees.c.meeting_id.in_(_over(now, NAMES)))
    return db.execute(update(invitees).where(invitees.c.id.in_(found)).values(_BLANK)).rowcount


def _answers(db: Connection, now: datetime, most: int) -> int:
    one = meeting_answers
    invited = select(invitees.c.id).where(invitees.c.meeting_id.in_(_over(now, NAMES)))
    found = _few(most, one.c.id).where(_has_words(one), one.c.invitee_id.in_(invited))
    return db.execute(update(one).where(one.c.id.in_(found)).values(_BLANK | {"line_message_id": None})).rowcount


# What is not needed any more --------------------------------------------------------------------------------------


def _notices(db: Connection, now: datetime, most: int) -> int:
    key = (meeting_notices.c.meeting_id, meeting_notices.c.person_id, meeting_notices.c.slot)
    found = _few(most, *key).where(meeting_notices.c.meeting_id.in_(_over(now, NOTICES)))
    return db.execute(delete(meeting_notices).where(tuple_(*key).in_(found))).rowcount


def _guesses(db: Connection, now: datetime, most: int) -> int:
    one = checkin_guesses
    found = _few(most, one.c.person_id).where(func.coalesce(one.c.again_at, one.c.at) <= now - GUESSES)
    return db.execute(delete(one).where(one.c.person_id.in_(found))).rowcount


def _meetings(db: Connection, now: datetime, most: int) -> int:
    """Let go of drafts whose day has passed."""
    draft = and_(meetings.c.state == MeetingState.DRAFT, meetings.c.created_at <= now - DRAFTS)
    found = db.execute(_few(most, meetings.c.id).where(draft, meetings.c.starts_at <= now)).scalars().all()
    db.execute(delete(meetings).where(meetings.c.id.in_(found)))
    return len(found)


_of_it = announcement_bubbles.c.announcement_id == announcements.c.id
_SENT = (AnnouncementState.SENT, AnnouncementState.CANCELLED)


def _bubbles(db: Connection, now: datetime, most: int) -> int:
    """Let go of what announcements were written from: their own words are kept, and no bubble is unsent so late."""
    one = announcement_bubbles
    sent = select(announcements.c.id).where(announcements.c.state.in_(_SENT))
    found = _few(most, one.c.id).where(one.c.at <= now - DRAFTS, one.c.announcement_id.in_(sent))
    return db.execute(delete(one).where(one.c.id.in_(found))).rowcount


def _announcements(db: Connection, now: datetime, most: int) -> int:
    """Let go of drafts that nobody has written in, or looked at, for long."""
    old = func.coalesce(announcements.c.shown_at, announcements.c.asked_at) <= now - DRAFTS
    fresh = exists().where(_of_it, announcement_bubbles.c.at > now - DRAFTS)
    which = (announcements.c.state.not_in(_SENT), old, ~fresh)
    found = db.execute(_few(most, announcements.c.id).where(*which)).scalars().all()
    for table, key in ((announcement_bubbles, "announcement_id"), (announcements, "id")):
        db.execute(delete(table).where(table.c[key].in_(found)))
    return len(found)
