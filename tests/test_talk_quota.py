"""What a coordinator sees of the month's budget, and of the schools that no message reaches."""

import json
from datetime import timedelta

import pytest

from bot.simulator.bubbles import words_of
from handlers import invites, quota, roster, rounds, shortage
from handlers.budget import ledger
from handlers.heard import Kind
from handlers.messages.values import Say
from handlers.telling import tell
from handlers.unreachable import Why, unreachable
from models.outbox import Priority, Sending
from models.outbox import outbox as rows
from models.people import Role, people
from tests.province import MAIN, Person, Province


def coordinator(province: Province, agency: str | None = None) -> Person:
    with province.store.write() as db:
        place = province.agency(agency) if agency else None
        code = invites.create(db, MAIN, agency_id=place, role=Role.COORDINATOR, now=province.now)
    return province.person("นางสาวประสาน สมมติงาน").says(code).says("ใช่").says("รับทราบ")


def learn(province: Province, **said) -> None:
    with province.store.write() as db:
        quota.learn(db, MAIN, province.now, **said)


def announce(province: Province, person: Person, words: str, priority: Priority = Priority.ANNOUNCEMENT) -> None:
    number = next(row.id for row in province.rows(people) if row.line_user_id == person.user)
    with province.store.write() as db:
        tell(db, MAIN, number, Say(words), once=words, now=province.now, priority=priority)


def test_the_quota_is_shown_with_what_waits_and_what_to_do(province: Province) -> None:
    boss, director = coordinator(province), province.director()
    learn(province, allowed=300, used=112)
    announce(province, director, "ประกาศ")
    boss.says("โควตา").hears("เหลือ 188 จาก 300 ข้อความ", "ใช้แล้ว 112", "รอส่งภายในเดือนนี้ 1", "คาดว่าสิ้นเดือน", "LINE นับได้ 112")
    (message,) = boss.turns[-1]
    for line in ("เหลือ 188 จาก 300 ข้อความ", "ใช้แล้ว 112", "รอส่งภายในเดือนนี้ 1", "พอใช้ถึงสิ้นเดือน"):
        assert line in message["altText"]
        assert line in words_of(message)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ({"allowed": 300, "used": 300}, "ข้อความของเดือนนี้หมดแล้ว"),
        ({"allowed": 300, "used": 200}, "รอบอกเมื่อแต่ละท่านเข้ามาคุย (ไม่เสียข้อความ): ประกาศ"),
        ({"allowed": None, "used": 20}, "ไม่จำกัดจำนวน"),
        ({"allowed": 0, "used": 0}, "เหลือ 0 จาก 0"),
        (None, "ยังไม่ทราบแพ็กเกจ"),
    ],
)
def test_each_state_of_the_month_says_what_to_do(province: Province, said, heard: str) -> None:
    boss = coordinator(province, "สพป.บุรีรัมย์ เขต 2")
    if said:
        learn(province, **said)
    boss.says("ดูโควตา").hears(heard)


def test_a_month_that_line_closed_says_so(province: Province) -> None:
    boss = coordinator(province)
    learn(province, allowed=300, used=10)
    with province.store.write() as db:
        quota.spend(db, MAIN, province.now)
    boss.says("โควตา").hears("LINE ไม่รับข้อความเพิ่ม")


def test_who_is_no_coordinator_does_not_see_it(province: Province) -> None:
    learn(province, allowed=300, used=112)
    province.verifier().says("โควตา").hears_not("112")
    province.director().says("โควตา").hears_not("112")


def test_the_forecast_counts_reminders_and_digests_to_come(province: Province) -> None:
    coordinator(province)
    for code in ("1031992003", "1031991002"):
        province.director(code=code)
    with province.store.read() as db:
        running = rounds.current_round(db, MAIN, province.now)
        found = ledger(db, MAIN, province.now)
    assert running is not None
    assert found.planned > 0
    province.now = quota.month_end(province.now) - timedelta(hours=3)
    with province.store.read() as db:
        assert ledger(db, MAIN, province.now).planned == 0


