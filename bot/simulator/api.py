"""LINE's Messaging API: who may ask, which endpoint it is, what trouble it meets."""

import json
import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.simulator import asking, menus, sending
from bot.simulator.calls import Call
from bot.simulator.channel import Channel
from bot.simulator.faults import Fault
from bot.simulator.http import Answer, Refusal, Request
from handlers.messages import limits

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

Handler = Callable[..., Answer]
Route = tuple[str, re.Pattern[str], str, Handler]

UNAUTHORIZED = "Authentication failed. Confirm that the access token in the authorization header is valid."
NO_FAULT = Fault()
MALFORMED = frozenset({400, 413, 415})
BLAMELESS = frozenset({sending.BAD_REPLY_TOKEN, sending.UNKNOWN_RECIPIENT})
UNLOCKED = frozenset({"test_webhook"})  # posts to the bot, which may ask the API in turn


def _route(method: str, path: str, endpoint: str, handler: Handler) -> Route:
    return method, re.compile("/v2/bot/" + path.replace("{}", "([^/]+)") + r"\Z"), endpoint, handler


ROUTES: tuple[Route, ...] = (
    _route("POST", "message/reply", "reply", sending.reply),
    _route("POST", "message/push", "push", sending.push),
    _route("POST", "message/multicast", "multicast", sending.multicast),
    _route("POST", "message/validate/(?:reply|push|multicast|narrowcast|broadcast)", "validate", sending.validate),
    _route("GET", "message/quota", "quota", asking.quota),
    _route("GET", "message/quota/consumption", "consumption", asking.consumption),
    _route("GET", "message/delivery/(reply|push|multicast)", "delivery", asking.sent_on),
    _route("GET", "message/{}/content", "content", asking.content),
    _route("GET", "message/{}/content/preview", "content", asking.content),
    _route("GET", "message/{}/content/transcoding", "transcoding", asking.transcoding),
    _route("GET", "profile/{}", "profile", asking.profile),
    _route("GET", "info", "info", asking.info),
    _route("GET", "channel/webhook/endpoint", "webhook", asking.webhook),
    _route("PUT", "channel/webhook/endpoint", "set_webhook", asking.set_webhook),
    _route("POST", "channel/webhook/test", "test_webhook", asking.test_webhook),
    _route("POST", "chat/loading/start", "loading", asking.start_loading),
    _route("POST", "chat/markAsRead", "mark_as_read", asking.mark_as_read),
    _route("POST", "user/{}/linkToken", "link_token", asking.link_token),
    _route("POST", "richmenu", "rich_menu_create", menus.create),
    _route("GET", "richmenu/list", "rich_menu", menus.listing),
    _route("POST", "richmenu/bulk/link", "rich_menu_link", menus.link_many),
    _route("POST", "richmenu/bulk/unlink", "rich_menu_link", menus.unlink_many),
    _route("GET", "richmenu/{}", "rich_menu", menus.get),
    _route("DELETE", "richmenu/{}", "rich_menu_delete", menus.delete),
    _route("POST", "richmenu/{}/content", "rich_menu_content", menus.set_picture),
    _route("GET", "richmenu/{}/content", "rich_menu_content", menus.picture),
    _route("POST", "user/all/richmenu/{}", "rich_menu", menus.set_default),
    _route("GET", "user/all/richmenu", "rich_menu", menus.default),
    _route("DELETE", "user/all/richmenu", "rich_menu", menus.no_default),
    _route("POST", "user/{}/richmenu/{}", "rich_menu_link", menus.link),
    _route("GET", "user/{}/richmenu", "rich_menu", menus.linked),
    _route("DELETE", "user/{}/richmenu", "rich_menu_link", menus.unlink),
)


class LineApi:
    """Answers requests to LINE's API for one platform. Thread-safe; faults are waited for outside the lock."""

    def __init__(self, platform: "Platform") -> None:
        self._platform = platform

    def answer(self, request: Request) -> Answer:
        """Answer one request as LINE would, and note it in ``platform.calls``."""
        with self._platform.lock:
            request = replace(request, id=self._platform.ids.uuid())
        channel, endpoint = None, "unknown"
        try:
            channel = self._channel(request)
            endpoint, handle = self._find(channel, request)
            answer = self._suffer(endpoint, handle)
        except Refusal as refusal:
            self._blame(refusal)
            answer = refusal.answer()
        self._note(request, endpoint, channel, answer)
        return replace(answer, headers={**answer.headers, "x-line-request-id": request.id})

    def _channel(self, request: Request) -> Channel:
        if len(request.body) > limits.REQUEST_BYTES:
            raise Refusal(413, "Request entity too large")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        for channel in self._platform.channels.values():
            if scheme == "Bearer" and token == channel.token:
                return channel
        raise Refusal(401, UNAUTHORIZED)

    def _find(self, channel: Channel, request: Request) -> tuple[str, Callable[[], Answer]]:
        for method, pattern, endpoint, handler in ROUTES:
            match = pattern.match(request.path)
            if match and method == request.method:
                return endpoint, partial(handler, self._platform, channel, request, *match.groups())
        self._platform.problems.append(f"{request.method} {request.path} is no endpoint of LINE's")
        raise Refusal(404, "Not found")

    def _suffer(self, endpoint: str, handle: Callable[[], Answer]) -> Answer:
        fault = self._platform.faults.take(endpoint) or NO_FAULT
        if fault.accepts:
            answer = self._handle(handle, locked=endpoint not in UNLOCKED)
        else:
            answer = Refusal(fault.status or 500, fault.message).answer()
        time.sleep(fault.seconds)
        return replace(answer, reset=fault.reset)

    def _handle(self, handle: Callable[[], Answer], *, locked: bool) -> Answer:
        try:
            with self._platform.lock if locked else nullcontext():
                return handle()
        except Refusal as refusal:
            self._blame(refusal)
            return refusal.answer()

    def _blame(self, refusal: Refusal) -> None:
        """Note what a careful bot would never have sent; an old reply token or an unknown person is no such thing."""
        if refusal.status in MALFORMED and refusal.message not in BLAMELESS:
            details = [f"{detail['property']}: {detail['message']}" for detail in refusal.details]
            self._platform.problems.extend(details or [refusal.message])

    def _note(self, request: Request, endpoint: str, channel: Channel | None, answer: Answer) -> None:
        name = channel.name if channel else ""
        key = request.headers.get(sending.RETRY_KEY)
        call = Call(self._platform.now(), endpoint, name, answer.status, _json(request.body), key, request.id)
        with self._platform.changed:
            self._platform.calls.append(call)
            self._platform.changed.notify_all()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
