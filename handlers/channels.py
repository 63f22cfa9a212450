"""Channels: each is one province with its own LINE Official Account, and a border no row crosses."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers.audit import note
from models.programme import MAIN, channels

_FIND = select(channels.c.id).where(channels.c.id == bindparam("channel"))
# Not FOR UPDATE: that would stop every insert of the province, whose foreign keys share the channel's key.
_LOCK = _FIND.with_for_update(key_share=True)
_ADD = insert(channels).on_conflict_do_nothing(index_elements=["id"])


class NoChannel(LookupError):
    """There is no such channel."""


def ensure(db: Connection, channel: str, now: datetime) -> None:
    """See that a channel exists, and lock it until the transaction ends.

    The one whose secret is in the environment is made where it is missing. Two transactions that lock a channel come
    one after the other; events of the province go on meanwhile.

    Raises:
        NoChannel: any other that is missing; `python -m bot add-channel` makes it.
    """
    if db.scalar(_LOCK, {"channel": channel}) is not None:
        return
    if channel != MAIN:
        raise NoChannel(f"no channel {channel}: `python -m bot add-channel {channel}` makes it")
    ensure_main(db, now)
    db.execute(_LOCK, {"channel": MAIN})  # another process may have been first


def see(db: Connection, channel: str) -> None:
    """See that a channel exists, to read of it. Raises NoChannel; the one in the environment may have no row yet."""
    if channel != MAIN and db.scalar(_FIND, {"channel": channel}) is None:
        raise NoChannel(f"no channel {channel}")


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers for the personal data of a channel, as the privacy notice names them; None where nobody said."""

    office: str | None
    phone: str | None


_RESPONSIBLE = select(channels.c.protection_office, channels.c.protection_phone).where(
    channels.c.id == bindparam("channel")
)
_MAKE_RESPONSIBLE = (
    update(channels)
    .where(channels.c.id == bindparam("channel"))
    .values(protection_office=bindparam("office"), protection_phone=bindparam("phone"))
)


def responsible(db: Connection, channel: str) -> Responsible:
    """Return who answers for the personal data of a channel."""
    row = db.execute(_RESPONSIBLE, {"channel": channel}).first()
    return Responsible(row.protection_office, row.protection_phone) if row else Responsible(None, None)


def make_responsible(db: Connection, channel: str, office: str, phone: str | None, now: datetime) -> None:
    """Note who answers for the personal data of a channel. Raises NoChannel."""
    ensure(db, channel, now)
    db.execute(_MAKE_RESPONSIBLE, {"channel": channel, "office": office, "phone": phone})
    note(db, channel, "channel.responsible", now)


def ensure_main(db: Connection, now: datetime) -> None:
    """See that the channel whose secret is in the environment exists, without a lock."""
    if db.scalar(_FIND, {"channel": MAIN}) is None:
        db.execute(_ADD, {"id": MAIN, "name": MAIN, "created_at": now})
