"""`python -m bot import-roster`: what is shown, what is asked, and that nothing is half-done."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
import yaml
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from bot import roster_show
from bot.cli import cli
from bot.commands import roster as command
from bot.roster_files import DEMO
from handlers import roster, roster_plan
from handlers.roster_values import Asking
from models.base import metadata
from models.people import agencies, agency_names, contacts, schools
from models.programme import MAIN
from models.store import Store
from tests.roster_scene import HEADER, cells, demo, numbered, saved

NOW = datetime(2026, 6, 22, 2, 10, tzinfo=UTC)
Run = Callable[..., Result]


@pytest.fixture
def store(new_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch):
    url = new_url()
    monkeypatch.setenv("RAINGAN_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", url)
    store = Store(url)
    yield store
    store.dispose()


def run(*words: object, ends: int = 0, typed: str | None = None) -> Result:
    done = CliRunner().invoke(cli, ["import-roster", *map(str, words)], input=typed)
    assert done.exit_code == ends, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def everything(store: Store) -> dict[str, list[str]]:
    with store.read() as db:
        return {table.name: sorted(map(repr, db.execute(select(table)))) for table in metadata.sorted_tables}


def count(store: Store) -> int:
    with store.read() as db:
        return db.scalar(select(func.count()).select_from(schools)) or 0


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """Three schools that are known if the demo's are; one code is damaged, one agency says less than its name."""
    first, second, third = demo()[:3]
    rows = [
        HEADER,
        ["1.03199E+09", *cells(first)[1:]],
        [*cells(second)[:2], "บร1", *cells(second)[3:]],
        [*cells(third)[:4], "999", *cells(third)[5:]],
    ]
    return saved(tmp_path, rows, "cp874")


def answers(file: Path, given: dict[str, str]) -> dict[str, str]:
    """Write into a file of questions what is to be answered, by the beginnings of their ids."""
    asked = yaml.safe_load(file.read_text("utf-8"))
    said = {one: next(answer for kind, answer in given.items() if one.startswith(kind)) for one in asked}
    file.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    return said


class TestDryRun:
    def test_shows_what_would_be_added_changed_left_and_asked(self, store: Store, messy: Path):
        run(DEMO)
        shown = run(messy, "--dry-run").output
        assert "จำนวนนักเรียน  142 → 999" in shown
        assert "1.03199E+09 → 1031991001 อนุบาลสมมติบุรีรัมย์" in shown
        assert "สังกัด «บร1»" in shown
        assert "0 to add, 1 to change" in shown
        assert "Questions: 2" in shown

    def test_changes_nothing(self, store: Store, messy: Path):
        for file in (DEMO, messy):
            before = everything(store)
            run(file, "--dry-run")
            assert everything(store) == before
        assert count(store) == 0

    def test_of_the_demo_shows_forty_and_asks_nothing(self, store: Store):
        shown = run(DEMO, "--dry-run").output
        assert "40 to add" in shown
        assert "0 not in the file (they stay). Rows left out: 0. Questions: 0" in shown
        assert "วัดสมมติรังสรรค์ (มิตรภาพที่ ๙๙)" in shown


