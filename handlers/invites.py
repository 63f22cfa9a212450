"""Invites: a one-time code, handed over by the coordinator, joins a person to a school or an agency.

School codes and names are public and never authenticate. A code is kept as a hash only, works once, expires,
and guessing it is slowed down: it holds 10 of 32 letters, nearly 50 bits.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from handlers import memberships as memberships_of
from handlers.audit import note
from models.people import NOT_OVER, WRITERS, Role, agencies, invites, memberships, people, schools

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U; read aloud and by hand without doubt."""
IN_AGENCIES = frozenset({Role.VERIFIER, Role.COORDINATOR, Role.VIEWER})
"""Roles held in an agency; all but the verifier's in the whole channel, too."""
LENGTH = 10
PREFIX = "RG"
WRONG_AT_ONCE = 5
PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=24)

_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_ALIKE = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\s\u2010-\u2015\u2212\uFE63\uFF0D\u200B-\u200D\uFEFF_.-]+")
_PREFIXED = re.compile(rf"(?<![A-Z0-9]){PREFIX}([A-Z0-9]{{6,14}})(?![A-Z0-9])")


class Reason(StrEnum):
    UNKNOWN = "unknown"
    USED = "used"  # by somebody else
    EXPIRED = "expired"
    TOO_MANY = "too_many"
    CLOSED = "closed"  # the school is
    OVER = "over"  # the person's own, of a post that has ended


@dataclass(frozen=True, slots=True)
class Refused:
    """A code that is not accepted. again_at: when one may try again, after too many wrong ones."""

    reason: Reason
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """What a code stands for. name is the school's or the agency's; empty for the whole province."""

    invite_id: int
    role: Role
    school_id: int | None
    agency_id: int | None
    name: str
    district: str
    agency: str


@dataclass(frozen=True, slots=True)
class Redeemed:
    invited: Invited
    membership_id: int


class WrongBorder(ValueError):
    """The role does not go with the place, or the place belongs to another channel."""


# Codes ------------------------------------------------------------------------------------------------------------


def new_code() -> str:
    """Return a fresh code as it is shown: RG-XXXXX-XXXXX.

    Without its prefix it still differs from a word and from a telephone number or a school code.
    """
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if _mixed(code):
            return shown(code)


def shown(code: str) -> str:
    """Return a normalised code as people see it."""
    return f"{PREFIX}-{code[:5]}-{code[5:]}"


def looks_like_code(text: str) -> str | None:
    """Return what may be a code, normalised for ``redeem``, or None.

    Reads lower case, Thai digits, O for 0, I and L for 1, any dashes and spaces. Without RG before it only a
    whole message counts, and only with two letters and two digits; ten digits are a school code or a telephone.
    """
    if len(text) > 100:
        return None
    solid = _BETWEEN.sub("", text.translate(_DIGITS).upper())
    code = solid.translate(_ALIKE)
    if len(code) == LENGTH and set(code) <= set(ALPHABET) and _mixed(code):
        return code
    found = _PREFIXED.search(solid)
    return found[1].translate(_ALIKE) if found and any(map(str.isdigit, found[1])) else None


def _mixed(code: str) -> bool:
    digits = sum(character.isdigit() for character in code)
    return 2 <= digits <= len(code) - 2


def _hash(channel: str, code: str) -> str:
    return hashlib.sha256(f"{channel}:{code}".encode()).hexdigest()


# Giving -----------------------------------------------------------------------------------------------------------

_ADD = insert(invites).returning(invites.c.id)
_SCHOOL = select(schools.c.id).where(
    schools.c.channel_id == bindparam("channel"),
    schools.c.id == bindparam("place"),
    or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now")),
)
_AGENCY = select(agencies.c.id).where(
    agencies.c.channel_id == bindparam("channel"), agencies.c.id == bindparam("place")
)


def create(
    db: Connection,
    channel: str,
    *,
    school_id: int | None = None,
    agency_id: int | None = None,
    role: Role,
    now: datetime,
    days: int = 30,
) -> str:
    """Make an invite and return its code, which is kept nowhere.

    Writers are invited to a school, verifiers to an agency, coordinators and viewers to an agency or to the channel
    as a whole, operators to the channel.

    Raises:
        WrongBorder: the place does not go with the role, is another channel's, or a closed school.
    """
    _check_place(db, channel, role, school_id, agency_id, now)
    code = new_code()
    row = {"channel_id": channel, "school_id": school_id, "agency_id": agency_id, "role": role, "created_at": now}
    seal = _hash(channel, looks_like_code(code) or "")
    invite = db.execute(_ADD, {**row, "code_hash": seal, "expires_at": now + timedelta(days=days)}).scalar_one()
    note(db, channel, "invite.created", now, invite=invite, role=role, school=school_id, agency=agency_id)
    return code


def _check_place(
    db: Connection, channel: str, role: Role, school_id: int | None, agency_id: int | None, now: datetime
) -> None:
    if (school_id is not None) != (role in WRITERS):
        raise WrongBorder(f"{role} is invited to {'a' if role in WRITERS else 'no'} school")
    if (agency_id is None and role == Role.VERIFIER) or (agency_id is not None and role not in IN_AGENCIES):
        raise WrongBorder(f"{role} is invited to {'an' if role == Role.VERIFIER else 'no'} agency")
    for query, place in ((_SCHOOL, school_id), (_AGENCY, agency_id)):
        if place is not None and db.scalar(query, {"channel": channel, "place": place, "now": now}) is None:
            raise WrongBorder(f"no such school or agency in channel {channel}, or the school is closed")


# Taking -----------------------------------------------------------------------------------------------------------

