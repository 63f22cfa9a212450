"""Answers to what schools ask for that are unsent, or changed, by who gave them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from handlers import unsaid
from handlers.audit import note
from models.asking import Asked, asks

_OF_BUBBLE = select(asks.c.id, asks.c.school_id, asks.c.answer).where(
    asks.c.channel_id == bindparam("channel"),
    asks.c.line_message_id == bindparam("mark"),
    asks.c.owner_id == bindparam("by"),
    asks.c.answer.is_not(None),
)
_which = update(asks).where(asks.c.id == bindparam("ask"))
_UNSEND = _which.values(state=Asked.TAKEN, answer=None, line_message_id=None, answered_at=None)
_REWORD = _which.values(answer=bindparam("said"))


@dataclass(frozen=True, slots=True)
class Reworded:
    """An answer with new words. told: somebody of the school has been told the old ones."""

    ask: int
    school: int
    told: bool


def told_as(number: int, mark: str | None) -> str:
    """Return the name under which a school is told of an answer, given by a bubble."""
    return f"ask.answered:{number}:{mark}"


def unsend(db: Connection, channel: str, mark: str, by: int, now: datetime) -> None:
    """Forget an answer whose bubble was unsent: the ask waits for another, and the school is not told of this one."""
    for row in db.execute(_OF_BUBBLE, {"channel": channel, "mark": mark, "by": by}).all():
        db.execute(_UNSEND, {"ask": row.id})
        unsaid.drop(db, channel, told_as(row.id, mark))
        note(db, channel, "ask.answer_unsent", now, person=by, ask=row.id)


def reword(db: Connection, channel: str, mark: str, by: int, said: str, now: datetime) -> Reworded | None:
    """Put an edited bubble's new words in the place of an answer; None where it gave none."""
    row = db.execute(_OF_BUBBLE, {"channel": channel, "mark": mark, "by": by}).first()
    if row is None:
        return None
    db.execute(_REWORD, {"ask": row.id, "said": said})
    waiting = unsaid.reword(db, channel, told_as(row.id, mark), row.answer, said)
    note(db, channel, "ask.answer_reworded", now, person=by, ask=row.id)
    return Reworded(row.id, row.school_id, told=waiting == 0)
