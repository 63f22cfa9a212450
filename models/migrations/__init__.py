"""Changes of the database's shape, in order: ``upgrade(url)`` brings any older database up to date.

Each step is written out and never changes again, so it knows nothing of the tables as they are now.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, NullPool, create_engine, event, text

import models
from models.base import metadata

PAGE = 1024
"""Bytes of a page in a new SQLite file. An event changes a little on many pages, and each goes to the log as a whole:
with SQLite's own 4096 an event takes a tenth more of a processor."""
_ONE_AT_A_TIME = 0x52474E  # PostgreSQL's advisory lock on migrating; any number, the same for all


class Outdated(Exception):
    """The database's shape is not that of the tables in ``models``."""


def upgrade(url: str) -> None:
    """Create the tables or bring them up to date, all in one transaction.

    Safe to call from several processes at once: the second waits, then finds nothing to do.

    Args:
        url: SQLAlchemy's URL of an SQLite or PostgreSQL database.
    """
    with connected(url) as db:
        command.upgrade(_config(db), "head")


def check(url: str) -> None:
    """Compare a database with the tables in ``models``; change nothing.

    Raises:
        Outdated: a migration was not applied, or was not written.
    """
    with connected(url) as db:
        try:
            command.check(_config(db))
        except CommandError as error:
            raise Outdated(str(error)) from error


def tables() -> MetaData:
    """Return all tables: every module of ``models`` is read, so that none can be forgotten."""
    for module in pkgutil.iter_modules(models.__path__):
        if not module.ispkg:
            importlib.import_module(f"models.{module.name}")
    return metadata


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Open a transaction fit for changing tables, and let nobody else change them meanwhile."""
    engine = create_engine(url, poolclass=NullPool, connect_args=_connect_args(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda driver, _: driver.execute(f"PRAGMA page_size = {PAGE}"))
        event.listen(engine, "begin", lambda db: db.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as db:
        if engine.dialect.name == "postgresql":
            db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        yield db
        _check_references(db)


def _connect_args(url: str) -> dict[str, object]:
    # Python's sqlite3 would commit before each change of a table; with None it leaves BEGIN to us.
    # Foreign keys stay off: altering a table in SQLite means making it anew under the same name.
    return {"isolation_level": None, "timeout": 30} if url.startswith("sqlite") else {}


def _check_references(db: Connection) -> None:
    if db.dialect.name == "sqlite" and (broken := db.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise RuntimeError(f"a migration left a row without the row it refers to: {tuple(broken)}")


def _config(db: Connection) -> Config:
    config = Config(stdout=StringIO())  # whoever calls says what is to be said
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = db
    return config
