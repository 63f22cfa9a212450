"""Cells carried down: an agency or district written once, for all rows below it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from handlers.roster_values import AGENCY, CODE, NAME, SKIP, Asking, Choice, Draft, Question, question_id
from handlers.roster_words import words
from handlers.texts import say

_ABOVE = "above"
_FEWEST = 2


@dataclass(slots=True)
class Raw:
    """A school's cells as they stand. over: what the headings above it say; above: what stands in a row above it."""

    number: int
    cells: dict[str, str]
    original: dict[str, str]
    over: dict[str, str]
    above: str = ""


def carried_down(raws: list[Raw], column: str, draft: Draft, asking: Asking) -> list[Raw]:
    """Give empty cells what the heading says, or what stands above them; returns the rows that are not left out."""
    empty: list[Raw] = []
    above, heading, agency, crosses = "", "", "", False
    for raw in raws:
        said, over = raw.cells.get(column, ""), raw.over.get(column, "")
        if words().ditto.match(said):
            raw.cells[column] = above or over
        elif said:
            above, heading, agency = said, over, raw.cells.get(AGENCY, "")
        elif over and (over != heading or not above):
            raw.cells[column], above, heading = over, "", over
        elif above:
            empty.append(raw)
            raw.above = above
            crosses |= agency != raw.cells.get(AGENCY, "") and column != AGENCY
    answer = (
        (_ABOVE if _is_plain(raws, column, empty, crosses) else asking.ask(_question(column, empty))) if empty else ""
    )
    numbers = [raw.number for raw in empty]
    if answer == SKIP:
        draft.left += [(number, say("roster.as_told", text=column)) for number in numbers]
        return [raw for raw in raws if raw.number not in numbers]
    if answer == _ABOVE:
        draft.notes.append(say("roster.carried", column=column, rows=listed(numbers)))
        for raw in empty:
            raw.cells[column] = raw.above
    return raws


def _is_plain(raws: list[Raw], column: str, empty: list[Raw], crosses: bool) -> bool:
    """Tell whether empty cells can only mean the one above: no value is written twice in a row, and many are empty.

    crosses: the one above belongs to another agency.
    """
    written = [raw.cells.get(column, "") for raw in raws]
    repeats = any(one and one == below for one, below in pairwise(written))
    return not repeats and not crosses and len(empty) >= max(sum(map(bool, written)), _FEWEST)


def _question(column: str, empty: list[Raw]) -> Question:
    numbers = tuple(raw.number for raw in empty)
    first = f"{empty[0].number}: {empty[0].cells[NAME]} → {empty[0].above}"
    said = say("roster.carry", column=column, rows=listed(numbers), first=first)
    choices = (Choice(_ABOVE, say("roster.from_above")), Choice(SKIP, say("roster.leave_rows")))
    about = (f"{raw.cells[CODE]}|{raw.cells[NAME]}|{raw.above}" for raw in empty)
    return Question(question_id("above", column, *about), said, choices, numbers)


def listed(rows: Iterable[int]) -> str:
    """Return row numbers in few words: "5, 7-12"."""
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
