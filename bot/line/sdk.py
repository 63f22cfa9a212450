"""The rare calls to LINE, through its SDK: what is asked of LINE, and what people sent.

Imported when first needed: the SDK takes half a second and 40 MB, and most processes only reply.
"""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from linebot.v3.messaging import ApiClient, ApiException, Configuration, MessagingApi
from linebot.v3.messaging import TestWebhookEndpointRequest as WebhookTrial
from urllib3 import HTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from bot.line.answers import (
    BotInfo,
    Quota,
    Refused,
    Unanswered,
    WebhookInfo,
    WebhookTried,
    Why,
    refused,
    unanswered,
)
from handlers.channels import NoChannel

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Client:
    """One channel's client; safe to share among threads."""

    token: str
    api: ApiClient


class Sdk:
    """LINE's SDK for all channels of a process, with the time-outs it would not have by itself.

    hosts: of the API, and of what people send. token_of: returns a channel's access token; raises NoChannel.
    tls: certificate authorities, where the host is reached by TLS. timeouts: seconds to connect, and to answer.
    """

    def __init__(
        self,
        hosts: tuple[str, str],
        token_of: Callable[[str], str],
        tls: ssl.SSLContext | None,
        *,
        connections: int,
        timeouts: tuple[float, float],
    ) -> None:
        self._host, self._data_host = hosts
        self._token_of = token_of
        self._tls = tls
        self._connections = connections
        self._timeouts = timeouts
        self._clients: dict[str, _Client] = {}
        self._lock = threading.Lock()

    def quota(self, channel: str) -> Quota:
        """Return what this month's plan allows and what of it is used. Raises Unanswered."""
        plan = self._ask(channel, MessagingApi.get_message_quota)
        usage = self._ask(channel, MessagingApi.get_message_quota_consumption)
        return Quota(plan.value if plan.type == "limited" else None, usage.total_usage)

    def bot_info(self, channel: str) -> BotInfo:
        """Return what LINE knows of the bot itself. Raises Unanswered."""
        found = self._ask(channel, MessagingApi.get_bot_info)
        return BotInfo(
            found.user_id, found.basic_id, found.display_name, str(found.chat_mode), str(found.mark_as_read_mode)
        )

    def webhook(self, channel: str) -> WebhookInfo | None:
        """Return the webhook address set at LINE, None where there is none. Raises Unanswered."""
        try:
            found = self._ask(channel, MessagingApi.get_webhook_endpoint)
        except Unanswered as error:
            if error.refused.status == 404:
                return None
            raise
        return WebhookInfo(found.endpoint, found.active)

    def try_webhook(self, channel: str, url: str | None) -> WebhookTried:
        """Let LINE send an empty webhook. Raises Unanswered."""
        found = self._ask(channel, MessagingApi.test_webhook_endpoint, WebhookTrial(endpoint=url))
        return WebhookTried(bool(found.success), found.status_code or None, found.reason, found.detail)

    def open_content(self, channel: str, message_id: str) -> HTTPResponse:
        """Begin to read what somebody sent; the caller reads on, and closes. Raises Unanswered."""
        try:
            api = self._client(channel).api
        except NoChannel as error:
            raise Unanswered(Refused("no such channel", Why.CHANNEL, permanent=True)) from error
        try:
            response: HTTPResponse = api.rest_client.pool_manager.request(
                "GET",
                f"{self._data_host}/v2/bot/message/{message_id}/content",
                headers=api.default_headers,
                timeout=Timeout(connect=self._timeouts[0], read=self._timeouts[1]),
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except HTTPError as error:
            raise Unanswered(unanswered(type(error).__name__, reached=True)) from error
        return response

    def _ask(self, channel: str, question: Callable[..., Answer], *details: Any) -> Answer:
        try:
            return question(MessagingApi(self._client(channel).api), *details, _request_timeout=self._timeouts)
        except NoChannel as error:
            raise Unanswered(Refused("no such channel", Why.CHANNEL, permanent=True)) from error
        except ApiException as error:
            log.warning("line refused", question=question.__name__, channel=channel, status=error.status)
            raise Unanswered(refused(error.status or 500, error.reason)) from error
        except HTTPError as error:
            raise Unanswered(unanswered(type(error).__name__, reached=True)) from error
        except ValueError as error:  # an answer the SDK's models do not know
            raise Unanswered(Refused("an answer of unknown shape", Why.TROUBLE)) from error

    def _client(self, channel: str) -> _Client:
        token = self._token_of(channel)
        with self._lock:
            client = self._clients.get(channel)
            if client is None or client.token != token:
                client = self._clients[channel] = self._connect(token)
        return client

    def _connect(self, token: str) -> _Client:
        configuration = Configuration(host=self._host, access_token=token)
        configuration.retries = False
        configuration.connection_pool_maxsize = self._connections
        api = ApiClient(configuration)
        if self._tls is not None:
            kept = api.rest_client.pool_manager.connection_pool_kw
            kept.pop("ca_certs", None)
            kept["ssl_context"] = self._tls
        return _Client(token, api)
