"""Talks with a person of the agency, led through the bot. Nothing said there lands in a report."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from models.base import UtcDateTime, metadata

tickets = Table(
    "tickets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id")),
    Column("agency_id", ForeignKey("agencies.id"), nullable=False, index=True),
    Column("owner_id", ForeignKey("people.id")),  # the coordinator who answers
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),  # of the newest words in it
    Column("closed_at", UtcDateTime),
    Index(
        "uq_tickets_open",
        "person_id",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

ticket_words = Table(
    "ticket_words",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("ticket_id", ForeignKey("tickets.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("of_staff", Boolean, nullable=False),
    Column("text", Text),
    Column("line_message_id", String(64), index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
)
