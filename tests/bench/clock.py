"""What time makes due, in numbers: planning for a whole province (``due``), then the way out.

Many messages are due at once, for two delivery processes over one PostgreSQL. Each process runs the delivery as the
worker does; LINE's stand-in takes pushes, counts who got what how often, and how many calls came in the busiest second.
The plan is unlimited: what is measured is the way out.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, func, insert, select

from bot import logs
from bot.app import assemble
from bot.settings import Settings
from handlers import channels, notices, quota
from handlers.notices import Told
from handlers.outbox import Words
from models import migrations
from models.outbox import Priority
from models.outbox import outbox as rows
from models.people import people
from models.programme import MAIN
from models.store import Store
from tests.bench import due
from tests.bench.databases import PostgreSQL, settings
from tests.bench.line import Line
from tests.bench.loop import Loop
from tests.bench.servers import environment

PROCESSES = 2
TICK = 1.0
"""Seconds between two looks of a worker, as its tick has it."""
THREADS = 40
AT_ONCE = 5000
PATIENCE = 150.0
SETTLING = 30.0
MOST = 2000
"""Calls a second that LINE takes."""
LEAST, MANY = 1000, 50_000
"""Messages a second that are asked of two processes, once there are so many of them."""


_UNSENT = select(func.count()).where(rows.c.state != "sent")


@dataclass
class Result:
    """What came of it. peak: calls in the busiest second; memory: of the larger process, in MB, at the first message,
    at half of them and at the last.
    """

    messages: int
    equal: bool
    seconds: float
    per_second: float
    calls: int
    peak: int
    lost: int
    twice: int
    early: float
    middle: float
    late: float
    processor: float  # seconds of both processes, for a thousand messages

    def line(self) -> str:
        """Return it in one line."""
        kind = "equal" if self.equal else "personal"
        return (
            f"{self.messages} {kind} messages, {PROCESSES} processes, PostgreSQL: {self.per_second:.0f} a second, "
            f"{self.calls} calls, at most {self.peak} in a second, {self.lost} lost, {self.twice} twice, "
            f"{self.early:.0f} → {self.middle:.0f} → {self.late:.0f} MB, "
            f"{self.processor:.2f} s of processor for a thousand"
        )

    @property
    def reached(self) -> bool:
        """Tell whether nothing was lost or doubled, LINE's pace was kept, and ours where that is asked for."""
        slow = not self.equal and self.messages >= MANY and self.per_second < LEAST
        return self.lost == self.twice == 0 and self.peak <= MOST and not slow


