"""What a month costs: forty schools, a round from its opening to its results, the clock moved hour by hour.

Paid is what is pushed: each person reached is one message (LINE's prices); replies are free, and so is what waited for
a visit. Delivery is played by the rule of the outbox: what is due and was not taken along by a visit is pushed.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select, text, update

from bot.roster_files import read_table
from handlers import due, invites, meetings_calling, meetings_changes, outbox, quota, roster
from handlers.meetings_drafts import Draft
from handlers.outbox import Fate
from handlers.thai import BANGKOK
from handlers.working_days import NATIONAL
from models.outbox import Policy, Sending
from models.outbox import outbox as table
from models.people import Role, agencies, schools
from models.programme import question_sets, rounds
from models.report import State, reports
from models.store import Store
from tests.province import Person, Province

ROSTER = Path(__file__).parents[1] / "bot" / "simulator" / "data" / "roster.csv"
OPENS, DUE, UNTIL = date(2026, 2, 2), date(2026, 2, 20), date(2026, 3, 1)
FREE_PLAN, MOST, MOST_WITH_MEETING = 300, 150, 200
LONG = "นักเรียนอ่านคล่องขึ้นมากในปีนี้ จากการสอนเสริมหลังเลิกเรียน"


_DUE = select(table.c.id, table.c.once_key).where(
    text("state = 'queued'"),
    table.c.channel_id == "main",
    table.c.policy == Policy.PUSH,
    table.c.reply_token.is_(None),
    table.c.due_at <= bindparam("now"),
)


class Month:
    """A province of forty schools whose people have all joined; ``paid`` by what the messages were."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.paid: list[str] = []
        with province.store.write() as db:
            roster.import_roster(db, "main", roster.read(read_table(ROSTER)), province.now)
            quota.learn(db, "main", province.now, allowed=FREE_PLAN, used=0)
            known = select(schools.c.code, agencies.c.name).join(agencies).where(schools.c.channel_id == "main")
            self.agency_of = {row.code: row.name for row in db.execute(known)}
            db.execute(update(rounds).values(closed_at=province.now))
        self.directors = {code: province.director(code, code) for code in sorted(self.agency_of)}
        self.verifiers = {name: province.verifier(name, name) for name in sorted(set(self.agency_of.values()))}
        with province.store.write() as db:
            code = invites.create(db, "main", role=Role.COORDINATOR, now=province.now)
        self.boss = province.person("ผู้ประสานจังหวัด").says(code).says("ใช่").says("รับทราบ").says("รับสรุปวันจันทร์")
        for verifier in self.verifiers.values():
            verifier.says("รับสรุปวันจันทร์")
        self.deliver()
        self.paid.clear()

    def open_round(self) -> None:
        with self.province.store.write() as db:
            questions = db.scalar(select(question_sets.c.id).where(question_sets.c.channel_id == "main"))
        self.province.open_round(
            year=2568, semester=2, title="ปีการศึกษา 2568 รอบ 2", opens_at=self.province.now, due_on=DUE,
            question_set_id=questions,
        )  # fmt: skip

    def deliver(self) -> None:
        """Push what is due and still waits."""
        with self.province.store.read() as db:
            rows = db.execute(_DUE, {"now": self.province.now}).all()
        assert not rows or NATIONAL.allows(self.province.now), "pushed in quiet hours"
        if rows:
            with self.province.store.write() as db:
                outbox.mark(db, [Fate(row.id, Sending.SENT, self.province.now, 1) for row in rows])
        self.paid += [row.once_key.split(":")[0] for row in rows]

    def tick(self, moment: datetime) -> None:
        """Let an hour come."""
        self.province.now = moment
        with self.province.store.write() as db:
            due.queue_due(db, moment)
        self.deliver()


def reports_all(director: Person) -> None:
    """Answer every question and send."""
    director.says("รายงาน")
    for _ in range(5):
        director.says(LONG).says("ต่อไป").says("จะสอนเสริมต่อทุกวัน").says("ต่อไป").says("ข้าม")
    director.says("ไม่มี").says("ส่ง").says("ยืนยัน").hears("เลขรับ")


def verifies(verifier: Person, *, returned: int | None = None) -> None:
    """Verify the oldest report of the queue, or return one topic of it."""
    verifier.says("คิว").says("1")
    for topic in range(1, 7):
        verifier.says(f"แก้ไข {topic} จำนวนไม่ตรงกับที่เยี่ยม" if topic == returned else f"รับรอง {topic} เอกสาร")
    verifier.says("สรุปผล").says("ยืนยัน").hears("เรียบร้อยแล้ว")


@pytest.fixture
def month(store: Store, now: datetime) -> Month:
    return Month(Province(store, now))


