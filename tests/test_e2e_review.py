"""The whole circle on the demo's page: a director's and a verifier's telephone, from the queue to the lock and back.

To look at every screen: make test TESTS=tests/test_e2e_review.py PICTURES=a-folder
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.demo import Demo, user_of
from models.report import State, reports
from tests.screen import Screen

pytestmark = pytest.mark.browser

SCHOOL, AGENCY = "1031992003", "สพป.บุรีรัมย์ เขต 2"


def has_reported(demo: Demo, school: str) -> None:
    """Let a school's director join, answer everything and send, without a screen: that talk has its own test."""
    phone = demo.platform.phone(user_of(school))
    phone.follows()
    code = demo.platform.people[user_of(school)].code
    assert code
    for words in (code, "ใช่", "รับทราบ", "รายงาน"):
        phone.says(words)
    for number in range(1, 6):
        phone.says(f"ข้อ {number} สภาพปัจจุบัน มีคอมพิวเตอร์ {number + 6} เครื่อง").says("ต่อไป")
        phone.says(f"ข้อ {number} จะซ่อมให้ครบภายใน 2 เดือน").says("ต่อไป").says("ข้าม")
    phone.says("ไม่มี").says("ส่ง").says("ยืนยัน").hears("เลขรับ")


def shoot(screen: Screen, name: str) -> None:
    """Keep a picture of what the person now looks at, where a folder was asked for."""
    folder = os.environ.get("PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        screen.page.wait_for_timeout(250)
        screen.page.screenshot(path=Path(folder) / f"{name}.png")
        card = screen.phone.get_by_test_id("flex-bubble").last
        if card.count():
            card.screenshot(path=Path(folder) / f"{name}-card.png")


def test_two_telephones_go_round_the_whole_circle(demo: Demo, phone_of: Callable[[str], Screen]) -> None:
    has_reported(demo, SCHOOL)
    pranee = joins_as_verifier(phone_of(AGENCY))
    verifies_all_but_two(pranee)
    assert state(demo) == State.RETURNED

    warunee = phone_of(SCHOOL)
    deals_with_both(warunee)
    assert state(demo) == State.SUBMITTED

    pranee.says("คิว").hears("1 เรื่อง").taps("1").hears("ส่งครั้งที่ 2", "ส่งมาใหม่ รอดู")
    shoot(pranee, "11-case-again")
    pranee.says("5").hears("ก่อนแก้: ข้อ 5 สภาพปัจจุบัน", "หลังแก้: อาหารกลางวันครบ 168 คน", "ที่ขอให้ปรับ: ขอจำนวน")
    shoot(pranee, "12-before-after")
    pranee.taps_on_card("รับรอง · เอกสาร").hears("โรงเรียนชี้แจง: ได้รับบริจาคเพิ่ม 3 เครื่อง")
    shoot(pranee, "13-explained")
    pranee.taps_on_card("รับรอง · ลงพื้นที่").hears("ตัดสินครบทุกประเด็นแล้ว").taps("สรุปผล")
    pranee.hears("รับรองตามสภาพจริงทั้งรายงาน").taps("ยืนยัน").hears("เรียบร้อยแล้ว")
    assert state(demo) == State.VERIFIED

    warunee.says("สถานะ").hears("ตามสภาพจริงแล้ว")
    shoot(warunee, "14-verified")
    warunee.says("แก้ 1").hears("รับรองแล้ว")
    shoot(warunee, "15-locked")
    reopens(pranee)
    assert state(demo) == State.REVIEWING
    warunee.says("สวัสดี").hears("ขอดูประเด็นที่ 2", "หลักสูตรเปลี่ยนหลังการเยี่ยม")
    shoot(warunee, "18-told-of-reopening")
    assert demo.platform.problems == []


def joins_as_verifier(screen: Screen) -> Screen:
    """Join by the code that the demo gives."""
    screen.page.get_by_test_id("hint-paste").tap()
    screen.hears("สวัสดี", "รหัสเชิญ")
    shoot(screen, "01-welcome")
    screen._taps(screen.phone.get_by_test_id("send")).hears(AGENCY, "ผู้ตรวจของต้นสังกัด", "ใช่หรือไม่")
    screen.taps("ใช่").hears("ประกาศการใช้ข้อมูล")
    shoot(screen, "02-notice")
    screen.says("รับทราบ").hears("เรียบร้อยแล้ว")
    shoot(screen, "03-joined")
    return screen


def verifies_all_but_two(pranee: Screen) -> None:
    """Verify four topics with evidence, return two with reasons, and tell the school."""
    pranee.says("คิว").hears("1 เรื่อง", "บ้านสวายตัวอย่าง")
    shoot(pranee, "04-queue")
    pranee.taps("1").hears("เริ่มตรวจแล้ว", "กำลังตรวจ", "1. คุณภาพผู้เรียน")
    shoot(pranee, "05-case")
    pranee.taps("ดูข้อ 1").hears("ประเด็นที่ 1 จาก 6")
    shoot(pranee, "06-topic")
    for _, evidence in zip(range(3), ("เอกสาร", "ภาพ", "ลงพื้นที่"), strict=True):
        pranee.taps_on_card(f"รับรอง · {evidence}").hears(f"รับรองแล้ว ({evidence})")
    pranee.hears("ประเด็นที่ 4 จาก 6").says("แก้ไข 4 จำนวนคอมพิวเตอร์ไม่ตรงกับที่เยี่ยมเมื่อ 12 ม.ค.")
    pranee.hears("ประเด็นที่ 4: ขอแก้ไข", "ประเด็นที่ 5 จาก 6").taps_on_card("ขอแก้ไข").hears("เหตุผลที่ขอให้ปรับประเด็นที่ 5")
    shoot(pranee, "07-reason")
    pranee.says("ขอจำนวนนักเรียนที่รับอาหารกลางวัน").hears("ประเด็นที่ 6 จาก 6").taps_on_card("รับรอง · เอกสาร")
    pranee.hears("ตัดสินครบทุกประเด็นแล้ว").taps("สรุปผล").hears("ส่งกลับให้ปรับ 2 ประเด็น")
    shoot(pranee, "08-preview")
    pranee.taps("ยืนยัน").hears("ปรับเรียบร้อยแล้ว")


def deals_with_both(warunee: Screen) -> None:
    """Change one of the returned topics, explain the other, and send again."""
    warunee.says("สวัสดี").hears("จำนวนคอมพิวเตอร์ไม่ตรง", "แก้เฉพาะ 2 ข้อนี้")
    shoot(warunee, "09-returned")
    warunee.says("สถานะ").hears("ต้นสังกัดขอให้ปรับ 2 ประเด็น", "ยังไม่ได้ปรับหรือชี้แจง")
    shoot(warunee, "10-returned-card")
    warunee.says("แก้ 2").hears("ล็อกไว้ตามเดิม")
    warunee.taps("แก้ข้อ 5").hears("ที่ตอบไว้").says("อาหารกลางวันครบ 168 คน ทุกวัน").hears("เปลี่ยนคำตอบข้อ 5")
    warunee.taps("ต่อไป").hears("ปรับข้อที่ขอครบแล้ว").says("ชี้แจง 4").hears("คำชี้แจงประเด็นที่ 4")
    shoot(warunee, "10-explain")
    warunee.says("ได้รับบริจาคเพิ่ม 3 เครื่องหลังวันเยี่ยม").hears("บันทึกคำชี้แจงประเด็นที่ 4").taps("ส่งใหม่").hears("พร้อมส่งถึง")
    shoot(warunee, "10-sure")
    warunee.says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว", f"-{SCHOOL}-2")


def reopens(pranee: Screen) -> None:
    """Take a verified topic up again, with a reason."""
    pranee.says("ตรวจแล้ว").hears("รายงานที่ตรวจแล้ว").taps("1").hears("ล็อกไว้")
    shoot(pranee, "16-decided")
    pranee.says("2").hears("ประเด็นที่ 2 จาก 6").taps_on_card("เปิดใหม่").hears("เหตุผลที่เปิดประเด็นที่ 2")
    pranee.says("หลักสูตรเปลี่ยนหลังการเยี่ยม").hears("เปิดประเด็นที่ 2 ใหม่แล้ว")
    shoot(pranee, "17-reopened")


def state(demo: Demo) -> str:
    """Return the state of the only report there is."""
    with demo.works.store.read() as db:
        return str(db.execute(select(reports.c.state)).scalar_one())
