"""A fast stand-in for LINE's API: takes replies, answers after a set delay, judges reply tokens.

Not the emulator of ``bot/simulator``: that one is faithful, this one is cheap.
"""

import json
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.events import TOKEN
from tests.bench.loop import READ, Loop

REPLY = b"/v2/bot/message/reply"
Reply = Callable[[str, list[dict[str, Any]]], bool]
"""Told of each reply with its token and messages; answers whether the token was good."""


@dataclass
class Line:
    """Listens on loopback. ``delay`` in seconds is what LINE takes to answer."""

    loop: Loop
    delay: float = 0.0
    tls: ssl.SSLContext | None = None
    reply: Reply = lambda token, messages: True
    others: Counter[str] = field(default_factory=Counter)  # calls that are no replies, by path
    unauthorised: int = 0
    _sent: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self._listener.setblocking(False)
        self.loop.watch(self._listener, READ, self._accept)

    @property
    def url(self) -> str:
        port = self._listener.getsockname()[1]
        return f"https://localhost:{port}" if self.tls else f"http://127.0.0.1:{port}"

    def _accept(self) -> None:
        try:
            peer, _ = self._listener.accept()
        except BlockingIOError:
            return
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls is None:
            _Connection(self, peer)
        else:
            _Connection(self, self.tls.wrap_socket(peer, server_side=True, do_handshake_on_connect=False))

    def answer(self, head: bytes, body: bytes) -> bytes:
        """The HTTP response to one request, in LINE's shape."""
        if TOKEN.encode() not in head:
            self.unauthorised += 1
            return _response(401, {"message": "Authentication failed. Confirm that the access token is valid."})
        path = head.split(b" ", 2)[1]
        if path == REPLY:
            return self._reply(json.loads(body))
        self.others[path.decode()] += 1
        return _response(200, {})

    def _reply(self, asked: dict[str, Any]) -> bytes:
        if not self.reply(asked["replyToken"], asked["messages"]):
            return _response(400, {"message": "Invalid reply token"})
        sent = []
        for _ in asked["messages"]:
            self._sent += 1
            sent.append({"id": f"{self._sent:018d}", "quoteToken": f"q{self._sent:018d}"})
        return _response(200, {"sentMessages": sent})


class _Connection:
    """One connection of the bot's, kept alive."""

    def __init__(self, line: Line, peer: socket.socket) -> None:
        self._line = line
        self._peer = peer
        self._seen = b""
        self._tls = isinstance(peer, ssl.SSLSocket)
        self._greeted = not self._tls
        line.loop.watch(peer, READ, self._ready)

    def _ready(self) -> None:
        try:
            if not self._greeted:
                self._greet()
            while data := self._peer.recv(65536):
                self._seen += data
                self._take()
                if not self._tls:
                    return  # what is left wakes us again; a TLS socket may hold it back decrypted
            self._close()
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError:
            self._close()

    def _greet(self) -> None:
        assert isinstance(self._peer, ssl.SSLSocket)
        self._peer.do_handshake()
        self._greeted = True

    def _take(self) -> None:
        while (end := self._seen.find(b"\r\n\r\n")) >= 0:
            head = self._seen[:end]
            whole = end + 4 + _length(head)
            if len(self._seen) < whole:
                return
            body, self._seen = self._seen[end + 4 : whole], self._seen[whole:]
            self._say(self._line.answer(head, body))

    def _say(self, response: bytes) -> None:
        if self._line.delay:
            self._line.loop.at(time.monotonic() + self._line.delay, lambda: self._send(response))
        else:
            self._send(response)

    def _send(self, response: bytes) -> None:
        """Responses are far smaller than a socket's buffer, so one call takes all."""
        try:
            self._peer.send(response)
        except OSError:
            self._close()

    def _close(self) -> None:
        self._line.loop.drop(self._peer)


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def _response(status: int, content: dict[str, Any]) -> bytes:
    body = json.dumps(content).encode()
    return (
        b"HTTP/1.1 %d x\r\nContent-Type: application/json\r\nx-line-request-id: bench\r\nContent-Length: %d\r\n\r\n%b"
        % (status, len(body), body)
    )
