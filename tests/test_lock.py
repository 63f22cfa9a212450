"""One process at a time leads: whoever dies or loses the database leads no more, and another does within seconds."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import NullPool, create_engine, text

from models.lock import Lock
from scheduler.leader import Leader
from tests.delivery_scene import Clock

KEY = 4711


@pytest.fixture
def url(new_postgresql_url: Callable[[], str]) -> str:
    return new_postgresql_url()


def cut(url: str) -> None:
    """Close everybody's connections to a database, as a restart of the server does."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        admin.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def test_one_has_it_until_it_lets_go(url: str) -> None:
    first, second = Lock(url, KEY), Lock(url, KEY)
    assert [first.has(), second.has(), first.has()] == [True, False, True]
    first.let_go()
    assert _soon(second)
    assert not first.has()
    second.let_go()


def _soon(lock: Lock) -> bool:
    """Tell whether a lock is had within seconds: the server hears of a closed connection when it comes to it."""
    until = time.monotonic() + 10
    while not lock.has() and time.monotonic() < until:
        time.sleep(0.01)
    return lock.has()


def test_another_number_is_another_lock(url: str) -> None:
    first, second = Lock(url, KEY), Lock(url, KEY + 1)
    assert [first.has(), second.has()] == [True, True]
    first.let_go()
    second.let_go()


def test_who_loses_the_connection_knows_at_the_next_look_and_has_lost_the_lock(url: str) -> None:
    first, second = Lock(url, KEY), Lock(url, KEY)
    assert [first.has(), second.has()] == [True, False]
    cut(url)
    assert first.has() is False
    assert second.has() is False, "its own connection is gone as well"
    assert [second.has(), first.has()] == [True, False]
    first.let_go()
    second.let_go()


def test_without_a_database_nobody_has_it() -> None:
    assert Lock("postgresql+psycopg://nobody@127.0.0.1:1/nothing", KEY).has() is False


def test_on_sqlite_everybody_has_it() -> None:
    locks = [Lock("sqlite://", KEY) for _ in range(2)]
    assert all(lock.has() for lock in locks)
    for lock in locks:
        lock.let_go()


def test_many_threads_of_one_process_may_ask(url: str) -> None:
    first, second = Lock(url, KEY), Lock(url, KEY)
    assert first.has()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda lock: lock.has(), [first] * 40)) == {True}
        assert set(pool.map(lambda lock: lock.has(), [second] * 40)) == {False}
    first.let_go()
    second.let_go()


def test_a_leader_knows_since_when(url: str) -> None:
    clock = Clock()
    first, second = Leader(url, clock), Leader(url, clock)
    assert first.leads()
    began = clock()
    clock.passes(60)
    assert not second.leads()
    assert (first.leads(), first.since, second.since) == (True, began, None)
    cut(url)
    assert (first.leads(), first.since) == (False, None)
    second.leads()  # notices that its connection is gone
    assert (second.leads(), second.since) == (True, clock())
    second.resign()
    assert second.since is None
    assert first.leads()
    first.resign()
