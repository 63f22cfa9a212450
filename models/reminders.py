"""Reminders: what was said when, what puts them off, and the days on which nobody is reminded."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint

from models.base import UtcDateTime, metadata

special_days = Table(
    "special_days",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("day", Date, primary_key=True),  # a day off in Thailand's calendar, besides the usual holidays
    Column("name", String(100), nullable=False),
    Column("added_by", ForeignKey("people.id")),  # null: from the command line
    Column("at", UtcDateTime, nullable=False),
)

reminders = Table(
    "reminders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("kind", String(10), nullable=False),  # report, review, call, snooze
    Column("subject", String(40), nullable=False),  # what it is about, e.g. round and school
    # No foreign keys from here: the planner has just read these, and to check them for each of 30,000 rows takes as
    # long as writing the rows. None of these is ever deleted but a draft, whose reminders may outlive it.
    Column("person_id", Integer, nullable=False),
    Column("slot", String(40), nullable=False),  # which rung, counted from which day
    Column("school_id", Integer),
    Column("round_id", Integer),
    Column("report_id", Integer),
    Column("at", UtcDateTime, nullable=False),
    Column("message", String(120), nullable=False),  # the outbox row's once_key that says it, among others perhaps
    UniqueConstraint("person_id", "kind", "subject", "slot"),
)

reminded = Table(
    "reminded",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("again_at", UtcDateTime),  # asked for: until then none, then one
)

reminder_stops = Table(
    "reminder_stops",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("ticket_id", ForeignKey("tickets.id")),  # stopped until this is dealt with; null: for good
    Column("at", UtcDateTime, nullable=False),
)
