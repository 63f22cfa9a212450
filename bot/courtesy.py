"""Webhooks first: LINE gives one up after two seconds, while everything else may wait a moment."""

import threading
import time
from collections import deque
from collections.abc import Callable

CALM = 2
"""Webhooks that a process answers at once, up to which nothing else need wait."""
LONGEST = 1.0
"""Seconds that something waits for calm."""

Go = Callable[[], None]


class Courtesy:
    """Lets things go at once while few webhooks are being answered; else when it is calm again, or by and by.

    A webhook is answered inside ``with courtesy:``. Safe to share among threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._webhooks = 0
        self._waiting: deque[tuple[float, Go]] = deque()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._webhooks += 1

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._webhooks -= 1
            is_calm = self._webhooks <= CALM
        if is_calm and self._waiting:
            self.let_all_go()

    @property
    def is_crowded(self) -> bool:
        """Tell whether more webhooks are being answered than leave room for anything else."""
        return self._webhooks > CALM

    def ask(self, go: Go) -> bool:
        """Call ``go``, now or later. True where it waits and none waited before it."""
        with self._lock:
            waits, is_first = self._webhooks > CALM, not self._waiting
            if waits:
                self._waiting.append((self._clock() + LONGEST, go))
        if not waits:
            go()
        return waits and is_first

    def let_late_go(self) -> None:
        """Let go what has waited for as long as it may."""
        now = self._clock()
        while (first := self._first()) is not None and first <= now:
            self._take()

    def let_all_go(self) -> None:
        """Let go everything that waits."""
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
            _, go = self._waiting.popleft()
        except IndexError:  # another thread was quicker
            return
        go()
