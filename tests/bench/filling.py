"""A database in which other schools have been reporting for years: is a step as cheap as on the first day?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, create_engine, func, insert, select, text

from models.inbox import inbox
from models.outbox import outbox, said
from models.people import people, schools
from models.programme import MAIN, question_sets, rounds
from models.report import answers, parts, reports

QUESTIONS = 16
AT_ONCE = 5000
_TEXT = "แต่ยังมีนักเรียน 9 คนจาก 134 คนที่อ่านไม่คล่อง ส่วนใหญ่อยู่ ป.2 และ ป.3 ขาดเรียนบ่อยช่วงตัดอ้อย"


def fill(url: str, wanted: int) -> None:
    """Add closed rounds until about so many answers are stored, each with an event, a part and a reply."""
    engine = create_engine(url)
    with engine.begin() as db:
        if db.dialect.name == "sqlite":
            db.execute(text("PRAGMA cache_size = -200000"))
        who = list(db.execute(select(schools.c.id).order_by(schools.c.id)).scalars())
        speakers = list(db.execute(select(people.c.id)).scalars())
        done = 0
        while done < wanted:
            number = done // QUESTIONS
            chosen = who[: min(len(who), -(-(wanted - done) // QUESTIONS))]
            done += _round(db, number, chosen, speakers)
    engine.dispose()


def _round(db: Connection, first: int, who: list[int], speakers: list[int]) -> int:
    """One closed round in which those schools reported; returns how many answers it has."""
    at = datetime(2020, 1, 6, 2, 0, tzinfo=UTC) + timedelta(minutes=first % 1_000_000)
    row = {
        "channel_id": MAIN,
        "question_set_id": db.execute(select(func.max(question_sets.c.id))).scalar_one(),
        "year": 2563,
        "semester": 1,
        "title": f"รอบที่ผ่านมา {first}",
        "opens_at": at,
        "due_on": date(2020, 1, 31),
        "closed_at": at + timedelta(days=30),
    }
    number = db.execute(insert(rounds).returning(rounds.c.id), row).scalar_one()
    _add(db, reports, (_report(number, school, first + place, at) for place, school in enumerate(who)))
    found = db.execute(select(reports.c.id).where(reports.c.round_id == number)).scalars()
    ids = list(found)
    _add(db, answers, (_answer(report, question) for report in ids for question in range(QUESTIONS)))
    kept = db.execute(select(answers.c.id).where(answers.c.report_id.between(min(ids), max(ids)))).scalars()
    kept_ids = list(kept)
    _add(db, parts, (_part(answer, speakers[answer % len(speakers)], at) for answer in kept_ids))
    _add(db, inbox, (_event(answer, at) for answer in kept_ids))
    _add(db, outbox, (_reply(answer, speakers[answer % len(speakers)], at) for answer in kept_ids))
    _add(db, said, (_said(answer, ids[0]) for answer in kept_ids))
    return len(kept_ids)


def _add(db: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, AT_ONCE)):
        db.execute(insert(table), some)


def _report(number: int, school: int, reference: int, at: datetime) -> dict[str, Any]:
    return {
        "channel_id": MAIN,
        "round_id": number,
        "school_id": school,
        "state": "verified",
        "reference": f"old-{reference}",
        "submitted_at": at,
        "created_at": at,
    }


def _answer(report: int, question: int) -> dict[str, Any]:
    named = {"report_id": report, "question": f"old.{question}"}
    return {"channel_id": MAIN, **named, "revision": 1, "state": "done", "nudged": False, "private": False}


def _part(answer: int, person: int, at: datetime) -> dict[str, Any]:
    return {
        "channel_id": MAIN,
        "answer_id": answer,
        "revision": 1,
        "kind": "text",
        "text": _TEXT,
        "line_message_id": f"old{answer}",
        "said_by": person,
        "said_at": at,
        "kept_at": at,
    }


def _event(answer: int, at: datetime) -> dict[str, Any]:
    return {
        "channel_id": MAIN,
        "event_id": f"old{answer}",
        "message_id": f"old{answer}",
        "raw": {"type": "message", "message": {"type": "text", "text": _TEXT}},
        "state": "applied",
        "tries": 0,
        "received_at": at,
    }


def _reply(answer: int, person: int, at: datetime) -> dict[str, Any]:
    return {
        "channel_id": MAIN,
        "person_id": person,
        "recipient": "Uold",
        "once_key": f"turn:old{answer}",
        "kind": "turn",
        "policy": "hold",
        "messages": [{"type": "text", "text": _TEXT}],
        "about": [None],
        "retry_key": f"{answer:036d}",
        "state": "sent",
        "due_at": at,
        "tries": 1,
        "created_at": at,
        "sent_at": at,
    }


def _said(answer: int, report: int) -> dict[str, Any]:
    return {"channel_id": MAIN, "line_message_id": f"old{answer}", "report_id": report, "question": "old.0"}
