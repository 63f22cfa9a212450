"""What a roster is made of, and what is asked about it. A question keeps its id while what it is about stays."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from handlers.school_names import code_like

COLUMNS = ("รหัสสถานศึกษา", "ชื่อสถานศึกษา", "สังกัด", "อำเภอ", "จำนวนนักเรียน", "ชื่อผู้อำนวยการ", "โทรศัพท์")
CODE, NAME, AGENCY, DISTRICT, PUPILS, DIRECTOR, PHONE = COLUMNS
LONGEST = {NAME: 200, AGENCY: 200, DISTRICT: 100, DIRECTOR: 200, PHONE: 40}
SKIP, NEW = "skip", "new"
UNREADABLE = "\ufffd"
"""Stands in a cell that is no text: a date, a formula's error, letters that got lost on the way."""


class BadRoster(ValueError):
    """A roster that is refused. problems: a sentence each, with its row."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Entry:
    """One school as the roster has it. row: its line in the file, counted from 1."""

    row: int
    code: str
    name: str
    agency: str
    district: str
    pupils: int | None
    director: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One school as it stands in the file; code is empty until it is known, then ten digits. written: its code cell."""

    number: int
    written: str
    code: str
    name: str
    agency: str
    district: str
    pupils: int | None
    director: str | None
    phone: str | None

    @property
    def about(self) -> str:
        """Return what identifies the row, wherever it stands."""
        return "|".join((self.written, self.name, self.agency, self.district))

    @property
    def content(self) -> tuple[object, ...]:
        """Return everything that will be stored, but the code."""
        return (self.name, self.agency, self.district, self.pupils, self.director, self.phone)

    def entry(self) -> Entry:
        """Return it as an entry."""
        return Entry(
            self.number, self.code, self.name, self.agency, self.district, self.pupils, self.director, self.phone
        )


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person can tell. any_code: a ten-digit code may be given instead of a choice."""

    id: str
    said: str
    choices: tuple[Choice, ...]
    rows: tuple[int, ...] = ()
    any_code: bool = False

    def accepted(self, answer: str) -> str | None:
        """Return the key that an answer means, or None where it means none."""
        for choice in self.choices:
            if answer.strip() == choice.key:
                return choice.key
        return code_like(answer) if self.any_code else None


def question_id(kind: str, *about: object) -> str:
    """Return an id that says what is asked, and changes with what it is about."""
    told = "\n".join(map(str, about))
    return f"{kind}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"


@dataclass(slots=True)
class Asking:
    """Answers given so far, and the questions they leave open. wrong: answers that are none of the choices."""

    given: Mapping[str, str] = field(default_factory=dict)
    open: list[Question] = field(default_factory=list)
    wrong: list[Question] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def ask(self, question: Question) -> str | None:
        """Return the answer's key, or None and the question stays open."""
        self.used.add(question.id)
        given = self.given.get(question.id)
        answer = question.accepted(given) if given is not None else None
        if answer is None:
            (self.open if given is None else self.wrong).append(question)
        return answer

    def has(self, question: str) -> bool:
        """Tell whether there is an answer to a question."""
        return question in self.given

    @property
    def open_rows(self) -> set[int]:
        """Return the rows that wait for an answer."""
        return {row for question in (*self.open, *self.wrong) for row in question.rows}


@dataclass(slots=True)
class Draft:
    """A table as it was understood. left: rows that are no schools, and why; notes: what was done to the others."""

    rows: list[Row] = field(default_factory=list)
    left: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    marked: dict[int, str] = field(default_factory=dict)  # rows with a remark that the school is closed
