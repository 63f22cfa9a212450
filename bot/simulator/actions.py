"""What LINE refuses in an action (REF Action objects)."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from bot.simulator.problem import EMPTY, Problem, too_long
from handlers.messages import limits

Json = dict[str, Any]

EVERYWHERE = frozenset({"postback", "message", "uri", "datetimepicker", "clipboard"})
ALLOWED = {
    "quick reply": EVERYWHERE | {"camera", "cameraRoll", "location"},
    "rich menu": EVERYWHERE | {"richmenuswitch"},
}
_PICKED = {
    "date": re.compile(r"(\d{4})-\d\d-\d\d\Z"),
    "time": re.compile(r"()\d\d:\d\d\Z"),
    "datetime": re.compile(r"(\d{4})-\d\d-\d\d[Tt]\d\d:\d\d\Z"),
}


def action_problems(
    action: Any, where: str, label_limit: int, place: str = "", *, label_needed: bool = False
) -> Iterator[Problem]:
    """Yield what is wrong with an action. place: "quick reply", "rich menu", or any other; label_limit in graphemes."""
    if not isinstance(action, dict):
        yield Problem(where, EMPTY)
        return
    kind = action.get("type")
    if kind not in ALLOWED.get(place, EVERYWHERE):
        yield Problem(f"{where}.type", f"no action {kind!r} in a {place or 'message'}")
        return
    yield from _label(action, where, label_limit, label_needed)
    yield from _BY_KIND.get(str(kind), _nothing)(action, where)


def text_problems(
    node: Json, key: str, where: str, most: int, count: Callable[[str], int], *, needed: bool = True
) -> Iterator[Problem]:
    """Yield what is wrong with the length of a text, counted in units or graphemes."""
    text = node.get(key)
    if text is None and not needed:
        return
    if not isinstance(text, str) or not text.strip():
        yield Problem(f"{where}.{key}", EMPTY)
    elif count(text) > most:
        yield Problem(f"{where}.{key}", too_long(most))


def url_problems(node: Json, key: str, where: str, *, needed: bool = True) -> Iterator[Problem]:
    """Yield what is wrong with the address of a picture, sound or video: HTTPS, at most 2000 characters."""
    yield from text_problems(node, key, where, limits.MEDIA_URL_UNITS, limits.units, needed=needed)
    if isinstance(node.get(key), str) and not node[key].startswith("https://"):
        yield Problem(f"{where}.{key}", "invalid uri scheme: https is needed")


def _label(action: Json, where: str, most: int, needed: bool) -> Iterator[Problem]:
    yield from text_problems(action, "label", where, most, limits.graphemes, needed=needed)


def _nothing(action: Json, where: str) -> Iterator[Problem]:
    return iter(())


def _postback(action: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(action, "data", where, limits.POSTBACK_DATA_UNITS, limits.units)
    for key, most in (
        ("displayText", limits.DISPLAY_TEXT_GRAPHEMES),
        ("text", limits.MESSAGE_ACTION_TEXT_GRAPHEMES),
        ("fillInText", limits.FILL_IN_TEXT_GRAPHEMES),
    ):
        yield from text_problems(action, key, where, most, limits.graphemes, needed=False)
    if "fillInText" in action and action.get("inputOption") != "openKeyboard":
        yield Problem(f"{where}.fillInText", "only together with inputOption openKeyboard")
    if "displayText" in action and "text" in action:
        yield Problem(f"{where}.text", "not together with displayText")


def _message(action: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(action, "text", where, limits.MESSAGE_ACTION_TEXT_GRAPHEMES, limits.graphemes)


def _uri(action: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(action, "uri", where, limits.URI_UNITS, limits.units)
    if isinstance(action.get("uri"), str):
        parts = urlsplit(action["uri"])
        if parts.scheme not in limits.URI_SCHEMES or " " in action["uri"]:
            yield Problem(f"{where}.uri", "invalid uri scheme")


def _clipboard(action: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(action, "clipboardText", where, limits.CLIPBOARD_UNITS, limits.units)


def _picker(action: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(action, "data", where, limits.POSTBACK_DATA_UNITS, limits.units)
    pattern = _PICKED.get(str(action.get("mode")))
    if pattern is None:
        yield Problem(f"{where}.mode", "Must be one of date, time, datetime")
        return
    for key in ("initial", "min", "max"):
        match = pattern.match(str(action.get(key)))
        if key in action and not match:
            yield Problem(f"{where}.{key}", f"no {action['mode']}")
        elif match and match[1] and not limits.PICKER_FIRST_YEAR <= int(match[1]) <= limits.PICKER_LAST_YEAR:
            yield Problem(f"{where}.{key}", "year out of range (Gregorian)")


def _switch(action: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(action, "data", where, limits.POSTBACK_DATA_UNITS, limits.units)
    if not re.fullmatch(r"[a-z0-9_-]{1,32}", str(action.get("richMenuAliasId", ""))):
        yield Problem(f"{where}.richMenuAliasId", "no alias id")


_BY_KIND: dict[str, Callable[[Json, str], Iterator[Problem]]] = {
    "postback": _postback,
    "message": _message,
    "uri": _uri,
    "clipboard": _clipboard,
    "datetimepicker": _picker,
    "richmenuswitch": _switch,
}
