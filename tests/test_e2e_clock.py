"""Schedulers and deliverers, killed again and again while LINE has its moods: everybody hears everything once."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

import pytest
from sqlalchemy import func, make_url, select, text, update

from bot.app import utc_now
from bot.demo import ROSTER
from bot.roster_files import read_table
from bot.simulator import faults
from handlers import channels, heartbeats, inviting, notices, roster
from handlers.outbox import Words
from models.outbox import Sending
from models.outbox import outbox as rows
from models.people import Role, people
from models.programme import MAIN
from models.store import Store
from scheduler.leader import KEY
from tests.clock_child import news
from tests.clock_meeting import Called
from tests.postgresql import DURABLE, Server
from tests.processes import ROOT, Bot, until
from tests.test_e2e_processes import Director, _kept, _types_on

pytestmark = pytest.mark.processes

TUESDAY = datetime(2026, 1, 13, 2, 30, tzinfo=UTC)
"""Half past nine on a working day: from here the clocks of all processes run."""
SETTLE = 300.0
MOODS = (
    faults.error(500),
    faults.rate_limited(),
    faults.hang(1.0),
    faults.hang(0.5, accepts=False),
    faults.reset_after(),
    faults.reset_before(),
)


class Herd:
    """Schedulers over one database, each known by a name, which begin again when they were killed.

    people: so many hear the news. news: so many pieces, one every ``every`` seconds from the start on.
    """

    def __init__(self, database: str, folder: Path, *, listeners: int, news: int, every: float) -> None:
        self.news = news
        self.began = datetime.now(UTC)
        self.ahead = TUESDAY - self.began
        more = {
            "CLOCK_AHEAD": str(self.ahead.total_seconds()),
            "NEWS_FROM": TUESDAY.isoformat(),
            "NEWS_EVERY": str(every),
            "NEWS": str(news),
        }
        self.bot = Bot(database, folder, **more)
        self.bot.platform.forward(self.ahead.total_seconds())
        self.bot.platform.main.quota.allowed = None
        self.store = Store(database, patience=20)
        self.users = self._listeners(listeners)
        self._log = (folder / "clock.log").open("ab")
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.clock_child"],
            cwd=ROOT, env=self.bot.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip
        self._living: dict[str, int] = {}
        self.meeting: Called | None = None

    def calls(self, joining: int, link_after: float) -> Called:
        """Call everybody to a meeting, of whom some join later; its link is told after so many seconds."""
        link_at = TUESDAY + timedelta(seconds=link_after)
        self.meeting = Called(self.store, sorted(self.users), joining, self.now, link_at)
        return self.meeting

    def _listeners(self, many: int) -> dict[int, str]:
        """Let so many friends be known to the bot; return their LINE ids by number."""
        with self.store.write() as db:
            channels.ensure(db, MAIN, self.now)
            for phone in (self.bot.platform.phone() for _ in range(many)):
                self.bot.platform.main.friends.add(phone.user)
                row = {"channel_id": MAIN, "line_user_id": phone.user, "created_at": self.now}
                db.execute(people.insert(), row)
            found = db.execute(select(people.c.id, people.c.line_user_id)).all()
            return {row.id: row.line_user_id for row in found}

    @property
    def now(self) -> datetime:
        """Return the time of the processes' clocks."""
        return datetime.now(UTC) + self.ahead

    def start(self, name: str, role: str = "all") -> None:
        """Let a process begin."""
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(f"{role}\n")
        self._nursery.stdin.flush()
        self._living[name] = int(self._nursery.stdout.readline())

    def kill(self, name: str) -> None:
        """Take a process away, as a power cut does."""
        self.signal(name, signal.SIGKILL)
        until(lambda: not _is_there(self._living[name]), 10, "it is dead")

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process."""
        os.kill(self._living[name], number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        print(f"--- not sent at {self.now}:", *self.left()[:40], sep="\n")
        for process in self._living.values():
            if _is_there(process):
                os.kill(process, signal.SIGKILL)
        self._nursery.communicate(timeout=20)
        self.store.dispose()
        self.bot.__exit__(*exception)
        self._log.close()
        print(f"--- the clock said:\n{self.words[-6000:]}")

    @property
    def words(self) -> str:
        """Everything that was logged."""
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def moody(self, chance: Random, part: float, times: int = 20_000) -> None:
        """Let LINE have its moods for a part of the calls to come."""
        for endpoint in ("push", "multicast"):
            line = [chance.choice(MOODS) if chance.random() < part else faults.Fault() for _ in range(times)]
            self.bot.platform.faults.queue(endpoint, *line)

    def count(self, *where: Any) -> int:
        """Count rows of the outbox."""
        with self.store.read() as db:
            return int(db.execute(select(func.count()).select_from(rows).where(*where)).scalar_one())

    def is_all_sent(self) -> bool:
        """Tell whether everybody has been told everything."""
        about = rows.c.once_key.not_like("meeting:%")
        all_news = self.count(about) == self.count(about, rows.c.state == Sending.SENT) == len(self.users) * self.news
        return all_news and (self.meeting is None or self.meeting.is_told())

    def settles(self) -> None:
        """Let LINE be well, and wait until everybody has been told everything.

        A row that was in the hands of many who were killed has as many tries behind it, and may have been put off for
        minutes: that is right, and not waited for.
        """
        self.bot.platform.faults.clear()
        with self.store.write() as db:
            put_off = rows.c.state == Sending.QUEUED, rows.c.tries > 1, rows.c.lease_until == rows.c.due_at
            db.execute(update(rows).where(*put_off).values(due_at=self.now, lease_until=self.now))
        until(self.is_all_sent, SETTLE, "all is sent")

    def left(self) -> list[Any]:
        """Return what is not sent, for whoever looks at a failed test."""
        with self.store.read() as db:
            shown = (rows.c.id, rows.c.state, rows.c.tries, rows.c.due_at, rows.c.lease_until, rows.c.error)
            return list(db.execute(select(*shown).where(rows.c.state != Sending.SENT)))

    def everybody_heard_everything_once(self) -> None:
        """Compare the phones, the outbox, and the calls."""
        everything = {number: self.heard(user) for number, user in self.users.items()}
        heard = {number: [one for one in words if "ประชุม" not in one] for number, words in everything.items()}
        wanted = {number: sorted(news(slot, number) for slot in range(self.news)) for number in self.users}
        assert {number: words for number, words in heard.items() if words != wanted[number]} == {}
        calls = [call for call in self.bot.platform.calls if call.endpoint in ("push", "multicast")]
        accepted = Counter(call.retry_key for call in calls if call.status == 200)
        assert None not in accepted
        assert set(accepted.values()) == {1}, "LINE accepted a key twice"
        assert self.bot.platform.problems == []
        if self.meeting is not None:
            self.meeting.everybody_heard_once(
                {number: [one for one in words if "ประชุม" in one] for number, words in everything.items()}
            )

    def heard(self, user: str) -> list[str]:
        """Return what stands on a phone."""
        return sorted(message.get("text") or message["altText"] for message in self.bot.platform.phone(user).heard)

    def repeated(self) -> int:
        """Return how often LINE said that it knew a call already."""
        return sum(call.status == 409 for call in self.bot.platform.calls)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _kill_at_random(
    herd: Herd,
    roles: dict[str, str],
    times: int,
    chance: Random,
    meanwhile: dict[int, Callable[[], None]] | None = None,
) -> None:
    """Kill one and begin it again, so many times. meanwhile: what happens after how many."""
    for name, role in roles.items():
        herd.start(name, role)
    for number in range(times):
        (meanwhile or {}).get(number, lambda: None)()
        time.sleep(chance.uniform(0.05, 0.7))
        name = chance.choice(list(roles))
        herd.kill(name)
        herd.start(name, roles[name])


@pytest.fixture
def herd_of(tmp_path: Path) -> Iterator[Callable[..., Herd]]:
    herds: list[Herd] = []

    def make(database: str, **how: Any) -> Herd:
        herds.append(Herd(database, tmp_path, **how))
        return herds[-1]

    yield make
    for herd in herds:
        herd.__exit__()


def test_killed_a_hundred_times_two_schedulers_and_two_deliverers_tell_everybody_everything_once(
    new_postgresql_url: Callable[[], str], herd_of: Callable[..., Herd]
) -> None:
    seed = int(os.environ.get("SEED", "20260113"))
    print(f"SEED={seed}")
    chance = Random(seed)
    herd = herd_of(new_postgresql_url(), listeners=200, news=6, every=6)
    herd.moody(chance, 0.3)
    meeting = herd.calls(joining=40, link_after=20)
    meanwhile = {25: lambda: meeting.joins(herd.now), 80: lambda: meeting.changes(herd.now)}
    roles = {"clock 1": "clock", "clock 2": "clock", "deliver 1": "deliver", "deliver 2": "deliver"}
    _kill_at_random(herd, roles, 100, chance, meanwhile)
    herd.settles()
    herd.everybody_heard_everything_once()
    assert herd.repeated() > 0, "nobody died between LINE's acceptance and the mark: this proves little"
    assert herd.words.count("leads the clock") > 10, "when a leader died, another led"
    assert "Traceback" not in herd.words


def test_killed_again_and_again_one_worker_on_sqlite_tells_everybody_everything_once(
    new_sqlite_url: Callable[[], str], herd_of: Callable[..., Herd]
) -> None:
    chance = Random(20260114)
    herd = herd_of(new_sqlite_url(), listeners=40, news=4, every=3)
    herd.moody(chance, 0.2)
    meeting = herd.calls(joining=10, link_after=4)
    meanwhile = {3: lambda: meeting.joins(herd.now), 4: lambda: meeting.changes(herd.now)}
    _kill_at_random(herd, {"worker": "all"}, 20, chance, meanwhile)
    herd.settles()
    herd.everybody_heard_everything_once()
    assert "Traceback" not in herd.words


def test_while_sqlite_is_locked_for_three_seconds_nothing_is_lost_or_said_twice(
    new_sqlite_url: Callable[[], str], herd_of: Callable[..., Herd]
) -> None:
    url = new_sqlite_url()
    herd = herd_of(url, listeners=60, news=5, every=2)
    herd.moody(Random(1), 0.1)
    herd.start("worker")
    for _ in range(2):
        time.sleep(1.5)
        with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(3)
            other.execute("ROLLBACK")
    herd.settles()
    herd.everybody_heard_everything_once()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A PostgreSQL that no other test uses, and that loses nothing when it crashes."""
    server = Server.start(f"own-{os.getpid()}", DURABLE)
    yield server
    server.stop()


