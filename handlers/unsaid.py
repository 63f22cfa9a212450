"""Words that wait to be told to somebody, and are taken back or changed meanwhile by who said them."""

from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from handlers.notices import digest
from handlers.outbox import IS_OPEN, REST
from models.outbox import Sending, outbox

UNBEGUN = and_(
    IS_OPEN,
    or_(
        outbox.c.state == Sending.HELD,
        and_(outbox.c.tries == 0, outbox.c.begun_at.is_(None), outbox.c.multicast_id.is_(None)),
    ),
)
"""Whether a row still waits, and LINE was not given its words: a process may hold it, but has not begun."""
_WAITING = select(outbox.c.id, outbox.c.once_key, outbox.c.messages, outbox.c.digest).where(
    outbox.c.channel_id == bindparam("channel"),
    UNBEGUN,
    or_(outbox.c.kind == "notice", outbox.c.once_key.startswith(REST)),
)
_NAME = select(outbox.c.once_key).where(outbox.c.id == bindparam("row"))
_which = update(outbox).where(outbox.c.id == bindparam("row"), UNBEGUN)
_REWORD = _which.values(messages=bindparam("said"), digest=bindparam("same")).returning(outbox.c.id)
_DROP = _which.values(state=Sending.REPLACED, messages=[], digest=None).returning(outbox.c.id)


def reword(db: Connection, channel: str, once: str, old: str, new: str) -> int:
    """Put new words in the place of old ones in what was to be told under a name; returns in how many rows.

    once: the name given to ``telling.tell``. What has been said, or is being said now, stays as it is.
    """
    changed = 0
    for row in _waiting(db, channel, once) if old else ():
        said = _reworded(row.messages, old, new)
        if said != row.messages:
            same = digest(said) if row.digest else None
            changed += db.execute(_REWORD, {"row": row.id, "said": said, "same": same}).first() is not None
    return changed


def drop(db: Connection, channel: str, once: str) -> int:
    """Leave unsaid what was to be told under a name and waits; returns how many rows."""
    return sum(db.execute(_DROP, {"row": row.id}).first() is not None for row in _waiting(db, channel, once))


def _waiting(db: Connection, channel: str, once: str) -> list[Any]:
    rows = db.execute(_WAITING, {"channel": channel}).all()
    return [row for row in rows if _name(db, row.once_key).startswith(f"{once}:")]


def _name(db: Connection, name: str) -> str:
    """Return the name under which words were to be told first, of which the rest may wait under another."""
    while name.startswith(REST):
        name = db.execute(_NAME, {"row": int(name.removeprefix(REST))}).scalar() or ""
    return name


def _reworded(said: Any, old: str, new: str) -> Any:
    """Return a message's JSON with new words in the place of old ones, wherever they stand."""
    if isinstance(said, str):
        return said.replace(old, new)
    if isinstance(said, list):
        return [_reworded(one, old, new) for one in said]
    return {key: _reworded(one, old, new) for key, one in said.items()} if isinstance(said, dict) else said
