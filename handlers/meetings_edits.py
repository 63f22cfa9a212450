"""Words of an answer to a meeting that are taken back: a bubble is unsent or edited, and what it gave goes with it.

The history keeps that something was answered, never the words. What a bubble gave is what its answer has beside the one
before: a name typed first stays when the position typed after it is unsent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from models.meetings import invitees, meeting_answers

WORDS = ("delegate_name", "delegate_position", "reason")
_BY_MESSAGE = (
    select(meeting_answers.c.invitee_id)
    .where(
        meeting_answers.c.channel_id == bindparam("channel"),
        meeting_answers.c.line_message_id == bindparam("message"),
        meeting_answers.c.by == bindparam("by"),
    )
    .distinct()
    .order_by(meeting_answers.c.invitee_id)
)
_HISTORY = (
    select(meeting_answers)
    .where(meeting_answers.c.invitee_id == bindparam("invitee"))
    .order_by(meeting_answers.c.at, meeting_answers.c.id)
)
_ROW = update(meeting_answers).where(meeting_answers.c.id == bindparam("row"))
_INVITEE = update(invitees).where(invitees.c.id == bindparam("invitee"))
_CURRENT = select(invitees).where(invitees.c.id == bindparam("invitee"))


@dataclass(frozen=True, slots=True)
class Gave:
    """What a bubble gave to an answer. words: column → what stands there; stands: in the answer as it is now, too."""

    invitee: int
    words: dict[str, str]
    stands: bool


def given_by(db: Connection, channel: str, message: str, by: int) -> list[Gave]:
    """Return what a person's bubble gave to answers to meetings, one for each that it answered."""
    found = db.execute(_BY_MESSAGE, {"channel": channel, "message": message, "by": by}).scalars().all()
    return [_gave(db, invitee, message) for invitee in found]


def _gave(db: Connection, invitee: int, message: str) -> Gave:
    history = db.execute(_HISTORY, {"invitee": invitee}).all()
    words = {name: word for before, row in _pairs(history) if row.line_message_id == message
             for name, word in _new(before, row)}  # fmt: skip
    now = db.execute(_CURRENT, {"invitee": invitee}).one()
    return Gave(invitee, words, stands=all(getattr(now, name) == word for name, word in words.items()))


def _pairs(history: Sequence[Row[Any]]) -> Iterator[tuple[Row[Any] | None, Row[Any]]]:
    return zip([None, *history], history, strict=False)


def _new(before: Row[Any] | None, row: Row[Any]) -> Iterator[tuple[str, str]]:
    for name in WORDS:
        word = getattr(row, name)
        if word and (before is None or getattr(before, name) != word):
            yield name, word


def unsend(db: Connection, channel: str, message: str, by: int) -> bool:
    """Take what a person's bubble gave out of the answer and its history; tell whether it gave anything."""
    found = given_by(db, channel, message, by)
    for one in found:
        _take_out(db, one)
    return bool(found)


def _take_out(db: Connection, gave: Gave) -> None:
    for row in db.execute(_HISTORY, {"invitee": gave.invitee}).all():
        _clear(db, _ROW, {"row": row.id}, row, gave)
    now = db.execute(_CURRENT, {"invitee": gave.invitee}).one()
    _clear(db, _INVITEE, {"invitee": gave.invitee}, now, gave)


def _clear(db: Connection, which: Any, key: dict[str, int], row: Row[Any], gave: Gave) -> None:
    gone = [name for name, word in gave.words.items() if getattr(row, name) == word]
    if gone:
        db.execute(which.values(dict.fromkeys(gone)), key)
