"""Meetings and the clock: who joins late is invited, reminders come in time or not at all, links to who asked."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import update

from handlers import memberships, persons, roster
from handlers.thai import BANGKOK
from models.meetings import Mode, Reply, meeting_notices
from models.outbox import Priority, Sending
from models.people import Role
from models.people import memberships as memberships_table
from tests.meeting_scene import (
    ENDS,
    KANCHANA,
    LINK,
    STARTS,
    SURADEJ,
    answer,
    at,
    call,
    cancel,
    change,
    id_of,
    invited,
    passes,
    push,
    rows,
    ticks,
    waits,
)  # fmt: skip
from tests.province import MAIN, SCHOOLS, Person, Province

DAY = STARTS.date()
T3, T1 = date(2026, 1, 19), date(2026, 1, 21)


def at_day(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, BANGKOK)


def moments(heard: dict[str, list[tuple[datetime, str]]], person: Person) -> list[tuple[date, str]]:
    return [(moment.date(), f"{moment:%H:%M}") for moment, _ in heard.get(person.name, [])]


def test_a_meeting_and_its_reminders_from_call_to_start(province: Province, warunee: Person, kanchana: Person) -> None:
    number = call(province)
    suradej = province.director("นายสุรเดช สมมติบุตร", SURADEJ)
    push(province)
    answer(province, number, warunee)
    answer(province, number, kanchana, KANCHANA, mode=Mode.CALL)
    heard = passes(at(province, date(2026, 1, 5), time(10)), at_day(DAY, time(7)), minutes=90)
    for name, said in passes(at(province, DAY, time(7, 5)), STARTS + timedelta(hours=1), minutes=5).items():
        heard.setdefault(name, []).extend(said)
    assert moments(heard, warunee) == [(T1, "16:00"), (DAY, "07:30")]
    assert moments(heard, kanchana) == [(T1, "16:00"), (DAY, "08:30"), (DAY, "08:55")]
    assert moments(heard, suradej) == [(date(2026, 1, 5), "11:30"), (T3, "08:30")]
    (_, coming), (_, room) = heard[warunee.name]
    assert "ห้องประชุม สพป.บุรีรัมย์ เขต 1" in coming
    assert "วันนี้มีประชุม" in room
    (_, coming), (_, first), (_, last) = heard[kanchana.name]
    assert "ท่านร่วมออนไลน์" in coming
    assert LINK in first
    assert LINK in last
    everything = [words for said in heard.values() for _, words in said]
    assert sum(LINK in words for words in everything) == 2
    (_, called), (_, asked) = heard[suradej.name]
    assert "เชิญประชุม" in called
    assert "ท่านสะดวกร่วมหรือไม่" in asked
    assert rows(province, number)[-1].state == Sending.SENT
    assert [ticks(province) for _ in range(3)] == [0, 0, 0]


def test_who_joins_later_is_invited_and_told_once_until_the_start(province: Province, warunee: Person) -> None:
    number = call(province)
    assert ticks(province) == 0
    kanchana = province.director("นางสาวกาญจนา สมมติสกุล", KANCHANA)
    assert [ticks(province) for _ in range(2)] == [1, 0]
    kanchana.says("สวัสดี").hears("เชิญประชุม")
    acting = province.person("ครูรักษาการ").joins(KANCHANA, Role.ACTING)
    helper = province.person("ครูช่วยกรอก").joins(KANCHANA, Role.DELEGATE)
    verifier = province.verifier()
    assert [ticks(province) for _ in range(2)] == [1, 0]
    assert waits(province, number, acting)
    assert not waits(province, number, helper)
    assert not waits(province, number, verifier)
    at(province, DAY)
    late = province.person("คนมาสาย").joins(SURADEJ)
    assert ticks(province) == 0
    assert not waits(province, number, late)


def test_a_school_that_comes_into_the_roster_later_is_invited(province: Province, warunee: Person) -> None:
    number = call(province)
    new = replace(SCHOOLS[0], code="1031992099", name="บ้านใหม่ทดลอง")
    with province.store.write() as db:
        roster.import_roster(db, MAIN, [new], province.now)
    assert [ticks(province), ticks(province)] == [0, 0]
    assert invited(province, number, "1031992099").reply is None
    province.director("ผอ.ใหม่", "1031992099")
    assert [ticks(province), ticks(province)] == [1, 0]


def test_a_helper_hears_where_nobody_else_of_the_school_can(province: Province) -> None:
    helper = province.person("ครูช่วยกรอก").joins(KANCHANA, Role.DELEGATE)
    number = call(province)
    assert len(rows(province, number)) == 1
    assert "เชิญประชุม" in waits(province, number, helper)[0]


def test_who_speaks_for_two_schools_is_reminded_once_with_both(province: Province, warunee: Person) -> None:
    warunee.says("เพิ่มโรงเรียน").says(province.code(KANCHANA)).says("ใช่")
    number = call(province)
    assert len(rows(province, number)) == 1
    push(province)
    at(province, T3)
    assert ticks(province) == 1
    (said,) = push(province)[warunee.name]
    assert "บ้านสวายตัวอย่าง, บ้านหนองสมมติ" in said
    answer(province, number, warunee)
    answer(province, number, warunee, KANCHANA, mode=Mode.CALL)
    at(province, T1, time(15, 30))
    assert ticks(province) == 1
    (said,) = push(province)[warunee.name]
    assert said.count("โรงเรียน บ้าน") == 2
    assert "ท่านร่วมออนไลน์" in said


def test_a_delegate_is_named_to_who_sends_one(province: Province, warunee: Person) -> None:
    number = call(province)
    push(province)
    answer(province, number, warunee, reply=Reply.DELEGATE, delegate_name="นายแทน สมมติ", delegate_position="รอง ผอ.")
    at(province, T1, time(16))
    assert ticks(province) == 1
    assert "ผู้แทนของท่าน: นายแทน สมมติ รอง ผอ." in push(province)[warunee.name][0]


def test_seats_are_told_to_who_has_one_and_who_waits(province: Province, warunee: Person, kanchana: Person) -> None:
    number = call(province, seats=1)
    push(province)
    answer(province, number, warunee)
    answer(province, number, kanchana, KANCHANA)
    at(province, T1, time(15, 30))
    assert ticks(province) == 2
    heard = push(province)
    assert "มีที่นั่งของท่านในห้องแล้ว" in heard[warunee.name][0]
    assert "ที่นั่งในห้องเต็ม" in heard[kanchana.name][0]
    at(province, DAY, time(7, 30))
    assert ticks(province) == 1
    assert list(push(province)) == [warunee.name]


def test_only_who_answered_for_a_school_is_reminded_of_it(province: Province, warunee: Person) -> None:
    acting = province.person("ครูรักษาการ").joins("1031992003", Role.ACTING)
    number = call(province)
    push(province)
    at(province, T3)
    assert ticks(province) == 2
    push(province)
    answer(province, number, acting)
    at(province, T1, time(15, 30))
    assert [ticks(province), ticks(province)] == [1, 0]
    assert list(push(province)) == [acting.name]
    leaves(province, acting)
    at(province, DAY, time(7, 30))
    assert [ticks(province), ticks(province)] == [1, 0]
    assert list(push(province)) == [warunee.name]


def test_where_a_helper_answered_the_helper_is_reminded(province: Province, warunee: Person) -> None:
    helper = province.person("ครูช่วยกรอก").joins("1031992003", Role.DELEGATE)
    number = call(province, answer_by=at_day(date(2026, 1, 14), time(16)))
    assert [row.recipient for row in rows(province, number)] == [warunee.user]
    push(province)
    at(province, T3)
    assert ticks(province) == 1
    assert "โปรดตอบภายใน" not in push(province)[warunee.name][0]  # that day has gone by
    answer(province, number, helper)
    at(province, T1, time(15, 30))
    assert [ticks(province), ticks(province)] == [1, 0]
    assert list(push(province)) == [helper.name]


def leaves(province: Province, person: Person) -> None:
    with province.store.write() as db:
        (one,) = memberships.of_person(db, MAIN, id_of(province, person), province.now)
        memberships.end(db, MAIN, one.id, province.now, province.now)


def made_at(province: Province, moments: Sequence[tuple[date, time]], mode: Mode | None, person: Person) -> list[int]:
    """Return what the clock tells of meetings to which it first looks at each of these moments."""
    made = []
    for day, clock in moments:
        number = call(at(province, date(2026, 1, 6)))
        push(province)
        if mode is not None:
            answer(province, number, person, mode=mode)
        at(province, day, clock)
        made.append(ticks(province))
        assert ticks(province) == 0
        cancel(province, number)
        push(province)
    return made


def test_the_answer_is_asked_for_in_its_time_only(province: Province, warunee: Person) -> None:
    t2 = date(2026, 1, 20)
    early, quiet = [(T3, time(7, 59)), (T3, time(18)), (t2, time(7, 29))], [(T1, time(15, 30)), (DAY, time(8))]
    in_time = [(T3, time(8)), (t2, time(7, 30)), (T1, time(15, 29))]  # late is still of use
    assert made_at(province, early + quiet, None, warunee) == [0] * 5
    assert made_at(province, in_time, None, warunee) == [1] * 3


def test_who_was_told_less_than_a_day_ago_is_not_yet_asked_for_the_answer(province: Province, warunee: Person) -> None:
    call(at(province, T3, time(10)))
    push(province)
    at(province, date(2026, 1, 20), time(9, 59))
    assert ticks(province) == 0
    at(province, date(2026, 1, 20), time(10))
    assert ticks(province) == 1


def test_who_comes_is_reminded_in_time_or_not_at_all(province: Province, warunee: Person) -> None:
    room = [
        (T1, time(15, 29)),
        (T1, time(17, 59)),
        (T1, time(18)),
        (DAY, time(7, 29)),
        (DAY, time(8, 59)),
        (DAY, time(9)),
    ]
    assert made_at(province, room, Mode.ROOM, warunee) == [0, 1, 0, 0, 1, 0]
    online = [(DAY, time(7, 30)), (DAY, time(8, 29)), (DAY, time(8, 54)), (DAY, time(8, 59)), (DAY, time(9))]
    assert made_at(province, online, Mode.CALL, warunee) == [0, 0, 1, 1, 0]


def test_a_meeting_on_a_sunday_evening_has_its_day_in_quiet_hours(province: Province, warunee: Person) -> None:
    starts = datetime(2026, 1, 25, 19, 0, tzinfo=BANGKOK)
    number = call(province, starts_at=starts, ends_at=starts + timedelta(hours=2), place=None, map_url=None)
    push(province)
    answer(province, number, warunee, mode=Mode.CALL)
    heard = passes(at(province, date(2026, 1, 20)), starts + timedelta(hours=1), minutes=15)
    assert moments(heard, warunee) == [(date(2026, 1, 23), "15:30"), (starts.date(), "18:30")]  # 18:55: between ticks


def test_a_moved_meeting_is_reminded_of_anew(province: Province, warunee: Person) -> None:
    number = call(province)
    push(province)
    answer(province, number, warunee)
    at(province, T1, time(15, 30))
    assert ticks(province) == 1
    push(province)
    change(province, number, starts_at=STARTS + timedelta(days=5), ends_at=ENDS + timedelta(days=5))
    push(province)
    at(province, DAY, time(8))
    assert ticks(province) == 0  # nobody is called to the room of the old day
    at(province, date(2026, 1, 23))
    assert ticks(province) == 1  # T-3 of the new one: the answer is asked for again


def test_a_reminder_that_a_change_took_back_comes_once_more(province: Province, warunee: Person) -> None:
    number = call(province)
    push(province)
    at(province, T3, time(8))
    assert ticks(province) == 1
    assert change(province, number, chair="ประธานใหม่") == 2
    assert len(waits(province, number)) == 1  # what changed
    assert [ticks(province), ticks(province)] == [0, 0]  # told of the meeting just now
    push(province)
    at(province, date(2026, 1, 20), time(8))
    assert [ticks(province), ticks(province)] == [1, 0]
    assert "การประชุมใกล้มาถึงแล้ว" in push(province)[warunee.name][0]


def test_a_new_link_goes_to_who_waited_for_the_old_one(province: Province, warunee: Person) -> None:
    number = call(province)
    push(province)
    answer(province, number, warunee, mode=Mode.CALL)
    at(province, DAY, time(8, 30))
    assert ticks(province) == 1
    change(province, number, online_url="https://meet.example/new")
    assert [ticks(province), ticks(province)] == [1, 0]
    said = "".join(push(province)[warunee.name])
    assert "https://meet.example/new" in said
    assert LINK not in said


@pytest.mark.parametrize(("clock", "pushed"), [(time(7, 10), "08:10"), (time(8, 15), "08:15"), (time(8, 59), "08:59")])
def test_who_joins_shortly_before_the_start_is_told_in_time(
    province: Province, warunee: Person, clock: time, pushed: str
) -> None:
    starts = STARTS.replace(hour=9, minute=15)
    number = call(province, starts_at=starts)
    at(province, DAY, clock)
    kanchana = province.director("นางสาวกาญจนา สมมติสกุล", KANCHANA)
    at(province, DAY, clock)
    with province.store.write() as db:
        db.execute(update(memberships_table).values(since=province.now - timedelta(seconds=1)))
    assert ticks(province) == 1
    (row,) = [row for row in rows(province, number) if row.recipient == kanchana.user]
    assert f"{row.due_at.astimezone(BANGKOK):%H:%M}" == pushed


def test_a_worker_down_over_the_start_says_nothing_stale(province: Province, warunee: Person) -> None:
    number = call(at(province, T1, time(19)))  # to be told at 7:30
    assert waits(province, number)
    at(province, DAY, time(9, 30))
    assert ticks(province) == 0
    assert push(province) == {}
    assert not waits(province, number)
    warunee.says("สวัสดี").hears_not("เชิญประชุม")


def test_a_visit_says_nothing_stale_even_before_the_clock_looks(province: Province, warunee: Person) -> None:
    call(at(province, T1, time(19)))
    at(province, DAY, time(9, 30))
    warunee.says("สวัสดี").hears_not("เชิญประชุม")


def test_that_it_is_cancelled_is_told_to_the_end(province: Province, warunee: Person) -> None:
    number = call(province)
    push(province)
    at(province, DAY, time(8, 59))
    assert cancel(province, number)
    at(province, DAY, time(11, 59))
    ticks(province)
    assert "ยกเลิกการประชุม" in push(province)[warunee.name][0]


def test_who_blocked_us_is_not_reminded_and_hears_of_it_after_unblocking(province: Province, warunee: Person) -> None:
    with province.store.write() as db:
        persons.note_blocked(db, id_of(province, warunee), province.now)
    province.director("นางสาวกาญจนา สมมติสกุล", KANCHANA)
    number = call(province)
    assert {row.state for row in rows(province, number) if row.recipient == warunee.user} == {Sending.HELD}
    push(province)
    at(province, T3)
    assert ticks(province) == 1
    assert {row.slot for row in province.rows(meeting_notices) if row.person_id == id_of(province, warunee)} == {
        "called:1"
    }


def test_two_clocks_at_once_tell_and_invite_once(province: Province, warunee: Person) -> None:
    number = call(province)
    push(province)
    province.director("นางสาวกาญจนา สมมติสกุล", KANCHANA)
    at(province, T3)
    both = Barrier(2)

    def clock(_: int) -> int:
        both.wait(10)
        return ticks(province)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(clock, range(2))) == 2  # one is reminded, one invited
    assert sorted(row.once_key.split(":")[2] for row in rows(province, number)) == ["answer", "called", "called"]


def test_reminders_have_the_priority_of_what_they_are(province: Province, warunee: Person, kanchana: Person) -> None:
    number = call(province)
    push(province)
    answer(province, number, kanchana, KANCHANA, mode=Mode.CALL)
    passes(at(province, T3), STARTS, minutes=30)
    by_slot = {row.once_key.split(":")[2]: row.priority for row in rows(province, number)}
    assert by_slot == {
        "called": Priority.MEETING, "answer": Priority.REMINDER, "coming": Priority.MEETING, "link": Priority.MEETING,
    }  # fmt: skip
