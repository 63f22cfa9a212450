"""A lock that one process has, among all that use a database, for as long as it lives."""

import threading

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

_TAKE = text("SELECT pg_try_advisory_lock(:key)")
_PING = text("SELECT 1")
_CONNECT_ARGS = {
    "connect_timeout": 2,
    # The client gives up a server that is silent (seconds; milliseconds) …
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,
    # … and the server a client whose machine is gone: by itself it would keep the lock for two hours.
    "options": "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2"
    " -c statement_timeout=2000 -c idle_session_timeout=0",
}


class Lock:
    """An advisory lock of PostgreSQL, on a connection of its own: when the process dies, the lock is free at once.

    On SQLite, where one machine does everything, each has it. Through a proxy that shares connections among clients
    (pgbouncer in transaction mode) the lock means nothing: several may then believe that they have it.

    url: SQLAlchemy's, of the database. key: the lock's number.
    """

    def __init__(self, url: str, key: int) -> None:
        self._key = key
        self._engine = None
        if not url.startswith("sqlite"):
            self._engine = create_engine(
                url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_CONNECT_ARGS
            )
        self._db: Connection | None = None
        self._held = False
        self._turn = threading.Lock()

    def has(self) -> bool:
        """Tell whether this process has the lock now, taking it where it is free.

        False as well where the database cannot be had: who had the lock has lost it with the connection.
        """
        if self._engine is None:
            return True
        with self._turn:
            try:
                self._db = self._db or self._engine.connect()
                if self._held:
                    self._db.execute(_PING)
                else:
                    self._held = bool(self._db.execute(_TAKE, {"key": self._key}).scalar_one())
            except DBAPIError:
                self._close()
            return self._held

    def let_go(self) -> None:
        """Give the lock to whoever takes it next."""
        with self._turn:
            self._close()

    def _close(self) -> None:
        db, self._db, self._held = self._db, None, False
        if db is not None:
            db.invalidate()  # closes the connection whatever state it is in
            db.close()
