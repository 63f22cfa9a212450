"""The pages that tell how the bot is: ``/healthz``, ``/readyz``, ``/metrics``. Figures only: no names, no ids.

Ready is who reaches the database. That the clock is late or the month's messages are spent is a warning: the web
answers all the same, and taking it away would help nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from flask import Flask, Response, jsonify

from bot import metrics
from bot.mishaps import is_out_of_reach
from handlers import heartbeats, troubles
from handlers.heartbeats import OfChannel, State
from models.store import Store

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Health:
    """The health of one process. last: what the figures were when the database was last asked."""

    store: Store
    clock: Callable[[], datetime]
    last: dict[str, Any] = field(default_factory=dict)

    def alive(self) -> Response:
        """Answer as long as the process can; never asks the database, which may hang."""
        return jsonify(alive=True, **self.last)

    def ready(self) -> tuple[Response, int]:
        """Answer 200 where the database can be had and has our tables, else 503."""
        state = self._state()
        if state is None:
            return jsonify(ready=False), 503
        return jsonify(ready=True, **self.last), 200

    def numbers(self) -> Response:
        """Answer in Prometheus' text format."""
        page = metrics.page(self._state())
        return Response(page, content_type="text/plain; version=0.0.4; charset=utf-8")

    def _state(self) -> State | None:
        """Return how the bot is; None where the database cannot be had."""
        now = self.clock()
        try:
            with self.store.read() as db:
                state = heartbeats.look(db, now)
        except Exception as error:
            if not is_out_of_reach(error):
                log.exception("not ready")
            return None
        self.last = {"seen_at": now.isoformat(timespec="seconds"), **figures(state)}
        return state


def add_to(app: Flask, store: Store, clock: Callable[[], datetime]) -> None:
    """Serve the pages."""
    health = Health(store, clock)
    app.add_url_rule("/healthz", "healthz", health.alive)
    app.add_url_rule("/readyz", "readyz", health.ready)
    app.add_url_rule("/metrics", "metrics", health.numbers)


def figures(state: State) -> dict[str, Any]:
    """Return a state as the pages tell it."""
    return {
        "scheduler_lag_seconds": None if state.lag is None else round(state.lag, 1),
        "oldest_unsent_seconds": round(state.unsent, 1),
        "parked_events": sum(one.parked for one in state.channels),
        "quota": [_quota(one) for one in state.channels],
        "warnings": sorted({str(one.kind) for one in troubles.found(state)}),
    }


def _quota(one: OfChannel) -> dict[str, int | None]:
    return {"channel": one.number, "allowed": one.allowed, "used": one.used}
