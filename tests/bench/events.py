"""Text events as LINE posts them, signed, one to a body, ready for the wire."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
TOKEN = "bench-channel-access-token"

_BODY = (
    '{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{"type":"message","message":'
    '{"type":"text","id":"%018d","quoteToken":"q3Plxr4AgKd%018d","text":%s},"webhookEventId":"01BENCH%019d",'
    '"deliveryContext":{"isRedelivery":%s},"timestamp":%d,"source":{"type":"user","userId":"%s"},'
    '"replyToken":"%032x","mode":"active"}]}'
)
_HEAD = (
    b"POST /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\n"
    b"User-Agent: LineBotWebhook/2.0\r\nx-line-signature: %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
)


def user_id(person: int) -> str:
    return f"U{person:032x}"


def reply_token(number: int) -> str:
    return f"{number:032x}"


@dataclass(frozen=True, slots=True)
class TextEvent:
    """What one person types once. ``number`` makes event, message and reply token unique."""

    number: int
    person: int
    text: str
    timestamp: int  # milliseconds since 1970, as LINE counts

    def request(self, *, again: bool = False) -> bytes:
        """The whole HTTP request; ``again`` as LINE marks a redelivery."""
        body = (
            _BODY
            % (
                self.number,
                self.number,
                json.dumps(self.text, ensure_ascii=False),
                self.number,
                "true" if again else "false",
                self.timestamp,
                user_id(self.person),
                self.number,
            )
        ).encode()
        return _HEAD % (sign(body), len(body)) + body


def sign(body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256))
