"""Signs of life of the processes that keep time."""

from sqlalchemy import JSON, Column, String, Table

from models.base import UtcDateTime, metadata

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", String(60), primary_key=True),  # host:number:chance
    Column("role", String(10), nullable=False),  # all, clock or deliver
    Column("began_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("leads_since", UtcDateTime),  # null: another process leads the clock's ticks
    Column("ticks", JSON, nullable=False),  # name of a tick → when it last ended well
)
