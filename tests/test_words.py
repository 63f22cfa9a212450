"""What a director types with thumbs, and what the bot makes of it."""

import time

import pytest

from handlers.words import (
    Intent,
    Understood,
    clean,
    digits,
    fold,
    from_english_keyboard,
    letters,
    private_number,
    understand,
    without_private_numbers,
)


def asked(text: str) -> Understood:
    """Understand what is said while a question is open."""
    return understand(text, asking=True)


def idle(text: str) -> Understood:
    """Understand what is said while no question is open."""
    return understand(text, asking=False)


@pytest.mark.parametrize(
    "text",
    [
        "แก้ไขปัญหาการอ่านไม่ออกโดยจัดสอนเสริมหลังเลิกเรียน",
        "ส่งต่อเด็กให้โรงพยาบาลตรวจ",
        "ยกเลิกสอบกลางภาค เปลี่ยนเป็นแฟ้มสะสมงานแทน",
        "ไม่มีครูเอกอังกฤษ",
        "ประชุมผู้ปกครองเทอมละ 2 ครั้ง",
        "สรุปผลการอ่านดีขึ้น",
        "สถานะทางบ้านเด็กยากจน 70%",
        "ข้ามชั้นไม่มี",
        "พักกลางวันให้พี่สอนน้องอ่าน",
        "เสร็จสิ้นโครงการเมื่อเดือนกันยายน",
        "ปีหน้าจะเปิดห้องเรียนดนตรี",
        "3",
        "ระดับ 3",
        "จันทร์-ศุกร์",
        "ข้อ 1 ครูน้อย ข้อ 2 งบน้อย",
    ],
)
def test_an_answer_that_begins_like_a_command_is_an_answer(text):
    assert asked(text) == Understood(Intent.ANSWER)


@pytest.mark.parametrize(
    ("text", "intent", "topic"),
    [
        ("กลับไปแก้ข้อ 1", Intent.EDIT, 1),
        ("กลับไปแก้ไขข้อ ๒ หน่อยค่ะ", Intent.EDIT, 2),
        ("ย้อนไปแก้ 2", Intent.EDIT, 2),
        ("กลับไปแก้ไข", Intent.EDIT, None),
        ("ข้อ 3 🙏", Intent.TOPIC, 3),
        ("แก้ 2 👍🏻", Intent.EDIT, 2),
        ("ขอสถานะหน่อยครับ", Intent.STATUS, None),
        ("ขอสถานะ", Intent.STATUS, None),
        ("บันทึก", Intent.NEXT, None),
        ("บันทึกเลยค่ะ", Intent.NEXT, None),
        ("ออก", Intent.PAUSE, None),
        ("ขอออกครับ", Intent.PAUSE, None),
        ("-hv 3", Intent.TOPIC, 3),
        ("-hv3", Intent.TOPIC, 3),
        ("cdh 2", Intent.EDIT, 2),
    ],
)
def test_a_command_at_an_open_question_is_no_answer(text: str, intent: Intent, topic: int | None) -> None:
    found = asked(text)
    assert (found.intent, found.topic) == (intent, topic)


@pytest.mark.parametrize(
    "text",
    [
        "กลับไปแก้ข้อ 1 ของหลักสูตรเดิมที่ไม่เหมาะ",
        "กลับไปแก้ปัญหาเดิม 3 ข้อ",
        "กลับไป 2 คน",
        "ข้อ 3 ดีขึ้น 🙏",
        "3 🙏",
        "สถานะทางเศรษฐกิจของผู้ปกครองไม่ดี",
        "บันทึกแล้ว",
        "บันทึกการอ่านทุกวัน",
        "บันทึกหลังสอน",
        "แบบบันทึก",
        "จดบันทึก",
        "ออกแล้ว",
        "ออกกลางคัน 2 คน",
        "ออกค่าย",
        "ออกแบบ",
        "PM 2",
        "STEM 3",
        "DLTV 15",
    ],
)
def test_an_answer_that_begins_like_these_commands_stays_an_answer(text: str) -> None:
    assert asked(text) == Understood(Intent.ANSWER)


@pytest.mark.parametrize(
    "text", ["ดี", "มี", "ครู", "ใช้ครับ", "ข้าว", "เดียว", "กลัว", "โรงเรียน", "ของ", "ง่าย", "ทำนา", "คะแนน", "เริ่มแล้ว"]
)
def test_a_short_word_within_a_slip_of_a_command_means_itself(text):
    assert asked(text) == Understood(Intent.ANSWER)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("ต่อไป", Intent.NEXT),
        ("ต่อไปปป ครับ!!", Intent.NEXT),
        ("ต่ อ ไ ป", Intent.NEXT),
        ("“ต่อไป”", Intent.NEXT),
        ("เสร็จแล้วจ้า 👍", Intent.NEXT),
        ("เเก้ไข", Intent.EDIT),
        ("ข้อนี้ยังไม่มีข้อมูล ขอข้ามนะคะ", Intent.SKIP),
        ("ติดประชุมอยู่ครับ", Intent.PAUSE),
        ("เดี๋ยวค่อยทำ", Intent.PAUSE),
        ("ขอคุยกับเจ้าหน้าที่", Intent.HUMAN),
        ("555", Intent.SMALLTALK),
        ("ครับผม", Intent.SMALLTALK),
        ("", Intent.SMALLTALK),
        ("🙏", Intent.SMALLTALK),
        ("-", Intent.NONE),
        ("ok", Intent.YES),
        ("โอเค", Intent.YES),
        ("พรุ่งนี้ค่อยทำต่อ", Intent.SNOOZE),
        ("รับทราบและเริ่ม", Intent.ACKNOWLEDGE),
        ("เรียบร้อยแล้วค่ะ ข้อถัดไป", Intent.NEXT),
        ("ส่งเลย ขอบคุณค่ะ", Intent.SUBMIT),
        ("RG-7K3MP-X9Q2T", Intent.CODE),
        ("rg 7k3mp ๙๙q2t ค่ะ", Intent.CODE),
    ],
)
def test_a_whole_short_message_is_a_command(text, intent):
    assert asked(text) == Understood(intent)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("ถดไป", Intent.NEXT),
        ("ต่อไปย", Intent.NEXT),
        ("เสรจแล้ว", Intent.NEXT),
        ("ย้อนกับ", Intent.BACK),
        ("สถาณะ", Intent.STATUS),
        ("เมณู", Intent.MENU),
        ("วันศุกร์นี้บ่ายโมงครึ่ง", Intent.SNOOZE),
        ("10/1/26", Intent.SNOOZE),
    ],
)
def test_a_slip_or_a_guess_is_understood_but_not_sure(text, intent):
    assert asked(text) == Understood(intent, sure=False)


