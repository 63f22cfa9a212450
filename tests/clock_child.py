"""`python -m tests.clock_child`: schedulers that begin at once, forked from a process that has imported everything.

Each is a process of its own, runs `scheduler.__main__.main` to its end and dies by a real SIGKILL. Starting it by exec
takes a second of a processor for imports: most of those killed would not even have begun.

Its clock shows another day (``CLOCK_AHEAD``, seconds), on which we may speak first; SIGUSR1 sets it back an hour.
What is due is news for everybody: at ``NEWS_FROM`` (ISO) and every ``NEWS_EVERY`` seconds after, ``NEWS`` times.

Read from stdin: a role on each line, answered with the number of the process that has it.
"""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta, tzinfo

import apscheduler.schedulers.base
import apscheduler.schedulers.blocking
from sqlalchemy import Connection, select

from handlers import due, meetings_clock, notices
from handlers.outbox import Words
from models.outbox import Priority
from models.people import people
from models.programme import MAIN
from scheduler.__main__ import main
from scheduler.worker import Role


def news(slot: int, person: int) -> str:
    """Return what somebody is told; every other time it is the same for all, so that it may go in shared calls."""
    return f"ข่าวที่ {slot}" if slot % 2 else f"ข่าวที่ {slot} ถึงคนที่ {person}"


def plan(db: Connection, now: datetime) -> int:
    """Tell everybody each piece of news that is due, once."""
    first, every = datetime.fromisoformat(os.environ["NEWS_FROM"]), timedelta(seconds=float(os.environ["NEWS_EVERY"]))
    slots = [slot for slot in range(int(os.environ["NEWS"])) if first + slot * every <= now]
    known = db.execute(select(people.c.id, people.c.line_user_id)).all()
    for slot in slots:
        for person, user in known:
            _tell(db, slot, person, user, now)
    return len(slots) * len(known)


def _tell(db: Connection, slot: int, person: int, user: str, now: datetime) -> None:
    notices.tell(
        db,
        channel=MAIN,
        person=person,
        recipient=user,
        once=f"news:{slot}:{person}",
        words=Words([{"type": "text", "text": news(slot, person)}], [None]),
        now=now,
        push_at=now,
        priority=Priority.MEETING,
    )


class Clock(datetime):
    """The clock of the machine, as far as a scheduler can tell."""

    ahead = timedelta(seconds=float(os.environ.get("CLOCK_AHEAD", "0")))

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Return the time."""
        return datetime.now(tz) + cls.ahead

    @classmethod
    def goes_back(cls) -> None:
        """Be set back an hour."""
        cls.ahead -= timedelta(hours=1)


def child(role: Role) -> None:
    """Be a scheduler."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGUSR1, lambda *_: Clock.goes_back())
    for module in (apscheduler.schedulers.base, apscheduler.schedulers.blocking):
        module.datetime = Clock
    main(role, lambda: Clock.now(UTC))


def nursery() -> None:
    """Bear schedulers."""
    due.PLANNERS = (plan, meetings_clock.queue)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need not be fetched
    for line in sys.stdin:
        number = os.fork()
        if number == 0:
            try:
                child(Role(line.strip()))
            finally:
                os._exit(0)
        print(number, flush=True)


if __name__ == "__main__":
    nursery()
