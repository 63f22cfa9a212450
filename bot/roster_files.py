"""Roster files as tables of text: CSV as any spreadsheet writes it, or a sheet of an XLSX workbook."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl

from handlers.roster import BadRoster
from handlers.roster_values import UNREADABLE

DEMO = Path(__file__).parent / "simulator" / "data" / "roster.csv"
"""Forty made-up schools."""
MOST_BYTES = 10_000_000
MOST_ROWS = 50_000

_FORMULA_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BINARY = frozenset(map(chr, (*range(9), *range(14, 32))))

Table = list[tuple[int, Sequence[str]]]


class SeveralSheets(BadRoster):
    """A workbook has several sheets with something in them. titles: theirs."""

    def __init__(self, titles: list[str], wanted: str | None) -> None:
        self.titles = titles
        asked = f"ไม่มีแผ่นงาน {wanted} (no such sheet)" if wanted else "มีหลายแผ่นงาน (several sheets)"
        super().__init__([f"{asked}: --sheet {' | '.join(titles)}"])


def read_table(path: Path, sheet: str | None = None) -> Table:
    """Return a file's rows, each with its number as the spreadsheet shows it. sheet: the title of one, where several.

    Raises:
        SeveralSheets: one must be chosen, or the one chosen is not there.
        BadRoster: the file cannot be read as it is.
        OSError: it cannot be opened.
    """
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        raise BadRoster([f"ไฟล์ใหญ่เกิน (larger than {MOST_BYTES // 1_000_000} MB)"])
    if content.startswith(_OLD_EXCEL):
        raise BadRoster(["เป็นไฟล์ Excel รุ่นเก่าหรือมีรหัสผ่าน: บันทึกเป็น XLSX (an old or locked Excel file: save it as XLSX)"])
    table = _workbook(content, sheet) if content.startswith(b"PK") else list(_csv(_text(content)))
    if len(table) > MOST_ROWS:
        raise BadRoster([f"มีหลายแถวเกิน (more than {MOST_ROWS:,} rows)"])
    return table


# CSV --------------------------------------------------------------------------------------------------------------


def _text(content: bytes) -> str:
    """Decode a CSV: UTF-8, UTF-16 as Excel's "Unicode text", else cp874 as Thai Windows writes it."""
    encodings = ("utf-16",) if content.startswith(_UTF_16) else ("utf-8-sig", "cp874")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _BINARY.isdisjoint(text):
            return text
    raise BadRoster(["อ่านไม่ออก: ใน Excel เลือกบันทึกเป็น XLSX หรือ CSV UTF-8 (not readable, save it as XLSX or CSV UTF-8)"])


def _csv(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise BadRoster([f"แถวที่ {reader.line_num} (row {reader.line_num}): not CSV, {error}"]) from None


def _delimiter(text: str) -> str:
    """Return what stands between cells: where the system's list separator is another, Excel does not write commas."""
    lines = text.splitlines()[:50]
    return max(",;\t", key=lambda sign: sum(line.count(sign) for line in lines))


# XLSX -------------------------------------------------------------------------------------------------------------


def _workbook(content: bytes, wanted: str | None) -> Table:
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        sheet = _sheet(workbook, wanted)
        return _rows(sheet, formulas[sheet.title]) if sheet is not None else []
    except (zipfile.BadZipFile, KeyError, TypeError, ParseError, OSError, EOFError) as error:
        raise BadRoster([f"ไม่ใช่ไฟล์ XLSX ที่อ่านได้ (not a readable XLSX workbook, {type(error).__name__})"]) from None


def _sheet(workbook: Any, wanted: str | None) -> Any:
    """Return the one sheet that has something in it, or the one wanted; hidden ones only if asked for."""
    filled = [sheet for sheet in workbook.worksheets if any(map(any, sheet.values))]
    shown = [sheet for sheet in filled if sheet.sheet_state == "visible"] or filled
    if wanted is None and len(shown) <= 1:
        return shown[0] if shown else None
    chosen = [sheet for sheet in filled if sheet.title.strip() == (wanted or "").strip()]
    if not chosen:
        raise SeveralSheets([sheet.title for sheet in shown], wanted)
    return chosen[0]


def _rows(sheet: Any, formulas: Any) -> Table:
    """Return a sheet's rows; cells merged downwards say the same in each of their rows."""
    rows = [list(map(_cell, row)) for row in sheet.values]
    for number, row in enumerate(formulas.values):
        for at, value in enumerate(row):
            if isinstance(value, str) and value.startswith("=") and number < len(rows) and not rows[number][at]:
                rows[number][at] = UNREADABLE + value  # never calculated, so what it would show is not known
    for merged in sheet.merged_cells.ranges:
        said = rows[merged.min_row - 1][merged.min_col - 1]
        for number in range(merged.min_row, merged.max_row):
            rows[number][merged.min_col - 1] = said
    return list(enumerate(rows, start=1))


def _cell(value: Any) -> str:
    """Return a cell as text; what has no single reading (a date, a formula's error) is marked as unreadable."""
    if value is None:
        return ""
    if isinstance(value, str):
        return UNREADABLE + value if value in _FORMULA_ERRORS else value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(int(value)) if float(value).is_integer() else str(value)
    return f"{UNREADABLE}{value}"
