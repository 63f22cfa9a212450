"""Putting reminders off in words and by buttons, stopping them, and telling of a problem: as talks."""

from datetime import date, datetime, time

import pytest

from handlers import invites, working_days
from handlers.thai import BANGKOK
from models.people import Role
from models.reminders import reminded, reminder_stops
from tests.province import MAIN
from tests.reminder_scene import at, days_of, hours, plan, send

WEEK = date(2026, 1, 28)
"""The day of the first reminder: the round is due on 4 February."""


@pytest.fixture
def director(province):
    return province.director()


@pytest.fixture
def reminded_director(province, director):
    """A director who has just heard the first reminder, on Wednesday, 28 January."""
    plan(at(province, WEEK))
    send(province)
    assert "เตือนเพราะ" in director.words
    return director


def thai(year, month, day, hour, minute=0):
    """Return a moment of Thailand's clock."""
    return datetime(year, month, day, hour, minute, tzinfo=BANGKOK)


def asked_for(province):
    return [row.again_at for row in province.rows(reminded) if row.again_at]


SNOOZES = {
    "เตือนใหม่พรุ่งนี้เช้า": (thai(2026, 1, 29, 8), "พฤ. 29 ม.ค. 2569 08:00 น."),
    "วันศุกร์นี้บ่ายโมงครึ่ง": (thai(2026, 1, 30, 13, 30), "ศ. 30 ม.ค. 2569 13:30 น."),
    "อีก 5 วัน": (thai(2026, 2, 2, 8), "จ. 2 ก.พ. 2569 08:00 น."),
    "๓ ก.พ. ๘ โมงเช้า": (thai(2026, 2, 3, 8), "อ. 3 ก.พ. 2569 08:00 น."),
    "พรุ่งนี้ค่อยทำต่อ": (thai(2026, 1, 29, 8), "พฤ. 29 ม.ค. 2569"),
    "เย็นนี้ค่อยทำ": (thai(2026, 1, 28, 16, 30), "พ. 28 ม.ค. 2569 16:30 น."),
}


@pytest.mark.parametrize(("typed", "meant"), SNOOZES.items(), ids=SNOOZES)
def test_a_moment_in_words_is_said_back_with_weekday_and_buddhist_year(province, reminded_director, typed, meant):
    moment, said = meant
    reminded_director.says(typed).hears("จะเตือนอีกครั้ง", said)
    assert asked_for(province) == [moment]


def test_the_button_does_what_the_words_do(province, reminded_director):
    reminded_director.taps("เตือนใหม่พรุ่งนี้เช้า").hears("จะเตือนอีกครั้ง พฤ. 29 ม.ค. 2569 08:00 น.")
    heard = hours(at(province, WEEK, time(12)), date(2026, 1, 30))
    assert days_of(heard, reminded_director) == [date(2026, 1, 29)]
    assert "ตามที่ท่านขอให้เตือน" in heard[reminded_director.name][0][1]


def test_no_right_after_puts_back_what_was_and_asks_again(province, reminded_director):
    reminded_director.says("อีก 5 วัน").hears("จ. 2 ก.พ. 2569")
    reminded_director.says("เตือนพรุ่งนี้เช้า").hears("พฤ. 29 ม.ค. 2569")
    reminded_director.says("ไม่ใช่").hears("ยกเลิกเวลาเมื่อครู่แล้ว", "ให้เตือนเมื่อไร")
    assert asked_for(province) == [thai(2026, 2, 2, 8)]
    reminded_director.says("ศุกร์นี้บ่ายโมงครึ่ง").hears("ศ. 30 ม.ค. 2569 13:30 น.").says("ไม่ใช่ค่ะ").says("ไม่เอาแล้ว")
    assert asked_for(province) == [thai(2026, 2, 2, 8)]


def test_no_brings_a_stop_back_and_later_means_nothing_any_more(province, reminded_director):
    reminded_director.says("ไม่ต้องเตือน").says("เตือนพรุ่งนี้เช้า").says("ไม่ใช่").says("ไม่เอาแล้ว")
    assert hours(province, date(2026, 2, 1)).get(reminded_director.name) is None
    reminded_director.says("เตือนพรุ่งนี้เช้า").hears("จะเตือน")
    province.later(minutes=11)
    reminded_director.says("ไม่ใช่").hears_not("ยกเลิกเวลาเมื่อครู่แล้ว")
    assert len(asked_for(province)) == 1


def test_nothing_comes_before_the_moment_and_one_thing_then(province, reminded_director):
    reminded_director.says("เตือนวันศุกร์ที่ 6 ก.พ. 9 โมง").hears("ศ. 6 ก.พ. 2569 09:00 น.", "เลยกำหนดส่ง พ. 4 ก.พ. 2569")
    heard = hours(province, date(2026, 2, 6))
    assert days_of(heard, reminded_director) == [date(2026, 2, 6)]


