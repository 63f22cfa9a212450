"""Talks in which "are you sure?" is not answered with a clear yes: nothing that binds anybody is done."""

from models.people import memberships, people
from models.report import State
from models.review import decisions
from tests.province import Person, Province
from tests.test_announcements import shows, told
from tests.test_talk_erasing import asks
from tests.test_talk_report import LONG, fill
from tests.test_talk_reviewing import TOPICS, verifies
from tests.whole_report import reports

NO_YES = (
    "ไม่ ยืนยัน",
    "ไม่ต้อง ยืนยัน",
    "เดี๋ยว ยืนยัน",
    "ไม่มั่นใจค่ะ",
    "ค่อยยืนยัน",
    "อย่าเพิ่งยืนยัน",
    "ยืนยันได้ไหมคะ",
    "โอเคได้ไหม",
    "ใช่ไหม",
)
"""Refusals as a phone writes what is spoken to it, refusals near a yes, and questions."""


def test_a_report_is_sent_by_a_clear_yes_only(province: Province, warunee: Person) -> None:
    fill(warunee)
    for words in NO_YES:
        warunee.says("ส่ง").hears("พร้อมส่งถึง").says(words).hears_not("ส่งเรียบร้อย")
        assert province.state() == State.DRAFT
    warunee.says("ส่ง").says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว")


def test_a_report_is_taken_back_by_a_clear_yes_only(province: Province, warunee: Person) -> None:
    reports(warunee)
    for words in NO_YES:
        warunee.says("ถอนคืน").hears("ไม่ถอน").says(words)
        assert province.state() == State.SUBMITTED


def test_an_answer_is_deleted_by_a_clear_yes_only(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG)
    for words in NO_YES:
        warunee.says("ลบข้อ 1").hears("ลบ", "ไม่แก้แล้ว").says(words)
        assert province.answer("learners.now") == [LONG]


NAMED = {"ส่ง": "ยืนยันส่ง", "ถอน": "ยืนยันถอนคืน", "ลบ": "ยืนยันลบ"}
"""What names the act that it agrees to, as each question offers it."""


def others(act: str) -> list[str]:
    return [f"{words}{particle}" for named, words in NAMED.items() if named != act for particle in ("", "ค่ะ", "เลย")]


def test_who_confirms_something_else_has_not_sent_the_report(province: Province, warunee: Person) -> None:
    fill(warunee)
    warunee.says("ส่ง").hears("พร้อมส่งถึง")
    for words in others("ส่ง"):
        warunee.says(words).hears("พร้อมส่งถึง", "ยืนยัน")
    assert province.state() == State.DRAFT
    warunee.says(NAMED["ส่ง"]).hears("ส่งเรียบร้อยแล้ว")


