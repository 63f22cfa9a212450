"""GET /meetings/CHANNEL/LINK: a meeting's calendar entry, the host's page, the register; for who was given the link.

A link is a signed pass; whether it still holds is checked anew, and noted in the trail, each time it is used.
"""

import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from html import escape
from http import HTTPStatus
from urllib.parse import quote

import structlog
from flask import Flask, Response, request

from bot import calendar_entry, host_page, register_print, register_sheet, typesetting
from bot.files_page import HEADERS as OF_FILES
from bot.files_page import PAGE
from bot.links import MEETINGS, MeetingLinks
from bot.mishaps import is_out_of_reach
from handlers import meetings_opened, register
from handlers.meetings_pages import Page, Pass
from handlers.texts import say
from models.store import Store

log = structlog.get_logger(__name__)

BasicId = Callable[[str], str | None]
"""Returns the LINE account's basic id of a channel; None where it is not known now."""
ASK_AGAIN = timedelta(minutes=5)
"""How long after a failure LINE is not asked for an account's id."""
HEADERS = OF_FILES | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
}
_HTML = "text/html; charset=utf-8"


def add_to(app: Flask, links: MeetingLinks, store: Store, clock: Callable[[], datetime], basic_id: BasicId) -> None:
    """Add the pages to the web application."""
    pages = _Pages(links, store, clock, _Known(basic_id, clock))
    app.add_url_rule(f"/{MEETINGS}/<channel>/<token>", "meeting", pages.show)
    app.add_url_rule(f"/{MEETINGS}/<channel>/<token>/now", "meeting_now", pages.show_now)


class _Known:
    """The accounts' ids, asked for once; where LINE does not answer, asked again a while later."""

    def __init__(self, ask: BasicId, clock: Callable[[], datetime]) -> None:
        self._ask = ask
        self._clock = clock
        self._found: dict[str, tuple[str | None, datetime]] = {}

    def __call__(self, channel: str) -> str | None:
        found, at = self._found.get(channel, (None, None))
        if found is None and (at is None or self._clock() - at > ASK_AGAIN):
            self._found[channel] = (None, self._clock())  # who comes meanwhile does not ask, too
            found = self._ask(channel)
            self._found[channel] = (found, self._clock())
        return found


class _Pages:
    def __init__(self, links: MeetingLinks, store: Store, clock: Callable[[], datetime], basic_id: BasicId) -> None:
        self._links = links
        self._store = store
        self._clock = clock
        self._basic_id = basic_id
        self._printing = threading.Lock()

    def show(self, channel: str, token: str) -> Response:
        """Show what a link opens."""
        one = self._links.read(channel, token)
        if one is None:
            return _plain("page.over", HTTPStatus.GONE)
        show = {Page.CALENDAR: self._calendar, Page.HOST: self._host}.get(one.page, self._register)
        return self._tried(lambda: show(one))

    def show_now(self, channel: str, token: str) -> Response:
        """Give the part of the host's page that changes; nothing is noted, the opening was."""
        one = self._links.read(channel, token)
        return self._tried(lambda: self._again(one)) if one else _plain("page.over", HTTPStatus.GONE)

    def _tried(self, show: Callable[[], Response]) -> Response:
        try:
            return show()
        except Exception as error:
            if not is_out_of_reach(error):
                raise
            return _plain("page.lost", HTTPStatus.SERVICE_UNAVAILABLE)

    def _calendar(self, one: Pass) -> Response:
        now = self._clock()
        with self._store.write() as db:
            found = meetings_opened.calendar(db, one, now)
        if found is None:
            return _plain("page.over", HTTPStatus.GONE)
        made = calendar_entry.entry(found.meeting, found.link, now)
        return _file(made, calendar_entry.CONTENT_TYPE, f"meeting-{one.meeting}.ics", None, inline=True)

    def _host(self, one: Pass) -> Response:
        now = self._clock()
        with self._store.write() as db:
            found = meetings_opened.host(db, one, now)
        if found is None:
            return _plain("page.over", HTTPStatus.GONE)
        nonce = secrets.token_urlsafe(16)
        page = host_page.whole(found, _shows(), self._basic_id(one.channel), now, nonce)
        script = f"script-src 'nonce-{nonce}'; connect-src 'self'"
        policy = {"Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; {script}"}
        return Response(page, headers=HEADERS | policy, content_type=_HTML)

    def _again(self, one: Pass) -> Response:
        now = self._clock()
        with self._store.read() as db:
            found = meetings_opened.host(db, one, now, again=True)
        if found is None:
            return _plain("page.over", HTTPStatus.GONE)
        part = host_page.fragment(found, _shows(), self._basic_id(one.channel), now)
        return Response(part, headers=HEADERS, content_type=_HTML)

    def _register(self, one: Pass) -> Response:
        """Give the register; one at a time is made, and whoever comes meanwhile is asked to come again."""
        if not self._printing.acquire(blocking=False):
            return _plain("page.busy", HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            return self._made(one)
        finally:
            self._printing.release()

    def _made(self, one: Pass) -> Response:
        now = self._clock()
        with self._store.write() as db:
            found = meetings_opened.exported(db, one, now)
        if found is None:
            return _plain("page.over", HTTPStatus.GONE)
        with self._store.read() as db:
            lines = register.register(db, *found, now)
        name = say("register.file", n=one.meeting)
        if one.page == Page.REGISTER_XLSX:
            made = register_sheet.sheet(lines)
            return _file(made, register_sheet.CONTENT_TYPE, f"register-{one.meeting}.xlsx", f"{name}.xlsx")
        try:
            made = register_print.printed(lines)
        except typesetting.NotSet:
            log.exception("register not printed", meeting=one.meeting)
            return _plain("page.lost", HTTPStatus.SERVICE_UNAVAILABLE)
        return _file(made, register_print.CONTENT_TYPE, f"register-{one.meeting}.pdf", f"{name}.pdf", inline=True)


def _shows() -> str:
    asked = request.args.get("show", "")
    return asked if asked in host_page.SHOWS else host_page.SHOWS[0]


def _file(content: bytes, kind: str, name: str, thai: str | None, *, inline: bool = False) -> Response:
    """Return a file. name: in plain letters; thai: as browsers that can show it call it."""
    shown = f'{"inline" if inline else "attachment"}; filename="{name}"'
    shown += f"; filename*=UTF-8''{quote(thai)}" if thai else ""
    return Response(content, headers=HEADERS | {"Content-Disposition": shown}, content_type=kind)


def _plain(key: str, status: HTTPStatus) -> Response:
    page = PAGE.format(title=escape(say("page.title")), body=f"<h1>{escape(say(key))}</h1>")
    return Response(page, status, headers=HEADERS, content_type=_HTML)
