"""Digests that come unasked: on the right mornings, once, only with news, the newest only; and who wants which."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from handlers import digest_cards, due, outbox, working_days
from handlers.counting import Counts
from handlers.digests import in_order
from handlers.digests_telling import queue, slot_of
from handlers.messages import limits
from handlers.outbox import Fate
from handlers.thai import BANGKOK
from handlers.working_days import Days
from models.asking import Asked, asks
from models.digests import digests
from models.outbox import Policy, Priority, Sending
from models.outbox import outbox as table
from models.people import Role, people
from models.programme import rounds
from models.report import State, reports
from models.store import Store
from tests.province import Person, Province, office
from tests.test_talk_digests import ONE, TWO, put


def at(day: int, hour: int, minute: int = 0, month: int = 1) -> datetime:
    """Return a moment of 2026 in Thailand; 5 January is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=BANGKOK).astimezone(UTC)


def tick(province: Province, moment: datetime) -> int:
    province.now = moment
    with province.store.write() as db:
        return queue(db, moment)


def waiting(province: Province) -> list[Any]:
    return [
        row
        for row in province.rows(table)
        if row.once_key.startswith("digest:") and row.state in (Sending.QUEUED, Sending.HELD)
    ]


def deliver(province: Province) -> None:
    with province.store.write() as db:
        outbox.mark(db, [Fate(row.id, Sending.SENT, province.now, 1) for row in waiting(province)])


def words(province: Province) -> str:
    (row,) = waiting(province)
    return str(row.messages[0]["altText"])


class TestSlots:
    @pytest.mark.parametrize(
        ("day", "weekly"),
        [(5, True), (6, False), (9, False), (12, True), (10, None), (11, None)],
    )
    def test_the_first_working_day_of_a_week_is_the_weekly_one(self, day: int, weekly: bool | None) -> None:
        found = slot_of(Days(), at(day, 9).astimezone(BANGKOK).date())
        assert (found.weekly if found else None) == weekly

    def test_a_holiday_on_monday_makes_it_tuesday(self) -> None:
        days = Days({at(12, 9).astimezone(BANGKOK).date(): "หยุดพิเศษ"})
        monday, tuesday, wednesday = (slot_of(days, at(day, 9).astimezone(BANGKOK).date()) for day in (12, 13, 14))
        assert monday is None
        assert tuesday is not None
        assert (tuesday.weekly, tuesday.at) == (True, at(13, 8, 30))
        assert wednesday is not None
        assert (wednesday.weekly, wednesday.at) == (False, at(14, 8, 15))


