"""What schools ask for: the needs and the open topic of their reports, each with an owner, a state and an answer."""

from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from models.base import UtcDateTime, metadata


class Asked(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"


asks = Table(
    "asks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id"), nullable=False, index=True),
    Column("agency_id", ForeignKey("agencies.id"), nullable=False, index=True),
    Column("question", String(60), nullable=False),
    Column("need", String(20), nullable=False),  # an option's key; empty: the words of an open question
    Column("private", Boolean, nullable=False),  # seen by the province only
    Column("state", String(10), nullable=False),
    Column("owner_id", ForeignKey("people.id")),
    Column("answer", Text),
    Column("line_message_id", String(64), index=True),  # of the bubble that gave the answer, which may be unsent
    Column("opened_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    UniqueConstraint("report_id", "question", "need"),
)
