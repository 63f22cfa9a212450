"""What a process that keeps time says of itself, and how it is written down."""

import os
import secrets
import socket
from collections.abc import Callable
from datetime import datetime

from handlers import heartbeats
from handlers.heartbeats import Pulse
from models.store import Store


class Heart:
    """The heart of one process. Ticks note in memory that they came; ``beat`` writes it down.

    role: what the process does, "all", "clock" or "deliver".
    leads_since: a function that tells since when it leads the clock; None where another does.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        role: str = "all",
        leads_since: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._role = role
        self._leads_since = leads_since
        self._process = f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(3)}"
        self._began = clock()
        self._ticks: dict[str, datetime] = {}

    def came(self, tick: str) -> None:
        """Note that a tick has ended well."""
        self._ticks[tick] = self._clock()

    def beat(self) -> None:
        """Write down that the process lives. Raises Busy."""
        pulse = Pulse(self._process, self._role, self._began, self._leads_since(), dict(self._ticks))
        with self._store.write() as db:
            heartbeats.beat(db, pulse, self._clock())

    def stop(self) -> None:
        """Write down that the process has ended and leads no more. Raises Busy."""
        with self._store.write() as db:
            heartbeats.leave(db, self._process)
