"""The web server (Procfile: ``web``): the application is made once, then shared by worker processes.

granian takes 0.2 ms less of a processor for each request than gunicorn's threads do, with half their p99 under
load (``make bench``). Its own command would import everything once in each worker: that is 40 MB more for each.
"""

import gc
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from functools import partial
from importlib import import_module
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from bot.alive import is_alive

METRICS = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes keep their numbers for one another; prometheus-client wants to know when it is imported."""
PREFIX = "raingan-metrics-"
BACKLOG = 4096
"""Connections that may wait for each worker: LINE's bursts must find room."""
PARENT_CHECKED = 1.0
"""Seconds between looks whether the parent is still there."""
ORPHANS_GO = 3.0
"""Seconds in which they have ended, as a rule."""
DRAIN = 10.0
"""Seconds for replies under way when a worker is told to stop; hosts kill 30 s after asking."""

_made: dict[str, Any] = {}


def main() -> None:
    """Serve until told to stop."""
    folder = _metrics_folder()
    try:
        gc.disable()  # what is imported stays: to look through it again and again takes a tenth of the start
        app = _application()
        # What is here before the fork is shared; left alone by the collector it stays so.
        gc.collect()
        gc.freeze()
        gc.enable()
        settings = app.extensions["works"].settings
        _see_that_it_is_free(settings.port)
        _made["parent"] = os.getpid()
        Server(
            "raingan",
            interface=Interfaces.WSGI,
            address="0.0.0.0",
            port=settings.port,
            workers=settings.web_concurrency,
            blocking_threads=settings.web_threads,
            backlog=BACKLOG,
            http=HTTPModes.http1,
            websockets=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
            workers_kill_timeout=int(DRAIN) + 5,
        ).serve(target_loader=_in_worker, wrap_loader=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _see_that_it_is_free(port: int) -> None:
    """End the process where somebody listens at the port: granian would share it, and each get some of the webhooks.

    Workers whose parent was killed are given the time to notice it.
    """
    deadline = time.monotonic() + ORPHANS_GO
    while (why := _why_not(port)) is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    if why is not None:
        raise SystemExit(f"Port {port}: {why}. Does a Raingan run there already? Stop it, or set PORT.")


def _why_not(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError as error:
            return error.strerror
    return None


def _end_with(parent: int) -> None:
    """End this worker when its parent is gone, killed perhaps: it would go on at the port beside the next one."""
    while os.getppid() == parent:
        time.sleep(PARENT_CHECKED)
    os.kill(os.getpid(), signal.SIGTERM)


def _metrics_folder() -> str:
    shared = Path("/dev/shm")  # noqa: S108 -- mkdtemp makes a folder that only we may enter
    place = shared if shared.is_dir() else Path(tempfile.gettempdir())
    for left in place.glob(f"{PREFIX}*"):
        process = left.name.removeprefix(PREFIX).partition("-")[0]
        if process.isdecimal() and not is_alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    os.environ[METRICS] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place)
    return os.environ[METRICS]


def _application() -> Any:
    """Make the application, ready for its first message, once in a process and those forked from it."""
    if "app" not in _made:
        _made["app"] = import_module("bot.app").create_app()
        works = _made["app"].extensions["works"]
        import_module("handlers.warming").warm_up(works.store.engine.dialect)
        _made["watch"] = import_module("bot.watch").Watch(works)
    return _made["app"]


def _in_worker() -> Any:
    """Return the application in a worker, and watch the clock from here.

    See as well that it ends well: granian's workers run no atexit hooks.
    """
    app = _application()
    works = app.extensions["works"]
    rehearse = partial(import_module("handlers.warming").rehearse, now=works.clock())
    threading.Thread(target=works.store.warm_up, args=(rehearse,), name="warm-up", daemon=True).start()
    _made["watch"].start()
    threading.Thread(target=_end_with, args=(_made["parent"],), name="parent", daemon=True).start()
    Finalize(None, works.stop, kwargs={"patience": DRAIN}, exitpriority=10)
    return app


if __name__ == "__main__":
    main()
