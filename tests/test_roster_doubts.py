"""A roster that leaves cells empty, or says that a school is no more: asked, never taken as said; and the commands."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli import cli
from handlers import closing, roster, roster_plan
from handlers.closing import NotDone
from handlers.roster import Entry
from handlers.roster_plan import Plan
from handlers.roster_values import Asking, Question
from models.audit import audit
from models.people import contacts, schools
from models.store import Store
from tests.province import MAIN, NOISE, SCHOOLS, Person, Province
from tests.roster_scene import HEADER, cells, numbered

SCHOOL = "1031992003"
Rows = list[list[str]]


def rows(**changed: dict[str, str]) -> Rows:
    """Return the province's roster; changed: cells of a school by its code ("c1031…"), by column."""
    table = [HEADER]
    for one in SCHOOLS:
        row = dict(zip(HEADER, cells(one), strict=True)) | changed.get(f"c{one.code}", {})
        table.append([row[column] for column in HEADER])
    return table


def planned(province: Province, table: Rows, given: dict[str, str] | None = None) -> Plan:
    with province.store.read() as db:
        return roster_plan.plan(db, MAIN, numbered(table), Asking(given or {}))


def imported(province: Province, table: Rows, answer: Callable[[Question], str]) -> dict[str, str]:
    """Answer what is asked, import, and return the answers."""
    given: dict[str, str] = {}
    while questions := planned(province, table, given).questions:
        given[questions[0].id] = answer(questions[0])
    with province.store.write() as db:
        roster.apply(db, MAIN, roster_plan.plan(db, MAIN, numbered(table), Asking(given)), province.now)
    return given


def says(key: str) -> Callable[[Question], str]:
    return lambda _: key


def school(province: Province, code: str = SCHOOL, channel: str = MAIN) -> Any:
    with province.store.read() as db:
        where = (schools.c.code == code, schools.c.channel_id == channel)
        found = select(schools, contacts.c.name.label("director"), contacts.c.phone).outerjoin(contacts)
        return db.execute(found.where(*where)).one()


# Empty cells --------------------------------------------------------------------------------------------------------


def test_an_empty_cell_is_asked_and_nothing_is_imported_meanwhile(province: Province) -> None:
    table = rows(c1031992003={"โทรศัพท์": ""}, c1031991002={"จำนวนนักเรียน": "99"})
    plan = planned(province, table)
    (question,) = plan.questions
    assert "โทรศัพท์ ว่างในแถว (empty in rows) 2" in question.said
    assert "044000010" in question.said
    assert [choice.key for choice in question.choices] == ["keep", "clear"]
    with province.store.write() as db, pytest.raises(roster.BadRoster):
        roster.apply(db, MAIN, plan, province.now)
    assert school(province, "1031991002").pupils == 87


def test_it_is_kept_or_cleared_as_answered(province: Province) -> None:
    table = rows(c1031992003={"โทรศัพท์": "", "จำนวนนักเรียน": ""})
    imported(province, table, says("keep"))
    assert (school(province).phone, school(province).pupils) == ("044000010", 168)
    given = imported(province, table, says("clear"))
    assert (school(province).phone, school(province).pupils) == (None, None)
    assert planned(province, table, given).questions == ()
    assert {bool(step.changes) for step in planned(province, table, given).steps} == {False}
    assert school(province, channel=NOISE).phone == "044000010"


def test_several_are_asked_once_a_column_or_one_by_one(province: Province) -> None:
    table = rows(c1031992003={"โทรศัพท์": ""}, c1031993002={"โทรศัพท์": ""})

    def answer(question: Question) -> str:
        if "each" in [choice.key for choice in question.choices]:
            return "each"
        return "clear" if "1031993002" in question.said else "keep"

    assert len(planned(province, table).questions) == 1
    assert len(imported(province, table, answer)) == 3
    assert (school(province).phone, school(province, "1031993002").phone) == ("044000010", None)


def test_a_file_without_the_column_or_without_anything_in_it_asks_nothing(province: Province) -> None:
    without = [row[:5] for row in rows()]
    assert planned(province, without).questions == ()
    nothing = {"โทรศัพท์": ""}
    all_empty = rows(c1031992003=nothing, c1031991002=nothing, c1031993002=nothing)
    assert planned(province, all_empty).questions == ()
    imported(province, all_empty, says("?"))
    assert school(province).phone == "044000010"


def test_another_directors_telephone_goes_without_asking(province: Province) -> None:
    table = rows(c1031992003={"ชื่อผู้อำนวยการ": "นายใหม่ ทดสอบ", "โทรศัพท์": ""})
    assert planned(province, table).questions == ()


# Closed in the file -------------------------------------------------------------------------------------------------


def remarked(remark: str, name: str = "") -> Rows:
    """Return the roster with a column of remarks, one of which stands beside the first school."""
    table = [[*row, ""] for row in rows(**({"c1031992003": {"ชื่อสถานศึกษา": name}} if name else {}))]
    table[0][-1], table[1][-1] = "หมายเหตุ", remark
    return table


