"""Bubbles of an announcement that are unsent, or edited, by who said them."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from handlers import announcements, announcements_sending
from handlers.announcements import Announcement
from models.announcements import announcement_bubbles as bubbles
from models.announcements import announcements as table

_OF_BUBBLE = (
    select(bubbles.c.id, bubbles.c.announcement_id)
    .join(table, table.c.id == bubbles.c.announcement_id)
    .where(
        bubbles.c.channel_id == bindparam("channel"),
        bubbles.c.line_message_id == bindparam("mark"),
        bubbles.c.text.is_not(None),
        table.c.person_id == bindparam("by"),
    )
)
_SAY = update(bubbles).where(bubbles.c.id == bindparam("bubble")).values(text=bindparam("said"))
_WORDS = update(table).where(table.c.id == bindparam("number")).values(words=bindparam("said"), shown_at=None)


def unsend(db: Connection, channel: str, mark: str, by: int, now: datetime) -> bool:
    """Forget the words of a bubble that was unsent; what has gone out already is stopped for who has not heard it."""
    row = db.execute(_OF_BUBBLE, {"channel": channel, "mark": mark, "by": by}).first()
    one = announcements.locked(db, channel, row.announcement_id) if row else None
    if row is None or one is None:
        return False
    if not one.is_draft:
        announcements_sending.cancel(db, one, by, now)
    _put(db, one, row.id, None)
    return True


def reword(db: Connection, channel: str, mark: str, by: int, said: str) -> Announcement | None:
    """Put the new words of an edited bubble into a draft; return the announcement, None where it is in none.

    What was sent is not changed.
    """
    row = db.execute(_OF_BUBBLE, {"channel": channel, "mark": mark, "by": by}).first()
    one = announcements.locked(db, channel, row.announcement_id) if row else None
    if row is not None and one is not None and one.is_draft:
        _put(db, one, row.id, said)
    return one


def _put(db: Connection, one: Announcement, bubble: int, said: str | None) -> None:
    db.execute(_SAY, {"bubble": bubble, "said": said})
    db.execute(_WORDS, {"number": one.id, "said": announcements.joined(db, one)})
