"""How long personal data is kept where nobody asks for it to go: drafts, talks, reasons, answers, contacts, people.

Each default is a constant here; the README's table tells operators. What was sent in a report is never touched.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, update

from handlers import media, privacy, retention_meetings
from handlers.thai import today
from models.asking import asks
from models.erasing import erasure_requests
from models.people import Request, contacts, join_requests, memberships, people, schools
from models.programme import extension_requests, rounds
from models.reminders import reminders as said_to
from models.report import AnswerState, State, answers, moves, parts, reports, sendings
from models.report import media as files
from models.ticket import ticket_words

DRAFTS = timedelta(days=365)
"""Drafts never sent, after the close of their round (its last day where nobody closed it) and their last words."""
TALKS = timedelta(days=365)
"""Words of talks with a person of the agency."""
REASONS = timedelta(days=365)
"""Reasons for which more time was asked."""
ANSWERS = timedelta(days=730)
"""Answers to what schools asked for: the next two rounds look back on them."""
CONTACTS = timedelta(days=180)
"""Name and telephone of the roster, of a school that is closed."""
PEOPLE = timedelta(days=365)
"""LINE id and name of somebody without any role who has said nothing since."""
REMINDERS = timedelta(days=365)
"""Who was reminded of what and when, after the round's close."""
ERASURES = timedelta(days=730)
"""Requests for erasure, once decided, with the reason of a refusal: as long as the trail is to be kept."""


def due(db: Connection, now: datetime, most: int) -> int:
    """Forget what is due, at most ``most`` rows of each kind; returns how many. Called by ``housekeeping.due``."""
    works = (_people, _drafts, _talks, _reasons, _answers, _contacts, _erasures, _reminders)
    return sum(work(db, now, most) for work in works) + retention_meetings.due(db, now, most)


def _few(key: Any, most: int, *which: ColumnElement[bool]) -> Any:
    """Return the keys of the first rows of which this is true, but for those another process works on."""
    return select(key).where(*which).order_by(key).limit(most).with_for_update(skip_locked=True)


_ANSWERED = (join_requests, erasure_requests)
"""Whoever waits for an answer is not forgotten before it."""


def _people(db: Connection, now: datetime, most: int) -> int:
    """Forget who has had no role, and said nothing, for long. Their events are forgotten already, being older."""
    served = exists().where(
        memberships.c.person_id == people.c.id,
        or_(memberships.c.until.is_(None), memberships.c.until > now - PEOPLE),
    )
    found = (
        select(people.c.id, people.c.channel_id)
        .where(
            people.c.line_user_id.is_not(None),
            func.coalesce(people.c.heard_at, people.c.created_at) <= now - PEOPLE,
            ~served,
            *(~exists().where(one.c.person_id == people.c.id, one.c.state == Request.ASKED) for one in _ANSWERED),
        )
        .order_by(people.c.channel_id, people.c.id)  # whose trail is locked first is the same for all who sweep
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    gone = db.execute(found).all()
    for one in gone:
        privacy.unlink(db, one.channel_id, one.id, None, now)
    return len(gone)


# Drafts -----------------------------------------------------------------------------------------------------------

_has_words = or_(parts.c.text.is_not(None), parts.c.removed_at.is_(None))
_words = exists().where(answers.c.report_id == reports.c.id, parts.c.answer_id == answers.c.id)
_sent = or_(
    exists().where(sendings.c.report_id == reports.c.id),
    exists().where(moves.c.report_id == reports.c.id, moves.c.to_state == State.SUBMITTED),
)


def _drafts(db: Connection, now: datetime, most: int) -> int:
    """Erase the words and files of drafts that were never sent; that there was a draft stays."""
    over = select(rounds.c.id).where(_is_over(now))
    fresh = _words.where(parts.c.kept_at > now - DRAFTS)
    which = (reports.c.state == State.DRAFT, reports.c.round_id.in_(over), ~_sent, _words.where(_has_words), ~fresh)
    found = db.execute(_few(reports.c.id, most, *which)).scalars().all()
    for report in found:
        _erase_draft(db, report, now)
    return len(found)


def _is_over(now: datetime) -> ColumnElement[bool]:
    last_day = func.coalesce(rounds.c.grace_on, rounds.c.due_on)
    unclosed = and_(rounds.c.closed_at.is_(None), last_day <= today(now - DRAFTS))
    return or_(rounds.c.closed_at <= now - DRAFTS, unclosed)


def _erase_draft(db: Connection, report: int, now: datetime) -> None:
    own = select(answers.c.id).where(answers.c.report_id == report)
    kept = select(files.c.part_id).join(parts, parts.c.id == files.c.part_id).where(parts.c.answer_id.in_(own))
    for part in db.execute(kept).scalars().all():
        media.unsent(db, part)
    gone = {"text": None, "removed_at": func.coalesce(parts.c.removed_at, now)}
    db.execute(update(parts).where(parts.c.answer_id.in_(own)).values(gone))
    db.execute(update(answers).where(answers.c.report_id == report).values(state=AnswerState.OPEN))


# Other words, and the roster --------------------------------------------------------------------------------------


def _talks(db: Connection, now: datetime, most: int) -> int:
    found = _few(ticket_words.c.id, most, ticket_words.c.text.is_not(None), ticket_words.c.at <= now - TALKS)
    blank = {"text": None, "line_message_id": None, "removed_at": now}
    return db.execute(update(ticket_words).where(ticket_words.c.id.in_(found)).values(blank)).rowcount


def _reasons(db: Connection, now: datetime, most: int) -> int:
    one = extension_requests
    found = _few(one.c.id, most, one.c.why.is_not(None), one.c.asked_at <= now - REASONS)
    return db.execute(update(one).where(one.c.id.in_(found)).values(why=None, line_message_id=None)).rowcount


def _answers(db: Connection, now: datetime, most: int) -> int:
    found = _few(asks.c.id, most, asks.c.answer.is_not(None), asks.c.answered_at <= now - ANSWERS)
    return db.execute(update(asks).where(asks.c.id.in_(found)).values(answer=None, line_message_id=None)).rowcount


def _reminders(db: Connection, now: datetime, most: int) -> int:
    """Let go of what was reminded of in rounds long closed; while one runs, a row keeps it from being said twice."""
    closed = select(rounds.c.id).where(rounds.c.closed_at <= now - REMINDERS)
    of_report = select(reports.c.id).where(reports.c.round_id.in_(closed))
    of_round = or_(
        said_to.c.round_id.in_(closed), and_(said_to.c.round_id.is_(None), said_to.c.report_id.in_(of_report))
    )
    of_none = and_(said_to.c.round_id.is_(None), said_to.c.report_id.is_(None))
    found = _few(said_to.c.id, most, said_to.c.at <= now - REMINDERS, or_(of_round, of_none))
    return db.execute(delete(said_to).where(said_to.c.id.in_(found))).rowcount


def _contacts(db: Connection, now: datetime, most: int) -> int:
    closed = select(schools.c.id).where(schools.c.closed_at <= now - CONTACTS)
    found = _few(contacts.c.id, most, contacts.c.school_id.in_(closed))
    return db.execute(delete(contacts).where(contacts.c.id.in_(found))).rowcount


def _erasures(db: Connection, now: datetime, most: int) -> int:
    one = erasure_requests
    found = _few(one.c.id, most, one.c.state != Request.ASKED, one.c.decided_at <= now - ERASURES)
    return db.execute(delete(one).where(one.c.id.in_(found))).rowcount
