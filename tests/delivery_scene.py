"""What the tests of delivery share: a LINE that keeps its rules and has its moods, a clock, processes that die."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, insert, select

from bot.delivery import Delivery
from bot.line.answers import Quota, Refused, Sent, Unanswered, judge, unanswered
from bot.sending import Sender
from handlers import notices, outbox
from handlers.channels import ensure
from handlers.outbox import Outgoing, To, Words
from models.outbox import Policy, Priority
from models.outbox import outbox as rows
from models.people import agencies, people, schools
from models.programme import MAIN, question_sets, rounds
from models.report import reports
from models.store import Store

START = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)

OK = "ok"
LOST = "lost on the way"  # ambiguous, and LINE never got it
CUT = "accepted, then cut"  # ambiguous, and LINE has it
UNREACHED = "not reached"
BROKEN = "500"
RATE = "429 rate"
LIMIT = "429 month"
BAD = "400 bad message"
UNAUTHORISED = "401"

_ANSWERS = {
    BROKEN: judge(500, None),
    RATE: judge(429, b'{"message":"The API rate limit has been exceeded. Try again later."}'),
    LIMIT: judge(429, b'{"message":"You have reached your monthly limit."}'),
    BAD: judge(400, b'{"message":"A message (messages[0]) in the request body is invalid"}'),
    UNAUTHORISED: judge(401, b'{"message":"Authentication failed."}'),
    UNREACHED: unanswered("ConnectionError", reached=False),
    LOST: unanswered("ConnectionError", reached=True),
}


@dataclass
class Clock:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class FakeLine:
    """LINE's rules: a token works once and for a minute, a retry key for a day, a month has so many messages.

    moods: what happens to the next calls; then all is well.
    """

    clock: Clock
    moods: deque[str] = field(default_factory=deque)
    tokens: dict[str, datetime] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    allowed: int | None = 300
    billed: int = 0
    bad: set[str] = field(default_factory=set)  # people whose id LINE does not take
    cast: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # accepted multicasts: key, to whom
    said: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def reply(self, channel: str, token: str, messages: Sequence[dict[str, Any]]) -> Sent | Refused:
        return self._call("reply", lambda: self._replied(token, messages))

    def push(self, channel: str, to: str, messages: Sequence[dict[str, Any]], retry_key: str) -> Sent | Refused:
        return self._call("push", lambda: self._pushed(to, messages, retry_key), known=retry_key in self.keys)

    def multicast(
        self, channel: str, to: Sequence[str], messages: Sequence[dict[str, Any]], retry_key: str
    ) -> Sent | Refused:
        return self._call("multicast", lambda: self._cast(to, messages, retry_key), known=retry_key in self.keys)

    def quota(self, channel: str) -> Quota:
        answer = self._call("quota", lambda: Sent())
        if isinstance(answer, Refused):
            raise Unanswered(answer)
        return Quota(self.allowed, self.billed)

    def _call(self, name: str, accept: Any, *, known: bool = False) -> Sent | Refused:
        self.calls.append(name)
        mood = self.moods.popleft() if self.moods else OK
        if mood == OK or (known and mood in (BAD, LIMIT)):  # what was accepted once is neither wrong nor too much
            return accept()
        if mood == CUT:
            accept()
            return _ANSWERS[LOST]
        return _ANSWERS[mood]

    def _replied(self, token: str, messages: Sequence[dict[str, Any]]) -> Sent | Refused:
        given = self.tokens.get(token)
        if given is None or token in self.used or self.clock() > given + timedelta(seconds=60):
            return judge(400, b'{"message":"Invalid reply token"}')
        self.used.add(token)
        return self._accept(token, messages)

    def _pushed(self, to: str, messages: Sequence[dict[str, Any]], key: str) -> Sent | Refused:
        if to in self.bad:
            return _ANSWERS[BAD]
        if key not in self.keys:
            if self.allowed is not None and self.billed >= self.allowed:
                return _ANSWERS[LIMIT]
            self.billed += 1
            self.keys[key] = self._accept(to, messages).ids
        return Sent(self.keys[key])

    def _cast(self, to: Sequence[str], messages: Sequence[dict[str, Any]], key: str) -> Sent | Refused:
        if any(user in self.bad for user in to):
            return _ANSWERS[BAD]
        if key not in self.keys:
            if self.allowed is not None and self.billed + len(to) > self.allowed:
                return _ANSWERS[LIMIT]
            self.billed += len(to)
            self.keys[key] = ()
            self.cast.append((key, tuple(to)))
            for user in to:
                self._accept(user, messages)
        return Sent()

    def _accept(self, to: str, messages: Sequence[dict[str, Any]]) -> Sent:
        self.said += [(to, message["text"]) for message in messages]
        return Sent(tuple(str(next(self.numbers)) for _ in messages))

    def times(self) -> Counter[str]:
        """Return how often each text was said."""
        return Counter(text for _, text in self.said)


class Scene:
    """A database, a LINE and two processes: one that takes webhooks, one that does what is left."""

    def __init__(self, store: Store, *, threads: int = 0, clock: Clock | None = None) -> None:
        self.store = store
        self.clock = clock or Clock()
        self.line = FakeLine(self.clock)
        slow = partial(Sender, chance=lambda: 1.0)  # no jitter, the longest waits
        self.web = Delivery(store, self.line, self.clock, threads=threads, sender=slow)
        self.worker = Delivery(store, self.line, self.clock, threads=0, sender=slow)
        self.numbers = count(1)
        with store.write() as db:
            ensure(db, MAIN, START)

    def person(self) -> int:
        """Return somebody who talks to the bot."""
        with self.store.write() as db:
            row = {"channel_id": MAIN, "line_user_id": f"U{uuid4().hex}", "created_at": START}
            return db.execute(insert(people).returning(people.c.id), row).scalar_one()

    def writes(
        self,
        person: int | None,
        *texts: str,
        policy: Policy = Policy.HOLD,
        kind: str = "turn",
        wait: float = 0.0,
        token: bool = True,
        owner: str | None = None,
        recipient: str | None = None,
    ) -> Outgoing:
        """Write to the outbox what a transaction would; nothing is sent yet."""
        number = next(self.numbers)
        key = f"token{number}" if token else None
        if key:
            self.line.tokens[key] = self.clock()
        words = Words(
            [{"type": "text", "text": text} for text in texts], [None] * len(texts), kind=kind, policy=policy, wait=wait
        )
        with self.store.write() as db:
            to = To(MAIN, person, recipient or f"U{person or 0:032x}", f"turn:{uuid4()}", key)
            return outbox.add(db, to, words, owner=owner or self.web.owner, now=self.clock())

    def tells(self, person: int, text: str, *, priority: Priority = Priority.RESULT, once: str | None = None) -> int:
        """Write a notice to be pushed now; return its row."""
        with self.store.write() as db:
            notices.tell(
                db,
                channel=MAIN,
                person=person,
                recipient=db.execute(select(people.c.line_user_id).where(people.c.id == person)).scalar_one(),
                once=(once := once or f"notice:{uuid4()}"),
                words=Words([{"type": "text", "text": text}], [None]),
                now=self.clock(),
                push_at=self.clock(),
                priority=priority,
            )
            return int(db.execute(select(rows.c.id).where(rows.c.once_key == once)).scalar_one())

    def says(self, person: int | None, *texts: str, **how: Any) -> Outgoing:
        """Write to the outbox, hand over, and let the process do what it can at once."""
        row = self.writes(person, *texts, **how)
        self.web.take([row])
        self.web.run_until_idle()
        return row

    def passes(self, seconds: float, *, web: bool = True, step: float = 1.0) -> None:
        """Let time pass, while the web process (if it lives) and the worker do their work."""
        end = self.clock() + timedelta(seconds=seconds)
        while self.clock() < end:
            self.clock.passes(min(step, (end - self.clock()).total_seconds()))
            if web:
                self.web.run_until_idle()
            self.works()

    def works(self) -> None:
        """Let the worker do what is due."""
        self.worker.deliver_due()
        self.worker.run_until_idle()

    def report(self) -> int:
        """Return somebody's report."""
        known = {"channel_id": MAIN, "created_at": START}
        with self.store.write() as db:

            def add(table: Table, **values: Any) -> int:
                values |= {key: value for key, value in known.items() if key in table.c}
                return db.execute(insert(table).returning(table.c.id), values).scalar_one()

            agency = add(agencies, name="สพป.บุรีรัมย์ เขต 2")
            school = add(schools, agency_id=agency, code="1031992003", name="บ้านสวายตัวอย่าง", district="กระสัง")
            asked = add(question_sets, version=1, digest="x", body={})
            due = {"opens_at": START, "due_on": START.date()}
            term = add(rounds, question_set_id=asked, year=2568, semester=2, title="ภาคเรียนที่ 2", **due)
            return add(reports, round_id=term, school_id=school, state="draft")

    def row(self, which: Outgoing | int) -> Any:
        """Return a row as it stands in the database."""
        number = which if isinstance(which, int) else which.id
        with self.store.read() as db:
            return db.execute(select(rows).where(rows.c.id == number)).one()

    def states(self, which: Iterable[Outgoing]) -> list[str]:
        """Return what became of rows."""
        return [self.row(one).state for one in which]
