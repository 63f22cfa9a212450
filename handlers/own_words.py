"""Words of a person that stand elsewhere than in the answers of a report: for the copy of one's data (PDPA s.30)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from models.asking import asks
from models.people import Role, contacts, memberships, schools
from models.place import places
from models.programme import extension_requests
from models.review import decisions, explanations
from models.ticket import ticket_words


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a person said. kind: of "ticket", "wish", "explanation", "reason", "answer"."""

    kind: str
    text: str
    at: datetime


def _of(table: Any, text: Any, at: Any, *, by: Any = None) -> Select[Any]:
    mine = (table.c.person_id if by is None else by) == bindparam("person")
    return select(text.label("text"), at.label("at")).where(
        mine, table.c.channel_id == bindparam("channel"), text.is_not(None)
    )


_KINDS: dict[str, Select[Any]] = {
    "ticket": _of(ticket_words, ticket_words.c.text, ticket_words.c.at),
    "wish": _of(extension_requests, extension_requests.c.why, extension_requests.c.asked_at),
    "explanation": _of(explanations, explanations.c.text, explanations.c.at),
    "reason": _of(decisions, decisions.c.reason, decisions.c.at),
    "answer": _of(asks, asks.c.answer, asks.c.answered_at, by=asks.c.owner_id),
}
_WAITING = select(places.c.memo).where(
    places.c.person_id == bindparam("person"), places.c.channel_id == bindparam("channel")
)
_LISTED = (
    select(contacts.c.name, contacts.c.phone, schools.c.name.label("school"))
    .join(schools, schools.c.id == contacts.c.school_id)
    .join(memberships, memberships.c.school_id == schools.c.id)
    .where(
        memberships.c.person_id == bindparam("person"),
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.role.in_((Role.DIRECTOR, Role.ACTING)),
        memberships.c.until.is_(None) | (memberships.c.until > bindparam("now")),
    )
    .distinct()
    .order_by(schools.c.name)
)


def of(db: Connection, channel: str, person: int) -> list[OwnWords]:
    """Return what a person has said in talks with officers, in requests, explanations, reasons, answers; by time."""
    key = {"channel": channel, "person": person}
    found = [OwnWords(kind, row.text, row.at) for kind, words in _KINDS.items() for row in db.execute(words, key)]
    return sorted(found, key=lambda one: one.at)


def waiting(db: Connection, channel: str, person: int) -> list[str]:
    """Return words of a person that wait to be filed somewhere, or dropped."""
    memo = db.execute(_WAITING, {"channel": channel, "person": person}).scalar() or {}
    return [one["text"] for one in memo.get("waiting") or [] if one.get("text")]


def listed(db: Connection, channel: str, person: int, now: datetime) -> list[Any]:
    """Return name, phone and school of the roster, for the schools that a person heads."""
    return list(db.execute(_LISTED, {"channel": channel, "person": person, "now": now}))
