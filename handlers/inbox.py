"""The one front door: takes one event, keeps it, lets the talk hear it, writes down what to say. One transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers import groups, outbox, persons, standing
from handlers.hear import hear
from handlers.heard import Heard, Kind
from handlers.messages.build import to_line
from handlers.messages.values import Say
from handlers.outbox import Outgoing, Words
from handlers.privacy import FORGOTTEN
from handlers.standing import Place
from handlers.talk import Talk, Turn
from handlers.texts import say
from handlers.words import Intent
from models.inbox import Kept, inbox
from models.outbox import Policy
from models.prepared import Prepared

MOST_TRIES = 3
"""Tries after which an event is parked, for `python -m bot replay-inbox`."""
AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class House:
    """What a transaction needs to know of the process it runs in."""

    owner: str  # the process that will send what is said
    ack_wait: float = 0.7  # seconds an acknowledgement waits for further bubbles


_KEEP = Prepared(insert(inbox).on_conflict_do_nothing(index_elements=["channel_id", "event_id"]).returning(inbox.c.id))


def receive(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
    """Keep one event and apply it; return what is to be said once the transaction has committed.

    An event heard before changes nothing and says nothing.
    """
    if _keep(db, channel, heard, now, state=Kept.APPLIED) is None:
        return []
    return apply(db, channel, heard, house, now)


def _keep(db: Connection, channel: str, heard: Heard, now: datetime, **known: Any) -> int | None:
    row = {
        "channel_id": channel,
        "event_id": heard.id,
        "message_id": heard.message_id,
        "raw": heard.raw if heard.group is None else FORGOTTEN,  # what a group says is nothing of ours
        "state": Kept.APPLIED,
        "tries": 0,
        "error": None,
        "due_at": None,
        "received_at": now,
    }
    found: int | None = _KEEP(db, row | known).scalar()
    return found


def apply(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
    """Apply one kept event."""
    if heard.group is not None:
        return _in_group(db, channel, heard, house, now)
    if heard.user is None:
        return []
    person = standing.find(db, channel, heard.user, now)
    late = person.heard_at is not None and heard.at < person.heard_at
    if heard.kind == Kind.UNSEND or (late and heard.message_id and _is_unsent(db, channel, heard)):
        _forget(db, channel, heard)
        if heard.kind != Kind.UNSEND:  # it was taken back before it reached us
            return []
    if heard.kind == Kind.UNFOLLOW:
        if not late:
            persons.note_blocked(db, person.id, heard.at)
        return []
    place, standings = standing.standings(db, person.id, now)
    talk = Talk(
        db=db,
        channel=channel,
        heard=heard,
        person=person,
        place=place or Place(),
        standings=standings,
        ack_wait=house.ack_wait,
        now=now,
        late=late,
    )
    said = hear(talk)
    if talk.understood.intent == Intent.SENSITIVE:
        _forget(db, channel, heard)
    if talk.moved:
        standing.put(db, channel, person.id, talk.place, heard.at)
    if not late:
        standing.note_heard(db, person.id, heard.at)
    return _say(db, talk, said, house) if said is not None and said.said and heard.active else []


def _say(db: Connection, talk: Talk, said: Turn, house: House) -> list[Outgoing]:
    messages, about = to_line(said.said)
    words = Words(messages, about, kind=said.kind, policy=said.policy, wait=said.wait)
    to: dict[str, Any] = {"channel": talk.channel, "person": talk.person.id, "recipient": talk.person.user}
    to |= {"once": f"turn:{talk.heard.id}", "words": words, "now": talk.now}
    if talk.heard.token is None and words.policy == Policy.HOLD:
        outbox.hold(db, **to)
        return []
    return [outbox.add(db, **to, token=talk.heard.token, owner=house.owner)]


def _in_group(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
    """Say to a group what it may hear; nobody is looked up, and nothing that is said there is kept."""
    said = groups.answer(heard)
    if said is None:
        return []
    messages, about = to_line([said])
    words = Words(messages, about)
    greeting = {"channel": channel, "person": None, "recipient": heard.group or "", "once": f"turn:{heard.id}"}
    return [outbox.add(db, **greeting, words=words, token=heard.token, owner=house.owner, now=now)]  # type: ignore[arg-type]


_FORGET = update(inbox).where(inbox.c.channel_id == bindparam("channel"), inbox.c.message_id == bindparam("message"))


_OF_MESSAGE = Prepared(
    select(inbox.c.raw).where(inbox.c.channel_id == bindparam("channel"), inbox.c.message_id == bindparam("message"))
)


def _is_unsent(db: Connection, channel: str, heard: Heard) -> bool:
    """Tell whether a bubble that comes late was unsent before it came."""
    rows = _OF_MESSAGE(db, {"channel": channel, "message": heard.message_id})
    return any(raw == FORGOTTEN for (raw,) in rows)


def _forget(db: Connection, channel: str, heard: Heard) -> None:
    """Forget the words of an unsent bubble in the kept event too (REF Unsend event)."""
    if heard.message_id:
        db.execute(_FORGET.values(raw=FORGOTTEN), {"channel": channel, "message": heard.message_id})


# Trouble ----------------------------------------------------------------------------------------------------------


def keep_failed(db: Connection, channel: str, heard: Heard, house: House, error: str, now: datetime) -> list[Outgoing]:
    """Keep an event whose application raised, to be tried again; the person is told once that it was received."""
    if _keep(db, channel, heard, now, state=Kept.FAILED, tries=1, error=error, due_at=now + AGAIN) is None:
        return []
    if heard.user is None or heard.group is not None or heard.token is None or not heard.active:
        return []
    person = standing.find(db, channel, heard.user, now)
    messages, about = to_line([Say(say("chat.received"))])
    return [
        outbox.add(
            db,
            channel=channel,
            person=person.id,
            recipient=heard.user,
            once=f"received:{heard.id}",
            words=Words(messages, about, kind="received", policy=Policy.HOLD),
            token=heard.token,
            owner=house.owner,
            now=now,
        )
    ]


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

Read = Callable[[dict[str, Any]], Heard | None]


@dataclass(frozen=True, slots=True)
class Retried:
    """One event tried again: its row, and what is to be said."""

    row: int
    outgoing: Sequence[Outgoing]


class RetryFailed(Exception):
    """An event could not be applied this time either. row: its number in the inbox; tries: with this one."""

    def __init__(self, row: int, tries: int) -> None:
        super().__init__(f"event {row}, try {tries}")
        self.row = row
        self.tries = tries


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
