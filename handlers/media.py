"""Photos, files and voice on their way from LINE into our own store: what waits, who fetches it, how it ended.

A row of ``media`` waits, then is kept, refused or gone for good. Whoever fetches claims the row, lets go of the
database, fetches, and marks how it went; a mark by one whose claim has been taken over changes nothing.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal_column, select, update

from models.report import PartKind, answers, media, parts

LEASE = timedelta(minutes=10)
"""How long a claimed row is left alone; the one who fetches stops well before (bot.media)."""
MOST_TRIES = 24
"""With the waits below the last try comes about two days after the first."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=3)


class MediaState(StrEnum):
    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"  # LINE gave it, we do not take it
    GONE = "gone"  # LINE does not have it, or the person took it back


class Reason(StrEnum):
    """Why a file was refused (the first six) or is gone."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    TYPE = "type"  # not one of the types we take
    MISTYPED = "mistyped"  # sent as a photo, say, and is something else
    POLYGLOT = "polyglot"  # two types at once, which only an attack is
    MACROS = "macros"
    UNSENT = "unsent"
    REMOVED = "removed"  # something newer took its part's place before it was fetched
    UNKNOWN = "unknown"  # LINE knows no such message
    REJECTED = "rejected"  # LINE will not give it, however often it is asked
    UNREACHABLE = "unreachable"  # every try failed


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed file. ``name`` is what the person called it, never to be used as a path.

    said_at: LINE's time of the bubble. path: where an earlier try meant to keep it.
    """

    part_id: int
    channel: str
    message_id: str
    kind: PartKind
    name: str | None
    said_at: datetime
    tries: int
    path: str | None
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Doomed:
    """A file to delete: its part was unsent, or refused after all."""

    part_id: int
    path: str


_WAITING = media.c.state == literal_column("'waiting'")  # a literal: only so a prepared plan fits the partial index
_OURS = (media.c.part_id == bindparam("part")) & _WAITING & (media.c.tries == bindparam("claim"))

_NOTE = insert(media).values(state=MediaState.WAITING, tries=0)

