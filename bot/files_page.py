"""GET /files/CHANNEL/LINK: the photos and files of one topic, for the verifier who was given the link.

Nothing of an address is ever a path: a link is a signed grant, a file is the number of one that the grant shows, and
where it lies stands in our own row. All is checked anew, and noted in the trail, each time something is opened.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from html import escape
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, request
from werkzeug.datastructures import ContentRange

from bot.links import FILES, FileLinks
from bot.mishaps import is_out_of_reach
from handlers import shown_files
from handlers.shown_files import File, Grant, Shown
from handlers.texts import say
from handlers.thai import clock as clock_words
from models.report import PartKind
from models.store import Store

if TYPE_CHECKING:
    from bot.media import MediaStore

log = structlog.get_logger(__name__)

HEADERS = {
    "Cache-Control": "no-store, private",
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
PAGE = """\
<!doctype html>
<html lang="th">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  body {{ font: 18px/1.6 "Noto Sans Thai", Tahoma, sans-serif; max-width: 44rem; margin: 0 auto; padding: 1rem;
    color: #1B1F23 }}
  h1 {{ font-size: 1.25rem; margin: 0 0 .25rem }}
  p {{ margin: 0 0 1rem; color: #5B6470 }}
  figure {{ margin: 0 0 1.5rem }}
  img, video {{ display: block; width: 100%; height: auto; border-radius: 8px; background: #E8F3EE }}
  audio {{ width: 100% }}
  figcaption {{ color: #5B6470; overflow-wrap: anywhere }}
  a {{ display: block; padding: .9rem 1rem; border: 1px solid #0B6E4F; border-radius: 8px; color: #0B6E4F;
    overflow-wrap: anywhere }}
  a.photo {{ padding: 0; border: 0 }}
</style>
{body}
</html>
"""
_INLINE = ("image/", "audio/", "video/", "application/pdf")
"""What is shown; all else is given to be kept, and opened by a program of its own."""


class Files:
    """The store of files, opened when first needed: its client has threads, which no fork would take along, and its
    libraries half the memory of a process that only answers webhooks."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._opened: MediaStore | None = None

    def read(self, path: str, piece: tuple[int, int] | None) -> Iterator[bytes] | None:
        """Return a file's bytes, or the piece from one byte to another; None where they cannot be had."""
        from bot.media import Unreachable

        try:
            store = self._open()
            return store.piece(path, *piece) if piece else store.chunks(path)
        except (FileNotFoundError, Unreachable):
            log.exception("file not given", path=path)
            return None

    def _open(self) -> "MediaStore":
        from bot.media import MediaStore

        with self._lock:
            self._opened = self._opened or MediaStore(self._url)
            return self._opened


def add_to(app: Flask, links: FileLinks, store: Store, media_url: str, clock: Callable[[], datetime]) -> None:
    """Add the pages to the web application."""
    pages = _Pages(links, store, Files(media_url), clock)
    app.add_url_rule(f"/{FILES}/<channel>/<token>", "files", pages.show_all)
    app.add_url_rule(f"/{FILES}/<channel>/<token>/<int(max=9223372036854775807):part>", "file", pages.show_one)


class _Pages:
    def __init__(self, links: FileLinks, store: Store, files: Files, clock: Callable[[], datetime]) -> None:
        self._links = links
        self._store = store
        self._files = files
        self._clock = clock

    def show_all(self, channel: str, token: str) -> Response:
        """Show all files of the topic on one page, as wide as the phone."""
        grant = self._links.read(channel, token)
        shown = self._used(grant)
        if grant is None or not isinstance(shown, Shown):
            return shown if isinstance(shown, Response) else _plain("files.over", HTTPStatus.GONE)
        return _html(_title(shown), _body(shown, grant, token))

    def show_one(self, channel: str, token: str, part: int) -> Response:
        """Give one of the topic's files, or the piece of it that a player asks for."""
        shown = self._used(self._links.read(channel, token), part)
        if not isinstance(shown, Shown):
            return shown if isinstance(shown, Response) else _plain("files.over", HTTPStatus.GONE)
        return self._given(next(one for one in shown.files if one.part == part))

    def _used(self, grant: Grant | None, part: int | None = None) -> Shown | Response | None:
        if grant is None:
            return None
        try:
            with self._store.write() as db:
                return shown_files.used(db, grant, self._clock(), part)
        except Exception as error:
            if not is_out_of_reach(error):
                raise
            return _plain("files.lost", HTTPStatus.SERVICE_UNAVAILABLE)

    def _given(self, file: File) -> Response:
        wanted = request.range.range_for_length(file.size) if request.range and file.size else None
        chunks = self._files.read(file.path, wanted)
        return _plain("files.lost", HTTPStatus.NOT_FOUND) if chunks is None else _streamed(file, chunks, wanted)


def _streamed(file: File, chunks: Iterator[bytes], piece: tuple[int, int] | None) -> Response:
    shows = file.content_type.startswith(_INLINE)
    name = f"raingan-{file.part}{PurePosixPath(file.path).suffix}"  # the person's own name for it could be anything
    headers = HEADERS | {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'{"inline" if shows else "attachment"}; filename="{name}"',
        "Content-Length": str(piece[1] - piece[0] if piece else file.size),
    }
    response = Response(chunks, headers=headers, content_type=file.content_type)
    if piece:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response.content_range = ContentRange("bytes", *piece, file.size)
    return response


def _title(shown: Shown) -> str:
    return say("files.title", n=shown.topic.number, topic=shown.topic.title)


def _body(shown: Shown, grant: Grant, token: str) -> str:
    """Return the page's body; every word in it that a person wrote is escaped."""
    lines = [say("files.school", school=shown.school), say("files.open_until", when=clock_words(grant.until))]
    lines += [say("files.more_coming", n=shown.coming)] if shown.coming else []
    words = "<br>".join(escape(line) for line in lines)
    return "\n".join([f"<h1>{escape(_title(shown))}</h1>", f"<p>{words}", *map(partial(_figure, token), shown.files)])


def _figure(token: str, file: File) -> str:
    address = escape(f"{token}/{file.part}")  # beside the page's own
    name = escape(file.name or "")
    caption = f"<figcaption>{name}</figcaption>" if name else ""
    if file.content_type.startswith("image/"):
        photo = f'<img src="{address}" alt="{name}" loading="lazy">'
        return f'<figure><a class="photo" href="{address}">{photo}</a>{caption}</figure>'
    if file.kind == PartKind.AUDIO or file.content_type.startswith("audio/"):
        return f'<figure><audio controls preload="none" src="{address}"></audio>{caption}</figure>'
    if file.content_type.startswith("video/"):
        return f'<figure><video controls playsinline preload="none" src="{address}"></video>{caption}</figure>'
    size = f"{max(1, round(file.size / 1024)):,} KB"
    return f'<figure><a href="{address}">{name or escape(say("files.unnamed"))} ({size})</a></figure>'


def _plain(key: str, status: HTTPStatus) -> Response:
    words = escape(say(key))
    return _html(say("files.unnamed"), f"<h1>{words}</h1>", status)


def _html(title: str, body: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    page = PAGE.format(title=escape(title), body=body)
    return Response(page, status, headers=HEADERS, content_type="text/html; charset=utf-8")
