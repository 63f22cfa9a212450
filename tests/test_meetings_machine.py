"""Whatever the invited and the office do, in any order, late and twice: counts equal rows, seats are fair."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from handlers import checkin_codes, checkins, meetings
from handlers.heard import Kind
from handlers.meetings import Invitation
from handlers.meetings_answers import counts
from handlers.messages.values import Act
from models.meetings import Mode, invitees, meeting_answers, meeting_versions
from models.meetings import checkins as came
from models.outbox import Sending, outbox
from models.people import memberships, people
from models.store import Store
from tests.meeting_scene import call, cancel, change, stands
from tests.province import MAIN, Person, Province

NOW = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
STARTS = NOW + timedelta(hours=30)
ACTS = (
    "meeting_room",
    "meeting_room",
    "meeting_room",
    "meeting_online",
    "meeting_delegate",
    "meeting_no",
    "meeting_unsure",
)
WORDS = (
    "ไปครับ", "ที่ห้อง", "ขอออนไลน์", "ส่งครูสมหญิง ตำแหน่งรองผอ. ไปแทน", "ส่งรองไปแทน", "นางมยุรี จำลองพันธ์", "รอง ผอ.",
    "ไปไม่ได้ ติดราชการ", "ติดสอน", "ยังไม่แน่ใจ", "ข้าม", "รายงาน", "นักเรียนอ่านคล่องขึ้น", "ขอลิงก์", "ประชุม",
)  # fmt: skip
WORDS_OF_ROW = ("reply", "mode", "delegate_name", "delegate_position", "reason", "seated_at", "waits_since")
WHO = some.integers(0, 3)


class Meetings(RuleBasedStateMachine):
    """Four schools of two provinces' forms, one hall with few seats, and an office that changes its mind."""

    new_store: Callable[[], Store]

    @initialize(seats=some.sampled_from([None, 1, 2]))
    def begin(self, seats: int | None) -> None:
        self.province = Province(self.new_store(), NOW)
        self.directors = [self.province.director(f"ผอ. {n}", code) for n, code in enumerate(self.codes())]
        self.directors.append(self.province.person("ผู้ช่วย"))
        self._joins_too(self.directors[3])
        self.number = call(self.province, seats=seats, starts_at=STARTS, ends_at=STARTS + timedelta(hours=3))
        self.before: dict[int, Any] = {}
        self.made: list[Any] = []
        self.frozen: dict[int, Any] | None = None
        self.noise = len([row for row in self.province.rows(outbox) if row.channel_id != MAIN])

    def codes(self) -> list[str]:
        return ["1031992003", "1031991002", "1031993002"]

    def _joins_too(self, person: Person) -> None:
        """Let somebody else speak for the first school, too."""
        person.says("สวัสดี")
        with self.province.store.write() as db:
            known = db.execute(select(people.c.id).where(people.c.line_user_id == person.user)).scalar_one()
            first = select(memberships).where(memberships.c.school_id == self.province.school("1031992003"))
            row = dict(db.execute(first.limit(1)).one()._mapping) | {"person_id": known}
            row.pop("id")
            db.execute(memberships.insert(), row)
            db.execute(people.update().where(people.c.id == known).values(notice_version=1))

    def meeting(self) -> Any:
        return stands(self.province, self.number)

    def at(self, late: int) -> datetime:
        return self.province.now + timedelta(seconds=1) - timedelta(minutes=late)

    @rule(who=WHO, do=some.sampled_from(ACTS), late=some.sampled_from([0, 0, 0, 7, 90]), again=some.booleans())
    def somebody_taps(self, who: int, do: str, late: int, again: bool) -> None:
        data = Act(do, revision=self.meeting().version, value=str(self.number)).data()
        self.directors[who].does(Kind.POSTBACK, data=data, at=self.at(late))
        assert self.directors[who].answered == 1
        if again:
            self.directors[who].again().hears_nothing()

    @rule(who=WHO, do=some.sampled_from(ACTS))
    def somebody_taps_an_old_card(self, who: int, do: str) -> None:
        was = self.answers()
        version = self.meeting().version - 1
        self.directors[who].posts_back(Act(do, revision=version, value=str(self.number)).data())
        assert self.directors[who].answered == 1
        assert self.answers() == was

    @rule(who=WHO, words=some.sampled_from(WORDS), late=some.sampled_from([0, 0, 0, 7]))
    def somebody_types(self, who: int, words: str, late: int) -> None:
        self.directors[who].says(words, at=self.at(late))

    @rule(who=WHO, data=some.data())
    def somebody_taps_any_button_ever_shown(self, who: int, data: some.DataObject) -> None:
        person = self.directors[who]
        shown = person.buttons(data.draw(some.integers(0, len(person.turns) - 1)))
        posts = [one.action["data"] for one in shown if "data" in one.action]
        if posts:
            person.posts_back(data.draw(some.sampled_from(posts)))

    @rule(who=WHO, data=some.data())
    def somebody_unsends(self, who: int, data: some.DataObject) -> None:
        mark = data.draw(some.sampled_from(self.directors[who].sent))
        self.directors[who].unsends(mark)
        self.made = []

    @precondition(lambda self: self.frozen is None)
    @rule(seats=some.sampled_from([None, 1, 2, 3]))
    def the_seats_change(self, seats: int | None) -> None:
        if self.changeable():
            change(self.province, self.number, seats=seats)

    @precondition(lambda self: self.frozen is None)
    @rule(place=some.sampled_from(["หอประชุมหนึ่ง", "หอประชุมสอง"]), days=some.integers(0, 1), chair=some.booleans())
    def the_office_changes_it(self, place: str, days: int, chair: bool) -> None:
        starts = STARTS + timedelta(days=days)
        if self.changeable() and starts > self.province.now:
            moved: dict[str, Any] = {"starts_at": starts, "ends_at": starts + timedelta(hours=3), "place": place}
            change(self.province, self.number, **({"chair": f"ประธาน {days}"} if chair else moved))

    @precondition(lambda self: self.frozen is None)
    @rule(sure=some.integers(0, 5))
    def the_office_cancels(self, sure: int) -> None:
        if sure == 0 and self.changeable():
            assert cancel(self.province, self.number)
            self.frozen = self.answers()

    def changeable(self) -> bool:
        return self.meeting().state == "called" and self.meeting().starts_at > self.province.now

    @rule(minutes=some.sampled_from([1, 30, 600, 900]))
    def time_passes(self, minutes: int) -> None:
        self.province.later(minutes=minutes)

    @rule()
    def it_is_near(self) -> None:
        if self.changeable():
            self.province.now = max(self.province.now, self.meeting().starts_at - timedelta(minutes=10))

    @rule(which=some.integers(0, 2), mode=some.sampled_from([Mode.ROOM, Mode.CALL]))
    def somebody_checks_in(self, which: int, mode: Mode) -> None:
        province, meeting = self.province, self.meeting()
        if meeting.state != "called" or not checkin_codes.is_open(meeting, province.now):
            return
        with province.store.write() as db:
            school = province.school(self.codes()[which])
            row = db.execute(select(invitees).where(invitees.c.school_id == school)).one()
            by = db.execute(select(people.c.id).where(people.c.line_user_id == self.directors[which].user)).scalar_one()
            to = Invitation(meeting, meetings.invitee_of(row))
            checkins.check_in(db, to, mode, by, province.now, province.now)

    # What always holds ---------------------------------------------------------------------------------------------

    def answers(self) -> dict[int, Any]:
        """Return what each of the invited has answered, and their seats."""
        return {row.id: tuple(getattr(row, name) for name in WORDS_OF_ROW) for row in self.rows()}

    def rows(self) -> list[Any]:
        return [row for row in self.province.rows(invitees) if row.meeting_id == self.number]

    @invariant()
    def counts_equal_the_rows(self) -> None:
        with self.province.store.read() as db:
            found = counts(db, self.meeting())
        rows = self.rows()
        taking_part = [row for row in rows if row.reply in ("coming", "delegate")]
        assert found.invited == len(rows) == 3
        assert found.silent == sum(row.reply is None for row in rows)
        assert (found.no, found.unsure) == tuple(sum(row.reply == one for row in rows) for one in ("no", "unsure"))
        assert found.call == sum(row.mode == "call" for row in taking_part)
        assert found.waiting == sum(row.waits_since is not None for row in rows)
        assert found.room == sum(row.mode == "room" and row.waits_since is None for row in taking_part)
        assert found.delegates == sum(row.reply == "delegate" for row in rows)
        parts = (found.silent, found.no, found.unsure, found.room, found.waiting, found.call, found.open)
        assert sum(parts) == found.invited == found.answered + found.silent

    @invariant()
    def nobody_is_in_two_modes(self) -> None:
        for row in self.rows():
            takes_part = row.reply in ("coming", "delegate")
            in_room = takes_part and row.mode == "room"
            assert (row.seated_at is not None) + (row.waits_since is not None) == in_room
            assert row.mode is None or takes_part
            assert (row.delegate_name is None and row.delegate_position is None) or row.reply == "delegate"
            assert row.reason is None or row.reply in ("no", "unsure")

    @invariant()
    def never_more_seated_than_seats_and_none_is_left_free(self) -> None:
        seats = self.meeting().seats
        there = {row.invitee_id for row in self.province.rows(came) if row.mode == "room"}
        seated = [row for row in self.rows() if row.seated_at is not None]
        waiting = [row for row in self.rows() if row.waits_since is not None]
        booked = [row for row in seated if row.id not in there]
        assert seats is None or len(booked) <= seats
        assert not waiting or (seats is not None and len(seated) >= seats)

    @invariant()
    def the_waiting_list_is_fair(self) -> None:
        """Who gets a seat asked before everybody who goes on waiting."""
        now, there = {row.id: row for row in self.rows()}, {row.invitee_id for row in self.province.rows(came)}
        waiting = [(row.waits_since, row.id) for row in now.values() if row.waits_since is not None]
        for row in now.values():
            was = self.before.get(row.id)
            got = row.seated_at is not None and (was is None or was.seated_at is None) and row.id not in there
            assert not got or all((row.seated_at, row.id) < other for other in waiting)
            if was is not None and row.waits_since is not None and was.waits_since is not None:
                assert row.waits_since == was.waits_since or row.version != was.version
        self.before = now

    @invariant()
    def the_newest_answer_stands(self) -> None:
        versions = [row for row in self.province.rows(meeting_versions) if row.meeting_id == self.number]
        asked = max((row.at for row in versions if row.asks_again), default=None)
        answers = self.province.rows(meeting_answers)
        for row in self.rows():
            said = [one.at for one in answers if one.invitee_id == row.id]
            counted = [at for at in said if asked is None or at > asked]
            if counted:
                assert row.answered_at == max(counted)

    @invariant()
    def the_history_is_only_added_to(self) -> None:
        now = [tuple(row) for row in sorted(self.province.rows(meeting_answers), key=lambda row: row.id)]
        assert now[: len(self.made)] == self.made
        self.made = now

    @invariant()
    def nothing_is_answered_after_cancelling(self) -> None:
        if self.frozen is not None:
            replies = {one: tuple(each[:2]) for one, each in self.frozen.items()}
            assert {one: tuple(each[:2]) for one, each in self.answers().items()} == replies

    @invariant()
    def nobody_hears_a_notice_twice(self) -> None:
        told = Counter(
            (
                row.person_id,
                row.once_key.split(":")[2],
                row.once_key.split(":")[3] if "seat" not in row.once_key else row.id,
            )
            for row in self.province.rows(outbox)
            if row.once_key.startswith(f"meeting:{self.number}:") and row.state != Sending.REPLACED
        )
        assert not told or max(told.values()) == 1
        assert len([row for row in self.province.rows(outbox) if row.channel_id != MAIN]) == self.noise


@pytest.mark.parametrize("examples", [10])
def test_any_order_keeps_the_promises(new_store: Callable[[], Store], examples: int) -> None:
    machine = type("Machine", (Meetings,), {"new_store": staticmethod(new_store)})
    few = examples if "sqlite" in new_store().url else examples // 3
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=few, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
