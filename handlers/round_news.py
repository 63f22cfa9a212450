"""Telling people of rounds, by the clock: one has opened, its due date has moved, it is closed.

Each piece of news is noted before it is told, so it is told once, however often and by how many clocks it is asked for.
All who hear it hear the same words, which may so go out in one call. What is no news any more after a late start is
noted and not told. What a round was opened with is no news of its own.

Only the opening is worth a push, to those who send the report: a round that nobody hears of until the first reminder
costs its directors three weeks. It is the first of the reminders, and has their priority.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite too, where the generic one lacks ON CONFLICT

from handlers import working_days
from handlers.messages.build import to_line
from handlers.messages.values import Act, Choice, Say
from handlers.notices import tell_alike
from handlers.outbox import UNTOUCHED, Words
from handlers.telling import PATIENCE
from handlers.texts import say
from handlers.thai import day, today
from models.outbox import Priority, Sending, outbox
from models.people import IN_FORCE, SUBMITTERS, WRITERS, Role, memberships, people, schools
from models.programme import rounds
from models.report import reports
from models.round_news import round_news

LATE = timedelta(days=7)
"""How long after an opening or a close it is still news."""
OPENED, DUE, CLOSED = "opened", "due", "closed"


@dataclass(frozen=True, slots=True)
class _Round:
    id: int
    channel: str
    title: str
    opens_at: datetime
    due: str
    due_over: bool
    closed_at: datetime | None
    told: frozenset[str]


def queue(db: Connection, now: datetime) -> int:
    """Write what is new of all rounds to the outbox; return how many rows that made."""
    return sum(_tell(db, one, news, now) for one in _running(db, now) for news in _news(one, now))


_ROUNDS = select(rounds).where(
    rounds.c.opens_at <= bindparam("now"), rounds.c.closed_at.is_(None) | (rounds.c.closed_at > bindparam("since"))
)
_TOLD = select(round_news.c.round_id, round_news.c.news).where(
    round_news.c.round_id.in_(bindparam("rounds", expanding=True))
)


def _running(db: Connection, now: datetime) -> list[_Round]:
    """Return the rounds of all channels that have opened, and have not long been closed, with what was told of them."""
    found = db.execute(_ROUNDS, {"now": now, "since": now - LATE}).all()
    told: dict[int, set[str]] = {row.id: set() for row in found}
    for row in db.execute(_TOLD, {"rounds": list(told)}):
        told[row.round_id].add(row.news)
    return [
        _Round(
            id=row.id,
            channel=row.channel_id,
            title=row.title,
            opens_at=row.opens_at,
            due=row.due_on.isoformat(),
            due_over=row.due_on < today(now),
            closed_at=row.closed_at,
            told=frozenset(told[row.id]),
        )
        for row in found
    ]


def _news(one: _Round, now: datetime) -> Iterator[str]:
    """Return what is to be noted of a round, in the order in which it happened."""
    if OPENED not in one.told:
        yield OPENED
    if f"{DUE}:{one.due}" not in one.told:
        yield f"{DUE}:{one.due}"
    if one.closed_at is not None and one.closed_at <= now and CLOSED not in one.told:
        yield CLOSED


def _is_told(one: _Round, news: str, now: datetime) -> bool:
    """Tell whether something noted is news to people."""
    if news == CLOSED:
        return OPENED in one.told  # of one that opened and closed while nobody looked nothing is told
    if one.due_over or (one.closed_at is not None and one.closed_at <= now):
        return False
    return now - one.opens_at <= LATE if news == OPENED else OPENED in one.told


_NOTE = insert(round_news).on_conflict_do_nothing(index_elements=["round_id", "news"]).returning(round_news.c.round_id)


def _tell(db: Connection, one: _Round, news: str, now: datetime) -> int:
    row = {"round_id": one.id, "news": news, "channel_id": one.channel, "at": now}
    noted = db.execute(_NOTE, row).first() is not None  # another clock may have been first
    if not noted or not _is_told(one, news, now):
        return 0
    if news != OPENED:
        _take_back(db, one, news, now)
    submitters, helpers, verifiers = _audience(db, one, news, now)
    push_at = working_days.of(db, one.channel).polite(now + PATIENCE) if news == OPENED else None
    told = [
        (submitters, _to_writers(one, news), push_at),
        (helpers, _to_writers(one, news), None),
        (verifiers, _to_verifiers(one, news), None),
    ]
    for who, words, at in told:
        once = f"round:{one.id}:{news}"
        hearers = [(person, user, f"{once}:{person}") for person, user in who]
        tell_alike(db, one.channel, [(words, hearers)], now, at, Priority.REMINDER)
    return sum(len(who) for who, _, _ in told)


_TAKE_BACK = (
    update(outbox)
    .where(
        outbox.c.channel_id == bindparam("channel"),
        outbox.c.once_key.like(bindparam("keys")),
        UNTOUCHED,
        outbox.c.tries == 0,
    )
    .values(state=Sending.REPLACED)
)


def _take_back(db: Connection, one: _Round, news: str, now: datetime) -> None:
    """Take back what nobody has heard yet: of a closed round all, of a due date those before it."""
    keys = f"round:{one.id}:%" if news == CLOSED else f"round:{one.id}:{DUE}:%"
    db.execute(_TAKE_BACK, {"channel": one.channel, "keys": keys, "now": now})


_MEMBERS = (
    select(memberships.c.person_id, memberships.c.role, people.c.line_user_id)
    .join(people, people.c.id == memberships.c.person_id)
    .outerjoin(schools, schools.c.id == memberships.c.school_id)
    .where(
        memberships.c.channel_id == bindparam("channel"),
        memberships.c.role.in_([*WRITERS, Role.VERIFIER]),
        IN_FORCE,
        schools.c.closed_at.is_(None) | (schools.c.closed_at > bindparam("now")),
        people.c.line_user_id.is_not(None),
        people.c.blocked_at.is_(None),
    )
    .order_by(memberships.c.person_id)
)
_has_begun = exists().where(reports.c.round_id == bindparam("round"), reports.c.school_id == memberships.c.school_id)
_NOT_BEGUN = _MEMBERS.where(~_has_begun)
_People = list[tuple[int, str]]


def _audience(db: Connection, one: _Round, news: str, now: datetime) -> tuple[_People, _People, _People]:
    """Return who sends a report, who helps to write one, and who verifies: each person once, in the first that fits.

    That a round has opened is no news to a school that has begun its report.
    """
    kinds: tuple[dict[int, str], ...] = ({}, {}, {})
    found = _NOT_BEGUN if news == OPENED else _MEMBERS
    for row in db.execute(found, {"channel": one.channel, "now": now, "round": one.id}):
        kind = 0 if row.role in SUBMITTERS else 1 if row.role in WRITERS else 2
        kinds[kind][row.person_id] = row.line_user_id
    submitters, helpers, verifiers = kinds
    return (
        list(submitters.items()),
        [(one, user) for one, user in helpers.items() if one not in submitters],
        [(one, user) for one, user in verifiers.items() if one not in submitters and one not in helpers],
    )


_WRITERS = {OPENED: "round_news.opened", DUE: "round_news.moved", CLOSED: "round_news.closed"}
_VERIFIERS = {
    OPENED: "round_news.opened_verifier",
    DUE: "round_news.moved_verifier",
    CLOSED: "round_news.closed_verifier",
}


def _to_writers(one: _Round, news: str) -> Words:
    do = ("status", "status") if news == CLOSED else ("start", "report")
    return _words(one, _WRITERS[news.partition(":")[0]], [Choice(say(f"label.{do[0]}"), Act(do[1]))])


def _to_verifiers(one: _Round, news: str) -> Words:
    return _words(one, _VERIFIERS[news.partition(":")[0]], [Choice(say("label.queue"), Act("queue"))])


def _words(one: _Round, key: str, choices: Sequence[Choice]) -> Words:
    due = day(datetime.fromisoformat(one.due))
    return Words(*to_line([Say(say(key, title=one.title, due=due), tuple(choices))]))
