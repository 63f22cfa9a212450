"""Who hears of a meeting, and when: noted before it is told, taken back where nobody has heard it yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers import audiences, meetings, working_days
from handlers.audiences import SCHOOL_ROLES, Member, School
from handlers.meetings import Meeting
from handlers.messages.build import to_line
from handlers.messages.values import Message
from handlers.notices import Told, tell_many
from handlers.outbox import UNTOUCHED, Words
from models.bulk import insert_many
from models.meetings import meeting_notices
from models.outbox import Priority, Sending, outbox
from models.people import WRITERS

SOON = timedelta(hours=24)
"""What changes this long before the start is told at once, whatever the hour."""
LAST_CALL = timedelta(hours=1)
"""A call that office hours would put off until this long before the start does not wait for them."""
CALLED, CHANGED, CANCELLED = "called", "changed", "cancelled"


def still(db: Connection, meeting: Meeting) -> Meeting | None:
    """Lock a meeting that was read before; None where it has been changed or cancelled since."""
    at = meetings.locked(db, meeting.channel, meeting.id)
    return at if at is not None and (at.state, at.version) == (meeting.state, meeting.version) else None


# Who --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who hears of a meeting. schools: the invited ones they speak for; none: an officer, of an agency."""

    person: int
    recipient: str
    blocked: bool
    schools: frozenset[int]
    agency: int | None


@dataclass(frozen=True, slots=True)
class Company:
    """Whom a meeting is for. unreached: schools for which nobody can be told."""

    schools: Sequence[School]
    officers: Mapping[int, int | None]  # person → agency
    hearers: Mapping[int, Hearer]
    unreached: frozenset[int]


def company(db: Connection, meeting: Meeting, now: datetime) -> Company:
    """Return whom a meeting is for, as its audience is now.

    Of a school those of the audience's roles, or, where LINE reaches none of them, whoever else writes for it. Somebody
    who speaks for an invited school is not invited once more as an officer.
    """
    to = meeting.audience
    wider = replace(to, roles=to.roles | WRITERS) if to.roles & SCHOOL_ROLES else to
    schools = audiences.schools_of(db, meeting.channel, to, now)
    by_school: dict[int, list[Member]] = {one.id: [] for one in schools}
    officers: list[Member] = []
    for member in audiences.members(db, meeting.channel, wider, now):
        if member.school is None:
            officers.append(member)
        elif member.school in by_school:
            by_school[member.school].append(member)
    told = [member for those in by_school.values() for member in _speakers(to.roles, those)]
    hearers = _hearers(told, [one for one in officers if one.role in to.roles])
    heard = {school for one in hearers.values() if not one.blocked for school in one.schools}
    speaking = {member.person for member in told}
    return Company(
        schools,
        {one.person: one.agency for one in officers if one.role in to.roles and one.person not in speaking},
        hearers,
        frozenset(by_school) - heard,
    )


def _speakers(roles: Iterable[str], members: Sequence[Member]) -> list[Member]:
    known = [one for one in members if one.recipient is not None]
    wanted = [one for one in known if one.role in roles]
    if any(not one.blocked for one in wanted):
        return wanted
    return wanted + [one for one in known if one.role not in roles and not one.blocked]


def _hearers(told: Iterable[Member], officers: Iterable[Member]) -> dict[int, Hearer]:
    found: dict[int, Hearer] = {}
    for one in told:
        before = found[one.person].schools if one.person in found else frozenset()
        found[one.person] = Hearer(one.person, one.recipient or "", one.blocked, before | {one.school or 0}, None)
    for one in officers:
        if one.recipient is not None and one.person not in found:
            found[one.person] = Hearer(one.person, one.recipient, one.blocked, frozenset(), one.agency)
    return found


# When -------------------------------------------------------------------------------------------------------------


def moment_of_call(db: Connection, meeting: Meeting, now: datetime, patience: timedelta = timedelta(0)) -> datetime:
    """Return when a call is told: in office hours, but in time; at once where it is urgent.

    patience: how long it waits for a visit, if there is time.
    """
    polite = working_days.of(db, meeting.channel).polite(now + patience)
    return now if meeting.urgent or polite > meeting.starts_at - LAST_CALL else polite


def moment_of_change(db: Connection, meeting: Meeting, now: datetime, starts_at: datetime | None = None) -> datetime:
    """Return when a change is told: in office hours, but within the last day before the start at once.

    starts_at: as it was known before, where it moved: what is earlier counts.
    """
    first = min(meeting.starts_at, starts_at or meeting.starts_at)
    polite = working_days.of(db, meeting.channel).polite(now)
    return now if meeting.urgent else min(polite, max(now, first - SOON))


