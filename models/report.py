"""The report of one school in one round: answers as append-only revisions made of parts, and its moves."""

from enum import StrEnum

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from models.base import UtcDateTime, metadata


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVIEWING = "reviewing"
    RETURNED = "returned"
    VERIFIED = "verified"


class AnswerState(StrEnum):
    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


class PartKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"


reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("round_id", ForeignKey("rounds.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reference", String(40)),
    Column("submitted_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("round_id", "school_id"),
    Index(  # of some rows only: a column of all could be referred to, and its change keep others from the row
        "ix_reports_reference",
        "channel_id",
        "reference",
        unique=True,
        sqlite_where=text("reference IS NOT NULL"),
        postgresql_where=text("reference IS NOT NULL"),
    ),
    Index("ix_reports_channel_id_school_id", "channel_id", "school_id"),  # a school's round before this one
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("question", String(60), nullable=False),
    Column("revision", Integer, nullable=False),  # the current one; older revisions keep their parts
    Column("state", String(10), nullable=False),
    Column("nudged", Boolean, nullable=False),  # was asked once for an example
    Column("private", Boolean, nullable=False),  # seen by the province only
    Column("kept_from", ForeignKey("answers.id")),  # "เหมือนเดิม": the answer of an earlier round that was kept
    UniqueConstraint("report_id", "question"),
)

parts = Table(
    "parts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("answer_id", ForeignKey("answers.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("text", Text),  # words, a choice's key, or a file's original name (shown, never used as a path)
    Column("line_message_id", String(64)),
    Column("said_by", ForeignKey("people.id")),
    Column("said_at", UtcDateTime, nullable=False),  # LINE's time, which orders the parts
    Column("kept_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),  # unsent, or a choice taken back
    Index("ix_parts_answer_id_revision", "answer_id", "revision"),
    Index(
        "uq_parts_message",
        "channel_id",
        "line_message_id",
        unique=True,
        sqlite_where=text("line_message_id IS NOT NULL AND removed_at IS NULL"),
        postgresql_where=text("line_message_id IS NOT NULL AND removed_at IS NULL"),
    ),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("answer_id", ForeignKey("answers.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("private", Boolean, nullable=False),
    Column("person_id", ForeignKey("people.id")),
    Column("at", UtcDateTime, nullable=False),  # from then on the answer was so
)

plan_checks = Table(
    "plan_checks",
    metadata,
    Column("report_id", ForeignKey("reports.id"), primary_key=True),
    Column("question", String(60), primary_key=True),  # whose plan of the round before is looked back on
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

sendings = Table(
    "sendings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("number", Integer, nullable=False),  # the how manyth of this report
    Column("reference", String(40), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # Per question its revision, state, privacy and the ids of its parts: never the words, which may be erased.
    Column("answers", JSON, nullable=False),
    UniqueConstraint("report_id", "number"),
)

moves = Table(
    "moves",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("report_id", ForeignKey("reports.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id")),
    Column("from_state", String(20), nullable=False),
    Column("to_state", String(20), nullable=False),
    Column("why", Text),
    Column("at", UtcDateTime, nullable=False),
)

media = Table(
    "media",
    metadata,
    Column("part_id", ForeignKey("parts.id"), primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("line_message_id", String(64), nullable=False),
    Column("state", String(10), nullable=False),  # waiting, kept, refused, gone
    Column("reason", String(40)),  # why refused or gone
    Column("path", String(200)),  # below MEDIA_URL
    Column("content_type", String(100)),
    Column("size", Integer),  # bytes
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Index(
        "ix_media_doomed",
        "due_at",
        sqlite_where=text("state IN ('refused', 'gone') AND path IS NOT NULL"),
        postgresql_where=text("state IN ('refused', 'gone') AND path IS NOT NULL"),
    ),
    Index("ix_media_due", "due_at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
)
