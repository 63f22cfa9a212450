"""Simulated months, hour by hour, over holidays and month ends: whatever people do, reminders keep their promises."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from handlers import extensions, reminders, reminders_ladder, working_days
from handlers.heard import Kind
from handlers.thai import BANGKOK, today
from models.outbox import Sending
from models.outbox import outbox as sayings
from models.people import people
from models.programme import rounds
from models.reminders import reminders as table
from models.report import State, reports
from tests.province import MAIN, Province
from tests.reminder_scene import send

SCHOOLS = ("1031992003", "1031991002", "1031993002")
STARTS = st.dates(date(2026, 1, 5), date(2026, 12, 20))
"""Days on which a round opens: Songkran, the ends of months and of the year lie in some of them."""
DEEDS = st.sampled_from(
    ["says", "snoozes", "stops", "submits", "blocks", "comes back", "more time", "day off", "down", "nothing"]
)
PLANS = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 23), st.integers(0, 2), DEEDS), max_size=8)


class Month:
    """A round of twenty days in a province of three schools, and what was said in it."""

    def __init__(self, store, now, opens):
        self.province = Province(store, now)
        self.directors = [self.province.director(f"ผอ. ที่ {n} สมมติ", code) for n, code in enumerate(SCHOOLS)]
        at = datetime.combine(opens, datetime.min.time(), BANGKOK) + timedelta(hours=9)
        self.due = opens + timedelta(days=12)
        with store.write() as db:
            db.execute(rounds.update().values(opens_at=at, due_on=self.due))
            db.execute(people.update().values(heard_at=at - timedelta(days=30)))
        self.province.now = at
        self.heard: dict[int, list[datetime]] = defaultdict(list)  # reminders by school
        self.spoke: dict[int, list[datetime]] = defaultdict(list)
        self.stopped: set[int] = set()
        self.down_until = at

    def does(self, who, deed):
        """Let a director do something."""
        person, now = self.directors[who], self.province.now
        if deed in ("says", "snoozes", "stops", "comes back"):
            self.spoke[who].append(now)
            self.stopped -= {who} if deed == "snoozes" else set()
        if deed == "says":
            person.says("สวัสดี")
        elif deed == "snoozes":
            person.says("เตือนใหม่พรุ่งนี้เช้า")
        elif deed == "stops":
            person.says("ไม่ต้องเตือน")
            self.stopped |= {who} if self._is_open(who) else set()
        elif deed == "submits":
            self._submit(who)
        elif deed == "blocks":
            person.does(Kind.UNFOLLOW, token=None)
        elif deed == "comes back":
            person.does(Kind.FOLLOW)
        else:
            self._of_the_office(who, deed)

    def _of_the_office(self, who, deed):
        now = self.province.now
        with self.province.store.write() as db:
            if deed == "day off":
                day = working_days.of(db, MAIN).after(today(now), 1)
                working_days.add(db, MAIN, day, "วันหยุดพิเศษ", now)
            elif deed == "more time":
                later = max(self.due, today(now)) + timedelta(days=9)
                (running,) = db.execute(select(rounds.c.id).where(rounds.c.channel_id == MAIN)).scalars()
                school = self.province.school(SCHOOLS[who])
                if extensions.due_of(db, self.due, running, school) < later:
                    extensions.grant(db, MAIN, running, school, later, now)
        if deed == "down":
            self.down_until = now + timedelta(days=2)

    def _submit(self, who):
        province = self.province
        with province.store.write() as db:
            school = province.school(SCHOOLS[who])
            (running,) = db.execute(select(rounds.c.id).where(rounds.c.channel_id == MAIN)).scalars()
            where = (reports.c.round_id == running, reports.c.school_id == school)
            if not db.execute(reports.update().where(*where).values(state=State.SUBMITTED)).rowcount:
                row = {"channel_id": MAIN, "round_id": running, "school_id": school, "created_at": province.now}
                db.execute(reports.insert(), row | {"state": State.SUBMITTED, "submitted_at": province.now})

    def _is_open(self, who):
        with self.province.store.read() as db:
            where = (reports.c.channel_id == MAIN, reports.c.school_id == self.province.school(SCHOOLS[who]))
            return db.execute(select(reports.c.state).where(*where)).scalar() in (None, "draft", "returned")

    def hour(self):
        """Let one hour pass, and check what was said in it."""
        province = self.province
        if province.now >= self.down_until:
            with province.store.write() as db:
                made = reminders.queue(db, province.now)
            if made:
                self._check()
                send(province)
        province.later(minutes=60)

    def _check(self):
        now = self.province.now
        with self.province.store.read() as db:
            days = working_days.of(db, MAIN)
            rows = db.execute(
                select(sayings.c.recipient, sayings.c.id).where(
                    sayings.c.channel_id == MAIN,
                    sayings.c.once_key.startswith(reminders.NAME),
                    sayings.c.created_at == now,
                    sayings.c.state != Sending.REPLACED,
                )
            ).all()
        told = [next(n for n, one in enumerate(self.directors) if one.user == row.recipient) for row in rows]
        assert len(told) == len(set(told))
        for who in told:
            assert days.allows(now), "in quiet hours"
            assert self._is_open(who), "has nothing open"
            assert who not in self.stopped
            self._check_distance(who, days, now)
            self.heard[who].append(now)

    def _check_distance(self, who, days, now):
        """Between two reminders, and after a reply, lie working days; but for the one that was asked for."""
        asked = self._asked(who, now)
        between, reply = reminders_ladder.ladder().between, reminders_ladder.ladder().after_reply
        for before in self.heard[who][-1:]:
            assert asked or days.after(today(before), between) <= today(now)
        for spoke in self.spoke[who][-1:]:
            assert asked or days.after(today(spoke), reply) <= today(now)

    def _asked(self, who, now):
        with self.province.store.read() as db:
            rows = db.execute(
                select(table.c.slot)
                .join(people, people.c.id == table.c.person_id)
                .where(people.c.line_user_id == self.directors[who].user, table.c.at == now)
            ).scalars()
            return any(slot.startswith("asked:") for slot in rows)


@given(opens=STARTS, plans=PLANS)
@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_months_hour_by_hour(new_store, now, opens, plans):
    month = Month(new_store(), now, opens)
    deeds = defaultdict(list)
    for day, clock, who, deed in plans:
        deeds[opens + timedelta(days=day), clock].append((who, deed))
    while today(month.province.now) < opens + timedelta(days=26):
        here = month.province.now.astimezone(BANGKOK)
        for who, deed in deeds.pop((here.date(), here.hour), ()):
            month.does(who, deed)
        month.hour()
    accounted(month)


def accounted(month):
    """Check that nothing was said twice, and that whoever said nothing has heard of what is open, or is not reached."""
    with month.province.store.read() as db:
        slots = db.execute(select(table.c.person_id, table.c.kind, table.c.subject, table.c.slot)).all()
    assert len(slots) == len(set(slots))
    for who in range(3):
        person = month.directors[who]
        if not month.spoke[who] and month._is_open(who):
            blocked = [row for row in month.province.rows(people) if row.line_user_id == person.user and row.blocked_at]
            assert blocked or month.heard[who], f"{person.name} was forgotten"