@pytest.mark.parametrize("remark", ["ยุบรวมกับ ร.ร.บ้านหนองสมมติ", "เลิกสถานศึกษา", "ปิดกิจการ 31 มี.ค. 69", "CLOSED"])
def test_a_school_that_the_file_calls_closed_is_asked_about(province: Province, remark: str) -> None:
    (question,) = planned(province, remarked(remark)).questions
    assert remark in question.said
    imported(province, remarked(remark), says("open"))
    assert school(province).closed_at is None
    imported(province, remarked(remark), says("closed"))
    assert school(province).closed_at == province.now
    assert planned(province, remarked(remark)).questions == ()  # as is known
    assert school(province, channel=NOISE).closed_at is None


def test_a_remark_in_brackets_behind_the_name_counts_too(province: Province) -> None:
    name = "บ้านสวายตัวอย่าง (ยุบเลิก)"
    assert [one.said for one in planned(province, remarked("", name)).questions if "ยุบเลิก" in one.said]


@pytest.mark.parametrize("remark", ["", "โรงเรียนขยายโอกาส", "เปิดสอน ป.1-ม.3", "ปิดเทอม 1 เม.ย."])
def test_other_remarks_close_nothing(province: Province, remark: str) -> None:
    assert planned(province, remarked(remark)).questions == ()


def test_a_closed_school_that_is_in_the_file_again_is_asked_about(province: Province) -> None:
    with province.store.write() as db:
        closing.close(db, MAIN, SCHOOL, province.now)
    plan = planned(province, rows())
    assert "เดิมปิดไว้" in plan.questions[0].said
    imported(province, rows(), says("closed"))
    assert school(province).closed_at is not None
    imported(province, rows(), says("open"))
    assert school(province).closed_at is None


def test_a_new_school_that_is_closed_is_not_added(province: Province) -> None:
    new = Entry(9, "1031995009", "บ้านใหม่สมมติ", "สพป.บุรีรัมย์ เขต 2", "กระสัง", 12, None, None)
    table = [*remarked(""), [*cells(new), "ยุบแล้ว"]]
    imported(province, table, says("closed"))
    assert "1031995009" not in [row.code for row in province.rows(schools)]


# By command ---------------------------------------------------------------------------------------------------------


def test_nobody_reports_for_a_closed_school_and_nothing_is_deleted(province: Province, warunee: Person) -> None:
    warunee.says("รายงาน").says("นักเรียน 168 คน อ่านคล่องขึ้นมาก")
    words = province.everything()
    with province.store.write() as db:
        assert closing.close(db, MAIN, SCHOOL, province.now) == "บ้านสวายตัวอย่าง"
    warunee.says("ยังเขียนได้หรือไม่ นักเรียน 9 คน").hears_not("บันทึก")
    assert province.everything() == words
    with province.store.write() as db:
        closing.reopen(db, MAIN, SCHOOL, province.now)
    warunee.says("รายงาน").hears("นักเรียน 168 คน")
    made = [row.action for row in province.rows(audit) if row.action.startswith("school.")]
    assert made == ["school.closed", "school.reopened"]


def test_a_last_day_is_kept(province: Province, warunee: Person) -> None:
    with province.store.write() as db:
        closing.close(db, MAIN, SCHOOL, province.now, on=date(2026, 1, 6))
    warunee.says("รายงาน").hears("ข้อ 1 จาก 6")
    province.now = datetime(2026, 1, 6, 17, 0, tzinfo=province.now.tzinfo)  # midnight in Thailand
    warunee.says("นักเรียน 168 คน อ่านคล่องขึ้นมาก").hears_not("บันทึก")


def test_what_cannot_be_done_is_said(province: Province) -> None:
    yesterday = province.now.date() - timedelta(days=1)
    with province.store.write() as db:
        with pytest.raises(NotDone, match="is open"):
            closing.reopen(db, MAIN, SCHOOL, province.now)
        with pytest.raises(NotDone, match="no school 9999999999"):
            closing.close(db, MAIN, "9999999999", province.now)
        with pytest.raises(NotDone, match="is past"):
            closing.close(db, MAIN, SCHOOL, province.now, on=yesterday)
        closing.close(db, MAIN, SCHOOL, province.now)
        with pytest.raises(NotDone, match="closed already"):
            closing.close(db, MAIN, SCHOOL, province.now)


def test_all_are_closed_by_the_command_or_none(
    store: Store, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAINGAN_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", store.url)
    bad = CliRunner().invoke(cli, ["close-school", "1031992003", "9999999999"])
    assert (bad.exit_code, "no school 9999999999" in bad.stderr) == (1, True)
    assert school(province).closed_at is None
    done = CliRunner().invoke(cli, ["close-school", "1031992003", "1031991002", "--on", "2099-03-31"])
    assert done.output.splitlines()[0] == "Closed 1031992003 บ้านสวายตัวอย่าง after 2099-03-31."
    assert school(province).closed_at.isoformat() == "2099-03-31T17:00:00+00:00"
    assert "Opened again" in CliRunner().invoke(cli, ["reopen-school", "1031992003"]).output
    assert school(province).closed_at is None
