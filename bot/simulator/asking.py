"""The endpoints of LINE's API that ask or set something, and those that fetch what a person sent."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.simulator.books import JAPAN
from bot.simulator.channel import Channel, Media
from bot.simulator.filetypes import content_type
from bot.simulator.http import Answer, Refusal, Request, json_answer
from bot.simulator.people import USER_ID
from bot.simulator.sending import invalid, parse
from bot.simulator.webhooks import is_loopback
from handlers.messages import limits

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

_DAY = re.compile(r"\d{8}\Z")


def info(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Say who the bot is (REF Get bot info)."""
    return json_answer(
        {
            "userId": channel.user_id,
            "basicId": channel.basic_id,
            "displayName": channel.display_name,
            "chatMode": channel.chat_mode,
            "markAsReadMode": "auto" if channel.chat_mode == "bot" else "manual",
        }
    )


def profile(platform: "Platform", channel: Channel, request: Request, user: str) -> Answer:
    """Say who a friend is; 404 for everyone else (REF Get profile)."""
    if user not in channel.friends or user in channel.blockers:
        raise Refusal(404, "Not found")
    person = platform.people[user]
    language = {"language": person.language} if person.language else {}
    return json_answer({"userId": user, "displayName": person.name, **language})


def quota(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Say how many messages a month allows (REF Get the target limit)."""
    return json_answer(channel.quota.shown())


def consumption(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Say how many messages this month has used (REF Get number of messages sent this month)."""
    return json_answer({"totalUsage": channel.quota.used(platform.now())})


def sent_on(platform: "Platform", channel: Channel, request: Request, endpoint: str) -> Answer:
    """Say how many messages were sent on a day; ready on the next (REF Get number of sent messages)."""
    day = request.query.get("date", "")
    if not _DAY.match(day):
        raise Refusal(400, "The value for the 'date' parameter is invalid")
    if day >= platform.now().astimezone(JAPAN).strftime("%Y%m%d"):
        return json_answer({"status": "unready"})
    return json_answer({"status": "ready", "success": channel.quota.sent[endpoint, day]})


def webhook(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Say where webhooks go (REF Get webhook endpoint information)."""
    return json_answer({"endpoint": platform.webhooks[channel.name].address, "active": True})


def set_webhook(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Send webhooks elsewhere; here only to this machine (REF Set webhook endpoint URL)."""
    address = str(parse(request).get("endpoint"))
    parts = urlsplit(address)
    if parts.scheme != "http" or not is_loopback(parts.hostname) or len(address) > 500:
        raise Refusal(400, "Invalid webhook endpoint URL")
    platform.webhooks[channel.name].point_at(address)
    return json_answer({})


def test_webhook(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Send a webhook without events and say what the bot answered (REF Test webhook endpoint)."""
    delivery = platform.webhooks[channel.name].deliver([])
    stamp = delivery.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    reason = {"ok": "OK", "request_timeout": "REQUEST_TIMEOUT", "could_not_connect": "COULD_NOT_CONNECT"}
    return json_answer(
        {
            "success": delivery.ok,
            "timestamp": stamp,
            "statusCode": delivery.status or 0,
            "reason": reason.get(delivery.reason, "ERROR_STATUS_CODE"),
            "detail": str(delivery.status or delivery.reason),
        }
    )


def start_loading(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Show the typing animation in a one-to-one talk (REF Display a loading animation)."""
    body = parse(request)
    user, seconds = body.get("chatId"), body.get("loadingSeconds", 20)
    if not isinstance(user, str) or not USER_ID.match(user):
        raise invalid("chatId")
    if seconds not in limits.LOADING_SECONDS or isinstance(seconds, bool):
        raise invalid("loadingSeconds")
    if platform.reachable(channel, user):
        channel.talk(user).type_until(platform.now() + timedelta(seconds=seconds))
        platform.changed.notify_all()
    return json_answer({}, 202)


def mark_as_read(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Mark as read what a token stands for (REF Mark messages as read)."""
    token = parse(request).get("markAsReadToken")
    if token not in channel.read_tokens:
        raise invalid("markAsReadToken")
    channel.read_tokens[str(token)] = True
    return json_answer({})


def link_token(platform: "Platform", channel: Channel, request: Request, user: str) -> Answer:
    """Give a token for linking accounts (REF Issue link token)."""
    if user not in channel.friends:
        raise Refusal(404, "Not found")
    return json_answer({"linkToken": platform.ids.token()})


def content(platform: "Platform", channel: Channel, request: Request, message_id: str) -> Answer:
    """Give the bytes a person sent: 202 while prepared, 404 unknown, 410 taken back (REF Get content)."""
    media = _media(channel, message_id)
    if _preparing(platform, media):
        return json_answer({}, 202)
    return Answer(200, media.body, {"content-type": content_type(media.body, media.kind)})


def transcoding(platform: "Platform", channel: Channel, request: Request, message_id: str) -> Answer:
    """Say whether a video or voice note is prepared (REF Verify the preparation status)."""
    media = _media(channel, message_id)
    if media.kind not in ("video", "audio"):
        raise Refusal(400, "The message is not a video or an audio")
    status = "failed" if media.failed else "processing" if _preparing(platform, media) else "succeeded"
    return json_answer({"status": status})


def _media(channel: Channel, message_id: str) -> Media:
    media = channel.media.get(message_id)
    if media is None:
        raise Refusal(404, "Not found")
    if media.unsent:
        raise Refusal(410, "Gone")
    return media


def _preparing(platform: "Platform", media: Media) -> bool:
    return media.ready_at is not None and platform.now() < media.ready_at
