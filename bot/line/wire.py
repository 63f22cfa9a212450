"""HTTP as lean as a reply needs it: one write, one read, on a connection that stays open.

What LINE usually answers is read here; whatever is less plain (chunks, no length, 1xx) is left to ``http.client``.
urllib3, below the SDK, does the same in 20 times the processor time (measured: 300 µs against 15 µs a call), which
is as much as all the rest of a turn.
"""

import http.client
import io
import select
import socket
import ssl
import time
import weakref
from collections import deque
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

IDLE = 30.0
"""Seconds after which a silent connection is not trusted any more: what lies between may have forgotten it."""
LONGEST_ANSWER = 1024 * 1024
_PIECE = 65536


class NotReached(OSError):
    """No connection, so nothing was sent."""


class Broken(OSError):
    """The request went out, at least in part, and no whole answer came back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """headers: by names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    used_at: float


class Wire:
    """Connections to one host, shared by threads; each carries one request at a time.

    address: "https://api.line.me". tls: whom to trust; None for plain http.
    connect, read: seconds to connect, and to have the whole answer.
    """

    def __init__(self, address: str, *, tls: ssl.SSLContext | None, connect: float, read: float) -> None:
        parts = urlsplit(address)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if tls else 80)
        self._tls = tls
        self._connect_in = connect
        self._read_in = read
        self._name = parts.netloc.rpartition("@")[2].encode()
        self._prefix = parts.path.rstrip("/").encode()
        self._idle: deque[_Connection] = deque()
        self.close = weakref.finalize(self, _close, self._idle)
        """Close the connections that are not in use; done by itself when nobody needs them any more."""

    def post(self, path: str, headers: bytes, body: bytes, method: bytes = b"POST") -> Answer:
        """Post a body once, or make another kind of request.

        headers: lines that end in CR LF, without host and length.

        Raises:
            NotReached: nothing was sent.
            Broken: the request may have had its effect.
        """
        connection = self._free() or self._open()
        request = b"%s %s%s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s" % (
            method,
            self._prefix,
            path.encode(),
            self._name,
            headers,
            len(body),
            body,
        )
        try:
            answer, stays = self._exchange(connection.socket, request)
        except (OSError, ValueError, http.client.HTTPException) as error:
            connection.socket.close()
            raise Broken(type(error).__name__) from error
        if stays:
            connection.used_at = time.monotonic()
            self._idle.append(connection)
        else:
            connection.socket.close()
        return answer

    def _free(self) -> _Connection | None:
        """Return the connection used last, if it still stands; older ones are more likely to have fallen."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                return None
            if time.monotonic() - connection.used_at < IDLE and not _is_readable(connection.socket):
                return connection
            connection.socket.close()
        return None

    def _open(self) -> _Connection:
        deadline = time.monotonic() + self._connect_in
        opened: socket.socket | None = None
        try:
            opened = socket.create_connection((self._host, self._port), self._connect_in)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                opened = self._tls.wrap_socket(opened, server_hostname=self._host)
            if time.monotonic() > deadline:  # a slow name server, many addresses: the caller's lease may be over
                raise TimeoutError("too slow to connect")
        except (OSError, ValueError) as error:
            if opened is not None:
                opened.close()
            raise NotReached(type(error).__name__) from error
        return _Connection(opened, time.monotonic())

    def _exchange(self, connection: socket.socket, request: bytes) -> tuple[Answer, bool]:
        """Return the answer, and whether the connection may be used again."""
        deadline = time.monotonic() + self._read_in
        connection.settimeout(self._read_in)
        connection.sendall(request)
        got = connection.recv(_PIECE)
        while b"\r\n\r\n" not in got:
            got += _more(connection, got, deadline)
        head, _, body = got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = headers.get("content-length", "")
        status = first[9:12]
        if not (first.startswith("HTTP/1.1 ") and length.isdecimal() and "2" <= status < "6") or (
            "transfer-encoding" in headers
        ):
            return _odd(connection, got, deadline), False
        while len(body) < int(length):
            body += _more(connection, body, deadline)
        stays = headers.get("connection", "").lower() != "close" and len(body) == int(length)
        return Answer(int(status), headers, body[: int(length)]), stays


def _more(connection: socket.socket, got: bytes, deadline: float) -> bytes:
    if len(got) > LONGEST_ANSWER:
        raise ValueError("too long an answer")
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("too slow an answer")
    connection.settimeout(left)
    piece = connection.recv(_PIECE)
    if not piece:
        raise ConnectionResetError("half an answer")
    return piece


def _odd(connection: socket.socket, got: bytes, deadline: float) -> Answer:
    """Let the standard library read an answer that is not plain, from what came already and what comes still."""
    response = http.client.HTTPResponse(cast(socket.socket, _Replay(connection, got, deadline)), method="POST")
    try:
        response.begin()
        body = response.read(LONGEST_ANSWER)
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
    finally:
        response.close()


class _Replay(io.RawIOBase):
    """A socket, for reading, from which some bytes were read before."""

    def __init__(self, connection: socket.socket, got: bytes, deadline: float) -> None:
        self._connection = connection
        self._got = got
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what ``http.client`` reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._got:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("too slow an answer")
            self._connection.settimeout(left)
            return self._connection.recv_into(buffer)
        piece, self._got = self._got[: len(buffer)], self._got[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def _close(connections: deque[_Connection]) -> None:
    while connections:
        connections.pop().socket.close()


def _is_readable(connection: socket.socket) -> bool:
    """Tell whether something came that nobody asked for: that is how an end looks."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
