"""The round before, in talks: an answer kept as it was, changed, or not; a plan looked back on."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from handlers import questions
from models.programme import rounds
from models.report import State, answers, plan_checks, reports
from tests.province import MAIN, Person, Province
from tests.rush import heard, together

NOW_WORDS = "นักเรียนอ่านคล่องขึ้น 30 คน ยังห่วงชั้น ป.2"
PLAN = "จะเปิดชุมนุมรักการอ่านทุกวันพุธ เริ่มเดือนมิถุนายน"


def sends_a_report(director: Person) -> None:
    director.says("รายงาน").says(NOW_WORDS).says("ต่อไป").says(PLAN).says("ต่อไป").says("1 4").says("ต่อไป")
    while "ข้อ" in director.words and "ตรวจทาน" not in director.words:
        director.says("ข้าม")
    director.says("ส่ง").says("ใช่").hears("ส่งเรียบร้อยแล้ว")


def next_round(province: Province, title: str = "รอบถัดมา") -> None:
    """Close the running rounds of all provinces and open the next one here."""
    with province.store.write() as db:
        db.execute(update(rounds).values(closed_at=province.now))
        newest = questions.newest(db, MAIN)
    province.later(days=150)
    opens = province.now
    province.open_round(
        year=2569, semester=1, title=title, opens_at=opens, due_on=opens.date() + timedelta(days=30),
        question_set_id=newest,
    )  # fmt: skip


@pytest.fixture
def director(province) -> Person:
    """Return a director who has sent a report, standing at the first question of the next round."""
    found = province.director()
    sends_a_report(found)
    next_round(province)
    return found.says("รายงาน").hears("ข้อ 1", "“เหมือนเดิม”")


def kept(province: Province) -> list[str]:
    return [row.question for row in province.rows(answers) if row.kept_from is not None]


def in_this_round(province: Province, question: str) -> list[str | None]:
    return province.answer(question)[-1:]


def test_in_a_rush_it_is_offered_and_kept_as_in_calm(province):
    persons = [province.director(), province.director("นางสาวกาญจนา สมมติสกุล", "1031991002")]
    for one in persons:
        sends_a_report(one)
    next_round(province)
    for words in ("รายงาน", "เหมือนเดิม"):
        assert together(province, *(heard(one, words) for one in persons)).events == 2
        for one in persons:
            one.hears("เหมือนเดิม" if words == "รายงาน" else NOW_WORDS)
    assert kept(province) == ["learners.now"] * 2


def sends_another(director: Person) -> None:
    director.says("รายงาน").says("ครูย้ายสองคนเมื่อต้นภาคเรียน ขาดครูคณิตศาสตร์").says("ต่อไป")
    while "ข้อ" in director.words and "ตรวจทาน" not in director.words:
        director.says("ข้าม")
    director.says("ส่ง").says("ใช่").hears("ส่งเรียบร้อยแล้ว")


def test_the_newest_report_of_an_earlier_round_is_the_last(province):
    director = province.director()
    sends_a_report(director)
    next_round(province)
    sends_another(director)
    next_round(province, "รอบที่สาม")
    director.says("รายงาน").says("เหมือนเดิม").hears("ครูย้ายสองคน").hears_not(NOW_WORDS)


def test_a_report_that_came_back_is_not_its_own_last_one(province):
    director = province.director()
    sends_a_report(director)
    next_round(province)
    sends_another(director)
    returned(province)
    director.says("แก้ 1").says("แทนที่").says("เหมือนเดิม").hears(NOW_WORDS)


def returned(province: Province) -> None:
    """Let the newest report be one that was given back."""
    with province.store.write() as db:
        newest = max(row.id for row in province.rows(reports) if row.channel_id == MAIN)
        db.execute(update(reports).where(reports.c.id == newest).values(state=State.RETURNED))


def test_an_answer_is_kept_by_a_tap_and_shown(province, director):
    director.taps("เหมือนเดิม").hears("เก็บคำตอบรอบก่อน", "ปีการศึกษา 2568 ภาคเรียนที่ 2", NOW_WORDS)
    assert province.answer("learners.now") == [NOW_WORDS, NOW_WORDS]
    assert kept(province) == ["learners.now"]
    director.taps("เก็บตามเดิม").hears("บันทึกข้อ 1 สภาพปัจจุบัน แล้ว", "สิ่งที่จะขับเคลื่อนต่อไป")


def test_typed_words_do_the_same_and_may_be_changed(province, director):
    director.says("เหมือนเดิมครับ").hears(NOW_WORDS).says("นักเรียนอ่านคล่องทุกคนแล้ว ยกเว้นเด็กพิเศษ 2 คน").hears("เปลี่ยนคำตอบ")
    assert province.answer("learners.now") == [NOW_WORDS, "นักเรียนอ่านคล่องทุกคนแล้ว ยกเว้นเด็กพิเศษ 2 คน"]
    assert kept(province) == []


def test_words_said_before_keeping_are_not_lost(province, director):
    director.says("ปีนี้ดีขึ้นมากกว่าเดิม").says("เหมือนเดิม").hears(NOW_WORDS)
    director.taps("คืนคำตอบเดิม").hears("ปีนี้ดีขึ้นมากกว่าเดิม")
    assert in_this_round(province, "learners.now") == ["ปีนี้ดีขึ้นมากกว่าเดิม"]
    assert kept(province) == []


def test_choices_are_kept_too(province, director):
    director.says("เหมือนเดิม").says("ต่อไป").says("เหมือนเดิม").says("ต่อไป").hears("ความช่วยเหลือ", "“เหมือนเดิม”")
    director.taps("เหมือนเดิม").hears("งบ, อบรม/โค้ช").taps("เก็บตามเดิม").hears("ข้อ 2")
    assert kept(province) == ["learners.now", "learners.next", "learners.needs"]


def test_without_an_earlier_answer_the_words_are_the_answer(province, director):
    director.says("เหมือนเดิม").says("ต่อไป").says("ข้อ 2").hears("ข้อ 2").hears_not("“เหมือนเดิม”")
    director.says("เหมือนเดิม").hears("บันทึกแล้ว 1 ข้อความ")
    assert province.answer("curriculum.now") == ["เหมือนเดิม"]


def test_what_is_said_like_an_answer_stays_one(province, director):
    director.says("ยังเหมือนเดิม").hears("บันทึกแล้ว 1 ข้อความ")
    assert kept(province) == []


def test_an_old_button_keeps_nothing(province, director):
    director.says("ปีนี้อ่านคล่องขึ้นอีกมาก").says("ต่อไป")
    director.taps("เหมือนเดิม", turn=-3).hears("ปุ่มนี้เป็นของคำถามก่อนหน้า")
    assert kept(province) == []


def test_the_plan_comes_back_once(province, director):
    director.says("เหมือนเดิม").says("ต่อไป").hears("แผนในรอบก่อน", PLAN, "ถึงไหนแล้ว")
    director.taps("กำลังทำ").hears("แผนรอบก่อนข้อ 1: กำลังทำ", "ข้อ 1 จาก 6").hears_not("ถึงไหนแล้ว")
    assert [(row.question, row.state) for row in province.rows(plan_checks)] == [("learners.next", "doing")]
    director.says("ทำแล้ว").hears("บันทึกแล้ว 1 ข้อความ")
    assert in_this_round(province, "learners.next") == ["ทำแล้ว"]


def test_the_plan_may_be_looked_back_on_in_words_or_not_at_all(province, director):
    director.says("ต่อไป").says("ข้าม").hears("ถึงไหนแล้ว")
    director.says("ยังไม่ได้เริ่มค่ะ").hears("ยังไม่เริ่ม")
    assert [row.state for row in province.rows(plan_checks)] == ["not_begun"]
    director.says("จะเพิ่มห้องสมุดเคลื่อนที่ให้ทุกชั้น").says("ต่อไป").hears("ความช่วยเหลือ")


def test_nothing_comes_back_in_the_first_round_or_from_a_draft(province):
    director = province.director()
    director.says("รายงาน").hears_not("“เหมือนเดิม”").says(NOW_WORDS)
    next_round(province)
    director.says("รายงาน").hears("ข้อ 1").hears_not("“เหมือนเดิม”")


def test_nothing_comes_back_from_another_school_or_province(province, director):
    other = province.director("นายสุรเดช สมมติบุตร", "1031993002")
    other.says("รายงาน").hears("ข้อ 1").hears_not("“เหมือนเดิม”")
    number = next(row.id for row in province.rows(answers) if row.question == "learners.now")
    other.posts_back(f"do=same&r=1&q=learners.now&n=1&v={number}")
    assert kept(province) == []
