"""Changes that are left for later, so that one statement serves many of a kind.

Nobody sees the transaction without them: they are written before the next statement that is run on its connection,
whichever it is, and at the latest at the end of the block that ``leaves_for_later``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, event

from models.prepared import DRIVER, driver_of

Write = Callable[[Connection, Sequence[Any]], None]
"""Writes the changes of one kind, by as few statements as may be."""
_LATER = "changes that wait"


class Later:
    """The changes of one transaction that wait, by kind. While there are any it stands before the driver."""

    def __init__(self, db: Connection, writes: Mapping[str, Write]) -> None:
        self._db = db
        self._kept = db.info  # asked for again, it would raise once the connection is lost, and hide why
        self._writes = writes
        self._left: dict[str, list[Any]] = {}
        self._driver: Any = None

    def leave(self, kind: str, change: Any) -> None:
        """Leave a change of a kind for later. Raises KeyError where nobody writes such."""
        if kind not in self._writes:
            raise KeyError(kind)
        if not self._left:
            self._driver, self._kept[DRIVER] = driver_of(self._db), self
        self._left.setdefault(kind, []).append(change)

    def run(self, words: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run a statement as the driver would, behind what waits."""
        driver = self._driver
        self.write()
        found: list[tuple[Any, ...]] = driver.run(words, values)
        return found

    def plan_once(self) -> None:
        """Do as the driver would; what waits may go on waiting."""
        self._driver.plan_once()

    def write(self) -> None:
        """Write what waits, the kinds in the order in which they were named."""
        left = self._emptied()
        for kind, write in self._writes.items():
            if kind in left:
                write(self._db, left[kind])

    def drop(self) -> None:
        """Forget what waits: the transaction is undone."""
        self._emptied()

    def _emptied(self) -> dict[str, list[Any]]:
        left, self._left = self._left, {}
        if left:
            self._kept[DRIVER] = self._driver
        return left

    @contextmanager
    def set_apart(self) -> Iterator[None]:
        """Let what waits go on waiting while statements are run that it changes nothing for."""
        waits = bool(self._left)
        if waits:
            self._kept[DRIVER] = self._driver
        try:
            yield
        finally:
            if waits and self._left:
                self._kept[DRIVER] = self


@contextmanager
def leaves_for_later(db: Connection, writes: Mapping[str, Write]) -> Iterator[None]:
    """Let changes of these kinds wait within the block (``later_of``); kinds are written in the order given."""
    kept = db.info
    later = kept[_LATER] = Later(db, writes)
    try:
        yield
        later.write()
    finally:
        later.drop()
        del kept[_LATER]


def later_of(db: Connection) -> Later | None:
    """Return with whom changes may be left on a connection; None where each is written at once."""
    return db.info.get(_LATER)


@contextmanager
def not_waiting(db: Connection) -> Iterator[None]:
    """Run prepared statements within the block for which nothing changes by what waits: it goes on waiting."""
    later = later_of(db)
    with later.set_apart() if later is not None else nullcontext():
        yield


def watch(engine: Engine) -> None:
    """Let the statements that SQLAlchemy runs itself find written what waits; its savepoints are such, too."""

    def write(db: Connection, *_: object) -> None:
        later = later_of(db)
        if later is not None:
            later.write()

    event.listen(engine, "before_cursor_execute", write)
