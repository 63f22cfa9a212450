"""Time passing in a small province: what is due is queued, and what waits is sent, as the worker does it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select

from bot.simulator.bubbles import words_of
from handlers import outbox, reminders
from handlers.outbox import Fate
from handlers.thai import BANGKOK
from models.outbox import Sending
from models.outbox import outbox as sayings
from tests.province import MAIN, Person, Province

DUE = date(2026, 2, 4)
"""A Wednesday: the first round of the province ends then."""


def plan(province: Province) -> int:
    """Queue the reminders that are due now; return how many that made in the province (the other one has its own)."""
    before = len(_told(province))
    with province.store.write() as db:
        made = reminders.queue(db, province.now)
    new = _told(province)[before:]
    assert len(new) == made
    return sum(row.channel_id == MAIN for row in new)


def _told(province: Province) -> list[Any]:
    ours = or_(sayings.c.once_key.startswith(reminders.NAME), sayings.c.once_key.startswith("calls:"))
    with province.store.read() as db:
        return list(db.execute(select(sayings.c.channel_id).where(ours).order_by(sayings.c.id)))


def waiting(province: Province, person: Person | None = None) -> list[list[str]]:
    """Return the words of what waits to be said first."""
    rows = [row for row in province.rows(sayings) if row.state in (Sending.QUEUED, Sending.HELD)]
    rows = [row for row in rows if row.kind == "notice" and person in (None, province.people[row.recipient])]
    return [[words_of(message, buttons=False) for message in row.messages] for row in rows]


def send(province: Province) -> dict[str, list[str]]:
    """Send what is due now; return what each of the province has heard, and put it on the person's screen."""
    heard: dict[str, list[str]] = {}
    with province.store.read() as db:
        is_due = (sayings.c.state == Sending.QUEUED, sayings.c.due_at <= province.now)
        due = db.execute(select(sayings).where(*is_due).order_by(sayings.c.id)).all()
    if not due:
        return heard
    with province.store.write() as db:
        outbox.mark(db, [Fate(row.id, Sending.SENT, province.now, 1) for row in due])
    for row in due:
        person = province.people[row.recipient]
        person.turns.append(row.messages)
        person.answered = 1
        if row.channel_id == MAIN:
            heard.setdefault(person.name, []).append(person.words)
    return heard


def at(province: Province, day: date, clock: time = time(9)) -> Province:
    """Move the clock to a moment in Thailand."""
    province.now = datetime.combine(day, clock, BANGKOK)
    return province


def hours(province: Province, until: date, step: float = 6) -> dict[str, list[tuple[datetime, str]]]:
    """Let the clock go on by some hours at a time to the end of a day; return what each has heard when."""
    heard: dict[str, list[tuple[datetime, str]]] = {}
    while province.now.astimezone(BANGKOK).date() <= until:
        plan(province)
        for name, said in send(province).items():
            heard.setdefault(name, []).extend((province.now.astimezone(BANGKOK), words) for words in said)
        province.later(hours=step)
    return heard


def days_of(heard: dict[str, list[tuple[datetime, str]]], person: Person) -> list[date]:
    """Return the days on which a person has heard something."""
    return [moment.date() for moment, _ in heard.get(person.name, [])]


def next_day(day: date) -> date:
    """Return the day after."""
    return day + timedelta(days=1)


def fills_in(person: Person, topics: int = 6) -> Person:
    """Answer the first topics of a report, needs skipped."""
    person.says("รายงาน")
    for number in range(1, min(topics, 5) + 1):
        person.says(f"ข้อ {number} ปัจจุบัน นักเรียน 168 คน อ่านคล่องขึ้นมาก").says("ต่อไป")
        person.says(f"ข้อ {number} ต่อไป จะเริ่มในเดือนหน้า ดูจากผลอ่าน").says("ต่อไป").says("ข้าม")
    return person.says("ไม่มี") if topics == 6 else person


def hands_in(person: Person) -> Person:
    """Answer every question and send."""
    return fills_in(person).says("ส่ง").says("ยืนยัน").hears("เลขรับ")
