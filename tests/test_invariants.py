"""The seven promises of the design, each by name. The random talks of test_talk_machine.py hold them too."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select

from handlers import reports
from handlers.inbox import receive
from handlers.reports import MOVES, Forbidden
from models.audit import audit
from models.base import metadata
from models.inbox import inbox
from models.outbox import Sending, outbox
from models.report import State, moves, parts
from models.report import reports as table
from tests.province import MAIN, Person, Province

WORDS = "นักเรียน 168 คน อ่านคล่องขึ้น ยังห่วงเด็ก 9 คน"


@pytest.fixture
def warunee(province: Province) -> Person:
    return province.director().says("รายงาน")


def test_1_heard_once_and_claim_and_effects_commit_together(province: Province, warunee: Person) -> None:
    warunee.says(WORDS).again().hears_nothing()
    assert warunee.last is not None
    killed = replace(warunee.last, id="killed", message_id="killed", text="คำที่หายไปกับการล้มของเครื่อง")
    with pytest.raises(ZeroDivisionError):
        _killed_before_the_commit(province, killed)
    assert province.answer("learners.now") == [WORDS]
    assert "killed" not in [row.event_id for row in province.rows(inbox)]
    warunee.arrives(killed).hears("บันทึกแล้ว 2 ข้อความ")


def _killed_before_the_commit(province: Province, heard: object) -> None:
    with province.store.write() as db:
        assert receive(db, MAIN, heard, province.house, province.now)  # type: ignore[arg-type]
        raise ZeroDivisionError


def test_2_committed_before_said_with_a_key_of_its_own(province: Province, warunee: Person) -> None:
    warunee.says(WORDS).says("ต่อไป")
    rows = sorted((row for row in province.rows(outbox) if row.channel_id == MAIN), key=lambda row: row.id)
    assert [row.messages for row in rows] == warunee.turns
    assert {row.state for row in rows} == {Sending.SENT}
    assert len({row.once_key for row in rows}) == len({row.retry_key for row in rows}) == len(rows)


def test_3_no_words_lost_by_a_change_nor_with_the_place(province: Province, warunee: Person) -> None:
    warunee.says(WORDS).says("ต่อไป").says("แก้ 1 ส่วนปัจจุบัน").says("คำใหม่ที่แทนคำเก่าทั้งหมดในข้อนี้")
    assert province.answer("learners.now") == ["คำใหม่ที่แทนคำเก่าทั้งหมดในข้อนี้"]
    assert WORDS in [row.text for row in province.rows(parts)], "the older revision stays"
    province.forget_places()
    warunee.says("รายงาน").hears("ข้อ 1 จาก 6", "คำใหม่ที่แทนคำเก่าทั้งหมดในข้อนี้")


@given(was=some.sampled_from(State), to=some.sampled_from(State))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_4_status_moves_only_by_the_table_and_each_move_is_written_down(
    province: Province, was: State, to: State
) -> None:
    with province.store.write() as db:
        report = db.execute(select(table.c.id)).scalars().first()
        assert report is not None
        db.execute(table.update().where(table.c.id == report).values(state=was))
        before = db.execute(select(func.count()).select_from(moves)).scalar_one()
        if to in MOVES[was]:
            assert reports.move(db, "noise", report, was, to, by=1, now=province.now, why="ทดลอง")
            last = db.execute(select(moves).order_by(moves.c.id.desc())).first()
            assert last is not None
            assert (last.from_state, last.to_state, last.person_id, last.why) == (was, to, 1, "ทดลอง")
        else:
            with pytest.raises(Forbidden):
                reports.move(db, "noise", report, was, to, by=1, now=province.now)
            assert db.execute(select(func.count()).select_from(moves)).scalar_one() == before


def test_4_a_report_that_has_moved_meanwhile_is_not_moved_again(province: Province, warunee: Person) -> None:
    with province.store.write() as db:
        report = db.execute(select(table.c.id).where(table.c.channel_id == MAIN)).scalar_one()
        first = reports.move(db, MAIN, report, State.DRAFT, State.SUBMITTED, by=1, now=province.now)
        second = reports.move(db, MAIN, report, State.DRAFT, State.SUBMITTED, by=1, now=province.now)
    assert (first, second) == (True, False)


def test_5_no_row_crosses_a_border_every_table_hangs_from_a_channel() -> None:
    without = {name for name, one in metadata.tables.items() if "channel_id" not in one.c}
    assert without == {"channels", "heartbeats"}, "what is no tenant's: the processes themselves"


def test_5_no_row_crosses_a_border_by_a_quote_or_a_button(province: Province, warunee: Person) -> None:
    other = province.director("นายสุรเดช สมมติบุตร", "1031993002").says("รายงาน").says(WORDS)
    for data in other.data():
        warunee.posts_back(data).hears_not(WORDS)
    warunee.says("คำที่อ้างถึงฟองของคนอื่น ยาวพอเป็นคำตอบ", quote=other.sent[-1])
    warunee.unsends(other.sent[-1])
    assert province.answer("learners.now", "1031993002") == [WORDS]
    assert "tap.refused" in [row.action for row in province.rows(audit)]


def test_6_what_is_said_answers_what_was_asked(province: Province, warunee: Person) -> None:
    warunee.says(WORDS)
    old = len(warunee.turns) - 1
    warunee.says("ต่อไป").taps("ข้าม", turn=old).hears("คำถามก่อนหน้า", "สภาพปัจจุบัน: ตอบแล้ว")
    warunee.says("แผนของภาคเรียนหน้าที่จะทำ 2 กิจกรรม")
    assert province.answer("learners.next") == ["แผนของภาคเรียนหน้าที่จะทำ 2 กิจกรรม"]


def test_7_a_late_event_never_overwrites_newer_words(province: Province, warunee: Person) -> None:
    warunee.says(WORDS)
    then = province.now + timedelta(milliseconds=100)
    warunee.says("ต่อไป").says("แผนใหม่ที่จะทำในภาคเรียนหน้า")
    warunee.says("ข้าม", at=then).hears("สิ่งที่จะขับเคลื่อนต่อไป")
    warunee.says("ฟองของข้อแรกที่มาช้า", at=then).hears("เพิ่งมาถึงระบบ", "ข้อ 1 สภาพปัจจุบัน")
    assert province.answer("learners.now") == [WORDS, "ฟองของข้อแรกที่มาช้า"]
    assert province.answer("learners.next") == ["แผนใหม่ที่จะทำในภาคเรียนหน้า"]