def test_a_short_class_is_told_once_to_the_provinces_coordinators(province: Province) -> None:
    boss, office = coordinator(province), coordinator(province, "สพป.บุรีรัมย์ เขต 2")
    for _ in range(2):
        with province.store.write() as db:
            shortage.tell(db, {(MAIN, Priority.ANNOUNCEMENT)}, province.now)
    told = [row for row in province.rows(rows) if row.once_key.startswith("short:")]
    assert [(row.recipient, row.state, row.priority) for row in told] == [(boss.user, Sending.QUEUED, Priority.RESULT)]
    boss.says("เมนู").hears("ประกาศ", "60%").taps("โควตา").hears("โควตาข้อความเดือนนี้")
    office.says("เมนู").hears_not("60%")
    province.later(days=31)
    with province.store.write() as db:
        shortage.tell(db, {(MAIN, Priority.ANNOUNCEMENT)}, province.now)
    assert len([row for row in province.rows(rows) if row.once_key.startswith("short:")]) == 2


def test_without_provincial_coordinators_those_of_agencies_hear_it_for_free(province: Province) -> None:
    office = coordinator(province, "สพป.บุรีรัมย์ เขต 2")
    with province.store.write() as db:
        shortage.tell(db, {(MAIN, Priority.DIGEST)}, province.now)
    (told,) = [row for row in province.rows(rows) if row.once_key.startswith("short:")]
    assert (told.recipient, told.state) == (office.user, Sending.HELD)


def test_schools_that_nobody_reaches_are_listed_with_the_reason(province: Province) -> None:
    boss, director = coordinator(province), province.director()
    boss.says("ใครติดต่อไม่ได้").hears("2 แห่ง", "บ้านหนองสมมติ", "ยังไม่มีผู้ผูกไลน์").hears_not("โทร. 0")
    boss.hears_not("บ้านสวายตัวอย่าง")
    director.does(Kind.UNFOLLOW, token=None)
    boss.says("ใครติดต่อไม่ได้บ้าง").hears("3 แห่ง", "บ้านสวายตัวอย่าง", "ปิดรับข้อความ")
    director.does(Kind.FOLLOW)
    boss.says("ใครติดต่อไม่ได้").hears("2 แห่ง").hears_not("บ้านสวายตัวอย่าง")


def test_the_list_keeps_to_ones_own_agency(province: Province) -> None:
    coordinator(province, "สพป.บุรีรัมย์ เขต 1").says("ใครติดต่อไม่ได้").hears(
        "1 แห่ง", "ลำปลายมาศ", "โทร. 044000002"
    ).hears_not("นางรอง")
    province.director()
    coordinator(province, "สพป.บุรีรัมย์ เขต 2").says("ใครติดต่อไม่ได้").hears("ครบทุกโรงเรียน")


def test_a_school_is_reached_while_one_of_its_writers_is(province: Province) -> None:
    director = province.director()
    province.person("นายช่วย กรอกแทน").says(province.code("1031992003", Role.DELEGATE)).says("ใช่").says("รับทราบ")
    director.does(Kind.UNFOLLOW, token=None)
    with province.store.read() as db:
        found = unreachable(db, MAIN, None, province.now)
    assert {one.why for one in found} == {Why.NOBODY}
    assert province.school("1031992003") not in {one.school for one in found}


def test_unblocking_brings_back_where_one_was_with_what_was_held(province: Province) -> None:
    director = province.director().says("รายงาน").says("นักเรียนอ่านคล่องขึ้น")
    director.does(Kind.UNFOLLOW, token=None)
    announce(province, director, "ต้นสังกัดเลื่อนวันประชุมเป็น 20 ม.ค.", Priority.MEETING_CHANGE)
    province.later(days=2)
    director.does(Kind.FOLLOW).hears("ต้นสังกัดเลื่อนวันประชุม")
    director.says("ทำต่อ").hears("นักเรียนอ่านคล่องขึ้น")


def test_a_long_list_stays_within_what_a_bubble_holds(province: Province) -> None:
    entry = roster.Entry(9, "1031990000", "บ้านยาวตัวอย่าง", "สพป.บุรีรัมย์ เขต 4", "คูเมือง", 50, "นายยาว สมมติ", "044000099")
    many = [
        roster.Entry(n, f"10319{n:05d}", f"บ้าน{'ยาว' * 20}{n}", entry.agency, entry.district, 50, None, "044000099")
        for n in range(10, 60)
    ]
    with province.store.write() as db:
        roster.import_roster(db, MAIN, many, province.now)
    coordinator(province).says("ใครติดต่อไม่ได้").hears("53 แห่ง", "และอีก 33 แห่ง")
    assert json.dumps(coordinator(province).turns[-1])
