"""Meetings as they stand: what was called, who is invited, what each answered. Every read starts from the channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, or_, select

from handlers.audiences import Audience
from models.meetings import MeetingState, Mode, Reply, invitees, meetings
from models.people import IN_FORCE, WRITERS, memberships

OVER = timedelta(hours=12)
"""How long after its end a meeting is still spoken of as one's own."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it stands. All moments are UTC. version: 1 as called; each change adds one."""

    id: int
    channel: str
    agency: int | None
    state: MeetingState
    version: int
    title: str
    number: str | None
    starts_at: datetime
    ends_at: datetime
    place: str | None
    map_url: str | None
    online_url: str | None
    broadcast_url: str | None
    chair: str | None
    agenda: str | None
    letter: str | None
    letter_url: str | None
    dress: str | None
    contact: str | None
    answer_by: datetime | None
    seats: int | None
    audience: Audience
    urgent: bool
    code_key: str
    created_by: int | None
    called_at: datetime | None
    cancelled_at: datetime | None
    cancelled_why: str | None

    @property
    def has_room(self) -> bool:
        """Tell whether one can come to a room."""
        return bool(self.place)

    @property
    def is_online(self) -> bool:
        """Tell whether one can take part online."""
        return self.link is not None

    @property
    def link(self) -> str | None:
        """Return what who takes part online opens: the call, or the broadcast where there is no call."""
        return self.online_url or self.broadcast_url

    @property
    def only_mode(self) -> Mode | None:
        """Return the only way in which one can take part; None where one may choose the room or online."""
        if self.has_room and self.is_online:
            return None
        return Mode.ROOM if self.has_room else Mode.CALL


@dataclass(frozen=True, slots=True)
class Invitee:
    """A school, or an officer, that was invited, and what was answered. waits: for a seat in the room."""

    id: int
    meeting: int
    school: int | None
    person: int | None
    agency: int | None
    version: int
    reply: Reply | None
    mode: Mode | None
    delegate_name: str | None
    delegate_position: str | None
    reason: str | None
    answered_by: int | None
    answered_at: datetime | None
    seated_at: datetime | None
    waits_since: datetime | None

    @property
    def waits(self) -> bool:
        """Tell whether a seat in the room is waited for."""
        return self.waits_since is not None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting and one's own part in it."""

    meeting: Meeting
    invitee: Invitee


_ONE = select(meetings).where(meetings.c.channel_id == bindparam("channel"), meetings.c.id == bindparam("meeting"))
_LOCKED = _ONE.with_for_update()


def found(db: Connection, channel: str, meeting: int) -> Meeting | None:
    """Return a meeting of the channel, or None."""
    row = db.execute(_ONE, {"channel": channel, "meeting": meeting}).first()
    return meeting_of(row) if row else None


def locked(db: Connection, channel: str, meeting: int) -> Meeting | None:
    """Return a meeting of the channel, which nobody else changes, nor its seats, until the transaction ends."""
    row = db.execute(_LOCKED, {"channel": channel, "meeting": meeting}).first()
    return meeting_of(row) if row else None


def meeting_of(row: Row[Any]) -> Meeting:
    """Return a meeting's row as a value."""
    return Meeting(
        row.id, row.channel_id, row.agency_id, MeetingState(row.state), row.version, row.title, row.number,
        row.starts_at, row.ends_at, row.place, row.map_url, row.online_url, row.broadcast_url, row.chair, row.agenda,
        row.letter, row.letter_url, row.dress, row.contact, row.answer_by, row.seats, Audience.read(row.audience),
        row.urgent, row.code_key, row.created_by, row.called_at, row.cancelled_at, row.cancelled_why,
    )  # fmt: skip


def invitee_of(row: Row[Any]) -> Invitee:
    """Return an invitee's row as a value."""
    return Invitee(
        row.id, row.meeting_id, row.school_id, row.person_id, row.agency_id, row.version,
        Reply(row.reply) if row.reply else None, Mode(row.mode) if row.mode else None, row.delegate_name,
        row.delegate_position, row.reason, row.answered_by, row.answered_at, row.seated_at, row.waits_since,
    )  # fmt: skip


_MINE = (
    select(invitees)
    .join(meetings, meetings.c.id == invitees.c.meeting_id)
    .where(
        invitees.c.channel_id == bindparam("channel"),
        meetings.c.channel_id == bindparam("channel"),
        meetings.c.state != MeetingState.DRAFT,
        meetings.c.ends_at > bindparam("since"),
        or_(
            invitees.c.person_id == bindparam("person"),
            invitees.c.school_id.in_(
                select(memberships.c.school_id).where(
                    and_(
                        memberships.c.person_id == bindparam("person"),
                        memberships.c.role.in_(sorted(WRITERS)),
                        IN_FORCE,
                    )
                )
            ),
        ),
    )
    .order_by(meetings.c.starts_at, meetings.c.id, invitees.c.id)
)
_SOME = select(meetings).where(
    meetings.c.channel_id == bindparam("channel"), meetings.c.id.in_(bindparam("ids", expanding=True))
)


def of_person(db: Connection, channel: str, person: int, now: datetime) -> Sequence[Invitation]:
    """Return the meetings, called or cancelled and not long over, to which a person or one's school is invited.

    The soonest first; of somebody with two schools one for each.
    """
    row = {"channel": channel, "person": person, "now": now, "since": now - OVER}
    mine = [invitee_of(one) for one in db.execute(_MINE, row)]
    ids = {one.meeting for one in mine}
    by_id = {one.id: meeting_of(one) for one in db.execute(_SOME, {"channel": channel, "ids": sorted(ids)})}
    return [Invitation(by_id[one.meeting], one) for one in mine]
