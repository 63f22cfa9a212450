"""What the tests of the stand-in share: a clock to set, a parrot for a bot, the real SDK against real HTTP."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from linebot.v3 import WebhookParser
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, MessagingApiBlob

from bot.simulator import SECRET, TOKEN, Platform, Server
from bot.simulator.api import LineApi
from bot.simulator.http import Answer, Request

START = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
TIMEOUT = (1.0, 2.0)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


class Parrot:
    """A bot that checks signatures and, where it has words to say, replies with them to every event at once."""

    def __init__(self) -> None:
        self.platform: Platform
        self.says: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.status = 200

    def __call__(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        WebhookParser(SECRET).signature_validator.validate(body.decode(), headers["x-line-signature"])
        self.bodies.append(body)
        events = json.loads(body)["events"]
        self.heard += events
        for event in events:
            if self.says and "replyToken" in event:
                assert self.reply(event["replyToken"], *self.says).status == 200
        return self.status

    def reply(self, token: str, *messages: dict[str, Any]) -> Answer:
        return self.asks("/v2/bot/message/reply", {"replyToken": token, "messages": list(messages)})

    def pushes(self, user: str, *messages: dict[str, Any], key: str | None = None) -> Answer:
        return self.asks("/v2/bot/message/push", {"to": user, "messages": list(messages)}, key)

    def asks(self, path: str, body: dict[str, Any], key: str | None = None) -> Answer:
        headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
        headers |= {"x-line-retry-key": key} if key else {}
        return LineApi(self.platform).answer(Request("POST", path, {}, headers, json.dumps(body).encode()))


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def quick(*labels: str) -> dict[str, Any]:
    """Return quick replies of these labels, each with its label as data and as shown word."""
    actions = [{"type": "postback", "label": label, "data": label, "displayText": label} for label in labels]
    return {"items": [{"type": "action", "action": action} for action in actions]}


@contextmanager
def sdk(server: Server, token: str = TOKEN) -> Iterator[tuple[MessagingApi, MessagingApiBlob]]:
    """Yield the SDK's clients, pointed at the stand-in as the bot points them."""
    configuration = Configuration(host=server.url, access_token=token)
    configuration.retries = False
    with ApiClient(configuration) as client:
        yield MessagingApi(client), MessagingApiBlob(client)
        client.rest_client.pool_manager.clear()
