"""A clean roster, messed up at random in ways that keep its meaning: every school is found, none is guessed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.roster_files import read_table
from handlers.roster import Entry
from handlers.roster_values import Question
from tests.roster_scene import ENCODINGS, answered, cells, demo, identity, saved, understood

SCHOOLS = demo()
HEADERS = (
    ("รหัสสถานศึกษา", "รหัส 10 หลัก", "รหัสโรงเรียน", "รหัส"),
    ("ชื่อสถานศึกษา", "โรงเรียน", "ชื่อโรงเรียน", "รายชื่อโรงเรียน"),
    ("สังกัด", "ต้นสังกัด", "หน่วยงานต้นสังกัด"),
    ("อำเภอ", "อ.", "อำเภอที่ตั้ง"),
    ("จำนวนนักเรียน", "นร.", "จำนวน นร. (คน)"),
    ("ชื่อผู้อำนวยการ", "ผอ.", "ชื่อ-สกุล ผอ.", "ผู้บริหาร"),
    ("โทรศัพท์", "เบอร์โทร", "โทร."),
)
TWO_LINES = (
    ("รหัส", "สถานศึกษา"),
    ("ชื่อ", "โรงเรียน"),
    ("ต้น", "สังกัด"),
    ("อำเภอ", ""),
    ("จำนวน", "นักเรียน"),
    ("ชื่อ", "ผู้อำนวยการ"),
    ("เบอร์", "โทรศัพท์"),
)
SAME_AGENCY = {
    **{f"สพป.บุรีรัมย์ เขต {n}": (f"สพป.บร {n}", f"สพป.บร.{n}", f"สพป.บุรีรัมย์ เขต {'๐๑๒๓๔'[n]}") for n in range(1, 5)},
    "สพม.บุรีรัมย์": ("สพม.บร", "สพม.32", "สำนักงานเขตพื้นที่การศึกษามัธยมศึกษาบุรีรัมย์"),
    "สช.": ("สช", "เอกชน"),
    "อปท.": ("อปท", "องค์กรปกครองส่วนท้องถิ่น"),
}
LESS_SAID = {"สพป.บุรีรัมย์ เขต 1": "บร1", "สพป.บุรีรัมย์ เขต 3": "เขต ๓", "สพม.บุรีรัมย์": "สพม."}
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@dataclass
class Mess:
    """A messed-up file being written. truth: which school a row is, by its number; damaged: those with half a code."""

    chance: random.Random
    unicode: bool
    rows: list[list[str]] = field(default_factory=list)
    truth: dict[int, Entry] = field(default_factory=dict)
    damaged: set[int] = field(default_factory=set)
    above: tuple[str, str] = ("", "")

    def maybe(self, share: float = 0.3) -> bool:
        return self.chance.random() < share

    def one_of(self, *kinds: str) -> str:
        return self.chance.choice(kinds)

    def write(self, schools: list[Entry], *, damage: bool) -> "Mess":
        """Write a whole file."""
        self.order = self.chance.sample(range(7), 7)
        self.headed, self.ordinal = self.maybe(), self.maybe()
        self.carries = self.maybe()
        for _ in range(self.chance.randrange(3)):
            self.rows.append([self.one_of("รายชื่อโรงเรียนนำร่อง ปีการศึกษา 2569", "ข้อมูล ณ 10 มิ.ย. 2569", "")])
        if self.maybe():
            self.line([top for top, _ in TWO_LINES], "ที่")
            self.line([below for _, below in TWO_LINES], "")
        else:
            self.line([self.chance.choice(names) for names in HEADERS], "ที่")
        agency = ""
        for school in schools:
            if self.headed and school.agency != agency:
                self.line(["", self.agency(school), *[""] * 5], "")
            agency = school.agency
            self.school(school, damage=damage and self.maybe())
            self.between()
        self.rows.append([self.one_of("หมายเหตุ: ข้อมูลจากโรงเรียน", "รวมทั้งสิ้น 40 โรงเรียน", "")])
        return self

    def line(self, cells: list[str], first: str) -> None:
        ordered = [cells[at] for at in self.order]
        self.rows.append([first, *ordered] if self.ordinal else ordered)

    def between(self) -> None:
        if self.maybe(0.1):
            self.rows.append([])
        if self.maybe(0.1):
            self.line(["", self.one_of("รวม", "รวม สพป.บร 1", "รวมทั้งสิ้น"), "", "", "1,234", "", ""], "")

    def school(self, school: Entry, *, damage: bool) -> None:
        code, name, agency, district, pupils, director, phone = cells(school)
        same_agency, same_district = (
            self.carries and said == above for said, above in zip((agency, district), self.above, strict=True)
        )
        self.above = agency, district
        agency = "" if self.headed or same_agency else self.agency(school)
        district = "" if same_agency and same_district else self.district(district)
        row = [self.code(code, damage=damage), self.name(name), agency, district]
        row += [self.pupils(pupils), self.spaced(director), phone]
        for _ in range(2 if self.maybe(0.1) and not damage else 1):
            self.line(row, str(len(self.rows)))
            self.truth[len(self.rows)] = school
        if damage:
            self.damaged.add(len(self.rows))

    # Cells --------------------------------------------------------------------------------------------------------

    def agency(self, school: Entry) -> str:
        return self.spaced(self.chance.choice((school.agency, *SAME_AGENCY[school.agency])))

    def code(self, code: str, *, damage: bool) -> str:
        if damage:
            lost = code[-6:].lstrip("0")
            return self.one_of(f"{code[0]}.{code[1:6]}E+09", lost, f"31{code[-6:]}", code[:9], "")
        exact = f"{code[0]}.{code[1:]}E+09"
        return self.one_of(code, code, code.translate(THAI_DIGITS), f"'{code}", f"{code}.0", exact, f" {code} ")

    def name(self, name: str) -> str:
        name = self.one_of("", "โรงเรียน", "ร.ร.", "รร. ") + name
        if self.maybe():
            name = name.replace(" (", self.one_of("(", "  (", " [")).replace("แ", "เเ").replace("ำ", "ํา")
        if "[" in name:
            name = name.replace(")", "]")
        return self.spaced(name.translate(THAI_DIGITS) if self.maybe() else name)

    def district(self, district: str) -> str:
        return self.spaced(self.one_of("", "", "อ.", "อำเภอ") + district)

    def pupils(self, pupils: str) -> str:
        return self.one_of(pupils, f"{int(pupils):,}", pupils.translate(THAI_DIGITS), f"{pupils}.0", f"{pupils} คน")

    def spaced(self, text: str) -> str:
        signs = ("", "", " ", "\t", "\u00a0", *(("\u200b", "\ufeff") if self.unicode else ()))
        return self.chance.choice(signs) + text + self.chance.choice(signs)


def honest(mess: Mess) -> Callable[[Question], str]:
    """Return somebody who knows the truth and is asked."""

    def answer(question: Question) -> str:
        kind = question.id.partition("-")[0]
        school = mess.truth[question.rows[0]]
        if kind == "agency":
            return school.agency if school.agency in [choice.key for choice in question.choices] else "new"
        return {"code": school.code, "codes": "all", "above": "above"}[kind]

    return answer


def check(mess: Mess, schools: list[Entry], known: list[Entry], rows: list[list[str]]) -> None:
    """Every school is found as it is; before anybody answered, nothing in doubt was settled."""
    plan, _ = understood(rows, schools=known)
    assert {identity(entry) for entry in plan.entries} <= {identity(school) for school in schools}
    waiting = {row for question in plan.questions for row in question.rows}
    assert mess.damaged <= waiting
    plan, given = answered(rows, honest(mess), known)
    assert sorted(map(identity, plan.entries)) == sorted(map(identity, schools))
    assert {(entry.code, entry.pupils, entry.phone) for entry in plan.entries} == {
        (school.code, school.pupils, school.phone) for school in schools
    }
    again, asking = understood(rows, given, plan.entries)
    assert (again.entries, asking.open) == (plan.entries, [])


FAST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(seed=st.integers(0, 2**32), known=st.booleans(), many=st.integers(2, 40))
@FAST
def test_every_school_is_found_and_none_is_guessed(tmp_path: Path, encoding: str, seed: int, known: bool, many: int):
    chance = random.Random(seed)
    schools = sorted(chance.sample(SCHOOLS, many), key=lambda school: (school.agency, school.code))
    mess = Mess(chance, unicode=encoding != "cp874").write(schools, damage=True)
    rows = [list(row) for _, row in read_table(saved(tmp_path, mess.rows, encoding))]
    check(mess, schools, SCHOOLS if known else [], rows)


@given(seed=st.integers(0, 2**32))
@FAST
def test_a_name_that_says_less_is_asked_and_not_guessed(seed: int):
    chance = random.Random(seed)
    mess = Mess(chance, unicode=True).write(SCHOOLS, damage=False)
    agency = mess.order.index(2) + mess.ordinal
    said = {row for row, school in mess.truth.items() if school.agency in LESS_SAID and mess.rows[row - 1][agency]}
    short = {row for row in said if chance.random() < 0.3}
    for row in short:
        mess.rows[row - 1][agency] = LESS_SAID[mess.truth[row].agency]
    plan, _ = understood(mess.rows, schools=SCHOOLS)
    assert short <= {row for question in plan.questions for row in question.rows}
    check(mess, SCHOOLS, SCHOOLS, mess.rows)
