"""What a coordinator types of a meeting: from when to when, which part, which value; nothing is guessed or raises."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers import meetings_fields, meetings_times
from handlers.meetings_fields import Amiss, Edit
from handlers.meetings_times import Span
from handlers.thai import day, today

NOW = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
THURSDAY = date(2026, 1, 15)
MORNING = Span(THURSDAY, time(9), time(12))


@pytest.mark.parametrize(
    "words",
    [
        "15 ม.ค. 69 9.00-12.00",
        "15/1/2569 9:00–12:00",
        "15-1-69 09.00 - 12.00 น.",
        "พฤหัสที่ ๑๕ มกราคม ๒๕๖๙ เวลา ๐๙.๐๐ น. ถึง ๑๒.๐๐ น.",
        "9 โมงเช้าถึงเที่ยง วันที่ 15 ม.ค. 69",
        "15 มค 69 9-12",
        "15 ม.ค. เก้าโมง จนถึง เที่ยง",
    ],
)
def test_one_moment_however_it_is_typed(words):
    assert meetings_times.read(words, NOW) == MORNING


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        ("", "nothing"),
        ("ตามหนังสือ", "nothing"),
        ("9.00-12.00", "no_day"),
        ("15 ม.ค. 69", "no_start"),
        ("15 ม.ค. 69 9 โมง", "no_end"),
        ("15 ม.ค. 69 12.00-9.00", "end_first"),
        ("15 ม.ค. 69 9.00-9.00", "end_first"),
        ("15 ม.ค. 69 2 โมง - 4 โมง", "which"),
        ("15 ม.ค. 69 25.00-26.00", "unreal"),
        ("30 ก.พ. 69 9-12", "unreal"),
        ("13-15 ม.ค. 69 9.00-12.00", "several_days"),
        ("15 ม.ค. 68 9.00-12.00", "past"),
        ("ศุกร์ที่ 15 ม.ค. 69 9.00-12.00", "mismatch"),
        ("หลังสอบโอเน็ต 9.00-12.00", "event"),
        ("ก" * 300, "nothing"),
    ],
)
def test_what_is_not_one_meaning_says_why(words, trouble):
    assert meetings_times.read(words, NOW).trouble == trouble


def test_what_was_said_before_is_kept():
    first = meetings_times.read("15 ม.ค. 69", NOW)
    then = meetings_times.read("9", NOW, Span(first.day))
    assert meetings_times.read("เที่ยง", NOW, Span(then.day, then.start)) == MORNING
    assert meetings_times.read("4 โมง", NOW, Span(then.day, then.start)).times == (
        (time(9), time(10)),
        (time(9), time(16)),
    )
    moved = meetings_times.read("16 ม.ค. 69", NOW, MORNING)
    assert (moved.day, moved.start, moved.end, moved.trouble) == (date(2026, 1, 16), time(9), time(12), None)


@given(some.integers(1, 400), some.integers(6, 20), some.sampled_from([0, 15, 30, 45]), some.integers(1, 3))
def test_what_we_say_of_a_time_we_understand(ahead, hour, minute, long):
    on, start = today(NOW) + timedelta(days=ahead), time(hour, minute)
    end = time(hour + long, minute)
    said = f"{day(on)} {start:%H:%M}–{end:%H:%M} น."
    assert meetings_times.read(said, NOW) == Span(on, start, end)


@given(some.text(alphabet="0123456789.:-–ถึง นโมงเช้าบ่าย/มค๑๒ก\n", max_size=60))
def test_reading_never_raises(words):
    meetings_times.read(words, NOW)
    meetings_times.read(words, NOW, MORNING)
    meetings_fields.edit(words)
    for name in ("title", "number", "place", "online_url", "letter", "seats", "answer_by", "agenda"):
        meetings_fields.read(name, words, NOW)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("เพิ่มประธาน นายก อบจ.", Edit("chair", "นายก อบจ.")),
        ("เพิ่มประธานนายสมชาย", Edit("chair", "นายสมชาย")),
        ("แก้สถานที่เป็นห้องประชุม 2", Edit("place", "ห้องประชุม 2")),
        ("ประธาน: นาย ก", Edit("chair", "นาย ก")),
        ("ไม่มีประธาน", Edit("chair", "", remove=True)),
        ("เพิ่มลิงค์ zoom.us/j/2", Edit("online_url", "zoom.us/j/2")),
        ("เลื่อนวัน 20 ม.ค.", Edit("when", "20 ม.ค.")),
        ("ประธานสภา", None),
        ("วันนี้อากาศดี", None),
        ("แก้", None),
    ],
)
def test_which_part_is_meant(words, meant):
    assert meetings_fields.edit(words) == meant


@pytest.mark.parametrize(
    ("name", "words", "values"),
    [
        ("title", "ประชุม ผอ.  ครั้งที่ ๑/๒๕๖๙", {"title": "ประชุม ผอ.", "number": "ครั้งที่ 1/2569"}),
        ("number", "๒ / ๒๕๖๙", {"number": "ครั้งที่ 2/2569"}),
        ("place", "ห้อง 1 https://maps.app.goo.gl/x zoom.us/j/1?pwd=2",
         {"place": "ห้อง 1", "map_url": "https://maps.app.goo.gl/x", "online_url": "https://zoom.us/j/1?pwd=2"}),
        ("place", "อบจ.บุรีรัมย์ ชั้น 3/1", {"place": "อบจ.บุรีรัมย์ ชั้น 3/1"}),
        ("letter", "ศธ 04009.1/ว 12", {"letter": "ศธ 04009.1/ว 12"}),
        ("letter", "https://x.go.th/a.pdf", {"letter_url": "https://x.go.th/a.pdf"}),
        ("seats", "๖๐ ที่", {"seats": 60}),
        ("seats", "ไม่จำกัด", {"seats": None}),
    ],
)  # fmt: skip
def test_a_value_is_taken(name, words, values):
    assert meetings_fields.read(name, words, NOW) == values


@pytest.mark.parametrize(
    ("name", "words", "key"),
    [
        ("title", "", "making.empty"),
        ("title", "ก" * 300, "making.too_long"),
        ("online_url", "ซูม", "making.no_link"),
        ("online_url", "http://", "making.no_link"),
        ("online_url", "javascript:alert(1)", "making.no_link"),
        ("online_url", "https://ก ข.com", "making.no_link"),
        ("online_url", "https://a.co/1 https://a.co/2", "making.several_links"),
        ("online_url", f"https://a.co/{'x' * 1000}", "making.no_link"),
        ("place", "ออนไลน์", "making.empty"),
        ("place", "ห้อง http://localhost", "making.no_link"),
        ("seats", "เยอะ", "making.no_seats"),
        ("seats", "0", "making.no_seats"),
        ("answer_by", "เมื่อวาน", "when.past"),
        ("answer_by", "วันนี้ 8.00", "when.past"),
        ("answer_by", "สัปดาห์หน้า", "making.no_answer_by"),
    ],
)
def test_what_is_no_value_says_why(name, words, key):
    found = meetings_fields.read(name, words, NOW)
    assert isinstance(found, Amiss)
    assert found.key == key
