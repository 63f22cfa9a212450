"""`python -m scheduler` (Procfile: ``worker``): does what is due, until told to stop. Any number may run.

`python -m scheduler clock` only keeps time, `python -m scheduler deliver` only delivers: one of each makes a worker.
"""

import os
import signal
import sys
import threading

import structlog

from bot import logs
from bot.app import Clock, assemble, utc_now
from bot.settings import BadSettings, Settings
from scheduler.ticks import Jumps, scheduler_of
from scheduler.worker import Role, Worker

log = structlog.get_logger(__name__)

SENDERS = 40
"""Threads that send: LINE takes 50 ms and more for a push, so one process reaches 800 a second at most."""
GLANCE = 1.0
"""Seconds between looks at the machine's clock."""


def main(role: Role = Role.ALL, clock: Clock = utc_now) -> None:
    """Work until SIGTERM or SIGINT; then finish what is begun."""
    settings = _settings()
    logs.set_up(as_json=settings.env == "production")
    works = assemble(settings, clock=clock, threads=SENDERS)
    told = threading.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: told.set())
    worker = Worker(works, role)
    scheduler = scheduler_of(worker.ticks(), clock())
    scheduler.start()
    log.info("worker started", database=works.store.dialect, role=role, ticks=[job.id for job in scheduler.get_jobs()])
    jumps = Jumps(clock)
    while not told.wait(GLANCE):
        if jumps.went_back():
            log.warning("the clock was set back")
            scheduler.come_now(clock())
    scheduler.shutdown(wait=True)
    worker.stop()
    works.stop()
    log.info("worker stopped")


def _settings() -> Settings:
    try:
        return Settings.load(os.environ)
    except BadSettings as error:
        raise SystemExit(str(error)) from None


def _role() -> Role:
    words = sys.argv[1:] or [Role.ALL]
    if words[0] in ("-h", "--help"):
        print(__doc__)
        raise SystemExit
    if len(words) > 1 or words[0] not in list(Role):
        raise SystemExit("python -m scheduler [clock | deliver]")
    return Role(words[0])


if __name__ == "__main__":
    main(_role())
