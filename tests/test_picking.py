"""Typed choices among options."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.picking import asked_for, changed, picked
from handlers.question_file import default, parse
from handlers.words import digits

QUESTION = parse(default()).question("learners.needs")
assert QUESTION is not None


def keys(text: str) -> list[str] | None:
    assert QUESTION is not None
    found = picked(QUESTION, text)
    return None if found is None else [option.key for option in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ไม่เอา 3", (False, ["materials"])),
        ("ไม่เอา ๓ ค่ะ", (False, ["materials"])),
        ("ไม่เอางบ", (False, ["budget"])),
        ("เอาออก 1", (False, ["budget"])),
        ("เอา 1 กับ 3 ออก", (False, ["budget", "materials"])),
        ("ตัดงบออก", (False, ["budget"])),
        ("เหลือแต่ 4", (True, ["coaching"])),
        ("เอาแค่งบกับคนครับ", (True, ["budget", "people"])),
        ("เอา 3", None),
        ("1 3", None),
        ("ไม่เอา", None),
        ("ไม่เอาครูเพิ่ม 2 คน", None),
        ("ไม่ต้องการ", None),
        ("ไม่เอา 9", None),
        ("เฉพาะครูใหม่", None),
    ],
)
def test_what_a_choice_is_to_lose_or_to_be(text: str, expected: tuple[bool, list[str]] | None) -> None:
    assert QUESTION is not None
    found = changed(QUESTION, text)
    assert (None if found is None else (found[0], [option.key for option in found[1]])) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", ["budget"]),
        ("1 3", ["budget", "materials"]),
        ("3,1", ["budget", "materials"]),
        ("๑ กับ ๓ ครับ", ["budget", "materials"]),
        ("ข้อ 1 กับ 3", ["budget", "materials"]),
        ("ข้อ1,3", ["budget", "materials"]),
        ("1-3", ["budget", "people", "materials"]),
        ("งบ กับ คน", ["budget", "people"]),
        ("ขอ งบประมาณ และ ครู ค่ะ", ["budget", "people"]),
        ("ปลดล็อค", ["rules"]),
        ("ขอครูเพิ่ม 2 คน", None),
        ("ครู 3 คน", None),
        ("1 งบ 2 คน", ["budget", "people"]),
        ("1, คน", ["budget", "people"]),
        ("1 และ คน", ["budget", "people"]),
        ("งบและคน", ["budget", "people"]),
        ("สอง", ["people"]),
        ("ข้อสองกับข้อสาม", ["people", "materials"]),
        ("หนึ่งกับสาม", ["budget", "materials"]),
        ("ข้อ 2 และข้อ 3", ["people", "materials"]),
        ("1.งบ", ["budget"]),
        ("1.2.3", None),
        ("1.5", None),
        ("13.30", None),
        ("ขอสี", None),
        ("งบกับสี", None),
        ("ทั้งหมด", [option.key for option in QUESTION.options if not option.alone]),
        ("เอาทั้งหมดค่ะ", [option.key for option in QUESTION.options if not option.alone]),
        ("1/3", ["budget", "materials"]),
        ("งบ/คน", ["budget", "people"]),
        ("1️⃣ 3️⃣", ["budget", "materials"]),
        ("2 ครับผม", ["people"]),
        ("งบค่า", ["budget"]),
        ("อันที่ 2", ["people"]),
        ("สองคนไม่พอ", None),
        ("งบ 1.5 ล้าน", None),
        ("งบกับอบรม และ คน", ["budget", "people", "coaching"]),
        ("งบและหลังคารั่ว", None),
        ("และ", None),
        ("อบรม", ["coaching"]),
        ("ไม่ต้องการครับ", ["none"]),
        ("ไม่ต้องการความช่วยเหลือ", ["none"]),
        ("ไม่มี", ["none"]),
        ("ทุกด้าน", ["budget", "people", "materials", "coaching", "rules", "partners"]),
        ("9", []),
        ("1 9", []),
        ("อื่นๆ ขอครูเพิ่มอีกสองคน", None),
        ("ต้องการงบซ่อมหลังคา 3 ห้อง", None),
        ("", None),
        ("👍", None),
        ("-", None),
    ],
)
def test_a_list_of_numbers_and_names_is_a_choice_and_words_are_words(text: str, expected: list[str] | None) -> None:
    assert keys(text) == expected


@given(some.lists(some.integers(1, 7), min_size=1, max_size=7), some.sampled_from([" ", ",", ", ", " และ ", "  "]))
def test_any_numbers_in_any_order_and_digits_are_the_same_choice(numbers: list[int], between: str) -> None:
    text = between.join(map(str, numbers))
    thai = text.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    assert QUESTION is not None
    assert keys(text) == keys(thai) == [QUESTION.options[number - 1].key for number in sorted(set(numbers))]
    assert digits(thai) == text


@given(some.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    keys(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ขอครูเพิ่ม 2 คน", ["people"]),
        ("ต้องการงบซ่อมหลังคา 3 ห้อง", ["budget"]),
        ("อยากได้ คอมพิวเตอร์ 10 เครื่อง", ["materials"]),
        ("ครูมีแล้ว ขอบคุณ", []),
        ("ขอบคุณ", []),
        ("ขอไม่มีอะไรเพิ่ม", []),
        ("ไม่ต้องการครูเพิ่ม", []),
        ("", []),
        ("ขอ", []),
    ],
)
def test_words_that_ask_for_an_option_by_name_are_known(text: str, expected: list[str]) -> None:
    assert QUESTION is not None
    assert [option.key for option in asked_for(QUESTION, text)] == expected
