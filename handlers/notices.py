"""Notices: words for people who have not just spoken, written to the outbox for one or for thousands at once."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore  # compiles for SQLite too

from handlers.outbox import ROW, UNTOUCHED, Words, row_of
from models.bulk import insert_many
from models.json_text import to_json
from models.outbox import Policy, Priority, Sending, outbox
from models.prepared import Prepared

_TELL = Prepared(insert_or_ignore(outbox).on_conflict_do_nothing(index_elements=["channel_id", "once_key"]), ROW)


def tell(
    db: Connection,
    *,
    channel: str,
    person: int,
    recipient: str,
    once: str,
    words: Words,
    now: datetime,
    push_at: datetime | None,
    priority: Priority = Priority.RESULT,
) -> None:
    """Write words to somebody who has not just spoken; the same ``once`` says them once.

    They are said, free, at the person's next visit. push_at: pushed then, within the quota, if they still wait;
    None where they are not worth that. priority: what they give way to when the month's budget is short.
    No lock of the person is needed.
    """
    told = Told(person, recipient, once, words)
    _TELL(db, _notice(channel, told, now, push_at, priority))


Hearer = tuple[int, str, str]
"""The person, the recipient and the ``once`` of words that others hear too."""


@dataclass(frozen=True, slots=True)
class Told:
    """Words for one of many people who have not just spoken; people who hear the same share one ``Words``."""

    person: int
    recipient: str
    once: str
    words: Words


def tell_many(
    db: Connection,
    channel: str,
    told: Iterable[Told],
    now: datetime,
    push_at: datetime | None,
    priority: Priority,
    stale_at: datetime | None = None,
) -> None:
    """Write words to many people at once, each as ``tell`` does; those who hear the same are best given together.

    stale_at: from then on nobody begins to say them.
    """
    same: dict[int, tuple[Words, list[Hearer]]] = {}
    for one in told:
        same.setdefault(id(one.words), (one.words, []))[1].append((one.person, one.recipient, one.once))
    tell_alike(db, channel, same.values(), now, push_at, priority, stale_at)


def tell_alike(
    db: Connection,
    channel: str,
    told: Collection[tuple[Words, Sequence[Hearer]]],
    now: datetime,
    push_at: datetime | None,
    priority: Priority,
    stale_at: datetime | None = None,
) -> None:
    """Write words to many people at once, as ``tell_many`` does: each words with all who hear them."""
    few = [one for one in told if 0 < len(one[1]) < MANY]
    for some in (*([one] for one in told if len(one[1]) >= MANY), few):
        if some:
            _tell_some(db, channel, some, now, push_at, priority, stale_at)


_LET_GO = update(outbox).where(UNTOUCHED, outbox.c.stale_at <= bindparam("now")).values(state=Sending.REPLACED)


def let_go(db: Connection, now: datetime) -> None:
    """Let words go that have become stale before anybody began to say them."""
    db.execute(_LET_GO, {"now": now})


MANY = 50
"""People who hear the same words, for whom these are written once, in a statement of their own."""
_OWN = ("person_id", "recipient", "once_key", "retry_key")
_WORDING = ("messages", "about", "digest")


def _tell_some(
    db: Connection,
    channel: str,
    told: Sequence[tuple[Words, Sequence[Hearer]]],
    now: datetime,
    push_at: datetime | None,
    priority: Priority,
    stale_at: datetime | None,
) -> None:
    words, hearers = told[0]
    notice = _notice(channel, Told(*hearers[0], words), now, push_at, priority) | {"stale_at": stale_at}
    columns = _OWN if len(told) == 1 else _OWN + _WORDING
    keys = _new_keys(sum(len(hearers) for _, hearers in told))
    rows: list[tuple[Any, ...]] = []
    for words, hearers in told:
        wording = (words.messages, words.about, _digest(words, push_at)) if len(told) > 1 else ()
        rows += [(*hearer, next(keys), *wording) for hearer in hearers]
    shared = {name: value for name, value in notice.items() if name not in columns}
    insert_many(db, _TELL.statement, columns, rows, shared)


def _new_keys(many: int) -> Iterator[str]:
    """Yield as many retry keys, UUIDs of version 4, for whose dice the system is asked once."""
    dice = token_hex(16 * many)
    for at in range(0, len(dice), 32):
        one = dice[at : at + 32]
        yield f"{one[:8]}-{one[8:12]}-4{one[13:16]}-8{one[17:20]}-{one[20:]}"


def _notice(channel: str, told: Told, now: datetime, push_at: datetime | None, priority: Priority) -> dict[str, Any]:
    words = replace(told.words, kind="notice")
    row = row_of(channel, told.person, told.recipient, told.once, words, now)
    row |= {"priority": priority, "digest": _digest(words, push_at)}
    if push_at is None:
        return row | {"policy": Policy.HOLD, "state": Sending.HELD}
    return row | {"policy": Policy.PUSH, "due_at": push_at, "lease_until": now}  # nobody's: the worker finds it


def _digest(words: Words, push_at: datetime | None) -> str | None:
    return digest(words.messages) if push_at else None


def digest(messages: list[dict[str, Any]]) -> str:
    """Return what tells messages from others: rows with equal ones may go in one call."""
    return sha256(to_json(messages).encode()).hexdigest()[:32]
