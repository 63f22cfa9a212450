"""The one front door: takes an event, keeps it, lets the talk hear it, writes down what to say. One transaction.

In a rush one event of each of several people goes the same way at once (``apply_together``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers import answer_rows, audit, groups, outbox, persons, reports, standing
from handlers.hear import hear
from handlers.heard import Heard, Kind
from handlers.meetings_pages import MakePage
from handlers.messages.build import to_line
from handlers.outbox import Outgoing, To, Words
from handlers.privacy import FORGOTTEN
from handlers.shown_files import MakeLink
from handlers.standing import Known, Person, Place
from handlers.talk import Talk, Turn
from handlers.words import Intent
from models.inbox import Kept, inbox
from models.outbox import Policy
from models.prepared import Prepared, among


@dataclass(frozen=True, slots=True)
class House:
    """What a transaction needs to know of the process it runs in."""

    owner: str  # the process that will send what is said
    ack_wait: float = 0.7  # seconds an acknowledgement waits for further bubbles
    link_to: MakeLink | None = None  # makes the address at which files are shown
    page_to: MakePage | None = None  # makes the address of a meeting's page


_KEEP = Prepared(
    insert(inbox).on_conflict_do_nothing(index_elements=["channel_id", "event_id"]).returning(inbox.c.event_id),
    ("channel_id", "event_id", "message_id", "raw", "state", "tries", "error", "due_at", "received_at"),
)


def receive(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
    """Keep one event and apply it; return what is to be said once the transaction has committed.

    An event heard before changes nothing and says nothing.
    """
    return apply(db, channel, heard, house, now) if keep_new(db, channel, [heard], now) else []


def may_wait(heard: Heard) -> bool:
    """Tell whether an event may be written down first and applied afterwards: one person's, said to us alone."""
    return heard.user is not None and heard.group is None


def keep_new(db: Connection, channel: str, events: Sequence[Heard], now: datetime, **known: Any) -> list[Heard]:
    """Write the rows of events, with what is ``known`` of their state; return those that were not heard before."""
    once = {heard.id: heard for heard in events}
    rows = [_row(channel, once[number], now) | known for number in sorted(once)]  # all lock them in this order
    kept = set(_KEEP.rows(db, rows).scalars())
    return [heard for heard in once.values() if heard.id in kept]


