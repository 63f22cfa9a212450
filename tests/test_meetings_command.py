"""Meetings from the command line: a YAML file becomes a meeting, or is refused with line and reason."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import insert, select

from bot.cli import cli
from bot.roster_files import DEMO
from handlers import meetings_file
from handlers.audience_words import Doubt, Why
from handlers.audiences import Audience
from handlers.meetings_file import BadMeetingFile
from handlers.thai import BANGKOK, day
from models.meetings import meetings
from models.outbox import Sending, outbox
from models.people import Role, memberships, people, schools
from models.programme import MAIN
from models.store import Store

Run = Callable[..., str]
NOW = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
FILE = """\
title: ประชุมชี้แจงพื้นที่นวัตกรรมสมมติ
number: ครั้งที่ 1/2569
date: {date}
start: 9:00
end: 12.30 น.
place: ห้องประชุม สพป.บุรีรัมย์ เขต 1
online: https://zoom.example/j/1
agenda:
  - ประธานแจ้ง
  - วิเคราะห์ 6 ประเด็น
seats: ๖๓
"""


def read(text: str) -> Any:
    return meetings_file.read(
        text, NOW, lambda words: Audience() if words == "ทุกโรงเรียน" else Doubt(Why.UNKNOWN, words), Audience()
    )


@pytest.mark.parametrize("date", ["22 ม.ค. 2569", "๒๒ ม.ค. ๖๙", "2026-01-22", "2569-1-22", "พฤหัสที่ 22 มกราคม"])
def test_a_file_is_a_meeting(date: str) -> None:
    found = read(FILE.format(date=date) + "answer_by: 2569-01-20 16:00\naudience: ทุกโรงเรียน\nurgent: true\n")
    assert found.starts_at == datetime(2026, 1, 22, 9, 0, tzinfo=BANGKOK)
    assert found.ends_at == datetime(2026, 1, 22, 12, 30, tzinfo=BANGKOK)
    assert found.answer_by == datetime(2026, 1, 20, 16, 0, tzinfo=BANGKOK)
    assert (found.seats, found.urgent, found.map_url) == (63, True, None)
    assert found.agenda == "1. ประธานแจ้ง\n2. วิเคราะห์ 6 ประเด็น"


@pytest.mark.parametrize(
    ("was", "now", "line", "why"),
    [
        ("title: ประชุมชี้แจงพื้นที่นวัตกรรมสมมติ", "titel: x", 1, "titel: is not known"),
        ("title: ประชุมชี้แจงพื้นที่นวัตกรรมสมมติ\n", "", 1, "title: is missing"),
        ("title: ประชุมชี้แจงพื้นที่นวัตกรรมสมมติ", f"title: {'ก' * 300}", 1, "ยาว 300 ตัวอักษร"),
        ("number: ครั้งที่ 1/2569", "title: ซ้ำ", 2, "title: stands twice"),
        ("number: ครั้งที่ 1/2569", "number: {a: b}", 2, "number: must be words"),
        ("number: ครั้งที่ 1/2569", "number: [", 4, "not YAML"),
        ("22 ม.ค. 2569", "30 ก.พ. 2569", 3, "no single day"),
        ("22 ม.ค. 2569", "2569-02-30", 3, "no single day"),
        ("22 ม.ค. 2569", "สัปดาห์หน้า", 3, "no single day"),
        ("22 ม.ค. 2569", "2026-01-04", 3, "ผ่านไปแล้ว"),
        ("start: 9:00", "start: เช้า", 4, "no time like 9:00"),
        ("start: 9:00", "start: 25:00", 4, "no time like 9:00"),
        ("end: 12.30 น.", "end: 8:00", 5, "ไม่อยู่หลังเวลาเริ่ม"),
        ("online: https://zoom.example/j/1", "online: zoom 1", 7, "ลิงก์ออนไลน์ เปิดไม่ได้"),
        ("seats: ๖๓", "seats: หกสิบ", 11, "must be a whole number"),
        ("seats: ๖๓", "seats: 0", 11, "1 ถึง 100,000"),
        ("seats: ๖๓", "urgent: maybe", 11, "must be true or false"),
        ("seats: ๖๓", "answer_by: เมื่อไรก็ได้", 11, "no single moment"),
        ("seats: ๖๓", "answer_by: 23 ม.ค. 2569", 11, "อยู่หลังเวลาเริ่ม"),
        ("seats: ๖๓", "audience: ชาวนา", 11, "audience: "),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(was: str, now: str, line: int, why: str) -> None:
    good = FILE.format(date="22 ม.ค. 2569")
    assert was in good
    with pytest.raises(BadMeetingFile) as refused:
        read(good.replace(was, now))
    assert [fault.line for fault in refused.value.faults] == [line]
    assert why in str(refused.value)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(BadMeetingFile) as refused:
        read("title: x\ndate: ไม่รู้\nstart: 9\nseats: มาก\n")
    assert [fault.line for fault in refused.value.faults] == [1, 2, 3, 4]  # the first: end is missing


@given(
    some.text(max_size=80)
    | some.lists(some.sampled_from([*FILE.splitlines(), "end:", "- x", "&a *a", "🍎: [{"])).map("\n".join)
)
@settings(max_examples=60)
def test_any_text_is_a_meeting_or_refused(text: str) -> None:
    try:
        title = read(text).title
    except BadMeetingFile:
        return
    assert title


@pytest.fixture
def run(new_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command, which must end with 0 unless said otherwise; return what it says."""
    monkeypatch.setenv("RAINGAN_ENV", "test")
    monkeypatch.setenv("DATABASE_URL", new_url())
    monkeypatch.setenv("PUBLIC_URL", "https://raingan.example")

    def run(*words: str, ends: int = 0) -> str:
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == ends, done.output
        return done.output

    run("import-roster", str(DEMO))
    return run


