"""Reminders: to whom, when, what they say; that they come once, merge, stop, and are never untrue."""

from datetime import date, datetime, time, timedelta

import pytest

from handlers import due, extensions, invites, reminders, reminders_ladder, rounds_changes, working_days
from handlers.heard import Kind
from handlers.texts import data
from handlers.thai import BANGKOK
from models.outbox import Priority, Sending
from models.outbox import outbox as sayings
from models.people import Role, memberships
from models.programme import rounds
from models.reminders import reminders as table
from models.report import State, moves, reports
from tests.province import MAIN, NOISE
from tests.reminder_scene import DUE, at, days_of, fills_in, hands_in, hours, plan, send, waiting

WEEK, SOON, OVER, CALL = date(2026, 1, 28), date(2026, 2, 2), date(2026, 2, 5), date(2026, 2, 9)
"""The days of the rungs; the fourth day after the due date is a Sunday, so its rung is the Monday's."""
LATER = CALL + timedelta(days=14)
AGENCY = "สพป.บุรีรัมย์ เขต 2"


@pytest.fixture
def director(province):
    return province.director()


def on(day, clock=time(9)):
    return datetime.combine(day, clock, BANGKOK)


def running(province):
    return next(row.id for row in province.rows(rounds) if row.channel_id == MAIN)


def told(province):
    """Send what is due now; return who has heard a reminder."""
    return {name: words for name, words in send(province).items() if any("เตือนเพราะ" in one for one in words)}


# When -------------------------------------------------------------------------------------------------------------


def test_the_ladder_of_a_director_who_says_nothing(province, director):
    heard = hours(province, LATER)
    assert days_of(heard, director) == [WEEK, SOON, OVER]
    week, soon, over = (words for _, words in heard[director.name])
    assert "เรียนท่าน ผอ." in week
    assert "เหลืออีก 6 ประเด็น" in week
    assert "ราว 15 นาที" in week
    assert "พ. 4 ก.พ. 2569" in week
    assert "อัดเสียงหรือมอบครูช่วยกรอกได้" in soon
    assert "เลยกำหนดส่ง พ. 4 ก.พ. 2569 แล้ว" in over
    for words in (week, soon, over):
        assert "เตือนเพราะรายงานยังไม่ได้ส่ง" in words
        assert all(word in words for word in ("“ทำต่อ”", "“เตือนใหม่พรุ่งนี้เช้า”", "“ติดปัญหา”", "“ไม่ต้องเตือน”"))
    labels = [button.label for button in director.buttons()]
    assert labels == ["ทำต่อ", "เตือนใหม่พรุ่งนี้เช้า", "ติดปัญหา", "ไม่ต้องเตือน"]


def test_not_before_half_past_eight_not_on_days_off_and_not_at_night(province, director):
    assert plan(at(province, WEEK, time(8, 29))) == 0
    assert plan(at(province, WEEK, time(18))) == 0
    assert plan(at(province, date(2026, 1, 31), time(10))) == 0  # a Saturday
    assert plan(at(province, SOON, time(8, 30))) == 1


def test_a_rung_on_a_day_off_of_the_province_comes_on_the_next_working_day(province, director):
    with province.store.write() as db:
        for day in (WEEK, WEEK + timedelta(days=1)):
            working_days.add(db, MAIN, day, "วันหยุดพิเศษ", province.now)
    assert days_of(hours(province, date(2026, 1, 31)), director) == [date(2026, 1, 30)]


def test_asked_again_it_comes_once(province, director):
    at(province, WEEK)
    assert [plan(province), plan(province)] == [1, 0]
    send(province)
    province.later(hours=1)
    assert plan(province) == 0


def test_a_worker_that_was_down_says_the_newest_only(province, director):
    at(province, date(2026, 2, 6))
    assert plan(province) == 1
    assert "เลยกำหนดส่ง" in send(province)[director.name][0]
    assert days_of(hours(province, LATER), director) == []


def test_what_was_over_before_the_round_opened_is_not_made_up_for(province, director):
    with province.store.write() as db:
        db.execute(rounds.update().values(opens_at=on(date(2026, 1, 29))))
    assert days_of(hours(at(province, date(2026, 1, 29)), DUE), director) == [SOON]