class TestUnasked:
    def test_monday_comes_always_once_and_not_before_half_past_eight(self, province: Province, boss: Person) -> None:
        assert tick(province, at(12, 8, 29)) == 0
        assert tick(province, at(12, 8, 30)) == 1
        assert tick(province, at(12, 8, 31)) == 0
        (row,) = waiting(province)
        assert (row.policy, row.priority, row.due_at) == (Policy.PUSH, Priority.DIGEST, at(12, 8, 30))
        assert "หยุดสรุป" in words(province)
        assert len(waiting(province)) == 1

    def test_on_other_days_only_what_changed_is_told(self, province: Province, boss: Person) -> None:
        tick(province, at(12, 8, 30))
        deliver(province)
        assert tick(province, at(13, 8, 20)) == 0
        put(province, "1031992003", State.SUBMITTED)
        assert tick(province, at(14, 8, 14)) == 0
        assert tick(province, at(14, 8, 15)) == 1
        assert "ส่งแล้ว 1 แห่ง (+1 จากสรุปครั้งก่อน)" in words(province)
        deliver(province)
        assert tick(province, at(15, 8, 15)) == 0
        with province.store.write() as db:
            db.execute(update(reports).where(reports.c.state == State.SUBMITTED).values(state=State.RETURNED))
        assert tick(province, at(16, 8, 15)) == 0, "a day off"
        assert tick(province, at(19, 8, 30)) == 1
        assert "(−1 จากสรุปครั้งก่อน)" in words(province)

    def test_what_was_seen_on_asking_is_no_news(self, province: Province, boss: Person) -> None:
        tick(province, at(12, 8, 30))
        deliver(province)
        put(province, "1031992003", State.SUBMITTED)
        province.now = at(13, 15)
        boss.says("สรุป").hears("(+1 จากสรุปครั้งก่อน)").says("สรุป").hears("(+1 จากสรุปครั้งก่อน)")
        assert tick(province, at(14, 8, 15)) == 0
        assert tick(province, at(19, 8, 30)) == 1
        assert "(+1 จากสรุปครั้งก่อน)" in words(province)

    def test_a_late_worker_says_only_the_days_own_and_nothing_after_noon(
        self, province: Province, boss: Person
    ) -> None:
        assert tick(province, at(12, 12)) == 0
        assert tick(province, at(14, 11, 59)) == 1
        assert "พ. 14 ม.ค." in words(province)

    def test_one_not_yet_said_gives_way_and_its_news_are_not_lost(self, province: Province, boss: Person) -> None:
        tick(province, at(12, 8, 30))
        deliver(province)
        put(province, "1031992003", State.SUBMITTED)
        tick(province, at(13, 8, 15))
        assert "(+1 " in words(province)
        put(province, "1031991002", State.SUBMITTED)
        tick(province, at(14, 8, 15))
        assert "(+2 จากสรุปครั้งก่อน)" in words(province)
        province.now = at(14, 9)
        boss.says("เมนู").hears("พ. 14 ม.ค.", "(+2 ").hears_not("อ. 13 ม.ค.")
        assert waiting(province) == []

    def test_those_of_one_office_hear_the_same_words(self, province: Province) -> None:
        for role in (Role.COORDINATOR, Role.COORDINATOR, Role.VERIFIER):
            office(province, role, TWO)
        office(province, Role.VERIFIER, ONE)
        assert tick(province, at(12, 8, 30)) == 4
        found = [row.digest for row in waiting(province)]
        assert len(set(found)) == 2
        assert None not in found

    def test_nobody_else_gets_any(self, province: Province, boss: Person) -> None:
        office(province, Role.VIEWER)
        office(province, Role.OPERATOR)
        province.director()
        with province.store.write() as db:
            db.execute(update(people).where(people.c.line_user_id == boss.user).values(blocked_at=province.now))
        assert tick(province, at(12, 8, 30)) == 0

    def test_without_a_round_there_are_none(self, province: Province, boss: Person) -> None:
        with province.store.write() as db:
            db.execute(update(rounds).values(closed_at=province.now))
        assert tick(province, at(12, 8, 30)) == 0

    def test_on_a_provinces_own_day_off_there_are_none(self, province: Province, boss: Person) -> None:
        with province.store.write() as db:
            working_days.add(db, "main", at(12, 9).astimezone(BANGKOK).date(), "วันเฉลิมฉลองจังหวัด", province.now)
        assert tick(province, at(12, 8, 30)) == 0
        assert tick(province, at(13, 8, 20)) == 0
        assert tick(province, at(13, 8, 30)) == 1

    def test_who_joins_in_the_morning_waits_for_the_next(self, province: Province, boss: Person) -> None:
        province.now = at(13, 9)
        office(province, Role.COORDINATOR, TWO)
        assert tick(province, at(13, 10)) == 1, "the other, who was there before"
        assert tick(province, at(14, 8, 15)) == 1

    def test_it_is_one_of_the_planners(self, province: Province, boss: Person) -> None:
        assert queue in due.PLANNERS
        province.now = at(12, 8, 30)
        with province.store.write() as db:
            due.queue_due(db, province.now)
        assert len(waiting(province)) == 1

    def test_the_clock_set_back_says_nothing_twice(self, province: Province, boss: Person) -> None:
        tick(province, at(12, 9, 20))
        deliver(province)
        put(province, "1031992003", State.SUBMITTED)
        assert tick(province, at(12, 8, 40)) == 0
        assert tick(province, at(9, 8, 40)) == 0


def test_two_clocks_at_once_say_it_once(new_store: Callable[[], Store], now: datetime) -> None:
    """Each has read who is due before the other has written anything."""
    province = Province(new_store(), now)
    for role in (Role.COORDINATOR, Role.VERIFIER, Role.VERIFIER):
        office(province, role, TWO)
    tick(province, at(12, 8, 30))
    deliver(province)
    put(province, "1031992003", State.SUBMITTED)
    province.now = at(13, 8, 15)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: tick(province, at(13, 8, 15)), range(4)))
    assert len(waiting(province)) == 3
    assert {str(row.messages[0]["altText"]).count("(+1 จากสรุปครั้งก่อน)") for row in waiting(province)} == {1}


