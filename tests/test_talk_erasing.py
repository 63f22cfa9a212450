"""Erasure on request: asked for, listed, carried out or refused; nothing of it by old or hand-made buttons."""

from typing import Any

import pytest
from sqlalchemy import select, update

from handlers import erasures, outbox
from handlers.claims import claim_due
from handlers.heard import Kind
from handlers.housekeeping import due
from handlers.outbox import Fate
from models.audit import audit
from models.erasing import erasure_requests
from models.inbox import inbox
from models.outbox import Sending
from models.outbox import outbox as outbox_table
from models.people import Request, Role, contacts, memberships, people
from models.place import places
from models.programme import extension_requests
from models.report import media, parts
from models.ticket import ticket_words
from tests.province import Person, Province
from tests.test_races import event, overlapping
from tests.test_talk_asks import THREE, TWO, refusals
from tests.test_talk_privacy import number_of, row_of, says_as_line
from tests.test_talk_requests import office
from tests.whole_report import LONG, reports

ROOF = "หลังคาอาคารเรียนปลิวเมื่อคืน ต้องแจ้งใครก่อน"


@pytest.fixture
def boss(province: Province) -> Person:
    return office(province, Role.COORDINATOR, TWO)


def asks(person: Person) -> Person:
    return person.says("ขอลบข้อมูล").hears("แน่ใจหรือไม่").says("ใช่").hears("แจ้งคำขอลบข้อมูล", "4 ก.พ. 2569")


def erases(boss: Person) -> Person:
    return boss.says("คำขอลบข้อมูล").says("ลบให้ 1").hears("แน่ใจหรือไม่").says("ใช่")


def is_erased(person: Person, boss: Person) -> Person:
    asks(person)
    return erases(boss).hears("เรียบร้อยแล้ว")


def states(province: Province) -> list[str]:
    return [row.state for row in province.rows(erasure_requests)]


def trail(province: Province) -> list[str]:
    return [row.action for row in province.rows(audit) if row.action.startswith(("erasure.", "person."))]


def told(province: Province, said: str) -> list[Any]:
    return [
        row for row in province.rows(outbox_table) if row.kind in ("notice", "farewell") and said in str(row.messages)
    ]


# Carried out ------------------------------------------------------------------------------------------------------


def test_the_whole_way(province: Province, warunee: Person, boss: Person) -> None:
    me = number_of(province, warunee)
    warunee.says("แก้ไขข้อมูล").says("นางวารุณี ตัวอย่างเงิน")
    says_as_line(warunee.says("รายงาน"), LONG)
    asks(warunee).says("ข้อมูลของฉัน").hears("คำขอลบข้อมูล: ขอเมื่อ", "4 ก.พ. 2569")
    warunee.says("ขอลบข้อมูล").hears("รอผู้ประสานอยู่แล้ว", "4 ก.พ. 2569")
    boss.says("เมนู").hears("มีคำขอลบข้อมูลส่วนบุคคลจาก", "บ้านสวายตัวอย่าง", "คำขอลบข้อมูล 1").taps("คำขอลบข้อมูล")
    boss.hears("1. นางวารุณี ตัวอย่างเงิน", f"หมายเลข {me}", "ผู้อำนวยการ · บ้านสวายตัวอย่าง", "เหลือ 30 วัน")
    boss.taps("ลบให้ 1").hears("เรียกคืนไม่ได้", "คงไว้: รายงานที่ส่งแล้ว").taps("ใช่ ลบข้อมูล").hears("ลบข้อมูลของ", "เรียบร้อยแล้ว")
    row = row_of(province, me)
    assert (row.line_user_id, row.name, row.notice_version) == (None, None, None)
    assert states(province) == [Request.GRANTED]
    assert trail(province) == ["erasure.asked", "erasure.viewed", "person.unlinked", "person.erased"]
    boss.says("คำขอลบข้อมูล").hears("ไม่มีคำขอลบข้อมูล").says("เมนู").hears_not("คำขอลบข้อมูล 1")


