"""One run of one contestant under one kind of load, and the numbers of it."""

import gc
import itertools
import shutil
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.contestants import Contestant, Place
from tests.bench.events import TextEvent
from tests.bench.line import Line
from tests.bench.load import ClosedLoop, Flight, Load, Step, burst
from tests.bench.loop import Loop
from tests.bench.post import Post
from tests.bench.servers import Server, busy_seconds, cpu_seconds, pss_mb

LINE_LIMIT = 2.0  # seconds after which LINE gives a webhook up
START_LIMIT = 30.0


@dataclass(frozen=True)
class Shape:
    """What is done to a contestant. Times in seconds."""

    name: str
    line_delay: float = 0.0
    directors: int = 64
    seconds: float = 6.0
    warm: float = 2.0
    twice: float = 0.0
    tls: bool = False
    burst: int = 0  # people of an open-loop burst instead of the closed loop
    within: float = 0.0  # seconds in which they all tap
    once: bool = False  # it is over as soon as everybody has reported


@dataclass
class Result:
    """Latencies in ms, CPU in ms an event, memory in MB."""

    contestant: str
    shape: str
    events: int = 0
    per_second: float = 0.0
    cpu: float = 0.0
    database_cpu: float = 0.0
    load_cpu: float = 0.0  # of this harness, which shares the cores
    others: float = 0.0  # cores that nobody of us kept busy: what else ran on the machine
    webhook_p50: float = 0.0
    webhook_p99: float = 0.0
    webhook_max: float = 0.0
    reply_p50: float = 0.0
    reply_p99: float = 0.0
    reply_max: float = 0.0
    lost: int = 0
    double: int = 0
    wrong: int = 0
    not_200: int = 0  # delivered again
    unanswered: int = 0
    all_replied: float = 0.0  # seconds from the first event to the last reply
    over_limit: int = 0  # webhooks answered after LINE gave them up
    other_calls: dict[str, int] = field(default_factory=dict)
    talks: int = 0
    memory: float = 0.0
    start: float = 0.0  # seconds from process start to the first webhook answered
    problems: list[str] = field(default_factory=list)


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; 0 for nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Run:
    """The loop, the stand-in for LINE and the started server of one run."""

    def __init__(self, contestant: Contestant, shape: Shape, folder: Path, tls: ssl.SSLContext | None) -> None:
        self.contestant = contestant
        self.shape = shape
        self.loop = Loop()
        self.line = Line(self.loop, delay=shape.line_delay, tls=tls)
        self.result = Result(contestant.name, shape.name)
        self._folder = folder

    def perform(self, place: Place, people: Iterable[int], env: dict[str, str]) -> Load:
        """Everything between start and stop of the server; returns the book of all events."""
        env = {**place.env, **env, "LINE_API_HOST": self.line.url}
        with Server(self.contestant.command, env, self._folder / "server.log") as server:
            self.server = server
            self._wait_until_ready()
            load = Load(
                self.loop,
                self.line,
                server.address,
                self.contestant.talk,
                twice=self.shape.twice,
                replies=self.contestant.replies,
            )
            if self.shape.burst:
                self._burst(load, place, list(itertools.islice(people, self.shape.burst)))
            else:
                self._closed(load, place, iter(people))
            self.result.memory = pss_mb(server.pid)
            if not server.alive():
                self.result.problems.append(f"server died: {server.tail()}")
        self._tally(load.flights)
        return load

    def _wait_until_ready(self) -> None:
        """Knock with a real event until 200; it is nobody's we know, so it changes nothing that is measured."""
        statuses: list[int] = []
        deadline = self.server.started_at + START_LIMIT
        request = TextEvent(9 * 10**17, 0xFFFF_FFFF, "สวัสดี", int(time.time() * 1000)).request()
        while 200 not in statuses:
            if time.monotonic() > deadline or not self.server.alive():
                raise RuntimeError(f"{self.contestant.name} does not answer {statuses[-3:]}: {self.server.tail()}")
            tries = len(statuses)
            Post(self.loop, self.server.address, request, statuses.append)
            self.loop.run(time.monotonic() + START_LIMIT, lambda: len(statuses) > tries)  # noqa: B023
            if statuses[-1] != 200:
                self.loop.run(time.monotonic() + 0.01)
        self.result.start = time.monotonic() - self.server.started_at

    def _closed(self, load: Load, place: Place, people: Iterable[int]) -> None:
        closed = ClosedLoop(load, iter(people), self.shape.directors, self.shape.warm / 2)
        self.loop.run(time.monotonic() + self.shape.warm)
        began, ended = self._charged(place, lambda: self.loop.run(time.monotonic() + self.shape.seconds, closed.quiet))
        if closed.quiet() and not self.shape.once:
            self.result.problems.append("everybody had reported before the time was over")
        closed.stop()
        self.loop.run(time.monotonic() + 15, closed.quiet)
        self.result.talks = closed.finished
        self._rates([one for one in load.flights if one.settled and began <= one.settled_at < ended], ended - began)

    def _burst(self, load: Load, place: Place, people: Sequence[int]) -> None:
        first = self.contestant.talk.turns

        def opening(person: int) -> Step:
            return next(first(person))[0]

        def all_settled() -> bool:
            return len(load.flights) == len(people) and all(one.settled for one in load.flights)

        def act() -> None:
            burst(load, people, opening, self.shape.within)
            self.loop.run(time.monotonic() + self.shape.within)
            deadline = time.monotonic() + 20
            while not all_settled() and time.monotonic() < deadline:
                self.loop.run(time.monotonic() + 0.1)

        began, ended = self._charged(place, act)
        self._rates([one for one in load.flights if one.settled], ended - began)

    def _charged(self, place: Place, act: Callable[[], None]) -> tuple[float, float]:
        """Run ``act`` and charge the CPU it took to the result; returns when it began and ended."""
        gc.collect()
        gc.disable()
        before, began = self._spent(place), time.monotonic()
        act()
        ended, after = time.monotonic(), self._spent(place)
        gc.enable()
        server, database, load, machine = (late - early for early, late in zip(before, after, strict=True))
        self.result.cpu, self.result.database_cpu, self.result.load_cpu = server, database, load
        self.result.others = max(machine - server - database - load, 0.0) / (ended - began)
        return began, ended

    def _spent(self, place: Place) -> tuple[float, float, float, float]:
        """CPU seconds so far of the server, the database, this process, and the whole machine."""
        database = cpu_seconds(place.database_pid) if place.database_pid else 0.0
        return cpu_seconds(self.server.pid), database, time.process_time(), busy_seconds()

    def _rates(self, flights: Sequence[Flight], seconds: float) -> None:
        result, count = self.result, max(len(flights), 1)
        result.events = len(flights)
        result.per_second = len(flights) / seconds
        result.cpu *= 1000 / count
        result.database_cpu *= 1000 / count
        result.load_cpu *= 1000 / count
        webhook = [1000 * one.webhook for one in flights]
        reply = [1000 * (one.replied_at - one.said_at) for one in flights]
        result.webhook_p50, result.webhook_p99 = percentile(webhook, 0.5), percentile(webhook, 0.99)
        result.reply_p50, result.reply_p99 = percentile(reply, 0.5), percentile(reply, 0.99)
        result.webhook_max, result.reply_max = max(webhook, default=0.0), max(reply, default=0.0)

    def _tally(self, flights: Sequence[Flight]) -> None:
        result = self.result
        result.lost = sum(one.lost for one in flights)
        result.double = sum(max(one.attempts - 1, 0) for one in flights)
        result.wrong = sum(one.wrong for one in flights)
        result.not_200 = sum(status != 200 for one in flights for status in one.statuses)
        result.unanswered = sum(one.copies for one in flights)
        result.over_limit = sum(one.webhook > LINE_LIMIT for one in flights)
        result.all_replied = max((one.replied_at for one in flights), default=0.0) - min(
            (one.said_at for one in flights), default=0.0
        )
        result.other_calls = dict(self.line.others)
        if self.line.unauthorised:
            result.problems.append(f"{self.line.unauthorised} calls with a wrong access token")

    def close(self) -> None:
        self.loop.close()


def fresh(folder: Path) -> Path:
    """An empty folder in that place."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
