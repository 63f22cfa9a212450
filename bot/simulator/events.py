"""Webhook events in the shape LINE documents (REF Webhook Event Objects)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.simulator.ids import milliseconds

Event = dict[str, Any]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What all events have. No token: an event that cannot be replied to, or one in standby."""

    user: str
    at: datetime
    event_id: str
    token: str | None = None
    mode: str = "active"

    def event(self, kind: str, **content: Any) -> Event:
        """Return an event of this kind with its content."""
        token = {"replyToken": self.token} if self.token else {}
        return {
            "type": kind,
            **content,
            "webhookEventId": self.event_id,
            "deliveryContext": {"isRedelivery": False},
            "timestamp": milliseconds(self.at),
            "source": {"type": "user", "userId": self.user},
            **token,
            "mode": self.mode,
        }


def redelivered(event: Event) -> Event:
    """Return the same event as LINE sends it again: same ids, token and timestamp."""
    return {**event, "deliveryContext": {"isRedelivery": True}}


def text(message_id: str, words: str, quote_token: str, read_token: str, quoted: str | None = None) -> Json:
    """Return the message of a text bubble."""
    message = {
        "type": "text",
        "id": message_id,
        "quoteToken": quote_token,
        "markAsReadToken": read_token,
        "text": words,
    }
    return message | ({"quotedMessageId": quoted} if quoted else {})


def sticker(message_id: str, quote_token: str, read_token: str) -> Json:
    """Return the message of a sticker."""
    return {
        "type": "sticker",
        "id": message_id,
        "quoteToken": quote_token,
        "markAsReadToken": read_token,
        "stickerId": "52002734",
        "packageId": "11537",
        "stickerResourceType": "ANIMATION",
        "keywords": ["thanks", "ขอบคุณ"],
    }


def location(message_id: str, read_token: str) -> Json:
    """Return the message of a place."""
    return {
        "type": "location",
        "id": message_id,
        "markAsReadToken": read_token,
        "title": "ตำแหน่งของฉัน",
        "address": "ถนนสมมติ ตำบลในเมือง อำเภอเมืองบุรีรัมย์",
        "latitude": 14.993,
        "longitude": 103.1029,
    }


def image(message_id: str, quote_token: str, read_token: str, image_set: tuple[str, int, int] | None = None) -> Json:
    """Return the message of a photo; image_set is the id of the set, the place in it (from 1) and the count."""
    message: Json = {
        "type": "image",
        "id": message_id,
        "quoteToken": quote_token,
        "markAsReadToken": read_token,
        "contentProvider": {"type": "line"},
    }
    if image_set:
        message["imageSet"] = dict(zip(("id", "index", "total"), image_set, strict=True))
    return message


def video(message_id: str, quote_token: str, read_token: str) -> Json:
    """Return the message of a video of one minute."""
    return {
        "type": "video",
        "id": message_id,
        "quoteToken": quote_token,
        "markAsReadToken": read_token,
        "duration": 60_000,
        "contentProvider": {"type": "line"},
    }


def audio(message_id: str, read_token: str) -> Json:
    """Return the message of a voice note of twelve seconds."""
    return {
        "type": "audio",
        "id": message_id,
        "markAsReadToken": read_token,
        "duration": 12_000,
        "contentProvider": {"type": "line"},
    }


def file(message_id: str, read_token: str, name: str, size: int) -> Json:
    """Return the message of a file; size in bytes."""
    return {
        "type": "file",
        "id": message_id,
        "markAsReadToken": read_token,
        "fileName": name,
        "fileSize": size,
    }
