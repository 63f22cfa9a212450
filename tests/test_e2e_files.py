"""A photo's way on the demo: from the director's telephone to the page that the verifier opens. Pictures can be kept.

To look at every screen: make test TESTS=tests/test_e2e_files.py PICTURES=a-folder
"""

import os
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.demo import Demo, user_of
from models.audit import audit
from models.report import media
from tests.screen import PATIENCE, PHONE, Screen, telephone
from tests.test_e2e_review import AGENCY, SCHOOL, joins_as_verifier, shoot

pytestmark = pytest.mark.browser
WIDE, HIGH = 320, 240


def picture() -> bytes:
    """Return a photo of sorts: green in the middle of blue."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    green, blue = b"\x0b\x6e\x4f", b"\x2f\x6f\xb0"
    side = blue * (WIDE // 4)
    rows = b"".join(b"\0" + side + (green if y > HIGH // 3 else blue) * (WIDE // 2) + side for y in range(HIGH))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDE, HIGH, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def reports_with_photos(demo: Demo) -> None:
    """Let a director send a report with two photos and a document in its first topic."""
    phone = demo.platform.phone(user_of(SCHOOL))
    phone.follows()
    code = demo.platform.people[user_of(SCHOOL)].code
    assert code
    for words in (code, "ใช่", "รับทราบ", "รายงาน", "นักเรียนอ่านคล่องขึ้นมากเมื่อเทียบกับปีก่อน"):
        phone.says(words)
    phone.sends_photo(picture()).sends_photo(picture()).sends_file(b"%PDF-1.4\n%%EOF\n", "แผนอ่านคล่อง.pdf")
    phone.says("ต่อไป").says("จะอ่านหนังสือด้วยกันทุกเช้าวันละ 15 นาที").says("ต่อไป").says("ข้าม")
    for number in range(2, 6):
        phone.says(f"ข้อ {number} สภาพปัจจุบัน มีครูเก้าคนกับห้องเรียนหกห้อง").says("ต่อไป").says(
            f"ข้อ {number} จะซ่อมให้ครบทุกห้องภายใน 2 เดือน"
        ).says("ต่อไป").says("ข้าม")
    phone.says("ไม่มี").says("ส่ง").says("ยืนยัน").hears("เลขรับ")


def keep(shot: bytes, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}.png").write_bytes(shot)


def files_are_kept(demo: Demo, screen: Screen) -> None:
    for _ in range(int(PATIENCE * 4)):
        with demo.works.store.read() as db:
            states = [row.state for row in db.execute(media.select())]
        if states == ["kept"] * 3:
            return
        screen.page.wait_for_timeout(250)
    raise AssertionError(states)


def test_a_verifier_opens_the_photos_of_a_topic(demo: Demo, browser: Browser) -> None:
    reports_with_photos(demo)
    with telephone(browser, f"{demo.url}#{user_of(AGENCY)}") as page:
        pranee = joins_as_verifier(Screen(page))
        files_are_kept(demo, pranee)
        pranee.says("คิว").taps("1").hears("เริ่มตรวจแล้ว").taps("ดูข้อ 1").hears("พิมพ์ “ดูรูป”")
        shoot(pranee, "files-1-topic")
        pranee.taps("ดูรูป").hears("2 รูป", "1 ไฟล์", "10 นาที", "โปรดไม่ส่งต่อ")
        shoot(pranee, "files-2-card")
        link = pranee.phone.get_by_test_id("flex-bubble").last.get_by_role("link", name="เปิดดู").get_attribute("href")
    assert link is not None
    with browser.new_context(viewport=PHONE, is_mobile=True, locale="th-TH") as context:
        opened = context.new_page()
        opened.goto(link)
        while not opened.evaluate("[...document.images].every(image => image.complete)"):
            opened.wait_for_timeout(50)  # wait_for_function would need what the page's policy forbids
        assert opened.evaluate("[...document.images].map(image => image.naturalWidth)") == [WIDE, WIDE]
        assert opened.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert "แผนอ่านคล่อง.pdf" in opened.inner_text("body")
        keep(opened.screenshot(full_page=True), "files-3-page")
        demo.platform.forward(600)
        opened.reload()
        assert "หมดเวลาแล้ว" in opened.inner_text("body")
        keep(opened.screenshot(), "files-4-over")
    with demo.works.store.read() as db:
        done = [row.action for row in db.execute(audit.select()) if row.action.startswith("files.")]
    assert done == ["files.linked", "files.viewed", "files.viewed", "files.viewed"]
