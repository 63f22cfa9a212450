"""The report in full: one call of LINE holds it, or it says how to see the rest."""

from datetime import datetime

from handlers.messages import limits
from models.report import State
from models.store import Store
from tests.province import Person, Province

LONG = "ยาวมาก " * 700  # one bubble of LINE takes no more


def sent(province: Province, now: str, following: str = LONG, bubbles: int = 4) -> Person:
    """Return a director who has sent a report with long answers in topic 1, and no other."""
    director = province.director().says("รายงาน")
    for _ in range(bubbles):
        director.says(now)
    director.says("ต่อไป")
    for _ in range(bubbles):
        director.says(following)
    director.says("ต่อไป")
    for _ in range(40):
        if "ตอบครบทุกข้อ" in director.words or "ตรวจทาน" in director.words:
            break
        director.says("ข้าม")
    director.says("ส่ง").says("ยืนยัน")
    assert province.state() == State.SUBMITTED
    return director


def test_a_receipt_leaves_room_for_what_was_held(store: Store, now: datetime) -> None:
    director = sent(Province(store, now), LONG)
    assert len(director.turns[-1]) == limits.MESSAGES_PER_REQUEST - 1
    director.hears("เลขรับ", "พิมพ์หมายเลขข้อเพื่อดูข้อที่เหลือ")


def test_a_receipt_in_which_breaks_fall_badly_is_no_longer(store: Store, now: datetime) -> None:
    director = sent(Province(store, now), "ก" * 2600 + " " + "ข" * 2300)
    assert len(director.turns[-1]) == limits.MESSAGES_PER_REQUEST - 1
    director.hears("พิมพ์หมายเลขข้อเพื่อดูข้อที่เหลือ")


def test_a_long_topic_that_was_sent_says_how_to_see_each_part(store: Store, now: datetime) -> None:
    director = sent(Province(store, now), "สภาพ " * 900, "ต่อไป " * 800, bubbles=3)
    director.says("ข้อ 1").hears("พิมพ์ข้อพร้อมชื่อส่วน", "“ข้อ 1 สิ่งที่จะขับเคลื่อนต่อไป”")
    assert len(director.turns[-1]) == 4
    director.says("ข้อ 1 สิ่งที่จะขับเคลื่อนต่อไป").hears_not("ยาวเกิน", "สภาพ สภาพ")
    assert director.words.count("ต่อไป") >= 3 * 800
    director.says("ข้อ 1 สภาพปัจจุบัน").hears_not("ยาวเกิน", "ต่อไป ต่อไป")


def test_a_part_too_long_for_one_call_says_that_the_rest_is_kept(store: Store, now: datetime) -> None:
    director = sent(Province(store, now), LONG, bubbles=6)
    director.says("ข้อ 1 สภาพปัจจุบัน").hears("ส่วนที่เหลือบันทึกไว้ครบ")
    assert len(director.turns[-1]) == 4


def test_a_topic_that_fits_is_shown_whole(store: Store, now: datetime) -> None:
    director = sent(Province(store, now), "มีครู 12 คน นักเรียน 168 คน", "จะทำห้องสมุดใหม่ภายในปีนี้", bubbles=2)
    director.says("ข้อ 1").hears("มีครู 12 คน", "จะทำห้องสมุดใหม่").hears_not("ยาวเกิน")
