"""Announcements: written, seen as all will hear them, sent once, stopped; nobody twice, nobody outside the scope."""

from typing import Any

import pytest
from sqlalchemy import update

from handlers import claims, outbox, quota, rounds_numbers, shortage
from handlers.heard import Kind
from handlers.outbox import Fate
from models.announcements import AnnouncementState, announcement_bubbles, announcements
from models.audit import audit
from models.outbox import Priority, Sending
from models.outbox import outbox as table
from models.people import Role, people
from models.people import memberships as served
from tests.province import Person, Province, office
from tests.test_digests import at
from tests.test_talk_digests import ONE, TWO
from tests.test_talk_unsending import edits

WORDS = "พรุ่งนี้ประชุมออนไลน์ 13:30 น. ขอเชิญทุกท่าน"


def told(province: Province) -> list[Any]:
    return [row for row in province.rows(table) if row.once_key.startswith("announce:")]


def shows(boss: Person, words: str = WORDS, to: str = "ทุกโรงเรียน") -> Person:
    """Write an announcement up to its preview."""
    boss.says("ประกาศ").hears("พิมพ์ข้อความประกาศ").says(words).hears("เก็บแล้ว").says("พอแล้ว").hears("ลิงก์")
    return boss.says("ข้าม").hears("ส่งถึงใคร").says(to)


def test_it_is_seen_first_and_sent_once(province: Province, warunee: Person, boss: Person) -> None:
    with province.store.write() as db:
        quota.learn(db, "main", province.now, allowed=300, used=120)
    other = province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")
    shows(boss).hears("ถึง ผอ. · ทั้งจังหวัด", "ผู้รับ 2 คน", "ไม่เกิน 2 ข้อความ", "เดือนนี้เหลือ 180", "พิมพ์ “ใช่”")
    boss.hears("ไม่ถึง 1 โรงเรียน เพราะยังไม่มีผู้ผูกไลน์", "ส่งทันทีเมื่อยืนยัน")
    assert told(province) == []
    shown = len(boss.turns) - 1
    boss.taps("ส่งประกาศนี้").hears("กำลังส่งประกาศถึง 2 คน", "ยกเลิกประกาศ")
    rows = told(province)
    assert {row.recipient for row in rows} == {warunee.user, other.user}
    assert {row.priority for row in rows} == {Priority.ANNOUNCEMENT}
    assert len({row.digest for row in rows}) == 1, "one call serves all"
    assert rows[0].messages == [boss.turns[shown][1]], "they read what was shown"
    boss.taps("ส่งประกาศนี้", turn=shown).hears("ส่งไปแล้วเมื่อ", "ถึง 2 คน", "ไม่ส่งซ้ำ")
    boss.says("ใช่").hears_not("ส่งประกาศถึง")
    assert len(told(province)) == 2
    assert [row.action for row in province.rows(audit)].count("announcement.sent") == 1
    warunee.says("สวัสดี").hears(WORDS, "ประกาศจาก", "พิมพ์ “ขอคุยกับเจ้าหน้าที่”")


def test_the_sender_is_the_office_and_the_link_is_shown(province: Province, warunee: Person) -> None:
    own = office(province, Role.COORDINATOR, TWO)
    own.says(f"ประกาศ {WORDS}").hears("เก็บแล้ว").says("พอแล้ว").says("example.go.th/1").hears("ยังใช้เป็นลิงก์ไม่ได้")
    for bad in (
        "http://example.go.th",
        "https://",
        "https://line.me@evil.example/x",
        "https://a b.example",
        "javascript:x",
    ):
        own.says(bad).hears("ยังใช้เป็นลิงก์ไม่ได้")
    own.says("https://example.go.th/หนังสือ?a=1").hears("ส่งถึงใคร", TWO).says("ทุกโรงเรียน").hears(f"ประกาศจาก {TWO}")
    own.hears("https://example.go.th/หนังสือ?a=1", f"ถึง ผอ. · {TWO}").says("ใช่").hears("ถึง 1 คน")
    (row,) = told(province)
    assert row.messages[0]["text"].startswith(f"ประกาศจาก {TWO}\n\n{WORDS}\n\nhttps://example.go.th/")


