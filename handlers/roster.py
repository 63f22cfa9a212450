"""The roster: the schools of one channel, their agencies, and apart from them whom to call.

All or nothing: one bad row and nothing is imported. Nothing is guessed; a file that needs guessing is refused.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from handlers import channels, question_file, questions, rounds
from handlers.audit import note
from handlers.thai import today
from handlers.words.clean import clean
from models.people import agencies, contacts, schools

COLUMNS = ("รหัสสถานศึกษา", "ชื่อสถานศึกษา", "สังกัด", "อำเภอ", "จำนวนนักเรียน", "ชื่อผู้อำนวยการ", "โทรศัพท์")
_CODE, _NAME, _AGENCY, _DISTRICT, _PUPILS, _DIRECTOR, _PHONE = COLUMNS
_LONGEST = {_NAME: 200, _AGENCY: 200, _DISTRICT: 100, _DIRECTOR: 200, _PHONE: 40}
_NEEDED = (_NAME, _AGENCY, _DISTRICT)


@dataclass(frozen=True, slots=True)
class Entry:
    """One school as the roster has it. row: its line in the file, the header being line 1."""

    row: int
    code: str
    name: str
    agency: str
    district: str
    pupils: int | None
    director: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. round_title: of the round it opened, if it was the channel's first."""

    added: int
    changed: int
    unchanged: int
    agencies_added: int
    round_title: str | None


class BadRoster(ValueError):
    """A roster that is refused. problems: a sentence each, with its row."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


# Reading ----------------------------------------------------------------------------------------------------------


def read(table: Iterable[tuple[int, Sequence[str]]]) -> list[Entry]:
    """Return the schools of a table of numbered rows, the first of which names the columns.

    Raises:
        BadRoster: with every row that is wrong.
    """
    rows = [(row, [clean(cell) for cell in cells]) for row, cells in table if any(map(str.strip, cells))]
    if not rows:
        raise BadRoster(["ไฟล์ว่าง (the file is empty)"])
    (_, header), schools_below = rows[0], rows[1:]
    _check_header(header)
    named = [(row, _named(header, cells)) for row, cells in schools_below]
    problems = [f"แถวที่ {row} (row {row}): {problem}" for row, cells in named for problem in _problems(cells)]
    problems += _twice(named)
    if problems or not named:
        raise BadRoster(problems or ["ไม่พบโรงเรียนในไฟล์ (no schools in the file)"])
    return [_entry(row, cells) for row, cells in named]


def _check_header(header: list[str]) -> None:
    missing = [column for column in COLUMNS if column not in header]
    unknown = [name or "(ว่าง, empty)" for name in header if name not in COLUMNS]
    twice = [name for name, times in Counter(header).items() if times > 1 and name in COLUMNS]
    reasons = (("ขาด (missing)", missing), ("ไม่รู้จัก (unknown)", unknown), ("ซ้ำ (twice)", twice))
    problems = [f"หัวตาราง (header) {reason}: {', '.join(names)}" for reason, names in reasons if names]
    if problems:
        raise BadRoster([*problems, f"หัวตารางที่ใช้ได้ (the columns are): {', '.join(COLUMNS)}"])


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    named = dict(zip(header, cells, strict=False))
    beyond = [cell for cell in cells[len(header) :] if cell]
    return {column: named.get(column, "") for column in COLUMNS} | ({"": beyond[0]} if beyond else {})


def _problems(cells: dict[str, str]) -> Iterator[str]:
    if not re.fullmatch("[0-9]{10}", cells[_CODE]):
        yield f"{_CODE} ต้องเป็นตัวเลข 10 หลัก (must be ten digits): {cells[_CODE] or '-'}"
    for column in _NEEDED:
        if not cells[column]:
            yield f"{column} ว่าง (is missing)"
    for column, longest in _LONGEST.items():
        if len(cells[column]) > longest or not cells[column].isprintable():
            yield f"{column} ยาวเกิน {longest} ตัวหรือมีหลายบรรทัด (too long or of several lines)"
    if not re.fullmatch("[0-9]{0,6}", cells[_PUPILS]):
        yield f"{_PUPILS} ต้องเป็นจำนวนเต็ม (must be a whole number): {cells[_PUPILS]}"
    if cells[_PHONE] and cells[_PHONE][0] not in "0+":
        yield f"{_PHONE} ไม่ขึ้นต้นด้วย 0 (does not begin with 0, was it stored as a number?): {cells[_PHONE]}"
    if "" in cells:
        yield f"มีเซลล์เกินหัวตาราง (a cell beyond the columns): {cells['']}"


def _twice(named: list[tuple[int, dict[str, str]]]) -> Iterator[str]:
    first: dict[str, int] = {}
    for row, cells in named:
        code = cells[_CODE]
        if code and code in first:
            yield f"แถวที่ {row} (row {row}): {_CODE} {code} ซ้ำกับแถวที่ {first[code]} (stands in row {first[code]} too)"
        first.setdefault(code, row)


def _entry(row: int, cells: dict[str, str]) -> Entry:
    pupils = int(cells[_PUPILS]) if cells[_PUPILS] else None
    place = (cells[_NAME], cells[_AGENCY], cells[_DISTRICT])
    return Entry(row, cells[_CODE], *place, pupils, cells[_DIRECTOR] or None, cells[_PHONE] or None)


# Importing --------------------------------------------------------------------------------------------------------

_SCHOOLS = (
    select(schools, contacts.c.id.label("contact_id"), contacts.c.name.label("director"), contacts.c.phone)
    .outerjoin(contacts, contacts.c.school_id == schools.c.id)
    .where(schools.c.channel_id == bindparam("channel"))
)
_AGENCIES = select(agencies.c.name, agencies.c.id).where(agencies.c.channel_id == bindparam("channel"))
_ADD_AGENCY = insert(agencies).returning(agencies.c.id)
_ADD_SCHOOL = insert(schools).returning(schools.c.id)
_CHANGE_SCHOOL = update(schools).where(schools.c.id == bindparam("school"))
_ADD_CONTACT = insert(contacts)
_CHANGE_CONTACT = update(contacts).where(contacts.c.id == bindparam("contact"))


def import_roster(db: Connection, channel: str, entries: Sequence[Entry], now: datetime) -> Imported:
    """Bring a channel's schools to what the roster says; schools it does not name stay as they are.

    The first roster of a channel opens its first round, so that reports can begin at once.

    Raises:
        NoChannel: there is no such channel.
    """
    channels.ensure(db, channel, now)
    known, offices = {row.code: row for row in db.execute(_SCHOOLS, {"channel": channel})}, _offices(db, channel)
    before = len(offices)
    outcomes: Counter[str] = Counter()
    for entry in entries:
        if entry.agency not in offices:
            row = {"channel_id": channel, "name": entry.agency}
            offices[entry.agency] = db.execute(_ADD_AGENCY, row).scalar_one()
        outcomes[_place(db, channel, entry, offices[entry.agency], known.get(entry.code))] += 1
    title = None if known or rounds.listed(db, channel) else _first_round(db, channel, now)
    counts = {"added": outcomes["added"], "changed": outcomes["changed"], "unchanged": outcomes["unchanged"]}
    if counts["added"] or counts["changed"]:
        note(db, channel, "roster.imported", now, **counts)
    return Imported(**counts, agencies_added=len(offices) - before, round_title=title)


def _offices(db: Connection, channel: str) -> dict[str, int]:
    return {row.name: row.id for row in db.execute(_AGENCIES, {"channel": channel})}


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
