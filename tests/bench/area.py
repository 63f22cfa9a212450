"""A province of thousands of schools, a director each, in the first days of a round: for what looks at all of them."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text

from handlers import channels, question_file, questions
from handlers.thai import BANGKOK
from handlers.verbs.joining import NOTICE_VERSION
from models.people import Role, agencies, memberships, people, schools
from models.programme import MAIN, rounds
from models.report import answers, parts, reports

OPENED = datetime.combine(date(2026, 1, 12), time(8), BANGKOK)
"""A Monday."""
DUE = date(2026, 2, 4)
WEEK_BEFORE = datetime.combine(DUE - timedelta(days=7), time(9), BANGKOK)
"""When all of them are to be reminded."""
DISTRICTS = 60
BEGUN = 2
"""One school in so many has begun its report."""
AT_ONCE = 5000
_ANSWERED = 8


def fill(db: Connection, number: int) -> None:
    """Fill a migrated, empty database: so many schools under one agency's districts, half of them with a draft."""
    began = OPENED - timedelta(days=30)
    channels.ensure(db, MAIN, began)
    asked = question_file.parse(question_file.default())
    kept = questions.save(db, MAIN, asked, began)
    row = {"channel_id": MAIN, "question_set_id": kept, "year": 2568, "semester": 2, "title": "รอบที่ 2/2568"}
    db.execute(insert(rounds), row | {"opens_at": OPENED, "due_on": DUE})
    _offices(db)
    everyone = range(1, number + 1)
    _add(db, schools, (_school(one) for one in everyone))
    _add(db, people, (_person(one, began) for one in (0, *everyone)))
    _add(db, memberships, (_member(one, began) for one in (0, *everyone)))
    keys = [question.key for question in asked.questions][:_ANSWERED]
    drafts = everyone[::BEGUN]
    _add(db, reports, (_report(one) for one in drafts))
    _add(db, answers, (_answer(report, key) for report in range(1, len(drafts) + 1) for key in keys))
    _add(db, parts, (_part(one, began) for one in range(1, len(drafts) * len(keys) + 1)))
    if db.dialect.name == "postgresql":
        _as_counted(db, agencies, schools, people, reports, answers)


def _as_counted(db: Connection, *tables: Table) -> None:
    """Let PostgreSQL go on after the numbers that were given."""
    for table in tables:
        last = f"(SELECT max(id) FROM {table.name})"
        db.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {last})"))


def _offices(db: Connection) -> None:
    top = {"id": 1, "channel_id": MAIN, "parent_id": None, "name": "พื้นที่นวัตกรรม"}
    names = ({"id": at + 1, "name": f"สพป.จำลอง เขต {at}"} for at in range(1, DISTRICTS + 1))
    db.execute(insert(agencies), [top, *({**top, "parent_id": 1, **name} for name in names)])


def _add(db: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    left: Iterator[dict[str, Any]] = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        db.execute(insert(table), some)


def _school(number: int) -> dict[str, Any]:
    named = {"code": f"1031{number:06d}", "name": f"บ้านทดสอบ {number}", "district": "เมืองสมมติ"}
    return {"id": number, "channel_id": MAIN, "agency_id": number % DISTRICTS + 2, **named}


def _person(number: int, at: datetime) -> dict[str, Any]:
    noticed = {"notice_version": NOTICE_VERSION, "noticed_at": at, "created_at": at, "heard_at": at}
    return {"id": number + 1, "channel_id": MAIN, "line_user_id": f"U{number:032x}", **noticed}


def _member(number: int, at: datetime) -> dict[str, Any]:
    """Person 0 coordinates, the others direct a school."""
    role = {"role": Role.DIRECTOR, "school_id": number, "agency_id": None} if number else None
    role = role or {"role": Role.COORDINATOR, "school_id": None, "agency_id": 1}
    return {"channel_id": MAIN, "person_id": number + 1, "since": at, **role}


def _report(school: int) -> dict[str, Any]:
    return {"channel_id": MAIN, "round_id": 1, "school_id": school, "state": "draft", "created_at": OPENED}


def _answer(report: int, question: str) -> dict[str, Any]:
    named = {"report_id": report, "question": question}
    return {"channel_id": MAIN, **named, "revision": 1, "state": "done", "nudged": False, "private": False}


def _part(answer: int, at: datetime) -> dict[str, Any]:
    said = {"kind": "text", "text": "นักเรียนอ่านคล่องขึ้นมาก", "line_message_id": f"area{answer}"}
    return {"channel_id": MAIN, "answer_id": answer, "revision": 1, **said, "said_at": at, "kept_at": at}


def drafts(db: Connection) -> int:
    """Return how many schools have begun."""
    return len(db.execute(select(reports.c.id)).all())