def test_a_moment_in_quiet_hours_is_moved_and_said_so(province, reminded_director):
    reminded_director.says("คืนนี้ 2 ทุ่ม").hears("พ. 28 ม.ค. 2569 20:00 น.", "นอกเวลา", "พฤ. 29 ม.ค. 2569 07:30 น. แทน")
    reminded_director.says("เตือนวันเสาร์นี้").hears("วันเสาร์–อาทิตย์", "จ. 2 ก.พ. 2569 07:30 น. แทน")
    assert asked_for(province) == [thai(2026, 2, 2, 7, 30)]


def test_a_moment_on_a_day_off_of_the_province_names_it(province, reminded_director):
    with province.store.write() as db:
        working_days.add(db, MAIN, date(2026, 1, 30), "วันหยุดพิเศษตามมติ ครม.", province.now)
    reminded_director.says("เตือนวันศุกร์นี้").hears("วันหยุดพิเศษตามมติ ครม.", "จ. 2 ก.พ. 2569 07:30 น. แทน")


UNCLEAR = {
    "ช่วยเตือน": "ให้เตือนเมื่อไร",
    "หลังสอบโอเน็ต": "ยังไม่ทราบว่าเรื่องนั้นตรงกับวันใด",
    "เตือนหลังสอบโอเน็ต": "ยังไม่ทราบว่าเรื่องนั้นตรงกับวันใด",
    "31 กพ 69": "ไม่มีวันหรือเวลานั้นในปฏิทิน",
    "สัปดาห์หน้า": "โปรดระบุให้เป็นวันเดียว",
    "เตือนวันพุธ": "หมายถึง พ. 4 ก.พ. 2569 08:00 น.",
    "5/2/26": "หมายถึง พฤ. 5 ก.พ. 2569 08:00 น.",
    "วันนี้": "เวลานั้นผ่านไปแล้ว",
    "เตือน 1 ม.ค. 69": "ผ่านไปแล้ว",
    "เตือน 5 มี.ค. 2570": "ไกลเกินหนึ่งปี",
}


@pytest.mark.parametrize(("typed", "asked"), UNCLEAR.items(), ids=UNCLEAR)
def test_what_is_unclear_is_asked_and_nothing_is_set(province, reminded_director, typed, asked):
    reminded_director.says(typed).hears(asked, "ให้เตือนเมื่อไร")
    assert asked_for(province) == []
    reminded_director.says("วันศุกร์นี้ บ่ายโมงครึ่งนะครับ").hears("ศ. 30 ม.ค. 2569 13:30 น.")
    assert asked_for(province) == [thai(2026, 1, 30, 13, 30)]


def test_what_may_mean_several_is_picked_by_a_button(province, reminded_director):
    reminded_director.says("พรุ่งนี้ 5 โมง").hears("11:00 น. หรือ พฤ. 29 ม.ค. 2569 17:00 น.")
    reminded_director.taps("พฤ. 29 ม.ค. 17:00").hears("จะเตือนอีกครั้ง พฤ. 29 ม.ค. 2569 17:00 น.")


def test_the_question_when_can_be_left(province, reminded_director):
    reminded_director.says("ช่วยเตือน").says("ไม่เอาแล้ว").hears("ไม่ได้ตั้งเตือน")
    assert asked_for(province) == []
    reminded_director.says("ช่วยเตือน").says("ทำต่อ").hears("ข้อ 1 จาก 6")


def test_words_of_an_answer_are_never_taken_for_a_reminder(province, director):
    director.says("รายงาน").says("วันศุกร์นี้บ่ายโมงครึ่ง").hears("บันทึกแล้ว", "“เตือน” นำหน้า")
    director.says("ค่อยทำวันศุกร์ เพราะครูติดอบรมทั้งโรงเรียน").says("เตือนนักเรียนทุกวันศุกร์")
    assert province.answer("learners.now") == [
        "วันศุกร์นี้บ่ายโมงครึ่ง",
        "ค่อยทำวันศุกร์ เพราะครูติดอบรมทั้งโรงเรียน",
        "เตือนนักเรียนทุกวันศุกร์",
    ]
    assert asked_for(province) == []


def test_at_a_question_a_day_is_kept_and_the_reminder_is_a_tap_away(province, director):
    director.says("รายงาน").says("วันศุกร์นี้บ่ายโมงครึ่ง")
    director.taps("ให้เตือนตอนนั้น").hears("จะเตือนอีกครั้ง ศ. 9 ม.ค. 2569 13:30 น.")
    assert province.answer("learners.now") == ["วันศุกร์นี้บ่ายโมงครึ่ง"]


