"""The house stands: its layers hold, its migrations build the tables of ``models``, its pins are what is installed."""

import ast
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import packages_distributions, requires, version
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from sqlalchemy import Connection, inspect, text

from models import migrations

ROOT = Path(__file__).parent.parent
OURS = ("bot", "handlers", "models", "scheduler")


# --- layers ---------------------------------------------------------------------------------------


def modules(package: str) -> Iterator[tuple[str, ast.AST]]:
    for file in sorted((ROOT / package).rglob("*.py")):
        yield str(file.relative_to(ROOT)), ast.parse(file.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def tops(tree: ast.AST) -> set[str]:
    return {name.partition(".")[0] for name in imported(tree)}


def clocks(tree: ast.AST) -> list[str]:
    asked = (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in asked if re.search(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today)$", call)]


def test_layers_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_models_import_the_database_only():
    allowed = sys.stdlib_module_names - {"os"} | {"sqlalchemy", "psycopg", "alembic", "orjson", "models"}
    assert {name: tops(tree) - allowed for name, tree in modules("models") if tops(tree) - allowed} == {}


def test_handlers_know_neither_environment_nor_clock():
    assert {name for name, tree in modules("handlers") if tops(tree) & {"os", "time"} or clocks(tree)} == set()


def test_a_clock_would_be_found():
    assert clocks(ast.parse("from datetime import datetime, UTC\nlate = datetime.now(UTC) > due")) == ["datetime.now"]


def test_only_the_edge_knows_line_library():
    edge = ("bot/line/", "bot/simulator/")
    users = {name for package in ("bot", "scheduler") for name, tree in modules(package) if "linebot" in tops(tree)}
    assert {name for name in users if not name.startswith(edge)} == set()


def test_the_dialogue_engine_imports_nothing_of_ours():
    engine = [tree for name, tree in modules("handlers") if name.startswith("handlers/dialog")]
    assert engine
    named = {name for tree in engine for name in imported(tree) if name.partition(".")[0] in OURS}
    assert {name for name in named if not name.startswith("handlers.dialog")} == set()


# --- migrations -----------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def new_empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Yield a function that makes a database without any table."""
    if request.param == "sqlite":
        numbers = count(1)
        yield lambda: f"sqlite:///{tmp_path}/empty{next(numbers)}.db"
        return
    server, made = request.getfixturevalue("postgresql"), []

    def make() -> str:
        made.append(server.create("template0"))
        return str(server.url(made[-1]))

    yield make
    for name in made:
        server.drop(name)


def shape(db: Connection) -> dict[str, Any]:
    """Describe the tables as the database itself does: types, defaults, constraints, indexes with their conditions."""
    seen = inspect(db)
    return {
        table: {
            # Their order does not matter: a later migration can only add at the end.
            "columns": in_order({**c, "type": c["type"].compile(db.dialect)} for c in seen.get_columns(table)),
            "key": seen.get_pk_constraint(table),
            "references": in_order(seen.get_foreign_keys(table)),
            "unique": in_order(seen.get_unique_constraints(table)),
            "checks": in_order(seen.get_check_constraints(table)),
            "indexes": in_order(map(readable, seen.get_indexes(table))),
        }
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def in_order(items: Iterable[Any]) -> list[str]:
    return sorted(repr(sorted(item.items())) for item in items)


def readable(index: Any) -> dict[str, Any]:
    """Return an index with its condition (`where`) as text; as an object it would equal no other."""
    return {**index, "dialect_options": {key: str(value) for key, value in index.get("dialect_options", {}).items()}}


def test_migrations_build_the_tables_from_nothing(new_empty_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # they are found wherever the package lies
    migrated, made = new_empty_url(), new_empty_url()
    migrations.upgrade(migrated)
    with migrations.connected(made) as db:
        migrations.tables().create_all(db)
        wanted = shape(db)
    with migrations.connected(migrated) as db:
        assert shape(db) == wanted
    assert len(wanted) == len(migrations.tables().tables)


def test_migrations_equal_the_models(store):
    migrations.check(store.url)


def test_a_missing_migration_is_noticed(new_store):
    store = new_store()  # not the kept one, whose shape must last
    with migrations.connected(store.url) as db:
        db.execute(text("ALTER TABLE schools DROP COLUMN pupils"))
    with pytest.raises(migrations.Outdated, match="pupils"):
        migrations.check(store.url)


def test_a_database_never_migrated_is_noticed(new_empty_url):
    with pytest.raises(migrations.Outdated):
        migrations.check(new_empty_url())


def test_migrating_twice_keeps_what_is_stored(store, now):
    with store.write() as db:
        db.execute(migrations.tables().tables["channels"].insert().values(id="main", name="บุรีรัมย์", created_at=now))
    migrations.upgrade(store.url)
    with store.read() as db:
        assert db.execute(text("SELECT name FROM channels")).scalars().all() == ["บุรีรัมย์"]


def test_two_releases_at_once_migrate_once(new_empty_url):
    url, failed = new_empty_url(), []

    def release() -> None:
        try:
            migrations.upgrade(url)
        except Exception as error:  # noqa: BLE001 -- told to the test
            failed.append(error)

    threads = [threading.Thread(target=release) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    migrations.check(url)


def test_a_failed_migration_changes_nothing(new_empty_url, monkeypatch):
    url = new_empty_url()
    monkeypatch.setattr(migrations, "_check_references", lambda db: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrations.upgrade(url)
    monkeypatch.undo()
    with migrations.connected(url) as db:
        assert inspect(db).get_table_names() == []


# --- dependencies ---------------------------------------------------------------------------------

USED_UNSEEN = {"alembic", "psycopg", "tzdata"}  # started, or looked up by name


def declared(*extras: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return [Requirement(line) for line in lines]


def test_what_is_imported_is_declared_and_used():
    tops_of = {name: dists for name, dists in packages_distributions().items() if name not in OURS}
    trees = [tree for package in OURS for _, tree in modules(package)]
    imports = {canonicalize_name(dist) for tree in trees for name in tops(tree) for dist in tops_of.get(name, [])}
    names = {canonicalize_name(one.name) for one in declared()}
    assert imports - names - {"pydantic-core"} == set()  # a part of pydantic
    assert names - imports - USED_UNSEEN == set()


def needed(roots: list[Requirement]) -> set[str]:
    """Name what is needed on this machine, and what that needs in turn."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(root, {""}) for root in roots]
    while waiting:
        one, asked_for = waiting.pop()
        name = canonicalize_name(one.name)
        key = name, frozenset(one.extras)
        if key not in seen and (one.marker is None or any(one.marker.evaluate({"extra": e}) for e in asked_for)):
            seen.add(key)
            waiting += [(Requirement(line), {"", *one.extras}) for line in requires(name) or []]
    return {name for name, _ in seen}


def test_what_is_installed_is_what_is_pinned():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines)  # names and versions only: a URL would not come apart
    pinned: dict[str, Version] = {canonicalize_name(name): Version(pin) for name, pin in pins.items()}
    names = needed(declared("test"))
    assert {name: Version(version(name)) for name in names} == {name: pinned.get(name) for name in names}
    assert set(pinned) - names == set()
