"""Trouble on demand: what LINE's API or the way to it may do to a request."""

import threading
from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One misfortune of one request.

    seconds: waited before the answer. status, message: answered instead of accepting; None accepts.
    reset: the connection is cut instead of answering.
    """

    status: int | None = None
    message: str = ""
    seconds: float = 0.0
    reset: bool = False

    @property
    def accepts(self) -> bool:
        """Say whether the request takes effect all the same."""
        return self.status is None


RATE_LIMIT = "The API rate limit has been exceeded. Try again later."  # REF Error messages
MONTHLY_LIMIT = "You have reached your monthly limit."
SERVER_ERROR = "The server encountered an internal error."


def error(status: int = 500, message: str = SERVER_ERROR) -> Fault:
    """Answer with an error; nothing is sent."""
    return Fault(status, message)


def rate_limited() -> Fault:
    """Answer 429 as above the endpoint's rate."""
    return Fault(429, RATE_LIMIT)


def month_used_up() -> Fault:
    """Answer 429 as LINE may do early, while a narrowcast reserves quota."""
    return Fault(429, MONTHLY_LIMIT)


def hang(seconds: float, accepts: bool = True) -> Fault:
    """Answer late. A client that gave up does not know whether the request was accepted."""
    return Fault(None if accepts else 503, SERVER_ERROR, seconds)


def reset_before() -> Fault:
    """Cut the connection before the request took effect."""
    return Fault(status=500, reset=True)


def reset_after() -> Fault:
    """Cut the connection after the request took effect: the ambiguous failure."""
    return Fault(reset=True)


class Faults:
    """A queue of faults for each endpoint ("reply", "push", "content", …, or "any"); each request takes one."""

    def __init__(self) -> None:
        self._queues: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()

    def queue(self, endpoint: str, *faults: Fault, times: int = 1) -> None:
        """Let the next requests of an endpoint suffer these faults, in this order."""
        with self._lock:
            self._queues[endpoint].extend(faults * times)

    def take(self, endpoint: str) -> Fault | None:
        """Return the fault for a request that has just arrived."""
        with self._lock:
            for name in (endpoint, "any"):
                if self._queues[name]:
                    return self._queues[name].popleft()
        return None

    def waiting(self) -> int:
        """Return how many faults have not struck yet."""
        with self._lock:
            return sum(map(len, self._queues.values()))

    def clear(self) -> None:
        """Forget all trouble."""
        with self._lock:
            self._queues.clear()
