"""LINE's API, called from here only. Every call has its time-outs, none is repeated behind our back.

Messages go out as the JSON they are kept as, by a wire of our own: the SDK would take most of a turn's processor
time to build what is there already. Everything else, which is rare, uses the SDK's clients.
"""

import ssl
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import certifi
import structlog

from bot import metrics
from bot.line.answers import BotInfo, Quota, Refused, Sent, WebhookInfo, WebhookTried, Why, judge, unanswered
from bot.line.wire import Answer, Broken, NotReached, Wire
from handlers.channels import NoChannel
from models.json_text import to_json

if TYPE_CHECKING:
    from urllib3 import HTTPResponse

    from bot.line.sdk import Sdk

log = structlog.get_logger(__name__)

AGENT = "raingan"
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
        self._headers: dict[str, tuple[str, bytes]] = {}  # by channel, with the token that stands in them

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
        return self._sdk.quota(channel)

    def bot_info(self, channel: str) -> BotInfo:
        """Return what LINE knows of the bot itself.

        Raises:
            Unanswered: by LINE.
        """
        return self._sdk.bot_info(channel)

    def webhook(self, channel: str) -> WebhookInfo | None:
        """Return the webhook address set at LINE, None where there is none.

        Raises:
            Unanswered: by LINE.
        """
        return self._sdk.webhook(channel)

    def try_webhook(self, channel: str, url: str | None = None) -> WebhookTried:
        """Let LINE send an empty webhook to the address that is set, or to another (60 times an hour at most).

        Raises:
            Unanswered: by LINE.
        """
        return self._sdk.try_webhook(channel, url)

    def open_content(self, channel: str, message_id: str) -> "HTTPResponse":
        """Begin to read what somebody sent (REF Get content); the caller reads on, and closes.

        Raises:
            Unanswered: no answer came.
        """
        return self._sdk.open_content(channel, message_id)

    def call(
        self, channel: str, what: str, method: bytes, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> Answer | Refused:
        """Make a call of another kind, without the SDK; return LINE's answer, or why it is none that helps.

        what: the call's name in the books, for a path may hold somebody's id. kind: of the body; a picture goes where
        LINE keeps those.
        """
        began = time.perf_counter()
        request_id = None
        try:
            token = self._token_of(channel)
        except NoChannel:
            return Refused("no such channel", Why.CHANNEL, permanent=True)
        headers = _lines({"Authorization": f"Bearer {token}", "User-Agent": AGENT, "Content-Type": kind})
        try:
            answered = (self._data_wire if kind != "application/json" else self._wire).post(path, headers, body, method)
        except (NotReached, Broken) as error:
            answer: Answer | Refused = unanswered(str(error), reached=isinstance(error, Broken))
        else:
            request_id = answered.headers.get("x-line-request-id")
            judged = judge(answered.status, answered.body)
            answer = judged if isinstance(judged, Refused) else answered
        asked_in_vain = isinstance(answer, Refused) and answer.status == 404 and method == b"GET"
        judged = answer if isinstance(answer, Refused) and not asked_in_vain else Sent()
        self._note(channel, what, judged, request_id, time.perf_counter() - began)
        return answer

    @cached_property
    def _data_wire(self) -> Wire:
        return Wire(self._data_host, tls=self._tls, connect=self._timeouts[0], read=self._timeouts[1])

    @cached_property
    def _sdk(self) -> "Sdk":
        from bot.line.sdk import Sdk

        hosts = (self.host, self._data_host)
        return Sdk(hosts, self._token_of, self._tls, connections=self._connections, timeouts=self._timeouts)

    def _send(self, channel: str, path: str, content: dict[str, Any], retry_key: str | None = None) -> Sent | Refused:
        began = time.perf_counter()
        request_id = None
        try:
            headers = self._headers_of(channel)
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

    def _headers_of(self, channel: str) -> bytes:
        token = self._token_of(channel)
        known, headers = self._headers.get(channel, ("", b""))
        if known != token:
            headers = _lines(
                {"Authorization": f"Bearer {token}", "User-Agent": AGENT, "Content-Type": "application/json"}
            )
            self._headers[channel] = (token, headers)
        return headers


def _lines(headers: dict[str, str]) -> bytes:
    """Return headers as they travel; a token with a line break in it must not add one."""
    return "".join(f"{name}: {''.join(value.splitlines())}\r\n" for name, value in headers.items()).encode("latin-1")


def _trust() -> ssl.SSLContext:
    """Load the certificate authorities, once: urllib3 would do it again for every connection, 10 ms and more each."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
