"""What is noted of a person: the name given, the notice read, whether we are blocked. Apart from all reports."""

import re
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from handlers.words import clean, digits, letters, private_number
from models.people import people
from models.prepared import Prepared

MOST_OF_A_NAME = 80
"""Characters of a person's name."""
_NO_NAME = re.compile(r"[\d/:<>{}\[\]@#\\]|https?|www\.", re.IGNORECASE)

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


def as_name(words: str) -> str | None:
    """Return the words as the name of a person, None where they cannot be one."""
    name = " ".join(clean(words).split())
    if letters(name) < 2 or len(name) > MOST_OF_A_NAME or _NO_NAME.search(digits(name)) or private_number(name):
        return None
    return name
