"""One's own data: seen, copied, corrected, forgotten; by typed words and by buttons, in every flow."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from handlers import channels, invites
from handlers.heard import Kind
from handlers.words import phone_number
from models.audit import audit
from models.inbox import inbox
from models.outbox import Sending, outbox
from models.people import Request, Role, join_requests, memberships, people
from models.place import places
from models.report import parts
from tests.province import Person, Province


@pytest.fixture
def warunee(province: Province) -> Person:
    return province.director().says("รายงาน").says("นักเรียนอ่านคล่องขึ้น ป.1 ถึง ป.3 จำนวน 40 คน")


def staff(province: Province, role: Role, agency: str | None = None) -> Person:
    with province.store.write() as db:
        number = province.agency(agency) if agency and role != Role.OPERATOR else None
        code = invites.create(db, "main", agency_id=number, role=role, now=province.now)
    return province.person("นายผู้แทน สมมติ").says(code).says("ใช่").says("รับทราบ")


def row_of(province: Province, person: int) -> Any:
    return next(row for row in province.rows(people) if row.id == person)


def number_of(province: Province, person: Person) -> int:
    with province.store.read() as db:
        return int(db.execute(select(people.c.id).where(people.c.line_user_id == person.user)).scalar_one())


def says_as_line(person: Person, words: str) -> Person:
    """Type a bubble whose raw event holds the LINE user id, as LINE's do."""
    person.says(words)
    assert person.last is not None
    raw = {"source": {"userId": person.user}, "text": words}
    with person.province.store.write() as db:
        db.execute(update(inbox).where(inbox.c.event_id == person.last.id).values(raw=raw))
    return person


# Seeing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["ข้อมูลของฉัน", "ขอดูข้อมูลของฉัน", "ใครเห็นคำตอบนี้บ้าง", "ข้อมูลของฉันครับ"])
def test_a_director_sees_what_is_kept_and_goes_on(province: Province, warunee: Person, words: str) -> None:
    warunee.says(words).hears("ข้อมูลของท่าน", "บ้านสวายตัวอย่าง", "รับทราบเมื่อ", "ในรายงาน: 1", "ขอสำเนาข้อมูล", "ทำต่อ")
    warunee.says("และเขียนได้ดีขึ้นด้วย 12 คน").hears("บันทึกแล้ว 2 ข้อความ")
    assert len(province.answer("learners.now")) == 2


@pytest.mark.parametrize("role", [Role.VERIFIER, Role.COORDINATOR, Role.VIEWER, Role.OPERATOR])
def test_staff_see_theirs_in_every_flow(province: Province, role: Role) -> None:
    someone = staff(province, role, "สพป.บุรีรัมย์ เขต 2")
    someone.says("ข้อมูลของฉัน").hears("ข้อมูลของท่าน", "พื้นที่นวัตกรรม" if role == Role.OPERATOR else "เขต 2", "เมนู")
    someone.taps("ขอสำเนาข้อมูล").hears("สำเนาข้อมูลของท่าน หน้า 1 จาก 1")


def test_a_guest_sees_that_hardly_anything_is_kept(province: Province) -> None:
    guest = province.person("คนแปลกหน้า").says("สวัสดี")
    guest.says("ข้อมูลของฉัน").hears("ยังไม่ได้เชื่อม", "ยังไม่ได้รับทราบ", "รหัสเชิญ").hears_not("ผู้ประสานจังหวัด")


def test_who_has_not_yet_read_the_notice_sees_it_too(province: Province) -> None:
    someone = province.person("ผู้อ่าน").says(province.code("1031992003")).says("ใช่").hears("ประกาศ")
    someone.says("ข้อมูลของฉัน").hears("ยังไม่ได้รับทราบ").says("รับทราบ").hears("เรียบร้อยแล้ว")


def test_while_a_reason_is_typed_such_words_are_the_reason(province: Province, warunee: Person) -> None:
    warunee.says("ขอเลื่อน").says("15 ก.พ. 2569").says("แก้ไขข้อมูล").hears_not("ชื่อและนามสกุล")


