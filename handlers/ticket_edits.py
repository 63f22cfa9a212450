"""Words of a talk with a person of the agency that are unsent, or edited, by who said them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from handlers import unsaid
from handlers.tickets import answer_key
from models.ticket import ticket_words, tickets

_which = update(ticket_words).where(
    ticket_words.c.channel_id == bindparam("channel"),
    ticket_words.c.line_message_id == bindparam("mark"),
    ticket_words.c.person_id == bindparam("by"),
    ticket_words.c.removed_at.is_(None),
)
_UNSEND = _which.values(text=None, removed_at=bindparam("now")).returning(ticket_words.c.id, ticket_words.c.of_staff)
_REWORD = _which.values(text=bindparam("said"))
_OF_BUBBLE = select(ticket_words.c.id, ticket_words.c.of_staff, ticket_words.c.text, ticket_words.c.ticket_id).where(
    ticket_words.c.channel_id == bindparam("channel"),
    ticket_words.c.line_message_id == bindparam("mark"),
    ticket_words.c.person_id == bindparam("by"),
    ticket_words.c.removed_at.is_(None),
)
_PERSON = select(tickets.c.person_id).where(tickets.c.id == bindparam("ticket"))


def unsend(db: Connection, channel: str, mark: str, by: int, now: datetime) -> bool:
    """Forget the words of a bubble that was unsent; an answer that has not gone out yet stays here."""
    row = db.execute(_UNSEND, {"channel": channel, "mark": mark, "by": by, "now": now}).first()
    if row is not None and row.of_staff:
        unsaid.drop(db, channel, answer_key(row.id))
    return row is not None


@dataclass(frozen=True, slots=True)
class Reworded:
    """Words of a talk that were edited. told: they are the staff's, and the director has been told the old ones."""

    number: int
    of_staff: bool
    person: int
    told: bool


def reword(db: Connection, channel: str, mark: str, by: int, said: str) -> Reworded | None:
    """Put the new words of an edited bubble in the place of the old ones; None where it is in no talk."""
    row = db.execute(_OF_BUBBLE, {"channel": channel, "mark": mark, "by": by}).first()
    if row is None:
        return None
    db.execute(_REWORD, {"channel": channel, "mark": mark, "by": by, "said": said})
    person: int = db.execute(_PERSON, {"ticket": row.ticket_id}).scalar_one()
    waiting = unsaid.reword(db, channel, answer_key(row.id), row.text or "", said) if row.of_staff else 0
    return Reworded(row.id, row.of_staff, person, told=row.of_staff and not waiting)
