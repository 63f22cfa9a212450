"""The programme: channel (= tenant, one province), its question sets and its rounds."""

from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from models.base import UtcDateTime, metadata

MAIN = "main"
"""The channel whose secret and token come from the environment."""


channels = Table(
    "channels",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("bot_user_id", String(64)),
    # The next four are sealed with the key from the environment (bot/channels.py), never plain text.
    Column("secret", Text),
    Column("previous_secret", Text),
    Column("previous_secret_until", UtcDateTime),
    Column("access_token", Text),
    # Who answers for personal data, as the privacy notice names them; null: the agency of who asks.
    Column("protection_office", String(200)),
    Column("protection_phone", String(40)),
    Column("created_at", UtcDateTime, nullable=False),
)

question_sets = Table(
    "question_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel_id", "version"),
    UniqueConstraint("channel_id", "digest"),
)

rounds = Table(
    "rounds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False, index=True),
    Column("question_set_id", ForeignKey("question_sets.id"), nullable=False),
    Column("year", Integer, nullable=False),  # school year, Buddhist era
    Column("semester", Integer, nullable=False),
    Column("title", String(200), nullable=False),
    Column("opens_at", UtcDateTime, nullable=False),
    Column("due_on", Date, nullable=False),  # a calendar day in Thailand
    Column("grace_on", Date),  # the last day on which a late report is taken without a word
    Column("closed_at", UtcDateTime),  # from then on nothing can be written; may lie ahead
    UniqueConstraint("channel_id", "year", "semester", "title"),
)

extensions = Table(
    "extensions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("round_id", ForeignKey("rounds.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id"), nullable=False),
    Column("due_on", Date, nullable=False),  # in place of the round's
    Column("granted_by", ForeignKey("people.id")),  # null: from the command line
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("round_id", "school_id"),
)

extension_requests = Table(
    "extension_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("round_id", ForeignKey("rounds.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("due_on", Date),  # asked for
    Column("why", Text),
    Column("line_message_id", String(64), index=True),  # of the bubble that gave the reason, which may be unsent
    Column("state", String(10), nullable=False),  # models.people.Request
    Column("asked_at", UtcDateTime, nullable=False),
    Column("decided_by", ForeignKey("people.id")),
    Column("decided_at", UtcDateTime),
)
