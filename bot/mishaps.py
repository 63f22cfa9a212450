"""What a broken transaction means: try at once again, try later, or a fault of ours."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from models.store import Busy

_CLASHES = frozenset({"40001", "40P01"})
"""PostgreSQL's serialization_failure and deadlock_detected: the other transaction went through, ours may now."""


def is_clash(error: BaseException) -> bool:
    """Tell whether two transactions stood in each other's way, so that ours may be tried again at once."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _CLASHES


def is_out_of_reach(error: BaseException) -> bool:
    """Tell whether the database is locked, full or gone, so that nothing is wrong with what was to be written."""
    if isinstance(error, (Busy, OperationalError, InterfaceError, NoConnectionFree)):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
