"""What the invited answer to a meeting: kept one after the other, counted, and given a seat in the room in turn.

An answer never goes over a newer one, in whatever order they reach us: all stand in ``meeting_answers``, the newest
also in the row of the invited. Whoever answers or changes seats holds the row of the meeting (``meetings.locked``), so
that seats are given one after the other.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from handlers import meetings_seats
from handlers.meetings import Invitee, Meeting, invitee_of
from models.meetings import MeetingState, Mode, Reply, checkins, invitees, meeting_answers, meeting_versions

LONGEST_NAME = 200
LONGEST_REASON = 300
"""Characters that are kept of a name or position, and of a reason."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. mode: None where it is not said yet; the delegate only with DELEGATE, a reason with NO."""

    reply: Reply
    mode: Mode | None = None
    delegate_name: str | None = None
    delegate_position: str | None = None
    reason: str | None = None


class Taken(StrEnum):
    """What became of an answer; only KEPT changes what is true now."""

    KEPT = "kept"
    OLDER = "older"  # said before a newer answer, or before all were asked again: in the history only
    CANCELLED = "cancelled"
    STARTED = "started"
    CHECKED_IN = "checked_in"
    NO_ROOM = "no_room"  # the meeting is online only
    NOT_ONLINE = "not_online"  # the meeting is in a room only


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an answer, and how the invited now stands. line: one's turn for a seat, from 1; None: no wait."""

    taken: Taken
    invitee: Invitee
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How a meeting's invitations stand. Each is in one of silent, no, unsure, room, waiting, call and open.

    room: with a seat; waiting: for one; open: taking part, but not said how. delegates, of room, waiting, call and
    open: by somebody sent; unnamed: of these, without name or position.
    """

    invited: int = 0
    silent: int = 0
    no: int = 0
    unsure: int = 0
    room: int = 0
    waiting: int = 0
    call: int = 0
    open: int = 0
    delegates: int = 0
    unnamed: int = 0

    @property
    def answered(self) -> int:
        """Return how many have answered anything."""
        return self.invited - self.silent

    @property
    def coming(self) -> int:
        """Return how many take part, themselves or by somebody sent."""
        return self.room + self.waiting + self.call + self.open


def standing_answer(invitee: Invitee) -> Answer | None:
    """Return what the invited has answered so far, None where nothing."""
    if invitee.reply is None:
        return None
    return Answer(
        invitee.reply, invitee.mode, invitee.delegate_name, invitee.delegate_position, invitee.reason
    )  # fmt: skip


_INVITEE = select(invitees).where(
    invitees.c.channel_id == bindparam("channel"),
    invitees.c.meeting_id == bindparam("meeting"),
    invitees.c.id == bindparam("invitee"),
)
_KEEP = update(invitees).where(invitees.c.id == bindparam("invitee"))
_NOTE = insert(meeting_answers)
_CHECKED_IN = select(checkins.c.id).where(checkins.c.invitee_id == bindparam("invitee"))
_VERSIONS = select(func.max(meeting_versions.c.version), func.max(meeting_versions.c.at)).where(
    meeting_versions.c.channel_id == bindparam("channel"), meeting_versions.c.meeting_id == bindparam("meeting")
)
_ASKED_AGAIN = _VERSIONS.where(meeting_versions.c.asks_again)
_THEN = _VERSIONS.where(meeting_versions.c.at <= bindparam("at"))


def answer(
    db: Connection,
    meeting: Meeting,
    invitee: Invitee,
    given: Answer,
    by: int | None,
    at: datetime,
    message: str | None,
    now: datetime,
) -> Outcome:
    """Keep an answer, and give or free a seat; who gets a freed one is told.

    meeting: locked. by: the person, None where it was entered for them. at: when it was said (LINE's time, UTC).
    message: the LINE id of the bubble that said it, which may be unsent later.
    """
    mine = fresh(db, meeting, invitee)
    given = _fitting(given)
    why = refusal(db, meeting, mine, given.mode, at)
    if why is not None:
        return _stands(db, mine, why)
    _note(db, meeting, mine, given, by, at, message)
    if _is_older(db, meeting, mine, at):
        return _stands(db, mine, Taken.OLDER)
    known = _columns(given) | {"version": meeting.version, "answered_by": by, "answered_at": at}
    db.execute(_KEEP, known | {"invitee": mine.id})
    meetings_seats.claim(db, meeting, mine, wants=given.mode == Mode.ROOM, at=at, now=now)
    return _stands(db, fresh(db, meeting, mine), Taken.KEPT)


def fresh(db: Connection, meeting: Meeting, invitee: Invitee) -> Invitee:
    """Return an invitee as it stands now."""
    key = {"channel": meeting.channel, "meeting": meeting.id, "invitee": invitee.id}
    return invitee_of(db.execute(_INVITEE, key).one())


def _fitting(given: Answer) -> Answer:
    """Return an answer without what does not belong to its reply, cut to what is kept."""
    sent, absent = given.reply == Reply.DELEGATE, given.reply in (Reply.NO, Reply.UNSURE)
    return replace(
        given,
        mode=None if absent else given.mode,
        delegate_name=_cut(given.delegate_name, LONGEST_NAME) if sent else None,
        delegate_position=_cut(given.delegate_position, LONGEST_NAME) if sent else None,
        reason=_cut(given.reason, LONGEST_REASON) if absent else None,
    )


def _cut(words: str | None, longest: int) -> str | None:
    return " ".join(words.split())[:longest] or None if words else None


def refusal(db: Connection, meeting: Meeting, invitee: Invitee, mode: Mode | None, at: datetime) -> Taken | None:
    """Return why an answer said at a moment cannot be taken, None where it can."""
    if meeting.state != MeetingState.CALLED:
        return Taken.CANCELLED
    if db.execute(_CHECKED_IN, {"invitee": invitee.id}).first() is not None:
        return Taken.CHECKED_IN
    if at >= meeting.starts_at:
        return Taken.STARTED
    if mode == Mode.ROOM and not meeting.has_room:
        return Taken.NO_ROOM
    return Taken.NOT_ONLINE if mode == Mode.CALL and not meeting.is_online else None


def _is_older(db: Connection, meeting: Meeting, invitee: Invitee, at: datetime) -> bool:
    if invitee.answered_at is not None and at < invitee.answered_at:
        return True
    if meeting.version == 1:
        return False
    asked = db.execute(_ASKED_AGAIN, {"channel": meeting.channel, "meeting": meeting.id}).one()[1]
    return asked is not None and at < asked


def _columns(given: Answer) -> dict[str, Any]:
    return {
        "reply": given.reply,
        "mode": given.mode,
        "delegate_name": given.delegate_name,
        "delegate_position": given.delegate_position,
        "reason": given.reason,
    }


def _note(
    db: Connection, meeting: Meeting, mine: Invitee, given: Answer, by: int | None, at: datetime, message: str | None
) -> None:
    row = {"channel_id": meeting.channel, "invitee_id": mine.id, "version": _version_at(db, meeting, at)}
    db.execute(_NOTE, row | _columns(given) | {"by": by, "at": at, "line_message_id": message})


def _version_at(db: Connection, meeting: Meeting, at: datetime) -> int:
    """Return the version of a meeting to which something was said: what comes late may be of an older one."""
    if meeting.version == 1:
        return 1
    then = db.execute(_THEN, {"channel": meeting.channel, "meeting": meeting.id, "at": at}).one()
    return then[0] or 1


def _stands(db: Connection, mine: Invitee, taken: Taken) -> Outcome:
    return Outcome(taken, mine, meetings_seats.line(db, mine))


_CLEAR = (
    update(invitees)
    .where(invitees.c.channel_id == bindparam("channel"), invitees.c.meeting_id == bindparam("meeting"))
    .values(
        reply=None, mode=None, delegate_name=None, delegate_position=None, reason=None,
        answered_by=None, answered_at=None, seated_at=None, waits_since=None,
    )
)  # fmt: skip


def ask_again(db: Connection, meeting: Meeting) -> None:
    """Let nobody have answered, as the day or the place has changed; what was answered stays in the history."""
    db.execute(_CLEAR, {"channel": meeting.channel, "meeting": meeting.id})


_BY_ANSWER = (
    select(
        invitees.c.reply,
        invitees.c.mode,
        invitees.c.waits_since.is_not(None).label("waits"),
        (invitees.c.delegate_name.is_not(None) & invitees.c.delegate_position.is_not(None)).label("named"),
        func.count().label("n"),
    )
    .where(invitees.c.channel_id == bindparam("channel"), invitees.c.meeting_id == bindparam("meeting"))
    .group_by("reply", "mode", "waits", "named")
)


_WITHIN = invitees.c.agency_id.in_(bindparam("within", expanding=True))


def counts(db: Connection, meeting: Meeting, within: frozenset[int] | None = None) -> Counts:
    """Return how the invitations of a meeting stand now. within: of these agencies only; None: all."""
    found, which = Counts(), _BY_ANSWER if within is None else _BY_ANSWER.where(_WITHIN)
    key = {"channel": meeting.channel, "meeting": meeting.id, "within": sorted(within or ())}
    for row in db.execute(which, key):
        sent = row.reply == Reply.DELEGATE
        more = {
            "invited": row.n,
            _part(row): row.n,
            "delegates": row.n * sent,
            "unnamed": row.n * (sent and not row.named),
        }
        found = replace(found, **{name: getattr(found, name) + n for name, n in more.items()})
    return found


def _part(row: Any) -> str:
    """Return which of the parts of ``Counts`` rows of one answer belong to."""
    if row.reply is None:
        return "silent"
    if row.reply in (Reply.NO, Reply.UNSURE):
        return str(row.reply)
    if row.mode is None:
        return "open"
    return "waiting" if row.waits else str(row.mode)
