"""What was told of a round: that it opened, a due date, that it closed. A row is written before anything is said."""

from sqlalchemy import Column, ForeignKey, String, Table

from models.base import UtcDateTime, metadata

round_news = Table(
    "round_news",
    metadata,
    Column("round_id", ForeignKey("rounds.id"), primary_key=True),
    Column("news", String(20), primary_key=True),  # opened, due:2026-02-15, closed
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
