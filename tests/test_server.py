"""The web server as the Procfile starts it: two processes that count together and end well."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import urllib3
from sqlalchemy import select

from bot import metrics, server
from bot.simulator import SECRET, TOKEN, Platform, Server, serve
from bot.simulator.faults import hang
from models.outbox import Sending, outbox
from models.store import Store

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture
def platform() -> Iterator[Platform]:
    port = free_port()
    platform = Platform(webhook=f"http://127.0.0.1:{port}/callback")
    yield platform
    assert platform.problems == []


@pytest.fixture
def line(platform: Platform) -> Iterator[Server]:
    with serve(platform) as line:
        yield line


@pytest.fixture
def url(new_sqlite_url: Callable[[], str]) -> str:
    return new_sqlite_url()


@pytest.fixture
def web(platform: Platform, line: Server, url: str, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    environ = {
        "RAINGAN_ENV": "test",
        "DATABASE_URL": url,
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "LINE_API_HOST": line.url,
        "MEDIA_URL": str(tmp_path / "media"),
        "PORT": platform.webhooks["main"].address.rpartition(":")[2].partition("/")[0],
        "WEB_CONCURRENCY": "2",
    }
    command = [sys.executable, "-m", "bot.server"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | environ, stderr=subprocess.PIPE, text=True) as web:
        try:
            _wait_for(platform.webhooks["main"].address.replace("/callback", "/readyz"))
            yield web
        finally:
            web.terminate()
            web.communicate(timeout=30)


def _wait_for(address: str) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            if urllib3.request("GET", address, retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.1)


def accepted(platform: Platform) -> float:
    """Return how many webhooks all processes together have accepted."""
    page = urllib3.request("GET", platform.webhooks["main"].address.replace("/callback", "/metrics")).data.decode()
    (line,) = [line for line in page.splitlines() if line.startswith('raingan_webhooks_total{result="accepted"}')]
    return float(line.rpartition(" ")[2])


def test_the_processes_count_together(web: "subprocess.Popen[str]", platform: Platform) -> None:
    for _ in range(30):
        assert platform.verify().ok
    assert accepted(platform) == 30


def test_a_second_server_does_not_share_the_port(web: "subprocess.Popen[str]", platform: Platform, url: str) -> None:
    port = platform.webhooks["main"].address.rpartition(":")[2].partition("/")[0]
    environ = os.environ | {"RAINGAN_ENV": "demo", "DATABASE_URL": url, "PORT": port}
    command = [sys.executable, "-m", "bot.server"]
    second = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False)
    assert (second.returncode, second.stderr.count("\n")) == (1, 1)
    assert f"Port {port}: Address already in use" in second.stderr
    assert platform.verify().ok


def test_workers_end_with_a_parent_that_was_killed(web: "subprocess.Popen[str]", platform: Platform) -> None:
    web.kill()
    web.wait()
    end = time.monotonic() + 20
    while True:
        try:
            urllib3.request("GET", platform.webhooks["main"].address, retries=False)
        except urllib3.exceptions.HTTPError:
            return
        assert time.monotonic() < end, "somebody still answers"
        time.sleep(0.1)


def test_a_reply_under_way_is_finished_before_the_end(
    web: "subprocess.Popen[str]", platform: Platform, url: str
) -> None:
    platform.faults.queue("reply", hang(1.5))
    phone = platform.phone()
    phone.says("สวัสดีค่ะ")
    web.send_signal(signal.SIGTERM)
    assert web.wait(20) == 0
    store = Store(url)
    with store.read() as db:
        assert db.execute(select(outbox.c.state, outbox.c.tries)).all() == [(Sending.SENT, 1)]
    store.dispose()
    assert len(phone.answers) == 1


def test_what_waited_in_a_process_that_died_is_left_out(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    gone, here = (tmp_path / f"gauge_livesum_{process}.db" for process in (dead.pid, os.getpid()))
    counted = tmp_path / f"counter_{dead.pid}.db"
    for file in (gone, here, counted):
        file.write_bytes(b"")
    metrics._forget_dead(tmp_path)
    assert {*tmp_path.iterdir()} == {here, counted}


def test_numbers_of_servers_that_were_killed_are_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "Path", lambda _: tmp_path)
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    left, running = (tmp_path / f"{server.PREFIX}{process}-abc" for process in (dead.pid, os.getpid()))
    left.mkdir()
    running.mkdir()
    monkeypatch.setenv(server.METRICS, "")
    own = Path(server._metrics_folder())
    assert {*tmp_path.iterdir()} == {running, own}


def test_what_can_be_made_before_the_fork_is(monkeypatch: pytest.MonkeyPatch, url: str, tmp_path: Path) -> None:
    made: list[str] = []
    monkeypatch.setattr(server, "_made", {})
    monkeypatch.setattr("handlers.warming.warm_up", lambda dialect: made.append(dialect.name))
    for name, value in {"RAINGAN_ENV": "demo", "DATABASE_URL": url, "MEDIA_URL": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    works = server._application().extensions["works"]
    works.stop()
    assert made == ["sqlite"]
