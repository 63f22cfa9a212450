"""What waits for whom in a channel, and which hat each wears: a few statements, however many people there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, or_, select

from handlers import agencies, erasures, extensions, rich_menus, rounds, tickets
from handlers.agencies import Book
from handlers.cached import cached_property
from handlers.erasures import Erasure
from handlers.reviews import WAITING
from handlers.standing import HATS
from models.asking import Asked, asks
from models.meetings import MeetingState, invitees, meetings
from models.people import IN_FORCE, WRITERS, Request, Role, join_requests, memberships, people, schools
from models.place import places
from models.report import State, reports


@dataclass(frozen=True, slots=True)
class Serves:
    """One role in force of one person. agency: of the school, or the one served; None: the whole channel."""

    role: Role
    school: int | None
    agency: int | None

    @property
    def flow(self) -> str:
        """Return the flow of the role: the hat."""
        return HATS.get(self.role, "report")


def worn(serves: Iterable[Serves], flow: str | None) -> list[Serves]:
    """Return the roles of the hat that is worn by who stands in a flow: as ``Talk.standing`` has it."""
    known = list(serves)
    of_flow = [one for one in known if one.flow == flow]
    writing = [one for one in known if one.role in WRITERS]
    found = of_flow or writing or known
    return [one for one in found if one.flow == found[0].flow]


@dataclass(frozen=True)
class Waits:
    """What waits in one channel. to_write: None while no round runs, else the schools whose report is out of hand."""

    book: Book
    sent: frozenset[int] | None
    meetings_of_schools: frozenset[int]
    meetings_of_people: frozenset[int]
    to_verify: dict[int, frozenset[int]]  # agency → schools
    asks: frozenset[tuple[int, bool]]  # agency, for the province only
    desk: frozenset[int]  # agencies
    erasures: tuple[Erasure, ...]

    @cached_property
    def _below(self) -> dict[int, frozenset[int]]:
        return {}

    def _within(self, agency: int) -> frozenset[int]:
        if agency not in self._below:
            self._below[agency] = frozenset(self.book.below(agency))
        return self._below[agency]

    def of(self, person: int, hat: Collection[Serves], own: Collection[Serves]) -> set[str]:
        """Return what waits for a person in the roles of one hat. own: all roles; nobody verifies one's own school."""
        mine = {one.school for one in own if one.school is not None}
        found = {what for one in hat for what in self._in_role(one, mine)}
        return found | ({"meetings"} if person in self.meetings_of_people else set())

    def _in_role(self, one: Serves, mine: Collection[int]) -> Iterable[str]:
        if one.role in WRITERS and one.school is not None:
            yield from self._for_school(one.school)
        elif one.role == Role.VERIFIER and one.agency is not None:
            offices = self._within(one.agency)
            if any(self.to_verify.get(office, frozenset()) - set(mine) for office in offices):
                yield "queue"
            if self._asked(offices):
                yield "asks"
        elif one.role == Role.COORDINATOR and self._on_desk(one.agency):
            yield "desk"

    def _for_school(self, school: int) -> Iterable[str]:
        if self.sent is not None and school not in self.sent:
            yield "report"
        if school in self.meetings_of_schools:
            yield "meetings"

    def _asked(self, offices: Collection[int]) -> bool:
        return any((office, False) in self.asks for office in offices)

    def _on_desk(self, agency: int | None) -> bool:
        """Tell as ``handlers.desk.waiting`` whether anything waits for coordinators."""
        if agency is None:
            return bool(self.desk or self.asks or self.erasures)
        offices = self._within(agency)
        return not self.desk.isdisjoint(offices) or self._asked(offices) or self._erasures(offices)

    def _erasures(self, offices: frozenset[int]) -> bool:
        return any(one.is_within(offices) for one in self.erasures)


