"""Events that were not applied when they came: written down in a rush, failed, or parked."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from handlers import inbox as door
from handlers import outbox, standing
from handlers.heard import Heard
from handlers.inbox import House, apply, keep_new
from handlers.messages.build import to_line
from handlers.messages.values import Say
from handlers.outbox import Outgoing, To, Words
from handlers.texts import say
from models.inbox import Kept, inbox
from models.outbox import Policy
from models.prepared import Prepared, plan_once

MOST_TRIES = 3
"""Tries after which an event is parked, for `python -m bot replay-inbox`."""
AGAIN = timedelta(seconds=30)
TOKEN_LIFE = timedelta(seconds=40)
"""A reply token that has waited longer is not worth a try (LINE promises a minute)."""

Read = Callable[[dict[str, Any]], Heard | None]


class ApplyFailed(Exception):
    """An event that was written down first could not be applied. row: its number in the intake."""

    def __init__(self, row: int, heard: Heard) -> None:
        super().__init__(f"event {row}")
        self.row = row
        self.heard = heard


class RetryFailed(Exception):
    """An event could not be applied this time either. row: its number in the inbox; tries: with this one."""

    def __init__(self, row: int, tries: int) -> None:
        super().__init__(f"event {row}, try {tries}")
        self.row = row
        self.tries = tries


# In a rush --------------------------------------------------------------------------------------------------------

Waiting = Sequence[tuple[int, Heard]]
"""A person's events in the order in which they were said, each with its number in the intake."""


@dataclass(frozen=True, slots=True)
class Applied:
    """How many events were applied, and what is to be said. left: LINE user ids of those to be applied alone."""

    events: int
    outgoing: Sequence[Outgoing]
    left: Collection[str | None] = ()


def waiting(rows: Sequence[Any], now: datetime, read: Read) -> Waiting:
    """Read a person's rows of the intake. A reply token that has grown old meanwhile is left out."""
    found = []
    for row in rows:
        heard = read(row.raw)
        if heard is not None:
            fresh = now < row.received_at + TOKEN_LIFE
            found.append((row.id, heard if fresh else replace(heard, token=None)))
    return sorted(found, key=lambda one: (one[1].at, one[0]))


def apply_together(db: Connection, channel: str, events: Sequence[Heard], house: House, now: datetime) -> Applied:
    """Apply what waits of several people, one event of each; what another process has applied changes nothing.

    Raises:
        Exception: by one of the events, and nobody knows which; roll back, then try each person by ``apply_waiting``.
    """
    plan_once(db)
    fresh = keep_new(db, channel, events, now)
    said, left = door.apply_together(db, channel, fresh, house, now)
    return Applied(len(fresh) - len(left), said, {heard.user for heard in left})


def apply_waiting(db: Connection, channel: str, events: Waiting, house: House, now: datetime) -> Applied:
    """Apply what waits of one person; what another process has applied meanwhile changes nothing.

    Raises:
        ApplyFailed: by one of the events; roll back, then call ``keep_failed`` in a transaction of its own.
    """
    fresh: list[tuple[int, Heard]] = []
    said: list[Outgoing] = []
    # All events first, then the person: in this order an event that is applied at once takes its locks, too.
    for row, heard in events:
        with _named(row, heard):
            if keep_new(db, channel, [heard], now):
                fresh.append((row, heard))
    for row, heard in fresh:
        with _named(row, heard):
            said += apply(db, channel, heard, house, now)
    return Applied(len(fresh), said)


@contextmanager
def _named(row: int, heard: Heard) -> Iterator[None]:
    """Say which event it was that raised."""
    try:
        yield
    except Exception as error:
        raise ApplyFailed(row, heard) from error


# Trouble ----------------------------------------------------------------------------------------------------------


def keep_failed(db: Connection, channel: str, heard: Heard, house: House, error: str, now: datetime) -> list[Outgoing]:
    """Keep an event whose application raised, to be tried again; the person is told once that it was received."""
    if not keep_new(db, channel, [heard], now, state=Kept.FAILED, tries=1, error=error, due_at=now + AGAIN):
        return []
    return _received(db, channel, heard, house, now)


