"""The roster: forty schools from CSV or XLSX, all or nothing, and nothing guessed."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, insert, select

from bot.roster_files import DEMO, SeveralSheets, read_table
from handlers import rounds
from handlers.channels import NoChannel
from handlers.roster import COLUMNS, BadRoster, Entry, Imported, import_roster, read
from models.base import metadata
from models.people import agencies, contacts, schools
from models.programme import channels
from models.store import Store

NOW = datetime(2026, 6, 22, 2, 10, tzinfo=UTC)
ROW = ["1031991001", "บ้านสมมติ", "สพป.สมมติ เขต 1", "เมืองตัวอย่าง", "120", "นายสมมติ ตัวอย่าง", "044000001"]
HEADER = list(COLUMNS)


@pytest.fixture
def db(store: Store):
    with store.write() as db:
        db.execute(insert(channels), {"id": "noise", "name": "noise", "created_at": NOW})
        import_roster(db, "noise", demo(), NOW)
        yield db


def demo() -> list[Entry]:
    return read(read_table(DEMO))


def table(*rows: list[str]) -> list[tuple[int, list[str]]]:
    return list(enumerate((HEADER, *rows), start=1))


def changed(column: str, value: str) -> list[str]:
    return [value if name == column else cell for name, cell in zip(COLUMNS, ROW, strict=True)]


def problems(rows: list[tuple[int, list[str]]]) -> str:
    with pytest.raises(BadRoster) as refusal:
        read(rows)
    return str(refusal.value)


def everything(db: Connection) -> dict[str, list[str]]:
    return {table.name: sorted(map(repr, db.execute(select(table)))) for table in metadata.sorted_tables}


def names(db: Connection) -> dict[int, str]:
    return {row.id: row.name for row in db.execute(select(schools))}


class TestFiles:
    def test_the_demo_roster_has_forty_schools_under_seven_agencies(self):
        entries = demo()
        assert (len(entries), len({entry.agency for entry in entries})) == (40, 7)
        assert entries[0] == Entry(
            row=2,
            code="1031991001",
            name="อนุบาลสมมติบุรีรัมย์",
            agency="สพป.บุรีรัมย์ เขต 1",
            district="เมืองบุรีรัมย์",
            pupils=1684,
            director="นายธีรยุทธ ตัวอย่างวงศ์",
            phone="044000001",
        )

    def test_every_name_is_plainly_made_up(self):
        made_up = ("สมมติ", "ตัวอย่าง", "จำลอง", "ทดสอบ", "ทดลอง")
        assert all(any(word in entry.name for word in made_up) for entry in demo())

    def test_a_workbook_reads_like_the_csv(self, tmp_path: Path):
        assert read(read_table(workbook(tmp_path, [cells for _, cells in read_table(DEMO)]))) == demo()

    def test_whole_numbers_in_a_workbook_are_digits(self, tmp_path: Path):
        cells = [1031991001, *ROW[1:4], 120.0, *ROW[5:]]
        assert read(read_table(workbook(tmp_path, [HEADER, cells]))) == read(table(ROW))

    @pytest.mark.parametrize("cell", [1.5, True, date(2026, 1, 5), "#REF!", "=1+1"])
    def test_other_values_in_a_workbook_are_not_guessed(self, tmp_path: Path, cell: object):
        with pytest.raises(BadRoster, match="row 2"):
            read(read_table(workbook(tmp_path, [HEADER, [*ROW[:4], cell, *ROW[5:]]])))

    def test_of_two_sheets_none_is_chosen(self, tmp_path: Path):
        path = workbook(tmp_path, [HEADER, ROW])
        book = openpyxl.load_workbook(path)
        book.create_sheet("ว่าง")
        book.create_sheet("ซ่อน").append(["ก"])
        book["ซ่อน"].sheet_state = "hidden"
        book.save(path)
        assert len(read(read_table(path))) == 1
        book.create_sheet("อื่น").append(["ก"])
        book.save(path)
        with pytest.raises(SeveralSheets, match="อื่น") as several:
            read_table(path)
        assert several.value.titles == ["Sheet", "อื่น"]
        assert read(read_table(path, "Sheet")) == read(table(ROW))
        with pytest.raises(SeveralSheets, match="ไม่มีแผ่นงาน"):
            read_table(path, "นั่น")

    def test_cells_merged_downwards_say_the_same_in_each_row(self, tmp_path: Path):
        second = ["1031991002", "บ้านที่สองสมมติ", None, None, *ROW[4:]]
        path = workbook(tmp_path, [HEADER, ROW, second])
        book = openpyxl.load_workbook(path)
        book.worksheets[0].merge_cells("C2:C3")
        book.worksheets[0].merge_cells("D2:D3")
        book.save(path)
        assert [(entry.agency, entry.district) for entry in read(read_table(path))] == [(ROW[2], ROW[3])] * 2

    def test_headings_merged_over_rows_and_columns(self, tmp_path: Path):
        top: list[object] = [*HEADER[:4], "จำนวนนักเรียน", None, None, "ผู้บริหาร", None]
        below: list[object] = [*[None] * 4, "ชาย", "หญิง", "รวม", "ชื่อ-สกุล", "โทรศัพท์"]
        rows: list[list[object]] = [
            ["รายชื่อโรงเรียนนำร่อง"],
            top,
            below,
            [ROW[2]],
            [*ROW[:2], None, ROW[3], 70, 50, 120, *ROW[5:]],
        ]
        path = workbook(tmp_path, rows)
        book = openpyxl.load_workbook(path)
        for merged in ("A1:I1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:G2", "H2:I2", "A4:I4"):
            book.worksheets[0].merge_cells(merged)
        book.save(path)
        [entry] = read(read_table(path))
        assert [entry.code, entry.name, entry.agency, entry.district, str(entry.pupils)] == ROW[:5]
        assert (entry.director, entry.phone) == (ROW[5], ROW[6])

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
    @pytest.mark.parametrize("line", ["\n", "\r\n"])
    @pytest.mark.parametrize("sign", [",", ";", "\t"])
    def test_csv_as_any_spreadsheet_writes_it(self, tmp_path: Path, encoding: str, line: str, sign: str):
        path = tmp_path / "roster.csv"
        path.write_bytes(line.join([sign.join(HEADER), sign.join(ROW), ""]).encode(encoding))
        assert read(read_table(path)) == read(table(ROW))

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"\x00\x01\x02", "not readable"),
            (b"\xfc\xfd\xfe", "not readable"),
            (b"\xff\xfe\x00", "not readable"),
            (b"\xd0\xcf\x11\xe0 old", "XLSX"),
            (b"<html><body>no table</body></html>", "no header"),
            (b"PK\x03\x04 not a workbook", "XLSX"),
            (b'a,"b', "row 1"),
            (b"", "empty"),
            (b"\n \n,,\n", "empty"),
            (b"a" * 10_000_001, "10 MB"),
        ],
    )
    def test_what_is_no_roster_at_all(self, tmp_path: Path, content: bytes, why: str):
        path = tmp_path / "roster.csv"
        path.write_bytes(content)
        with pytest.raises(BadRoster, match=why):
            read(read_table(path))


class TestRows:
    @pytest.mark.parametrize(
        ("column", "value", "said"),
        [
            ("รหัสสถานศึกษา", "103199100", "row 2"),
            ("รหัสสถานศึกษา", "1.03199E+09", "row 2"),
            ("รหัสสถานศึกษา", "", "row 2"),
            ("รหัสสถานศึกษา", "10319910011", "ten digits"),
            ("ชื่อสถานศึกษา", "", "ชื่อสถานศึกษา ว่าง"),
            ("ชื่อสถานศึกษา", "ก" * 201, "too long"),
            ("ชื่อสถานศึกษา", "บ้าน\ufffdสมมติ", "row 2"),
            ("สังกัด", " ", "without an agency"),
            ("อำเภอ", "", "อำเภอ ว่าง"),
            ("จำนวนนักเรียน", "ราว 40", "row 2"),
            ("จำนวนนักเรียน", "-3", "how many"),
            ("จำนวนนักเรียน", "1234567", "how many"),
            ("โทรศัพท์", "44000001", "lack their 0"),
        ],
    )
    def test_is_refused_by_its_number_where_nobody_can_be_asked(self, column: str, value: str, said: str):
        assert said in problems(table(changed(column, value)))

    def test_all_problems_are_told_at_once(self):
        told = problems(table(changed("ชื่อสถานศึกษา", ""), changed("อำเภอ", "ก" * 101)))
        assert [row in told for row in ("row 2", "row 3")] == [True] * 2

    def test_a_code_with_two_names_is_not_guessed(self):
        assert "1031991001 อยู่ในแถว 2, 3" in problems(table(ROW, changed("ชื่อสถานศึกษา", "อื่นสมมติ")))

    @pytest.mark.parametrize(
        ("header", "said"),
        [
            (HEADER[1:], "the header lacks) รหัสสถานศึกษา"),
            ([HEADER[0], *HEADER[2:]], "the header lacks) ชื่อสถานศึกษา"),
            (["รายชื่อโรงเรียนนำร่อง"], "no header found"),
            (["a", "b", "c", "d", "e", "f", "g"], "no header found"),
        ],
    )
    def test_other_columns_are_refused(self, header: list[str], said: str):
        assert said in problems([(1, header), (2, ROW)])

    def test_of_two_columns_headed_alike_none_is_chosen(self):
        assert "which column" in problems([(1, [*HEADER, "สังกัด"]), (2, [*ROW, "สช."])])

    def test_a_header_alone_is_no_roster(self):
        assert "no schools" in problems(table())

    def test_a_total_alone_is_no_roster(self):
        assert "no schools" in problems(table(["", "รวม", "", "", "0", "", ""]))

    def test_blank_rows_count_but_do_not_matter(self):
        [entry] = read([(1, HEADER), (2, ["", " "]), (3, ROW)])
        assert entry.row == 3

    def test_what_may_be_empty(self):
        [entry] = read(table([*ROW[:4], "", "", ""]))
        assert (entry.pupils, entry.director, entry.phone) == (None, None, None)

    @given(st.permutations(HEADER))
    def test_columns_may_stand_in_any_order(self, order: list[str]):
        cells = dict(zip(HEADER, ROW, strict=True))
        assert read([(1, order), (2, [cells[name] for name in order])]) == read(table(ROW))

    @given(st.lists(st.lists(st.text(max_size=12), max_size=9), max_size=6))
    def test_any_csv_is_read_or_refused(self, rows: list[list[str]]):
        written = io.StringIO(newline="")
        csv.writer(written).writerows([HEADER, *rows])
        again = list(enumerate(csv.reader(io.StringIO(written.getvalue(), newline="")), start=1))
        assert problems(again)


class TestImporting:
    def test_forty_schools_their_agencies_contacts_and_the_first_round(self, db: Connection):
        done = import_roster(db, "main", demo(), NOW)
        assert done == Imported(40, 0, 0, 7, "ปีการศึกษา 2569 ภาคเรียนที่ 1")
        for kind, many in ((schools, 40), (contacts, 40), (agencies, 7)):
            assert db.scalar(select(func.count()).where(kind.c.channel_id == "main")) == many
        running = rounds.current_round(db, "main", NOW)
        assert running
        assert (running.title, running.questions_version, running.due_on) == (done.round_title, 1, date(2026, 7, 22))

    def test_a_second_time_changes_nothing(self, db: Connection):
        import_roster(db, "main", demo(), NOW)
        before = everything(db)
        assert import_roster(db, "main", demo(), NOW) == Imported(0, 0, 40, 0, None)
        assert everything(db) == before

    def test_two_at_once_are_as_good_as_one(self, new_store: Callable[[], Store]):
        store = new_store()

        def try_it(_: int) -> Imported:
            with store.write() as db:
                return import_roster(db, "main", demo(), NOW)

        with ThreadPoolExecutor(2) as pool:
            added, nothing = sorted(pool.map(try_it, range(2)), key=lambda done: -done.added)
        assert (added.added, nothing) == (40, Imported(0, 0, 40, 0, None))

    def test_a_correction_changes_that_school_only(self, db: Connection):
        import_roster(db, "main", demo(), NOW)
        before = names(db)
        corrected = read(table([*ROW[:1], "ชื่อใหม่สมมติ", *ROW[2:]]))
        assert import_roster(db, "main", corrected, NOW) == Imported(0, 1, 0, 1, None)
        assert [name for school, name in names(db).items() if before[school] != name] == ["ชื่อใหม่สมมติ"]

    def test_a_person_whose_contact_was_erased_is_added_again(self, db: Connection):
        import_roster(db, "main", read(table(ROW)), NOW)
        db.execute(contacts.delete().where(contacts.c.channel_id == "main"))
        assert import_roster(db, "main", read(table(ROW)), NOW).changed == 1
        assert import_roster(db, "main", read(table(ROW)), NOW).unchanged == 1

    def test_a_round_already_there_is_left_alone(self, db: Connection):
        import_roster(db, "main", read(table(ROW)), NOW)
        db.execute(contacts.delete())
        db.execute(schools.delete())
        assert import_roster(db, "main", demo(), NOW).round_title is None

    def test_a_province_must_exist(self, db: Connection):
        with pytest.raises(NoChannel, match="elsewhere"):
            import_roster(db, "elsewhere", demo(), NOW)


def workbook(folder: Path, rows: Iterable[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(folder / "roster.xlsx")
    return folder / "roster.xlsx"
