"""What schools ask for, as talks: made when a report is sent, taken and answered by staff, told to the director."""

from dataclasses import replace

import pytest

from models.asking import Asked, asks
from models.audit import audit
from models.inbox import inbox
from models.outbox import Policy, outbox
from models.people import Role
from tests.province import Person, Province
from tests.test_races import event, overlapping
from tests.test_talk_requests import office
from tests.whole_report import LONG, reports

TWO, THREE = "สพป.บุรีรัมย์ เขต 2", "สพป.บุรีรัมย์ เขต 3"
ROAD = "ขอให้ช่วยเรื่องถนนเข้าโรงเรียนที่น้ำท่วมทุกปี"


@pytest.fixture
def chief(province: Province) -> Person:
    return office(province, Role.COORDINATOR, None)


@pytest.fixture
def boss(province: Province) -> Person:
    return office(province, Role.COORDINATOR, TWO)


def rows(province: Province) -> list[tuple[str, str, str]]:
    return sorted((row.question, row.need, row.state) for row in province.rows(asks))


def numbers(province: Province) -> list[int]:
    return sorted(row.id for row in province.rows(asks))


def actions(province: Province) -> list[str]:
    return [row.action for row in province.rows(audit) if row.channel_id == "main" and row.action.startswith("ask")]


def refusals(province: Province) -> int:
    return sum(row.action == "tap.refused" for row in province.rows(audit))


def test_the_whole_way_from_a_need_to_its_answer(province: Province, warunee: Person, boss: Person) -> None:
    reports(warunee, "1 4", topic_6=ROAD)
    assert rows(province) == [
        ("learners.needs", "budget", Asked.OPEN),
        ("learners.needs", "coaching", Asked.OPEN),
        ("more.open", "", Asked.OPEN),
    ]
    boss.says("เมนู").hears("ขอความช่วยเหลือ ยังไม่ได้ตอบ 3", "เรื่องขอ").taps("เรื่องขอ")
    boss.hears("1. บ้านสวายตัวอย่าง อ.กระสัง", "ขอ: งบ · คุณภาพผู้เรียน", "ขอ: อบรม/โค้ช", ROAD, "ยังไม่มีผู้รับเรื่อง")
    boss.says("รับเรื่อง 3").hears("รับเรื่องของ บ้านสวายตัวอย่าง ไว้แล้ว", ROAD, "ท่านรับเรื่องไว้")
    warunee.says("เรื่องที่ขอ").hears("มีผู้รับเรื่องแล้ว", "ขอไว้ (3 เรื่อง)", "กำลังดำเนินการ")
    boss.says("ตอบ 3").hears("พิมพ์คำตอบ", ROAD).says("แจ้งทางหลวงชนบทแล้ว จะซ่อมเดือนหน้า")
    boss.hears("ส่งคำตอบถึง บ้านสวายตัวอย่าง แล้ว", "แสดง 2")
    boss.says("ตอบ 1 มีงบเหลือจ่าย ขอให้ทำบันทึกขอ").hears("ส่งคำตอบ", "ทำบันทึกขอ")
    warunee.says("สวัสดี").hears("มีคำตอบเรื่องที่ บ้านสวายตัวอย่าง ขอ", "จะซ่อมเดือนหน้า", "ทำบันทึกขอ")
    warunee.says("เรื่องที่ขอ").hears("คำตอบ: แจ้งทางหลวงชนบทแล้ว", "คำตอบ: มีงบเหลือจ่าย", "ยังไม่มีผู้รับเรื่อง")
    told = [row for row in province.rows(outbox) if "จะซ่อม" in str(row.messages) and row.kind == "notice"]
    assert [row.policy for row in told] == [Policy.PUSH]
    trail = [one for one in actions(province) if one != "asks.viewed"]
    assert trail == ["asks.opened", "ask.taken", "ask.answered", "ask.answered"]
    assert "ซ่อม" not in str([row.detail for row in province.rows(audit)])


def test_nothing_asked_for_makes_no_row(province: Province, warunee: Person, boss: Person) -> None:
    reports(warunee, "7", topic_6="ไม่มี")
    assert rows(province) == []
    warunee.says("เรื่องที่ขอ").hears("ยังไม่มีเรื่องที่ขอไว้")
    boss.says("เรื่องขอ").hears("ไม่มีเรื่องที่โรงเรียนขอ")


