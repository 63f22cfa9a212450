"""What was heard in a rush and is yet to be applied: written down where nobody who applies is waited for.

On SQLite that is a file of its own beside the database, since one lock guards a whole file; on PostgreSQL it is a table
among the others. A row lives for the moment until it is applied. Applying writes the event into the inbox, which takes
it once: a row that outlives that, because its process died, changes nothing any more.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    make_url,
    select,
)
from sqlalchemy.exc import DataError, IntegrityError

from models.base import UtcDateTime, metadata
from models.prepared import MOST_ROWS, Parameters, Prepared, among
from models.sharing import Job, Sharing
from models.store import Store

Whom = tuple[str, str]
"""A channel and a LINE user id."""

MANY = 100
"""People whose rows are looked for at once."""

intake = Table(
    "intake",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", String(64), nullable=False),  # no foreign key: on SQLite the channels are in another file
    Column("user_id", String(64), nullable=False),
    Column("raw", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Index("ix_intake_whose", "channel_id", "user_id"),
    sqlite_autoincrement=True,  # a number that is dropped twice must not have become another row's
)

_PUT = Prepared(insert(intake), ("channel_id", "user_id", "raw", "received_at"))
_OF_A_ROW = (DataError, IntegrityError, TypeError, ValueError)
"""What a row itself may be to blame for. All else is the database's trouble, and everybody's."""
_WHOSE = (intake.c.channel_id == bindparam("channel"), among(intake.c.user_id, "users"))
_WAITS = Prepared(select(intake.c.id).where(*_WHOSE).limit(1))
_OF = Prepared(
    select(intake.c.id, intake.c.user_id, intake.c.raw, intake.c.received_at).where(*_WHOSE).order_by(intake.c.id)
)
_DROP = Prepared(delete(intake).where(among(intake.c.id, "rows")))
_LEFT = Prepared(
    select(intake.c.channel_id, intake.c.user_id)
    .where(intake.c.received_at <= bindparam("before"))
    .group_by(intake.c.channel_id, intake.c.user_id)
    .order_by(func.min(intake.c.id))
    .limit(MANY)
)


class Intake:
    """The intake of a database. Opens its own transactions, as Store does; all of them raise Busy as Store's do.

    Safe to share among threads. Opens nothing by itself, so it may be made before a fork.
    """

    def __init__(self, store: Store) -> None:
        self._is_apart = store.dialect == "sqlite"
        self._store = Store(_beside(store.url), patience=store.patience, passing=True) if self._is_apart else store
        self._is_made = not self._is_apart
        self._sharing = Sharing[Parameters, None](self._put, patience=store.patience, most=MOST_ROWS)

    def put(self, whom: Whom, raw: dict[str, Any], now: datetime) -> None:
        """Write an event down; it is durable when this returns. All who wait share one statement and its flush."""
        row = {"channel_id": whom[0], "user_id": whom[1], "raw": raw, "received_at": now}
        self._sharing.share(row)

    def waits(self, whom: Whom) -> bool:
        """Tell whether something of a person's is yet to be applied, whoever wrote it down."""
        with self._reading() as db:
            return _WAITS(db, {"channel": whom[0], "users": [whom[1]]}).first() is not None

    def of(self, people: Collection[Whom]) -> dict[Whom, list[Any]]:
        """Return the rows of people (id, raw, received_at), of each in the order in which they were written down."""
        users = defaultdict[str, list[str]](list)
        for channel, user in people:
            users[channel].append(user)
        found = defaultdict[Whom, list[Any]](list)
        with self._reading() as db:
            for channel, some in users.items():
                for row in _OF(db, {"channel": channel, "users": some}):
                    found[channel, row.user_id].append(row)
        return found

    def drop(self, rows: Sequence[int]) -> None:
        """Forget rows that are applied."""
        if rows:
            with self._writing() as db:
                _DROP(db, {"rows": rows})

    def left(self, before: datetime) -> list[Whom]:
        """Return whose rows, written down up to a moment, nobody has applied: their process is gone."""
        with self._reading() as db:
            return [(row.channel_id, row.user_id) for row in _LEFT(db, {"before": before})]

    def dispose(self) -> None:
        """Close the connections that are its own."""
        if self._is_apart:
            self._store.dispose()

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._ready().read() if self._is_apart else self._store.alone()

    def _writing(self) -> AbstractContextManager[Connection]:
        """Return a connection for one statement, which is durable at the end."""
        return self._ready().write() if self._is_apart else self._store.alone()

    def _put(self, take: Callable[[], Sequence[Job[Parameters]]]) -> None:
        """Write down what waits."""
        with self._writing() as db:
            jobs = take()
            try:
                _PUT.rows(db, [job.work for job in jobs])
            except _OF_A_ROW:
                for job in jobs:  # one that cannot be written keeps nobody else's from it
                    _put_alone(db, job)

    def _ready(self) -> Store:
        """Return the store; the file beside an SQLite database is made when it is first needed."""
        if not self._is_made:
            with self._store.write() as db:
                intake.create(db, checkfirst=True)
            self._is_made = True
        return self._store


def _put_alone(db: Connection, job: Job[Parameters]) -> None:
    try:
        _PUT(db, job.work)
    except _OF_A_ROW as error:
        job.error = error


def _beside(url: str) -> str:
    known = make_url(url)
    return known.set(database=f"{known.database}-intake").render_as_string(hide_password=False)
