"""Applies what webhooks only kept: in a rush LINE has its answer as soon as the words are safe.

One person's events are applied in the order in which they were said, by whichever process comes first; what a crashed
process leaves is found when its lease is over (``apply_overdue``, called by the worker).
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from typing import Protocol

import structlog
from sqlalchemy import Connection

from bot import metrics
from bot.line import read
from bot.mishaps import is_clash, is_out_of_reach
from handlers import kept
from handlers.inbox import House
from handlers.kept import Applied, RetryFailed
from handlers.outbox import Outgoing
from models.store import Store

log = structlog.get_logger(__name__)

THREADS = {"sqlite": 1, "postgresql": 4}
"""Appliers of one process. SQLite has one writer, and what is kept of several people shares a transaction."""
PAUSE = 0.5
"""Seconds until the next try after trouble with the database."""

Whom = tuple[str, str]
"""A channel and a LINE user id."""


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
        mouth: Mouth,
        clock: Callable[[], datetime],
        *,
        house: Callable[[], House],
        threads: int,
    ) -> None:
        self._store = store
        self._mouth = mouth
        self._clock = clock
        self._read = read.by(clock)
        self._house = house
        self._wanted = threads
        self._threads: list[threading.Thread] = []
        self._queue: SimpleQueue[Whom | None] = SimpleQueue()
        self._queued: set[Whom] = set()
        self._lock = threading.Lock()
        self._stopping = False

    def take(self, whom: Whom) -> None:
        """Apply, soon, what is kept of a person. Returns at once."""
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
        with self._store.read() as db:
            people = kept.overdue(db, self._clock())
        for whom in people:
            self._apply(whom, [])
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

    def _try(self, whom: Whom) -> None:
        """Apply what is kept of a person, and of others who wait; again later where the database cannot be had."""
        taken: list[Whom] = []
        try:
            self._apply(whom, taken)
        except Exception as error:
            if not (is_out_of_reach(error) or is_clash(error)):
                log.exception("kept events not applied")
                return  # the worker's, once their lease is over
            log.warning("database out of reach", exc_info=error)
            self._again(taken)

    def _apply(self, first: Whom, taken: list[Whom]) -> None:
        """Apply what is kept of people in one transaction. taken: whose that was, one after the other."""
        done = self._store.several(self._works(first, taken))
        again = [whom for whom, one in zip(taken, done, strict=True) if not self._settled(whom, one)]
        if again:
            self._again(again)

    def _again(self, people: Sequence[Whom]) -> None:
        """Try again in a moment what met trouble with the database."""
        time.sleep(PAUSE)
        for whom in people:
            self.take(whom)

    def _works(self, first: Whom, taken: list[Whom]) -> Iterator[Callable[[Connection], Applied]]:
        whom: Whom | None = first
        while whom is not None:
            with self._lock:
                self._queued.discard(whom)  # what is kept from now on may come too late for this transaction
            taken.append(whom)
            yield partial(self._applied, whom)
            whom = self._next()

    def _applied(self, whom: Whom, db: Connection) -> Applied:
        return kept.apply_kept(db, *whom, self._house(), self._clock(), self._read)

    def _next(self) -> Whom | None:
        """Return who waits next, None where nobody does."""
        try:
            whom = self._queue.get_nowait()
        except Empty:
            return None
        if whom is None:  # it tells a thread to end
            self._queue.put(None)
        return whom

    def _settled(self, whom: Whom, done: Applied | BaseException) -> bool:
        """Send what is to be said; put aside an event that raised, to be tried again like any other.

        False where that was the database's trouble, and no fault of the event.
        """
        if not isinstance(done, BaseException):
            metrics.event("applied", done.events)
            self._mouth.take(done.outgoing)
            return True
        cause = done.__cause__ or done
        if is_out_of_reach(cause) or is_clash(cause):
            return False
        if isinstance(done, RetryFailed):
            self._put_aside(done)
            self.take(whom)  # for the others of the same person
        else:
            log.error("kept events not applied", exc_info=done)  # the worker's, once their lease is over
        return True

    def _put_aside(self, failed: RetryFailed) -> None:
        log.error("event not applied", row=failed.row, exc_info=failed.__cause__)
        metrics.event("failed")

        def put_aside(db: Connection) -> list[Outgoing]:
            return kept.fail_kept(db, failed, self._house(), self._clock(), self._read)

        self._mouth.take(self._store.share(put_aside))
