"""A small reactor over epoll.

The load runs on the same cores as the server it measures, so it must cost little: asyncio's
``create_connection`` alone takes longer than a whole event takes here.
"""

import heapq
import itertools
import select
import time
from collections.abc import Callable

READ = select.EPOLLIN
WRITE = select.EPOLLOUT

Ready = Callable[[], object]


class Loop:
    """Sockets and timers of one thread. ``now`` is the monotonic clock in seconds, read once a turn."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._ready: dict[int, Ready] = {}
        self._timers: list[tuple[float, int, Ready]] = []
        self._order = itertools.count()

    def watch(self, fd: int, mask: int, ready: Ready) -> None:
        """Call ``ready`` whenever ``fd`` can be read or written, and perhaps once in vain."""
        self._ready[fd] = ready
        self._epoll.register(fd, mask)

    def rewatch(self, fd: int, mask: int) -> None:
        self._epoll.modify(fd, mask)

    def forget(self, fd: int) -> None:
        """To be called before the socket is closed; epoll itself forgets closed sockets."""
        self._ready.pop(fd, None)

    def at(self, when: float, act: Ready) -> None:
        """Call ``act`` at ``when`` (monotonic seconds) or soon after."""
        heapq.heappush(self._timers, (when, next(self._order), act))

    def run(self, until: float, done: Callable[[], bool] = lambda: False) -> None:
        """Turn until the clock shows ``until`` or ``done`` says so."""
        while not done():
            now = time.monotonic()
            if now >= until:
                return
            self._turn(min(until, self._timers[0][0] if self._timers else until) - now)

    def _turn(self, wait: float) -> None:
        for fd, _ in self._epoll.poll(max(wait, 0.0), 256):
            ready = self._ready.get(fd)
            if ready is not None:
                ready()
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()

    def close(self) -> None:
        self._epoll.close()
