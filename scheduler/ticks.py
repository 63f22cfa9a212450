"""The ticks. Each looks for work that is due by the rows themselves, so a missed or a doubled tick changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from handlers.thai import BANGKOK


@dataclass(frozen=True, slots=True)
class Tick:
    """Work that is looked for every ``seconds``."""

    name: str
    work: Callable[[], object]
    seconds: float


def scheduler_of(ticks: list[Tick], first: datetime) -> BackgroundScheduler:
    """Return a scheduler with these ticks, not yet started.

    Never a job store of its own: with two worker processes it would double every job. Late ticks are not
    dropped but rolled into one, and none overtakes itself.

    first: when each of them comes first (UTC).
    """
    scheduler = BackgroundScheduler(
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
