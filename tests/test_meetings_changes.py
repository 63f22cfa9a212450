"""Called meetings are changed and cancelled: everybody hears what they do not know yet, and answers hold or not."""

from datetime import UTC, date, time

import pytest
from sqlalchemy import update

from handlers import meetings_telling
from handlers.audiences import Audience
from handlers.meetings_drafts import BadMeeting
from handlers.outbox import LEASE
from models.meetings import Mode, meeting_notices, meeting_versions
from models.outbox import Priority, Sending
from models.outbox import outbox as sayings
from models.people import Role
from tests.meeting_scene import (
    DAY,
    ENDS,
    HOUR,
    KANCHANA,
    LINK,
    STARTS,
    SURADEJ,
    acts,
    answer,
    at,
    call,
    cancel,
    change,
    id_of,
    invited,
    make,
    push,
    rows,
    stands,
    ticks,
    told_at,
    waits,
)
from tests.province import Person, Province


def test_a_change_names_only_what_changed(province: Province, warunee: Person, kanchana: Person) -> None:
    number = call(province)
    push(province)
    answer(province, number, warunee)
    assert change(province, number, ends_at=ENDS + HOUR, contact="นางใหม่ สมมติ") == 2
    heard = push(province)
    assert set(heard) == {warunee.name, kanchana.name}
    warunee.hears(
        "เปลี่ยนแปลงการประชุม", "09:00–12:00 น. → พฤ. 22 ม.ค. 2569 09:00–13:00 น.", "นางใหม่ สมมติ", "คำตอบเดิมยังใช้ได้"
    )
    warunee.hears_not("ผอ.เขตสมมติ", "วิเคราะห์", "โปรดตอบรับอีกครั้ง", LINK)
    assert invited(province, number, "1031992003").reply is not None
    assert {row.priority for row in rows(province, number)[2:]} == {Priority.MEETING_CHANGE}
    assert len({row.digest for row in rows(province, number)[2:]}) == 1
    in_other_words = {"starts_at": STARTS.astimezone(UTC), "chair": " ผอ.เขตสมมติ ", "broadcast_url": ""}
    assert change(province, number, **in_other_words) == 2  # nothing has changed: nobody hears
    assert push(province) == {}


def test_people_are_asked_again_only_where_day_or_place_changed(province: Province, warunee: Person) -> None:
    for given, again in (
        ({"starts_at": STARTS + DAY, "ends_at": ENDS + DAY}, True),
        ({"place": "ห้องอื่น"}, True),
        ({"online_url": None}, True),  # who answered online cannot come so
        ({"starts_at": STARTS + HOUR}, False),
        ({"online_url": "https://meet.example/new"}, False),
        ({"agenda": "วาระใหม่"}, False),
    ):
        number = call(province)
        push(province)
        answer(province, number, warunee, mode=Mode.CALL)
        change(province, number, **given)
        (said,) = push(province)[warunee.name]
        assert ("โปรดตอบรับอีกครั้ง" in said) is again
        assert ("คำตอบเดิมยังใช้ได้" in said) is not again
        assert (invited(province, number, "1031992003").reply is None) is again
        assert [row.asks_again for row in province.rows(meeting_versions)][-2:] == [False, again]
        assert "https://" not in said
        assert any("do=meeting_room" in data for data in acts(warunee)) is again


def test_a_date_moved_twice_in_an_hour_is_told_as_one_change(province: Province, warunee: Person) -> None:
    number = call(province)
    push(province)
    at(province, date(2026, 1, 12), time(19))  # told at 7:30
    change(province, number, starts_at=STARTS + DAY, ends_at=ENDS + DAY)
    province.later(minutes=40)
    assert change(province, number, starts_at=STARTS + 4 * DAY, ends_at=ENDS + 4 * DAY, place="ห้องอื่น") == 3
    (only,) = waits(province, number)
    assert "พฤ. 22 ม.ค. 2569 09:00–12:00 น. → จ. 26 ม.ค. 2569 09:00–12:00 น." in only
    assert "23 ม.ค." not in only
    assert "ห้องอื่น" in only
    at(province, date(2026, 1, 13), time(7, 30))
    assert list(push(province)) == [warunee.name]
    assert push(province) == {}


