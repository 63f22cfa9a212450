"""Which contestants run under which loads, what is compared with what, and what must be reached."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median

from tests.bench.contestants import Contestant
from tests.bench.measure import Result, Shape

CROWD = 2681  # who followed one of the programme's meetings at the same time


@dataclass(frozen=True)
class Cast:
    """All contestants of a bench; those of the project that cannot run here are missing."""

    echo: Contestant
    readme: Contestant
    tutorial: Contestant
    tutorial_dedupe: Contestant
    sqlite: Contestant
    sqlite_few: Contestant | None = None  # a thousand answers stored
    sqlite_many: Contestant | None = None  # a million
    postgresql: Contestant | None = None
    choices: list[Contestant] = field(default_factory=list)

    @property
    def ours(self) -> list[Contestant]:
        return [self.sqlite, *([self.postgresql] if self.postgresql else [])]

    @property
    def references(self) -> list[Contestant]:
        return [self.echo, self.readme, self.tutorial, self.tutorial_dedupe]


@dataclass(frozen=True)
class Match:
    """One run: who, under which load. ``at_once``: each answer's bubbles at one stroke."""

    contestant: Contestant
    shape: Shape
    at_once: bool = False


def matches(group: str, cast: Cast, seconds: float) -> list[Match]:
    """The runs of one group, in the order in which every round does them."""
    at_once, slow = Shape("LINE 0 ms", 0.0, seconds=seconds), Shape("LINE 50 ms", 0.05, seconds=seconds)
    tls = Shape("LINE 0 ms, TLS", 0.0, seconds=seconds, tls=True)
    crowd = [Shape(f"{CROWD} in {within} s", 0.05, burst=CROWD, within=within) for within in (10, 1)]
    raced = Shape("10 % twice", 0.0, seconds=seconds, twice=0.1)
    bubbles = Shape("bubbles at once", 0.0, seconds=seconds)
    full = [one for one in (cast.sqlite_few, cast.sqlite_many) if one]
    table = {
        "loop": [Match(one, shape) for shape in (at_once, slow) for one in [*cast.references, *cast.ours]],
        "tls": [
            Match(one, shape)
            for one in (cast.echo, cast.readme, cast.sqlite)
            for shape in ((at_once, tls) if one is cast.sqlite else (tls,))
        ],
        "burst": [Match(one, shape) for shape in crowd for one in [cast.echo, *cast.ours]],
        "twice": [Match(one, raced) for one in [cast.tutorial, *cast.ours]],
        "crowd": [Match(one, bubbles, at_once=True) for one in cast.ours],
        "flat": [Match(one, at_once) for one in full],
        "servers": [
            Match(one, shape) for shape in (at_once, slow) for one in cast.choices if one.replies or shape is at_once
        ],
    }
    return table[group]


GROUPS = ("loop", "tls", "burst", "twice", "crowd", "flat", "meeting")
ALL_GROUPS = (*GROUPS, "servers", "clock")

Rounds = list[dict[tuple[str, str], Result]]
Value = Callable[[Result], float]


@dataclass(frozen=True)
class Bar:
    """Something to be reached: a number, from all rounds, and its bound."""

    what: str
    contestant: str
    value: float
    bound: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound


