"""Announcements: words of an office to a chosen audience, seen first, and sent once."""

from enum import StrEnum

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from models.base import UtcDateTime, metadata


class AnnouncementState(StrEnum):
    """draft → sent → cancelled (for those who have not heard it yet); a draft may be dropped."""

    DRAFT = "draft"
    SENT = "sent"
    CANCELLED = "cancelled"
    DROPPED = "dropped"


announcements = Table(
    "announcements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("agency_id", ForeignKey("agencies.id")),  # of the office that speaks; null: the whole channel's
    Column("person_id", ForeignKey("people.id"), index=True),  # who wrote it; null: from the command line
    Column("state", String(10), nullable=False),
    Column("words", Text, nullable=False),  # the bubbles below, as they are now, joined
    Column("link", String(1000)),
    Column("audience", JSON, nullable=False),  # see handlers.audiences; empty until it is chosen
    Column("urgent", Boolean, nullable=False),  # may be told outside office hours
    Column("asked_at", UtcDateTime, nullable=False),  # when it was begun
    Column("shown_at", UtcDateTime),  # when it was last shown as people would see it
    Column("sent_at", UtcDateTime),
    Column("due_at", UtcDateTime),  # when it goes out
    Column("recipients", Integer),  # as shown; once sent, as told
    Column("cancelled_at", UtcDateTime),
    Column("heard", Integer),  # by how many, when it was cancelled
    Index("ix_announcements_channel_id_sent_at", "channel_id", "sent_at"),
)

announcement_bubbles = Table(
    "announcement_bubbles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("announcement_id", ForeignKey("announcements.id"), nullable=False, index=True),
    Column("text", Text),  # null: unsent
    Column("line_message_id", String(64), index=True),
    Column("at", UtcDateTime, nullable=False),
)
