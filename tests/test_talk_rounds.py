"""Rounds as talks: a coordinator opens, moves and closes one; a director asks for more time and is answered."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from handlers import invites
from handlers.heard import Kind
from models.audit import audit
from models.people import Role
from models.programme import extension_requests, extensions, rounds
from tests.province import MAIN, NOISE, Person, Province

KRASANG = "สพป.บุรีรัมย์ เขต 2"


def coordinator(province: Province, agency: str | None = None, name: str = "นางสาวประสาน ทดสอบ") -> Person:
    """Return a coordinator of the province, or of an agency, who has joined."""
    with province.store.write() as db:
        place = province.agency(agency) if agency else None
        code = invites.create(db, MAIN, agency_id=place, role=Role.COORDINATOR, now=province.now)
    return province.person(name).says(code).says("ใช่").says("รับทราบ")


@pytest.fixture
def chief(province) -> Person:
    return coordinator(province)


def picks(person: Person, day: str) -> Person:
    """Choose a day in LINE's date picker of the newest turn."""
    picker = next(button for button in person.buttons() if button.action["type"] == "datetimepicker")
    return person.does(Kind.POSTBACK, data=picker.action["data"], params={"date": day})


def close_all(province: Province) -> None:
    with province.store.write() as db:
        db.execute(update(rounds).values(closed_at=province.now))


def mine(province: Province) -> list[tuple[str, date]]:
    with province.store.read() as db:
        rows = db.execute(select(rounds).where(rounds.c.channel_id == MAIN).order_by(rounds.c.id))
        return [(row.title, row.due_on) for row in rows]


