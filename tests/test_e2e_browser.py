"""A director's whole report on the demo's page, in Chromium at phone width; the picture of the README is made of it.

To make the picture anew: make test TESTS=tests/test_e2e_browser.py PICTURE=tests/pictures/talk.png
"""

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from bot.demo import Demo, user_of
from models.report import State, answers, media, parts, reports
from tests.processes import until
from tests.screen import PATIENCE, Screen, telephone

pytestmark = pytest.mark.browser

SCHOOL = "1031992003"
LARGEST = 300_000  # bytes of the picture: the README's first screen must show at once
SCHOOLHOUSE = """
<svg xmlns="http://www.w3.org/2000/svg" width="480" height="240" viewBox="0 66 480 240">
  <rect width="480" height="320" fill="#bfe3f5"/><circle cx="420" cy="108" r="24" fill="#ffe08a"/>
  <path d="M0 236q120-34 240-12t240-14v110H0z" fill="#8fbf7f"/>
  <path d="M84 150 240 92l156 58z" fill="#b5532a"/><path d="M100 150h280v96H100z" fill="#fff3da"/>
  <g fill="#5b8fb0"><path d="M122 168h44v36h-44zM186 168h32v36h-32zM262 168h32v36h-32zM314 168h44v36h-44z"/></g>
  <path d="M226 190h28v56h-28z" fill="#7a4a2b"/>
  <path d="M40 96h4v150h-4z" fill="#777"/><path d="M44 98h54v36H44z" fill="#e23b3b"/>
  <path d="M44 104h54v24H44z" fill="#fff"/><path d="M44 110h54v12H44z" fill="#2b3a8c"/>
  <g fill="#33475b"><circle cx="150" cy="262" r="9"/><circle cx="196" cy="268" r="9"/></g>
  <circle cx="304" cy="266" r="9" fill="#33475b"/>
  <g fill="#f7f7f7"><path d="M138 274h24v30h-24zM184 280h24v28h-24zM292 278h24v28h-24z"/></g>
</svg>"""


@pytest.fixture
def photo(browser: Browser) -> bytes:
    """A JPEG of a school that does not exist."""
    page = browser.new_page(viewport={"width": 480, "height": 240})
    page.set_content(f"<body style='margin:0'>{SCHOOLHOUSE}")
    taken = page.screenshot(type="jpeg", quality=85)
    page.close()
    return taken


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """The demo's page on a telephone of today."""
    with telephone(browser, demo.url) as page:
        yield page


def fold(page: Page) -> None:
    """Wait for the menu below the chat, and fold it away, so that the talk can be seen."""
    expect(page.get_by_test_id("menu-bar")).to_be_visible()
    if page.get_by_test_id("rich-menu").is_visible():
        page.get_by_test_id("menu-bar").tap()