def test_who_heard_the_first_move_hears_the_second_and_others_the_sum(
    province: Province, warunee: Person, kanchana: Person
) -> None:
    number = call(province)
    push(province)
    at(province, date(2026, 1, 12), time(19))
    change(province, number, starts_at=STARTS + DAY, ends_at=ENDS + DAY)
    warunee.says("สวัสดี").hears("→ ศ. 23 ม.ค. 2569")
    change(province, number, starts_at=STARTS + 4 * DAY, ends_at=ENDS + 4 * DAY)
    assert "ศ. 23 ม.ค. 2569 09:00–12:00 น. → จ. 26" in waits(province, number, warunee)[0]
    assert "พฤ. 22 ม.ค. 2569 09:00–12:00 น. → จ. 26" in waits(province, number, kanchana)[0]


def test_what_was_moved_and_moved_back_unheard_was_not_moved(
    province: Province, warunee: Person, kanchana: Person
) -> None:
    number = call(province, seats=1)
    push(province)
    answer(province, number, warunee)
    answer(province, number, kanchana, KANCHANA)
    before = [invited(province, number, code) for code in ("1031992003", KANCHANA)]
    at(province, date(2026, 1, 12), time(19))
    change(province, number, starts_at=STARTS + DAY, ends_at=ENDS + DAY)
    assert invited(province, number, "1031992003").reply is None
    change(province, number, starts_at=STARTS, ends_at=ENDS)
    assert waits(province, number) == []
    assert [invited(province, number, code) for code in ("1031992003", KANCHANA)] == before


def test_who_heard_that_it_was_moved_is_asked_again_when_it_is_moved_back(
    province: Province, warunee: Person, kanchana: Person
) -> None:
    number = call(province)
    push(province)
    answer(province, number, warunee)
    answer(province, number, kanchana, KANCHANA)
    at(province, date(2026, 1, 12), time(19))
    change(province, number, starts_at=STARTS + DAY, ends_at=ENDS + DAY)
    warunee.says("สวัสดี").hears("โปรดตอบรับอีกครั้ง")
    change(province, number, starts_at=STARTS, ends_at=ENDS)
    assert "โปรดตอบรับอีกครั้ง" in waits(province, number, warunee)[0]
    assert waits(province, number, kanchana) == []
    assert invited(province, number, "1031992003").reply is None
    assert invited(province, number, KANCHANA).reply is not None


def test_who_has_not_heard_the_call_gets_it_as_it_stands_now(province: Province, warunee: Person) -> None:
    number = call(at(province, date(2026, 1, 12), time(19)))
    change(province, number, place="ห้องอื่น")
    (only,) = waits(province, number)
    assert "เชิญประชุม" in only
    assert "ห้องอื่น" in only
    assert "เปลี่ยนแปลงการประชุม" not in only
    warunee.says("สวัสดี").hears("ห้องอื่น")
    assert any(f"&n=2&v={number}" in data for data in acts(warunee))


def test_more_or_fewer_seats_are_no_news_for_all(province: Province, warunee: Person, kanchana: Person) -> None:
    number = call(province, seats=1)
    push(province)
    answer(province, number, warunee)
    answer(province, number, kanchana, KANCHANA)
    assert change(province, number, seats=2) == 1
    assert waits(province, number, warunee) == []
    assert "มีที่นั่งว่างแล้ว" in waits(province, number, kanchana)[0]
    assert not invited(province, number, KANCHANA).waits


def test_changes_keep_office_hours_until_a_day_before_the_start(province: Province, warunee: Person) -> None:
    meeting = stands(province, make(province))
    cases = {
        (12, "10:00"): "12 10:00",
        (12, "20:00"): "13 07:30",
        (21, "05:00"): "21 07:30",
        (21, "20:00"): "21 20:00",  # within a day of the start
        (22, "06:00"): "22 06:00",
    }
    for (day, clock), told in cases.items():
        at(province, date(2026, 1, day), time.fromisoformat(clock))
        with province.store.read() as db:
            assert told_at(meetings_telling.moment_of_change(db, meeting, province.now)) == told
    number = call(at(province, date(2026, 1, 12)))
    push(province)
    at(province, date(2026, 1, 21), time(20))
    change(province, number, chair="ประธานใหม่")
    cancel(province, number)
    assert [told_at(row.due_at) for row in rows(province, number)[1:]] == ["21 20:00"] * 2


