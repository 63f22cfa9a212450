"""Announcements: words of an office to a chosen audience, seen first, and sent once."""

from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from models.base import UtcDateTime, metadata


class AnnouncementState(StrEnum):
    """draft → sent → cancelled (of what nobody has heard yet); a draft may be dropped."""

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
    Column("person_id", ForeignKey("people.id")),  # who wrote it; null: from the command line
    Column("state", String(10), nullable=False),
    Column("words", Text, nullable=False),
    Column("link", String(1000)),
    Column("audience", JSON, nullable=False),  # see handlers.audiences
    Column("asked_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("due_at", UtcDateTime),  # when it goes out
    Column("recipients", Integer),
    Column("cancelled_at", UtcDateTime),
    Column("line_message_id", String(64), index=True),  # of the bubble with the words, which may be unsent
    Index("ix_announcements_channel_id_sent_at", "channel_id", "sent_at"),
)
