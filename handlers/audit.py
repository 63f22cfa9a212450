"""The trail: who did what, each row sealed with the one before it. Never the words of a report, never a code.

The seal of a row is SHA-256 over the seal of the channel's row before it and what stands in the row: a row that is
changed, taken out, put in or moved no longer fits. Rows that an older version wrote without a seal are covered by the
first one that has one. What no chain can show is that its newest rows are missing: note the newest seal elsewhere, and
ask later whether it still stands in the trail (``python -m bot audit --verify --seal …``).
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, insert, select
from sqlalchemy.engine import Row

from models.audit import audit

_NOTE = insert(audit)
_LAST = select(audit.c.hash).where(audit.c.channel_id == bindparam("channel")).order_by(audit.c.id.desc()).limit(1)
_ALL = select(audit).where(audit.c.channel_id == bindparam("channel")).order_by(audit.c.id)
_NEWEST = _ALL.order_by(None).order_by(audit.c.id.desc()).limit(bindparam("most"))
_TRAIL = 0x41554449  # PostgreSQL's advisory locks of trails; any number, the same for all
_LOCK = select(func.pg_advisory_xact_lock(bindparam("trail", type_=Integer), func.hashtext(bindparam("channel"))))
_BATCH = 1000
_LATER = "rows of the trail, to be written last"


def note(
    db: Connection, channel: str, action: str, now: datetime, *, person: int | None = None, **detail: str | int | None
) -> None:
    """Write down that something was done, by a person or, without one, from the command line.

    One transaction at a time adds to a channel's trail, until it commits: this is not for what happens at each answer.
    """
    row = {"channel_id": channel, "person_id": person, "action": action, "detail": detail, "at": now}
    later: list[dict[str, Any]] | None = db.info.get(_LATER)
    if later is None:
        _write(db, row)
    else:
        later.append(row)


@contextmanager
def written_last(db: Connection) -> Iterator[None]:
    """Write what is noted within the block at its end: until the transaction commits, nobody else adds to the trail."""
    rows: list[dict[str, Any]] = []
    kept = db.info  # asked for again, it would raise once the connection is lost, and hide why
    kept[_LATER] = rows
    try:
        yield
    finally:
        del kept[_LATER]
    for row in rows:
        _write(db, row)


def _write(db: Connection, row: dict[str, Any]) -> None:
    channel = row["channel_id"]
    if db.dialect.name == "postgresql":  # SQLite's writers are alone anyway
        db.execute(_LOCK, {"trail": _TRAIL, "channel": channel})
    db.execute(_NOTE, row | {"hash": _seal(_before(db, channel), row)})


def _before(db: Connection, channel: str) -> str:
    """Return the seal of the newest row; where an older version wrote it, one over all that it wrote."""
    last = db.execute(_LAST, {"channel": channel}).first()
    if last is None or last.hash is not None:
        return last.hash if last else ""
    seal = ""
    for row in db.execute(_ALL, {"channel": channel}):
        seal = row.hash or _seal(seal, row._mapping)
    return seal


def _seal(before: str, row: Any) -> str:
    """Return the seal of a row behind another's."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    content = [row["channel_id"], row["person_id"], row["action"], row["detail"], at]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(f"{before}\n{text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Trail:
    """What verifying found. rows: that fit; newest: the last seal among them; broken: the first row that does not fit;
    held: whether the seal asked for stands among those that fit."""

    rows: int
    newest: str
    broken: int | None
    held: bool


def verify(db: Connection, channel: str, seal: str | None = None) -> Trail:
    """Walk a channel's trail from its beginning. seal: one that was noted earlier and must stand in it."""
    with db.execute(_ALL.execution_options(yield_per=_BATCH), {"channel": channel}) as rows:
        return _walk(rows, seal)


def _walk(rows: Iterable[Row[Any]], asked: str | None) -> Trail:
    fit, before, sealed, held = 0, "", False, asked is None
    for row in rows:
        before = _seal(before, row._mapping)
        if row.hash != before and (sealed or row.hash is not None):
            return Trail(fit, before, row.id, held)
        fit, sealed, held = fit + 1, row.hash is not None, held or before == asked
    return Trail(fit, before, None, held)


def newest(db: Connection, channel: str, most: int) -> list[Row[Any]]:
    """Return the newest rows of a channel's trail, the oldest of them first."""
    return list(db.execute(_NEWEST, {"channel": channel, "most": most}))[::-1]