class TestAnswers:
    def test_without_any_nothing_is_imported(self, store: Store, messy: Path):
        run(DEMO)
        before = everything(store)
        told = run(messy, ends=1).stderr
        assert "nothing imported" in told
        assert "แถวที่ 2 (row 2)" in told
        assert everything(store) == before

    def test_are_written_into_a_file_and_given_back(self, store: Store, messy: Path, tmp_path: Path):
        run(DEMO)
        asked = tmp_path / "asked.yaml"
        run(messy, "--dry-run", "--questions", asked)
        answers(asked, {"codes-": "all", "agency-": "สพป.บุรีรัมย์ เขต 1"})
        assert "0 added, 1 changed, 2 as before" in run(messy, "--answers", asked).output
        with store.read() as db:
            assert db.scalars(select(agency_names.c.name)).all() == ["บร1"]
            assert db.scalar(select(schools.c.pupils).where(schools.c.code == "1031991003")) == 999
        before = everything(store)
        assert "0 added, 0 changed, 3 as before" in run(messy, "--answers", asked).output
        assert everything(store) == before

    def test_one_missing_and_nothing_is_imported(self, store: Store, messy: Path, tmp_path: Path):
        run(DEMO)
        asked = tmp_path / "asked.yaml"
        run(messy, "--questions", asked, ends=1)
        given = answers(asked, {"codes-": "all", "agency-": "สพป.บุรีรัมย์ เขต 1"})
        before = everything(store)
        for left_out in given:
            asked.write_text(yaml.safe_dump({one: said for one, said in given.items() if one != left_out}), "utf-8")
            assert left_out in run(messy, "--answers", asked, ends=1).stderr
        assert everything(store) == before

    def test_already_written_are_never_overwritten(self, store: Store, messy: Path, tmp_path: Path):
        run(DEMO)
        asked = tmp_path / "asked.yaml"
        run(messy, "--dry-run", "--questions", asked)
        given = answers(asked, {"codes-": "all", "agency-": "new"})
        run(messy, "--dry-run", "--questions", asked, ends=2)
        run(messy, "--dry-run", "--answers", asked, "--questions", asked)
        assert yaml.safe_load(asked.read_text("utf-8")) == given

    def test_that_are_no_choice_are_told(self, store: Store, messy: Path, tmp_path: Path):
        run(DEMO)
        asked = tmp_path / "asked.yaml"
        run(messy, "--dry-run", "--questions", asked)
        answers(asked, {"codes-": "yes", "agency-": "สพป.บุรีรัมย์ เขต 1"})
        assert "is no choice of" in run(messy, "--answers", asked, ends=1).stderr

    @pytest.mark.parametrize("content", [b"[1, 2]", b"a: b: c", b"\xff\xfe\xfa", b"just words"])
    def test_that_are_no_answers_are_refused(self, store: Store, tmp_path: Path, content: bytes):
        (tmp_path / "a.yaml").write_bytes(content)
        assert "a.yaml" in run(DEMO, "--answers", tmp_path / "a.yaml", ends=1).stderr
        assert count(store) == 0

    def test_nobody_asked_for_are_mentioned(self, store: Store, tmp_path: Path):
        (tmp_path / "a.yaml").write_text("code-12345678: skip", "utf-8")
        assert "code-12345678" in run(DEMO, "--answers", tmp_path / "a.yaml").stderr

    def test_are_asked_for_at_a_terminal(self, store: Store, messy: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(command, "_at_terminal", lambda: True)
        run(DEMO)
        done = run(messy, typed="x\n9\n1\n1\n")
        assert "0 added, 1 changed, 2 as before" in done.output
        assert "เลือก (choose)" in done.stderr

    def test_of_a_terminal_that_is_closed_import_nothing(
        self, store: Store, messy: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(command, "_at_terminal", lambda: True)
        run(DEMO)
        before = everything(store)
        run(messy, typed="1\n", ends=1)
        assert everything(store) == before


class TestSheets:
    @pytest.fixture
    def book(self, tmp_path: Path) -> Path:
        book = openpyxl.Workbook()
        book.worksheets[0].append(["คำอธิบาย"])
        sheet = book.create_sheet("รายชื่อ")
        for row in (HEADER, *map(cells, demo())):
            sheet.append(row)
        book.save(tmp_path / "two.xlsx")
        return tmp_path / "two.xlsx"

    def test_several_are_named(self, store: Store, book: Path):
        assert "--sheet Sheet | รายชื่อ" in run(book, ends=1).stderr

    def test_one_is_chosen_by_an_option(self, store: Store, book: Path):
        assert "40 added" in run(book, "--sheet", "รายชื่อ").output

    def test_or_at_a_terminal(self, store: Store, book: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(command, "_at_terminal", lambda: True)
        assert "40 added" in run(book, typed="2\n").output


class TestBadFiles:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "the file is empty"),
            (b"PK\x03\x04 broken", "not a readable XLSX"),
            (b"\xd0\xcf\x11\xe0", "save it as XLSX"),
            (b"\x00\x00", "not readable"),
            (b"a,b,c\n1,2,3\n", "no header found"),
            (",".join(HEADER[1:]).encode(), "the header lacks"),
            (",".join(HEADER).encode(), "no schools in the file"),
        ],
    )
    def test_are_refused_in_words(self, store: Store, tmp_path: Path, content: bytes, said: str):
        (tmp_path / "bad.csv").write_bytes(content)
        assert said in run(tmp_path / "bad.csv", ends=1).stderr
        assert said in run(tmp_path / "bad.csv", "--dry-run", ends=1).stderr
        assert count(store) == 0


class TestPlan:
    def test_what_the_file_leaves_empty_stays_as_it_is_known(self, store: Store, tmp_path: Path):
        run(DEMO)
        first = demo()[0]
        run(saved(tmp_path, [HEADER[:5], [*cells(first)[:4], "1700"]]))
        with store.read() as db:
            row = db.execute(
                select(schools.c.pupils, contacts).join(contacts).where(schools.c.code == first.code)
            ).one()
        assert (row.pupils, row.name, row.phone) == (1700, first.director, first.phone)

    def test_a_new_director_does_not_keep_the_old_ones_telephone(self, store: Store, tmp_path: Path):
        run(DEMO)
        first = demo()[0]
        run(saved(tmp_path, [HEADER, [*cells(first)[:5], "นายใหม่ ทดสอบ", ""]]))
        with store.read() as db:
            where = schools.c.code == first.code
            row = db.execute(select(contacts).join(schools).where(where)).one()
        assert (row.name, row.phone) == ("นายใหม่ ทดสอบ", None)

    def test_an_office_is_put_under_its_group(self, store: Store, tmp_path: Path):
        row = [*cells(demo()[0])[:2], "เทศบาลเมืองสมมติ", *cells(demo()[0])[3:]]
        assert "Agencies: 2 added" in run(saved(tmp_path, [HEADER, row])).output
        with store.read() as db:
            rows = {row.name: row for row in db.execute(select(agencies))}
        assert rows["เทศบาลเมืองสมมติ"].parent_id == rows["อปท."].id

    def test_a_plan_with_questions_is_never_applied(self, store: Store):
        rows = numbered([HEADER, ["1.03199E+09", *cells(demo()[0])[1:]]])
        with store.write() as db:
            plan = roster_plan.plan(db, MAIN, rows, Asking())
            with pytest.raises(roster.BadRoster):
                roster.apply(db, MAIN, plan, NOW)
        assert count(store) == 0

    def test_a_thousand_schools_twice(self, store: Store, tmp_path: Path):
        template = cells(demo()[0])
        rows = [
            [f"1031{n:06}", f"บ้านทดสอบที่ {n}", template[2], f"อำเภอสมมติ {n % 23}", *template[4:]] for n in range(1000)
        ]
        file = saved(tmp_path, [HEADER, *rows], "xlsx")
        assert "1000 added" in run(file).output
        assert "1000 as before" in run(file).output


def test_a_table_counts_what_a_terminal_shows():
    assert roster_show.width("น้ำใสที่") == 5
    assert roster_show.table([["น้ำ", "1"], ["นาม", "2"]]).splitlines() == ["น้ำ   1", "นาม  2"]
