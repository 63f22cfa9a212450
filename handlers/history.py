"""A report as it was at any moment, and who did what to it: read from rows that are only ever added to.

What was unsent or erased since has no words any more, whatever moment is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from handlers.answer_rows import Part
from handlers.sendings import is_erased
from models.people import schools
from models.programme import rounds
from models.report import AnswerState, PartKind, State, answers, media, moves, parts, reports, revisions, sendings
from models.review import decisions


@dataclass(frozen=True, slots=True)
class Then:
    """One answer as it was: which revision counted, and the parts it had."""

    revision: int
    state: AnswerState
    private: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A report as it was. decided: the newest decision on each topic by then."""

    state: State
    reference: str | None
    answers: Mapping[str, Then]
    decided: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to a report. what: the state moved to, or the decision taken; topic: of a decision.

    put_back: moved to where it was, by who had begun to verify it.
    """

    at: datetime
    person: int | None
    what: str
    topic: str | None = None
    put_back: bool = False


_FOUND = (
    select(reports.c.id, schools.c.name, rounds.c.title, rounds.c.question_set_id)
    .join(schools, schools.c.id == reports.c.school_id)
    .join(rounds, rounds.c.id == reports.c.round_id)
    .where(reports.c.channel_id == bindparam("channel"), schools.c.code == bindparam("code"))
    .order_by(rounds.c.opens_at.desc(), reports.c.id.desc())
    .limit(1)
)


def find(db: Connection, channel: str, code: str, round_id: int | None = None) -> Any | None:
    """Return id, name, title and question_set_id of a school's report in a round, or in its newest; None without."""
    of_round = _FOUND if round_id is None else _FOUND.where(rounds.c.id == round_id)
    return db.execute(of_round, {"channel": channel, "code": code}).first()


_REPORT = select(reports.c.id, reports.c.created_at).where(
    reports.c.channel_id == bindparam("channel"), reports.c.id == bindparam("report")
)
_MOVES = select(moves).where(moves.c.report_id == bindparam("report")).order_by(moves.c.id)
_SENDINGS = select(sendings.c.reference, sendings.c.at).where(sendings.c.report_id == bindparam("report"))
_DECISIONS = select(decisions).where(decisions.c.report_id == bindparam("report")).order_by(decisions.c.id)


def as_of(db: Connection, channel: str, report: int, moment: datetime) -> Past | None:
    """Return a report as it was at a moment; None where the channel has none of this number or it was not begun."""
    row = db.execute(_REPORT, {"channel": channel, "report": report}).first()
    if row is None or row.created_at > moment:
        return None
    states = [one.to_state for one in _until(db, _MOVES, report, moment)]
    references = [one.reference for one in _until(db, _SENDINGS.order_by(sendings.c.id), report, moment)]
    return Past(
        state=State(states[-1]) if states else State.DRAFT,
        reference=references[-1] if references else None,
        answers=_answers(db, report, moment),
        decided={one.topic: one.decision for one in _until(db, _DECISIONS, report, moment)},
    )


def _until(db: Connection, statement: Any, report: int, moment: datetime) -> list[Any]:
    return [row for row in db.execute(statement, {"report": report}) if row.at <= moment]


_ANSWERS = select(answers).where(answers.c.report_id == bindparam("report")).order_by(answers.c.id)
_REVISIONS = (
    select(revisions)
    .join(answers, answers.c.id == revisions.c.answer_id)
    .where(answers.c.report_id == bindparam("report"))
    .order_by(revisions.c.id)
)
_PARTS = (
    select(parts, media.c.state, media.c.reason)
    .join(answers, answers.c.id == parts.c.answer_id)
    .outerjoin(media, media.c.part_id == parts.c.id)
    .where(answers.c.report_id == bindparam("report"))
    .order_by(parts.c.said_at, parts.c.id)
)


def _answers(db: Connection, report: int, moment: datetime) -> dict[str, Then]:
    changed: dict[int, list[Any]] = {}
    for row in db.execute(_REVISIONS, {"report": report}):
        changed.setdefault(row.answer_id, []).append(row)
    there = [row for row in db.execute(_PARTS, {"report": report}) if _was_there(row, moment)]
    found = {}
    for answer in db.execute(_ANSWERS, {"report": report}):
        number, state, private = _then(answer, changed.get(answer.id, []), moment)
        own = tuple(_part(row, answer.question) for row in there if row.answer_id == answer.id and _counts(row, number))
        found[answer.question] = Then(number, state, private, own)
    return {key: then for key, then in found.items() if then.parts or _begun(then)}


def _was_there(row: Any, moment: datetime) -> bool:
    removed = row.removed_at is not None and row.removed_at <= moment
    return row.kept_at <= moment and not removed and not is_erased(row)


def _counts(row: Any, revision: int) -> bool:
    """Tell whether a part belongs to a revision; a file belongs to the answer until it is taken out."""
    return row.revision == revision or row.kind not in (PartKind.TEXT, PartKind.CHOICE)


def _begun(then: Then) -> bool:
    """Tell whether anything was done to an answer that has no parts."""
    return (then.revision, then.state, then.private) != (1, AnswerState.OPEN, False)


def _then(answer: Any, changed: Sequence[Any], moment: datetime) -> tuple[int, AnswerState, bool]:
    """Return revision, state and privacy of an answer; it began at revision 1, open, seen by the agency.

    One whose changes are not noted was answered before they were: it is as it was then.
    """
    before = [row for row in changed if row.at <= moment]
    row = before[-1] if before else None if changed else answer
    return (row.revision, AnswerState(row.state), row.private) if row else (1, AnswerState.OPEN, False)


def _part(row: Any, question: str) -> Part:
    return Part(row.id, question, PartKind(row.kind), row.text, lost=row.state in ("refused", "gone"))


_PUT_BACK = (State.REVIEWING, State.SUBMITTED)


def deeds(db: Connection, channel: str, report: int) -> list[Deed]:
    """Return every move and decision of a report with who and when, the oldest first."""
    if db.execute(_REPORT, {"channel": channel, "report": report}).first() is None:
        return []
    moved = [
        Deed(row.at, row.person_id, row.to_state, put_back=(row.from_state, row.to_state) == _PUT_BACK)
        for row in db.execute(_MOVES, {"report": report})
    ]
    made = [Deed(row.at, row.person_id, row.decision, row.topic) for row in db.execute(_DECISIONS, {"report": report})]
    return sorted([*moved, *made], key=lambda deed: deed.at)