@pytest.fixture
def store(run: Run) -> Iterator[Store]:
    opened = Store(os.environ["DATABASE_URL"])
    yield opened
    opened.dispose()


def test_a_meeting_is_made_called_changed_cancelled_and_listed(run: Run, store: Store, tmp_path: Path) -> None:
    with store.write() as db:
        school = db.execute(select(schools.c.id)).scalars().first()
        who = {"channel_id": MAIN, "line_user_id": "U1", "created_at": NOW}
        person = db.execute(insert(people).returning(people.c.id), who).scalar_one()
        serves = {"channel_id": MAIN, "person_id": person, "school_id": school, "role": Role.DIRECTOR, "since": NOW}
        db.execute(insert(memberships), serves)
    on = (datetime.now(BANGKOK) + timedelta(days=30)).date()
    file = tmp_path / "meeting.yaml"
    file.write_text(FILE.format(date=on.isoformat()), "utf-8")
    said = run("meeting", str(file))
    assert day(on) in said
    assert "To 1 people, for 40 schools and 0 officers; 39 schools are not reached by LINE. At most 1 paid" in said
    assert "Meeting 1 is a draft" in said
    assert "no meeting" in run("meeting", "list")
    file.write_text(file.read_text("utf-8").replace("63", "๒๐").replace("๖๓", "20"), "utf-8")
    assert "To 1 people" in run("meeting", "change", "1", str(file))
    assert "is called" in run("meeting", "call", "1")
    assert "before" in run("meeting", "call", "1", ends=1)
    assert "is called" in run("meeting", str(file), "--call")
    file.write_text(file.read_text("utf-8") + "contact: นายประสาน\n", "utf-8")
    assert "version 2" in run("meeting", "change", "1", str(file))
    assert "version 2, as it was" in run("meeting", "change", "1", str(file))
    assert "เชิญไปแล้ว" in change_audience(run, file)
    assert "answered 0 of 40" in run("meeting", "list")
    assert "is cancelled" in run("meeting", "cancel", "1", "--why", "ประธานติดราชการ")
    assert "before" in run("meeting", "cancel", "1", ends=1)
    assert "cancelled  v2" in run("meeting", "list")
    assert "no meeting 9" in run("meeting", "cancel", "9", ends=1)
    with store.read() as db:
        rows = db.execute(select(outbox).where(outbox.c.once_key.like("meeting:%"))).all()
        assert db.execute(select(meetings.c.seats)).scalars().all() == [20, 20]
    assert [row.state for row in rows].count(Sending.QUEUED) == 1  # of the other: of the first nobody had heard


def change_audience(run: Run, file: Path) -> str:
    other = file.with_name("other.yaml")
    other.write_text(file.read_text("utf-8") + "audience: ผอ. สพม.\n", "utf-8")
    return run("meeting", "change", "1", str(other), ends=1)


def test_a_bad_file_is_refused_whole(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "meeting.yaml"
    file.write_text("title: x\n", "utf-8")
    assert "line 1 (บรรทัดที่ 1): date: is missing" in run("meeting", str(file), ends=1)
    file.write_bytes(b"\xff\xfe\x00")
    assert "meeting.yaml" in run("meeting", str(file), ends=1)
    on = (datetime.now(BANGKOK) + timedelta(days=30)).date()
    file.write_text(FILE.format(date=on.isoformat()), "utf-8")
    assert "ไลน์" in run("meeting", str(file), "--call", ends=1)  # nobody has joined
    assert "no agency" in run("meeting", str(file), "--agency", "สพป.ดาวอังคาร", ends=1)
    assert "no meeting" in run("meeting", "list")
    assert "does not exist" in run("meeting", "nothing.yaml", ends=2)
