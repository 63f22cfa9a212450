"""Talks with a person of the agency, led through the bot: words are passed on, and nothing lands in the report."""

import pytest
from sqlalchemy import update

from handlers.heard import Kind
from models.audit import audit
from models.inbox import inbox
from models.outbox import Policy, Sending, outbox
from models.people import Role
from models.people import people as people_table
from models.programme import rounds
from models.ticket import ticket_words, tickets
from tests.province import Person, Province
from tests.test_races import event, overlapping
from tests.test_talk_asks import THREE, TWO, refusals
from tests.test_talk_requests import office
from tests.whole_report import LONG

CALL = "ขอคุยกับเจ้าหน้าที่"
ROOF = "หลังคาอาคารเรียนปลิวเมื่อคืน ต้องแจ้งใครก่อน"


@pytest.fixture
def boss(province: Province) -> Person:
    return office(province, Role.COORDINATOR, TWO)


@pytest.fixture
def warunee(province: Province, boss: Person) -> Person:
    """Return a director whose agency has a coordinator."""
    return province.director()


def words(province: Province) -> list[str | None]:
    return [row.text for row in province.rows(ticket_words)]


def trail(province: Province) -> list[str]:
    return [row.action for row in province.rows(audit) if row.action.startswith("ticket.")]


def pushes(province: Province, said: str) -> int:
    rows = [row for row in province.rows(outbox) if row.kind == "notice" and said in str(row.messages)]
    return sum(row.policy == Policy.PUSH for row in rows)


