"""A meeting on three telephones, from its making to the register: a coordinator and two directors, the clock moved.

To look at every screen: make test TESTS=tests/test_e2e_meeting.py PICTURES=a-folder
"""

import os
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from bot.demo import PROVINCE, Demo
from tests.screen import Screen
from tests.test_e2e_clock_page import joined, looks_right, morning
from tests.test_e2e_review import SCHOOL, shoot

pytestmark = pytest.mark.browser

OTHER = "1031991002"
LINK = "https://zoom.example/j/2569"
TITLE = "ประชุมผู้บริหารสถานศึกษานำร่อง"
HOST, EXCEL, PDF = "เปิดหน้าลงชื่อ", "ใบลงทะเบียน Excel", "ใบลงทะเบียน PDF"
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def test_a_meeting_from_its_making_to_the_register(
    demo: Demo, phone_of: Callable[[str], Screen], browser: Browser
) -> None:
    for place in (PROVINCE, SCHOOL, OTHER):
        joined(demo, place)
    boss, warunee, kanjana = phone_of(PROVINCE), phone_of(SCHOOL), phone_of(OTHER)
    makes(boss)
    sends(boss, warunee, kanjana)
    answers(boss, warunee, kanjana)
    link_goes_to_who_is_online(demo, warunee, kanjana)
    host = opens(browser, watches(boss), HOST)
    checks_in(host, warunee, kanjana)
    fetches_register(demo, boss)
    assert demo.platform.problems == []


def makes(boss: Screen) -> None:
    """Make a meeting in six messages."""
    boss.says("นัดประชุม").hears("ชื่อการประชุมว่าอะไร")
    shoot(boss, "40-title")
    boss.says(f"{TITLE} ครั้งที่ 1/2569").hears("วันและเวลาใด")
    shoot(boss, "41-when")
    boss.says("วันศุกร์นี้ 9.00-12.00").hears("ประชุมที่ไหน")
    shoot(boss, "42-where")
    boss.says(f"หอประชุม สพป.บร.1 {LINK}").hears("เชิญใคร")
    shoot(boss, "43-whom")
    boss.taps("ทุกโรงเรียน").hears("ยังไม่ได้ส่ง", "40 โรงเรียน", "ส่งถึงทางไลน์ 2 ท่าน", "ไม่เกิน 2 ข้อความ")
    shoot(boss, "44-preview")
    looks_right(boss)


def sends(boss: Screen, warunee: Screen, kanjana: Screen) -> None:
    """Add a part, try it on oneself, send it; both directors have the card without the link."""
    boss.says("เพิ่มผู้ประสาน นางสาวประสาน ทดสอบ โทร 044-000-001").hears("โทร 044-000-001", "ยังไม่ได้ส่ง")
    boss.taps("ทดลองส่งให้ตัวเอง").hears("ส่งถึงท่านผู้เดียว")
    shoot(boss, "45-tried")
    for director in (warunee, kanjana):
        director._seen = director.bubbles.count()
    boss.says("ส่ง").hears("ถึง 2 ท่านแล้ว")
    shoot(boss, "46-sent")
    for name, director in (("47-notice", warunee), ("48-notice", kanjana)):
        director.hears("เชิญประชุม", TITLE, "หอประชุม สพป.บร.1")
        assert LINK not in director.heard
        shoot(director, name)
        looks_right(director)


def answers(boss: Screen, warunee: Screen, kanjana: Screen) -> None:
    """One comes to the room, one online; the coordinator sees it at once, and who is silent."""
    warunee.taps_on_card("ไปที่ห้อง").hears("ไปที่ห้อง")
    shoot(warunee, "50-room")
    kanjana.says("เข้าร่วมค่ะ แต่ขอออนไลน์").hears("ออนไลน์")
    shoot(kanjana, "51-online")
    boss.says("ประชุม").hears("รายการประชุม", "ตอบรับ 2/40")
    shoot(boss, "52-list")
    boss.says("1").hears("ห้อง 1", "ออนไลน์ 1", "ยังไม่ตอบ 38")
    shoot(boss, "53-page")
    looks_right(boss)
    boss.says("ใครยังไม่ตอบรับประชุม").hears("ยังไม่ตอบรับ 38 จาก 40")
    shoot(boss, "54-silent")


def link_goes_to_who_is_online(demo: Demo, warunee: Screen, kanjana: Screen) -> None:
    """Half an hour before the start the link is told, to whom it is of use."""
    for director in (warunee, kanjana):
        director._seen = director.bubbles.count()
    morning(demo, 4, 8, 31)
    kanjana.hears(LINK)
    shoot(kanjana, "60-link")
    warunee.hears("วันนี้มีประชุม")
    shoot(warunee, "61-day")
    assert LINK not in warunee.heard


def watches(boss: Screen) -> dict[str, str]:
    """Return the addresses of the host's pages, by what stands on their buttons."""
    boss.says("ประชุม 1").hears(EXCEL)
    shoot(boss, "62-page")
    looks_right(boss)
    found = boss.phone.get_by_test_id("flex-bubble").last.get_by_role("link").all()
    return {one.inner_text().strip(): one.get_attribute("href") or "" for one in found}


def checks_in(host: Page, warunee: Screen, kanjana: Screen) -> None:
    """Type the code that the host's page shows, in the room and in the call."""
    keep(host.screenshot(full_page=True), "70-host")
    room, call = re.findall(r"\b(\d{3})\W?(\d{3})\b", host.inner_text("main"))[:2]
    warunee.says("".join(room)).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว", "ที่ห้องประชุม")
    shoot(warunee, "71-checked-in")
    kanjana.says("".join(call).translate(THAI_DIGITS)).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว", "ในห้องออนไลน์")
    shoot(kanjana, "72-checked-in")
    host.reload()
    keep(host.screenshot(full_page=True), "73-host")


def fetches_register(demo: Demo, boss: Screen) -> None:
    """Fetch the register as a table and as pages, after the meeting."""
    morning(demo, 0, 12, 5)
    pages = watches(boss)
    boss.hears("2")
    table = boss.page.request.get(pages[EXCEL])
    printed = boss.page.request.get(pages[PDF])
    assert (table.status, printed.status) == (200, 200)
    keep(printed.body(), "80-register", "pdf")
    cells = [str(cell.value) for row in load_workbook(BytesIO(table.body())).active.iter_rows() for cell in row]
    assert len([cell for cell in cells if "บ้านสวายตัวอย่าง" in cell]) == 1
    assert printed.body().startswith(b"%PDF")


def opens(browser: Browser, pages: dict[str, str], name: str) -> Page:
    """Open a page on a screen of its own, as wide as the one in a hall."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}, locale="th-TH").new_page()
    page.goto(pages[name])
    return page


def keep(content: bytes, name: str, ending: str = "png") -> None:
    """Keep a picture or a file, where a folder was asked for."""
    folder = os.environ.get("PICTURES")
    if folder:
        (Path(folder) / f"{name}.{ending}").write_bytes(content)