def test_several_bubbles_are_one(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("ประกาศ").says("เรื่อง การประชุม").says("ประกาศ").says("วันศุกร์นี้").taps("พอแล้ว").taps("ข้าม")
    boss.taps("ทุกโรงเรียน").hears("เรื่อง การประชุม\nประกาศ\nวันศุกร์นี้")


@pytest.mark.parametrize(
    ("said", "words", "whom"),
    [
        ("แจ้งทุกโรงเรียนในเขต 2 ว่าพรุ่งนี้งดประชุม", "พรุ่งนี้งดประชุม", TWO),
        ("ฝากแจ้ง ผอ.ทุกโรงเรียน ว่า 15 ม.ค. ประชุม ใครยังไม่ส่งโปรดส่ง", "15 ม.ค. ประชุม ใครยังไม่ส่งโปรดส่ง", "ทั้งจังหวัด"),
        ("ประกาศถึงเขต 2 ว่า\nพรุ่งนี้หยุด", "พรุ่งนี้หยุด", TWO),
        ("ส่งข้อความถึงบ้านสวายตัวอย่างว่าเอกสารถึงแล้ว", "เอกสารถึงแล้ว", "บ้านสวายตัวอย่าง"),
    ],
)
def test_one_sentence_says_what_and_to_whom(
    province: Province, warunee: Person, boss: Person, said: str, words: str, whom: str
) -> None:
    boss.says(said).hears("เก็บแล้ว", f"ถึง ผอ. · {whom}").says("พอแล้ว").says("ข้าม").hears(words, "ผู้รับ 1 คน", whom)
    assert [row.words for row in province.rows(announcements)] == [words]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("ประกาศ 15 ม.ค. ประชุม", "15 ม.ค. ประชุม"),
        ("ประกาศเรื่องวันหยุด", "เรื่องวันหยุด"),
        ("ประกาศถึงเขต 9 ว่าพรุ่งนี้หยุด", "ถึงเขต 9 ว่าพรุ่งนี้หยุด"),
        ("ส่งประกาศ: พรุ่งนี้หยุด", "พรุ่งนี้หยุด"),
    ],
)
def test_words_behind_the_order_are_kept_whole(province: Province, boss: Person, said: str, words: str) -> None:
    boss.says(said).hears("เก็บแล้ว").says("พอแล้ว").says("ข้าม").hears("ส่งถึงใคร")
    assert [row.words for row in province.rows(announcements)] == [words]


@pytest.mark.parametrize(
    "said", ["แจ้งผล", "บอกหน่อยว่าใครยังไม่ส่ง", "แจ้งทุกโรงเรียน", "ยกเลิกประกาศ", "ประกาศที่ส่งแล้ว", "ประกาศ"]
)
def test_what_only_sounds_like_it_begins_none(province: Province, boss: Person, said: str) -> None:
    boss.says(said).hears_not("เก็บแล้ว")
    assert province.rows(announcements) == []


def test_a_verifier_is_told_who_announces(province: Province) -> None:
    office(province, Role.VERIFIER, TWO).says("ประกาศ พรุ่งนี้หยุด").hears("โดยผู้ประสาน")
    assert province.rows(announcements) == []