def test_sending_again_adds_what_is_new_and_leaves_what_is_answered(
    province: Province, warunee: Person, boss: Person
) -> None:
    reports(warunee, "1", "2")
    boss.says("เรื่องขอ").says("ตอบ 1 มีงบเหลือจ่าย ขอให้ทำบันทึกขอ")
    warunee.says("ถอนคืน").says("ยืนยัน").hears("แก้")
    boss.says("เรื่องขอ").hears("ไม่มีเรื่อง").says("เมนู").hears_not("ขอความช่วยเหลือ")
    warunee.says("แก้ไขข้อ 2 ส่วนความช่วยเหลือ").says("3").taps("คน").says("ต่อไป")
    warunee.says("ส่ง").says("ยืนยัน").hears("เลขรับ").again()
    assert rows(province) == [
        ("curriculum.needs", "materials", Asked.OPEN),
        ("learners.needs", "budget", Asked.ANSWERED),
    ]
    boss.says("เรื่องขอ").hears("สื่อ/อุปกรณ์").hears_not("ขอ: คน", "งบ")


def test_what_is_marked_for_the_province_is_seen_there_only(
    province: Province, warunee: Person, boss: Person, chief: Person
) -> None:
    pranee = province.verifier()
    reports(warunee, "1", topic_6=ROAD, private=True)
    secret = next(row.id for row in province.rows(asks) if row.private)
    for person in (boss, pranee):
        person.says("เรื่องขอ").hears("งบ").hears_not(ROAD)
        person.posts_back(f"do=take_ask&v={secret}").hears("ไม่พบเรื่องนี้").hears_not(ROAD)
        person.posts_back(f"do=answer_ask&v={secret}").hears("ไม่พบเรื่องนี้").hears_not(ROAD)
    assert refusals(province) == 4
    boss.says("เมนู").hears("ยังไม่ได้ตอบ 1")
    chief.says("เมนู").hears("ยังไม่ได้ตอบ 2")
    chief.says("เรื่องขอ").hears(ROAD, "เห็นเฉพาะจังหวัด", "งบ").says("ตอบ 2 จังหวัดจะประสาน อบต.").hears("ส่งคำตอบ")
    warunee.says("เรื่องที่ขอ").hears("จังหวัดจะประสาน อบต.")


def test_a_verifier_takes_and_answers_what_the_agency_may_see(province: Province, warunee: Person) -> None:
    pranee = province.verifier()
    reports(warunee, "1")
    pranee.says("เรื่องขอ").hears("งบ").taps("รับเรื่อง 1").hears("รับเรื่องของ").taps("ตอบ 1").hears("พิมพ์คำตอบ")
    pranee.says("ยกเลิก").hears("ท่านรับเรื่องไว้").says("ตอบ 1 ได้งบแล้ว 5,000 บาท").hears("ไม่มีเรื่องที่โรงเรียนขอ")
    pranee.says("คิว").hears("บ้านสวายตัวอย่าง")
    assert rows(province) == [("learners.needs", "budget", Asked.ANSWERED)]


def test_other_agencies_see_and_touch_nothing(province: Province, warunee: Person) -> None:
    reports(warunee, "1", topic_6=ROAD)
    other, stranger = office(province, Role.COORDINATOR, THREE), office(province, Role.COORDINATOR, None, "noise")
    before = rows(province)
    for person in (other, stranger, province.verifier("นายอื่น", THREE)):
        person.says("เรื่องขอ").hears("ไม่มีเรื่องที่โรงเรียนขอ")
        for number in numbers(province):
            for do in ("take_ask", "take_over", "answer_ask"):
                person.posts_back(f"do={do}&v={number}").hears("ไม่พบเรื่องนี้").hears_not(ROAD, "บ้านสวาย")
    assert rows(province) == before
    assert refusals(province) == 3 * 2 * 3


def test_a_viewer_and_another_school_see_nothing(province: Province, warunee: Person) -> None:
    reports(warunee, "1", topic_6=ROAD)
    viewer = office(province, Role.VIEWER, TWO)
    surat = province.director("นายสุรเดช สมมติบุตร", "1031993002")
    number = numbers(province)[0]
    viewer.says("เรื่องขอ").hears_not(ROAD, "บ้านสวาย").posts_back(f"do=take_ask&v={number}").hears_not("บ้านสวาย")
    surat.says("เรื่องที่ขอ").hears("ยังไม่มีเรื่องที่ขอ").posts_back(f"do=take_ask&v={number}").hears_not("บ้านสวาย")
    assert {state for *_, state in rows(province)} == {Asked.OPEN}