class TestOpening:
    def test_a_round_is_opened_step_by_step(self, province, chief):
        close_all(province)
        chief.says("รอบ").hears("ปิดแล้ว", "“เปิดรอบ”")
        chief.says("เปิดรอบ").hears("จะเปิดวันใด")
        chief.says("วันนี้").hears("เปิดวันที่ จ. 5 ม.ค. 2569", "ปีการศึกษา 2568 ภาคเรียนที่ 2")
        chief.says("รอบเสริม").hears("กำหนดส่งวันใด")
        picks(chief, "2026-02-06").hears("กำหนดส่ง ศ. 6 ก.พ. 2569", "ผ่อนผัน")
        chief.says("๑๐ กุมภาพันธ์ ๒๕๖๙").hears("หลังวันใดจึงปิด")
        chief.taps("ข้าม").hears("รอบเสริม", "เปิด จ. 5 ม.ค. 2569", "ศ. 6 ก.พ. 2569", "ผ่อนผันถึง อ. 10 ก.พ. 2569")
        chief.hears("สำหรับ 3 โรงเรียน")
        assert len(mine(province)) == 1
        chief.says("ใช่").hears("เปิดรอบ รอบเสริม เรียบร้อยแล้ว")
        assert mine(province)[1:] == [("รอบเสริม", date(2026, 2, 6))]
        chief.says("รอบ").hears("รอบเสริม (เปิดอยู่)", "ส่งแล้ว 0 จาก 3 โรงเรียน", "ผ่อนผันถึง")

    def test_the_usual_title_and_days_are_one_tap_away(self, province, chief):
        with province.store.write() as db:
            db.execute(update(rounds).values(closed_at=province.now, title="เดิม"))
        chief.says("เปิดรอบ").taps("จ. 5 ม.ค. 2569").taps("ใช้ชื่อนี้").taps("พ. 4 ก.พ. 2569").taps("ข้าม").taps("ข้าม")
        chief.taps("ยืนยันเปิดรอบ").hears("เรียบร้อยแล้ว")
        assert mine(province)[1:] == [("ปีการศึกษา 2568 ภาคเรียนที่ 2", date(2026, 2, 4))]

    @pytest.mark.parametrize(
        ("typed", "heard"),
        [
            ("1 ม.ค. 69", "ผ่านไปแล้ว"),
            ("30 ก.พ.", "ไม่มีวัน"),
            ("หลังสอบโอเน็ต", "ยังไม่ทราบว่าเรื่องนั้นตรงกับวันใด"),
            ("สัปดาห์หน้า", "โปรดระบุให้เป็นวันเดียว"),
            ("จันทร์", "หมายถึง จ. 5 ม.ค. 2569 หรือ จ. 12 ม.ค. 2569"),
            ("ศุกร์ที่ 10 ม.ค.", "ไม่ตรงกัน"),
            ("10/1/26", "หมายถึง ส. 10 ม.ค. 2569"),
            ("8.30 น.", "ยังไม่ทราบวัน"),
            ("ตามสะดวก", "ยังไม่พบวันที่"),
        ],
    )
    def test_a_day_that_is_none_is_asked_for_again(self, province, chief, typed, heard):
        close_all(province)
        chief.says("เปิดรอบ").says(typed).hears(heard, "จะเปิดวันใด")
        chief.says("15 ม.ค.").hears("เปิดวันที่ พฤ. 15 ม.ค. 2569")

    def test_a_day_that_may_mean_two_is_a_tap(self, province, chief):
        close_all(province)
        chief.says("เปิดรอบ").says("จันทร์").taps("จ. 12 ม.ค. 2569").hears("เปิดวันที่ จ. 12 ม.ค. 2569")

    def test_due_before_opening_and_overlap_are_refused_and_nothing_is_done(self, province, chief):
        chief.says("เปิดรอบ").says("20 ม.ค.").hears("ทับกับรอบ", "“ปิดรอบ”", "จะเปิดวันใด")
        chief.says("9 ก.พ.").says("อีกรอบ").says("6 ก.พ.").hears("มาก่อนวันเปิดรอบ", "กำหนดส่งวันใด")
        chief.says("9 มี.ค.").says("2 มี.ค.").hears("วันผ่อนผันต้องไม่มาก่อน").says("ข้าม")
        chief.says("6 มี.ค.").hears("วันปิดรอบต้องไม่มาก่อน จ. 9 มี.ค. 2569")
        assert len(mine(province)) == 1
        chief.says("ยกเลิก").hears("ไม่มีสิ่งใดเปลี่ยน")

    def test_a_round_to_come_is_not_overlapped_either(self, province, chief):
        close_all(province)
        for days in (("1 มี.ค.", "รอบมีนา", "31 มี.ค.", "ข้าม", "ข้าม", "ใช่"), ("วันนี้", "รอบแรก", "20 มี.ค.")):
            chief.says("เปิดรอบ")
            for words in days:
                chief.says(words)
        chief.hears("ทับกับรอบ “รอบมีนา”", "กำหนดส่งวันใด")
        assert len(mine(province)) == 2

    def test_old_buttons_do_nothing(self, province, chief):
        close_all(province)
        chief.says("เปิดรอบ").taps("จ. 5 ม.ค. 2569").says("หนึ่ง").says("6 ก.พ.").taps("ข้าม").taps("ข้าม")
        chief.says("เปิดรอบ").says("วันนี้").hears("ชื่อรอบ")
        chief.taps("ยืนยันเปิดรอบ", turn=-3).hears("ไม่ได้เปลี่ยนสิ่งใด")
        chief.taps("ข้าม", turn=-5).hears("ไม่ได้เปลี่ยนสิ่งใด")
        assert len(mine(province)) == 1

    def test_a_confirmation_is_for_what_can_still_be(self, province, chief):
        close_all(province)
        other = coordinator(province, name="นายอีกคน ทดสอบ")
        for person in (chief, other):
            person.says("เปิดรอบ").says("วันนี้").says(f"รอบของ{person.name}").says("6 ก.พ.").says("ข้าม").says("ข้าม")
        chief.says("ใช่").hears("เรียบร้อยแล้ว")
        other.says("ใช่").hears("ทับกับรอบ")
        assert len(mine(province)) == 2

    def test_neither_yes_nor_no_is_asked_again(self, province, chief):
        chief.says("ปิดรอบ").says("แล้วแต่").hears("โปรดตอบ “ใช่” หรือ “ยกเลิก”", "โปรดตรวจก่อนปิดรอบ")
        chief.says("ไม่").hears("ไม่มีสิ่งใดเปลี่ยน")

    def test_a_yes_that_comes_too_late_is_asked_for_again(self, province, chief):
        chief.says("ปิดรอบ").hears("โปรดตรวจก่อนปิดรอบ")
        province.later(hours=2)
        chief.says("ใช่").hears("โปรดตรวจก่อนปิดรอบ").says("ใช่").hears("เรียบร้อยแล้ว")


