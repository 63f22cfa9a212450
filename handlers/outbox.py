"""The only way out: what is said is a row first, and what became of it is written to that row."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, and_, bindparam, insert, select, text, update

from handlers.messages.limits import QUICK_REPLIES
from models.outbox import Policy, Priority, Sending, outbox, said
from models.prepared import Prepared, among

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
    priority: Priority = Priority.RESULT
    begun_at: datetime | None = None  # since then a process may have called LINE with the retry key
    paid_in: str | None = None  # the month whose count has one for it
    tried: bool = False  # another process may have said it


@dataclass(frozen=True, slots=True)
class Words:
    """What a use case wants said: LINE-shaped messages and how much they matter."""

    messages: list[dict[str, Any]]
    about: list[list[Any] | None]
    kind: str = "turn"
    policy: Policy = Policy.HOLD
    wait: float = 0.0  # seconds; a later turn within them replaces these words


@dataclass(frozen=True, slots=True)
class To:
    """Whom words are for: a person, or a group (person None). once: what they are called, so that they are said once.

    token: the reply token of the event that they answer, if it may still be used.
    """

    channel: str
    person: int | None
    recipient: str
    once: str
    token: str | None = None


# As the partial indexes write it, or they would not serve; IN with bound values would be expanded anew each time.
IS_OPEN = text("outbox.state IN ('queued', 'held')")
"""Whether a row still waits to be said."""
UNTOUCHED = and_(
    IS_OPEN,
    outbox.c.begun_at.is_(None),
    outbox.c.lease_until.is_(None) | (outbox.c.lease_until <= bindparam("now")),
)
"""Whether it does, nobody has begun to say it, and no process holds it at the moment ``now``."""
NOT_STALE = outbox.c.stale_at.is_(None) | (outbox.c.stale_at > bindparam("now")) | outbox.c.begun_at.is_not(None)
"""Whether words are still worth beginning at the moment ``now``, or were begun."""
REST = "rest:"
"""How the name of a row begins that holds what a reply had no room for: the number of the row it was in follows."""
_OPEN = Prepared(
    select(outbox.c.id, outbox.c.person_id, outbox.c.state, outbox.c.kind, outbox.c.tries)
    .where(
        among(outbox.c.person_id, "people"),
        IS_OPEN,
        NOT_STALE,
    )
    .order_by(outbox.c.id)
)
# Apart from the above, for most open rows are being sent right now, and a turn's words are long.
_WORDS = Prepared(select(outbox.c.kind, outbox.c.messages, outbox.c.about).where(outbox.c.id == bindparam("row")))
_replace = update(outbox).where(among(outbox.c.id, "rows"), IS_OPEN).values(state=Sending.REPLACED)
_REPLACE = Prepared(_replace)
_unbegun = (
    select(outbox.c.id)
    .where(among(outbox.c.id, "rows"), IS_OPEN, outbox.c.tries == 0)
    .order_by(outbox.c.id)
    .with_for_update(skip_locked=True)  # one that is being marked has been said: nobody waits for that
    .correlate(None)
)
_REPLACE_UNBEGUN = Prepared(
    update(outbox).where(outbox.c.id.in_(_unbegun)).values(state=Sending.REPLACED).returning(outbox.c.id)
)
_REPLACE_IDLE = Prepared(
    _replace.where(
        outbox.c.tries == 0, outbox.c.lease_until <= bindparam("now"), outbox.c.begun_at.is_(None)
    ).returning(outbox.c.id)
)


def add_all(db: Connection, said: Sequence[tuple[To, Words]], *, owner: str, now: datetime) -> list[Outgoing]:
    """Write words for people to the outbox, leased to ``owner``, each after what waits for the person.

    An acknowledgement not yet begun is replaced; what was held for this visit is said first, as much as there is
    room for. The caller must hold the people's locks, so that rows of one person are added in order.
    """
    ways = _make_ways(db, said, now)
    rows = [_leased(to, _after_held(way, words), owner, now) for (to, words), way in zip(said, ways, strict=True)]
    numbers = {(row.channel_id, row.once_key): row.id for row in _ADD.rows(db, rows)}
    # What is left comes behind the new row: should that be held in its turn, it still comes first.
    _ADD.rows(db, [row for (to, _), way in zip(said, ways, strict=True) for row in _left(to, way, now)])
    return [
        _outgoing(numbers[row["channel_id"], row["once_key"]], row, way.after)
        for row, way in zip(rows, ways, strict=True)
    ]


def add(db: Connection, to: To, words: Words, *, owner: str, now: datetime) -> Outgoing:
    """Write words for one person, or for a group, as ``add_all`` does."""
    return add_all(db, [(to, words)], owner=owner, now=now)[0]


def hold(db: Connection, to: To, words: Words, now: datetime) -> None:
    """Write words that wait for the person's next visit: there is no reply token, and they are not worth a push."""
    _ADD.rows(db, [_held(to, words, now)])


