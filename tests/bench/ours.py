"""The project itself as a contestant: many directors who have joined, and a whole report typed in words."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, insert, select

from handlers import question_file, roster
from handlers.verbs.joining import NOTICE_VERSION
from models import migrations
from models.people import Role, memberships, people, schools
from models.programme import MAIN, rounds
from models.report import answers, parts, reports
from models.store import Store
from tests.bench.events import user_id
from tests.bench.load import Step, Turn

_WHERE = re.compile(r"(?:แล้ว \d+ ข้อความ · )?ข้อ \d (?:จาก \d · )?[^\n]{1,40}")
"""Where one is, and how much is kept there; never a school's name, a moment or a number that differs."""
_RECEIPT = "เลขรับ"

TOPICS = [topic.key for topic in question_file.parse(question_file.default()).topics]

_NOW = (
    "ปีนี้เด็กกล้าแสดงออกดีขึ้นมาก ได้รางวัลระดับเขต 2 รายการ",
    "แต่ยังมีนักเรียน 9 คนจาก 134 คนที่อ่านไม่คล่อง ส่วนใหญ่อยู่ ป.2 และ ป.3",
    "กลุ่มนี้ขาดเรียนบ่อยช่วงตัดอ้อย ครูประจำชั้นตามไปเยี่ยมบ้านแล้ว",
)
_NEXT = (
    "แก้ไขปัญหาการอ่านไม่ออกเป็นเรื่องแรก เริ่มสอนซ่อมเสริมวันละ 30 นาทีตั้งแต่เดือนหน้า",
    "ดูผลจากการอ่านทุกสองสัปดาห์ และเชิญผู้ปกครองมาคุยทุกเดือน",
)


class ReportTalk:
    """One director's report from "รายงาน" to the receipt, 47 events.

    ``marks`` are what the replies to each turn must show, taken from a first report that nothing disturbed.
    ``at_once`` says all bubbles of an answer at one stroke.
    """

    def __init__(self, marks: list[str] | None = None, *, at_once: bool = False) -> None:
        self._marks = marks or []
        self._at_once = at_once

    def turns(self, person: int) -> Iterator[Turn]:
        said = 0
        for texts in _script(person, self._at_once):
            yield [Step(text, self._expected(said + place, len(texts))) for place, text in enumerate(texts)]
            said += len(texts)

    def _expected(self, place: int, together: int) -> str | None:
        """Bubbles said at one stroke are counted in their replies in any order."""
        return self._marks[place] if self._marks and together == 1 else None

    def mark(self, messages: list[dict[str, Any]]) -> str:
        """What a reply says about where one is: its questions, and whether it is the receipt."""
        words = "\n".join(message.get("text") or message.get("altText") or "" for message in messages)
        places = "; ".join(_WHERE.findall(words)[:2]) or words[:10]
        return f"{len(messages)}: {places}{' receipt' if _RECEIPT in words else ''}"


def _script(person: int, at_once: bool) -> Iterator[list[str]]:
    yield ["รายงาน"]
    for topic in range(1, 6):
        for part, texts in (("ปัจจุบัน", _NOW), ("ต่อไป", _NEXT)):
            bubbles = [f"{text} ({person}/{topic} {part} {place})" for place, text in enumerate(texts)]
            yield from [bubbles] if at_once else [[one] for one in bubbles]
            yield ["ต่อไป"]
        if topic % 2:
            yield ["1, 4"]
        yield ["ต่อไป" if topic % 2 else "ข้าม"]
    yield [f"ขอบคุณที่รับฟัง อยากฝากเรื่องครูไม่ครบชั้นและบ้านพักครูที่ชำรุด ({person}/6)"]
    yield ["ต่อไป"]
    yield ["ส่ง"]
    yield ["ยืนยัน"]


_FILED = re.compile(r"\((\d+)/(\d)(?: (\S+) \d)?\)$")
_PARTS = {"ปัจจุบัน": ".now", "ต่อไป": ".next", None: ".open"}


def is_answer(text: str) -> bool:
    return _FILED.search(text) is not None


def is_filed_well(text: str, question: str) -> bool:
    """Whether a stored answer lies under the topic and part that it names at its end."""
    found = _FILED.search(text)
    if found is None or not question.endswith(_PARTS[found[3]]):
        return False
    return TOPICS.index(question.partition(".")[0]) == int(found[2]) - 1


def prepare(url: str, directors: int) -> None:
    """Make a database in which that many directors have joined and may begin to report."""
    migrations.upgrade(url)
    store = Store(url, patience=30)
    now = datetime.now(UTC) - timedelta(minutes=1)
    with store.write() as db:
        roster.import_roster(db, MAIN, [_school(number) for number in range(1, directors + 1)], now)
        found = db.execute(select(schools.c.id).order_by(schools.c.id)).scalars()
        _let_join(db, list(found), now)
        if db.dialect.name == "postgresql":  # as it does by itself while people join, day by day
            db.exec_driver_sql("ANALYZE people, schools, memberships")
    store.dispose()


def _school(number: int) -> roster.Entry:
    agency = f"สพป.จำลอง เขต {number % 7 + 1}"
    return roster.Entry(number, f"1031{number:06d}", f"บ้านทดสอบ {number}", agency, "เมืองสมมติ", 120, "นายทดสอบ", None)


def _let_join(db: Connection, school_ids: list[int], now: datetime) -> None:
    """One director to a school; person n has LINE's user id n."""
    row = {"channel_id": MAIN, "notice_version": NOTICE_VERSION, "noticed_at": now, "created_at": now}
    numbers = range(1, len(school_ids) + 1)
    db.execute(insert(people), [{**row, "id": number, "line_user_id": user_id(number)} for number in numbers])
    role = {"channel_id": MAIN, "role": Role.DIRECTOR, "since": now}
    joined = zip(numbers, school_ids, strict=True)
    db.execute(insert(memberships), [{**role, "person_id": number, "school_id": school} for number, school in joined])
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("SELECT setval(pg_get_serial_sequence('people', 'id'), (SELECT max(id) FROM people))")


def stored(url: str) -> list[tuple[str, str, str]]:
    """Every answer's words as they lie in the database, of the running round: LINE user id, question, text."""
    engine = create_engine(url)
    query = (
        select(people.c.line_user_id, answers.c.question, parts.c.text)
        .select_from(parts.join(answers, answers.c.id == parts.c.answer_id))
        .join(people, people.c.id == parts.c.said_by)
        .join(reports, reports.c.id == answers.c.report_id)
        .join(rounds, rounds.c.id == reports.c.round_id)
        .where(parts.c.kind == "text", parts.c.removed_at.is_(None), rounds.c.closed_at.is_(None))
    )
    with engine.connect() as db:
        rows = [(row.line_user_id, row.question, row.text) for row in db.execute(query)]
    engine.dispose()
    return rows
