"""Decisions on a report, topic by topic, and the school's explanations: rows that are only ever added to.

A reason or an explanation whose bubble was unsent loses its words; that there was one stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from handlers import audit, sendings
from handlers.questions import QuestionSet, Topic
from handlers.sendings import Sent
from models.people import people
from models.review import Decision, Evidence, decisions, explanations


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision on one topic of one sending."""

    id: int
    sending: int
    topic: str
    decision: Decision
    evidence: Evidence | None
    reason: str | None
    visit_on: date | None
    person: int
    name: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the school says to a return in place of a change. text: None where it was unsent."""

    id: int
    decision: int
    text: str | None
    at: datetime


_RULINGS = (
    select(decisions, people.c.name)
    .join(people, people.c.id == decisions.c.person_id)
    .where(decisions.c.report_id == bindparam("report"))
    .order_by(decisions.c.id)
)


def rulings(db: Connection, report: int) -> list[Ruling]:
    """Return every decision on a report, the oldest first."""
    return [
        Ruling(
            id=row.id,
            sending=row.sending_id,
            topic=row.topic,
            decision=Decision(row.decision),
            evidence=Evidence(row.evidence) if row.evidence else None,
            reason=row.reason,
            visit_on=row.visit_on,
            person=row.person_id,
            name=row.name,
            at=row.at,
        )
        for row in db.execute(_RULINGS, {"report": report})
    ]


def latest(made: Sequence[Ruling], topic: str) -> Ruling | None:
    """Return the newest decision on a topic, of whatever sending."""
    return next((one for one in reversed(made) if one.topic == topic), None)


def standing(made: Sequence[Ruling], sent: Sequence[Sent], topic: str, questions: Sequence[str]) -> Ruling | None:
    """Return the decision that holds for a topic as it was sent last; None where it is still to be taken.

    A topic once verified stays so in a later sending, as long as what was verified is what was sent again.
    """
    found = latest(made, topic)
    if found is None or found.decision == Decision.REOPENED:
        return None
    if found.sending == sent[-1].id:
        return found
    seen = next((one for one in sent if one.id == found.sending), None)
    same = seen is not None and held(seen, questions) == held(sent[-1], questions)
    return found if same and found.decision == Decision.VERIFIED else None


def held(sent: Sent, questions: Sequence[str]) -> list[Mapping[str, Any] | None]:
    """Return what a sending held of some questions, to be compared with another."""
    return [sent.answers.get(key) for key in questions]


def questions_returned(db: Connection, report: int, asked: QuestionSet) -> frozenset[str] | None:
    """Return the questions of the topics that were returned; None where no decision says which."""
    topics = returned(db, report, asked)
    return frozenset(one.key for topic, _ in topics for one in topic.questions) or None


def returned(db: Connection, report: int, asked: QuestionSet) -> list[tuple[Topic, Ruling]]:
    """Return the topics of which the agency asked for a change, with what it asked, in their order."""
    sent, made = sendings.of(db, report), rulings(db, report)
    found = []
    for topic in asked.topics if sent else ():
        ruling = standing(made, sent, topic.key, [one.key for one in topic.questions])
        if ruling is not None and ruling.decision == Decision.RETURNED:
            found.append((topic, ruling))
    return found


_DECIDE = insert(decisions).returning(decisions.c.id)


def decide(
    db: Connection,
    channel: str,
    sent: Sent,
    topic: str,
    decision: Decision,
    *,
    by: int,
    now: datetime,
    evidence: Evidence | None = None,
    reason: str | None = None,
    visit_on: date | None = None,
    message_id: str | None = None,
) -> int:
    """Write a decision down, behind those before it, and note it in the trail; returns its number.

    The caller has locked the report and seen that this is still the decision to take.
    """
    row = {
        "channel_id": channel,
        "report_id": sent.report,
        "sending_id": sent.id,
        "topic": topic,
        "decision": decision,
        "evidence": evidence,
        "reason": reason,
        "visit_on": visit_on,
        "line_message_id": message_id if reason else None,
        "person_id": by,
        "at": now,
    }
    made: int = db.execute(_DECIDE, row).scalar_one()
    audit.note(db, channel, f"report.{decision}", now, person=by, report=sent.report, topic=topic, ruling=made)
    return made


# Explanations -----------------------------------------------------------------------------------------------------

_EXPLAINED = (
    select(explanations.c.id, explanations.c.decision_id, explanations.c.text, explanations.c.at)
    .join(decisions, decisions.c.id == explanations.c.decision_id)
    .where(decisions.c.report_id == bindparam("report"), explanations.c.removed_at.is_(None))
    .order_by(explanations.c.id)
)
_EXPLAIN = insert(explanations)


def explained(db: Connection, report: int) -> dict[int, list[Explanation]]:
    """Return the school's explanations by the decision that they answer."""
    found: dict[int, list[Explanation]] = {}
    for row in db.execute(_EXPLAINED, {"report": report}):
        found.setdefault(row.decision_id, []).append(Explanation(row.id, row.decision_id, row.text, row.at))
    return found


def explain(
    db: Connection, channel: str, decision: int, words: str, *, message_id: str | None, by: int, now: datetime
) -> None:
    """Keep what a school says to a return; more may follow."""
    row = {"channel_id": channel, "decision_id": decision, "text": words, "line_message_id": message_id}
    db.execute(_EXPLAIN, row | {"person_id": by, "at": now})


_UNEXPLAIN = (
    update(explanations)
    .where(
        explanations.c.channel_id == bindparam("channel"),
        explanations.c.line_message_id == bindparam("message"),
        explanations.c.person_id == bindparam("by"),
    )
    .values(text=None, removed_at=bindparam("now"))
)
_UNREASON = (
    update(decisions)
    .where(
        decisions.c.channel_id == bindparam("channel"),
        decisions.c.line_message_id == bindparam("message"),
        decisions.c.person_id == bindparam("by"),
    )
    .values(reason=None)
)


def unsend(db: Connection, channel: str, message_id: str, by: int, now: datetime) -> None:
    """Forget the words of an explanation or a reason whose bubble was unsent; that there was one stays."""
    row = {"channel": channel, "message": message_id, "by": by}
    db.execute(_UNEXPLAIN, row | {"now": now})
    db.execute(_UNREASON, row)
