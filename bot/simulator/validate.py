"""What LINE would refuse in outgoing messages: the SDK's own models, and every limit that they do not check."""

from collections.abc import Callable, Iterator
from typing import Any

from linebot.v3.messaging.models import Message

from bot.simulator.actions import action_problems, text_problems, url_problems
from bot.simulator.flex import container_problems
from bot.simulator.problem import EMPTY, Problem, too_long
from bot.simulator.templates import template_problems
from handlers.messages import limits

__all__ = ["Problem", "check", "find_problems"]

Json = dict[str, Any]


def check(messages: list[Json]) -> list[str]:
    """Return what LINE would refuse in the messages of one request, as sentences; empty where all is well."""
    return [str(problem) for problem in find_problems(messages)]


def find_problems(messages: Any) -> list[Problem]:
    """Return what LINE would refuse in the messages of one request, with the place of each."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= limits.MESSAGES_PER_REQUEST:
        return [Problem("messages", too_long(limits.MESSAGES_PER_REQUEST, 1))]
    return [problem for index, message in enumerate(messages) for problem in _message(message, f"messages[{index}]")]


def _message(message: Any, where: str) -> list[Problem]:
    if not isinstance(message, dict) or message.get("type") not in _BY_KIND:
        kind = message.get("type") if isinstance(message, dict) else message
        return [Problem(f"{where}.type", f"Must be one of the following values: {', '.join(_BY_KIND)}; not {kind!r}")]
    lost = list(_through_sdk(message, where))
    try:
        return lost + list(_limits(message, where))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # Malformed so that not even the limits can be read; the SDK has said so already, or must not be trusted alone.
        return lost or [Problem(where, f"malformed: {error!r}")]


def _through_sdk(message: Json, where: str) -> Iterator[Problem]:
    """Yield what the SDK's models refuse, or lose without a word on the way to LINE."""
    try:
        sent = Message.from_dict(message).to_dict()
    except Exception as error:  # noqa: BLE001 — pydantic's, KeyError, AttributeError: whatever it is, LINE never sees it
        yield Problem(where, f"the SDK refuses it: {' '.join(str(error).split())}")
    else:
        yield from _lost(message, sent, where)


def _lost(given: Any, sent: Any, where: str) -> Iterator[Problem]:
    if isinstance(given, dict) and isinstance(sent, dict):
        for key, value in given.items():
            if key not in sent:
                yield Problem(f"{where}.{key}", "no property of LINE's, it is not sent")
            else:
                yield from _lost(value, sent[key], f"{where}.{key}")
    elif isinstance(given, list) and isinstance(sent, list) and len(given) == len(sent):
        for index, pair in enumerate(zip(given, sent, strict=True)):
            yield from _lost(*pair, f"{where}[{index}]")
    elif given != sent:
        yield Problem(where, f"{given!r} is sent as {sent!r}")


def _limits(message: Json, where: str) -> Iterator[Problem]:
    yield from _BY_KIND[message["type"]](message, where)
    yield from _quick_reply(message, where)
    yield from _sender(message.get("sender") or {}, f"{where}.sender")


def _quick_reply(message: Json, where: str) -> Iterator[Problem]:
    if "quickReply" not in message:
        return
    items = message["quickReply"].get("items") or []
    if not 1 <= len(items) <= limits.QUICK_REPLIES:
        yield Problem(f"{where}.quickReply.items", too_long(limits.QUICK_REPLIES, 1))
    for index, item in enumerate(items):
        place, most = f"{where}.quickReply.items[{index}]", limits.QUICK_REPLY_LABEL_GRAPHEMES
        if item.get("type") != "action":
            yield Problem(f"{place}.type", "Must be action")
        yield from action_problems(item.get("action"), f"{place}.action", most, "quick reply", label_needed=True)
        yield from url_problems(item, "imageUrl", place, needed=False)


