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


FAREWELL = "farewell"
"""The kind of the last words to somebody who was erased: the one row that may still know a forgotten LINE id."""


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
    Column("priority", String(20), nullable=False, server_default=Priority.RESULT),
    Column("digest", String(32)),  # of the messages, of rows that may go in one call with equal ones
    Column("multicast_id", ForeignKey("multicasts.id")),  # the call it goes in with others; null: in one of its own
    Column("begun_at", UtcDateTime),  # since then a process may have called LINE with its key; null: none has
    Column("paid_in", String(7)),  # the month whose count has one for it
    Column("stale_at", UtcDateTime),  # from then on nobody begins to say it; null: it does not get stale
    UniqueConstraint("channel_id", "once_key"),
    Index(
        "ix_outbox_due",
        "priority",
        "due_at",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_outbox_equal",
        "digest",
        sqlite_where=text("state = 'queued' AND digest IS NOT NULL"),
        postgresql_where=text("state = 'queued' AND digest IS NOT NULL"),
    ),
    Index(
        "ix_outbox_multicast",
        "multicast_id",
        sqlite_where=text("multicast_id IS NOT NULL"),
        postgresql_where=text("multicast_id IS NOT NULL"),
    ),
    Index(
        "ix_outbox_stale",
        "stale_at",
        sqlite_where=text("state IN ('queued', 'held') AND stale_at IS NOT NULL"),
        postgresql_where=text("state IN ('queued', 'held') AND stale_at IS NOT NULL"),
    ),
    Index(
        "ix_outbox_open",
        "person_id",
        "id",
        sqlite_where=text("state IN ('queued', 'held')"),
        postgresql_where=text("state IN ('queued', 'held')"),
    ),
)

multicasts = Table(
    "multicasts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("retry_key", String(36), nullable=False),  # of the one call, to all its rows or to none
    Column("paid_in", String(7)),
    Column("due_at", UtcDateTime, nullable=False),
    Column("owner", String(40), nullable=False),
    Column("lease_until", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),  # its rows know what became of them
    Index(
        "ix_multicasts_open",
        "due_at",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
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
    Column("used", Integer, nullable=False),  # by us and, as far as LINE has told, by others
    Column("ours", Integer, nullable=False, server_default="0"),  # of these by us
    Column("line_used", Integer),  # what LINE said last
    Column("asked_at", UtcDateTime),  # when that was
    Column("closed_at", UtcDateTime),  # LINE let no more through; until it is asked again nothing is pushed
)

rates = Table(
    "rates",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("free_at", UtcDateTime, nullable=False),  # calls up to then are given out to processes
    Column("paused_until", UtcDateTime),  # LINE said that we are too fast
    Column("pauses", Integer, nullable=False, server_default="0"),  # in a row
)
