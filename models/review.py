"""What the parent agency made of a report: decisions by topic, append-only, and the school's explanations."""

from enum import StrEnum

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text

from models.base import UtcDateTime, metadata


class Decision(StrEnum):
    VERIFIED = "verified"  # รับรองตามสภาพจริง
    RETURNED = "returned"  # ขอแก้ไข, with a reason
    VISIT = "visit"  # นัดลงพื้นที่
    REOPENED = "reopened"  # a verified topic, taken up again with a reason


class Evidence(StrEnum):
    DOCUMENT = "document"
    PHOTO = "photo"
    VISIT = "visit"


decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("sending_id", ForeignKey("sendings.id"), nullable=False),  # what was looked at
    Column("topic", String(60), nullable=False),
    Column("decision", String(10), nullable=False),
    Column("evidence", String(10)),
    Column("reason", Text),
    Column("visit_on", Date),
    Column("line_message_id", String(64), index=True),  # of the bubble that gave the reason, which may be unsent
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_decisions_report_id_topic", "report_id", "topic"),
)

explanations = Table(
    "explanations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("decision_id", ForeignKey("decisions.id"), nullable=False, index=True),  # the return it answers
    Column("text", Text),
    Column("line_message_id", String(64), index=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
)
