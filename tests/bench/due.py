"""Planning for a whole province at once, on both databases: the opening, a reminder to every school, a digest of all.

Wall time and processor time of this process: on a machine that others use, the second says more of SQLite; what
PostgreSQL does is in the first only.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, create_engine

from handlers import digest_cards, digests
from handlers.due import queue_due
from handlers.messages.build import to_line
from models import migrations
from models.digests import WHOLE
from models.programme import MAIN
from models.store import Store
from tests.bench import area
from tests.bench.databases import PostgreSQL

PLANNING, DIGEST = 2.0, 0.5
"""Seconds that are asked for."""
NOW = area.WEEK_BEFORE
MOMENTS = {
    "a round opens": area.OPENED + timedelta(hours=1),
    "nothing is due": area.OPENED + timedelta(hours=1, seconds=3),
    "a reminder to every school": NOW,
    "nothing more is due": NOW + timedelta(seconds=3),
}


@dataclass(frozen=True, slots=True)
class Took:
    """What something took: messages made, seconds, and seconds of this process's processor."""

    what: str
    made: int
    seconds: float
    processor: float
    bound: float

    @property
    def reached(self) -> bool:
        """Tell whether it was quick enough."""
        return self.seconds <= self.bound

    def line(self) -> str:
        """Return it in one line."""
        verdict = "" if self.reached else f"  (at most {self.bound} s are asked for)"
        return f"{self.what}: {self.made} messages, {self.seconds:.2f} s, processor {self.processor:.2f} s{verdict}"


def measured(url: str, schools: int) -> Iterator[Took]:
    """Fill a database with so many schools, and yield what each moment takes."""
    migrations.upgrade(url)
    store = Store(url, patience=30)
    with store.write() as db:
        area.fill(db, schools)
    _analyze(url)
    name = f"{schools} schools, {store.dialect}:"
    for what, moment in MOMENTS.items():
        yield _took(store, f"{name} {what}", partial(queue_due, now=moment), PLANNING)
    yield min((_took(store, f"{name} a digest of all", _digest, DIGEST) for _ in range(3)), key=lambda one: one.seconds)
    store.dispose()


def _took(store: Store, what: str, work: Callable[[Connection], int], bound: float) -> Took:
    began, spent = time.perf_counter(), time.process_time()
    with store.write() as db:
        made = work(db)
    return Took(what, made, time.perf_counter() - began, time.process_time() - spent, bound)


def _digest(db: Connection) -> int:
    found = digests.read(db, MAIN, NOW)
    if found is None:
        raise LookupError("no round is running")
    return len(to_line([digest_cards.card(found.digest(WHOLE), None, unasked=True)])[0])


def _analyze(url: str) -> None:
    """Let PostgreSQL know its tables, as it does by itself after a while."""
    if url.startswith("postgresql"):
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as db:
            db.exec_driver_sql("ANALYZE")
        engine.dispose()


@contextmanager
def _urls() -> Iterator[tuple[str, str]]:
    server = PostgreSQL.start()
    try:
        server.do("CREATE DATABASE due")
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'due.db'}", server.url("due")
    finally:
        server.stop()


def main(schools: int) -> bool:
    """Measure on both databases and print what came of it; False where something took too long."""
    reached = True
    with _urls() as urls:
        for url in urls:
            for took in measured(url, schools):
                print(took.line(), flush=True)
                reached = reached and took.reached
    return reached
