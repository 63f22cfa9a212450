"""Talks of those who are invited: taps, sentences, what is asked, what is kept, and all that may go wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.audiences import Audience
from handlers.heard import Kind
from handlers.meetings_answers import counts
from handlers.meetings_pages import Pass
from models.meetings import invitees, meeting_answers
from models.people import Role
from models.store import Store
from tests.meeting_scene import LINK, STARTS, call, cancel, change, push, stands_in
from tests.province import MAIN, Person, Province

MONDAY = datetime(2026, 1, 5, 2, tzinfo=UTC)


@pytest.fixture
def province(store: Store) -> Province:
    return Province(store, now=MONDAY)


def invited(province: Province, number: int, person: Person | None = None):
    """Return the invitation's row: the first school's, or a person's own."""
    rows = [row for row in province.rows(invitees) if row.meeting_id == number]
    return rows[0] if person is None else next(row for row in rows if row.person_id is not None)


def of_school(province: Province, number: int, code: str = "1031992003"):
    school = province.school(code)
    return next(row for row in province.rows(invitees) if (row.meeting_id, row.school_id) == (number, school))


def counted(province: Province, number: int):
    with province.store.read() as db:
        return counts(db, stands_in(db, number))


def test_every_button_of_the_notice_is_kept_and_says_what_comes_next(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.taps("ไปที่ห้อง").hears("บันทึกคำตอบแล้ว", "ไปที่ห้อง", "รหัส 6 หลัก", "เปลี่ยนคำตอบได้จนถึงเวลาเริ่ม")
    assert (of_school(province, number).reply, of_school(province, number).mode) == ("coming", "room")
    warunee.taps("ออนไลน์").hears("ออนไลน์", "08:30", "ขอลิงก์").hears_not(LINK)
    warunee.taps("ยังไม่แน่ใจ").hears("ยังไม่แน่ใจ")
    warunee.taps("ไม่สะดวก").hears("เหตุผล").says("ติดราชการที่กรุงเทพครับ").hears("ไม่สะดวก (ติดราชการที่กรุงเทพ)")
    assert of_school(province, number).reason == "ติดราชการที่กรุงเทพ"
    warunee.taps("ส่งผู้แทน").hears("ชื่อ-สกุล").says("นางมยุรี จำลองพันธ์ รอง ผอ.").hears("ผู้แทนจะไปที่ห้อง หรือร่วมออนไลน์")
    warunee.says("ออนไลน์").hears("นางมยุรี จำลองพันธ์ (รอง ผอ.) · ออนไลน์", "ส่งต่อให้ผู้แทน")
    row = of_school(province, number)
    assert (row.reply, row.mode, row.reason, row.version) == ("delegate", "call", None, 1)
    assert [each.reply for each in province.rows(meeting_answers)][:3] == ["coming", "coming", "unsure"]
    found = counted(province, number)
    assert (found.invited, found.call, found.delegates, found.silent, found.answered) == (3, 1, 1, 2, 1)


def test_a_reason_may_be_skipped_by_one_tap_and_its_old_button_does_nothing(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.taps("ไม่สะดวก").taps("ไม่ระบุเหตุผล").hears("ไม่สะดวก", "ขอบคุณ")
    warunee.taps("ไม่ระบุเหตุผล", turn=-2).hears("ตอบไปแล้ว")
    warunee.says("ไปไม่ได้").hears("เหตุผล").says("ข้าม").hears("บันทึกคำตอบแล้ว", "ไม่สะดวก")
    assert (of_school(province, number).reply, of_school(province, number).reason) == ("no", None)


def test_the_end_of_a_name_is_no_particle(province):
    warunee = province.director()
    number = call(province)
    push(province)
    for said, kept in {
        "นางมานี มีนา": "นางมานี มีนา",
        "นายสมชาย วัฒนะ": "นายสมชาย วัฒนะ",
        "นายเอก ศรีละ นะ": "นายเอก ศรีละ",
        "นางมยุรี จำลองพันธ์นะคะ": "นางมยุรี จำลองพันธ์",
    }.items():
        warunee.taps("ส่งผู้แทน").says(said).hears(f"แล้ว: {kept}\n").taps("บอกภายหลัง").hears(kept)
        assert of_school(province, number).delegate_name == kept


@pytest.mark.parametrize("words", ["ส่งผู้แทน", "ส่งตัวแทน", "๑๒๓๔", "ประชุม", "เช็กอิน", "ออนไลน์"])
def test_what_is_typed_for_a_button_is_nobodys_name_or_position(province, words):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("ส่งผู้แทน").hears("ชื่อ-สกุล").says(words)
    assert of_school(province, number).delegate_name is None
    warunee.says("ส่งผู้แทน").says("นายใจดี มากมาย").hears("ตำแหน่ง").says(words)
    row = of_school(province, number)
    assert (row.reply, row.delegate_name, row.delegate_position) == ("delegate", "นายใจดี มากมาย", None)


def test_another_answer_where_a_name_or_a_reason_is_asked_for(province):
    warunee = province.director()
    number = call(province)
    push(province)
    for words in ("ไปเอง", "ผมเอง", "ผอ.ไปเอง ไม่ส่งแล้ว"):
        warunee.says("ส่งผู้แทน").says(words).hears("บันทึกว่าเข้าร่วมแล้ว")
        assert of_school(province, number).reply == "coming"
    warunee.says("ส่งผู้แทน").says("ส่งครูสมหญิง จำลองไปแทน").hears("สมหญิง จำลอง (ครู)")
    assert of_school(province, number).delegate_name == "สมหญิง จำลอง"
    for words, mode in {"ไปที่ห้อง": "room", "ออนไลน์": "call"}.items():
        warunee.says("ไม่สะดวก").hears("เหตุผล").says(words).hears("บันทึกคำตอบแล้ว")
        assert (of_school(province, number).reply, of_school(province, number).mode) == ("coming", mode)
    warunee.says("ไม่สะดวก").says("ไปประชุมที่อื่น").hears("ไม่สะดวก (ไปประชุมที่อื่น)")


def test_sentences_answer_like_buttons(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("ไปครับ").hears("บันทึกว่าเข้าร่วมแล้ว", "ที่ห้อง หรือร่วมออนไลน์")
    assert (of_school(province, number).reply, of_school(province, number).mode) == ("coming", None)
    warunee.says("ขอออนไลน์ละกัน").hears("ออนไลน์", "ขอลิงก์")
    warunee.says("เข้าร่วมค่ะ แต่ขอออนไลน์").hears("ออนไลน์")
    warunee.says("พรุ่งนี้ติดด่วน ส่งรอง ผอ.ไปแทนนะครับ").hears("ส่งรอง ผอ.แล้ว", "ชื่อ-สกุล")
    warunee.says("นางมยุรี จำลองพันธ์").hears("นางมยุรี จำลองพันธ์ (รอง ผอ.) · ออนไลน์")
    warunee.says("ส่งครูสมหญิง ตำแหน่งรองผอ. ไปแทน").hears("ครูสมหญิง (รองผอ.)")
    warunee.says("ติดราชการ ไปไม่ได้ครับ").hears("ไม่สะดวก (ติดราชการ)")
    warunee.says("g-hkij;,").hears("ที่ห้อง หรือร่วมออนไลน์").says("ที่ห้องค่ะ").hears("ไปที่ห้อง")
    warunee.says("ยังไม่แน่ใจ").hears("ยังไม่แน่ใจ")
    assert of_school(province, number).reply == "unsure"
    warunee.says("ประชุม").hears("คำตอบของท่าน: ยังไม่แน่ใจ", "ห้องประชุม สพป.บุรีรัมย์ เขต 1").taps("ไปที่ห้อง").hears("บันทึก")


def test_questions_are_answered_with_what_is_true(province):
    warunee = province.director()
    call(province)
    push(province)
    warunee.says("ห้องไหนครับ ที่เขต 1 หรือที่ ศธจ.").hears("ห้องประชุม สพป.บุรีรัมย์ เขต 1", "maps.example").hears_not(LINK)
    warunee.says("มีหนังสือเชิญมั้ยครับ ต้องแนบขออนุญาตไปราชการ").hears("ศธ 04001/ว 12", "letters.example/12.pdf")
    warunee.says("ประชุมเมื่อไหร่").hears("พฤ. 22 ม.ค. 2569 09:00–12:00 น.")
    warunee.says("แต่งชุดอะไรไปครับ").hears("นายประสาน สมมติ 044000099")


def test_the_link_goes_only_to_who_takes_part_online(province):
    warunee = province.director()
    call(province)
    push(province)
    warunee.says("ไปที่ห้อง").says("ขอลิงก์ซูมหน่อย").hears("ลิงก์ส่งให้ผู้ที่ตอบว่าร่วมออนไลน์", "ไปที่ห้อง").hears_not(LINK)
    warunee.says("ไม่เป็นไร").says("ขอลิงก์ประชุม").hears_not(LINK).taps("ออนไลน์").hears("บันทึกคำตอบแล้ว", LINK)
    province.later(hours=12)  # nine in the evening
    warunee.says("ขอลิงก์ซูมหน่อยค่ะ เข้าไม่ได้").hears(LINK, "044000099")
    warunee.says("ไม่สะดวก").says("ข้าม").hears("ไม่สะดวก")
    warunee.says("ขอลิงก์").hears_not(LINK).says("ออนไลน์").hears(LINK)


def test_the_link_after_the_start(province):
    warunee, surachai = province.director(), province.director("นายสุรเดช สมมติบุตร", "1031993002")
    call(province)
    push(province)
    warunee.says("ขอออนไลน์")
    surachai.says("ไปที่ห้อง")
    province.now = STARTS + timedelta(minutes=3)
    warunee.says("ขอลิงก์ซูมหน่อยค่ะ เข้าไม่ได้").hears(LINK)
    surachai.says("ขอลิงก์ซูมหน่อย").hears("เริ่มแล้ว", "044000099").hears_not(LINK)


def test_in_the_middle_of_the_report_words_answer_its_question_and_taps_the_meeting(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("รายงาน").says("ไปครับ").hears("บันทึกแล้ว")
    assert of_school(province, number).reply is None
    warunee.taps("ส่งผู้แทน", turn=-3).hears("ชื่อ-สกุล").says("สมหญิง ใจดี").hears("ตำแหน่ง").says("ครูชำนาญการ")
    warunee.hears("ผู้แทนจะไปที่ห้อง").says("ที่ห้อง").hears("สมหญิง ใจดี (ครูชำนาญการ) · ไปที่ห้อง")
    warunee.says("นักเรียนอ่านคล่องขึ้นมาก").hears("บันทึกแล้ว")
    assert province.everything() == ["ไปครับ", "นักเรียนอ่านคล่องขึ้นมาก"]
    warunee.says("ประชุมไปได้ครับ").hears("ที่ห้อง หรือร่วมออนไลน์").says("นักเรียนมาเรียนทุกวันแล้ว").hears("บันทึกแล้ว")
    assert province.everything()[-1] == "นักเรียนมาเรียนทุกวันแล้ว"


def test_a_quote_of_the_notice_answers_the_meeting(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("รายงาน").says("ไปที่ห้องครับ", quote="b999999").hears("บันทึกคำตอบแล้ว", "ไปที่ห้อง")
    assert of_school(province, number).mode == "room"
    assert province.everything() == []


def test_an_old_card_says_what_changed_and_never_writes(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.taps("ไปที่ห้อง")
    change(province, number, place="หอประชุมสมมติ")
    warunee.taps("ไม่สะดวก", turn=-2).hears("เปลี่ยนแปลงแล้ว", "ยังไม่ได้ตอบ", "หอประชุมสมมติ").taps("ไปที่ห้อง").hears("บันทึก")
    row = of_school(province, number)
    assert (row.reply, row.version) == ("coming", 2)
    cancel(province, number)
    warunee.taps("ออนไลน์").hears("ยกเลิกการประชุม", "ประธานติดราชการ")
    warunee.says("ไปไม่ได้ครับ").hears("ยกเลิก")
    assert of_school(province, number).mode == "room"


def test_after_the_start_an_answer_is_not_changed(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.taps("ไปที่ห้อง")
    province.now = STARTS + timedelta(minutes=5)
    warunee.taps("ไม่สะดวก").hears("เริ่มแล้วเมื่อ 09:00 น.", "ไปที่ห้อง", "044000099")
    warunee.says("ไปไม่ได้ครับ").hears("เริ่มแล้ว")
    province.later(hours=5)
    warunee.taps("ไม่สะดวก", turn=-3).hears("สิ้นสุดแล้ว")
    assert of_school(province, number).reply == "coming"


def test_a_meeting_without_room_or_without_call(province):
    warunee = province.director()
    number = call(province, place=None, map_url=None)
    push(province)
    warunee.says("ไปครับ").hears("ออนไลน์", "ขอลิงก์")
    warunee.says("ไปที่ห้อง").hears("จัดออนไลน์เท่านั้น", "ออนไลน์")
    assert of_school(province, number).mode == "call"
    cancel(province, number)
    number = call(province, online_url=None)
    push(province)
    warunee.says("ไปครับ").hears("บันทึกคำตอบแล้ว", "ไปที่ห้อง")
    warunee.says("ขอออนไลน์").hears("ไม่มีช่องทางออนไลน์").says("ขอลิงก์").hears("ไม่มีช่องทางออนไลน์")
    assert of_school(province, number).mode == "room"


def test_who_comes_late_waits_for_a_seat_and_is_told_when_one_is_free(province):
    people = [province.director(), province.director("นาย ก", "1031991002"), province.director("นาย ข", "1031993002")]
    number = call(province, seats=1)
    push(province)
    first, second, third = people
    first.says("ไปที่ห้อง").hears("จองที่นั่งให้แล้ว")
    second.says("ไปที่ห้อง").hears("รอที่นั่ง ลำดับที่ 1", "ออนไลน์")
    third.says("ไปที่ห้อง").hears("รอที่นั่ง ลำดับที่ 2")
    second.says("ส่งครูสมหญิง ตำแหน่งครู ไปแทน").hears("ลำดับที่ 1")  # the turn stays
    found = counted(province, number)
    assert (found.room, found.waiting, found.delegates) == (1, 2, 1)
    first.says("ขอออนไลน์")
    province.later(hours=2)
    heard = push(province)
    assert list(heard) == ["นาย ก"]
    assert "มีที่นั่งว่างแล้ว" in heard["นาย ก"][0]
    change(province, number, seats=2)
    province.later(hours=2)
    assert list(push(province)) == ["นาย ข"]
    change(province, number, seats=1)
    province.later(hours=2)
    assert "ที่นั่งในห้องประชุมลดลง" in push(province)["นาย ข"][0]
    assert [counted(province, number).room, counted(province, number).waiting] == [1, 1]


def test_several_open_meetings_are_asked_about(province):
    warunee = province.director()
    one = call(province)
    other = call(province, title="ประชุมวิชาการจำลอง", number=None, starts_at=STARTS + timedelta(days=3),
                 ends_at=STARTS + timedelta(days=3, hours=2))  # fmt: skip
    push(province)
    warunee.says("ส่งครูสมหญิง ตำแหน่งรองผอ. ไปแทน ออนไลน์ค่ะ").hears("การประชุมใด", "1. ", "2. ประชุมวิชาการจำลอง")
    warunee.says("๒").hears("ครูสมหญิง (รองผอ.) · ออนไลน์", "วิชาการ")
    assert (of_school(province, one).reply, of_school(province, other).reply) == (None, "delegate")
    warunee.says("ไปไม่ได้ ติดอบรม").taps("เลือก 1").hears("ไม่สะดวก (ติดอบรม)")
    assert of_school(province, one).reason == "ติดอบรม"
    warunee.says("ประชุม").hears("การประชุมของท่าน 2 ครั้ง", "ไม่สะดวก (ติดอบรม)", "ครูสมหญิง")


def test_somebody_of_two_schools_answers_for_one_or_for_both(province):
    boss = province.director("นางสาวสองโรง").says(province.code("1031993002")).says("ใช่")
    number = call(province)
    push(province)
    boss.taps("ไปที่ห้อง").hears("โรงเรียนใด", "บ้านสวายตัวอย่าง", "บ้านหนองสมมติ").taps("ทุกโรงเรียน").hears("ไปที่ห้อง")
    assert {row.mode for row in province.rows(invitees) if row.answered_by} == {"room"}
    boss.says("ขอออนไลน์").hears("โรงเรียนใด").says("บ้านสวายตัวอย่าง").hears("ออนไลน์")
    assert (of_school(province, number).mode, of_school(province, number, "1031993002").mode) == ("call", "room")


def test_an_invited_verifier_answers_in_any_hat(province):
    pranee = province.verifier()
    number = call(province, audience=Audience(roles=frozenset({Role.VERIFIER})))
    push(province)
    pranee.taps("ร่วมออนไลน์").hears("บันทึกคำตอบแล้ว", "ออนไลน์")
    pranee.says("ส่งนางสาวตัวอย่าง ทดลอง ตำแหน่งศึกษานิเทศก์ ไปแทนค่ะ").hears("ตัวอย่าง ทดลอง")
    assert invited(province, number, pranee).delegate_position == "ศึกษานิเทศก์"
    pranee.says("คิว").hears("รอตรวจ")


def test_a_delegates_name_can_come_later_and_an_identity_number_is_not_kept(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.taps("ส่งผู้แทน").says("1101700230708 นางมยุรี").hears("ไม่ได้บันทึกไว้", "ชื่อ-สกุล")
    warunee.taps("บอกภายหลัง").hears("บันทึกไว้แล้ว", "เมื่อทราบชื่อ")
    assert counted(province, number).unnamed == 1
    warunee.says("สวัสดีครับ").hears("สวัสดี")
    warunee.says("ส่งนางมยุรี จำลองพันธ์ รอง ผอ. ไปแทน").hears("จะไปที่ห้อง หรือร่วมออนไลน์").says("ออนไลน์")
    assert counted(province, number).unnamed == 0


def test_a_late_answer_never_goes_over_a_newer_one(province):
    warunee = province.director()
    number = call(province)
    push(province)
    before = province.now
    province.later(minutes=5)
    warunee.says("ขอออนไลน์")
    warunee.says("ประชุมไปไม่ได้ครับ", at=before).hears("มีคำตอบที่ใหม่กว่า", "ออนไลน์")
    assert of_school(province, number).mode == "call"
    assert [row.reply for row in province.rows(meeting_answers)] == ["coming", "no"]
    warunee.again().hears_nothing()


def test_unsending_takes_the_words_out(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("ติดงานศพญาติ ไปไม่ได้ครับ").hears("งานศพ")
    warunee.unsends(warunee.sent[-1])
    assert (of_school(province, number).reply, of_school(province, number).reason) == ("no", None)
    warunee.says("ส่งผู้แทน").says("นางมยุรี จำลองพันธ์").says("รอง ผอ.").says("ออนไลน์")
    row = of_school(province, number)
    assert (row.delegate_name, row.delegate_position) == ("นางมยุรี จำลองพันธ์", "รอง ผอ.")
    warunee.unsends(warunee.sent[-3])
    row = of_school(province, number)
    assert (row.reply, row.delegate_name, row.delegate_position) == ("delegate", None, "รอง ผอ.")
    kept = [(each.delegate_name, each.reason) for each in province.rows(meeting_answers)]
    assert all(each == (None, None) for each in kept)


def test_editing_a_bubble_changes_what_it_gave(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("ส่งครูสมหญิง ตำแหน่งครู ไปแทน ออนไลน์").hears("สมหญิง")
    warunee.does(Kind.EDITED, text="ส่งครูสมศรี ตำแหน่งครู ไปแทน ออนไลน์", message_id=warunee.sent[-1]).hears(
        "แก้ตามข้อความใหม่"
    )
    assert of_school(province, number).delegate_name == "ครูสมศรี"
    assert "สมหญิง" not in str([tuple(row) for row in province.rows(meeting_answers)])


def test_a_name_that_is_corrected_after_the_way_was_said_is_corrected(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("ส่งผู้แทน").says("นายใจดี มากมาย ครู")
    name = warunee.sent[-1]
    warunee.says("ที่ห้อง").hears("นายใจดี มากมาย")
    warunee.does(Kind.EDITED, text="นายใจดี มากยิ่ง ครู", message_id=name).hears("แก้ตามข้อความใหม่", "นายใจดี มากยิ่ง")
    row = of_school(province, number)
    assert (row.delegate_name, row.delegate_position, row.mode) == ("นายใจดี มากยิ่ง", "ครู", "room")
    warunee.says("ไปเอง")
    warunee.does(Kind.EDITED, text="นายใจดี มากกว่า", message_id=name)
    assert (of_school(province, number).reply, of_school(province, number).delegate_name) == ("coming", None)


def test_of_two_schools_the_one_is_named_and_of_several_meetings_each(province):
    warunee = province.director()
    warunee.says(province.code("1031993002")).says("ใช่").hears("เรียบร้อยแล้ว")
    call(province)
    push(province)
    warunee.taps("ไปที่ห้อง").says("2").hears("บ้านหนองสมมติ: ไปที่ห้อง").hears_not("บ้านสวายตัวอย่าง")
    call(province, title="ประชุมที่สอง", starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=1, hours=1))
    warunee.says("ประชุมของฉัน").hears("ประชุมที่สอง ครั้งที่ 1/2569 · บ้านหนองสมมติ\nคำตอบของท่าน: ยังไม่ได้ตอบ")
    warunee.hears("พื้นที่นวัตกรรมสมมติ ครั้งที่ 1/2569 · บ้านหนองสมมติ\nคำตอบของท่าน: ไปที่ห้อง")


def test_strangers_and_those_not_invited(province):
    warunee = province.director()
    other = province.director("นายอื่น", "1031993002")
    number = call(province, audience=Audience(schools=frozenset({province.school("1031992003")})))
    push(province)
    data = next(one.action["data"] for one in warunee.buttons() if one.label == "ไปที่ห้อง")
    other.posts_back(data).hears("ไม่พบคำเชิญ")
    other.says("ไปครับ").hears_not("บันทึกคำตอบ")
    stranger = province.person("คนแปลกหน้า")
    stranger.posts_back(data).hears("รหัสเชิญ")
    stranger.says("ขอลิงก์ซูมหน่อย").hears("รหัสเชิญ")
    assert {row.reply for row in province.rows(invitees) if row.meeting_id == number} == {None}


def test_a_delegate_not_yet_known_and_another_one_later(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("รายงาน").says("นักเรียนอ่านคล่องขึ้น").taps("ส่งผู้แทน", turn=-3).says("ยังไม่ทราบครับ").hears("บันทึกไว้แล้ว")
    assert (of_school(province, number).reply, of_school(province, number).delegate_name) == ("delegate", None)
    warunee.says("ประชุมขอส่งรองไปแทน").hears("ส่งรองแล้ว").says("นักเรียนมาเรียนทุกวัน 120 คน").hears("บันทึกแล้ว")
    assert province.everything() == ["นักเรียนอ่านคล่องขึ้น", "นักเรียนมาเรียนทุกวัน 120 คน"]
    warunee.says("ขอส่งนางสุดา จำลอง ตำแหน่งครู ไปประชุมแทน ออนไลน์").hears("นางสุดา จำลอง (ครู) · ออนไลน์", "ข้อ 1")
    warunee.taps("ส่งผู้แทน").hears("ผู้แทนตอนนี้: นางสุดา จำลอง (ครู)").taps("ไม่เปลี่ยนผู้แทน").hears("นางสุดา จำลอง (ครู)")
    warunee.taps("ส่งผู้แทน").says("นายสมชาย ทดลอง").hears("ตำแหน่ง").says("รอง ผอ.").hears(
        "นายสมชาย ทดลอง (รอง ผอ.) · ออนไลน์"
    )
    assert of_school(province, number).delegate_position == "รอง ผอ."


def test_the_link_for_a_delegate_leaves_the_delegate_as_it_is(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("ส่งนางสุดา จำลอง ตำแหน่งครู ไปแทน ที่ห้องค่ะ").hears("ไปที่ห้อง")
    warunee.says("ขอลิงก์").hears_not(LINK).taps("ออนไลน์").hears("นางสุดา จำลอง (ครู) · ออนไลน์", LINK)
    warunee.taps("ไปที่ห้อง").hears("บันทึกคำตอบแล้ว").hears_not("สุดา")
    assert (of_school(province, number).reply, of_school(province, number).mode) == ("coming", "room")


def test_the_menus_button_shows_ones_meetings(province):
    warunee = province.director()
    warunee.posts_back("do=meeting_show").hears("ยังไม่มีนัดประชุม")
    call(province)
    push(province)
    warunee.posts_back("do=meeting_show").hears("คำตอบของท่าน: ยังไม่ได้ตอบ")
    warunee.posts_back("do=meeting_room&n=1&v=99999").hears("ไม่พบคำเชิญ")
    warunee.posts_back("do=meeting_pick&v=1").hears("ตอบไปแล้ว")
    warunee.posts_back("do=meeting_skip&v=1").hears("ตอบไปแล้ว")


def test_a_late_answer_is_not_taken_for_the_newest_where_a_meeting_is_moved_and_moved_back(province):
    warunee = province.director()
    number = call(province)
    push(province)
    before = province.now
    province.later(minutes=5)
    warunee.says("ขอออนไลน์")
    warunee.says("ประชุมไปไม่ได้ครับ", at=before).hears("มีคำตอบที่ใหม่กว่า")
    change(province, number, starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=1, hours=3))
    change(province, number, starts_at=STARTS, ends_at=STARTS + timedelta(hours=3))
    assert (of_school(province, number).reply, of_school(province, number).mode) == ("coming", "call")


def test_orders_stay_orders_while_a_name_is_asked_for(province):
    pranee = province.verifier()
    number = call(province, audience=Audience(roles=frozenset({Role.VERIFIER, Role.DIRECTOR})))
    warunee = province.director()
    push(province)
    pranee.says("ดูการประชุม").hears_not("คำตอบของท่าน")
    pranee.says("ขอส่งผู้แทนค่ะ").hears("ชื่อ-สกุล").says("คิว").hears("รอตรวจ")
    warunee.says("ขอส่งผู้แทนค่ะ").says("สรุป").hears_not("บันทึก")
    warunee.says("ส่งผู้แทน").says("ขอบคุณค่ะ").hears("ยินดี")
    warunee.says("ไปไม่ได้").says("รายงาน").hears("ข้อ 1 จาก 6")
    assert counted(province, number).unnamed == 1
    assert of_school(province, number).reason is None


def test_while_words_wait_to_be_filed_the_meeting_can_be_answered(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("ไปครับ").says("ได้ทั้งสองแบบ").hears("จะบันทึกข้อความนี้เป็นคำตอบ").says("ขอออนไลน์ครับ").hears("บันทึกคำตอบแล้ว")
    assert of_school(province, number).mode == "call"
    warunee.says("ใช่").hears("ข้อ 1")
    assert province.everything() == ["ได้ทั้งสองแบบ"]
    warunee.says("พัก").says("ประชุมผู้ปกครองไปแล้วสองครั้ง คนมาเยอะมาก").hears("ประชุมของฉัน")
    assert of_school(province, number).mode == "call"


def test_the_calendar_entry_is_given_as_a_link_where_the_bot_has_an_address(province):
    warunee = province.director()
    number = call(province)
    push(province)
    warunee.says("เพิ่มลงปฏิทิน").hears("จดวันเวลาไว้")
    made: list[Pass] = []

    def page_to(one: Pass) -> str:
        made.append(one)
        return "https://bot.example/m/1"

    province.house = replace(province.house, page_to=page_to)
    warunee.says("ไปที่ห้อง").taps("เพิ่มลงปฏิทิน").hears("https://bot.example/m/1")
    assert (made[0].meeting, made[0].page, made[0].channel) == (number, "ics", MAIN)


def test_nobody_is_told_of_a_seat_that_was_given_up_meanwhile(province):
    first, second = province.director(), province.director("นาย ก", "1031991002")
    call(province, seats=1)
    push(province)
    first.says("ไปที่ห้อง")
    second.says("ไปที่ห้อง").hears("ลำดับที่ 1")
    first.says("ขอออนไลน์")
    second.says("ขอออนไลน์").hears_not("มีที่นั่งว่างแล้ว")
    province.later(hours=3)
    assert push(province) == {}
