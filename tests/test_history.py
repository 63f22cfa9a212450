"""A report as it was: what was there at any moment is what history says of that moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from handlers import answer_rows, history, reports
from handlers.heard import Kind
from models.inbox import inbox
from models.report import AnswerState, State, answers, parts, revisions
from models.report import reports as table
from models.store import Store
from tests.province import Person, Province

DIRECTOR = [
    "รายงาน", "ต่อไป", "ต่อไป", "ข้าม", "แก้ 1", "แก้ 2", "คืนคำตอบเดิม", "เพิ่มเติมข้อ 1 มีเด็กย้ายเข้า 3 คน", "ลบ", "ลบข้อ 1",
    "ยืนยันลบ", "ไม่แก้แล้ว", "1 3", "ข้อ 6", "ไม่มี", "ให้เห็นเฉพาะจังหวัด", "ให้ต้นสังกัดเห็นด้วย", "ส่ง", "ยืนยัน", "ถอนคืน",
    "ยืนยัน", "ชี้แจง 1",
    "คำตอบของโรงเรียนที่ยาวพอสำหรับข้อนี้", "นักเรียนอ่านคล่องขึ้นจาก 20 เป็น 31 คน", "เสร็จ", "ย้อนกลับ",
]  # fmt: skip
VERIFIER = [
    "คิว",
    "1",
    "รับรอง 1 เอกสาร",
    "แก้ไข 2 จำนวนไม่ตรง",
    "แก้ไข 1 ขอจำนวน",
    "วางไว้ก่อน",
    "สรุปผล",
    "ยืนยัน",
    "เปิดใหม่ 1 ขอดู",
]
ACTS = some.one_of(
    some.tuples(some.just("director"), some.sampled_from(DIRECTOR)),
    some.tuples(some.just("verifier"), some.sampled_from(VERIFIER)),
    some.tuples(some.sampled_from(["photo", "unsend", "tap", "whole", "verify"]), some.integers(0, 200)),
)


class Watched:
    """A school and its verifier, with a picture of the report after everything that was done."""

    def __init__(self, store: Store) -> None:
        self.province = Province(store, datetime(2026, 1, 5, 2, 10, tzinfo=UTC))
        self.director: Person = self.province.director()
        self.verifier: Person = self.province.verifier()
        self.seen: list[tuple[datetime, Any]] = []

    def does(self, what: str, how: str | int) -> None:
        if what in ("director", "verifier"):
            getattr(self, what).says(str(how))
        elif what == "photo":
            self.director.sends(Kind.IMAGE)
        elif what == "unsend" and self.director.sent:
            self.director.unsends(self.director.sent[int(how) % len(self.director.sent)])
        elif what == "tap" and (buttons := self.director.buttons()):
            self.director.posts_back(buttons[int(how) % len(buttons)].action["data"])
        elif what == "whole":
            self.whole()
        elif what == "verify":
            for number in range(1, 7):
                self.verifier.says(f"รับรอง {number} เอกสาร")
        self.looks()

    def whole(self) -> None:
        """Answer whatever is open, and send."""
        self.director.says("รายงาน")
        for _ in range(6):
            self.director.says("คำตอบที่ยาวพอของโรงเรียน 168 คน").says("ต่อไป").says("คำตอบที่ยาวพอ 9 คน").says("ต่อไป").says(
                "ข้าม"
            )
            self.looks()
        self.director.says("ส่ง").says("ยืนยัน")

    def looks(self) -> None:
        self.seen.append((self.province.now, self.picture()))

    def number(self) -> int | None:
        with self.province.store.read() as db:
            where = (table.c.channel_id == "main",)
            found: int | None = db.execute(select(table.c.id).where(*where)).scalar()
            return found

    def picture(self) -> Any:
        """Return what the live report shows: state, reference, and the parts of every answer that was begun."""
        number = self.number()
        if number is None:
            return None
        with self.province.store.read() as db:
            row = db.execute(select(table.c.state, table.c.reference).where(table.c.id == number)).one()
            kept = reports.parts_of(db, number)
            found = {
                key: (one.revision, one.state, one.private, [part.id for part in kept.get(key, [])])
                for key, one in answer_rows.answers_of(db, number).items()
            }
        begun = {key: one for key, one in found.items() if one[3] or one[:3] != (1, AnswerState.OPEN, False)}
        return row.state, row.reference, begun

    def gone(self) -> set[int]:
        """Return the parts that were unsent: no moment shows them any more."""
        return {
            part.id
            for part in self.province.rows(parts)
            if part.removed_at is not None and part.line_message_id in self.unsent()
        }

    def unsent(self) -> set[str]:
        return {row.message_id for row in self.province.rows(inbox) if row.raw == {"forgotten": True}}

    def check(self) -> None:
        number, gone = self.number(), self.gone()
        for moment, then in self.seen:
            with self.province.store.read() as db:
                past = history.as_of(db, "main", number, moment) if number else None
            assert _said(past) == _without(then, gone), moment


def _said(past: history.Past | None) -> Any:
    if past is None:
        return None
    begun = {
        key: (one.revision, one.state, one.private, [part.id for part in one.parts])
        for key, one in past.answers.items()
    }
    return past.state, past.reference, begun


def _without(then: Any, gone: set[int]) -> Any:
    if then is None:
        return None
    state, reference, found = then
    left = {key: (*one[:3], [part for part in one[3] if part not in gone]) for key, one in found.items()}
    begun = {key: one for key, one in left.items() if one[3] or one[:3] != (1, AnswerState.OPEN, False)}
    return state, reference, begun


@pytest.mark.parametrize("examples", [60])
def test_what_was_shown_is_what_history_says(new_store: Callable[[], Store], examples: int) -> None:
    few = examples if "sqlite" in new_store().url else examples // 4

    @settings(max_examples=few, deadline=None, suppress_health_check=list(HealthCheck))
    @given(some.lists(ACTS, min_size=5, max_size=40))
    def play(acts: list[tuple[str, Any]]) -> None:
        watched = Watched(new_store())
        for act in acts:
            watched.does(*act)
        watched.check()

    play()


def test_every_moment_of_a_whole_circle(store: Store) -> None:
    watched = Watched(store)
    acts: list[tuple[str, str | int]] = [
        ("whole", 0), ("director", "ถอนคืน"), ("director", "ยืนยัน"), ("director", "แก้ 3"),
        ("photo", 0), ("director", "ลบข้อ 3"), ("director", "ยืนยันลบ"), ("director", "คำตอบใหม่ของข้อ 3 ที่ยาวพอ"),
        ("director", "แก้ 1"),
        ("director", "คำตอบใหม่ของข้อ 1 มีนักเรียน 170 คน"), ("director", "ข้อ 6"), ("director", "ให้เห็นเฉพาะจังหวัด"),
        ("director", "ส่ง"), ("director", "ยืนยัน"), ("verifier", "คิว"), ("verifier", "1"), ("verify", 0),
        ("verifier", "แก้ไข 2 จำนวนไม่ตรง"), ("verifier", "สรุปผล"), ("verifier", "ยืนยัน"), ("director", "แก้ 2"),
        ("director", "คำตอบใหม่ของข้อ 2 ครบแล้ว"), ("director", "คืนคำตอบเดิม"), ("photo", 0), ("director", "ส่ง"),
        ("director", "ยืนยัน"), ("verifier", "คิว"), ("verifier", "1"), ("verifier", "รับรอง 2 เอกสาร"),
        ("verifier", "สรุปผล"), ("verifier", "ยืนยัน"), ("verifier", "ตรวจแล้ว"), ("verifier", "1"),
        ("verifier", "เปิดใหม่ 1 มีข้อมูลใหม่"),
    ]  # fmt: skip
    for act in acts:
        watched.does(*act)
    watched.check()
    states = [then[0] for _, then in watched.seen if then]
    assert set(states) == set(State)
    with store.read() as db:
        done = history.deeds(db, "main", watched.number() or 0)
        assert history.as_of(db, "noise", watched.number() or 0, watched.province.now) is None
        assert history.deeds(db, "noise", watched.number() or 0) == []
    assert [deed.at for deed in done] == sorted(deed.at for deed in done)
    assert {deed.what for deed in done} >= {"verified", "returned", "reopened", "submitted", "reviewing", "draft"}
    assert all(deed.person for deed in done)


def test_before_a_report_was_begun_there_is_none(store: Store) -> None:
    watched = Watched(store)
    watched.does("director", "รายงาน")
    with store.read() as db:
        number = watched.number() or 0
        assert history.as_of(db, "main", number, watched.province.now - timedelta(days=1)) is None
        assert history.as_of(db, "main", 999_999, watched.province.now) is None


def test_an_answer_of_before_changes_were_noted_is_shown_as_it_is(store: Store) -> None:
    watched = Watched(store)
    watched.does("whole", 0)
    with store.write() as db:
        db.execute(revisions.delete())
        db.execute(answers.update().where(answers.c.question == "learners.now").values(revision=1))
    with store.read() as db:
        past = history.as_of(db, "main", watched.number() or 0, watched.province.now)
    assert past is not None
    assert past.answers["learners.now"].state == AnswerState.DONE


def test_each_change_says_who_and_when(store: Store) -> None:
    watched = Watched(store)
    watched.does("whole", 0)
    changed = watched.province.rows(revisions)
    assert len({row.person_id for row in changed}) == 1
    assert all(row.at <= watched.province.now for row in changed)
    assert [row.state for row in changed].count(AnswerState.DONE) >= 10
