"""The store: transactions that commit or roll back, that are shared, that tell in time when the database is away."""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from models.programme import channels
from models.store import Busy, Store


def adds(name: str, now: object) -> Callable[[Connection], Any]:
    def work(db: Connection) -> str:
        db.execute(insert(channels), {"id": name, "name": name, "created_at": now})
        if name.startswith("bad"):
            raise ValueError(name)
        return name

    return work


def names(store: Store) -> set[str]:
    with store.read() as db:
        return set(db.execute(select(channels.c.id)).scalars())


def test_work_is_done_and_its_result_given_back_after_the_commit(store: Store, now: object) -> None:
    assert store.share(adds("north", now)) == "north"
    assert names(store) == {"north"}


def test_of_works_that_share_a_transaction_one_that_raises_is_undone_alone(store: Store, now: object) -> None:
    results: dict[str, object] = {}

    def share(name: str) -> None:
        try:
            results[name] = store.share(adds(name, now))
        except ValueError as error:
            results[name] = error

    wanted = [f"{kind}{number}" for number in range(10) for kind in ("good", "bad")]
    threads = [threading.Thread(target=share, args=(name,)) for name in wanted]
    with store.write():  # all of them wait, and then share
        for thread in threads:
            thread.start()
        time.sleep(0.2)
    for thread in threads:
        thread.join(10)
    assert names(store) == {name for name in wanted if name.startswith("good")}
    assert {name for name, result in results.items() if isinstance(result, ValueError)} == set(wanted) - names(store)
    assert {result for result in results.values() if isinstance(result, str)} == names(store)


def test_of_several_works_one_that_raises_is_undone_alone(store: Store, now: object) -> None:
    done = store.several([adds("east", now), adds("bad", now), adds("west", now)])
    assert [str(one) for one in done] == ["east", "bad", "west"]
    assert isinstance(done[1], ValueError)
    assert names(store) == {"east", "west"}


def test_several_works_share_one_transaction_on_sqlite_alone(store: Store, now: object) -> None:
    def others_see(db: Connection) -> set[str]:
        return names(store)

    _, seen = store.several([adds("east", now), others_see])
    assert seen == (set() if store.dialect == "sqlite" else {"east"})


def test_alone_each_statement_is_durable_at_once(new_postgresql_url: Callable[[], str], now: object) -> None:
    url = new_postgresql_url()
    store, other = Store(url, pool_size=1), Store(url)
    with store.alone() as db:
        adds("alone", now)(db)
        assert names(other) == {"alone"}
    with pytest.raises(ValueError, match="bad"), store.write() as db:
        adds("bad", now)(db)
    assert names(other) == {"alone"}, "the next transaction on that connection is one again"
    store.dispose()
    other.dispose()


def test_a_locked_file_is_waited_for_in_vain_once_and_then_told_of_at_once(tmp_path: Path, now: object) -> None:
    store = Store(f"sqlite:///{tmp_path / 'locked.db'}", patience=0.3)
    with store.write() as db:
        channels.create(db)
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    took = []
    for number in range(3):
        began = time.monotonic()
        with pytest.raises(Busy):
            store.share(adds(f"late{number}", now))
        took.append(time.monotonic() - began)
    assert took[0] >= 0.3
    assert max(took[1:]) < 0.3, "told at once, without waiting as long again"
    other.execute("ROLLBACK")
    time.sleep(0.6)
    store.share(adds("after", now))
    assert names(store) == {"after"}
    store.dispose()
    other.close()


def test_whose_work_is_done_does_not_wait_for_the_works_of_others(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}", patience=5)
    slow, ended = threading.Event(), {}

    def share(name: str, work: Callable[[Connection], object]) -> threading.Thread:
        def run() -> None:
            store.share(work)
            ended[name] = time.monotonic()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    with store.write():  # the first three wait, and then share
        threads = [share(f"quick{number}", lambda db: None) for number in range(3)]
        time.sleep(0.1)
    time.sleep(0.05)
    threads.append(share("slow", lambda db: slow.wait(5)))
    time.sleep(0.2)
    assert set(ended) == {"quick0", "quick1", "quick2"}
    slow.set()
    for thread in threads:
        thread.join(5)
    assert set(ended) == {"quick0", "quick1", "quick2", "slow"}
    store.dispose()


def test_work_that_could_not_be_had_in_time_is_never_done(tmp_path: Path, now: object) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}", patience=0.3)
    with store.write() as db:
        channels.create(db)
    told: list[str] = []

    def share(name: str) -> None:
        try:
            store.share(adds(name, now))
        except Busy:
            told.append(name)

    threads = [threading.Thread(target=share, args=(f"late{number}",)) for number in range(6)]
    with store.write():
        for thread in threads:
            thread.start()
        time.sleep(0.8)
    for thread in threads:
        thread.join(5)
    assert sorted(told) == [f"late{number}" for number in range(6)]
    assert names(store) == set()
    time.sleep(0.6)
    store.share(adds("after", now))
    assert names(store) == {"after"}
    store.dispose()


def test_threads_that_share_and_write_at_once_lose_nothing(new_store: Callable[[], Store], now: object) -> None:
    store = new_store()

    def work(place: int) -> None:
        for number in range(25):
            if number % 5 == 4:
                with store.write() as db:
                    adds(f"w{place}.{number}", now)(db)
            else:
                assert store.share(adds(f"s{place}.{number}", now)) == f"s{place}.{number}"

    threads = [threading.Thread(target=work, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(names(store)) == 200
