"""The only way out: what is said is a row first, and what became of it is written to that row."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, exists, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore  # compiles for SQLite too

from models.outbox import Policy, Priority, Sending, outbox, said
from models.prepared import Prepared

LEASE = timedelta(seconds=20)
"""How long a process keeps its rows to itself; longer than every time-out of one call to LINE together.

A crashed process's rows are taken over while the reply token (one minute) still tells whether it was used.
"""
MOST = 5
"""Messages in one call (REF Send reply message)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One call to LINE: a row of the outbox, as the process that will send it holds it."""

    id: int
    channel: str
    person: int | None
    recipient: str
    kind: str
    policy: Policy
    messages: list[dict[str, Any]]
    about: list[list[Any] | None]  # per message [report, question] or None
    reply_token: str | None
    token_at: datetime | None
    retry_key: str
    due_at: datetime
    lease_until: datetime
    tries: int = 0
    after: int | None = None  # an earlier row of this person that is not yet said


@dataclass(frozen=True, slots=True)
class Words:
    """What a use case wants said: LINE-shaped messages and how much they matter."""

    messages: list[dict[str, Any]]
    about: list[list[Any] | None]
    kind: str = "turn"
    policy: Policy = Policy.HOLD
    wait: float = 0.0  # seconds; a later turn within them replaces these words


# As the partial indexes write it, or they would not serve; IN with bound values would be expanded anew each time.
_IS_OPEN = text("state IN ('queued', 'held')")
_OPEN = Prepared(
    select(outbox.c.id, outbox.c.state, outbox.c.kind, outbox.c.tries)
    .where(outbox.c.person_id == bindparam("person"), _IS_OPEN)
    .order_by(outbox.c.id)
)
# Apart from the above, for most open rows are being sent right now, and a turn's words are long.
_WORDS = Prepared(select(outbox.c.kind, outbox.c.messages, outbox.c.about).where(outbox.c.id == bindparam("row")))
_ADD = Prepared(insert(outbox).returning(outbox.c.id))
_TELL = Prepared(insert_or_ignore(outbox).on_conflict_do_nothing(index_elements=["channel_id", "once_key"]))
_replace = update(outbox).where(outbox.c.id == bindparam("row"), _IS_OPEN).values(state=Sending.REPLACED)
_unbegun = _replace.where(outbox.c.tries == 0).returning(outbox.c.id)
_REPLACE = Prepared(_replace)
_REPLACE_UNBEGUN = Prepared(_unbegun)
_REPLACE_IDLE = Prepared(_unbegun.where(outbox.c.lease_until <= bindparam("now")))


def add(
    db: Connection,
    *,
    channel: str,
    person: int | None,
    recipient: str,
    once: str,
    words: Words,
    token: str | None,
    owner: str,
    now: datetime,
) -> Outgoing:
    """Write words to the outbox, leased to ``owner``, after what waits for this person.

    An acknowledgement not yet begun is replaced; what was held for this visit is said first, as much as there is
    room for. The caller must hold the person's lock, so that rows of one person are added in order.
    """
    open_rows = _OPEN(db, {"person": person}).all() if person is not None else []
    room = MOST - len(words.messages) if token is not None else 0
    taken = {row.id for row in open_rows if room > 0 and _taken_from_worker(db, row, now)}
    way = _make_way(db, open_rows, taken, room)
    for number in way.held:
        _REPLACE(db, {"row": number})
    for number in way.acks:
        if _REPLACE_UNBEGUN(db, {"row": number}).first() is None:  # begun since it was read
            way.after = max(number, way.after or 0)
    words = _after_held(way, words)
    due_at = now + timedelta(seconds=words.wait)
    row = _row(channel, person, recipient, once, words, now) | {
        "reply_token": token,
        "token_at": now if token else None,
        "due_at": due_at,
        "owner": owner,
        "lease_until": due_at + LEASE,
    }
    number = _ADD(db, row).scalar_one()
    for held, rest in way.left:  # behind the new row: should that be held in its turn, it still comes first
        again = _row(channel, person, recipient, f"rest:{held}", rest, now)
        _ADD(db, again | {"state": Sending.HELD})
    return Outgoing(
        id=number,
        channel=channel,
        person=person,
        recipient=recipient,
        kind=words.kind,
        policy=words.policy,
        messages=words.messages,
        about=words.about,
        reply_token=token,
        token_at=now if token else None,
        retry_key=row["retry_key"],
        due_at=due_at,
        lease_until=due_at + LEASE,
        after=way.after,
    )


def hold(db: Connection, *, channel: str, person: int, recipient: str, once: str, words: Words, now: datetime) -> None:
    """Write words that wait for the person's next visit: there is no reply token, and they are not worth a push."""
    _ADD(db, _row(channel, person, recipient, once, words, now) | {"state": Sending.HELD})


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
    row = _row(channel, person, recipient, once, replace(words, kind="notice"), now)
    if push_at is None:
        row |= {"policy": Policy.HOLD, "state": Sending.HELD}
    else:
        row |= {"policy": Policy.PUSH, "due_at": push_at, "lease_until": now}  # nobody's: the worker finds it
    _TELL(db, row)


