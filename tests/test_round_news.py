"""Directors and verifiers are told of rounds by the clock: once, alike, and with one push for an opening."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import update

from handlers import due, memberships, persons, round_news, rounds_changes
from models.outbox import Policy, Priority, outbox
from models.people import Role, people
from models.programme import rounds
from models.store import Store
from tests.province import MAIN, NOISE, Person, Province


@pytest.fixture
def province(store: Store, now: datetime) -> Province:
    """The round that came with the roster is closed, and all of that has been told."""
    province = Province(store, now)
    closes_all(province)
    return province


def closes_all(province: Province) -> None:
    with province.store.write() as db:
        db.execute(update(rounds).values(closed_at=province.now))
        round_news.queue(db, province.now)


def opens(province: Province, **given: Any) -> int:
    """Open a round tomorrow at eight, and return its number."""
    tomorrow = province.now + timedelta(days=1)
    given = {"opens_at": tomorrow, "due_on": date(2026, 2, 4), "title": "รอบสมมติ", "year": 2568, "semester": 2} | given
    number = next(row.question_set_id for row in province.rows(rounds) if row.channel_id == MAIN)
    province.open_round(question_set_id=number, **given)
    return max(row.id for row in province.rows(rounds))


def ticks(province: Province, **later: float) -> int:
    """Move the clock, and let it look for news of rounds."""
    province.later(**later)
    with province.store.write() as db:
        return round_news.queue(db, province.now)


def told(province: Province, number: int) -> list[Any]:
    return [row for row in province.rows(outbox) if row.once_key.startswith(f"round:{number}:")]


def test_an_opening_is_told_when_it_comes_and_once(province: Province, warunee: Person) -> None:
    number = opens(province)
    assert ticks(province, hours=23) == 0
    assert ticks(province, hours=1) == 1
    assert [ticks(province, minutes=one) for one in (0, 1, 600, 6000)] == [0, 0, 0, 0]
    (row,) = told(province, number)
    assert (row.policy, row.priority, row.recipient) == (Policy.PUSH, Priority.REMINDER, warunee.user)
    warunee.says("สวัสดี").hears("เปิดรอบรายงาน รอบสมมติ แล้ว", "กำหนดส่ง พ. 4 ก.พ. 2569", "พิมพ์ “รายงาน”")
    warunee.says("รายงาน").hears("ข้อ 1 จาก 6")


def test_the_clock_that_looks_for_all_that_is_due_looks_for_this(province: Province, warunee: Person) -> None:
    number = opens(province)
    province.later(days=1)
    for _ in range(2):
        with province.store.write() as db:
            due.queue_due(db, province.now)
    assert [row.recipient for row in told(province, number)] == [warunee.user]


def test_the_push_waits_for_an_hour_at_which_one_may_speak(province: Province, warunee: Person) -> None:
    friday_night = datetime(2026, 1, 9, 20, 0, tzinfo=province.now.tzinfo)
    number = opens(province, opens_at=friday_night)
    province.now = friday_night
    ticks(province)
    (row,) = told(province, number)
    assert row.due_at.isoformat() == "2026-01-12T00:30:00+00:00"  # Monday, half past seven


def test_all_hear_the_same_words_and_only_who_sends_is_pushed_to(province: Province, warunee: Person) -> None:
    kanchana = province.director("นางสาวกาญจนา สมมติสกุล", "1031991002")
    helper = province.person("ครูช่วยกรอก").joins("1031992003", Role.DELEGATE)
    pranee = province.verifier()
    number = opens(province)
    assert ticks(province, days=1) == 4
    by_user = {row.recipient: row for row in told(province, number)}
    assert by_user[warunee.user].messages == by_user[kanchana.user].messages == by_user[helper.user].messages
    assert by_user[warunee.user].digest == by_user[kanchana.user].digest is not None
    assert by_user[warunee.user].due_at == by_user[kanchana.user].due_at
    assert {row.recipient for row in by_user.values() if row.policy == Policy.PUSH} == {warunee.user, kanchana.user}
    pranee.says("สวัสดี").hears("เปิดรอบรายงาน รอบสมมติ แล้ว", "คิว").hears_not("พิมพ์ “รายงาน”")


def test_who_sends_for_several_schools_is_told_once(province: Province, warunee: Person) -> None:
    warunee.says("เพิ่มโรงเรียน").says(province.code("1031991002")).says("ใช่")
    number = opens(province)
    ticks(province, days=1)
    assert len(told(province, number)) == 1


def test_a_due_date_that_moves_is_told_for_free(province: Province, warunee: Person) -> None:
    number = opens(province)
    ticks(province, days=1)
    warunee.says("สวัสดี").hears("4 ก.พ. 2569")
    for new in (date(2026, 2, 11), date(2026, 2, 18)):
        with province.store.write() as db:
            rounds_changes.extend(db, MAIN, number, new, province.now)
        assert ticks(province, hours=1) == 1
    assert {row.policy for row in told(province, number) if ":due:" in row.once_key} == {Policy.HOLD}
    warunee.says("สวัสดี").hears("เลื่อนกำหนดส่งของ รอบสมมติ เป็น พ. 18 ก.พ. 2569").hears_not("11 ก.พ.")
    assert ticks(province, hours=1) == 0


def test_a_due_date_moved_before_the_opening_is_no_news_of_its_own(province: Province, warunee: Person) -> None:
    number = opens(province)
    with province.store.write() as db:
        rounds_changes.extend(db, MAIN, number, date(2026, 2, 11), province.now)
    ticks(province, days=1)
    warunee.says("สวัสดี").hears("กำหนดส่ง พ. 11 ก.พ. 2569").hears_not("เลื่อนกำหนด")
    assert len(told(province, number)) == 1


def test_a_close_is_told_for_free_and_takes_back_what_nobody_heard(province: Province, warunee: Person) -> None:
    number = opens(province)
    ticks(province, days=1)
    with province.store.write() as db:
        rounds_changes.close(db, MAIN, number, province.now)
    assert ticks(province, hours=1) == 1
    warunee.says("สวัสดี").hears("รอบ รอบสมมติ ปิดรับแล้ว").hears_not("เปิดรอบรายงาน")
    assert {row.policy for row in told(province, number) if row.state == "held"} == set()
    assert ticks(province, days=30) == 0


def test_a_planned_close_is_told_when_it_comes(province: Province, warunee: Person) -> None:
    opens(province, closes_on=date(2026, 2, 6))
    ticks(province, days=1)
    warunee.says("สวัสดี").hears("เปิดรอบรายงาน")
    assert ticks(province, days=31) == 0
    assert ticks(province, days=1) == 1
    warunee.says("สวัสดี").hears("ปิดรับแล้ว")


@pytest.mark.parametrize("days", [9, 60])
def test_what_is_no_news_any_more_is_not_told(province: Province, warunee: Person, days: int) -> None:
    number = opens(province)
    assert ticks(province, days=days) == 0
    assert told(province, number) == []
    assert ticks(province, days=1) == 0


def test_nobody_is_told_who_cannot_be_reached_or_belongs_elsewhere(province: Province, warunee: Person) -> None:
    kanchana = province.director("นางสาวกาญจนา สมมติสกุล", "1031991002")
    left = province.director("นายสุรเดช สมมติบุตร", "1031993002")
    with province.store.write() as db:
        numbers = {row.line_user_id: row.id for row in db.execute(people.select())}
        persons.note_blocked(db, numbers[kanchana.user], province.now)
        (one,) = memberships.of_person(db, MAIN, numbers[left.user], province.now)
        memberships.end(db, MAIN, one.id, province.now, province.now)
    number = opens(province)
    ticks(province, days=1)
    assert [row.recipient for row in told(province, number)] == [warunee.user]
    assert {row.channel_id for row in told(province, number)} == {MAIN} != {NOISE}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=some.lists(some.tuples(some.integers(0, 200), some.sampled_from(["look", "later", "close"])), max_size=12))
def test_whatever_happens_nobody_is_told_twice(
    new_sqlite_url: Callable[[], str], now: datetime, steps: list[tuple[int, str]]
) -> None:
    store = Store(new_sqlite_url())
    province = Province(store, now)
    province.director()
    closes_all(province)
    number = opens(province)
    for hours, what in steps:
        ticks(province, hours=hours)
        with store.write() as db:
            row = db.execute(rounds.select().where(rounds.c.id == number)).one()
            is_open = row.closed_at is None
            if what == "later" and is_open and row.due_on >= province.now.date():
                rounds_changes.extend(db, MAIN, number, row.due_on + timedelta(days=3), province.now)
            elif what == "close" and is_open and hours > 150:
                rounds_changes.close(db, MAIN, number, province.now)
        ticks(province, hours=1)
    found = [row.once_key for row in told(province, number)]
    assert len(found) == len(set(found))
    assert len([one for one in found if ":opened:" in one]) <= 1
    assert len([one for one in found if ":closed:" in one]) <= 1
    waiting = [row for row in told(province, number) if row.state in ("queued", "held")]
    assert len([row for row in waiting if ":due:" in row.once_key]) <= 1
    store.dispose()


def test_that_a_round_is_open_is_no_news_to_a_school_that_has_begun(province: Province, warunee: Person) -> None:
    other = province.director("นายสุรเดช สมมติบุตร", "1031993002")
    number = opens(province)
    province.later(days=1, minutes=5)
    warunee.says("รายงาน").says("นักเรียนอ่านคล่องขึ้น 12 คน")
    ticks(province)
    assert [row.recipient for row in told(province, number)] == [other.user]
