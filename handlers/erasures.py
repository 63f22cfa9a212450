"""Erasing what is kept of a person, because the person asks for it (PDPA s.33): the request, its decision, the deed.

A request is decided by a coordinator over one of the person's roles, or from the command line, within thirty days;
a refusal has a reason, which is kept (s.30).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from handlers import erasing, joining_requests, privacy, unsaid
from handlers.audit import note
from handlers.decisions import decide
from handlers.messages.values import Act, Choice, Say
from handlers.privacy import Served
from handlers.telling import in_office, tell
from handlers.texts import say
from handlers.thai import day, today
from models.erasing import erasure_requests
from models.outbox import FAREWELL, outbox
from models.people import Request, Role, people

TERM = timedelta(days=30)
"""Within which a request is answered."""
NEAR = timedelta(days=7)
"""So long before its end, those who decide are told once more."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody's wish to be erased. roles: those held since it was asked, else the last one; known: the LINE account
    is not forgotten yet; decided_by: the name of who decided, None where unknown."""

    id: int
    person: int
    name: str | None
    known: bool
    roles: tuple[Served, ...]
    state: Request
    asked_at: datetime
    decided_by: str | None
    why: str | None

    @property
    def due_at(self) -> datetime:
        """Return the moment until which it is to be answered."""
        return self.asked_at + TERM

    def is_within(self, offices: Collection[int] | None) -> bool:
        """Tell whether one of the person's roles is of these agencies; None: of the whole channel."""
        return offices is None or any(role.agency in offices for role in self.roles)


_decider = people.alias("decider")
_READ = (
    select(erasure_requests, people.c.name, people.c.line_user_id, _decider.c.name.label("decider"))
    .join(people, people.c.id == erasure_requests.c.person_id)
    .outerjoin(_decider, _decider.c.id == erasure_requests.c.decided_by)
    .where(erasure_requests.c.channel_id == bindparam("channel"))
    .order_by(erasure_requests.c.asked_at, erasure_requests.c.id)
)
_WAITING = _READ.where(erasure_requests.c.state == Request.ASKED)
_ONE = _READ.where(erasure_requests.c.id == bindparam("request"))
_OF_PERSON = _READ.where(erasure_requests.c.person_id == bindparam("person"))
_ADD = insert(erasure_requests).returning(erasure_requests.c.id)


def _read(db: Connection, channel: str, rows: Iterable[Any]) -> list[Erasure]:
    return [
        Erasure(
            row.id, row.person_id, row.name, row.line_user_id is not None,
            _roles(privacy.roles_of(db, channel, row.person_id), row.asked_at),
            Request(row.state), row.asked_at, row.decider, row.why,
        )
        for row in rows
    ]  # fmt: skip


def _roles(held: list[Served], asked_at: datetime) -> tuple[Served, ...]:
    since = [one for one in held if one.until is None or one.until > asked_at]
    return tuple(since or sorted(held, key=lambda one: one.until or asked_at)[-1:])


def waiting(db: Connection, channel: str, offices: Collection[int] | None) -> list[Erasure]:
    """Return the requests that wait within these agencies (all of the channel where None), the oldest first."""
    found = _read(db, channel, db.execute(_WAITING, {"channel": channel}).all())
    return [one for one in found if one.is_within(offices)]


def find(db: Connection, channel: str, offices: Collection[int] | None, number: int) -> Erasure | None:
    """Return a request of these agencies, decided or not; None where they have none of this number."""
    found = _read(db, channel, db.execute(_ONE, {"channel": channel, "request": number}).all())
    return found[0] if found and found[0].is_within(offices) else None


def of_person(db: Connection, channel: str, person: int) -> list[Erasure]:
    """Return what a person has asked, the oldest first."""
    return _read(db, channel, db.execute(_OF_PERSON, {"channel": channel, "person": person}).all())


def open_of(db: Connection, channel: str, person: int) -> Erasure | None:
    """Return a person's request that waits."""
    return next((one for one in of_person(db, channel, person) if one.state == Request.ASKED), None)


# Asking -----------------------------------------------------------------------------------------------------------


def ask(db: Connection, channel: str, person: int, now: datetime) -> int:
    """Ask to be erased, and tell the coordinators over the person's roles; returns how many were told.

    The caller holds the person's lock, and has seen that none of the person's requests waits.
    """
    row = {"channel_id": channel, "person_id": person, "state": Request.ASKED, "asked_at": now}
    request = db.execute(_ADD, row).scalar_one()
    roles = _roles(privacy.roles_of(db, channel, person), now)
    told = _tell_over(db, channel, person, roles, f"erasure:{request}", "", now)
    note(db, channel, "erasure.asked", now, person=person, request=request, told=told)
    return told