def _received(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
    """Say that words were received, which is all that can be said of them now."""
    if heard.user is None or heard.group is not None or heard.token is None or not heard.active:
        return []
    person = standing.find(db, channel, heard.user, now)
    to = To(channel, person.id, heard.user, f"received:{heard.id}", heard.token)
    words = Words(*to_line([Say(say("chat.received"))]), kind="received", policy=Policy.HOLD)
    return [outbox.add(db, to, words, owner=house.owner, now=now)]


_DUE = Prepared(
    select(inbox.c.id, inbox.c.channel_id, inbox.c.raw, inbox.c.tries)
    .where(inbox.c.state == Kept.FAILED, inbox.c.due_at <= bindparam("now"))
    .order_by(inbox.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_PARKED = Prepared(
    select(inbox.c.id, inbox.c.channel_id, inbox.c.raw, inbox.c.tries)
    .where(or_(inbox.c.state == Kept.PARKED, inbox.c.state == Kept.FAILED), inbox.c.id > bindparam("after"))
    .order_by(inbox.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_APPLIED = Prepared(
    update(inbox).where(inbox.c.id == bindparam("row")).values(state=Kept.APPLIED, error=None, due_at=None)
)
_FAILED = Prepared(
    update(inbox)
    .where(inbox.c.id == bindparam("row"), inbox.c.state != Kept.APPLIED)
    .values(state=bindparam("to"), tries=bindparam("count"), error=bindparam("why"), due_at=bindparam("due"))
)


@dataclass(frozen=True, slots=True)
class Retried:
    """One event tried again: its row, and what is to be said."""

    row: int
    outgoing: Sequence[Outgoing]


def retry_due(db: Connection, house: House, now: datetime, read: Read) -> Retried | None:
    """Try the oldest failed event that is due; None where none is.

    Raises:
        RetryFailed: it failed again; roll back, then call ``note_failed`` in a transaction of its own.
    """
    row = _DUE(db, {"now": now}).first()
    return _retry(db, row, house, now, read) if row else None


def replay(db: Connection, after: int, house: House, now: datetime, read: Read) -> Retried | None:
    """Apply the first parked or failed event behind row ``after``; None where there is none. Raises RetryFailed."""
    row = _PARKED(db, {"after": after}).first()
    return _retry(db, row, house, now, read) if row else None


def _retry(db: Connection, row: Any, house: House, now: datetime, read: Read) -> Retried:
    try:
        heard = read(row.raw)
        outgoing = apply(db, row.channel_id, replace(heard, token=None), house, now) if heard else []
    except Exception as error:
        raise RetryFailed(row.id, row.tries + 1) from error
    _APPLIED(db, {"row": row.id})
    return Retried(row.id, outgoing)


def note_failed(db: Connection, failed: RetryFailed, now: datetime) -> bool:
    """Note one more failed try; True where the event is now parked."""
    parked = failed.tries >= MOST_TRIES
    row = {"row": failed.row, "to": Kept.PARKED if parked else Kept.FAILED, "count": failed.tries}
    _FAILED(db, {**row, "why": error_of(failed.__cause__ or failed), "due": now + AGAIN * 2**failed.tries})
    return parked


_PUT_OFF = Prepared(
    update(inbox)
    .where(inbox.c.id == bindparam("row"), inbox.c.state == Kept.FAILED)
    .values(due_at=bindparam("due"), error=bindparam("why"))
)


def put_off(db: Connection, failed: RetryFailed, now: datetime) -> None:
    """Try an event again later without counting this try, so that the others behind it have their turn."""
    _PUT_OFF(db, {"row": failed.row, "due": now + AGAIN, "why": error_of(failed.__cause__ or failed)})


def error_of(error: BaseException) -> str:
    """Return what is kept of an error: its kind and place, never values, which may be somebody's words."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"
