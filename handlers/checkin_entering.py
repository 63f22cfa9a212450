"""Entering a check-in code: which meeting it is of, and whether one may; else why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from handlers import checkin_codes, checkin_guesses
from handlers import meetings as meetings_of
from handlers.checkin_codes import REMEMBERED, closes_at, is_open, opens_at
from handlers.checkins import Outcome, check_in
from handlers.meetings import Invitation, Meeting
from models.meetings import MeetingState, Mode, meetings
from models.prepared import Prepared


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