def test_of_two_open_rounds_writers_are_reminded_of_the_newer_in_which_chat_writes(province, director):
    plan(at(province, OVER))  # waits to be said, and is true no more once the newer round opens
    (asked,) = {row.question_set_id for row in province.rows(rounds) if row.channel_id == MAIN}
    newer = {"year": 2568, "semester": 2, "title": "รอบใหม่", "opens_at": on(OVER, time(10)), "due_on": LATER}
    province.open_round(**newer, question_set_id=asked)
    assert plan(at(province, OVER, time(11))) == 0
    assert waiting(province, director) == []
    heard = hours(province, LATER)[director.name]
    assert heard
    assert all("รอบใหม่" in words for _, words in heard)
    director.says("รายงาน").hears("ข้อ 1 จาก 6")
    newest = max(row.id for row in province.rows(rounds) if row.channel_id == MAIN)
    assert [row.round_id for row in province.rows(reports) if row.channel_id == MAIN] == [newest]


# To whom ----------------------------------------------------------------------------------------------------------


def test_who_has_sent_hears_nothing(province, director):
    hands_in(director)
    assert hours(province, LATER) == {}


def test_who_comes_by_is_left_alone_for_five_working_days(province, director):
    at(province, date(2026, 1, 27))
    director.says("สวัสดี")
    heard = hours(at(province, date(2026, 1, 27), time(12)), LATER)
    assert days_of(heard, director) == [date(2026, 2, 3), date(2026, 2, 6)]


def test_a_reply_skips_the_next_rung(province, director):
    plan(at(province, WEEK))
    send(province)
    director.says("รับทราบ")
    heard = hours(province, LATER)
    assert days_of(heard, director) == [DUE]  # the fifth working day; three more, and the coordinator has it


def test_who_may_not_send_has_no_part_once_all_is_written(province):
    helper = province.person("ครูช่วยกรอก สมมติ").joins("1031992003", Role.DELEGATE)
    director = province.director()
    fills_in(helper)
    plan(at(province, WEEK))
    heard = told(province)
    assert list(heard) == [director.name]
    assert "ตอบครบทุกประเด็นแล้ว เหลือเพียงตรวจทานแล้วกดส่ง" in heard[director.name][0]


def test_what_is_left_is_counted_and_a_helper_is_addressed_otherwise(province):
    helper = province.person("ครูช่วยกรอก สมมติ").joins("1031992003", Role.DELEGATE)
    fills_in(helper, topics=4)
    plan(at(province, WEEK))
    (words,) = told(province)[helper.name]
    assert "เหลืออีก 2 ประเด็น" in words
    assert "ราว 5 นาที" in words
    assert "ผอ." not in words


@pytest.mark.parametrize("roles", [(Role.DELEGATE, Role.DIRECTOR), (Role.DIRECTOR, Role.DELEGATE)])
def test_who_has_two_parts_in_a_school_hears_once_of_the_one_who_sends(province, roles):
    province.person("ครูรักษาการ สมมติ").joins("1031992003", roles[0])
    (first,) = [row for row in province.rows(memberships) if row.channel_id == MAIN and row.school_id is not None]
    with province.store.write() as db:
        second = {name: value for name, value in first._mapping.items() if name != "id"} | {"role": roles[1]}
        db.execute(memberships.insert(), second)
    plan(at(province, WEEK))
    ((_, (words,)),) = told(province).items()
    assert "เรียนท่าน ผอ." in words
    assert [row.school_id for row in province.rows(table) if row.person_id == first.person_id] == [first.school_id]


def test_a_returned_report_has_days_of_its_own(province, director):
    hands_in(director)
    with province.store.write() as db:
        (report,) = [row.id for row in province.rows(reports) if row.channel_id == MAIN]
        db.execute(reports.update().where(reports.c.id == report).values(state=State.RETURNED))
        row = {"channel_id": MAIN, "report_id": report, "from_state": "reviewing", "to_state": "returned"}
        db.execute(moves.insert(), row | {"at": on(date(2026, 2, 11))})
    heard = hours(at(province, date(2026, 2, 11)), date(2026, 3, 10))
    assert days_of(heard, director) == [date(2026, 2, 16), date(2026, 2, 19)]
    assert "ต้นสังกัดส่งกลับเมื่อ พ. 11 ก.พ. 2569 ยังรอการแก้ไข" in heard[director.name][0][1]


