"""Golden talks of verification: a director's phone and a verifier's, from the receipt to the lock and back."""

from datetime import datetime, timedelta

import pytest

from handlers.heard import Kind
from models.audit import audit
from models.outbox import Policy, Sending, outbox
from models.people import Role
from models.report import State, moves, sendings
from models.review import decisions, explanations
from models.store import Store
from tests.province import Person, Province

LONG = "นักเรียน 168 คน อ่านคล่องขึ้นมาก ยังห่วงเด็ก 9 คนที่อ่านไม่คล่อง"
TOPICS = range(1, 7)


@pytest.fixture
def province(store: Store, now: datetime) -> Province:
    return Province(store, now)


@pytest.fixture
def warunee(province: Province) -> Person:
    return province.director()


@pytest.fixture
def pranee(province: Province) -> Person:
    return province.verifier()


def reports(person: Person, topic_6: str = "ไม่มี") -> Person:
    """Answer every question, needs skipped, and send."""
    person.says("รายงาน")
    for number in range(1, 6):
        person.says(f"ข้อ {number} ปัจจุบัน {LONG}").says("ต่อไป").says(f"ข้อ {number} ต่อไป {LONG}").says("ต่อไป")
        person.says("ข้าม")
    person.says(topic_6)
    if topic_6 != "ไม่มี":
        person.says("ให้เห็นเฉพาะจังหวัด").says("ต่อไป")
    return person.says("ส่ง").says("ยืนยัน").hears("เลขรับ")


def verifies(person: Person, *topics: int) -> Person:
    for number in topics:
        person.says(f"รับรอง {number} เอกสาร").hears(f"ประเด็นที่ {number}: รับรองแล้ว (เอกสาร)")
    return person


def rulings(province: Province) -> list[tuple[str, str]]:
    return [(row.topic, row.decision) for row in province.rows(decisions)]


