"""The worker: its ticks find by themselves what is due, and trouble with one keeps no other."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, text
from structlog.testing import CapturingLogger, capture_logs

from bot import chores as chores_module
from bot.app import Works, assemble
from bot.chores import Chores
from bot.heart import Heart
from bot.settings import Settings
from bot.simulator import SECRET, TOKEN, Phone, Platform, Server, serve
from bot.watch import Watch
from handlers import due, heartbeats, kept, notices, outbox, quota
from handlers.channels import ensure
from handlers.heard import Heard, Kind
from handlers.heartbeats import TICK
from handlers.inbox import House, apply
from handlers.outbox import To, Words
from models.inbox import Kept, inbox
from models.outbox import Policy, Sending
from models.outbox import outbox as rows
from models.outbox import quota as months
from models.people import Role, memberships, people
from models.programme import MAIN
from models.report import media
from models.store import Busy, Store
from scheduler.ticks import Jumps, Tick, scheduler_of
from scheduler.worker import Role as WorkerRole
from scheduler.worker import Worker, careful
from tests.delivery_scene import START, Clock

ROOT = Path(__file__).parent.parent


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(clock: Clock) -> Iterator[Platform]:
    platform = Platform(webhook=lambda path, body, headers: 200, now=clock)
    yield platform
    assert platform.problems == []


@pytest.fixture
def server(platform: Platform) -> Iterator[Server]:
    with serve(platform) as server:
        yield server


@pytest.fixture
def environ(new_url: Callable[[], str], server: Server, tmp_path: Path) -> dict[str, str]:
    return {
        "RAINGAN_ENV": "test",
        "DATABASE_URL": new_url(),
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "LINE_API_HOST": server.url,
        "MEDIA_URL": str(tmp_path / "media"),
    }


@pytest.fixture
def works(environ: dict[str, str], clock: Clock) -> Iterator[Works]:
    works = assemble(Settings.load(environ), clock=clock, threads=0)
    with works.store.write() as db:
        ensure(db, MAIN, START)
    yield works
    works.stop()


@pytest.fixture
def phone(platform: Platform) -> Phone:
    return platform.phone().follows()


def leaves_unsent(works: Works, phone: Phone, text: str, *, token: str | None = None, **how: Any) -> int:
    """Let a process write a row, and die before it sends it."""
    with works.store.write() as db:
        who = people.insert().returning(people.c.id)
        person = db.execute(who, {"channel_id": MAIN, "line_user_id": phone.user, "created_at": START}).scalar_one()
        words = Words([{"type": "text", "text": text}], [None], **how)
        to = To(MAIN, person, phone.user, text, token)
        return outbox.add(db, to, words, owner="a process that died", now=works.clock()).id


def state(works: Works, row: int) -> str:
    with works.store.read() as db:
        return db.execute(select(rows.c.state).where(rows.c.id == row)).scalar_one()


def test_the_worker_says_what_a_crashed_process_left(works: Works, phone: Phone, clock: Clock) -> None:
    row = leaves_unsent(works, phone, "แจ้งเตือน", policy=Policy.PUSH)
    assert Chores(works).deliver() == 0
    clock.passes(21)
    assert Chores(works).deliver() == 1
    works.delivery.run_until_idle()
    assert state(works, row) == Sending.SENT
    assert [message["text"] for message in phone.heard] == ["แจ้งเตือน"]


def text_event(number: str, phone: Phone) -> dict[str, Any]:
    return {
        "type": "message",
        "message": {"type": "text", "id": number, "text": "สวัสดี"},
        "webhookEventId": number,
        "timestamp": round(START.timestamp() * 1000),
        "source": {"type": "user", "userId": phone.user},
    }


def failed_event(works: Works, number: str, phone: Phone) -> None:
    raw = text_event(number, phone)
    with works.store.write() as db:
        heard = Heard(id=number, kind=Kind.TEXT, at=START, user=phone.user, raw=raw)
        kept.keep_failed(db, MAIN, heard, House("web"), "ValueError", START)


def states(works: Works) -> list[tuple[str, int]]:
    with works.store.read() as db:
        return [tuple(row) for row in db.execute(select(inbox.c.state, inbox.c.tries).order_by(inbox.c.id))]


def test_the_worker_applies_an_event_that_failed(works: Works, phone: Phone, clock: Clock) -> None:
    failed_event(works, "event1", phone)
    clock.passes(31)
    assert Chores(works).retry() == 1
    assert states(works) == [(Kept.APPLIED, 1)]


def test_an_event_that_always_meets_a_lock_keeps_no_other_waiting(
    works: Works, phone: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(db: Any, channel: str, heard: Heard, *rest: Any) -> Any:
        if heard.id == "event1":
            raise Busy("a lock that is never let go")
        return apply(db, channel, heard, *rest)

    monkeypatch.setattr(kept, "apply", locked)
    for number in ("event1", "event2"):
        failed_event(works, number, phone)
    clock.passes(31)
    with pytest.raises(Busy):
        Chores(works).retry()
    works.store.dispose()  # and forget that it was busy
    assert Chores(works).retry() == 1
    assert states(works) == [(Kept.FAILED, 1), (Kept.APPLIED, 1)], "the first has lost no try by it"


def test_the_month_is_counted_again(works: Works, platform: Platform, phone: Phone, clock: Clock) -> None:
    with works.store.write() as db:
        quota.learn(db, MAIN, START, allowed=15000, used=0)
    works.gateway.push(MAIN, phone.user, [{"type": "text", "text": "จากที่อื่น"}], "6ba7b810-9dad-41d1-80b4-00c04fd430c8")
    assert Chores(works).count() == 1
    with works.store.read() as db:
        assert db.execute(select(months.c.allowed, months.c.used)).all() == [(300, 1)]


def test_a_month_without_pushes_is_not_asked_for(works: Works, platform: Platform) -> None:
    assert Chores(works).count() == 0
    assert platform.calls == []


def test_no_tick_is_doubled_dropped_or_overtaken(works: Works) -> None:
    scheduler = scheduler_of(Worker(works).ticks(), datetime.now(UTC))
    scheduler.start(paused=True)
    jobs = scheduler.get_jobs()
    scheduler.shutdown()
    assert {job.id for job in jobs} == {
        *("deliver", "retry", "fetch", "link_menus"),
        *("due", "choose_menus", "watch", "count", "housekeep"),
        "beat",
    }
    assert {(job.misfire_grace_time, job.coalesce, job.max_instances) for job in jobs} == {(None, True, 1)}
    assert {str(job.trigger.timezone) for job in jobs} == {"Asia/Bangkok"}


def test_a_tick_that_is_an_hour_late_still_comes_once() -> None:
    came: list[int] = []
    scheduler = scheduler_of([Tick("late", lambda: came.append(1), 600)], datetime.now(UTC) - timedelta(hours=1))
    scheduler.start()
    time.sleep(0.3)
    scheduler.shutdown()
    assert came == [1]


@pytest.mark.parametrize("error", [ValueError("ถ้อยคำ"), Busy("locked")])
def test_trouble_in_a_chore_is_written_down_and_nothing_more(error: Exception) -> None:
    def chore() -> None:
        raise error

    careful(chore)()


def test_a_worker_on_a_database_without_tables_says_what_to_do(
    new_sqlite_url: Callable[[], str], new_postgresql_url: Callable[[], str]
) -> None:
    for url in (new_sqlite_url(), new_postgresql_url()):
        store = Store(url)
        with store.write() as db:
            db.execute(text("DROP TABLE media"))

        def chore(store: Store = store) -> None:
            with store.read() as db:
                db.execute(select(media))

        with capture_logs() as logs:
            careful(chore)()
        store.dispose()
        assert [(line["log_level"], "bot migrate" in line["event"]) for line in logs] == [("error", True)]


def told(db: Any, now: datetime, once: str = "เตือน") -> int:
    """Plan one message for everybody, once."""
    everybody = db.execute(select(people.c.id, people.c.line_user_id)).all()
    for row in everybody:
        notices.tell(
            db,
            channel=MAIN,
            person=row.id,
            recipient=row.line_user_id,
            once=f"{once}:{row.id}",
            words=Words([{"type": "text", "text": once}], [None]),
            now=now,
            push_at=now,
        )
    return len(everybody)


def planned(works: Works) -> list[str]:
    with works.store.read() as db:
        return sorted(db.execute(select(rows.c.once_key)).scalars())


@pytest.fixture
def known(works: Works, phone: Phone) -> Phone:
    """Somebody whom the bot knows."""
    with works.store.write() as db:
        db.execute(people.insert(), {"channel_id": MAIN, "line_user_id": phone.user, "created_at": START})
    return phone


def test_what_is_due_is_written_once_whatever_the_clock_and_however_many_look(
    works: Works, known: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "PLANNERS", (told,))
    for seconds in (0, 60, -3600, 3600, 2 * 86_400):
        clock.passes(seconds)
        Chores(works).due()
    assert planned(works) == ["เตือน:1"]
    Chores(works).deliver()
    works.delivery.run_until_idle()
    assert [message["text"] for message in known.heard] == ["เตือน"]


def test_two_leaders_at_once_write_what_is_due_once(
    works: Works, known: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = Barrier(2, timeout=10)

    def slow(db: Any, now: datetime) -> int:
        if works.store.dialect == "postgresql":
            together.wait()  # both have begun, neither has committed
        return told(db, now)

    monkeypatch.setattr(due, "PLANNERS", (slow,))
    leaders = [Chores(works) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(leader.due) for leader in leaders]:
            done.result()
    assert planned(works) == ["เตือน:1"]


def test_one_kind_that_cannot_be_planned_keeps_no_other_from_being_said(
    works: Works, known: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(db: Any, now: datetime) -> int:
        told(db, now, "ครึ่งทาง")
        raise ValueError("ถ้อยคำ")

    monkeypatch.setattr(due, "PLANNERS", (told, broken, lambda db, now: told(db, now, "สรุป")))
    with pytest.raises(ValueError, match="ถ้อยคำ"):
        Chores(works).due()
    assert planned(works) == ["สรุป:1", "เตือน:1"]


def test_what_takes_long_is_not_looked_for_again_at_once(
    works: Works, known: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[int] = []
    seconds = [100]

    def slow(db: Any, now: datetime) -> int:
        came.append(seconds[0])
        seconds[0] += 1  # it takes a second, and rests for ten
        return 0

    monkeypatch.setattr(due, "PLANNERS", (slow,))
    monkeypatch.setattr(chores_module, "time", SimpleNamespace(monotonic=lambda: seconds[0]))
    chores = Chores(works)
    for _ in range(15):
        chores.due()
        seconds[0] += 1
    assert came == [100, 111]


def test_after_two_days_without_a_worker_what_was_due_is_said_once_and_in_office_hours(
    works: Works, known: Phone, clock: Clock
) -> None:
    clock.at = datetime(2026, 1, 9, 8, 0, tzinfo=UTC)  # Friday, three in the afternoon
    with works.store.write() as db:
        told(db, clock())
    for days in (2.0, 0.5):  # Sunday afternoon; Monday, three in the morning
        clock.passes(days * 86_400)
        Chores(works).deliver()
        works.delivery.run_until_idle()
        assert known.heard == []
    clock.passes(4.5 * 3600)
    for _ in range(2):
        Chores(works).deliver()
        works.delivery.run_until_idle()
    assert [message["text"] for message in known.heard] == ["เตือน"]


# The watch --------------------------------------------------------------------------------------------------------


@pytest.fixture
def engineer(works: Works, known: Phone) -> Phone:
    """The operator of the channel."""
    with works.store.write() as db:
        row = {"channel_id": MAIN, "person_id": 1, "role": Role.OPERATOR, "since": START - timedelta(days=1)}
        db.execute(memberships.insert(), row)
    return known


def test_where_the_worker_is_silent_the_web_tells_the_operator(works: Works, engineer: Phone, clock: Clock) -> None:
    watch = Watch(works)
    clock.passes(240)
    assert not watch.look_at_clock()
    clock.passes(120)
    assert watch.look_at_clock()
    works.delivery.run_until_idle()
    (said,) = engineer.heard
    assert "python -m scheduler" in said["text"]
    clock.passes(60)
    heart = Heart(works.store, clock)
    heart.came(TICK)
    heart.beat()
    assert not watch.look_at_clock()


def test_the_worker_that_comes_back_after_two_days_calls_no_silence(
    works: Works, engineer: Phone, clock: Clock
) -> None:
    heart = Heart(works.store, clock)
    heart.came(TICK)
    heart.beat()
    clock.passes(2 * 86_400)
    Watch(works).look()
    assert planned(works) == []


def test_what_is_stuck_is_logged_once_and_when_it_is_well_again(
    works: Works, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = CapturingLogger()
    monkeypatch.setattr("bot.watch.log", logged)
    watch = Watch(works)
    for seconds in (360, 60):
        clock.passes(seconds)
        watch.look()
    heart = Heart(works.store, clock)
    heart.came(TICK)
    heart.beat()
    watch.look()
    assert [(one.method_name, *one.args, one.kwargs["kind"]) for one in logged.calls] == [
        ("error", "stuck", "silent"),
        ("info", "well again", "silent"),
    ]


# The process ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "ticks"),
    [
        (WorkerRole.DELIVER, {"deliver", "retry", "fetch", "link_menus", "beat"}),
        (WorkerRole.CLOCK, {"due", "choose_menus", "watch", "count", "housekeep", "beat"}),
    ],
)
def test_a_process_may_only_deliver_or_only_keep_time(works: Works, role: WorkerRole, ticks: set[str]) -> None:
    assert {tick.name for tick in Worker(works, role).ticks()} == ticks


def test_only_the_leader_writes_what_is_due_and_says_so(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[datetime] = []

    def plan(db: Any, now: datetime) -> int:
        came.append(now)
        return 0

    monkeypatch.setattr(due, "PLANNERS", (plan,))
    workers = [Worker(works, WorkerRole.CLOCK) for _ in range(2)]
    for worker in workers:
        for tick in worker.ticks():
            if tick.name in ("due", "beat"):
                tick.work()
    leaders = 1 if works.store.dialect == "postgresql" else 2
    assert len(came) == leaders
    with works.store.read() as db:
        beating = heartbeats.processes(db)
    assert len(beating) == 2
    assert sum("due" in row.ticks for row in beating) == sum(row.leads_since is not None for row in beating) == leaders
    for worker in workers:
        worker.stop()
    with works.store.read() as db:
        assert {row.leads_since for row in heartbeats.processes(db)} == {None}


def test_a_clock_that_is_set_back_is_noticed_once() -> None:
    now, steady = iter((0, 1, -3598, -3597, 3000)), iter((0.0, 1.0, 2.0, 3.0, 4.0))
    jumps = Jumps(lambda: START + timedelta(seconds=next(now)), lambda: next(steady))
    assert [jumps.went_back() for _ in range(4)] == [False, True, False, False]


def test_after_the_clock_was_set_back_the_ticks_come_at_once() -> None:
    came: list[int] = []
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)  # as it seems by the clock that was set back
    scheduler = scheduler_of([Tick("due", lambda: came.append(1), 600)], in_an_hour)
    scheduler.start()
    time.sleep(0.1)
    assert came == []
    scheduler.come_now(datetime.now(UTC))
    time.sleep(0.3)
    scheduler.shutdown()
    assert came == [1]


def test_an_unknown_role_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scheduler", "lead"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (1, "python -m scheduler [clock | deliver]")


@pytest.mark.processes
def test_the_worker_starts_and_stops_when_told(environ: dict[str, str], works: Works, phone: Phone) -> None:
    works.clock.at = datetime.now(UTC) - timedelta(seconds=30)  # type: ignore[attr-defined]
    row = leaves_unsent(works, phone, "แจ้งเตือน", policy=Policy.PUSH)
    with subprocess.Popen(
        [sys.executable, "-m", "scheduler"], cwd=ROOT, env=os.environ | environ, stderr=subprocess.PIPE, text=True
    ) as worker:
        try:
            end = time.monotonic() + 30
            while state(works, row) != Sending.SENT and time.monotonic() < end:
                time.sleep(0.05)
        finally:
            worker.send_signal(signal.SIGTERM)
        logged = worker.communicate(timeout=20)[1]
    assert worker.returncode == 0
    assert state(works, row) == Sending.SENT
    assert "worker stopped" in logged
    assert phone.user not in logged


@pytest.mark.parametrize("module", ["scheduler", "bot.server"])
def test_bad_settings_stop_a_process_with_their_reasons(module: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT, env=environ | {"RAINGAN_ENV": "production"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "LINE_CHANNEL_SECRET is missing" in done.stderr
    assert "Traceback" not in done.stderr
