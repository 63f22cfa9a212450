"""The end of the ladder: a person calls. Coordinators are given the schools, and those of the agency the numbers.

Telephone numbers are shown to coordinators of the school's agency and the offices above it; the province's own see the
schools only (whom to ask for them is the agency).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select

from handlers import agencies, notices, tickets
from handlers.messages.build import to_line
from handlers.messages.values import Act, Choice, Say
from handlers.notices import Told
from handlers.outbox import Words
from handlers.reminders_ladder import CALL
from handlers.reminders_open import NOT_CLOSED, OPEN, STOPPED, Quiet, Rungs, keep, row_of
from handlers.rounds import Round
from handlers.texts import say
from handlers.thai import BANGKOK, day, today
from models.outbox import Priority
from models.people import IN_FORCE, WRITERS, Role, contacts, memberships, people, schools
from models.programme import extensions
from models.reminders import reminded, reminders
from models.report import State, reports

SHOWN = 20
"""Schools in one message; all of them are told when asked for."""


@dataclass(frozen=True, slots=True)
class Call:
    """A school that should be called. since: its report was returned on that day."""

    school: int
    school_name: str
    district: str
    agency: int
    round: int
    report: int | None
    due: date
    since: date | None
    slot: str
    contact: str | None
    phone: str | None

    @property
    def subject(self) -> str:
        """Return what names the school's report in this round."""
        return f"{self.round}:{self.school}"


_in_touch = exists().where(
    memberships.c.school_id == schools.c.id,
    memberships.c.role.in_(sorted(WRITERS)),
    IN_FORCE,
    memberships.c.person_id == people.c.id,
    or_(
        people.c.heard_at >= bindparam("reply"),
        exists().where(reminded.c.person_id == people.c.id, reminded.c.again_at > bindparam("now")),
        STOPPED,
    ),
)
"""Whether somebody of a school has spoken lately, waits for a moment asked for, said no, or told of a problem."""
_LATE = (
    select(
        schools.c.id,
        schools.c.name,
        schools.c.district,
        schools.c.agency_id,
        contacts.c.name.label("contact"),
        contacts.c.phone,
        reports.c.id.label("report"),
        reports.c.state,
        extensions.c.due_on,
        extensions.c.at,
    )
    .select_from(schools)
    .outerjoin(contacts, contacts.c.school_id == schools.c.id)
    .outerjoin(reports, (reports.c.round_id == bindparam("round")) & (reports.c.school_id == schools.c.id))
    .outerjoin(extensions, (extensions.c.round_id == bindparam("round")) & (extensions.c.school_id == schools.c.id))
    .where(schools.c.channel_id == bindparam("channel"), NOT_CLOSED, OPEN, ~_in_touch)
    .order_by(schools.c.agency_id, schools.c.id)
)


_told = schools.c.id.in_(
    select(reminders.c.school_id).where(
        reminders.c.channel_id == bindparam("channel"),
        reminders.c.kind == CALL,
        reminders.c.round_id == bindparam("round"),
        reminders.c.slot == bindparam("slot"),
    )
)
_NEWS = _LATE.where(~and_(extensions.c.due_on.is_(None), func.coalesce(reports.c.state, "") != State.RETURNED, _told))
"""Without those who have no days of their own and were handed over: in the end nearly all."""


def late(db: Connection, quiet: Quiet, one: Round, *, news: bool = False) -> list[Call]:
    """Return the schools whose report has reached the last rung, and with whom nobody is in touch.

    news: leave out those that were handed over already.
    """
    rungs = Rungs(db, one, quiet.now)
    usual = rungs.of(None, None, None, None)
    if usual.rung != CALL:
        return []  # no school's own day comes before the round's
    at = {"channel": quiet.channel, "round": one.id, "now": quiet.now, "reply": quiet.reply}
    at |= {"slot": usual.slot, "since": quiet.now - tickets.LAPSE}
    rows = db.execute(_NEWS if news else _LATE, at).all()
    found = [(row, rungs.of(row.report, row.state, row.due_on, row.at)) for row in rows]
    return [
        Call(
            row.id, row.name, row.district, row.agency_id, one.id, row.report, due.day, due.returned, due.slot or "",
            row.contact, row.phone,
        )
        for row, due in found
        if due.rung == CALL
    ]  # fmt: skip


