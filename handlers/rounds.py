"""Rounds: one round a semester, pinned to the question set it was opened with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, Row, bindparam, insert, select

from handlers import channels
from handlers.audit import note
from handlers.thai import BANGKOK, day, today
from models.programme import question_sets, rounds

DAYS = 30
"""Days that a round stays open where nobody says otherwise."""
SEMESTERS = {0: "ทั้งปี", 1: "ภาคเรียนที่ 1", 2: "ภาคเรียนที่ 2", 3: "ภาคฤดูร้อน"}
"""The numbers that the areas' own data systems use."""


class BadRound(ValueError):
    """A round that cannot be opened or changed, and why.

    reason: the name of the sentence that says so in Thai (th_rounds.yaml, bad_round), with its slots.
    """

    def __init__(self, message: str, reason: str = "other", **slots: object) -> None:
        super().__init__(message)
        self.reason = reason
        self.slots = slots


@dataclass(frozen=True, slots=True)
class Round:
    """A round of one channel. year: school year of the Buddhist era; due_on, grace_on: calendar days in Thailand.

    grace_on: the last day on which a late report is taken without a word; closed_at: may lie ahead.
    """

    id: int
    year: int
    semester: int
    title: str
    opens_at: datetime
    due_on: date
    grace_on: date | None
    closed_at: datetime | None
    question_set_id: int
    questions_version: int
    questions_digest: str

    @property
    def ends_at(self) -> datetime:
        """Return from when on another round may open: after its close, or the last day on which it is taken."""
        return self.closed_at or midnight_after(max(self.due_on, self.grace_on or self.due_on))

    @property
    def last_day(self) -> date | None:
        """Return the last day on which anything can be written, where the close is planned or past."""
        return today(self.closed_at - timedelta(seconds=1)) if self.closed_at else None

    def is_closed(self, now: datetime) -> bool:
        """Tell whether nothing can be written any more."""
        return self.closed_at is not None and self.closed_at <= now


# Defaults ---------------------------------------------------------------------------------------------------------


def school_term(when: date) -> tuple[int, int]:
    """Return the school year (Buddhist era) and the semester of a day; breaks belong to the semester before them.

    The school year begins on 16 May, the first semester ends in October, the second begins on 1 November.
    """
    if (when.month, when.day) < (5, 16):
        return when.year + 542, 2
    return when.year + 543, 1 if when.month < 11 else 2


def label(year: int, semester: int) -> str:
    """Return a round's usual title: ปีการศึกษา 2569 ภาคเรียนที่ 1."""
    return f"ปีการศึกษา {year} {SEMESTERS[semester]}"


def usual_due(opens_at: datetime) -> date:
    """Return the day DAYS after the opening, or the Monday after where that is a weekend."""
    due = today(opens_at) + timedelta(days=DAYS)
    weekend = due.weekday() > 4
    return due + timedelta(days=7 - due.weekday()) if weekend else due


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
    grace_on: date | None = None,
    closes_on: date | None = None,
    by: int | None = None,
) -> int:
    """Open a round and return its id.

    closes_on: the last day on which anything can be written; None: until it is closed. by: the coordinator; None
    from the command line.

    Raises:
        BadRound: it overlaps another, is due before it opens or in the past, or its numbers make no sense.
        NoChannel: there is no such channel.
    """
    channels.ensure(db, channel, now)  # and lock it: of two overlapping rounds one comes second
    check(db, channel, year=year, semester=semester, title=title, opens_at=opens_at, due_on=due_on,
          grace_on=grace_on, closes_on=closes_on, now=now)  # fmt: skip
    if db.scalar(_QUESTIONS, {"channel": channel, "set": question_set_id}) is None:
        raise BadRound(f"channel {channel} has no question set {question_set_id}")
    row = {"channel_id": channel, "question_set_id": question_set_id, "year": year, "semester": semester}
    row |= {"title": title, "opens_at": opens_at, "due_on": due_on, "grace_on": grace_on}
    row["closed_at"] = midnight_after(closes_on) if closes_on else None
    opened: int = db.execute(_OPEN, row).scalar_one()
    note(db, channel, "round.opened", now, person=by, round=opened, questions=question_set_id, due=due_on.isoformat())
    return opened


