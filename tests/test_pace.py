"""The pace that all processes share: below LINE's rate, a transaction for many calls, and a pause when LINE says so."""

from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.pace import LOT, Pace
from handlers import rates
from handlers.channels import ensure
from models.outbox import rates as table
from models.programme import MAIN
from models.store import Store
from tests.delivery_scene import START, Clock


class Watch:
    """A clock that sleeping moves, and the moments at which calls were made."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.calls: list[datetime] = []

    def pace(self, store: Store) -> Pace:
        return Pace(store, self.clock, sleep=self.clock.passes)

    def call(self, pace: Pace, weight: int = 1) -> None:
        assert pace.wait(MAIN, weight) is None
        self.calls += [self.clock()] * weight


@pytest.fixture
def watch(store: Store) -> Watch:
    with store.write() as db:
        ensure(db, MAIN, START)
    return Watch()


def busiest(calls: list[datetime]) -> int:
    """Return the most calls within any second."""
    return max(sum(first <= one < first + timedelta(seconds=1) for one in calls) for first in calls)


@given(plan=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 900)), min_size=1, max_size=12))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_together_processes_stay_below_lines_rate(store: Store, plan: list[tuple[int, int]]) -> None:
    with store.write() as db:
        ensure(db, MAIN, START)
        db.execute(delete(table))
    watch = Watch()
    processes = [watch.pace(store) for _ in range(3)]
    for process, many in plan:
        for _ in range(many):
            watch.call(processes[process])
    firsts = watch.calls[::97]
    assert max(sum(first <= one < first + timedelta(seconds=1) for one in watch.calls) for first in firsts) <= 2000


def test_many_calls_cost_one_transaction(store: Store, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    pace, allot = watch.pace(store), Mock(wraps=rates.allot)
    monkeypatch.setattr(rates, "allot", allot)
    for _ in range(3 * LOT):
        watch.call(pace)
    assert allot.call_count == 3


def test_a_call_to_many_weighs_more(store: Store, watch: Watch) -> None:
    pace = watch.pace(store)
    for _ in range(300):
        watch.call(pace, rates.MULTICAST)
    assert busiest(watch.calls[:: rates.MULTICAST]) <= 200


def test_what_was_not_used_is_not_made_up_for(store: Store, watch: Watch) -> None:
    pace = watch.pace(store)
    watch.call(pace)
    watch.clock.passes(3600)
    watch.calls.clear()
    for _ in range(2500):
        watch.call(pace)
    assert busiest(watch.calls[::50]) * 50 <= 2000


def test_a_clock_set_back_does_not_stop_the_calls(store: Store, watch: Watch) -> None:
    pace = watch.pace(store)
    watch.call(pace)
    watch.clock.passes(-3600)
    before = watch.clock()
    watch.call(pace)
    assert watch.clock() - before < timedelta(seconds=1)


def test_all_processes_pause_when_line_says_so_and_longer_each_time(store: Store, watch: Watch) -> None:
    here, there = watch.pace(store), watch.pace(store)
    waits = []
    for _ in range(8):
        until = here.too_fast(MAIN)
        assert here.wait(MAIN) == there.wait(MAIN) == here.too_fast(MAIN) == until
        waits.append((until - watch.clock()).total_seconds())
        watch.clock.at = until
        assert here.wait(MAIN) is None
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    here.too_fast(MAIN)
    watch.clock.passes(61)
    here.well(MAIN)
    assert (here.too_fast(MAIN) - watch.clock()).total_seconds() == 1


def test_a_pause_noted_by_a_clock_that_was_set_back_is_forgotten(store: Store, watch: Watch) -> None:
    pace = watch.pace(store)
    pace.too_fast(MAIN)
    watch.clock.passes(-3600)
    assert pace.wait(MAIN) is None
    with store.read() as db:
        assert rates.paused(db, watch.clock()) == []