def _held(to: To, words: Words, now: datetime) -> dict[str, Any]:
    return row_of(to.channel, to.person, to.recipient, to.once, words, now) | {"state": Sending.HELD}


def _leased(to: To, words: Words, owner: str, now: datetime) -> dict[str, Any]:
    due_at = now + timedelta(seconds=words.wait)
    return row_of(to.channel, to.person, to.recipient, to.once, words, now) | {
        "reply_token": to.token,
        "token_at": now if to.token else None,
        "due_at": due_at,
        "owner": owner,
        "lease_until": due_at + LEASE,
        "begun_at": now,
    }


def _outgoing(number: int, row: dict[str, Any], after: int | None) -> Outgoing:
    return Outgoing(
        id=number,
        channel=row["channel_id"],
        person=row["person_id"],
        recipient=row["recipient"],
        kind=row["kind"],
        policy=row["policy"],
        messages=row["messages"],
        about=row["about"],
        reply_token=row["reply_token"],
        token_at=row["token_at"],
        retry_key=row["retry_key"],
        due_at=row["due_at"],
        lease_until=row["lease_until"],
        after=after,
        begun_at=row["begun_at"],
    )


def row_of(channel: str, person: int | None, recipient: str, once: str, words: Words, now: datetime) -> dict[str, Any]:
    """Return the row of words that are due at once; who sends it is yet to be said."""
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
        "priority": Priority.RESULT,
        "digest": None,
        "begun_at": None,
    }


ROW = (
    "channel_id", "person_id", "recipient", "once_key", "kind", "policy", "messages", "about", "reply_token",
    "token_at", "retry_key", "state", "due_at", "owner", "lease_until", "tries", "created_at", "priority", "digest",
    "begun_at",
)  # fmt: skip
"""What ``row_of`` gives."""
_ADD = Prepared(insert(outbox).returning(outbox.c.id, outbox.c.channel_id, outbox.c.once_key), ROW)


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

    def wait_for(self, rows: Iterable[int]) -> None:
        """Come behind rows as well."""
        self.after = max((self.after or 0, *rows)) or None


def open_rows(db: Connection, people: Sequence[int], now: datetime) -> list[Any]:
    """Return what still waits to be said to people, without its words."""
    return _OPEN(db, {"people": people, "now": now}).all()


def _make_ways(db: Connection, said: Sequence[tuple[To, Words]], now: datetime) -> list[_Way]:
    """Look through the open rows of those to whom something is said, and replace what gives way to it."""
    people = [to.person for to, _ in said if to.person is not None]
    rows = open_rows(db, people, now) if people else []
    ways = [_way(db, [row for row in rows if row.person_id == to.person], to, words, now) for to, words in said]
    if held := [number for way in ways for number in way.held]:
        _REPLACE(db, {"rows": held})
    if acks := [number for way in ways for number in way.acks]:
        replaced = set(_REPLACE_UNBEGUN(db, {"rows": acks}).scalars())
        for way in ways:
            way.wait_for(number for number in way.acks if number not in replaced)  # begun since it was read
    return ways


def _way(db: Connection, rows: Sequence[Any], to: To, words: Words, now: datetime) -> _Way:
    room = MOST - len(words.messages) if to.token is not None else 0
    taken = {row.id for row in rows if room > 0 and _taken_from_worker(db, row, now)}
    return _make_way(db, rows, taken, room)


def _taken_from_worker(db: Connection, row: Any, now: datetime) -> bool:
    """Tell whether a row was to be pushed, and now need not be: the person is here, and it is said for free."""
    if row.kind != "notice" or row.state != Sending.QUEUED:
        return False
    return _REPLACE_IDLE(db, {"rows": [row.id], "now": now}).first() is not None


