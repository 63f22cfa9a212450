"""`python -m scheduler` (Procfile: ``worker``): does what is due, until told to stop. Any number may run."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import structlog

from bot import logs
from bot.app import Works, assemble, utc_now
from bot.chores import Chores
from bot.mishaps import is_clash, is_out_of_reach
from bot.settings import BadSettings, Settings
from scheduler.ticks import Tick, scheduler_of

log = structlog.get_logger(__name__)

SENDERS = 16
"""Threads that send: what crashed processes leave is little, but LINE may be slow to take it."""


def main() -> None:
    """Work until SIGTERM or SIGINT; then finish what is begun."""
    settings = _settings()
    logs.set_up(as_json=settings.env == "production")
    works = assemble(settings, threads=SENDERS)
    told = threading.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: told.set())
    scheduler = scheduler_of(ticks(works), utc_now())
    scheduler.start()
    log.info("worker started", database=works.store.dialect, ticks=[job.id for job in scheduler.get_jobs()])
    told.wait()
    scheduler.shutdown(wait=True)
    works.stop()
    log.info("worker stopped")


def ticks(works: Works) -> list[Tick]:
    """Return what the worker looks for, and how often."""
    chores = Chores(works)
    return [
        Tick("deliver", careful(chores.deliver), 1.0),
        Tick("retry", careful(chores.retry), 5.0),
        Tick("fetch", careful(chores.fetch), 2.0),
        Tick("count", careful(chores.count), 3600.0),
        Tick("housekeep", careful(chores.housekeep), 86_400.0),
    ]


def careful(chore: Callable[[], Any]) -> Callable[[], None]:
    """Return a chore that never raises: trouble is written down, and the next tick tries again."""

    def do() -> None:
        try:
            chore()
        except Exception as error:
            if is_out_of_reach(error) or is_clash(error):
                log.warning("database out of reach", chore=chore.__name__, exc_info=error)
            else:
                log.exception("chore failed", chore=chore.__name__)

    return do


def _settings() -> Settings:
    try:
        return Settings.load(os.environ)
    except BadSettings as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
