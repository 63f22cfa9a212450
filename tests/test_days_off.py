"""Days off that a province adds, and the schools to call: what a coordinator types, and by command line."""

from datetime import date

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.commands import common
from handlers import invites, working_days
from handlers.thai import day, today
from models.audit import audit
from models.people import Role
from models.reminders import special_days
from tests.province import MAIN
from tests.reminder_scene import at

AGENCY = "สพป.บุรีรัมย์ เขต 2"


def coordinator(province, agency=None):
    with province.store.write() as db:
        office = province.agency(agency) if agency else None
        code = invites.create(db, MAIN, agency_id=office, role=Role.COORDINATOR, now=province.now)
    return province.person("นายประสาน สมมติ").says(code).says("ใช่").says("รับทราบ")


@pytest.fixture
def own(province):
    return coordinator(province)


def days(province):
    return [(row.day, row.name) for row in province.rows(special_days)]


def test_a_day_is_said_back_and_added_on_a_yes(province, own):
    own.says("เพิ่มวันหยุด 16 เม.ย. 69 มติคณะรัฐมนตรี").hears("พฤ. 16 เม.ย. 2569", "มติคณะรัฐมนตรี", "ใช่หรือไม่")
    assert days(province) == []
    own.says("ใช่").hears("เพิ่มวันหยุดพิเศษแล้ว: พฤ. 16 เม.ย. 2569 (มติคณะรัฐมนตรี)")
    assert days(province) == [(date(2026, 4, 16), "มติคณะรัฐมนตรี")]
    own.says("วันหยุด").hears("• พฤ. 16 เม.ย. 2569 (มติคณะรัฐมนตรี)", "วันหยุดถัดไปตามปฏิทิน")
    own.says("ลบวันหยุด ๑๖ เม.ย.").hears("ลบวันหยุดพิเศษแล้ว: พฤ. 16 เม.ย. 2569")
    assert days(province) == []


def test_the_day_may_be_asked_for(province, own):
    own.says("เพิ่มวันหยุด").hears("วันหยุดพิเศษวันใด")
    own.says("สัปดาห์หน้า").hears("โปรดระบุให้เป็นวันเดียว").says("พุธที่ 7").hears("พ. 7 ม.ค. 2569", "ใช่หรือไม่")
    own.taps("ยืนยันเพิ่มวันหยุด").hears("เพิ่มวันหยุดพิเศษแล้ว")
    assert days(province) == [(date(2026, 1, 7), "วันหยุดพิเศษ")]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("เพิ่มวันหยุด 13 เม.ย. 69", "เป็นวันหยุดอยู่แล้ว (วันสงกรานต์)"),
        ("เพิ่มวันหยุด 10 ม.ค. 69", "เป็นวันหยุดอยู่แล้ว"),
        ("เพิ่มวันหยุด 4 ม.ค. 69", "ผ่านไปแล้ว"),
        ("เพิ่มวันหยุด 8 ม.ค. 2580", "ไกลเกินสองปี"),
        ("เพิ่มวันหยุด 31 ก.พ.", "ไม่มีวันหรือเวลานั้น"),
    ],
)
def test_a_day_that_changes_nothing_is_asked_for_again(province, own, typed, why):
    own.says(typed).hears(why, "วันหยุดพิเศษวันใด")
    own.says("ยกเลิก").hears("วันหยุดพิเศษที่เพิ่มไว้")
    assert days(province) == []


def test_a_day_that_was_not_added_is_not_removed(province, own):
    own.says("ลบวันหยุด 13 เม.ย. 69").hears("ไม่ใช่วันหยุดพิเศษที่เพิ่มไว้")
    own.says("ลบวันหยุด").hears("ให้ลบวันหยุดพิเศษวันใด")


def test_an_old_button_adds_nothing(province, own):
    own.says("เพิ่มวันหยุด 7 ม.ค. 69").says("ยกเลิก")
    own.turns.append(own.turns[-2])
    own.taps("ยืนยันเพิ่มวันหยุด")
    assert days(province) == []


def test_only_the_province_changes_its_days(province):
    officer = coordinator(province, AGENCY)
    officer.says("เพิ่มวันหยุด 7 ม.ค. 69").hears("เฉพาะผู้ประสานของจังหวัด")
    officer.says("ลบวันหยุด 7 ม.ค. 69").hears("เฉพาะผู้ประสานของจังหวัด")
    officer.says("วันหยุด").hears("ยังไม่ได้เพิ่มวันหยุดพิเศษ").hears_not("“เพิ่มวันหยุด")
    assert days(province) == []
    assert [row.action for row in province.rows(audit)].count("day_off.refused") == 2


def test_the_schools_to_call_with_their_numbers_for_the_own_agency_only(province):
    officer = coordinator(province, AGENCY)
    officer.says("โทรตาม").hears("ไม่มีโรงเรียนที่ต้องโทรตาม")
    at(province, date(2026, 2, 10))
    officer.says("โทรตาม").hears("บ้านสวายตัวอย่าง", "044000010").hears_not("หนองสมมติ")
    coordinator(province).says("โทรตาม").hears("บ้านสวายตัวอย่าง", "หนองสมมติ").hears_not("044000010")


def test_days_are_known_by_name_of_the_province_only(province):
    with province.store.write() as db:
        working_days.add(db, MAIN, date(2026, 1, 7), "วันหยุดพิเศษ", province.now)
    noisy = next(person for person in province.people.values() if person.channel != MAIN)
    noisy.says("เตือน 7 ม.ค.").hears("จะเตือนอีกครั้ง พ. 7 ม.ค. 2569")


def test_by_command_line(new_url, monkeypatch):
    monkeypatch.setenv("RAINGAN_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", new_url())
    monkeypatch.setenv("PUBLIC_URL", "https://raingan.example")

    def run(*words, ends=0):
        done = CliRunner().invoke(cli, ["days-off", *words])
        assert done.exit_code == ends, done.output
        return done.output

    ahead = working_days.NATIONAL.after(today(common.now()), 3)
    assert "no days off" in run()
    assert f"{day(ahead)}  งานประจำปี" in run("--add", ahead.isoformat(), "--name", "งานประจำปี")
    assert "is a day off already" in run("--add", ahead.isoformat(), ends=1)
    assert "no days off" in run("--remove", ahead.isoformat())
    assert "was not added" in run("--remove", ahead.isoformat(), ends=1)
