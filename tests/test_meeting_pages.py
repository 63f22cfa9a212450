"""Pages of a meeting at signed links: the calendar entry, the host's page, the register; for whom, and how long."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
import vobject
from flask import Flask
from flask.testing import FlaskClient

from bot import meeting_pages, register_print
from bot.links import MeetingLinks
from bot.typesetting import NotSet, set_pdf
from handlers import audit as trail
from handlers import checkin_codes, meetings, meetings_answers, standing
from handlers.inbox import House
from handlers.meetings_answers import Answer
from handlers.meetings_pages import Page, Pass
from models.audit import audit
from models.meetings import Mode, Reply
from models.people import Role, contacts, memberships
from models.store import Busy, Store
from tests.meeting_scene import LINK, STARTS, call, cancel, change, make, stands
from tests.province import MAIN, NOISE, Person, Province
from tests.test_talk_requests import office as joins_office

SECRETS = {MAIN: ("secret",), NOISE: ("another secret",)}
HOST = "https://bot.example.org"
WARUNEE, SURADET, KANJANA = "1031992003", "1031993002", "1031991002"
TEXT = "text/html; charset=utf-8"


@pytest.fixture
def links() -> MeetingLinks:
    return MeetingLinks(HOST, lambda channel: SECRETS[channel])


@pytest.fixture
def province(store: Store, now: datetime, links: MeetingLinks) -> Province:
    return Province(store, now, house=House("test", ack_wait=0.0, page_to=links.make))


@pytest.fixture
def web(province: Province, links: MeetingLinks) -> FlaskClient:
    app = Flask("test")
    meeting_pages.add_to(app, links, province.store, lambda: province.now, lambda channel: "@999raing")
    return app.test_client()


Opens = Callable[..., Any]


@pytest.fixture
def opens(province: Province, links: MeetingLinks, web: FlaskClient) -> Opens:
    """Return a function that opens a page as somebody who was given its link."""

    def open_page(person: Person, meeting: int, page: Page, *, lasts: float = 600, tail: str = "") -> Any:
        until = province.now + timedelta(seconds=lasts)
        made = links.make(Pass(person.channel, row_of(province, person), meeting, page, until))
        assert made is not None
        address, _, query = made.removeprefix(HOST).partition("?")
        return web.get(f"{address}{tail}?{query}")

    return open_page


def office(province: Province, agency: str | None = None) -> Person:
    """Return a coordinator of an agency, or of the whole province."""
    return joins_office(province, Role.COORDINATOR, agency)


def row_of(province: Province, person: Person) -> int:
    with province.store.write() as db:
        return standing.find(db, person.channel, person.user, province.now).id


def answers(province: Province, person: Person, meeting: int, reply: Reply, mode: Mode | None = None, **more: str):
    by = row_of(province, person)
    with province.store.write() as db:
        held = meetings.locked(db, MAIN, meeting)
        mine = next(one for one in meetings.of_person(db, MAIN, by, province.now) if one.meeting.id == meeting)
        assert held is not None
        given = Answer(reply, mode, **more)
        meetings_answers.answer(db, held, mine.invitee, given, by, province.now, None, province.now)


def actions(province: Province) -> list[str]:
    return [row.action for row in province.rows(audit) if row.action.startswith("meeting.page")]


def shown_codes(page: str) -> dict[str, str]:
    """Return the codes that a host's page shows, by what stands above them."""
    found = re.findall(r"<h2>([^<]+)</h2><b>(\d{3})<i></i>(\d{3})</b>", page)
    return {head: first + last for head, first, last in found}


def lines_of(pdf: bytes) -> str:
    file = pypdfium2.PdfDocument(pdf)
    words = "\n".join(page.get_textpage().get_text_range() for page in file)
    file.close()
    return words


def ink(pdf: bytes) -> float:
    """Return how much of the first page, as printed, is not white."""
    file = pypdfium2.PdfDocument(pdf)
    drawn = bytes(file[0].render(scale=1, grayscale=True).buffer)
    file.close()
    return sum(one < 200 for one in drawn) / len(drawn)


