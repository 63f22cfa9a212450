"""Photos and files of a topic, for the verifier who asked to see them: a grant of a few minutes, checked at every use.

A grant says who may see the files of which topic of which sending, and until when. It travels as a signed link, which
is made and read at the edge (``bot.links``); here is decided, when it is used, whether it still holds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from handlers import audit, reviews, reviews_view, standing
from handlers.media import MediaState
from handlers.questions import Topic
from handlers.reviews_view import View
from models.people import Role
from models.report import PartKind, media, parts

LASTS = timedelta(minutes=10)
"""How long a grant holds; asking again in the chat makes a new one."""
_WORDS = (PartKind.TEXT, PartKind.CHOICE)


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may see which topic's files. agency: as whose verifier; sending: as it was sent then; until: no longer."""

    channel: str
    person: int
    agency: int
    report: int
    sending: int
    topic: str
    until: datetime


MakeLink = Callable[[Grant], str | None]
"""Returns the address at which a grant is used; None where the bot has no address of its own."""


@dataclass(frozen=True, slots=True)
class File:
    """One file that is kept. path: below the store of files, made by us; content_type: told by its content; size:
    bytes; name: as the person called it, never used as a path."""

    part: int
    kind: PartKind
    name: str | None
    path: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a grant shows. coming: how many files are still on their way from LINE."""

    school: str
    topic: Topic
    files: tuple[File, ...]
    coming: int


_FILES = (
    select(parts.c.id, parts.c.kind, parts.c.text, media.c.state, media.c.path, media.c.content_type, media.c.size)
    .join(media, media.c.part_id == parts.c.id)
    .where(parts.c.id.in_(bindparam("parts", expanding=True)), parts.c.removed_at.is_(None))
    .order_by(parts.c.said_at, parts.c.id)
)


def has_files(view: View, topic: Topic) -> bool:
    """Tell whether the school sent anything but words with a topic."""
    return any(part.kind not in _WORDS and not part.lost for part in _sent(view, topic))


def of_topic(view: View, topic: Topic) -> Shown:
    """Return a topic's files as they were sent, without what was unsent since and what only the province may see."""
    wanted = [part.id for part in _sent(view, topic) if part.kind not in _WORDS]
    rows = view.db.execute(_FILES, {"parts": wanted}).all()
    kept = tuple(_file(row) for row in rows if row.state == MediaState.KEPT and row.path)
    return Shown(view.case.school_name, topic, kept, sum(row.state == MediaState.WAITING for row in rows))


def _sent(view: View, topic: Topic) -> Sequence[Any]:
    return [part for question in view.shown(topic) for part in view.words.get(question.key, [])]


def _file(row: Any) -> File:
    kind = PartKind(row.kind)
    return File(row.id, kind, row.text, row.path, row.content_type or "application/octet-stream", row.size or 0)


def used(db: Connection, grant: Grant, now: datetime, part: int | None = None) -> Shown | None:
    """Return what a grant shows now, and note in the trail that it was looked at; None where it does not hold any more.

    part: the one file that is opened; None for the list of all. One that is not among them is nothing.
    """
    if now >= grant.until:
        return None
    shown = _allowed(db, grant, now)
    if shown is not None and part is not None and part not in [one.part for one in shown.files]:
        shown = None
    action = "files.viewed" if shown else "files.refused"
    topic = f"{grant.topic}@{grant.sending}"
    audit.note(db, grant.channel, action, now, person=grant.person, report=grant.report, topic=topic, part=part)
    return shown


def _allowed(db: Connection, grant: Grant, now: datetime) -> Shown | None:
    if not _verifies(db, grant, now):
        return None
    scope = reviews.scope(db, grant.channel, grant.person, grant.agency, now)
    view = reviews_view.load(db, scope, grant.report)
    if view is None or view.last.id != grant.sending:
        return None
    topic = view.topic(grant.topic)
    return of_topic(view, topic) if topic else None


def _verifies(db: Connection, grant: Grant, now: datetime) -> bool:
    standings = standing.known(db, grant.person, now).standings
    return any(one.role == Role.VERIFIER and one.agency_id == grant.agency for one in standings)
