"""Every kind of mess that rosters made by hand have: the schools are found, and what is in doubt is asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.roster_files import read_table
from handlers import roster_cells
from handlers.roster import BadRoster, Entry
from handlers.roster_plan import Plan
from handlers.roster_values import Question
from tests.roster_scene import ENCODINGS, HEADER, answered, cells, demo, identity, saved, understood

ROW = ["1031991001", "บ้านสมมติ", "สพป.บุรีรัมย์ เขต 1", "สตึก", "120", "นายสมมติ ตัวอย่าง", "044000001"]
SECOND = ["1031991002", "วัดทดสอบ", "สพป.บุรีรัมย์ เขต 1", "สตึก", "80", "นางทดลอง จำลอง", "044000002"]


def only(*rows: list[str], header: list[str] = HEADER) -> list[Entry]:
    """Return the schools of rows about which nothing must be asked."""
    plan, _ = understood([header, *rows])
    assert not plan.questions
    return plan.entries


def asked(*rows: list[str], schools: list[Entry] | None = None) -> Question:
    """Return the one question asked about rows."""
    plan, _ = understood([HEADER, *rows], schools=schools or [])
    [question] = plan.questions
    return question


def with_answer(key: str, *rows: list[str], schools: list[Entry] | None = None) -> Plan:
    """Return what becomes of rows after one question was answered."""
    question = asked(*rows, schools=schools)
    plan, asking = understood([HEADER, *rows], {question.id: key}, schools or [])
    assert not asking.open, asking.open
    assert not asking.wrong, asking.wrong
    return plan


def but(row: list[str], **instead: str) -> list[str]:
    names = ("code", "name", "agency", "district", "pupils", "director", "phone")
    return [instead.get(name, cell) for name, cell in zip(names, row, strict=True)]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_with_everything_in_it(tmp_path: Path, encoding: str):
    rows = [
        ["รายชื่อโรงเรียนนำร่องพื้นที่นวัตกรรมการศึกษา จังหวัดบุรีรัมย์"],
        ["ข้อมูล ณ วันที่ 10 มิถุนายน 2569"],
        [],
        ["ที่", "รหัส", "ชื่อ", "ต้นสังกัด", "อำเภอ", "จำนวนนักเรียน", "", "", "ผู้บริหาร", "", "หมายเหตุ"],
        ["", "สถานศึกษา", "โรงเรียน", "", "", "ชาย", "หญิง", "รวม", "ชื่อ-สกุล", "เบอร์โทร", ""],
        ["สพป.บร 1 (2 โรงเรียน)"],
        ["1", "๑๐๓๑๙๙๑๐๐๑", "โรงเรียนบ้านนํ้าใสสมมติ", "", "อ.ลำปลายมาศ", "60", "60", "๑๒๐", "นาย ก", "044-000-001", ""],
        ["2", "'1031991002", "ร.ร.  เเสลงทดสอบ", "", "", "1,000", "684", "1,684", "นาง ข", "081-xxx-1234", "ย้าย"],
        ["รวม", "", "2 โรงเรียน", "", "", "1,060", "744", "1,804", "", "", ""],
        [],
        ["7. สังกัด อปท."],
        ["3", "3031997001.0", "เทศบาล ๑ (สมมติ)", "", "เมืองบุรีรัมย์", "", "", "", "-", "044000003, 0810000003", ""],
        ["รวมทั้งสิ้น 3 โรงเรียน"],
        ["หมายเหตุ: ข้อมูลจาก DMC"],
    ]
    table = read_table(saved(tmp_path, rows, encoding))
    plan, given = answered([row for _, row in table], lambda question: "above")
    assert [question.split("-")[0] for question in given] == ["above"]
    assert [replace(entry, row=0) for entry in plan.entries] == [
        Entry(0, "1031991001", "บ้านน้ำใสสมมติ", "สพป.บุรีรัมย์ เขต 1", "ลำปลายมาศ", 120, "นาย ก", "044-000-001"),
        Entry(0, "1031991002", "แสลงทดสอบ", "สพป.บุรีรัมย์ เขต 1", "ลำปลายมาศ", 1684, "นาง ข", None),
        Entry(0, "3031997001", "เทศบาล ๑ (สมมติ)", "อปท.", "เมืองบุรีรัมย์", None, None, "044000003, 0810000003"),
    ]
    assert [row for row, _ in plan.left] == [9, 13, 14]


class TestHeaders:
    @pytest.mark.parametrize(
        "header",
        [
            ["รหัส 10 หลัก", "โรงเรียน", "ต้นสังกัด", "อำเภอ", "นร.", "ผอ.", "เบอร์โทร"],
            ["รหัสโรงเรียน", "ชื่อโรงเรียน", "สังกัด", "อ.", "จำนวน นร. (คน)", "ชื่อ-สกุล ผอ.รร.", "โทร."],
            [
                "รหัสสถานศึกษา (10 หลัก)",
                "รายชื่อโรงเรียน",
                "หน่วยงานต้นสังกัด",
                "ที่ตั้ง อำเภอ",
                "จำนวนผู้เรียน",
                "ผู้บริหารสถานศึกษา",
                "มือถือ",
            ],
            ["school_code", "school name", "agency", "district", "students", "director", "phone"],
            ["รหัสกระทรวง", "สถานศึกษา", "เขตพื้นที่การศึกษา", "อำเภอ", "นักเรียนรวม", "ชื่อผู้บริหาร", "โทรศัพท์มือถือ"],
        ],
    )
    def test_are_found_by_any_usual_name(self, header: list[str]):
        assert [cells(entry) for entry in only(ROW, SECOND, header=header)] == [ROW, SECOND]

    def test_columns_nobody_needs_are_named_in_a_note(self):
        plan, _ = understood([["ที่", "ขนาดโรงเรียน", *HEADER, "อีเมล"], ["1", "เล็ก", *ROW, "a@b"]])
        assert [cells(entry) for entry in plan.entries] == [ROW]
        assert "ที่, ขนาดโรงเรียน, อีเมล" in plan.notes[0]

    def test_the_ten_digits_are_taken_where_there_are_other_codes_too(self):
        header = ["รหัส SMIS 8 หลัก", "รหัส 6 หลัก", "รหัส 10 หลัก", *HEADER[1:]]
        assert [cells(entry) for entry in only(["31010001", "991001", *ROW], header=header)] == [ROW]

    def test_no_national_id_is_ever_read(self):
        plan, _ = understood([[*HEADER[:5], "เลขบัตรประชาชน ผอ.", *HEADER[5:]], [*ROW[:5], "1101700230708", *ROW[5:]]])
        assert "1101700230708" not in repr(plan)

    def test_a_header_printed_on_each_page_is_no_school(self):
        assert [cells(entry) for entry in only(ROW, HEADER, SECOND)] == [ROW, SECOND]

    def test_pupils_are_counted_together_not_the_boys(self):
        top = [*HEADER[:4], "จำนวนนักเรียน", "", "", *HEADER[5:]]
        below = ["", "", "", "", "ชาย", "หญิง", "รวม", "", ""]
        plan, _ = understood([top, below, [*ROW[:4], "70", "50", *ROW[4:]]])
        assert [cells(entry) for entry in plan.entries] == [ROW]

    def test_of_two_alike_one_is_asked_for(self):
        rows = [["รายชื่อโรงเรียนนำร่อง"], [*HEADER, "โทรศัพท์"], [*ROW, "0810000001"]]
        assert [question.id.split("-")[0] for question in understood(rows)[0].questions] == ["column"]
        plan, given = answered(rows, lambda question: "8")
        assert plan.entries[0].phone == "0810000001"
        assert [one.split("-")[0] for one in given] == ["column"]

    @pytest.mark.parametrize("heading", ["สังกัด สช.", "สช.", "อำเภอคูเมือง"])
    def test_a_heading_right_below_is_no_second_line(self, heading: str):
        plan, _ = understood([HEADER, [heading, *[""] * 6], but(ROW, agency="", district="สตึก"), SECOND])
        assert {entry.district for entry in plan.entries} == {"สตึก"}
        assert (plan.entries[0].agency == "สช.") == ("สช." in heading)

    def test_a_row_whose_cells_repeat_their_headings_is_a_school(self):
        row = [ROW[0], "โรงเรียนบ้านสมมติ", "สังกัด สพป.บร 1", "อำเภอสตึก", "นักเรียน 120 คน", "ผอ.นาย ก", "โทร. 044000001"]
        plan, _ = answered([HEADER, SECOND, row], lambda question: "120")
        assert [entry.code for entry in plan.entries] == [SECOND[0], ROW[0]]
        assert (plan.entries[1].pupils, plan.entries[1].phone) == (120, "044000001")

    def test_a_name_in_several_columns_may_be_put_together(self):
        top = [*HEADER[:5], "ผู้บริหาร", "", "", HEADER[6]]
        below = ["", "", "", "", "", "คำนำหน้า", "ชื่อ", "สกุล", ""]
        rows = [top, below, [*ROW[:5], "นาย", "สมมติ", "ตัวอย่าง", ROW[6]]]
        plan, _ = answered(rows, lambda question: "together")
        assert [cells(entry) for entry in plan.entries] == [[*ROW[:5], "นาย สมมติ ตัวอย่าง", ROW[6]]]

    def test_headings_of_two_lines_that_are_not_one_below_the_other(self):
        top = ["รหัส", "", "สังกัด", "", "จำนวนนักเรียน", "", "โทรศัพท์"]
        below = ["", "ชื่อโรงเรียน", "", "อำเภอ", "", "ผู้อำนวยการ", ""]
        plan, _ = understood([top, below, ROW])
        assert [cells(entry) for entry in plan.entries] == [ROW]

    def test_no_districts_at_all_are_told_once(self):
        with pytest.raises(BadRoster) as refusal:
            understood([[*HEADER[:3], *HEADER[4:]], [*ROW[:3], *ROW[4:]], [*SECOND[:3], *SECOND[4:]]])
        assert len(refusal.value.problems) == 1


class TestCodes:
    @pytest.mark.parametrize(
        "written",
        ["1031991001", "๑๐๓๑๙๙๑๐๐๑", "'1031991001", "1031991001.0", "1031-991-001", " 1031 991001", "1.031991001E+09"],
    )
    def test_of_ten_digits_are_read_however_written(self, written: str):
        assert only(but(ROW, code=written))[0].code == "1031991001"

    @pytest.mark.parametrize(
        "written", ["1.03199E+09", "991001", "31010001", "031991001", "", "-", "1031991OO1", "0810000000"]
    )
    def test_of_fewer_are_matched_with_a_school_that_is_known_and_confirmed(self, written: str):
        schools = only(ROW, SECOND)
        question = asked(but(ROW, code=written), schools=schools)
        assert "1031991001" in question.said
        plan = with_answer("all", but(ROW, code=written), schools=schools)
        assert [identity(entry) for entry in plan.entries] == [identity(schools[0])]

    def test_are_matched_with_another_row_of_the_file(self):
        plan = with_answer("all", ROW, but(ROW, code="991001", phone=""), SECOND)
        assert [cells(entry) for entry in plan.entries] == [ROW, SECOND]

    def test_of_an_unknown_school_are_asked_for(self):
        question = asked(but(ROW, code="1.03199E+09"), SECOND)
        assert question.any_code
        plan = with_answer("1031-991-001", but(ROW, code="1.03199E+09"), SECOND)
        assert [cells(entry) for entry in plan.entries] == [ROW, SECOND]

    def test_may_be_left_out(self):
        plan = with_answer("skip", but(ROW, code="1.03199E+09"), SECOND)
        assert ([entry.code for entry in plan.entries], [row for row, _ in plan.left]) == (["1031991002"], [2])

    def test_of_a_name_in_two_districts_are_not_guessed(self):
        schools = [entry for entry in demo() if entry.name == "บ้านหนองสมมติ"]
        assert len(schools) == 2
        row = but(cells(schools[0]), code="1.03199E+09", district="นางรองใต้")
        question = asked(row, schools=schools)
        assert {choice.key for choice in question.choices} == {"1031991002", "1031993002", "skip"}

    def test_a_name_nearly_the_same_is_proposed_and_no_more(self):
        schools = only(ROW, SECOND)
        question = asked(but(ROW, code="", name="บ้านสมมต"), schools=schools)
        assert [choice.key for choice in question.choices] == ["1031991001", "skip"]

    def test_many_are_confirmed_at_once_or_one_by_one(self):
        schools = demo()
        rows = [HEADER, *(but(cells(entry), code="1.03199E+09") for entry in schools)]
        plan, given = answered(rows, lambda question: "all", schools)
        assert ([entry.code for entry in plan.entries], len(given)) == ([entry.code for entry in schools], 1)
        one_by_one = {question.id: "each" for question in understood(rows, schools=schools)[0].questions}
        plan, _ = understood(rows, one_by_one, schools)
        assert len(plan.questions) == 40


class TestRowsBetween:
    @pytest.mark.parametrize(
        "text",
        [
            "รวม",
            "รวม 40 โรงเรียน 18,011 คน",
            "หมายเหตุ ข้อมูลปี 2569",
            "รวมทั้งสิ้น",
            "รวม 7 โรงเรียน",
            "รวม สพป.บร 1",
            "ยอดรวม",
            "รวมนักเรียนทั้งหมด",
            "หมายเหตุ: ไม่มี",
            "ที่มา DMC",
        ],
    )
    @pytest.mark.parametrize("column", [0, 1, 2])
    def test_totals_and_footnotes_are_left_with_a_reason(self, text: str, column: int):
        row = [""] * 7
        row[column], row[4] = text, "200"
        plan, _ = understood([HEADER, ROW, row, SECOND])
        assert not plan.questions
        assert ([cells(entry) for entry in plan.entries], [row for row, _ in plan.left]) == ([ROW, SECOND], [3])

    def test_a_long_one_does_not_take_long(self):
        assert only(but(ROW, name=f"รวม {'1' * 150}x"))[0].code == ROW[0]
        assert understood([HEADER, ROW, ["", f"รวม {'1' * 150}x", *[""] * 5]])[0].questions

    @pytest.mark.parametrize("name", ["รวมมิตรสมมติ", "รวมไทยพัฒนา 2", "บ้านรวมสมมติ", "หมายสมมติ", "*บ้านสมมติ"])
    def test_a_school_that_begins_like_a_total_is_none(self, name: str):
        assert only(but(ROW, name=name))[0].name == name.strip("*")

    @pytest.mark.parametrize("name", ["รวมมิตรสมมติ", "บ้านเปล่าสมมติ"])
    def test_a_name_alone_may_be_a_school(self, name: str):
        question = asked(ROW, ["", name, "สพป.บร 1", "สตึก", "", "", ""])
        assert name in question.said

    @pytest.mark.parametrize(
        "text",
        ["สพป.บุรีรัมย์ เขต 2", "สพป.บร 2", "กลุ่มที่ 2 สพป.บร.๒", "2. สังกัด สพป.บุรีรัมย์ เขต 2", "สพป.บร 2 (จำนวน 7 โรงเรียน)"],
    )
    @pytest.mark.parametrize("column", [0, 1, 2])
    def test_a_heading_says_the_agency_of_the_rows_below(self, text: str, column: int):
        heading = [""] * 7
        heading[column] = text
        entries = only(ROW, heading, but(SECOND, agency=""), but(SECOND, code="1031991003", name="ก", agency="สช."))
        assert [entry.agency for entry in entries] == ["สพป.บุรีรัมย์ เขต 1", "สพป.บุรีรัมย์ เขต 2", "สช."]

    def test_a_heading_may_say_the_district(self):
        heading = ["อำเภอคูเมือง", *[""] * 6]
        assert [entry.district for entry in only(ROW, heading, but(SECOND, district=""))] == ["สตึก", "คูเมือง"]

    @pytest.mark.parametrize("answer", ["school", "agency", "skip"])
    def test_what_may_be_a_school_or_an_office_is_asked(self, answer: str):
        lone = ["", "เทศบาลเมืองสมมติ", *[""] * 5]
        question = asked(ROW, lone)
        assert {choice.key for choice in question.choices} == {"school", "agency", "district", "skip"}
        plan, asking = understood([HEADER, ROW, lone, but(SECOND, agency="")], {question.id: answer})
        assert plan.entries[0].code == "1031991001"
        assert bool(asking.open) == (answer != "agency")

    @pytest.mark.parametrize("name", ["ตชด.บ้านสมมติ", "โรงเรียนตำรวจตระเวนชายแดนบ้านสมมติ", "เทศบาล ๑", "เอกชนสมมติ"])
    def test_a_school_named_after_its_agency_is_not_taken_for_a_heading(self, name: str):
        plan, _ = understood([HEADER, ROW, ["", name, *[""] * 5]])
        assert {row for question in plan.questions for row in question.rows} == {3}

    def test_cells_carried_down_are_filled_in(self):
        rows = [ROW, *(but(SECOND, code=f"103199200{n}", name=f"วัด {n}", agency="", district="") for n in range(3))]
        plan, _ = understood([HEADER, *rows])
        assert not plan.questions
        assert {(entry.agency, entry.district) for entry in plan.entries} == {(ROW[2], ROW[3])}
        assert len(plan.notes) == 2

    @pytest.mark.parametrize("sign", ['"', "”", "''", "〃"])
    def test_a_sign_for_the_same_as_above_is_understood(self, sign: str):
        entries = only(ROW, but(SECOND, agency=sign, district=sign))
        assert (entries[1].agency, entries[1].district) == (ROW[2], ROW[3])

    def test_one_empty_cell_among_full_ones_is_asked(self):
        third = but(SECOND, code="1031991003", name="ก", agency="")
        question = asked(ROW, SECOND, third)
        assert "สังกัด ว่างในแถว" in question.said
        assert with_answer("above", ROW, SECOND, third).entries[2].agency == ROW[2]
        assert len(with_answer("skip", ROW, SECOND, third).entries) == 2

    def test_a_district_is_not_carried_into_another_agency(self):
        question = asked(ROW, but(SECOND, agency="สช.", district=""))
        assert "อำเภอ ว่างในแถว" in question.said


class TestCells:
    @pytest.mark.parametrize("written", ["120", "๑๒๐", "120.0", " 120 คน", "0120"])
    def test_pupils(self, written: str):
        assert only(but(ROW, pupils=written))[0].pupils == 120

    def test_pupils_that_are_no_number_are_asked_for(self):
        row = but(ROW, pupils="ราว 1,120")
        assert [choice.key for choice in asked(row).choices] == ["1120", "empty"]
        assert with_answer("1120", row).entries[0].pupils == 1120
        assert with_answer("empty", row).entries[0].pupils is None

    @pytest.mark.parametrize(
        ("written", "kept", "noted"),
        [
            ("044-000-001", "044-000-001", False),
            ("๐๔๔๐๐๐๐๐๑", "044000001", False),
            ("044000001, 0810000001", "044000001, 0810000001", False),
            ("044000001/0810000001", "044000001, 0810000001", False),
            ("044000001\n0810000001", "044000001, 0810000001", False),
            ("044000001 0810000001", "044000001, 0810000001", False),
            ("044-000-001 ต่อ 12, 081-000-0001, 082-000-0002", "044-000-001 ต่อ 12, 081-000-0001", True),
            ("081-xxx-1234", None, True),
            ("08xxxxxxxx, 044000001", "044000001", True),
            ("-", None, False),
            ("", None, False),
            ("044000001, 044000001", "044000001", False),
            ("1234", "1234", True),
        ],
    )
    def test_telephones(self, written: str, kept: str | None, noted: bool):
        plan, _ = understood([HEADER, but(ROW, phone=written)])
        assert not plan.questions
        assert (plan.entries[0].phone, bool(plan.notes)) == (kept, noted)

    def test_telephones_that_lost_their_zero_are_asked_about_once(self):
        rows = [but(ROW, phone="44000001"), but(SECOND, phone="810000002")]
        assert [entry.phone for entry in with_answer("zero", *rows).entries] == ["044000001", "0810000002"]
        assert [entry.phone for entry in with_answer("empty", *rows).entries] == [None, None]

    @pytest.mark.parametrize(
        "written",
        [
            "โรงเรียนบ้านน้ำใส",
            "ร.ร.บ้านนํ้าใส",
            "รร. บ้านน้ำใส",
            "\u200bบ้านน้ำใส\u00a0",
            "บ้านน้ำใส\t",
            "บ้านน้ำใส*",
            "บ้าน\u200bน้ำใส",
        ],
    )
    def test_names(self, written: str):
        assert roster_cells.school(written) == "บ้านน้ำใส"

    @pytest.mark.parametrize("written", ["อ.สตึก", "อำเภอสตึก", " สตึก ", "อ. สตึก", "อำเภอ\u00a0สตึก"])
    def test_districts(self, written: str):
        assert only(but(ROW, district=written))[0].district == "สตึก"


class TestAgencies:
    @pytest.mark.parametrize(
        "written",
        ["สพป.บร 1", "สพป บร.๑", "สพป.บุรีรัมย์ เขต ๑", "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาบุรีรัมย์ เขต 1", "สังกัด สพป.บร 1"],
    )
    def test_one_agency_written_in_two_ways_is_one(self, written: str):
        plan, _ = understood([HEADER, ROW, but(SECOND, agency=written)])
        assert (plan.questions, plan.new_agencies) == ((), ("สพป.บุรีรัมย์ เขต 1",))

    def test_an_old_name_is_known(self):
        assert only(but(ROW, agency="สพม.32 (เดิม)"))[0].agency == "สพม.บุรีรัมย์"

    @pytest.mark.parametrize("written", ["บร1", "เขต 1", "สพป.บุรีรัมณ์ เขต 1", "สพป เขต ๑", "สพฟ.บุรีรัมย์ เขต 1"])
    def test_what_is_short_or_misspelt_is_asked(self, written: str):
        other = but(ROW, code="1031992001", name="ข", agency="สพป.บุรีรัมย์ เขต 2")
        rows = (ROW, SECOND, other, but(SECOND, code="1031991003", name="ก", agency=written))
        question = asked(*rows)
        assert [choice.key for choice in question.choices] == ["สพป.บุรีรัมย์ เขต 1", "new", "skip"]
        plan = with_answer("สพป.บุรีรัมย์ เขต 1", *rows)
        assert (plan.entries[3].agency, plan.also) == ("สพป.บุรีรัมย์ เขต 1", {written: "สพป.บุรีรัมย์ เขต 1"})
        assert len(with_answer("new", *rows).new_agencies) == 3
        assert len(with_answer("skip", *rows).entries) == 3

    def test_a_new_one_unlike_all_others_is_added(self):
        plan, _ = understood([HEADER, ROW, but(SECOND, agency="สำนักพุทธสมมติ")])
        assert (plan.questions, plan.new_agencies) == ((), ("สพป.บุรีรัมย์ เขต 1", "สำนักพุทธสมมติ"))

    def test_a_full_name_is_compared_with_a_short_one_that_is_known(self):
        schools = only(but(ROW, agency="บร1"))
        assert [choice.key for choice in asked(SECOND, schools=schools).choices] == ["บร1", "new", "skip"]

    @pytest.mark.parametrize("written", ["1", "๑", "บุรีรัมย์", "?"])
    def test_what_names_none_is_asked(self, written: str):
        assert [choice.key for choice in asked(ROW, but(SECOND, agency=written)).choices] == [ROW[2], "new", "skip"]

    def test_a_roster_without_any_is_asked_whose_it_is(self):
        schools = only(ROW)
        row = but(SECOND, agency="")
        assert [choice.key for choice in asked(row, schools=schools).choices] == ["สพป.บุรีรัมย์ เขต 1", "skip"]


class TestTwice:
    def test_what_is_the_same_is_merged_with_a_note(self):
        plan, _ = understood([HEADER, ROW, but(ROW, name="โรงเรียนบ้านสมมติ ", phone="")])
        assert ([cells(entry) for entry in plan.entries], plan.questions) == ([ROW], ())
        assert "merged" in plan.notes[0]

    def test_what_is_not_is_asked(self):
        other = but(ROW, pupils="121")
        assert [choice.key for choice in asked(ROW, other).choices] == ["a", "b", "skip"]
        assert [entry.pupils for entry in with_answer("b", ROW, other).entries] == [121]
        assert with_answer("skip", ROW, other).entries == []

    def test_one_school_under_two_codes_is_asked(self):
        other = but(ROW, code="1031991009")
        assert len(with_answer("both", ROW, other).entries) == 2
        assert [entry.code for entry in with_answer("1031991009", ROW, other).entries] == ["1031991009"]

    def test_a_known_school_under_another_code_is_asked(self):
        schools = only(ROW)
        row = but(ROW, code="1031991009")
        assert [entry.code for entry in with_answer("1031991001", row, schools=schools).entries] == ["1031991001"]
        assert [entry.code for entry in with_answer("new", row, schools=schools).entries] == ["1031991009"]

    def test_another_school_under_a_known_code_is_asked(self):
        schools = only(ROW)
        row = but(SECOND, code="1031991001")
        assert with_answer("change", row, schools=schools).entries[0].name == "วัดทดสอบ"
        assert with_answer("skip", row, schools=schools).entries == []

    def test_a_code_that_is_another_known_schools_is_asked(self):
        schools = only(ROW, but(SECOND, name="บ้านสมมติ ข"))
        row = but(ROW, code="1031991002")
        question = asked(row, schools=schools)
        assert [choice.key for choice in question.choices] == ["1031991001", "change", "skip"]
        assert [cells(entry) for entry in with_answer("1031991001", row, schools=schools).entries] == [ROW]


def test_an_answer_that_is_no_choice_is_told():
    question = asked(ROW, but(ROW, pupils="121"))
    plan, asking = understood([HEADER, ROW, but(ROW, pupils="121")], {question.id: "c"})
    assert (asking.wrong, len(plan.questions), plan.entries) == ([question], 1, [])


def test_an_answer_is_not_taken_for_another_row():
    question = asked(ROW, but(ROW, pupils="121"))
    plan, asking = understood([HEADER, ROW, but(ROW, pupils="122")], {question.id: "b"})
    assert (len(asking.open), plan.entries) == (1, [])


def test_problems_that_cannot_be_asked_are_told():
    with pytest.raises(BadRoster, match="row 3"):
        understood([HEADER, ROW, but(SECOND, name="")])