class TestWants:
    @pytest.mark.parametrize(
        ("typed", "heard", "told"),
        [
            ("หยุดสรุป", "หยุดส่งสรุปแล้ว", (0, 0)),
            ("รับสรุปวันจันทร์", "สัปดาห์ละครั้ง", (0, 1)),
            ("รับสรุปทุกวัน", "เช้าวันทำการ", (1, 1)),
        ],
    )
    def test_it_is_changed_by_words(
        self, province: Province, boss: Person, typed: str, heard: str, told: tuple[int, int]
    ) -> None:
        boss.says(typed).hears(heard)
        put(province, "1031992003", State.SUBMITTED)
        assert (tick(province, at(13, 8, 15)), tick(province, at(19, 8, 30))) == told

    def test_it_is_changed_by_buttons(self, province: Province, boss: Person) -> None:
        boss.says("สรุป").taps("หยุดสรุป").hears("หยุดส่งสรุปแล้ว").taps("รับสรุปวันจันทร์").hears("สัปดาห์ละครั้ง")
        boss.taps("รับสรุปทุกวัน").hears("เมื่อมีการเปลี่ยนแปลง")
        with province.store.read() as db:
            assert db.execute(select(digests.c.wants)).scalars().all() == ["daily"]

    def test_what_is_wanted_outlives_digests(self, province: Province, boss: Person) -> None:
        boss.says("รับสรุปวันจันทร์").says("สรุป")
        tick(province, at(12, 8, 30))
        deliver(province)
        put(province, "1031992003", State.SUBMITTED)
        assert tick(province, at(13, 8, 15)) == 0


@pytest.mark.parametrize(
    "numbers", [[0, 0], [1, 0], [1, 1, 1], [1, 1000], [997, 1, 1, 1], [1, 1, 1, 40], [3, 5, 2, 9, 21], [1] * 5]
)
def test_the_parts_of_a_bar_fill_it(numbers: list[int]) -> None:
    shares = digest_cards.widths(numbers)
    assert sum(shares) in (0, 100)
    assert all((share > 0) == (number > 0) for share, number in zip(shares, numbers, strict=True))


def test_agencies_come_in_the_order_of_the_programme() -> None:
    names = ["อปท.", "สช.", "สพม.บุรีรัมย์", "สพป.บุรีรัมย์ เขต 10", "สพป.บุรีรัมย์ เขต 2", "สำนักการศึกษาอื่น"]
    assert sorted(names, key=in_order) == [*names[4:2:-1], *names[2::-1], names[5]]


def test_what_is_private_to_the_province_counts_for_it_alone(province: Province, boss: Person) -> None:
    put(province, "1031992003", State.SUBMITTED)
    report = next(row for row in province.rows(reports) if row.channel_id == "main")
    with province.store.write() as db:
        row = {"channel_id": "main", "report_id": report.id, "school_id": report.school_id, "question": "q"}
        row |= {"agency_id": province.agency(TWO), "state": Asked.OPEN, "opened_at": province.now}
        db.execute(asks.insert(), [row | {"need": need, "private": need == "b"} for need in ("a", "b", "c")])
    boss.says("สรุป").hears("เรื่องขอที่รอคำตอบ 3")
    office(province, Role.VERIFIER, TWO).says("สรุป").hears("เรื่องขอที่รอคำตอบ 2")


def test_counts_add_up() -> None:
    one = Counts(schools=10, sent=4, waiting=3, returned=2, draft=1)
    assert (one.unbegun, one.unsent, one.verified) == (3, 6, 1)
    assert (one + one).unbegun == 6


def test_the_alt_text_says_all_that_the_card_does(province: Province, boss: Person) -> None:
    put(province, "1031992003", State.SUBMITTED)
    boss.says("สรุป")
    (message,) = boss.turns[-1]
    assert limits.units(message["altText"]) <= limits.ALT_TEXT_UNITS
    for words in ("ส่งแล้ว 1 แห่ง", "รอตรวจ 1", "ยังไม่เริ่ม 2", ONE, TWO, "ดูรายชื่อ", "เตรียมเตือน"):
        assert words in message["altText"]


def test_a_month_of_ticks_says_each_day_at_most_once(province: Province, boss: Person) -> None:
    """Ticks every quarter of an hour for five weeks over the month's end; something changes now and then."""
    told: dict[str, int] = {}
    moment = at(5, 9)
    for number in range(5 * 7 * 24 * 4):
        moment += timedelta(minutes=15)
        if number % 700 == 0:
            put_next(province, number // 700)
        made = tick(province, moment)
        if made:
            here = moment.astimezone(BANGKOK)
            assert here.weekday() < 5
            assert here.hour * 60 + here.minute in (8 * 60 + 15, 8 * 60 + 30)
            told[here.date().isoformat()] = told.get(here.date().isoformat(), 0) + made
            deliver(province)
    assert set(told.values()) == {1}
    assert len(told) == 11, "five weekly ones, three that were sent, three that now wait for too long"


def put_next(province: Province, number: int) -> None:
    codes = ("1031992003", "1031991002", "1031993002")
    if number < len(codes):
        put(province, codes[number], State.SUBMITTED)