def test_the_whole_talk(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says("รายงาน").says(LONG).says(CALL).hears("แจ้งผู้ประสานของ", TWO, "จบการคุย")
    warunee.says(ROOF).hears("ส่งถึงเจ้าหน้าที่แล้ว", "จบการคุย").says("ห้องเรียนชั้น ป.4 เปียกหมด").hears_nothing()
    assert pushes(province, "ขอคุยกับเจ้าหน้าที่และมีข้อความ") == 1
    boss.says("เมนู").hears("บ้านสวายตัวอย่าง ขอคุย", "ผู้ขอคุยกับเจ้าหน้าที่ 1").hears_not(ROOF).taps("คุย")
    boss.hears("1. ", "บ้านสวายตัวอย่าง อ.กระสัง", ROOF, "ป.4 เปียกหมด", "กำลังคุย")
    boss.says("ตอบคุย 1 แจ้งกลุ่มแผนงานได้เลย").hears("ส่งคำตอบถึง", "เจ้าหน้าที่ ", "แจ้งกลุ่มแผนงานได้เลย")
    assert pushes(province, "แจ้งกลุ่มแผนงานได้เลย") == 1
    warunee.says("ขอเบอร์ของกลุ่มแผนงานที่จะโทรหาในเช้านี้").hears("แจ้งกลุ่มแผนงานได้เลย", "ส่งถึงเจ้าหน้าที่แล้ว")
    boss.says("คุย").taps("ตอบคุย 1").hears("พิมพ์คำตอบถึง").says("044-000-000 ต่อ 12").hears("ส่งคำตอบถึง")
    warunee.says("จบการคุย").hears("044-000-000 ต่อ 12", "จบการคุยกับเจ้าหน้าที่แล้ว", "ข้อ 1")
    boss.says("คุย").hears("ไม่มีผู้ขอคุย")
    warunee.says("ครูช่วยกันย้ายโต๊ะแล้วในวันนี้").hears("บันทึกแล้ว 2 ข้อความ")
    assert province.everything() == [LONG, "ครูช่วยกันย้ายโต๊ะแล้วในวันนี้"]
    assert trail(province) == ["ticket.opened", "ticket.answered", "ticket.answered", "ticket.ended"]
    assert not any(said and said in str([row.detail for row in province.rows(audit)]) for said in words(province))


def test_it_is_over_when_an_hour_has_passed(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says("รายงาน").says(CALL).says(ROOF)
    province.later(minutes=59)
    warunee.says("ยังอยู่ไหมท่าน").hears_nothing()
    province.later(minutes=61)
    warunee.says(LONG).hears("การคุยกับเจ้าหน้าที่จบแล้ว", "บันทึกแล้ว 1 ข้อความ").says(LONG).hears_not("จบแล้ว")
    assert province.answer("learners.now") == [LONG, LONG]
    assert trail(province) == ["ticket.opened", "ticket.lapsed"]
    boss.says("คุย").hears(ROOF, "รอคำตอบ").says("ตอบคุย 1 แจ้งกลุ่มแผนงานได้เลย").hears("ส่งคำตอบถึง", "ไม่มีผู้ขอคุย")
    warunee.says("รายงาน").hears("แจ้งกลุ่มแผนงาน", "การคุยนี้จบแล้ว", "ข้อ 1")
    warunee.says(CALL).hears("แจ้งผู้ประสาน")
    assert len(province.rows(tickets)) == 2


def test_an_answer_that_comes_after_an_hour_does_not_take_the_next_words(
    province: Province, warunee: Person, boss: Person
) -> None:
    warunee.says("รายงาน").says(CALL).says(ROOF)
    province.later(hours=3)
    boss.says("คุย").hears(ROOF).says("ตอบคุย 1 แจ้งกลุ่มแผนงานได้เลย")
    warunee.says(LONG).hears("แจ้งกลุ่มแผนงาน", "การคุยนี้จบแล้ว", "บันทึกแล้ว 1 ข้อความ")
    assert trail(province) == ["ticket.opened", "ticket.lapsed", "ticket.answered"]


def test_a_question_left_behind_still_waits_for_its_answer(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(CALL).says(ROOF).says("จบการคุย").hears("จบการคุยกับเจ้าหน้าที่แล้ว")
    province.later(days=1)
    boss.says("เมนู").hears("ผู้ขอคุยกับเจ้าหน้าที่ 1").says("คุย").hears(ROOF).says("ปิด 1").hears("ปิดการคุย", "ไม่มีผู้ขอคุย")
    warunee.says("รายงาน").hears("ข้อ 1").hears_not("เจ้าหน้าที่ปิด")


def test_the_coordinator_closes_it(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says("รายงาน").says(CALL).says(ROOF)
    boss.says("คุย").taps("ปิด 1").hears("ปิดการคุย", "ไม่มีผู้ขอคุย")
    warunee.says(LONG).hears("เจ้าหน้าที่ปิดการคุยแล้ว", "บันทึกแล้ว 1 ข้อความ")
    assert trail(province) == ["ticket.opened", "ticket.closed"]
    assert words(province) == [ROOF, None]


def test_commands_photos_and_buttons_change_nothing_meanwhile(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป")
    asked = len(warunee.turns) - 1
    warunee.says(CALL).says(ROOF)
    for kind in (Kind.IMAGE, Kind.FILE, Kind.AUDIO, Kind.STICKER, Kind.LOCATION, Kind.OTHER):
        warunee.sends(kind).hears("เฉพาะข้อความ")
    for said in ("ส่ง", "ยืนยัน", "ลบข้อ 1", "ต่อไป", "แก้ข้อ 1", "สลับ", "ถอนคืน"):
        warunee.says(said).hears_nothing()
    for label in ("ต่อไป", "ข้าม"):
        warunee.taps(label, turn=asked).hears("ยังไม่ทำงานระหว่างคุย")
    warunee.says(CALL).hears("ยังอยู่ในการคุย").taps("จบการคุย").hears("จบการคุยกับเจ้าหน้าที่แล้ว")
    assert province.everything() == [LONG]
    assert province.state() == "draft"
    assert len(province.rows(tickets)) == 1


def test_events_that_come_twice_are_heard_once(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(CALL).again().hears_nothing().says(ROOF).again().hears_nothing()
    boss.says("คุย").says("ตอบคุย 1 แจ้งแล้ว").again().hears_nothing()
    assert words(province) == [ROOF, "แจ้งแล้ว"]
    warunee.says("จบการคุย").again().hears_nothing()
    assert trail(province) == ["ticket.opened", "ticket.answered", "ticket.ended"]


def test_words_that_come_late_belong_where_they_were_said(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน")
    province.later(minutes=1)
    before = province.now
    province.later(minutes=1)
    warunee.says(CALL).says(ROOF)
    within = province.now
    province.later(minutes=1)
    warunee.says("ขอบคุณที่รับฟังเรื่องนี้").hears_nothing()
    warunee.says(LONG, at=before).hears("ข้อ 1")
    warunee.says("คำที่มาช้าระหว่างคุย", at=within).hears_nothing()
    warunee.says("จบการคุย", at=within).hears("ยังอยู่ในการคุย")
    warunee.says("จบการคุย").hears("จบการคุย").says("คำที่มาช้ามากของการคุย", at=within).hears("มาถึงหลังจบการคุย")
    assert province.everything() == [LONG]
    assert words(province) == [ROOF, "ขอบคุณที่รับฟังเรื่องนี้", "คำที่มาช้าระหว่างคุย"]


def test_unsent_words_are_gone_for_everybody(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(CALL).says(ROOF).unsends(warunee.sent[-1])
    boss.says("คุย").hears("ยกเลิกการส่งแล้ว").hears_not(ROOF).says("ตอบคุย 1 แจ้งกลุ่มแผนงาน").unsends(boss.sent[-1])
    warunee.says("อีกเรื่องหนึ่งของโรงเรียน").hears_not("แจ้งกลุ่มแผนงาน")
    assert words(province) == [None, None, "อีกเรื่องหนึ่งของโรงเรียน"]
    assert ROOF not in str([row.raw for row in province.rows(inbox)])
    waiting = [row for row in province.rows(outbox) if row.once_key.startswith("talk:answer:")]
    assert [(row.state, row.messages) for row in waiting] == [(Sending.REPLACED, [])]


def test_nobody_else_can_unsend_them(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(CALL).says(ROOF)
    boss.unsends(warunee.sent[-1])
    assert words(province) == [ROOF]


def test_an_edited_bubble_is_edited_in_the_talk(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says("รายงาน").says(CALL).says(ROOF)
    warunee.does(Kind.EDITED, text="หลังคาปลิวสองห้อง", message_id=warunee.sent[-1]).hears_nothing()
    boss.says("คุย").hears("หลังคาปลิวสองห้อง").hears_not(ROOF)
    assert province.everything() == []


def test_an_identity_number_is_not_passed_on(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(CALL).says("เลขบัตร 1-1017-00203-45-1 ของครูใหม่").hears("เลขประจำตัวประชาชน", "ไม่ได้ส่งต่อ")
    assert words(province) == []
    assert "00203" not in str([row.raw for row in province.rows(inbox)])
    warunee.says(ROOF)
    boss.says("คุย").says("ตอบคุย 1 เลขบัตร 1-1017-00203-45-1").hears("เลขประจำตัวประชาชน")
    assert words(province) == [ROOF]


def test_without_words_nobody_is_called(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(CALL)
    assert pushes(province, "ขอคุยกับเจ้าหน้าที่และมี") == 0
    boss.says("คุย").hears("ยังไม่มีข้อความ")


def test_later_words_call_once_an_hour(province: Province, warunee: Person) -> None:
    warunee.says(CALL).says(ROOF)
    for _ in range(3):
        warunee.says("ยังมีอีกเรื่องที่อยากถาม")
    assert pushes(province, "ข้อความเพิ่มในการคุย") == 1
    province.later(minutes=50)
    warunee.says("ยังรออยู่ในห้อง")
    province.later(minutes=15)
    warunee.says("ยังรออยู่ในห้อง")
    assert pushes(province, "ข้อความเพิ่มในการคุย") == 2


def test_the_province_is_asked_where_the_agency_has_nobody(province: Province) -> None:
    chief = office(province, Role.COORDINATOR, None)
    other = office(province, Role.COORDINATOR, THREE)
    province.director().says(CALL).says(ROOF)
    assert pushes(province, "ขอคุยกับเจ้าหน้าที่และมี") == 1
    chief.says("คุย").hears("บ้านสวายตัวอย่าง", ROOF)
    other.says("คุย").hears("ไม่มีผู้ขอคุย")


def test_where_there_is_nobody_the_bot_goes_on(province: Province) -> None:
    warunee = province.director().says("รายงาน").says(CALL).hears("โปรดติดต่อผู้ประสาน").says(LONG)
    assert province.answer("learners.now") == [LONG]
    assert province.rows(tickets) == []
    warunee.says("จบการคุย").hears("ไม่ได้อยู่ในการคุย", "ข้อ 1").posts_back("do=end_talk").hears("ไม่ได้อยู่ในการคุย")
    assert province.answer("learners.now") == [LONG]


def test_what_only_may_mean_it_opens_nothing(province: Province, warunee: Person) -> None:
    warunee.says("อยากรู้ว่าผู้ประสานงานคือใครหรือ").hears("พิมพ์ “ขอคุยกับเจ้าหน้าที่”")
    assert province.rows(tickets) == []


def test_others_see_and_touch_nothing(province: Province, warunee: Person) -> None:
    warunee.says(CALL).says(ROOF)
    (ticket,) = province.rows(tickets)
    others = [office(province, Role.COORDINATOR, THREE), office(province, Role.COORDINATOR, None, "noise")]
    for person in others:
        person.says("คุย").hears("ไม่มีผู้ขอคุย")
        for do in ("answer_ticket", "close_ticket", "end_talk"):
            person.posts_back(f"do={do}&v={ticket.id}").hears("ไม่พบการคุยนี้").hears_not(ROOF, "บ้านสวาย")
    assert refusals(province) == 6
    pranee, surat = province.verifier(), province.director("นายสุรเดช", "1031993002")
    for person in (pranee, surat, office(province, Role.VIEWER, TWO)):
        for data in (f"do=answer_ticket&v={ticket.id}", f"do=close_ticket&v={ticket.id}", "do=tickets"):
            person.posts_back(data).hears_not(ROOF, "บ้านสวายตัวอย่าง ขอ")
    assert trail(province) == ["ticket.opened"]
    assert words(province) == [ROOF]


def test_two_coordinators_at_once_are_both_heard(province: Province, warunee: Person, boss: Person) -> None:
    second = office(province, Role.COORDINATOR, TWO)
    warunee.says(CALL).says(ROOF)
    boss.says("คุย")
    second.says("คุย")
    overlapping(province, event(province, boss, "ตอบคุย 1 คำตอบที่หนึ่ง"), event(province, second, "ตอบคุย 1 คำตอบที่สอง"))
    assert sorted(filter(None, words(province))) == sorted([ROOF, "คำตอบที่หนึ่ง", "คำตอบที่สอง"])
    warunee.says("ขอบคุณทั้งสองท่านมาก").hears("คำตอบที่หนึ่ง", "คำตอบที่สอง")


def test_words_and_closing_at_once_lose_no_words(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(CALL).says(ROOF)
    boss.says("คุย")
    closing, saying = event(province, boss, "ปิด 1"), event(province, warunee, "อีกเรื่องหนึ่งของโรงเรียน")
    said = overlapping(province, closing, saying)
    told = str([one.messages for one in said if one.recipient == warunee.user])
    assert "อีกเรื่องหนึ่งของโรงเรียน" in words(province) or "จบการคุย" in told or "ขอคุยกับเจ้าหน้าที่" in told


def test_between_rounds_a_talk_is_possible_too(province: Province, warunee: Person, boss: Person) -> None:
    with province.store.write() as db:
        db.execute(update(rounds).where(rounds.c.channel_id == "main").values(closed_at=province.now))
    warunee.says(CALL).hears("แจ้งผู้ประสาน").says(ROOF).hears("ส่งถึง").says("จบการคุย").hears("จบการคุยกับเจ้าหน้าที่แล้ว")
    boss.says("คุย").hears(ROOF)


def test_who_has_blocked_the_bot_is_not_written_to(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(CALL).says(ROOF)
    with province.store.write() as db:
        db.execute(
            update(people_table).where(people_table.c.line_user_id == warunee.user).values(blocked_at=province.now)
        )
    boss.says("คุย").says("ตอบคุย 1 แจ้งแล้ว").hears("ส่งคำตอบ")
    assert pushes(province, "แจ้งแล้ว") == 0


def test_a_number_that_is_not_listed_is_asked_again(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says(CALL).says(ROOF)
    boss.says("คุย").says("ตอบคุย 7 สวัสดี").hears("โปรดระบุหมายเลข").says("ปิด 3").hears("โปรดระบุหมายเลข")
    boss.says("ตอบคุย 1").hears("พิมพ์คำตอบ").sends(Kind.IMAGE).hears("ยังไม่ได้รับคำตอบ").says("ก" * 1001)
    boss.hears("1000 ตัวอักษร").says("ยกเลิก").hears(ROOF)
    assert words(province) == [ROOF]
