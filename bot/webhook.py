"""LINE's webhook: verify, read, one transaction per event, answer at once. What is to be said is sent afterwards.

While many come at once each event is only written down, which is short, and applied a moment later (``bot.applying``).
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog
from flask import Flask
from sqlalchemy import Connection
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import get_content_length, get_input_stream

from bot import metrics
from bot.line import read, signature
from bot.mishaps import is_clash, is_out_of_reach
from handlers import inbox, kept
from handlers.channels import NoChannel, ensure_main
from handlers.heard import Heard
from handlers.inbox import House
from handlers.outbox import Outgoing
from models.intake import Intake
from models.programme import MAIN
from models.store import Store

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

log = structlog.get_logger(__name__)

PATH = "callback"
LARGEST = 2 * 1024 * 1024
"""Bytes of a body."""
BEGIN_UNTIL = 0.5
"""Seconds after which no further event of a batch is begun: with the wait for the database the answer still comes
within LINE's two seconds. LINE sends the batch again, and what was applied stays applied."""
TRIES = 3
"""Transactions per event where PostgreSQL says that two of them clashed."""

Result = TypeVar("Result")


class Secrets(Protocol):
    """Who may sign: ``bot.channels.Channels``."""

    def secrets_of(self, channel: str) -> tuple[str, ...]:
        """Return the secrets of a channel. Raises NoChannel."""
        ...

    def secrets_anew(self, channel: str) -> tuple[str, ...]:
        """Return them as they are now, for one may have been replaced a moment ago. Raises NoChannel."""
        ...


class Mouth(Protocol):
    """Who sends: ``bot.delivery.Delivery``."""

    @property
    def courtesy(self) -> AbstractContextManager[None]:
        """Return what a webhook is answered within, so that everything else lets it go first."""
        ...

    def take(self, rows: Sequence[Outgoing]) -> None:
        """Send rows, later."""
        ...


class Appliers(Protocol):
    """Who applies what is only written down: ``bot.applying.Applier``."""

    @property
    def is_busy(self) -> bool:
        """Tell whether who is to be applied at once would have to wait."""
        ...

    def take(self, whom: tuple[str, str]) -> None:
        """Apply, soon, what waits of a person: channel and LINE user id."""
        ...


