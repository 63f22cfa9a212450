"""LINE's API, called from here only. Every call has its time-outs, none is repeated behind our back.

Messages go out as the JSON they are kept as, by a wire of our own: the SDK would take most of a turn's processor
time to build what is there already. Everything else, which is rare, uses the SDK's clients.
"""

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import certifi
import structlog
from linebot.v3.messaging import ApiClient, ApiException, Configuration, MessagingApi
from linebot.v3.messaging import TestWebhookEndpointRequest as WebhookTrial
from urllib3 import HTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from bot import metrics
from bot.line.answers import Refused, Sent, Unanswered, Why, judge, refused, unanswered
from bot.line.wire import Broken, NotReached, Wire
from handlers.channels import NoChannel
from models.json_text import to_json

log = structlog.get_logger(__name__)

LINE = "https://api.line.me"
LINE_DATA = "https://api-data.line.me"
"""Where LINE keeps what people send; a stand-in has everything under one host."""
CONNECT, READ = 3.0, 8.0
"""Seconds. The SDK by itself would wait for ever."""
LONGEST = CONNECT + READ
"""Seconds one call may take, all in all."""

_REPLY = "/v2/bot/message/reply"
_PUSH = "/v2/bot/message/push"
_MULTICAST = "/v2/bot/message/multicast"

Message = dict[str, Any]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Quota:
    """Messages of this month. allowed: None where there is no limit."""

    allowed: int | None
    used: int


@dataclass(frozen=True, slots=True)
class Profile:
    user: str
    name: str
    language: str | None


@dataclass(frozen=True, slots=True)
class BotInfo:
    user: str
    basic_id: str
    name: str
    chat_mode: str  # "bot"; "chat": people answer by hand, and events may not come
    mark_as_read_mode: str


@dataclass(frozen=True, slots=True)
class WebhookInfo:
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class WebhookTried:
    """What LINE saw when it tried our webhook. status: None where no answer came."""

    success: bool
    status: int | None
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One channel's ways to LINE; safe to share among threads."""

    token: str
    api: ApiClient
    headers: bytes


