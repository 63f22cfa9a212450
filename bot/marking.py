"""What became of the rows is written down many at a time: each commit is a flush of the disk."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.mishaps import is_passing
from bot.sending import Errand, Outcome
from handlers import outbox, quota
from models.outbox import Sending
from models.store import Store

log = structlog.get_logger(__name__)

PAUSE = 0.02
"""Seconds in which outcomes gather before they are written."""
SHARE = 10
"""A commit is followed by a pause this many times as long: those who write answers go first."""
LONGEST_PAUSE = 1.0
MOST = 500


class Marker:
    """Writes outcomes to the database, in batches.

    again: called, after the commit, with each row that this process is to try again.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime], again: Callable[[Errand], None]) -> None:
        self._store = store
        self._clock = clock
        self._again = again
        self._waiting: deque[Outcome] = deque()
        self._some = threading.Event()
        self._turn = threading.Lock()
        self._stopped = False

    def put(self, outcome: Outcome) -> None:
        """Note an outcome, to be written soon."""
        self._waiting.append(outcome)
        if not self._some.is_set():
            self._some.set()

    def run(self) -> None:
        """Write what comes, until stopped."""
        pause = PAUSE
        while not self._stopped:
            self._some.wait()
            time.sleep(pause)
            self._some.clear()
            began = time.monotonic()
            written = self.flush()
            pause = min(LONGEST_PAUSE, max(PAUSE, (time.monotonic() - began) * SHARE)) if written else LONGEST_PAUSE
            pause = PAUSE if written and len(self._waiting) >= MOST else pause  # or it would grow without end

    def stop(self) -> None:
        """Write what there is and let ``run`` return."""
        self._stopped = True
        self._some.set()
        while self.flush() and self._waiting:
            pass

    def flush(self) -> bool:
        """Write what waits; False where the database could not be had (then it goes on waiting)."""
        with self._turn:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            if self._waiting:
                self._some.set()
            left = self._written(batch)
            self._waiting.extendleft(reversed(left))
            if left:
                self._some.set()
        return not left

    def _written(self, batch: Sequence[Outcome]) -> Sequence[Outcome]:
        """Write a batch; return what could not be written now."""
        try:
            self._write(batch)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the other rows must be marked
            if is_passing(error):
                log.warning("marks wait", rows=len(batch), error=type(error).__name__)
                return batch
            if len(batch) > 1:  # one of them is odd: the others need not suffer
                return [left for one in batch for left in self._written([one])]
            return self._without_ids(batch[0], error)
        for outcome in batch:
            if outcome.again is not None:
                self._again(outcome.again)
        return []

    def _without_ids(self, outcome: Outcome, error: Exception) -> Sequence[Outcome]:
        """A message LINE had named before is not named twice; that it was sent is what matters.

        What cannot be marked at all is tried again when its lease is over. A row that this process meant to try again
        goes back all the same, or the person's later rows would wait behind it for ever: it is found to be no longer
        as it was, and let go of.
        """
        if outcome.ids:
            return self._written([replace(outcome, ids=())])
        log.error("not marked", row=outcome.errand.row.id, exc_info=error)
        if outcome.again is not None:
            self._again(outcome.again)
        return []

    def _write(self, batch: Sequence[Outcome]) -> None:
        if not batch:
            return
        fates = sorted((one.fate for one in batch if one.fate is not None), key=lambda fate: fate.id)
        with self._store.write() as db:
            outbox.mark(db, fates, [row for one in batch for row in _quotable(one)])
            for (channel, month), many in _refunds(batch).items():
                quota.give_back(db, channel, month, many)


def _refunds(batch: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """Return how many messages were counted and not sent, by channel and month."""
    rows = [one.errand.row for one in batch if one.refund]
    return Counter((row.channel, row.paid_in) for row in rows if row.paid_in is not None)


def _quotable(outcome: Outcome) -> list[dict[str, Any]]:
    """Return which of LINE's messages asks which question, so that a quote of it is understood."""
    row = outcome.errand.row
    if outcome.fate is None or outcome.fate.state != Sending.SENT:
        return []
    return [
        {"channel_id": row.channel, "line_message_id": message, "report_id": about[0], "question": about[1]}
        for message, about in zip(outcome.ids, row.about, strict=False)
        if about is not None
    ]
