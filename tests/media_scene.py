"""Two provinces with a report each, a LINE that answers by script, and the files of the media tests."""

import io
import zipfile
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from bot.media import Content, Unreachable
from handlers import media as waiting
from models.people import agencies, schools
from models.programme import channels, question_sets, rounds
from models.report import AnswerState, PartKind, State, answers, media, parts, reports
from models.store import Store

START = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"photo" * 100 + b"\xff\xd9"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + b"\0" * 64
VOICE = b"\x00\x00\x00\x1cftypM4A \x00\x00\x00\x00M4A mp42isom" + b"\0" * 64


class Killed(BaseException):
    """The process died here."""


class Clock:
    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **units: float) -> None:
        self.moment += timedelta(**units)


@dataclass(frozen=True)
class Answer:
    """One answer of LINE: a status, the body in pieces, and what goes wrong when all pieces are out."""

    status: int = 200
    chunks: tuple[bytes, ...] = ()
    length: int | None = None
    then: Callable[[], None] | None = None


def ok(body: bytes, pieces: int = 3) -> Answer:
    step = max(1, -(-len(body) // pieces))
    return Answer(200, tuple(body[i : i + step] for i in range(0, len(body), step)), len(body))


def raising(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def timeout() -> Answer:
    return Answer(then=raising(Unreachable("read timed out")))


class Line:
    """Stands in for LINE's content endpoint: strict about what nobody asked for, and about open transactions."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.answers: dict[tuple[str, str], deque[Answer]] = {}
        self.asked: dict[str, int] = defaultdict(int)
        self.given = 0
        self.open = 0

    def will(self, message_id: str, *script: Answer, channel: str = "main") -> None:
        """Answer requests for this message so, the last answer for ever."""
        self.answers[channel, message_id] = deque(script)

    @contextmanager
    def content(self, channel: str, message_id: str) -> Iterator[Content]:
        self._nobody_holds(message_id)
        self.asked[message_id] += 1
        script = self.answers[channel, message_id]
        answer = script.popleft() if len(script) > 1 else script[0]
        self.open += 1
        try:
            yield Content(answer.status, self._chunks(answer), answer.length)
        finally:
            self.open -= 1

    def _chunks(self, answer: Answer) -> Iterator[bytes]:
        for chunk in answer.chunks:
            self.given += len(chunk)
            yield chunk
        if answer.then:
            answer.then()

    def _nobody_holds(self, message_id: str) -> None:
        """Fail where a transaction is open around the request: on SQLite it holds the file, else the row."""
        with self.store.write() as db:
            row = select(media.c.part_id).where(media.c.line_message_id == message_id)
            db.execute(row.with_for_update())  # others may hold it for a moment; we, for ever


class Scene:
    """Two channels, each with a school, a report and one answer; parts are sent to either."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.answers = {}
        with store.write() as db:
            for channel in ("main", "sakaeo"):
                self.answers[channel] = _answer(db, channel)

    def sends(
        self,
        message_id: str,
        kind: PartKind = PartKind.IMAGE,
        *,
        name: str | None = None,
        channel: str = "main",
        at: datetime = START,
    ) -> int:
        """Store a part with its content waiting, as the report talk does; return its id."""
        row = {
            "channel_id": channel,
            "answer_id": self.answers[channel],
            "revision": 1,
            "kind": kind,
            "text": name,
            "line_message_id": message_id,
            "said_at": at,
            "kept_at": at,
        }
        with self.store.write() as db:
            part = _new(db, parts, **row)
            waiting.note(db, channel, part, message_id, at)
        return part

    def unsends(self, part: int) -> None:
        with self.store.write() as db:
            db.execute(parts.update().where(parts.c.id == part).values(removed_at=START))
            waiting.unsent(db, part)

    def row(self, part: int) -> Any:
        with self.store.read() as db:
            return db.execute(select(media).where(media.c.part_id == part)).one()

    def state(self, part: int) -> tuple[str, str | None]:
        row = self.row(part)
        return row.state, row.reason

    def report(self, channel: str = "main") -> int:
        with self.store.read() as db:
            found = db.scalars(select(answers.c.report_id).where(answers.c.id == self.answers[channel]))
            return int(found.one())

    def clear(self) -> None:
        with self.store.write() as db:
            db.execute(media.delete())
            db.execute(parts.delete())


def _new(db: Connection, table: Table, **values: Any) -> int:
    return int(db.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


def _answer(db: Connection, channel: str) -> int:
    db.execute(insert(channels).values(id=channel, name=channel, created_at=START))
    questions = _new(db, question_sets, channel_id=channel, version=1, digest=channel, body={}, created_at=START)
    agency = _new(db, agencies, channel_id=channel, name="สพป.บร 1")
    school = _new(db, schools, channel_id=channel, agency_id=agency, code="1031000001", name="อนุบาล", district="เมือง")
    period = _new(
        db,
        rounds,
        channel_id=channel,
        question_set_id=questions,
        year=2568,
        semester=2,
        title="",
        opens_at=START,
        due_on=date(2026, 1, 31),
    )
    report = {"round_id": period, "school_id": school, "state": State.DRAFT, "created_at": START}
    return new_answer(db, channel, _new(db, reports, channel_id=channel, **report), "learners.now")


def new_answer(db: Connection, channel: str, report: int, question: str, revision: int = 1) -> int:
    flags = {"state": AnswerState.OPEN, "nudged": False, "private": False}
    return _new(db, answers, channel_id=channel, report_id=report, question=question, revision=revision, **flags)


def zipped(*names: str, **contents: bytes) -> bytes:
    """Return a zip with parts of these names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name in names:
            out.writestr(zipfile.ZipInfo(name), contents.get(name, b"x"))
    return file.getvalue()


def docx() -> bytes:
    return zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")


def ole(*streams: str) -> bytes:
    """Return the head and directory of an OLE file with these streams."""
    entries = b""
    for name in ("Root Entry", *streams):
        letters = (name + "\0").encode("utf-16-le")
        kind = b"\x05" if name == "Root Entry" else b"\x02"
        entries += (letters.ljust(64, b"\0") + len(letters).to_bytes(2, "little") + kind).ljust(128, b"\0")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entries
