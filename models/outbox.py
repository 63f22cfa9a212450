"""Everything we say, written down before it is said."""

from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from models.base import UtcDateTime, metadata


class Sending(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    HELD = "held"  # waits, free, for the person's next visit
    REPLACED = "replaced"  # newer words took its place before it was said
    FAILED = "failed"  # permanent: nobody to say it to, or LINE refused the message itself


class Policy(StrEnum):
    """What becomes of words whose reply token is gone."""

    PUSH = "push"  # worth a paid message, within the quota
    HOLD = "hold"  # said first at the next visit


class Priority(StrEnum):
    """Classes of what we say first, the dearest first: when the month's budget is short, the last ones wait."""

    RESULT = "result"  # what came of something the person did: a decision, an answer, a request
    MEETING_CHANGE = "meeting_change"
    MEETING = "meeting"
    REMINDER = "reminder"
    DIGEST = "digest"
    ANNOUNCEMENT = "announcement"


outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("person_id", ForeignKey("people.id")),
    Column("recipient", String(64), nullable=False),  # LINE user or group id
    Column("once_key", String(120), nullable=False),
    Column("kind", String(20), nullable=False),  # turn, ack, received, …
    Column("policy", String(10), nullable=False),
    Column("messages", JSON, nullable=False),  # one to five, LINE-shaped
    Column("about", JSON),  # per message the question it asks or null; resolves a later quote of it
    Column("reply_token", String(100)),
    Column("token_at", UtcDateTime),  # when the token reached us
    Column("retry_key", String(36), nullable=False),
    Column("state", String(10), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("owner", String(40)),  # the process that will send it
    Column("lease_until", UtcDateTime),  # until then nobody else does
    Column("tries", Integer, nullable=False),
    Column("error", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    UniqueConstraint("channel_id", "once_key"),
    Index("ix_outbox_due", "due_at", sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'")),
    Index(
        "ix_outbox_open",
        "person_id",
        "id",
        sqlite_where=text("state IN ('queued', 'held')"),
        postgresql_where=text("state IN ('queued', 'held')"),
    ),
)

said = Table(
    "said",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("line_message_id", String(64), primary_key=True),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("question", String(60), nullable=False),
)

quota = Table(
    "quota",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("month", String(7), primary_key=True),  # 2026-11, in Thailand
    Column("allowed", Integer),  # messages a month; null: no limit
    Column("used", Integer, nullable=False),
)