def _tell_over(
    db: Connection, channel: str, person: int, roles: Iterable[Served], once: str, lead: str, now: datetime
) -> int:
    """Tell the coordinators over roles that somebody waits to be erased; returns how many there are."""
    told: set[int] = set()
    for role in roles:
        words = say("my_data.erase.told", role=say(f"role.{role.role}"), place=role.place or say("joining.everywhere"))
        said = Say("\n".join(filter(None, (lead, words))), (Choice(say("label.erasures"), Act("erasures")),))
        for coordinator in sorted(_over(db, channel, role.agency, now) - {person} - told):
            tell(db, channel, coordinator, said, once=once, now=now)
            told.add(coordinator)
    return len(told)


def _over(db: Connection, channel: str, agency: int | None, now: datetime) -> set[int]:
    if agency is None:
        return set(in_office(db, channel, 0, Role.COORDINATOR, now))
    return set(joining_requests.deciders(db, channel, agency, now))


_REMIND = (
    update(erasure_requests)
    .where(
        erasure_requests.c.state == Request.ASKED,
        erasure_requests.c.asked_at <= bindparam("before"),
        erasure_requests.c.reminded_at.is_(None),
    )
    .values(reminded_at=bindparam("now"))
    .returning(erasure_requests.c.id, erasure_requests.c.channel_id)
)


def queue(db: Connection, now: datetime) -> int:
    """Tell those who decide, once, that the term of a request is near its end; return how many are told."""
    told = 0
    for row in db.execute(_REMIND, {"before": now - TERM + NEAR, "now": now}).all():
        one = find(db, row.channel_id, None, row.id)
        if one is not None:
            lead = say("my_data.erase.near", due=day(today(one.due_at)))
            told += _tell_over(db, row.channel_id, one.person, one.roles, f"erasure:{one.id}:near", lead, now)
    return told


# Deciding ---------------------------------------------------------------------------------------------------------


def carry_out(db: Connection, channel: str, one: Erasure, by: int | None, now: datetime) -> bool:
    """Erase who asked for it; False where somebody was faster. by: None from the command line."""
    user = erasing.lock(db, channel, one.person)  # before the trail is: the person's own talk takes them in this order
    if not decide(db, erasure_requests, channel, one.id, by, Request.GRANTED, now):
        return False
    _carry_out(db, channel, one.person, user, by, now)
    return True


def erase_unasked(db: Connection, channel: str, person: int, now: datetime) -> bool:
    """Erase a person who has asked for it on paper; False where the channel has no such person."""
    one = open_of(db, channel, person)
    if one is not None:
        return carry_out(db, channel, one, None, now)
    if not privacy.is_known(db, channel, person):
        return False
    _carry_out(db, channel, person, erasing.lock(db, channel, person), None, now)
    return True


_LAST_WORDS = (
    update(outbox)
    .where(outbox.c.channel_id == bindparam("channel"), outbox.c.once_key == bindparam("once"))
    .values(kind=FAREWELL, digest=None)
)


def _carry_out(db: Connection, channel: str, person: int, user: str | None, by: int | None, now: datetime) -> None:
    """Tell the person first: afterwards nobody knows how."""
    once = f"erased:{person}"
    tell(db, channel, person, Say(say("my_data.erase.carried_out")), once=once, now=now, patience=timedelta())
    db.execute(_LAST_WORDS, {"channel": channel, "once": f"{once}:{person}"})
    gone = erasing.erase(db, channel, person, user, now, by=by, last_words=f"{once}:{person}")
    note(db, channel, "person.erased", now, person=by, erased=person, **gone)


def refuse(
    db: Connection, channel: str, one: Erasure, by: int | None, why: str, now: datetime, mark: str | None = None
) -> bool:
    """Refuse a request and tell the person why; False where somebody was faster. mark: the reason's bubble."""
    if not decide(db, erasure_requests, channel, one.id, by, Request.REFUSED, now, why, mark):
        return False
    note(db, channel, "erasure.refused", now, person=by, request=one.id)
    words = say("my_data.erase.refused", asked=day(today(one.asked_at)), why=why)
    tell(db, channel, one.person, Say(words), once=f"erasure:{one.id}:refused", now=now)
    return True


_UNSEND = (
    update(erasure_requests)
    .where(
        erasure_requests.c.channel_id == bindparam("channel"),
        erasure_requests.c.line_message_id == bindparam("mark"),
        erasure_requests.c.decided_by == bindparam("by"),
    )
    .values(why=None)
)
_WHY = select(erasure_requests.c.id, erasure_requests.c.why).where(
    erasure_requests.c.channel_id == bindparam("channel"),
    erasure_requests.c.line_message_id == bindparam("mark"),
    erasure_requests.c.decided_by == bindparam("by"),
    erasure_requests.c.why.is_not(None),
)


def unsend(db: Connection, channel: str, mark: str, by: int) -> None:
    """Forget the reason of a refusal whose bubble was unsent, in what waits to be told to the person too."""
    row = {"channel": channel, "mark": mark, "by": by}
    for one in db.execute(_WHY, row).all():
        unsaid.reword(db, channel, f"erasure:{one.id}:refused", one.why, say("review.unsent"))
    db.execute(_UNSEND, row)
