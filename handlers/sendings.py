"""What is sent: each sending of a report names the answers it held, so that what was verified can be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from handlers import answer_rows, reports
from handlers.answer_rows import Part
from models.prepared import Prepared
from models.programme import rounds
from models.report import PartKind, State, answers, media, moves, parts, sendings
from models.report import reports as reports_table


@dataclass(frozen=True, slots=True)
class Sent:
    """One sending. answers: per question its revision, state, privacy and the ids of its parts; never words."""

    id: int
    report: int
    number: int
    reference: str
    person: int
    at: datetime
    answers: Mapping[str, Mapping[str, Any]]


_SUBMITTED = Prepared(
    update(reports_table)
    .where(reports_table.c.id == bindparam("report"))
    .values(submitted_at=bindparam("at"), reference=bindparam("number"))
)
_same_school = reports_table.alias()
_same_term = rounds.alias()
_TIMES_SENT = Prepared(
    select(func.count())
    .select_from(
        reports_table.join(rounds, rounds.c.id == reports_table.c.round_id)
        .join(
            _same_school,
            and_(
                _same_school.c.channel_id == reports_table.c.channel_id,
                _same_school.c.school_id == reports_table.c.school_id,
            ),
        )
        .join(_same_term, _same_term.c.id == _same_school.c.round_id)
        .join(moves, moves.c.report_id == _same_school.c.id)
    )
    .where(
        reports_table.c.id == bindparam("report"),
        _same_term.c.year == rounds.c.year,
        _same_term.c.semester == rounds.c.semester,
        moves.c.to_state == State.SUBMITTED,
        moves.c.from_state != State.REVIEWING,  # given back by who had begun to verify: not sent once more
    )
)


def submit(
    db: Connection,
    channel: str,
    report: int,
    was: State,
    *,
    code: str,
    year: int,
    semester: int,
    by: int,
    now: datetime,
) -> str | None:
    """Send a report to its agency; returns its reference, e.g. "2568/2-1031991001-1", or None where it had moved.

    The last number counts how often the school has sent one in that semester.
    """
    if not reports.move(db, channel, report, was, State.SUBMITTED, by=by, now=now):
        return None
    times = _TIMES_SENT(db, {"report": report}).scalar_one()
    reference = f"{year}/{semester}-{code}-{times}"
    _SUBMITTED(db, {"report": report, "at": now, "number": reference})
    _note(db, channel, report, reference, by, now)
    return reference


_NUMBER = Prepared(select(func.max(sendings.c.number)).where(sendings.c.report_id == bindparam("report")))
_NOTE = Prepared(insert(sendings), ("channel_id", "report_id", "number", "reference", "person_id", "at", "answers"))


def _note(db: Connection, channel: str, report: int, reference: str, by: int, at: datetime) -> None:
    """Write down which revisions and parts were sent."""
    row = {
        "channel_id": channel,
        "report_id": report,
        "number": (_NUMBER(db, {"report": report}).scalar() or 0) + 1,
        "reference": reference,
        "person_id": by,
        "at": at,
        "answers": _held(db, report),
    }
    _NOTE(db, row)


def _held(db: Connection, report: int) -> dict[str, dict[str, Any]]:
    found = reports.parts_of(db, report)
    return {
        key: {
            "revision": answer.revision,
            "state": str(answer.state),
            "private": answer.private,
            "parts": [part.id for part in found.get(key, [])],
        }
        for key, answer in answer_rows.answers_of(db, report).items()
    }


def has_changed(db: Connection, report: int, questions: Sequence[str]) -> bool:
    """Tell whether answers are other ones now than those that were sent last."""
    sent, now = of(db, report), _held(db, report)
    return bool(sent) and any(_content(sent[-1].answers.get(key)) != _content(now.get(key)) for key in questions)


def _content(answer: Mapping[str, Any] | None) -> tuple[bool, list[int]]:
    return (answer["private"], answer["parts"]) if answer else (False, [])


_OF = select(sendings).where(sendings.c.report_id == bindparam("report")).order_by(sendings.c.number)
_LAST_SENT = (
    select(moves.c.channel_id, moves.c.person_id, moves.c.at, reports_table.c.reference)
    .join(reports_table, reports_table.c.id == moves.c.report_id)
    .where(
        moves.c.report_id == bindparam("report"),
        moves.c.to_state == State.SUBMITTED,
        moves.c.from_state != State.REVIEWING,
    )
    .order_by(moves.c.id.desc())
    .limit(1)
)


def of(db: Connection, report: int) -> list[Sent]:
    """Return every sending of a report, the first one first.

    One that was sent before sendings were noted is noted now: nothing can have changed in it since.
    """
    found = [_sent(row) for row in db.execute(_OF, {"report": report})]
    if found:
        return found
    last = db.execute(_LAST_SENT, {"report": report}).first()
    if last is None:
        return []
    _note(db, last.channel_id, report, last.reference or "", last.person_id, last.at)
    return [_sent(row) for row in db.execute(_OF, {"report": report})]


def _sent(row: Any) -> Sent:
    return Sent(row.id, row.report_id, row.number, row.reference, row.person_id, row.at, row.answers)


_PARTS = (
    select(parts.c.id, answers.c.question, parts.c.kind, parts.c.text, media.c.state, media.c.reason)
    .select_from(parts.join(answers, answers.c.id == parts.c.answer_id).outerjoin(media, media.c.part_id == parts.c.id))
    .where(answers.c.report_id == bindparam("report"), parts.c.id.in_(bindparam("parts", expanding=True)))
    .order_by(parts.c.said_at, parts.c.id)
)
_LOST = frozenset({"refused", "gone"})


def words_sent(db: Connection, sent: Sent) -> dict[str, list[Part]]:
    """Return the parts of a sending by question, as they were sent; what was unsent since has no words any more."""
    wanted = [number for answer in sent.answers.values() for number in answer["parts"]]
    found: dict[str, list[Part]] = {}
    for row in db.execute(_PARTS, {"report": sent.report, "parts": wanted}):
        part = Part(row.id, row.question, PartKind(row.kind), row.text, lost=row.state in _LOST)
        if not is_erased(row):
            found.setdefault(row.question, []).append(part)
    return found


def is_erased(row: Any) -> bool:
    """Tell whether a part (its kind and text, the reason of its file) was unsent: nothing of it is shown any more."""
    return row.text is None if row.kind in (PartKind.TEXT, PartKind.CHOICE) else row.reason == "unsent"