class _Refused(Exception):
    """No event of this request was looked at."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class _Later(Exception):
    """The database could not be had: LINE is to send it again."""


class Webhook:
    """Takes what LINE posts.

    house: returns what a transaction needs to know of this process.
    intake, later: where events are only written down, and who applies them then.
    is_crowded: tells whether many webhooks are being answered.
    """

    def __init__(
        self,
        store: Store,
        secrets: Secrets,
        delivery: Mouth,
        clock: Callable[[], datetime],
        *,
        house: Callable[[], House],
        intake: Intake,
        later: Appliers,
        is_crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._secrets = secrets
        self._delivery = delivery
        self._clock = clock
        self._intake = intake
        self._later = later
        self._is_crowded = is_crowded
        self._house = house
        self._has_main = False

    def add_to(self, app: Flask) -> None:
        """Answer the app's /callback (the channel in the environment) and /callback/<channel> (all others).

        As a layer before the app: Flask's contexts and sessions would take longer than reading the request does.
        """
        rest = app.wsgi_app

        def layer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            here, _, channel = environ["PATH_INFO"].lstrip("/").partition("/")
            if here != PATH:
                return rest(environ, start_response)
            with self._delivery.courtesy:
                status, words = self.answer(environ, channel or MAIN)
            body = words.encode()
            headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
            start_response(f"{status.value} {status.phrase}", headers)
            return [body]

        app.wsgi_app = layer  # type: ignore[method-assign]  # the way Flask's own page on middlewares shows

    def answer(self, environ: "WSGIEnvironment", channel: str) -> tuple[HTTPStatus, str]:
        """Answer one webhook: 200 as soon as all its events are durable."""
        began = time.monotonic()
        try:
            self._apply(channel, self._events(environ, channel), began)
        except _Refused as no:
            log.warning("webhook refused", reason=no.reason, status=no.status.value)
            metrics.webhook(no.reason)
            return no.status, no.reason
        except _Later:
            metrics.webhook("later", time.monotonic() - began)
            return HTTPStatus.SERVICE_UNAVAILABLE, "try again"
        metrics.webhook("accepted", time.monotonic() - began)
        return HTTPStatus.OK, "ok"

    def _events(self, environ: "WSGIEnvironment", channel: str) -> list[Any]:
        """Return the events of the request at hand, if LINE signed it."""
        if environ["REQUEST_METHOD"] != "POST":
            raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, "method")
        secrets, signed = self._known(self._secrets.secrets_of, channel), environ.get("HTTP_X_LINE_SIGNATURE")
        body = _body(environ)
        if not signature.matches(secrets, body, signed):
            anew = self._known(self._secrets.secrets_anew, channel)
            if anew == secrets or not signature.matches(anew, body, signed):
                raise _Refused(HTTPStatus.UNAUTHORIZED, "signature")
        try:
            return read.events(body)
        except ValueError:
            raise _Refused(HTTPStatus.BAD_REQUEST, "body") from None

    def _known(self, secrets: Callable[[str], tuple[str, ...]], channel: str) -> tuple[str, ...]:
        try:
            return secrets(channel)
        except NoChannel:
            raise _Refused(HTTPStatus.NOT_FOUND, "channel") from None
        except Exception as error:
            raise self._out_of_reach(error) from error

    def _apply(self, channel: str, events: Sequence[Any], began: float) -> None:
        if not events:
            return
        house = self._house()
        unkept = 0
        for number, event in enumerate(events):
            if number and time.monotonic() - began > BEGIN_UNTIL:
                raise _Later
            heard = read.heard(event, self._clock())
            if not self._one(channel, heard, house):
                unkept += 1
        if unkept:  # the others are safe; LINE may send this one again
            raise _Later

    def _one(self, channel: str, heard: Heard, house: House) -> bool:
        """Apply one event, or keep it for a moment or another try. False where not even that could be done."""
        try:
            if self._is_to_wait(channel, heard):
                self._write_down(channel, heard)
                return True
            said = self._in_one(lambda db: self._received(db, channel, heard, house))
        except Exception as error:
            if is_out_of_reach(error):
                raise self._out_of_reach(error) from error
            log.exception("event not applied", event_id=heard.id, kind=heard.kind.value, channel=channel)
            return self._keep(channel, heard, house, error)
        self._has_main = self._has_main or channel == MAIN
        metrics.event("applied")
        self._delivery.take(said)
        return True

    def _is_to_wait(self, channel: str, heard: Heard) -> bool:
        """Tell whether an event is only to be written down: there is a rush, or earlier words of the person wait."""
        if heard.user is None or not inbox.may_wait(heard):
            return False
        may_be_new = channel == MAIN and not self._has_main  # what it would be written for may not be there yet
        in_rush = not may_be_new and (self._is_crowded() or self._later.is_busy)
        return in_rush or self._intake.waits((channel, heard.user))

    def _write_down(self, channel: str, heard: Heard) -> None:
        whom = (channel, heard.user or "")
        self._intake.put(whom, heard.raw, self._clock())
        metrics.event("kept")
        self._later.take(whom)

    def _received(self, db: Connection, channel: str, heard: Heard, house: House) -> Sequence[Outgoing]:
        now = self._clock()
        if channel == MAIN and not self._has_main:
            ensure_main(db, now)  # somebody may speak before the first roster is imported
        return inbox.receive(db, channel, heard, house, now)

    def _failed(self, db: Connection, channel: str, heard: Heard, house: House, what: str) -> Sequence[Outgoing]:
        if channel == MAIN and not self._has_main:
            ensure_main(db, self._clock())  # what made it may have been rolled back
        return kept.keep_failed(db, channel, heard, house, what, self._clock())

    def _keep(self, channel: str, heard: Heard, house: House, error: Exception) -> bool:
        try:
            what = kept.error_of(error)
            said = self._in_one(lambda db: self._failed(db, channel, heard, house, what))
        except Exception as worse:
            if is_out_of_reach(worse):
                raise self._out_of_reach(worse) from worse
            log.exception("event not kept", event_id=heard.id, kind=heard.kind.value, channel=channel)
            metrics.event("unkept")
            return False
        metrics.event("failed")
        self._delivery.take(said)
        return True

    def _in_one(self, work: Callable[[Connection], Result]) -> Result:
        """Do the work in one transaction; again where it clashed with another."""
        for left in reversed(range(TRIES)):
            try:
                return self._store.share(work)
            except Exception as error:
                if not (left and is_clash(error)):
                    raise
        raise AssertionError("unreachable")

    def _out_of_reach(self, error: Exception) -> Exception:
        if not is_out_of_reach(error):
            return error
        log.warning("database out of reach", exc_info=error)
        return _Later()


def _body(environ: "WSGIEnvironment") -> bytes:
    """Return the raw bytes. werkzeug refuses an announced length over the limit, and cuts a chunked body off at it."""
    try:
        body = get_input_stream(environ, max_content_length=LARGEST).read()
    except RequestEntityTooLarge:
        body = None
    if body is None or (len(body) >= LARGEST and get_content_length(environ) is None):
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "size")
    return body