def test_a_director_reports_on_the_page_from_the_invite_to_the_receipt(
    page: Page, demo: Demo, photo: bytes, browser: Browser, tmp_path: Path
) -> None:
    pictures = []
    page.get_by_test_id("people-search").fill("สวาย")
    page.locator("[data-testid=person-option][data-role=director]").tap()
    screen = Screen(page)
    page.get_by_test_id("hint-paste").tap()
    expect(screen.phone.get_by_test_id("input")).to_have_value(demo.platform.people[user_of(SCHOOL)].code or "")
    screen.hears("สวัสดี", "รหัสเชิญ")
    screen._taps(screen.phone.get_by_test_id("send")).hears("บ้านสวายตัวอย่าง", "อ.กระสัง", "ใช่หรือไม่")
    screen.taps("ใช่").hears("ประกาศการใช้ข้อมูล", "โปรดไม่ส่งเลขบัตรประชาชน")
    screen.says("รับทราบ").hears("เรียบร้อยแล้ว", "15 นาที")
    screen.says("รายงาน").hears("ข้อ 1 จาก 6 · สภาพปัจจุบัน", "คุณภาพผู้เรียน")
    screen.says("ป.1 อ่านคล่องขึ้นจาก 20 เป็น 31 คน ครูจับคู่พี่อ่านกับน้องทุกเช้า")
    screen.sends_photo(photo).hears("บันทึกแล้ว 1 ข้อความ 1 รูป", "เลี่ยงภาพที่เห็นหน้านักเรียนชัด")
    fold(page)
    pictures.append(screen.picture())
    screen.says("ที่ยังหวงคือเด็ก 9 คน", "ขาดเรียนช่วงตัดอ้อย").hears("บันทึกแล้ว 3 ข้อความ 1 รูป · ข้อ 1 สภาพปัจจุบัน")
    screen.says("ตอไป").hears("ข้อ 1 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป")
    screen.says("ดี").hears("บันทึกแล้ว 1 ข้อความ").taps("ต่อไป").hears("ขอตัวอย่างหรือจำนวน")
    screen.says("ตั้งชมรมรักการอ่านทุกวันอังคาร เริม พ.ค. ดูจากสมุดบันทึกการอ่าน").hears("บันทึกแล้ว 2 ข้อความ")
    screen.says("เสร็จแล้วค่ะ").hears("ข้อ 1 จาก 6 · ความช่วยเหลือ", "1. งบ")
    screen.taps("งบ").hears("เลือกไว้: งบ").says("1 ๔").hears("เลือกไว้: งบ, อบรม/โค้ช")
    screen.taps("ต่อไป").hears("ข้อ 2 จาก 6 · สภาพปัจจุบัน", "หลักสูตรและการจัดการเรียนรู้")
    screen.says("แก้ไขปัญหาการอ่านไม่ออกโดยปรับหลักสูตรให้เข้ากับชุมชนทอผ้าไหม").hears("บันทึกแล้ว 1 ข้อความ")
    screen.says("ถัดไป").hears("ข้อ 2 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป").taps("ข้าม").hears("ข้ามข้อ 2", "ความช่วยเหลือ")
    screen.taps("ข้าม").hears("ข้อ 3 จาก 6 · สภาพปัจจุบัน", "ระบบการพัฒนาครูในโรงเรียน")
    screen.says("l5kot").hears("รายงาน 6 ประเด็น", "ตอบแล้ว 2 จาก 6 ข้อ").taps_on_card("ทำต่อ").hears("ข้อ 3 จาก 6")
    for number, topic in ((3, "teachers"), (4, "academic"), (5, "general")):
        screen.hears(f"ข้อ {number} จาก 6 · สภาพปัจจุบัน").says(PRESENT[topic]).hears("บันทึกแล้ว").taps("ต่อไป")
        screen.hears(f"ข้อ {number} จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป").says(FUTURE[topic]).hears("บันทึกแล้ว").taps("ต่อไป")
        screen.hears(f"ข้อ {number} จาก 6 · ความช่วยเหลือ").says("ข้าม")
    screen.hears("ข้อ 6 จาก 6").says("ไม่มี").hears("ครบทุกข้อ", "ตรวจทานก่อนส่ง", "ข้ามไว้")
    screen.says("แก้ไขข้อ ๒ ส่วนต่อไป").hears("ข้อ 2 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป")
    screen.says("ปรับวิชาทอผ้าให้นับเป็นหน่วยกิต ติดระเบียบเรื่องเวลาเรียน").hears("บันทึกแล้ว").taps("ต่อไป")
    screen.hears("ตรวจทานก่อนส่ง", "ปรับวิชาทอผ้า")
    screen.taps_on_card("แก้").hears("ข้อ 6", "ไม่มี").taps("แก้ข้อความเดิม")
    expect(screen.phone.get_by_test_id("input")).to_have_value("ไม่มี")
    screen.says("ขอให้เร่งบรรจุครู 2 คน").hears("เปลี่ยนคำตอบข้อ 6").taps("ต่อไป").hears("ขอให้เร่งบรรจุครู 2 คน")
    screen.says("สรุป").hears("ตรวจทานก่อนส่ง", "1 รูป", "งบ, อบรม/โค้ช")
    pictures.append(screen.picture(card=True))
    screen.says("ส่ง").hears("พร้อมส่งถึง สพป.บุรีรัมย์ เขต 2", "ยืนยัน")
    screen.says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว", f"-{SCHOOL}-1", "จ. ", "ปรับวิชาทอผ้าให้นับเป็นหน่วยกิต", "ถอนคืน")
    pictures.append(screen.picture(card=True))
    screen.sends_sticker().hears("สติกเกอร์")
    _it_is_all_there(demo)
    draw(browser, pictures, Path(os.environ.get("PICTURE") or tmp_path / "talk.png"))


