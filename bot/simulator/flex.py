"""What LINE refuses in a Flex container beyond what its SDK checks (REF Flex Message)."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from bot.simulator.actions import action_problems, text_problems, url_problems
from bot.simulator.problem import EMPTY, Problem, too_long
from handlers.messages import limits

Json = dict[str, Any]

_IN_BOXES = frozenset({"box", "button", "filler", "image", "separator", "text"})
CHILDREN = {
    "horizontal": _IN_BOXES,
    "vertical": _IN_BOXES,
    "baseline": frozenset({"icon", "text", "filler"}),
}
HEROES = frozenset({"box", "image", "video"})

_PX = r"\d+(\.\d+)?px"
_PERCENT = r"\d+(\.\d+)?%"
_KEYWORD = "none|xs|sm|md|lg|xl|xxl"
_TEXT_SIZE = "xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl"
_GAP = re.compile(f"{_KEYWORD}|{_PX}")
_OFFSET = re.compile(rf"{_KEYWORD}|-?{_PX}|-?{_PERCENT}")
_PADDING = re.compile(f"{_KEYWORD}|{_PX}|{_PERCENT}")
_LENGTH = re.compile(f"{_PX}|{_PERCENT}")
_COLOUR = re.compile("#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")

# Values that the SDK takes as any string; LINE does not.
PATTERNS = {
    **dict.fromkeys(("margin", "spacing", "cornerRadius"), _GAP),
    **dict.fromkeys(("offsetTop", "offsetBottom", "offsetStart", "offsetEnd"), _OFFSET),
    **dict.fromkeys(("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd"), _PADDING),
    **dict.fromkeys(("width", "maxWidth", "maxHeight"), _LENGTH),
    **dict.fromkeys(
        ("color", "backgroundColor", "borderColor", "separatorColor", "startColor", "endColor", "centerColor"), _COLOUR
    ),
    "borderWidth": re.compile(f"none|light|normal|medium|semi-bold|bold|{_PX}"),
    "lineSpacing": re.compile(_PX),
    "aspectRatio": re.compile(r"\d+(\.\d+)?:\d+(\.\d+)?"),
    "adjustMode": re.compile("shrink-to-fit"),  # the SDK takes any part of the word
    "angle": re.compile(r"\d+(\.\d+)?deg"),
}
SIZES = {
    "text": re.compile(f"{_TEXT_SIZE}|{_PX}"),
    "span": re.compile(f"{_TEXT_SIZE}|{_PX}"),
    "icon": re.compile(f"{_TEXT_SIZE}|{_PX}"),
    "image": re.compile(f"{_TEXT_SIZE}|full|{_PX}|{_PERCENT}"),
}


def container_problems(container: Any, where: str) -> Iterator[Problem]:
    """Yield what is wrong with a bubble or a carousel."""
    match container:
        case {"type": "bubble"}:
            yield from bubble_problems(container, where)
        case {"type": "carousel"}:
            yield from _carousel(container, where)
        case _:
            yield Problem(where, "Must be a bubble or a carousel")


def bubble_problems(bubble: Json, where: str) -> Iterator[Problem]:
    """Yield what is wrong with one bubble."""
    yield from _weight(bubble, where, limits.BUBBLE_BYTES)
    blocks = [name for name in ("header", "hero", "body", "footer") if name in bubble]
    if not blocks:
        yield Problem(where, "a bubble needs a header, hero, body or footer")
    for name in blocks:
        allowed = HEROES if name == "hero" else frozenset({"box"})
        yield from _component(bubble[name], f"{where}.{name}", allowed)
    for name, style in (bubble.get("styles") or {}).items():
        yield from _patterns(style, f"{where}.styles.{name}")
    yield from _action(bubble, where, label_needed=False)


def size_of(node: Json) -> int:
    """Return the bytes of a container as the SDK sends it: JSON with Thai letters escaped."""
    return len(json.dumps(node))


def _weight(node: Json, where: str, most: int) -> Iterator[Problem]:
    # LINE does not say whether it counts the escaped bytes; they are the larger number.
    if size_of(node) > most:
        yield Problem(where, f"{size_of(node)} bytes of JSON, at most {most} are allowed")


def _carousel(carousel: Json, where: str) -> Iterator[Problem]:
    yield from _weight(carousel, where, limits.CAROUSEL_BYTES)
    bubbles = carousel.get("contents") or []
    if not 1 <= len(bubbles) <= limits.CAROUSEL_BUBBLES:
        yield Problem(f"{where}.contents", too_long(limits.CAROUSEL_BUBBLES, 1))
    if len({bubble.get("size", "mega") for bubble in bubbles}) > 1:
        yield Problem(f"{where}.contents", "all bubbles of a carousel must have one size")
    for index, bubble in enumerate(bubbles):
        yield from bubble_problems(bubble, f"{where}.contents[{index}]")


def _component(node: Any, where: str, allowed: frozenset[str]) -> Iterator[Problem]:
    if not isinstance(node, dict) or node.get("type") not in allowed:
        kind = node.get("type") if isinstance(node, dict) else node
        yield Problem(f"{where}.type", f"no component {kind!r} here, only {', '.join(sorted(allowed))}")
        return
    yield from _patterns(node, where)
    yield from _BY_KIND.get(node["type"], _plain)(node, where)


def _patterns(node: Json, where: str) -> Iterator[Problem]:
    for key, value in node.items():
        pattern = SIZES.get(node.get("type", "")) if key == "size" else PATTERNS.get(key)
        if key == "height" and node.get("type") == "box":
            pattern = _LENGTH
        if pattern and not (isinstance(value, str) and pattern.fullmatch(value)):
            yield Problem(f"{where}.{key}", f"invalid property: {value!r}")
        if key in ("flex", "maxLines") and value < 0:
            yield Problem(f"{where}.{key}", "may not be negative")


def _plain(node: Json, where: str) -> Iterator[Problem]:
    yield from _action(node, where, label_needed=False)


def _action(node: Json, where: str, *, label_needed: bool) -> Iterator[Problem]:
    if "action" in node or label_needed:
        place = f"{where}.action"
        limit = limits.FLEX_LABEL_GRAPHEMES
        yield from action_problems(node.get("action"), place, limit, "Flex message", label_needed=label_needed)


def _box(node: Json, where: str) -> Iterator[Problem]:
    yield from _plain(node, where)
    yield from _patterns(node.get("background") or {}, f"{where}.background")
    allowed = CHILDREN.get(node.get("layout", ""), frozenset())
    for index, child in enumerate(node.get("contents") or []):
        yield from _component(child, f"{where}.contents[{index}]", allowed)


def _button(node: Json, where: str) -> Iterator[Problem]:
    yield from _action(node, where, label_needed=True)


def _text(node: Json, where: str) -> Iterator[Problem]:
    yield from _plain(node, where)
    spans = node.get("contents") or []
    if not spans and not (isinstance(node.get("text"), str) and node["text"]):
        yield Problem(f"{where}.text", EMPTY)
    for index, span in enumerate(spans):
        yield from _component(span, f"{where}.contents[{index}]", frozenset({"span"}))


def _span(node: Json, where: str) -> Iterator[Problem]:
    if not node.get("text"):
        yield Problem(f"{where}.text", EMPTY)


def _picture(node: Json, where: str) -> Iterator[Problem]:
    yield from url_problems(node, "url", where)
    yield from _plain(node, where)


def _video(node: Json, where: str) -> Iterator[Problem]:
    yield from url_problems(node, "url", where)
    yield from url_problems(node, "previewUrl", where)
    yield from text_problems(node, "aspectRatio", where, 100, len, needed=False)
    yield from _component(node.get("altContent"), f"{where}.altContent", frozenset({"box", "image"}))


_BY_KIND: dict[str, Callable[[Json, str], Iterator[Problem]]] = {
    "box": _box,
    "button": _button,
    "text": _text,
    "span": _span,
    "image": _picture,
    "icon": _picture,
    "video": _video,
}
