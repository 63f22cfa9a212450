"""What schools ask for, from a report that is sent to the answer: the board of an agency and of the province.

Every read starts from a scope: the channel, and the offices of whoever looks. What is marked for the province is seen
by its own coordinators only. A report that was taken back shows nothing: what is seen is what was sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers import agencies, answer_rows, questions, reports, sendings
from handlers.answer_rows import Answer
from handlers.answer_rows import Part as Bubble
from handlers.audit import note
from handlers.questions import Part, QuestionSet
from handlers.wording import words_of
from handlers.words import Intent, understand
from models.asking import Asked, asks
from models.people import Role, people, schools
from models.programme import question_sets, rounds
from models.report import AnswerState, PartKind, State
from models.report import reports as reports_table


@dataclass(frozen=True, slots=True)
class View:
    """Whose asks somebody sees. offices: None for the whole channel; private: those marked for the province, too."""

    offices: frozenset[int] | None
    private: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """One ask of a school. owner_name, answer: of who has taken it, where there is one."""

    id: int
    report: int
    school: int
    school_name: str
    district: str
    agency: int
    question: str
    need: str
    private: bool
    state: Asked
    owner: int | None
    owner_name: str | None
    answer: str | None
    opened_at: datetime
    question_set: int
    digest: str


# Asking -----------------------------------------------------------------------------------------------------------

_put = insert(asks)
_PUT = _put.on_conflict_do_update(
    index_elements=["report_id", "question", "need"], set_={"private": _put.excluded.private}
)
_OF_REPORT = select(asks.c.id, asks.c.question, asks.c.need, asks.c.state).where(
    asks.c.report_id == bindparam("report"), asks.c.channel_id == bindparam("channel")
)
_DROP = delete(asks).where(asks.c.id == bindparam("ask"), asks.c.state == Asked.OPEN)


def make(db: Connection, channel: str, report: int, school: int, agency: int, asked: QuestionSet, at: datetime) -> None:
    """Open what a report that is sent now asks for; what was asked before stays with its owner and answer.

    What the school has taken out again, and nobody has taken up, is asked no more.
    """
    found = _asked(asked, answer_rows.answers_of(db, report), reports.parts_of(db, report))
    known = {(row.question, row.need): row for row in db.execute(_OF_REPORT, {"report": report, "channel": channel})}
    row = {"channel_id": channel, "report_id": report, "school_id": school, "agency_id": agency}
    row |= {"state": Asked.OPEN, "opened_at": at}
    if found:
        db.execute(_PUT, [row | {"question": key, "need": need, "private": hid} for (key, need), hid in found.items()])
    gone = [one.id for key, one in known.items() if key not in found and one.state == Asked.OPEN]
    for number in gone:
        db.execute(_DROP, {"ask": number})
    fresh = len(found.keys() - known.keys())
    if fresh or gone:
        note(db, channel, "asks.opened", at, report=report, opened=fresh, dropped=len(gone))


def _asked(
    asked: QuestionSet, answers: dict[str, Answer], parts: dict[str, list[Bubble]]
) -> dict[tuple[str, str], bool]:
    """Return what is asked for, by question and need, and whether only the province may see it."""
    found: dict[tuple[str, str], bool] = {}
    for question in asked.questions:
        answer, said = answers.get(question.key), parts.get(question.key, [])
        if answer is None or answer.state == AnswerState.SKIPPED or not said:
            continue
        if question.part == Part.NEEDS:
            chosen = {one.text for one in said if one.kind == PartKind.CHOICE}
            needs = [option.key for option in question.options if option.key in chosen and not option.alone]
            found |= dict.fromkeys(((question.key, need) for need in needs), answer.private)
        elif question.part == Part.OPEN and not all(map(_is_none, said)):
            found[question.key, ""] = answer.private
    return found


def _is_none(part: Bubble) -> bool:
    """Tell whether a bubble only says that there is nothing."""
    return part.kind == PartKind.TEXT and understand(part.text or "", asking=True).intent == Intent.NONE


# The board --------------------------------------------------------------------------------------------------------

_owner = people.alias()
_ASKS = (
    select(
        asks,
        schools.c.name.label("school_name"),
        schools.c.district,
        schools.c.agency_id.label("agency"),
        _owner.c.name.label("owner_name"),
        rounds.c.question_set_id.label("question_set"),
        question_sets.c.digest,
    )
    .select_from(asks)
    .join(reports_table, reports_table.c.id == asks.c.report_id)
    .join(rounds, rounds.c.id == reports_table.c.round_id)
    .join(question_sets, question_sets.c.id == rounds.c.question_set_id)
    .join(schools, schools.c.id == asks.c.school_id)
    .outerjoin(_owner, _owner.c.id == asks.c.owner_id)
    .where(asks.c.channel_id == bindparam("channel"), reports_table.c.state != State.DRAFT)
    .order_by(asks.c.opened_at, asks.c.id)
)
_WAITING = _ASKS.where(asks.c.state != Asked.ANSWERED)
_ONE = _ASKS.where(asks.c.id == bindparam("ask"))
_OF_SCHOOL = _ASKS.where(asks.c.school_id == bindparam("school")).order_by(None).order_by(asks.c.id.desc())


def view(db: Connection, channel: str, role: Role, agency: int | None) -> View:
    """Return whose asks a role of an agency may see; nothing for roles that see no words of schools."""
    if role not in (Role.COORDINATOR, Role.VERIFIER) or (role == Role.VERIFIER and agency is None):
        return View(frozenset(), private=False)
    if agency is None:
        return View(None, private=True)
    return View(agencies.reach(db, channel, agency), private=False)


def waiting(db: Connection, channel: str, seen: View) -> list[Ask]:
    """Return what waits for an answer within a view, the oldest first."""
    return _within(seen, db.execute(_WAITING, {"channel": channel}))


def find(db: Connection, channel: str, seen: View, number: int) -> Ask | None:
    """Return an ask of a view, answered or not; None where there is none of this number in it."""
    found = _within(seen, db.execute(_ONE, {"channel": channel, "ask": number}))
    return found[0] if found else None


def of_school(db: Connection, channel: str, school: int) -> list[Ask]:
    """Return what a school has asked for, the newest first, with what became of it."""
    return [_ask(row) for row in db.execute(_OF_SCHOOL, {"channel": channel, "school": school})]


def _within(seen: View, rows: Iterable[Any]) -> list[Ask]:
    found = map(_ask, rows)
    return [
        one
        for one in found
        if (seen.offices is None or one.agency in seen.offices) and (seen.private or not one.private)
    ]


def _ask(row: Any) -> Ask:
    known = {name: getattr(row, name) for name in Ask.__slots__ if hasattr(row, name)}
    moved = {"report": row.report_id, "school": row.school_id, "owner": row.owner_id, "state": Asked(row.state)}
    return Ask(**known | moved)


def words(db: Connection, one: Ask) -> str:
    """Return what an ask is about: the need by its label and topic, or the words that were sent; empty if unsent."""
    asked = questions.load(db, one.question_set, one.digest)
    question, topic = asked.question(one.question), asked.topic_of(one.question)
    if one.need:
        label = next((option.label for option in question.options if option.key == one.need), "") if question else ""
        return " · ".join(filter(None, (label or one.need, topic.short if topic else "")))
    sent = sendings.of(db, one.report)
    found = sendings.words_sent(db, sent[-1]).get(one.question, []) if sent else []
    return " ".join(words_of(question, found).split()) if question and found else ""


# Taking and answering ---------------------------------------------------------------------------------------------

_which = update(asks).where(asks.c.channel_id == bindparam("channel"), asks.c.id == bindparam("ask"))
_TAKE = (
    _which.where(asks.c.state == Asked.OPEN).values(state=Asked.TAKEN, owner_id=bindparam("by")).returning(asks.c.id)
)
_TAKE_OVER = (
    _which.where(asks.c.state == Asked.TAKEN, asks.c.owner_id == bindparam("was"))
    .values(owner_id=bindparam("by"))
    .returning(asks.c.id)
)
_ANSWER = (
    _which.where(or_(asks.c.state == Asked.OPEN, (asks.c.state == Asked.TAKEN) & (asks.c.owner_id == bindparam("by"))))
    .values(
        state=Asked.ANSWERED,
        owner_id=bindparam("by"),
        answer=bindparam("words"),
        line_message_id=bindparam("mark"),
        answered_at=bindparam("at"),
    )
    .returning(asks.c.id)
)


def take(db: Connection, channel: str, number: int, by: int, now: datetime) -> bool:
    """Take an open ask; False where somebody was faster. The caller has found it in its view."""
    done = db.execute(_TAKE, {"channel": channel, "ask": number, "by": by}).first() is not None
    if done:
        note(db, channel, "ask.taken", now, person=by, ask=number)
    return done


def take_over(db: Connection, channel: str, number: int, was: int, by: int, now: datetime) -> bool:
    """Take an ask from the owner who was shown; False where it has another by now, or is answered."""
    row = {"channel": channel, "ask": number, "was": was, "by": by}
    done = db.execute(_TAKE_OVER, row).first() is not None
    if done:
        note(db, channel, "ask.taken_over", now, person=by, ask=number, was=was)
    return done


def answer(
    db: Connection, channel: str, number: int, by: int, said: str, now: datetime, mark: str | None = None
) -> bool:
    """Answer an ask that is open or one's own; False where it is another's, or answered. Never over an answer.

    mark: the LINE id of the bubble, by which the answer can be unsent.
    """
    row = {"channel": channel, "ask": number, "by": by, "words": said, "at": now, "mark": mark}
    done = db.execute(_ANSWER, row).first() is not None
    if done:
        note(db, channel, "ask.answered", now, person=by, ask=number)
    return done
