"""What is counted. Under several web processes the numbers are summed (``bot/server.py`` says where they lie)."""

import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from bot.alive import is_alive
from handlers.heartbeats import State

_FAST = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)

_WEBHOOKS = Counter("raingan_webhooks", "Webhooks received, by what became of them", ["result"])
_EVENTS = Counter("raingan_events", "Events received, by what became of them", ["result"])
_WEBHOOK_SECONDS = Histogram("raingan_webhook_seconds", "Time to answer a webhook", buckets=_FAST)
_SAID = Counter("raingan_outbox", "Rows of the outbox, by what became of them", ["state"])
_SAID_SECONDS = Histogram("raingan_said_seconds", "Time from the event to LINE's acceptance", buckets=_FAST)
_CALLS = Histogram("raingan_line_seconds", "Calls to LINE, by path and outcome", ["path", "outcome"], buckets=_FAST)
_WAITING = Gauge("raingan_waiting", "Rows that wait in this process", multiprocess_mode="livesum")

_accepted = _WEBHOOKS.labels("accepted")
_applied = _EVENTS.labels("applied")
_sent = _SAID.labels("sent")


def webhook(result: str, seconds: float | None = None) -> None:
    """Count a webhook: accepted, or why it was refused."""
    if result == "accepted":
        _accepted.inc()
    else:
        _WEBHOOKS.labels(result).inc()
    if seconds is not None:
        _WEBHOOK_SECONDS.observe(seconds)


def event(result: str, many: int = 1) -> None:
    """Count events: applied, failed (kept, to be tried again) or unkept (LINE will send it again)."""
    if result == "applied":
        _applied.inc(many)
    else:
        _EVENTS.labels(result).inc(many)


def called(path: str, outcome: str, seconds: float) -> None:
    """Count a call to LINE."""
    _CALLS.labels(path, outcome).observe(seconds)


def said(state: str, seconds: float | None = None) -> None:
    """Count what became of a row. seconds: since the person spoke, where somebody did."""
    if state == "sent":
        _sent.inc()
    else:
        _SAID.labels(state).inc()
    if seconds is not None:
        _SAID_SECONDS.observe(seconds)


def waiting(rows: int) -> None:
    """Note how many rows wait in this process."""
    _WAITING.set(rows)


class _Figures(Collector):
    """What the database tells, the same to every process: never kept, so that no old figure is shown."""

    def __init__(self, state: State | None) -> None:
        self._state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges of this moment."""
        state = self._state
        yield GaugeMetricFamily("raingan_ready", "1 where the database can be had", value=float(state is not None))
        if state is None:
            return
        if state.lag is not None:
            lag = "Seconds since what is due was last written"
            yield GaugeMetricFamily("raingan_scheduler_lag_seconds", lag, value=state.lag)
        oldest = "Seconds since when the oldest message that is due waits"
        yield GaugeMetricFamily("raingan_oldest_unsent_seconds", oldest, value=state.unsent)
        yield _by_channel("raingan_parked_events", "Events that wait for the operator", state, "parked")
        yield _by_channel("raingan_quota_used", "Paid messages used this month", state, "used")
        yield _by_channel("raingan_quota_allowed", "Paid messages of this month; none: no limit", state, "allowed")


def _by_channel(name: str, about: str, state: State, field: str) -> GaugeMetricFamily:
    """Return a gauge with one value for each channel that has one; channels go by number."""
    family = GaugeMetricFamily(name, about, labels=["channel"])
    for one in state.channels:
        if (value := getattr(one, field)) is not None:
            family.add_metric([str(one.number)], value)
    return family


def page(state: State | None) -> bytes:
    """Return the numbers of all processes in Prometheus' text format.

    state: how the bot is; None where the database cannot be had.
    """
    figures = CollectorRegistry()
    figures.register(_Figures(state))
    return _counted() + generate_latest(figures)


def _counted() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    _forget_dead(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _forget_dead(folder: Path) -> None:
    """Leave out what waited in processes that are no more; what they counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        process = file.stem.rpartition("_")[2]
        if process.isdecimal() and not is_alive(int(process)):
            multiprocess.mark_process_dead(int(process), str(folder))  # type: ignore[no-untyped-call]
