"""The stand-in over real HTTP, on this machine only: LINE's API, the phones' API, and the page."""

import mimetypes
import socket
import struct
import sys
import threading
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import fontpkg_noto_sans_thai

from bot.simulator.api import LineApi
from bot.simulator.http import Answer, Request, json_answer
from bot.simulator.phone_api import MEDIA_BYTES, PhoneApi
from bot.simulator.webhooks import is_loopback

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

PAGE = (Path(__file__).parent / "page").resolve()
FONT = "page/font.ttf"
# The page loads nothing from elsewhere, so that the demo works without internet and no message can make it do more.
POLICY = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'"
TYPES = {".js": "text/javascript", ".html": "text/html", ".css": "text/css"}


class Server:
    """A running stand-in: ``url`` is its address, ``stop()`` or leaving a ``with`` ends it."""

    def __init__(self, platform: "Platform", host: str, port: int) -> None:
        self.platform = platform
        self._http = _Http((host, port), platform)
        self.port = int(self._http.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="line", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port, every open connection and the platform's threads."""
        self.platform.stop()
        self._http.shutdown()
        self._http.close_connections()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


def serve(platform: "Platform", port: int = 0, host: str = "127.0.0.1") -> Server:
    """Serve a platform from a thread; port 0 takes a free one.

    Raises ValueError for a host that others could reach: there is no password on anything here.
    """
    if not is_loopback(host):
        raise ValueError(f"the stand-in for LINE listens only on this machine, not on {host!r}")
    return Server(platform, "127.0.0.1" if host == "localhost" else host, port)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], platform: "Platform") -> None:
        self.line, self.phone = LineApi(platform), PhoneApi(platform)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about a client that went away; anything else is a bug to see."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http
    server_version = "stand-in"

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 — the base class names them so

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: the platform keeps the calls."""

    def _serve(self) -> None:
        # Not self.path: the base class mends a doubled slash, which LINE does not.
        path, _, query = self.requestline.split()[1].partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._body(headers)
        if body is None:
            return
        asked = dict(parse_qsl(query, keep_blank_values=True))
        self._send(self._answer(Request(self.command, unquote(path), asked, headers, body)))

    def _answer(self, request: Request) -> Answer:
        if not self._own_host(request) or not self._own_origin(request):
            return json_answer({"message": "Forbidden"}, 403)
        if request.path.startswith("/phone/api/"):
            return self.server.phone.answer(request)
        if request.method == "GET" and (request.path == "/" or request.path.startswith("/page/")):
            return page_file(request.path)
        return self.server.line.answer(request)

    def _own_host(self, request: Request) -> bool:
        """A page elsewhere may point its own name at 127.0.0.1: only names that mean this machine are answered."""
        return is_loopback(urlsplit("//" + request.headers.get("host", "")).hostname)

    def _own_origin(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        same_site = request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")
        navigates = request.method == "GET" and request.path == "/"
        return navigates or (same_site and origin in (None, f"http://{request.headers.get('host')}"))

    def _body(self, headers: dict[str, str]) -> bytes | None:
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal():
            self.close_connection = True
            self._send(json_answer({"message": "Length required"}, 411))
            return None
        if int(length) > MEDIA_BYTES:
            self._drain(int(length))
            self._send(json_answer({"message": "Request entity too large"}, 413))
            return None
        return self.rfile.read(int(length))

    def _drain(self, length: int) -> None:
        """Read what is too much, so that the client gets to read the answer; a huge rest is cut off."""
        self.close_connection = True
        left = min(length, 2 * MEDIA_BYTES)
        while left > 0 and (chunk := self.rfile.read(min(left, 65536))):
            left -= len(chunk)

    def _send(self, answer: Answer) -> None:
        if answer.reset:
            self._cut()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.send_header("x-content-type-options", "nosniff")
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def _cut(self) -> None:
        """Close so that the client sees a reset: no lingering, then the socket goes with unread bytes."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RD)


def page_file(path: str) -> Answer:
    """Return a file of the demo's page; ``/page/font.ttf`` is a Thai font from a package."""
    name = "index.html" if path == "/" else path.removeprefix("/page/")
    if path == f"/{FONT}":
        return Answer(200, _font(), {"content-type": "font/ttf", "cache-control": "max-age=86400"})
    file = (PAGE / name.replace("\0", "")).resolve()
    if not file.is_relative_to(PAGE) or not file.is_file():
        return json_answer({"message": "Not found"}, 404)
    text = TYPES.get(file.suffix)
    kind = f"{text}; charset=utf-8" if text else mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"content-type": kind, "cache-control": "no-store", "content-security-policy": POLICY}
    return Answer(200, file.read_bytes(), headers)


@cache
def _font() -> bytes:
    files = Path(fontpkg_noto_sans_thai.ROOT) / "files"
    return next(files.glob("*.ttf")).read_bytes()
