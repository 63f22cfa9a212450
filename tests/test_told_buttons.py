"""What a person can do about words said first, before a reply, stays visible: LINE shows only the last buttons."""

from handlers import outbox
from handlers.messages.limits import QUICK_REPLIES
from handlers.messages.values import Act, Choice, Say
from handlers.outbox import To, Words
from handlers.telling import tell
from models.people import people
from tests.province import Person, Province


def number(province: Province, person: Person) -> int:
    return next(row.id for row in province.rows(people) if row.line_user_id == person.user)


def told(province: Province, person: Person, words: str, *labels: str) -> None:
    said = Say(words, tuple(Choice(label, Act(f"told{label}")) for label in labels))
    with province.store.write() as db:
        tell(db, "main", number(province, person), said, once=words, now=province.now, worth_a_push=False)


def labels(person: Person) -> list[str]:
    return [button.label for button in person.buttons()]


def test_the_buttons_of_told_words_come_with_the_reply_behind_its_own(province: Province, warunee: Person) -> None:
    own = labels(warunee.says("สวัสดี"))
    told(province, warunee, "ต้นสังกัดขอให้ปรับข้อ 4", "แก้ข้อ 4", "ชี้แจงข้อ 4")
    told(province, warunee, "มีคำตอบเรื่องที่ขอ", "ดูคำตอบ")
    warunee.says("สวัสดี").hears("ต้นสังกัดขอให้ปรับข้อ 4", "มีคำตอบเรื่องที่ขอ")
    assert labels(warunee) == [*own, "ดูคำตอบ", "แก้ข้อ 4", "ชี้แจงข้อ 4"]
    assert [message for message in warunee.turns[-1][:-1] if "quickReply" in message] == []
    assert labels(warunee.says("สวัสดี")) == own


def test_no_button_is_there_twice_and_the_replys_own_counts(province: Province, warunee: Person) -> None:
    own = {button.label: button.action["data"] for button in warunee.says("สวัสดี").buttons()}
    told(province, warunee, "ข่าว", *own, "ดูคำตอบ")
    warunee.says("สวัสดี").hears("ข่าว")
    assert labels(warunee) == [*own, "ดูคำตอบ"]
    assert {button.label: button.action["data"] for button in warunee.buttons()[: len(own)]} == own


def test_there_are_never_more_buttons_than_line_takes(province: Province, warunee: Person) -> None:
    own = labels(warunee.says("สวัสดี"))
    for letter in "กขค":
        told(province, warunee, f"ข่าว {letter}", *(f"{letter}{n}" for n in range(9)))
    warunee.says("สวัสดี").hears("ข่าว ก", "ข่าว ค")
    assert len(labels(warunee)) == QUICK_REPLIES
    assert labels(warunee)[: len(own)] == own


def test_buttons_of_a_question_that_could_not_be_asked_do_not_come_back(province: Province, warunee: Person) -> None:
    own = labels(warunee.says("สวัสดี"))
    item = {"type": "action", "action": {"type": "postback", "label": "ยืนยันเก่า", "data": "do=submit"}}
    late = Words([{"type": "text", "text": "ส่งหรือไม่", "quickReply": {"items": [item]}}], [None])
    with province.store.write() as db:
        outbox.hold(db, To("main", number(province, warunee), warunee.user, "x"), late, province.now)
    assert labels(warunee.says("สวัสดี").hears("ส่งหรือไม่")) == own
