"""Who refuses, asks or plans has not agreed: no word of command is heard in what means the opposite."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.words import Intent, titled, understand
from handlers.words.intents import CONSENTS
from handlers.words.vocabulary import WORDS

AGREEING = sorted(
    {word for phrase in WORDS.phrases[False].values() if phrase.intent in CONSENTS for word in phrase.exact}
)
OTHERS = sorted(
    word
    for phrase in WORDS.phrases[False].values()
    for word in phrase.exact
    if phrase.intent
    not in CONSENTS | {Intent.SMALLTALK, Intent.THANKS, Intent.GREETING, Intent.SUBMIT, Intent.NEXT, Intent.WITHDRAW}
)
COMMANDS = sorted(
    {
        (word, phrase.intent)
        for phrase in WORDS.phrases[True].values()
        for word in phrase.exact
        if len(word) > 3 and not word.isascii()
    }
)
polite = some.sampled_from(["", "ครับ", "ค่ะ", " ค่ะ", "นะคะ", " 🙏"])
agreeing = some.sampled_from(AGREEING)


@given(some.sampled_from(sorted(WORDS.negations)), some.sampled_from([" ", ", ", "... ", "\n", " "]), agreeing, polite)
def test_a_no_before_it_makes_no_consent(no: str, between: str, word: str, particle: str) -> None:
    assert understand(no + between + word + particle, asking=False).binding not in CONSENTS


@given(some.sampled_from(OTHERS), agreeing, polite)
def test_whoever_says_something_else_before_a_yes_may_mean_less(other: str, word: str, particle: str) -> None:
    found = understand(f"{other} {word}{particle}", asking=False)
    assert found.binding not in CONSENTS or understand(other + word, asking=False) == found  # one word, set apart


@given(some.sampled_from(sorted(WORDS.acts)), agreeing, polite)
def test_a_confirmation_that_names_an_act_binds_to_that_alone(act: Intent, word: str, particle: str) -> None:
    found = understand(word + particle, asking=False)
    named = found.act is not None
    assert (found.binding in CONSENTS) == (found.sure and not named)
    assert (found.binding_to(act) in CONSENTS) == (found.sure and found.act in (None, act))


@given(agreeing, some.sampled_from(["ได้ไหม", "ได้มั้ย", "ได้หรือไม่", "ได้รึเปล่า", "ไหม", "หรือยัง"]), polite)
def test_whoever_asks_whether_to_agree_has_not_agreed(word: str, question: str, particle: str) -> None:
    assert understand(word + question + particle, asking=False).binding not in CONSENTS


@given(some.sampled_from(COMMANDS), some.sampled_from(["ไม่", "ยังไม่"]))
def test_a_word_behind_a_no_is_never_guessed_to_be_that_word(known: tuple[str, Intent], no: str) -> None:
    word, intent = known
    if not word.startswith(("ไม่", "ยัง", "บ่")):
        found = understand(no + word, asking=True)
        assert found.sure or found.intent != intent


@pytest.mark.parametrize(
    "words",
    [
        *("ไม่ ยืนยัน", "ไม่, ยืนยัน", "ไม่... ยืนยัน", "ยกเลิก ยืนยัน", "อย่าพึ่ง ยืนยัน", "เดี๋ยว ยืนยัน", "ยัง ยืนยัน", "หยุด ยืนยัน"),
        *("เปล่า ยืนยัน", "บ่ ยืนยัน", "ไม่ได้ ยืนยัน", "ไม่ต้อง ยืนยัน", "ยังไม่พร้อม ยืนยัน", "ไม่ใช่ค่ะ ยืนยัน", "no confirm", "ไม่ มั่นใจ"),
        *("ไม่ ยินยอม", "ไม่ ยอมรับ", "ไม่ รับทราบ", "ไม่มั่นใจ", "ไม่มั่นใจค่ะ", "บ่ยืนยัน", "ค่อยยืนยัน", "ไม่ยืนยัน", "รอ ยืนยัน", "ไม่ไช่"),
        *(
            "ยืนยันได้ไหมคะ",
            "ยืนยันเลยได้ไหม",
            "ยืนยันได้หรือไม่",
            "ยืนยันได้รึเปล่า",
            "โอเคได้ไหม",
            "ตกลงได้หรือไม่",
            "ใช่ไหม",
            "ต้องยืนยันไหม",
        ),
        *("ยืนยัน?", "ใช่?", "รับทราบ？", "ยืนยันได้มะ", "ไม่แน่ใจ ยืนยัน", "ขอแก้ก่อน ยืนยัน", "ไม่สะดวก ยินยอม", "ใครเห็นบ้าง ยินยอม"),
        *("ขอแก้ก่อนส่ง", "เปลี่ยนใจ ไม่ส่ง", "ขอตรวจดูก่อนค่ะ", "ยังไม่ถูกต้อง", "อย่าส่ง"),
    ],
)
def test_a_refusal_is_no_consent(words: str) -> None:
    assert understand(words, asking=False).binding not in CONSENTS | {Intent.SUBMIT}


@pytest.mark.parametrize(
    "words", ["ยืนยัน", "ยืนยันค่ะ", "ใช่", "ไช่ค่ะ", "ยีนยัน", "โอเค ยืนยัน", "ใช่ ยืนยันครับ", "ใช่ค่ะ ดิฉันเป็น ผอ."]
)
def test_a_yes_is_still_one(words: str) -> None:
    assert understand(words, asking=False).binding in CONSENTS


@pytest.mark.parametrize(
    "words",
    [
        *("แต่ยังไม่พร้อม", "แต่ไม่แน่ใจ", "ยังไม่พร้อมค่ะ"),
        *("จะทำต่อไป", "ทำต่อไปค่ะ", "เริ่มทำแล้ว", "จะเริ่มค่ะ", "จะแก้ไขค่ะ", "แก้ไขอยู่", "จะเพิ่ม", "จะลบ", "เราจะช่วยเหลือ"),
        *("ยังอ่อน", "ยังอ่อนค่ะ", "เริ่มมี", "เริ่มเยอะ", "ไม่ออก", "แก้ 0 หมดแล้ว", "แก้ 0 ครบ", "มีแล้ว", "ต้องการความช่วยเหลือ"),
        *("แก้ไข เพิ่มเติม", "ตรวจทาน แก้ไข", "ช่วยเหลือ แก้ไข", "ปรับประเด็นหลักสูตร"),
    ],
)
def test_what_only_sounds_like_a_command_is_an_answer(words: str) -> None:
    assert understand(words, asking=True).intent == Intent.ANSWER


@pytest.mark.parametrize(
    ("words", "topic", "part"),
    [
        ("Edit 2", 2, None),
        ("แก้ข้อ 3 ส่วนที่ 2", 3, "next"),
        ("แก้ข้อ 3 สภาพ ปัจจุบัน", 3, "now"),
        ("แก้ข้อ 3 สภาพปัจุบัน", 3, "now"),
        ("แก้สภาพปัจจุบันข้อ 2", 2, "now"),
        ("แก้ความช่วยเหลือข้อ 3", 3, "needs"),
        ("แก้ข้อ 2 ขอบคุณค่ะ", 2, None),
        ("แก้ข้อ 2 และ 3", 2, None),
        ("ย้อนกลับไปแก้ข้อ 2", 2, None),
        ("ข้อ 2 ผิดค่ะ ขอแก้", 2, None),
    ],
)
def test_a_change_is_heard_however_its_part_is_named(words: str, topic: int, part: str | None) -> None:
    for asking in (True, False):
        found = understand(words, asking=asking)
        assert (found.intent, found.topic, found.part) == (Intent.EDIT, topic, part)


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        *((words, Intent.CANCEL) for words in ("ยกเลิกครับ ขอบคุณ", "ไม่เอาค่ะ ขอบคุณค่ะ", "ยกเลิก ไม่แก้แล้ว", "ยกเลก")),
        *((words, Intent.SKIP) for words in ("ไม่เอา ข้าม", "ตอนนี้ยังไม่มีข้อมูลค่ะ", "ช่วงนี้ยังไม่มีข้อมูล", "ไม่ทราบครับตอนนี้")),
        ("เดี๋ยวก่อน ขอดูสรุป", Intent.SUMMARY),
        ("ไม่ต้องค่ะ ขอบคุณค่ะ", Intent.NONE),
        ("จะส่งรายงาน", Intent.SUBMIT),
    ],
)
def test_whoever_leaves_a_question_politely_is_still_heard(words: str, intent: Intent) -> None:
    assert understand(words, asking=True).intent == intent


@pytest.mark.parametrize("words", ["สี", "หา", "ห้าออก", "1 และ 2 โรง"])
def test_a_word_near_a_number_is_none(words: str) -> None:
    assert understand(words, asking=False).topic is None


def test_no_row_of_small_words_takes_ages() -> None:
    """A pattern that tries every way to cut the row would not come to its end; in a process, to be stopped then."""
    script = (
        "from handlers.words import understand; from handlers.words.vocabulary import WORDS\n"
        "small = {word for name in ('before', 'after', 'aside') for word in WORDS.numbered[name]}\n"
        "for word in small | {'นะคะ ', 'ย้อนกลับไป ', 'นะครับ'}:\n"
        "    for begins in ('ข้อ 2 ', 'แก้ ', ''):\n"
        "        for asking in (True, False): understand(begins + word * 24 + 'ก', asking=asking)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


TITLES = ["คุณภาพผู้เรียน", "หลักสูตรและการจัดการเรียนรู้", "ระบบการพัฒนาครูในโรงเรียน", "ระบบสนับสนุนงานวิชาการ", "ระบบสนับสนุนทั่วไป"]


@pytest.mark.parametrize(
    ("words", "intent", "topic", "always"),
    [
        ("แก้ข้อคุณภาพผู้เรียน", Intent.EDIT, 1, True),
        ("ขอแก้หัวข้อหลักสูตรค่ะ", Intent.EDIT, 2, True),
        ("แก้ข้อพัฒนาครู", Intent.EDIT, 3, True),
        ("ขอแก้เรื่องคุณภาพผู้เรียน", Intent.EDIT, 1, False),
        ("ไปข้องานวิชาการ", Intent.TOPIC, 4, False),
        ("หลักสูตร", Intent.TOPIC, 2, False),
    ],
)
def test_a_topic_is_known_by_its_title(words: str, intent: Intent, topic: int, always: bool) -> None:
    found = titled(words, TITLES, asking=False)
    assert found is not None
    assert (found.intent, found.topic) == (intent, topic)
    if not always:
        assert titled(words, TITLES, asking=True) is None


@pytest.mark.parametrize("words", ["คุณภาพผู้เรียนดีขึ้นมาก", "แก้ไขปัญหาหลักสูตร", "ขอแก้ข้อระบบสนับสนุน", "โรงเรียน", "แก้ข้อมูล", "ข้อ"])
def test_words_that_only_hold_a_title_name_no_topic(words: str) -> None:
    assert titled(words, TITLES, asking=False) is None
    assert titled(words, TITLES, asking=True) is None
