"""Typed Thai dates and times: what is understood, what is asked, and that nothing is guessed silently."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.thai import BANGKOK, day
from handlers.when import NOTHING, Read, Trouble, find, read
from handlers.words.moments import WORDS

NOW = datetime(2026, 1, 5, 9, 10, tzinfo=BANGKOK)
"""A Monday."""
MONTHS = [words[0] for words in WORDS["months"]]
DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def on(month: int, number: int, year: int = 2026, clock: time | None = None, about: bool = False) -> Read:
    return Read(date(year, month, number), clock, about=about)


UNDERSTOOD = {
    "10 ม.ค. 69": on(1, 10),
    "๑๐ มกราคม ๒๕๖๙": on(1, 10),
    "10/1/69": on(1, 10),
    "10-01-2569": on(1, 10),
    "10.1.69": on(1, 10),
    "10/1/2026": on(1, 10),
    "2569-01-10": on(1, 10),
    "วันที่ 10 มกรา": on(1, 10),
    "15 ม.ค.": on(1, 15),
    "2 ม.ค.": on(1, 2, 2027),
    "5 ม.ค.": on(1, 5),
    "15 มค ปีหน้า": on(1, 15, 2027),
    "10 มกราคม พ.ศ. 2569": on(1, 10),
    "10 ม.ค. ค.ศ. 2026": on(1, 10),
    "วันที่สิบห้า มกราคม": on(1, 15),
    "วันที่ 10": on(1, 10),
    "วันที่ 3": on(2, 3),
    "วันที่ 10 เดือนหน้า": on(2, 10),
    "วันศุกร์นี้บ่ายโมงครึ่ง": on(1, 9, clock=time(13, 30)),
    "ศุกร์": on(1, 9),
    "ศุกร์หน้า": on(1, 16),
    "ศุกร์อาทิตย์หน้า": on(1, 16),
    "วันจันทร์ที่จะถึงนี้": on(1, 12),
    "ศุกร์ที่ 9 ม.ค. 69": on(1, 9),
    "พฤ. 15 ม.ค. 2569 08:30 น.": on(1, 15, clock=time(8, 30)),
    "พรุ่งนี้เช้า": on(1, 6, clock=time(8), about=True),
    "เตือนใหม่พรุ่งนี้เช้า": on(1, 6, clock=time(8), about=True),
    "พรุ่งนี้": on(1, 6),
    "มะรืน": on(1, 7),
    "อีก 3 วัน": on(1, 8),
    "อีกสามวัน": on(1, 8),
    "อีกอาทิตย์นึง": on(1, 12),
    "อีก 1 เดือน": on(2, 5),
    "อีก 2 ชั่วโมง": on(1, 5, clock=time(11, 10)),
    "อีกครึ่งชั่วโมง": on(1, 5, clock=time(9, 40)),
    "๑๕ ม.ค. ๘ โมงเช้า": on(1, 15, clock=time(8)),
    "15 ม.ค. 10 โมงครึ่ง": on(1, 15, clock=time(10, 30)),
    "15 ม.ค. 10.30": on(1, 15, clock=time(10, 30)),
    "สิ้นเดือน": on(1, 31),
    "สิ้นเดือนหน้า": on(2, 28),
    "สิ้นเดือน มี.ค.": on(3, 31),
    "8.30 น.": Read(clock=time(8, 30)),
    "บ่ายสอง": Read(clock=time(14)),
    "บ่ายโมง": Read(clock=time(13)),
    "ทุ่มครึ่ง": Read(clock=time(19, 30)),
    "2 ทุ่ม": Read(clock=time(20)),
    "เที่ยง": Read(clock=time(12)),
    "เที่ยงครึ่ง": Read(clock=time(12, 30)),
    "13:30": Read(clock=time(13, 30)),
    "เก้าโมงครึ่ง": Read(clock=time(9, 30)),
    "ห้าโมงเย็น": Read(clock=time(17)),
    "ตีห้า": Read(clock=time(5)),
    "พุ่งนี้": on(1, 6),
    "มะรืนนี": on(1, 7),
    "10/1/69 ได้ไหมครับ": on(1, 10),
}


@pytest.mark.parametrize(("typed", "meant"), UNDERSTOOD.items())
def test_is_understood(typed, meant):
    assert read(typed, NOW) == meant


NOT_UNDERSTOOD = {
    "หลังสอบโอเน็ต": Trouble.EVENT,
    "หลังปีใหม่": Trouble.EVENT,
    "เปิดเทอมก่อน": Trouble.EVENT,
    "สัปดาห์หน้า": Trouble.VAGUE,
    "อาทิตย์หน้า": Trouble.VAGUE,
    "วันศุกร์ต้นเดือนหน้า": Trouble.VAGUE,
    "ทุกวันศุกร์": Trouble.VAGUE,
    "อีก 3 วันครึ่ง": Trouble.VAGUE,
    "30 ก.พ.": Trouble.UNREAL,
    "31 กพ 69": Trouble.UNREAL,
    "29 ก.พ.": Trouble.UNREAL,
    "10 ม.ค. 3456": Trouble.UNREAL,
    "10/13/69": Trouble.UNREAL,
    "25:00": Trouble.UNREAL,
    "บ่าย 9 โมง": Trouble.UNREAL,
    "เช้า 2 ทุ่ม": Trouble.UNREAL,
    "1 ม.ค. 69": Trouble.PAST,
    "เมื่อวาน": Trouble.PAST,
    "ศุกร์ที่แล้ว": Trouble.PAST,
    "วันนี้ 8 โมง": Trouble.PAST,
    "เที่ยงคืน": Trouble.AMBIGUOUS,
    "7/10": Trouble.NOTHING,
    "10-12 ม.ค.": Trouble.NOTHING,
    "044-000-010": Trouble.NOTHING,
    "081-2-34-69": Trouble.NOTHING,
    "1031992003": Trouble.NOTHING,
    "87 คน": Trouble.NOTHING,
    "8.30": Trouble.NOTHING,
    "3.75": Trouble.NOTHING,
    "10 มีคนเดียว": Trouble.NOTHING,
    "8 น.ส.สมศรี": Trouble.NOTHING,
    "3 วัน": Trouble.NOTHING,
    "ประชุมผู้ปกครองเทอมละ 2 ครั้ง": Trouble.EVENT,
    "": Trouble.NOTHING,
}


@pytest.mark.parametrize(("typed", "trouble"), NOT_UNDERSTOOD.items())
def test_is_asked_instead(typed, trouble):
    found = read(typed, NOW)
    assert (found.trouble, found.day, found.clock, found.options) == (trouble, None, None, ())
    assert not found.understood


AMBIGUOUS = {
    "จันทร์": (on(1, 5), on(1, 12)),
    "5 โมง": (Read(clock=time(11)), Read(clock=time(17))),
    "พรุ่งนี้ 6 โมง": (on(1, 6, clock=time(6)), on(1, 6, clock=time(18))),
    "พรุ่งนี้ 1:30": (on(1, 6, clock=time(1, 30)), on(1, 6, clock=time(13, 30))),
    "10/1/26": (on(1, 10),),
    "ก่อน 10 ม.ค.": (on(1, 9), on(1, 10)),
    "หลัง 10 ม.ค.": (on(1, 11),),
    "10 ม.ค. ถึง 12 ม.ค.": (on(1, 10), on(1, 12)),
}


@pytest.mark.parametrize(("typed", "options"), AMBIGUOUS.items())
def test_what_may_mean_several_is_offered(typed, options):
    assert read(typed, NOW) == Read(trouble=Trouble.AMBIGUOUS, options=options)


def test_a_weekday_that_is_not_of_the_day_is_offered_as_the_day():
    assert read("ศุกร์ที่ 10 ม.ค.", NOW) == Read(trouble=Trouble.MISMATCH, options=(on(1, 10),))


def test_days_to_come_may_count_from_another_day():
    assert read("อีก 3 วัน", NOW, since=date(2026, 1, 16)).day == date(2026, 1, 19)
    assert read("ขอเลื่อน 1 สัปดาห์", NOW, since=date(2026, 1, 1)).day == date(2026, 1, 12)


def test_on_a_sunday_next_week_is_asked():
    sunday = NOW + timedelta(days=6)
    assert read("จันทร์หน้า", sunday).options == (on(1, 12), on(1, 19))


def test_a_time_alone_is_the_next_such():
    assert read("บ่ายสอง", NOW).moment(NOW) == datetime(2026, 1, 5, 14, tzinfo=BANGKOK)
    assert read("8.30 น.", NOW).moment(NOW) == datetime(2026, 1, 6, 8, 30, tzinfo=BANGKOK)
    assert read("มะรืน", NOW).moment(NOW) == datetime(2026, 1, 7, 8, tzinfo=BANGKOK)
    assert NOTHING.moment(NOW) is None


@pytest.mark.parametrize(
    ("typed", "meant", "rest"),
    [
        ("ขอเลื่อนเป็น ๑๐ ม.ค. ๖๙ ได้ไหม", on(1, 10), ""),
        ("ขอเลื่อน 3 วัน ครูลาป่วย 3 คน", on(1, 8), "ครูลาป่วย 3 คน"),
        ("ขอเลื่อนไปวันศุกร์หน้า เพราะครูวิชาการลาคลอด", on(1, 16), "เพราะครูวิชาการลาคลอด"),
        ("ครูลา 2 คน ขอเป็น 20 ม.ค.", on(1, 20), "ครูลา 2 คน"),
        ("ขอเลื่อน ครูลา สัปดาห์หน้าจะส่ง", Read(trouble=Trouble.VAGUE), "ขอเลื่อน ครูลา จะส่ง"),
        ("ขอเลื่อนหลังสอบโอเน็ต", Read(trouble=Trouble.EVENT), "ขอเลื่อนหลังสอบโอเน็ต"),
        ("ส่งไม่ทัน เด็กขาดตอนบ่ายสองทุกคน 7/10", NOTHING, "ส่งไม่ทัน เด็กขาดตอนบ่ายสองทุกคน 7/10"),
    ],
)
def test_is_found_among_other_words(typed, meant, rest):
    assert find(typed, NOW) == (meant, rest)


DAYS = st.dates(date(2026, 1, 6), date(2056, 12, 31))  # 2600 begins a new count of two digits


def written(when: date) -> list[str]:
    """Return the ways to write a day with its year."""
    buddhist, month = when.year + 543, WORDS["months"][when.month - 1]
    forms = [f"{when.day} {name} {buddhist}" for name in month]
    forms += [f"{when.day} {name}{buddhist % 100:02}" for name in month]
    forms += [f"{when.day} {'.'.join(name)}. {buddhist}" for name in month if len(name) == 2]
    for mark in "/-.":
        forms += [f"{when.day}{mark}{when.month}{mark}{year}" for year in (buddhist, when.year, buddhist % 100)]
        forms.append(f"{when.day:02}{mark}{when.month:02}{mark}{buddhist}")
    forms += [when.isoformat(), f"{buddhist}-{when.month:02}-{when.day:02}", day(when), f"วันที่ {forms[0]}"]
    return forms


@given(DAYS, st.integers(0, 200), st.booleans())
@example(date(2028, 2, 29), 0, False)
def test_a_day_written_in_any_form_is_read_back(when, which, thai):
    forms = written(when)
    typed = forms[which % len(forms)]
    assert read(typed.translate(DIGITS) if thai else typed, NOW) == Read(when)


@given(st.times(), DAYS)
def test_a_moment_as_we_say_it_is_read_back(clock, when):
    found = read(f"{day(when)} {clock:%H:%M} น.", NOW)
    meant = Read(when, clock.replace(second=0, microsecond=0))
    assert found == meant


@given(st.text())
def test_no_text_is_too_strange(text):
    for found in (read(text, NOW), find(text, NOW)[0]):
        assert found.understood or (found.day, found.clock) == (None, None)


PIECES = [
    *MONTHS,
    "ม.ค.",
    "วัน",
    "วันที่",
    "ศุกร์",
    "หน้า",
    "นี้",
    "อีก",
    "โมง",
    "ทุ่ม",
    "ครึ่ง",
    "บ่าย",
    "ตี",
    "เช้า",
    "สิ้นเดือน",
    "10",
    "2569",
]
PIECES += [
    "69",
    "/",
    "-",
    ".",
    ":",
    " ",
    "น.",
    "สัปดาห์",
    "เดือน",
    "สอง",
    "ขอเลื่อน",
    "ก่อน",
    "หลัง",
    "เที่ยงคืน",
    "พรุ่งนี้",
    "31",
    "0",
    "99",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_what_is_understood_lies_ahead(text):
    for found in (read(text, NOW), find(text, NOW)[0]):
        for one in (found, *found.options):
            assert one.day is None or one.day >= NOW.date()
        if found.understood:
            assert found.day or found.clock
            assert found.options == ()


COUNTED = ["คน", "%", "ห้อง", "เครื่อง", "โรง", "ครั้ง", "วัน", "ชม.", "บาท", "เรื่อง", "ข้อ"]


@given(
    st.one_of(
        st.integers(0, 10**13).map(str),
        st.tuples(st.integers(0, 5000), st.sampled_from(COUNTED)).map(lambda p: f"{p[0]} {p[1]}"),
        st.tuples(st.integers(0, 300), st.integers(1, 300)).map(lambda p: f"{p[0]}/{p[1]}"),
        st.tuples(st.integers(1, 3), st.integers(0, 2569)).map(lambda p: f"{p[0]}/{p[1]}"),
        st.integers(6, 60).map(lambda n: f"1:{n}"),
        st.decimals(0, 100, places=2).map(str),
        st.from_regex(r"0\d-\d{3,4}-\d{4}|0\d{2}-?\d{3}-?\d{3,4}", fullmatch=True),
        st.from_regex(r"1031\d{6}|\d{8}|\d{2}-\d{8}|1031-\d{3}-\d{3}", fullmatch=True),
        st.from_regex(r"1\d{12}|1-\d{4}-\d{5}-\d{2}-\d", fullmatch=True),
    ),
    st.booleans(),
)
def test_numbers_of_other_things_are_never_read_silently(text, thai):
    typed = text.translate(DIGITS) if thai else text
    assert not read(typed, NOW).understood
    assert not find(f"ตอนนี้มี {typed} แล้ว", NOW)[0].understood
