"""Two events at the same moment, in two transactions: one person, or two people of one school."""

import threading
from collections.abc import Callable

import pytest

from handlers import checkin_codes
from handlers.heard import Heard, Kind
from handlers.inbox import receive
from handlers.outbox import Outgoing
from models.meetings import checkins as came
from models.meetings import invitees
from models.people import Role
from models.report import State
from tests.meeting_scene import STARTS, call, stands
from tests.province import MAIN, Person, Province

OLD = "คำตอบเก่าของข้อนี้ นักเรียน 168 คน"


def event(province: Province, person: Person, words: str) -> Heard:
    province.later(seconds=1)
    mark = f"r{next(province.events)}"
    return Heard(mark, Kind.TEXT, province.now, person.user, token=mark, text=words, message_id=mark, raw={"id": mark})


def overlapping(province: Province, first: Heard, second: Heard) -> list[Outgoing]:
    """Apply two events in transactions that overlap: the second begins before the first commits."""
    said: list[Outgoing] = []
    begun = threading.Event()

    def other() -> None:
        begun.set()
        with province.store.write() as db:
            said.extend(receive(db, MAIN, second, province.house, province.now))

    thread = threading.Thread(target=other)
    with province.store.write() as db:
        said.extend(receive(db, MAIN, first, province.house, province.now))
        thread.start()
        begun.wait()
        thread.join(0.3)  # it waits for a lock now
        assert thread.is_alive()
    thread.join(5)
    assert not thread.is_alive()
    return said


@pytest.fixture
def together(province: Province) -> Callable[[Person, str, Person, str], list[Outgoing]]:
    """Let two people, or one twice, speak at once."""

    def speak(one: Person, words: str, two: Person, others: str) -> list[Outgoing]:
        return overlapping(province, event(province, one, words), event(province, two, others))

    return speak


Together = Callable[[Person, str, Person, str], list[Outgoing]]


def test_two_bubbles_of_one_person_at_once_replace_an_answer_once(province: Province, together: Together) -> None:
    warunee = province.director().says("รายงาน").says(OLD).says("ต่อไป").says("แก้ 1 ส่วนปัจจุบัน")
    together(warunee, "ข้อความใหม่ ส่วนที่หนึ่ง", warunee, "ข้อความใหม่ ส่วนที่สอง")
    assert province.answer("learners.now") == ["ข้อความใหม่ ส่วนที่หนึ่ง", "ข้อความใหม่ ส่วนที่สอง"]


def test_words_right_after_next_belong_to_the_next_question(province: Province, together: Together) -> None:
    warunee = province.director().says("รายงาน").says(OLD)
    together(warunee, "ต่อไป", warunee, "แผนของภาคเรียนหน้าที่จะทำจริง")
    assert province.answer("learners.now") == [OLD]
    assert province.answer("learners.next") == ["แผนของภาคเรียนหน้าที่จะทำจริง"]


def test_a_helpers_bubble_at_once_does_not_undo_the_directors_change(province: Province, together: Together) -> None:
    warunee = province.director().says("รายงาน").says(OLD).says("ต่อไป")
    helper = province.person("ครูมยุรี").joins("1031992003", Role.DELEGATE).says("รายงาน").says("ย้อนกลับ")
    warunee.says("แก้ 1 ส่วนปัจจุบัน")
    together(warunee, "คำตอบใหม่ของท่าน ผอ. ทั้งหมด", helper, "ผู้ช่วยเติมอีกหนึ่งข้อความ")
    assert province.answer("learners.now") == ["คำตอบใหม่ของท่าน ผอ. ทั้งหมด", "ผู้ช่วยเติมอีกหนึ่งข้อความ"]


def test_a_helpers_bubble_at_once_does_not_get_into_a_report_that_is_sent(
    province: Province, together: Together
) -> None:
    warunee = province.director().says("รายงาน")
    for _ in range(5):
        warunee.says(OLD).says("ต่อไป").says(OLD).says("ต่อไป").says("ข้าม")
    warunee.says("ไม่มี")
    helper = province.person("ครูมยุรี").joins("1031992003", Role.DELEGATE).says("ข้อ 6")
    warunee.says("ส่ง")
    together(warunee, "ยืนยัน", helper, "ขอเติมเรื่องหลังคารั่วสามห้อง")
    assert province.state() == State.SUBMITTED
    assert "ขอเติมเรื่องหลังคารั่วสามห้อง" not in province.everything()


def test_two_who_open_one_schools_report_at_once_open_one(province: Province, together: Together) -> None:
    warunee = province.director()
    helper = province.person("ครูมยุรี").joins("1031992003", Role.DELEGATE)
    together(warunee, "รายงาน", helper, "รายงาน")
    warunee.says("ของท่าน ผอ. เล่าเรื่องนักเรียน")
    helper.says("ของผู้ช่วย เล่าเรื่องนักเรียน")
    assert province.answer("learners.now") == ["ของท่าน ผอ. เล่าเรื่องนักเรียน", "ของผู้ช่วย เล่าเรื่องนักเรียน"]


def test_a_strangers_first_two_words_at_once_make_one_person(province: Province, together: Together) -> None:
    stranger = province.person("คนใหม่")
    assert len(together(stranger, "สวัสดี", stranger, "มีใครอยู่ไหม")) == 2
    stranger.says(province.code("1031991002")).hears("ใช่หรือไม่")


@pytest.fixture
def code_shown(province: Province) -> Callable[[], str]:
    """Call everybody to a meeting that is about to begin; return a function that reads the code in the room."""
    province.person("นางสาวกาญจนา").joins("1031991002")
    number = call(province)
    province.now = STARTS

    def read() -> str:
        return checkin_codes.codes(stands(province, number), province.now).room or ""

    return read


def test_two_of_one_school_who_check_in_at_once_are_counted_once(
    province: Province, together: Together, code_shown: Callable[[], str]
) -> None:
    warunee, acting = province.director(), province.person("นายรักษาการ").joins("1031992003", Role.ACTING)
    said = together(warunee, code_shown(), acting, code_shown())
    assert [one.messages[0]["text"].split(" ")[0] for one in said] == [
        "ลงชื่อเข้าประชุมเรียบร้อยแล้ว",
        "ลงชื่อไว้แล้วเมื่อ",
    ]
    assert len(province.rows(came)) == 1


def test_of_two_who_want_the_last_seat_at_once_one_waits(
    province: Province, together: Callable[[Person, str, Person, str], list[Outgoing]]
) -> None:
    first, second = province.director(), province.director("นายอื่น", "1031991002")
    number = call(province, seats=1)
    together(first, "ไปที่ห้อง", second, "ไปที่ห้อง")
    rows = [row for row in province.rows(invitees) if row.meeting_id == number and row.reply]
    assert sorted((row.seated_at is not None, row.waits_since is not None) for row in rows) == [
        (False, True),
        (True, False),
    ]
