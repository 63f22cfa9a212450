"""What is stuck, and telling the operators of it: each kind once a day at most, in office hours, while it lasts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import inf

from sqlalchemy import Connection

from handlers import telling, working_days
from handlers.heartbeats import OfChannel, State
from handlers.messages.values import Say
from handlers.texts import say
from handlers.thai import moment, today
from models.people import Role

SILENT = timedelta(minutes=5)
"""So long nothing may be written that is due: a deploy, a restart or a take-over takes less."""
UNSENT = timedelta(minutes=10)
"""So long may a message wait that is due."""
_ANY_OFFICE = 0


class Kind(StrEnum):
    """What may be stuck."""

    SILENT = "silent"
    UNSENT = "unsent"
    PARKED = "parked"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is stuck, in one channel. silent: seconds for which the clock has been so, for that kind."""

    kind: Kind
    of: OfChannel
    silent: float = 0.0


def found(state: State, watched: float = inf) -> list[Trouble]:
    """Return what is stuck.

    watched: seconds since whoever asks began to watch; a silence is not older than that, as far as it knows.
    """
    stuck = [Trouble(kind, one) for one in state.channels for kind, is_stuck in _STUCK.items() if is_stuck(one)]
    return silence(state, watched) + stuck


def silence(state: State, watched: float = inf) -> list[Trouble]:
    """Return the clock's silence, if it is silent: the trouble of every channel."""
    silent = watched if state.lag is None else min(state.lag, watched)
    if silent <= SILENT.total_seconds():
        return []
    return [Trouble(Kind.SILENT, one, silent) for one in state.channels]


_STUCK: Mapping[Kind, Callable[[OfChannel], bool]] = {
    Kind.UNSENT: lambda one: one.unsent > UNSENT.total_seconds() or one.struggling > 0,
    Kind.PARKED: lambda one: one.parked > 0,
    Kind.QUOTA: lambda one: one.is_spent,
}


def words(trouble: Trouble, now: datetime) -> str:
    """Return what the operator is told."""
    when, one = moment(now), trouble.of
    match trouble.kind:
        case Kind.SILENT:
            return say("trouble.silent", when=when, minutes=int(trouble.silent // 60))
        case Kind.UNSENT:
            return say("trouble.unsent", when=when, n=max(one.waiting, one.struggling))
        case Kind.PARKED:
            return say("trouble.parked", when=when, n=one.parked)
        case Kind.QUOTA:
            return say("trouble.quota", when=when, used=one.used)


def tell_operators(db: Connection, troubles: Iterable[Trouble], now: datetime) -> None:
    """Tell the operators of each channel, at an hour at which we may speak first; else later, if it lasts till then.

    By a push, for it cannot wait for a visit; where no paid message is left, at the next visit.
    """
    for one in troubles:
        channel = one.of.channel
        if not working_days.of(db, channel).allows(now):
            continue
        for person in telling.in_office(db, channel, _ANY_OFFICE, Role.OPERATOR, now):
            telling.tell(
                db,
                channel,
                person,
                Say(words(one, now)),
                once=f"trouble:{one.kind}:{today(now)}",
                now=now,
                worth_a_push=one.kind != Kind.QUOTA,
                patience=timedelta(0),
            )