# What -------------------------------------------------------------------------------------------------------------

_NOTE = insert(meeting_notices).on_conflict_do_nothing(index_elements=["meeting_id", "person_id", "slot"])


def words_of(*said: Message) -> Words:
    """Return words that are the same for all who hear them."""
    return Words(*to_line(said))


def tell(
    db: Connection,
    meeting: Meeting,
    to: Sequence[tuple[Hearer, Words]],
    slot: str,
    now: datetime,
    push_at: datetime,
    priority: Priority,
    stale_at: datetime | None = None,
) -> int:
    """Note and tell something of a meeting; return how many it is told to. The meeting must be locked.

    Who has blocked us hears it after unblocking. The slot is told once to one person.
    stale_at: when it is of no use any more; the start of the meeting where nothing is said.
    """
    stale_at = stale_at or meeting.starts_at
    same = {"meeting_id": meeting.id, "channel_id": meeting.channel, "version": meeting.version, "slot": slot}
    insert_many(db, _NOTE, ("person_id",), [(one.person,) for one, _ in to], same | {"at": now})
    for blocked in (False, True):
        told = [
            Told(one.person, one.recipient, f"meeting:{meeting.id}:{slot}:{one.person}", words)
            for one, words in to
            if one.blocked == blocked
        ]
        tell_many(db, meeting.channel, told, now, None if blocked else push_at, priority, stale_at)
    return len(to)


_SLOTS = select(
    meeting_notices.c.person_id, meeting_notices.c.slot, meeting_notices.c.version, meeting_notices.c.at
).where(meeting_notices.c.meeting_id == bindparam("meeting"), meeting_notices.c.taken_back_at.is_(None))
MAKES_KNOWN = or_(meeting_notices.c.slot.like(f"{CALLED}:%"), meeting_notices.c.slot.like(f"{CHANGED}:%"))
"""A notice of which whoever hears it knows of the meeting."""
_CALLS = _SLOTS.where(MAKES_KNOWN)


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody was told of a meeting: its version, and when that was."""

    version: int
    at: datetime


def known(db: Connection, meeting: int) -> dict[int, Known]:
    """Return what people were told of a meeting; nothing of those who have not heard that it was called."""
    found: dict[int, Known] = {}
    for row in db.execute(_CALLS, {"meeting": meeting}):
        if row.person_id not in found or found[row.person_id].version < row.version:
            found[row.person_id] = Known(row.version, row.at)
    return found


_OPEN_ROWS = (
    update(outbox)
    .where(
        outbox.c.person_id.in_(
            select(meeting_notices.c.person_id).where(meeting_notices.c.meeting_id == bindparam("meeting"))
        ),
        UNTOUCHED,
        outbox.c.channel_id == bindparam("channel"),
        outbox.c.once_key.like(bindparam("keys")),
        outbox.c.once_key.not_like(bindparam("cancelled")),
        outbox.c.once_key.not_like(bindparam("seat")),
        outbox.c.tries == 0,
    )
    .values(state=Sending.REPLACED)
    .returning(outbox.c.person_id, outbox.c.once_key)
)
_TAKEN_BACK = (
    update(meeting_notices)
    .where(
        meeting_notices.c.meeting_id == bindparam("meeting"),
        meeting_notices.c.person_id == bindparam("person"),
        meeting_notices.c.slot == bindparam("said"),
    )
    .values(taken_back_at=bindparam("now"))
)


def take_back(db: Connection, meeting: Meeting, now: datetime, *, seats: bool = True) -> None:
    """Take back what nobody has heard yet of a meeting, but for its being cancelled. The meeting must be locked.

    What a process has begun to say counts as heard. seats: take back as well whose seat came or went.
    """
    prefix = f"meeting:{meeting.id}:"
    row = {"meeting": meeting.id, "channel": meeting.channel, "now": now, "keys": f"{prefix}%"}
    row |= {"cancelled": f"{prefix}{CANCELLED}:%", "seat": "" if seats else f"{prefix}seat:%"}
    taken = db.execute(_OPEN_ROWS, row).all()
    rows = [
        {"meeting": meeting.id, "person": one.person_id, "now": now}
        | {"said": one.once_key.removeprefix(prefix).removesuffix(f":{one.person_id}")}
        for one in taken
    ]
    if rows:
        db.execute(_TAKEN_BACK, rows)
