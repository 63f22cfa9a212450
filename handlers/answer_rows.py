"""The rows of answers: read, begun, filled, changed. While several people are heard together their changes are left
for later, and written by one statement for all (``written_together``).

An answer is a row that points to its current revision; a revision is the parts (bubbles, photos, choices) filed
under its number. Parts are only added here: words are never overwritten (invariant 3).
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, and_, bindparam, cast, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from models.later import Later, later_of, leaves_for_later
from models.prepared import Parameters, Prepared, among
from models.report import AnswerState, PartKind, answers, parts, revisions


@dataclass(frozen=True, slots=True)
class Part:
    id: int
    question: str
    kind: PartKind
    text: str | None
    lost: bool  # a file that we did not take, or that LINE does not have any more


@dataclass(slots=True)
class Answer:
    """The current revision of one answer. parts, kinds: what stands in it, where that was read (``handlers.reports``).

    number: of its row; None while ``begun`` has still to write it.
    """

    number: int | None
    channel: str
    question: str
    revision: int
    state: AnswerState
    nudged: bool
    private: bool
    saved: tuple[int, AnswerState, bool] = field(init=False, compare=False)
    parts: list[Part] | None = field(init=False, compare=False, default=None)
    kinds: Counter[str] | None = field(init=False, compare=False, default=None)
    begun: Later | None = field(init=False, compare=False, default=None)

    def __post_init__(self) -> None:
        self.saved = self.as_noted

    @property
    def id(self) -> int:
        """Return the number of its row, which is there when this returns."""
        if self.number is None and self.begun is not None:
            self.begun.write()
        if self.number is None:
            raise LookupError(self.question)
        return self.number

    @property
    def as_noted(self) -> tuple[int, AnswerState, bool]:
        """Return what is noted whenever it changes."""
        return self.revision, self.state, self.private

    def forget(self) -> None:
        """Forget what was read of its parts: they change."""
        self.parts = self.kinds = None


class Clash(Exception):
    """What was left for later meets what is there already: each must be heard alone."""


_ANSWERS = Prepared(
    select(
        answers.c.report_id,
        answers.c.id,
        answers.c.channel_id,
        answers.c.question,
        answers.c.revision,
        answers.c.state,
        answers.c.nudged,
        answers.c.private,
    ).where(among(answers.c.report_id, "reports"))
)
_STATES = {str(state): state for state in AnswerState}  # a look-up takes a tenth of the time that Enum does


def answers_of(db: Connection, report: int) -> dict[str, Answer]:
    """Return the answers of a report by question."""
    return answers_of_all(db, [report])[report]


def answers_of_all(db: Connection, reports: Sequence[int]) -> dict[int, dict[str, Answer]]:
    """Return the answers of reports: by report, then by question."""
    found: dict[int, dict[str, Answer]] = {report: {} for report in reports}
    for report, number, channel, question, revision, state, nudged, private in _ANSWERS(db, {"reports": reports}):
        found[report][question] = Answer(number, channel, question, revision, _STATES[state], nudged, private)
    return found


# Changed ----------------------------------------------------------------------------------------------------------

_BEGIN = Prepared(
    insert(answers)
    .on_conflict_do_nothing(index_elements=["report_id", "question"])
    .returning(answers.c.id, answers.c.report_id, answers.c.question),
    ("channel_id", "report_id", "question", "revision", "state", "nudged", "private"),
)
_KEEP = Prepared(
    insert(parts)
    .on_conflict_do_nothing(
        index_elements=["channel_id", "line_message_id"],
        index_where=and_(parts.c.line_message_id.is_not(None), parts.c.removed_at.is_(None)),
    )
    .returning(parts.c.id),
    ("channel_id", "answer_id", "revision", "kind", "text", "line_message_id", "said_by", "said_at", "kept_at"),
)
_SAVE = Prepared(
    update(answers)
    .where(answers.c.id == bindparam("answer"))
    .values(
        revision=bindparam("to_revision"),
        state=bindparam("to_state"),
        nudged=cast(bindparam("to_nudged"), Boolean),
        private=cast(bindparam("to_private"), Boolean),
    )
)
_NOTE = Prepared(insert(revisions), ("channel_id", "answer_id", "revision", "state", "private", "person_id", "at"))


def begin(db: Connection, channel: str, report: int, question: str) -> Answer:
    """Return the answer to a question, opened at revision 1 if there was none."""
    answer = Answer(None, channel, question, 1, AnswerState.OPEN, False, False)
    row = {
        "channel_id": channel,
        "report_id": report,
        "question": question,
        "revision": answer.revision,
        "state": answer.state,
        "nudged": answer.nudged,
        "private": answer.private,
    }
    answer.begun = later_of(db)
    if answer.begun is not None:
        answer.begun.leave("begun", (answer, row))
        return answer
    answer.number = _BEGIN(db, row).scalar()
    # Without a number: somebody else of the school was quicker.
    return answer if answer.number is not None else answers_of(db, report)[question]


@dataclass(frozen=True, slots=True)
class NewPart:
    """What is to be kept. text: words, a choice's key, a file's name; said_at: LINE's time."""

    kind: PartKind
    text: str | None
    message_id: str | None
    by: int
    said_at: datetime
    kept_at: datetime

    def under(self, answer: Answer) -> dict[str, Any]:
        """Return the row under the answer's current revision, but for the answer's number."""
        return {
            "channel_id": answer.channel,
            "revision": answer.revision,
            "kind": self.kind,
            "text": self.text,
            "line_message_id": self.message_id,
            "said_by": self.by,
            "said_at": self.said_at,
            "kept_at": self.kept_at,
        }


