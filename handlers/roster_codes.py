"""Rows whose code is not whole: matched by name, district and agency, and shown to somebody before it counts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from handlers.agency_names import folded
from handlers.cached import cached_property
from handlers.roster_cells import could_be
from handlers.roster_values import SKIP, Asking, Choice, Draft, Question, Row, question_id
from handlers.school_names import normal
from handlers.texts import say

_ALL, _EACH = "all", "each"
_NEAR = 80
_MOST = 5

Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A school that has its code: in the database, or in another row of the file."""

    code: str
    name: str
    district: str
    agency: str

    @property
    def place(self) -> Place:
        """Return what a school is matched by."""
        return place(self.name, self.district, self.agency)


def place(name: str, district: str, agency: str) -> Place:
    """Return a name, district and agency as they are compared."""
    return normal(name), folded(district), folded(agency)


@dataclass(frozen=True)
class Codes:
    """All schools that have their code."""

    known: Sequence[Known]

    @cached_property
    def by_place(self) -> dict[Place, list[Known]]:
        """Return them by name, district and agency; each code once."""
        found: dict[Place, dict[str, Known]] = defaultdict(dict)
        for one in self.known:
            found[one.place].setdefault(one.code, one)
        return {where: list(ones.values()) for where, ones in found.items()}

    @cached_property
    def _names(self) -> dict[str, list[Known]]:
        found: dict[str, list[Known]] = defaultdict(list)
        for one in {(one.code, normal(one.name)): one for one in self.known}.values():
            found[normal(one.name)].append(one)
        return found

    @cached_property
    def _by_code(self) -> dict[str, Known]:
        return {one.code: one for one in reversed(self.known)}

    def same_place(self, row: Row) -> list[Known]:
        """Return the schools of the row's name, district and agency."""
        return self.by_place.get(place(row.name, row.district, row.agency), [])

    def near(self, row: Row) -> list[Known]:
        """Return schools that the row may mean, likely ones first; never more than can be read."""
        alike = process.extract(normal(row.name), list(self._names), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=_MOST)
        by_name = [one for name, _, _ in alike for one in self._names[name]]
        ends = could_be(row.written) if row.written.isdecimal() else lambda _: False  # 1.03199E+09 fits thousands
        few = [one for code, one in self._by_code.items() if ends(code)][:_MOST]
        found = {one.code: one for one in (*self.same_place(row), *by_name, *few)}
        likely = sorted(found.values(), key=lambda one: -_likeness(row, one))
        return likely[:_MOST]


def _likeness(row: Row, one: Known) -> float:
    where = place(row.name, row.district, row.agency)
    same = sum(mine == other for mine, other in zip(where, one.place, strict=True))
    return same * 100 + 50 * could_be(row.written)(one.code) + fuzz.ratio(where[0], one.place[0])


def settle(draft: Draft, codes: Codes, asking: Asking) -> list[Row]:
    """Return the rows with their codes; those that wait for an answer, or are left out, are not among them."""
    whole = [row for row in draft.rows if row.code]
    damaged = [row for row in draft.rows if not row.code]
    plain = {row.number for row in damaged if len(codes.same_place(row)) == 1 and not asking.has(_id(row))}
    each = [row for row in damaged if row.number not in plain]
    sure = [row for row in damaged if row.number in plain]
    found, rest = _together(sure, codes, asking)
    answers = ((row, _ask(row, codes, asking)) for row in (*each, *rest))
    for row, answer in answers:
        if answer == SKIP:
            draft.left.append((row.number, say("roster.as_told", text=row.name)))
        elif answer is not None:
            found.append(replace(row, code=answer))
    return sorted((*whole, *found), key=lambda row: row.number)


def _together(sure: list[Row], codes: Codes, asking: Asking) -> tuple[list[Row], list[Row]]:
    """Ask once for all rows that fit exactly one school; return those confirmed, and those to be asked about."""
    if not sure:
        return [], []
    fits = [(row, codes.same_place(row)[0].code) for row in sure]
    shown = [_fit(row, code) for row, code in fits]
    said = "\n".join([say("roster.codes", many=len(sure)), *shown])
    choices = (Choice(_ALL, say("roster.all_fit")), Choice(_EACH, say("roster.each")))
    about = question_id("codes", *(f"{row.about} = {code}" for row, code in fits))
    answer = asking.ask(Question(about, said, choices, tuple(row.number for row in sure)))
    if answer == _ALL:
        return [replace(row, code=code) for row, code in fits], []
    return [], sure if answer == _EACH else []


def _fit(row: Row, code: str) -> str:
    written = row.written or "–"
    return say("roster.fit", n=row.number, written=written, code=code, name=row.name, district=row.district)


def _id(row: Row) -> str:
    return question_id("code", row.about)


def _ask(row: Row, codes: Codes, asking: Asking) -> str | None:
    choices = [
        Choice(one.code, say("roster.known", code=one.code, name=one.name, district=one.district, agency=one.agency))
        for one in codes.near(row)
    ]
    choices.append(Choice(SKIP, say("roster.leave_row")))
    said = say(
        "roster.which_code",
        n=row.number,
        written=row.written or "–",
        name=row.name,
        district=row.district,
        agency=row.agency,
    )
    return asking.ask(Question(_id(row), said, tuple(choices), (row.number,), any_code=True))
