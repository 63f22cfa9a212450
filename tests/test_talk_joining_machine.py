"""Strangers, coordinators, a verifier say and tap anything in any order: only a code or a coordinator lets one in.

Old buttons, buttons of others, hand-made ones, redelivered and late events are among it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from handlers import agencies
from handlers.heard import Kind
from models.people import SUBMITTERS, Request, Role, join_requests, memberships, schools
from models.store import Store
from tests.province import Person, Province
from tests.test_talk_requests import number, office

WORDS = [
    "บ้านหนองสมมติ", "ผอ.รร.บ้านสวายตัวอย่าง", "1031993002", "นางรอง", "บ้านสวาย", "1", "2", "3", "๑", "99", "ผอ", "รักษาการ",
    "ครูช่วยกรอก", "นายสมมติ ตัวอย่าง", "ใช่", "ใช่", "ไม่ใช่", "ยกเลิก", "คำขอ", "คำขอ", "อนุมัติ 1", "อนุมัติ 2", "ปฏิเสธ 1",
    "ปฏิเสธ 1 ไม่รู้จัก", "เหตุผลใด ๆ", "12 ม.ค. 2569", "รับทราบ", "รายงาน", "สลับ", "เพิ่มโรงเรียน", "เมนู", "คิว", "สวัสดี", "",
    "👍", "RG-ABCDE-23456", "เริ่ม", "ส่ง", "ยืนยัน",
]  # fmt: skip
HAND_MADE = [
    "grant_request", "refuse_request", "replace_now", "keep_both", "found", "as", "yes", "hat", "school", "approve",
    "named", "requests", "desk", "confirm", "submit", "", "numbers",
]  # fmt: skip
who = some.integers(0, 5)


class Joining(RuleBasedStateMachine):
    """Two strangers, a director, coordinators of two agencies, a verifier."""

    new_store: Callable[[], Store]

    @initialize()
    def begin(self) -> None:
        self.province = Province(self.new_store(), datetime(2026, 1, 5, 2, 10, tzinfo=UTC))
        third, second = "สพป.บุรีรัมย์ เขต 3", "สพป.บุรีรัมย์ เขต 2"
        self.people: list[Person] = [
            self.province.person("คนแรก"),
            self.province.person("คนที่สอง"),
            self.province.director(code="1031993002"),
            office(self.province, Role.COORDINATOR, third),
            office(self.province, Role.COORDINATOR, second),
            office(self.province, Role.VERIFIER, third),
        ]
        offices = {number(self.province, self.people[3]): third, number(self.province, self.people[4]): second}
        with self.province.store.read() as db:
            book = agencies.book(db, "main")
            self.scopes = {person: book.below(book.find(name) or 0) for person, name in offices.items()}
        self.noise = self.of("noise")

    def of(self, channel: str) -> list[Any]:
        return [tuple(row) for row in self.province.rows(memberships) if row.channel_id == channel]

    @rule(one=who, words=some.sampled_from(WORDS))
    def says(self, one: int, words: str) -> None:
        assert self.people[one].says(words).answered == 1

    @rule(
        one=some.integers(0, 2), school=some.sampled_from(["1031993002", "1031992003"]), role=some.sampled_from("123")
    )
    def asks_to_join(self, one: int, school: str, role: str) -> None:
        for words in ("เพิ่มโรงเรียน", school, role, "นายสมมติ ตัวอย่าง", "ใช่"):
            self.people[one].says(words)

    @rule(
        one=some.integers(3, 4),
        decides=some.sampled_from(["อนุมัติ 1", "ปฏิเสธ 1 ไม่รู้จัก", "เมนู"]),
        then=some.sampled_from("123"),
    )
    def looks_at_what_waits(self, one: int, decides: str, then: str) -> None:
        for words in ("คำขอ", decides, then):
            self.people[one].says(words)

    @rule(one=who, other=who, pick=some.integers(0, 10_000))
    def taps_any_button_ever_shown_to_anybody(self, one: int, other: int, pick: int) -> None:
        data = [
            button.action["data"]
            for turn in range(len(self.people[other].turns))
            for button in self.people[other].buttons(turn)
            if "data" in button.action
        ]
        if data:
            assert self.people[one].posts_back(data[pick % len(data)]).answered == 1

    @rule(one=who, do=some.sampled_from(HAND_MADE), value=some.sampled_from(["0", "1", "2", "3", "x", "director", ""]))
    def posts_something_made_by_hand(self, one: int, do: str, value: str) -> None:
        assert self.people[one].posts_back(f"do={do}&v={value}").answered == 1

    @rule(one=who)
    def is_heard_once_more(self, one: int) -> None:
        if self.people[one].last is not None:
            assert self.people[one].again().answered == 0

    @rule(one=who, words=some.sampled_from(WORDS))
    def says_something_that_comes_late(self, one: int, words: str) -> None:
        last = self.people[one].last
        if last is not None:
            self.people[one].says(words, at=last.at)

    @rule(one=who, kind=some.sampled_from([Kind.STICKER, Kind.IMAGE, Kind.FOLLOW]))
    def sends_something_else(self, one: int, kind: Kind) -> None:
        assert self.people[one].does(kind, message_id=f"x{next(self.province.events)}").answered == 1

    @rule()
    def the_places_are_lost(self) -> None:
        self.province.forget_places()

    @rule(days=some.integers(1, 8))
    def time_passes(self, days: int) -> None:
        self.province.later(days=days)

    @invariant()
    def nobody_is_in_but_by_a_code_or_a_coordinator_of_the_agency(self) -> None:
        agency = {row.id: row.agency_id for row in self.province.rows(schools)}
        for row in self.province.rows(memberships):
            if row.invite_id is None:
                assert agency[row.school_id] in self.scopes[row.approved_by]
                assert row.person_id != row.approved_by
                assert Role(row.role) in {*SUBMITTERS, Role.DELEGATE}

    @invariant()
    def every_request_is_decided_once_and_by_whom_it_concerns(self) -> None:
        granted = [row for row in self.province.rows(join_requests) if row.state == Request.GRANTED]
        approved = [row for row in self.province.rows(memberships) if row.approved_by is not None]
        assert len(granted) == len(approved)
        for row in self.province.rows(join_requests):
            decided_by = {Request.ASKED: {None}, Request.WITHDRAWN: {row.person_id}}
            scopes = {person for person, scope in self.scopes.items() if row.agency_id in scope}
            assert row.decided_by in decided_by.get(Request(row.state), scopes)

    @invariant()
    def the_other_province_is_untouched(self) -> None:
        assert self.of("noise") == self.noise


@pytest.mark.parametrize("examples", [40])
def test_nobody_talks_oneself_in(new_store: Callable[[], Store], examples: int) -> None:
    machine = type("Machine", (Joining,), {"new_store": staticmethod(new_store)})
    few = examples if "sqlite" in new_store().url else examples // 8  # PostgreSQL makes a database for each
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=few, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
