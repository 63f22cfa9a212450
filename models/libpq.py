"""Statements that PostgreSQL has prepared, run by libpq itself: a short one takes half the processor that psycopg's
cursor does, and a seventh of SQLAlchemy's; those with many values or lists gain more.

psycopg still opens, commits and closes the connection, and reads and writes the values (its pages "Connection" and
"``pq`` - libpq wrapper module"); what is left out are its generators, which wait in Python, and its search for what to
prepare.
"""

from collections.abc import Sequence
from select import POLLIN, POLLOUT, poll
from typing import Any

from psycopg import Connection, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

_STALE = frozenset({"0A000", "26000", "42P05"})
"""A table has another shape than when a statement was prepared; the name of one is not known, or taken."""
_PLAN_ONCE = b"SET LOCAL plan_cache_mode = force_generic_plan"


class Statements:
    """The prepared statements of one connection, which belongs to one thread at a time.

    deadline: seconds for which the server may be silent; one that stands still without having closed its connections
    would else be waited for until it goes on.
    """

    def __init__(self, connection: Connection[Any], deadline: float | None = None) -> None:
        self._connection = connection
        self._server = connection.pgconn
        self._patience = None if deadline is None else deadline * 1000
        self._adapt = Transformer(connection)
        self._names: dict[str, bytes] = {}
        self._socket = poll()

    def run(self, text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run a statement, whose parameters are $1, $2…, in the connection's transaction; return the rows there are.

        Values go as text, and the statement says of what type they are: so it has one plan, whatever a number's size.

        Raises:
            psycopg.Error: the server's, or its connection is lost.
        """
        name = self._ready(text)
        self._server.send_query_prepared(name, self._dump(values))
        result = self._checked(self._answer())
        self._adapt.set_pgresult(result)
        return self._adapt.load_rows(0, result.ntuples, tuple)

    def plan_once(self) -> None:
        """Have one plan made of each statement, until the transaction ends; it begins with the same message."""
        self._checked(self._exec(b"BEGIN; " * self._begins + _PLAN_ONCE))

    def commit(self) -> None:
        """Commit what has begun, within the deadline; psycopg's own commit, which has none, then finds it done."""
        if self._server.transaction_status == TransactionStatus.INTRANS:
            self._checked(self._exec(b"COMMIT"))

    def _ready(self, text: str) -> bytes:
        """Return a statement's name; the transaction has begun then, and the statement is prepared."""
        if self._begins:
            self._checked(self._exec(b"BEGIN"))
        return self._names.get(text) or self._prepare(text)

    @property
    def _begins(self) -> bool:
        """Tell whether the next statement is the first of a transaction."""
        return self._server.transaction_status == TransactionStatus.IDLE and not self._connection.autocommit

    def _prepare(self, text: str) -> bytes:
        name = b"raingan_%d" % len(self._names)
        self._server.send_prepare(name, text.encode())
        self._checked(self._answer())
        self._names[text] = name
        return name

    # --- what is sent, and waited for

    def _exec(self, words: bytes) -> PGresult:
        self._server.send_query(words)
        return self._answer()

    def _answer(self) -> PGresult:
        """Return the last result of what was sent, or the error (libpq's page "Asynchronous Command Processing").

        Raises:
            psycopg.OperationalError: the connection is lost, or the server silent. What was sent may have been done.
        """
        server, last = self._server, None
        while server.flush():
            self._wait(POLLIN | POLLOUT)
            server.consume_input()
        while True:
            while server.is_busy():
                self._wait(POLLIN)
                server.consume_input()
            result = server.get_result()
            if result is None:
                break
            last = result
        if last is None:
            raise errors.OperationalError("the server has said nothing")
        return last

    def _wait(self, event: int) -> None:
        self._socket.register(self._server.socket, event)
        if not self._socket.poll(self._patience):
            self._connection.close()
            raise errors.OperationalError("the server has been silent for too long")

    def _dump(self, values: Sequence[Any]) -> Sequence[Any]:
        return self._adapt.dump_sequence(values, [PyFormat.TEXT] * len(values))

    def _checked(self, result: PGresult) -> PGresult:
        """Return a result that is none of an error. A connection whose statements are of no use any more is closed."""
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        error = errors.error_from_result(result, self._connection.info.encoding)
        if self._server.status == ConnStatus.BAD:
            raise errors.OperationalError(str(error)) from error
        if error.sqlstate in _STALE:
            self._connection.close()
        raise error
