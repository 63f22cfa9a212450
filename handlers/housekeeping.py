"""What is not needed any more is forgotten. Reports, their history and the audit trail stay.

The trail is never shortened here: it names people by number only, a number that leads to nobody once the person has
unlinked, and a row taken out would break its chain. It is to be kept for two years; whoever must shorten it later
notes the newest seal first (``handlers/audit.py``).
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, delete, null, select, tuple_, update

from handlers import retention
from handlers.privacy import FORGOTTEN
from models.inbox import Kept, inbox
from models.outbox import Sending, outbox, said
from models.people import Request, join_requests, people
from models.place import asked, places
from models.programme import rounds
from models.report import media, reports

EVENTS = timedelta(days=90)
"""Events as LINE sent them, once applied; that there was one is kept, so that a late copy or unsend is known."""
SAID = timedelta(days=90)
"""What we said, and to which LINE id."""
ROUNDS = timedelta(days=90)
"""After a round's close: which question was put when, and in which bubble; late and quoted words need it."""
FILES = timedelta(days=180)
"""What is noted of photos and files that were refused or lost."""
REQUESTS = timedelta(days=365)
"""Requests to join, once decided, with their reasons."""
LOST_PLACES = timedelta(days=365)
"""Where somebody stood in a talk who has said nothing since."""

_OVER = (Sending.SENT, Sending.REPLACED, Sending.FAILED)
_BLANK: dict[str, Any] = {"recipient": "", "messages": [], "about": null(), "reply_token": None}


def due(db: Connection, now: datetime, most: int = 500) -> int:
    """Forget what is due, at most ``most`` rows of each kind; returns how many. Call again until it returns 0.

    Any number of processes may do so at once: rows that another has locked are left to it.
    """
    works = (_events, _words_said, _words_to_nobody, _never_said, _asked, _quotable, _files, _requests, _places)
    return sum(work(db, now, most) for work in works) + retention.due(db, now, most)


def _events(db: Connection, now: datetime, most: int) -> int:
    whole = cast(inbox.c.raw, Text).notlike('{"forgotten"%')
    old = _few(inbox.c.id, most, inbox.c.state == Kept.APPLIED, inbox.c.received_at <= now - EVENTS, whole)
    return db.execute(update(inbox).where(inbox.c.id.in_(old)).values(raw=FORGOTTEN)).rowcount


def _words_said(db: Connection, now: datetime, most: int) -> int:
    return _blank(db, most, outbox.c.created_at <= now - SAID)


def _words_to_nobody(db: Connection, now: datetime, most: int) -> int:
    """Blank what was said to people since unlinked: the answer to unlinking itself, say."""
    return _blank(db, most, outbox.c.person_id.in_(select(people.c.id).where(people.c.line_user_id.is_(None))))


def _never_said(db: Connection, now: datetime, most: int) -> int:
    """Let go of what waits for a visit of somebody who was unlinked or erased: nobody can come for it."""
    gone = outbox.c.person_id.in_(select(people.c.id).where(people.c.line_user_id.is_(None)))
    found = _few(outbox.c.id, most, outbox.c.state == Sending.HELD, gone)
    failed = {**_BLANK, "state": Sending.FAILED, "error": "unlinked"}
    return db.execute(update(outbox).where(outbox.c.id.in_(found)).values(failed)).rowcount


def _blank(db: Connection, most: int, which: ColumnElement[bool]) -> int:
    whole = cast(outbox.c.messages, Text) != "[]"
    found = _few(outbox.c.id, most, outbox.c.state.in_(_OVER), which, whole)
    return db.execute(update(outbox).where(outbox.c.id.in_(found)).values(_BLANK)).rowcount


def _closed(now: datetime) -> Any:
    closed = select(reports.c.id).join(rounds, rounds.c.id == reports.c.round_id)
    return closed.where(rounds.c.closed_at <= now - ROUNDS)


def _asked(db: Connection, now: datetime, most: int) -> int:
    found = _few(asked.c.id, most, asked.c.report_id.in_(_closed(now)))
    return db.execute(delete(asked).where(asked.c.id.in_(found))).rowcount


def _quotable(db: Connection, now: datetime, most: int) -> int:
    key = (said.c.channel_id, said.c.line_message_id)
    found = select(*key).where(said.c.report_id.in_(_closed(now))).limit(most).with_for_update(skip_locked=True)
    return db.execute(delete(said).where(tuple_(*key).in_(found))).rowcount


def _files(db: Connection, now: datetime, most: int) -> int:
    lost = (media.c.state.in_(("refused", "gone")), media.c.path.is_(None), media.c.line_message_id != "")
    found = _few(media.c.part_id, most, *lost, media.c.due_at <= now - FILES)
    blank = {"line_message_id": "", "content_type": None, "size": None}
    return db.execute(update(media).where(media.c.part_id.in_(found)).values(blank)).rowcount


def _requests(db: Connection, now: datetime, most: int) -> int:
    decided = (join_requests.c.state != Request.ASKED, join_requests.c.decided_at <= now - REQUESTS)
    found = _few(join_requests.c.id, most, *decided)
    return db.execute(delete(join_requests).where(join_requests.c.id.in_(found))).rowcount


def _places(db: Connection, now: datetime, most: int) -> int:
    found = _few(places.c.person_id, most, places.c.since <= now - LOST_PLACES)
    return db.execute(delete(places).where(places.c.person_id.in_(found))).rowcount


def _few(key: Any, most: int, *which: ColumnElement[bool]) -> Any:
    """Return the keys of the first rows of which this is true, but for those another process works on."""
    return select(key).where(*which).order_by(key).limit(most).with_for_update(skip_locked=True)
