"""One process that keeps time: which ticks it has, and which of them only the leader does."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import structlog

from bot.app import Works
from bot.chores import Chores
from bot.heart import Heart
from bot.mishaps import is_behind, is_passing
from bot.watch import Watch
from scheduler.leader import Leader
from scheduler.ticks import Tick

log = structlog.get_logger(__name__)


class Role(StrEnum):
    """What a process is for. Any number of each may run."""

    ALL = "all"
    CLOCK = "clock"
    DELIVER = "deliver"


class Worker:
    """The ticks of one process, and what they share."""

    def __init__(self, works: Works, role: Role = Role.ALL) -> None:
        self._role = role
        self._chores = Chores(works)
        self._watch = Watch(works)
        self.leader = Leader(works.settings.database_url, works.clock)
        self._heart = Heart(works.store, works.clock, role, lambda: self.leader.since)

    def ticks(self) -> list[Tick]:
        """Return what this process looks for, and how often."""
        found = [] if self._role is Role.CLOCK else self._delivering()
        found += [] if self._role is Role.DELIVER else self._clock()
        return [*found, Tick("beat", careful(self._heart.beat), 5.0)]

    def _delivering(self) -> list[Tick]:
        """Rows are claimed, so every process may look for them."""
        chores = self._chores
        return [
            self._tick(chores.deliver, 1.0),
            self._tick(chores.retry, 5.0),
            self._tick(chores.fetch, 2.0),
            self._tick(chores.link_menus, 2.0),
        ]

    def _clock(self) -> list[Tick]:
        chores = self._chores
        return [
            self._tick(self._led(chores.due), 3.0),
            self._tick(self._led(chores.choose_menus), 2.0),
            self._tick(self._led(self._watch.look, "watch"), 60.0),
            self._tick(self._led(chores.count), 3600.0),
            self._tick(chores.housekeep, 86_400.0),
        ]

    def _tick(self, chore: Callable[[], Any], seconds: float) -> Tick:
        name = chore.__name__
        return Tick(name, careful(chore, lambda: self._heart.came(name)), seconds)

    def _led(self, chore: Callable[[], Any], name: str | None = None) -> Callable[[], Any]:
        """Return a chore that only the leader does."""

        def do() -> Any:
            return chore() if self.leader.leads() else NOT_DONE

        do.__name__ = name or chore.__name__
        return do

    def stop(self) -> None:
        """Let another lead, and say so."""
        self.leader.resign()
        careful(self._heart.stop)()


NOT_DONE = object()
"""What a chore returns that was another's to do."""


def careful(chore: Callable[[], Any], came: Callable[[], None] = lambda: None) -> Callable[[], None]:
    """Return a chore that never raises: trouble is written down, and the next tick tries again.

    came: called when it has ended well.
    """

    def do() -> None:
        try:
            if chore() is not NOT_DONE:
                came()
        except Exception as error:
            if is_behind(error):
                log.error("the database is not up to date: run `python -m bot migrate`", chore=chore.__name__)
            elif is_passing(error):
                log.warning("database out of reach", chore=chore.__name__, exc_info=error)
            else:
                log.exception("chore failed", chore=chore.__name__)

    return do
