"""What is noted of a person: the name given, the notice read, whether we are blocked. Apart from all reports."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from models.people import people
from models.prepared import Prepared

_BLOCK = Prepared(update(people).where(people.c.id == bindparam("person")).values(blocked_at=bindparam("at")))
_NOTICE = Prepared(
    update(people)
    .where(people.c.id == bindparam("person"))
    .values(notice_version=bindparam("version"), noticed_at=bindparam("at"))
)


def note_blocked(db: Connection, person: int, at: datetime) -> None:
    """Note that a person blocked the bot (unfollow)."""
    _BLOCK(db, {"person": person, "at": at})


def note_acknowledged(db: Connection, person: int, version: int, at: datetime) -> None:
    """Note that a person acknowledged the privacy notice of a version."""
    _NOTICE(db, {"person": person, "version": version, "at": at})


_NAME = Prepared(update(people).where(people.c.id == bindparam("person")).values(name=bindparam("said")))
_NAME_OF = Prepared(select(people.c.name).where(people.c.id == bindparam("person")))


def note_name(db: Connection, person: int, name: str | None) -> None:
    """Note a person's name as the person gave it, or forget it."""
    _NAME(db, {"person": person, "said": name})


def name_of(db: Connection, person: int) -> str | None:
    """Return a person's name as the person gave it, None where nobody asked."""
    row = _NAME_OF(db, {"person": person}).first()
    return row.name if row else None
