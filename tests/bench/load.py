"""People who say things, and the book kept of what became of each."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from tests.bench.events import TextEvent, reply_token
from tests.bench.line import Line
from tests.bench.loop import Loop
from tests.bench.post import Post

PATIENCE = 30.0  # seconds after which a person stops waiting for a reply, and reports no more
AGAIN_AFTER = 1.0  # seconds until LINE delivers again what was not answered with 200
DELIVERIES = 8


@dataclass(frozen=True, slots=True)
class Step:
    """Something said, and the mark its reply must bear (None: any reply)."""

    text: str
    expects: str | None = None


Turn = Sequence[Step]
"""What is said at one stroke; mostly one thing."""


class Talk(Protocol):
    """What people say to one kind of bot, and how to read its replies."""

    def turns(self, person: int) -> Iterator[Turn]: ...

    def mark(self, messages: list[dict[str, Any]]) -> str: ...


class Flight:
    """One event from being said to being replied to. Moments are monotonic seconds."""

    __slots__ = (
        "answered_at",
        "attempts",
        "copies",
        "event",
        "excused",
        "mark",
        "moved",
        "replied_at",
        "said_at",
        "statuses",
        "step",
        "webhook",
    )

    def __init__(self, event: TextEvent, step: Step, said_at: float, copies: int, moved: Callable[[], None]) -> None:
        self.event = event
        self.step = step
        self.said_at = said_at
        self.copies = copies  # posts under way
        self.moved = moved  # called whenever its webhook was answered or its reply came
        self.excused = False  # another reply spoke for it too
        self.statuses: list[int] = []
        self.webhook = 0.0  # seconds, of the slowest HTTP request
        self.answered_at = 0.0  # when the last copy was accepted, or given up
        self.replied_at = 0.0
        self.attempts = 0  # replies tried with its token
        self.mark: str | None = None

    @property
    def lost(self) -> bool:
        return not self.replied_at and not self.excused

    @property
    def settled(self) -> bool:
        return bool(self.answered_at and self.replied_at)

    @property
    def settled_at(self) -> float:
        return max(self.answered_at, self.replied_at)

    @property
    def wrong(self) -> bool:
        return self.mark is not None and self.step.expects is not None and self.mark != self.step.expects


class Load:
    """Posts events to one server and matches the replies that reach the stand-in for LINE.

    ``twice`` is the share of events posted two times at the same moment, as a raced redelivery.
    With ``replies`` off the HTTP response is all there is to wait for.
    """

    def __init__(
        self,
        loop: Loop,
        line: Line,
        address: tuple[str, int],
        talk: Talk,
        *,
        twice: float = 0.0,
        replies: bool = True,
    ) -> None:
        self.loop = loop
        self.talk = talk
        self.flights: list[Flight] = []
        self.line = line
        self._address = address
        self._twice = twice
        self._replies = replies
        self._chance = random.Random(2681)
        self._by_token: dict[str, Flight] = {}
        self._last_ms = 0
        line.reply = self._replied

    def say(self, person: int, step: Step, moved: Callable[[], None], *, due: float | None = None) -> Flight:
        """Post it now; ``moved`` is called whenever its webhook was answered or its reply came.

        ``due`` is when it should have been said, if that was earlier.
        """
        copies = 2 if self._chance.random() < self._twice else 1
        number = len(self.flights) + 1
        event = TextEvent(number, person, step.text, self._timestamp())
        flight = Flight(event, step, due or time.monotonic(), copies, moved)
        self.flights.append(flight)
        self._by_token[reply_token(number)] = flight
        for copy in range(copies):
            self._post(flight, flight.said_at, again=copy > 0)
        return flight

    def _post(self, flight: Flight, since: float, *, again: bool) -> None:
        def done(status: int) -> None:
            flight.webhook = max(flight.webhook, time.monotonic() - since)
            self._answered(flight, status)

        Post(self.loop, self._address, flight.event.request(again=again), done)

    def _timestamp(self) -> int:
        self._last_ms = max(self._last_ms + 1, int(time.time() * 1000))
        return self._last_ms

    def _answered(self, flight: Flight, status: int) -> None:
        """What is not accepted is delivered again, as LINE does."""
        flight.statuses.append(status)
        now = time.monotonic()
        if status != 200 and len(flight.statuses) < DELIVERIES:
            due = now + AGAIN_AFTER
            self.loop.at(due, lambda: self._post(flight, due, again=True))
            return
        flight.copies -= 1
        if not flight.copies:
            flight.answered_at = now
            if not self._replies:
                flight.replied_at = now
            flight.moved()

    def _replied(self, token: str, messages: list[dict[str, Any]]) -> bool:
        flight = self._by_token.get(token)
        if flight is None:  # the knock of the start
            return True
        flight.attempts += 1
        if flight.attempts > 1:
            return False
        flight.replied_at = time.monotonic()
        flight.mark = self.talk.mark(messages)
        flight.moved()
        return True


class Director:
    """Says turn after turn, each as soon as the one before is answered and replied to; then is the next person."""

    def __init__(self, load: Load, people: Iterator[int]) -> None:
        self._load = load
        self._people = people
        self._turns: Iterator[Turn] = iter(())
        self._person = 0
        self._flights: list[Flight] = []
        self.finished = 0  # whole talks
        self.idle = False
        self.stop = False

    def go_on(self) -> None:
        turn = None if self.stop else self._next_turn()
        self.idle = turn is None
        if turn is None:
            return
        self._flights = []
        for step in turn:
            self._flights.append(self._load.say(self._person, step, self._moved))
        self._moved()

    def _next_turn(self) -> Turn | None:
        for turn in self._turns:
            return turn
        if self._person:
            self.finished += 1
        person = next(self._people, None)
        if person is None:
            return None
        self._person = person
        self._turns = self._load.talk.turns(person)
        return next(self._turns)

    def _moved(self) -> None:
        """Things said at once may be acknowledged by one reply."""
        flights = self._flights
        if flights and all(one.answered_at for one in flights) and any(one.replied_at for one in flights):
            for one in flights:
                one.excused = not one.replied_at
            self._flights = []
            self.go_on()

    def give_up_if_late(self, now: float) -> None:
        if self._flights and now - self._flights[0].said_at > PATIENCE:
            self._flights = []
            self._turns, self._person = iter(()), 0
            self.go_on()


class ClosedLoop:
    """So many directors at once. ``stop`` lets each finish what it has said."""

    def __init__(self, load: Load, people: Iterator[int], directors: int, spread: float) -> None:
        self._load = load
        self.directors = [Director(load, people) for _ in range(directors)]
        now = time.monotonic()
        for place, director in enumerate(self.directors):
            load.loop.at(now + spread * place / directors, director.go_on)
        self._watch()

    def _watch(self) -> None:
        now = time.monotonic()
        for director in self.directors:
            director.give_up_if_late(now)
        self._load.loop.at(now + 0.5, self._watch)

    @property
    def finished(self) -> int:
        return sum(director.finished for director in self.directors)

    def stop(self) -> None:
        for director in self.directors:
            director.stop = True

    def quiet(self) -> bool:
        return all(director.idle for director in self.directors)


def burst(load: Load, people: Sequence[int], step: Callable[[int], Step], seconds: float) -> None:
    """Each of ``people`` says one thing at a random moment within ``seconds`` from now, whatever the server does."""
    chance = random.Random(2566)
    start = time.monotonic() + 0.05
    for person in people:
        due = start + chance.random() * seconds
        load.loop.at(due, partial(load.say, person, step(person), _nothing, due=due))


def _nothing() -> None:
    pass
