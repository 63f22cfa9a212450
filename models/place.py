"""Where a person stands in a talk. Disposable: without it the bot resumes at the first open question."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from models.base import UtcDateTime, metadata

places = Table(
    "places",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("flow", String(20), nullable=False),
    Column("step", String(60), nullable=False),
    Column("school_id", ForeignKey("schools.id")),
    Column("report_id", ForeignKey("reports.id")),
    Column("memo", JSON, nullable=False),
    Column("since", UtcDateTime, nullable=False),  # LINE's time of the event that led here
)

asked = Table(
    "asked",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("question", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),  # tells a late bubble which question it answered
    Index("ix_asked_person_id_at", "person_id", "at"),
)
