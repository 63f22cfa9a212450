"""A photo or file that could not be kept is told to the person who sent it, free, at the next visit."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from handlers import outbox, questions
from handlers.media import Job, Reason
from handlers.messages.build import to_line
from handlers.messages.values import Say
from handlers.outbox import To, Words
from handlers.texts import say
from models.people import people
from models.programme import question_sets, rounds
from models.report import PartKind, answers, parts, reports

_WHY = {
    Reason.EMPTY: "empty",
    Reason.TOO_BIG: "too_big",
    Reason.TYPE: "type",
    Reason.MISTYPED: "type",
    Reason.POLYGLOT: "type",
    Reason.MACROS: "type",
    Reason.UNKNOWN: "gone",
    Reason.REJECTED: "gone",
    Reason.UNREACHABLE: "gone",
}
"""What each reason is called; what the person took back is no news to them."""

_WHOSE = (
    select(
        people.c.id,
        people.c.line_user_id,
        reports.c.id.label("report"),
        answers.c.question,
        rounds.c.question_set_id,
        question_sets.c.digest,
    )
    .select_from(
        parts.join(people, people.c.id == parts.c.said_by)
        .join(answers, answers.c.id == parts.c.answer_id)
        .join(reports, reports.c.id == answers.c.report_id)
        .join(rounds, rounds.c.id == reports.c.round_id)
        .join(question_sets, question_sets.c.id == rounds.c.question_set_id)
    )
    .where(parts.c.id == bindparam("part"), parts.c.removed_at.is_(None))
)


def tell(db: Connection, job: Job, reason: Reason, now: datetime) -> None:
    """Write down that a file could not be kept, and what to do, for the person's next visit."""
    whose = db.execute(_WHOSE, {"part": job.part_id}).first()
    if reason not in _WHY or whose is None or whose.line_user_id is None:
        return
    asked = questions.load(db, whose.question_set_id, whose.digest)
    question, topic = asked.question(whose.question), asked.topic_of(whose.question)
    if question is None or topic is None:
        return
    kind = "document" if job.kind == PartKind.FILE else str(job.kind)
    words = say(
        "lost.file", what=say(f"lost.{kind}"), n=topic.number, label=question.label, why=say(f"lost.{_WHY[reason]}")
    )
    messages, about = to_line([Say(words, about=(whose.report, whose.question))])
    to = To(job.channel, whose.id, whose.line_user_id, f"lost:{job.part_id}")
    outbox.hold(db, to, Words(messages, about, kind="lost"), now)
