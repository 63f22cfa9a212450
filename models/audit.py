"""Who did what that others must be able to answer for. Append-only; never the words themselves."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table

from models.base import UtcDateTime, metadata

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id")),
    Column("action", String(40), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("hash", String(64)),  # over this row and the hash of the channel's row before it
)