class TestChanging:
    def test_the_due_date_moves_on_and_a_director_sees_it(self, province, chief):
        director = province.director()
        chief.says("เลื่อนกำหนด").hears("กำหนดเดิม พ. 4 ก.พ. 2569")
        chief.says("3 ก.พ.").hears("วันใหม่ต้องช้ากว่านั้น")
        chief.says("อีก 7 วัน").hears("ใหม่ พ. 11 ก.พ. 2569").says("เลื่อนกำหนด")
        chief.says("13 ก.พ. 69").hears("เดิม พ. 4 ก.พ. 2569", "ใหม่ ศ. 13 ก.พ. 2569", "ยังไม่ส่ง 3 จาก 3")
        director.says("กำหนดส่ง").hears("4 ก.พ.")
        chief.says("ใช่").hears("ศ. 13 ก.พ. 2569 เรียบร้อยแล้ว")
        director.says("กำหนดส่ง").hears("ศ. 13 ก.พ. 2569")

    def test_a_closed_round_cannot_be_written(self, province, chief):
        director = province.director()
        director.says("รายงาน").says("นักเรียนอ่านคล่องขึ้นมาก").hears("บันทึกแล้ว")
        chief.says("ปิดรอบ").hears("ยังไม่ส่ง 3 จาก 3").taps("ยืนยันปิดรอบ").hears("ปิดรอบ", "เรียบร้อยแล้ว")
        director.says("รายงาน").hears("ไม่มีรอบรายงานที่เปิดอยู่", "ยังอยู่ครบ")
        chief.says("เลื่อนกำหนด").hears("ไม่มีรอบที่เปิดอยู่")

    def test_an_agency_sees_rounds_and_changes_none(self, province):
        officer = coordinator(province, KRASANG)
        officer.says("รอบ").hears("เปิดอยู่", "จาก 1 โรงเรียน").hears_not("“เปิดรอบ”")
        for order in ("เปิดรอบ", "เลื่อนกำหนด", "ปิดรอบ"):
            officer.says(order).hears("ผู้ประสานจังหวัด")
        for do in ("round_open", "round_move", "round_close", "round_sure", "round_day"):
            officer.posts_back(f"do={do}&n=1&v=2026-02-06")
        assert len(mine(province)) == 1
        assert "round.refused" in [row.action for row in province.rows(audit)]

    def test_the_desk_says_what_waits(self, province, chief):
        chief.says("เมนู").hears("ผู้ประสาน", "ครบกำหนด พ. 4 ก.พ. 2569", "ส่งแล้ว 0 จาก 3", "ไม่มีเรื่องที่รอ")


