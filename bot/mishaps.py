"""What a broken transaction means: try at once again, try later, or a fault of ours."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from models.store import Busy

_CLASHES = frozenset({"40001", "40P01"})
"""PostgreSQL's serialization_failure and deadlock_detected: the other transaction went through, ours may now."""
_MISSING = frozenset({"42P01", "42703"})
"""PostgreSQL's undefined_table and undefined_column; SQLite has words alone."""
_OUT_OF_REACH = frozenset({"OperationalError", "InterfaceError"})
"""By these names every driver says that the database is locked, full or gone (PEP 249), and other things, too."""
_SQLITE_CODES = frozenset({5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26})
"""Of these it is: busy, locked, no memory, read-only, interrupted, disk I/O, corrupt, full, cannot open, protocol, no
database (SQLite's page "Result and Error Codes"). 1, the commonest, is a statement that is wrong."""
_POSTGRESQL_CLASSES = frozenset({"08", "40", "53", "55", "57", "58"})
"""Connection, clash, resources, not in the state for it (locks), operator's intervention, system (PostgreSQL's
Appendix A)."""


def is_clash(error: BaseException) -> bool:
    """Tell whether two transactions stood in each other's way, so that ours may be tried again at once."""
    return getattr(_drivers(error), "sqlstate", None) in _CLASHES


def is_out_of_reach(error: BaseException) -> bool:
    """Tell whether the database is locked, full or gone, so that nothing is wrong with what was to be written."""
    if isinstance(error, (Busy, NoConnectionFree)) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    own = _drivers(error)
    kinds = type(own).__mro__
    named = any(kind.__name__ in _OUT_OF_REACH and kind.__module__ in ("sqlite3", "psycopg") for kind in kinds)
    return named and _is_trouble(own)


def _is_trouble(error: BaseException) -> bool:
    """Tell trouble of the database from a statement that it refuses, which a driver may call the same."""
    code, state = getattr(error, "sqlite_errorcode", None), getattr(error, "sqlstate", None)
    return (code is None or code & 0xFF in _SQLITE_CODES) and (state is None or state[:2] in _POSTGRESQL_CLASSES)


def is_passing(error: BaseException) -> bool:
    """Tell whether it was the database's trouble, which passes: what was to be done may be tried again as it is."""
    return is_out_of_reach(error) or is_clash(error)


def is_behind(error: BaseException) -> bool:
    """Tell whether a table or a column is not there: the database is not migrated."""
    said = str(_drivers(error))
    missing = ("no such table", "no such column", "has no column named") if isinstance(error, DBAPIError) else ()
    return getattr(_drivers(error), "sqlstate", None) in _MISSING or any(sign in said for sign in missing)


def _drivers(error: BaseException) -> BaseException:
    """Return the driver's own error, which SQLAlchemy wraps and statements run beside it do not."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
