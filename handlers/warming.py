"""Ready before the first message: patterns are compiled and texts are read when they are first needed."""

from datetime import datetime

from sqlalchemy import Connection

from handlers import reports, rounds_last, standing
from handlers.reports import Answer
from handlers.words import order, understand
from handlers.words.meeting_words import meeting_words
from models.prepared import plan_once
from models.programme import MAIN
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


def warm_up() -> None:
    """Understand some messages of each kind, for nobody. Processes that are forked afterwards share what that made."""
    for text in _SAID:
        for asking in (True, False):
            understand(text, asking=asking)
            meeting_words(text, asking=asking)
            order(text, asking=asking)


def rehearse(db: Connection, now: datetime) -> None:
    """Ask the database what every event asks, for nobody: what asks is compiled then, and PostgreSQL has its plans."""
    plan_once(db)
    standing.look_up_idle(db, MAIN, [])
    standing.known_idle(db, [], now)
    reports.answers_of_all(db, [])
    reports.read_parts(db, [Answer(0, "", 0, AnswerState.OPEN, False, False)])
    rounds_last.last_said(db, MAIN, 0, 0, "")
