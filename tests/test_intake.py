"""The intake: what was heard in a rush is written down by many at once, and read back in the order of each person."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from models.intake import Intake
from models.store import Busy, Store

CHANNEL = "main"


@pytest.fixture
def intake(store: Store) -> Iterator[Intake]:
    made = Intake(store)
    yield made
    made.dispose()


def put_at_once(intake: Intake, raws: dict[str, Any], now: datetime) -> dict[str, TypeError | None]:
    """Write down one event of each user, while another holds what they all need. Return what each was told."""
    told: dict[str, TypeError | None] = {}

    def put(user: str, raw: Any) -> None:
        try:
            intake.put((CHANNEL, user), raw, now)
            told[user] = None
        except TypeError as error:
            told[user] = error

    intake.put((CHANNEL, "before"), {"n": 0}, now)
    threads = [threading.Thread(target=put, args=(user, raw)) for user, raw in raws.items()]
    with intake._store.write() as db:
        if db.dialect.name == "postgresql":
            db.execute(text("LOCK TABLE intake IN EXCLUSIVE MODE"))
        for thread in threads:
            thread.start()
        until = time.monotonic() + 1
        while len(intake._sharing._jobs) < len(raws) - 1 and time.monotonic() < until:  # one is waiting for the lock
            time.sleep(0.001)
    for thread in threads:
        thread.join(5)
    return told


def test_many_who_write_at_once_share_a_statement_and_lose_nothing(store: Store, intake: Intake, now: datetime) -> None:
    users = [f"U{number}" for number in range(8)]
    told = put_at_once(intake, {user: {"n": user} for user in users}, now)
    assert told == dict.fromkeys(users)
    found = intake.of([(CHANNEL, user) for user in users])
    assert {whom[1]: [row.raw for row in rows] for whom, rows in found.items()} == {
        user: [{"n": user}] for user in users
    }
    if store.dialect == "postgresql":  # it tells which transaction wrote a row
        with store.read() as db:
            assert db.execute(text("SELECT count(DISTINCT xmin::text) FROM intake")).scalar_one() <= 3


def test_one_that_cannot_be_written_keeps_nobody_elses_from_it(intake: Intake, now: datetime) -> None:
    told = put_at_once(intake, {"U1": {"n": 1}, "U2": {"n": 2}, "bad": {"n": object()}, "U3": {"n": 3}}, now)
    assert isinstance(told.pop("bad"), TypeError)
    assert told == {"U1": None, "U2": None, "U3": None}
    found = intake.of([(CHANNEL, user) for user in ("U1", "U2", "bad", "U3")])
    assert {whom[1]: rows[0].raw for whom, rows in found.items()} == {"U1": {"n": 1}, "U2": {"n": 2}, "U3": {"n": 3}}


def test_while_the_table_is_locked_all_are_told_in_time(new_postgresql_url: Callable[[], str], now: datetime) -> None:
    store = Store(new_postgresql_url(), patience=0.3)
    intake, took = Intake(store), list[float]()

    def put(user: str) -> None:
        began = time.monotonic()
        with pytest.raises((OperationalError, Busy)):
            intake.put((CHANNEL, user), {}, now)
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=put, args=(f"U{number}",)) for number in range(8)]
    with store.write() as db:
        db.execute(text("LOCK TABLE intake"))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
    assert len(took) == len(threads)
    assert max(took) < 4 * 0.3, "two wait one behind the other, and not eight"
    store.dispose()


def test_what_one_person_said_is_read_in_its_order_until_it_is_dropped(
    store: Store, intake: Intake, now: datetime, new_process: Callable[[], Intake]
) -> None:
    whom = (CHANNEL, "U1")
    for number in range(5):
        (intake if number % 2 else new_process()).put(whom, {"n": number}, now)
    rows = intake.of([whom])[whom]
    assert [row.raw["n"] for row in rows] == list(range(5))
    intake.drop([row.id for row in rows[:3]])
    assert [row.raw["n"] for row in intake.of([whom])[whom]] == [3, 4]
    assert new_process().waits(whom)
    intake.drop([row.id for row in rows])
    assert not intake.waits(whom)


@pytest.fixture
def new_process(store: Store) -> Iterator[Callable[[], Intake]]:
    """Yield what opens the same intake as another process does."""
    made: list[Intake] = []

    def new() -> Intake:
        made.append(Intake(store))
        return made[-1]

    yield new
    for one in made:
        one.dispose()
