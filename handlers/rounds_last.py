"""What a school said the round before: an answer that may be kept, a plan that is looked back on."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too

from handlers import answer_rows, reports, texts
from handlers.answer_rows import Part
from handlers.words import fold
from handlers.words.vocabulary import WORDS
from models.later import not_waiting
from models.prepared import Prepared
from models.programme import rounds
from models.report import PartKind, answers, plan_checks
from models.report import reports as table

STATES = ("done", "doing", "not_begun", "changed")
"""What may have become of a plan, in the order of the buttons."""


@dataclass(frozen=True, slots=True)
class Last:
    """An answer of the round before. title: of that round."""

    answer: int
    title: str
    private: bool
    parts: tuple[Part, ...]

    @property
    def words(self) -> tuple[Part, ...]:
        """Return what can be kept: words and choices. Files stay where they are."""
        return tuple(part for part in self.parts if part.kind in (PartKind.TEXT, PartKind.CHOICE))


_TITLE = Prepared(
    select(rounds.c.title).join(table, table.c.round_id == rounds.c.id).where(table.c.id == bindparam("report"))
)


def last_said(db: Connection, report: int, question: str) -> Last | None:
    """Return what a report of an earlier round (``Standing.last_report``) said to a question; None without words."""
    with not_waiting(db):  # what waits is of this round
        answer = answer_rows.answers_of(db, report).get(question)
        if answer is None:
            return None
        title = _TITLE(db, {"report": report}).scalar_one()
        last = Last(answer.id, title, answer.private, tuple(reports.parts_of(db, report).get(question, ())))
    return last if last.words else None


_KEPT = Prepared(update(answers).where(answers.c.id == bindparam("answer")).values(kept_from=bindparam("before")))


def note_kept(db: Connection, answer: int, before: int | None) -> None:
    """Note that an answer is that of an earlier round, or (None) that it is so no more."""
    _KEPT(db, {"answer": answer, "before": before})


_CHECKED = Prepared(
    select(plan_checks.c.state).where(
        plan_checks.c.report_id == bindparam("report"), plan_checks.c.question == bindparam("question")
    )
)
_check = insert(plan_checks)
_CHECK = Prepared(
    _check.on_conflict_do_update(
        index_elements=["report_id", "question"],
        set_={name: _check.excluded[name] for name in ("state", "person_id", "at")},
    ),
    ("report_id", "question", "channel_id", "state", "person_id", "at"),
)


def is_checked(db: Connection, report: int, question: str) -> bool:
    """Tell whether it was said what became of the plan of the round before."""
    return _CHECKED(db, {"report": report, "question": question}).first() is not None


def check_plan(db: Connection, channel: str, report: int, question: str, state: str, by: int, now: datetime) -> None:
    """Write down what became of a plan of the round before: one of STATES."""
    row = {"report_id": report, "question": question, "channel_id": channel, "state": state}
    _CHECK(db, row | {"person_id": by, "at": now})


# Words ------------------------------------------------------------------------------------------------------------


@cache
def _said() -> dict[str, str]:
    """Return the words by what they mean: "same", or a state of a plan."""
    raw: Any = texts.data("last_round.yaml")
    found = {fold(word): "same" for word in raw["same"]}
    return found | {fold(word): state for state in STATES for word in raw["plan"][state]}


def meant(text: str) -> str | None:
    """Return what a whole message says of the round before ("same", or a state of a plan), or None."""
    key = fold(text)
    while key:
        if key in _said():
            return _said()[key]
        found = WORDS.polite.match(key[::-1])
        if found is None:
            return None
        key = key[: -found.end()]
    return None
