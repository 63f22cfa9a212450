"""Webhooks first: LINE gives one up after two seconds, while a reply may wait a moment."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

CALM = 2
"""Webhooks that a process answers at once, up to which replies need not wait."""
LONGEST = 1.0
"""Seconds that a reply waits for calm."""

Thing = TypeVar("Thing")


class Courtesy(Generic[Thing]):
    """Lets things through at once while few webhooks are being answered; else when it is calm again, or by and by.

    A webhook is answered inside ``with courtesy:``. let_through: takes one thing. Safe to share among threads.
    """

    def __init__(self, let_through: Callable[[Thing], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._let_through = let_through
        self._clock = clock
        self._webhooks = 0
        self._waiting: deque[tuple[float, Thing]] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._webhooks += 1

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._webhooks -= 1
            is_calm = self._webhooks <= CALM
        if is_calm and self._waiting:
            self.let_all_through()

    def ask(self, thing: Thing) -> bool:
        """Let a thing through, now or later. True where it waits and none waited before it."""
        with self._lock:
            waits, is_first = self._webhooks > CALM, not self._waiting
            if waits:
                self._waiting.append((self._clock() + LONGEST, thing))
        if not waits:
            self._let_through(thing)
        return waits and is_first

    def let_late_through(self) -> None:
        """Let through what has waited for as long as it may."""
        now = self._clock()
        while (first := self._first()) is not None and first <= now:
            self._take()

    def let_all_through(self) -> None:
        """Let through everything that waits."""
        while self._waiting:
            self._take()

    def seconds_left(self) -> float | None:
        """Return in how many seconds something will be late; None where nothing waits."""
        first = self._first()
        return None if first is None else max(0.0, first - self._clock())

    def _first(self) -> float | None:
        try:
            return self._waiting[0][0]
        except IndexError:
            return None

    def _take(self) -> None:
        try:
            _, thing = self._waiting.popleft()
        except IndexError:  # another thread was quicker
            return
        self._let_through(thing)