def _row(channel: str, heard: Heard, now: datetime) -> dict[str, Any]:
    return {
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


def apply(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
    """Apply one kept event."""
    if heard.group is not None:
        return _in_group(db, channel, heard, house, now)
    if heard.user is None:
        return []
    if heard.kind == Kind.UNFOLLOW:
        return _note_blocked(db, channel, heard.user, heard.at)
    person = standing.find(db, channel, heard.user, now)
    return _hear(db, [_talk(db, channel, heard, person, standing.known(db, person.id, now), house, now)], house, now)


def apply_together(
    db: Connection, channel: str, events: Sequence[Heard], house: House, now: datetime
) -> tuple[list[Outgoing], list[Heard]]:
    """Apply kept events, each of another person, with as few statements as may be, and waiting for nobody's lock.

    Returns what is to be said, and the events that must be applied alone: of them nothing is kept or changed.
    """
    able = {heard.user: heard for heard in events if heard.user is not None and heard.kind not in _ALONE}
    people = standing.look_up_idle(db, channel, list(able))
    known = standing.known_idle(db, [person.id for person in people.values()], now)
    alike = _alike([person for person in people.values() if person.id in known], known)
    talks = [_talk(db, channel, able[one.user], one, known[one.id], house, now) for one in alike]
    _read_before(db, talks)
    with audit.written_last(db), answer_rows.written_together(db):
        said = _hear(db, talks, house, now)
    users = {one.user for one in alike}
    left = [heard for heard in events if heard.user not in users]
    if left:
        _TAKE_OUT(db, {"channel": channel, "events": [heard.id for heard in left]})
    return said, left


_ALONE = frozenset({Kind.UNFOLLOW, Kind.UNSEND})
_TAKE_OUT = Prepared(delete(inbox).where(inbox.c.channel_id == bindparam("channel"), among(inbox.c.event_id, "events")))


def _alike(people: Sequence[Person], known: Mapping[int, Known]) -> list[Person]:
    """Return who can be heard together: people in the talk about a report, each of another school.

    Whoever else speaks may change what others read, and two of a school change the same report.
    """
    found: dict[int, Person] = {}
    for person in people:
        school = known[person.id].only_school
        if school is not None:
            found.setdefault(school, person)
    return [found[school] for school in sorted(found)]  # in this order all begin reports


def _hear(db: Connection, talks: Sequence[Talk], house: House, now: datetime) -> list[Outgoing]:
    """Let talks hear their events, and write down where each then stands and what is to be said."""
    turns = [(talk, _turn(talk)) for talk in talks]
    standing.put_all(db, [(talk.channel, talk.person.id, talk.place, talk.heard.at) for talk in talks if talk.moved])
    standing.note_asked(
        db, [(talk.channel, talk.person.id, *one, talk.heard.at) for talk in talks for one in talk.asked]
    )
    standing.note_heard(db, [(talk.person.id, talk.heard.at) for talk in talks if not talk.late])
    return _say(db, turns, house, now)


def _talk(
    db: Connection, channel: str, heard: Heard, person: Person, known: Known, house: House, now: datetime
) -> Talk:
    return Talk(
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
        late=person.heard_at is not None and heard.at < person.heard_at,
    )


def _read_before(db: Connection, talks: Sequence[Talk]) -> None:
    """Read at once what nearly every talk asks for: the answers, and what stands in the open one."""
    begun = [(talk, report) for talk in talks for report in [talk.standings[0].report] if report is not None]
    answers = answer_rows.answers_of_all(db, [report for _, report in begun])
    open_now = []
    for talk, report in begun:
        talk.read_before = report, answers[report]
        if not talk.late and (answer := answers[report].get(talk.place.step)) is not None:
            open_now.append(answer)
    reports.read_parts(db, open_now)


def _turn(talk: Talk) -> Turn | None:
    """Let a talk hear its event; return what is said back, None where nothing is."""
    heard = talk.heard
    if heard.kind == Kind.UNSEND or (talk.late and heard.message_id and _is_unsent(talk.db, talk.channel, heard)):
        _forget(talk.db, talk.channel, heard)
        if heard.kind != Kind.UNSEND:  # it was taken back before it reached us
            return None
    said = hear(talk)
    if talk.understood.intent == Intent.SENSITIVE:
        _forget(talk.db, talk.channel, heard)
    return said if said is not None and said.said and heard.active else None


def _note_blocked(db: Connection, channel: str, user: str, at: datetime) -> list[Outgoing]:
    """Note that somebody has blocked us; whom we do not know, or know no more, is not met by that."""
    person = standing.look_up(db, channel, user)
    if person is not None and (person.heard_at is None or at >= person.heard_at):
        persons.note_blocked(db, person.id, at)
    return []


def _say(db: Connection, turns: Sequence[tuple[Talk, Turn | None]], house: House, now: datetime) -> list[Outgoing]:
    """Write down what is said back; without a reply token what is worth no push waits for the next visit."""
    answers = []
    for talk, said in turns:
        if said is None:
            continue
        to, words = _to(talk), Words(*to_line(said.said), kind=said.kind, policy=said.policy, wait=said.wait)
        if to.token is None and words.policy == Policy.HOLD:
            outbox.hold(db, to, words, talk.now)
        else:
            answers.append((to, words))
    return outbox.add_all(db, answers, owner=house.owner, now=now) if answers else []


def _to(talk: Talk) -> To:
    heard = talk.heard
    return To(talk.channel, talk.person.id, talk.person.user, f"turn:{heard.id}", heard.token)


def _in_group(db: Connection, channel: str, heard: Heard, house: House, now: datetime) -> list[Outgoing]:
    """Say to a group what it may hear; nobody is looked up, and nothing that is said there is kept."""
    said = groups.answer(heard)
    if said is None:
        return []
    to = To(channel, None, heard.group or "", f"turn:{heard.id}", heard.token)
    return [outbox.add(db, to, Words(*to_line([said])), owner=house.owner, now=now)]


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