PRESENT = {
    "teachers": "PLC ทุกวันพุธ คุยเรื่องการอ่าน ศน.มาช่วยเดือนละครั้ง ครู 11 คน",
    "academic": "คอมพิวเตอร์ใช้ได้ 8 เครื่อง อินเทอร์เน็ตไปไม่ถึงอาคาร 2 ห้องสมุดเปิดทุกวัน",
    "general": "อาหารกลางวันพร้อม ผู้ปกครองมาช่วยทุกศุกร์ หลังคาอาคาร 1 รั่ว",
}
FUTURE = {
    "teachers": "อยากให้ครูเก่งเรื่องสอนอ่านแบบแจกลูก ขอโค้ชมาดูห้องเรียนเทอมละ 2 ครั้ง",
    "academic": "ขอสัญญาณอินเทอร์เน็ตถึงอาคาร 2 ก่อน จะใช้ร่วมกับโรงเรียนบ้านโคก",
    "general": "ซ่อมหลังคาก่อนเปิดเทอม ชวน อบต. มาร่วม",
}


def _it_is_all_there(demo: Demo) -> None:
    """See that what was said on the page is what is kept."""
    with demo.works.store.read() as db:
        (report,) = db.execute(select(reports))
        words = list(
            db.execute(
                select(parts.c.text)
                .join(answers, answers.c.id == parts.c.answer_id)
                .where(answers.c.question == "general.next", answers.c.report_id == report.id)
            ).scalars()
        )
    assert report.state == State.SUBMITTED
    assert words == [FUTURE["general"]]
    until(lambda: _fetched(demo) == ["kept"], PATIENCE, "the photo is fetched")
    assert demo.platform.problems == []
    assert demo.platform.main.quota.used(demo.platform.now()) == 0


def _fetched(demo: Demo) -> list[str]:
    with demo.works.store.read() as db:
        return list(db.execute(select(media.c.state)).scalars())


def draw(browser: Browser, screens: list[bytes], to: Path) -> None:
    """Put screens side by side, as telephones, into a PNG."""
    shown = "".join(
        f"<img src='data:image/png;base64,{base64.b64encode(screen).decode()}' alt=''>" for screen in screens
    )
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_content(
        "<style>body{margin:0;padding:28px;display:inline-flex;gap:28px;background:#e9efed}"
        "img{display:block;border:8px solid #1b2a2a;border-radius:34px}</style>" + shown
    )
    page.locator("img").last.evaluate("image => image.decode()")
    page.locator("body").screenshot(path=to)
    page.close()
    assert to.stat().st_size < LARGEST


def test_a_talk_that_is_opened_again_stands_at_its_end(demo: Demo, phone_of: Callable[[str], Screen]) -> None:
    phone = demo.platform.phone(user_of(SCHOOL))
    phone.follows().says(demo.platform.people[phone.user].code or "").hears("ใช่หรือไม่").says("ใช่").hears("ประกาศ")
    phone.says("รับทราบ").hears("เรียบร้อยแล้ว").says("รายงาน").hears("ข้อ 1 จาก 6")
    for number in range(1, 13):
        phone.says(f"{number} นักเรียนอ่านคล่องขึ้น " * 9).hears(f"{number} ข้อความ")
    phone.says("สรุป").hears("ตรวจทาน").says("สถานะ").hears("ประเด็น")
    screen = phone_of(SCHOOL)
    from_end = "log => Math.round(log.scrollHeight - log.scrollTop - log.clientHeight)"
    log, bar = screen.phone.get_by_test_id("log"), screen.phone.get_by_test_id("menu-bar")
    expect(screen.bubbles.last).to_be_visible()
    for _ in range(3):
        until(lambda: log.evaluate(from_end) <= 1, PATIENCE, "the end")
        screen.page.wait_for_timeout(300)
        assert log.evaluate(from_end) <= 1
        bar.tap()
