"""A coordinator makes meetings in a talk, sends and changes them, and sees who answers; verifiers look on."""

import re
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from handlers import invites
from handlers.heard import Kind
from handlers.meetings_pages import Page, Pass
from handlers.messages.limits import graphemes
from handlers.texts import SENTENCES
from models.audit import audit
from models.inbox import inbox
from models.meetings import MeetingState, Reply, invitees, meetings
from models.people import Role
from tests import meeting_scene as scene
from tests.province import MAIN, Person, Province

KRASANG = "สพป.บุรีรัมย์ เขต 2"
ZOOM = "https://zoom.example/j/2569?pwd=a1"


def coordinator(province: Province, agency: str | None = None, name: str = "นางสาวประสาน ทดสอบ") -> Person:
    """Return a coordinator of the province, or of an agency, who has joined."""
    with province.store.write() as db:
        place = province.agency(agency) if agency else None
        code = invites.create(db, MAIN, agency_id=place, role=Role.COORDINATOR, now=province.now)
    return province.person(name).says(code).says("ใช่").says("รับทราบ")


@pytest.fixture
def chief(province) -> Person:
    return coordinator(province)


def drafted(chief: Person) -> Person:
    """Bring a meeting to its preview in the fewest words."""
    chief.says("นัดประชุม ประชุมผู้บริหารสถานศึกษานำร่อง ครั้งที่ 1/2569")
    chief.says("15 ม.ค. 69 9.00-12.00").says(f"หอประชุม สพป.บร.1 {ZOOM}")
    return chief.says("ทุกโรงเรียน")


def only(province: Province) -> Any:
    (row,) = province.rows(meetings)
    return row


class TestNumbersOfPersons:
    NUMBER = "1101700207030"

    def test_are_never_kept(self, province, chief):
        province.director()
        chief.says("นัดประชุม").says(f"ประชุม {self.NUMBER}").hears("เลขประจำตัวประชาชน", "ชื่อการประชุม")
        chief.says(f"นัดประชุม ประชุม {self.NUMBER}").hears("เลขประจำตัวประชาชน")
        chief.says("ประชุมเตรียมการ").says("15 ม.ค. 69 9.00-12.00").says(f"ห้อง {self.NUMBER}").hears("เลขประจำตัวประชาชน")
        chief.says(f"หอประชุม https://live.example/{self.NUMBER}").hears_not("เลขประจำตัวประชาชน")
        assert only(province).online_url == f"https://live.example/{self.NUMBER}"
        chief.says("ทุกโรงเรียน").says("แก้ลิงก์ออนไลน์ https://live.example/2").says(f"เพิ่มวาระ {self.NUMBER}").hears(
            "เลขประจำตัวประชาชน"
        )
        chief.says("ยกเลิก").says("ส่ง")
        scene.call(province)
        chief.says(f"ยกเลิกประชุม ประธาน {self.NUMBER}").says("เมนู")
        chief.says("ประชุม").says("1").says("ยกเลิกประชุม").says(f"ประธานป่วย {self.NUMBER}").hears("เลขประจำตัวประชาชน")
        assert self.NUMBER not in str([tuple(row) for row in province.rows(meetings)])
        assert self.NUMBER not in str([row.raw for row in province.rows(inbox)])


def test_seats_that_a_colleague_changed_meanwhile_are_not_changed_back(province, chief):
    province.director()
    number = scene.call(province)
    chief.says("แก้ประชุม เวลา 13.00-16.00").hears("13:00–16:00")
    scene.change(province, number, seats=40)
    chief.says("ส่ง").hears("ไม่ได้ทำสิ่งใด")
    assert scene.stands(province, number).seats == 40


