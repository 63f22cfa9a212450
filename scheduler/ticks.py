"""The ticks. Each looks for work that is due by the rows themselves, so a missed or a doubled tick changes nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from handlers.thai import BANGKOK

STEP = 2.0
"""Seconds by which the machine's clock must have been moved to be noticed; less is slewing."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Work that is looked for every ``seconds``."""

    name: str
    work: Callable[[], object]
    seconds: float


class Ticking(BackgroundScheduler):  # type: ignore[misc]
    """A scheduler that can be told that the clock was moved."""

    def come_now(self, now: datetime) -> None:
        """Let every tick come at once: by a clock that was set back, the next ones would be an hour away."""
        for job in self.get_jobs():
            job.modify(next_run_time=now)


def scheduler_of(ticks: list[Tick], first: datetime) -> Ticking:
    """Return a scheduler with these ticks, not yet started.

    Never a job store of its own: with two worker processes it would double every job. Late ticks are not
    dropped but rolled into one, and none overtakes itself.

    first: when each of them comes first (UTC).
    """
    scheduler = Ticking(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(max(1, len(ticks)))},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone=BANGKOK,
    )
    for tick in ticks:
        scheduler.add_job(
            tick.work, "interval", seconds=tick.seconds, id=tick.name, name=tick.name, next_run_time=first
        )
    return scheduler


class Jumps:
    """Notices when the machine's clock is moved, by a clock that nobody can move.

    steady: seconds of that other clock.
    """

    def __init__(self, clock: Callable[[], datetime], steady: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._steady = steady
        self._apart = self._measured()

    def went_back(self) -> bool:
        """Tell whether the clock was set back since it was last asked."""
        before, self._apart = self._apart, self._measured()
        return self._apart < before - STEP

    def _measured(self) -> float:
        return self._clock().timestamp() - self._steady()