def test_who_confirms_something_else_has_deleted_nothing(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ลบข้อ 1")
    for words in others("ลบ"):
        warunee.says(words).hears("จะลบคำตอบ", "ไม่แก้แล้ว")
    assert province.answer("learners.now") == [LONG]
    warunee.says(NAMED["ลบ"]).hears("ลบคำตอบข้อ 1")


def test_who_confirms_something_else_has_taken_nothing_back(province: Province, warunee: Person) -> None:
    reports(warunee).says("ถอนคืน")
    for words in others("ถอน"):
        warunee.says(words).hears("ไม่ถอน")
    assert province.state() == State.SUBMITTED
    warunee.says(NAMED["ถอน"]).hears("ถอนคืนเรียบร้อยแล้ว")


def test_a_deletion_that_is_confirmed_too_late_is_asked_again_and_nothing_else(
    province: Province, warunee: Person
) -> None:
    fill(warunee).says("ลบข้อ 1").hears("จะลบคำตอบข้อ 1")
    province.later(hours=2)
    warunee.says("ยืนยันลบ").hears("จะลบคำตอบข้อ 1").says("ยืนยันลบ").hears("ลบคำตอบข้อ 1")
    assert province.state() == State.DRAFT


def test_confirming_an_act_by_name_is_no_yes_to_words_that_wait(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("พัก")
    for words in NAMED.values():
        warunee.says("ครูย้ายออกสองคนเมื่อต้นเดือน").hears("จะบันทึก").says(words)
    assert province.everything() == []


def test_nobody_joins_but_by_a_clear_yes(province: Province) -> None:
    stranger, before = province.person("นางสาวนิภาพร ตัวอย่างงาม"), province.rows(memberships)
    code = province.code("1031992003")
    for words in NO_YES:
        stranger.says(code).hears("ใช่หรือไม่").says(words).hears_not("ประกาศ")
    assert province.rows(memberships) == before


def test_the_notice_is_acknowledged_by_a_clear_word_only(province: Province) -> None:
    stranger = province.person("นางสาวนิภาพร ตัวอย่างงาม")
    stranger.says(province.code("1031992003")).says("ใช่").hears("ประกาศ")
    for words in ("ไม่ รับทราบ", "ไม่ ยินยอม", "ไม่ ยอมรับ", "ตกลงได้หรือไม่", *NO_YES):
        stranger.says(words).hears_not("เรียบร้อยแล้ว")
    stranger.says("รับทาบครับ").hears("เรียบร้อยแล้ว")


def test_time_is_asked_for_by_a_clear_yes_only(warunee: Person) -> None:
    for words in NO_YES:
        warunee.says("ขอเลื่อนเป็น 10 ก.พ. 69").hears("เหตุผล").says("ข้าม").hears("ขอเลื่อน").says(words)
        warunee.hears_not("แจ้งผลที่นี่").says("ไม่ขอแล้ว").says("ยกเลิก")


def test_an_account_is_unlinked_by_a_clear_yes_only(warunee: Person) -> None:
    for words in NO_YES:
        warunee.says("ยกเลิกการเชื่อมบัญชี").hears("แน่ใจหรือไม่").says(words).hears_not("เรียบร้อยแล้ว")


def test_a_report_is_verified_by_a_clear_yes_only(province: Province, warunee: Person, pranee: Person) -> None:
    reports(warunee)
    verifies(pranee.says("คิว").says("1"), *TOPICS)
    for words in NO_YES:
        pranee.says("สรุปผล").hears("ยืนยัน").says(words)
        assert (province.state(), len(province.rows(decisions))) == (State.REVIEWING, len(TOPICS))


def test_an_announcement_is_sent_by_a_clear_yes_only(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss)
    for words in (*NO_YES, "ส่งเลยได้ไหมคะ", "ส่งเลย หรือยัง", "โอเค เดี๋ยวก่อน ขอแก้คำผิด"):
        boss.hears("พิมพ์ “ใช่”").says(words)
        assert told(province) == [], words
        if "พิมพ์ “ใช่”" not in boss.words:
            boss.says("ประกาศ").says("พอแล้ว").says("ข้าม").says("ทุกโรงเรียน")


def test_a_person_is_erased_by_a_clear_yes_only(province: Province, warunee: Person, boss: Person) -> None:
    asks(warunee)
    for words in NO_YES:
        boss.says("คำขอลบข้อมูล").says("ลบให้ 1").hears("แน่ใจหรือไม่").says(words)
        assert warunee.user in [row.line_user_id for row in province.rows(people)], words


def test_a_word_about_sending_confirms_nothing_else(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG)
    for words in ("ใช่ค่ะ ส่งเลย", "ตกลง ส่งรายงาน"):
        warunee.says("ลบข้อ 1").says(words)
        assert province.answer("learners.now") == [LONG]
    warunee.says("ยกเลิกการเชื่อมบัญชี").says("ได้ ส่งเลย").hears_not("เรียบร้อยแล้ว")


def test_leaving_an_answer_as_it_is_replaces_nothing(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป")
    for words in ("ยกเลิกครับ ขอบคุณ", "ไม่เอาค่ะ ขอบคุณค่ะ", "ยกเลิก ไม่แก้แล้ว", "ไม่เอา ข้าม", "เดี๋ยวค่ะ ติดประชุม", "ยกเลก"):
        warunee.says("แก้ 1").hears("ที่ตอบไว้").says(words)
        assert province.answer("learners.now") == [LONG], words


def test_taking_the_sending_back_before_it_is_done_is_a_no(province: Province, warunee: Person) -> None:
    fill(warunee).says("ส่ง").hears("พร้อมส่งถึง").says("ยกเลิกการส่ง").hears("ยังไม่ได้ส่ง")
    assert province.state() == State.DRAFT


def test_words_that_might_end_an_empty_question_are_its_answer(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("แก้ไขแล้วค่ะ").hears("บันทึกแล้ว 1 ข้อความ")
    assert province.answer("learners.now") == ["แก้ไขแล้วค่ะ"]


def test_a_need_that_was_chosen_is_not_wiped_out_by_words_for_it(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says(LONG).says("ต่อไป").says("คน").hears("คน ✓")
    warunee.says("ต้องการความช่วยเหลือค่ะ").hears_not("ไม่ต้องการ ✓")
    assert "people" in province.answer("learners.needs")


def test_a_topic_is_opened_by_its_title_and_its_words_stay(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("แก้ข้อคุณภาพผู้เรียน").hears("ข้อ 1 สภาพปัจจุบัน ที่ตอบไว้", LONG)
    warunee.says("เมนู").says("หลักสูตร").hears("ข้อ 2 จาก 6").says("เมนู").says("สองค่ะ").hears("ข้อ 2 จาก 6")
    warunee.says("แก้ข้อ 1 ส่วนที่ 2").hears("ข้อ 1 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป")
    assert province.answer("learners.now") == [LONG]


def test_a_command_behind_a_number_is_no_answer(province: Province, warunee: Person) -> None:
    fill(warunee).says("สรุป").says("ข้อ 2 ขอแก้").hears("ข้อ 2", "ที่ตอบไว้")
    assert province.answer("curriculum.now") == [LONG]