class TestMoreTime:
    def test_a_director_asks_and_is_granted(self, province, chief):
        director, officer = province.director(), coordinator(province, KRASANG, "นายเขต สอง")
        director.says("ขอเลื่อนเป็น ๑๐ ก.พ. ๖๙ ได้ไหม").hears("ขอเลื่อนเป็น อ. 10 ก.พ. 2569", "เหตุผล")
        director.says("ครูวิชาการลาคลอด").hears("จาก พ. 4 ก.พ. 2569", "เป็น อ. 10 ก.พ. 2569", "ครูวิชาการลาคลอด")
        assert province.rows(extension_requests) == []
        director.says("ใช่").hears("ส่งคำขอเลื่อน", "แจ้งผลที่นี่")
        chief.says("สวัสดี").hears("บ้านสวายตัวอย่าง", "ครูวิชาการลาคลอด", "คำขอเลื่อนกำหนดที่รอ 1")
        officer.says("คำขอเลื่อน").hears("1. บ้านสวายตัวอย่าง").says("ให้เลื่อน 1").hears("ส่งได้ถึง อ. 10 ก.พ. 2569")
        director.says("กำหนดส่ง").hears("ผู้ประสานให้", "กำหนดส่ง อ. 10 ก.พ. 2569")
        chief.says("คำขอเลื่อน").hears("ไม่มีคำขอ")
        (wish,) = province.rows(extension_requests)
        chief.posts_back(f"do=grant_wish&v={wish.id}").hears("ให้เลื่อนไปแล้ว", "ไม่ได้เปลี่ยนสิ่งใด")
        chief.posts_back(f"do=refuse_wish&v={wish.id}").hears("ให้เลื่อนไปแล้ว", "ไม่ได้เปลี่ยนสิ่งใด")
        province.director("นายสุรเดช สมมติบุตร", "1031993002").says("กำหนดส่ง").hears("พ. 4 ก.พ. 2569")

    def test_a_tap_refuses_and_the_director_is_told(self, province, chief):
        director = province.director()
        director.says("ขอเลื่อน 1 สัปดาห์ เพราะครูลาป่วย 3 คน").hears("พ. 11 ก.พ. 2569", "ครูลาป่วย 3 คน").taps("ส่งคำขอ")
        chief.says("คำขอเลื่อน").taps("ไม่ให้เลื่อน 1").hears("กำหนดยังเป็น พ. 4 ก.พ. 2569")
        director.says("สวัสดี").hears("ส่งตามกำหนดเดิม พ. 4 ก.พ. 2569")
        assert province.rows(extensions) == []

    def test_the_day_may_be_picked_and_the_reason_left_out(self, province):
        director = province.director()
        director.says("ขอเลื่อน").hears("กำหนดส่งของท่านคือ พ. 4 ก.พ. 2569", "ขอเลื่อนเป็นวันใด")
        director.says("หลังสอบโอเน็ต").hears("ยังไม่ทราบว่าเรื่องนั้นตรงกับวันใด")
        director.says("2 ก.พ.").hears("วันใหม่ต้องช้ากว่านั้น")
        picks(director, "2026-02-09").hears("ขอเลื่อนเป็น จ. 9 ก.พ. 2569").says("ข้าม").hears("ไม่ได้ระบุ")
        director.says("12 ก.พ.").hears("พฤ. 12 ก.พ. 2569")
        director.says("ไม่").hears("กำหนดส่งยังเป็นวันเดิม")
        assert province.rows(extension_requests) == []

    def test_a_yes_that_comes_too_late_shows_the_request_again(self, province):
        director = province.director()
        director.says("ขอเลื่อน 1 สัปดาห์").says("ข้าม")
        province.later(hours=2)
        director.says("ใช่").hears("คำขอเลื่อนกำหนดส่ง", "ไม่ได้ระบุ").says("ใช่").hears("ถึงผู้ประสานแล้ว")

    def test_old_buttons_ask_for_nothing(self, province):
        director = province.director()
        director.says("ขอเลื่อนเป็น 10 ก.พ. 69").says("ข้าม").says("รายงาน").hears("ข้อ 1")
        director.taps("ส่งคำขอ", turn=-2).hears("ไม่ได้เปลี่ยนสิ่งใด")
        director.posts_back("do=wish&v=yes").hears("ไม่ได้เปลี่ยนสิ่งใด")
        assert province.rows(extension_requests) == []

    def test_an_agency_decides_for_its_own_schools_only(self, province, chief):
        director, officer = province.director(), coordinator(province, "สพป.บุรีรัมย์ เขต 3", "นายเขต สาม")
        director.says("ขอเลื่อน 1 สัปดาห์").says("ข้าม").says("ใช่")
        (wish,) = province.rows(extension_requests)
        officer.says("คำขอเลื่อน").hears("ไม่มีคำขอ")
        officer.posts_back(f"do=grant_wish&v={wish.id}")
        assert province.rows(extension_requests)[0].state == "asked"
        assert "tap.refused" in [row.action for row in province.rows(audit)]
        stranger = next(person for person in province.people.values() if person.channel == "noise")
        stranger.posts_back(f"do=grant_wish&v={wish.id}")
        director.posts_back(f"do=grant_wish&v={wish.id}")
        assert province.rows(extensions) == []

    def test_a_school_may_be_given_time_unasked(self, province, chief):
        director = province.director()
        chief.says("ให้เลื่อน บ้านสวายตัวอย่าง 15 ก.พ.").hears("อ.กระสัง", "จาก พ. 4 ก.พ. 2569", "เป็น อา. 15 ก.พ. 2569")
        assert province.rows(extensions) == []
        chief.says("ใช่").hears("ให้ บ้านสวายตัวอย่าง ส่งได้ถึง อา. 15 ก.พ. 2569")
        director.says("กำหนดส่ง").hears("ผู้ประสานให้", "กำหนดส่ง อา. 15 ก.พ. 2569")
        chief.says("ให้เลื่อน บ้านสวายตัวอย่าง 10 ก.พ.").hears("วันใหม่ต้องช้ากว่านั้น")

    def test_a_school_given_time_is_told_apart_and_of_ones_own_agency(self, province, chief):
        chief.says("ให้เลื่อน บ้านหนองสมมติ 15 ก.พ.").hears("อ.ลำปลายมาศ", "อ.นางรอง", "พร้อมอำเภอ")
        chief.says("ให้เลื่อน บ้านหนองสมมติ อ.นางรอง 15 ก.พ.").hears("อ.นางรอง").taps("ให้เลื่อน").hears("แจ้งโรงเรียนแล้ว")
        officer = coordinator(province, KRASANG, "นายเขต สอง")
        officer.says("ให้เลื่อน บ้านหนองสมมติ 15 ก.พ.").hears("ไม่พบโรงเรียน")
        officer.says("ให้เลื่อน 1031993002 16 ก.พ.").hears("ไม่พบโรงเรียน")
        officer.says("ให้เลื่อน 1031992003 สัปดาห์หน้า").hears("โปรดระบุให้เป็นวันเดียว")
        officer.says("ให้เลื่อน 1031992003 16 ก.พ.").says("ใช่").hears("แจ้งโรงเรียนแล้ว")
        assert [row.due_on.day for row in province.rows(extensions)] == [15, 16]

    def test_a_new_request_takes_the_place_of_the_old(self, province, chief):
        director = province.director()
        director.says("ขอเลื่อน 1 สัปดาห์").says("ข้าม").says("ใช่")
        chief.says("คำขอเลื่อน").hears("พ. 11 ก.พ. 2569")
        director.says("ขอเลื่อน 2 สัปดาห์").says("ข้าม").says("ใช่")
        chief.taps("ให้เลื่อน 1").hears("ขอวันใหม่แทน")
        chief.says("คำขอเลื่อน").says("ให้เลื่อน").hears("พ. 18 ก.พ. 2569")

    def test_late_after_grace_can_still_be_written_until_the_close(self, province):
        director = province.director()
        with province.store.write() as db:
            db.execute(update(rounds).values(grace_on=date(2026, 2, 10)))
        province.later(days=32)
        director.says("กำหนดส่ง").hears("เลยกำหนดแล้ว 2 วัน", "ผ่อนผันให้ส่งได้ถึง อ. 10 ก.พ. 2569")
        province.later(days=10)
        director.says("กำหนดส่ง").hears("เลยกำหนดแล้ว 12 วัน ยังส่งได้")
        director.says("รายงาน").says("เด็กอ่านออกเขียนได้ดีขึ้นทุกชั้น").hears("บันทึกแล้ว")
        director.says("ขอเลื่อนอีก 3 วัน").hears("ขอเลื่อนเป็น พฤ. 19 ก.พ. 2569")

    def test_no_day_after_the_planned_close(self, province):
        director = province.director()
        with province.store.write() as db:
            db.execute(update(rounds).values(closed_at=province.now + timedelta(days=33)))
        director.says("ขอเลื่อนเป็น 20 ก.พ.").hears("เลื่อนได้ไม่เกินวันนั้น")