def test_while_postgresql_crashes_and_comes_back_nothing_is_lost_or_said_twice(
    own_server: Server, herd_of: Callable[..., Herd]
) -> None:
    herd = herd_of(own_server.url(own_server.create()), listeners=150, news=6, every=2)
    herd.moody(Random(2), 0.1)
    for name, role in {"clock 1": "clock", "clock 2": "clock", "deliver 1": "deliver", "deliver 2": "deliver"}.items():
        herd.start(name, role)
    for _ in range(3):
        time.sleep(3)
        own_server.crash_and_restart()
    herd.store.dispose()  # its own connections are gone as well
    herd.settles()
    herd.everybody_heard_everything_once()


@pytest.fixture
def bot(own_server: Server, tmp_path: Path) -> Iterator[Bot]:
    """Web and worker over a PostgreSQL that may crash."""
    with Bot(own_server.url(own_server.create()), tmp_path) as bot:
        yield bot


@pytest.fixture
def crowd(bot: Bot) -> list[Director]:
    """Eight directors at the first question."""
    store = Store(bot.database)
    with store.write() as db:
        roster.import_roster(db, MAIN, roster.read(read_table(ROSTER)), utc_now())
        codes = {one.school or "": one.code for one in inviting.issue(db, MAIN, Role.DIRECTOR, utc_now())}
    store.dispose()
    bot.start()
    found = [Director(bot, school, Random(n)).joins(codes[school]) for n, school in enumerate(list(codes)[:8])]
    for director in found:
        director.commands("รายงาน")
    return found


