"""Says what was written to the outbox: after the commit, outside any transaction, never in LINE's two seconds.

A row that a transaction wrote is handed over in memory (``take``) and sent without touching the database before.
Its lease keeps other processes away; what a crashed process leaves is found when the lease is over (``deliver_due``).
"""

import atexit
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

import structlog

from bot import metrics
from bot.courtesy import Courtesy
from bot.finished import Finished
from bot.marking import Marker
from bot.mishaps import is_passing
from bot.multicasting import Multicaster
from bot.sending import Errand, Line, Outcome, Sender, began, let_go
from bot.waiting import Later, Lines, Parked
from handlers import claims, outbox, shortage
from handlers.multicasts import Multicast
from handlers.outbox import Fate, Outgoing
from models.outbox import Sending
from models.store import Store

log = structlog.get_logger(__name__)

THREADS = 40
"""Senders of one process. LINE takes 50 ms and more for a call, so two processes reach 1,600 calls a second at most."""
CALLS = 20
"""Calls to many that a process has in hand at once."""
MOUTHFUL = 0.05
"""Seconds between looks whether more can be taken over, while more is due."""
GLANCE = 0.01
"""Seconds between looks at the database for rows of other processes that ours come after."""
LONGEST_SLEEP = 0.5
"""Seconds. The clock may be moved by hand (demo, tests)."""
SHORT = timedelta(milliseconds=50)
"""What is due this soon is due now."""
CROWD = 800
"""Rows that a process takes over from others and has in hand at once: as many as it sends in a second or two."""