class TestCalendar:
    def test_is_read_by_another_library(self, province: Province, opens: Opens):
        warunee = province.director()
        meeting = call(province)
        page = opens(warunee, meeting, Page.CALENDAR)
        assert page.status_code == 200
        assert page.content_type == "text/calendar; charset=utf-8; method=PUBLISH"
        assert page.headers["Content-Disposition"] == f'inline; filename="meeting-{meeting}.ics"'
        event = vobject.readOne(page.text).vevent
        assert (event.dtstart.value, event.dtend.value) == (STARTS, STARTS + timedelta(hours=3))
        assert (event.sequence.value, event.status.value) == ("1", "CONFIRMED")
        assert "พื้นที่นวัตกรรมสมมติ" in event.summary.value
        assert event.location.value == "ห้องประชุม สพป.บุรีรัมย์ เขต 1"
        assert "วิเคราะห์ 6 ประเด็น" in event.description.value
        assert all(len(line.encode()) <= 75 for line in page.text.split("\r\n"))  # RFC 5545, 3.1

    def test_the_link_is_only_for_who_takes_part_online(self, province: Province, opens: Opens):
        warunee, suradet = province.director(), province.person("นายสุรเดช").joins(SURADET)
        meeting = call(province)
        answers(province, warunee, meeting, Reply.COMING, Mode.ROOM)
        answers(province, suradet, meeting, Reply.COMING, Mode.CALL)
        assert LINK not in vobject.readOne(opens(warunee, meeting, Page.CALENDAR).text).vevent.description.value
        assert LINK in vobject.readOne(opens(suradet, meeting, Page.CALENDAR).text).vevent.description.value

    def test_a_newer_version_takes_its_place_and_a_cancelled_meeting_says_so(self, province: Province, opens: Opens):
        warunee = province.director()
        meeting = call(province)
        first = vobject.readOne(opens(warunee, meeting, Page.CALENDAR).text).vevent
        change(province, meeting, starts_at=STARTS + timedelta(hours=1))
        second = vobject.readOne(opens(warunee, meeting, Page.CALENDAR).text).vevent
        cancel(province, meeting)
        last = vobject.readOne(opens(warunee, meeting, Page.CALENDAR).text).vevent
        assert first.uid.value == second.uid.value == last.uid.value
        assert [int(one.sequence.value) for one in (first, second, last)] == [1, 2, 3]
        assert last.status.value == "CANCELLED"
        assert last.summary.value.startswith("ยกเลิก")

    def test_nothing_in_a_title_breaks_out(self, province: Province, opens: Opens):
        warunee = province.director()
        title = "ประชุม; แก้, \\ปัญหา\r\nBEGIN:VALARM <b>"
        event = vobject.readOne(opens(warunee, call(province, title=title), Page.CALENDAR).text).vevent
        assert "BEGIN:VALARM <b>" in event.summary.value
        assert len(event.valarm_list) == 1


