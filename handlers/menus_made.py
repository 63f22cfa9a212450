"""Rich menus as LINE knows them: which were made, and who is still to be moved to them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from models.rich_menus import menu_links, rich_menus

_OF_CHANNEL = select(rich_menus.c.name, rich_menus.c.line_id, rich_menus.c.digest).where(
    rich_menus.c.channel_id == bindparam("channel")
)
_put = insert(rich_menus)
_PUT = _put.on_conflict_do_update(
    index_elements=["channel_id", "name"],
    set_={name: _put.excluded[name] for name in ("line_id", "digest", "at")},
)
_FORGET = delete(rich_menus).where(rich_menus.c.channel_id == bindparam("channel"))
_reopened = update(menu_links).values(linked_at=None, tries=0, error=None)


def made(db: Connection, channel: str) -> dict[str, tuple[str, str]]:
    """Return LINE's id and the digest of each menu that was made, by its name."""
    return {name: (line_id, digest) for name, line_id, digest in db.execute(_OF_CHANNEL, {"channel": channel})}


def note(db: Connection, channel: str, name: str, line_id: str, digest: str, now: datetime) -> None:
    """Note a menu that LINE has, picture and all."""
    db.execute(_PUT, {"channel_id": channel, "name": name, "line_id": line_id, "digest": digest, "at": now})


def forget(db: Connection, channel: str, names: Collection[str]) -> None:
    """Forget menus of these names."""
    db.execute(_FORGET.where(rich_menus.c.name.in_(sorted(names))), {"channel": channel})


def gone(db: Connection, channel: str, line_id: str) -> None:
    """Note that LINE has a menu no more: who was linked to it is told of again once there is another."""
    db.execute(_FORGET.where(rich_menus.c.line_id == line_id), {"channel": channel})
    db.execute(_reopened.where(menu_links.c.channel_id == channel, menu_links.c.linked == line_id))


def move_everybody(db: Connection, channel: str) -> None:
    """Let LINE be told anew of all who see another menu than the one of that name now, and of who was given up."""
    now_made = select(rich_menus.c.line_id).where(
        rich_menus.c.channel_id == menu_links.c.channel_id, rich_menus.c.name == menu_links.c.wanted
    )
    other = or_(menu_links.c.linked.is_(None), menu_links.c.linked != now_made.scalar_subquery())
    db.execute(
        _reopened.where(
            menu_links.c.channel_id == channel,
            menu_links.c.wanted.is_not(None),
            menu_links.c.linked_at.is_not(None),
            other,
        )
    )


def still_linked(db: Connection, channel: str, line_id: str) -> int:
    """Return how many people LINE shows a menu to, as far as we know."""
    counted = select(func.count()).select_from(menu_links)
    return db.execute(counted.where(menu_links.c.channel_id == channel, menu_links.c.linked == line_id)).scalar_one()