_PICKED = (
    select(media.c.part_id)
    .where(_WAITING, media.c.due_at <= bindparam("now"))
    .order_by(media.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("picked")  # a subquery could be run again for each row on PostgreSQL, and lock more than it returns
)
_CLAIM = (
    update(media)
    .where(media.c.part_id.in_(select(_PICKED.c.part_id)), _WAITING, media.c.due_at <= bindparam("now"))
    .values(due_at=bindparam("lease"), tries=media.c.tries + 1)
    .returning(media.c.part_id)
)
_CLAIMED = (
    select(media, parts.c.kind, parts.c.text, parts.c.said_at, parts.c.removed_at)
    .join_from(media, parts)
    .where(media.c.part_id.in_(bindparam("claimed", expanding=True)))
    .order_by(media.c.part_id)
)

_PLAN = update(media).where(_OURS).values(path=bindparam("to"))
_KEEP = (
    update(media).where(_OURS).values(state=MediaState.KEPT, content_type=bindparam("mime"), size=bindparam("bytes"))
)
_END = update(media).where(_OURS).values(state=bindparam("end"), reason=bindparam("why"))
_AGAIN = update(media).where(_OURS).values(due_at=bindparam("then"))

_UNSEND = update(media).where(media.c.part_id == bindparam("part")).values(state=MediaState.GONE, reason=Reason.UNSENT)
_DOOMED_STATE = media.c.state.in_([literal_column("'refused'"), literal_column("'gone'")])
_DOOMED = (
    select(media.c.part_id, media.c.path)
    .where(_DOOMED_STATE, media.c.path.is_not(None), media.c.due_at <= bindparam("now"))
    .order_by(media.c.due_at)
    .limit(bindparam("most"))
)
_FORGET = update(media).where(media.c.part_id == bindparam("part"), _DOOMED_STATE).values(path=None)
_WANTED = select(media.c.part_id).where(media.c.part_id == bindparam("part"), ~_DOOMED_STATE)

_COUNTS = (
    select(answers.c.question, parts.c.kind, media.c.state, func.count())
    .join_from(answers, parts, (parts.c.answer_id == answers.c.id) & (parts.c.revision == answers.c.revision))
    .join(media, media.c.part_id == parts.c.id)
    .where(
        answers.c.channel_id == bindparam("channel"),
        answers.c.report_id == bindparam("report"),
        parts.c.removed_at.is_(None),
    )
    .group_by(answers.c.question, parts.c.kind, media.c.state)
)

Counts = Mapping[tuple[PartKind, MediaState], int]


def note(db: Connection, channel: str, part_id: int, message_id: str, now: datetime) -> None:
    """Write down that a part's content waits at LINE to be fetched, from now on."""
    db.execute(_NOTE, {"part_id": part_id, "channel_id": channel, "line_message_id": message_id, "due_at": now})


def due(db: Connection, now: datetime, limit: int) -> list[Job]:
    """Claim up to ``limit`` waiting files for ``LEASE``, those longest due first.

    A file whose part has meanwhile been removed, or whose tries are used up by crashes, is closed here.
    """
    until = now + LEASE
    claimed = list(db.scalars(_CLAIM, {"now": now, "most": limit, "lease": until}))
    if not claimed:
        return []
    rows = db.execute(_CLAIMED, {"claimed": claimed}).all()
    return [job for job, removed in map(_job, rows) if not _closed(db, job, removed)]


def planned(db: Connection, job: Job, path: str) -> bool:
    """Write down where the file is about to be kept, so that it can be deleted whatever happens next.

    Returns False where the claim no longer holds (unsent, or taken over): then nothing must be kept.
    """
    return _changed(db, _PLAN, job, to=path)


def kept(db: Connection, job: Job, content_type: str, size: int) -> bool:
    """Mark the file as kept at its planned path; ``size`` in bytes. False where the claim no longer holds."""
    return _changed(db, _KEEP, job, mime=content_type, bytes=size)


def refused(db: Connection, job: Job, reason: Reason) -> bool:
    """Mark the file as one we do not take. False where the claim no longer holds."""
    return _changed(db, _END, job, end=MediaState.REFUSED, why=reason)


def gone(db: Connection, job: Job, reason: Reason) -> bool:
    """Mark the file as one LINE will not give us any more. False where the claim no longer holds."""
    return _changed(db, _END, job, end=MediaState.GONE, why=reason)


def again(db: Connection, job: Job, now: datetime, chance: float) -> bool:
    """Let the file wait for its next try, or give up after ``MOST_TRIES``; ``chance`` in [0, 1) spreads the tries.

    Returns False where the claim no longer holds.
    """
    if job.tries >= MOST_TRIES:
        return gone(db, job, Reason.UNREACHABLE)
    return _changed(db, _AGAIN, job, then=now + wait(job.tries, chance))


def wait(tries: int, chance: float) -> timedelta:
    """Return how long to wait after that many tries: doubling, bounded, a quarter less to a quarter more."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(tries - 1, 30)
    return min(doubled, LONGEST_WAIT) * (0.75 + chance / 2)


def unsent(db: Connection, part_id: int) -> None:
    """Mark a part's content as taken back, whatever its state; ``to_delete`` then names its file."""
    db.execute(_UNSEND, {"part": part_id})


def to_delete(db: Connection, now: datetime, limit: int) -> list[Doomed]:
    """Return files that must not stay in the store: unsent, or refused at a later try.

    Not before the lease of the last claim has passed, so that nobody can still be writing the file.
    """
    rows = db.execute(_DOOMED, {"now": now, "most": limit})
    return [Doomed(part_id, path) for part_id, path in rows]


def deleted(db: Connection, doomed: Doomed) -> None:
    """Forget the path of a file that is no longer in the store."""
    db.execute(_FORGET, {"part": doomed.part_id})


def wanted(db: Connection, part_id: int) -> bool:
    """Return whether the part's file may stay in the store: it is kept, or on its way."""
    return db.execute(_WANTED, {"part": part_id}).first() is not None


def counts(db: Connection, channel: str, report_id: int) -> dict[str, Counts]:
    """Return, per question of a report, how many files of each kind stand in each state.

    Counts the current revision of each answer without what was unsent; questions without files are left out.
    """
    found: dict[str, dict[tuple[PartKind, MediaState], int]] = defaultdict(dict)
    for question, kind, state, number in db.execute(_COUNTS, {"channel": channel, "report": report_id}):
        found[question][PartKind(kind), MediaState(state)] = number
    return dict(found)


def _job(row: Any) -> tuple[Job, bool]:
    job = Job(
        part_id=row.part_id,
        channel=row.channel_id,
        message_id=row.line_message_id,
        kind=PartKind(row.kind),
        name=row.text,
        said_at=row.said_at,
        tries=row.tries,
        path=row.path,
        lease_until=row.due_at,
    )
    return job, row.removed_at is not None


def _closed(db: Connection, job: Job, removed: bool) -> bool:
    """Close a claimed file that is not worth fetching; return whether it was."""
    if removed:
        return gone(db, job, Reason.REMOVED)
    if job.tries > MOST_TRIES:
        return gone(db, job, Reason.UNREACHABLE)
    return False


def _changed(db: Connection, statement: Any, job: Job, **values: Any) -> bool:
    """Run a mark that counts only for the holder of the claim; each claim has a number of tries of its own."""
    return db.execute(statement, {"part": job.part_id, "claim": job.tries, **values}).rowcount == 1
