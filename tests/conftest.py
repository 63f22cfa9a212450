"""What every test may ask for: a moment, a database (the test then runs on both kinds), a browser."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Connection, Table, event

from bot.demo import Demo, user_of
from models import migrations
from models.people import Role
from models.store import Store
from tests.meeting_scene import KANCHANA
from tests.postgresql import Server, Unavailable
from tests.province import Person, Province, office
from tests.screen import Screen, monday_demo, telephone

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
SWEEP = 50
"""Every so many tests PostgreSQL's tables are truncated; else what was deleted would grow beyond what is there."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def absent(what: str) -> None:
    """Skip, saying why; where everything is meant to be installed, fail."""
    if CI:
        pytest.fail(f"CI is set, so this must not be skipped: {what}")
    pytest.skip(what)


@pytest.fixture
def now() -> datetime:
    """Monday, 5 January 2026, ten past nine in the morning in Buriram."""
    return datetime(2026, 1, 5, 2, 10, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Name the kind of database; whatever asks for one runs on both."""
    return str(request.param)


@pytest.fixture
def new_url(request: pytest.FixtureRequest, database: str) -> Callable[[], str]:
    """Return a function that makes one more fresh, migrated database and returns its URL."""
    make: Callable[[], str] = request.getfixturevalue(f"new_{database}_url")
    return make


@pytest.fixture
def new_store(new_url: Callable[[], str]) -> Iterator[Callable[[], Store]]:
    """Yield a function that opens one more fresh, migrated database (hypothesis needs one per example)."""
    opened: list[Store] = []

    def make() -> Store:
        opened.append(hasty(Store(new_url())))
        return opened[-1]

    yield make
    for store in opened:
        store.dispose()


def hasty(store: Store) -> Store:
    """Let SQLite not wait for the disk: what a test writes need not outlive a power cut (PostgreSQL: ``HASTE``)."""
    for engine in (store.engine, store._writer) if store.dialect == "sqlite" else ():
        event.listen(engine, "connect", lambda connection, record: connection.execute("PRAGMA synchronous = OFF"))
    return store


@pytest.fixture
def store(request: pytest.FixtureRequest, database: str) -> Iterator[Store]:
    """Open an empty, migrated database; the test runs once on SQLite and once on PostgreSQL.

    One engine of each kind serves all tests of a process, and is emptied before each: most of a short test's time
    would else go into compiling the same statements for a new engine.
    """
    empty: Callable[[], Store] = request.getfixturevalue(f"empty_{database}")
    opened = empty()
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def empty_sqlite(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Store]:
    """Return a function that empties the one SQLite database of this process and opens it."""
    file = tmp_path_factory.mktemp("kept") / "raingan.db"
    kept = hasty(Store(f"sqlite:///{file}"))

    def empty() -> Store:
        for left in file.parent.iterdir():
            left.unlink()
        shutil.copyfile(migrated_file, file)
        return kept

    return empty


@pytest.fixture(scope="session")
def empty_postgresql(postgresql: Server) -> Iterator[Callable[[], Store]]:
    """Yield a function that empties the one PostgreSQL database of this process and opens it."""
    name = postgresql.create()
    kept = Store(postgresql.url(name), deadline=30)  # as the web has one
    tables = [table for table in migrations.tables().sorted_tables if table.name != "alembic_version"]
    everything = f"TRUNCATE {', '.join(table.name for table in tables)} RESTART IDENTITY CASCADE"
    turns = count(1)

    def empty() -> Store:
        with kept.write() as db:
            if next(turns) % SWEEP:
                _delete_all(db, tables)
            else:
                db.exec_driver_sql(everything)
        return kept

    yield empty
    kept.dispose()
    postgresql.drop(name)


def _delete_all(db: Connection, tables: Sequence[Table]) -> None:
    """Empty the tables that hold rows, in a tenth of the time that TRUNCATE takes for so many."""
    db.exec_driver_sql("SET LOCAL session_replication_role = replica")  # references are not looked at meanwhile
    filled = " UNION ALL ".join(f"(SELECT '{table.name}' FROM {table.name} LIMIT 1)" for table in tables)
    for name in db.exec_driver_sql(filled).scalars().all():
        db.exec_driver_sql(f"DELETE FROM {name}")
    numbered = [table.name for table in tables if table.autoincrement_column is not None]
    first = ", ".join(f"setval(pg_get_serial_sequence('{name}', 'id'), 1, false)" for name in numbered)
    db.exec_driver_sql(f"SELECT {first}")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the SQLite file that the others are copied from: copying is a hundred times faster than migrating."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def new_sqlite_url(migrated_file: Path, tmp_path: Path) -> Callable[[], str]:
    """Return a function that makes one more SQLite database."""
    numbers = count(1)

    def make() -> str:
        file = tmp_path / f"raingan{next(numbers)}.db"
        shutil.copyfile(migrated_file, file)
        return f"sqlite:///{file}"

    return make


@pytest.fixture(scope="session")
def postgresql(testrun_uid: str) -> Iterator[Server]:
    """Start PostgreSQL, one server for all processes of a test run."""
    try:
        server = Server.start(testrun_uid)
    except Unavailable as error:
        absent(f"PostgreSQL: {error}")
    else:
        yield server
        server.stop()


@pytest.fixture
def new_postgresql_url(postgresql: Server) -> Iterator[Callable[[], str]]:
    """Yield a function that makes one more PostgreSQL database; they are dropped after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(postgresql.create())
        return postgresql.url(made[-1])

    yield make
    for name in made:
        postgresql.drop(name)


@pytest.fixture
def province(store: Store, now: datetime) -> Province:
    """Return a small province in which nobody has joined; another, noisy one is beside it."""
    return Province(store, now)


@pytest.fixture
def warunee(province: Province) -> Person:
    """Return a director who has joined."""
    return province.director()


@pytest.fixture
def kanchana(province: Province) -> Person:
    """Return a director of another agency's school, who has joined too."""
    return province.director("นางสาวกาญจนา สมมติสกุล", KANCHANA)


@pytest.fixture
def pranee(province: Province) -> Person:
    """Return the verifier of the director's agency."""
    return province.verifier()


@pytest.fixture
def boss(province: Province) -> Person:
    """Return a coordinator of the whole province."""
    return office(province, Role.COORDINATOR)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Run the demo on a Monday morning, ten past nine."""
    with monday_demo(tmp_path / "demo") as demo:
        yield demo


@pytest.fixture
def phone_of(browser: Browser, demo: Demo) -> Iterator[Callable[[str], Screen]]:
    """Open somebody's telephone, each a device of its own; at the end, see that nothing went wrong on any."""
    with ExitStack() as opened:
        yield lambda place: Screen(opened.enter_context(telephone(browser, f"{demo.url}#{user_of(place)}")))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the machine's own Chromium. Mark the test `browser`."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        absent("no Chromium found (set CHROMIUM, or install the package chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()
