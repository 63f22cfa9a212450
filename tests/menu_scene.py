"""What the tests of rich menus share: pictures of the right size without drawing them, a channel at the stand-in."""

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.line.gateway import Gateway
from bot.line.menus import MenuLine
from bot.menu_maker import MenuMaker
from bot.menu_pictures import Pictures
from bot.rich_menus import MenuClerk
from bot.simulator import TOKEN, Platform, serve
from handlers.rich_menus import WIDTH, Menu
from models.store import Store


def png(width: int, height: int) -> bytes:
    """Return a PNG of one grey, of this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress((b"\0" + b"\x80" * width) * height, 1)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Grey(Pictures):
    """Draws nothing: a test of what is made where needs no letters."""

    def png(self, menu: Menu, digest: str) -> bytes:
        return png(WIDTH, menu.height)


def ignored(path: str, body: bytes, headers: object) -> int:
    return 200


@dataclass
class Line:
    """A channel at the stand-in, and those who speak to it."""

    platform: Platform
    store: Store
    clock: Callable[[], datetime]
    line: MenuLine

    def clerk(self) -> MenuClerk:
        """Return one more worker's clerk."""
        return MenuClerk(self.store, self.line, self.clock)

    def maker(self) -> MenuMaker:
        return MenuMaker(self.store, self.line, "main", self.clock, Grey())

    def make(self) -> list[str]:
        """Run the command; return what it says."""
        return list(self.maker().make())

    def works(self) -> None:
        """Let a worker look and tell once."""
        clerk = self.clerk()
        clerk.look()
        clerk.tell()

    def sees(self, user: str) -> str | None:
        """Return the name of the menu that a person sees."""
        shown = self.platform.main.menus.shown_to(user)
        return None if shown is None else self.name(shown)

    def name(self, menu_id: str) -> str:
        return str(self.platform.main.menus.menus[menu_id]["name"]).split()[1]

    def calls(self, endpoint: str) -> list[Any]:
        return [call for call in self.platform.calls if call.endpoint == endpoint]


@contextmanager
def at_line(store: Store, clock: Callable[[], datetime]) -> Iterator[Line]:
    """Serve a stand-in whose clock is the test's; nothing malformed may be asked of it."""
    platform = Platform(webhook=ignored, now=clock)
    with serve(platform) as server:
        gateway = Gateway(lambda _: TOKEN, host=server.url, timeouts=(1.0, 2.0))
        yield Line(platform, store, clock, MenuLine(gateway))
    assert platform.problems == []
