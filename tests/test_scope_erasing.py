"""Nobody hears of a request for erasure, or decides it, who is not over the person: every role, word, button."""

from models.erasing import erasure_requests
from models.people import Request
from tests.province import Province
from tests.test_scope import DRAFT, cast
from tests.test_talk_privacy import number_of, row_of

WORDS = ("เมนู", "คำขอลบข้อมูล", "ลบให้ 1", "ใช่", "อนุมัติ 1", "ปฏิเสธ 1 ไม่ควรลบ", "ไม่ลบ 1", "เหตุผลหนึ่งข้อ", "ยกเลิก", "สลับ", "1")
ACTS = ("erasures", "erase", "erase_yes", "refuse_erasure")


def test_a_request_is_seen_and_decided_by_those_over_the_person_only(province: Province) -> None:
    people = cast(province)
    asking = next(one for one in people if one.own == {DRAFT})
    asking.person.says("แก้ไขข้อมูล").says("นายลบทิ้ง ทดสอบเท่านั้น").says("ขอลบข้อมูล").says("ใช่").hears("แจ้งคำขอ")
    me, (request,) = number_of(province, asking.person), province.rows(erasure_requests)
    over = [one for one in people if DRAFT in one.sees and one.person.name == "coordinator"]
    others = [one for one in people if one is not asking and one not in over]
    assert (len(over), len(others)) == (2, len(people) - 3)
    for other in others:
        for words in WORDS:
            other.person.says(words).hears_not("ลบทิ้ง", f"บุคคลหมายเลข {me})")
        for act in ACTS:
            for value in (request.id, request.id + 1, 0, -1, "x", ""):
                other.person.posts_back(f"do={act}&v={value}").hears_not("ลบทิ้ง", f"บุคคลหมายเลข {me})")
                other.person.says("ใช่")
    assert [row.state for row in province.rows(erasure_requests)] == [Request.ASKED]
    assert row_of(province, me).line_user_id == asking.person.user
    for one in over:
        one.person.says("คำขอลบข้อมูล").hears("นายลบทิ้ง ทดสอบเท่านั้น", f"บุคคลหมายเลข {me})")