def _row(channel: str, person: int | None, recipient: str, once: str, words: Words, now: datetime) -> dict[str, Any]:
    return {
        "channel_id": channel,
        "person_id": person,
        "recipient": recipient,
        "once_key": once,
        "kind": words.kind,
        "policy": words.policy,
        "messages": words.messages,
        "about": words.about,
        "reply_token": None,
        "token_at": None,
        "retry_key": str(uuid4()),
        "state": Sending.QUEUED,
        "due_at": now,
        "owner": None,
        "lease_until": None,
        "tries": 0,
        "created_at": now,
    }


@dataclass(slots=True)
class _Way:
    """What becomes of a person's open rows when one more comes.

    acks: to be replaced unless begun. held: to be replaced as well; messages, about: of them, to be said first; left:
    which of them had no room for what. after: the row to wait for.
    """

    acks: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    about: list[list[Any] | None] = field(default_factory=list)
    left: list[tuple[int, Words]] = field(default_factory=list)
    after: int | None = None


def _taken_from_worker(db: Connection, row: Any, now: datetime) -> bool:
    """Tell whether a row was to be pushed, and now need not be: the person is here, and it is said for free."""
    if row.kind != "notice" or row.state != Sending.QUEUED or row.tries > 0:
        return False
    return _REPLACE_IDLE(db, {"row": row.id, "now": now}).first() is not None


def _make_way(db: Connection, rows: Sequence[Any], taken: Collection[int], room: int) -> _Way:
    """Look through a person's open rows. taken: said now instead of pushed. room: messages that may be said first."""
    way = _Way()
    for row in rows:
        if row.state == Sending.QUEUED and row.kind == "ack" and row.tries == 0:
            way.acks.append(row.id)
        elif row.state == Sending.QUEUED and row.id not in taken:
            way.after = row.id
        elif room > 0:
            way.held.append(row.id)
            _take_up(way, row.id, _WORDS(db, {"row": row.id}).one(), room - len(way.messages))
    return way


def _take_up(way: _Way, number: int, row: Any, room: int) -> None:
    """Say a held row first, as much of it as there is room for."""
    about = row.about or [None] * len(row.messages)
    way.messages += row.messages[:room]
    way.about += about[:room]
    if row.messages[room:]:
        way.left.append((number, Words(row.messages[room:], about[room:], kind=row.kind)))