def test_nothing_that_leads_to_the_person_is_left(province: Province, warunee: Person, boss: Person) -> None:
    me = number_of(province, warunee)
    warunee.says("ขอเลื่อน 15 ก.พ. 2569 เพราะต้องผ่าตัดใหญ่ที่โรงพยาบาล").says("ใช่").hears("ส่งคำขอเลื่อน")
    says_as_line(warunee.says("รายงาน"), LONG).sends(Kind.IMAGE)
    warunee.says("ขอคุยกับเจ้าหน้าที่").says(ROOF)
    boss.says("คุย").says("ตอบคุย 1 รับทราบ ผอ.วารุณี")
    warunee.says("จบการคุย")
    is_erased(warunee, boss)
    everything = [province.rows(one) for one in (people, places, audit, memberships, parts, ticket_words)]
    everything += [province.rows(extension_requests)]
    assert warunee.user not in str(province.rows(inbox))
    assert LONG not in str(province.rows(inbox))
    for words in (warunee.user, ROOF, LONG, "ผอ.วารุณี", "ผ่าตัด"):
        assert words not in str(everything), words
    assert [row.name for row in province.rows(contacts) if row.channel_id == "main"] == [
        "นางสาวกาญจนา สมมติสกุล",
        "นายสุรเดช สมมติบุตร",
    ]
    assert len([row for row in province.rows(contacts) if row.channel_id == "noise"]) == 3
    assert [(row.state, row.reason) for row in province.rows(media)] == [("gone", "unsent")]
    assert all(row.until is not None for row in province.rows(memberships) if row.person_id == me)
    waiting = [row for row in province.rows(outbox_table) if warunee.user in row.recipient]
    assert [row.kind for row in waiting] == ["farewell"]
    assert "ผ่าตัด" not in str([row.messages for row in province.rows(outbox_table) if row.state in ("queued", "held")])


def test_the_person_is_told_and_then_forgotten_there_too(province: Province, warunee: Person, boss: Person) -> None:
    is_erased(warunee, boss)
    (said,) = told(province, "ลบข้อมูลของท่านตามคำขอเรียบร้อยแล้ว")
    assert (said.recipient, said.state, said.policy) == (warunee.user, Sending.QUEUED, "push")
    with province.store.write() as db:
        claimed = claim_due(db, "worker", province.now)
    assert [(row.recipient, row.messages) for row in claimed.rows] == [(warunee.user, said.messages)]
    with province.store.write() as db:
        outbox.mark(db, [Fate(said.id, Sending.SENT, province.now, 1)])
    with province.store.write() as db:
        due(db, province.now)
    assert warunee.user not in str(province.rows(outbox_table))


def test_last_words_that_cannot_be_said_are_let_go(province: Province, warunee: Person, boss: Person) -> None:
    is_erased(warunee, boss)
    with province.store.write() as db:
        db.execute(update(outbox_table).where(outbox_table.c.recipient == warunee.user).values(state=Sending.HELD))
        due(db, province.now)
    assert warunee.user not in str(province.rows(outbox_table))


def test_what_was_sent_stays_with_the_school(province: Province, warunee: Person, boss: Person) -> None:
    reports(warunee)
    before = province.everything()
    is_erased(warunee, boss)
    assert province.everything() == before
    assert province.state() == "submitted"
    successor = province.director("นายใหม่ ตัวอย่าง")
    successor.says("สรุป").hears("อ่านคล่องขึ้นมาก")


def test_of_a_draft_only_the_persons_own_words_go(province: Province, warunee: Person, boss: Person) -> None:
    helper = province.person("ครูผู้ช่วย").joins("1031992003", Role.DELEGATE).says("รายงาน").says("ครูช่วยพิมพ์ข้อนี้ 12 คน")
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says(LONG).says("ต่อไป")
    is_erased(warunee, boss)
    assert province.everything() == ["ครูช่วยพิมพ์ข้อนี้ 12 คน"]
    helper.says("สรุป").hears("ครูช่วยพิมพ์").hears_not(LONG).says("ทำต่อ").hears("ข้อ 1", "ต่อไป")


def test_who_comes_back_is_a_stranger(province: Province, warunee: Person, boss: Person) -> None:
    is_erased(warunee, boss)
    warunee.says("สวัสดี").hears("รหัสเชิญ").says("ข้อมูลของฉัน").hears_not("วารุณี", "บ้านสวาย")


def test_of_two_coordinators_the_second_is_told(province: Province, warunee: Person, boss: Person) -> None:
    second = office(province, Role.COORDINATOR, TWO)
    asks(warunee)
    for person in (boss, second):
        person.says("คำขอลบข้อมูล").says("ลบให้ 1")
    overlapping(province, event(province, boss, "ใช่"), event(province, second, "ใช่"))
    assert trail(province).count("person.erased") == 1
    assert len(told(province, "เรียบร้อยแล้ว: ไลน์")) == 1


