"""Use cases on one school's report: begin it, show its parts, replace an answer, take back, move.

The rows of its answers are those of ``handlers.answer_rows``. Words are never overwritten: replacing an answer opens
the next revision; the older parts stay (invariant 3).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers import answer_rows, numbers
from handlers.answer_rows import Answer, Part
from models.prepared import Prepared, among
from models.report import AnswerState, PartKind, State, answers, media, moves, parts, reports


class Forbidden(Exception):
    """A move that the table of moves does not know."""


MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.DRAFT, State.REVIEWING}),
    State.REVIEWING: frozenset({State.RETURNED, State.VERIFIED, State.SUBMITTED}),
    State.RETURNED: frozenset({State.SUBMITTED}),
    State.VERIFIED: frozenset({State.REVIEWING}),
}
"""The only moves a report can make (invariant 4)."""
WRITABLE = frozenset({State.DRAFT, State.RETURNED})

_OPEN = Prepared(
    insert(reports).on_conflict_do_nothing(index_elements=["round_id", "school_id"]).returning(reports.c.id),
    ("channel_id", "round_id", "school_id", "state", "created_at"),
)
_OF_SCHOOL = Prepared(
    select(reports.c.id)
    .where(reports.c.round_id == bindparam("round"), reports.c.school_id == bindparam("school"))
    .with_for_update(key_share=True)
)


def open_draft(db: Connection, channel: str, round_id: int, school: int, now: datetime) -> tuple[int, bool]:
    """Return the report of a school in a round, begun now if there was none; and whether it was."""
    row = {"channel_id": channel, "round_id": round_id, "school_id": school, "state": State.DRAFT, "created_at": now}
    number = _OPEN(db, row).scalar()
    if number is not None:
        return number, True
    return int(_OF_SCHOOL(db, {"round": round_id, "school": school}).scalar_one()), False


_KINDS = {str(kind): kind for kind in PartKind}

# Words and choices count by their revision; a photo or file belongs to the answer until it is taken out.
_IS_FILE = text("parts.kind NOT IN ('text', 'choice')")
_NEWEST_REVISION = Prepared(select(func.max(parts.c.revision)).where(parts.c.answer_id == bindparam("answer")))


_CLEAR = Prepared(
    update(parts)
    .where(parts.c.answer_id == bindparam("answer"), _IS_FILE, parts.c.removed_at.is_(None))
    .values(removed_at=bindparam("at"))
)


def clear(db: Connection, answer: Answer, by: int, now: datetime) -> None:
    """Empty an answer: a new revision without words, and its files taken out. The history keeps all of it."""
    revise(db, answer, by, now)
    _CLEAR(db, {"answer": answer.id, "at": now})


def revise(db: Connection, answer: Answer, by: int, now: datetime) -> None:
    """Open the next revision of an answer: empty, the older ones stay."""
    answer.forget()
    newest = _NEWEST_REVISION(db, {"answer": answer.id}).scalar() or 0
    answer.revision = max(newest, answer.revision) + 1
    answer.state = AnswerState.OPEN
    answer.nudged = False
    answer_rows.save(db, answer, by, now)


_COPY = Prepared(
    select(parts).where(
        parts.c.answer_id == bindparam("answer"),
        parts.c.revision == bindparam("number"),
        parts.c.removed_at.is_(None),
    )
)


def restore(db: Connection, answer: Answer, revision: int, by: int, now: datetime) -> bool:
    """Point an answer back to an older revision of its own; False where that one is empty.

    Words added since stay filed under their own revision.
    """
    if not _COPY(db, {"answer": answer.id, "number": revision}).first():
        return False
    answer.forget()
    answer.revision, answer.state = revision, AnswerState.DONE
    answer_rows.save(db, answer, by, now)
    return True


_COUNTS = Prepared(
    select(parts.c.kind, func.count().label("number"))
    .where(
        parts.c.answer_id == bindparam("answer"),
        or_(parts.c.revision == bindparam("number"), _IS_FILE),
        parts.c.removed_at.is_(None),
    )
    .group_by(parts.c.kind)
)


def counts(db: Connection, answer: Answer) -> dict[str, int]:
    """Return how many parts of each kind the current revision has."""
    if answer.kinds is not None:
        return dict(answer.kinds)
    return {row.kind: row.number for row in _COUNTS(db, {"answer": answer.id, "number": answer.revision})}


_LOST = frozenset({"refused", "gone"})
_CURRENT = (
    select(parts.c.id, parts.c.answer_id, answers.c.question, parts.c.kind, parts.c.text, media.c.state)
    .select_from(parts.join(answers, answers.c.id == parts.c.answer_id).outerjoin(media, media.c.part_id == parts.c.id))
    .where(or_(parts.c.revision == answers.c.revision, _IS_FILE), parts.c.removed_at.is_(None))
    .order_by(parts.c.said_at, parts.c.id)
)
_OF_REPORT = Prepared(_CURRENT.where(answers.c.report_id == bindparam("report")))
_OF_ANSWERS = Prepared(_CURRENT.where(among(parts.c.answer_id, "answers")))


def parts_of(db: Connection, report: int) -> dict[str, list[Part]]:
    """Return the parts of every current revision by question, in the order they were said."""
    found: dict[str, list[Part]] = {}
    for row in _OF_REPORT(db, {"report": report}):
        found.setdefault(row.question, []).append(_part(row))
    return found


def _part(row: Any) -> Part:
    return Part(row.id, row.question, _KINDS[row.kind], row.text, lost=row.state in _LOST)


def _by_answer(db: Connection, several: Sequence[Answer]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {answer.id: [] for answer in several}
    for row in _OF_ANSWERS(db, {"answers": list(found)}) if found else ():
        found[row.answer_id].append(_part(row))
    return found


def parts_of_answer(db: Connection, answer: Answer) -> list[Part]:
    """Return the parts of an answer's current revision, in the order they were said."""
    if answer.parts is None:
        answer.parts = _by_answer(db, [answer])[answer.id]
    return list(answer.parts)