class TestTwoCoordinators:
    @pytest.fixture
    def pair(self, province: Province, warunee: Person, boss: Person) -> tuple[Person, Person]:
        reports(warunee, "1")
        second = office(province, Role.COORDINATOR, TWO)
        return boss.says("เรื่องขอ"), second.says("เรื่องขอ")

    def test_the_second_is_told_who_has_it(self, province: Province, pair: tuple[Person, Person]) -> None:
        one, two = pair
        one.says("รับเรื่อง 1").hears("ไว้แล้ว")
        two.taps("รับเรื่อง 1").hears("รับเรื่องของ บ้านสวายตัวอย่าง ไว้แล้ว", "รับต่อ 1")
        two.says("ตอบ 1 คำตอบของอีกคน").hears("รับต่อ 1")
        assert rows(province) == [("learners.needs", "budget", Asked.TAKEN)]
        two.says("รับต่อ 1").hears("ต่อจาก").says("ตอบ 1 ได้งบแล้ว").hears("ส่งคำตอบ")
        one.says("ตอบ 1 คำตอบช้า").hears("มีคำตอบแล้ว", "ได้งบแล้ว")
        assert [row.answer for row in province.rows(asks)] == ["ได้งบแล้ว"]

    def test_at_once_one_takes_it(self, province: Province, pair: tuple[Person, Person]) -> None:
        one, two = pair
        said = overlapping(province, event(province, one, "รับเรื่อง 1"), event(province, two, "รับเรื่อง 1"))
        assert sum("รับต่อ 1" in str(each.messages) for each in said) == 1
        assert [one for one in actions(province) if one == "ask.taken"] == ["ask.taken"]

    def test_at_once_one_answer_stands(self, province: Province, warunee: Person, pair: tuple[Person, Person]) -> None:
        one, two = pair
        said = overlapping(
            province, event(province, one, "ตอบ 1 คำตอบของท่านแรก"), event(province, two, "ตอบ 1 คำตอบของท่านที่สอง")
        )
        (row,) = province.rows(asks)
        assert row.answer in ("คำตอบของท่านแรก", "คำตอบของท่านที่สอง")
        assert sum("มีคำตอบแล้ว" in str(each.messages) for each in said) == 1
        warunee.says("สวัสดี").hears(row.answer)


def test_events_that_come_twice_answer_once(province: Province, warunee: Person, boss: Person) -> None:
    reports(warunee, "1 2").again().hears_nothing()
    boss.says("เรื่องขอ").says("รับเรื่อง 1").again().hears_nothing()
    boss.says("ตอบ 1 ได้งบแล้ว").again().hears_nothing()
    assert sorted(state for *_, state in rows(province)) == [Asked.ANSWERED, Asked.OPEN]
    assert sum("ได้งบแล้ว" in str(row.messages) and row.kind == "notice" for row in province.rows(outbox)) == 1


def test_an_answer_is_words_without_an_identity_number_and_of_some_length(
    province: Province, warunee: Person, boss: Person
) -> None:
    reports(warunee, "1")
    boss.says("เรื่องขอ").says("ตอบ 1 เลขบัตร 1-1017-00203-45-1").hears("เลขประจำตัวประชาชน")
    boss.says("ก" * 601).hears("600 ตัวอักษร").says("?").hears("ยังไม่ได้รับคำตอบ").says("ได้งบแล้ว").hears("ส่งคำตอบ")
    assert [row.answer for row in province.rows(asks)] == ["ได้งบแล้ว"]
    assert "00203" not in str([row.raw for row in province.rows(inbox)])


def test_an_unsent_wish_shows_no_words(province: Province, warunee: Person, boss: Person) -> None:
    reports(warunee, topic_6=ROAD)
    mark = next(row.message_id for row in province.rows(inbox) if ROAD in str(row.raw))
    warunee.unsends(mark)
    boss.says("เรื่องขอ").hears("ยกเลิกการส่งแล้ว").hears_not(ROAD)


def test_seeing_ones_asks_leaves_the_open_question_open(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("เรื่องที่ขอ").hears("ยังไม่มีเรื่องที่ขอ").says(LONG).hears("บันทึกแล้ว 1 ข้อความ")
    assert province.answer("learners.now") == [LONG]
    warunee.posts_back("do=my_asks").hears("ยังไม่มีเรื่องที่ขอ")


def test_a_number_that_is_not_in_the_list_is_asked_again(province: Province, warunee: Person, boss: Person) -> None:
    reports(warunee, "1 2")
    boss.says("เรื่องขอ")
    for words in ("รับเรื่อง 9", "ตอบ 0 ได้แล้วนะ", "รับเรื่อง", "รับต่อ 5"):
        boss.says(words).hears("โปรดระบุหมายเลข")
    boss.says("รับต่อ 1").hears("ยังไม่มีผู้รับ")
    assert {state for *_, state in rows(province)} == {Asked.OPEN}
    last = boss.last
    assert last is not None
    boss.arrives(replace(last, id="once more")).hears("ยังไม่มีผู้รับ")
