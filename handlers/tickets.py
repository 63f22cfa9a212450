"""Talks of a director with a person of the agency: tickets and the words in them. None of it is part of a report.

A ticket takes words until it is closed or an hour has passed since its newest ones. For the staff it waits as long as
the newest words are the director's, closed or not: an empty row of the staff's is "there is nothing more to say".
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from handlers import agencies, telling
from handlers.audit import note
from models.outbox import Sending, outbox
from models.people import Role, people, schools
from models.people import agencies as agencies_table
from models.prepared import Prepared
from models.ticket import ticket_words, tickets

LAPSE = timedelta(hours=1)
"""After this time without words a talk is over."""
SOON = timedelta(minutes=2)
"""How long words of a talk wait for a visit before they are worth a push."""
_NOBODY = 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """One talk. last_at: of its newest words, or of its opening."""

    id: int
    person: int
    agency: int
    owner: int | None
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None

    def takes(self, at: datetime) -> bool:
        """Tell whether words said at a moment belong to this talk."""
        return self.opened_at <= at <= self.last_at + LAPSE and (self.closed_at is None or at <= self.closed_at)


@dataclass(frozen=True, slots=True)
class Shown:
    """A talk as the staff sees it in a list."""

    ticket: Ticket
    name: str | None
    school_name: str
    district: str


@dataclass(frozen=True, slots=True)
class Words:
    """What was said in a talk; text is None where it was unsent, or where nothing was to be said."""

    of_staff: bool
    text: str | None
    at: datetime


# The director's side ----------------------------------------------------------------------------------------------

_OPEN = Prepared(select(tickets).where(tickets.c.person_id == bindparam("person"), tickets.c.closed_at.is_(None)))
_BEFORE = (
    select(tickets)
    .where(tickets.c.person_id == bindparam("person"), tickets.c.opened_at <= bindparam("at"))
    .order_by(tickets.c.id.desc())
    .limit(1)
)
_BEGIN = insert(tickets).returning(tickets)
_TOUCH = (
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"), tickets.c.closed_at.is_(None))
    .values(last_at=bindparam("at"))
    .returning(tickets.c.id)
)
_ADD = insert(ticket_words).returning(ticket_words.c.id)
_COUNT = select(func.count()).where(
    ticket_words.c.ticket_id == bindparam("ticket"), ticket_words.c.of_staff == bindparam("staff")
)
_CLOSE = (
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"), tickets.c.closed_at.is_(None))
    .values(closed_at=bindparam("at"))
    .returning(tickets.c.id)
)


def open_of(db: Connection, person: int) -> Ticket | None:
    """Return the talk that a person has open, lapsed or not."""
    row = _OPEN(db, {"person": person}).first()
    return _ticket(row) if row else None


def at(db: Connection, person: int, moment: datetime) -> Ticket | None:
    """Return the talk to which words said at an earlier moment belong."""
    row = db.execute(_BEFORE, {"person": person, "at": moment}).first()
    found = _ticket(row) if row else None
    return found if found and found.takes(moment) else None


def begin(db: Connection, channel: str, person: int, school: int | None, agency: int, moment: datetime) -> Ticket:
    """Open a talk of a person who has none open."""
    row = {"channel_id": channel, "person_id": person, "school_id": school, "agency_id": agency}
    made = _ticket(db.execute(_BEGIN, row | {"opened_at": moment, "last_at": moment}).one())
    note(db, channel, "ticket.opened", moment, person=person, ticket=made.id, agency=agency)
    return made


def add(
    db: Connection, channel: str, ticket: Ticket, by: int, said: str | None, mark: str | None, moment: datetime
) -> int | None:
    """Put words into an open talk and return their number; None where it was closed meanwhile.

    mark: the LINE id of the bubble, by which it can be unsent.
    """
    newest = max(ticket.last_at, moment)
    if db.execute(_TOUCH, {"ticket": ticket.id, "at": newest}).first() is None:
        return None
    return _put(db, channel, ticket, by, said, mark, moment)


def _put(
    db: Connection, channel: str, ticket: Ticket, by: int, said: str | None, mark: str | None, moment: datetime
) -> int:
    row = {"channel_id": channel, "ticket_id": ticket.id, "person_id": by, "of_staff": by != ticket.person}
    return int(db.execute(_ADD, row | {"text": said, "line_message_id": mark, "at": moment}).scalar_one())


def count(db: Connection, ticket: int, *, of_staff: bool) -> int:
    """Return how often a side has spoken in a talk."""
    return int(db.execute(_COUNT, {"ticket": ticket, "staff": of_staff}).scalar_one())


def close(db: Connection, channel: str, ticket: Ticket, moment: datetime, *, by: int | None, why: str) -> bool:
    """Close a talk; False where it is closed already. why: "ended" by the person, "closed" by the staff, "lapsed"."""
    done = db.execute(_CLOSE, {"ticket": ticket.id, "at": moment}).first() is not None
    if done:
        note(db, channel, f"ticket.{why}", moment, person=by, ticket=ticket.id)
    return done


def _ticket(row: Any) -> Ticket:
    return Ticket(row.id, row.person_id, row.agency_id, row.owner_id, row.opened_at, row.last_at, row.closed_at)


def answer_key(words: int) -> str:
    """Return the name under which an answer is told once."""
    return f"talk:answer:{words}"


# The staff's side -------------------------------------------------------------------------------------------------

_newest_of_staff = (
    select(ticket_words.c.of_staff)
    .where(ticket_words.c.ticket_id == tickets.c.id, ticket_words.c.removed_at.is_(None))
    .order_by(ticket_words.c.id.desc())
    .limit(1)
    .correlate(tickets)
    .scalar_subquery()
)
_SHOWN = (
    select(tickets, people.c.name, schools.c.name.label("school_name"), schools.c.district)
    .select_from(tickets)
    .join(people, people.c.id == tickets.c.person_id)
    .join(agencies_table, agencies_table.c.id == tickets.c.agency_id)
    .outerjoin(schools, schools.c.id == tickets.c.school_id)
    .where(tickets.c.channel_id == bindparam("channel"))
    .order_by(tickets.c.opened_at, tickets.c.id)
)
WAITS = or_(tickets.c.closed_at.is_(None) & (tickets.c.last_at >= bindparam("since")), _newest_of_staff.is_(False))
"""Condition on a talk: it goes on (``since``: an hour ago), or the person has had the last word."""
_WAITING = _SHOWN.where(people.c.line_user_id.is_not(None), WAITS)  # else nobody could be answered
_ONE = _SHOWN.where(tickets.c.id == bindparam("ticket"))
_WORDS = (
    select(ticket_words.c.of_staff, ticket_words.c.text, ticket_words.c.at)
    .where(ticket_words.c.ticket_id == bindparam("ticket"))
    .order_by(ticket_words.c.id.desc())
    .limit(bindparam("most"))
)
_OWN = update(tickets).where(tickets.c.id == bindparam("ticket")).values(owner_id=bindparam("by"))


def waiting(db: Connection, channel: str, offices: Collection[int] | None, now: datetime) -> list[Shown]:
    """Return the talks of these agencies (all where None) that go on, or whose last words are the director's."""
    return _within(offices, db.execute(_WAITING, {"channel": channel, "since": now - LAPSE}))