def keep(db: Connection, answer: Answer, new: NewPart) -> bool:
    """Add words or a choice to the current revision; False where that bubble is kept already."""
    later = later_of(db)
    if later is None:
        return keep_now(db, answer, new) is not None
    later.leave("kept", (answer, new.under(answer)))
    _count(answer, new.kind)
    return True


def keep_now(db: Connection, answer: Answer, new: NewPart) -> int | None:
    """Add a part to the current revision and return its number; None where that bubble is kept already."""
    found: int | None = _KEEP(db, new.under(answer) | {"answer_id": answer.id}).scalar()
    if found is not None:
        _count(answer, new.kind)
    return found


def _count(answer: Answer, kind: PartKind) -> None:
    """Count one part more, where the parts were read."""
    answer.parts = None  # it need not be the last of them
    if answer.kinds is not None:
        answer.kinds[kind] += 1


def save(db: Connection, answer: Answer, by: int, now: datetime) -> None:
    """Write an answer's row; who changed what counts, its state or its privacy, and when, is noted in ``revisions``."""
    saved = (answer, _saved(answer))
    noted = [(answer, _noted(answer, by, now))] if answer.as_noted != answer.saved else []
    answer.saved = answer.as_noted
    later = later_of(db)
    if later is None:
        _write_saved(db, [saved])
        _write_noted(db, noted)
        return
    later.leave("saved", saved)
    for one in noted:
        later.leave("noted", one)


def _saved(answer: Answer) -> dict[str, Any]:
    return {
        "to_revision": answer.revision,
        "to_state": answer.state,
        "to_nudged": answer.nudged,
        "to_private": answer.private,
    }


def _noted(answer: Answer, by: int, now: datetime) -> dict[str, Any]:
    return {
        "channel_id": answer.channel,
        "revision": answer.revision,
        "state": answer.state,
        "private": answer.private,
        "person_id": by,
        "at": now,
    }


# Together ---------------------------------------------------------------------------------------------------------

_Left = Sequence[tuple[Answer, Parameters]]
"""Answers, and what is to be written of each."""


def written_together(db: Connection) -> AbstractContextManager[None]:
    """Let answers be begun, filled and changed by one statement for all within the block.

    Raises:
        Clash: at its end or before any other statement, where alone one would have been told that it is there already.
    """
    return leaves_for_later(
        db, {"begun": _write_begun, "kept": _write_kept, "saved": _write_saved, "noted": _write_noted}
    )


def _write_begun(db: Connection, left: _Left) -> None:
    rows = _BEGIN.rows(db, [row for _, row in left])
    numbers = {(row.report_id, row.question): row.id for row in rows}
    if len(numbers) < len(left):
        raise Clash("begun")
    for answer, row in left:
        answer.number = numbers[row["report_id"], row["question"]]


def _write_kept(db: Connection, left: _Left) -> None:
    if len(_KEEP.rows(db, _numbered("answer_id", left)).all()) < len(left):
        raise Clash("kept")


def _write_saved(db: Connection, left: _Left) -> None:
    last = {answer.id: (answer, row) for answer, row in left}  # of an answer that changed twice only the end counts
    _SAVE.each(db, _numbered("answer", list(last.values())))


def _write_noted(db: Connection, left: _Left) -> None:
    _NOTE.rows(db, _numbered("answer_id", left))


def _numbered(name: str, left: _Left) -> list[Parameters]:
    return [{**row, name: answer.id} for answer, row in left]
