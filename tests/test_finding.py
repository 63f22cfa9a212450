"""Finding a school by what is typed: a whole name or a code finds, likeness only proposes."""

import csv
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.roster_files import DEMO
from handlers import finding
from handlers.agencies import Book
from handlers.finding import MOST, Found, School
from handlers.school_names import normal


@cache
def demo() -> tuple[list[School], Book]:
    """Return the demo's forty schools, without a database."""
    with DEMO.open(encoding="utf-8-sig") as file:
        rows = [list(row.values()) for row in csv.DictReader(file)]
    names = list(dict.fromkeys(row[2] for row in rows))
    book = Book(dict(enumerate(names, 1)), dict.fromkeys(range(1, len(names) + 1)), {})
    schools = [School(n, r[0], r[1], r[3], names.index(r[2]) + 1, r[2], False) for n, r in enumerate(rows, 1)]
    return schools, book


def found(words: str) -> Found:
    return finding._by_name(*demo(), words)


SCHOOLS = st.sampled_from(demo()[0])
AROUND = ["{}", "ผอ.รร.{}", "โรงเรียน{} ครับ", "ผมเป็น ผอ. ร.ร. {} ค่ะ", "เป็นครูที่ {} ท่าน ผอ.มอบหมายให้กรอกแทน"]


@given(SCHOOLS, st.sampled_from(AROUND))
def test_a_whole_name_finds_all_schools_of_that_name_and_no_other(school: School, words: str) -> None:
    seen = found(words.format(school.name))
    assert seen.sure
    assert {normal(one.name) for one in seen.schools} == {normal(school.name)}
    assert school in seen.schools


@given(
    SCHOOLS, st.sampled_from(["{n} อ.{d}", "{n} อำเภอ{d}", "ร.ร.{n} {d}", "{n} {a}", "{a} ร.ร. {n}", "{n} สังกัด {a}"])
)
def test_with_district_or_agency_it_is_that_school(school: School, words: str) -> None:
    seen = found(words.format(n=school.name, d=school.district, a=school.agency))
    assert seen.schools[0] == school
    assert len(seen.schools) == 1 or not seen.sure


@given(SCHOOLS, st.data())
def test_a_slip_proposes_the_school_and_takes_no_other_for_sure(school: School, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(school.name) - 1))
    seen = found(school.name[:at] + school.name[at + 1 :])
    assert school in seen.schools or seen.more
    assert not seen.sure or {normal(one.name) for one in seen.schools} == {normal(school.name)}


@given(st.text(max_size=60))
def test_anything_may_be_typed(words: str) -> None:
    seen = found(words)
    assert len(seen.schools) <= MOST
    whole = [one for one in demo()[0] if normal(one.name) in normal(words)]
    assert not seen.sure or whole


@pytest.mark.parametrize(
    "words", ["สวัสดีครับ", "ขอเข้าระบบหน่อย", "ผมเป็นผู้ดูแลระบบ ขอสิทธิ์", "ลืมรหัส ขอเข้าเลย", "รับสมัคร ป.1 ไหมคะ", "👍", "", "บ้าน"]
)
def test_other_words_name_no_school(words: str) -> None:
    assert found(words).schools == ()


def test_a_name_within_another_is_not_taken_where_the_other_is_nearer() -> None:
    seen = found("เทศาล ๒ ตัวอย่างวิทยา")
    assert not seen.sure
    assert [one.name for one in seen.schools] == ["เทศบาล ๒ ตัวอย่างวิทยา", "ตัวอย่างวิทยา"]
