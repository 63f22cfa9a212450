"""Talks about an answer that is to be changed, and about buttons of what was asked before."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from handlers import taps
from handlers.heard import Kind
from handlers.inbox import House
from handlers.messages.values import Act
from models.json_text import to_json
from models.outbox import outbox
from models.report import answers, media, parts
from models.store import Store
from tests.province import Person, Province
from tests.test_talk_report import LONG, fill


def test_what_a_button_shows_may_be_typed(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("แผนเดิม ทำสองกิจกรรม").says("ต่อไป").says("งบ").says("ต่อไป")
    warunee.says("แก้ 1").hears("สภาพปัจจุบัน ที่ตอบไว้", "“แก้ 1 ต่อไป”", "“แก้ 1 ความช่วยเหลือ”")
    warunee.says("แก้ สิ่งที่จะขับเคลื่อนต่อไป").hears("ต่อไป ที่ตอบไว้", "แผนเดิม")
    warunee.says("แก้ 1").says("แก้ ความช่วยเหลือ").hears("ต้องการความช่วยเหลือ", "งบ ✓")
    warunee.says("แก้ สภาพปัจจุบัน").hears("สภาพปัจจุบัน ที่ตอบไว้", LONG)
    assert province.answer("learners.now") == [LONG]
    warunee.says("แก้ไขปัญหาสภาพปัจจุบันโดยให้ครูอ่านกับเด็กทุกเช้า").hears("เปลี่ยนคำตอบข้อ 1 สภาพปัจจุบัน")


def test_the_words_that_are_said_to_change_an_answer_change_that_answer(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("แผนเดิม ทำสองกิจกรรม").says("ต่อไป").says("ย้อนกลับ")
    warunee.hears("ต่อไป", "แผนเดิม", "พิมพ์ “แก้ 1 ต่อไป” เพื่อเปลี่ยน").says("แก้ 1 ต่อไป").says("แผนใหม่ ทำสามกิจกรรม")
    assert (province.answer("learners.now"), province.answer("learners.next")) == ([LONG], ["แผนใหม่ ทำสามกิจกรรม"])


def test_nobody_is_told_that_an_answer_is_as_it_was_when_it_is_not(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("แก้ 1").says("คำตอบใหม่ที่พิมพ์ผิดไป")
    warunee.says("ไม่แก้แล้ว").hears("เปลี่ยนคำตอบข้อ 1 สภาพปัจจุบัน ไปแล้ว", "คืนคำตอบเดิม").hears_not("ตามเดิม")
    warunee.taps("คืนคำตอบเดิม").hears("คืนคำตอบเดิมข้อ 1")
    assert province.answer("learners.now") == [LONG]


def test_words_that_wait_are_asked_about_before_a_report_is_sent(province: Province, warunee: Person) -> None:
    fill(warunee).says("ต่อไป").says("โรงเรียนเรามีสวนยางด้วยสามไร่").hears("หรือไม่").hears_not("ก่อนส่ง")
    warunee.says("สถานะ").says("ส่ง").hears("ก่อนส่งรายงาน", "ยังไม่ได้บันทึก", "สวนยาง")
    warunee.says("ไม่ต้องบันทึก").hears("ไม่ได้บันทึกข้อความนั้น", "ยังไม่ได้ส่ง").taps("ส่งรายงาน").hears("พร้อมส่งถึง")
    warunee.says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว").hears_not("สวนยาง")


@pytest.mark.parametrize("do", sorted(map(str, taps._BOUND)))
def test_no_button_of_a_question_before_writes_into_the_open_one(province: Province, warunee: Person, do: str) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says(LONG).says("ต่อไป")
    of_topic_1 = next(act for act in map(Act.read, warunee.data()) if act and act.do == "pick")
    warunee.says("ต่อไป").says(LONG).says("ต่อไป").says(LONG).says("ต่อไป").hears("ข้อ 2 จาก 6", "ต้องการความช่วยเหลือ")
    before = province.rows(answers), province.rows(parts)
    warunee.posts_back(replace(of_topic_1, do=do).data()).hears("ปุ่มนี้เป็นของคำถามก่อนหน้า", "ข้อ 1")
    assert (province.rows(answers), province.rows(parts)) == before


def test_a_button_of_what_an_answer_was_before_writes_nothing(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG)
    old = next(act for act in map(Act.read, warunee.data()) if act and act.do == "skip")
    warunee.says("ต่อไป").says("แก้ 1").says("คำตอบใหม่ที่ยาวพอ").posts_back(old.data()).hears("คำถามก่อนหน้า")


def test_an_old_button_for_a_change_says_that_the_answer_has_changed_since(warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("แผนเดิม ทำสองกิจกรรม").says("ต่อไป").says("สรุป")
    old = next(data for data in warunee.data() if (act := Act.read(data)) and (act.do, act.value) == ("edit", "1"))
    warunee.posts_back(old).hears("ที่ตอบไว้", LONG).hears_not("มีการแก้ข้อนี้")
    part = next(data for data in warunee.data() if (act := Act.read(data)) and act.do == "open")
    warunee.says("คำตอบใหม่ที่ยาวพอ").posts_back(old).hears("มีการแก้ข้อนี้หลังจากหน้าที่ท่านแตะ", "คำตอบใหม่ที่ยาวพอ")
    warunee.posts_back(part).hears("แผนเดิม").hears_not("มีการแก้ข้อนี้").says("แผนใหม่ ทำสามกิจกรรม")
    warunee.posts_back(part).hears("มีการแก้ข้อนี้", "แผนใหม่")


def labels(person: Person) -> list[str]:
    """The words on the buttons of the newest turn that take a whole report on."""
    return [button.label for button in person.buttons() if button.label in ("เริ่มรายงาน", "ทำต่อ", "ส่งรายงาน", "สรุป")]


def test_who_has_answered_all_is_shown_how_to_send(province: Province, warunee: Person) -> None:
    warunee.says("สถานะ").hears("พิมพ์ “รายงาน” เพื่อทำต่อ")
    assert labels(warunee) == ["เริ่มรายงาน", "สรุป"]
    fill(warunee).says("ต่อไป").says("สถานะ").hears("หรือพิมพ์ “ส่ง” เพื่อส่งรายงาน")
    assert labels(warunee) == ["ส่งรายงาน", "สรุป"]
    warunee.says("สวัสดี").hears("พิมพ์ “ส่ง” เพื่อส่งรายงาน").taps("ส่งรายงาน").hears("พร้อมส่งถึง")
    warunee.says("ยืนยัน").says("สวัสดี").hears_not("พิมพ์ “ส่ง”")


def test_who_has_skipped_all_is_not_told_to_send(warunee: Person) -> None:
    warunee.says("รายงาน")
    for _ in range(16):
        warunee.says("ข้าม")
    warunee.hears("ข้ามทุกข้อไว้").says("สวัสดี").hears_not("พิมพ์ “ส่ง”")
    assert labels(warunee)[0] == "ทำต่อ"


def test_an_unsent_photo_is_forgotten(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").sends(Kind.IMAGE).unsends(warunee.sent[-1])
    assert [(row.state, row.reason) for row in province.rows(media)] == [("gone", "unsent")]


def test_the_receipt_s_card_itself_has_number_and_date(warunee: Person) -> None:
    fill(warunee).says("ส่ง").says("ยืนยัน")
    shown = [to_json(message["contents"]) for message in warunee.turns[-1] if message["type"] == "flex"]
    assert any("2568/2-1031992003-1" in card and "จ. 5 ม.ค. 2569" in card for card in shown)


def test_an_offer_to_file_words_waits_a_moment_as_acknowledgements_do(store: Store, now: datetime) -> None:
    province = Province(store, now, house=House("test", ack_wait=0.7))
    province.director().says("รายงาน").says("พัก").says("โรงเรียนเรามีสวนยางด้วยสามไร่")
    offer = province.rows(outbox)[-1]
    assert (offer.kind, offer.due_at) == ("ack", province.now + timedelta(seconds=0.7))
