"""Golden talks of verification: a director's phone and a verifier's, from the receipt to the lock and back."""

from handlers.heard import Kind
from models.audit import audit
from models.inbox import inbox
from models.outbox import Policy, Sending, outbox
from models.people import Role
from models.report import State, moves, sendings
from models.review import decisions, explanations
from tests.province import Person, Province
from tests.whole_report import reports

TOPICS = range(1, 7)


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
    assert "ส่งใหม่" not in [button.label for button in warunee.buttons()]
    warunee.says("แก้ 2").hears("ล็อกไว้ตามเดิม", "ประเด็นที่ 4 5")
    warunee.says("ส่ง").hears("ยังเหลือประเด็นที่ 4 5")
    warunee.says("แก้ 5").hears("ที่ตอบไว้").says("อาหารกลางวันครบ 168 คน ทุกวัน").hears("เปลี่ยนคำตอบข้อ 5")
    warunee.says("ต่อไป").hears("ปรับข้อที่ขอครบแล้ว", "ปรับแล้ว")
    warunee.says("ชี้แจง 4").hears("คำชี้แจงประเด็นที่ 4").says("ได้รับบริจาคเพิ่ม 3 เครื่องหลังวันเยี่ยม").hears("บันทึกคำชี้แจงประเด็นที่ 4")
    warunee.says("ส่ง").hears("พร้อมส่งถึง", "ประเด็นที่ 4 5 ปรับหรือชี้แจงแล้ว")
    warunee.says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว", "2568/2-1031992003-2")

    pranee.says("คิว").hears("1 เรื่อง").taps("1").hears("ส่งครั้งที่ 2", "รับรองแล้ว (ภาพ)", "ส่งมาใหม่ รอดู")
    pranee.says("ข้อ 5").hears("ก่อนแก้: ข้อ 5 ปัจจุบัน", "หลังแก้: อาหารกลางวันครบ 168 คน", "ที่ขอให้ปรับ: ขอจำนวนนักเรียน")
    pranee.says("รับรอง เอกสาร").hears("ประเด็นที่ 5: รับรองแล้ว", "ประเด็นที่ 4 จาก 6")
    pranee.hears("โรงเรียนชี้แจง: ได้รับบริจาคเพิ่ม 3 เครื่อง").hears_not("ก่อนแก้")
    pranee.taps("รับรอง · ลงพื้นที่").hears("ตัดสินครบทุกประเด็นแล้ว").taps("สรุปผล").hears("รับรองตามสภาพจริงทั้งรายงาน")
    pranee.taps("ยืนยัน").hears("รับรองรายงานของ บ้านสวายตัวอย่าง เรียบร้อยแล้ว")
    assert province.state() == State.VERIFIED

    warunee.says("สวัสดี").hears("ต้นสังกัดรับรองรายงาน", "ตามสภาพจริงแล้ว")
    warunee.says("แก้ 1").hears("รับรองแล้ว", "แจ้งผู้ตรวจของต้นสังกัด", "เปิดประเด็นนั้นใหม่")
    warunee.says("ถอนคืน").hears_not("ถอนคืนเรียบร้อย")
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


