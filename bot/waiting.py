"""Rows that may not be said yet: behind an earlier one for the same person, or before their moment."""

import heapq
import threading
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from itertools import count

from bot.sending import Errand


class Lines:
    """One line per person: who comes later waits until the one before is done with."""

    def __init__(self) -> None:
        self._lines: dict[object, deque[Errand]] = {}
        self._lock = threading.Lock()

    def enter(self, errand: Errand) -> bool:
        """Join the line; True where nobody stands before."""
        key = _key(errand)
        errand.in_line = True
        with self._lock:
            line = self._lines.get(key)
            if line is None:
                self._lines[key] = deque()
                return True
            line.append(errand)
            return False

    def leave(self, errand: Errand) -> Errand | None:
        """Leave the head of the line; return who is the next."""
        key = _key(errand)
        with self._lock:
            line = self._lines[key]
            if line:
                return line.popleft()
            del self._lines[key]
            return None

    def __len__(self) -> int:
        return len(self._lines)

    def clear(self) -> list[Errand]:
        """Send away all who stand behind another, and return them."""
        with self._lock:
            behind = [errand for line in self._lines.values() for errand in line]
            for line in self._lines.values():
                line.clear()
        for errand in behind:
            errand.in_line = False
        return behind


class Later:
    """Rows by the moment at which they are due."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Errand]] = []
        self._numbers = count()

    def add(self, errand: Errand) -> None:
        """Keep a row until its ``due_at``."""
        heapq.heappush(self._heap, (errand.row.due_at, next(self._numbers), errand))

    def next_due(self) -> datetime | None:
        """Return when the first is due."""
        return self._heap[0][0] if self._heap else None

    def due(self, now: datetime) -> list[Errand]:
        """Take out what is due."""
        found = []
        while self._heap and self._heap[0][0] <= now:
            found.append(heapq.heappop(self._heap)[2])
        return found

    def clear(self) -> list[Errand]:
        """Take out everything."""
        found = [errand for _, _, errand in self._heap]
        self._heap.clear()
        return found

    def __len__(self) -> int:
        return len(self._heap)


class Parked:
    """Rows behind an earlier one that another process has, or had."""

    def __init__(self) -> None:
        self._behind: dict[int, list[Errand]] = {}

    def add(self, errand: Errand) -> None:
        """Keep a row until the row it comes ``after`` is done with."""
        if errand.row.after is not None:
            self._behind.setdefault(errand.row.after, []).append(errand)

    def awaited(self) -> list[int]:
        """Return the rows that are waited for."""
        return list(self._behind)

    def done(self, rows: Iterable[int]) -> list[Errand]:
        """Take out what waited for these."""
        return [errand for row in rows for errand in self._behind.pop(row, [])]

    def tired(self, now: datetime) -> list[Errand]:
        """Take out what has waited as long as its lease lasts: whoever had the earlier row is gone."""
        found = [errand for behind in self._behind.values() for errand in behind if errand.row.lease_until <= now]
        for errand in found:
            behind = self._behind[errand.row.after or 0]
            behind.remove(errand)
            if not behind:
                del self._behind[errand.row.after or 0]
        return found

    def clear(self) -> list[Errand]:
        """Take out everything."""
        return self.done(self.awaited())

    def __len__(self) -> int:
        return len(self._behind)


def _key(errand: Errand) -> object:
    return errand.row.recipient if errand.row.person is None else errand.row.person