# Copy -------------------------------------------------------------------------------------------------------------


def test_a_copy_holds_all_own_words_within_lines_limits(province: Province, warunee: Person) -> None:
    for number in range(12):
        warunee.says(f"ย่อหน้าที่ {number} " + "นักเรียนอ่านออกเขียนได้ดีขึ้นมาก " * 60)
    read, page = "", 1
    warunee.says("ขอสำเนาข้อมูล")
    while "ครบทุกหน้าแล้ว" not in warunee.words:
        read, page = read + warunee.words, page + 1
        warunee.says(f"ขอสำเนาข้อมูล {page}") if page % 2 else warunee.taps("สำเนาหน้าถัดไป")
    read += warunee.words
    assert page > 1
    assert all(f"ย่อหน้าที่ {number} " in read for number in range(12))
    assert "เสียงจากอีกจังหวัด" not in read
    warunee.says("ขอสำเนาข้อมูล 99").hears("ครบทุกหน้าแล้ว")


def test_a_colleagues_words_are_not_in_ones_copy(province: Province, warunee: Person) -> None:
    helper = province.person("ครูผู้ช่วย").joins("1031992003", Role.DELEGATE)
    helper.says("ขอสำเนาข้อมูล").hears("ผู้ช่วย").hears_not("อ่านคล่อง")


def test_words_said_elsewhere_are_in_the_copy_too(province: Province, warunee: Person) -> None:
    boss = staff(province, Role.COORDINATOR, "สพป.บุรีรัมย์ เขต 2")
    warunee.says("ขอเลื่อน").says("15 ก.พ. 2569").says("น้ำท่วมทางเข้าโรงเรียน").says("ใช่").hears("ส่งคำขอเลื่อน")
    warunee.says("ขอคุยกับเจ้าหน้าที่").says("หลังคาปลิวเมื่อคืน")
    boss.says("คุย").says("ตอบคุย 1 แจ้งกลุ่มแผนได้เลย")
    warunee.says("จบการคุย").says("สิ่งที่ยังไม่รู้ว่าจะลงข้อไหน 12 คน").says("ขอลบข้อมูล").says("ใช่")
    warunee.says("ขอสำเนาข้อมูล").hears("เหตุผลที่ขอเลื่อนกำหนด", "น้ำท่วมทางเข้า", "หลังคาปลิวเมื่อคืน", "คำขอลบข้อมูล: ขอเมื่อ")
    warunee.hears("ในทะเบียนของ บ้านสวายตัวอย่าง: นางวารุณี ตัวอย่างทอง โทร 044000010").hears_not("แจ้งกลุ่มแผน")
    boss.says("ขอสำเนาข้อมูล").hears("แจ้งกลุ่มแผนได้เลย").hears_not("หลังคาปลิว", "น้ำท่วม", "044000010")


# Who is responsible -----------------------------------------------------------------------------------------------


def test_who_is_responsible_is_named_with_a_way_to_write(province: Province, warunee: Person) -> None:
    boss = staff(province, Role.COORDINATOR, "สพป.บุรีรัมย์ เขต 2")
    warunee.says("ติดต่อเจ้าหน้าที่คุ้มครองข้อมูล").hears("สพป.บุรีรัมย์ เขต 2", "ฝากข้อความเรื่องข้อมูล", "ทำต่อ").hears_not("โทร")
    with province.store.write() as db:
        channels.make_responsible(db, "main", "ศธจ.บุรีรัมย์", "044-000-001", province.now)
    warunee.says("DPO").hears("ศธจ.บุรีรัมย์ โทร 044-000-001").taps("ฝากข้อความเรื่องข้อมูล").hears("เรื่องข้อมูลส่วนบุคคล", "จบการคุย")
    warunee.says("มีใครเอาเบอร์ไปใช้บ้างหรือเปล่า").hears_nothing()
    boss.says("เมนู").hears("มีข้อความถึงท่าน").says("คุย").hears("เรื่องข้อมูลส่วนบุคคล").says("ตอบคุย 1 เฉพาะต้นสังกัด")
    warunee.says("จบการคุย").hears("เฉพาะต้นสังกัด")
    assert province.answer("learners.now") == ["นักเรียนอ่านคล่องขึ้น ป.1 ถึง ป.3 จำนวน 40 คน"]


