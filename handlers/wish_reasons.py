"""The reasons for which more time is asked: unsent, changed until it is decided, or forgotten with who gave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from handlers import unsaid
from handlers.texts import say
from models.people import Request
from models.programme import extension_requests


@dataclass(frozen=True, slots=True)
class Reason:
    """Why more time is asked for. bubble: the LINE id of what said so, by which it can be unsent."""

    words: str
    bubble: str | None


_OF_PERSON = select(extension_requests.c.id, extension_requests.c.why, extension_requests.c.state).where(
    extension_requests.c.channel_id == bindparam("channel"),
    extension_requests.c.person_id == bindparam("by"),
    extension_requests.c.why.is_not(None),
)
_OF_BUBBLE = _OF_PERSON.where(extension_requests.c.line_message_id == bindparam("mark"))
_REASON = (
    update(extension_requests).where(extension_requests.c.id == bindparam("request")).values(why=bindparam("said"))
)


def told_as(request: int) -> str:
    """Return the name under which coordinators are told of a request."""
    return f"wish:{request}"


def unsend(db: Connection, channel: str, mark: str, by: int) -> bool:
    """Forget the reason whose bubble was unsent, in what waits to be told to coordinators too; False where none was."""
    return _reword(db, channel, db.execute(_OF_BUBBLE, {"channel": channel, "mark": mark, "by": by}).all(), None)


def reword(db: Connection, channel: str, mark: str, by: int, said: str) -> str | None:
    """Put an edited bubble's new words in the place of the reason, unless it is decided upon.

    Returns the name of the sentence that answers; None where the bubble gave no reason.
    """
    found = db.execute(_OF_BUBBLE, {"channel": channel, "mark": mark, "by": by}).all()
    waiting = [row for row in found if row.state == Request.ASKED]
    _reword(db, channel, waiting, said)
    if waiting:
        return "extending.reworded"
    return "extending.reworded_late" if found else None


def forget(db: Connection, channel: str, person: int) -> None:
    """Forget every reason that a person gave."""
    _reword(db, channel, db.execute(_OF_PERSON, {"channel": channel, "by": person}).all(), None)


def _reword(db: Connection, channel: str, found: Sequence[Any], said: str | None) -> bool:
    for row in found:
        db.execute(_REASON, {"request": row.id, "said": said})
        unsaid.reword(db, channel, told_as(row.id), row.why, said or say("extending.no_why"))
    return bool(found)
