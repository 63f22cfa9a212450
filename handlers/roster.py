"""The roster: the schools of one channel, their agencies, and apart from them whom to call.

All or nothing: while one question about a file is open, nothing of it is imported. Nothing is guessed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from handlers import agencies, channels, closing, question_file, questions, rounds
from handlers.agencies import Book
from handlers.audit import note
from handlers.roster_plan import KNOWN, Plan, Table, compare
from handlers.roster_values import COLUMNS, Asking, BadRoster, Entry
from handlers.thai import today
from models.people import contacts, schools

__all__ = ["COLUMNS", "BadRoster", "Entry", "Imported", "apply", "import_roster", "read"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. round_title: of the round it opened, if it was the channel's first."""

    added: int
    changed: int
    unchanged: int
    agencies_added: int
    round_title: str | None
    closed: int = 0
    reopened: int = 0


def read(table: Table) -> list[Entry]:
    """Return the schools of a table about which nothing needs to be asked.

    Raises:
        BadRoster: with every row that is wrong or in doubt.
    """
    plan = compare(table, Book({}, {}, {}), [], Asking())
    if plan.questions:
        raise BadRoster(question.said for question in plan.questions)
    return plan.entries


_ADD_SCHOOL = insert(schools).returning(schools.c.id)
_CHANGE_SCHOOL = update(schools).where(schools.c.id == bindparam("school"))
_ADD_CONTACT = insert(contacts)
_CHANGE_CONTACT = update(contacts).where(contacts.c.id == bindparam("contact"))

Each = Callable[[Sequence[Entry]], Iterable[Entry]]


def apply(db: Connection, channel: str, plan: Plan, now: datetime, each: Each = iter) -> Imported:
    """Do what a plan says, and write down the agencies' names that were confirmed. each: goes through the entries.

    Raises:
        BadRoster: something is still asked, or no school is left.
        NoChannel: there is no such channel.
    """
    if plan.questions:
        raise BadRoster(question.said for question in plan.questions)
    done = import_roster(db, channel, plan.entries, now, each)
    for code in plan.closing:
        closing.close(db, channel, code, now)
    for code in plan.opening:
        closing.reopen(db, channel, code, now)
    book = agencies.book(db, channel)
    for written, name in plan.also.items():
        agency = book.surely(name)
        if agency is not None:
            agencies.also_called(db, channel, agency, [written])
    return replace(done, closed=len(plan.closing), reopened=len(plan.opening))


def import_roster(db: Connection, channel: str, entries: Sequence[Entry], now: datetime, each: Each = iter) -> Imported:
    """Bring a channel's schools to what the roster says; schools it does not name stay as they are.

    The first roster of a channel opens its first round, so that reports can begin at once.

    Raises:
        NoChannel: there is no such channel.
    """
    channels.ensure(db, channel, now)
    known = {row.code: row for row in db.execute(KNOWN, {"channel": channel})}
    offices, added = _offices(db, channel, entries)
    outcomes: Counter[str] = Counter()
    for entry in each(entries):
        outcomes[_place(db, channel, entry, offices[entry.agency], known.get(entry.code))] += 1
    title = None if known or rounds.listed(db, channel) else _first_round(db, channel, now)
    counts = {"added": outcomes["added"], "changed": outcomes["changed"], "unchanged": outcomes["unchanged"]}
    if counts["added"] or counts["changed"]:
        note(db, channel, "roster.imported", now, **counts)
    return Imported(**counts, agencies_added=added, round_title=title)


def _offices(db: Connection, channel: str, entries: Sequence[Entry]) -> tuple[dict[str, int], int]:
    """Return the agencies of the entries by name, and how many were added to have them."""
    before, offices = len(agencies.book(db, channel).names), {}
    for name in dict.fromkeys(entry.agency for entry in entries):
        known = agencies.book(db, channel).surely(name)
        offices[name] = agencies.add(db, channel, name) if known is None else known
    return offices, len(agencies.book(db, channel).names) - before


def _place(db: Connection, channel: str, entry: Entry, agency: int, known: Any) -> str:
    """Add or change one school, and say which of the two it was."""
    school = {"agency_id": agency, "name": entry.name, "district": entry.district, "pupils": entry.pupils}
    contact = {"name": entry.director, "phone": entry.phone}
    if known is None:
        added = db.execute(_ADD_SCHOOL, {"channel_id": channel, "code": entry.code, **school}).scalar_one()
        db.execute(_ADD_CONTACT, {"channel_id": channel, "school_id": added, **contact})
        return "added"
    same_school = all(getattr(known, field) == value for field, value in school.items())
    same_contact = (known.director, known.phone) == (entry.director, entry.phone)
    if not same_school:
        db.execute(_CHANGE_SCHOOL, {"school": known.id, **school})
    if not same_contact:
        _call(db, channel, known, contact)
    return "unchanged" if same_school and same_contact else "changed"


def _call(db: Connection, channel: str, known: Any, contact: dict[str, str | None]) -> None:
    if known.contact_id is None:  # it may have been erased at the person's wish
        db.execute(_ADD_CONTACT, {"channel_id": channel, "school_id": known.id, **contact})
    else:
        db.execute(_CHANGE_CONTACT, {"contact": known.contact_id, **contact})


def _first_round(db: Connection, channel: str, now: datetime) -> str:
    set_id = questions.newest(db, channel)
    if set_id is None:
        set_id = questions.save(db, channel, question_file.parse(question_file.default()), now)
    year, semester = rounds.school_term(today(now))
    title, due_on = rounds.label(year, semester), rounds.usual_due(now)
    rounds.open_round(
        db,
        channel,
        year=year,
        semester=semester,
        title=title,
        opens_at=now,
        due_on=due_on,
        question_set_id=set_id,
        now=now,
    )
    return title
