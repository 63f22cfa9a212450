"""Nudges: seen first, with whom they reach and what that costs; sent once, and counted as a reminder."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from handlers import due, quota
from models.audit import audit
from models.digests import nudges
from models.outbox import Policy, Priority, Sending, outbox
from models.people import Role, people
from models.programme import rounds
from models.report import State
from tests.province import Person, Province, office
from tests.test_digests import at
from tests.test_talk_digests import ONE, THREE, TWO, put

SENT = "ส่งถึง 1 คนแล้ว"


def told(province: Province) -> list[Any]:
    return [row for row in province.rows(outbox) if row.once_key.startswith("nudge:")]


def test_it_is_seen_first_and_sent_once(province: Province, warunee: Person, boss: Person) -> None:
    with province.store.write() as db:
        quota.learn(db, "main", province.now, allowed=300, used=120)
    boss.says("สรุป").taps("เตรียมเตือน").hears("ข้อความที่จะส่ง", "เรียนท่าน ผอ.", "ผู้รับ 1 คน", "ไม่เกิน 1 ข้อความ")
    boss.hears("เดือนนี้เหลือ 180", "ยังติดต่อทางไลน์ไม่ได้ 2 โรงเรียน", "ไม่ต้องเตือน", "พิมพ์ “ใช่”")
    assert told(province) == []
    shown = len(boss.turns) - 1
    boss.taps("ส่งข้อความนี้").hears(SENT)
    (row,) = told(province)
    assert (row.policy, row.priority, row.recipient) == (Policy.PUSH, Priority.REMINDER, warunee.user)
    assert row.messages[0]["text"] in boss.turns[shown][0]["text"]
    boss.taps("ส่งข้อความนี้", turn=shown).hears("ส่งไปแล้วเมื่อ", "ถึง 1 คน", "ไม่ส่งซ้ำ")
    assert len(told(province)) == 1
    assert [row.action for row in province.rows(audit)].count("nudge.sent") == 1


def test_the_director_hears_it_and_goes_on_with_a_tap(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("เตือน").says("ใช่").hears(SENT)
    warunee.says("สวัสดี").hears("เรียนท่าน ผอ.", "ยังเปิดอยู่").taps("ทำต่อ").hears("ข้อ 1 จาก 6")


@pytest.mark.parametrize("said", ["ยกเลิก", "ไม่"])
def test_a_no_sends_nothing(province: Province, warunee: Person, boss: Person, said: str) -> None:
    boss.says("เตือน").says(said).hears("ยังไม่ได้ส่งสิ่งใด").says("ใช่").hears_not(SENT)
    assert told(province) == []


def test_what_is_neither_yes_nor_no_shows_it_again(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("เตือน").says("เดี๋ยวขอคิดดูก่อนนะ").hears("ข้อความที่จะส่ง").says("ใช่").hears(SENT)


def test_an_old_preview_is_shown_again(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("เตือน")
    province.later(hours=2)
    boss.taps("ส่งข้อความนี้").hears("ตัวอย่างนี้เก่าแล้ว", "ผู้รับ 1 คน")
    assert told(province) == []
    boss.says("ใช่").hears(SENT)


def test_only_those_whose_part_is_open_hear_it(province: Province, warunee: Person, boss: Person) -> None:
    other = province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")
    put(province, "1031992003", State.SUBMITTED)
    boss.says("เตือน").hears("ผู้รับ 1 คน").says("ใช่")
    assert [row.recipient for row in told(province)] == [other.user]


def test_who_is_done_before_the_tap_is_left_out(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("เตือน").hears("ผู้รับ 1 คน")
    put(province, "1031992003", State.SUBMITTED)
    boss.says("ใช่").hears("ไม่มีผู้ที่จะส่งถึง")
    assert told(province) == []


def test_nobody_is_reminded_twice_within_three_working_days(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("เตือน").says("ใช่").hears(SENT)
    boss.says("เตือน").hears("ไม่มีผู้ที่จะส่งถึง", "เตือนไปแล้วใน 3 วันทำการนี้", "1 คน")
    province.now = at(7, 9)
    boss.says("เตือน").hears("เตือนไปแล้ว")
    province.now = at(12, 9)
    boss.says("เตือน").hears("ผู้รับ 1 คน")


def test_it_counts_for_the_reminders_too(province: Province, warunee: Person, boss: Person) -> None:
    with province.store.write() as db:
        db.execute(update(rounds).values(due_on=at(19, 9).date()))
    province.now = at(13, 9)  # six days before: the first rung is due
    boss.says("เตือน").says("ใช่").hears(SENT)
    with province.store.write() as db:
        for planner in due.PLANNERS:
            planner(db, province.now)
    assert [
        row for row in province.rows(outbox) if row.once_key.startswith("remind:") and row.channel_id == "main"
    ] == []


@pytest.mark.parametrize("words", ["เตือนใหม่พรุ่งนี้เช้า", "ไม่ต้องเตือน"])
def test_who_put_it_off_or_wants_none_is_left_alone(
    province: Province, warunee: Person, boss: Person, words: str
) -> None:
    boss.says("เตือน").says("ใช่").hears(SENT)
    warunee.says("สวัสดี").hears("ไม่ต้องเตือน").taps(words)
    if words == "ไม่ต้องเตือน":
        province.now = at(14, 9)
    boss.says("เตือน").hears("ไม่มีผู้ที่จะส่งถึง", "ขอพักการเตือนไว้ 1 คน")


def test_out_of_hours_it_waits_for_the_morning(province: Province, warunee: Person, boss: Person) -> None:
    province.now = at(9, 20)  # a Friday evening
    boss.says("เตือน").hears("นอกเวลา", "จ. 12 ม.ค. 2569 07:30").says("ใช่").hears("จะส่งถึง 1 คน", "จ. 12 ม.ค.")
    (row,) = told(province)
    assert row.due_at == at(12, 7, 30)


def test_who_sends_before_the_morning_does_not_hear_it(province: Province, warunee: Person, boss: Person) -> None:
    province.now = at(9, 20)
    boss.says("เตือน").says("ใช่")
    put(province, "1031992003", State.SUBMITTED)
    with province.store.write() as db:
        due.queue_due(db, at(12, 7, 30))
    assert [row.state for row in told(province)] == [Sending.REPLACED]


def test_after_the_due_date_it_offers_more_time_and_never_blames(
    province: Province, warunee: Person, boss: Person
) -> None:
    with province.store.write() as db:
        db.execute(update(rounds).values(due_on=at(2, 9).date(), opens_at=datetime(2025, 12, 1, tzinfo=UTC)))
    boss.says("เตือน").hears("เลยกำหนดส่ง ศ. 2 ม.ค. 2569 แล้ว ยังส่งได้", "ขอเลื่อน", "ติดปัญหา").hears_not("ท่านไม่")
    boss.says("ยกเลิก").says("ให้เลื่อน บ้านสวายตัวอย่าง 30 ม.ค.").says("ใช่")
    boss.says("เตือน").hears("ไม่มีผู้ที่จะส่งถึง", "ได้รับเลื่อนกำหนด 1 โรงเรียน")


def test_an_agencys_own_reaches_its_own_only(province: Province, warunee: Person) -> None:
    province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")
    own = office(province, Role.VERIFIER, TWO)
    own.says("เตือน").hears("ผู้รับ 1 คน", f"ข้อความนี้ {TWO} ส่งถึง").says("ใช่").hears(SENT)
    assert [row.recipient for row in told(province)] == [warunee.user]


def test_a_coordinator_may_nudge_one_agency(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("เตือน เขต 3").hears("ไม่มีผู้ที่จะส่งถึง", "1 โรงเรียน").says("เตือน เขต 2").hears("ผู้รับ 1 คน")


def test_a_forged_or_foreign_button_sends_nothing(province: Province, warunee: Person, boss: Person) -> None:
    other = office(province, Role.COORDINATOR)
    boss.says("เตือน")
    number = province.rows(nudges)[0].id
    other.posts_back(f"do=nudge_send&v={number}").hears("ไม่ใช่ของท่าน")
    office(province, Role.VERIFIER, ONE).posts_back(f"do=nudge_send&v={number}").hears("ไม่ใช่ของท่าน")
    boss.posts_back("do=nudge_send&v=999").hears("ไม่ใช่ของท่าน")
    boss.posts_back("do=nudge_send").hears("ไม่ใช่ของท่าน")
    assert told(province) == []


def test_who_blocks_us_is_not_paid_for(province: Province, warunee: Person, boss: Person) -> None:
    with province.store.write() as db:
        db.execute(update(people).where(people.c.line_user_id == warunee.user).values(blocked_at=province.now))
    boss.says("เตือน").hears("ไม่มีผู้ที่จะส่งถึง", "ยังติดต่อทางไลน์ไม่ได้ 3 โรงเรียน").hears_not(THREE)


def test_what_waits_to_be_pushed_is_said(province: Province, warunee: Person, boss: Person) -> None:
    other = province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")
    with province.store.write() as db:
        quota.learn(db, "main", province.now, allowed=300, used=120)
    boss.says("เตือน เขต 1").says("ใช่").hears(SENT)
    boss.says("เตือน เขต 2").hears("เดือนนี้เหลือ 180 ข้อความ (รอส่งอยู่ 1)")
    assert [row.recipient for row in told(province)] == [other.user]


def test_a_short_month_is_said(province: Province, warunee: Person, boss: Person) -> None:
    with province.store.write() as db:
        quota.learn(db, "main", province.now, allowed=300, used=280)
    boss.says("เตือน").hears("เดือนนี้เหลือ 20", "เหลือไม่พอ")


@pytest.mark.parametrize("words", ["เตือน วันศุกร์นี้", "เตือน พรุ่งนี้เช้า"])
def test_a_verifier_who_names_a_moment_means_oneself(province: Province, warunee: Person, words: str) -> None:
    own = office(province, Role.VERIFIER, TWO)
    own.says(words).hears_not("ข้อความที่จะส่ง", "ไม่พบสังกัด")


def test_of_two_who_nudge_the_same_people_the_second_is_told(province: Province, warunee: Person, boss: Person) -> None:
    other = office(province, Role.VERIFIER, TWO)
    boss.says("เตือน")
    other.says("เตือน").hears("ผู้รับ 1 คน")
    boss.says("ใช่").hears(SENT)
    other.says("ใช่").hears("ไม่มีผู้ที่จะส่งถึง", "เตือนไปแล้ว")
    assert len(told(province)) == 1
