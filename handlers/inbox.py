"""The one front door: takes one event, keeps it, lets the talk hear it, writes down what to say. One transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers import groups, outbox, persons, standing
from handlers.hear import hear
from handlers.heard import Heard, Kind
from handlers.meetings_pages import MakePage
from handlers.messages.build import to_line
from handlers.outbox import Outgoing, Words
from handlers.privacy import FORGOTTEN
from handlers.shown_files import MakeLink
from handlers.standing import Place
from handlers.talk import Talk, Turn
from handlers.words import Intent
from models.inbox import Kept, inbox
from models.outbox import Policy
from models.prepared import Prepared


@dataclass(frozen=True, slots=True)
class House:
    """What a transaction needs to know of the process it runs in."""

    owner: str  # the process that will send what is said
    ack_wait: float = 0.7  # seconds an acknowledgement waits for further bubbles
    link_to: MakeLink | None = None  # makes the address at which files are shown
    page_to: MakePage | None = None  # makes the address of a meeting's page


_KEEP = Prepared(insert(inbox).on_conflict_do_nothing(index_elements=["channel_id", "event_id"]).returning(inbox.c.id))


def receive(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
    """Keep one event and apply it; return what is to be said once the transaction has committed.

    An event heard before changes nothing and says nothing.
    """
    if insert_once(db, channel, heard, now, state=Kept.APPLIED) is None:
        return []
    return apply(db, channel, heard, house, now)


def may_wait(heard: Heard) -> bool:
    """Tell whether an event may be written down first and applied afterwards: one person's, said to us alone."""
    return heard.user is not None and heard.group is None


def insert_once(db: Connection, channel: str, heard: Heard, now: datetime, **known: Any) -> int | None:
    """Write an event's row, with what is ``known`` of its state; None where there is one already."""
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
    if heard.kind == Kind.UNFOLLOW:
        return _note_blocked(db, channel, heard.user, heard.at)
    person = standing.find(db, channel, heard.user, now)
    late = person.heard_at is not None and heard.at < person.heard_at
    if heard.kind == Kind.UNSEND or (late and heard.message_id and _is_unsent(db, channel, heard)):
        _forget(db, channel, heard)
        if heard.kind != Kind.UNSEND:  # it was taken back before it reached us
            return []
    known = standing.known(db, person.id, now)
    talk = Talk(
        db=db,
        channel=channel,
        heard=heard,
        person=person,
        place=known.place or Place(),
        standings=known.standings,
        in_ticket=known.in_ticket,
        ack_wait=house.ack_wait,
        link_to=house.link_to,
        page_to=house.page_to,
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


def _note_blocked(db: Connection, channel: str, user: str, at: datetime) -> list[Outgoing]:
    """Note that somebody has blocked us; whom we do not know, or know no more, is not met by that."""
    person = standing.look_up(db, channel, user)
    if person is not None and (person.heard_at is None or at >= person.heard_at):
        persons.note_blocked(db, person.id, at)
    return []


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