class TestForWhom:
    def test_only_for_the_office_that_calls_and_those_above_it(self, province: Province, opens: Opens):
        warunee, verifier = province.director(), province.verifier()
        own, above = office(province, agency="สพป.บุรีรัมย์ เขต 2"), office(province)
        other = office(province, agency="สพป.บุรีรัมย์ เขต 1")
        meeting = call(province, agency=province.agency("สพป.บุรีรัมย์ เขต 2"))
        for page in (Page.HOST, Page.REGISTER_XLSX, Page.REGISTER_PDF):
            opened = [opens(one, meeting, page).status_code for one in (own, above, other, verifier, warunee)]
            assert opened == [200, 200, 410, 410, 410], page
        assert actions(province) == (["meeting.page_opened"] * 2 + ["meeting.page_refused"] * 3) * 3

    def test_the_calendar_is_for_who_is_invited_and_the_host(self, province: Province, opens: Opens):
        warunee, stranger, noisy = province.director(), province.person("ใครสักคน"), next(iter(province.people.values()))
        host = office(province)
        meeting = call(province)
        stranger.says("สวัสดี")
        opened = [opens(one, meeting, Page.CALENDAR).status_code for one in (warunee, host, stranger, noisy)]
        assert opened == [200, 200, 410, 410]

    def test_a_post_that_has_ended_opens_nothing(self, province: Province, opens: Opens):
        host, meeting = office(province), call_with_somebody(province)
        with province.store.write() as db:
            db.execute(memberships.update().values(until=province.now))
        assert opens(host, meeting, Page.HOST).status_code == 410
        assert opens(host, meeting, Page.HOST, tail="/now").status_code == 410

    def test_a_link_of_yesterday_a_changed_one_and_a_draft_open_nothing(
        self, province: Province, opens: Opens, web: FlaskClient, links: MeetingLinks
    ):
        host, meeting = office(province), call_with_somebody(province)
        assert opens(host, meeting, Page.HOST, lasts=-1).status_code == 410
        assert opens(host, make(province), Page.HOST).status_code == 410
        assert opens(host, 999_999, Page.REGISTER_PDF).status_code == 410
        good = links.make(Pass(MAIN, row_of(province, host), meeting, Page.HOST, province.now + timedelta(hours=1)))
        assert good is not None
        path = good.removeprefix(HOST).partition("?")[0]
        assert web.get(path).status_code == 200
        for bad in (path[:-1], path.replace(f"/{MAIN}/", f"/{NOISE}/"), f"/meetings/{MAIN}/x", "/meetings/nowhere/x"):
            assert web.get(bad).status_code in (404, 410), bad

    def test_one_page_is_not_another(self, province: Province, opens: Opens):
        host, warunee = office(province), province.director()
        meeting = call(province)
        assert opens(warunee, meeting, Page.CALENDAR, tail="/now").status_code == 410
        assert opens(host, meeting, Page.REGISTER_PDF, tail="/now").status_code == 410

    def test_nothing_is_kept_framed_or_found(self, province: Province, opens: Opens):
        host, meeting = office(province), call_with_somebody(province)
        for page in (Page.HOST, Page.CALENDAR, Page.REGISTER_XLSX):
            headers = opens(host, meeting, page).headers
            assert headers["Cache-Control"] == "no-store, private"
            assert headers["X-Robots-Tag"] == "noindex"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert "default-src 'none'" in headers["Content-Security-Policy"]


def call_with_somebody(province: Province, **given: Any) -> int:
    province.director()
    return call(province, **given)