def test_what_holds_a_link_is_asked_for_none(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("ประกาศ").says("อ่านที่ https://example.go.th/1").says("พอแล้ว").hears("ส่งถึงใคร")


def test_too_long_words_are_refused_and_the_others_kept(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("ประกาศ").says("ก" * 1001).hears("1001 ตัวอักษร", "ไม่เกิน 1000", "ยังไม่ได้เก็บ").says("พอแล้ว").hears(
        "ยังไม่มีข้อความ"
    )
    boss.says("ที่" * 999).hears("เก็บแล้ว 999 ตัวอักษร").says("กขค").hears("ข้อความล่าสุดยังไม่ได้เก็บ", "1003")
    boss.says("👨‍👩‍👧‍👦" * 400).hears("ยังไม่ได้เก็บ")
    boss.says("พอแล้ว").says("ข้าม").says("ทุกโรงเรียน").says("ใช่").hears("ถึง 1 คน")
    assert "ที่" * 999 in told(province)[0].messages[0]["text"]


def test_a_photo_or_an_identity_number_is_not_announced(province: Province, boss: Person) -> None:
    boss.says("ประกาศ").sends(Kind.IMAGE).hears("เฉพาะข้อความ")
    boss.says("เลข 1103700012341 นะ").hears("เลขประจำตัวประชาชน", "ยังไม่ได้เก็บ")
    assert province.rows(announcements) == []


def test_the_audience_in_doubt_is_asked(province: Province, warunee: Person, boss: Person) -> None:
    other = province.person("นายสุรเดช สมมติบุตร").joins("1031993002")
    shows(boss, to="บ้านสวายตัวอย่าง, บ้านหนองสมมติ").hears("มีหลายแห่ง", "1. บ้านหนองสมมติ อ.ลำปลายมาศ")
    assert len(boss.buttons()) == 3
    boss.taps("1. บ้านหนองสมมติ อ.ลำปลายมาศ (สพป.บุรีรัมย์ เขต 1)").hears("ถึง ผอ. · บ้านหนองสมมติ, บ้านสวาย")
    boss.says("เปลี่ยนผู้รับ").says("โรงเรียนข้างวัด").hears("ยังไม่พบ").says("บ้านสวายตัวอย่าง, บ้านหนองสมมติ").says("นางรอง")
    boss.hears("ถึง ผอ. · บ้านสวายตัวอย่าง, บ้านหนองสมมติ", "ผู้รับ 2 คน").says("ใช่").hears("ถึง 2 คน")
    assert {row.recipient for row in told(province)} == {warunee.user, other.user}


def test_an_office_reaches_its_own_only(province: Province, warunee: Person) -> None:
    province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")
    own = office(province, Role.COORDINATOR, TWO)
    shows(own, to="เขต 1").hears("อยู่นอกสังกัดของท่าน", TWO).says("ทั้งจังหวัด").hears("อยู่นอกสังกัดของท่าน")
    number = province.rows(announcements)[0].id
    own.posts_back(f"do=announce_to&n={number}&v={province.agency(ONE)}").hears("ปุ่มนี้เก่าแล้ว")
    own.says("ทุกโรงเรียน").says("ใช่").hears("ถึง 1 คน")
    assert [row.recipient for row in told(province)] == [warunee.user]


def test_out_of_hours_it_waits_for_eight(province: Province, warunee: Person, boss: Person) -> None:
    province.now = at(9, 20)  # a Friday evening
    shows(boss).hears("นอกเวลา", "จ. 12 ม.ค. 2569 08:00", "ด่วนที่สุด").says("ใช่").hears("จะส่งประกาศถึง 1 คน", "จ. 12 ม.ค.")
    (row,) = told(province)
    assert row.due_at == at(12, 8)
    boss.says("ดูประกาศ").hears("จะส่ง จ. 12 ม.ค. 2569 08:00 น. ถึง 1 คน")


def test_what_cannot_wait_goes_at_once_after_one_more_yes(province: Province, warunee: Person, boss: Person) -> None:
    province.now = at(9, 20)
    shows(boss).says("ด่วนที่สุด").hears("ยืนยันส่งเดี๋ยวนี้", "จ. 12 ม.ค.").says("ไม่").hears("ผู้รับ 1 คน")
    assert told(province) == []
    boss.taps("ด่วนที่สุด").taps("ส่งทันที").hears("กำลังส่งประกาศถึง 1 คน")
    (row,) = told(province)
    assert at(9, 20) <= row.due_at <= at(9, 21)


def test_in_hours_nothing_is_urgent(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss).says("ด่วนที่สุด").hears("อยู่ในเวลา").says("ใช่").hears("กำลังส่งประกาศถึง 1 คน")


def test_it_can_be_said_to_oneself_first(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss).says("ส่งทดสอบ").hears("ท่านคนเดียว", WORDS)
    assert told(province) == []
    boss.says("ใช่").hears("กำลังส่งประกาศถึง 1 คน")
    assert told(province)[0].messages[0] in [message for turn in boss.turns for message in turn]


def test_words_and_audience_can_be_changed(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss).taps("แก้ข้อความ").hears("ร่างที่เขียนไว้", WORDS).taps("เขียนใหม่").says("ข้อความใหม่").says("พอแล้ว").says("ข้าม")
    boss.says("เขต 1").hears("ไม่มีผู้รับ").taps("เปลี่ยนผู้รับ").says("เขต 2").hears("ผู้รับ 1 คน").hears_not(WORDS)
    boss.says("ใช่").hears("ถึง 1 คน")
    assert "ข้อความใหม่" in told(province)[0].messages[0]["text"]


@pytest.mark.parametrize("said", ["ยกเลิก", "ไม่"])
def test_a_no_sends_nothing_and_keeps_the_words(province: Province, warunee: Person, boss: Person, said: str) -> None:
    shows(boss).says(said).hears("ยังไม่ได้ส่งสิ่งใด", "ร่างเก็บไว้แล้ว").says("ใช่").hears_not("ส่งประกาศถึง")
    assert told(province) == []
    province.forget_places()
    boss.says("ประกาศ").hears(WORDS).says("พอแล้ว").says("ข้าม").hears("ผู้รับ 1 คน")


def test_an_old_preview_is_shown_again(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss)
    shown = len(boss.turns) - 1
    province.later(hours=2)
    boss.taps("ส่งประกาศนี้").hears("ตัวอย่างนี้เก่าแล้ว", "ผู้รับ 1 คน")
    boss.says("เปลี่ยนผู้รับ").says("เขต 2")
    boss.taps("ส่งประกาศนี้", turn=shown).hears("ตัวอย่างนี้เก่าแล้ว", TWO)
    assert told(province) == []
    boss.says("ใช่").hears("ถึง 1 คน")


def test_who_joins_meanwhile_is_shown_before_it_is_sent(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss).hears("ผู้รับ 1 คน")
    province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")
    boss.taps("ส่งประกาศนี้").hears("ผู้รับเปลี่ยนจาก 1 เป็น 2 คน", "ผู้รับ 2 คน")
    assert told(province) == []
    boss.taps("ส่งประกาศนี้").hears("ถึง 2 คน")


def test_two_hats_and_two_schools_are_told_once(province: Province, warunee: Person, boss: Person) -> None:
    code = province.code("1031991002")
    warunee.says("เพิ่มโรงเรียน").says(code).says("ใช่")
    with province.store.write() as db:
        person = province.rows(people)
        mine = next(one.id for one in person if one.line_user_id == warunee.user)
        db.execute(
            served.insert().values(
                channel_id="main",
                person_id=mine,
                agency_id=province.agency(TWO),
                role=Role.VERIFIER,
                since=province.now,
            )
        )
    shows(boss, to="ผอ. และผู้ตรวจ").hears("ผอ. และผู้ตรวจ", "ผู้รับ 1 คน").says("ใช่").hears("ถึง 1 คน")
    assert len(told(province)) == 1
    assert "พิมพ์ “เมนู”" in told(province)[0].messages[0]["text"]


def test_who_blocks_us_is_not_paid_for(province: Province, warunee: Person, boss: Person) -> None:
    with province.store.write() as db:
        db.execute(update(people).where(people.c.line_user_id == warunee.user).values(blocked_at=province.now))
    shows(boss).hears("ไม่มีผู้รับ", "ไม่ถึง 1 คน เพราะปิดรับข้อความ", "ไม่ถึง 2 โรงเรียน").says("ใช่").hears("ไม่มีผู้รับ")
    assert told(province) == []


def sweep(province: Province, *, say: int = 99) -> None:
    """Let the worker take what is due, and LINE accept the first rows of it."""
    with province.store.write() as db:
        found = claims.claim_due(db, "worker", province.now)
        shortage.tell(db, found.short, province.now)
        rows = [row.id for row in found.rows] + [row for call in found.multicasts for row in call.rows]
        outbox.mark(db, [Fate(row, Sending.SENT, province.now, 1) for row in rows[:say]])


def test_it_is_the_first_to_give_way_and_the_coordinator_is_told(
    province: Province, warunee: Person, boss: Person
) -> None:
    with province.store.write() as db:
        quota.learn(db, "main", province.now, allowed=100, used=60)
    shows(boss).hears("ไม่พอสำหรับประกาศ", "จะแจ้งทันทีได้ 0 คน").says("ใช่").hears("ถึง 1 คน", "จะแจ้งเมื่อเข้ามาคุย")
    sweep(province)
    (row,) = told(province)
    assert row.state == Sending.HELD
    boss.says("เมนู").hears("เรื่อง “ประกาศ”", "60%")
    boss.says("ดูประกาศ").hears("ถึงแล้ว 0 จาก 1 คน")
    warunee.says("สวัสดี").hears(WORDS)
    boss.says("ดูประกาศ").hears("ถึงแล้ว 1 จาก 1 คน").hears_not("ยกเลิกประกาศ")


def test_what_is_not_yet_said_is_stopped(province: Province, warunee: Person, boss: Person) -> None:
    other = province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")
    third = province.person("นายสุรเดช สมมติบุตร").joins("1031993002")
    shows(boss).says("ใช่").hears("ถึง 3 คน")
    warunee.says("สวัสดี").hears(WORDS)
    boss.says("ดูประกาศ").hears("ถึงแล้ว 1 จาก 3 คน").taps("ยกเลิกประกาศ 1").hears("ยกเลิกแล้ว", "ไปก่อน 1 คน")
    other.says("สวัสดี").hears_not(WORDS)
    sweep(province)
    third.says("สวัสดี").hears_not(WORDS)
    boss.says("ดูประกาศ").hears("ยกเลิกแล้ว มีผู้ได้รับก่อนยกเลิก 1 คน")
    boss.says("ยกเลิกประกาศ 1").hears("ยกเลิกไปแล้วเมื่อ")
    assert [row.action for row in province.rows(audit)].count("announcement.cancelled") == 1
    assert sorted(row.state for row in told(province)) == [Sending.REPLACED] * 3


def test_while_half_is_said_the_rest_is_stopped(province: Province, warunee: Person, boss: Person) -> None:
    province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")
    shows(boss).says("ใช่").hears("ถึง 2 คน")
    with province.store.write() as db:
        first = told(province)[0].id
        db.execute(update(table).where(table.c.id == first).values(begun_at=province.now, tries=1, owner="w"))
    boss.says("ยกเลิกประกาศ").hears("ไปก่อน 1 คน")
    assert sorted((row.id == first, row.state) for row in told(province)) == [
        (False, Sending.REPLACED),
        (True, Sending.QUEUED),
    ]


def test_when_all_have_heard_there_is_nothing_to_stop(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss).says("ใช่")
    sweep(province)
    boss.says("ยกเลิกประกาศ").hears("ต้องการยกเลิกประกาศหมายเลขใด", "ถึงแล้ว 1 จาก 1 คน")
    boss.says("ยกเลิกประกาศ 1").hears("ได้รับครบ 1 คนแล้ว", "พิมพ์ “ประกาศ”")
    boss.says("ยกเลิกประกาศ 7").hears("หมายเลขใด")


def test_without_any_the_list_says_how(province: Province, boss: Person) -> None:
    boss.says("ดูประกาศ").hears("ยังไม่มีประกาศที่ส่ง").says("ยกเลิกประกาศ").hears("ยังไม่มีประกาศ")


def test_a_forged_or_foreign_button_does_nothing(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss)
    (one,) = province.rows(announcements)
    colleague, own = office(province, Role.COORDINATOR), office(province, Role.COORDINATOR, ONE)
    mark = rounds_numbers.mark(one.shown_at)
    for other in (colleague, own):
        other.posts_back(f"do=announce_send&n={mark}&v={one.id}").hears("ไม่ใช่ของท่าน")
        other.posts_back(f"do=announce_now&n={mark}&v={one.id}").hears("ไม่ใช่ของท่าน")
        other.posts_back(f"do=announce_cancel&v={one.id}").hears("ไม่ใช่ของท่าน")
    for who in (office(province, Role.VERIFIER, TWO), office(province, Role.VIEWER), warunee):
        who.posts_back(f"do=announce_send&n={mark}&v={one.id}")
        who.says("ประกาศ ปิดโรงเรียน")
    for data in ("do=announce_send", "do=announce_send&v=999", "do=announce_cancel&v=x", "do=announce_now&v=0"):
        boss.posts_back(data)
    boss.posts_back("do=announce_test&v=1").hears("ปุ่มนี้เก่าแล้ว")
    assert told(province) == []
    assert len(province.rows(announcements)) == 1
    boss.says("ประกาศ").says("พอแล้ว").says("ข้าม").says("ใช่").hears("ถึง 1 คน")
    own.posts_back(f"do=announce_cancel&v={one.id}").hears("ไม่ใช่ของท่าน")
    colleague.posts_back(f"do=announce_cancel&v={one.id}").hears("ยกเลิกแล้ว")


def test_an_unsent_bubble_leaves_the_draft(province: Province, warunee: Person, boss: Person) -> None:
    boss.says("ประกาศ").says("บรรทัดแรก").says("บรรทัดที่สอง")
    boss.unsends(boss.sent[-1])
    boss.says("พอแล้ว").says("ข้าม").says("ทุกโรงเรียน").hears("บรรทัดแรก").hears_not("บรรทัดที่สอง")
    boss.unsends(boss.sent[-5])
    boss.says("ใช่").hears("พิมพ์ข้อความประกาศ")
    assert told(province) == []
    assert [row.text for row in province.rows(announcement_bubbles)] == [None, None]


def test_an_unsent_bubble_stops_what_is_not_yet_said(province: Province, warunee: Person, boss: Person) -> None:
    province.now = at(9, 20)
    shows(boss).says("ใช่").hears("จะส่ง")
    boss.unsends(boss.sent[-5])
    (one,) = province.rows(announcements)
    assert (one.words, one.state, one.heard) == ("", AnnouncementState.CANCELLED, 0)
    warunee.says("สวัสดี").hears_not(WORDS)
    boss.says("ดูประกาศ").hears("ข้อความถูกถอนแล้ว")


def test_an_edited_bubble_changes_the_draft(province: Province, warunee: Person, boss: Person) -> None:
    shows(boss)
    mark = boss.sent[-4]
    edits(boss, "ประชุม 14:00 น.", mark).hears("แก้ข้อความในร่างแล้ว")
    boss.says("ใช่").hears("เก่าแล้ว", "14:00").hears_not(WORDS).says("ใช่").hears("ถึง 1 คน")
    edits(boss, "ประชุม 15:00 น.", mark).hears("ส่งไปแล้ว", "แก้ไม่ได้")


def test_too_many_emoji_are_not_said_to_be_too_many_letters(province: Province, boss: Person) -> None:
    boss.says("ประกาศ").says("👩‍👩‍👧‍👦" * 1000).hears("ยังไม่ได้เก็บ", "อีโมจิ").hears_not("1000")
    boss.says("👩‍👩‍👧‍👦" * 300).hears("เก็บแล้ว 300 ตัวอักษร").says("พอแล้ว").hears("ลิงก์")