def test_sent_with_a_slip_is_not_sent_without_asking():
    assert idle("สงแล้วนะคับ") == Understood(Intent.SUBMIT, sure=False)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("แก้ไขข้อ ๒ ส่วนต่อไป", Understood(Intent.EDIT, 2, "next")),
        ("แก้ 2", Understood(Intent.EDIT, 2)),
        ("ข้อ 5 สภาพปัจจุบัน ขอแก้หน่อยครับ", Understood(Intent.EDIT, 5, "now")),
        ("แก้ข้อสาม ความช่วยเหลือ", Understood(Intent.EDIT, 3, "needs")),
        ("แก้ข้อ 1 เป็น 9 คนครับ", Understood(Intent.EDIT, 1, rest="เป็น 9 คนครับ", sure=False)),
        (
            "เพิ่มเติมข้อ 1 อีกนิด มีเด็กพิเศษเรียนรวม ๔ คน",
            Understood(Intent.APPEND, 1, rest="มีเด็กพิเศษเรียนรวม ๔ คน"),
        ),
        ("ลบที่ตอบข้อ 3 ออก เดี๋ยวพิมพ์ใหม่", Understood(Intent.DELETE, 3)),
        ("เอาข้อ 3 ออก", Understood(Intent.DELETE, 3)),
        ("ขอทำข้อ ๔ ก่อนนะคะ", Understood(Intent.TOPIC, 4)),
    ],
)
def test_a_topic_is_named_by_its_number(text, understood):
    assert asked(text) == understood


def test_a_lone_number_goes_to_a_topic_only_while_no_question_is_open():
    assert idle("๓") == Understood(Intent.TOPIC, 3)
    assert asked("๓") == Understood(Intent.ANSWER)


def test_words_typed_with_the_keyboard_left_in_english():
    assert from_english_keyboard("l5kot") == "สถานะ"
    assert asked("l5kot") == idle("L5KOT") == Understood(Intent.STATUS)
    assert idle("g-hkij;,") == Understood(Intent.MEETING)
    assert asked("PLC") == asked("Active Learning") == Understood(Intent.ANSWER)


@pytest.mark.parametrize(
    "text",
    [
        "ด.ช.ก. เลข ปชช. 1-0000-00000-00-0 พ่อติดคุก",
        "ด.ญ.ข. ๑ ๓๓๙๙ ๐๐๐๐๐ ๐๑ ๑",
        "บัตรประชาชน 3310200123456",
        "1339900000019",
    ],
)
@pytest.mark.parametrize("asking", [True, False])
def test_a_national_identity_number_is_seen_anywhere(text, asking):
    long = f"{'ครูดูแลเด็กทุกคน ' * 40}{text}"
    assert understand(text, asking=asking) == understand(long, asking=asking) == Understood(Intent.SENSITIVE)


def test_a_national_identity_number_is_crossed_out_and_nothing_else():
    assert without_private_numbers("ก 1-0000-00000-00-0 โทร 081-234-5678") == "ก x-xxxx-xxxxx-xx-x โทร 081-234-5678"


@pytest.mark.parametrize(
    "text", ["โทร 0812345678", "รหัส 1031993003", "นักเรียน 134 คน", "1234567890123", "12345678901234"]
)
def test_other_numbers_are_no_identity_numbers(text):
    assert not private_number(text)


def test_what_is_stored_is_clean_thai():
    assert clean("  นํ้าดื่ม\u200b\r\nเเก้ว\u00a0กิ่ก่ิ\x00\ud800 ") == "น้ำดื่ม\nแก้ว กิ่กิ่"
    assert clean("ทีมครู 👩\u200d👧") == "ทีมครู 👩\u200d👧"
    assert clean("ป\uf70aา") == "ป่า"  # copied out of a PDF


def test_what_is_compared_has_neither_spaces_nor_signs():
    assert fold(" ต่อไปปป! ๑๒ OK ๆ") == "ต่อไป12ok"
    assert digits("ข้อ ๑๒") == "ข้อ 12"


def test_letters_are_counted_without_the_marks_on_them():
    assert letters("ที่นี่ 9 คน!") == 5
    assert letters("👍 ...") == 0


def test_nothing_takes_long():
    """Patterns with many ways to match the same words must not try them all."""
    rows = ["ละ" * 60 + "x", "เอาข้อ 1" + "ให้หน่อยให้" * 24 + "x", "ขอ" * 60 + "ลบ", "ข้อนี้" * 20 + "ไม่ทราบx", "5" * 70]
    start = time.process_time()
    for row in rows:
        asked(row)
        idle(row)
    assert time.process_time() - start < 0.1