@dataclass
class Postman(Line):
    """LINE as far as pushes go: a key is taken once, and each person's messages are counted."""

    keys: set[str] = field(default_factory=set)
    got: Counter[str] = field(default_factory=Counter)
    seconds: Counter[int] = field(default_factory=Counter)

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Take a push or a multicast."""
        key = head.lower().partition(b"x-line-retry-key: ")[2].split(b"\r\n", 1)[0].decode()
        self.seconds[int(time.monotonic())] += 1
        if key and key not in self.keys:
            self.keys.add(key)
            to = json.loads(body)["to"]
            self.got.update([to] if isinstance(to, str) else to)
        return super().answer(head, body)


def play(messages: int, *, equal: bool = False) -> Result:
    """Write so many notices, let the processes say them, and count."""
    server = PostgreSQL.start()
    try:
        server.do("CREATE DATABASE clock")
        url = server.url("clock")
        migrations.upgrade(url)
        _write(url, messages, equal=equal)
        with tempfile.TemporaryDirectory() as folder, postman() as line:
            return _measured(url, Path(folder), line, messages, equal=equal)
    finally:
        server.stop()


def _write(url: str, messages: int, *, equal: bool) -> None:
    store, now = Store(url), datetime.now(UTC)
    same = Words([{"type": "text", "text": "เรียนท่าน ผอ. รอบรายงานเปิดแล้ว"}], [None])
    with store.write() as db:
        channels.ensure(db, MAIN, now)
        quota.learn(db, MAIN, now, allowed=None, used=0)
    for first in range(0, messages, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, messages))
        with store.write() as db:
            users = [{"channel_id": MAIN, "line_user_id": f"U{number:032x}", "created_at": now} for number in numbers]
            found = db.execute(insert(people).returning(people.c.id, people.c.line_user_id), users).all()
            told = [
                Told(row.id, row.line_user_id, f"bench:{uuid4()}", same if equal else _words(row.id)) for row in found
            ]
            notices.tell_many(db, MAIN, told, now, now - timedelta(seconds=1), Priority.REMINDER)
    store.dispose()


def _words(number: int) -> Words:
    text = f"เรียนท่าน ผอ. โรงเรียนที่ {number} ยังเหลืออีก {number % 6 + 1} ประเด็น กดทำต่อได้เลย คำตอบเดิมยังอยู่ครบ"
    return Words([{"type": "text", "text": text}], [None])


@contextmanager
def postman() -> Iterator[Postman]:
    """Yield LINE as far as pushes go, in a thread of its own."""
    loop, stop = Loop(), threading.Event()
    line = Postman(loop)
    thread = threading.Thread(target=lambda: loop.run(time.monotonic() + 3600, stop.is_set), daemon=True)
    loop.at(0, lambda: _wake(loop))
    thread.start()
    try:
        yield line
    finally:
        stop.set()
        thread.join()
        loop.close()


def _wake(loop: Loop) -> None:
    """Let the loop look now and then whether it is to stop."""
    loop.at(time.monotonic() + 0.2, lambda: _wake(loop))


def _measured(url: str, folder: Path, line: Postman, messages: int, *, equal: bool) -> Result:
    env = environment({**settings(url, folder), "LINE_API_HOST": line.url})
    workers = [subprocess.Popen([sys.executable, "-m", "tests.bench.clock"], env=env) for _ in range(PROCESSES)]
    try:
        began, early, middle = time.monotonic(), 0.0, 0.0
        while sum(line.got.values()) < messages and time.monotonic() - began < PATIENCE and _alive(workers):
            time.sleep(0.05)
            if line.got and not early:  # the clock runs from the first message, not from the start of Python
                began, early = time.monotonic(), _memory(workers)
            if not middle and 2 * len(line.got) > messages:
                middle = _memory(workers)
        seconds, late = time.monotonic() - began, _memory(workers)
        processor = sum(_processor(one) for one in workers)
        unsent = _settled(url)
    finally:
        for one in workers:
            one.send_signal(signal.SIGTERM)
        for one in workers:
            one.wait(20)
    return Result(
        messages=messages,
        equal=equal,
        seconds=round(seconds, 2),
        per_second=messages / seconds,
        calls=len(line.keys),
        peak=max(line.seconds.values(), default=0),
        lost=messages - len(line.got) + unsent,
        twice=sum(times - 1 for times in line.got.values()),
        early=early,
        middle=middle,
        late=late,
        processor=1000 * processor / messages,
    )


def _settled(url: str) -> int:
    """Return how many rows are not known to be sent once there was time to write it down, and for one more lease."""
    engine, until = create_engine(url), time.monotonic() + SETTLING
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        while (unsent := db.scalar(_UNSENT) or 0) and time.monotonic() < until:
            time.sleep(0.2)
    engine.dispose()
    return unsent


def _alive(workers: list[subprocess.Popen[bytes]]) -> bool:
    return all(one.poll() is None for one in workers)


def _memory(workers: list[subprocess.Popen[bytes]]) -> float:
    pages = max(int(Path(f"/proc/{one.pid}/statm").read_text().split()[1]) for one in workers)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _processor(worker: subprocess.Popen[bytes]) -> float:
    """Return the seconds of processor that a process has used."""
    spent = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


def worker() -> None:
    """Deliver what is due until told to stop: the worker's tick, without its other chores and its polite hours."""
    logs.set_up(as_json=True)
    works = assemble(Settings.load(os.environ), threads=THREADS)
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    while not told.wait(TICK):
        works.delivery.deliver_due()
    works.stop()


def main(messages: int, schools: int) -> bool:
    """Plan for so many schools, then play personal and equal messages; print what came of it.

    False where something is not reached.
    """
    planned = due.main(schools)
    results = []
    for equal in (False, True):
        results.append(play(messages, equal=equal))
        print(results[-1].line(), flush=True)
    return planned and all(one.reached for one in results)


if __name__ == "__main__":
    worker()
