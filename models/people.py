"""Agencies, schools, the people who speak for them, and the invites that join the two.

What identifies a person (LINE id, name, telephone) stands in ``people`` and ``contacts`` only,
so that it can be erased without touching a school's report (Personal Data Protection Act, s.33).
"""

from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint, and_, bindparam, or_

from models.base import UtcDateTime, metadata


class Role(StrEnum):
    DIRECTOR = "director"
    ACTING = "acting"
    DELEGATE = "delegate"
    VERIFIER = "verifier"
    COORDINATOR = "coordinator"
    VIEWER = "viewer"
    OPERATOR = "operator"


WRITERS = frozenset({Role.DIRECTOR, Role.ACTING, Role.DELEGATE})
"""Roles that may write a school's draft."""
SUBMITTERS = frozenset({Role.DIRECTOR, Role.ACTING})
"""Roles that may send it."""

agencies = Table(
    "agencies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("parent_id", ForeignKey("agencies.id")),
    Column("name", String(200), nullable=False),
    UniqueConstraint("channel_id", "name"),
)

agency_names = Table(
    "agency_names",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("agency_id", ForeignKey("agencies.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),  # another name it goes by: สพป.บร 1, บร1, สพม.32
    UniqueConstraint("channel_id", "name"),
)

schools = Table(
    "schools",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("agency_id", ForeignKey("agencies.id"), nullable=False, index=True),
    Column("code", String(10), nullable=False),  # ten digits: affiliation 2, province 2, school 6
    Column("name", String(200), nullable=False),
    Column("district", String(100), nullable=False),
    Column("pupils", Integer),
    Column("closed_at", UtcDateTime),  # from then on nobody joins it or reports for it
    UniqueConstraint("channel_id", "code"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id"), nullable=False, unique=True),
    Column("name", String(200)),
    Column("phone", String(40)),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("line_user_id", String(64)),
    Column("name", String(200)),  # as the person gave it when asking to join
    Column("heard_at", UtcDateTime),  # LINE's time of the newest event applied
    Column("blocked_at", UtcDateTime),
    Column("notice_version", Integer),  # privacy notice acknowledged
    Column("noticed_at", UtcDateTime),
    Column("guesses", Integer, nullable=False, server_default="0"),  # wrong invite codes in a row
    Column("guess_again_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel_id", "line_user_id"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("school_id", ForeignKey("schools.id"), index=True),
    Column("agency_id", ForeignKey("agencies.id"), index=True),
    Column("role", String(20), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Column("invite_id", ForeignKey("invites.id")),
    Column("approved_by", ForeignKey("people.id")),  # the coordinator who let the person in, without an invite
)

NOT_OVER = or_(memberships.c.until.is_(None), memberships.c.until > bindparam("now"))
IN_FORCE = and_(memberships.c.since <= bindparam("now"), NOT_OVER)
"""Conditions on a membership at the moment ``now``."""


class Request(StrEnum):
    """What became of something asked of a coordinator."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


join_requests = Table(
    "join_requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("school_id", ForeignKey("schools.id")),
    Column("agency_id", ForeignKey("agencies.id"), nullable=False, index=True),  # whose coordinators decide
    Column("role", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("decided_by", ForeignKey("people.id")),
    Column("decided_at", UtcDateTime),
    Column("why", Text),  # of a refusal
    Column("line_message_id", String(64), index=True),  # of the bubble that gave the reason, which may be unsent
)

invites = Table(
    "invites",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("school_id", ForeignKey("schools.id")),
    Column("agency_id", ForeignKey("agencies.id")),
    Column("role", String(20), nullable=False),
    Column("code_hash", String(64), nullable=False),  # SHA-256 of channel and code; the code itself is not kept
    Column("expires_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_by", ForeignKey("people.id")),
    Column("used_at", UtcDateTime),
    UniqueConstraint("channel_id", "code_hash"),
)