def test_who_has_unlinked_meanwhile_is_erased_too(province: Province, warunee: Person, boss: Person) -> None:
    warunee.says("ขอคุยกับเจ้าหน้าที่").says(ROOF).says("จบการคุย")
    asks(warunee).says("ยกเลิกการเชื่อมบัญชี").says("ใช่").hears("เรียบร้อยแล้ว")
    assert ROOF in str(province.rows(ticket_words))
    boss.says("คำขอลบข้อมูล").hears("ยกเลิกการเชื่อมบัญชีแล้ว", "บ้านสวายตัวอย่าง").says("ลบให้ 1").says("ใช่")
    assert ROOF not in str(province.rows(ticket_words))


def test_words_said_while_one_is_erased_are_a_strangers_or_erased(
    province: Province, warunee: Person, boss: Person
) -> None:
    me = number_of(province, warunee)
    asks(warunee.says("รายงาน"))
    boss.says("คำขอลบข้อมูล").says("ลบให้ 1")
    overlapping(province, event(province, boss, "ใช่"), event(province, warunee, LONG))
    assert states(province) == [Request.GRANTED]
    assert row_of(province, me).line_user_id is None
    assert [row.text for row in province.rows(parts) if row.said_by == me and row.text] == []


# Refused ----------------------------------------------------------------------------------------------------------


def test_a_refusal_needs_a_reason_which_is_told_and_kept(province: Province, warunee: Person, boss: Person) -> None:
    asks(warunee)
    boss.says("คำขอลบข้อมูล").taps("ไม่ลบ 1").hears("โปรดพิมพ์เหตุผล").sends(Kind.IMAGE).hears("โปรดพิมพ์เหตุผล")
    boss.says("เลขบัตร 1-1017-00203-45-1").hears("ไม่มีเลขบัตร").says("ก" * 301).hears("300 ตัวอักษร")
    boss.says("ยังต้องใช้ตรวจสอบการเงินปีนี้").hears("ยังไม่ลบ", "ตรวจสอบการเงิน", "ไม่มีคำขอลบข้อมูล")
    assert states(province) == [Request.REFUSED]
    assert [row.why for row in province.rows(erasure_requests)] == ["ยังต้องใช้ตรวจสอบการเงินปีนี้"]
    assert trail(province)[-1] == "erasure.refused"
    assert "00203" not in str([row.raw for row in province.rows(inbox)])
    warunee.says("ข้อมูลของฉัน").hears("ยังไม่ลบ", "ตรวจสอบการเงิน", "คุ้มครองข้อมูล")
    assert number_of(province, warunee)
    asks(warunee)
    boss.says("คำขอลบข้อมูล").says("ไม่ลบ 1 เหตุผลเดิม").hears("ยังไม่ลบ", "เหตุผลเดิม")
    assert states(province) == [Request.REFUSED, Request.REFUSED]


# What erases nobody -----------------------------------------------------------------------------------------------


def test_no_means_no(province: Province, warunee: Person, boss: Person) -> None:
    asks(warunee)
    boss.says("คำขอลบข้อมูล").says("ลบให้ 1")
    for no in ("ไม่", "ยกเลิก"):
        boss.says(no).hears("รอท่าน 1 คำขอ").says("ลบให้ 1").hears("แน่ใจหรือไม่")
    boss.says("ขอคิดดูก่อนนะ").hears("แน่ใจหรือไม่").sends(Kind.STICKER).hears("แน่ใจหรือไม่")
    province.later(hours=2)
    boss.says("ใช่").hears("แน่ใจหรือไม่")
    assert states(province) == [Request.ASKED]


