"""Time passing in a small province: what is due is queued, and what waits is sent, as the worker does it."""

from datetime import date, datetime, time, timedelta

from bot.simulator.bubbles import words_of
from handlers import outbox, reminders
from handlers.outbox import Fate
from handlers.thai import BANGKOK
from models.outbox import Sending
from models.outbox import outbox as sayings
from tests.province import Person, Province

DUE = date(2026, 2, 4)
"""A Wednesday: the first round of the province ends then."""


def plan(province: Province) -> int:
    """Queue the reminders that are due now."""
    with province.store.write() as db:
        return reminders.queue(db, province.now)


def waiting(province: Province, person: Person | None = None) -> list[list[str]]:
    """Return the words of what waits to be said first."""
    rows = [row for row in province.rows(sayings) if row.state in (Sending.QUEUED, Sending.HELD)]
    rows = [row for row in rows if row.kind == "notice" and person in (None, province.people[row.recipient])]
    return [[words_of(message, buttons=False) for message in row.messages] for row in rows]


def send(province: Province) -> dict[str, list[str]]:
    """Send what is due now; return what each user has heard, and put it on the person's screen."""
    heard: dict[str, list[str]] = {}
    due = [row for row in province.rows(sayings) if row.state == Sending.QUEUED and row.due_at <= province.now]
    with province.store.write() as db:
        outbox.mark(db, [Fate(row.id, Sending.SENT, province.now, 1) for row in due])
    for row in due:
        person = province.people[row.recipient]
        person.turns.append(row.messages)
        person.answered = 1
        heard.setdefault(person.name, []).append(person.words)
    return heard


def at(province: Province, day: date, clock: time = time(9)) -> Province:
    """Move the clock to a moment in Thailand."""
    province.now = datetime.combine(day, clock, BANGKOK)
    return province


def hours(province: Province, until: date, step: float = 3) -> dict[str, list[tuple[datetime, str]]]:
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
