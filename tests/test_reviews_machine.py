"""A school of two and an agency of two, whatever they do: nothing is written where it is locked, no forbidden move.

No decision is overwritten, and nothing verified that was not decided topic by topic.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from handlers import answer_rows, reports
from handlers.heard import Kind
from handlers.reports import MOVES
from models.people import Role
from models.programme import question_sets
from models.report import State, moves, parts
from models.report import reports as table
from models.review import Decision, decisions, explanations
from models.store import Store
from tests.province import MAIN, Person, Province

SCHOOL = [
    "รายงาน", "ต่อไป", "ข้าม", "แก้ 1", "แก้ 4", "แก้ 6", "เพิ่มเติมข้อ 2 มีเด็กย้ายเข้า 3 คน", "ลบข้อ 4", "ยืนยันลบ",
    "คืนคำตอบเดิม", "ข้อ 3", "ให้เห็นเฉพาะจังหวัด", "ส่ง", "ยืนยัน", "ยืนยัน", "ถอนคืน", "ชี้แจง 4",
    "ชี้แจง", "สถานะ", "สรุป", "ยกเลิก", "ไม่มี",
    "ใช่", "ข้อ 4", "เมนู",
]  # fmt: skip
AGENCY = [
    "คิว", "1", "1", "4", "รับรอง 4 เอกสาร", "แก้ไข 4 จำนวนไม่ตรง", "แก้ไข 1", "ขอรายละเอียดเพิ่ม", "นัดลงพื้นที่ 2 12/01/2570",
    "รับรอง ภาพ", "ผ่านหมดเลย", "สรุปผล", "สรุปผล", "ยืนยัน", "ยืนยัน", "วางไว้ก่อน",
    "ตรวจแล้ว", "เปิดใหม่ 4 ขอดูอีกครั้ง", "ยกเลิก", "ดูเต็ม 1",
    "ประวัติ", "เอกสาร",
]  # fmt: skip


class Verification(RuleBasedStateMachine):
    """Two who write for a school, two who verify it."""

    new_store: Callable[[], Store]

    @initialize()
    def begin(self) -> None:
        self.province = Province(self.new_store(), datetime(2026, 1, 5, 2, 10, tzinfo=UTC))
        self.school: list[Person] = [
            self.province.director(),
            self.province.person("ครูผู้ช่วยสมมติ").joins("1031992003", Role.DELEGATE),
        ]
        self.agency: list[Person] = [self.province.verifier(), self.province.verifier("นายสมชาย ผู้ตรวจตัวอย่าง")]
        self.bubbles = 0
        self.before: tuple[str | None, dict[str, Any]] = (None, {})
        self.made: list[Any] = []
        self.unsent: set[int] = set()
        self.noise = self.others()
        self.a_whole_report_is_sent()

    def others(self) -> list[Any]:
        return [tuple(row) for row in self.province.rows(parts) if row.channel_id != MAIN]

    @rule(who=some.integers(0, 1), word=some.sampled_from(SCHOOL))
    def the_school_says(self, who: int, word: str) -> None:
        self.school[who].says(word)
        assert self.school[who].answered == 1

    @rule(who=some.integers(0, 1), word=some.sampled_from(AGENCY))
    def the_agency_says(self, who: int, word: str) -> None:
        self.agency[who].says(word)
        assert self.agency[who].answered == 1

    @rule(who=some.integers(0, 1))
    def the_school_writes(self, who: int) -> None:
        self.bubbles += 1
        self.school[who].says(f"คำตอบที่ {self.bubbles} ของโรงเรียน เล่าเรื่องนักเรียน {self.bubbles} คน")

    @rule(who=some.integers(0, 1))
    def the_school_sends_a_photo(self, who: int) -> None:
        self.school[who].sends(Kind.IMAGE)

    @rule(side=some.booleans(), who=some.integers(0, 1), data=some.data())
    def somebody_taps_any_button_ever_shown(self, side: bool, who: int, data: some.DataObject) -> None:
        person = (self.school if side else self.agency)[who]
        buttons = person.buttons(data.draw(some.integers(0, len(person.turns) - 1)))
        if buttons:
            person.posts_back(data.draw(some.sampled_from(buttons)).action["data"])
            assert person.answered == 1

    @rule(side=some.booleans(), who=some.integers(0, 1), data=some.data())
    def somebody_unsends(self, side: bool, who: int, data: some.DataObject) -> None:
        person = (self.school if side else self.agency)[who]
        mark = data.draw(some.sampled_from(person.sent))
        self.unsent |= {row.id for row in self.province.rows(parts) if row.line_message_id == mark}
        person.unsends(mark)

    @rule()
    def a_whole_report_is_sent(self) -> None:
        director = self.school[0].says("รายงาน")
        for _ in range(6):
            director.says("คำตอบที่ยาวพอของโรงเรียน 168 คน").says("ต่อไป").says("คำตอบที่ยาวพอ 9 คน").says("ต่อไป").says("ข้าม")
            self.look()
        director.says("ส่ง").says("ยืนยัน")

    @rule(back=some.sets(some.integers(1, 6), max_size=3), concludes=some.booleans())
    def the_agency_goes_through_it(self, back: set[int], concludes: bool) -> None:
        verifier = self.agency[0].says("คิว").says("1")
        for number in range(1, 7):
            verifier.says(f"แก้ไข {number} จำนวนไม่ตรง" if number in back else f"รับรอง {number} เอกสาร")
        if concludes:
            verifier.says("สรุปผล").says("ยืนยัน")

    @rule(number=some.integers(1, 6), how=some.sampled_from(["แก้ {n}", "ข้อ {n}", "เพิ่มต่อท้ายข้อ {n}", "ลบข้อ {n}"]))
    def the_school_changes_a_topic(self, number: int, how: str) -> None:
        self.school[0].says(how.format(n=number)).says("ยืนยันลบ" if how.startswith("ลบ") else "คำตอบใหม่ที่ยาวพอ 170 คน")

    @rule()
    def the_places_are_lost(self) -> None:
        self.province.forget_places()

    def picture(self) -> tuple[str | None, dict[str, Any]]:
        """Return the report's state, and the parts of every answer, without those unsent."""
        with self.province.store.read() as db:
            row = db.execute(select(table.c.id, table.c.state).where(table.c.channel_id == MAIN)).first()
            if row is None:
                return None, {}
            kept = reports.parts_of(db, row.id)
            answers = answer_rows.answers_of(db, row.id)
        return row.state, {
            key: (one.private, [part.id for part in kept.get(key, []) if part.id not in self.unsent])
            for key, one in answers.items()
        }

    def open_topics(self) -> set[str]:
        """Return the topics whose newest decision returned them."""
        newest = {row.topic: row.decision for row in self.province.rows(decisions)}
        return {topic for topic, decision in newest.items() if decision == Decision.RETURNED}

    @invariant()
    def look(self) -> None:
        """Nothing is written where it is locked: at the agency nowhere, in a returned report but where it was asked."""
        was, before = self.before
        state, now = self.picture()
        self.before = state, now
        if was is None or was == State.DRAFT or was != state:
            return
        free = self.open_topics() if state == State.RETURNED else set()
        for key in before:
            left = [part for part in before[key][1] if part not in self.unsent]
            if key.split(".")[0] not in free and now[key] != (before[key][0], left):
                raise AssertionError(f"{key} was written while {state}")

    @invariant()
    def the_report_moved_only_by_the_table(self) -> None:
        made = self.province.rows(moves)
        assert all(State(move.to_state) in MOVES[State(move.from_state)] for move in made)
        assert all(one.to_state == two.from_state for one, two in pairwise(made))

    @invariant()
    def no_decision_is_overwritten(self) -> None:
        """Decisions are only added to; a reason may be unsent."""
        now = [tuple(row._mapping[name] for name in row._mapping if name != "reason") for row in self.rows_made()]
        assert now[: len(self.made)] == self.made
        self.made = now

    def rows_made(self) -> list[Any]:
        return sorted(self.province.rows(decisions), key=lambda row: row.id)

    @invariant()
    def what_is_verified_was_verified_topic_by_topic(self) -> None:
        state, _ = self.before
        if state == State.VERIFIED:
            newest = {row.topic: row.decision for row in self.rows_made()}
            hidden = {key.split(".")[0] for key, (private, _) in self.before[1].items() if private}
            asked = {topic["key"] for topic in self.province.rows(question_sets)[0].body["topics"]}
            assert {key for key in asked - hidden if newest.get(key) != Decision.VERIFIED} == set()

    @invariant()
    def explanations_answer_returns(self) -> None:
        returns = {row.id for row in self.rows_made() if row.decision == Decision.RETURNED}
        assert {row.decision_id for row in self.province.rows(explanations)} <= returns

    @invariant()
    def the_other_province_is_untouched(self) -> None:
        assert self.others() == self.noise


@pytest.mark.parametrize("examples", [30])
def test_any_verification_keeps_the_promises(new_store: Callable[[], Store], examples: int) -> None:
    machine = type("Machine", (Verification,), {"new_store": staticmethod(new_store)})
    few = examples if "sqlite" in new_store().url else examples // 5
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=few, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
