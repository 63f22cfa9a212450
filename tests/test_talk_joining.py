"""Talks of joining: the invite, the school, the notice; strangers, wrong codes, second accounts."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from handlers.heard import Kind
from handlers.memberships import transfer
from models.audit import audit
from models.people import Role, memberships, people, schools
from models.place import places
from tests.province import Person, Province


@pytest.fixture
def stranger(province: Province) -> Person:
    return province.person("นางสาวนิภาพร ตัวอย่างงาม")


def test_from_the_code_over_the_school_and_the_notice_to_the_report(province: Province, stranger: Person) -> None:
    stranger.does(Kind.FOLLOW).hears("สวัสดี", "รหัสเชิญ")
    stranger.says(province.code("1031991002")).hears("บ้านหนองสมมติ", "สพป.บุรีรัมย์ เขต 1", "อ.ลำปลายมาศ", "ใช่หรือไม่")
    stranger.says("ใช่").hears("ประกาศการใช้ข้อมูล", "เลขบัตรประชาชน", "รับทราบ")
    stranger.says("รับทราบ").hears("เรียบร้อยแล้ว", "แบบวิเคราะห์ 6 ประเด็น", "15 นาที", "รายงาน")
    stranger.taps("เริ่มรายงาน").hears("ข้อ 1 จาก 6")


def test_the_code_is_read_as_people_type_it(province: Province, stranger: Person) -> None:
    code = province.code("1031992003")
    stranger.says(f"รหัส {code.lower().replace('-', ' ')} ครับ").hears("บ้านสวายตัวอย่าง")


def test_nothing_of_the_school_is_shown_or_kept_before_the_notice_is_read(province: Province, stranger: Person) -> None:
    stranger.says(province.code("1031992003")).says("ใช่").says("รายงาน").hears("รับทราบ", "ประกาศ")
    province.forget_places()
    stranger.says("นักเรียนอ่านคล่องขึ้นมากในปีนี้").hears("ประกาศ")
    assert province.answer("learners.now") == ["เสียงจากอีกจังหวัด"] or province.answer("learners.now") == []
    stranger.taps("รับทราบและเริ่ม").hears("เรียบร้อยแล้ว")


def test_no_is_taken_for_no_and_the_code_stays_good(province: Province, stranger: Person) -> None:
    code = province.code("1031992003")
    stranger.says(code).says("ไม่ใช่").hears("ยังไม่ได้เชื่อมบัญชี")
    stranger.says(code).says("ช่ายยย").hears("ใช่").taps("ใช่").hears("ประกาศ")


def test_paper_is_possible_and_one_may_change_ones_mind(province: Province, stranger: Person) -> None:
    stranger.says(province.code("1031992003")).says("ใช่").taps("ใช้แบบกระดาษ").hears("แบบกระดาษ", "สพป.บุรีรัมย์ เขต 2")
    stranger.says("รับทราบ").hears("เรียบร้อยแล้ว")


def test_a_code_used_by_a_second_line_account_is_refused(province: Province, stranger: Person) -> None:
    code = province.code("1031992003")
    province.person("คนแรก").says(code).says("ใช่").says("รับทราบ")
    stranger.says(code).hears("อีกบัญชี").hears_not("บ้านสวายตัวอย่าง")
    stranger.says("รายงาน").hears("รหัสเชิญ")


def test_of_two_who_hold_one_code_the_first_yes_wins(province: Province, stranger: Person) -> None:
    code, other = province.code("1031992003"), province.person("อีกคน")
    stranger.says(code)
    other.says(code).says("ใช่").hears("ประกาศ")
    stranger.says("ใช่").hears("อีกบัญชี")


def test_an_expired_code_is_refused(province: Province, stranger: Person) -> None:
    code = province.code("1031992003")
    province.later(days=31)
    stranger.says(code).hears("หมดอายุ", "ขอรหัสใหม่", "พิมพ์ชื่อโรงเรียน")
    stranger.says("บ้านสวายตัวอย่าง").hears("บทบาทใด")


def test_the_code_of_a_school_closed_since_is_refused_before_and_after_the_question(
    province: Province, stranger: Person
) -> None:
    code, other = province.code("1031992003"), province.person("อีกคน")
    other.says(code).hears("ใช่หรือไม่")
    with province.store.write() as db:
        db.execute(update(schools).where(schools.c.code == "1031992003").values(closed_at=province.now))
    for late in (stranger.says(code), other.says("ใช่")):
        late.hears("ปิด").hears_not("เรียบร้อยแล้ว")
    assert [row for row in province.rows(memberships) if row.channel_id == "main"] == []


def test_ones_own_old_code_opens_nothing_once_the_post_is_over(province: Province, stranger: Person) -> None:
    code = province.code("1031992003")
    stranger.says(code).says("ใช่").says("รับทราบ").hears("เรียบร้อยแล้ว").says(code).hears("เชื่อมกับ บ้านสวายตัวอย่าง")
    with province.store.write() as db:
        transfer(db, "main", province.school("1031992003"), province.now, province.now)
    stranger.says("สวัสดี").says(code).hears("สิ้นสุดแล้ว").says("ใช่").says("รายงาน").hears_not("ข้อ 1")


def test_guessing_is_slowed_down_and_audited(province: Province, stranger: Person) -> None:
    for number in range(4):
        stranger.says(f"RG-AAAA{number}-99999").hears("ยังไม่พบรหัส")
    stranger.says("RG-AAAA5-99999").hears("โปรดรอถึง")
    stranger.says(province.code("1031992003")).hears("โปรดรอถึง")
    province.later(minutes=16)
    stranger.says(province.code("1031992003")).hears("ใช่หรือไม่")
    assert "invite.guessed" in [row.action for row in province.rows(audit)]


@pytest.mark.parametrize(
    "words", ["1031992003", "บ้านสวายตัวอย่าง", "ผอ.รร.บ้านสวายตัวอย่าง", "รายงาน", "ส่ง", "ขอ excel ทั้งจังหวัด"]
)
def test_names_and_school_codes_never_open_anything(province: Province, stranger: Person, words: str) -> None:
    stranger.says("สวัสดี").says(words).says("ใช่").says("รายงาน").hears_not("วารุณี", "ข้อ 1")
    assert not [row for row in province.rows(memberships) if row.channel_id == "main"]


def test_a_parent_is_told_politely_where_to_turn(stranger: Person) -> None:
    stranger.says("ผมเป็นผู้ปกครองครับ อยากถามเรื่องรับสมัคร ป.1").hears("ติดต่อโรงเรียน")


def test_a_parent_who_names_the_school_is_told_the_same(province: Province, stranger: Person) -> None:
    stranger.says("ผมเป็นผู้ปกครองนักเรียน บ้านสวายตัวอย่าง อยากถามเรื่องรับสมัคร").hears("ติดต่อโรงเรียน")
    stranger.says("ขอคุยกับเจ้าหน้าที่").hears("โทรหาสำนักงานของต้นสังกัด")


def test_a_helper_is_told_how_to_help(stranger: Person) -> None:
    stranger.says("เป็นครูที่ท่าน ผอ.มอบหมายให้กรอกแทนค่ะ").hears("ร่าง", "รหัสเชิญ")


@pytest.mark.parametrize("kind", [Kind.STICKER, Kind.LOCATION, Kind.IMAGE, Kind.AUDIO, Kind.FILE, Kind.OTHER])
def test_whatever_a_stranger_sends_gets_one_answer(stranger: Person, kind: Kind) -> None:
    stranger.sends(kind).hears("รหัสเชิญ").sends(kind).hears("รหัสเชิญ")


def test_the_code_itself_is_kept_nowhere_but_in_what_line_sent(province: Province, stranger: Person) -> None:
    code = province.code("1031992003")
    stranger.says(code)
    for table in (places, audit, people, memberships):
        assert code.replace("-", "")[2:] not in str(province.rows(table))


def test_blocking_and_coming_back_goes_on_where_one_was(province: Province) -> None:
    warunee = province.director().says("รายงาน")
    warunee.does(Kind.UNFOLLOW, token=None).hears_nothing()
    assert [row.blocked_at is not None for row in province.rows(people) if row.channel_id == "main"] == [True]
    warunee.does(Kind.FOLLOW).hears("สวัสดี", "ข้อ 1 จาก 6")
    assert [row.blocked_at for row in province.rows(people) if row.channel_id == "main"] == [None]


def test_that_one_blocked_us_before_counts_no_more_once_one_has_spoken(province: Province) -> None:
    warunee = province.director().says("รายงาน")
    warunee.does(Kind.UNFOLLOW, token=None, at=province.now - timedelta(minutes=1)).hears_nothing()
    assert [row.blocked_at for row in province.rows(people) if row.channel_id == "main"] == [None]


def test_who_is_not_known_is_not_met_by_blocking_us(province: Province) -> None:
    before = len(province.rows(people))
    province.person("คนที่เคยลบข้อมูลแล้ว").does(Kind.UNFOLLOW, token=None).hears_nothing()
    assert len(province.rows(people)) == before


def test_a_group_is_greeted_once_and_its_words_are_no_answers(province: Province) -> None:
    warunee = province.director().says("รายงาน")
    warunee.does(Kind.TEXT, text="คุยกันในกลุ่ม เรื่องนี้ไม่ใช่คำตอบ", message_id="g1", group="Cgroup").hears_nothing()
    assert province.answer("learners.now") == []


def test_a_coordinator_is_welcomed_without_a_report(province: Province, stranger: Person) -> None:
    from handlers import invites

    with province.store.write() as db:
        code = invites.create(db, "main", role=Role.COORDINATOR, now=province.now)
    stranger.says(code).hears("ผู้ประสาน").says("ใช่").says("รับทราบ").hears("บทบาทผู้ประสาน")
    stranger.says("รายงาน").hears("ผู้ประสาน").sends(Kind.STICKER).hears("ผู้ประสาน")
