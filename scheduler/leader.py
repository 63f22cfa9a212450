"""Which of several processes leads the clock. Two that believe so do no harm: what is due is written once."""

import threading
from collections.abc import Callable
from datetime import datetime

import structlog

from models.lock import Lock

log = structlog.get_logger(__name__)

KEY = 0x52474C
"""PostgreSQL's advisory lock on leading: any number, the same for all, and another than that of migrating."""


class Leader:
    """Asks whether this process leads, and notes since when.

    url: SQLAlchemy's, of the database that the processes share.
    """

    def __init__(self, url: str, clock: Callable[[], datetime]) -> None:
        self._lock = Lock(url, KEY)
        self._clock = clock
        self._turn = threading.Lock()
        self.since: datetime | None = None

    def leads(self) -> bool:
        """Tell whether this process leads now; it does where nobody else does and the database can be had."""
        with self._turn:
            has = self._lock.has()
            if has and self.since is None:
                self.since = self._clock()
                log.info("leads the clock")
            elif not has and self.since is not None:
                self.since = None
                log.warning("leads the clock no more")
            return has

    def resign(self) -> None:
        """Let another lead, at once."""
        with self._turn:
            self._lock.let_go()
            self.since = None
