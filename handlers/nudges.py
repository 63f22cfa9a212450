"""A word to the schools whose report is open, prepared by a coordinator or verifier, seen first, and sent once.

It counts as a reminder: who was reminded within the last working days, has asked for a later one or wants none, and who
got more time, is left alone. Every read starts from the agencies that the caller answers for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from handlers import reminders, tickets, working_days
from handlers.audit import note
from handlers.flows.report import REMIND_AGAIN
from handlers.messages.build import to_line
from handlers.messages.values import Act, Choice, Say
from handlers.notices import Told, tell_many
from handlers.outbox import Words
from handlers.reminders_open import LAST, NOT_CLOSED, OPEN, STOPPED, Quiet
from handlers.rounds import Round
from handlers.texts import say
from handlers.thai import day, today
from models.digests import nudges
from models.outbox import Priority
from models.people import IN_FORCE, SUBMITTERS, WRITERS, memberships, people, schools
from models.programme import extensions
from models.reminders import reminded
from models.reminders import reminders as table_of_reminders
from models.report import reports

NEAR = 2
"""Days before the due date from which on another wording is better."""


# Who --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody whom a nudge reaches, and the schools whose reports it is about."""

    person: int
    recipient: str
    schools: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom a nudge reaches. lately, snoozed: people left alone, and why; longer, unreached: schools not reached."""

    people: tuple[Reached, ...] = ()
    lately: int = 0
    snoozed: int = 0
    longer: int = 0
    unreached: int = 0


_OPEN = (
    select(
        schools.c.id.label("school"), memberships.c.role, people.c.id.label("person"), people.c.line_user_id,
        people.c.blocked_at, extensions.c.due_on, LAST.label("at"), reminded.c.again_at, STOPPED.label("stopped"),
    )
    .select_from(schools)
    .outerjoin(reports, and_(reports.c.school_id == schools.c.id, reports.c.round_id == bindparam("round")))
    .outerjoin(extensions, and_(extensions.c.school_id == schools.c.id, extensions.c.round_id == bindparam("round")))
    .outerjoin(
        memberships,
        and_(memberships.c.school_id == schools.c.id, memberships.c.role.in_(sorted(WRITERS)), IN_FORCE),
    )
    .outerjoin(people, people.c.id == memberships.c.person_id)
    .outerjoin(reminded, reminded.c.person_id == people.c.id)
    .where(
        schools.c.channel_id == bindparam("channel"),
        schools.c.agency_id.in_(bindparam("within", expanding=True)),
        NOT_CLOSED,
        OPEN,
    )
    .order_by(schools.c.id, memberships.c.id)
)  # fmt: skip


def recipients(db: Connection, channel: str, one: Round, within: Collection[int], now: datetime) -> Recipients:
    """Return whom a nudge about a round reaches now, of the schools of these agencies.

    Of a school those who may send its report, or else who may write it; each person once.
    """
    row = {"channel": channel, "round": one.id, "within": sorted(within), "now": now, "since": now - tickets.LAPSE}
    by_school: dict[int, list[Any]] = {}
    for found in db.execute(_OPEN, row):
        by_school.setdefault(found.school, []).append(found)
    quiet = reminders.quiet_at(channel, working_days.of(db, channel), now)
    sorting = _Sorting(one, quiet)
    for rows in by_school.values():
        sorting.take(rows)
    return sorting.done()


@dataclass
class _Sorting:
    """Sorts schools and the people in them into those reached and those left alone."""

    round: Round
    quiet: Quiet
    people: dict[int, list[Any]] = field(default_factory=dict)
    lately: set[int] = field(default_factory=set)
    snoozed: set[int] = field(default_factory=set)
    longer: int = 0
    unreached: int = 0

    def take(self, rows: list[Any]) -> None:
        own_due: date | None = rows[0].due_on
        if own_due is not None and own_due >= today(self.quiet.now) > self.round.due_on:
            self.longer += 1
            return
        reached = [row for row in rows if row.line_user_id is not None and row.blocked_at is None]
        senders = [row for row in reached if row.role in SUBMITTERS] or reached
        self.unreached += not senders
        for row in senders:
            self._sort(row)

    def _sort(self, row: Any) -> None:
        if row.stopped or (row.again_at is not None and row.again_at > self.quiet.now):
            self.snoozed.add(row.person)
        elif row.at is not None and row.at >= self.quiet.between:
            self.lately.add(row.person)
        else:
            self.people.setdefault(row.person, []).append(row)

    def done(self) -> Recipients:
        reached = (
            Reached(person, rows[0].line_user_id, tuple(dict.fromkeys(row.school for row in rows)))
            for person, rows in self.people.items()
        )
        return Recipients(tuple(reached), len(self.lately), len(self.snoozed), self.longer, self.unreached)


# What -------------------------------------------------------------------------------------------------------------


def words(one: Round, place: str, now: datetime) -> str:
    """Return what a nudge about a round says today: why it comes, what to do, how to stop it; and never blame."""
    known = {"round": one.title, "due": day(one.due_on)}
    if today(now) > max(one.due_on, one.grace_on or one.due_on):
        said = say("nudge.after", **known)
    else:
        said = say("nudge.near" if one.due_on - today(now) <= timedelta(days=NEAR) else "nudge.before", **known)
    return f"{said}\n\n{say('nudge.why', place=place)}\n{say('remind.typed_report')}"


def message(said: str, now: datetime) -> Say:
    """Return a nudge as it is sent, with the way on below, and what a reminder has."""
    shown = today(now).isoformat()
    acts = [Act("report"), *(Act(do, value=shown) for do in (REMIND_AGAIN, "problem", "stop_reminders"))]
    labels = ("label.resume", "label.snooze", "label.problem", "label.stop_reminders")
    return Say(said, tuple(Choice(say(label), act) for label, act in zip(labels, acts, strict=True)))


# Preparing and sending --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Nudge:
    """A nudge that was prepared. sent_at, recipients: once it is sent."""

    id: int
    round: int
    scope: int
    person: int
    words: str
    asked_at: datetime
    sent_at: datetime | None
    recipients: int | None


_ADD = insert(nudges).returning(nudges.c.id)
_ONE = select(nudges).where(nudges.c.channel_id == bindparam("channel"), nudges.c.id == bindparam("nudge"))
_SEND = (
    update(nudges)
    .where(nudges.c.id == bindparam("nudge"), nudges.c.sent_at.is_(None))
    .values(sent_at=bindparam("at"), recipients=bindparam("many"))
    .returning(nudges.c.id)
)
_NOTE = insert(table_of_reminders)


def prepare(db: Connection, channel: str, one: Round, scope: int, by: int, said: str, now: datetime) -> int:
    """Write down a nudge as it is shown to who may send it; return its number."""
    row = {"channel_id": channel, "round_id": one.id, "scope": scope, "person_id": by, "words": said, "asked_at": now}
    return int(db.execute(_ADD, row).scalar_one())


def found(db: Connection, channel: str, number: int) -> Nudge | None:
    """Return a nudge of the channel, or None."""
    row = db.execute(_ONE, {"channel": channel, "nudge": number}).first()
    if row is None:
        return None
    return Nudge(row.id, row.round_id, row.scope, row.person_id, row.words, row.asked_at, row.sent_at, row.recipients)


def send(db: Connection, channel: str, one: Nudge, to: Sequence[Reached], now: datetime) -> bool:
    """Send a nudge to people; False where it has been sent already. Out of hours it waits for the next.

    Each is written down as a reminder is: it counts as one, and is taken back where the report is sent before it is
    said.
    """
    if db.execute(_SEND, {"nudge": one.id, "at": now, "many": len(to)}).first() is None:
        return False
    said = Words(*to_line([message(one.words, now)]))
    told = [Told(each.person, each.recipient, f"nudge:{one.id}:{each.person}", said) for each in to]
    tell_many(db, channel, told, now, working_days.of(db, channel).polite(now), Priority.REMINDER)
    row = {"channel_id": channel, "kind": "report", "slot": f"nudge:{one.id}", "round_id": one.round, "at": now}
    db.execute(
        _NOTE,
        [
            row | {"subject": f"nudge:{school}", "person_id": each.person, "school_id": school, "message": words.once}
            for each, words in zip(to, told, strict=True)
            for school in each.schools
        ],
    )
    note(db, channel, "nudge.sent", now, person=one.person, nudge=one.id, recipients=len(to), scope=one.scope)
    return True
