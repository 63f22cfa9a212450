"""Several people write for one school at once, the post goes from one account to the next, the agency returns reports.

No words lost, no forbidden move, and an account whose time is over writes nothing any more, whatever it says or taps.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from handlers import memberships
from handlers.heard import Heard, Kind
from handlers.reports import MOVES
from models.people import WRITERS, Role, people
from models.people import memberships as memberships_table
from models.place import places
from models.report import State, moves, parts, reports
from models.review import Decision, decisions
from models.store import Store
from tests.province import MAIN, Person, Province

SCHOOL = "1031992003"
WORDS = [
    "รายงาน", "ต่อไป", "ข้าม", "แก้ 1", "แก้ 4", "ข้อ 3", "ชี้แจง 4", "ส่ง", "ยืนยัน", "ถอนคืน", "ยืนยัน", "ลบข้อ 4", "ยืนยันลบ",
    "คืนคำตอบเดิม", "เพิ่มต่อท้าย", "ไม่แก้แล้ว", "สถานะ", "สรุป", "เมนู", "สวัสดี", "สลับ", "ไม่มี", "ยกเลิก",
]  # fmt: skip
AGENCY = ["คิว", "1", "รับรอง 4 เอกสาร", "แก้ไข 4 จำนวนไม่ตรง", "สรุปผล", "ยืนยัน", "วางไว้ก่อน", "ตรวจแล้ว", "เปิดใหม่ 4 ขอดูอีก"]
ACCOUNTS = 4
who = some.integers(0, ACCOUNTS - 1)


class Posts(RuleBasedStateMachine):
    """Four accounts, of which the first has the post and the second helps; and one verifier."""

    new_store: Callable[[], Store]

    @initialize(sent=some.booleans(), back=some.sets(some.integers(1, 6), max_size=3))
    def begin(self, sent: bool, back: set[int]) -> None:
        """Begin with nothing, or with a report that was sent, and of which perhaps some topics were returned."""
        self.province = Province(self.new_store(), datetime(2026, 1, 5, 2, 10, tzinfo=UTC))
        helper = self.province.person("ครูผู้ช่วยสมมติ").joins(SCHOOL, Role.DELEGATE)
        others = [self.province.person(f"นายคนที่ {number} สมมติ") for number in range(ACCOUNTS - 2)]
        self.people: list[Person] = [self.province.director(), helper, *others]
        self.verifier = self.province.verifier()
        self.kept: set[str] = set()
        self.refused: set[str] = set()
        self.events: list[tuple[int, Heard]] = []
        self.bubbles = 0
        if sent:
            self.somebody_goes_through_topics_and_sends(0, 6)
        if sent and back:
            self.the_agency_returns_topics(back)

    # What the database says ---------------------------------------------------------------------------------------

    def number(self, person: Person) -> int:
        with self.province.store.read() as db:
            where = people.c.line_user_id == person.user
            return int(db.execute(select(people.c.id).where(where)).scalar_one_or_none() or 0)

    def serves(self, person: Person) -> bool:
        """Tell whether somebody writes for the school now; the moment of speaking is a second ahead."""
        now, number = self.province.now + timedelta(seconds=1), self.number(person)
        mine = [row for row in self.province.rows(memberships_table) if row.person_id == number]
        return any(row.role in WRITERS and row.since <= now and (row.until is None or row.until > now) for row in mine)

    def is_asked(self, person: Person) -> bool:
        """Tell whether a question is open to somebody, and may be answered."""
        number = self.number(person)
        place = next((row for row in self.province.rows(places) if row.person_id == number), None)
        report = next((row for row in self.province.rows(reports) if place and row.id == place.report_id), None)
        if place is None or report is None or "." not in place.step or not self.serves(person):
            return False
        return report.state == State.DRAFT or (report.state == State.RETURNED and self.is_open(place.step))

    def is_open(self, question: str) -> bool:
        newest = {row.topic: row.decision for row in self.province.rows(decisions)}
        return newest.get(question.partition(".")[0]) == Decision.RETURNED

    # What people do -----------------------------------------------------------------------------------------------

    def speaks(self, one: int, words: str) -> None:
        self.people[one].says(words)
        assert self.people[one].answered == 1
        last = self.people[one].last
        assert last is not None
        self.events.append((one, last))

    @rule(one=who, word=some.sampled_from(WORDS))
    def somebody_says_a_word(self, one: int, word: str) -> None:
        self.speaks(one, word)

    @rule(one=who)
    def somebody_writes(self, one: int) -> None:
        self.bubbles += 1
        words = f"คำตอบที่ {self.bubbles} ของบัญชีที่ {one} เล่าเรื่องนักเรียน {self.bubbles} คน"
        asked, serves = self.is_asked(self.people[one]), self.serves(self.people[one])
        self.speaks(one, words)
        if asked:
            self.kept.add(words)
        if not serves:
            self.refused.add(words)

    @rule(one=who, other=who)
    def two_write_to_one_question(self, one: int, other: int) -> None:
        """Both stand at the first open question, and their bubbles come by turns."""
        for begins in (one, other):
            self.speaks(begins, "รายงาน")
        for writes in (one, other, one):
            self.somebody_writes(writes)

    @rule(one=who, data=some.data())
    def somebody_taps_any_button_ever_shown(self, one: int, data: some.DataObject) -> None:
        person = self.people[one]
        if person.turns:
            buttons = person.buttons(data.draw(some.integers(0, len(person.turns) - 1)))
            if buttons:
                person.posts_back(data.draw(some.sampled_from(buttons)).action["data"])
                assert person.answered == 1

    @rule(one=who, other=who, data=some.data())
    def somebody_taps_a_button_of_another(self, one: int, other: int, data: some.DataObject) -> None:
        shown = [button for turn in range(len(self.people[other].turns)) for button in self.people[other].buttons(turn)]
        if shown:
            self.people[one].posts_back(data.draw(some.sampled_from(shown)).action["data"])
            assert self.people[one].answered == 1

    @rule(data=some.data())
    def a_bubble_comes_late(self, data: some.DataObject) -> None:
        """It was said when its sender perhaps still served, and comes when that is perhaps over."""
        if self.events:
            self.bubbles += 1
            one, before = data.draw(some.sampled_from(self.events))
            words, mark = f"ฟองที่มาช้า {self.bubbles} เรื่องครูและนักเรียน", f"late{self.bubbles}"
            serves = self.serves(self.people[one])
            self.people[one].arrives(
                replace(before, id=mark, kind=Kind.TEXT, text=words, message_id=mark, quoted_id=None)
            )
            if not serves:
                self.refused.add(words)

    @rule(one=who, days=some.sampled_from([0, 0, 1, 3]), role=some.sampled_from([Role.DIRECTOR, Role.ACTING]))
    def the_post_goes_to_another_account(self, one: int, days: int, role: Role) -> None:
        """The one who has the post leaves, now or after some days; the other begins at once, with a code."""
        self.province.later(seconds=1)  # what was just said, was said before
        at = self.province.now + timedelta(days=days)
        with self.province.store.write() as db:
            memberships.transfer(db, MAIN, self.province.school(SCHOOL), at, self.province.now)
        for words in (self.province.code(SCHOOL, role), "ใช่", "รับทราบ"):
            self.speaks(one, words)

    @rule(one=who)
    def somebody_who_serves_is_sent_away(self, one: int) -> None:
        self.province.later(seconds=1)
        with self.province.store.write() as db:
            for found in memberships.of_person(db, MAIN, self.number(self.people[one]), self.province.now):
                memberships.end(db, MAIN, found.id, max(found.since, self.province.now), self.province.now)

    @rule(one=who, topics=some.integers(1, 6))
    def somebody_goes_through_topics_and_sends(self, one: int, topics: int) -> None:
        self.speaks(one, "รายงาน")
        for _ in range(topics):
            for word in ("", "ต่อไป", "", "ต่อไป", "ข้าม"):
                if word:
                    self.speaks(one, word)
                else:
                    self.somebody_writes(one)
        for word in ("ส่ง", "ยืนยัน"):
            self.speaks(one, word)

    @rule(back=some.sets(some.integers(1, 6), min_size=1, max_size=3))
    def the_agency_returns_topics(self, back: set[int]) -> None:
        self.verifier.says("คิว").says("1")
        for number in range(1, 7):
            self.verifier.says(f"แก้ไข {number} จำนวนไม่ตรง" if number in back else f"รับรอง {number} เอกสาร")
        self.verifier.says("สรุปผล").says("ยืนยัน")

    @rule(word=some.sampled_from(AGENCY))
    def the_agency_says(self, word: str) -> None:
        self.verifier.says(word)

    @rule(days=some.integers(1, 4))
    def time_passes(self, days: int) -> None:
        self.province.later(days=days)

    @rule()
    def the_places_are_lost(self) -> None:
        self.province.forget_places()

    # What holds ---------------------------------------------------------------------------------------------------

    @invariant()
    def no_words_are_lost(self) -> None:
        there = {row.text for row in self.province.rows(parts)}
        assert self.kept <= there

    @invariant()
    def whose_time_is_over_writes_nothing(self) -> None:
        there = {row.text for row in self.province.rows(parts)}
        assert self.refused & there == set()
        served = self.province.rows(memberships_table)
        for row in self.province.rows(parts):
            mine = [one for one in served if one.person_id == row.said_by and one.role in WRITERS]
            assert any(one.since <= row.kept_at and (one.until is None or row.kept_at < one.until) for one in mine)

    @invariant()
    def nobody_moves_the_report_without_the_post(self) -> None:
        served = self.province.rows(memberships_table)
        for move in self.province.rows(moves):
            mine = [one for one in served if one.person_id == move.person_id and one.role != Role.DELEGATE]
            assert any(one.since <= move.at and (one.until is None or move.at < one.until) for one in mine)

    @invariant()
    def the_report_moved_only_by_the_table(self) -> None:
        made = self.province.rows(moves)
        assert all(State(move.to_state) in MOVES[State(move.from_state)] for move in made)
        assert all(one.to_state == two.from_state for one, two in pairwise(made))

    @invariant()
    def every_return_has_its_reason(self) -> None:
        back = [row for row in self.province.rows(decisions) if row.decision == Decision.RETURNED]
        assert all(row.reason for row in back)


@pytest.mark.parametrize("examples", [30])
def test_any_handover_keeps_the_promises(new_store: Callable[[], Store], examples: int) -> None:
    machine = type("Machine", (Posts,), {"new_store": staticmethod(new_store)})
    few = examples if "sqlite" in new_store().url else examples // 5
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=few, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# As a plain talk ----------------------------------------------------------------------------------------------------


def test_the_successor_goes_on_in_the_middle_of_a_sentence(province: Province) -> None:
    warunee = province.director().says("รายงาน").hears("ข้อ 1 จาก 6")
    warunee.says("นักเรียน 168 คน อ่านคล่องขึ้นมาก").says("แก้ 1").says("ข้อความที่เขียนค้างไว้")
    old_button = next(button.action["data"] for button in warunee.buttons() if button.label == "ต่อไป")
    with province.store.write() as db:
        memberships.transfer(db, MAIN, province.school(SCHOOL), province.now, province.now)
    somchai = province.director("นายสมชาย ผู้มาใหม่", SCHOOL)
    somchai.says("รายงาน").hears("ข้อ 1 จาก 6", "ข้อความที่เขียนค้างไว้").says("เด็กใหม่อีก 3 คนย้ายเข้ามา")
    before = province.everything()
    warunee.says("ยังเขียนต่อได้หรือไม่ นักเรียน 9 คน").hears_not("บันทึกแล้ว", "ข้อ 1")
    warunee.posts_back(old_button).hears_not("ข้อ 1", "บันทึก")
    warunee.says("ส่ง").says("ยืนยัน").says("สรุป").hears_not("นักเรียน 168")
    assert province.everything() == before
    assert before == ["ข้อความที่เขียนค้างไว้", "เด็กใหม่อีก 3 คนย้ายเข้ามา"]
    assert "นักเรียน 168 คน อ่านคล่องขึ้นมาก" in [row.text for row in province.rows(parts)]  # an older revision


def test_two_directors_of_one_school_write_at_the_same_question_and_nothing_is_lost(province: Province) -> None:
    warunee = province.director().says("รายงาน")
    acting = province.person("นายรักษาการ สมมติ").joins(SCHOOL, Role.ACTING).says("รายงาน").hears("ข้อ 1 จาก 6")
    warunee.says("นักเรียน 168 คน อ่านคล่องขึ้นมาก")
    acting.says("ยังห่วงเด็ก 9 คนที่อ่านไม่คล่อง")
    warunee.says("ปีนี้มีเด็กย้ายเข้า 3 คน").says("ต่อไป").hears("สิ่งที่จะขับเคลื่อนต่อไป")
    assert province.answer("learners.now") == [
        "นักเรียน 168 คน อ่านคล่องขึ้นมาก",
        "ยังห่วงเด็ก 9 คนที่อ่านไม่คล่อง",
        "ปีนี้มีเด็กย้ายเข้า 3 คน",
    ]
    acting.says("ข้อความที่มาหลังจากอีกคนไปข้อถัดไปแล้ว 5 คน")
    assert "ข้อความที่มาหลังจากอีกคนไปข้อถัดไปแล้ว 5 คน" in province.everything()
