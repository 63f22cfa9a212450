"""A property that is found when it is first asked for, and kept with its object."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


class cached_property(Generic[Value]):  # noqa: N801 -- it is used as that of functools
    """As that of functools, whose lock (up to Python 3.11) is one for all objects: while one thread finds the value by
    asking the database, every other that finds another object's would wait, and may hold what the first waits for."""

    def __init__(self, find: Callable[[Any], Value]) -> None:
        self._find = find
        self._name = find.__name__
        self.__doc__ = find.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: object, kind: type) -> Value: ...
    def __get__(self, owner: object | None, kind: type) -> Self | Value:
        """Find the value; it then stands in the object, where Python looks first."""
        if owner is None:
            return self
        value = owner.__dict__[self._name] = self._find(owner)
        return value
