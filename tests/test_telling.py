"""Words to somebody who has not just spoken: free at the next visit, else one paid push."""

from datetime import UTC, date, datetime

from handlers import claims, working_days
from handlers.heard import Kind
from handlers.messages.values import Say
from handlers.telling import PATIENCE, in_office, of_school, polite, tell
from models.outbox import Policy, Priority, Sending
from models.outbox import outbox as table
from models.people import Role, people


def told(province, person, words, **more):
    with province.store.write() as db:
        tell(db, person.channel, number(province, person), Say(words), now=province.now, **{"once": words} | more)


def number(province, person):
    return next(row.id for row in province.rows(people) if row.line_user_id == person.user)


def waiting(province):
    return [row for row in province.rows(table) if row.state in (Sending.QUEUED, Sending.HELD)]


def test_who_comes_by_hears_it_for_free_and_is_not_pushed(province):
    director = province.director()
    told(province, director, "ต้นสังกัดขอให้ปรับข้อ 4")
    director.says("สวัสดี").hears("ต้นสังกัดขอให้ปรับข้อ 4")
    assert waiting(province) == []
    province.later(days=3)
    with province.store.write() as db:
        assert claims.claim_due(db, "worker", province.now).rows == []


def test_who_stays_away_is_pushed_once(province):
    director = province.director()
    told(province, director, "ต้นสังกัดขอให้ปรับข้อ 4")
    told(province, director, "ต้นสังกัดขอให้ปรับข้อ 4")
    (row,) = waiting(province)
    assert row.due_at == polite(province.now + PATIENCE)
    province.now = row.due_at
    with province.store.write() as db:
        (taken,) = claims.claim_due(db, "worker", province.now).rows
    assert (taken.policy, taken.reply_token) == (Policy.PUSH, None)


def test_what_is_being_pushed_right_now_is_not_said_again(province):
    director = province.director()
    told(province, director, "ต้นสังกัดขอให้ปรับข้อ 4")
    province.now = waiting(province)[0].due_at
    with province.store.write() as db:
        claims.claim_due(db, "worker", province.now)
    director.says("สวัสดี")
    assert "ต้นสังกัดขอให้ปรับข้อ 4" not in director.words


def test_what_is_not_worth_a_push_waits_for_ever(province):
    director = province.director()
    told(province, director, "มีคำตอบแล้ว", worth_a_push=False)
    province.later(days=30)
    with province.store.write() as db:
        assert claims.claim_due(db, "worker", province.now).rows == []
    director.says("สวัสดี").hears("มีคำตอบแล้ว")


def test_who_blocked_us_costs_nothing_and_hears_it_on_coming_back(province):
    director = province.director()
    director.does(Kind.UNFOLLOW, token=None)
    told(province, director, "ต้นสังกัดรับรองแล้ว")
    told(province, director, "พรุ่งนี้ครบกำหนด", priority=Priority.REMINDER)
    assert [row.state for row in waiting(province)] == [Sending.HELD]
    province.later(days=20)
    director.does(Kind.FOLLOW).hears("ต้นสังกัดรับรองแล้ว").hears_not("พรุ่งนี้ครบกำหนด")


def test_nobody_of_another_channel_is_told(province):
    noisy = next(person for person in province.people.values() if person.channel == "noise")
    with province.store.write() as db:
        tell(db, "main", number(province, noisy), Say("ข้ามแดน"), once="x", now=province.now)
    assert waiting(province) == []


def test_a_push_waits_for_the_end_of_a_holiday_that_the_province_added(province):
    director = province.director()
    with province.store.write() as db:
        working_days.add(db, "main", date(2026, 1, 6), "วันหยุดพิเศษ", province.now)
    province.later(hours=10)  # the evening of Monday, 5 January
    told(province, director, "ต้นสังกัดขอให้ปรับข้อ 4")
    (row,) = waiting(province)
    assert row.due_at == datetime(2026, 1, 7, 0, 30, tzinfo=UTC)


def test_who_is_in_office(province):
    director = province.director()
    school = province.school("1031992003")
    with province.store.read() as db:
        assert of_school(db, "main", school, province.now) == [number(province, director)]
        agency = province.agency("สพป.บุรีรัมย์ เขต 2")
        assert in_office(db, "main", agency, Role.COORDINATOR, province.now) == []
