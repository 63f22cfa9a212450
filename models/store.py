"""The store opens transactions. Whoever opens one owns it: handlers and models never commit."""

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models import later
from models.json_text import from_json, to_json
from models.prepared import DEADLINE, commit
from models.sharing import Busy as Busy  # who opens a transaction has to do with it
from models.sharing import Job, Sharing

PATIENCE = 1.2
"""Seconds to wait for the database: the webhook must answer within LINE's two."""
LOG = 32_000_000
"""Bytes that SQLite's log grows to before it is written back."""
LOG_OF_PASSING = 1_000_000
"""The same where nothing is to stay: what was deleted is soon gone from the log as well."""
QUIET = 0.5
"""Seconds after a failure in which nobody tries: who queued up meanwhile has no time left to wait."""
POLL = (0.0002, 0.0008)
"""Seconds between tries for SQLite's lock."""
ALONE = 8
"""Connections to PostgreSQL for statements alone. The others stay few, and have their plans."""
FIRST = 3
"""Connections to PostgreSQL of each kind that are opened before they are needed."""
_LOCK_NOT_AVAILABLE = "55P03"


Result = TypeVar("Result")
_Do = Callable[[Connection], Any]


class Store:
    """One database: ``write()`` for a transaction that may change rows, ``read()`` for one that does not.

    On SQLite writers queue up, first those of this process on a lock, then the processes on SQLite's own
    lock, polled twice a millisecond: SQLite's own back-off (up to 100 ms) lets two busy
    processes starve each other. On PostgreSQL rows are locked by those who need them.

    While the database cannot be had, one transaction at a time tries; all others are told so at once. Else
    they would wait one behind the other, and the last of them far beyond LINE's two seconds.

    passing: nothing stays in this SQLite file; what is deleted is overwritten.
    deadline: seconds for which PostgreSQL may be silent, None for as long as it likes.
    """

    def __init__(
        self,
        url: str,
        *,
        patience: float = PATIENCE,
        pool_size: int = 16,
        passing: bool = False,
        deadline: float | None = None,
    ) -> None:
        self.url = url
        self.patience = patience
        if url.startswith("sqlite"):
            self.engine = _sqlite(url, writes=False, patience=patience, passing=passing)
            self._writer = _sqlite(url, writes=True, patience=patience, passing=passing)
            self._alone = self.engine
        else:
            self.engine = self._writer = _postgresql(url, patience, pool_size)
            self._alone = _postgresql(url, patience, min(pool_size, ALONE), isolation_level="AUTOCOMMIT")
            for engine in (self._writer, self._alone):
                event.listen(engine, "connect", lambda _, record: record.info.update({DEADLINE: deadline}))
        later.watch(self._writer)
        self.dialect = self.engine.dialect.name
        self._turn = threading.Lock()
        self._kept: Connection | None = None  # SQLite's one writing connection, for whoever has the turn
        self._sharing = Sharing[_Do, Any](self._do, patience=patience)
        self._trial = threading.Lock()
        self._well = True
        self._waited = 0
        self._again_at = 0.0

    def warm_up(self, ask: Callable[[Connection], object]) -> None:
        """Open connections, and ask what is asked of each, so that nobody waits for that who comes first.

        Where the database is away, or has no tables yet, nothing is done: whoever comes will see.
        """
        with suppress(Busy, DBAPIError), ExitStack() as opened:
            for _ in range(1 if self.dialect == "sqlite" else FIRST):
                ask(opened.enter_context(self.read()))
            if self.dialect != "sqlite":
                for _ in range(FIRST):
                    opened.enter_context(self.alone())

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block, or rolls back where it raises.

        Raises:
            Busy: the database is locked or gone, and was for ``patience`` seconds.
        """
        with self._watched():
            if self.dialect == "sqlite":
                with self._one_writer() as deadline, self._writing(deadline) as db:
                    yield db
            else:
                with _opened(self._writer) as db, db.begin():
                    yield db
                    commit(db)

    def share(self, work: Callable[[Connection], Result]) -> Result:
        """Do the work in a transaction, and return what it returns once that has committed.

        On SQLite, where writers are alone anyway, work that waits shares the next transaction: whoever gets the turn
        does what the others have brought as well, each in a savepoint of its own, and one commit (and flush to the
        disk) serves them all. Work that raises is undone alone.

        Raises:
            Busy: as ``write`` does; and whatever the work raises.
        """
        if self.dialect != "sqlite":
            with self.write() as db:
                return work(db)
        result: Result = self._sharing.share(work)
        return result

    def several(self, works: Sequence[Callable[[Connection], Result]]) -> list[Result | BaseException]:
        """Do works, each apart, and return what each returned or raised.

        On SQLite they share a transaction. On PostgreSQL each has its own, which waits for nobody else's locks, and a
        Busy is what that one work raised.

        Raises:
            Busy: SQLite's lock could not be had; nothing was done.
        """
        jobs = [Job[_Do](work) for work in works]
        if self.dialect != "sqlite":
            for job in jobs:
                self._do_alone(job)
        else:
            with self.write() as db:
                for job in jobs:
                    _do_apart(db, job)
        return [job.result if job.error is None else job.error for job in jobs]

    def _do(self, take: Callable[[], Sequence[Job[_Do]]]) -> None:
        """Do what waits on SQLite in one transaction."""
        with self.write() as db:
            jobs = take()  # only now: more have come while the lock was waited for
            if len(jobs) == 1:
                jobs[0].result = jobs[0].work(db)
            for job in jobs if len(jobs) > 1 else ():
                _do_apart(db, job)

    def _do_alone(self, job: Job[_Do]) -> None:
        try:
            with self.write() as db:
                job.result = job.work(db)
        except Exception as error:  # noqa: BLE001 -- whoever asked for it is given the error
            job.error = error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction for reading.

        Raises:
            Busy: the database is gone.
        """
        with self._watched(), _opened(self.engine) as db, db.begin():
            yield db
            if self.dialect != "sqlite":
                commit(db)

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Open a connection to PostgreSQL on which each statement is a transaction of its own.

        That is one way to the server and back instead of three.

        Raises:
            Busy: the database is gone.
        """
        with self._watched(proves=False), _opened(self._alone) as db:
            yield db

    @contextmanager
    def _watched(self, *, proves: bool = True) -> Iterator[None]:
        """Note whether the database could be had; while it could not, let one at a time try.

        proves: success tells that others can have it, too; a statement alone meets nobody's locks.
        """
        tries = not self._well
        if tries and (time.monotonic() < self._again_at or not self._trial.acquire(blocking=False)):
            raise Busy("it could not be had a moment ago")
        try:
            yield
            if proves:
                self._well, self._waited = True, 0
        except BaseException as error:
            self._well = not self._is_out_of_reach(error)
            if not self._well:
                self._again_at = time.monotonic() + QUIET
            raise
        finally:
            if tries:
                self._trial.release()

    def _is_out_of_reach(self, error: BaseException) -> bool:
        """Tell a database that cannot be had from errors of the caller's, which it was there to say.

        One lock that is waited for in vain is one person's matter; the second with no success between is a table's.
        """
        if getattr(getattr(error, "orig", None), "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            self._waited += 1
            return self._waited > 1
        return isinstance(error, Busy) or bool(getattr(error, "connection_invalidated", False))

    @contextmanager
    def _one_writer(self) -> Iterator[float]:
        """Take the turn among this process's writers; yield the moment until which SQLite's lock may be waited for."""
        deadline = time.monotonic() + self.patience
        if not self._turn.acquire(timeout=self.patience):
            raise Busy("other writers of this process")
        try:
            yield deadline
        finally:
            self._turn.release()

    @contextmanager
    def _writing(self, deadline: float) -> Iterator[Connection]:
        """Open a transaction on the connection that writes, another one after an error. Who calls has the turn."""
        try:
            self._kept = self._kept or _connected(self._writer)
            with _begun(self._kept, deadline):
                yield self._kept
        except BaseException:
            self._close()
            raise

    def _close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def dispose(self) -> None:
        """Close every connection; the store can be used again (after a fork it must be disposed first)."""
        with self._turn:
            self._close()
        for engine in (self.engine, self._writer, self._alone):
            engine.dispose()
        self._well, self._waited, self._again_at = True, 0, 0.0


def _do_apart(db: Connection, job: Job[_Do]) -> None:
    """Do one of several jobs, so that an error of its own undoes nothing else.

    The savepoint goes to the driver: SQLAlchemy's would cost more than half a job's statements do.
    """
    driver: Any = db.connection.driver_connection
    driver.execute("SAVEPOINT job")
    try:
        job.result = job.work(db)
    except Exception as error:  # noqa: BLE001 -- raised again in the thread whose work it is
        driver.execute("ROLLBACK TO job")
        job.error = error
    driver.execute("RELEASE job")


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except (OperationalError, PoolTimeout) as error:
        raise Busy("no connection") from error


@contextmanager
def _opened(engine: Engine) -> Iterator[Connection]:
    with _connected(engine) as db:
        yield db


@contextmanager
def _begun(db: Connection, deadline: float) -> Iterator[None]:
    """Begin a write transaction on SQLite, trying again while another process holds the lock.

    BEGIN goes to the driver, as IMMEDIATE; a listener on SQLAlchemy's event could not try again.
    """
    driver: Any = db.connection.driver_connection
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError as error:
            if time.monotonic() > deadline:
                raise Busy("another process writes") from error
            time.sleep(random.uniform(*POLL))  # noqa: S311 -- spreads the tries, guards nothing
    with db.begin():
        yield


def _sqlite(url: str, *, writes: bool, patience: float, passing: bool) -> Engine:
    # isolation_level None hands BEGIN to us, as SQLAlchemy's page on pysqlite asks for.
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": 0},
        json_serializer=to_json,
        json_deserializer=from_json,
    )
    wait = 0 if writes else int(patience * 1000)

    def prepare(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        # The first switch to WAL may meet another process doing the same: that one is waited for.
        cursor.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What many events change is written back once: a commit takes a seventh less than by SQLite's default.
        (page,) = cursor.execute("PRAGMA page_size").fetchone()
        cursor.execute(f"PRAGMA wal_autocheckpoint = {(LOG_OF_PASSING if passing else LOG) // page}")
        if passing:
            cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(f"PRAGMA busy_timeout = {wait}")
        cursor.close()

    event.listen(engine, "connect", prepare)
    if not writes:  # writers begin in _begun
        event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.connection.driver_connection.execute("BEGIN")  # type: ignore[union-attr]


def _postgresql(url: str, patience: float, pool_size: int, **how: Any) -> Engine:
    milliseconds = int(patience * 1000)
    settings = {
        "lock_timeout": milliseconds,
        "statement_timeout": milliseconds * 10,
        "timezone": "UTC",
        # As on disks that do not turn. Else a table that was empty when a plan was made is gone through for a minute,
        # until the server has looked at its size again.
        "random_page_cost": 1.1,
    }
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,  # the one used last has its statements prepared
        pool_timeout=patience,
        json_serializer=to_json,
        json_deserializer=from_json,
        connect_args={
            "connect_timeout": 2,
            "prepare_threshold": None,  # psycopg's own would take ours with them when it lets go of them
            # A server that answers no more is given up, not waited for without end (seconds; milliseconds).
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": 5000,
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
        **how,
    )