def find(db: Connection, channel: str, offices: Collection[int] | None, number: int) -> Shown | None:
    """Return a talk of these agencies, whatever became of it; None where they have none of this number."""
    found = _within(offices, db.execute(_ONE, {"channel": channel, "ticket": number}))
    return found[0] if found else None


def _within(offices: Collection[int] | None, rows: Iterable[Any]) -> list[Shown]:
    return [
        Shown(_ticket(row), row.name, row.school_name or "", row.district or "")
        for row in rows
        if offices is None or row.agency_id in offices
    ]


def last_words(db: Connection, ticket: int, most: int) -> list[Words]:
    """Return the newest words of a talk, the oldest of them first."""
    rows = db.execute(_WORDS, {"ticket": ticket, "most": most}).all()
    return [Words(row.of_staff, row.text, row.at) for row in reversed(rows)]


def answer(
    db: Connection, channel: str, ticket: Ticket, by: int, said: str, mark: str | None, moment: datetime
) -> tuple[int, bool]:
    """Put an officer's words into a talk; return their number, and whether the talk goes on.

    One without words for an hour is over: the answer is told, and the director's next words are not taken by it.
    """
    live = ticket.takes(max(moment, ticket.opened_at))
    if not live:
        close(db, channel, ticket, ticket.last_at + LAPSE, by=None, why="lapsed")
    number = add(db, channel, ticket, by, said, mark, moment) if live else None
    if number is None:
        number, live = _put(db, channel, ticket, by, said, mark, moment), False
    db.execute(_OWN, {"ticket": ticket.id, "by": by})
    note(db, channel, "ticket.answered", moment, person=by, ticket=ticket.id)
    return number, live


def put_away(db: Connection, channel: str, ticket: Ticket, by: int, moment: datetime) -> bool:
    """Close a talk for the staff: it waits no more. True where the director was still in it."""
    was_open = close(db, channel, ticket, moment, by=by, why="closed")
    if not was_open:
        note(db, channel, "ticket.put_away", moment, person=by, ticket=ticket.id)
    _put(db, channel, ticket, by, None, None, moment)
    return was_open and ticket.takes(max(moment, ticket.opened_at))


def officers(db: Connection, channel: str, agency: int, now: datetime) -> list[int]:
    """Return the coordinators of an agency; where it has none those above it, at last the province's own."""
    everywhere = set(telling.in_office(db, channel, _NOBODY, Role.COORDINATOR, now))
    for office in agencies.book(db, channel).above(agency):
        own = set(telling.in_office(db, channel, office, Role.COORDINATOR, now)) - everywhere
        if own:
            return sorted(own)
    return sorted(everywhere)


_TOLD = select(outbox.c.id).where(
    outbox.c.channel_id == bindparam("channel"),
    outbox.c.person_id == bindparam("person"),
    or_(outbox.c.state == Sending.HELD, (outbox.c.state == Sending.QUEUED) & (outbox.c.kind == "notice")),
)


def something_waits(db: Connection, channel: str, person: int) -> bool:
    """Tell whether there are words for a person that any answer would bring along."""
    return db.execute(_TOLD.limit(1), {"channel": channel, "person": person}).first() is not None
