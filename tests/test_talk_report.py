"""Golden talks: a director and the report, from the first question to the receipt."""

from datetime import timedelta

import pytest

from handlers import question_file, reports
from handlers.heard import Kind
from handlers.messages.values import Act
from models.audit import audit
from models.inbox import inbox
from models.people import Role
from models.place import asked
from models.programme import rounds
from models.report import State, media, moves
from models.report import reports as table
from tests.province import Person, Province

LONG = "นักเรียน 168 คน อ่านคล่องขึ้นมาก ยังห่วงเด็ก 9 คนที่อ่านไม่คล่อง"


def fill(person: Person) -> Person:
    """Answer every question, needs skipped."""
    person.says("รายงาน")
    for _ in range(5):
        person.says(LONG).says("ต่อไป").says(LONG).says("ต่อไป").says("ข้าม")
    return person.says("ไม่มี")


def test_a_whole_report_from_first_word_to_receipt(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").hears("ข้อ 1 จาก 6 · สภาพปัจจุบัน", "คุณภาพผู้เรียน", "แนวคิด", "ต่อไป")
    warunee.says("นักเรียนอ่านคล่องขึ้น จาก 20 เป็น 31 คน").hears("บันทึกแล้ว 1 ข้อความ", "ข้อ 1", "ต่อไป")
    warunee.says("แต่ขาดเรียนช่วงตัดอ้อย").hears("บันทึกแล้ว 2 ข้อความ")
    warunee.says("ต่อไป").hears("ข้อ 1 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป")
    warunee.says(LONG).says("ต่อไป").hears("ความช่วยเหลือ", "1. งบ")
    warunee.says("1, 3").hears("เลือกไว้: งบ, สื่อ/อุปกรณ์").says("ต่อไป").hears("ข้อ 2 จาก 6 · สภาพปัจจุบัน")
    for _ in range(4):
        warunee.says(LONG).says("ต่อไป").says(LONG).says("ต่อไป").says("ข้าม")
    warunee.hears("ข้อ 6 จาก 6", "ไม่มีก็พิมพ์ “ไม่มี”")
    warunee.says("ไม่มี").hears("ครบทุกข้อ", "ตรวจทานก่อนส่ง", "นักเรียนอ่านคล่องขึ้น จาก 20 เป็น 31 คน")
    warunee.says("ส่ง").hears("พร้อมส่งถึง สพป.บุรีรัมย์ เขต 2", "ยืนยัน")
    assert province.state() == State.DRAFT
    warunee.says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว", "เลขรับ 2568/2-1031992003-1", "จ. 5 ม.ค. 2569")
    warunee.hears("แต่ขาดเรียนช่วงตัดอ้อย", "ต้นสังกัดจะตรวจตามสภาพจริง")
    assert province.state() == State.SUBMITTED
    assert [(move.from_state, move.to_state) for move in province.rows(moves)] == [("draft", "submitted")]


def test_typed_words_do_all_that_buttons_do_and_buttons_all_that_words_do(province: Province, warunee: Person) -> None:
    warunee.taps("เริ่มรายงาน").hears("ข้อ 1 จาก 6")
    warunee.says(LONG).taps("ต่อไป").hears("สิ่งที่จะขับเคลื่อนต่อไป").taps("ข้าม").hears("ความช่วยเหลือ")
    warunee.taps("คน").hears("เลือกไว้: คน").taps("งบ").hears("เลือกไว้: งบ, คน").taps("คน").hears("เลือกไว้: งบ")
    assert province.answer("learners.needs") == ["budget"]
    warunee.taps("ไม่ต้องการ").hears("เลือกไว้: ไม่ต้องการ")
    assert province.answer("learners.needs") == ["none"]
    warunee.taps("ย้อนกลับ").hears("ข้อ 1 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป")


@pytest.mark.parametrize("word", ["ต่อไป", "เสร็จ", "ถัดไป", "ต่อไปครับ", "ต่อไปป", "ตอไป", "เสร็จแล้วค่ะ", "9jvwx"])
def test_an_answer_ends_with_next_in_many_spellings(warunee: Person, word: str) -> None:
    warunee.says("รายงาน").says(LONG).says(word).hears("สิ่งที่จะขับเคลื่อนต่อไป")


@pytest.mark.parametrize(
    "words",
    [
        "แก้ไขปัญหาการอ่านไม่ออกโดยครูสอนซ่อมเสริมตอนเย็น",
        "ส่งต่อเด็กกลุ่มเสี่ยง 3 คนให้นักจิตวิทยา",
        "ยกเลิกสอบกลางภาค เปลี่ยนเป็นแฟ้มสะสมงานแทน",
        "ไม่มีครูเอกภาษาอังกฤษ",
        "สถานะทางบ้านเด็กยากจน 70% ได้ทุน กสศ. 41 คน",
        "ประชุมผู้ปกครองเทอมละ 2 ครั้ง มาประมาณ 60%",
    ],
)
def test_words_that_begin_like_a_command_are_an_answer(province: Province, warunee: Person, words: str) -> None:
    warunee.says("รายงาน").says(words).hears("บันทึกแล้ว 1 ข้อความ")
    assert province.answer("learners.now") == [words]


def test_one_answer_is_any_number_of_bubbles_photos_files_and_voice(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("มีเด็กเก่งดนตรี").sends(Kind.IMAGE).sends(Kind.IMAGE)
    warunee.hears("บันทึกแล้ว 1 ข้อความ 2 รูป", "เลี่ยงภาพที่เห็นหน้านักเรียนชัด")
    warunee.sends(Kind.FILE, file_name="SAR.pdf").sends(Kind.AUDIO).hears("1 ข้อความ 2 รูป 1 เสียง 1 ไฟล์")
    assert len(province.rows(media)) == 4
    warunee.says("ต่อไป").hears("สิ่งที่จะขับเคลื่อนต่อไป").says("สรุป").hears("2 รูป 1 เสียง 1 ไฟล์")


def test_a_too_short_answer_is_asked_once_for_an_example_then_accepted(warunee: Person) -> None:
    warunee.says("รายงาน").says("ก็ดีครับ").hears("บันทึกแล้ว")
    warunee.says("ต่อไป").hears("ขอตัวอย่างหรือจำนวน").says("ต่อไป").hears("สิ่งที่จะขับเคลื่อนต่อไป")


def test_no_answer_at_all_is_asked_for_or_skipped(warunee: Person) -> None:
    warunee.says("รายงาน").says("ต่อไป").hears("ยังไม่มีคำตอบ", "ข้าม").says("ข้าม").hears("ข้ามข้อ 1", "ต่อไป")


def test_resume_after_days_and_after_the_place_is_lost(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("พัก").hears("เสร็จแล้ว 0 จาก 6 ข้อ", "รายงาน")
    province.later(days=4)
    warunee.says("สวัสดี").hears("สวัสดี").taps("ทำต่อ").hears("ข้อ 1 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป")
    province.forget_places()
    warunee.says("รายงาน").hears("ข้อ 1 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป")


def test_resume_after_a_deploy_that_added_a_question(province: Province, warunee: Person) -> None:
    fill(warunee).hears("ครบทุกข้อ")
    added = "      - part: now\n        key: safety\n        ask: นักเรียนปลอดภัยเพียงใด\n      - part: needs\n"
    text = question_file.default().replace("version: 1\n", "version: 2\n")
    province.load_questions(question_file.parse(text.replace("      - part: needs\n", added, 1)))
    warunee.says("รายงาน").hears("นักเรียนปลอดภัยเพียงใด").says(LONG).says("ต่อไป").hears("ครบทุกข้อ")
    assert province.answer("learners.now") == [LONG]


def test_any_topic_in_any_order_from_the_card_or_by_number(warunee: Person) -> None:
    warunee.says("เมนู").hears("รายงาน 6 ประเด็น", "ยังไม่ตอบ", "หลักสูตรและการจัดการเรียนรู้")
    warunee.taps("3").hears("ข้อ 3 จาก 6 · สภาพปัจจุบัน").says(LONG).says("ต่อไป")
    warunee.says("ข้อ ๕").hears("ข้อ 5 จาก 6").says("ข้อ 9").hears("1 ถึง 6")
    warunee.says("เมนู").hears("ตอบบางส่วน")


def test_edit_shows_the_old_words_brings_them_into_the_keyboard_and_replaces(
    province: Province, warunee: Person
) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("แผนเดิมที่จะทำในภาคเรียนหน้า 2 กิจกรรม").says("ต่อไป")
    warunee.says("แก้ไขข้อ ๑ ส่วนต่อไป").hears("ที่ตอบไว้", "แผนเดิมที่จะทำ", "เพิ่มต่อท้าย")
    fill_in = [button.action.get("fillInText") for button in warunee.buttons() if button.label == "แก้ข้อความเดิม"]
    assert fill_in == ["แผนเดิมที่จะทำในภาคเรียนหน้า 2 กิจกรรม"]
    warunee.says("แก้ไขปัญหาครูสอนไม่ตรงเอกก่อน แล้วค่อยปรับหลักสูตร").hears("เปลี่ยนคำตอบข้อ 1")
    assert province.answer("learners.next") == ["แก้ไขปัญหาครูสอนไม่ตรงเอกก่อน แล้วค่อยปรับหลักสูตร"]
    warunee.taps("คืนคำตอบเดิม").hears("คืนคำตอบเดิมข้อ 1")
    assert province.answer("learners.next") == ["แผนเดิมที่จะทำในภาคเรียนหน้า 2 กิจกรรม"]


def test_edit_can_add_or_leave_as_it_was(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป")
    warunee.says("แก้ 1").hears(LONG).taps("เพิ่มต่อท้าย").hears("ส่วนที่จะเพิ่ม").says("และมีเด็กพิเศษ 4 คน")
    assert province.answer("learners.now") == [LONG, "และมีเด็กพิเศษ 4 คน"]
    warunee.says("ต่อไป").says("แก้ 1").taps("ไม่แก้แล้ว").hears("ไว้ตามเดิม", "สิ่งที่จะขับเคลื่อนต่อไป")
    warunee.says("เพิ่มเติมข้อ 1 อีกนิด มีเด็กเรียนรวมอีก 2 คน").hears("บันทึกแล้ว 3 ข้อความ")


def test_a_long_answer_that_does_not_fit_the_keyboard_is_shown(warunee: Person) -> None:
    warunee.says("รายงาน").says("เด็กอ่านออก " * 60).says("ต่อไป").says("แก้ 1").hears("เด็กอ่านออก เด็กอ่านออก")
    assert all("fillInText" not in button.action for button in warunee.buttons())


def test_quoting_ones_own_bubble_changes_that_bubble(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("เด็ก 19 คนอ่านไม่คล่อง").says("ส่วนใหญ่ ป.2").says("ต่อไป")
    warunee.says("เด็ก 9 คนอ่านไม่คล่อง", quote=warunee.sent[-3]).hears("แก้ข้อความนั้นในข้อ 1")
    assert province.answer("learners.now") == ["เด็ก 9 คนอ่านไม่คล่อง", "ส่วนใหญ่ ป.2"]


def test_quoting_the_bots_question_adds_to_that_answer(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says(LONG)
    asked_first = warunee.bot_message("ขณะนี้นักเรียนเป็นอย่างไรบ้าง")
    warunee.says("เพิ่งได้เหรียญทองวิทยาศาสตร์ระดับจังหวัด", quote=asked_first).hears("ข้อ 1 สภาพปัจจุบัน")
    assert province.answer("learners.now") == [LONG, "เพิ่งได้เหรียญทองวิทยาศาสตร์ระดับจังหวัด"]


def test_unsend_takes_that_part_out_and_says_so_at_the_next_visit(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("เรื่องนี้ไม่ควรบอก").unsends(warunee.sent[-1]).hears_nothing()
    assert province.answer("learners.now") == [LONG]
    assert "เรื่องนี้ไม่ควรบอก" not in str(province.rows(audit))
    warunee.says("ต่อไป").hears("เอาข้อความที่ท่านยกเลิกออก", "สิ่งที่จะขับเคลื่อนต่อไป")


def test_an_old_button_never_writes_into_a_newer_question(province: Province, warunee: Person) -> None:
    """Invariant 6: what is said answers what was asked."""
    warunee.says("รายงาน").says(LONG)
    old = len(warunee.turns) - 1
    warunee.says("ต่อไป").hears("สิ่งที่จะขับเคลื่อนต่อไป")
    warunee.taps("ข้าม", turn=old).hears("ปุ่มนี้เป็นของคำถามก่อนหน้า", "สภาพปัจจุบัน", "ตอบแล้ว")
    warunee.says("สรุป").hears_not("ข้ามไว้")
    warunee.says(LONG).says("ต่อไป").says("ข้าม")
    warunee.taps("ต่อไป", turn=old).hears("คำถามก่อนหน้า").taps("แก้ข้อนี้").hears("ที่ตอบไว้", LONG)


def test_an_old_confirmation_does_not_send_what_has_changed_since(province: Province, warunee: Person) -> None:
    fill(warunee).says("ส่ง").hears("ยืนยัน")
    old = len(warunee.turns) - 1
    warunee.says("เพิ่มเติมข้อ 1 มีเด็กย้ายเข้าอีก 3 คน").taps("ยืนยันส่ง", turn=old)
    assert province.state() == State.DRAFT
    warunee.says("ต่อไป").says("ส่ง").says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว", "เด็กย้ายเข้าอีก 3 คน")


def test_a_strangers_tap_on_a_report_is_refused_and_audited(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG)
    report = next(act.report for act in map(Act.read, warunee.data()) if act and act.report)
    stranger, before = province.person("คนแปลกหน้า"), province.rows(audit)
    stranger.says("สวัสดี").posts_back(f"do=confirm&r={report}&n=1").hears("รหัส")
    assert [(row.action, row.detail) for row in province.rows(audit)[len(before) :]] == [
        ("tap.refused", {"why": "stranger", "report": report})
    ]
    assert province.state() == State.DRAFT


@pytest.mark.parametrize(
    "data", ["do=next&r={other}&q=learners.now&n=1", "do=confirm&r={other}&n=1", "do=pick", "x=1", ""]
)
def test_a_button_made_by_hand_is_refused_and_audited(province: Province, warunee: Person, data: str) -> None:
    other = province.director("นายสุรเดช สมมติบุตร", "1031993002").says("รายงาน").says(LONG)
    report = next(act.report for act in map(Act.read, other.data()) if act and act.report)
    warunee.says("รายงาน").posts_back(data.format(other=report)).hears("ใช้ไม่ได้แล้ว")
    assert [row.action for row in province.rows(audit)][-1] == "tap.refused"
    assert province.state("1031993002") == State.DRAFT


def test_withdraw_returns_a_sent_report_to_draft(province: Province, warunee: Person) -> None:
    fill(warunee).says("ส่ง").says("ยืนยัน").hears("เลขรับ")
    warunee.says("ขอเพิ่มเรื่องครูย้ายออกสองคน").hears("ส่งแล้ว", "ถอนคืน")
    assert len(province.answer("learners.now")) == 1
    warunee.says("แก้ 1").hears("ส่งแล้ว", "ถอนคืน").says("ถอนคืน").hears("เลขรับ", "ยืนยัน").says("ยืนยัน").hears("ร่าง")
    assert province.state() == State.DRAFT
    warunee.says("ส่ง").says("ยืนยัน").hears("2568/2-1031992003-2")
    assert [move.to_state for move in province.rows(moves)] == ["submitted", "draft", "submitted"]


def test_a_report_under_review_cannot_be_withdrawn(province: Province, warunee: Person) -> None:
    fill(warunee).says("ส่ง").says("ยืนยัน")
    with province.store.write() as db:
        sent = db.execute(table.select().where(table.c.state == State.SUBMITTED)).one()
        reports.move(db, "main", sent.id, State.SUBMITTED, State.REVIEWING, by=1, now=province.now)
    warunee.says("ถอนคืน").hears("เริ่มตรวจแล้ว")
    assert province.state() == State.REVIEWING


def test_a_misspelt_send_is_asked_about_before_it_counts(province: Province, warunee: Person) -> None:
    fill(warunee).says("สงแล้วนะคับ").hears("พร้อมส่งถึง", "ยืนยัน")
    assert province.state() == State.DRAFT


def test_sending_too_early_names_what_is_missing(warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("ส่ง").hears("ยังไม่พบคำตอบ", "ข้อ 1 สิ่งที่จะขับเคลื่อนต่อไป", "ข้อ 6")


def test_words_that_nobody_ended_are_sent_too(warunee: Person) -> None:
    fill(warunee).says("แก้ 2").says("เปลี่ยนใจ จะเน้นหลักสูตรฐานสมรรถนะเต็มรูป").says("ส่ง").hears("พร้อมส่งถึง")
    warunee.says("ยืนยัน").hears("เลขรับ", "เปลี่ยนใจ จะเน้นหลักสูตรฐานสมรรถนะเต็มรูป")


def test_not_yet_keeps_the_draft(province: Province, warunee: Person) -> None:
    fill(warunee).says("ส่ง").says("ยังๆ ขอให้รอง ผอ.ดูก่อน").hears("ยังไม่ได้ส่ง")
    assert province.state() == State.DRAFT


def test_topic_six_can_be_kept_from_the_agency(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("ข้อ 6").hears("ให้เห็นเฉพาะจังหวัด").says("อยากให้ช่วยเรื่องถนนเข้าโรงเรียน")
    warunee.taps("ให้เห็นเฉพาะจังหวัด").hears("เห็นเฉพาะผู้ประสานจังหวัด").says("สรุป").hears("เห็นเฉพาะจังหวัด")
    warunee.taps("ให้ต้นสังกัดเห็นด้วย", turn=-2).hears("ต้นสังกัดและผู้ประสานจังหวัดเห็นได้")


@pytest.mark.parametrize("words", ["555", "👍👍", "ขอบคุณมากครับ สะดวกดี", "ขอคุยกับเจ้าหน้าที่", "ช่วยเหลือ", "สถานะ", "l5kot"])
def test_small_talk_gets_one_polite_answer_and_writes_nothing(province: Province, warunee: Person, words: str) -> None:
    warunee.says("รายงาน").says(words).hears("")
    assert province.answer("learners.now") == []
    assert not any(particle in warunee.words for particle in ("ครับ", "ค่ะ", "นะคะ"))
    warunee.says(LONG).hears("บันทึกแล้ว 1 ข้อความ")


@pytest.mark.parametrize("kind", [Kind.STICKER, Kind.LOCATION, Kind.OTHER])
def test_stickers_places_and_unknown_bubbles_get_an_answer_everywhere(warunee: Person, kind: Kind) -> None:
    warunee.sends(kind).hears("พิมพ์").says("รายงาน").sends(kind).hears("ข้อ 1").says("พัก").sends(kind).hears("รายงาน")


def test_five_thousand_letters_are_kept_and_shown_within_lines_limits(province: Province, warunee: Person) -> None:
    words = "ก" * 4999 + "ข"
    warunee.says("รายงาน").says(words).hears("บันทึกแล้ว").says("ต่อไป").says("สรุป")
    assert province.answer("learners.now") == [words]


def test_a_receipt_of_very_long_answers_keeps_to_five_messages(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน")
    for _ in range(5):
        warunee.says("ก" * 4000).says("ต่อไป").says("ข" * 4000).says("ต่อไป").says("ข้าม")
    warunee.says("ไม่มี").says("ส่ง").says("ยืนยัน").hears("ส่งเรียบร้อยแล้ว", "พิมพ์หมายเลขข้อ")
    warunee.says("5").hears("ก" * 4000, "ข" * 1000)


def test_words_at_no_question_are_offered_to_be_filed(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("พัก")
    warunee.says("ปีหน้าจะเปิดชมรมหุ่นยนต์กับเทศบาล").hears("จะบันทึกข้อความนี้", "ข้อ 1 สิ่งที่จะขับเคลื่อนต่อไป")
    assert province.answer("learners.next") == []
    warunee.taps("บันทึกในข้อ 1").hears("บันทึกไว้ในข้อ 1")
    assert province.answer("learners.next") == ["ปีหน้าจะเปิดชมรมหุ่นยนต์กับเทศบาล"]


def test_a_late_bubble_is_filed_under_the_question_it_answered(province: Province, warunee: Person) -> None:
    """Invariant 7: a late or reordered event never overwrites newer words."""
    warunee.says("รายงาน").says(LONG)
    said_then = province.now + timedelta(milliseconds=300)
    warunee.says("ต่อไป").says("แผนใหม่ที่จะทำในภาคเรียนหน้า")
    warunee.says("มาช้าแต่เป็นของข้อแรก", at=said_then).hears("เพิ่งมาถึงระบบ", "ข้อ 1 สภาพปัจจุบัน")
    assert province.answer("learners.now") == [LONG, "มาช้าแต่เป็นของข้อแรก"]
    assert province.answer("learners.next") == ["แผนใหม่ที่จะทำในภาคเรียนหน้า"]


def test_a_late_command_moves_nothing(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says(LONG)
    warunee.says("พัก", at=province.now - timedelta(seconds=2)).hears("ข้อ 1 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป")
    warunee.says("ต่อไป").hears("ความช่วยเหลือ")


def test_an_event_is_heard_once(province: Province, warunee: Person) -> None:
    """Invariant 1."""
    warunee.says("รายงาน").says(LONG).again().hears_nothing()
    assert province.answer("learners.now") == [LONG]
    warunee.says("ต่อไป").again().hears_nothing().says(LONG).hears("ข้อ 1 สิ่งที่จะขับเคลื่อนต่อไป")
    assert len(province.rows(asked)) >= 2


def test_a_delegate_writes_but_does_not_send(province: Province) -> None:
    helper = province.person("ครูมยุรี จำลองพันธ์").joins("1031992003", Role.DELEGATE)
    fill(helper).says("ส่ง").hears("การส่งเป็นของท่าน ผอ.").says("ยืนยัน").hears("การส่งเป็นของท่าน ผอ.")
    assert province.state() == State.DRAFT
    province.director().says("รายงาน").hears("ครบทุกข้อ").says("ส่ง").says("ยืนยัน").hears("เลขรับ")


def test_one_director_of_two_schools_chooses_which_is_meant(province: Province) -> None:
    both = province.director("นายไพโรจน์ ตัวอย่างสุข").says(province.code("1031993002")).hears("นางรอง", "ใช่หรือไม่")
    both.says("ใช่").hears("เชื่อมบัญชีกับ บ้านหนองสมมติ")
    both.says("สวัสดี").taps("เปลี่ยนโรงเรียน").hears("หลายโรงเรียน").taps("บ้านสวายตัวอย่าง").hears("ข้อ 1 จาก 6")
    province.forget_places()
    both.says("รายงาน").hears("หลายโรงเรียน", "1. บ้านสวายตัวอย่าง", "2. บ้านหนองสมมติ")
    both.says("2").hears("โรงเรียน บ้านหนองสมมติ", "ข้อ 1 จาก 6").says(LONG)
    assert province.answer("learners.now", "1031993002") == [LONG]
    assert province.answer("learners.now", "1031992003") == []


def test_a_standby_event_is_kept_but_nothing_is_said(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน")
    warunee.does(Kind.TEXT, text=LONG, message_id="m-standby", active=False).hears_nothing()
    assert province.answer("learners.now") == [LONG]


def test_an_id_number_is_not_kept(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("ด.ช.ก. เลข ปชช. 1-0000-00000-00-0 ขอความช่วยเหลือ").hears("เลขบัตรประชาชน", "ยังไม่ได้บันทึก")
    assert province.answer("learners.now") == []


def test_a_late_or_edited_bubble_with_an_id_number_is_refused_and_forgotten(
    province: Province, warunee: Person
) -> None:
    warunee.says("รายงาน").says(LONG)
    then = province.now - timedelta(seconds=1)
    province.later(seconds=5)
    number = "ด.ญ.สมมติ เลขบัตร 1101700230708 อ่านไม่ออก"
    warunee.says("ครูช่วยกันสอนเสริมทุกเย็น").says(number, at=then).hears("เลขบัตรประชาชน", "ยังไม่ได้บันทึก")
    warunee.does(Kind.EDITED, text=number, message_id=warunee.sent[0]).hears("เลขประจำตัวประชาชน")
    assert province.answer("learners.now") == [LONG, "ครูช่วยกันสอนเสริมทุกเย็น"]
    assert "1101700230708" not in str([row.raw for row in province.rows(inbox)])


def test_every_button_can_be_typed_instead_as_line_for_pc_shows_none(province: Province, warunee: Person) -> None:
    """Whatever is written on a button, typed, is understood as the same."""
    fill(warunee)
    typed = ["แก้ 1", "แก้ข้อความเดิม", LONG, "คืนคำตอบเดิม", "แก้ข้อ 1 ส่วนสิ่งที่จะขับเคลื่อนต่อไป", "เพิ่มต่อท้าย", "ต่อไป"]
    heard = ["ที่ตอบไว้", "ที่ตอบไว้", "เปลี่ยนคำตอบ", "คืนคำตอบเดิม", "สิ่งที่จะขับเคลื่อนต่อไป ที่ตอบไว้", "จะเพิ่ม", "ครบทุกข้อ"]
    for words, answer in zip(typed, heard, strict=True):
        warunee.says(words).hears(answer)
    warunee.says("ลบที่ตอบข้อ 3").hears("จะลบคำตอบข้อ 3").says("ยืนยันลบ").hears("ลบคำตอบข้อ", "ข้อ 3 จาก 6")
    warunee.says(LONG).says("ต่อไป").says("ส่งรายงาน").says("ยังไม่ส่ง").hears("ยังไม่ได้ส่ง").says("ส่งรายงาน").says("ยืนยันส่ง")
    warunee.hears("ส่งเรียบร้อยแล้ว").says("ถอนคืน").says("ไม่ถอน").hears("ไม่ได้ถอนคืน")
    assert province.state() == State.SUBMITTED
    warunee.says("ถอนคืน").says("ยืนยันถอนคืน").hears("ถอนคืนเรียบร้อยแล้ว")


def test_what_waits_can_be_filed_or_let_go_by_typing(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("พัก").says("ครูย้ายออกสองคนเมื่อต้นเดือน").hears("จะบันทึก")
    warunee.says("บันทึกในข้อ 3").hears("บันทึกไว้ในข้อ 3")
    assert province.answer("teachers.now") == ["ครูย้ายออกสองคนเมื่อต้นเดือน"]
    warunee.says("พัก").says("เรื่องนี้พิมพ์มาผิดห้อง").hears("จะบันทึก").says("ไม่ต้องบันทึก").hears("ไม่ได้บันทึก")


def test_a_photo_never_wipes_out_words_that_are_being_changed(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("แก้ 1").sends(Kind.IMAGE).hears("1 ข้อความ 1 รูป")
    assert province.answer("learners.now")[0] == LONG


def test_small_talk_while_changing_an_answer_says_that_it_is_being_changed(warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("แก้ 1").sends(Kind.STICKER).hears("กำลังแก้ข้อ 1", "ไม่แก้แล้ว")
    warunee.says("เมนู").says("มีเด็กย้ายเข้าอีก 3 คนเมื่อวาน").hears("บันทึกแล้ว 2 ข้อความ")


def test_leaving_a_question_that_has_words_does_not_call_it_skipped(warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ข้าม").hears("บันทึกข้อ 1 สภาพปัจจุบัน แล้ว")


@pytest.mark.parametrize("words", ["1 ก.พ. 69", "หลังเลิกเรียน", "พรุ่งนี้", "วันศุกร์นี้บ่ายโมงครึ่ง"])
def test_a_day_or_time_said_to_a_question_is_kept_and_a_pause_offered(
    province: Province, warunee: Person, words: str
) -> None:
    warunee.says("รายงาน").says(words).hears("บันทึกแล้ว")
    assert province.answer("learners.now") == [words]


def test_the_newest_bubble_can_be_taken_out_by_word(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ฟองที่พิมพ์ผิดไป").says("ลบข้อความล่าสุด").hears("ลบแล้ว", "1 ข้อความ")
    assert province.answer("learners.now") == [LONG]


def test_a_bare_number_opens_a_topic_after_the_card_and_is_an_answer_otherwise(
    province: Province, warunee: Person
) -> None:
    warunee.says("รายงาน").says("เมนู").says("3").hears("ข้อ 3 จาก 6").says("9").hears("บันทึกแล้ว")
    assert province.answer("learners.now") == []
    assert province.answer("teachers.now") == ["9"]


def test_typed_lists_add_to_the_choice_and_typing_one_twice_changes_nothing(
    province: Province, warunee: Person
) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says(LONG).says("ต่อไป")
    warunee.says("1 3").says("1 3").hears("เลือกไว้: งบ, สื่อ/อุปกรณ์").says("งบ กับ คน").hears("เลือกไว้: งบ, คน, สื่อ/อุปกรณ์")
    warunee.says("9").hears("หมายเลข 1 ถึง 7").says("ไม่มี").hears("เลือกไว้: ไม่ต้องการ")
    assert province.answer("learners.needs") == ["none"]


def test_an_option_is_taken_out_by_typing_as_by_tapping(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says(LONG).says("ต่อไป")
    warunee.says("1 3").hears("เลือกไว้: งบ, สื่อ/อุปกรณ์", "ไม่เอา 1").says("ไม่เอา 3").hears("เลือกไว้: งบ")
    assert province.answer("learners.needs") == ["budget"]
    warunee.says("เหลือแต่ 4").hears("เลือกไว้: อบรม/โค้ช").says("เอา 4 ออก").hears("ยังไม่ได้เลือกด้านใด")
    assert province.answer("learners.needs") == []
    warunee.says("งบ").says("ไม่เอาครูเพิ่ม แต่ขอให้ครูที่มีได้อบรม").hears("บันทึกแล้ว 1 ข้อความ")


def test_next_without_its_tone_mark_is_no_answer(province: Province, warunee: Person) -> None:
    for words in ("ตอไป", "ตอไปครับ", "ถัดไป"):
        warunee.says("รายงาน").says(words).hears("ยังไม่มีคำตอบ")
    assert province.answer("learners.now") == []


def test_what_only_seems_small_talk_is_offered_to_be_kept(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("พัก").says("เพิ่งนึกได้ มีเด็กย้ายเข้า 3 คน").hears("พิมพ์ “ใช่” เพื่อบันทึก")
    warunee.says("ใช่").hears("บันทึกไว้ในข้อ 1")
    assert province.answer("learners.now") == ["เพิ่งนึกได้ มีเด็กย้ายเข้า 3 คน"]


@pytest.mark.parametrize(
    ("state", "told"),
    [(State.REVIEWING, "เริ่มตรวจแล้ว"), (State.VERIFIED, "รับรอง"), (State.RETURNED, "ปรับบางข้อ")],
)
def test_status_tells_what_can_be_done_in_each_state(
    province: Province, warunee: Person, state: State, told: str
) -> None:
    fill(warunee).says("ส่ง").says("ยืนยัน")
    with province.store.write() as db:
        db.execute(table.update().where(table.c.channel_id == "main").values(state=state))
    warunee.says("สถานะ").hears(told)
    assert "ถอนคืน" not in [button.label for button in warunee.buttons()]
    if state == State.RETURNED:
        warunee.says("แก้ 1").hears("ที่ตอบไว้").says("คำตอบที่ปรับตามที่ต้นสังกัดขอแล้ว").says("ส่ง").says("ยืนยัน").hears("-2")


def test_a_confirmation_lapses_when_something_else_is_said_or_the_day_goes_on(
    province: Province, warunee: Person
) -> None:
    fill(warunee).says("ส่ง").hears("พร้อมส่ง").says("สถานะ").says("ใช่").hears_not("ส่งเรียบร้อย")
    warunee.says("ส่ง").hears("พร้อมส่ง")
    province.later(days=1)
    warunee.says("ยืนยัน").hears("พร้อมส่งถึง")
    assert province.state() == State.DRAFT


@pytest.mark.parametrize("words", ["ส่ง", "ครับ", "👍", "รับทราบ"])
def test_only_a_clear_yes_sends(province: Province, warunee: Person, words: str) -> None:
    fill(warunee).says("ส่ง").says(words).hears("พร้อมส่งถึง")
    assert province.state() == State.DRAFT


def test_an_old_confirmation_button_acts_on_nothing_else(province: Province, warunee: Person) -> None:
    fill(warunee).says("ลบที่ตอบข้อ 1").hears("จะลบคำตอบข้อ 1 สภาพปัจจุบัน")
    old = len(warunee.turns) - 1
    warunee.says("ไม่ใช่").says("ลบที่ตอบข้อ 2").taps("ยืนยันลบ", turn=old).hears("คำถามก่อนหน้า")
    assert province.answer("curriculum.now") == province.answer("learners.now") == [LONG]
    warunee.says("ส่ง").hears("พร้อมส่ง")
    send = len(warunee.turns) - 1
    warunee.says("ยืนยัน").says("ถอนคืน").taps("ยืนยันส่ง", turn=send)
    assert province.state() == State.SUBMITTED


def test_offered_words_are_lost_by_nothing_that_is_said_next(province: Province, warunee: Person) -> None:
    words = "ขอเพิ่มเรื่องหลังคารั่วหนึ่งหลัง"
    fill(warunee).says(words).hears("จะบันทึก").says("สถานะ").says("รายงาน").says("บันทึกในข้อ 5").hears("ข้อ 5")
    assert province.answer("general.now") == [LONG, words]
    warunee.says("พัก").says(words).says("ข้อ 4").hears("บันทึกไว้ในข้อ 4")
    warunee.says("พัก").says(words).says("ไม่").hears("ไม่ได้บันทึก").says("ใช่")
    assert province.answer("academic.now") == [LONG, words]


def test_words_after_a_number_at_rest_are_kept_in_that_topic(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("พัก").says("ข้อ 2 ครูใช้ Active Learning ทุกวิชา").hears("ข้อ 2", "บันทึกแล้ว")
    assert province.answer("curriculum.now") == ["ครูใช้ Active Learning ทุกวิชา"]


def test_a_caption_quoted_to_a_photo_is_added_to_it(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").sends(Kind.IMAGE).says("ภาพวง PLC วันพุธ", quote=warunee.sent[-1]).hears("1 ข้อความ 1 รูป")


def test_a_quoted_bubble_can_be_taken_out_or_answered_none(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ฟองที่จะเอาออก").says("ต่อไป")
    warunee.says("ลบ", quote=warunee.sent[-2]).hears("ลบข้อความนั้นจากข้อ 1")
    assert province.answer("learners.now") == [LONG]
    warunee.says("ไม่มี", quote=warunee.sent[-4]).hears("แก้ข้อความนั้นในข้อ 1")
    assert (province.answer("learners.now"), province.answer("learners.next")) == (["ไม่มี"], [])


def test_unsending_the_only_bubble_opens_the_answer_again(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").unsends(warunee.sent[-2])
    warunee.says("ส่ง").hears("ยังไม่พบคำตอบ", "ข้อ 1")


def test_a_bubble_unsent_before_it_arrives_is_not_kept(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน")
    then = province.now
    province.later(seconds=1)
    warunee.unsends("m-early").does(Kind.TEXT, text="คำที่ถูกยกเลิกไปแล้ว", message_id="m-early", at=then).hears_nothing()
    assert province.answer("learners.now") == []


def test_an_edited_bubble_takes_the_place_of_the_old_and_is_checked(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("มีเด็กพิเศษ 4 คน").says("ครูครบชั้น")
    old = warunee.sent[-2]
    warunee.does(Kind.EDITED, text="มีเด็กพิเศษ 5 คน", message_id=old).hears("แก้ข้อความนั้น")
    assert province.answer("learners.now") == ["มีเด็กพิเศษ 5 คน", "ครูครบชั้น"]
    warunee.does(Kind.EDITED, text="เลขบัตร 1-2345-67890-12-1", message_id=old).hears("เลขบัตรประชาชน")
    assert province.answer("learners.now") == ["มีเด็กพิเศษ 5 คน", "ครูครบชั้น"]


def test_a_director_of_two_schools_always_reads_which_one_is_meant(province: Province) -> None:
    both = province.director("นายไพโรจน์ ตัวอย่างสุข").says(province.code("1031993002")).says("ใช่")
    both.says("เปลี่ยนโรงเรียน").says("สวายตัวอย่าง").hears("หลายโรงเรียน").says("บ้านสวายตัวอย่าง").hears("ข้อ 1 จาก 6")
    both.says("ของบ้านสวาย นักเรียนอ่านคล่อง").hears("โรงเรียน บ้านสวายตัวอย่าง", "บันทึกแล้ว")
    then, quoted = province.now, both.sent[-1]
    both.says("เปลี่ยนโรงเรียน").says("2").hears("โรงเรียน บ้านหนองสมมติ")
    both.says("แก้ของอีกโรงเรียน", quote=quoted).hears("อีกโรงเรียน")
    both.says("ฟองที่มาช้าของบ้านสวาย", at=then).hears("บ้านสวายตัวอย่าง", "เพิ่งมาถึงระบบ")
    assert province.answer("learners.now", "1031993002") == []
    assert province.answer("learners.now") == ["ของบ้านสวาย นักเรียนอ่านคล่อง", "ฟองที่มาช้าของบ้านสวาย"]


def test_two_rounds_of_one_semester_can_both_be_sent(province: Province, warunee: Person) -> None:
    fill(warunee).says("ส่ง").says("ยืนยัน").hears("-1031992003-1")
    with province.store.write() as db:
        db.execute(rounds.update().where(rounds.c.channel_id == "main").values(closed_at=province.now))
    warunee.says("ขอข้อมูลของฉัน").hears("บ้านสวายตัวอย่าง").says("รายงาน").hears("ไม่มีรอบรายงาน", "ยังอยู่ครบ")
    due = (province.now + timedelta(days=20)).date()
    with province.store.write() as db:
        number = db.execute(rounds.select().where(rounds.c.channel_id == "main")).one().question_set_id
        more = {"year": 2568, "semester": 2, "title": "รอบเพิ่มเติม", "opens_at": province.now, "due_on": due}
        db.execute(rounds.insert(), {**more, "channel_id": "main", "question_set_id": number})
    fill(warunee).says("ส่ง").says("ยืนยัน").hears("-1031992003-2")


ODD = ["²", "9" * 4000, "do=edit&v=²", "do=topic&v=" + "9" * 60, "do=restore&r={r}&q=learners.now&n=1&v=²", "do=answer"]
ODD += ["do=unknown", "do=code", "do=confirm", "do=keep", "do=open&q=learners.now", "do=school&v=x", "do=pick&v=budget"]


@pytest.mark.parametrize("odd", ODD)
def test_odd_digits_and_buttons_raise_nothing_and_write_nothing(province: Province, warunee: Person, odd: str) -> None:
    both = warunee.says("รายงาน").says(LONG)
    report = next(act.report for act in map(Act.read, both.data()) if act and act.report)
    if odd.startswith("do="):
        warunee.posts_back(odd.format(r=report)).hears("")
        assert province.answer("learners.now") == [LONG]
    else:
        warunee.says("เมนู").says(odd).hears("")


def test_changing_the_words_keeps_the_photos(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).sends(Kind.IMAGE).says("ต่อไป").says("แก้ 1")
    fill_in = next(b.action["fillInText"] for b in warunee.buttons() if b.label == "แก้ข้อความเดิม")
    assert fill_in == LONG
    warunee.says("คำใหม่ที่แทนคำเดิมทั้งหมด").hears("1 ข้อความ 1 รูป").taps("คืนคำตอบเดิม").hears(LONG, "1 รูป")
    warunee.says("ลบที่ตอบข้อ 1").says("ใช่").hears("ลบคำตอบข้อ").says("สรุป").hears_not("1 รูป")


def test_what_a_helper_took_out_meanwhile_is_missed_before_sending(province: Province, warunee: Person) -> None:
    helper = province.person("ครูมยุรี").joins("1031992003", Role.DELEGATE)
    fill(warunee).says("ส่ง").hears("พร้อมส่ง")
    helper.says("ลบที่ตอบข้อ 3").says("ใช่").hears("ลบคำตอบข้อ")
    warunee.says("ยืนยัน").hears("ยังไม่พบคำตอบ", "ข้อ 3").says("ยืนยัน").hears("ยังไม่พบคำตอบ")
    assert province.state() == State.DRAFT


def test_a_helper_who_becomes_acting_director_may_send(province: Province) -> None:
    helper = province.person("ครูมยุรี").joins("1031992003", Role.DELEGATE)
    helper.says(province.code("1031992003", Role.ACTING)).hears("รักษาการ").says("ใช่")
    fill(helper).says("ส่ง").says("ยืนยัน").hears("เลขรับ")


def test_words_to_a_question_of_another_round_are_offered_not_filed(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG)
    due = (province.now + timedelta(days=20)).date()
    with province.store.write() as db:
        running = db.execute(rounds.select().where(rounds.c.channel_id == "main")).one()
        db.execute(rounds.update().where(rounds.c.id == running.id).values(closed_at=province.now))
        more = {"year": 2568, "semester": 3, "title": "รอบใหม่", "opens_at": province.now, "due_on": due}
        db.execute(rounds.insert(), {**more, "channel_id": "main", "question_set_id": running.question_set_id})
    warunee.says("บรรทัดที่สองของรอบก่อน ยาวพอเป็นคำตอบ").hears("จะบันทึกข้อความนี้")
    assert province.answer("learners.now") == [LONG]


def test_an_id_number_is_kept_nowhere(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("เลข ปชช. 1-2345-67890-12-1").hears("เลขบัตรประชาชน")
    assert "67890" not in str([row.raw for row in province.rows(inbox)])


def test_words_that_wait_survive_a_change_a_switch_and_are_asked_about_before_sending(
    province: Province, warunee: Person
) -> None:
    words = "หลังคารั่วสามห้อง ต้องซ่อมก่อนหน้าฝน"
    fill(warunee).says(words).says("แก้ไขข้อ 1").says("คำใหม่ของข้อหนึ่งที่แทนคำเก่า").says("ต่อไป")
    warunee.says("ส่ง").hears("จะบันทึกข้อความนี้", words).says("ข้อ 5").hears("บันทึกไว้ในข้อ 5").says("ต่อไป")
    warunee.says("ส่ง").says("ยืนยัน").hears("เลขรับ", words)


def test_an_old_offers_buttons_do_nothing_to_a_newer_one(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("พัก").says("ข้อความที่พิมพ์มาผิดห้อง").hears("จะบันทึก")
    old = len(warunee.turns) - 1
    warunee.taps("ไม่ต้องบันทึก").says("ครูย้ายออกสองคนเมื่อต้นเดือน").hears("จะบันทึก")
    warunee.taps("ไม่ต้องบันทึก", turn=old).taps("บันทึกในข้อ 1", turn=old).hears("บันทึกไว้แล้วหรือถูกยกเลิก")
    warunee.says("ใช่").hears("บันทึกไว้ในข้อ 1")
    assert province.answer("learners.now") == ["ครูย้ายออกสองคนเมื่อต้นเดือน"]


def test_a_joining_button_at_the_delete_question_deletes_nothing(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says("ลบที่ตอบข้อ 1").hears("จะลบคำตอบ").posts_back("do=yes")
    assert province.answer("learners.now") == [LONG]
    warunee.posts_back("do=next").hears("ใช้ไม่ได้แล้ว")


def test_photos_of_one_set_that_arrive_in_any_order_are_acknowledged_as_one_burst(
    province: Province, warunee: Person
) -> None:
    warunee.says("รายงาน").sends(Kind.IMAGE)
    just_before = province.now - timedelta(milliseconds=3)
    warunee.sends(Kind.IMAGE, at=just_before).hears("บันทึกแล้ว 2 รูป").hears_not("เพิ่งมาถึงระบบ")


def test_the_button_that_sends_is_understood_whatever_the_report(province: Province) -> None:
    for code in ("1031992003", "1031991002", "1031993002"):
        fill(province.director(code=code)).says("ส่ง").taps("ยืนยันส่ง").hears("ส่งเรียบร้อยแล้ว", code)


def test_the_number_that_was_asked_for_is_heard_as_one(warunee: Person) -> None:
    warunee.says("รายงาน").says("ข้อ 9").hears("1 ถึง 6").says("5").hears("ข้อ 5 จาก 6")


def test_none_after_words_means_nothing_more(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("ข้อ 6").says("อยากให้ซ่อมถนนหน้าโรงเรียน").says("ไม่มี")
    assert province.answer("more.open") == ["อยากให้ซ่อมถนนหน้าโรงเรียน"]


def test_switching_schools_while_no_round_runs_raises_nothing(province: Province, warunee: Person) -> None:
    with province.store.write() as db:
        db.execute(rounds.update().where(rounds.c.channel_id == "main").values(closed_at=province.now))
    warunee.says("เปลี่ยนโรงเรียน").hears("ไม่มีรอบรายงาน")


def test_the_opening_is_said_once_and_again_days_later(province: Province, warunee: Person) -> None:
    warunee.hears("ราว 15 นาที")
    province.later(days=3)
    warunee.says("รายงาน").hears("ราว 15 นาที", "ข้อ 1 จาก 6")


def test_the_opening_is_not_said_twice_in_a_row(warunee: Person) -> None:
    warunee.says("รายงาน").hears("ข้อ 1 จาก 6").hears_not("ราว 15 นาที")


def test_commands_at_an_open_question_are_obeyed_and_not_kept(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("บันทึก").hears("ข้อ 1 จาก 6 · สิ่งที่จะขับเคลื่อนต่อไป")
    warunee.says("ขอสถานะหน่อยครับ").hears("รายงาน 6 ประเด็น")
    warunee.says("-hv 3").hears("ข้อ 3 จาก 6").says("ข้อ 2 🙏").hears("ข้อ 2 จาก 6")
    warunee.says("กลับไปแก้ข้อ 1").hears("ข้อ 1 สภาพปัจจุบัน ที่ตอบไว้").says("ไม่แก้แล้ว").says("ออก").hears("บันทึกไว้ทั้งหมดแล้ว")
    assert province.everything() == [LONG]


def test_cancel_at_a_question_without_an_answer_says_that_nothing_was_kept(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("ยกเลิก").hears("ข้อ 1 สภาพปัจจุบัน ยังไม่ได้บันทึกสิ่งใด", "ข้าม", "พัก").hears_not("ตามเดิม")
    warunee.says(LONG).hears("บันทึกแล้ว 1 ข้อความ · ข้อ 1 สภาพปัจจุบัน")
    warunee.says("แก้ 1").says("ยกเลิก").hears("คงคำตอบข้อ 1 สภาพปัจจุบัน ไว้ตามเดิม")
    assert province.everything() == [LONG]


def test_help_asked_for_in_words_is_chosen_and_the_words_are_kept(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says(LONG).says("ต่อไป").says(LONG).says("ต่อไป").hears("ความช่วยเหลือ")
    warunee.says("ขอครูเพิ่ม 2 คน").hears("บันทึกแล้ว", "1 ข้อความ", "เลือกไว้: คน")
    assert province.answer("learners.needs") == ["people", "ขอครูเพิ่ม 2 คน"]
    warunee.says("งบและอบรม").hears("เลือกไว้: งบ, คน, อบรม/โค้ช")
    assert sorted(filter(None, province.answer("learners.needs"))) == ["budget", "coaching", "people", "ขอครูเพิ่ม 2 คน"]


def test_a_report_that_was_only_skipped_through_is_not_called_answered(warunee: Person) -> None:
    warunee.says("รายงาน")
    for _ in range(16):
        warunee.says("ข้าม")
    warunee.hears("ข้ามทุกข้อไว้ จึงยังไม่มีคำตอบ").hears_not("ครบทุกข้อแล้ว")


def test_a_report_with_skipped_questions_is_not_called_fully_answered(warunee: Person) -> None:
    fill(warunee).hears("ครบทุกข้อแล้ว บางข้อข้ามไว้")


@pytest.mark.parametrize(
    ("words", "where"), [("สั้นพอสำหรับช่องพิมพ์", "ในช่องพิมพ์ แล้วกดส่ง"), ("ยาว" * 150, "ใส่ในช่องพิมพ์ให้ไม่ได้")]
)
def test_a_change_says_where_the_old_words_are(province: Province, warunee: Person, words: str, where: str) -> None:
    warunee.says("รายงาน").says(words).says("แก้ 1").taps("แก้ข้อความเดิม").hears(where)
    warunee.says(LONG).hears("เปลี่ยนคำตอบข้อ 1")
    assert province.answer("learners.now") == [LONG]