def _after_held(way: _Way, words: Words) -> Words:
    """Return words with what was held before them; that is said at once, and nothing may take its place."""
    if not way.messages:
        return words
    kind = "turn" if words.kind == "ack" else words.kind
    return replace(words, messages=way.messages + words.messages, about=way.about + words.about, kind=kind, wait=0.0)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one row."""

    id: int
    state: Sending
    at: datetime
    tries: int
    error: str | None = None
    due_at: datetime | None = None  # when to try again, for QUEUED
    lease_until: datetime | None = None


_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=Sending.SENT, sent_at=bindparam("at"), tries=bindparam("count"), error=None)
)
_ELSE = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("row"), outbox.c.state == Sending.QUEUED)
    .values(
        state=bindparam("to"),
        tries=bindparam("count"),
        error=bindparam("why"),
        due_at=bindparam("due"),
        lease_until=bindparam("lease"),
    )
)
_SAID = insert(said)


def mark(db: Connection, fates: Iterable[Fate], quotable: Iterable[dict[str, Any]] = ()) -> None:
    """Write what became of many rows in one transaction, and which LINE message asked which question."""
    sent = []
    for fate in fates:
        if fate.state == Sending.SENT:
            sent.append({"row": fate.id, "at": fate.at, "count": fate.tries})
        else:
            _ELSE(
                db,
                {
                    "row": fate.id,
                    "to": fate.state,
                    "count": fate.tries,
                    "why": fate.error,
                    "due": fate.due_at or fate.at,
                    "lease": fate.lease_until or fate.at,
                },
            )
    if sent:
        db.execute(_SENT, sent)
    if rows := list(quotable):
        db.execute(_SAID, rows)


_BEGIN = Prepared(
    update(outbox)
    .where(
        outbox.c.id == bindparam("row"),
        outbox.c.state == Sending.QUEUED,
        outbox.c.owner == bindparam("who"),
        outbox.c.tries == bindparam("count"),
    )
    .values(tries=outbox.c.tries + 1, lease_until=bindparam("until"))
    .returning(outbox.c.id)
)


def begin(db: Connection, row: Outgoing, owner: str, now: datetime) -> bool:
    """Take a row that waited for its moment; False where newer words replaced it or another process took it."""
    found = _BEGIN(db, {"row": row.id, "who": owner, "count": row.tries, "until": now + LEASE})
    return found.first() is not None


_WAITING = select(outbox.c.id).where(
    outbox.c.id.in_(bindparam("rows", expanding=True)), outbox.c.state == Sending.QUEUED
)


def still_waiting(db: Connection, rows: Sequence[int]) -> set[int]:
    """Return those of the rows that are not yet said (nor given up)."""
    return set(db.execute(_WAITING, {"rows": list(rows)}).scalars())


_earlier = outbox.alias("earlier")
# A lease that ends when the row is due is nobody's: it only keeps the row until its next try.
_IS_BEFORE = exists().where(
    _earlier.c.person_id == outbox.c.person_id,
    _earlier.c.id < outbox.c.id,
    text("earlier.state IN ('queued', 'held') AND earlier.state = 'queued'"),
    _earlier.c.lease_until > bindparam("now"),
    _earlier.c.lease_until > _earlier.c.due_at,
)
_ABANDONED = (
    select(outbox)
    .where(
        text("outbox.state = 'queued'"),
        outbox.c.due_at <= bindparam("now"),
        outbox.c.lease_until <= bindparam("now"),
        ~_IS_BEFORE,
    )
    .order_by(outbox.c.id + 0)  # by the bare id, SQLite would rather read everything ever said than sort a few
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(outbox).where(outbox.c.id == bindparam("row")).values(owner=bindparam("who"), lease_until=bindparam("until"))
)


def claim_due(db: Connection, owner: str, now: datetime, most: int = 100) -> list[Outgoing]:
    """Take over rows that are due and whose lease ran out: those of a crashed process, and those to try again.

    A person's rows are given in order; a row after one that another process still holds waits.
    """
    rows = db.execute(_ABANDONED, {"now": now, "most": most}).all()
    if rows:
        db.execute(_TAKE, [{"row": row.id, "who": owner, "until": now + LEASE} for row in rows])
    return [_outgoing(row, now) for row in rows]


def _outgoing(row: Any, now: datetime) -> Outgoing:
    return Outgoing(
        id=row.id,
        channel=row.channel_id,
        person=row.person_id,
        recipient=row.recipient,
        kind=row.kind,
        policy=Policy(row.policy),
        messages=row.messages,
        about=row.about or [None] * len(row.messages),
        reply_token=row.reply_token,
        token_at=row.token_at,
        retry_key=row.retry_key,
        due_at=row.due_at,
        lease_until=now + LEASE,
        tries=row.tries,
    )