def test_at_a_question_what_may_be_a_day_is_kept_and_read_back(province, director):
    director.says("รายงาน").says("10/1/26").hears("บันทึกแล้ว", "ส. 10 ม.ค. 2569 08:00 น.")
    director.says("31 กพ 69").hears("ไม่มีวันหรือเวลานั้นในปฏิทิน")
    assert province.answer("learners.now") == ["10/1/26", "31 กพ 69"]
    assert asked_for(province) == []


def test_at_a_question_what_can_be_no_answer_sets_a_reminder(province, director):
    director.says("รายงาน").says("เตือนใหม่พรุ่งนี้เช้า").hears("จะเตือนอีกครั้ง อ. 6 ม.ค. 2569 08:00 น.")
    assert province.everything() == []
    director.says("ทำต่อ").hears("ข้อ 1 จาก 6")


def test_who_has_nothing_open_is_told_so(province):
    verifier = province.verifier()
    verifier.says("เตือนใหม่พรุ่งนี้เช้า").hears("ไม่มีเรื่องค้าง")
    assert asked_for(province) == []


def test_an_old_button_does_nothing_and_says_so(province, reminded_director):
    province.later(days=8)
    reminded_director.taps("เตือนใหม่พรุ่งนี้เช้า").hears("ปุ่มนี้เก่าแล้ว")
    reminded_director.turns.append(reminded_director.turns[-2])
    reminded_director.taps("ติดปัญหา").hears("ปุ่มนี้เก่าแล้ว")
    assert asked_for(province) == []
    assert province.rows(reminder_stops) == []


@pytest.mark.parametrize("value", ["", "x", "2026-01-28T", "2026-01-28T25:00", "9999-12-31T09:00", "2026-01-01", "T"])
def test_a_button_made_by_hand_sets_nothing_silly(province, reminded_director, value):
    reminded_director.posts_back(f"do=remind_again&v={value}")
    assert reminded_director.answered == 1
    assert asked_for(province) == []


def test_do_not_remind_me(province, reminded_director):
    reminded_director.says("ไม่ต้องเตือน").hears("จะไม่เตือนในรอบนี้อีก")
    assert hours(province, date(2026, 2, 20)).get(reminded_director.name) is None


def test_who_asks_to_be_reminded_after_a_stop_is(province, reminded_director):
    reminded_director.says("ไม่ต้องเตือน").says("เตือนพรุ่งนี้เช้า").hears("พฤ. 29 ม.ค. 2569")
    assert days_of(hours(province, date(2026, 1, 29)), reminded_director) == [date(2026, 1, 29)]


# A problem --------------------------------------------------------------------------------------------------------


@pytest.fixture
def coordinator(province):
    with province.store.write() as db:
        agency = province.agency("สพป.บุรีรัมย์ เขต 2")
        code = invites.create(db, MAIN, agency_id=agency, role=Role.COORDINATOR, now=province.now)
    return province.person("นายประสาน สมมติ").says(code).says("ใช่").says("รับทราบ")


def test_a_problem_goes_to_the_coordinator_and_stops_the_reminders(province, coordinator, reminded_director):
    reminded_director.taps("ติดปัญหา").hears("สพป.บุรีรัมย์ เขต 2", "หยุดเตือนรอบนี้", "จบการคุย")
    reminded_director.says("อินเทอร์เน็ตโรงเรียนเสียทั้งสัปดาห์").says("จบการคุย").hears("จบการคุยกับเจ้าหน้าที่แล้ว")
    coordinator.says("คุย").hears("บ้านสวายตัวอย่าง", "ติดปัญหาในการทำรายงาน", "อินเทอร์เน็ตโรงเรียนเสียทั้งสัปดาห์")
    assert hours(province, date(2026, 2, 6)).get(reminded_director.name) is None


def test_reminders_go_on_once_the_coordinator_has_closed_it(province, coordinator, reminded_director):
    reminded_director.says("ติดปัญหา").says("จบการคุย")
    province.later(hours=2)
    coordinator.says("คุย").says("ปิด 1").hears("ปิดการคุย")
    assert days_of(hours(province, date(2026, 2, 6)), reminded_director) == [date(2026, 2, 4)]


def test_a_problem_without_any_coordinator_is_told_honestly(province, reminded_director):
    reminded_director.says("ติดปัญหา").hears("ยังไม่มีผู้ประสาน")
    assert province.rows(reminder_stops) == []


def test_a_problem_as_part_of_an_answer_is_an_answer(province, coordinator, director):
    director.says("รายงาน").says("ติดปัญหาเรื่องครูไม่ครบชั้น")
    assert province.answer("learners.now") == ["ติดปัญหาเรื่องครูไม่ครบชั้น"]