def test_more_time_for_a_school_moves_its_ladder(province, director):
    with province.store.write() as db:
        school = province.school("1031992003")
        extensions.grant(db, MAIN, running(province), school, date(2026, 2, 18), province.now)
    heard = hours(province, date(2026, 3, 10))
    assert days_of(heard, director) == [date(2026, 2, 11), date(2026, 2, 16), date(2026, 2, 19)]
    assert "พ. 18 ก.พ. 2569" in heard[director.name][0][1]


def test_grace_puts_off_what_comes_after_the_due_date(province, director):
    with province.store.write() as db:
        rounds_changes.set_grace(db, MAIN, running(province), date(2026, 2, 11), province.now)
    assert days_of(hours(province, date(2026, 3, 1)), director) == [WEEK, SOON, date(2026, 2, 12)]


def test_a_closed_round_reminds_nobody(province, director):
    with province.store.write() as db:
        rounds_changes.close(db, MAIN, running(province), province.now)
    assert hours(at(province, WEEK), LATER) == {}


def test_who_blocked_us_costs_nothing_and_is_reminded_when_back(province, director):
    director.does(Kind.UNFOLLOW, token=None)
    assert plan(at(province, WEEK)) == 0
    province.later(days=1)
    director.does(Kind.FOLLOW)
    assert days_of(hours(province, LATER), director) == [date(2026, 2, 5)]


def test_one_message_for_all_schools_of_a_person(province, director):
    director.says("เพิ่มโรงเรียน").says(province.code("1031991002")).says("ใช่")
    plan(at(province, WEEK))
    (words,) = told(province)[director.name]
    assert "รายงานที่รอท่าน 2 แห่ง" in words
    assert "• บ้านสวายตัวอย่าง: เหลืออีก 6 ประเด็น" in words
    assert "• บ้านหนองสมมติ: เหลืออีก 6 ประเด็น" in words
    assert "“สลับ”" in words
    assert len({row.subject for row in province.rows(table) if row.channel_id == MAIN}) == 2


def test_the_same_words_for_all_who_have_the_same_open(province, director):
    province.director("นางสาวกาญจนา สมมติสกุล", "1031991002")
    plan(at(province, WEEK))
    payloads = {row.digest for row in province.rows(sayings) if row.kind == "notice" and row.channel_id == MAIN}
    assert len(payloads) == 1
    assert {row.priority for row in province.rows(sayings) if row.kind == "notice"} == {Priority.REMINDER}


def test_each_province_has_its_own(province, director):
    plan(at(province, WEEK))
    rows = [row for row in province.rows(sayings) if row.kind == "notice"]
    assert sorted(row.channel_id for row in rows) == [MAIN, NOISE]


# Never untrue -----------------------------------------------------------------------------------------------------


def hold(province):
    """Let what waits be held for the next visit, as it is when the month's budget is short."""
    with province.store.write() as db:
        db.execute(sayings.update().where(sayings.c.kind == "notice").values(state=Sending.HELD))


def test_what_waits_is_taken_back_when_the_report_is_sent_by_another(province, director):
    acting = province.person("รักษาการ สมมติ").joins("1031992003", Role.ACTING)
    plan(at(province, WEEK))
    hold(province)
    hands_in(acting)
    province.later(minutes=1)
    plan(province)
    assert waiting(province, director) == []
    director.says("สวัสดี").hears_not("เตือนเพราะ")


def test_what_is_left_of_a_message_is_said_anew(province, director):
    director.says("เพิ่มโรงเรียน").says(province.code("1031991002")).says("ใช่")
    other = province.director("นางสาวกาญจนา สมมติสกุล", "1031991002")
    plan(at(province, WEEK))
    hold(province)
    hands_in(other)
    province.later(minutes=1)
    assert plan(province) == 1
    (words,) = told(province)[director.name]
    assert "เหลืออีก 6 ประเด็น" in words
    assert "บ้านหนองสมมติ" not in words


def test_a_newer_reminder_takes_the_place_of_one_that_still_waits(province, director):
    plan(at(province, WEEK))
    hold(province)
    plan(at(province, SOON))
    (words,) = waiting(province, director)
    assert "อัดเสียง" in words[0]


def test_a_reminder_that_waits_rides_on_the_next_visit(province, director):
    plan(at(province, WEEK))
    hold(province)
    director.says("ทำต่อ").hears("เตือนเพราะรายงานยังไม่ได้ส่ง", "ข้อ 1 จาก 6")
    assert waiting(province) == [waiting(province)[0]]  # the other province's


