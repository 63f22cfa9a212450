"""Applies what webhooks only wrote down: in a rush LINE has its answer as soon as the words are safe.

One person's events are applied in the order in which they were said, by whichever process comes first; what a crashed
process leaves is found when its lease is over (``apply_overdue``, called by the worker).
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection

from bot import metrics
from bot.line import read
from bot.mishaps import is_passing
from handlers import kept
from handlers.answer_rows import Clash
from handlers.heard import Heard
from handlers.inbox import House
from handlers.kept import Applied, ApplyFailed, Waiting
from handlers.outbox import Outgoing
from models.intake import Intake, Whom
from models.store import Busy, Store

log = structlog.get_logger(__name__)

THREADS = 1
"""Appliers of one process: while one is at work more people come, and share the next transaction."""
PEOPLE = 16
"""People whose events an applier takes at once: they share a transaction, and most of its statements."""
PAUSE = 0.5
"""Seconds until the next try after trouble with the database."""
LEASE = timedelta(seconds=20)
"""How long what is written down is left to the process that did; a reply token still has time then."""


class Mouth(Protocol):
    """Who sends: ``bot.delivery.Delivery``."""

    def take(self, rows: Sequence[Outgoing]) -> None:
        """Send rows, later."""
        ...

    def courteously(self, go: Callable[[], None]) -> None:
        """Call ``go`` when webhooks leave room for it."""
        ...


class Applier:
    """The applier of one process. Threads begin with the first person, so it may be made before a fork.

    house: returns what a transaction needs to know of this process.
    threads: 0 for none, then ``run_until_idle`` does the work in the caller's thread.
    """

    def __init__(
        self,
        store: Store,
        intake: Intake,
        mouth: Mouth,
        clock: Callable[[], datetime],
        *,
        house: Callable[[], House],
        threads: int,
    ) -> None:
        self._store = store
        self._intake = intake
        self._mouth = mouth
        self._clock = clock
        self._read = read.by(clock)
        self._house = house
        self._wanted = threads
        self._threads: list[threading.Thread] = []
        self._queue: SimpleQueue[Whom | None] = SimpleQueue()
        self._queued: set[Whom] = set()
        self._applying = 0
        self._lock = threading.Lock()
        self._stopping = False

    @property
    def is_busy(self) -> bool:
        """Tell whether others are being applied: who comes now is so soon, and with more of them."""
        return bool(self._queued or self._applying)

    def take(self, whom: Whom) -> None:
        """Apply, soon, what waits of a person. Returns at once."""
        with self._lock:
            if whom in self._queued or self._stopping:
                return
            self._queued.add(whom)
            if len(self._threads) < self._wanted:
                self._threads.append(threading.Thread(target=self._work, name="applier", daemon=True))
                self._threads[-1].start()
        self._mouth.courteously(lambda: self._queue.put(whom))

    def apply_overdue(self) -> int:
        """Apply what nobody has applied in time. Return of how many people that was.

        Raises:
            Busy: the database could not be had.
        """
        people = self._intake.left(self._clock() - LEASE)
        for whom in people:
            try:
                self._apply([whom])
            except Exception as error:
                if is_passing(error):
                    raise
                log.exception("not applied")  # whose turn is next is not kept waiting by it
        return len(people)

    def run_until_idle(self) -> None:
        """Do all there is, in this thread (only without threads)."""
        while (whom := self._next()) is not None:
            self._try(whom)

    def stop(self, patience: float = 5.0) -> None:
        """Finish what is begun; the rest is safe, and the worker's.

        patience: seconds.
        """
        with self._lock:
            self._stopping = True
        while self._next() is not None:
            pass
        for _ in self._threads:
            self._queue.put(None)
        deadline = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while (whom := self._queue.get()) is not None:
            self._try(whom)

    def _try(self, first: Whom) -> None:
        """Apply what waits of a person, and of others behind; again later where the database cannot be had."""
        people = self._taken(first)
        try:
            self._apply(people)
        except Exception as error:
            if not is_passing(error):
                log.exception("not applied")
                return  # the worker's, once their lease is over
            log.warning("database out of reach", exc_info=error)
            self._again(people)
        finally:
            with self._lock:
                self._applying -= len(people)

    def _taken(self, first: Whom) -> list[Whom]:
        """Return who is to be applied at once."""
        people: list[Whom] = []
        whom: Whom | None = first
        while whom is not None:
            people.append(whom)
            whom = self._next() if len(people) < PEOPLE else None
        with self._lock:
            self._applying += len(people)
            self._queued.difference_update(people)  # what is written down from now on may come too late for this turn
        return people

    def _next(self) -> Whom | None:
        """Return who waits next, None where nobody does."""
        try:
            whom = self._queue.get_nowait()
        except Empty:
            return None
        if whom is None:  # it tells a thread to end
            self._queue.put(None)
        return whom

    def _apply(self, people: Sequence[Whom]) -> None:
        """Apply what waits of people. It is read before the database is held, for that others wait."""
        rows = self._intake.of(people)
        events = {whom: heard for whom, found in rows.items() if (heard := self._read_all(found)) is not None}
        done: set[Whom] = set()
        for channel in {channel for channel, _ in events}:
            done |= self._together(channel, {whom: heard for whom, heard in events.items() if whom[0] == channel})
        failed = self._alone({whom: heard for whom, heard in events.items() if whom not in done})
        self._intake.drop([row.id for whom in events if whom not in failed for row in rows[whom]])
        if again := [whom for whom, error in failed.items() if not self._put_aside(whom, error)]:
            self._again(again)

    def _read_all(self, rows: Sequence[Any]) -> Waiting | None:
        """Read what waits of a person; None, to be seen by the worker again, where that cannot be done."""
        try:
            return kept.waiting(rows, self._clock(), self._read)
        except Exception:
            log.exception("not read")
            return None

    def _together(self, channel: str, events: Mapping[Whom, Waiting]) -> set[Whom]:
        """Apply what waits of several people: the first of each by one transaction, then the next. Return who is done.

        Raises:
            Busy: nobody could have the database.
        """
        able, turn = events, 0
        while len(heard := {whom: found[turn][1] for whom, found in able.items() if len(found) > turn}) > 1:
            left = self._left_by(channel, heard)
            able = {whom: found for whom, found in able.items() if whom not in left}
            turn += 1
        return {whom for whom, found in able.items() if len(found) <= turn}

    def _left_by(self, channel: str, events: Mapping[Whom, Heard]) -> set[Whom]:
        """Apply one event of each of several people; return of whom it must be applied alone."""
        heard = list(events.values())
        try:
            applied = self._store.share(
                lambda db: kept.apply_together(db, channel, heard, self._house(), self._clock())
            )
        except Busy:
            raise
        except Clash as clash:
            log.info("not applied together", people=len(events), reason=str(clash))
            return set(events)
        except Exception as error:  # whose it is will be seen then
            log.warning("not applied together", people=len(events), exc_info=error)
            return set(events)
        self._say(applied)
        return {(channel, user) for user in applied.left if user is not None}

    def _alone(self, events: Mapping[Whom, Waiting]) -> dict[Whom, BaseException]:
        """Apply what waits of people, each apart. Return what raised."""
        works = [partial(self._applied, whom, heard) for whom, heard in events.items()]
        done = dict(zip(events, self._store.several(works) if works else (), strict=True))
        for one in done.values():
            if isinstance(one, Applied):
                self._say(one)
        return {whom: one for whom, one in done.items() if isinstance(one, BaseException)}

    def _applied(self, whom: Whom, events: Waiting, db: Connection) -> Applied:
        return kept.apply_waiting(db, whom[0], events, self._house(), self._clock())

    def _say(self, applied: Applied) -> None:
        metrics.event("applied", applied.events)
        self._mouth.take(applied.outgoing)

    def _put_aside(self, whom: Whom, error: BaseException) -> bool:
        """Put aside an event that raised, to be tried again like any other.

        False where that was the database's trouble, and no fault of the event.
        """
        cause = error.__cause__ or error
        if is_passing(cause):
            return False
        if not isinstance(error, ApplyFailed):
            log.error("not applied", exc_info=error)  # the worker's, once their lease is over
            return True
        heard, what = error.heard, kept.error_of(cause)
        log.error("event not applied", event_id=heard.id, kind=heard.kind.value, channel=whom[0], exc_info=cause)
        metrics.event("failed")
        try:
            said = self._store.share(
                lambda db: kept.keep_failed(db, whom[0], heard, self._house(), what, self._clock())
            )
        except Exception as worse:
            if is_passing(worse):
                return False
            log.exception("event not kept", event_id=heard.id, kind=heard.kind.value, channel=whom[0])
            metrics.event("unkept")
            return True  # the worker's, too
        self._mouth.take(said)
        self._intake.drop([error.row])
        self.take(whom)  # for the others of the same person
        return True

    def _again(self, people: Sequence[Whom]) -> None:
        """Try again in a moment what met trouble with the database, perhaps one person's: others need not wait."""
        if self._wanted:
            timer = threading.Timer(PAUSE, self._take_all, [people])
            timer.daemon = True
            timer.start()
        else:
            time.sleep(PAUSE)
            self._take_all(people)

    def _take_all(self, people: Sequence[Whom]) -> None:
        for whom in people:
            self.take(whom)
