"""A coordinator makes meetings in a talk, sends and changes them, and sees who answers; verifiers look on."""

import re

import pytest

from handlers import invites
from handlers.heard import Kind
from models.audit import audit
from models.meetings import MeetingState, invitees, meetings
from models.people import Role
from tests import meeting_scene as scene
from tests.province import MAIN, Person, Province

KRASANG = "สพป.บุรีรัมย์ เขต 2"
ZOOM = "https://zoom.example/j/2569?pwd=a1"


@pytest.fixture
def province(store, now):
    return Province(store, now)


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


def only(province: Province) -> object:
    (row,) = province.rows(meetings)
    return row


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