# The last rung ----------------------------------------------------------------------------------------------------


def coordinator(province, agency=AGENCY, name="นายประสาน สมมติ"):
    with province.store.write() as db:
        office = province.agency(agency) if agency else None
        code = invites.create(db, MAIN, agency_id=office, role=Role.COORDINATOR, now=province.now)
    return province.person(name).says(code).says("ใช่").says("รับทราบ")


def test_the_coordinator_is_given_the_telephone_number_once(province, director):
    officer = coordinator(province)
    heard = hours(province, LATER)
    assert days_of(heard, officer) == [CALL]
    words = heard[officer.name][0][1]
    assert "บ้านสวายตัวอย่าง อ.กระสัง" in words
    assert "นางวารุณี ตัวอย่างทอง 044000010" in words
    assert "หนองสมมติ" not in words


def test_a_school_that_nobody_has_joined_is_called_too(province):
    officer = coordinator(province, "สพป.บุรีรัมย์ เขต 3")
    assert days_of(hours(province, LATER), officer) == [CALL]


def test_the_provinces_own_coordinator_is_told_without_numbers_where_the_agency_has_none(province, director):
    own = coordinator(province, None, "ผู้ประสานจังหวัด สมมติ")
    coordinator(province, "สพป.บุรีรัมย์ เขต 3")
    heard = hours(province, LATER)
    words = heard[own.name][0][1]
    assert "บ้านสวายตัวอย่าง" in words
    assert "044000010" not in words
    assert "นางรอง" not in words  # the other agency's


def test_with_whom_we_are_in_touch_is_not_handed_over(province, director):
    officer = coordinator(province)
    director.says("สวัสดี", at=None)
    at(province, date(2026, 2, 6))
    director.says("กำลังทำอยู่ ขออีกสองวัน")
    heard = hours(province, date(2026, 2, 12))
    assert officer.name not in heard
    assert days_of(hours(province, date(2026, 2, 20)), officer) == [date(2026, 2, 13)]


# Verifiers --------------------------------------------------------------------------------------------------------


def test_a_verifier_is_reminded_of_what_waits_longer_than_the_deadline(province, director):
    verifier = province.verifier()
    hands_in(director)  # Monday, 5 January; the tenth working day is Tuesday the 20th, for the 16th is Teachers' Day
    send(province)
    heard = hours(province, date(2026, 2, 20))
    days = [moment.date() for moment, words in heard[verifier.name] if "เตือนเพราะ" in words]
    assert days == [date(2026, 1, 21), date(2026, 1, 28)]
    words = next(words for _, words in heard[verifier.name] if "เตือนเพราะ" in words)
    assert "รอตรวจเกิน 10 วันทำการ 1 ฉบับ" in words
    assert "บ้านสวายตัวอย่าง ส่งเมื่อ จ. 5 ม.ค. 2569" in words
    verifier.says("เตือนใหม่พรุ่งนี้เช้า").hears("จะเตือน จ. 23 ก.พ. 2569 07:30 น.", "“คิว”").hears_not("เลยกำหนด")


def test_nobody_is_reminded_of_the_own_school_or_another_agencys(province, director):
    other = province.verifier("นายผู้ตรวจ อีกเขต", "สพป.บุรีรัมย์ เขต 3")
    hands_in(director)
    assert other.name not in hours(province, date(2026, 2, 2))


def test_one_message_for_who_writes_and_verifies(province, director):
    both = province.verifier()
    both.says(province.code("1031991002")).says("ใช่")
    hands_in(director)
    send(province)
    at(province, WEEK)
    plan(province)
    (words,) = told(province)[both.name]
    assert "เหลืออีก 6 ประเด็น" in words
    assert "รอตรวจเกิน 10 วันทำการ 1 ฉบับ" in words


# The data ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"report": []},
        {"report": [{"rung": "a", "days": 1}, {"rung": "b", "days": -1}]},
        {"report": [{"rung": "a", "days": -1}, {"rung": "a", "days": 1}]},
        {"between": 0},
        {"at": "noon"},
        {"review": {"deadline": 10}},
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"ladder\.yaml|isoformat"):
        reminders_ladder.parsed(data("ladder.yaml") | wrong)


def test_a_reminder_is_one_of_what_is_due(province, director):
    assert reminders.queue in due.PLANNERS