class TestMaking:
    def test_a_meeting_is_made_and_sent_in_six_messages(self, province, chief):
        director = province.director()
        chief.says("นัดประชุม").hears("ชื่อการประชุมว่าอะไร")
        chief.says("ประชุมผู้บริหารสถานศึกษานำร่อง ครั้งที่ ๑/๒๕๖๙").hears("วันและเวลาใด")
        chief.says("พฤหัสที่ ๑๕ มกราคม ๒๕๖๙ เวลา ๐๙.๐๐ - ๑๒.๐๐ น.").hears("พฤ. 15 ม.ค. 2569 09:00–12:00 น.", "ประชุมที่ไหน")
        chief.says(f"หอประชุม สพป.บร.1 {ZOOM}").hears("เชิญใคร (พื้นที่นวัตกรรมการศึกษา)")
        chief.taps("ทุกโรงเรียน").hears("ประชุมผู้บริหารสถานศึกษานำร่อง ครั้งที่ 1/2569", "หอประชุม สพป.บร.1", "ยังไม่ได้ส่ง")
        chief.hears("ผอ. · ทั้งจังหวัด", "3 โรงเรียน · ส่งถึงทางไลน์ 1 ท่าน", "ไม่ถึง 2 โรงเรียน", "ใช้ไม่เกิน 1 ข้อความ")
        assert ZOOM not in chief.words
        assert only(province).state == MeetingState.DRAFT
        chief.says("ส่ง").hears("ส่งคำเชิญ “ประชุมผู้บริหารสถานศึกษานำร่อง ครั้งที่ 1/2569” ถึง 1 ท่านแล้ว")
        made = only(province)
        assert (made.state, made.number, made.online_url) == (MeetingState.CALLED, "ครั้งที่ 1/2569", ZOOM)
        assert len(province.rows(invitees)) == 3
        assert director.user in [row.recipient for row in scene.rows(province, made.id)]

    def test_what_was_begun_is_kept_and_goes_on_where_it_stopped(self, province, chief):
        chief.says("นัดประชุม").says("ประชุมเตรียมการ").says("ยกเลิก").hears("เก็บร่าง “ประชุมเตรียมการ” ไว้แล้ว", "ไม่ได้ส่งถึงใคร")
        chief.says("เมนู").says("นัดประชุม").hears("1. ประชุมเตรียมการ · ยังไม่มีวันเวลา")
        chief.says("1").hears("ประชุมวันและเวลาใด").says("15 ม.ค. 69").hears("พฤ. 15 ม.ค. 2569", "ตั้งแต่กี่โมงถึงกี่โมง")
        province.forget_places()
        chief.says("นัดประชุม").taps("ทำร่าง 1 ต่อ").says("พรุ่งนี้ บ่ายโมงครึ่ง").hears("เลิกกี่โมง")
        chief.taps("15:30").hears("อ. 6 ม.ค. 2569 13:30–15:30 น.")
        chief.says("คิว").says("นัดประชุม").hears("13:30").taps("นัดประชุมใหม่").hears("ชื่อการประชุม").says("ประชุมที่สอง")
        chief.says("ยกเลิก").says("นัดประชุม").hears("1. ประชุมที่สอง", "2. ประชุมเตรียมการ").says("2").hears("ประชุมที่ไหน")
        assert len(province.rows(meetings)) == 2

    def test_nothing_that_cannot_be_is_taken(self, province, chief):
        chief.says("นัดประชุม").says("ก" * 300).hears("300 ตัวอักษร", "ไม่เกิน 200").says("ประชุมย่อ")
        chief.says("ห้องประชุม").hears("ประชุมวันและเวลาใด")
        chief.says("4 ม.ค. 69 9.00-12.00").hears("ผ่านไปแล้ว")
        chief.says("วันนี้ 8.00-9.00").hears("ผ่านไปแล้ว")
        chief.says("15 ม.ค. 69 12.00-9.00").hears("เวลาเลิกต้องอยู่หลังเวลาเริ่ม", "พฤ. 15 ม.ค. 2569")
        chief.says("13-15 ม.ค. 69").hears("นัดได้ทีละวัน")
        chief.says("ศุกร์ที่ 15 ม.ค. 69 9.00-12.00").hears("ไม่ตรงกัน", "พฤ. 15 ม.ค. 2569").taps("พฤ. 15 ม.ค. 2569")
        chief.hears("09:00–12:00 น.", "ประชุมที่ไหน")
        chief.sends(Kind.STICKER).hears("ยังไม่พบข้อความ", "ประชุมที่ไหน")
        chief.says("ห้อง http://ไม่ใช่ลิงก์").hears("ยังไม่ใช่ลิงก์")
        chief.taps("ออนไลน์อย่างเดียว").hears("วางลิงก์").says("เดี๋ยวส่งให้").hears("ยังไม่ใช่ลิงก์").says(ZOOM).hears("เชิญใคร")
        chief.says("เขต 9").hears("ยังไม่พบ “เขต 9”").says("บ้านหนองสมมติ").hears("หลายแห่ง").says("1")
        chief.hears("ยังไม่มีผู้รับเชิญคนใดที่ส่งถึงทางไลน์ได้")
        assert "ส่งคำเชิญ" not in [button.label for button in chief.buttons()]
        chief.says("ส่ง").hears("ยังไม่ได้ส่ง", "ยังไม่มีผู้รับเชิญ")
        assert only(province).state == MeetingState.DRAFT

    def test_every_part_can_be_changed_at_the_preview(self, province, chief):
        province.director()
        drafted(chief).says("แก้เวลา 13.00-16.30").hears("พฤ. 15 ม.ค. 2569 13:00–16:30 น.")
        chief.says("แก้วัน 16 ม.ค.").hears("ศ. 16 ม.ค. 2569 13:00–16:30 น.").says("เลื่อนวัน").hears("วันและเวลาใด")
        chief.says("15 ม.ค. 69 9-12").hears("พฤ. 15 ม.ค. 2569 09:00–12:00 น.")
        chief.says("แก้สถานที่เป็นห้องประชุม 2").hears("ห้องประชุม 2").says("เพิ่มประธาน ผอ.เขตสมมติ").hears("ผอ.เขตสมมติ")
        chief.taps("เพิ่มวาระ").hears("พิมพ์วาระย่อ").says("1 ประธานแจ้ง\n2 พิจารณา").hears("1 ประธานแจ้ง\n2 พิจารณา")
        chief.says("เพิ่มหนังสือ ที่ ศธ 04009/ว 12 https://letters.example/12.pdf").hears("ที่ ศธ 04009/ว 12")
        chief.taps("เพิ่มผู้ประสาน").says("ยกเลิก").hears("ยังไม่ได้ส่ง").says("ผู้ประสาน นางประสาน 044000099").hears("044000099")
        chief.says("ตอบรับภายใน 16 ม.ค.").hears("กำหนดตอบรับ ศ. 16 ม.ค. 2569 16:30 น. อยู่หลังเวลาเริ่ม")
        chief.says("ตอบรับภายใน 13 ม.ค.").hears("อ. 13 ม.ค. 2569 16:30 น.")
        chief.says("ที่นั่ง หกสิบ").hears("เป็นตัวเลข").says("๖๐ ที่").hears("ยังไม่ได้ส่ง", "ที่นั่งในห้อง 60 ที่")
        chief.says("เพิ่มการแต่งกาย ชุดสุภาพ").hears("ชุดสุภาพ").says("แก้ครั้งที่ 2/2569").hears("ครั้งที่ 2/2569")
        chief.says("เพิ่มแผนที่ https://maps.app.goo.gl/x").hears("ดูแผนที่").says("ลบแผนที่").hears_not("ดูแผนที่")
        chief.says("แก้ผู้รับเชิญ เขต 2").hears("ผอ. · สพป.บุรีรัมย์ เขต 2", "1 โรงเรียน")
        chief.says("ลบเวลา").hears("เอาออกไม่ได้").says("ยกเลิก").says("นัดประชุม").says("1").hears("ยังไม่ได้ส่ง")
        chief.says("แก้ไข").hears("แก้ส่วนใด").taps("ชื่อการประชุม").says("ประชุมใหม่").hears("ประชุมใหม่")
        chief.says("เลื่อนไปวันอื่นดีไหม").hears("ยังไม่ทราบว่าเป็นส่วนใด")
        row = only(province)
        assert (row.seats, row.chair, row.letter_url) == (60, "ผอ.เขตสมมติ", "https://letters.example/12.pdf")
        chief.says("แก้เวลา 12 ม.ค. 69 9-12").hears("นำกำหนดตอบรับเดิมออกแล้ว").says("ลบร่าง").hears("ลบร่าง")
        chief.says("นัดประชุม").hears("ชื่อการประชุมว่าอะไร").says("ประชุม").hears("ยังไม่มีการประชุม")

    def test_it_can_be_tried_on_oneself_for_nothing(self, province, chief):
        province.director()
        drafted(chief).says("ทดลองส่ง").hears("หอประชุม สพป.บร.1", "ส่งถึงท่านผู้เดียว")
        assert scene.rows(province, only(province).id) == []
        chief.taps("ไปที่ห้อง").hears("นี่คือตัวอย่าง").says("ทดลองส่ง").taps("ทดลองส่งให้ตัวเอง").taps("ส่งคำเชิญ").hears(
            "ถึง 1 ท่านแล้ว"
        )

    def test_out_of_hours_it_waits_unless_it_is_urgent(self, province, chief):
        director = province.director()
        province.later(hours=9)
        drafted(chief).hears("จะส่งออก อ. 6 ม.ค. 2569 07:30 น.", "“ด่วนที่สุด”")
        chief.says("ส่ง").hears("จะส่งถึง 1 ท่าน อ. 6 ม.ค. 2569 07:30 น.")
        number = only(province).id
        chief.says("ยกเลิกประชุม").hears("ผู้ที่ยังไม่ได้รับจะไม่เห็นสิ่งใด").taps("ไม่ยกเลิกแล้ว").hears("ยังไม่ได้ยกเลิก")
        chief.says("ยกเลิกประชุม ประธานป่วย").hears("เหตุผล: ประธานป่วย", "“ใช่”").says("ยกเลิก").hears("ยังไม่ได้ยกเลิก")
        chief.says("ยกเลิกประชุม").says("ก" * 301).hears("ไม่เกิน 300").says("ประธานติดราชการ").hears("ยกเลิก “ประชุมผู้บริหาร")
        assert only(province).cancelled_why == "ประธานติดราชการ"
        assert scene.waits(province, number) == []
        chief.says("นัดประชุม ประชุมด่วน").says("พรุ่งนี้ 13-16").says("ห้องประชุม").says("ทุกโรงเรียน").says("ด่วนที่สุด")
        chief.hears("ทันที", "นอกเวลาราชการ").says("ดีไหม").hears("“ใช่”").says("ไม่").hears("ยังไม่ได้ส่ง")
        chief.says("ด่วนที่สุด").says("ใช่").hears("ถึง 1 ท่านแล้ว")
        (row,) = [row for row in scene.rows(province, number + 1) if row.recipient == director.user]
        assert row.due_at <= province.now

    def test_a_preview_that_is_old_is_shown_again(self, province, chief):
        province.director()
        drafted(chief)
        province.later(hours=2)
        chief.says("ใช่").hears("โปรดตรวจอีกครั้ง", "ยังไม่ได้ส่ง").taps("ส่งคำเชิญ", turn=-2).hears("โปรดตรวจอีกครั้ง")
        chief.says("ใช่").hears("ถึง 1 ท่านแล้ว").taps("ส่งคำเชิญ", turn=-2).hears("ปุ่มนี้เป็นของคำถามก่อนหน้า")
        chief.taps("ลบร่าง", turn=-3).hears("ปุ่มนี้เป็นของคำถามก่อนหน้า")
        assert only(province).state == MeetingState.CALLED