def check(
    db: Connection,
    channel: str,
    *,
    year: int,
    semester: int,
    title: str,
    opens_at: datetime,
    due_on: date,
    now: datetime,
    grace_on: date | None = None,
    closes_on: date | None = None,
) -> None:
    """Raise BadRound where such a round could not be opened."""
    _check_dates(year, semester, opens_at, due_on, now)
    check_last_days(due_on, grace_on, closes_on)
    if not title.strip() or len(title) > 200:
        raise BadRound("a round needs a title of 1 to 200 characters", "title")
    ends_at = midnight_after(closes_on or max(due_on, grace_on or due_on))
    _check_others(listed(db, channel), year, semester, title, opens_at, ends_at)


def _check_dates(year: int, semester: int, opens_at: datetime, due_on: date, now: datetime) -> None:
    if not 2500 <= year <= 2700:
        raise BadRound(f"year {year} is not a school year of the Buddhist era, such as 2569")
    if semester not in SEMESTERS:
        raise BadRound(f"semester {semester}: say 1, 2, 3 (summer) or 0 (the whole year)")
    if due_on < today(opens_at):
        raise BadRound(f"due on {due_on}, before it opens", "before_opening", due=day(due_on))
    if due_on < today(now):
        raise BadRound(f"due on {due_on}, which is past", "past", due=day(due_on))


def check_last_days(due_on: date, grace_on: date | None, closes_on: date | None) -> None:
    """Raise BadRound where the day of grace or of closing comes before the day the reports are due."""
    if grace_on is not None and grace_on < due_on:
        raise BadRound(f"grace until {grace_on}, before it is due", "grace", due=day(due_on))
    last = max(due_on, grace_on or due_on)
    if closes_on is not None and closes_on < last:
        raise BadRound(f"closes on {closes_on}, before it is due on {last}", "closing", due=day(last))


def _check_others(
    others: list[Round], year: int, semester: int, title: str, opens_at: datetime, ends_at: datetime
) -> None:
    for other in others:
        if (other.year, other.semester, other.title) == (year, semester, title):
            raise BadRound(f"there is already a round {title}: give this one another title", "same_title", title=title)
        if other.opens_at < ends_at and opens_at < other.ends_at:
            raise BadRound(
                f"overlaps the round {other.title}, due on {other.due_on}",
                "overlap",
                title=other.title,
                due=day(other.due_on),
            )


def midnight_after(last: date) -> datetime:
    """Return the end of a day in Thailand."""
    return datetime.combine(last + timedelta(days=1), time(), BANGKOK)


# Reading ----------------------------------------------------------------------------------------------------------


def current_round(db: Connection, channel: str, now: datetime) -> Round | None:
    """Return the round that is running: the last one opened, late or not, until it is closed."""
    row = db.execute(_CURRENT, {"channel": channel, "now": now}).one_or_none()
    return _round(row) if row else None


_FOUND = _ALL.where(rounds.c.id == bindparam("round"))


def found(db: Connection, channel: str, number: int) -> Round | None:
    """Return a round of the channel, or None where it has none of this number."""
    row = db.execute(_FOUND, {"channel": channel, "round": number}).one_or_none()
    return _round(row) if row else None


def listed(db: Connection, channel: str) -> list[Round]:
    """Return a channel's rounds, the oldest first."""
    return [_round(row) for row in db.execute(_LISTED, {"channel": channel})]


def _round(row: Row[tuple[object, ...]]) -> Round:
    return Round(**{field: row._mapping[field] for field in Round.__slots__})