def test_a_change_for_a_monday_told_over_the_weekend(province: Province, warunee: Person) -> None:
    monday = STARTS + 4 * DAY
    number = call(province, starts_at=monday, ends_at=monday + HOUR)
    push(province)
    at(province, date(2026, 1, 23), time(19))
    change(province, number, place="ห้องอื่น")
    (row,) = rows(province, number)[1:]
    assert row.due_at == monday - DAY  # Sunday at nine: Monday at half past seven would be too late for some


def test_a_meeting_moved_away_from_today_is_told_at_once(province: Province, warunee: Person) -> None:
    number = call(province)
    push(province)
    at(province, date(2026, 1, 21), time(22))
    change(province, number, starts_at=STARTS + 7 * DAY, ends_at=ENDS + 7 * DAY)
    assert rows(province, number)[-1].due_at == province.now


def test_what_has_begun_is_not_changed(province: Province, warunee: Person) -> None:
    number = call(province)
    at(province, STARTS.date(), time(9))
    with pytest.raises(BadMeeting, match="started"):
        change(province, number, place="ห้องอื่น")
    assert stands(province, number).version == 1


def test_who_is_invited_stays_as_it_was_called(province: Province, warunee: Person) -> None:
    number = call(province)
    with pytest.raises(BadMeeting, match="other_audience"):
        change(province, number, audience=Audience(frozenset({Role.VERIFIER})))
    with pytest.raises(BadMeeting, match="past"):
        change(province, number, starts_at=STARTS - 30 * DAY)
    cancel(province, number)
    with pytest.raises(BadMeeting, match="not_called"):
        change(province, number, place="ห้องอื่น")


def test_a_notice_cancelled_while_half_of_it_is_sent(province: Province, warunee: Person, kanchana: Person) -> None:
    number = call(at(province, date(2026, 1, 12), time(19)))
    warunee.says("สวัสดี").hears("เชิญประชุม")
    assert cancel(province, number)
    assert not cancel(province, number)
    kanchana.says("สวัสดี").hears_not("ประชุม")
    at(province, date(2026, 1, 13), time(7, 30))
    heard = push(province)
    assert list(heard) == [warunee.name]
    warunee.hears("ยกเลิกการประชุม", "ประชุมชี้แจงพื้นที่นวัตกรรมสมมติ", "พฤ. 22 ม.ค. 2569", "เหตุผล: ประธานติดราชการ")
    assert ticks(province) == 0
    late = province.director("นายสุรเดช สมมติบุตร", SURADEJ)
    assert ticks(province) == 0
    late.says("สวัสดี").hears_not("ประชุม")


def test_what_a_process_has_begun_to_say_counts_as_heard(province: Province, warunee: Person, kanchana: Person) -> None:
    number = call(province)
    with province.store.write() as db:
        mine = sayings.c.recipient == warunee.user
        db.execute(update(sayings).where(mine).values(begun_at=province.now, lease_until=province.now + LEASE))
    cancel(province, number)
    assert [row.state for row in rows(province, number) if row.recipient == kanchana.user] == [Sending.REPLACED]
    assert [row.state for row in rows(province, number) if row.recipient == warunee.user] == [Sending.QUEUED] * 2


def test_a_meeting_is_cancelled_until_its_end_and_a_draft_is_dropped(province: Province, warunee: Person) -> None:
    dropped, number = make(province), call(province)
    push(province)
    assert cancel(province, dropped)
    assert push(province) == {}
    at(province, STARTS.date(), time(9, 30))
    assert cancel(province, number, None)
    push(province)
    warunee.hears("ยกเลิกการประชุม").hears_not("เหตุผล")
    over = call(at(province, date(2026, 1, 12)), starts_at=STARTS + DAY, ends_at=STARTS + DAY + HOUR)
    at(province, date(2026, 1, 23), time(11))
    assert not cancel(province, over)


def test_everything_told_was_noted_before(province: Province, warunee: Person) -> None:
    number = call(province)
    push(province)
    change(province, number, place="ห้องอื่น")
    change(province, number, place="ห้องที่สาม")
    cancel(province, number)
    noted = {row.slot: row.taken_back_at is not None for row in province.rows(meeting_notices)}
    assert noted == {"called:1": False, "changed:2": True, "changed:3": True, "cancelled": False}
    assert {row.once_key for row in rows(province, number)} == {
        f"meeting:{number}:{slot}:{id_of(province, warunee)}" for slot in noted
    }
