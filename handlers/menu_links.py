"""Whose rich menu is which: what each person is to see, what LINE was told, and what it is still to be told.

Nothing of this is decided while an event is heard. The worker looks at everybody of a channel by a few statements
(``handlers.menu_waits``), writes down only those for whom another menu is due, and tells LINE of them: a menu may be
some seconds late, and no webhook pays for it. A row is told by whoever claims it, under a lease; LINE may be told the
same twice, so a crash in between does no harm.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers.messages import limits
from models.bulk import insert_many
from models.people import people
from models.rich_menus import menu_links, rich_menus

LEASE = timedelta(minutes=2)
"""How long a claim is left to who made it: LINE may take its time with five hundred calls."""
MOST = limits.RICH_MENU_USERS
"""Rows of one claim: as many as LINE links by one call."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0
"""Seconds until the next try."""
MOST_TRIES = 60
"""Of somebody forgotten, some ten hours: the LINE id is not kept for longer, whatever LINE shows."""
_ANY_MOMENT = LEASE + timedelta(seconds=LONGEST_WAIT)
"""A moment further ahead was noted by a clock that has been set back since."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look has found. wanted: person → menu, None for what guests see; unsure: people who have blocked us."""

    wanted: Mapping[int, str | None]
    unsure: Collection[int]

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unsure)


@dataclass(frozen=True, slots=True)
class Link:
    """A row in the hands of one worker. line_id: of the menu that is wanted; None: none of one's own."""

    person: int
    channel: str
    user: str
    wanted: str | None
    line_id: str | None
    tries: int
    lease_until: datetime
    forgotten: bool = False  # the person; the row is all that is left


# What is wanted ---------------------------------------------------------------------------------------------------

_CHANNELS = select(rich_menus.c.channel_id).distinct()
_KNOWN = (
    select(menu_links.c.person_id, menu_links.c.wanted, menu_links.c.linked_at, people.c.blocked_at)
    .join(people, people.c.id == menu_links.c.person_id)
    .where(menu_links.c.channel_id == bindparam("channel"), menu_links.c.line_user_id.is_(None))
)
_put = insert(menu_links)
_PUT = _put.on_conflict_do_update(
    index_elements=["person_id"],
    set_={name: _put.excluded[name] for name in ("wanted", "wanted_at", "linked_at", "tries", "error")},
    where=menu_links.c.line_user_id.is_(None),  # else forgotten meanwhile
)
_UNSURE = update(menu_links).where(menu_links.c.person_id == bindparam("person")).values(linked=None, linked_at=None)


def channels(db: Connection) -> list[str]:
    """Return the channels that have menus."""
    return list(db.execute(_CHANNELS).scalars())


def look(db: Connection, channel: str, wanted: Mapping[int, str]) -> Changes:
    """Return for whom another menu is due than was noted before. wanted: see ``menu_waits.wanted``.

    Of who has blocked us nobody knows what LINE shows them later: they are told of again once they are back.
    """
    changed: dict[int, str | None] = dict(wanted)
    unsure = []
    for person, before, linked_at, blocked_at in db.execute(_KNOWN, {"channel": channel}):
        if wanted.get(person) == before:
            changed.pop(person, None)
        else:
            changed[person] = wanted.get(person)
        if blocked_at is not None and linked_at is not None:
            unsure.append(person)
    return Changes(changed, unsure)


def want(db: Connection, channel: str, changes: Changes, now: datetime) -> None:
    """Note what a look has found; LINE is to be told. A lease under way is left: whoever has it sees the change."""
    rows = sorted(changes.wanted.items())  # in one order everywhere: none waits for one that waits for it
    same = {"channel_id": channel, "wanted_at": now, "linked_at": None, "due_at": now, "tries": 0, "error": None}
    if rows:
        insert_many(db, _PUT, ["person_id", "wanted"], rows, same)
    if changes.unsure:
        db.execute(_UNSURE, [{"person": one} for one in sorted(changes.unsure)])


# Telling LINE -----------------------------------------------------------------------------------------------------

