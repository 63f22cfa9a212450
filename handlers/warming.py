"""Ready before the first message: statements and patterns are compiled, and texts read, when they are first needed."""

from datetime import datetime

from sqlalchemy import Connection, Dialect, select

from handlers import answer_rows, checkin_words, outbox, questions, reports, standing
from handlers.answer_rows import Answer
from handlers.flows.report import report_flow
from handlers.words import order, understand
from handlers.words.meeting_words import meeting_words
from models.prepared import compile_all, plan_once
from models.programme import MAIN, question_sets, rounds
from models.report import AnswerState

_SAID = (
    "สวัสดี",
    "รายงาน",
    "ปีนี้เด็กอ่านคล่องขึ้น จาก 20 เป็น 31 คน แต่ยังห่วงเรื่องขาดเรียน",
    "ต่อไป",
    "แก้ข้อ 2",
    "1, 4",
    "ส่ง",
    "ไปประชุมออนไลน์",
    "ไม่สะดวกไปประชุม ส่งรอง ผอ. ไปแทน",
)


def warm_up(dialect: Dialect) -> None:
    """Compile statements, and understand some messages of each kind, for nobody.

    Processes that are forked afterwards share what that made.
    """
    compile_all(dialect)
    for text in _SAID:
        checkin_words.watched(text)
        checkin_words.is_other(text)
        for asking in (True, False):
            understand(text, asking=asking)
            meeting_words(text, asking=asking)
            order(text, asking=asking)


_ASKED_NOW = (
    select(question_sets.c.id, question_sets.c.digest)
    .where(question_sets.c.id.in_(select(rounds.c.question_set_id).where(rounds.c.closed_at.is_(None))))
    .order_by(question_sets.c.id.desc())
    .limit(3)
)


def rehearse(db: Connection, now: datetime) -> None:
    """Ask the database what every event asks, for nobody: PostgreSQL has its plans then, and the questions that are
    asked now are read."""
    plan_once(db)
    standing.look_up_idle(db, MAIN, [])
    standing.known_idle(db, [], now)
    standing.hold_reports(db, [], idle=True)
    answer_rows.answers_of_all(db, [])
    reports.read_parts(db, [Answer(0, MAIN, "", 0, AnswerState.OPEN, False, False)])
    outbox.open_rows(db, [], now)
    for row in db.execute(_ASKED_NOW):
        report_flow(questions.load(db, row.id, row.digest), row.digest)