class Judge:
    """Reads the rounds. A ratio is taken within each round; what is shown is the median over rounds."""

    def __init__(self, rounds: Rounds, cast: Cast) -> None:
        self._rounds = rounds
        self._cast = cast

    def ratio(self, value: Value, own: tuple[str, str], other: tuple[str, str]) -> float | None:
        found = [
            value(one[own]) / value(one[other])
            for one in self._rounds
            if own in one and other in one and value(one[other])
        ]
        return median(found) if found else None

    def middle(self, value: Value, own: tuple[str, str]) -> float | None:
        found = [value(one[own]) for one in self._rounds if own in one]
        return median(found) if found else None

    def worst(self, value: Value, own: tuple[str, str]) -> float | None:
        found = [value(one[own]) for one in self._rounds if own in one]
        return max(found) if found else None

    def bars(self) -> Iterator[Bar]:
        """Everything the project wants of itself, as far as it was run."""
        for one in self._cast.ours:
            yield from self._loop(one.name)
            yield from self._bursts(one.name)
            yield from self._faults(one.name)
        yield from self._flat()
        yield from self._tls()
        yield from self._footprint()

    def _loop(self, name: str) -> Iterator[Bar]:
        echo, dedupe = self._cast.echo.name, self._cast.tutorial_dedupe.name
        fast, slow = "LINE 0 ms", "LINE 50 ms"
        yield from _bar(
            "LINE 50 ms: events/s ÷ echo", name, self.ratio(_rate, (name, slow), (echo, slow)), 2.5, at_least=True
        )
        yield from _bar("LINE 50 ms: webhook p50, ms", name, self.middle(_webhook_p50, (name, slow)), 10)
        yield from _bar("LINE 50 ms: webhook p99, ms", name, self.middle(_webhook_p99, (name, slow)), 100)
        yield from _bar(
            "LINE 0 ms: events/s ÷ echo", name, self.ratio(_rate, (name, fast), (echo, fast)), 0.5, at_least=True
        )
        yield from _bar("LINE 0 ms: CPU ÷ echo", name, self.ratio(_cpu, (name, fast), (echo, fast)), 1.8)
        yield from _bar(
            "LINE 0 ms: events/s ÷ tutorial with dedupe",
            name,
            self.ratio(_rate, (name, fast), (dedupe, fast)),
            1.6,
            at_least=True,
        )

    def _bursts(self, name: str) -> Iterator[Bar]:
        ten, one = f"{CROWD} in 10 s", f"{CROWD} in 1 s"
        yield from _bar(f"{ten}: reply p99, ms", name, self.middle(_reply_p99, (name, ten)), 50)
        yield from _bar(f"{one}: webhooks over LINE's 2 s", name, self.worst(_over, (name, one)), 0)
        yield from _bar(f"{one}: last reply after, s", name, self.middle(_last_reply, (name, one)), 6)

    def _faults(self, name: str) -> Iterator[Bar]:
        shapes = sorted({shape for one in self._rounds for who, shape in one if who == name})
        for shape in shapes:
            for what, value in (("lost", _lost), ("said twice", _double), ("wrong step", _wrong), ("odd", _odd)):
                yield from _bar(f"{shape}: {what}", name, self.worst(value, (name, shape)), 0)

    def _flat(self) -> Iterator[Bar]:
        few, many = self._cast.sqlite_few, self._cast.sqlite_many
        if few and many:
            ratio = self.ratio(_cpu, (many.name, "LINE 0 ms"), (few.name, "LINE 0 ms"))
            yield from _bar("CPU, million ÷ thousand answers stored", few.name, ratio, 1.2)

    def _tls(self) -> Iterator[Bar]:
        name = self._cast.sqlite.name
        ratio = self.ratio(_rate, (name, "LINE 0 ms, TLS"), (name, "LINE 0 ms"))
        yield from _bar("events/s, TLS ÷ plain", name, ratio, 0.85, at_least=True)

    def _footprint(self) -> Iterator[Bar]:
        for one in self._cast.ours:
            for shape in ("LINE 0 ms", "LINE 50 ms"):
                key = (one.name, shape)
                yield from _bar(f"{shape}: memory, MB", one.name, self.middle(lambda it: it.memory, key), 200)
                yield from _bar(f"{shape}: start, s", one.name, self.middle(lambda it: it.start, key), 2)


def _bar(what: str, who: str, value: float | None, bound: float, *, at_least: bool = False) -> Iterator[Bar]:
    if value is not None:
        yield Bar(what, who, value, bound, at_least)


def _rate(one: Result) -> float:
    return one.per_second


def _cpu(one: Result) -> float:
    """Of the web server's processes. SQLite works inside them; what PostgreSQL's own take stands beside."""
    return one.cpu


def _webhook_p50(one: Result) -> float:
    return one.webhook_p50


def _webhook_p99(one: Result) -> float:
    return one.webhook_p99


def _reply_p99(one: Result) -> float:
    return one.reply_p99


def _last_reply(one: Result) -> float:
    """Seconds from the first tap to the last reply."""
    return one.all_replied


def _over(one: Result) -> float:
    return one.over_limit


def _lost(one: Result) -> float:
    return one.lost + one.unanswered


def _double(one: Result) -> float:
    return one.double


def _wrong(one: Result) -> float:
    return one.wrong


def _odd(one: Result) -> float:
    return len(one.problems) + sum(one.other_calls.values())