def test_while_postgresql_crashes_no_word_of_a_director_is_lost_or_kept_twice(
    bot: Bot, crowd: list[Director], own_server: Server
) -> None:
    with ThreadPoolExecutor(len(crowd)) as pool:
        typing = [pool.submit(_types_on, director, 6.0) for director in crowd]
        for _ in range(2):
            time.sleep(1.5)
            own_server.crash_and_restart()
        for done in typing:
            done.result()
    for director in crowd:
        director.all_taken()
    store = Store(bot.database, patience=20)
    until(lambda: all(_kept(store, one.school) == dict(one.bubbles) for one in crowd), 60, "all is kept, once")
    store.dispose()
    assert bot.platform.problems == []


def test_a_dead_leader_is_followed_within_seconds(
    new_postgresql_url: Callable[[], str], herd_of: Callable[..., Herd]
) -> None:
    herd = herd_of(new_postgresql_url(), listeners=1, news=0, every=1)
    herd.start("clock 1", "clock")
    first = until(lambda: _leader(herd), 20, "the first leads")
    herd.start("clock 2", "clock")
    until(lambda: _beating(herd) == 2, 20, "both are there")
    assert _leader(herd) == first
    herd.kill("clock 1")
    died = time.monotonic()
    until(lambda: _leader(herd) not in (None, first), 10, "the other leads")
    assert time.monotonic() - died < 6


