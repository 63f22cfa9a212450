"""Any sequence of words, taps, photos, redeliveries, late events and lost places: the promises hold.

No words lost, no wrong write, one answer a turn, no paid message, no forbidden move, no limit of LINE broken.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
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

from handlers.heard import Heard, Kind
from handlers.reports import MOVES
from models.outbox import Policy, outbox
from models.people import people
from models.place import places
from models.report import State, moves, parts, reports
from models.store import Store
from tests.province import Person, Province

WORDS = [
    "รายงาน", "ต่อไป", "เสร็จ", "ข้าม", "ย้อนกลับ", "สรุป", "แก้ 1", "แก้ไขข้อ ๒ ส่วนต่อไป", "ส่ง", "ยืนยัน", "สถานะ", "พัก",
    "เมนู", "ช่วยเหลือ", "ถอนคืน", "ไม่มี", "ใช่", "ไม่ใช่", "ไม่แก้แล้ว", "เพิ่มต่อท้าย", "ลบที่ตอบข้อ 3", "1 3", "ข้อ 6", "99",
    "ให้เห็นเฉพาะจังหวัด",
    "555", "👍", "", " ", "ขอบคุณมาก", "สวัสดี", "l5kot", "9jvwx", "ยังไม่ส่ง", "พรุ่งนี้เช้า", "-", "RG-ABCDE-23456",
]  # fmt: skip
ONWARD = ["รายงาน", "ต่อไป", "ข้าม", "ต่อไป", "ไม่มี", "ส่ง", "ยืนยัน"]


class Talks(RuleBasedStateMachine):
    """One director of one school, everything that may happen, in any order."""

    new_store: Callable[[], Store]

    @initialize()
    def begin(self) -> None:
        self.province = Province(self.new_store(), datetime(2026, 1, 5, 2, 10, tzinfo=UTC))
        self.person: Person = self.province.director()
        self.noise = self.others()
        self.kept: set[str] = set()
        self.events: list[Heard] = []
        self.bubbles = 0

    def asked(self) -> bool:
        """Tell whether a question is open and may be answered, as the database has it."""
        with self.province.store.read() as db:
            place = db.execute(select(places).where(places.c.person_id == self.number(db))).first()
            state = (
                db.execute(select(reports.c.state).where(reports.c.id == place.report_id)).scalar() if place else None
            )
        return place is not None and "." in place.step and state in (State.DRAFT, State.RETURNED)

    def number(self, db: Any) -> int:
        found: int = db.execute(select(people.c.id).where(people.c.line_user_id == self.person.user)).scalar_one()
        return found

    def heard_one_answer(self) -> None:
        assert self.person.answered == 1
        assert self.person.last is not None
        self.events.append(self.person.last)

    @rule(word=some.sampled_from(WORDS))
    def types_a_word(self, word: str) -> None:
        self.person.says(word)
        self.heard_one_answer()

    @rule(word=some.sampled_from(ONWARD))
    def goes_on(self, word: str) -> None:
        self.person.says(word)
        self.heard_one_answer()

    @rule()
    def answers(self) -> None:
        self.bubbles += 1
        words = f"คำตอบที่ {self.bubbles} ของโรงเรียน เล่าเรื่องนักเรียน {self.bubbles} คน"
        open_now = self.asked()
        self.person.says(words)
        if open_now:
            self.kept.add(words)
        self.heard_one_answer()

    @rule(
        kind=some.sampled_from([Kind.IMAGE, Kind.AUDIO, Kind.FILE, Kind.VIDEO, Kind.STICKER, Kind.LOCATION, Kind.OTHER])
    )
    def sends(self, kind: Kind) -> None:
        self.person.sends(kind, file_name="../../etc/passwd" if kind == Kind.FILE else None)
        self.heard_one_answer()

    @precondition(lambda self: self.person.turns)
    @rule(data=some.data())
    def taps_any_button_ever_shown(self, data: some.DataObject) -> None:
        turn = data.draw(some.integers(0, len(self.person.turns) - 1))
        buttons = self.person.buttons(turn)
        if buttons:
            self.person.posts_back(data.draw(some.sampled_from(buttons)).action["data"])
            self.heard_one_answer()

    @rule(junk=some.text(max_size=60))
    def makes_a_button_by_hand(self, junk: str) -> None:
        self.person.posts_back(junk)
        self.heard_one_answer()

    @precondition(lambda self: self.events)
    @rule(data=some.data())
    def line_delivers_an_old_event_again(self, data: some.DataObject) -> None:
        self.person.arrives(data.draw(some.sampled_from(self.events)))
        assert self.person.answered == 0

    @precondition(lambda self: self.events)
    @rule(data=some.data())
    def a_bubble_arrives_late(self, data: some.DataObject) -> None:
        self.bubbles += 1
        words = f"ฟองที่มาช้าหมายเลข {self.bubbles} เรื่องครูและนักเรียน"
        before = data.draw(some.sampled_from(self.events))
        late = replace(
            before,
            id=f"late{self.bubbles}",
            kind=Kind.TEXT,
            text=words,
            message_id=f"late{self.bubbles}",
            quoted_id=None,
        )
        where = self.where()
        self.person.arrives(late)
        assert self.person.answered == 1
        if late.at < self.events[-1].at:
            assert self.where() == where

    def where(self) -> Any:
        with self.province.store.read() as db:
            return db.execute(select(places.c.step, places.c.memo).where(places.c.person_id == self.number(db))).first()

    @precondition(lambda self: self.person.sent)
    @rule(data=some.data())
    def unsends(self, data: some.DataObject) -> None:
        mark = data.draw(some.sampled_from(self.person.sent))
        with self.province.store.read() as db:
            words = db.execute(select(parts.c.text).where(parts.c.line_message_id == mark)).scalars().all()
        self.person.unsends(mark)
        self.kept -= set(filter(None, words))
        assert self.person.answered == 0

    @rule(days=some.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.province.later(days=days)

    @rule()
    def the_place_is_lost(self) -> None:
        self.province.forget_places()

    @invariant()
    def no_words_are_lost(self) -> None:
        """Invariant 3: whatever was said to an open question is there, in this or an older revision."""
        with self.province.store.read() as db:
            there = set(db.execute(select(parts.c.text)).scalars())
        assert self.kept <= there

    @invariant()
    def the_report_moved_only_by_the_table(self) -> None:
        """Invariant 4."""
        made = self.province.rows(moves)
        assert all(State(move.to_state) in MOVES[State(move.from_state)] for move in made)
        assert all(one.to_state == two.from_state for one, two in pairwise(made))

    @invariant()
    def nothing_is_paid_for(self) -> None:
        """Everything said so far went out with a reply token, or waits for the next visit."""
        unpaid = select(outbox.c.id).where(outbox.c.reply_token.is_(None), outbox.c.policy == Policy.PUSH)
        with self.province.store.read() as db:
            assert db.execute(unpaid).first() is None

    @invariant()
    def the_other_province_is_untouched(self) -> None:
        """Invariant 5."""
        assert self.others() == self.noise

    def others(self) -> list[Any]:
        with self.province.store.read() as db:
            return [
                tuple(row)
                for row in db.execute(select(parts).where(parts.c.channel_id == "noise").order_by(parts.c.id))
            ]


@pytest.mark.parametrize("examples", [40])
def test_any_talk_keeps_the_promises(new_store: Callable[[], Store], examples: int) -> None:
    machine = type("Machine", (Talks,), {"new_store": staticmethod(new_store)})
    few = examples if "sqlite" in new_store().url else examples // 4  # PostgreSQL makes a database for each
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=few, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_time_of_a_late_event_is_lines_own(new_store: Callable[[], Store], now: datetime) -> None:
    province = Province(new_store(), now)
    warunee = province.director().says("รายงาน").says("คำตอบแรกที่ยาวพอสำหรับข้อนี้")
    warunee.says("ฟองก่อนหน้าที่มาช้า", at=province.now - timedelta(milliseconds=200))
    assert province.answer("learners.now") == ["ฟองก่อนหน้าที่มาช้า", "คำตอบแรกที่ยาวพอสำหรับข้อนี้"]
