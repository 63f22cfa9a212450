"""Meetings: what was called and how it changed, who is invited and what they answered, who came."""

from enum import StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.base import UtcDateTime, metadata


class MeetingState(StrEnum):
    """draft → called → cancelled; a draft may be dropped, and a call cancelled before it was sent."""

    DRAFT = "draft"
    CALLED = "called"
    CANCELLED = "cancelled"


class Reply(StrEnum):
    """What an invited school or officer answered."""

    COMING = "coming"
    DELEGATE = "delegate"
    NO = "no"
    UNSURE = "unsure"


class Mode(StrEnum):
    """How one takes part. Asked for are room and call; in the end one may also have watched a broadcast."""

    ROOM = "room"
    CALL = "call"
    BROADCAST = "broadcast"


meetings = Table(
    "meetings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("agency_id", ForeignKey("agencies.id")),  # the office that calls it; null: the whole channel's
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),  # 1 as called; each change adds one
    Column("title", String(1000), nullable=False),
    Column("number", String(200)),  # ครั้งที่ 1/2569
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("place", String(1000)),
    Column("map_url", String(1000)),
    Column("online_url", String(1000)),  # told only to who takes part online
    Column("broadcast_url", String(1000)),
    Column("chair", String(1000)),
    Column("agenda", Text),
    Column("letter", String(1000)),  # the official letter's number
    Column("letter_url", String(1000)),
    Column("dress", String(1000)),
    Column("contact", String(1000)),  # a name and a telephone number
    Column("answer_by", UtcDateTime),
    Column("seats", Integer),  # in the room; null: no limit
    Column("audience", JSON, nullable=False),  # see handlers.audiences
    Column("urgent", Boolean, nullable=False),  # may be told outside office hours
    Column("code_key", String(64), nullable=False),  # what the check-in codes are made from; never shown
    Column("created_by", ForeignKey("people.id")),  # null: from the command line
    Column("created_at", UtcDateTime, nullable=False),
    Column("called_at", UtcDateTime),
    Column("cancelled_at", UtcDateTime),
    Column("cancelled_why", String(300)),
    Index("ix_meetings_channel_id_starts_at", "channel_id", "starts_at"),
    Index("ix_meetings_starts_at", "starts_at"),  # what is ahead, in all channels: the clock looks at every tick
)

meeting_versions = Table(
    "meeting_versions",
    metadata,
    Column("meeting_id", ForeignKey("meetings.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", ForeignKey("people.id")),
    Column("changed", JSON, nullable=False),  # field → [before, after], moments as ISO 8601 in UTC
    Column("asks_again", Boolean, nullable=False),  # day or place changed: everybody is asked once more
)

invitees = Table(
    "invitees",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("meeting_id", ForeignKey("meetings.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id")),  # a school, whoever speaks for it, …
    Column("person_id", ForeignKey("people.id"), index=True),  # … or an officer
    Column("agency_id", ForeignKey("agencies.id")),  # of the school or officer
    Column("invited_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),  # the meeting's, as it was when it was answered, or invited
    Column("reply", String(10)),  # null: not answered, or asked again
    Column("mode", String(10)),  # room or call, of who comes or sends a delegate
    Column("delegate_name", String(200)),
    Column("delegate_position", String(200)),
    Column("reason", String(300)),
    Column("answered_by", ForeignKey("people.id")),
    Column("answered_at", UtcDateTime),
    Column("seated_at", UtcDateTime),  # of who has a seat in the room: when it was asked for
    Column("waits_since", UtcDateTime),  # of who waits for one: when it was asked for; never with a seat
    UniqueConstraint("meeting_id", "school_id"),
    UniqueConstraint("meeting_id", "person_id"),
    CheckConstraint("(school_id IS NULL) <> (person_id IS NULL)", name="school_or_officer"),
    CheckConstraint("seated_at IS NULL OR waits_since IS NULL", name="seat_or_wait"),
    Index("ix_invitees_school_id", "school_id"),
)

meeting_answers = Table(
    "meeting_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("invitee_id", ForeignKey("invitees.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("reply", String(10)),
    Column("mode", String(10)),
    Column("delegate_name", String(200)),
    Column("delegate_position", String(200)),
    Column("reason", String(300)),
    Column("by", ForeignKey("people.id")),
    Column("at", UtcDateTime, nullable=False),  # when it was said
    Column("line_message_id", String(64), index=True),  # of the bubble that said it, which may be unsent
)

meeting_notices = Table(
    "meeting_notices",
    metadata,
    Column("meeting_id", ForeignKey("meetings.id"), primary_key=True),
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("slot", String(40), primary_key=True),  # called:1, changed:2, cancelled, answer:2026-01-12:1, …
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("version", Integer, nullable=False),  # of the meeting, as it was told
    Column("at", UtcDateTime, nullable=False),
    Column("taken_back_at", UtcDateTime),  # before anybody heard it
)

checkins = Table(
    "checkins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("meeting_id", ForeignKey("meetings.id"), nullable=False),
    Column("invitee_id", ForeignKey("invitees.id"), nullable=False, unique=True),  # counted once, in one mode
    Column("person_id", ForeignKey("people.id"), nullable=False),  # who checked in, for the school perhaps
    Column("mode", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("headcount", Integer),  # as the school says, of who watched with it
    Index("ix_checkins_meeting_id", "meeting_id"),
)

checkin_guesses = Table(
    "checkin_guesses",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("guesses", Integer, nullable=False),  # wrong codes in a row
    Column("at", UtcDateTime, nullable=False),
    Column("again_at", UtcDateTime),  # until then no code is looked at
)
