"""Not faster than LINE takes it: what this process may call of the pace that all processes share."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import rates
from models.store import Busy, Store

LOT = 100
"""Calls that a process asks for at once: one short transaction for as many calls."""
STALE = timedelta(seconds=1)
"""Calls not made this long after their moment are not made up for: that would be a burst."""
NEGLIGIBLE = 0.01
"""Seconds that are not worth a sleep."""


@dataclass(slots=True)
class _Lot:
    """Calls that may be made, one after the other. next: when the first of those that are ``left`` may."""

    next: datetime
    left: int


class Pace:
    """The pace of one process. Safe to share among threads.

    clock: returns the present moment (UTC). sleep: takes seconds.
    """

    def __init__(
        self, store: Store, clock: Callable[[], datetime], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self._lots: dict[str, _Lot] = {}
        self._paused: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def wait(self, channel: str, weight: int = 1) -> datetime | None:
        """Wait for the moment of a call; return until when the channel is not to be called at all, None where it is.

        Raises:
            Busy: the database could not be had.
        """
        with self._lock:
            now = self._clock()
            paused = self._paused.get(channel)
            if paused is not None and now < paused <= now + rates.LONGEST_PAUSE:
                return paused
            at = self._moment(channel, weight, now)
            if at is None:
                return self._paused[channel]
        seconds = (at - now).total_seconds()
        if seconds > NEGLIGIBLE:
            self._sleep(seconds)
        return None

    def too_fast(self, channel: str) -> datetime:
        """Note that LINE said so, for all processes; return until when nothing is to be called.

        Raises:
            Busy: the database could not be had.
        """
        with self._store.write() as db:
            until = rates.pause(db, channel, self._clock())
        with self._lock:
            self._paused[channel] = until
            self._lots.pop(channel, None)
        return until

    def well(self, channel: str) -> None:
        """Note that LINE has taken a call."""
        if channel in self._paused and self._paused.pop(channel, None) is not None:
            with suppress(Busy), self._store.write() as db:
                rates.calm(db, channel)

    def _moment(self, channel: str, weight: int, now: datetime) -> datetime | None:
        """Return when the next call may be made; None where all processes are paused."""
        lot = self._lots.get(channel)
        if lot is None or lot.left < weight or not now - STALE < lot.next < now + STALE:
            with self._store.write() as db:
                start, paused = rates.allot(db, channel, LOT, now)
            if paused is not None:
                self._paused[channel] = paused
                return None
            lot = self._lots[channel] = _Lot(start, LOT)
        at = lot.next
        lot.next += timedelta(seconds=weight / rates.PER_SECOND)
        lot.left -= weight
        return at