def test_the_whole_circle_with_two_phones(province: Province, warunee: Person, pranee: Person) -> None:
    pranee.says("สวัสดี").hears("ไม่มีรายงานที่รอตรวจ")
    reports(warunee)
    pranee.says("สวัสดี").hears("มีรายงานของโรงเรียนรอท่านตรวจ", "รายงานที่รอตรวจ", "1 เรื่อง", "บ้านสวายตัวอย่าง")
    pranee.says("1").hears("เริ่มตรวจแล้ว", "กำลังตรวจ", "2568/2-1031992003-1", "1. คุณภาพผู้เรียน", "ยังไม่ตัดสิน")
    assert province.state() == State.REVIEWING
    warunee.says("ถอนคืน").hears("เริ่มตรวจแล้ว").says("แก้ 1").hears("เริ่มตรวจแล้ว")

    pranee.says("3").hears("ประเด็นที่ 3 จาก 6", "ข้อ 3 ปัจจุบัน", "ข้อ 3 ต่อไป", "รับรอง 3 เอกสาร")
    pranee.taps("รับรอง · ภาพ").hears("ประเด็นที่ 3: รับรองแล้ว (ภาพ)", "ประเด็นที่ 4 จาก 6")
    pranee.says("แก้ไข 4 จำนวนคอมพิวเตอร์ไม่ตรงกับที่เยี่ยมเมื่อ 12 ม.ค.").hears("ประเด็นที่ 4: ขอแก้ไข")
    pranee.taps("ขอแก้ไข").hears("เหตุผลที่ขอให้ปรับประเด็นที่ 5").says("ขอจำนวนนักเรียนที่รับอาหารกลางวัน").hears("ประเด็นที่ 5: ขอแก้ไข")
    pranee.says("สรุปผล").hears("เหลือประเด็น 1 2 6")
    verifies(pranee, 1, 2, 6).hears("ตัดสินครบทุกประเด็นแล้ว")
    pranee.says("สรุปผล").hears("ส่งกลับให้ปรับ 2 ประเด็น", "ขอแก้ไข: จำนวนคอมพิวเตอร์ไม่ตรง", "ยืนยัน")
    assert province.state() == State.REVIEWING
    pranee.says("ยืนยัน").hears("ส่งกลับให้ บ้านสวายตัวอย่าง ปรับเรียบร้อยแล้ว", "ไม่มีรายงานที่รอตรวจ")
    assert province.state() == State.RETURNED

    warunee.says("สวัสดี").hears("ต้นสังกัดขอให้ปรับประเด็นที่ 4 : จำนวนคอมพิวเตอร์ไม่ตรงกับที่เยี่ยมเมื่อ 12 ม.ค.")
    warunee.hears("ต้นสังกัดขอให้ปรับประเด็นที่ 5", "แก้เฉพาะ 2 ข้อนี้แล้วกดส่งใหม่ได้เลย")
    warunee.says("สถานะ").hears("ต้นสังกัดขอให้ปรับ 2 ประเด็น", "ยังไม่ได้ปรับหรือชี้แจง")
    warunee.says("แก้ 2").hears("ล็อกไว้ตามเดิม", "ประเด็นที่ 4 5")
    warunee.says("ส่ง").hears("ยังเหลือประเด็นที่ 4 5")
    warunee.says("แก้ 5").hears("ที่ตอบไว้").says("อาหารกลางวันครบ 168 คน ทุกวัน").hears("เปลี่ยนคำตอบข้อ 5")
    warunee.says("ต่อไป").hears("ปรับข้อที่ขอครบแล้ว", "ปรับแล้ว")
    warunee.says("ชี้แจง 4").hears("คำชี้แจงประเด็นที่ 4").says("ได้รับบริจาคเพิ่ม 3 เครื่องหลังวันเยี่ยม").hears("บันทึกคำชี้แจงประเด็นที่ 4")
    warunee.says("ส่ง").hears("พร้อมส่งถึง").says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว", "2568/2-1031992003-2")

    pranee.says("คิว").hears("1 เรื่อง").taps("1").hears("ส่งครั้งที่ 2", "รับรองแล้ว (ภาพ)", "ส่งมาใหม่ รอดู")
    pranee.says("ข้อ 5").hears("ก่อนแก้: ข้อ 5 ปัจจุบัน", "หลังแก้: อาหารกลางวันครบ 168 คน", "ที่ขอให้ปรับ: ขอจำนวนนักเรียน")
    pranee.says("รับรอง เอกสาร").hears("ประเด็นที่ 5: รับรองแล้ว", "ประเด็นที่ 4 จาก 6")
    pranee.hears("โรงเรียนชี้แจง: ได้รับบริจาคเพิ่ม 3 เครื่อง").hears_not("ก่อนแก้")
    pranee.taps("รับรอง · ลงพื้นที่").hears("ตัดสินครบทุกประเด็นแล้ว").taps("สรุปผล").hears("รับรองตามสภาพจริงทั้งรายงาน")
    pranee.taps("ยืนยัน").hears("รับรองรายงานของ บ้านสวายตัวอย่าง เรียบร้อยแล้ว")
    assert province.state() == State.VERIFIED

    warunee.says("สวัสดี").hears("ต้นสังกัดรับรองรายงาน", "ตามสภาพจริงแล้ว")
    warunee.says("แก้ 1").hears("รับรองแล้ว", "ติดต่อผู้ประสาน").says("ถอนคืน").hears_not("ถอนคืนเรียบร้อย")
    before = province.everything()
    warunee.says("เพิ่มเติมข้อ 1 มีเด็กย้ายเข้า 3 คนหลังวันเยี่ยม").hears("รับรองแล้ว")
    assert province.everything() == before

    pranee.says("ตรวจแล้ว").hears("รายงานที่ตรวจแล้ว", "บ้านสวายตัวอย่าง").says("1").hears("ล็อกไว้", "เปิดใหม่")
    pranee.says("รับรอง 1 เอกสาร").hears("ล็อกไว้ จึงไม่ได้เปลี่ยนสิ่งใด")
    pranee.says("เปิดใหม่ 2").hears("เหตุผลที่เปิดประเด็นที่ 2").says("หลักสูตรเปลี่ยนหลังการเยี่ยม").hears("เปิดประเด็นที่ 2 ใหม่แล้ว")
    assert province.state() == State.REVIEWING
    warunee.says("สวัสดี").hears("ขอดูประเด็นที่ 2", "หลักสูตรเปลี่ยนหลังการเยี่ยม")
    pranee.says("สรุปผล").hears("เหลือประเด็น 2").says("แก้ไข 2 ขอหลักสูตรฉบับใหม่").says("สรุปผล").says("ยืนยัน")
    assert province.state() == State.RETURNED
    warunee.says("รายงาน").hears("ขอหลักสูตรฉบับใหม่").says("แก้ 4").hears("ล็อกไว้")

    assert [row.number for row in province.rows(sendings)] == [1, 2]
    assert [row.text for row in province.rows(explanations)] == ["ได้รับบริจาคเพิ่ม 3 เครื่องหลังวันเยี่ยม"]
    assert [row.action for row in province.rows(audit) if row.action == "report.reopened"] == ["report.reopened"]
    made = [(move.from_state, move.to_state) for move in province.rows(moves)]
    assert made[-2:] == [("verified", "reviewing"), ("reviewing", "returned")]