def _leader(herd: Herd) -> int | None:
    """Return PostgreSQL's number of the connection that has the lock."""
    which = "SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    where = "d.datname = current_database() AND l.locktype = 'advisory' AND l.granted AND l.objid = :key"
    with herd.store.read() as db:
        found = db.execute(text(f"{which} WHERE {where}"), {"key": KEY}).scalars().all()
    assert len(found) < 2
    return found[0] if found else None


def _beating(herd: Herd) -> int:
    with herd.store.read() as db:
        return len(heartbeats.processes(db))


def test_when_the_clock_is_set_back_an_hour_work_goes_on_and_nothing_is_said_twice(
    new_sqlite_url: Callable[[], str], herd_of: Callable[..., Herd]
) -> None:
    herd = herd_of(new_sqlite_url(), listeners=10, news=2, every=1)
    herd.start("worker")
    until(herd.is_all_sent, 30, "all is sent")
    herd.signal("worker", signal.SIGUSR1)
    with herd.store.write() as db:
        number, user = next(iter(herd.users.items()))
        back = herd.now - timedelta(hours=1)
        words = Words([{"type": "text", "text": "หลังนาฬิกาถอยหลัง"}], [None])
        notices.tell(
            db, channel=MAIN, person=number, recipient=user, once="later", words=words, now=back, push_at=back
        )  # fmt: skip
    until(lambda: "หลังนาฬิกาถอยหลัง" in herd.heard(user), 15, "the worker goes on")
    until(lambda: _newest_beat(herd) < herd.now - timedelta(minutes=30), 15, "its heart beats by the new clock")
    assert sorted(herd.heard(user)) == sorted([*(news(slot, number) for slot in range(2)), "หลังนาฬิกาถอยหลัง"])
    assert "the clock was set back" in herd.words


def _newest_beat(herd: Herd) -> datetime:
    with herd.store.read() as db:
        return max(row.beat_at for row in heartbeats.processes(db))