class TestAfter:
    def test_what_changes_is_shown_and_who_is_asked_again(self, province, chief):
        director = province.director()
        drafted(chief).says("ส่ง")
        number = only(province).id
        scene.push(province)
        scene.answer(province, number, director)
        chief.says("แก้ประชุม").hears("ยังไม่มีสิ่งใดเปลี่ยน").says("แก้เวลา 13.00-16.00")
        chief.hears("วันเวลา: พฤ. 15 ม.ค. 2569 09:00–12:00 น. → พฤ. 15 ม.ค. 2569 13:00–16:00 น.", "คำตอบเดิมยังใช้ได้")
        chief.says("ยกเลิก").hears("ยังเป็นตามเดิม")
        assert only(province).version == 1
        chief.says("เลื่อนประชุมเป็นวันที่ 20 ม.ค. 69").hears("อ. 20 ม.ค. 2569").says("ยกเลิก")
        chief.says("เลื่อนประชุม 16 ม.ค. 69").hears("ศ. 16 ม.ค. 2569 09:00", "โปรดตอบรับอีกครั้ง")
        chief.says("แก้ผู้รับเชิญ เขต 1").hears("เชิญไปแล้ว")
        chief.says("ส่ง").hears("แจ้งการเปลี่ยนแปลง")
        assert only(province).version == 2
        chief.says("ประชุม").hears("ศ. 16 ม.ค. 2569 09:00–12:00 น. · ตอบรับ 0/3")
        assert [words for words in scene.waits(province, number, director) if "เปลี่ยนแปลงการประชุม" in words]
        chief.says("ประชุม 1").says("แก้เวลา 13-15").hears("ศ. 16 ม.ค. 2569 13:00–15:00 น.").says("ยกเลิก")
        chief.says("แก้ประชุม").says("ที่นั่ง 5").hears("แจ้งเฉพาะผู้ที่ได้ที่นั่ง").says("ส่ง").hears("เปลี่ยน “")
        assert (only(province).version, only(province).seats) == (2, 5)

    def test_a_change_made_elsewhere_meanwhile_is_not_written_over(self, province, chief):
        province.director()
        drafted(chief).says("ส่ง")
        chief.says("แก้ประชุม").says("แก้เวลา 13.00-16.00")
        scene.change(province, only(province).id, place="ห้องอื่น")
        chief.says("ส่ง").hears("ถูกส่ง เปลี่ยน หรือลบไปแล้ว")
        assert only(province).version == 2

    def test_the_list_the_page_and_who_is_silent(self, province, chief):
        director, other = province.director(), province.director("นางสาวกาญจนา สมมติสกุล", "1031991002")
        drafted(chief).says("เพิ่มที่นั่ง 1").says("ส่ง")
        number = only(province).id
        scene.answer(province, number, director)
        scene.answer(province, number, other, "1031991002")
        chief.says("ประชุม").hears("1. ประชุมผู้บริหารสถานศึกษานำร่อง ครั้งที่ 1/2569", "ตอบรับ 2/3").says("1")
        chief.hears("ห้อง 1", "รอที่นั่ง 1", "ยังไม่ตอบ 1", "ที่นั่งในห้องใช้ไป 1 จาก 1")
        chief.says("ใครยังไม่ตอบรับประชุม").hears("ยังไม่ตอบรับ 1 จาก 3", "สพป.บุรีรัมย์ เขต 3 (1)", "• บ้านหนองสมมติ", "เชิญซ้ำ")
        chief.says("เชิญซ้ำ").hears("ไม่มีผู้ที่จะเชิญซ้ำทางไลน์ได้")
        assert chief.says("ประชุม 1").hears("ห้อง 1")
        chief.says("ประชุม 9").hears("1. ประชุม")

    def test_the_silent_are_asked_once_more_by_order_and_once_a_day(self, province, chief):
        director = province.director()
        drafted(chief).says("ส่ง")
        scene.push(province)
        chief.says("ประชุม").taps("ดูการประชุม").says("เชิญซ้ำ").hears("ถึงผู้ที่ยังไม่ตอบ 1 ท่าน", "ใช้ไม่เกิน 1 ข้อความ").says("ไม่")
        chief.hears("ยังไม่ตอบ 3").says("เชิญซ้ำ").says("ใช่").hears("เชิญซ้ำถึง 1 ท่านแล้ว").says("เชิญซ้ำ").hears("ไม่มีผู้ที่จะเชิญซ้ำ")
        assert len(scene.waits(province, only(province).id, director)) == 1
        province.later(days=1)
        chief.says("เชิญซ้ำ").taps("ใช่ เชิญซ้ำ").hears("เชิญซ้ำถึง 1 ท่านแล้ว")

    def test_the_pages_of_the_host_are_at_links_of_ones_own(self, province, chief):
        made: list[Pass] = []

        def address(one: Pass) -> str:
            made.append(one)
            return f"https://m.example/{one.page}"

        province.house = replace(province.house, page_to=address)
        province.director()
        drafted(chief).says("ส่ง")
        chief.says("ประชุม 1").hears("ยังไม่ตอบ 3")
        shown = re.findall("https://m.example/([a-z]+)", str(chief.turns[-1]))
        assert shown == [one.page for one in made]
        assert [one.page for one in made] == [Page.HOST, Page.REGISTER_PDF, Page.REGISTER_XLSX]
        assert {(one.channel, one.person, one.meeting) for one in made} == {(MAIN, scene.id_of(province, chief), 1)}
        assert "https://" not in chief.turns[-1][0]["altText"]
        made.clear()
        province.verifier().says("ประชุม 1").hears("ยังไม่ตอบ 1")
        coordinator(province, KRASANG, "นายเขต สอง").says("ประชุม 1").hears("ยังไม่ตอบ 1")
        assert made == []

    def test_what_is_over_or_begun_stays_as_it_is(self, province, chief):
        province.director()
        drafted(chief).says("ส่ง")
        province.later(days=10)
        chief.says("ประชุม 1").says("ยกเลิกประชุม").hears("เริ่มไปแล้ว").says("แก้ประชุม").hears("เริ่มไปแล้ว")
        chief.says("เชิญซ้ำ").hears("เริ่มไปแล้ว")

    def test_a_digest_has_a_line_for_the_coming_meeting(self, province, chief):
        director = province.director()
        drafted(chief).says("ส่ง")
        number = only(province).id
        chief.says("สรุป").hears("ประชุม พฤ. 15 ม.ค. 2569 ตอบรับ 0/3")
        scene.answer(
            province, number, director, reply=Reply.DELEGATE, delegate_name="นางมยุรี", delegate_position="รอง ผอ."
        )
        line = "ประชุม พฤ. 15 ม.ค. 2569 ตอบรับ 1/3 (ผู้แทน 1)"
        chief.says("สรุป").hears(line).taps(line).hears("รายการประชุม")
        coordinator(province, "สพป.บุรีรัมย์ เขต 3", "นายเขต สาม").says("สรุป").hears("ประชุม พฤ. 15 ม.ค. 2569 ตอบรับ 0/1")
        scene.cancel(province, number)
        chief.says("สรุป").hears_not("ประชุม พฤ.")