def test_old_buttons_and_those_made_by_hand_erase_nobody(province: Province, warunee: Person, boss: Person) -> None:
    asks(warunee)
    (one,) = province.rows(erasure_requests)
    boss.posts_back(f"do=erase_yes&v={one.id}").hears("ปุ่มนี้เก่าแล้ว")
    boss.says("คำขอลบข้อมูล").says("ลบให้ 1").says("ไม่").taps("ใช่ ลบข้อมูล", turn=-2).hears("ปุ่มนี้เก่าแล้ว")
    boss.says("ลบให้ 1").posts_back(f"do=erase_yes&v={one.id + 1}").hears("ปุ่มนี้เก่าแล้ว")
    boss.posts_back("do=erase&v=x").hears("โปรดระบุหมายเลข").posts_back("do=erase&v=-1").hears_not("แน่ใจ")
    boss.says("ลบให้ 7").hears("โปรดระบุหมายเลข")
    assert states(province) == [Request.ASKED]
    boss.says("ลบให้ 1").says("ใช่").hears("เรียบร้อยแล้ว").again().hears_nothing()
    boss.posts_back(f"do=erase&v={one.id}").hears("ลบไปแล้วโดย").posts_back(f"do=refuse_erasure&v={one.id}").hears(
        "ลบไปแล้ว"
    )
    assert trail(province).count("person.erased") == 1


def test_others_see_and_decide_nothing(province: Province, warunee: Person, boss: Person) -> None:
    asks(warunee)
    (one,) = province.rows(erasure_requests)
    for person in (office(province, Role.COORDINATOR, THREE), office(province, Role.COORDINATOR, None, "noise")):
        person.says("คำขอลบข้อมูล").hears("ไม่มีคำขอลบข้อมูล").says("เมนู").hears_not("คำขอลบ")
        for do in ("erase", "refuse_erasure"):
            person.posts_back(f"do={do}&v={one.id}").hears("ไม่พบคำขอนี้").hears_not("บ้านสวาย")
    assert refusals(province) == 4
    surat = province.director("นายสุรเดช", "1031993002")
    for person in (surat, province.verifier(), office(province, Role.VIEWER, TWO), warunee):
        for do in ("erase", "erase_yes", "refuse_erasure", "erasures"):
            person.posts_back(f"do={do}&v={one.id}").hears_not("บุคคลหมายเลข")
    assert states(province) == [Request.ASKED]


def test_nobody_decides_on_the_own_request(province: Province, boss: Person) -> None:
    boss.says("ขอลบข้อมูล").says("ใช่").hears("ยังไม่มีผู้ประสานในระบบ")
    boss.says("คำขอลบข้อมูล").hears("ผู้ประสาน").says("ลบให้ 1").hears("คำขอของท่านเอง")
    chief = office(province, Role.COORDINATOR, None)
    chief.says("คำขอลบข้อมูล").says("ลบให้ 1").says("ใช่").hears("เรียบร้อยแล้ว")
    assert states(province) == [Request.GRANTED]


def test_a_role_of_the_whole_province_is_decided_on_there(province: Province, boss: Person) -> None:
    chief, second = (office(province, Role.COORDINATOR, None) for _ in range(2))
    chief.says("ขอลบข้อมูล").says("ใช่").hears("แจ้งคำขอลบข้อมูล")
    boss.says("คำขอลบข้อมูล").hears("ไม่มีคำขอลบข้อมูล")
    second.says("คำขอลบข้อมูล").hears("1. ")


def test_a_request_that_is_late_says_so(province: Province, warunee: Person, boss: Person) -> None:
    asks(warunee)
    province.later(days=33)
    boss.says("คำขอลบข้อมูล").hears("เกินกำหนด 3 วัน")


def test_those_who_decide_are_told_once_that_the_term_is_near(
    province: Province, warunee: Person, boss: Person
) -> None:
    asks(warunee)
    boss.says("เมนู").hears("มีคำขอลบข้อมูลส่วนบุคคล")

    def tick() -> int:
        with province.store.write() as db:
            return erasures.queue(db, province.now)

    province.later(days=22)
    assert tick() == 0
    province.later(days=2)
    assert [tick(), tick()] == [1, 0]
    boss.says("เมนู").hears("ต้องตอบภายใน", "4 ก.พ. 2569", "บ้านสวายตัวอย่าง")
    boss.says("คำขอลบข้อมูล").says("ไม่ลบ 1 ยังต้องใช้ตรวจสอบ")
    province.later(days=10)
    assert tick() == 0


def test_who_asked_on_paper_is_erased_without_a_request(province: Province, warunee: Person) -> None:
    me = number_of(province, warunee)
    with province.store.write() as db:
        assert not erasures.erase_unasked(db, "noise", me, province.now)
        assert not erasures.erase_unasked(db, "main", 999, province.now)
        assert erasures.erase_unasked(db, "main", me, province.now)
        assert db.execute(select(people.c.line_user_id).where(people.c.id == me)).scalar() is None
    assert trail(province) == ["person.unlinked", "person.erased"]