def read_parts(db: Connection, several: Sequence[Answer]) -> None:
    """Read the parts of answers at once. What changes them by an answer is seen there; ``unsend`` has none."""
    found = _by_answer(db, several)
    for answer in several:
        answer.parts = found[answer.id]
        answer.kinds = Counter(str(part.kind) for part in answer.parts)


_SCHOOL = Prepared(
    select(reports.c.school_id).where(reports.c.channel_id == bindparam("channel"), reports.c.id == bindparam("report"))
)


def school_of(db: Connection, channel: str, report: int) -> int | None:
    """Return the school whose report this is, of whatever round; None where the channel has no such report."""
    found: int | None = _SCHOOL(db, {"channel": channel, "report": report}).scalar()
    return found


_BY_MESSAGE = Prepared(
    select(
        parts.c.id,
        parts.c.kind,
        parts.c.said_at,
        parts.c.said_by,
        parts.c.revision,
        answers.c.report_id,
        answers.c.question,
        reports.c.state,
    )
    .join(answers, answers.c.id == parts.c.answer_id)
    .join(reports, reports.c.id == answers.c.report_id)
    .where(
        parts.c.channel_id == bindparam("channel"),
        parts.c.line_message_id == bindparam("message"),
        parts.c.removed_at.is_(None),
    )
)


def part_of_message(db: Connection, channel: str, message_id: str) -> Any | None:
    """Return the part that a LINE message became with its report, question and state, or None."""
    return _BY_MESSAGE(db, {"channel": channel, "message": message_id}).first()


_REMOVE = Prepared(
    update(parts)
    .where(parts.c.id == bindparam("part"), parts.c.removed_at.is_(None))
    .values(removed_at=bindparam("at"), text=None)
)
_TAKE_BACK = Prepared(
    update(parts)
    .where(parts.c.id == bindparam("part"), parts.c.removed_at.is_(None))
    .values(removed_at=bindparam("at"))
)


def unsend(db: Connection, part: int, now: datetime) -> None:
    """Take a part out for good: LINE asks that what was unsent is deleted (REF Unsend event)."""
    _REMOVE(db, {"part": part, "at": now})


def take_back(db: Connection, answer: Answer, part: int, now: datetime) -> None:
    """Take a part out of its answer; its words stay in the history."""
    answer.forget()
    _TAKE_BACK(db, {"part": part, "at": now})


_MOVE = Prepared(
    update(reports)
    .where(reports.c.id == bindparam("report"), reports.c.state == bindparam("was"))
    .values(state=bindparam("to"))
    .returning(reports.c.id)
)
_NOTE_MOVE = Prepared(insert(moves), ("channel_id", "report_id", "person_id", "from_state", "to_state", "why", "at"))


def move(
    db: Connection, channel: str, report: int, was: State, to: State, *, by: int, now: datetime, why: str | None = None
) -> bool:
    """Move a report from one state to another and note who, when and why.

    Returns False where the report is no longer in the state it was thought to be in. Raises Forbidden.
    """
    if to not in MOVES[was]:
        raise Forbidden(f"{was} to {to}")
    if _MOVE(db, {"report": report, "was": was, "to": to}).first() is None:
        return False
    row = {"channel_id": channel, "report_id": report, "person_id": by, "from_state": was, "to_state": to}
    _NOTE_MOVE(db, {**row, "why": why, "at": now})
    return True


_LAST_PART = Prepared(
    select(func.max(parts.c.id), func.count(parts.c.removed_at))
    .join(answers, answers.c.id == parts.c.answer_id)
    .where(answers.c.report_id == bindparam("report"))
)


def edition(db: Connection, report: int, found: Sequence[Answer]) -> int:
    """Return a number that changes whenever an answer of the report does: a confirmation is for what was shown."""
    row = _LAST_PART(db, {"report": report}).one()
    seen = [(one.question, one.revision, str(one.state), one.private) for one in found]
    found_now: int = crc32(repr((sorted(seen), tuple(row))).encode()) % 10**numbers.LONGEST
    return found_now
