"""Unsent and edited bubbles, wherever their words went: reasons, explanations, answers, what waits to be told."""

from typing import Any

import pytest
from sqlalchemy import insert, update

from handlers.heard import Kind
from handlers.notices import digest
from models.asking import Asked, asks
from models.audit import audit
from models.erasing import erasure_requests
from models.inbox import inbox
from models.outbox import outbox
from models.people import Role, join_requests
from models.programme import extension_requests, rounds
from models.report import State, parts
from models.review import decisions, explanations
from models.ticket import ticket_words
from tests.province import Person, Province
from tests.test_talk_asks import TWO
from tests.test_talk_requests import office
from tests.test_talk_reviewing import verifies
from tests.whole_report import reports

WHY = "แม่ผู้อำนวยการเข้าโรงพยาบาล"
COUNT = "จำนวนคอมพิวเตอร์ไม่ตรงกับที่เยี่ยม"
NEW = "ขอจำนวนคอมพิวเตอร์ที่ใช้ได้จริง"


@pytest.fixture
def boss(province: Province) -> Person:
    return office(province, Role.COORDINATOR, TWO)


def edits(person: Person, words: str, mark: str) -> Person:
    return person.does(Kind.EDITED, text=words, message_id=mark)


def waits(province: Province) -> str:
    """Return all that waits to be said to anybody."""
    return str([row.messages for row in province.rows(outbox) if row.state in ("held", "queued")])


def kept(province: Province, table: Any, column: str) -> list[Any]:
    return [getattr(row, column) for row in province.rows(table)]


# The reason for more time -----------------------------------------------------------------------------------------


def wishes(person: Person) -> str:
    """Ask for more time with a reason; return the bubble of the reason."""
    person.says("ขอเลื่อน").says("15 ก.พ. 2569").says(WHY).hears(WHY)
    return person.sent[-1]


def test_an_unsent_reason_for_more_time_is_gone_everywhere(province: Province, warunee: Person, boss: Person) -> None:
    mark = wishes(warunee)
    warunee.says("ใช่").hears("ส่งคำขอเลื่อน")
    assert WHY in waits(province)
    boss.unsends(mark)
    assert kept(province, extension_requests, "why") == [WHY]
    warunee.unsends(mark)
    assert kept(province, extension_requests, "why") == [None]
    assert WHY not in waits(province)
    assert WHY not in str(kept(province, inbox, "raw"))
    boss.says("คำขอเลื่อน").hears("บ้านสวายตัวอย่าง", "ไม่ได้ระบุ").hears_not(WHY)


def test_a_reason_unsent_before_the_request_is_sent_is_not_sent(
    province: Province, warunee: Person, boss: Person
) -> None:
    warunee.unsends(wishes(warunee)).says("ใช่").hears("ส่งคำขอเลื่อน")
    assert kept(province, extension_requests, "why") == [None]
    assert WHY not in waits(province)