_SERVES = (
    select(
        memberships.c.person_id,
        memberships.c.role,
        memberships.c.school_id,
        func.coalesce(schools.c.agency_id, memberships.c.agency_id),
        places.c.flow,
    )
    .select_from(memberships)
    .join(people, people.c.id == memberships.c.person_id)
    .outerjoin(schools, schools.c.id == memberships.c.school_id)
    .outerjoin(places, places.c.person_id == memberships.c.person_id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        people.c.line_user_id.is_not(None),
        IN_FORCE,
        or_(schools.c.closed_at.is_(None), schools.c.closed_at > bindparam("now")),
    )
    .order_by(memberships.c.id)
)
_SENT = select(reports.c.school_id).where(
    reports.c.round_id == bindparam("round"), reports.c.state.not_in([State.DRAFT, State.RETURNED])
)
_MEETINGS = (
    select(invitees.c.school_id, invitees.c.person_id)
    .join(meetings, meetings.c.id == invitees.c.meeting_id)
    .where(
        meetings.c.channel_id == bindparam("channel"),
        meetings.c.state == MeetingState.CALLED,
        meetings.c.starts_at > bindparam("now"),
        invitees.c.reply.is_(None),
    )
)
_TO_VERIFY = (
    select(schools.c.agency_id, schools.c.id)
    .join(reports, reports.c.school_id == schools.c.id)
    .where(reports.c.channel_id == bindparam("channel"), reports.c.state.in_(WAITING))
)
_ASKS = (
    select(schools.c.agency_id, asks.c.private)
    .distinct()
    .select_from(asks)
    .join(reports, reports.c.id == asks.c.report_id)
    .join(schools, schools.c.id == asks.c.school_id)
    .where(asks.c.channel_id == bindparam("channel"), asks.c.state != Asked.ANSWERED, reports.c.state != State.DRAFT)
)
_REQUESTS = (
    select(join_requests.c.agency_id)
    .distinct()
    .where(join_requests.c.channel_id == bindparam("channel"), join_requests.c.state == Request.ASKED)
)


def wanted(db: Connection, channel: str, now: datetime) -> dict[int, str]:
    """Return the name of the menu of each person of a channel that is to have one of their own."""
    at = {"channel": channel, "now": now}
    roles: defaultdict[int, list[Serves]] = defaultdict(list)
    flows: dict[int, str | None] = {}
    for person, role, school, agency, flow in db.execute(_SERVES, at):
        roles[person].append(Serves(Role(role), school, agency))
        flows[person] = flow
    waits = found(db, channel, now) if roles else None
    named = {person: _menu(waits, person, own, flows[person]) for person, own in roles.items() if waits}
    return {person: name for person, name in named.items() if name is not None}


def _menu(waits: Waits, person: int, own: list[Serves], flow: str | None) -> str | None:
    hat = worn(own, flow)
    return rich_menus.wanted(rich_menus.HATS.get(hat[0].role), waits.of(person, hat, own))


def found(db: Connection, channel: str, now: datetime) -> Waits:
    """Return what waits in a channel."""
    at = {"channel": channel, "now": now}
    running = rounds.current_round(db, channel, now)
    sent = db.execute(_SENT, {"round": running.id}).scalars() if running else None
    asked = db.execute(_MEETINGS, at).all()
    to_verify: defaultdict[int, set[int]] = defaultdict(set)
    for agency, school in db.execute(_TO_VERIFY, at):
        to_verify[agency].add(school)
    return Waits(
        book=agencies.book(db, channel),
        sent=None if sent is None else frozenset(sent),
        meetings_of_schools=frozenset(school for school, _ in asked if school is not None),
        meetings_of_people=frozenset(person for _, person in asked if person is not None),
        to_verify={agency: frozenset(these) for agency, these in to_verify.items()},
        asks=frozenset((agency, private) for agency, private in db.execute(_ASKS, at)),
        desk=frozenset(_desk(db, channel, now)),
        erasures=tuple(erasures.waiting(db, channel, None)),
    )


def _desk(db: Connection, channel: str, now: datetime) -> Iterable[int]:
    yield from db.execute(_REQUESTS, {"channel": channel}).scalars()
    yield from (one.agency for one in extensions.waiting(db, channel, None, now))
    yield from (one.ticket.agency for one in tickets.waiting(db, channel, None, now))