def _sender(sender: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(sender, "name", where, limits.SENDER_NAME_UNITS, limits.units, needed=False)
    yield from url_problems(sender, "iconUrl", where, needed=False)
    if "line" in str(sender.get("name", "")).lower():
        yield Problem(f"{where}.name", "some words, such as LINE, may not be used")


def _text(message: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(message, "text", where, limits.TEXT_UNITS, limits.units)
    emojis = message.get("emojis") or []
    if len(emojis) > limits.EMOJIS:
        yield Problem(f"{where}.emojis", too_long(limits.EMOJIS))
    for index, emoji in enumerate(emojis):
        if message["text"].encode("utf-16-le")[2 * emoji["index"] :][:2] != b"$\0":
            yield Problem(f"{where}.emojis[{index}].index", "there must be a $ in the text at this place")


def _text_v2(message: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(message, "text", where, limits.TEXT_UNITS, limits.units)
    substitutions = message.get("substitution") or {}
    kinds = [value["type"] for value in substitutions.values()]
    if len(kinds) > limits.SUBSTITUTIONS:
        yield Problem(f"{where}.substitution", too_long(limits.SUBSTITUTIONS))
    for kind, most in (("mention", limits.MENTIONS), ("emoji", limits.EMOJIS)):
        if kinds.count(kind) > most:
            yield Problem(f"{where}.substitution", f"{too_long(most)} of type {kind}")
    for key in substitutions:
        if "{" + key + "}" not in message["text"]:
            yield Problem(f"{where}.substitution.{key}", "is not in the text")


def _alt_text(message: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(message, "altText", where, limits.ALT_TEXT_UNITS, limits.units)


def _flex(message: Json, where: str) -> Iterator[Problem]:
    yield from _alt_text(message, where)
    yield from container_problems(message.get("contents"), f"{where}.contents")


def _template(message: Json, where: str) -> Iterator[Problem]:
    yield from _alt_text(message, where)
    yield from template_problems(message.get("template"), f"{where}.template")


def _picture(message: Json, where: str) -> Iterator[Problem]:
    yield from url_problems(message, "originalContentUrl", where)
    yield from url_problems(message, "previewImageUrl", where)


def _audio(message: Json, where: str) -> Iterator[Problem]:
    yield from url_problems(message, "originalContentUrl", where)
    if not message.get("duration", 0) > 0:
        yield Problem(f"{where}.duration", EMPTY)


def _sticker(message: Json, where: str) -> Iterator[Problem]:
    for key in ("packageId", "stickerId"):
        if not str(message.get(key, "")).isdecimal():
            yield Problem(f"{where}.{key}", EMPTY)


def _location(message: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(message, "title", where, limits.LOCATION_TITLE_UNITS, limits.units)
    yield from text_problems(message, "address", where, limits.LOCATION_ADDRESS_UNITS, limits.units)


def _imagemap(message: Json, where: str) -> Iterator[Problem]:
    yield from _alt_text(message, where)
    yield from url_problems(message, "baseUrl", where)
    if message["baseSize"]["width"] != limits.IMAGEMAP_BASE_WIDTH:
        yield Problem(f"{where}.baseSize.width", f"Must be {limits.IMAGEMAP_BASE_WIDTH}")
    if not 1 <= len(message["actions"]) <= limits.IMAGEMAP_ACTIONS:
        yield Problem(f"{where}.actions", too_long(limits.IMAGEMAP_ACTIONS, 1))


def _coupon(message: Json, where: str) -> Iterator[Problem]:
    return iter(())


_BY_KIND: dict[str, Callable[[Json, str], Iterator[Problem]]] = {
    "text": _text,
    "textV2": _text_v2,
    "sticker": _sticker,
    "image": _picture,
    "video": _picture,
    "audio": _audio,
    "location": _location,
    "imagemap": _imagemap,
    "template": _template,
    "flex": _flex,
    "coupon": _coupon,
}
