"""Where a roster's header stands, in one line or two, and which of its columns is which."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.agency_names import folded
from handlers.roster_values import (
    AGENCY,
    CODE,
    COLUMNS,
    DIRECTOR,
    DISTRICT,
    NAME,
    Asking,
    BadRoster,
    Choice,
    Question,
    question_id,
)
from handlers.roster_words import words
from handlers.texts import say

Numbered = tuple[int, list[str]]
_DEPTH = 40
_FEWEST = 3
NEEDED = (CODE, NAME, AGENCY, DISTRICT)


@dataclass(frozen=True, slots=True)
class Header:
    """A header: the index of the first row below it, its columns by name, and headings nobody asked for.

    together: columns that are one, as a title, a first name and a surname are.
    """

    below: int
    columns: dict[str, int]
    unused: tuple[str, ...]
    together: tuple[int, ...] = ()


def find(rows: Sequence[Numbered], asking: Asking) -> Header:
    """Find the header among the first rows.

    Raises:
        BadRoster: there is none, or it lacks a column one cannot do without.
    """
    found = max(range(min(len(rows), _DEPTH)), key=lambda at: (_score(rows[at][1], rows, at), -at), default=None)
    if found is None or not _score(rows[found][1], rows, found):
        raise BadRoster([say("roster.no_header", columns=", ".join(COLUMNS))])
    lines = 2 if found + 1 < len(rows) and _continues(rows[found][1], rows[found + 1][1]) else 1
    headings = _joined(rows[found][1], rows[found + 1][1]) if lines == _LINES else rows[found][1]
    columns, together = _chosen(headings, rows[found][0], asking)
    if missing := [name for name in (CODE, NAME) if name not in columns]:
        raise BadRoster([say("roster.missing", columns=", ".join(missing), known=", ".join(COLUMNS))])
    unused = tuple(one for at, one in enumerate(headings) if one and at not in {*columns.values(), *together})
    return Header(found + lines, columns, unused, together)


_LINES = 2
TOGETHER = "together"


def is_header(cells: Sequence[str]) -> bool:
    """Tell whether a row is a header: tables are printed with one on each page. อำเภอสตึก alone makes none."""
    return len(kinds := _kinds(cells)) > _FEWEST and {CODE, NAME} <= kinds


def _kinds(cells: Sequence[str]) -> set[str]:
    return {kind for cell in cells if (kind := column_of(cell))}


def _score(cells: Sequence[str], rows: Sequence[Numbered], at: int) -> int:
    """Count the columns a row names, alone or with the line below it; a code's and a name's count most."""
    two = at + 1 < len(rows) and _continues(cells, rows[at + 1][1])
    kinds = _kinds(_joined(cells, rows[at + 1][1])) if two else _kinds(cells)
    return len(kinds) + len(COLUMNS) * len(kinds & {CODE, NAME}) if len(kinds) >= _FEWEST else 0


def column_of(heading: str) -> str | None:
    """Return the column that a heading names, or None."""
    key = folded(heading)
    for one in words().headings:
        if one.like.search(key) and not one.never.search(key) and len(key) <= _LONGEST_HEADING:
            return one.column
    return None


_LONGEST_HEADING = 60


def _continues(above: Sequence[str], below: Sequence[str]) -> bool:
    """Tell whether the row below is the second line of a header: headings only, some of them new."""
    keys = [folded(cell) for cell in below if cell]
    if len(keys) == 1 and not words().below.match(keys[0]):
        return False  # สังกัด สช. is a heading of the rows below it
    if not keys or len(set(filter(None, above))) < _FEWEST or any(re.search(r"\d{3}", key) for key in keys):
        return False
    return all(words().below.match(key) or column_of(key) for key in keys)


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Join a header's two lines; a heading over several columns belongs to each that has one below it."""
    joined, over = [], ""
    for at in range(max(len(above), len(below))):
        top = above[at] if at < len(above) else ""
        under = below[at] if at < len(below) else ""
        over = top or (over if under else "")
        alone = over == under or (not top and column_of(under) is not None)
        joined.append(under if alone else f"{over} {under}".strip())
    return joined


def _chosen(headings: Sequence[str], row: int, asking: Asking) -> tuple[dict[str, int], tuple[int, ...]]:
    columns: dict[str, int] = {}
    together: tuple[int, ...] = ()
    for kind in COLUMNS:
        places = _best(kind, [at for at, heading in enumerate(headings) if column_of(heading) == kind], headings)
        if len(places) > 1:
            answer = asking.ask(_which(kind, places, headings, row))
            columns[kind] = -1 if answer is None else places[0] if answer == TOGETHER else int(answer) - 1
            together = tuple(places) if answer == TOGETHER else together
        elif places:
            columns[kind] = places[0]
    return columns, together


def _best(kind: str, places: list[int], headings: Sequence[str]) -> list[int]:
    best = next(one.best for one in words().headings if one.column == kind)
    better = [at for at in places if best.search(folded(headings[at]))]
    return better or places


def _which(kind: str, places: list[int], headings: Sequence[str], row: int) -> Question:
    choices = tuple(Choice(str(at + 1), say("roster.column", n=at + 1, heading=headings[at])) for at in places)
    if kind == DIRECTOR:
        choices = (Choice(TOGETHER, say("roster.together")), *choices)
    said = say("roster.which_column", column=kind)
    return Question(question_id("column", kind, *(headings[at] for at in places)), said, choices, (row,))
