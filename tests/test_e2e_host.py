"""The host's page in a browser: it refreshes itself, under its own strict policy, and says when it cannot."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from bot import meeting_pages
from bot.links import MeetingLinks
from handlers import standing
from handlers.meetings_pages import Page, Pass
from models.people import Role
from models.store import Store
from tests.meeting_scene import STARTS, call
from tests.province import MAIN, Province
from tests.test_talk_requests import office

pytestmark = pytest.mark.browser


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_codes_and_counts_come_by_themselves(store: Store, now: datetime, browser: Browser) -> None:
    province = Province(store, now)
    warunee, boss = province.director(), office(province, Role.COORDINATOR, None)
    number = call(province)
    province.now = STARTS
    with store.write() as db:
        person = standing.find(db, MAIN, boss.user, province.now).id
    app = Flask("test")
    with served(app) as address:
        links = MeetingLinks(address, lambda channel: ("secret",))
        meeting_pages.add_to(app, links, store, lambda: province.now, lambda channel: "@999raing")
        link = links.make(Pass(MAIN, person, number, Page.HOST, province.now + timedelta(hours=1)))
        assert link is not None
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        trouble: list[str] = []
        page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(link)
        expect(page.locator(".came")).to_contain_text("มาแล้ว 0 จาก 3")
        room = page.locator(".code b").first.inner_text()
        warunee.says(room).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว")
        province.later(minutes=1)
        expect(page.locator(".came")).to_contain_text("มาแล้ว 1 จาก 3", timeout=15_000)
        assert page.locator(".code b").first.inner_text() != room
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert trouble == []
        province.now = STARTS + timedelta(hours=4)
        expect(page.locator("h1")).to_contain_text("หมดอายุแล้ว", timeout=15_000)
        page.close()
