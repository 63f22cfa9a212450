"""Threads that bring work at once have it done together by one of them."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from models.sharing import BATCH, Busy, Job, Sharing

Take = Callable[[], Sequence[Job[str]]]


class Desk:
    """Does what waits, one batch at a time, each when it is let go. bad: words on which all of a batch fails."""

    def __init__(self, *, patience: float = 5.0, bad: str = "") -> None:
        self.sharing = Sharing[str, str](self.do, patience=patience)
        self.let_go = threading.Semaphore(0)
        self.batches: list[list[str]] = []
        self.results: dict[str, object] = {}
        self.threads: list[threading.Thread] = []
        self.bad = bad

    def do(self, take: Take) -> None:
        jobs = take()
        self.batches.append([job.work for job in jobs])
        assert self.let_go.acquire(timeout=5)
        if self.bad in self.batches[-1]:
            raise OSError(self.bad)
        for job in jobs:
            job.result = job.work.upper()

    def bring(self, *works: str) -> None:
        for work in works:
            self.threads.append(threading.Thread(target=self._share, args=(work,)))
            self.threads[-1].start()
            wait_until(partial(self.has, work))

    def has(self, work: str) -> bool:
        """Tell whether a thread has brought its work."""
        waiting = [job.work for job in list(self.sharing._jobs)]
        return work in self.results or work in waiting or any(work in batch for batch in self.batches)

    def _share(self, work: str) -> None:
        try:
            self.results[work] = self.sharing.share(work)
        except (OSError, Busy) as error:
            self.results[work] = error

    def close(self, batches: int) -> None:
        self.let_go.release(batches)
        for thread in self.threads:
            thread.join(5)
            assert not thread.is_alive()


def wait_until(met: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not met():
        assert time.monotonic() < until
        time.sleep(0.001)


def test_who_comes_while_one_is_at_work_shares_the_next_batch() -> None:
    desk = Desk()
    desk.bring("a", "b", "c", "d")
    desk.close(2)
    assert desk.batches == [["a"], ["b", "c", "d"]]
    assert desk.results == {"a": "A", "b": "B", "c": "C", "d": "D"}


def test_a_batch_has_an_end_and_the_next_begins_where_it_ended() -> None:
    desk = Desk()
    many = [f"w{number}" for number in range(BATCH + 3)]
    desk.bring("first", *many)
    desk.close(3)
    assert desk.batches == [["first"], many[:BATCH], many[BATCH:]]
    assert desk.results == {work: work.upper() for work in ["first", *many]}


def test_what_is_raised_is_told_to_all_of_its_batch_and_to_nobody_else() -> None:
    desk = Desk(bad="bad")
    desk.bring("a", "bad", "c")
    desk.let_go.release(2)
    wait_until(lambda: len(desk.results) == 3)
    desk.bring("d")
    desk.close(1)
    assert {work: str(result) for work, result in desk.results.items()} == {
        "a": "A",
        "bad": "bad",
        "c": "bad",
        "d": "D",
    }


def test_who_waits_in_vain_is_told_so_and_the_work_is_never_done() -> None:
    desk = Desk(patience=0.1)
    desk.bring("slow", "late")
    wait_until(lambda: "late" in desk.results)
    assert isinstance(desk.results["late"], Busy)
    desk.bring("next")
    desk.close(2)
    assert desk.batches == [["slow"], ["next"]]
    assert desk.results["slow"] == "SLOW"


def test_what_raises_before_anything_is_taken_is_told_to_all_who_wait() -> None:
    gate = threading.Event()

    def refuse(take: Take) -> None:
        gate.wait(5)
        raise Busy("gone")

    sharing = Sharing[str, str](refuse, patience=5)
    told: list[str] = []

    def share(work: str) -> None:
        with pytest.raises(Busy, match="gone"):
            sharing.share(work)
        told.append(work)

    threads = [threading.Thread(target=share, args=(work,)) for work in "abc"]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(sharing._jobs) == 3)
    gate.set()
    for thread in threads:
        thread.join(5)
    assert sorted(told) == ["a", "b", "c"]
