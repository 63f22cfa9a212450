"""Names and codes of schools, however they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.school_names import code_like, normal


@pytest.mark.parametrize(
    "written",
    [
        "บ้านโคกตัวอย่าง (ประชาสมมติ)",
        "โรงเรียนบ้านโคกตัวอย่าง(ประชาสมมติ)",
        "ร.ร. บ้านโคกตัวอย่าง [ประชาสมมติ]",
        "รร.บ้านโคกตัวอย่าง （ประชาสมมติ）",
        "ร.ร บ้าน โคก ตัวอย่าง ( ประชาสมมติ )",
        "รร บ้านโคกตัวอย่าง\u00a0(ประชา\u200bสมมติ)",
        "  โรงเรียน\tบ้านโคกตัวอย่าง\nประชาสมมติ",
    ],
)
def test_the_same_name(written: str):
    assert normal(written) == "บ้านโคกตัวอย่างประชาสมมติ"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("เทศบาล ๑ (สมมติราษฎร์บำรุง)", "เทศบาล 1 สมมติราษฎร์บำรุง"),
        ("อบจ.จำลองอนุสรณ์", "อบจ จำลองอนุสรณ์"),
        ("บ้านน้ำใสสมมติ", "บ้านนํ้าใสสมมติ"),
        ("เเสลงจำลอง", "แสลงจําลอง"),
        ("ABC School", "abc school"),
    ],
)
def test_written_in_two_ways(one: str, other: str):
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("นิคม 1", "นิคม 2"),
        ("นิคม 1/2", "นิคม 12"),
        ("บ้านกกกอก", "บ้านกกอก"),
        ("บ้านใหม", "บ้านใหม่"),
        ("บ้านหนองสมมติ", "บ้านหนองสมมติ (สาขา)"),
        ("บ้านหนองสมมติ", "วัดหนองสมมติ"),
    ],
)
def test_other_names(one: str, other: str):
    assert normal(one) != normal(other)


@given(st.text())
def test_normal_again_is_the_same(name: str):
    assert normal(normal(name)) == normal(name)


@pytest.mark.parametrize(
    "written",
    [
        "1031991002",
        "1031-991-002",
        "๑๐๓๑๙๙๑๐๐๒",
        "1031 991 002",
        "'1031991002",
        "รหัส 1031991002",
        "10.31.991002 ",
        "รหัสโรงเรียน:1031991002",
    ],
)
def test_a_code_however_typed(written: str):
    assert code_like(written) == "1031991002"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "031991002",
        "10319910021",
        "0812345678",
        "081-234-5678",
        "1.031991002E+09",
        "โทร 1031991002",
        "๑๐๓๑",
        "1031991002 ภูสมมติ",
    ],
)
def test_what_is_no_code(written: str):
    assert code_like(written) is None