class TestHost:
    def test_shows_codes_that_check_in_and_counts_who_came(self, province: Province, opens: Opens):
        warunee, suradet = province.director(), province.person("นายสุรเดช").joins(SURADET)
        host, meeting = office(province), call(province)
        province.now = STARTS - timedelta(minutes=10)
        page = opens(host, meeting, Page.HOST)
        codes = shown_codes(page.text)
        assert set(codes) == {"ในห้องประชุม", "ในห้องออนไลน์"}
        assert "มาแล้ว 0 จาก 3" in page.text
        assert "openExternalBrowser" not in page.text
        assert page.text.count("<svg") == 2
        warunee.says(codes["ในห้องประชุม"]).hears("ลงชื่อเข้าประชุมเรียบร้อยแล้ว", "ที่ห้องประชุม")
        suradet.says(f"เช็กอิน {codes['ในห้องออนไลน์']}").hears("ในห้องออนไลน์")
        part = opens(host, meeting, Page.HOST, tail="/now")
        assert part.content_type == TEXT
        assert "มาแล้ว 2 จาก 3" in part.text
        assert "ที่ห้อง 1 · ออนไลน์ 1" in part.text
        assert "<html" not in part.text

    def test_codes_change_and_looking_again_is_not_noted(self, province: Province, opens: Opens):
        host, meeting = office(province), call_with_somebody(province)
        province.now = STARTS
        before = shown_codes(opens(host, meeting, Page.HOST).text)
        province.later(minutes=1)
        assert not set(before.values()) & set(shown_codes(opens(host, meeting, Page.HOST, tail="/now").text).values())
        assert actions(province) == ["meeting.page_opened"]

    def test_one_code_at_a_time_for_the_screen_of_the_room(
        self, province: Province, links: MeetingLinks, web: FlaskClient
    ):
        host, meeting = office(province), call_with_somebody(province)
        province.now = STARTS
        made = links.make(Pass(MAIN, row_of(province, host), meeting, Page.HOST, province.now + timedelta(hours=1)))
        assert made is not None
        path = made.removeprefix(HOST).partition("?")[0]
        shown = {show: set(shown_codes(web.get(f"{path}?show={show}").text)) for show in ("room", "call", "<b>")}
        assert shown["room"] == {"ในห้องประชุม"}
        assert shown["call"] == {"ในห้องออนไลน์"}
        assert shown["<b>"] == {"ในห้องประชุม", "ในห้องออนไลน์"}

    def test_says_why_there_is_no_code_and_closes_with_the_meeting(self, province: Province, opens: Opens):
        host, meeting = office(province), call_with_somebody(province)
        for minutes, words in ((-31, "เปิดให้ลงชื่อเวลา 08:30 น."), (31, "ปิดลงชื่อแล้วเมื่อ 09:30 น.")):
            province.now = STARTS + timedelta(minutes=minutes)
            page = opens(host, meeting, Page.HOST)
            assert words in page.text
            assert shown_codes(page.text) == {}
        province.now = STARTS + timedelta(hours=3, seconds=1)
        assert opens(host, meeting, Page.HOST).status_code == 410
        assert opens(host, meeting, Page.HOST, tail="/now").status_code == 410

    def test_what_people_wrote_is_only_words(self, province: Province, opens: Opens):
        host, meeting = office(province), call_with_somebody(province, title="<script>alert(1)</script>")
        page = opens(host, meeting, Page.HOST)
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert" in page.text
        nonce = re.search(r"script-src 'nonce-([^']+)'", page.headers["Content-Security-Policy"])
        assert nonce is not None
        assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce[1]}">') == 1

    def test_without_the_accounts_id_there_is_no_picture_and_line_is_not_asked_each_time(
        self, province: Province, links: MeetingLinks
    ):
        asked: list[str] = []
        app = Flask("test")
        meeting_pages.add_to(app, links, province.store, lambda: province.now, lambda channel: asked.append(channel))
        host, meeting = office(province), call_with_somebody(province)
        province.now = STARTS
        made = links.make(Pass(MAIN, row_of(province, host), meeting, Page.HOST, province.now + timedelta(hours=1)))
        assert made is not None
        for _ in range(3):
            page = app.test_client().get(made.removeprefix(HOST).partition("?")[0])
            assert "<svg" not in page.text
            assert len(shown_codes(page.text)) == 2
        assert asked == [MAIN]


