"""The register of a meeting as an Excel file. What people wrote is only ever text: never a formula, never a link."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from handlers.messages.limits import graphemes
from handlers.register import Register, heads
from handlers.texts import say

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (6, 30, 26, 30, 24, 22, 16, 24)
_FONT = "TH Sarabun New"
_LINE, _TITLE, _SIGNED = 21, 30, 36
"""Points: of a line of words, of the title, and of a row at the least, so that there is room to sign by hand."""


def sheet(one: Register) -> bytes:
    """Return the register as XLSX."""
    import xlsxwriter  # only who asks for a register waits for it

    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        _fill(book, one)
    return file.getvalue()


def _fill(book: Any, one: Register) -> None:
    page = book.add_worksheet(say("register.title")[:31])
    style = {"font_name": _FONT, "font_size": 14, "valign": "top", "text_wrap": True, "border": 1}
    plain = book.add_format({"font_name": _FONT, "font_size": 14})
    head, cell = book.add_format(style | {"bold": True, "bg_color": "#E8F3EE"}), book.add_format(style)
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    page.set_default_row(_LINE)
    page.set_row(0, _TITLE)
    page.write_string(0, 0, one.title, book.add_format({"font_name": _FONT, "font_size": 18, "bold": True}))
    above = [f"{field}: {words}" for field, words in one.about] + list(one.sums)
    for row, words in enumerate(above, 1):
        page.write_string(row, 0, words, plain)
    first = len(above) + 2
    for column, words in enumerate(_heads()):
        page.write_string(first, column, words, head)
    for n, line in enumerate(one.lines, 1):
        page.write_number(first + n, 0, n, cell)
        values = (line.name, line.position, line.place, line.agency, line.mode, line.at, "")
        page.set_row(first + n, _height(values))
        for column, words in enumerate(values, 1):
            page.write_string(first + n, column, words, cell)
    page.write_string(first + len(one.lines) + 2, 0, one.made, plain)
    _print(page, one, first)


def _height(values: Sequence[str]) -> int:
    """Return how high a row is, in points: not every program makes room by itself for words of several lines."""
    lines = max(-(-graphemes(words) // width) for words, width in zip(values, _WIDTHS[1:], strict=True))
    return max(_SIGNED, lines * _LINE + 4)


def _heads() -> list[str]:
    n, name, position, _, *rest = heads()
    return [n, name, position, say("register.column.school"), say("register.column.agency"), *rest]


def _print(page: Any, one: Register, first: int) -> None:
    """Set the page up for A4 paper, with the heads on each page and who made it below."""
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(first)
    page.freeze_panes(first + 1, 0)
    page.set_footer(f"&L&9{one.made.replace('&', '&&')[:200]}&R&9&P/&N")