class TestScope:
    def test_an_agency_invites_and_sees_its_own_only(self, province, chief):
        province.director()
        officer = coordinator(province, KRASANG, "นายเขต สอง")
        verifier = province.verifier()
        officer.says("นัดประชุม ประชุมเขต").says("15 ม.ค. 69 9-12").says("ห้องประชุมเขต")
        officer.says("เขต 3").hears("นอกสังกัดของท่าน").says("ทุกโรงเรียน").hears("สพป.บุรีรัมย์ เขต 2", "1 โรงเรียน").says(
            "ส่ง"
        ).hears("ถึง 1 ท่านแล้ว")
        drafted(chief).says("ส่ง")
        own, whole = sorted(row.id for row in province.rows(meetings))
        assert len([row for row in province.rows(invitees) if row.meeting_id == own]) == 1
        other = coordinator(province, "สพป.บุรีรัมย์ เขต 3", "นายเขต สาม")
        other.says("ประชุม").hears("ตอบรับ 0/1").hears_not("ประชุมเขต")
        other.says("1").hears("นับเฉพาะของ สพป.บุรีรัมย์ เขต 3", "ยังไม่ตอบ 1").says("แก้ประชุม").hears("หน่วยงานอื่นเป็นผู้เชิญ")
        other.says("ใครยังไม่ตอบรับประชุม").hears("• บ้านหนองสมมติ").hears_not("บ้านสวายตัวอย่าง", "เชิญซ้ำ")
        verifier.says("ประชุม").hears("1. ประชุมเขต", "2. ประชุมผู้บริหาร").says("1").hears("ยังไม่ตอบ 1").hears_not("แก้ประชุม")
        verifier.says("นัดประชุม")
        assert len(province.rows(meetings)) == 2
        before = province.rows(meetings), province.rows(invitees)
        for person in (other, verifier, province.director("ก", "1031991002")):
            for do in ("host_one", "host_change", "host_cancel", "host_again", "host_draft", "host_silent"):
                person.posts_back(f"do={do}&v={own}")
                assert "ประชุมเขต" not in person.words or person is verifier
        noise = next(person for person in province.people.values() if person.channel == "noise")
        noise.posts_back(f"do=host_one&v={whole}")
        assert (province.rows(meetings), province.rows(invitees)) == before
        assert len([row for row in province.rows(audit) if row.action == "tap.refused"]) >= 6

    def test_a_meeting_of_another_hat_of_ones_own_is_told_so(self, province, chief):
        province.director("นายสุรเดช สมมติบุตร", "1031993002")
        drafted(chief).says("แก้ผู้รับเชิญ เขต 3").says("ส่ง")
        both = coordinator(province, KRASANG, "นายสองหน้าที่ ทดสอบ")
        with province.store.write() as db:
            third = province.agency("สพป.บุรีรัมย์ เขต 3")
            code = invites.create(db, MAIN, agency_id=third, role=Role.COORDINATOR, now=province.now)
        both.says(code).says("ใช่").says("สลับ").says("1").says("ประชุม").hears("ยังไม่มีการประชุม")
        refused = len([row for row in province.rows(audit) if row.action == "tap.refused"])
        both.posts_back(f"do=host_one&v={only(province).id}").hears("สพป.บุรีรัมย์ เขต 3")
        assert len([row for row in province.rows(audit) if row.action == "tap.refused"]) == refused

    def test_a_draft_whose_day_has_passed_says_so(self, province, chief):
        province.director()
        drafted(chief)
        province.later(days=14)
        chief.says("นัดประชุม").says("1").hears("ผ่านไปแล้ว", "“แก้เวลา").says("ส่ง").hears("ยังไม่ได้ส่ง", "ผ่านไปแล้ว")
        chief.says("แก้วัน เสาร์นี้").hears("ส. 24 ม.ค. 2569 เป็นวันหยุด").hears_not("ผ่านไปแล้ว")
        chief.says("แก้วัน พรุ่งนี้").hears("อ. 20 ม.ค. 2569 09:00–12:00 น.").hears_not("เป็นวันหยุด").says("ส่ง").hears("แล้ว")

    def test_a_draft_is_ones_own(self, province, chief):
        drafted(chief)
        number = only(province).id
        other = coordinator(province, name="นายประสานอีกคน ทดสอบ")
        other.posts_back(f"do=host_draft&v={number}").hears("ไม่ใช่ของการประชุมที่ท่านดูแล")
        other.posts_back(f"do=host_one&v={number}").hears("ไม่ใช่ของการประชุมที่ท่านดูแล")
        other.says("นัดประชุม").hears("ชื่อการประชุมว่าอะไร")


