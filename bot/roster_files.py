"""Roster files as tables of text: CSV in UTF-8, or the one sheet of an XLSX workbook."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from handlers.roster import BadRoster

DEMO = Path(__file__).parent / "simulator" / "data" / "roster.csv"
"""Forty made-up schools."""
MOST_BYTES = 10_000_000

_FORMULA_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})

Table = list[tuple[int, Sequence[str]]]


def read_table(path: Path) -> Table:
    """Return a file's rows, each with its number as the spreadsheet shows it.

    Raises:
        BadRoster: the file cannot be read as it is.
        OSError: it cannot be opened.
    """
    content = path.read_bytes()
    if len(content) > MOST_BYTES:
        raise BadRoster([f"ไฟล์ใหญ่เกิน (larger than {MOST_BYTES // 1_000_000} MB)"])
    if content.startswith(b"PK"):
        return _workbook(content)
    return list(_csv(content))


def _csv(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRoster(["ไม่ใช่ UTF-8: ใน Excel เลือกบันทึกเป็น CSV UTF-8 (save it as CSV UTF-8)"]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise BadRoster([f"แถวที่ {reader.line_num} (row {reader.line_num}): not CSV, {error}"]) from None


def _workbook(content: bytes) -> Table:
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise BadRoster(["ไม่ใช่ไฟล์ XLSX ที่อ่านได้ (not a readable XLSX workbook)"]) from None
    sheets = [sheet for sheet in workbook.worksheets if any(map(any, sheet.values))]
    if len(sheets) > 1:
        titles = ", ".join(sheet.title for sheet in sheets)
        raise BadRoster([f"มีหลายแผ่นงาน ให้เหลือแผ่นเดียว (several sheets, keep one): {titles}"])
    rows = sheets[0].values if sheets else ()
    return [(number, [_cell(value, number) for value in row]) for number, row in enumerate(rows, start=1)]


def _cell(value: Any, row: int) -> str:
    """Return a cell as text; refuse what has no single reading (a date, a fraction, a formula's error)."""
    if value is None:
        return ""
    if isinstance(value, str) and value not in _FORMULA_ERRORS:
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer():
        return str(int(value))
    raise BadRoster([f"แถวที่ {row} (row {row}): เซลล์ต้องเป็นข้อความ (a cell must be text): {value}"])
