"""Roster files as people make them, and somebody who answers what is asked about them."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl

from bot.roster_files import DEMO, read_table
from handlers.agencies import Book
from handlers.agency_names import parsed
from handlers.roster import COLUMNS, Entry, read
from handlers.roster_codes import Known
from handlers.roster_plan import Plan, compare
from handlers.roster_values import Asking, Question
from handlers.school_names import normal

Rows = Sequence[Sequence[str]]
ENCODINGS = ("utf-8", "utf-8-sig", "cp874", "xlsx")
HEADER = list(COLUMNS)


def demo() -> list[Entry]:
    """Return the forty schools of the demo."""
    return read(read_table(DEMO))


def cells(entry: Entry) -> list[str]:
    """Return an entry as a clean row."""
    pupils = "" if entry.pupils is None else str(entry.pupils)
    return [entry.code, entry.name, entry.agency, entry.district, pupils, entry.director or "", entry.phone or ""]


def saved(folder: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    """Save rows as a CSV with CRLF, or as a workbook."""
    if encoding != "xlsx":
        written = io.StringIO(newline="")
        csv.writer(written).writerows(rows)
        path = folder / "roster.csv"
        path.write_bytes(written.getvalue().encode(encoding))
        return path
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append([cell or None for cell in row])
    path = folder / "roster.xlsx"
    book.save(path)
    return path


def numbered(rows: Rows) -> list[tuple[int, Sequence[str]]]:
    """Return rows with their numbers."""
    return list(enumerate(rows, start=1))


def known(entries: Sequence[Entry]) -> list[Known]:
    """Return schools as the database would know them."""
    return [Known(entry.code, entry.name, entry.district, entry.agency) for entry in entries]


def book(entries: Sequence[Entry]) -> Book:
    """Return the agencies of schools as the database would know them."""
    names = dict(enumerate(dict.fromkeys(entry.agency for entry in entries), start=1))
    return Book(names, dict.fromkeys(names), {})


def understood(
    rows: Rows, given: Mapping[str, str] | None = None, schools: Sequence[Entry] = ()
) -> tuple[Plan, Asking]:
    """Return what becomes of rows with these answers, and what was asked."""
    asking = Asking(given or {})
    return compare(numbered(rows), book(schools), known(schools), asking), asking


def answered(
    rows: Rows, answer: Callable[[Question], str], schools: Sequence[Entry] = ()
) -> tuple[Plan, dict[str, str]]:
    """Answer one question after the other until none is left; returns the plan and the answers."""
    given: dict[str, str] = {}
    for _ in range(500):
        plan, asking = understood(rows, given, schools)
        assert not asking.wrong, asking.wrong
        if not plan.questions:
            return plan, given
        given[plan.questions[0].id] = answer(plan.questions[0])
    raise AssertionError("it goes on asking")


def identity(entry: Entry) -> tuple[object, ...]:
    """Return what makes a school the same, however its name is spelled."""
    return entry.code, normal(entry.name), parsed(entry.agency), entry.district