_user = func.coalesce(menu_links.c.line_user_id, people.c.line_user_id)
_DUE = (
    select(menu_links, _user.label("user"), rich_menus.c.line_id)
    .select_from(menu_links)
    .join(people, people.c.id == menu_links.c.person_id)
    .outerjoin(
        rich_menus,
        and_(rich_menus.c.channel_id == menu_links.c.channel_id, rich_menus.c.name == menu_links.c.wanted),
    )
    .where(
        menu_links.c.linked_at.is_(None),
        or_(menu_links.c.due_at <= bindparam("now"), menu_links.c.due_at > bindparam("latest")),
        menu_links.c.channel_id.not_in(bindparam("silent", expanding=True)),
        or_(menu_links.c.wanted.is_(None), rich_menus.c.line_id.is_not(None)),
        _user.is_not(None),
        people.c.blocked_at.is_(None),
    )
    .order_by(menu_links.c.due_at, menu_links.c.person_id)
    .limit(bindparam("most"))
    .with_for_update(of=menu_links, skip_locked=True)
)
_TAKE = (
    update(menu_links)
    .where(menu_links.c.person_id.in_(bindparam("people", expanding=True)))
    .values(due_at=bindparam("until"), tries=menu_links.c.tries + 1)
)


def claim(db: Connection, now: datetime, *, silent: Collection[str] = (), most: int = MOST) -> list[Link]:
    """Take over rows of which LINE is to be told. silent: channels that are not to be called now."""
    at = {"now": now, "latest": now + _ANY_MOMENT, "silent": sorted(silent), "most": most}
    rows = db.execute(_DUE, at).all()
    until = now + LEASE
    if rows:
        db.execute(_TAKE, {"people": [row.person_id for row in rows], "until": until})
    return [
        Link(
            row.person_id, row.channel_id, row.user, row.wanted, row.line_id, row.tries + 1, until,
            row.line_user_id is not None,
        )
        for row in rows
    ]  # fmt: skip


_ours = and_(
    menu_links.c.person_id == bindparam("person"),
    menu_links.c.linked_at.is_(None),
    menu_links.c.due_at == bindparam("until"),
)
_same = menu_links.c.wanted.is_not_distinct_from(bindparam("what"))
_TOLD = (
    update(menu_links)
    .where(_ours, _same)
    .values(
        linked=bindparam("line"), linked_at=bindparam("at"), due_at=bindparam("at"), tries=0, error=bindparam("why")
    )
)
_CHANGED = update(menu_links).where(_ours).values(due_at=bindparam("at"), tries=0)
_DROP = delete(menu_links).where(_ours, menu_links.c.line_user_id.is_not(None))
_AGAIN = update(menu_links).where(_ours).values(due_at=bindparam("at"), error=bindparam("why"))


def told(db: Connection, links: Sequence[Link], now: datetime, why: str | None = None) -> None:
    """Note that LINE was told; of somebody forgotten nothing is left. What has changed meanwhile is told again.

    why: LINE will never take it; it is given up until another menu is wanted.
    """
    for one in _in_order(links):
        at: dict[str, Any] = {"person": one.person, "until": one.lease_until, "at": now}
        if one.wanted is None and db.execute(_DROP, at).rowcount:
            continue
        line = None if why else one.line_id
        if not db.execute(_TOLD, at | {"what": one.wanted, "line": line, "why": why}).rowcount:
            db.execute(_CHANGED, at)


def again(db: Connection, links: Sequence[Link], now: datetime, why: str) -> None:
    """Note that LINE could not be told; it is tried again, each time after twice as long."""
    for one in _in_order(links):
        if one.forgotten and one.tries >= MOST_TRIES:
            db.execute(_DROP, {"person": one.person, "until": one.lease_until})
            continue
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(one.tries - 1, 20))
        at = {"person": one.person, "until": one.lease_until, "at": now + timedelta(seconds=wait), "why": why}
        db.execute(_AGAIN, at)


def _in_order(links: Sequence[Link]) -> list[Link]:
    return sorted(links, key=lambda one: one.person)


# Somebody who is forgotten ----------------------------------------------------------------------------------------

_LEAVE = (
    update(menu_links)
    .where(menu_links.c.person_id == bindparam("person"))
    .values(line_user_id=bindparam("user"), wanted=None, wanted_at=bindparam("at"), linked_at=None, error=None)
)
_BACK = select(people.c.id).where(
    people.c.channel_id == bindparam("channel"), people.c.line_user_id == bindparam("user")
)


def leave(db: Connection, person: int, user: str | None, now: datetime) -> None:
    """Let somebody who is being forgotten see what guests see. The LINE id is kept here until LINE has been told."""
    if user is not None:
        db.execute(_LEAVE, {"person": person, "user": user, "at": now})


def is_back(db: Connection, link: Link) -> bool:
    """Tell whether somebody forgotten has come again: the menu is that of the new person, then."""
    found = db.execute(_BACK, {"channel": link.channel, "user": link.user}).scalar()
    return found is not None and found != link.person