def test_a_visit_keeps_the_report_open_until_it_is_decided(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says("นัดลงพื้นที่ 2").hears("วันลงพื้นที่ของประเด็นที่ 2").says("เร็ว ๆ นี้").hears("ยังอ่านวันที่ไม่ออก")
    pranee.says("1/1/2569").hears("ผ่านมาแล้ว").says("12/01/2569").hears("ประเด็นที่ 2: นัดลงพื้นที่ จ. 12 ม.ค. 2569")
    pranee.says("3").taps("นัดลงพื้นที่")
    picker = next(button for button in pranee.buttons() if button.action["type"] == "datetimepicker")
    pranee.does(Kind.POSTBACK, data=picker.action["data"], params={"date": "2026-01-14"}).hears("พ. 14 ม.ค. 2569")
    pranee.says("นัดลงพื้นที่ 4 14/01/2569").hears("ประเด็นที่ 4: นัดลงพื้นที่ พ. 14 ม.ค. 2569")
    warunee.says("สวัสดี").hears("นัดลงพื้นที่ จ. 12 ม.ค. 2569 เรื่องประเด็นที่ 2")
    verifies(pranee, 1, 5, 6).says("สรุปผล").hears("ประเด็น 2 3 4 นัดลงพื้นที่ไว้").says("ยืนยัน")
    assert province.state() == State.REVIEWING
    for number in (2, 3, 4):
        pranee.says(f"รับรอง {number} ลงพื้นที่").hears("รับรองแล้ว (ลงพื้นที่)")
    pranee.says("สรุปผล").says("ยืนยัน").hears("เรียบร้อยแล้ว")
    assert province.state() == State.VERIFIED


def test_at_the_evidence_words_name_it_and_the_topics_buttons_do_what_they_say(
    province: Province, warunee: Person, pranee: Person
) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says("รับรอง 3").hears("โดยดูจากอะไร").says("ดูรูป").hears("ประเด็นที่ 3: รับรองแล้ว (ภาพ)")
    pranee.says("รับรอง 4").says("ดูเอกสาร").hears("ประเด็นที่ 4: รับรองแล้ว (เอกสาร)")
    visit = next(button.action["data"] for button in pranee.buttons() if button.label == "นัดลงพื้นที่")
    pranee.says("รับรอง 5").posts_back(visit).hears("วันลงพื้นที่ของประเด็นที่ 5")
    refused = [row for row in province.rows(audit) if row.action == "review.refused"]
    assert refused == []


def test_a_mere_greeting_names_what_was_returned_and_offers_it(
    province: Province, warunee: Person, pranee: Person
) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says("แก้ไข 4 จำนวนคอมพิวเตอร์ไม่ตรง").says("แก้ไข 5 ขอจำนวนนักเรียน")
    verifies(pranee, 1, 2, 3, 6).says("สรุปผล").says("ยืนยัน")
    warunee.says("สวัสดี").hears("ต้นสังกัดขอให้ปรับประเด็นที่ 4 :")  # the news itself
    warunee.says("สวัสดี").hears("ต้นสังกัดขอให้ปรับ\n4. ระบบสนับสนุนงานวิชาการ\n5. ระบบสนับสนุนทั่วไป", "พิมพ์ “แก้ 4”")
    assert [button.label for button in warunee.buttons()][:4] == ["แก้ข้อ 4", "ชี้แจงข้อ 4", "แก้ข้อ 5", "ชี้แจงข้อ 5"]
    warunee.taps("แก้ข้อ 5").says("อาหารกลางวันครบ 168 คน").says("ต่อไป")
    warunee.says("ขอบคุณ").hears("ต้นสังกัดขอให้ปรับ\n4. ระบบสนับสนุนงานวิชาการ").hears_not("5. ระบบ")
    warunee.taps("ชี้แจงข้อ 4").says("ได้รับบริจาคเพิ่ม 3 เครื่อง").says("ต่อไป")
    warunee.says("สวัสดี").hears("ครบแล้ว", "พิมพ์ “ส่ง”").taps("ส่งใหม่").hears("พร้อมส่งถึง").says("ยืนยัน")
    warunee.says("สวัสดี").hears_not("ขอให้ปรับ")


def test_nothing_verifies_many_at_once(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    pranee.says("คิว").says("1")
    for words in ("ผ่านหมดเลย", "ผ่านหมดเลยครับ", "รับรองทั้งหมด", "ผ่านทุกข้อ", "รับรอง 1-6", "ผ่าน", "โอเคทั้งหมด"):
        pranee.says(words)
    assert rulings(province) == []
    pranee.says("ผ่านหมดเลย").hears("ทีละประเด็น", "ประเด็นที่ 1 จาก 6")


def test_the_kind_of_evidence_is_asked_for_where_it_is_not_said(
    province: Province, warunee: Person, pranee: Person
) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says("รับรอง 3").hears("โดยดูจากอะไร").says("ดูแล้วดี").hears("โดยดูจากอะไร")
    pranee.says("ลงพื้นที่").hears("ประเด็นที่ 3: รับรองแล้ว (ลงพื้นที่)")
    pranee.says("รับรอง 4 ตามสภาพจริง").hears("โดยดูจากอะไร").taps("ภาพ").hears("ประเด็นที่ 4: รับรองแล้ว (ภาพ)")
    pranee.says("รับรอง 5 เอกสารและลงพื้นที่").hears("โดยดูจากอะไร").says("ยกเลิก").hears("ประเด็นที่ 5 จาก 6")
    assert rulings(province) == [("teachers", "verified"), ("academic", "verified")]


def test_a_return_needs_a_reason_without_an_id_number(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says("แก้ไข 4").hears("เหตุผลที่ขอให้ปรับประเด็นที่ 4")
    pranee.says("เด็กเลข 1-1037-02071-81-1 ไม่อยู่ในรายชื่อ").hears("เลขบัตรประชาชน")
    pranee.sends(Kind.IMAGE).hears("พิมพ์เป็นข้อความ")
    pranee.says("ย" * 1001).hears("1001 ตัวอักษร").says("ย" * 1000).hears("ประเด็นที่ 4: ขอแก้ไข")
    assert [len(row.reason) for row in province.rows(decisions)] == [1000]
    kept = str([row.raw for row in province.rows(inbox)])
    assert "02071" not in kept


def test_a_decision_may_be_changed_until_the_conclusion(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says("แก้ไข 4 จำนวนไม่ตรง")
    pranee.says("4").hears("ขอแก้ไข", "ที่ขอให้ปรับ: จำนวนไม่ตรง").says("รับรอง 4 ภาพ").hears("ประเด็นที่ 4: รับรองแล้ว")
    verifies(pranee, 1, 2, 3, 5, 6).says("สรุปผล").hears("รับรองตามสภาพจริงทั้งรายงาน").says("ยังก่อน")
    pranee.says("แก้ไข 1 ขอจำนวนนักเรียน").says("ยืนยัน").hears_not("เรียบร้อยแล้ว")
    assert province.state() == State.REVIEWING
    assert [made for topic, made in rulings(province) if topic == "academic"] == ["returned", "verified"]


def test_while_a_reason_is_asked_for_one_may_go_elsewhere(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says("แก้ไข 4").taps("ยกเลิก").hears("ประเด็นที่ 4 จาก 6").says("แก้ไข 4").hears("เหตุผล")
    pranee.says("ข้อ 5").hears("ประเด็นที่ 4: ขอแก้ไข")  # while words are asked for, all but orders are words
    pranee.says("นัดลงพื้นที่ 2").hears("วันลงพื้นที่").says("คิว").hears("1 เรื่อง").says("1").says("แก้ไข 1").says("วางไว้ก่อน")
    assert [made for _, made in rulings(province)] == ["returned"]


def test_an_old_conclusion_concludes_nothing(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    pranee.says("คิว").says("1")
    verifies(pranee, *TOPICS).says("สรุปผล").hears("รับรองตามสภาพจริงทั้งรายงาน")
    shown = len(pranee.turns) - 1
    pranee.says("แก้ไข 1 ขอจำนวนนักเรียน").taps("ยืนยัน", turn=shown).hears("มีการเปลี่ยนแปลง", "ส่งกลับให้ปรับ 1 ประเด็น")
    assert province.state() == State.REVIEWING


def test_two_verifiers_never_overwrite_each_other(province: Province, warunee: Person, pranee: Person) -> None:
    somchai = province.verifier("นายสมชาย ผู้ตรวจตัวอย่าง")
    reports(warunee)
    pranee.says("คิว").says("1").says("4")
    somchai.says("คิว").says("1").hears("เริ่มตรวจไว้เมื่อ", "ตรวจต่อด้วยกันได้").says("4")
    somchai.taps("รับรอง · เอกสาร").hears("ประเด็นที่ 4: รับรองแล้ว (เอกสาร)")
    pranee.taps("ขอแก้ไข").hears("มีการตัดสินหลังจากหน้าที่ท่านใช้", "รับรองแล้ว (เอกสาร)", "จึงยังไม่ได้เปลี่ยนสิ่งใด")
    assert rulings(province) == [("academic", "verified")]
    pranee.says("5")
    somchai.says("แก้ไข 5 ขอจำนวน")
    pranee.says("รับรอง 5 ภาพ").hears("มีการตัดสินหลังจากหน้าที่ท่านใช้", "ขอแก้ไข")
    pranee.says("รับรอง 5 ภาพ").hears("ประเด็นที่ 5: รับรองแล้ว (ภาพ)")  # now it was shown
    somchai.says("แก้ไข 6").hears("เหตุผล")
    pranee.says("รับรอง 6 ภาพ")
    somchai.says("ขอรายละเอียด").hears("มีการตัดสินหลังจากหน้าที่ท่านใช้", "รับรองแล้ว (ภาพ)")
    assert rulings(province)[1:] == [("general", "returned"), ("general", "verified"), ("more", "verified")]


def test_two_verifiers_conclude_once(province: Province, warunee: Person, pranee: Person) -> None:
    somchai = province.verifier("นายสมชาย ผู้ตรวจตัวอย่าง")
    reports(warunee)
    verifies(pranee.says("คิว").says("1"), *TOPICS).says("สรุปผล")
    somchai.says("คิว").says("1").says("สรุปผล").says("ยืนยัน").hears("เรียบร้อยแล้ว")
    pranee.taps("ยืนยัน").hears("ล็อกไว้")
    assert [move.to_state for move in province.rows(moves)] == ["submitted", "reviewing", "verified"]


def test_untouched_it_goes_back_into_the_queue(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").taps("วางไว้ก่อน").hears("คืนคิวแล้ว", "1 เรื่อง")
    assert province.state() == State.SUBMITTED
    pranee.says("1")
    verifies(pranee, 1).says("วางไว้ก่อน").hears("ยังวางคืนไม่ได้")
    assert province.state() == State.REVIEWING


def test_taken_back_and_sent_again_keeps_what_is_the_same(province: Province, warunee: Person, pranee: Person) -> None:
    """A report put back may be withdrawn; its number then is the second sending's, not the third move's."""
    reports(warunee)
    pranee.says("คิว").says("1").says("วางไว้ก่อน")
    warunee.says("ถอนคืน").says("ยืนยัน").hears("ถอนคืนเรียบร้อยแล้ว")
    pranee.says("คิว").hears("ไม่มีรายงานที่รอตรวจ")
    warunee.says("แก้ 1").says("ปรับข้อ 1 ใหม่ทั้งหมดแล้ว มีนักเรียน 170 คน").says("ส่ง").says("ยืนยัน").hears("1031992003-2")


def test_an_old_button_of_an_earlier_sending_decides_nothing(
    province: Province, warunee: Person, pranee: Person
) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says("แก้ไข 4 จำนวนไม่ตรง").says("4")
    old = len(pranee.turns) - 1
    verifies(pranee, 1, 2, 3, 5, 6).says("สรุปผล").says("ยืนยัน")
    pranee.taps("รับรอง · เอกสาร", turn=old).hears("อยู่กับโรงเรียน")
    warunee.says("แก้ 4").says("คอมพิวเตอร์ 12 เครื่อง ใช้ได้ 10 เครื่อง").says("ส่ง").says("ยืนยัน").hears("เลขรับ")
    pranee.taps("รับรอง · เอกสาร", turn=old).hears("ยังไม่ได้เปิดตรวจ")
    pranee.says("คิว").says("1").taps("รับรอง · เอกสาร", turn=old).hears(
        "ส่งรายงานใหม่หลังจากหน้าที่ท่านใช้", "หลังแก้: คอมพิวเตอร์ 12"
    )
    assert [made for topic, made in rulings(province) if topic == "academic"] == ["returned"]


def test_topic_six_for_the_province_is_not_shown_to_the_agency(
    province: Province, warunee: Person, pranee: Person
) -> None:
    reports(warunee, topic_6="เรื่องที่ไม่กล้าบอกหัวหน้าโดยตรง ขอให้จังหวัดช่วย", private=True)
    pranee.says("คิว").says("1").hears("ให้เห็นเฉพาะจังหวัด").hears_not("6. ")
    pranee.says("6").hears("หมายเลขประเด็นที่มี")
    for number in range(1, 6):
        pranee.says(f"ดูเต็ม {number}").hears_not("ไม่กล้าบอก")
    verifies(pranee, 1, 2, 3, 4, 5).says("สรุปผล").says("ยืนยัน").hears("เรียบร้อยแล้ว")
    assert all("ไม่กล้าบอก" not in str(turn) for turn in pranee.turns)
    assert province.state() == State.VERIFIED


def test_unsent_reasons_and_explanations_are_forgotten(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says("แก้ไข 4").says("เหตุผลที่พิมพ์ผิดห้อง")
    reason = pranee.sent[-1]
    verifies(pranee, 1, 2, 3, 5, 6).says("สรุปผล").says("ยืนยัน")
    warunee.says("ชี้แจง 4").hears("คำชี้แจงประเด็นที่ 4").says("คำชี้แจงที่จะยกเลิก")
    warunee.unsends(warunee.sent[-1])
    warunee.says("ต่อไป").hears("ยังไม่ได้ปรับหรือชี้แจง")
    pranee.unsends(reason)
    warunee.says("สถานะ").hears("ยกเลิกข้อความเหตุผลแล้ว").hears_not("พิมพ์ผิดห้อง")
    assert [row.reason for row in province.rows(decisions) if row.topic == "academic"] == [None]
    assert [row.text for row in province.rows(explanations)] == [None]


def test_a_returned_report_opens_only_what_was_returned(province: Province, warunee: Person, pranee: Person) -> None:
    helper = province.person("ครูผู้ช่วยสมมติ").joins("1031992003", Role.DELEGATE)
    helper.says("รายงาน").hears("ข้อ 1")  # stands at a question that will be locked
    reports(warunee)
    pranee.says("คิว").says("1").says("แก้ไข 4 จำนวนไม่ตรง")
    verifies(pranee, 1, 2, 3, 5, 6).says("สรุปผล").says("ยืนยัน")
    before = province.everything()
    helper.says("พิมพ์ต่อในข้อ 1 ที่ล็อกแล้ว ต้องไม่ถูกเก็บเป็นคำตอบ").says("ข้อ 1").hears("ล็อกไว้ตามเดิม")
    old = len(warunee.turns) - 2
    for words in ("แก้ 1", "ลบข้อ 2", "เพิ่มเติมข้อ 3 ขอเพิ่มครับ", "ข้อ 5", "ให้เห็นเฉพาะจังหวัด"):
        warunee.says(words)
    assert "ล็อกไว้" in warunee.words
    warunee.says("ข้อความลอย ๆ ที่ยาวพอจะเป็นคำตอบของข้อใดข้อหนึ่ง").hears("ข้อ 4").says("ข้อ 1").hears("ล็อกไว้")
    assert province.everything() == before
    assert old > 0


def test_the_school_hears_of_it_by_push_only_where_something_is_to_be_done(
    province: Province, warunee: Person, pranee: Person
) -> None:
    reports(warunee)
    verifies(pranee.says("คิว").says("1"), *TOPICS).says("สรุปผล").says("ยืนยัน")
    pranee.says("ตรวจแล้ว").says("1").says("เปิดใหม่ 4 ขอดูอีกครั้ง").says("แก้ไข 4 จำนวนไม่ตรง").says("สรุปผล").says("ยืนยัน")
    waiting = [row for row in province.rows(outbox) if row.state in (Sending.QUEUED, Sending.HELD)]
    told = {row.once_key.split(":")[0]: row.policy for row in waiting if row.kind == "notice"}
    assert told == {"verified": Policy.HOLD, "reopened": Policy.HOLD, "returned": Policy.PUSH}


def test_the_trail_of_a_report_is_shown_and_audited(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    verifies(pranee.says("คิว").says("1"), 1)
    pranee.says("ประวัติ").hears("ส่งถึงต้นสังกัด", "เริ่มตรวจ", "รับรองประเด็นที่ 1")
    actions = [row.action for row in province.rows(audit)]
    assert actions.count("report.viewed") >= 2
    assert "report.verified" in actions
    assert all("นักเรียน" not in str(row.detail) for row in province.rows(audit))


def test_words_of_long_reports_stay_within_lines_limits(province: Province, warunee: Person, pranee: Person) -> None:
    """The validator of the province reads every card: 30 KB a bubble, 1,500 units of alt text."""
    warunee.says("รายงาน")
    for _ in range(3):
        for _ in range(3):
            warunee.says("ยาว " * 1200)
        warunee.says("ต่อไป")
    warunee.says("ส่ง").hears("ยังไม่พบคำตอบ")
    for number in range(2, 7):
        warunee.says(f"ข้อ {number}").says("ข้าม").says("ข้าม").says("ข้าม")
    warunee.says("ส่ง").says("ยืนยัน").hears("เลขรับ")
    pranee.says("คิว").says("1").says("1").says("ดูเต็ม 1").says("2").hears("ข้ามไว้")
    province.later(days=30)
    pranee.says("ยังไง").hears("พิมพ์")
