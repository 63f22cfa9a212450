"""Digests: who gets which, what the last one said; and nudges, prepared and sent by a coordinator or verifier."""

from enum import StrEnum

from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, String, Table, Text

from models.base import UtcDateTime, metadata


class Wants(StrEnum):
    """When somebody gets a digest unasked."""

    DAILY = "daily"  # on working days if something changed, and the weekly one
    WEEKLY = "weekly"
    NONE = "none"


WHOLE = 0
"""The scope of who answers for the whole channel; every other scope is an agency's number."""

digests = Table(
    "digests",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("scope", Integer, primary_key=True),  # an agency's number, or WHOLE
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("wants", String(10), nullable=False),
    Column("day", Date),  # in Thailand; the last on which it was seen to
    Column("said", JSON(none_as_null=True)),  # numbers of the last one that came unasked
    Column("before", JSON(none_as_null=True)),  # numbers that its "+3" counted from
    Column("seen", JSON(none_as_null=True)),  # numbers last shown, asked for or not
)

nudges = Table(
    "nudges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("round_id", ForeignKey("rounds.id"), nullable=False),
    Column("scope", Integer, nullable=False),  # as in digests
    Column("person_id", ForeignKey("people.id"), nullable=False),  # who prepared it
    Column("words", Text, nullable=False),  # as they were shown, and are sent
    Column("asked_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("recipients", Integer),  # to whom it was sent
)
