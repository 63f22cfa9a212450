"""The register of attendance (ใบลงทะเบียน): everybody invited, who came for whom, how and when; with room to sign.

Whoever has not checked in with a code has a line, too: the printed sheet is signed by hand at the door.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from handlers import checkins
from handlers.checkin_said import how
from handlers.checkins import Attendance, CheckIn
from handlers.meetings import Meeting
from handlers.meetings_cards import named, when
from handlers.texts import say
from handlers.thai import clock, moment
from handlers.thai_order import Key, thai_order
from models import meetings as tables
from models.meetings import Mode, Reply, invitees
from models.people import IN_FORCE, SUBMITTERS, Role, agencies, contacts, memberships, people, schools


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the register, as it is printed. mode, at: empty of who has not checked in."""

    name: str
    position: str
    place: str
    agency: str
    mode: str
    at: str


@dataclass(frozen=True, slots=True)
class Register:
    """A meeting's register as it stands. about: (field, words) of the head; sums: lines; made: by whom and when."""

    title: str
    about: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    sums: tuple[str, ...]
    made: str


_HEADS = ("n", "name", "position", "place", "mode", "at", "signature")


def heads() -> list[str]:
    """Return the heads of the columns, in their order."""
    return [say(f"register.column.{name}") for name in _HEADS]


_CAME = tables.checkins
_LINES = (
    select(
        invitees.c.id,
        invitees.c.school_id,
        invitees.c.person_id,
        invitees.c.reply,
        invitees.c.delegate_name,
        invitees.c.delegate_position,
        schools.c.name.label("school"),
        schools.c.code,
        agencies.c.name.label("agency"),
        contacts.c.name.label("contact"),
        people.c.name.label("officer"),
        _CAME.c.person_id.label("by"),
        _CAME.c.mode,
        _CAME.c.at,
        _CAME.c.late,
        _CAME.c.headcount,
    )
    .select_from(invitees)
    .outerjoin(schools, schools.c.id == invitees.c.school_id)
    .outerjoin(agencies, agencies.c.id == invitees.c.agency_id)
    .outerjoin(contacts, contacts.c.school_id == invitees.c.school_id)
    .outerjoin(people, people.c.id == invitees.c.person_id)
    .outerjoin(_CAME, _CAME.c.invitee_id == invitees.c.id)
    .where(invitees.c.channel_id == bindparam("channel"), invitees.c.meeting_id == bindparam("meeting"))
    .order_by(invitees.c.id)
)
_ROLES = (
    select(
        memberships.c.school_id,
        memberships.c.person_id,
        memberships.c.role,
        people.c.name,
    )
    .join(people, people.c.id == memberships.c.person_id)
    .where(memberships.c.channel_id == bindparam("channel"), IN_FORCE)
    .order_by(memberships.c.id.desc())
)


def register(db: Connection, meeting: Meeting, made_by: str, now: datetime) -> Register:
    """Return a meeting's register; lines by agency, then by place, in Thai order. made_by: who asked for it."""
    key = {"channel": meeting.channel, "meeting": meeting.id}
    posts = _Posts(db.execute(_ROLES, {"channel": meeting.channel, "now": now}))
    found = sorted(((_line(row, posts), row) for row in db.execute(_LINES, key)), key=lambda one: _place(*one))
    came = checkins.attended(db, meeting)
    return Register(
        title=say("register.title"),
        about=tuple(_about(meeting)),
        lines=tuple(line for line, _ in found),
        sums=tuple(sums(came, len(found))),
        made=say("register.made", who=made_by, when=moment(now)),
    )


def sums(came: Attendance, invited: int) -> Iterator[str]:
    """Return how many came, in lines: all, then by mode."""
    yield say("register.came", came=f"{came.came:,}", invited=f"{invited:,}")
    yield say("register.by_mode", room=f"{came.room:,}", online=f"{came.online:,}")
    if came.broadcast:
        slots = {"call": f"{came.call:,}", "heads": f"{came.headcount:,}", "schools": f"{came.broadcast:,}"}
        yield say("register.broadcast", **slots)
    if came.late:
        yield say("register.late", late=f"{came.late:,}")


def _about(meeting: Meeting) -> Iterator[tuple[str, str]]:
    known = {"meeting": named(meeting), "when": when(meeting), "place": meeting.place, "chair": meeting.chair}
    known["letter"] = meeting.letter
    yield from ((say(f"register.about.{name}"), words) for name, words in known.items() if words)


class _Posts:
    """Who heads which school, and which role an officer has."""

    def __init__(self, rows: Any) -> None:
        self.acting: dict[int, bool] = {}
        self.names: dict[int, str] = {}
        self.roles: dict[int, Role] = {}
        for row in rows:
            role = Role(row.role)
            if row.school_id is None:
                self.roles.setdefault(row.person_id, role)
            elif role in SUBMITTERS:
                self.acting.setdefault(row.school_id, role == Role.ACTING)
                if row.name:
                    self.names.setdefault(row.school_id, row.name)


def _line(row: Any, posts: _Posts) -> Line:
    name, position = _who(row, posts)
    came = CheckIn(row.id, row.by, Mode(row.mode), row.at, row.late, row.headcount) if row.mode else None
    return Line(
        name=name,
        position=position,
        place=row.school or row.agency or say("joining.everywhere"),
        agency=(row.agency or "") if row.school else "",
        mode=_mode(came) if came else "",
        at=_at(came) if came else "",
    )


def _who(row: Any, posts: _Posts) -> tuple[str, str]:
    """Return who comes, and in which post: who was sent, the school's head as the roster has it, or the officer."""
    if row.reply == Reply.DELEGATE and row.delegate_name:
        return row.delegate_name, row.delegate_position or say("register.delegate")
    if row.school_id is None:
        role = posts.roles.get(row.person_id)
        return row.officer or "", say(f"role.{role}") if role else ""
    acting = posts.acting.get(row.school_id, False)
    return row.contact or posts.names.get(row.school_id, ""), say("role.acting" if acting else "role.director")


def _mode(came: CheckIn) -> str:
    return how(came) if came.mode == Mode.BROADCAST else say(f"register.mode.{came.mode}")


def _at(came: CheckIn) -> str:
    return say("register.at_late", at=clock(came.at)) if came.late else clock(came.at)


def _place(line: Line, row: Any) -> tuple[Key, Key, Key, int]:
    """Return what lines are sorted by: the agency, its officers before its schools, the place, the name."""
    school = thai_order(row.school) if row.school else thai_order("")
    return thai_order(row.agency or ""), school, thai_order(line.name), row.id


def data(one: Register) -> Mapping[str, Any]:
    """Return a register as plain data, for what prints it."""
    lines = [[line.name, line.position, line.place, line.agency, line.mode, line.at] for line in one.lines]
    return {
        "title": one.title, "about": one.about, "heads": heads(), "lines": lines, "sums": one.sums, "made": one.made
    }  # fmt: skip
