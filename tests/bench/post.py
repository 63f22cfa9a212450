"""One webhook request on a connection of its own, as LINE's platform makes them."""

import socket
import time
from collections.abc import Callable

from tests.bench.loop import READ, WRITE, Loop

Done = Callable[[int], None]


class Post:
    """Posts at once; ``done`` is called with the status, or 0 if the connection failed."""

    __slots__ = ("_broken", "_done", "_loop", "_rest", "_seen", "_socket", "sent_at")

    def __init__(self, loop: Loop, address: tuple[str, int], request: bytes, done: Done) -> None:
        self._loop = loop
        self._done = done
        self._rest = request
        self._seen = b""
        self.sent_at = time.monotonic()
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.connect_ex(address)
        self._broken = False
        self._send()
        self._loop.watch(self._socket, WRITE if self._rest else READ, self._ready)

    def _send(self) -> None:
        """On loopback a connection mostly stands at once, which saves a turn."""
        try:
            self._rest = self._rest[self._socket.send(self._rest) :]
        except BlockingIOError:
            pass
        except OSError:
            self._broken = True

    def _ready(self) -> None:
        if self._broken:
            self._finish(0)
        elif self._rest:
            self._go_on()
        else:
            self._hear()

    def _hear(self) -> None:
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            self._finish(0)
            return
        self._seen += data
        if not data or _complete(self._seen):
            self._finish(_status(self._seen))

    def _go_on(self) -> None:
        self._send()
        if self._broken:
            self._finish(0)
        elif not self._rest:
            self._loop.rewatch(self._socket, READ)

    def _finish(self, status: int) -> None:
        self._loop.drop(self._socket)
        self._done(status)


def _complete(seen: bytes) -> bool:
    head, gap, body = seen.partition(b"\r\n\r\n")
    if not gap:
        return False
    at = head.lower().find(b"content-length:")
    return at >= 0 and len(body) >= int(head[at + 15 :].split(b"\r\n", 1)[0])


def _status(seen: bytes) -> int:
    return int(seen[9:12]) if seen.startswith(b"HTTP/1.") and len(seen) > 12 else 0
