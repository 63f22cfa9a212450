"""Requests of people that what is kept of them be erased (Personal Data Protection Act, s.33), and their answers."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from models.base import UtcDateTime, metadata

erasure_requests = Table(
    "erasure_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("state", String(10), nullable=False),  # models.people.Request; granted: the person was erased
    Column("asked_at", UtcDateTime, nullable=False),
    Column("reminded_at", UtcDateTime),  # when those who decide were told that the term is near
    Column("decided_by", ForeignKey("people.id")),  # null: from the command line
    Column("decided_at", UtcDateTime),
    Column("why", Text),  # of a refusal: the law asks that it be noted (s.30)
    Column("line_message_id", String(64), index=True),  # of the bubble that gave the reason, which may be unsent
    Index(
        "uq_erasure_requests_asked",
        "person_id",
        unique=True,
        sqlite_where=text("state = 'asked'"),
        postgresql_where=text("state = 'asked'"),
    ),
)
