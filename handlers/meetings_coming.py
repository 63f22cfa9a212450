"""The coming meetings in a few numbers of each agency: for a digest, where each is one line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from handlers.texts import say
from handlers.thai import day, today
from models.meetings import MeetingState, Reply, invitees, meetings

AHEAD = timedelta(days=30)
"""How long before its start a meeting stands in digests."""
SHOWN = 2
"""Meetings in one digest, the soonest."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How many invitations there are, how many are answered, how many of these by sending somebody."""

    invited: int = 0
    answered: int = 0
    delegates: int = 0

    def __add__(self, other: "Answers") -> "Answers":
        """Return both together."""
        return Answers(
            self.invited + other.invited, self.answered + other.answered, self.delegates + other.delegates
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coming:
    """A called meeting that is not far away, with the answers of each agency (None: of no agency)."""

    meeting: int
    on: date
    by_agency: Mapping[int | None, Answers]

    def line(self, within: Collection[int] | None) -> str | None:
        """Return how it stands for these agencies (None: for all); None where nobody of them is invited."""
        sums = Answers()
        for agency, answers in self.by_agency.items():
            if within is None or agency in within:
                sums += answers
        if not sums.invited:
            return None
        key = "watching.digest_delegates" if sums.delegates else "watching.digest"
        return say(key, day=day(self.on), answered=sums.answered, of=sums.invited, n=sums.delegates)


_COMING = (
    select(
        meetings.c.id,
        meetings.c.starts_at,
        invitees.c.agency_id,
        func.count().label("invited"),
        func.count(invitees.c.reply).label("answered"),
        func.count().filter(invitees.c.reply == Reply.DELEGATE).label("delegates"),
    )
    .join(invitees, invitees.c.meeting_id == meetings.c.id)
    .where(
        meetings.c.channel_id == bindparam("channel"),
        meetings.c.state == MeetingState.CALLED,
        meetings.c.starts_at > bindparam("now"),
        meetings.c.starts_at <= bindparam("until"),
    )
    .group_by(meetings.c.id, meetings.c.starts_at, invitees.c.agency_id)
    .order_by(meetings.c.starts_at, meetings.c.id)
)


def coming(db: Connection, channel: str, now: datetime) -> tuple[Coming, ...]:
    """Return the meetings of a channel that begin within the next weeks, the soonest first."""
    found: dict[int, tuple[date, dict[int | None, Answers]]] = {}
    for row in db.execute(_COMING, {"channel": channel, "now": now, "until": now + AHEAD}):
        _, answers = found.setdefault(row.id, (today(row.starts_at), {}))
        answers[row.agency_id] = Answers(row.invited, row.answered, row.delegates)
    return tuple(Coming(meeting, on, answers) for meeting, (on, answers) in found.items())


def lines(of: Collection[Coming], within: Collection[int] | None) -> tuple[str, ...]:
    """Return a line for each of the soonest meetings to which agencies are invited."""
    found = (one.line(within) for one in of)
    return tuple([line for line in found if line is not None][:SHOWN])
