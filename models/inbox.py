"""Events as LINE sent them, kept before use."""

from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from models.base import UtcDateTime, metadata


class Kept(StrEnum):
    APPLIED = "applied"
    FAILED = "failed"  # will be tried again
    PARKED = "parked"  # three tries; waits for `python -m bot replay-inbox`


inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("message_id", String(64), index=True),  # so that what is unsent can be forgotten here too
    Column("raw", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Text),
    Column("due_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel_id", "event_id"),
    Index(  # what waits for the operator is counted every minute, in a table of everything ever heard
        "ix_inbox_parked",
        "channel_id",
        sqlite_where=text("state = 'parked'"),
        postgresql_where=text("state = 'parked'"),
    ),
    Index("ix_inbox_due", "due_at", sqlite_where=text("state = 'failed'"), postgresql_where=text("state = 'failed'")),
)