WORDS = """นัดประชุม|นัดประชุม ประชุมย่อย|ประชุมใหญ่ ครั้งที่ 3|20 ก.พ. 69 9-12|พรุ่งนี้|9.00|พรุ่งนี้ 4 โมง|ห้องประชุม 1|
ออนไลน์|ทุกโรงเรียน|เขต 2|1|2|9|ส่ง|ใช่|ไม่|ยกเลิก|ทดลองส่ง|ด่วนที่สุด|แก้ไข|แก้เวลา|แก้เวลา 13-16|ลบสถานที่|เพิ่มประธาน|
เพิ่มประธาน นายก|ที่นั่ง 1|ลบร่าง|ประชุม|ประชุม 1|ประชุม 7|แก้ประชุม|เลื่อนประชุม 20 ก.พ.|ยกเลิกประชุม|ข้าม|เชิญซ้ำ|เมนู|ไม่มี|
ใครยังไม่ตอบรับประชุม|ใครยังไม่ตอบรับ 1|แก้ผู้รับเชิญ เขต 1""".replace("\n", "").split("|")


def test_whatever_is_said_or_tapped_in_whatever_order_is_answered(province, chief):
    """A coordinator's own words and buttons, old ones too, never fail, and are never taken for somebody else's."""
    province.director()
    dice = Random(2569)
    for number in range(150):
        if number % 50 == 0:
            drafted(chief.says("เมนู")).says("ส่ง")
        buttons = [one for one in chief.buttons(-dice.choice([1, 1, 1, 2, 3])) if "data" in one.action]
        if buttons and dice.random() < 0.4:
            chief.does(Kind.POSTBACK, data=dice.choice(buttons).action["data"], params={"date": "2026-02-20"})
        else:
            chief.says(dice.choice(WORDS))
        assert chief.answered == 1
    assert "tap.refused" not in [row.action for row in province.rows(audit)]


def test_no_button_of_a_meetings_talk_is_cut() -> None:
    labels = {key: words for key, words in SENTENCES.items() if re.match(r"label\.(host_|add_|edit_|page_)", key)}
    assert {key for key, words in labels.items() if graphemes(words.replace("{n}", "10")) > 20} == set()