class Gateway:
    """LINE's Messaging API for all channels of a process.

    Connections open with the first call, so a gateway made before a fork is good after it.

    token_of: returns a channel's access token; raises NoChannel.
    connections: as many as threads will call at once.
    timeouts: seconds to connect, and to wait for the answer.
    """

    def __init__(
        self,
        token_of: Callable[[str], str],
        *,
        host: str = LINE,
        connections: int = 48,
        timeouts: tuple[float, float] = (CONNECT, READ),
    ) -> None:
        self.host = host.rstrip("/")
        self._data_host = LINE_DATA if self.host == LINE else self.host
        self._token_of = token_of
        self._connections = connections
        self._timeouts = timeouts
        self._tls = _trust() if self.host.startswith("https://") else None
        self._wire = Wire(self.host, tls=self._tls, connect=timeouts[0], read=timeouts[1])
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def reply(self, channel: str, token: str, messages: Sequence[Message]) -> Sent | Refused:
        """Send a turn for free (REF Send reply message). A token works once, and without a retry key."""
        return self._send(channel, _REPLY, {"replyToken": token, "messages": messages})

    def push(self, channel: str, to: str, messages: Sequence[Message], retry_key: str) -> Sent | Refused:
        """Send paid messages to a person or a group (REF Send push message)."""
        return self._send(channel, _PUSH, {"to": to, "messages": messages}, retry_key)

    def multicast(self, channel: str, to: Sequence[str], messages: Sequence[Message], retry_key: str) -> Sent | Refused:
        """Send paid messages to up to 500 people (REF Send multicast message)."""
        return self._send(channel, _MULTICAST, {"to": list(to), "messages": messages}, retry_key)

    def quota(self, channel: str) -> Quota:
        """Return what this month's plan allows and what of it is used.

        Raises:
            Unanswered: by LINE.
        """
        plan = self._ask(channel, MessagingApi.get_message_quota)
        usage = self._ask(channel, MessagingApi.get_message_quota_consumption)
        return Quota(plan.value if plan.type == "limited" else None, usage.total_usage)

    def profile(self, channel: str, user: str) -> Profile | None:
        """Return a person's profile, None where LINE shows none (blocked, not a friend, no consent).

        Raises:
            Unanswered: by LINE.
        """
        try:
            found = self._ask(channel, MessagingApi.get_profile, user)
        except Unanswered as error:
            if error.refused.status == 404:
                return None
            raise
        return Profile(found.user_id, found.display_name, found.language)

    def bot_info(self, channel: str) -> BotInfo:
        """Return what LINE knows of the bot itself.

        Raises:
            Unanswered: by LINE.
        """
        found = self._ask(channel, MessagingApi.get_bot_info)
        return BotInfo(
            found.user_id, found.basic_id, found.display_name, str(found.chat_mode), str(found.mark_as_read_mode)
        )

    def webhook(self, channel: str) -> WebhookInfo | None:
        """Return the webhook address set at LINE, None where there is none.

        Raises:
            Unanswered: by LINE.
        """
        try:
            found = self._ask(channel, MessagingApi.get_webhook_endpoint)
        except Unanswered as error:
            if error.refused.status == 404:
                return None
            raise
        return WebhookInfo(found.endpoint, found.active)

    def try_webhook(self, channel: str, url: str | None = None) -> WebhookTried:
        """Let LINE send an empty webhook to the address that is set, or to another (60 times an hour at most).

        Raises:
            Unanswered: by LINE.
        """
        found = self._ask(channel, MessagingApi.test_webhook_endpoint, WebhookTrial(endpoint=url))
        return WebhookTried(bool(found.success), found.status_code or None, found.reason, found.detail)

    def open_content(self, channel: str, message_id: str) -> HTTPResponse:
        """Begin to read what somebody sent (REF Get content); the caller reads on, and closes.

        Raises:
            Unanswered: no answer came.
        """
        try:
            line = self._line(channel)
        except NoChannel as error:
            raise Unanswered(Refused("no such channel", Why.CHANNEL, permanent=True)) from error
        url = f"{self._data_host}/v2/bot/message/{message_id}/content"
        try:
            response: HTTPResponse = line.api.rest_client.pool_manager.request(
                "GET",
                url,
                headers=line.api.default_headers,
                timeout=Timeout(connect=self._timeouts[0], read=self._timeouts[1]),
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except HTTPError as error:
            raise Unanswered(unanswered(type(error).__name__, reached=True)) from error
        return response

    def _send(self, channel: str, path: str, content: dict[str, Any], retry_key: str | None = None) -> Sent | Refused:
        began = time.perf_counter()
        request_id = None
        try:
            headers = self._line(channel).headers
        except NoChannel:
            return Refused("no such channel", Why.CHANNEL, permanent=True)
        if retry_key is not None:
            headers += b"X-Line-Retry-Key: %s\r\n" % retry_key.encode("ascii")
        body = to_json(content).encode()
        try:
            answered = self._wire.post(path, headers, body)
        except (NotReached, Broken) as error:
            answer: Sent | Refused = unanswered(str(error), reached=isinstance(error, Broken))
        else:
            request_id = answered.headers.get("x-line-request-id")
            answer = judge(answered.status, answered.body)
        self._note(channel, path, answer, request_id, time.perf_counter() - began)
        return answer

    def _note(self, channel: str, path: str, answer: Sent | Refused, request_id: str | None, seconds: float) -> None:
        """Count each call; write down those that went wrong, with LINE's request id (DOC development-guidelines).

        A line for every call would cost as much as a tenth of the turn; it is there at the level DEBUG.
        """
        if isinstance(answer, Sent):
            metrics.called(path, "sent", seconds)
            log.debug("line", path=path, channel=channel, request_id=request_id, seconds=round(seconds, 3))
            return
        metrics.called(path, answer.why, seconds)
        write = log.error if answer.why in (Why.CHANNEL, Why.MESSAGE) else log.warning
        write(
            "line refused",
            path=path,
            channel=channel,
            why=answer.why.value,
            reason=answer.reason,
            request_id=request_id,
            seconds=round(seconds, 3),
        )

    def _ask(self, channel: str, question: Callable[..., Answer], *details: Any) -> Answer:
        try:
            return question(MessagingApi(self._line(channel).api), *details, _request_timeout=self._timeouts)
        except NoChannel as error:
            raise Unanswered(Refused("no such channel", Why.CHANNEL, permanent=True)) from error
        except ApiException as error:
            log.warning("line refused", question=question.__name__, channel=channel, status=error.status)
            raise Unanswered(refused(error.status or 500, error.reason)) from error
        except HTTPError as error:
            raise Unanswered(unanswered(type(error).__name__, reached=True)) from error
        except ValueError as error:  # an answer the SDK's models do not know
            raise Unanswered(Refused("an answer of unknown shape", Why.TROUBLE)) from error

    def _line(self, channel: str) -> _Line:
        token = self._token_of(channel)
        line = self._lines.get(channel)
        if line is not None and line.token == token:
            return line
        with self._lock:
            line = self._lines.get(channel)
            if line is None or line.token != token:
                line = self._lines[channel] = self._connect(token)
        return line

    def _connect(self, token: str) -> _Line:
        configuration = Configuration(host=self.host, access_token=token)
        configuration.retries = False
        configuration.connection_pool_maxsize = self._connections
        api = ApiClient(configuration)
        if self._tls is not None:
            kept = api.rest_client.pool_manager.connection_pool_kw
            kept.pop("ca_certs", None)
            kept["ssl_context"] = self._tls
        return _Line(token, api, _lines({**api.default_headers, "Content-Type": "application/json"}))


def _lines(headers: dict[str, str]) -> bytes:
    """Return headers as they travel; a token with a line break in it must not add one."""
    return "".join(f"{name}: {''.join(value.splitlines())}\r\n" for name, value in headers.items()).encode("latin-1")


def _trust() -> ssl.SSLContext:
    """Load the certificate authorities, once: urllib3 would do it again for every connection, 10 ms and more each."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
