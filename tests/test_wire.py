"""The lean HTTP client: plain answers, odd ones, broken ones, slow ones; connections kept and forgotten."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.line import wire
from bot.line.wire import Answer, Broken, NotReached, Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Line-Request-Id: abc\r\n\r\n{}"


class Server:
    """Answers each request on each connection with the bytes of a script, then as told."""

    def __init__(self) -> None:
        self.script: list[bytes] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self.pieces = 1
        self.pause = 0.0
        self.hangs_up = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as coming:
            while (first := coming.readline()) and self._answer(connection, first, coming):
                pass

    def _answer(self, connection: socket.socket, first: bytes, coming: BinaryIO) -> bool:
        head = first
        while (line := coming.readline()) not in (b"\r\n", b""):
            head += line
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        self.requests.append(head + b"\r\n" + coming.read(length))
        answer = self.script.pop(0) if self.script else OK
        step = -(-len(answer) // self.pieces) or 1
        for start in range(0, len(answer), step):
            time.sleep(self.pause)
            connection.sendall(answer[start : start + step])
        return not self.hangs_up

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # a thread waits in accept
        self._listening.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def post(server: Server) -> Iterator[Callable[..., Answer]]:
    line = Wire(server.address, tls=None, connect=1.0, read=0.5)
    yield lambda body=b"{}": line.post("/v2/bot/message/reply", b"Authorization: Bearer x\r\n", body)
    line.close()


def test_a_request_is_written_as_http_wants_it(server: Server, post: Callable[..., Answer]) -> None:
    assert post("สวัสดี".encode()) == Answer(200, {"content-length": "2", "x-line-request-id": "abc"}, b"{}")
    host = server.address.removeprefix("http://").encode()
    assert server.requests == [
        b"POST /v2/bot/message/reply HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer x\r\nContent-Length: 18\r\n\r\n%s"
        % (host, "สวัสดี".encode())
    ]


def test_a_connection_is_used_again(server: Server, post: Callable[..., Answer]) -> None:
    assert [post().status for _ in range(5)] == [200] * 5
    assert server.connections == 1


def test_each_thread_at_work_has_a_connection_of_its_own(server: Server, post: Callable[..., Answer]) -> None:
    server.pause = 0.05
    with ThreadPoolExecutor(8) as pool:
        assert {pool.submit(post).result().body for _ in range(8)} == {b"{}"}
        list(pool.map(lambda _: post(), range(24)))
    assert server.connections <= 8


@pytest.mark.parametrize("pieces", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (OK, (200, b"{}")),
        (b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", (400, b"")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n", (200, b"[1,2]")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, (200, b"{}")),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", (200, b"{}")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
    ],
)  # fmt: skip
def test_an_answer_is_read_whole_however_it_comes(
    server: Server, post: Callable[..., Answer], answer: bytes, expected: tuple[int, bytes], pieces: int
) -> None:
    server.script, server.pieces = [answer], pieces
    assert (lambda one: (one.status, one.body))(post()) == expected
    assert post().status == 200


def test_an_answer_that_ends_with_the_connection_is_read_to_its_end(server: Server, post) -> None:
    server.script, server.hangs_up = [b"HTTP/1.0 200 OK\r\n\r\n{}"], True
    assert post().body == b"{}"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 2xx OK\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_half_an_answer_is_none(server: Server, post: Callable[..., Answer], answer: bytes) -> None:
    server.script, server.hangs_up = [answer], True
    with pytest.raises(Broken):
        post()


@given(answer=st.binary(max_size=60) | st.binary(max_size=60).map(lambda end: OK[:40] + end))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_answer_is_too_odd(server: Server, post: Callable[..., Answer], answer: bytes) -> None:
    server.script, server.hangs_up = [answer], True
    with suppress(Broken):
        assert 100 <= post().status <= 999


@pytest.mark.parametrize("pieces", [1, 20])
def test_a_slow_answer_is_given_up_in_time(server: Server, post: Callable[..., Answer], pieces: int) -> None:
    server.pieces, server.pause = pieces, 0.9 if pieces == 1 else 0.1
    began = time.monotonic()
    with pytest.raises(Broken):
        post()
    assert time.monotonic() - began < 0.8


def test_what_answered_late_is_not_taken_for_the_next_answer(server: Server, post: Callable[..., Answer]) -> None:
    server.script = [OK + b"HTTP/1.1 500 Late\r\nContent-Length: 0\r\n\r\n"]
    assert [post().status, post().status] == [200, 200]
    assert server.connections == 2


def test_a_connection_that_was_closed_meanwhile_is_not_used(server: Server, post: Callable[..., Answer]) -> None:
    server.hangs_up = True
    for _ in range(3):
        assert post().status == 200
        time.sleep(0.05)
    assert server.connections == 3


def test_a_connection_long_idle_is_not_trusted(
    server: Server, post: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    post()
    monkeypatch.setattr(wire, "IDLE", 0.0)
    post()
    assert server.connections == 2


def test_where_nobody_listens_nothing_was_sent(server: Server) -> None:
    server.close()
    with pytest.raises(NotReached):
        Wire(server.address, tls=None, connect=0.5, read=0.5).post("/", b"", b"")


def test_a_connection_that_took_too_long_is_not_used(
    server: Server, post: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = socket.create_connection

    def slowly(*to: Any) -> socket.socket:
        time.sleep(1.1)
        return connect(*to)

    monkeypatch.setattr(socket, "create_connection", slowly)
    with pytest.raises(NotReached):
        post()
    assert server.requests == []


def test_an_endless_answer_is_cut(server: Server, post: Callable[..., Answer]) -> None:
    server.script = [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 3_000_000]
    with pytest.raises(Broken):
        post()