class TestRegister:
    def scene(self, province: Province) -> int:
        warunee, suradet = province.director(), province.person("นายสุรเดช").joins(SURADET)
        with province.store.write() as db:
            own = contacts.c.school_id == province.school(KANJANA)
            db.execute(contacts.update().where(own).values(name='=HYPERLINK("http://bad")'))
        meeting = call(province, broadcast_url="https://live.example/1")
        answers(province, suradet, meeting, Reply.DELEGATE, Mode.ROOM,
                delegate_name="นางน้ำผึ้ง ปั้นตัวอย่าง", delegate_position="รองผู้อำนวยการ")  # fmt: skip
        province.now = STARTS - timedelta(minutes=10)
        suradet.says(f"เช็กอิน {room_code(province, meeting)}").hears("นางน้ำผึ้ง ปั้นตัวอย่าง")
        province.now = STARTS + timedelta(minutes=12)
        warunee.says("ดูถ่ายทอดสด 1,200 คน").hears("ชมถ่ายทอดสด 1,200 คน")
        return meeting

    def test_as_a_sheet_that_runs_nothing(self, province: Province, opens: Opens):
        meeting, host = self.scene(province), office(province)
        page = opens(host, meeting, Page.REGISTER_XLSX)
        assert page.content_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert page.headers["Content-Disposition"].startswith(f'attachment; filename="register-{meeting}.xlsx"')
        sheet = openpyxl.load_workbook(BytesIO(page.data)).active
        assert sheet is not None
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert all(cell.data_type != "f" and cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
        heads = ["ที่", "ชื่อ-สกุล", "ตำแหน่ง", "โรงเรียน/หน่วยงาน", "สังกัด", "รูปแบบ", "เวลา", "ลายมือชื่อ"]
        first = rows.index(heads) + 1
        nobody = [None, "", None]
        assert [[value if value not in nobody else "" for value in row] for row in rows[first : first + 3]] == [
            [1, '=HYPERLINK("http://bad")', "ผู้อำนวยการ", "บ้านหนองสมมติ", "สพป.บุรีรัมย์ เขต 1", "", "", ""],
            [2, "นางวารุณี ตัวอย่างทอง", "ผู้อำนวยการ", "บ้านสวายตัวอย่าง", "สพป.บุรีรัมย์ เขต 2",
             "ชมถ่ายทอดสด 1,200 คน", "09:12", ""],
            [3, "นางน้ำผึ้ง ปั้นตัวอย่าง", "รองผู้อำนวยการ", "บ้านหนองสมมติ", "สพป.บุรีรัมย์ เขต 3", "ที่ห้อง", "08:50", ""],
        ]  # fmt: skip
        assert all((sheet.row_dimensions[first + n].height or 0) >= 36 for n in (1, 2, 3)), "no room to sign"
        words = "\n".join(str(row[0]) for row in rows if row[0] is not None)
        assert "ที่ห้อง 1 · ออนไลน์ 1,200" in words
        assert "เข้าประชุม 2 จากที่เชิญ 3" in words
        assert "ส่งออกโดย" in words

    def test_as_printed(self, province: Province, opens: Opens):
        meeting, host = self.scene(province), office(province)
        page = opens(host, meeting, Page.REGISTER_PDF)
        assert page.content_type == "application/pdf"
        words = lines_of(page.data)  # as far as pdfium puts Thai marks back in their places
        assert re.search(r"หนังสือ.* ศธ 04001/ว 12", words)
        for said in ("ผอ.เขตสมมติ", "09:00–12:00 น.", "นางน้ำผึ้ง", "ลายมือ", "08:50", "ผู้ประสาน", "หน้า 1/1"):
            assert said in words, words
        assert ink(page.data) > 0.02
        assert actions(province) == ["meeting.page_opened"]
        with province.store.read() as db:
            assert trail.verify(db, MAIN).broken is None


def room_code(province: Province, meeting: int) -> str:
    found = checkin_codes.codes(stands(province, meeting), province.now).room
    assert found is not None
    return found


class TestTrouble:
    def test_a_register_that_cannot_be_set_is_asked_for_again(
        self, province: Province, opens: Opens, monkeypatch: pytest.MonkeyPatch
    ):
        host, meeting = office(province), call_with_somebody(province)
        seen: list[int] = []

        def fails(template: Any, data: Any) -> bytes:
            seen.append(opens(host, meeting, Page.REGISTER_XLSX).status_code)  # while one is made
            raise NotSet("no")

        monkeypatch.setattr(register_print, "set_pdf", fails)
        page = opens(host, meeting, Page.REGISTER_PDF)
        assert (page.status_code, "โปรดลองใหม่" in page.text) == (503, True)
        assert seen == [503]
        assert opens(host, meeting, Page.REGISTER_XLSX).status_code == 200

    def test_a_broken_template_says_so_and_no_word_of_the_data(self, tmp_path: Path):
        template = tmp_path / "broken.typ"
        template.write_text("#nothing(", encoding="utf-8")
        with pytest.raises(NotSet, match="typst ended with 1") as caught:
            set_pdf(template, {"name": "นางวารุณี"})
        assert "วารุณี" not in str(caught.value)

    def test_while_the_database_is_away(self, province: Province, opens: Opens, monkeypatch: pytest.MonkeyPatch):
        host, meeting = office(province), call_with_somebody(province)
        for page, tail in ((Page.HOST, ""), (Page.HOST, "/now"), (Page.REGISTER_PDF, ""), (Page.CALENDAR, "")):
            with monkeypatch.context() as away:
                person = row_of(province, host)
                away.setattr("tests.test_meeting_pages.row_of", lambda *_, known=person: known)
                for way in ("write", "read"):
                    away.setattr(province.store, way, busy)
                shown = opens(host, meeting, page, tail=tail)
            assert (shown.status_code, "โปรดลองใหม่" in shown.text) == (503, True), page


def busy() -> Any:
    raise Busy("away")