def test_forty_schools_a_month_cost_at_most_a_hundred_and_fifty(month: Month) -> None:
    """Two schools a working day report until the round is due, one a day after that; the last are reminded in vain."""
    assert len(month.directors) == 40
    to_come = list(month.directors.values())
    moment = datetime(OPENS.year, OPENS.month, OPENS.day, 8, 30, tzinfo=BANGKOK)
    month.province.now = moment.astimezone(UTC)
    month.open_round()
    while moment.date() < UNTIL:
        month.tick(moment.astimezone(UTC))
        if moment.hour == 10 and NATIONAL.works(moment.date()):
            many = 2 if moment.date() <= DUE else 1
            for director in to_come[:many]:
                reports_all(director)
            to_come = to_come[many:]
        if moment.hour == 14 and NATIONAL.works(moment.date()):
            for verifier in month.verifiers.values():
                verifier.says("คิว")
                if "1. " in verifier.words:
                    verifies(verifier, returned=4 if moment.day % 5 == 0 else None)
        moment += timedelta(hours=1)
    kinds = {kind: month.paid.count(kind) for kind in sorted(set(month.paid))}
    assert kinds.get("round") == 40, kinds
    assert kinds.get("digest", 0) >= 4 * len(month.verifiers), kinds
    assert kinds.get("remind", 0) > 0, kinds
    assert len(month.paid) <= MOST, kinds


CLOCKS = (time(7, 30), time(8), time(8, 30), time(8, 55), time(10), time(12), time(15, 30), time(17))


def test_a_month_with_one_meeting_costs_at_most_two_hundred(month: Month) -> None:
    """Most answer when they read it, some when they are asked again, some never; the hour is changed once."""
    starts = datetime(2026, 2, 19, 9, 0, tzinfo=BANGKOK)
    meeting = Draft(
        title="ประชุมชี้แจงสมมติ", starts_at=starts, ends_at=starts + timedelta(hours=3), place="ห้องประชุมสมมติ",
        online_url="https://meet.example/1",
    )  # fmt: skip
    month.province.now = datetime(2026, 2, 2, 8, 40, tzinfo=BANGKOK).astimezone(UTC)
    with month.province.store.write() as db:
        number = meetings_calling.make(db, "main", meeting, None, None, month.province.now)
        assert meetings_calling.call(db, "main", number, None, month.province.now)
    directors = list(month.directors.values())
    said = {
        date(2026, 2, 2): {
            "ไปครับ": directors[:14],
            "เข้าร่วมค่ะ แต่ขอออนไลน์": directors[14:22],
            "ไม่สะดวก ติดราชการ": directors[22:26],
        },
        date(2026, 2, 16): {"ไปครับ": directors[26:30], "ออนไลน์": directors[30:34]},
    }
    heard: dict[str, int] = {}
    for day in (date(2026, 2, 2) + timedelta(days=n) for n in range(27)):
        for clock in CLOCKS:
            month.tick(datetime.combine(day, clock, BANGKOK).astimezone(UTC))
            if clock == time(10):
                for words, those in said.get(day, {}).items():
                    for director in those:
                        director.says(words).hears("ประชุมชี้แจงสมมติ")
            if (day, clock) == (date(2026, 2, 10), time(12)):
                with month.province.store.write() as db:
                    later = replace(meeting, ends_at=starts + timedelta(hours=4))
                    assert meetings_changes.change(db, "main", number, later, None, month.province.now) == 2
    for key in (row.once_key for row in month.province.rows(table) if row.once_key.startswith(f"meeting:{number}:")):
        heard[key.split(":")[2]] = heard.get(key.split(":")[2], 0) + 1
    assert heard == {"called": 40, "changed": 40, "answer": 14, "coming": 30, "room": 18, "link": 24}
    assert month.paid.count("meeting") == sum(heard.values())
    assert len(month.paid) <= MOST_WITH_MEETING


def test_a_report_an_edit_a_return_and_a_resubmission_cost_nothing(month: Month) -> None:
    """Everybody comes by within the hour, as people do who talk with each other."""
    month.province.now = datetime(2026, 2, 2, 2, 0, tzinfo=UTC)
    month.open_round()
    code = "1031992003"
    director, verifier = month.directors[code], month.verifiers[month.agency_of[code]]
    reports_all(director)
    director.says("ถอนคืน").says("ใช่").says("แก้ 2").says("ครูใช้สื่อใหม่ครบทุกห้องแล้ว").says("ต่อไป").says("ส่ง").says("ยืนยัน")
    director.hears("เลขรับ")
    month.deliver()
    verifies(verifier, returned=4)
    month.province.later(minutes=20)
    director.says("สถานะ").hears("จำนวนไม่ตรงกับที่เยี่ยม").says("แก้ 4").says("มีคอมพิวเตอร์ 12 เครื่อง นับใหม่แล้ว").says("ต่อไป")
    director.says("ส่ง").says("ยืนยัน").hears("เลขรับ", f"{code}-3")
    verifier.says("คิว").says("1").says("รับรอง 4 เอกสาร").says("สรุปผล").says("ยืนยัน").hears("เรียบร้อยแล้ว")
    month.province.later(minutes=20)
    director.says("สถานะ").hears("รับรอง")
    month.province.now = datetime(2026, 2, 3, 2, 0, tzinfo=UTC)
    month.deliver()
    states = [row.state for row in month.province.rows(reports) if row.channel_id == "main"]
    assert states == [State.VERIFIED]
    assert month.paid == []