# Telling the coordinators -----------------------------------------------------------------------------------------

_COORDINATORS = (
    select(people.c.id, people.c.line_user_id, memberships.c.agency_id)
    .distinct()
    .select_from(memberships)
    .join(people, people.c.id == memberships.c.person_id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.role == Role.COORDINATOR,
        memberships.c.school_id.is_(None),
        people.c.line_user_id.is_not(None),
        people.c.blocked_at.is_(None),
        IN_FORCE,
    )
    .order_by(people.c.id)
)
_TOLD = select(reminders.c.subject, reminders.c.person_id, reminders.c.slot, reminders.c.at).where(
    reminders.c.channel_id == bindparam("channel"), reminders.c.kind == CALL, reminders.c.round_id == bindparam("round")
)


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Somebody to whom schools are handed over. agency: None for the province's own."""

    person: int
    user: str
    agency: int | None


def queue(db: Connection, quiet: Quiet, one: Round) -> int:
    """Hand over the schools that should be called: one message a coordinator and day at most, a school once.

    Return how many messages that made.
    """
    calls = late(db, quiet, one, news=True)
    if not calls:
        return 0
    before = db.execute(_TOLD, {"channel": quiet.channel, "round": one.id}).all()
    known = {(row.subject, row.person_id, row.slot) for row in before}
    midnight = datetime.combine(today(quiet.now), time(), BANGKOK)
    today_told = {row.person_id for row in before if row.at >= midnight}
    told, rows = [], []
    for who, theirs in _handed(db, quiet, calls).items():
        fresh = [call for call in theirs if (call.subject, who.person, call.slot) not in known]
        if fresh and who.person not in today_told:
            once = f"calls:{quiet.now:%Y%m%dT%H%M%S}:{who.person}"
            words = Words(*to_line([message(fresh, one.title, phones=who.agency is not None)]))
            told.append(Told(who.person, who.user, once, words))
            rows += [row_of(call.subject, who.person, call.slot, once, call) for call in fresh]
    if rows:
        keep(db, quiet, CALL, rows)
        notices.tell_many(db, quiet.channel, told, quiet.now, quiet.now, Priority.REMINDER)
    return len(told)


def _handed(db: Connection, quiet: Quiet, calls: Iterable[Call]) -> Mapping[Coordinator, Sequence[Call]]:
    """Return who is told of which schools: the agency's coordinators, else those above it, else the province's."""
    rows = db.execute(_COORDINATORS, {"channel": quiet.channel, "now": quiet.now})
    by_office: dict[int | None, list[Coordinator]] = defaultdict(list)
    for row in rows:
        by_office[row.agency_id].append(Coordinator(row.id, row.line_user_id, row.agency_id))
    book = agencies.book(db, quiet.channel)
    nearest = {office: _nearest(book.above(office), by_office) for office in book.names}
    handed: dict[Coordinator, list[Call]] = defaultdict(list)
    for call in calls:
        for who in nearest.get(call.agency, ()):
            handed[who].append(call)
    return handed


def _nearest(line: Iterable[int], by_office: Mapping[int | None, list[Coordinator]]) -> list[Coordinator]:
    return next((by_office[office] for office in line if by_office.get(office)), by_office.get(None, []))


def message(calls: Sequence[Call], title: str, *, phones: bool, shown: int = SHOWN) -> Say:
    """Return the list of schools to call. phones: with their telephone numbers."""
    lines = [_line(call, place, phones) for place, call in enumerate(calls[:shown], 1)]
    lines += [say("remind.call_more", n=len(calls) - shown)] if len(calls) > shown else []
    lines += [] if phones else [say("remind.call_hidden")]
    words = say("remind.call", n=len(calls), title=title, lines="\n".join(lines))
    return Say(f"{words}\n\n{say('remind.call_why')}", (Choice(say("label.calls"), Act("calls")),))


def _line(call: Call, place: int, phones: bool) -> str:
    key = "remind.call_returned" if call.since else "remind.call_line"
    name = call.contact or say("remind.call_nobody")
    return say(
        key,
        n=place,
        school=call.school_name,
        district=call.district,
        due=day(call.due),
        since=day(call.since or call.due),
        name=name,
        phone=(call.phone or say("remind.call_no_phone")) if phones else "",
    ).rstrip()
