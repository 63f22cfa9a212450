"""Checking in to a meeting: with the code that is shown in the room or in the call, or as who watched a broadcast.

An invited school or officer is counted once, in one way: who was first stands, but a code goes over what was only
reported of a broadcast. The moment that counts is LINE's, when the code was sent: a slow server makes nobody late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once  # compiles for SQLite too

from handlers import meetings as meetings_of
from handlers import meetings_seats
from handlers.audit import note
from handlers.checkin_codes import opens_at
from handlers.meetings import Invitation, Invitee, Meeting
from models.meetings import Mode, Reply, checkins, invitees, meeting_answers
from models.prepared import Prepared

MOST = 3000
"""People who watch a broadcast at one school; the largest school of a province has fewer."""
BROADCAST_CLOSES = timedelta(hours=2)
"""How long after the meeting's end a school can say how many watched."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """How an invited school or officer took part. at: when it was said (UTC); headcount: who watched with it."""

    invitee: int
    person: int
    mode: Mode
    at: datetime
    late: bool
    headcount: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An invitation that was checked in. new: just now; False where it had been already, as ``checkin`` says."""

    invitation: Invitation
    checkin: CheckIn
    new: bool


# Writing -----------------------------------------------------------------------------------------------------------

_ADD = Prepared(
    insert_once(checkins).on_conflict_do_nothing(index_elements=["invitee_id"]).returning(checkins.c.id),
    ("channel_id", "meeting_id", "invitee_id", "person_id", "mode", "at", "late", "headcount"),
)
_FIND = Prepared(select(checkins).where(checkins.c.invitee_id == bindparam("invitee")))
_BETTER = (
    update(checkins)
    .where(checkins.c.invitee_id == bindparam("invitee"), checkins.c.mode == Mode.BROADCAST)
    .values(
        mode=bindparam("by_mode"), at=bindparam("by_at"), late=bindparam("by_late"),
        person_id=bindparam("by_person"), headcount=bindparam("by_headcount"),
    )
    .returning(checkins.c.id)
)  # fmt: skip


def check_in(db: Connection, to: Invitation, mode: Mode, by: int, at: datetime, now: datetime) -> Outcome:
    """Check one invitation in, in the room or in the call. by: who did, perhaps for a school; at: when it was said.

    What was answered before is no hindrance: the newer truth counts, and a seat in the room that is not needed is free.
    """
    made = CheckIn(to.invitee.id, by, mode, at, at > to.meeting.starts_at, None)
    if not _added(db, to.meeting, made) and not _bettered(db, made):
        return Outcome(to, found(db, to.invitee.id) or made, new=False)
    _settle(db, to, mode, at, now)
    return Outcome(to, made, new=True)


def watched(db: Connection, to: Invitation, headcount: int | None, by: int, at: datetime, now: datetime) -> Outcome:
    """Note that a school watched the broadcast, with how many (None: not said yet); of several numbers the last counts.

    Who has checked in with a code stays as that, and is not counted once more.
    """
    made = CheckIn(to.invitee.id, by, Mode.BROADCAST, at, late=False, headcount=headcount)
    if _added(db, to.meeting, made):
        _settle(db, to, Mode.BROADCAST, at, now)
        return Outcome(to, made, new=True)
    known = found(db, to.invitee.id) or made
    if known.mode != Mode.BROADCAST or headcount in (None, known.headcount):
        return Outcome(to, known, new=False)
    better = CheckIn(known.invitee, by, Mode.BROADCAST, known.at, late=False, headcount=headcount)
    return Outcome(to, better, new=_bettered(db, better))


def found(db: Connection, invitee: int) -> CheckIn | None:
    """Return how an invitee has checked in, None where not yet."""
    row = _FIND(db, {"invitee": invitee}).first()
    return _checkin(row) if row else None


def _checkin(row: Row[Any]) -> CheckIn:
    return CheckIn(row.invitee_id, row.person_id, Mode(row.mode), row.at, row.late, row.headcount)


def _added(db: Connection, meeting: Meeting, made: CheckIn) -> bool:
    row = {
        "channel_id": meeting.channel,
        "meeting_id": meeting.id,
        "invitee_id": made.invitee,
        "person_id": made.person,
        "mode": made.mode,
        "at": made.at,
        "late": made.late,
        "headcount": made.headcount,
    }
    return _ADD(db, row).first() is not None


def _bettered(db: Connection, made: CheckIn) -> bool:
    """Let what is known now go over a report of a broadcast; False where a code was first."""
    row = {
        "invitee": made.invitee,
        "by_mode": made.mode,
        "by_at": made.at,
        "by_late": made.late,
        "by_person": made.person,
        "by_headcount": made.headcount,
    }
    return db.execute(_BETTER, row).first() is not None


_SET = update(invitees).where(invitees.c.id == bindparam("invitee"))
_TAKES_PART = (Reply.COMING, Reply.DELEGATE)


def _settle(db: Connection, to: Invitation, mode: Mode, at: datetime, now: datetime) -> None:
    """Bring what was answered in line with how one came: a seat not needed is free, who is there waits no more.

    Nothing is locked for who comes as answered: in the minutes before a meeting everybody checks in.
    """
    mine = to.invitee
    if mine.reply not in _TAKES_PART or (mine.mode == mode and not mine.waits):
        return
    meeting = meetings_of.locked(db, to.meeting.channel, to.meeting.id) or to.meeting
    if mode == Mode.ROOM:
        since = mine.seated_at or mine.waits_since or at
        db.execute(_SET, {"invitee": mine.id, "mode": mode, "seated_at": since, "waits_since": None})
    else:
        db.execute(_SET, {"invitee": mine.id, "mode": Mode.CALL})
        meetings_seats.claim(db, meeting, mine, wants=False, at=at, now=now)


_VOID = (
    delete(checkins)
    .where(
        checkins.c.channel_id == bindparam("channel"),
        checkins.c.meeting_id == bindparam("meeting"),
        checkins.c.at < bindparam("opens_at"),
    )
    .returning(checkins.c.id)
)


def void(db: Connection, meeting: Meeting, now: datetime) -> None:
    """Let nobody have checked in before a meeting opens: it was moved to another day after some had.

    How many is noted in the trail. The meeting must be locked.
    """
    row = {"channel": meeting.channel, "meeting": meeting.id, "opens_at": opens_at(meeting)}
    gone = len(db.execute(_VOID, row).all())
    if gone:
        note(db, meeting.channel, "checkin.voided", now, meeting=meeting.id, checkins=gone)


# Who came for a school ----------------------------------------------------------------------------------------------

_ANSWERED = insert(meeting_answers)


def name_delegate(
    db: Connection, invitee: Invitee, channel: str, name: str | None, position: str | None,
    by: int, at: datetime, message: str | None,
) -> None:  # fmt: skip
    """Note who came for a school, as said after checking in (None: its head); in the history of answers, too."""
    reply = Reply.DELEGATE if name else Reply.COMING
    known = {"reply": reply, "delegate_name": name, "delegate_position": position}
    db.execute(_SET, known | {"invitee": invitee.id})
    row = {"channel_id": channel, "invitee_id": invitee.id, "version": invitee.version, "mode": invitee.mode, "by": by}
    db.execute(_ANSWERED, row | known | {"reason": None, "at": at, "line_message_id": message})


# Counting ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who came. room, call, broadcast: invitations; headcount: people who watched at schools; late: of them all."""

    room: int = 0
    call: int = 0
    broadcast: int = 0
    headcount: int = 0
    late: int = 0

    @property
    def came(self) -> int:
        """Return how many invitations were checked in."""
        return self.room + self.call + self.broadcast

    @property
    def online(self) -> int:
        """Return how many took part from elsewhere: in the call, and before a broadcast."""
        return self.call + self.headcount


_SUMS = (
    select(
        checkins.c.mode,
        func.count().label("n"),
        func.sum(func.coalesce(checkins.c.headcount, 1)).label("heads"),
        func.count().filter(checkins.c.late).label("late"),
    )
    .where(checkins.c.channel_id == bindparam("channel"), checkins.c.meeting_id == bindparam("meeting"))
    .group_by(checkins.c.mode)
)


def attended(db: Connection, meeting: Meeting) -> Attendance:
    """Return who came, by mode; a school that has not said how many watched counts as one."""
    rows = {Mode(row.mode): row for row in db.execute(_SUMS, {"channel": meeting.channel, "meeting": meeting.id})}
    count = {mode: int(row.n) for mode, row in rows.items()}
    heads = int(rows[Mode.BROADCAST].heads) if Mode.BROADCAST in rows else 0
    late = sum(int(row.late) for row in rows.values())
    return Attendance(
        count.get(Mode.ROOM, 0), count.get(Mode.CALL, 0), count.get(Mode.BROADCAST, 0), heads, late
    )  # fmt: skip
