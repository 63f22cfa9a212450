"""What an import would do, before anything is done: added, changed, left, and asked."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, bindparam, select

from handlers import agencies, roster_agencies, roster_codes, roster_doubts, roster_sheet, roster_twice
from handlers.agencies import Book
from handlers.roster_codes import Codes, Known
from handlers.roster_doubts import CLOSED, OPEN
from handlers.roster_values import AGENCY, DIRECTOR, DISTRICT, NAME, PHONE, PUPILS, Asking, Draft, Entry, Question, Row
from handlers.texts import say
from models.people import agencies as agency_table
from models.people import contacts, schools

KNOWN = (
    select(
        schools,
        contacts.c.id.label("contact_id"),
        contacts.c.name.label("director"),
        contacts.c.phone,
        agency_table.c.name.label("agency"),
    )
    .join(agency_table, agency_table.c.id == schools.c.agency_id)
    .outerjoin(contacts, contacts.c.school_id == schools.c.id)
    .where(schools.c.channel_id == bindparam("channel"))
)
"""The schools of a channel, with agency and contact."""

Table = Iterable[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Step:
    """One school of the file. known: whether it is there already; changes: column, from, to."""

    entry: Entry
    known: bool
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. absent: schools of the channel that the file does not name; they stay.

    marked: rows that say of a close; closing, opening: codes of known schools to be closed, or opened again.
    """

    steps: tuple[Step, ...]
    left: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]
    questions: tuple[Question, ...]
    new_agencies: tuple[str, ...]
    also: dict[str, str] = field(default_factory=dict)
    absent: int = 0
    marked: dict[int, str] = field(default_factory=dict)
    closing: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()

    @property
    def entries(self) -> list[Entry]:
        """Return the schools as they are to be."""
        return [step.entry for step in self.steps]


def plan(db: Connection, channel: str, table: Table, asking: Asking) -> Plan:
    """Compare a table with the channel's schools; nothing is written.

    Raises:
        BadRoster: the table cannot be read as it is.
    """
    rows = {row.code: row for row in db.execute(KNOWN, {"channel": channel})}
    known = [Known(row.code, row.name, row.district, row.agency) for row in rows.values()]
    planned = compare(table, agencies.book(db, channel), known, asking)
    return _with_doubts(planned, rows, asking)


def _with_doubts(planned: Plan, rows: Mapping[str, Any], asking: Asking) -> Plan:
    """Settle or ask what is only in doubt because of what is known: closed schools, emptied cells."""
    entries = {entry.code: entry for entry in planned.entries}
    states = roster_doubts.states(entries.values(), rows, planned.marked, asking)
    still = [entry for code, entry in entries.items() if states[code] == OPEN]
    closed = [entry for code, entry in entries.items() if states[code] == CLOSED]
    clear = roster_doubts.emptied(still, rows, asking)
    waiting = asking.open_rows
    left = [(one.row, say("roster.closed_row", code=one.code, name=one.name)) for one in closed]
    questions = {one.id: one for one in (*planned.questions, *asking.open, *asking.wrong)}
    return replace(
        planned,
        steps=tuple(_step(one, rows.get(one.code), clear) for one in still if one.row not in waiting),
        left=tuple(sorted([*planned.left, *left])),
        questions=tuple(questions.values()),
        absent=len(rows.keys() - entries.keys()),
        closing=tuple(one.code for one in closed if one.code in rows and rows[one.code].closed_at is None),
        opening=tuple(one.code for one in still if one.code in rows and rows[one.code].closed_at is not None),
    )


def compare(table: Table, book: Book, known: Sequence[Known], asking: Asking) -> Plan:
    """Understand a table, given the agencies and schools that are known; every step is of a new school.

    Raises:
        BadRoster: the table cannot be read as it is.
    """
    draft = roster_sheet.read(table, asking)
    waiting = asking.open_rows
    draft.rows = [row for row in draft.rows if row.agency or row.number not in waiting]
    settled = roster_agencies.settle(draft.rows, book, asking)
    rows = _with_agencies(draft, settled)
    codes = Codes([*known, *(Known(row.code, row.name, row.district, row.agency) for row in rows if row.code)])
    rows = roster_codes.settle(replace(draft, rows=rows), codes, asking)
    rows = roster_twice.apart(roster_twice.once(rows, draft, asking), draft, asking)
    rows = roster_twice.known(rows, Codes(known), draft, asking)
    questions = {question.id: question for question in (*asking.open, *asking.wrong)}
    waiting = asking.open_rows
    return Plan(
        steps=tuple(Step(row.entry(), known=False) for row in rows if row.number not in waiting),
        left=tuple(sorted(draft.left)),
        notes=tuple(draft.notes),
        questions=tuple(questions.values()),
        new_agencies=tuple(settled.new),
        also=settled.also,
        marked=draft.marked,
    )


def _with_agencies(draft: Draft, settled: roster_agencies.Agencies) -> list[Row]:
    """Return the rows with their agencies' own names; those in doubt keep what is written and wait."""
    for row in draft.rows:
        if row.agency in settled.skipped:
            draft.left.append((row.number, say("roster.as_told", text=row.name)))
    rows = (row for row in draft.rows if row.agency not in settled.skipped)
    return [replace(row, agency=settled.names.get(row.agency, row.agency)) for row in rows]


def _step(entry: Entry, known: Any, clear: Set[tuple[str, str]]) -> Step:
    """Tell what would change of a school. What the file leaves empty stays as it is known, but for what to clear."""
    if known is None:
        return Step(entry, known=False)
    same_person = entry.director in (None, known.director)
    kept = {column: None if (entry.code, column) in clear else getattr(known, field) for column, field in _KEPT.items()}
    entry = replace(
        entry,
        pupils=kept[PUPILS] if entry.pupils is None else entry.pupils,
        director=entry.director or kept[DIRECTOR],
        phone=entry.phone or (kept[PHONE] if same_person else None),
    )
    pairs = {
        NAME: (known.name, entry.name),
        AGENCY: (known.agency, entry.agency),
        DISTRICT: (known.district, entry.district),
        PUPILS: (known.pupils, entry.pupils),
        DIRECTOR: (known.director, entry.director),
        PHONE: (known.phone, entry.phone),
    }
    changes = ((column, _shown(old), _shown(new)) for column, (old, new) in pairs.items() if old != new)
    return Step(entry, True, tuple(changes))


_KEPT = {PUPILS: "pupils", DIRECTOR: "director", PHONE: "phone"}


def _shown(value: object) -> str:
    return "–" if value is None else str(value)