def test_the_notice_names_who_is_responsible(province: Province) -> None:
    with province.store.write() as db:
        channels.make_responsible(db, "main", "ศธจ.บุรีรัมย์", "044-000-001", province.now)
    code = province.code("1031992003")
    someone = province.person("ผู้อ่าน").says(code).says("ใช่").hears("ผู้รับผิดชอบ: ศธจ.บุรีรัมย์ โทร 044-000-001")
    someone.says("รับทราบ").says("ข้อมูลของฉัน").hears("ผู้รับผิดชอบข้อมูล: ศธจ.บุรีรัมย์ โทร 044-000-001")
    noisy = province.person("อีกจังหวัด", channel="noise").says("ติดต่อเจ้าหน้าที่คุ้มครองข้อมูล")
    noisy.hears("หน่วยงานที่เชิญท่าน", "โปรดติดต่อ").hears_not("บุรีรัมย์")


def test_where_nobody_would_read_them_no_words_are_taken(province: Province, warunee: Person) -> None:
    warunee.says("ฝากข้อความเรื่องข้อมูล").hears("โปรดติดต่อหน่วยงานนั้นโดยตรง")
    guest = province.person("คนแปลกหน้า").says("สวัสดี").posts_back("do=data_words").hears("โปรดติดต่อ")
    guest.says("เจ้าหน้าที่คุ้มครองข้อมูล").hears("หน่วยงานที่เชิญท่าน")
    boss = staff(province, Role.COORDINATOR, "สพป.บุรีรัมย์ เขต 2").says("ฝากข้อความเรื่องข้อมูล").hears("โปรดติดต่อ")
    boss.says("คุย").hears("ไม่มีผู้ขอคุย")
    warunee.says("ฝากข้อความเรื่องข้อมูล").hears("พิมพ์ข้อความได้เลย").says("ฝากข้อความเรื่องข้อมูล").hears("ยังอยู่ในการคุย")


# Correction -------------------------------------------------------------------------------------------------------


def test_a_name_is_corrected(province: Province, warunee: Person) -> None:
    me = number_of(province, warunee)
    warunee.says("แก้ไขข้อมูล").hears("ชื่อและนามสกุล").says("นางวารุณี ตัวอย่างเงิน").hears("บันทึกชื่อ", "ตัวอย่างเงิน")
    assert row_of(province, me).name == "นางวารุณี ตัวอย่างเงิน"
    warunee.says("แก้ไขข้อมูล").says("ยกเลิก").hears("คงไว้ตามเดิม")
    assert row_of(province, me).name == "นางวารุณี ตัวอย่างเงิน"
    assert province.answer("learners.now") == ["นักเรียนอ่านคล่องขึ้น ป.1 ถึง ป.3 จำนวน 40 คน"]


def test_an_answer_typed_instead_of_a_name_is_an_answer(province: Province, warunee: Person) -> None:
    warunee.says("แก้ไขข้อมูล").says("มีคอมพิวเตอร์ 12 เครื่อง ใช้ได้ 8 เครื่อง").hears("บันทึกแล้ว 2 ข้อความ")


# Unlinking --------------------------------------------------------------------------------------------------------


