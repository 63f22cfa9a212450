"""Makes the rich menus at LINE: those that are missing or differ, the default one, and in the end deletes the old.

LINE's pictures cannot be replaced, so a menu that differs is made anew, everybody is moved to it, and only then is the
old one deleted. Run again after a crash or a refusal it goes on where it stopped: what LINE has under our name without
our knowing (made, but never drawn) is deleted with the old ones.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.line.answers import Refused, Unanswered, Why
from bot.line.menus import MenuLine
from bot.menu_pictures import TEMPLATE, Pictures
from bot.rich_menus import MenuClerk
from handlers import channels, menus_made
from handlers.rich_menus import GUEST, Menu, menus
from models.json_text import to_json
from models.store import Store

Answer = TypeVar("Answer")

OURS = "raingan "
"""How the names of our menus begin: others of the channel, made by hand, are left alone."""


class CannotMake(Exception):
    """LINE would not. str: what was wrong, and what to do."""


@dataclass(frozen=True)
class Plan:
    """What differs between LINE's menus and ours."""

    missing: tuple[Menu, ...]
    old: tuple[str, ...]  # LINE's ids of ours that nobody is to see any more
    default_differs: bool
    dropped: tuple[str, ...]  # names that we have no menu of any more

    @property
    def is_done(self) -> bool:
        """Tell whether nothing is left to do."""
        return not (self.missing or self.old or self.default_differs or self.dropped)


def digest_of(menu: Menu) -> str:
    """Return what changes whenever a menu's picture or areas do; nothing is drawn for that."""
    drawn = TEMPLATE.read_bytes() + to_json([menu.drawing(), menu.to_line("")]).encode()
    return hashlib.sha256(drawn).hexdigest()


class MenuMaker:
    """Makes the menus of one channel. Raises CannotMake, and Busy where the database could not be had."""

    def __init__(
        self,
        store: Store,
        line: MenuLine,
        channel: str,
        clock: Callable[[], datetime],
        pictures: Pictures | None = None,
    ) -> None:
        self._store = store
        self._line = line
        self._channel = channel
        self._clock = clock
        self._pictures = pictures or Pictures()
        self._clerk = MenuClerk(store, line, clock)

    def plan(self) -> Plan:
        """Ask LINE what there is, and compare. Changes nothing."""
        at_line = self._asked(lambda: self._line.names(self._channel))
        return self._plan(at_line)

    def _plan(self, at_line: Mapping[str, str]) -> Plan:
        made, ours = self._made(), menus()
        missing = tuple(one for name, one in ours.items() if not _is_good(made.get(name), one, at_line))
        used = {made[name][0] for name in ours if name in made}
        old = tuple(sorted(each for each, name in at_line.items() if name.startswith(OURS) and each not in used))
        default = self._asked(lambda: self._line.default(self._channel))
        guest = made[GUEST][0] if GUEST in made else None
        return Plan(missing, old, default is None or default != guest, tuple(sorted(made.keys() - ours.keys())))

    def make(self) -> Iterator[str]:
        """Do what is to be done; yield what was done, line by line. Raises NoChannel, too."""
        with self._store.write() as db:
            channels.ensure(db, self._channel, self._clock())
        plan = self.plan()
        for menu in plan.missing:
            self._make(menu)
            yield f"made {menu.name}"
        if plan.dropped:
            with self._store.write() as db:
                menus_made.forget(db, self._channel, plan.dropped)
        if plan.missing or plan.default_differs:
            guest = self._made()[GUEST][0]
            self._asked(lambda: self._line.set_default(self._channel, guest))
            yield "the default is that of guests"
        yield from self._move()
        yield from self._delete_old()

    def _make(self, menu: Menu) -> None:
        digest = digest_of(menu)
        png = self._pictures.png(menu, digest)
        made = self._asked(lambda: self._line.create(self._channel, menu.to_line(f"{OURS}{menu.name} {digest[:12]}")))
        self._asked(lambda: self._line.upload(self._channel, made, png))
        with self._store.write() as db:
            menus_made.note(db, self._channel, menu.name, made, digest, self._clock())

    def _move(self) -> Iterator[str]:
        """Move everybody to the menus that are wanted now."""
        with self._store.write() as db:
            menus_made.move_everybody(db, self._channel)
        self._clerk.look()
        moved = self._clerk.tell()
        if moved:
            yield f"moved {moved} people"

    def _delete_old(self) -> Iterator[str]:
        for menu_id in self.plan().old:
            with self._store.read() as db:
                left = menus_made.still_linked(db, self._channel, menu_id)
            if left:
                yield f"kept {menu_id}: {left} people still see it; the worker moves them, then run this again"
                continue
            self._delete(menu_id)
            yield f"deleted {menu_id}"

    def _delete(self, menu_id: str) -> None:
        self._asked(lambda: self._line.delete(self._channel, menu_id))

    def _made(self) -> dict[str, tuple[str, str]]:
        with self._store.read() as db:
            return menus_made.made(db, self._channel)

    def _asked(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except Unanswered as error:
            raise CannotMake(_words(error.refused)) from error


def _is_good(made: tuple[str, str] | None, menu: Menu, at_line: Mapping[str, str]) -> bool:
    return made is not None and made[0] in at_line and made[1] == digest_of(menu)


def _words(refused: Refused) -> str:
    """Return what was wrong and what to do."""
    todo = {
        Why.RATE: "LINE makes and deletes at most 100 menus an hour: run this again in an hour; what was made is kept.",
        Why.CHANNEL: "LINE does not accept the channel access token: see `python -m bot doctor`.",
        Why.TROUBLE: "LINE did not answer well: run this again in a minute; what was made is kept.",
    }
    if refused.status == 404:
        return f"{refused.reason}. Somebody deleted a menu meanwhile: run this again."
    return f"{refused.reason}. {todo.get(refused.why, 'LINE takes no such menu, or has 1,000 already: delete some.')}"
