"""Tells LINE who is to see which rich menu: rows that were claimed, outside any transaction, in few calls."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.line.answers import Refused, Unanswered, Why
from bot.line.gateway import LONGEST
from bot.line.menus import MenuLine
from handlers import menu_links, menu_waits, menus_made
from handlers.menu_links import Link
from models.store import Store

log = structlog.get_logger(__name__)

MANY = 20
"""From so many people on one call serves them all; below, each is told at once, and told apart where LINE refuses."""
REST = 20
"""After a look at everybody nobody looks for this many times as long as it took: a twentieth of one core at most."""
PAUSE = timedelta(seconds=60)
"""A channel is left alone for so long after LINE said that we are too fast, or that its token is not accepted."""
_CALL = timedelta(seconds=LONGEST + 1)


class MenuClerk:
    """The clerk of one process. Two do no harm: rows are claimed, and LINE may be told the same twice."""

    def __init__(self, store: Store, line: MenuLine, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._line = line
        self._clock = clock
        self._rests_until = 0.0
        self._silent: dict[str, datetime] = {}

    def look(self) -> int:
        """Note for whom another menu is due, where any were made. Return for how many.

        Raises:
            Busy: the database could not be had.
        """
        if time.monotonic() < self._rests_until:
            return 0
        began = time.monotonic()
        try:
            with self._store.read() as db:
                channels = menu_links.channels(db)
            return sum(map(self._look_at, channels))
        finally:
            self._rests_until = time.monotonic() + REST * (time.monotonic() - began)

    def _look_at(self, channel: str) -> int:
        with self._store.read() as db:
            changes = menu_links.look(db, channel, menu_waits.wanted(db, channel, self._clock()))
        if changes:
            with self._store.write() as db:
                menu_links.want(db, channel, changes, self._clock())
        return len(changes.wanted)

    def tell(self) -> int:
        """Tell LINE of all that is due. Return of how many people.

        Raises:
            Busy: the database could not be had; what LINE was told is told again.
        """
        told = 0
        while links := self._claim():
            told += len(links)
            for (channel, line_id), group in _grouped(links).items():
                self._tell(channel, line_id, group)
        return told

    def _claim(self) -> list[Link]:
        now = self._clock()
        self._silent = {channel: until for channel, until in self._silent.items() if now < until <= now + PAUSE}
        with self._store.write() as db:
            return menu_links.claim(db, now, silent=self._silent)

    def _tell(self, channel: str, line_id: str | None, links: list[Link]) -> None:
        links = self._not_back(links)
        if channel in self._silent:
            self._again(links, "LINE is left alone for a while")
        elif len(links) < MANY:
            self._one_by_one(channel, line_id, links)
        else:
            self._together(channel, line_id, links)

    def _not_back(self, links: list[Link]) -> list[Link]:
        """Leave out who was forgotten and has come again: the menu is that of the new person."""
        if not any(one.forgotten for one in links):
            return links
        with self._store.write() as db:
            back = [one for one in links if one.forgotten and menu_links.is_back(db, one)]
            menu_links.told(db, back, self._clock())
        return [one for one in links if one not in back]

    def _together(self, channel: str, line_id: str | None, links: list[Link]) -> None:
        users = [one.user for one in links]
        if line_id is None:
            refused = self._line.unlink_all(channel, users)
        else:
            refused = self._line.link_all(channel, users, line_id)
        if refused is not None and refused.why is Why.MESSAGE and refused.status != 404:
            self._one_by_one(channel, line_id, links)  # one of them may be whom LINE does not know
            return
        self._settle(channel, line_id, links, refused)

    def _one_by_one(self, channel: str, line_id: str | None, links: list[Link]) -> None:
        for place, one in enumerate(links):
            if channel in self._silent or self._clock() + _CALL > one.lease_until:
                self._again(links[place:], "not begun")
                return
            if line_id is None:
                refused = self._line.unlink(channel, one.user)
            else:
                refused = self._line.link(channel, one.user, line_id)
            self._settle(channel, line_id, [one], refused)

    def _settle(self, channel: str, line_id: str | None, links: list[Link], refused: Refused | None) -> None:
        """Write down what came of one call."""
        if refused is None or (line_id is None and refused.status == 404):  # nothing to take away
            self._told(links)
        elif refused.why in (Why.RATE, Why.CHANNEL):
            self._silent[channel] = self._clock() + PAUSE
            self._again(links, refused.reason)
        elif not refused.permanent:
            self._again(links, refused.reason)
        elif refused.status == 404 and line_id is not None:
            self._not_found(channel, line_id, links, refused.reason)
        else:
            self._give_up(channel, links, refused.reason)

    def _not_found(self, channel: str, line_id: str, links: Sequence[Link], why: str) -> None:
        """Ask LINE whether it is the menu that it does not know, or the person; tried again where it does not say."""
        try:
            there = self._line.exists(channel, line_id)
        except Unanswered as error:
            self._again(links, error.refused.reason)
            return
        if there:
            self._give_up(channel, links, why)
        else:
            self._gone(channel, line_id, links)

    def _give_up(self, channel: str, links: Sequence[Link], why: str) -> None:
        log.error("no menu for somebody", channel=channel, people=len(links), reason=why)
        self._told(links, why)

    def _gone(self, channel: str, line_id: str, links: Sequence[Link]) -> None:
        """Forget a menu that somebody has deleted; who is to see it waits for the next one."""
        log.error("a rich menu is gone: run `python -m bot rich-menu`", channel=channel, menu=line_id)
        with self._store.write() as db:
            menus_made.gone(db, channel, line_id)
            menu_links.again(db, links, self._clock(), "the menu is gone")

    def _told(self, links: Sequence[Link], why: str | None = None) -> None:
        with self._store.write() as db:
            menu_links.told(db, links, self._clock(), why)

    def _again(self, links: Sequence[Link], why: str) -> None:
        with self._store.write() as db:
            menu_links.again(db, links, self._clock(), why)


def _grouped(links: Sequence[Link]) -> dict[tuple[str, str | None], list[Link]]:
    groups: defaultdict[tuple[str, str | None], list[Link]] = defaultdict(list)
    for one in links:
        groups[one.channel, one.line_id].append(one)
    return groups