def test_unlinking_forgets_the_line_id_at_once_and_leaves_the_report(province: Province, warunee: Person) -> None:
    me = number_of(province, warunee)
    says_as_line(warunee, "อีกข้อความหนึ่ง ป.4 อ่านได้ 20 คน")
    with province.store.write() as db:
        held = {"channel_id": "main", "person_id": me, "recipient": warunee.user, "once_key": "w", "kind": "notice"}
        held |= {"policy": "hold", "messages": [{"type": "text", "text": "ถึงวารุณี"}], "retry_key": "r", "tries": 0}
        db.execute(outbox.insert(), held | {"state": Sending.HELD, "due_at": province.now, "created_at": province.now})
    warunee.says("ยกเลิกการเชื่อมบัญชี").hears("แน่ใจหรือไม่").says("ใช่").hears("ยกเลิกการเชื่อมบัญชีเรียบร้อยแล้ว")
    row = row_of(province, me)
    assert (row.line_user_id, row.name, row.notice_version) == (None, None, None)
    everything = [province.rows(table) for table in (people, inbox, outbox, places, audit, memberships)]
    assert warunee.user not in str(everything)
    assert not [one for one in province.rows(places) if one.person_id == me]
    assert {one.state for one in province.rows(outbox) if one.person_id == me} <= {"sent", "failed", "replaced"}
    assert all(one.until is not None for one in province.rows(memberships) if one.person_id == me)
    assert len(province.answer("learners.now")) == 2
    assert [one.action for one in province.rows(audit)][-2:] == ["membership.ended", "person.unlinked"]
    warunee.says("สวัสดี").hears("รหัสเชิญ").says("รายงาน").hears_not("ข้อ 1 จาก 6")


def test_a_successor_finds_the_draft_of_who_unlinked(province: Province, warunee: Person) -> None:
    warunee.says("ยกเลิกการเชื่อมบัญชี").says("ใช่")
    successor = province.director("นายใหม่ ตัวอย่าง").says("รายงาน")
    successor.says("สรุป").hears("อ่านคล่องขึ้น")


@pytest.mark.parametrize("no", ["ไม่", "ยกเลิก", "ยังก่อน"])
def test_unlinking_may_be_let_be(province: Province, warunee: Person, no: str) -> None:
    warunee.says("ยกเลิกการเชื่อมบัญชี").says(no).hears("คงไว้ตามเดิม").says("ใช่").hears_not("เรียบร้อยแล้ว ระบบไม่มี")
    assert number_of(province, warunee)


def test_a_yes_counts_only_for_what_was_just_asked(province: Province, warunee: Person) -> None:
    warunee.says("ยกเลิกการเชื่อมบัญชี").says("มีครูไม่ครบชั้น ขาด 2 คน").hears("บันทึกแล้ว")
    warunee.says("ใช่")
    warunee.taps("ใช่ แน่ใจ", turn=-3).hears("ปุ่มนี้เก่าแล้ว")
    warunee.says("ขอลบข้อมูล").hears("แน่ใจหรือไม่").posts_back("do=data_yes&v=unlink").hears("ปุ่มนี้เก่าแล้ว")
    warunee.says("ยกเลิกการเชื่อมบัญชี")
    province.later(hours=2)
    warunee.says("ใช่")
    assert number_of(province, warunee)


@pytest.mark.parametrize("data", ["do=data_yes&v=unlink", "do=data_yes", "do=data_yes&v=x", "do=data_copy&v=-9"])
def test_a_button_made_by_hand_unlinks_nobody(province: Province, warunee: Person, data: str) -> None:
    warunee.posts_back(data)
    assert number_of(province, warunee)


def test_an_event_delivered_again_unlinks_nobody_new(province: Province, warunee: Person) -> None:
    warunee.says("ยกเลิกการเชื่อมบัญชี").says("ใช่").again().hears_nothing()
    assert len([row for row in province.rows(people) if row.channel_id == "main"]) == 1


def test_a_request_that_waits_is_taken_back(province: Province) -> None:
    guest = province.person("ผู้ขอ").says("บ้านสวายตัวอย่าง").says("1").says("นางสาวผู้ขอ สมมติ").says("ใช่").hears("ส่งคำขอแล้ว")
    guest.says("ขอลบข้อมูล").hears("แน่ใจหรือไม่", "ลืมไลน์").taps("ใช่ แน่ใจ").hears("เรียบร้อยแล้ว")
    assert [row.state for row in province.rows(join_requests)] == [Request.WITHDRAWN]
    assert "ผู้ขอ สมมติ" not in str(province.rows(people))