class Delivery:
    """The sender of one process. Threads begin with the first row, so it may be made before a fork.

    threads: 0 for none, then ``run_until_idle`` does the work in the caller's thread.
    clock: returns the present moment (UTC).
    """

    def __init__(
        self,
        store: Store,
        line: Line,
        clock: Callable[[], datetime],
        *,
        threads: int = THREADS,
        finished: Finished | None = None,
        sender: Callable[..., Sender] = Sender,
    ) -> None:
        self._store = store
        self._clock = clock
        self._threads = threads
        self._finished = finished or Finished()
        self._sender = sender(store, line, lambda: self.owner, clock)
        self._marker = Marker(store, clock, self._put_off)
        self._lines = Lines()
        self._later = Later()
        self._parked = Parked()
        self._multicaster = Multicaster(store, line, lambda: self.owner, clock, self._sender.pace, self._sender.budget)
        self._ready: SimpleQueue[Errand | Multicast | None] = SimpleQueue()
        self.courtesy = Courtesy()
        self._mine: set[int] = set()
        self._calls: set[int] = set()  # to many, in hand
        self._hungry = False  # more is due than was taken over
        self._changed = threading.Condition()
        self._process: int | None = None
        self._beginning = threading.Lock()
        self._owner = ""
        self._stopping = False

    @property
    def owner(self) -> str:
        """Return this process's name in the leases; another one after a fork."""
        self._begin()
        return self._owner

    def take(self, rows: Iterable[Outgoing]) -> None:
        """Send rows that this process holds the lease of, once their transaction has committed. Returns at once."""
        self._take(rows)

    def deliver_due(self, most: int = CROWD) -> int:
        """Take over what is due and nobody's: left by a crashed process, or to be tried again. Return how many rows.

        Where more is due, the pacer takes that over as soon as half of it is said.

        Raises:
            Busy: the database could not be had.
        """
        room = min(most, CROWD - len(self._mine))
        if room <= 0 or len(self._calls) >= CALLS or self._stopping:
            return 0
        self._hungry = False
        unknown = self._sender.budget.learn_months()
        with self._store.write() as db:
            now = self._clock()
            claimed = claims.claim_due(db, self.owner, now, room, unknown=unknown)
            shortage.tell(db, claimed.short, now)
        self._take(claimed.rows)
        for call in claimed.multicasts:
            if call.id not in self._calls:  # else it waits here for its turn, and keeps the lease just taken
                self._calls.add(call.id)
                self._ready.put(call)
        with self._changed:
            self._hungry = claimed.full
            self._changed.notify()
        return len(claimed.rows) + sum(len(call.rows) for call in claimed.multicasts)

    def stop(self, patience: float = 10.0) -> None:
        """Send what is begun, leave the rest to the worker, write down what became of it all.

        patience: seconds for the calls that are under way.
        """
        if self._process != os.getpid() or self._stopping:
            return
        with self._changed:
            self._stopping = True
            waiting = self._later.clear() + self._parked.clear()
            self._changed.notify()
        self.courtesy.let_all_go()
        self._leave_to_others(self._lines.clear() + waiting)
        deadline = time.monotonic() + (patience if self._threads else 0)
        while (len(self._lines) or self._calls) and time.monotonic() < deadline:
            time.sleep(0.005)
        self._leave_to_others(self._not_begun())
        for _ in range(self._threads):
            self._ready.put(None)
        self._marker.stop()

    def run_until_idle(self) -> None:
        """Do, in this thread, all that can be done at the clock's moment (only without threads)."""
        progress = True
        while progress:
            progress = self._release_due() + self._look() > 0
            while not self._ready.empty():
                self._run(self._ready.get())
                progress = True
            self._marker.flush()

    def _begin(self) -> None:
        """Become the sender of this process; after a fork that is another than before."""
        if self._process == os.getpid():
            return
        with self._beginning:
            if self._process == os.getpid():
                return
            self._owner = f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(3)}"
            for work in [self._send_all] * self._threads + [self._keep_pace, self._marker.run] * bool(self._threads):
                threading.Thread(target=work, name=f"delivery-{work.__name__}", daemon=True).start()
            atexit.register(self.stop)
            self._process = os.getpid()

    def _take(self, rows: Iterable[Outgoing]) -> None:
        self._begin()
        now = self._clock()
        soon = now + SHORT
        for row in rows:
            if row.id in self._mine or self._stopping:
                continue  # a row that is in hand here keeps the longer lease that was just taken
            self._mine.add(row.id)
            # Whoever had it before may have sent it: a token that is refused now was used by him.
            errand = Errand(row, now, unsure=row.tried)
            if row.due_at > soon:
                self._put_off(errand)
            else:
                self._enter(errand)

    def _enter(self, errand: Errand) -> None:
        if self._lines.enter(errand):
            self._to_the_front(errand)

    def _to_the_front(self, errand: Errand) -> None:
        """Hand the head of a line to the senders, unless another process has the row before it."""
        if errand.row.after is None or errand.row.after in self._finished:
            self.courteously(lambda: self._ready.put(errand))
            return
        with self._changed:
            if not self._stopping:
                self._parked.add(errand)
                self._changed.notify()
                return
        self._leave_to_others([errand])

    def courteously(self, go: Callable[[], None]) -> None:
        """Call ``go`` while few webhooks are being answered, or soon. Returns at once."""
        if self.courtesy.ask(go):
            with self._changed:
                self._changed.notify()  # the pacer sees to it that it does not wait too long

    def _put_off(self, errand: Errand) -> None:
        with self._changed:
            if not self._stopping:
                self._later.add(errand)
                self._changed.notify()
                return
        self._leave_to_others([errand])

    def _done(self, errand: Errand) -> None:
        self._mine.discard(errand.row.id)
        following = self._lines.leave(errand) if errand.in_line else None
        if following is not None:
            self._to_the_front(following)

    def _leave_to_others(self, errands: Iterable[Errand]) -> None:
        """End our leases, so that the worker need not wait for their end."""
        now = self._clock()
        for errand in errands:
            row = errand.row
            if row.lease_until > now:
                fate = Fate(row.id, Sending.QUEUED, now, row.tries, due_at=row.due_at, lease_until=now)
                self._marker.put(let_go(errand, fate))
            self._done(errand)

    def _not_begun(self) -> list[Errand]:
        found = []
        with suppress(Empty):  # the senders go on taking from it
            while (errand := self._ready.get_nowait()) is not None:
                if isinstance(errand, Errand):  # a call to many is left to its lease: its key is known
                    found.append(errand)
        return found

    # --- the senders

    def _send_all(self) -> None:
        while (errand := self._ready.get()) is not None:
            self._run(errand)

    def _run(self, errand: Errand | Multicast | None) -> None:
        if isinstance(errand, Multicast):
            self._multicaster.send(errand)
            self._calls.discard(errand.id)
        elif errand is not None:
            self._settle(self._sender.send(errand))

    def _settle(self, outcome: Outcome) -> None:
        if outcome.fate is not None:
            if outcome.final:
                self._finished.note(outcome.fate.id)
            _count(outcome.errand.row, outcome.fate)
            self._marker.put(outcome)
        elif outcome.again is not None:
            self._put_off(outcome.again)
        if outcome.again is None:
            self._done(outcome.errand)

    # --- the pacer: moments that come, and rows of other processes that are done with

    def _keep_pace(self) -> None:
        while not self._stopping:
            with self._changed:
                self._changed.wait(self._sleep())
            try:
                self._release_due()
                self._look()
                if self._hungry and len(self._mine) <= CROWD // 2:
                    self.deliver_due()
                self.courtesy.let_late_go()
            except Exception as error:
                if not is_passing(error):
                    log.exception("the pacer stumbled")
                time.sleep(LONGEST_SLEEP)
            metrics.waiting(len(self._mine))

    def _sleep(self) -> float | None:
        """Return the seconds until something may have to be done; None where only a new row can change that."""
        if len(self._parked):
            return GLANCE
        due, left = self._later.next_due(), self.courtesy.seconds_left()
        waits = [] if left is None else [left]
        waits += [MOUTHFUL] if self._hungry else []
        waits += [] if due is None else [max(0.0, (due - self._clock()).total_seconds())]
        return min(LONGEST_SLEEP, *waits) if waits else None

    def _release_due(self) -> int:
        """Begin what is due: a conditional claim, for newer words may have taken its place. Return how many."""
        now = self._clock()
        with self._changed:  # those about to be due as well: many begin in one commit
            errands = sorted(self._later.due(now + SHORT), key=lambda errand: errand.row.id)
        if not errands:
            return 0
        try:
            with self._store.write() as db:
                ours = [outbox.begin(db, errand.row, self.owner, now) for errand in errands]
        except Exception:
            for errand in errands:
                self._put_off(errand)
            raise
        for errand, ok in zip(errands, ours, strict=True):
            if not began(errand, ok, now):
                self._done(errand)
            elif errand.in_line:
                self._ready.put(errand)
            else:
                self._enter(errand)
        return len(errands)

    def _look(self) -> int:
        """Let go of what waited for rows of other processes that are done with. Return how many."""
        with self._changed:
            awaited = self._parked.awaited()
        if not awaited:
            return 0
        unknown = [row for row in awaited if row not in self._finished]
        waiting: set[int] = set()
        if unknown:
            with self._store.read() as db:
                waiting = outbox.still_waiting(db, unknown)
        with self._changed:
            free = self._parked.done(row for row in awaited if row not in waiting) + self._parked.tired(self._clock())
        for errand in free:
            self._ready.put(errand)
        return len(free)


def _count(row: Outgoing, fate: Fate) -> None:
    spoken = row.token_at if fate.state is Sending.SENT else None
    metrics.said(fate.state, None if spoken is None else (fate.at - spoken).total_seconds())
