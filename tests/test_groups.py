"""Talks in a group: greeted once, answered only when called, and never a word of a school."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.line import read
from handlers.heard import Heard, Kind
from handlers.inbox import receive
from models.audit import audit
from models.base import metadata
from models.inbox import inbox
from models.people import people
from models.place import places
from tests.province import MAIN, Person, Province

GROUP = "C" + "1" * 32
PRIVATE = "ป.1 อ่านคล่องขึ้นจาก 20 เป็น 31 คน"


@pytest.fixture
def warunee(province: Province) -> Person:
    """A director who has said something to the bot alone, and is in the group too."""
    return province.director().says("รายงาน").says(PRIVATE)


class Group:
    """A group with the bot in it; events are LINE's own JSON."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.said: list[str] = []

    def gets(self, type_: str, user: str | None = None, **more: Any) -> "Group":
        number = next(self.province.events)
        self.province.later(seconds=1)
        event = {
            "type": type_,
            "webhookEventId": f"g{number}",
            "timestamp": int(self.province.now.timestamp() * 1000),
            "source": {"type": "group", "groupId": GROUP} | ({"userId": user} if user else {}),
            "replyToken": f"r{number}",
            "mode": "active",
        }
        return self.arrives(read.heard(event | more, self.province.now))

    def arrives(self, heard: Heard) -> "Group":
        with self.province.store.write() as db:
            found = receive(db, MAIN, heard, self.province.house, self.province.now)
        assert all(one.recipient == GROUP for one in found)
        self.said = [message["text"] for one in found for message in one.messages]
        return self

    def says(self, words: str, user: str | None = None, **more: Any) -> "Group":
        message = {"type": "text", "id": f"m{next(self.province.events)}", "text": words}
        return self.gets("message", user, message=message | more)

    def hears(self, *words: str) -> "Group":
        assert len(self.said) == 1
        assert all(word in self.said[0] for word in words), self.said
        return self

    def hears_nothing(self) -> "Group":
        assert self.said == []
        return self


@pytest.fixture
def group(province: Province) -> Group:
    return Group(province)


def mention(of_us: bool) -> dict[str, Any]:
    return {"mention": {"mentionees": [{"index": 0, "length": 5, "type": "user", "isSelf": of_us}]}}


def test_the_bot_introduces_itself_once_and_then_only_listens_for_its_name(group: Group, warunee: Person) -> None:
    group.gets("join").hears("สวัสดี", "ตัวต่อตัว", "เพิ่มเพื่อน")
    for words in ("สวัสดีทุกท่าน", "วันนี้ประชุมกี่โมง", "สถานะ", "ส่ง", "ยืนยัน", "RG-ABCDE-23456", "ข้อ 1", "ต่อไป"):
        group.says(words, warunee.user).hears_nothing()
    group.gets("memberJoined", joined={"members": [{"type": "user", "userId": warunee.user}]}).hears_nothing()


@pytest.mark.parametrize(
    "words", ["รายงาน ใครยังไม่ส่งบ้าง", "รายงาน", "@รายงาน สถานะ รร.บ้านสวายตัวอย่าง", "บอทช่วยสรุปหน่อย", "บอต", " บอท สวัสดี"]
)
def test_called_by_name_it_says_where_to_talk_and_nothing_of_a_school(
    group: Group, warunee: Person, words: str
) -> None:
    for user in (warunee.user, "U" + "9" * 32, None):
        said = group.says(words, user).hears("ตัวต่อตัวเท่านั้น", "เพิ่มเพื่อน").said[0]
        assert "สวาย" not in said
        assert "31 คน" not in said


@pytest.mark.parametrize(
    "words", ["รายงานการประชุมอยู่ไหน", "ส่งรายงาน แล้วนะ", "บอตั๋นใหม่", "บอ", "", "   ", "น้องบอทไม่ตอบ", "รายงานๆ"]
)
def test_what_only_looks_like_its_name_is_no_call(group: Group, words: str) -> None:
    group.says(words).hears_nothing()


def test_a_mention_calls_it_wherever_it_stands_but_a_mention_of_others_does_not(group: Group) -> None:
    group.says("ขอถาม @RG หน่อย", **mention(True)).hears("ตัวต่อตัว")
    group.says("ขอถาม @ครูดี หน่อย", **mention(False)).hears_nothing()
    for odd in ({"mention": None}, {"mention": {"mentionees": "x"}}, {"mention": {"mentionees": [7, {"isSelf": 1}]}}):
        group.says("ขอถาม", **odd).hears_nothing()


def test_a_mention_in_a_talk_between_two_is_just_words(province: Province, warunee: Person) -> None:
    warunee.does(Kind.TEXT, text="ยังห่วงเด็ก 9 คน", message_id="m-own", called=True).hears("บันทึกแล้ว")


def test_buttons_in_a_group_do_nothing_with_or_without_a_user(
    group: Group, province: Province, warunee: Person
) -> None:
    before = province.everything()
    for data in [*warunee.data(), "do=submit", "do=confirm", "do=queue", "do=verify"]:
        group.gets("postback", warunee.user, postback={"data": data}).hears_nothing()
        group.gets("postback", postback={"data": data}).hears_nothing()
    assert province.everything() == before
    assert province.state() == "draft"


def test_a_button_without_a_user_does_nothing_between_two_either(province: Province, warunee: Person) -> None:
    said = read.heard(
        {"type": "postback", "source": {"type": "user"}, "replyToken": "r", "postback": {"data": "do=submit"}},
        province.now,
    )
    with province.store.write() as db:
        assert receive(db, MAIN, said, province.house, province.now) == []


def test_nothing_of_what_a_group_says_is_left(group: Group, province: Province, warunee: Person) -> None:
    known, stood, trail = (len(province.rows(table)) for table in (people, places, audit))
    secret = "ความลับของกลุ่มเรื่องงบอาหารกลางวัน"
    group.says(f"รายงาน {secret}", "U" + "8" * 32).says(secret, warunee.user).says(secret, **mention(True))
    group.gets("message", message={"type": "image", "id": "im1", "contentProvider": {"type": "line"}})
    assert (known, stood, trail) == tuple(len(province.rows(table)) for table in (people, places, audit))
    with province.store.read() as db:
        kept = "".join(str(row) for table in metadata.sorted_tables for row in db.execute(select(table)))
    assert secret not in kept
    assert "U" + "8" * 32 not in kept
    assert province.rows(inbox)[-1].raw == {"forgotten": True}


def test_a_silent_channel_or_no_token_says_nothing(group: Group) -> None:
    group.gets("join", mode="standby").hears_nothing()
    group.gets("join", replyToken=None).hears_nothing()


def test_a_call_delivered_twice_is_answered_once(group: Group, province: Province) -> None:
    event = {
        "type": "join",
        "webhookEventId": "twice",
        "source": {"type": "group", "groupId": GROUP},
        "replyToken": "r-twice",
    }
    heard = read.heard(event, province.now)
    group.arrives(heard).hears("สวัสดี").arrives(heard).hears_nothing()