# Erasure ----------------------------------------------------------------------------------------------------------


def test_an_erasure_request_is_told_to_the_coordinators_and_audited(province: Province, warunee: Person) -> None:
    near, far = (staff(province, Role.COORDINATOR, f"สพป.บุรีรัมย์ เขต {number}") for number in (2, 3))
    warunee.says("ขอลบข้อมูล").hears("แน่ใจหรือไม่", "30 วัน", "สารบรรณ").says("ใช่").hears("แจ้งคำขอ", "ยกเลิกการเชื่อมบัญชี")
    near.says("เมนู").hears("ขอลบข้อมูลส่วนบุคคล", "บ้านสวายตัวอย่าง").hears_not("วารุณี")
    far.says("เมนู").hears_not("ขอลบข้อมูล")
    assert [row.detail for row in province.rows(audit) if row.action == "erasure.asked"] == [{"told": 1, "request": 1}]
    warunee.says("ขอลบข้อมูล").says("ใช่")
    near.says("เมนู").hears_not("ขอลบข้อมูลส่วนบุคคล")


# The notice -------------------------------------------------------------------------------------------------------


def test_a_new_version_of_the_notice_is_to_be_acknowledged_first(
    province: Province, warunee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.verbs.joining.NOTICE_VERSION", 2)
    warunee.says("ครูสอนแบบรวมชั้น ป.1-3").hears("มีการปรับปรุง", "ส่งอีกครั้ง", "ประกาศ").says("รับทราบ").hears("เรียบร้อยแล้ว")
    assert row_of(province, number_of(province, warunee)).notice_version == 2
    warunee.says("ทำต่อ").hears("ข้อ 1").says("ครูสอนแบบรวมชั้น ป.1-3").hears("บันทึกแล้ว")


# Telephone numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("โทร 081-234-5678", True),
        ("โทร ๐๘๑๒๓๔๕๖๗๘ ได้เลย", True),
        ("+66 81 234 5678", True),
        ("044-000-010", True),
        ("นักเรียน 1031992003 คน", False),
        ("งบ 0812345678901 บาท", False),
        ("ปี 2567-2569", False),
        ("081234567", False),
        ("1,044,000,010", False),
        ("", False),
    ],
)
def test_a_telephone_number_is_told_from_other_numbers(text: str, is_one: bool) -> None:
    assert phone_number(text) is is_one


def test_a_telephone_number_is_kept_and_remarked_on_once(province: Province, warunee: Person) -> None:
    warunee.says("ผู้ปกครองโทรมาที่ 081-234-5678 ทุกวัน").hears("บันทึกแล้ว 2 ข้อความ", "เลขโทรศัพท์", "ยกเลิกการส่ง")
    assert "ต่อไป" in str([button.label for button in warunee.buttons()])
    warunee.says("หรือ 044-000-010 ก็ได้").hears("บันทึกแล้ว 3 ข้อความ").hears_not("เลขโทรศัพท์")
    assert "081" not in str(province.rows(audit))
    warunee.unsends(warunee.sent[-2])
    assert province.answer("learners.now")[-1] == "หรือ 044-000-010 ก็ได้"
    assert all("081" not in str(row) for row in [*province.rows(parts), *province.rows(inbox)])


def test_whatever_kind_of_event_comes_while_sure_is_asked_changes_nothing(province: Province, warunee: Person) -> None:
    for kind in (Kind.STICKER, Kind.IMAGE, Kind.LOCATION, Kind.OTHER):
        warunee.says("ยกเลิกการเชื่อมบัญชี").sends(kind)
        assert number_of(province, warunee)
    assert warunee.last is not None
    late = replace(warunee.last, id="late", at=province.now.replace(year=2025), text="ใช่", kind=Kind.TEXT)
    warunee.says("ยกเลิกการเชื่อมบัญชี").arrives(late)
    assert number_of(province, warunee)