ACTS = ["round_open", "round_move", "round_close", "round_sure", "round_day", "round_title", "round_skip", "wish_day"]
TYPED = [
    "เปิดรอบ",
    "วันนี้",
    "ใช่",
    "6 ก.พ.",
    "ข้าม",
    "ข้าม",
    "ใช่",
    "เลื่อนกำหนด",
    "20 ก.พ.",
    "ใช่",
    "ปิดรอบ",
    "ใช่",
    "ยืนยัน",
    "ให้เลื่อน 1",
    "อนุมัติ",
]


@pytest.mark.parametrize("who", ["stranger", "delegate", "verifier", "viewer", "agency", "noise"])
def test_no_words_and_no_button_made_by_hand_change_rounds_of_others(province, who):
    """Nobody but the province's coordinator changes a round; nobody decides on another agency's school."""
    province.director().says("ขอเลื่อน 1 สัปดาห์").says("ข้าม").says("ใช่")
    person = somebody(province, who)
    before = of_the_province(province)
    for words in TYPED:
        person.says(words)
    for data in [f"do={do}&n={n}&v={v}" for do in ACTS for n in (0, 1, 10**8) for v in ("1", "2026-02-20")]:
        person.posts_back(data)
    for number in range(1, 4):
        for do in ("grant_wish", "refuse_wish", "wish"):
            person.posts_back(f"do={do}&v={number}")
    assert of_the_province(province) == before
    assert province.rows(extensions) == []


def of_the_province(province: Province) -> list[object]:
    tables = (rounds, extension_requests)
    return [row for table in tables for row in province.rows(table) if row.channel_id == MAIN]


def somebody(province: Province, who: str) -> Person:
    if who == "stranger":
        return province.person("นางคนนอก ทดสอบ")
    if who == "delegate":
        return province.person("นางผู้ช่วย ทดสอบ").joins("1031993002", Role.DELEGATE)
    if who == "agency":
        return coordinator(province, "สพป.บุรีรัมย์ เขต 3")
    role, agency, channel = {
        "verifier": (Role.VERIFIER, KRASANG, MAIN),
        "viewer": (Role.VIEWER, None, MAIN),
        "noise": (Role.COORDINATOR, None, NOISE),
    }[who]
    person = province.person(f"{who} ทดสอบ", channel)
    with province.store.write() as db:
        place = province.agency(agency) if agency else None
        code = invites.create(db, channel, agency_id=place, role=role, now=province.now)
    return person.says(code).says("ใช่").says("รับทราบ")
