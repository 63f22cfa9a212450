"""Work that several threads bring at once, and one of them does for all: one statement, or one commit, serves many."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")

BATCH = 16
"""Works that are done together at the most: those behind them wait for their commit."""


class Busy(Exception):
    """The database could not be had in time; nothing was changed."""


class Job(Generic[Work]):
    """What one thread has brought, and what became of it. The thread sleeps on ``wake``.

    leads: it is this thread's turn to do what waits.
    """

    __slots__ = ("error", "leads", "result", "wake", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.result: Any = None
        self.error: BaseException | None = None
        self.leads = False
        self.wake = threading.Lock()
        self.wake.acquire()


class Sharing(Generic[Work, Result]):
    """Threads that share: who comes while nobody is at work leads, and does what waits; who comes meanwhile is next.

    do: does the jobs that it takes by calling its argument, best as late as it can, since more come meanwhile; it
    leaves in each its result or error. What it raises is the error of all that it took, or else of all that wait.
    patience: seconds that one waits at the most until one's work is begun. most: works that are done together.
    """

    def __init__(
        self, do: Callable[[Callable[[], Sequence[Job[Work]]]], None], *, patience: float, most: int = BATCH
    ) -> None:
        self._do = do
        self._patience = patience
        self._most = most
        self._jobs: deque[Job[Work]] = deque()
        self._gate = threading.Lock()  # for the jobs, and whether somebody leads
        self._led = False

    def share(self, work: Work) -> Result:
        """Have work done, and return what came of it.

        Raises:
            Busy: it was not begun in time; and whatever doing it raises.
        """
        job = Job[Work](work)
        with self._gate:
            self._jobs.append(job)
            job.leads, self._led = not self._led, True
        if not job.leads:
            self._sleep(job)
        if job.leads:
            self._lead()
        if job.error is not None:
            raise job.error
        result: Result = job.result
        return result

    def _sleep(self, job: Job[Work]) -> None:
        """Wait until the job is done, or one's own turn to lead has come."""
        while not job.wake.acquire(timeout=self._patience):
            with self._gate:
                if job in self._jobs and not job.leads:
                    self._jobs.remove(job)
                    raise Busy("other writers of this process")
            # else it is being done right now, or is about to be woken

    def _lead(self) -> None:
        """Do what waits, then let the next one lead."""
        batch: list[Job[Work]] = []

        def take() -> Sequence[Job[Work]]:
            with self._gate:
                batch.extend(self._jobs.popleft() for _ in range(min(len(self._jobs), self._most)))
            return batch

        try:
            self._do(take)
        except BaseException as error:
            for job in batch or take():  # who waits for what cannot be had is told so at once
                job.error = job.error or error
            if not isinstance(error, Exception):
                raise
        finally:
            self._hand_over(batch)

    def _hand_over(self, done: Sequence[Job[Work]]) -> None:
        """Wake those whose jobs are done, and the next to lead."""
        with self._gate:
            self._led = bool(self._jobs)
            following = self._jobs[0] if self._jobs else None
            if following is not None:
                following.leads = True
        for job in [*([following] if following else []), *done]:
            job.wake.release()
