"""A sheet made by hand, row by row: schools, headings that say an agency, totals, footnotes, cells carried down."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from handlers import roster_cells, roster_columns
from handlers.agency_names import Agency, is_province, parsed
from handlers.roster_carried import Raw, carried_down, listed
from handlers.roster_columns import Header, Numbered
from handlers.roster_values import (
    AGENCY,
    CODE,
    COLUMNS,
    DIRECTOR,
    DISTRICT,
    LONGEST,
    NAME,
    PHONE,
    PUPILS,
    SKIP,
    UNREADABLE,
    Asking,
    BadRoster,
    Choice,
    Draft,
    Question,
    Row,
    question_id,
)
from handlers.roster_words import words
from handlers.texts import say

_SCHOOL, _HEADING, _PLACE = "school", "agency", "district"
_EMPTY, _ZERO = "empty", "zero"


def read(table: Iterable[tuple[int, Sequence[str]]], asking: Asking) -> Draft:
    """Understand a table; what has no single reading is asked.

    Raises:
        BadRoster: what is wrong and cannot be asked, each with its row.
    """
    rows = [(number, list(cells)) for number, cells in table if any(map(roster_cells.line, cells))]
    if not rows:
        raise BadRoster([say("roster.empty")])
    lines = [(number, [roster_cells.line(cell) for cell in cells]) for number, cells in rows]
    header = roster_columns.find(lines, asking)
    if asking.open or asking.wrong:  # which column is which comes before all else
        return Draft()
    sheet = _Sheet(header, asking)
    if header.unused:
        sheet.draft.notes.append(say("roster.unused", columns=", ".join(header.unused)))
    for at in range(header.below, len(rows)):
        sheet.take((lines[at][0], _together(lines[at][1], header.together)), rows[at][1])
    return sheet.finished()


def _together(cells: list[str], places: tuple[int, ...]) -> list[str]:
    """Put what stands in several columns into the first of them."""
    if not places:
        return cells
    joined = " ".join(cells[at] for at in places if at < len(cells) and cells[at])
    return [joined if at == places[0] else "" if at in places else cell for at, cell in enumerate(cells)]


@dataclass(slots=True)
class _Sheet:
    header: Header
    asking: Asking
    draft: Draft = field(default_factory=Draft)
    over: dict[str, str] = field(default_factory=dict)
    raws: list[Raw] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    lost_zeros: list[int] = field(default_factory=list)

    # One row ------------------------------------------------------------------------------------------------------

    def take(self, row: Numbered, original: Sequence[str]) -> None:
        """Take one row for what it is."""
        number, cells = row
        named = {column: cells[at] if 0 <= at < len(cells) else "" for column, at in self.header.columns.items()}
        said = list(dict.fromkeys(cell for cell in cells if cell and not _is_number(cell)))
        if roster_columns.is_header(cells):
            return
        if remark := self._remark(cells, named[NAME]):
            self.draft.marked[number] = remark
        if _looks_like_code(named[CODE]):
            self._school(number, named, original)
        elif not said:
            self._leave(number, say("roster.only_numbers", text=" ".join(filter(None, cells))))
        elif total := next(filter(_is_total, (one for one in said if one not in _rest(named))), None):
            self._leave(number, say("roster.total", text=total))
        elif _is_footnote(said[0]) and not (said[0].startswith("*") and named[NAME] == said[0]):
            self._leave(number, say("roster.footnote", text=said[0]))
        elif named[NAME] in said and len(said) > 1:
            self._school(number, named, original)
        elif len(said) == 1:
            self._lone(number, said[0], named, original)
        else:
            self._ask_what(number, " | ".join(said), named, original, ())

    def _remark(self, cells: Sequence[str], name: str) -> str | None:
        """Return what a row says of a close, beside its columns or in brackets behind the school's name."""
        beside = (cell for at, cell in enumerate(cells) if at not in self.header.columns.values())
        return next(filter(words().closed.search, (*beside, *re.findall(r"\(([^)]*)\)", name))), None)

    def _leave(self, number: int, why: str) -> None:
        self.draft.left.append((number, why))

    def _school(self, number: int, named: dict[str, str], original: Sequence[str]) -> None:
        first = {column: original[at] if 0 <= at < len(original) else "" for column, at in self.header.columns.items()}
        self.raws.append(Raw(number, dict(named), first, dict(self.over)))

    def _lone(self, number: int, text: str, named: dict[str, str], original: Sequence[str]) -> None:
        """Take a row with but one word in it: a heading, or a school of which nothing else is known."""
        agency = parsed(roster_cells.agency(text))
        is_name = named[NAME] == text
        if (agency.kind and not (is_name and _may_be_school(agency))) or named.get(AGENCY) == text:
            self._head(AGENCY, roster_cells.agency(text))
        elif words().district.match(text) or named.get(DISTRICT) == text:
            self._head(DISTRICT, roster_cells.district(text))
        elif is_name and not agency.kind and not _is_footnote(text):
            self._school(number, named, original)
        else:
            self._ask_what(number, text, named, original, (_HEADING, _PLACE))

    def _head(self, column: str, text: str) -> None:
        self.over = {AGENCY: text} if column == AGENCY else {**self.over, DISTRICT: text}

    def _ask_what(
        self, number: int, text: str, named: dict[str, str], original: Sequence[str], more: Sequence[str]
    ) -> None:
        kinds = (*((_SCHOOL,) if named[NAME] else ()), *more, SKIP)
        labels = {
            _SCHOOL: say("roster.is_school"),
            _HEADING: say("roster.is_agency"),
            _PLACE: say("roster.is_district"),
            SKIP: say("roster.is_nothing"),
        }
        choices = tuple(Choice(kind, labels[kind]) for kind in kinds)
        said = say("roster.what_is", n=number, text=text)
        answer = self.asking.ask(Question(question_id("row", text), said, choices, (number,)))
        if answer == _SCHOOL:
            self._school(number, named, original)
        elif answer in (_HEADING, _PLACE):
            self._head(AGENCY if answer == _HEADING else DISTRICT, text)
        elif answer == SKIP:
            self._leave(number, say("roster.as_told", text=text))

    # All rows -----------------------------------------------------------------------------------------------------

    def finished(self) -> Draft:
        """Fill in what is carried down, read the cells, and return the schools."""
        if not self.raws and not self.asking.open:
            raise BadRoster([say("roster.none")])
        if DISTRICT not in self.header.columns and not all(DISTRICT in raw.over for raw in self.raws):
            raise BadRoster([say("roster.missing", columns=DISTRICT, known=", ".join(COLUMNS))])
        for column in (AGENCY, DISTRICT):
            self.raws = carried_down(self.raws, column, self.draft, self.asking)
        self.draft.rows = [row for raw in self.raws if (row := self._row(raw)) is not None]
        self._mend_phones()
        if self.problems:
            raise BadRoster(self.problems)
        return self.draft

    # One school ---------------------------------------------------------------------------------------------------

    def _row(self, raw: Raw) -> Row | None:
        cells = raw.cells
        values = {NAME: roster_cells.school(cells[NAME]), DIRECTOR: cells.get(DIRECTOR, "").strip("* ")}
        values[AGENCY] = roster_cells.agency(cells.get(AGENCY, ""))
        values[DISTRICT] = roster_cells.district(cells.get(DISTRICT, ""))
        self._check(raw, values)
        pupils, phone = self._pupils(raw), self._phone(raw)
        return Row(
            raw.number,
            cells[CODE],
            roster_cells.code(raw.original[CODE]),
            values[NAME],
            values[AGENCY],
            values[DISTRICT],
            pupils,
            values[DIRECTOR] or None,
            phone,
        )

    def _check(self, raw: Raw, values: dict[str, str]) -> None:
        waits = raw.number in self.asking.open_rows
        for column in (NAME, DISTRICT):
            if not values[column] and not waits:
                self._problem(raw, say("roster.is_missing", column=column))
        if any(UNREADABLE in cell for cell in raw.original.values()):
            self._problem(raw, say("roster.unreadable", text=next(c for c in raw.cells.values() if UNREADABLE in c)))
        for column, text in values.items():
            if len(text) > LONGEST[column]:
                self._problem(raw, say("roster.too_long", column=column, most=LONGEST[column]))

    def _problem(self, raw: Raw, problem: str) -> None:
        self.problems.append(say("roster.in_row", n=raw.number, problem=problem))

    def _pupils(self, raw: Raw) -> int | None:
        cell = raw.cells.get(PUPILS, "")
        try:
            return roster_cells.pupils(cell)
        except ValueError:
            said = say("roster.pupils", n=raw.number, school=raw.cells[NAME], text=cell)
            numbers = [one for one in re.findall(r"\d+", cell.replace(",", "")) if len(one) <= _PUPILS_DIGITS]
            choices = (*(Choice(one, one) for one in dict.fromkeys(numbers)), Choice(_EMPTY, say("roster.no_number")))
            about = question_id("pupils", raw.cells[CODE], raw.cells[NAME], cell)
            answer = self.asking.ask(Question(about, said, choices, (raw.number,)))
            return int(answer) if answer not in (None, _EMPTY) else None

    def _phone(self, raw: Raw) -> str | None:
        found = roster_cells.phones(raw.original.get(PHONE, ""), LONGEST[PHONE])
        cell = raw.cells.get(PHONE, "")
        if cell and found.left_out:
            self.draft.notes.append(say("roster.phone_left", n=raw.number, kept=found.kept or "–"))
        if found.odd and found.kept:
            self.draft.notes.append(say("roster.phone_odd", n=raw.number, kept=found.kept))
        if found.lost_zero:
            self.lost_zeros.append(raw.number)
        return found.kept

    def _mend_phones(self) -> None:
        """Ask once for all numbers that a spreadsheet took the 0 from."""
        if not self.lost_zeros:
            return
        rows = [row for row in self.draft.rows if row.number in self.lost_zeros]
        first = roster_cells.with_zero(rows[0].phone or "")
        said = say("roster.phone_zero", rows=listed(self.lost_zeros), first=f"{rows[0].phone} → {first}")
        choices = (Choice(_ZERO, say("roster.put_zero")), Choice(_EMPTY, say("roster.no_number")))
        about = question_id("phones", *(f"{row.about}|{row.phone}" for row in rows))
        answer = self.asking.ask(Question(about, said, choices, tuple(self.lost_zeros)))
        for at, row in enumerate(self.draft.rows):
            if row in rows:
                phone = roster_cells.with_zero(row.phone or "") if answer == _ZERO else None
                self.draft.rows[at] = replace(row, phone=phone)


_PUPILS_DIGITS = 6
_FEW_DIGITS = 4


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[\d๐-๙.,)\s]+(โรงเรียน|โรง|แห่ง|คน)?", cell) is not None


def _is_footnote(text: str) -> bool:
    return words().footnote.match(text.lower()) is not None


def _looks_like_code(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) >= _FEW_DIGITS and not re.search("[ก-ฮ]{2}", cell)


def _rest(named: dict[str, str]) -> set[str]:
    """Return the cells that make no total of a row with a name in it: "รวม 120" may be its pupils."""
    return {named.get(column, "") for column in (PUPILS, DIRECTOR, PHONE)} if named[NAME] else set()


def _may_be_school(agency: Agency) -> bool:
    """Tell whether what reads like an agency may be a school: เทศบาล ๑, or the border police's (ตชด.) somewhere."""
    return bool(agency.office or (agency.place and not agency.number and not is_province(agency.place)))


def _is_total(text: str) -> bool:
    return words().total.match(text.lower()) is not None
