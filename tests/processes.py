"""Real processes, started by the lines of the Procfile, and a stand-in for LINE in the test's own process.

Killing is real too: SIGKILL, to one process of a program or to all of it at once.
"""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Self, TypeVar

from bot.simulator import SECRET, TOKEN, Platform, serve

ROOT = Path(__file__).parents[1]
START = 30.0
"""Seconds a process may take to answer on a busy machine."""

T = TypeVar("T")


def procfile() -> dict[str, list[str]]:
    """Return the Procfile's commands by their names."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(":") for line in lines if line.strip())
    return {name: shlex.split(command) for name, _, command in pairs}


def until(found: Callable[[], T], within: float, what: str) -> T:
    """Return what is found, as soon as it is truthy; fail after so many seconds."""
    deadline = time.monotonic() + within
    while not (result := found()):
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(0.05)
    return result


class Program:
    """One line of the Procfile, in a process group of its own."""

    def __init__(self, name: str, environ: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.RLock()

    def start(self) -> None:
        """Start it, unless it runs."""
        with self._lock:
            if not self.is_running:
                self._start()

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                procfile()[self.name],
                cwd=ROOT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """Say whether its first process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def words(self) -> str:
        """Everything it has written."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """Take all of it away at once, as a power cut does."""
        with self._lock:
            if self._process is not None:
                self._signal_all(signal.SIGKILL)
                self._process.wait()

    def kill_one(self, chance: Random) -> None:
        """Take one of its processes away, as the kernel does when memory runs out; all where it has only one."""
        assert self._process is not None
        children = _children(self._process.pid)
        if not children:
            self.kill()
            return
        os.kill(chance.choice(children), signal.SIGKILL)

    def stop(self, within: float = 20.0) -> None:
        """Ask it to end, and see that it does."""
        if self._process is None:
            return
        if self.is_running:
            self._process.terminate()
        try:
            self._process.wait(within)
        finally:
            self._signal_all(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # nobody is left
            return


class Bot:
    """The bot's processes over one database, and LINE.

    Entering the ``with`` starts nothing but LINE: ``web.start()``, ``worker.start()``, ``start()`` for both.
    """

    def __init__(self, database: str, folder: Path, **more: str) -> None:
        self.port = _free_port()
        self.database = database
        self.folder = folder
        self.platform = Platform(webhook=f"http://127.0.0.1:{self.port}/callback", quota=300)
        self.line = serve(self.platform)
        self.environ = self._environ(folder) | more
        self.web = Program("web", self.environ, folder / "web.log")
        self.worker = Program("worker", self.environ, folder / "worker.log")

    def _environ(self, folder: Path) -> dict[str, str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        return kept | {
            "PATH": path,
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            "RAINGAN_ENV": "test",
            "DATABASE_URL": self.database,
            "LINE_CHANNEL_SECRET": SECRET,
            "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
            "LINE_API_HOST": self.line.url,
            "MEDIA_URL": str(folder / "media"),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            for program in (self.web, self.worker):
                program.stop()
        finally:
            self.line.stop()
            for program in (self.web, self.worker):
                print(f"--- {program.name} said:\n{program.words[-4000:]}")  # pytest shows it where the test failed

    def start(self) -> None:
        """Start web and worker, and wait until the web answers."""
        self.worker.start()
        self.start_web()

    def start_web(self) -> None:
        """Start the web, and wait until it answers."""
        self.web.start()
        until(self.is_ready, START, "the web answers")

    def is_ready(self) -> bool:
        """Say whether the web can take webhooks."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def runs(self, *words: str) -> str:
        """Run one of the bot's commands to its end, in the test's folder, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


class Host:
    """Starts again what has ended, as whatever runs a Procfile does, inside a ``with``."""

    def __init__(self, *programs: Program) -> None:
        self._programs = programs
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="host")

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            for program in self._programs:
                program.start()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _children(parent: int) -> list[int]:
    """Return the processes that a process started, where the system tells (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # gone meanwhile
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)