def test_a_reason_in_the_same_breath_is_unsent_and_edited(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(f"ขอเลื่อนเป็น 15 ก.พ. 2569 เพราะ{WHY}")
    mark = warunee.sent[-1]
    edits(warunee, "ขอเลื่อนเป็น 15 ก.พ. 2569 เพราะน้ำท่วมโรงเรียน", mark).hears("น้ำท่วมโรงเรียน").hears_not(WHY)
    warunee.says("ใช่").hears("ส่งคำขอเลื่อน")
    assert "น้ำท่วม" in waits(province)
    warunee.unsends(mark)
    assert kept(province, extension_requests, "why") == [None]
    assert "น้ำท่วม" not in waits(province)


def test_after_the_round_an_edited_reason_harms_nothing(province: Province, warunee: Person, boss: Person) -> None:
    mark = wishes(warunee)
    with province.store.write() as db:
        db.execute(update(rounds).values(closed_at=province.now))
    edits(warunee, "น้ำท่วมทางเข้าโรงเรียน", mark)
    assert warunee.answered == 1
    warunee.unsends(mark)
    assert kept(province, extension_requests, "why") == []


def test_an_edited_reason_counts_until_it_is_decided(province: Province, warunee: Person, boss: Person) -> None:
    mark = wishes(warunee)
    warunee.says("ใช่")
    edits(warunee, "น้ำท่วมทางเข้าโรงเรียน", mark).hears("แก้เหตุผลในคำขอเลื่อนแล้ว")
    assert "น้ำท่วม" in waits(province)
    boss.says("คำขอเลื่อน").hears("น้ำท่วมทางเข้า").hears_not(WHY).says("ให้เลื่อน 1").hears("ส่งได้ถึง")
    edits(warunee, "เปลี่ยนใจแล้ว", mark).hears("มีผลแล้ว")
    assert kept(province, extension_requests, "why") == ["น้ำท่วมทางเข้าโรงเรียน"]


def test_an_identity_number_is_not_edited_in(province: Province, warunee: Person, boss: Person) -> None:
    mark = wishes(warunee)
    warunee.says("ใช่")
    edits(warunee, "เลขบัตร 1-1017-00203-45-1", mark).hears("เลขประจำตัวประชาชน", "ข้อความเดิม")
    assert kept(province, extension_requests, "why") == [WHY]
    assert "00203" not in str(kept(province, inbox, "raw"))


# A verifier's reason, a school's explanation ----------------------------------------------------------------------


def returned(province: Province, warunee: Person, pranee: Person) -> str:
    """Return topic 4 to the school; the notice waits. Return the bubble of the reason."""
    reports(warunee)
    pranee.says("คิว").says("1").says(f"แก้ไข 4 {COUNT}").hears("ประเด็นที่ 4: ขอแก้ไข")
    mark = pranee.sent[-1]
    verifies(pranee, 1, 2, 3, 5, 6)
    pranee.says("สรุปผล").says("ยืนยัน").hears("ส่งกลับให้")
    return mark


def test_a_verifiers_unsent_reason_leaves_the_notice(province: Province, warunee: Person, pranee: Person) -> None:
    mark = returned(province, warunee, pranee)
    assert COUNT in waits(province)
    warunee.unsends(mark)
    assert COUNT in waits(province)
    pranee.unsends(mark)
    assert COUNT not in waits(province)
    warunee.says("สวัสดี").hears("ต้นสังกัดขอให้ปรับประเด็นที่ 4 : ผู้เขียนยกเลิกข้อความนี้แล้ว").hears_not(COUNT)


def test_an_unsent_reason_for_reopening_leaves_the_notice(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    verifies(pranee.says("คิว").says("1"), 1, 2, 3, 4, 5, 6).says("สรุปผล").says("ยืนยัน")
    pranee.says("ตรวจแล้ว").says("1").says("เปิดใหม่ 2 หลักสูตรเปลี่ยนหลังการเยี่ยม").hears("เปิดประเด็นที่ 2 ใหม่แล้ว")
    assert "หลักสูตรเปลี่ยน" in waits(province)
    pranee.unsends(pranee.sent[-1])
    assert "หลักสูตรเปลี่ยน" not in waits(province)
    warunee.says("สวัสดี").hears("ขอดูประเด็นที่ 2").hears_not("หลักสูตรเปลี่ยนหลัง")


def test_an_edited_reason_counts_until_the_school_is_told(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    pranee.says("คิว").says("1").says(f"แก้ไข 4 {COUNT}").hears("ประเด็นที่ 4: ขอแก้ไข")
    mark = pranee.sent[-1]
    verifies(pranee, 1, 2, 3, 5, 6).says("สรุปผล").hears(COUNT)
    edits(pranee, NEW, mark).hears("แก้เหตุผลแล้ว")
    pranee.says("ยืนยัน").hears(NEW, "ยืนยัน").hears_not(COUNT).says("ยืนยัน").hears("ส่งกลับให้")
    assert {row.reason for row in province.rows(decisions) if row.reason} == {COUNT, NEW}
    edits(pranee, "อีกเหตุผลหนึ่ง", mark).hears("ส่งต่อไปแล้ว")
    warunee.says("สวัสดี").hears(NEW).hears_not(COUNT, "อีกเหตุผล")
    pranee.unsends(mark)
    assert {row.reason for row in province.rows(decisions)} == {None}


def test_an_edited_explanation_counts_until_it_is_sent(province: Province, warunee: Person, pranee: Person) -> None:
    returned(province, warunee, pranee)
    warunee.says("ชี้แจง 4").says("ได้รับบริจาคเพิ่ม 3 เครื่อง").hears("บันทึกคำชี้แจง")
    mark = warunee.sent[-1]
    edits(warunee, "ได้รับบริจาคเพิ่ม 5 เครื่อง โทร 081-234-5678", mark).hears("แก้คำชี้แจงแล้ว", "เลขโทรศัพท์")
    edits(warunee, "ได้รับบริจาคเพิ่ม 5 เครื่อง", mark).hears("แก้คำชี้แจงแล้ว").hears_not("เลขโทรศัพท์")
    warunee.says("ส่ง").says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว")
    edits(warunee, "ได้รับบริจาคเพิ่ม 9 เครื่อง", mark).hears("ส่งต่อไปแล้ว")
    pranee.says("คิว").says("1").says("ข้อ 4").hears("โรงเรียนชี้แจง: ได้รับบริจาคเพิ่ม 5 เครื่อง").hears_not("3 เครื่อง", "9 เครื่อง")
    assert province.state() == State.REVIEWING
    warunee.unsends(mark)
    assert kept(province, explanations, "text") == [None, None, None]


def test_a_telephone_number_in_an_explanation_is_remarked_on(
    province: Province, warunee: Person, pranee: Person
) -> None:
    returned(province, warunee, pranee)
    warunee.says("ชี้แจง 4").says("ถามครูที่ 081-234-5678").hears("บันทึกคำชี้แจง", "เลขโทรศัพท์")
    warunee.says("หรือ 044-000-010").hears("บันทึกคำชี้แจง").hears_not("เลขโทรศัพท์")
    warunee.says("เลขบัตร 1-1017-00203-45-1").hears("เลขบัตรประชาชน")
    assert "00203" not in str(kept(province, inbox, "raw"))


# Answers of a report ----------------------------------------------------------------------------------------------


def test_numbers_edited_into_an_answer_are_noticed(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("นักเรียนอ่านคล่องขึ้น 40 คน")
    mark = warunee.sent[-1]
    edits(warunee, "นักเรียนอ่านคล่องขึ้น ถามได้ที่ 081-234-5678", mark).hears("แก้ข้อความนั้น", "เลขโทรศัพท์")
    edits(warunee, "เลขบัตร 1-1017-00203-45-1", mark).hears("เลขบัตรประชาชน")
    assert province.answer("learners.now") == ["นักเรียนอ่านคล่องขึ้น ถามได้ที่ 081-234-5678"]
    assert "00203" not in str(kept(province, inbox, "raw"))


def test_words_that_wait_to_be_filed_are_edited_there(province: Province, warunee: Person) -> None:
    warunee.says("ครูร่วมวง PLC เดือนละ 2 ครั้ง มี ศน. มาช่วย").hears("PLC เดือนละ 2 ครั้ง")
    edits(warunee, "ครูร่วมวง PLC เดือนละ 4 ครั้ง มี ศน. มาช่วย", warunee.sent[-1]).hears("4 ครั้ง").hears_not("2 ครั้ง")
    warunee.says("ใช่")
    assert province.everything() == ["ครูร่วมวง PLC เดือนละ 4 ครั้ง มี ศน. มาช่วย"]


def test_a_number_in_words_that_are_not_kept_is_not_remarked_on(province: Province, warunee: Person) -> None:
    warunee.says("ขอเบอร์โทร 081-234-5678 ของผู้ประสาน").hears_not("ในข้อความมีเลขโทรศัพท์")


# Answers to asks, and in talks ------------------------------------------------------------------------------------


def test_an_unsent_answer_to_an_ask_is_taken_back(province: Province, warunee: Person, boss: Person) -> None:
    reports(warunee, "งบ")
    boss.says("เรื่องขอ").says("ตอบ 1 จัดสรรให้ในไตรมาสหน้า").hears("ส่งคำตอบ")
    warunee.unsends(boss.sent[-1])
    assert kept(province, asks, "answer") == ["จัดสรรให้ในไตรมาสหน้า"]
    boss.unsends(boss.sent[-1])
    assert [(row.answer, row.state) for row in province.rows(asks)] == [(None, Asked.TAKEN)]
    assert "จัดสรร" not in waits(province)
    warunee.says("เรื่องที่ขอ").hears("มีผู้รับเรื่องแล้ว").hears_not("จัดสรร")
    boss.says("เรื่องขอ").hears("ท่านรับเรื่องไว้").says("ตอบ 1 รอผลประชุมเดือนนี้").hears("ส่งคำตอบ")
    warunee.says("เรื่องที่ขอ").hears("มีคำตอบเรื่องที่", "รอผลประชุม")
    assert "ask.answer_unsent" in kept(province, audit, "action")


def test_an_edited_answer_to_an_ask_is_told_anew(province: Province, warunee: Person, boss: Person) -> None:
    reports(warunee, "งบ")
    boss.says("เรื่องขอ").says("ตอบ 1 จัดสรรให้ 10,000 บาท")
    mark = boss.sent[-1]
    edits(boss, "จัดสรรให้ 12,000 บาท", mark).hears("แก้คำตอบแล้ว", "12,000")
    warunee.says("เรื่องที่ขอ").hears("12,000").hears_not("10,000", "แก้คำตอบของ")
    edits(boss, "จัดสรรให้ 15,000 บาท", mark).hears("แก้คำตอบแล้ว")
    warunee.says("เรื่องที่ขอ").hears("แก้คำตอบของเรื่องที่ขอ", "15,000").hears_not("12,000")


def test_an_edited_answer_in_a_talk_is_told_anew(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says("ขอคุยกับเจ้าหน้าที่").says("หลังคาปลิวเมื่อคืน")
    boss.says("คุย").says("ตอบคุย 1 โทรแจ้งกลุ่มแผน")
    mark = boss.sent[-1]
    edits(boss, "โทรแจ้งกลุ่มอำนวยการ", mark).hears("แก้ข้อความในการคุย")
    warunee.says("ขอบคุณมากสำหรับคำตอบ").hears("กลุ่มอำนวยการ").hears_not("กลุ่มแผน", "แก้คำตอบเป็น")
    edits(boss, "โทรแจ้งกลุ่มพัสดุ", mark).hears("แก้ข้อความในการคุย")
    warunee.says("รับทราบแล้ว ขอบคุณมาก").hears("แก้คำตอบเป็น", "กลุ่มพัสดุ")
    assert "โทรแจ้งกลุ่มพัสดุ" in kept(province, ticket_words, "text")


# A refusal of erasure ---------------------------------------------------------------------------------------------


def test_an_unsent_reason_for_not_erasing_is_gone(province: Province, boss: Person) -> None:
    warunee = province.director().says("ขอลบข้อมูล").says("ใช่")
    boss.says("คำขอลบข้อมูล").says("ไม่ลบ 1 ยังต้องใช้ตรวจสอบ").unsends(boss.sent[-1])
    assert kept(province, erasure_requests, "why") == [None]
    assert "ยังต้องใช้" not in waits(province)
    warunee.says("ข้อมูลของฉัน").hears("ผู้เขียนยกเลิกข้อความนี้แล้ว").hears_not("ยังต้องใช้")


# Notices of other kinds -------------------------------------------------------------------------------------------


def test_an_unsent_reason_for_letting_nobody_in_is_gone(province: Province, boss: Person) -> None:
    guest = province.person("ผู้ขอ").says("บ้านสวายตัวอย่าง").says("1").says("นางสาวผู้ขอ สมมติ").says("ใช่").hears("ส่งคำขอแล้ว")
    boss.says("คำขอ").says("ปฏิเสธ 1 ชื่อไม่ตรงกับคำสั่งแต่งตั้ง").hears("ชื่อไม่ตรง")
    boss.unsends(boss.sent[-1])
    assert "ชื่อไม่ตรง" not in waits(province)
    assert "ชื่อไม่ตรง" not in str(province.rows(join_requests))
    guest.says("สวัสดี").hears("ผู้เขียนยกเลิกข้อความนี้แล้ว").hears_not("ชื่อไม่ตรง")


@pytest.mark.parametrize("long", [False, True])
def test_a_schools_unsent_words_leave_what_it_is_told_of_them(
    province: Province, warunee: Person, boss: Person, long: bool
) -> None:
    road = "ขอให้ช่วยเรื่องถนนเข้าโรงเรียนที่น้ำท่วมทุกปี " * (20 if long else 1)
    reports(warunee, topic_6=road)
    mark = next(row.line_message_id for row in province.rows(parts) if row.text and "ถนนเข้า" in row.text)
    boss.says("เรื่องขอ").says("รับเรื่อง 1").hears("รับเรื่องของ").says("ตอบ 1 จะไปดูสถานที่").hears("ส่งคำตอบ")
    assert "ถนนเข้า" in waits(province)
    warunee.unsends(mark)
    assert "ถนนเข้า" not in waits(province)
    assert "จะไปดูสถานที่" in waits(province)


def test_what_had_no_room_in_a_reply_is_changed_too(province: Province, warunee: Person, pranee: Person) -> None:
    mark = returned(province, warunee, pranee)
    (notice,) = [row for row in province.rows(outbox) if row.once_key.startswith("returned:")]
    with province.store.write() as db:
        db.execute(update(outbox).where(outbox.c.id == notice.id).values(state="replaced"))
        copied = {key: value for key, value in notice._mapping.items() if key != "id"}
        db.execute(insert(outbox).values(copied | {"once_key": f"rest:{notice.id}", "kind": "turn", "state": "held"}))
    assert COUNT in waits(province)
    pranee.unsends(mark)
    assert COUNT not in waits(province)


def test_changed_words_are_equal_to_none_but_their_own(province: Province, warunee: Person, boss: Person) -> None:
    chief = office(province, Role.COORDINATOR, None)
    mark = wishes(warunee)
    warunee.says("ใช่")
    edits(warunee, "น้ำท่วมทางเข้าโรงเรียน", mark)
    told = [row for row in province.rows(outbox) if row.once_key.startswith("wish:")]
    assert len(told) == 2
    assert {row.digest for row in told} == {digest(told[0].messages)}
    warunee.unsends(mark)
    chief.says("เมนู").hears("คำขอเลื่อนกำหนดส่ง", "ไม่ได้ระบุ").hears_not("น้ำท่วม")


def test_what_is_being_said_now_is_left(province: Province, warunee: Person, pranee: Person) -> None:
    mark = returned(province, warunee, pranee)
    with province.store.write() as db:
        db.execute(update(outbox).where(outbox.c.once_key.startswith("returned:")).values(tries=1))
    before = waits(province)
    pranee.unsends(mark)
    assert waits(province) == before
