"""Watches whether something is stuck, and has the operators told. The worker watches all; the web, the worker."""

import threading
from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.app import Works
from bot.mishaps import is_passing
from handlers import heartbeats, troubles
from handlers.heartbeats import State
from handlers.troubles import Trouble

log = structlog.get_logger(__name__)

EVERY = 60.0
"""Seconds between looks."""


class Watch:
    """The watch of one process. Each look may raise where the database cannot be had."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._began = works.clock()
        self._known: set[tuple[str, str]] = set()
        self._over = threading.Event()

    def look(self) -> None:
        """Look at everything, as the worker does."""
        state, now = self._state()
        self._tell(troubles.found(state, self._watched(now)), now)

    def look_at_clock(self) -> bool:
        """Look, as the web does, whether the clock is silent; return whether it is.

        Then the web sends what is due itself: there is nobody else who would tell the operators.
        """
        state, now = self._state()
        silent = troubles.silence(state, self._watched(now))
        self._tell(silent, now)
        if silent:
            self._works.deliver_due()
        return bool(silent)

    def start(self, every: float = EVERY) -> None:
        """Look at the clock every so many seconds, from a thread of its own."""
        threading.Thread(target=self._run, args=(every,), name="watch", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _run(self, every: float) -> None:
        while not self._over.wait(every):
            try:
                self.look_at_clock()
            except Exception as error:
                if not is_passing(error):
                    log.exception("the watch stumbled")

    def _state(self) -> tuple[State, datetime]:
        now = self._works.clock()
        with self._works.store.read() as db:
            return heartbeats.look(db, now), now

    def _watched(self, now: datetime) -> float:
        return max(0.0, (now - self._began).total_seconds())

    def _tell(self, stuck: Sequence[Trouble], now: datetime) -> None:
        seen = {(str(one.kind), one.of.channel) for one in stuck}
        for kind, channel in sorted(seen - self._known):
            log.error("stuck", kind=kind, channel=channel)
        for kind, channel in sorted(self._known - seen):
            log.info("well again", kind=kind, channel=channel)
        self._known = seen
        if stuck:
            with self._works.store.write() as db:
                troubles.tell_operators(db, stuck, now)