_school_agency = agencies.alias()
_INVITED = (
    select(
        invites,
        schools.c.name.label("school"),
        schools.c.district,
        schools.c.closed_at.label("school_closed_at"),
        _school_agency.c.name.label("over"),
        agencies.c.name.label("agency"),
    )
    .select_from(
        invites.outerjoin(schools, schools.c.id == invites.c.school_id)
        .outerjoin(_school_agency, _school_agency.c.id == schools.c.agency_id)
        .outerjoin(agencies, agencies.c.id == invites.c.agency_id)
    )
    .where(invites.c.channel_id == bindparam("channel"))
)
_FIND = _INVITED.where(invites.c.code_hash == bindparam("seal"))
_FIND_ID = _INVITED.where(invites.c.id == bindparam("invite"))
_CLAIM = (
    update(invites)
    .where(invites.c.id == bindparam("invite"), invites.c.used_by.is_(None))
    .values(used_by=bindparam("person"), used_at=bindparam("now"))
    .returning(invites.c.id)
)
_JOINED = select(memberships.c.id).where(
    memberships.c.invite_id == bindparam("invite"), memberships.c.person_id == bindparam("person")
)
_IN_FORCE = _JOINED.where(NOT_OVER)
_PAUSED = select(people.c.guess_again_at).where(people.c.id == bindparam("person"))
_WRONG = (
    update(people)
    .where(people.c.id == bindparam("person"))
    .values(guesses=people.c.guesses + 1)
    .returning(people.c.guesses)
)
_WAIT = update(people).where(people.c.id == bindparam("person")).values(guess_again_at=bindparam("again_at"))
_RIGHT = update(people).where(people.c.id == bindparam("person")).values(guesses=0, guess_again_at=None)


def look(db: Connection, channel: str, code: str, person_id: int, now: datetime) -> Invited | Refused:
    """Return what a code (from ``looks_like_code``) stands for, without using it up. A wrong one is counted."""
    again_at = db.scalar(_PAUSED, {"person": person_id})
    if again_at is not None and again_at > now:
        return Refused(Reason.TOO_MANY, again_at)
    row = db.execute(_FIND, {"channel": channel, "seal": _hash(channel, code)}).one_or_none()
    if row is None:
        return _wrong(db, channel, person_id, now)
    invited = _standing(db, row, person_id, now)
    if isinstance(invited, Reason):
        return _refuse(db, channel, person_id, now, invited, row.id)
    return invited


def _standing(db: Connection, row: Row[Any], person_id: int, now: datetime) -> Invited | Reason:
    if row.used_by not in (None, person_id):
        return Reason.USED
    if row.used_by is None and row.expires_at <= now:
        return Reason.EXPIRED
    if row.school_closed_at is not None and row.school_closed_at <= now:
        return Reason.CLOSED
    if row.used_by is not None and db.scalar(_IN_FORCE, {"invite": row.id, "person": person_id, "now": now}) is None:
        return Reason.OVER
    name, agency = row.school or row.agency or "", row.over or row.agency or ""
    return Invited(row.id, Role(row.role), row.school_id, row.agency_id, name, row.district or "", agency)


def redeem(db: Connection, channel: str, code: str, person_id: int, now: datetime) -> Redeemed | Refused:
    """Use a code up and join the person. The same person may say it twice; of two people the first wins."""
    invited = look(db, channel, code, person_id, now)
    return invited if isinstance(invited, Refused) else accept(db, channel, invited.invite_id, person_id, now)


def accept(db: Connection, channel: str, invite_id: int, person_id: int, now: datetime) -> Redeemed | Refused:
    """Use up an invite that ``look`` showed this person a moment ago. Its id never comes from the person."""
    row = db.execute(_FIND_ID, {"channel": channel, "invite": invite_id}).one()
    invited = _standing(db, row, person_id, now)
    if isinstance(invited, Reason):
        return _refuse(db, channel, person_id, now, invited, invite_id)
    joined = db.scalar(_JOINED, {"invite": invite_id, "person": person_id})
    if joined is not None:
        return Redeemed(invited, joined)
    if db.scalar(_CLAIM, {"invite": invite_id, "person": person_id, "now": now}) is None:
        return _refuse(db, channel, person_id, now, Reason.USED, invite_id)
    db.execute(_RIGHT, {"person": person_id})
    return Redeemed(invited, _join(db, channel, invited, person_id, now))


def _join(db: Connection, channel: str, invited: Invited, person_id: int, now: datetime) -> int:
    note(db, channel, "invite.redeemed", now, person=person_id, invite=invited.invite_id, role=invited.role)
    return memberships_of.join(
        db, channel, person_id, invited.role, now,
        school=invited.school_id, agency=invited.agency_id, invite=invited.invite_id,
    )  # fmt: skip


def _wrong(db: Connection, channel: str, person_id: int, now: datetime) -> Refused:
    """Count a guess; every fifth in a row is followed by a pause, each twice as long as the one before."""
    guesses: int = db.execute(_WRONG, {"person": person_id}).scalar_one()
    if guesses % WRONG_AT_ONCE == 0:
        pauses = min(guesses // WRONG_AT_ONCE - 1, 10)
        again_at = now + min(PAUSE * 2**pauses, LONGEST_PAUSE)
        db.execute(_WAIT, {"person": person_id, "again_at": again_at})
        note(db, channel, "invite.guessed", now, person=person_id, guesses=guesses)
        return Refused(Reason.TOO_MANY, again_at)
    return _refuse(db, channel, person_id, now, Reason.UNKNOWN)


def _refuse(
    db: Connection, channel: str, person_id: int, now: datetime, reason: Reason, invite: int | None = None
) -> Refused:
    note(db, channel, "invite.refused", now, person=person_id, reason=reason, invite=invite)
    return Refused(reason)