def _make_way(db: Connection, rows: Sequence[Any], taken: Collection[int], room: int) -> _Way:
    """Look through a person's open rows. taken: said now instead of pushed. room: messages that may be said first."""
    way = _Way()
    for row in rows:
        if row.state == Sending.QUEUED and row.kind == "ack" and row.tries == 0:
            way.acks.append(row.id)
        elif row.state == Sending.QUEUED and row.id not in taken:
            if row.kind != "notice":  # which is no part of the talk
                way.wait_for([row.id])
        elif room > 0:
            way.held.append(row.id)
            _take_up(way, row.id, _WORDS(db, {"row": row.id}).one(), room - len(way.messages))
    return way


def _left(to: To, way: _Way, now: datetime) -> list[dict[str, Any]]:
    """Return the rows of what there was no room for."""
    return [_held(replace(to, once=f"{REST}{number}"), rest, now) for number, rest in way.left]


def _take_up(way: _Way, number: int, row: Any, room: int) -> None:
    """Say a held row first, as much of it as there is room for."""
    about = row.about or [None] * len(row.messages)
    # The buttons of a turn that could not be said asked what is asked no more.
    way.messages += row.messages[:room] if row.kind == "notice" else map(_bare, row.messages[:room])
    way.about += about[:room]
    if row.messages[room:]:
        way.left.append((number, Words(row.messages[room:], about[room:], kind=row.kind)))


def _after_held(way: _Way, words: Words) -> Words:
    """Return words with what was held before them; that is said at once, and nothing may take its place."""
    if not way.messages:
        return words
    kind = "turn" if words.kind == "ack" else words.kind
    messages = _joined([*way.messages, *words.messages])
    return replace(words, messages=messages, about=way.about + words.about, kind=kind, wait=0.0)


def _joined(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return messages of which the last has the quick replies of all, its own first: LINE shows no others."""
    shown: dict[str, dict[str, Any]] = {}
    for one in reversed(messages):
        for item in one.get("quickReply", {}).get("items", []):
            shown.setdefault(item["action"]["label"], item)
    items = list(shown.values())[:QUICK_REPLIES]
    bare = [_bare(one) for one in messages]
    return [*bare[:-1], bare[-1] | ({"quickReply": {"items": items}} if items else {})]


def _bare(message: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != "quickReply"}


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
    unpaid: bool = False  # the month's count has none for it any more
    unbegun: bool = False  # nobody has called LINE with its key, nor will who marks it


_SENT = Prepared(
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
_UNPAID = Prepared(update(outbox).where(outbox.c.id == bindparam("row")).values(paid_in=None))
_UNBEGUN = Prepared(update(outbox).where(outbox.c.id == bindparam("row")).values(begun_at=None))
_PAID = Prepared(update(outbox).where(outbox.c.id == bindparam("row")).values(paid_in=bindparam("in_month")))
_SAID = Prepared(insert(said), ("channel_id", "line_message_id", "report_id", "question"))


def note_paid(db: Connection, row: int, in_month: str) -> None:
    """Note that a month's count has one for a row: whoever tries it again need not count it."""
    _PAID(db, {"row": row, "in_month": in_month})


def mark(db: Connection, fates: Iterable[Fate], quotable: Iterable[dict[str, Any]] = ()) -> None:
    """Write what became of many rows in one transaction, and which LINE message asked which question."""
    sent: dict[int, dict[str, Any]] = {}  # the last that is told of a row counts
    for fate in fates:
        if fate.state == Sending.SENT:
            sent[fate.id] = {"row": fate.id, "at": fate.at, "count": fate.tries}
        else:
            _mark_else(db, fate)
    _SENT.each(db, list(sent.values()))
    _SAID.rows(db, list(quotable))


def _mark_else(db: Connection, fate: Fate) -> None:
    row = {"row": fate.id, "to": fate.state, "count": fate.tries, "why": fate.error}
    _ELSE(db, row | {"due": fate.due_at or fate.at, "lease": fate.lease_until or fate.at})
    if fate.unpaid:
        _UNPAID(db, {"row": fate.id})
    if fate.unbegun:
        _UNBEGUN(db, {"row": fate.id})


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
