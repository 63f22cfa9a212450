"""The endpoints of LINE's API that send: reply, push, multicast, and their validating twins."""

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.simulator.books import Accepted
from bot.simulator.channel import Channel
from bot.simulator.faults import MONTHLY_LIMIT, RATE_LIMIT
from bot.simulator.http import Answer, Refusal, Request, json_answer
from bot.simulator.people import USER_ID
from bot.simulator.validate import Problem, find_problems
from handlers.messages import limits

if TYPE_CHECKING:
    from bot.simulator.platform import Platform

Json = dict[str, Any]

RETRY_KEY = "x-line-retry-key"
BAD_REPLY_TOKEN = "Invalid reply token"  # noqa: S105 — LINE's words
UNKNOWN_RECIPIENT = "Failed to send messages"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_RECIPIENT = re.compile(r"[UCR][0-9a-f]{32}\Z")
_UNIT = re.compile(r"[A-Za-z0-9_]{1,30}\Z")


def parse(request: Request) -> Json:
    """Return the JSON object in a request's body (REF Error messages for the refusals)."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, f"The content type, {kind or 'none'}, is not supported")
    try:
        body = json.loads(request.body)
    except UnicodeDecodeError as error:
        raise Refusal(400, "The request body could not be parsed as JSON (line: 1, column: 1)") from error
    except json.JSONDecodeError as error:
        where = f"(line: {error.lineno}, column: {error.colno})"
        raise Refusal(400, f"The request body could not be parsed as JSON {where}") from error
    if not isinstance(body, dict):
        raise Refusal(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
    return body


def invalid(name: str) -> Refusal:
    """Return the refusal of one malformed property."""
    return Refusal(400, f"The property, '{name}', in the request body is invalid (line: -, column: -)")


def reply(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Answer one event with its reply token; free (REF Send reply message)."""
    check_rate(platform, channel, "reply")
    if RETRY_KEY in request.headers:
        raise Refusal(400, "The retry key is not supported by this API")
    body = _body(request, {"replyToken", "messages", "notificationDisabled"})
    messages = _messages(body)
    token = channel.reply_tokens.get(str(body.get("replyToken")))
    if token is None or not token.usable(platform.now()):
        raise Refusal(400, BAD_REPLY_TOKEN)
    _check_quotes(channel, messages)
    token.used = True
    channel.quota.count("reply", 1, platform.now())
    return json_answer({"sentMessages": platform.show(channel, token.user, messages, "reply", request.id)})


def push(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Send to one person; counted (REF Send push message)."""
    check_rate(platform, channel, "push")
    repeated = _repeated(platform, channel, request)
    if repeated:
        return repeated
    body = _body(request, {"to", "messages", "notificationDisabled", "customAggregationUnits"})
    messages, to = _messages(body), body.get("to")
    if not isinstance(to, str) or not _RECIPIENT.match(to):
        raise invalid("to")
    if to not in platform.people:  # nor a group that the bot is in: there are none here
        raise Refusal(400, UNKNOWN_RECIPIENT)
    _check_quotes(channel, messages)
    _bill(platform, channel, [to], "push")
    sent = platform.show(channel, to, messages, "push", request.id)
    _remember(channel, request, Accepted(platform.now(), request.id, sent, request.body))
    return json_answer({"sentMessages": sent})


def multicast(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Send to many people; counted for each one reached (REF Send multicast message)."""
    check_rate(platform, channel, "multicast")
    repeated = _repeated(platform, channel, request)
    if repeated:
        return repeated
    body = _body(request, {"to", "messages", "notificationDisabled", "customAggregationUnits"})
    messages, recipients = _messages(body), _recipients(body)
    _bill(platform, channel, recipients, "multicast")
    for user in recipients:
        platform.show(channel, user, messages, "push", request.id)
    _remember(channel, request, Accepted(platform.now(), request.id, None, request.body))
    return json_answer({})


def validate(platform: "Platform", channel: Channel, request: Request) -> Answer:
    """Check messages without sending them (REF Validate message objects)."""
    body = parse(request)
    _refuse_unknown(body, {"messages"})
    _messages(body)
    return json_answer({})


def _body(request: Request, known: set[str]) -> Json:
    body = parse(request)
    _refuse_unknown(body, known)
    units = body.get("customAggregationUnits", [])
    if not isinstance(units, list) or len(units) > 1 or not all(_UNIT.match(str(unit)) for unit in units):
        raise invalid("customAggregationUnits")
    if not isinstance(body.get("notificationDisabled", False), bool):
        raise invalid("notificationDisabled")
    return body


def _refuse_unknown(body: Json, known: set[str]) -> None:
    for name in body.keys() - known:
        raise invalid(name)


def _messages(body: Json) -> list[Json]:
    messages: list[Json] = body.get("messages", [])
    problems = find_problems(messages)
    if problems:
        raise _refused(problems)
    return messages


def _refused(problems: list[Problem]) -> Refusal:
    details = [{"message": problem.message, "property": problem.where} for problem in problems]
    return Refusal(400, f"The request body has {len(problems)} error(s)", details)


def _recipients(body: Json) -> list[str]:
    to = body.get("to")
    if not isinstance(to, list) or not 1 <= len(to) <= limits.MULTICAST_RECIPIENTS:
        raise invalid("to")
    for index, user in enumerate(to):
        if not isinstance(user, str) or not USER_ID.match(user):
            raise invalid(f"to[{index}]")
    return list(dict.fromkeys(to))


def check_rate(platform: "Platform", channel: Channel, endpoint: str) -> None:
    """Refuse a call that comes too fast (REF Rate limits)."""
    if not channel.rates[endpoint].take(platform.now()):
        raise Refusal(429, RATE_LIMIT)


def _check_quotes(channel: Channel, messages: list[Json]) -> None:
    for index, message in enumerate(messages):
        if "quoteToken" in message and message["quoteToken"] not in channel.quote_tokens:
            raise invalid(f"messages[{index}].quoteToken")


def _bill(platform: "Platform", channel: Channel, users: list[str], endpoint: str) -> None:
    now: datetime = platform.now()
    reached = sum(platform.reachable(channel, user) for user in users)
    if channel.quota.exceeded(reached, now):
        raise Refusal(429, MONTHLY_LIMIT)
    channel.quota.bill(reached, now)
    channel.quota.count(endpoint, reached, now)


def _repeated(platform: "Platform", channel: Channel, request: Request) -> Answer | None:
    key = request.headers.get(RETRY_KEY)
    if key is None:
        return None
    if not _UUID.match(key):
        raise Refusal(400, "The retry key is invalid")
    first = channel.retry_keys.accepted(request.path + key.lower(), platform.now())
    if first is None:
        return None
    if first.body != request.body:
        platform.problems.append(f"retry key {key} was used again with another body")
    extra = {"sentMessages": first.sent} if first.sent is not None else {}
    headers = {"x-line-accepted-request-id": first.request_id}
    return Refusal(409, "The retry key is already accepted", headers=headers, extra=extra).answer()


def _remember(channel: Channel, request: Request, accepted: Accepted) -> None:
    key = request.headers.get(RETRY_KEY)
    if key is not None:
        channel.retry_keys.accept(request.path + key.lower(), accepted)
