"""The way of an event to the bot: signed raw bytes, two seconds' patience, redelivery."""

import base64
import hashlib
import hmac
import ipaddress
import json
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3

from bot.simulator.events import Event, redelivered
from handlers.messages import limits

if TYPE_CHECKING:
    from bot.simulator.channel import Channel
    from bot.simulator.platform import Platform

Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Posts a body to a path with headers and returns the status; raises TimeoutError or OSError as a network does."""

REDELIVERY_PAUSES = (2.0, 10.0, 60.0)  # seconds; LINE does not say its own (DOC Receive messages)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt: reason as LINE's error statistics name it (DOC Check webhook error statistics)."""

    at: datetime
    body: bytes
    events: tuple[str, ...]
    status: int | None
    reason: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Say whether the bot took the events."""
        return self.reason == "ok"


def signature(secret: str, body: bytes) -> str:
    """Return x-line-signature: base64 of the HMAC-SHA256 of the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def is_loopback(host: str | None) -> bool:
    """Say whether a host name can only mean this machine."""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host or "").is_loopback
    return False


def http_post(base: str) -> Post:
    """Return a poster to a bot under this address, which must be on this machine."""
    parts = urlsplit(base)
    if parts.scheme != "http" or not is_loopback(parts.hostname):
        raise ValueError(f"the stand-in posts only to http on this machine, not to {base!r}")
    pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=urllib3.Timeout(total=limits.WEBHOOK_SECONDS))
    root = f"{parts.scheme}://{parts.netloc}"

    def post(path: str, body: bytes, headers: Mapping[str, str]) -> int:
        try:
            return int(pool.request("POST", root + path, body=body, headers=headers).status)
        except urllib3.exceptions.NewConnectionError as error:  # to urllib3 a kind of timeout
            raise OSError(str(error)) from error
        except urllib3.exceptions.TimeoutError as error:
            raise TimeoutError(str(error)) from error
        except urllib3.exceptions.HTTPError as error:
            raise OSError(str(error)) from error

    return post


class Webhooks:
    """Delivers one channel's events, one request after the other.

    In the foreground ``send`` posts and returns the delivery; in the background a thread of its own posts in order,
    and delivers again what was not taken.
    """

    def __init__(self, platform: "Platform", channel: "Channel", to: "str | Post", *, background: bool) -> None:
        self.deliveries: list[Delivery] = []
        self.undelivered: dict[str, Event] = {}
        self.redelivers = True
        self._platform = platform
        self._channel = channel
        self.post: Post
        self._base = "http://127.0.0.1"
        self.point_at(to)
        self._line = _Line(self, channel.name) if background else None

    def point_at(self, to: "str | Post") -> None:
        """Deliver to this address from now on (the channel's path stays where it is a function)."""
        if callable(to):
            self.post = to
            return
        parts = urlsplit(to)
        self.post = http_post(to)
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._channel.webhook = parts.path or "/"

    @property
    def address(self) -> str:
        """Where webhooks go."""
        return self._base + self._channel.webhook

    def send(self, events: Sequence[Event]) -> Delivery | None:
        """Deliver events in one request; None where the background thread will do it."""
        if self._line is None:
            return self.deliver(events)
        self._line.put(list(events))
        return None

    def deliver(self, events: Sequence[Event]) -> Delivery:
        """Post events now and note what became of them."""
        body = self.body(events)
        self._start_tokens(events)
        started = time.monotonic()
        status, reason = self._attempt(body)
        seconds = time.monotonic() - started
        if reason == "ok" and seconds > limits.WEBHOOK_SECONDS:
            reason = "request_timeout"
        ids = tuple(event["webhookEventId"] for event in events)
        delivery = Delivery(self._platform.now(), body, ids, status, reason, seconds)
        self._note(delivery, events)
        return delivery

    def body(self, events: Sequence[Event]) -> bytes:
        """Return the raw bytes of a request with these events."""
        whole: dict[str, Any] = {"destination": self._channel.user_id, "events": list(events)}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()

    def redeliver(self, *event_ids: str) -> list[Delivery]:
        """Deliver again what the bot did not take, in the foreground; only the named events where some are named."""
        with self._platform.lock:
            events = [event for key, event in self.undelivered.items() if not event_ids or key in event_ids]
        return [self.deliver([redelivered(event)]) for event in events]

    def idle(self) -> bool:
        """Say whether nothing is waiting to be posted."""
        return self._line is None or self._line.idle()

    def stop(self) -> None:
        """Let the background thread end."""
        if self._line is not None:
            self._line.stop()

    def _attempt(self, body: bytes) -> tuple[int | None, str]:
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "LineBotWebhook/2.0",
            "x-line-signature": signature(self._channel.secret, body),
        }
        try:
            status = self.post(self._channel.webhook, body, headers)
        except TimeoutError:
            return None, "request_timeout"
        except OSError:
            return None, "could_not_connect"
        return status, "ok" if 200 <= status < 300 else "error_status_code"

    def _start_tokens(self, events: Sequence[Event]) -> None:
        with self._platform.lock:
            for event in events:
                token = self._channel.reply_tokens.get(event.get("replyToken", ""))
                if token:
                    token.delivered(self._platform.now())

    def _note(self, delivery: Delivery, events: Sequence[Event]) -> None:
        with self._platform.lock:
            self.deliveries.append(delivery)
            for event in events:
                if delivery.ok:
                    self.undelivered.pop(event["webhookEventId"], None)
                else:
                    self.undelivered[event["webhookEventId"]] = event


class _Line:
    """A thread that posts in order, and puts what was not taken back in line after a while."""

    def __init__(self, webhooks: Webhooks, name: str) -> None:
        self._webhooks = webhooks
        self._queue: queue.Queue[tuple[list[Event], int] | None] = queue.Queue()
        self._timers: list[threading.Timer] = []
        threading.Thread(target=self._work, name=f"webhooks-{name}", daemon=True).start()

    def put(self, events: list[Event]) -> None:
        """Put events at the end of the line."""
        self._queue.put((events, 0))

    def idle(self) -> bool:
        """Say whether the line is empty; what waits for its redelivery does not count."""
        return self._queue.unfinished_tasks == 0

    def stop(self) -> None:
        """End the thread after the request it is in."""
        for timer in self._timers:
            timer.cancel()
        self._queue.put(None)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            events, attempt = job
            try:
                if not self._webhooks.deliver(events).ok:
                    self._again(events, attempt)
            finally:
                self._queue.task_done()

    def _again(self, events: list[Event], attempt: int) -> None:
        if not self._webhooks.redelivers or attempt >= len(REDELIVERY_PAUSES):
            return
        again = ([redelivered(event) for event in events], attempt + 1)
        timer = threading.Timer(REDELIVERY_PAUSES[attempt], self._queue.put, [again])
        timer.daemon = True
        timer.start()
        self._timers.append(timer)
