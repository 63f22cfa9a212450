"""A small reactor over epoll.

The load runs on the same cores as the server it measures, so it must cost little: asyncio's
``create_connection`` alone takes longer than a whole event takes here.
"""

import heapq
import itertools
import select
import socket
import time
from collections.abc import Callable

READ = select.EPOLLIN
WRITE = select.EPOLLOUT

Ready = Callable[[], object]


class Loop:
    """Sockets and timers of one thread. ``now`` is the monotonic clock in seconds, read once a turn."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._watched: dict[int, tuple[socket.socket, Ready]] = {}
        self._timers: list[tuple[float, int, Ready]] = []
        self._order = itertools.count()

    def watch(self, peer: socket.socket, mask: int, ready: Ready) -> None:
        """Call ``ready`` whenever the socket can be read or written, and perhaps once in vain."""
        number = peer.fileno()
        self._watched[number] = (peer, ready)
        self._epoll.register(number, mask)

    def rewatch(self, peer: socket.socket, mask: int) -> None:
        self._epoll.modify(peer.fileno(), mask)

    def drop(self, peer: socket.socket) -> None:
        """Close the socket and forget it; epoll itself forgets closed sockets."""
        if peer.fileno() >= 0:  # else its number may be another's by now
            self._watched.pop(peer.fileno(), None)
            peer.close()

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
        for number, _ in self._epoll.poll(max(wait, 0.0), 256):
            watched = self._watched.get(number)
            if watched is not None:
                watched[1]()
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()

    def close(self) -> None:
        """Close everything that is still open."""
        for peer, _ in list(self._watched.values()):
            self.drop(peer)
        self._epoll.close()
