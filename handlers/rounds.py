"""Rounds: one round a semester, pinned to the question set it was opened with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, Row, bindparam, insert, select

from handlers import channels
from handlers.audit import note
from handlers.thai import BANGKOK, today
from models.programme import question_sets, rounds

DAYS = 30
"""Days that a round stays open where nobody says otherwise."""
SEMESTERS = {0: "ทั้งปี", 1: "ภาคเรียนที่ 1", 2: "ภาคเรียนที่ 2", 3: "ภาคฤดูร้อน"}
"""The numbers that the areas' own data systems use."""


class BadRound(ValueError):
    """A round that cannot be opened, and why."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round of one channel. year: school year of the Buddhist era; due_on: a calendar day in Thailand."""

    id: int
    year: int
    semester: int
    title: str
    opens_at: datetime
    due_on: date
    closed_at: datetime | None
    question_set_id: int
    questions_version: int
    questions_digest: str


# Defaults ---------------------------------------------------------------------------------------------------------


def school_term(day: date) -> tuple[int, int]:
    """Return the school year (Buddhist era) and the semester of a day; breaks belong to the semester before them.

    The school year begins on 16 May, the first semester ends in October, the second begins on 1 November.
    """
    if (day.month, day.day) < (5, 16):
        return day.year + 542, 2
    return day.year + 543, 1 if day.month < 11 else 2


def label(year: int, semester: int) -> str:
    """Return a round's usual title: ปีการศึกษา 2569 ภาคเรียนที่ 1."""
    return f"ปีการศึกษา {year} {SEMESTERS[semester]}"


def usual_due(opens_at: datetime) -> date:
    """Return the day DAYS after the opening, or the Monday after where that is a weekend."""
    day = today(opens_at) + timedelta(days=DAYS)
    weekend = day.weekday() > 4
    return day + timedelta(days=7 - day.weekday()) if weekend else day


# Opening ----------------------------------------------------------------------------------------------------------

_ALL = (
    select(
        rounds,
        question_sets.c.version.label("questions_version"),
        question_sets.c.digest.label("questions_digest"),
    )
    .join(question_sets, question_sets.c.id == rounds.c.question_set_id)
    .where(rounds.c.channel_id == bindparam("channel"))
)
_LISTED = _ALL.order_by(rounds.c.opens_at, rounds.c.id)
_CURRENT = (
    _ALL.where(
        rounds.c.opens_at <= bindparam("now"),
        rounds.c.closed_at.is_(None) | (rounds.c.closed_at > bindparam("now")),
    )
    .order_by(rounds.c.opens_at.desc(), rounds.c.id.desc())
    .limit(1)
)
_QUESTIONS = select(question_sets.c.id).where(
    question_sets.c.channel_id == bindparam("channel"), question_sets.c.id == bindparam("set")
)
_OPEN = insert(rounds).returning(rounds.c.id)


def open_round(
    db: Connection,
    channel: str,
    *,
    year: int,
    semester: int,
    title: str,
    opens_at: datetime,
    due_on: date,
    question_set_id: int,
    now: datetime,
) -> int:
    """Open a round and return its id.

    Raises:
        BadRound: it overlaps another, is due before it opens or in the past, or its numbers make no sense.
        NoChannel: there is no such channel.
    """
    channels.ensure(db, channel, now)  # and lock it: of two overlapping rounds one comes second
    _check_dates(year, semester, opens_at, due_on, now)
    _check_others(listed(db, channel), year, semester, title, opens_at, due_on)
    if not title.strip() or len(title) > 200:
        raise BadRound("a round needs a title of 1 to 200 characters")
    if db.scalar(_QUESTIONS, {"channel": channel, "set": question_set_id}) is None:
        raise BadRound(f"channel {channel} has no question set {question_set_id}")
    row = {"channel_id": channel, "question_set_id": question_set_id, "year": year, "semester": semester}
    opened: int = db.execute(_OPEN, {**row, "title": title, "opens_at": opens_at, "due_on": due_on}).scalar_one()
    note(db, channel, "round.opened", now, round=opened, questions=question_set_id)
    return opened


def _check_dates(year: int, semester: int, opens_at: datetime, due_on: date, now: datetime) -> None:
    if not 2500 <= year <= 2700:
        raise BadRound(f"year {year} is not a school year of the Buddhist era, such as 2569")
    if semester not in SEMESTERS:
        raise BadRound(f"semester {semester}: say 1, 2, 3 (summer) or 0 (the whole year)")
    if due_on < today(opens_at):
        raise BadRound(f"due on {due_on}, before it opens")
    if due_on < today(now):
        raise BadRound(f"due on {due_on}, which is past")


def _check_others(others: list[Round], year: int, semester: int, title: str, opens_at: datetime, due_on: date) -> None:
    ends_at = _midnight_after(due_on)
    for other in others:
        if (other.year, other.semester, other.title) == (year, semester, title):
            raise BadRound(f"there is already a round {title}: give this one another title")
        if other.opens_at < ends_at and opens_at < (other.closed_at or _midnight_after(other.due_on)):
            raise BadRound(f"overlaps the round {other.title}, due on {other.due_on}")


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), BANGKOK)


# Reading ----------------------------------------------------------------------------------------------------------


def current_round(db: Connection, channel: str, now: datetime) -> Round | None:
    """Return the round that is running: the last one opened, late or not, until it is closed."""
    row = db.execute(_CURRENT, {"channel": channel, "now": now}).one_or_none()
    return _round(row) if row else None


def listed(db: Connection, channel: str) -> list[Round]:
    """Return a channel's rounds, the oldest first."""
    return [_round(row) for row in db.execute(_LISTED, {"channel": channel})]


def _round(row: Row[tuple[object, ...]]) -> Round:
    return Round(**{field: row._mapping[field] for field in Round.__slots__})
