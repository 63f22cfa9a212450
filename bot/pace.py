"""Who goes first when a process has more to do than it can: LINE waits two seconds for a webhook, people longer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

CROWD = 3
"""Webhooks at once that count as a crowd: of the server's four threads for them nearly all."""
FEW = 1
PATIENCE = 2.0
"""Seconds after which what is to be said no longer gives way."""


class Pace:
    """Lets sending stand back while a crowd of webhooks is being answered, and go on when it thins out."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()

    @contextmanager
    def webhook(self) -> Iterator[None]:
        """Count a webhook for as long as it is being answered."""
        with self._lock:
            self._count += 1
            if self._count == CROWD:
                self._open.clear()
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1
                if self._count == FEW:
                    self._open.set()

    def give_way(self) -> None:
        """Wait while there is a crowd, at most PATIENCE seconds."""
        if not self._open.is_set():
            self._open.wait(PATIENCE)
