"""Checking in to a meeting: with the code that is shown in the room or in the call, or as who watched a broadcast.

An invited school or officer is counted once, in one way: who was first stands, but a code goes over what was only
reported of a broadcast. The moment that counts is LINE's, when the code was sent: a slow server makes nobody late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once  # compiles for SQLite too

from handlers import checkin_codes, checkin_guesses, meetings_seats
from handlers import meetings as meetings_of
from handlers.checkin_codes import REMEMBERED, Codes, closes_at, codes, is_open, opens_at
from handlers.meetings import Invitation, Invitee, Meeting
from models.meetings import MeetingState, Mode, Reply, checkins, invitees, meeting_answers, meetings
from models.prepared import Prepared

__all__ = ["Codes", "closes_at", "codes", "is_open", "opens_at"]

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


class Why(StrEnum):
    """Why somebody was not checked in."""

    TOO_MANY = "too_many"  # wrong codes; wait
    UNKNOWN = "unknown"
    OLD = "old"  # shown earlier today; another is shown now
    OVER = "over"  # of a meeting that was earlier
    ENDED = "ended"  # one's own meeting is over
    EARLY = "early"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    NOT_INVITED = "not_invited"
    NOTHING = "nothing"  # no meeting of one's own is near


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was checked in. meeting: that it is about; again_at: when one may try again."""

    why: Why
    meeting: Meeting | None = None
    again_at: datetime | None = None


# What is open ------------------------------------------------------------------------------------------------------

_NEAR = select(meetings).where(
    meetings.c.channel_id == bindparam("channel"),
    meetings.c.state == MeetingState.CALLED,
    meetings.c.starts_at > bindparam("since"),
    meetings.c.starts_at < bindparam("until"),
)
_HERE = Prepared(
    _NEAR.with_only_columns(meetings.c.id).limit(1)  # most of the time there is none: nothing else is asked then
)


def any_open(db: Connection, channel: str, at: datetime) -> bool:
    """Tell whether one can check in to any meeting of the channel at a moment."""
    row = {"channel": channel, "since": at - checkin_codes.CLOSES, "until": at + checkin_codes.OPENS}
    return _HERE(db, row).first() is not None


def own(db: Connection, channel: str, person: int, at: datetime, now: datetime) -> list[Invitation]:
    """Return one's invitations to meetings to which one can check in at a moment; for each school one."""
    mine = meetings_of.of_person(db, channel, person, now)
    return [one for one in mine if one.meeting.state == MeetingState.CALLED and is_open(one.meeting, at)]


# By code -----------------------------------------------------------------------------------------------------------


def enter(
    db: Connection, channel: str, person: int, code: str, at: datetime, now: datetime
) -> Sequence[Outcome] | Refused:
    """Check a person in, for every school spoken for that is invited, with a code that was sent at a moment.

    at: LINE's time. A wrong code is counted, and too many make one wait.
    """
    again_at = checkin_guesses.paused(db, person, at)
    if again_at is not None:
        return Refused(Why.TOO_MANY, None, again_at)
    mine = meetings_of.of_person(db, channel, person, now)
    for one in mine:
        if one.meeting.state == MeetingState.CALLED and is_open(one.meeting, at):
            mode = checkin_codes.read(one.meeting, code, at)
            if mode is not None:
                checkin_guesses.forget(db, person)
                same = [other for other in mine if other.meeting.id == one.meeting.id]
                return [check_in(db, other, mode, person, at, now) for other in same]
    return _refused(db, channel, person, code, mine, at)


def _refused(db: Connection, channel: str, person: int, code: str, mine: Sequence[Invitation], at: datetime) -> Refused:
    near = _near(db, channel, at)
    shown = next((one for one in near if checkin_codes.was_shown(one, code, at)), None)
    if shown is not None:
        return _of_shown(shown, {one.meeting.id for one in mine}, checkin_codes.read(shown, code, at), at)
    again_at = checkin_guesses.count(db, channel, person, at)
    if again_at is not None:
        return Refused(Why.TOO_MANY, None, again_at)
    why = nothing_open(mine, at)
    return Refused(Why.UNKNOWN, next(one.meeting for one in mine if is_open(one.meeting, at))) if why is None else why


def _of_shown(meeting: Meeting, mine: set[int], now_shown: Mode | None, at: datetime) -> Refused:
    """Say why a code that was shown does not count: it is of a meeting that was, or one was not invited."""
    if not is_open(meeting, at):
        return Refused(Why.CLOSED if at < meeting.ends_at else Why.OVER, meeting)
    if meeting.id not in mine:
        return Refused(Why.NOT_INVITED, meeting) if now_shown else Refused(Why.NOTHING)
    return Refused(Why.OLD, meeting)


def nothing_open(mine: Sequence[Invitation], at: datetime) -> Refused | None:
    """Return why one cannot check in to any meeting of one's own at a moment; None where one can."""
    called = [one.meeting for one in mine if one.meeting.state == MeetingState.CALLED]
    if any(is_open(one, at) for one in called):
        return None
    closed = [one for one in called if closes_at(one) < at < one.ends_at]
    early = [one for one in called if at < opens_at(one)]
    if closed:
        return Refused(Why.CLOSED, closed[0])
    if early:
        return Refused(Why.EARLY, early[0])
    cancelled = [
        one.meeting for one in mine if one.meeting.state == MeetingState.CANCELLED and at < one.meeting.ends_at
    ]
    if cancelled:
        return Refused(Why.CANCELLED, cancelled[0])
    return Refused(Why.ENDED, called[-1]) if called else Refused(Why.NOTHING)


def _near(db: Connection, channel: str, at: datetime) -> list[Meeting]:
    """Return the meetings of the channel whose codes may have been seen, the newest first."""
    row = {"channel": channel, "since": at - REMEMBERED, "until": at + checkin_codes.OPENS + timedelta(minutes=1)}
    return [meetings_of.meeting_of(one) for one in db.execute(_NEAR.order_by(meetings.c.starts_at.desc()), row)]


# Writing -----------------------------------------------------------------------------------------------------------

_ADD = Prepared(insert_once(checkins).on_conflict_do_nothing(index_elements=["invitee_id"]).returning(checkins.c.id))
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


# Who came for a school ----------------------------------------------------------------------------------------------

_ANSWERED = insert(meeting_answers)


def name_delegate(
    db: Connection, invitee: Invitee, channel: str, name: str, position: str | None,
    by: int, at: datetime, message: str | None,
) -> None:  # fmt: skip
    """Note who came for a school, as said after checking in; it stands in the history of answers, too."""
    known = {"reply": Reply.DELEGATE, "delegate_name": name, "delegate_position": position}
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
