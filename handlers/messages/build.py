"""From our values to LINE-shaped JSON; every limit of the platform is kept here (limits.py holds the numbers)."""

from collections.abc import Iterable, Sequence
from typing import Any

import regex

from handlers.messages import limits
from handlers.messages.values import Act, Choice, Message, Say

_CLUSTERS = regex.compile(r"\X")


def to_line(said: Sequence[Message]) -> tuple[list[dict[str, Any]], list[list[Any] | None]]:
    """Return LINE-shaped messages, and for each the [report, question] it speaks of or None.

    Long words become several bubbles. Quick replies hang on the last bubble, where LINE shows them.
    """
    messages: list[dict[str, Any]] = []
    about: list[list[Any] | None] = []
    for one in said:
        bubbles = _bubbles(one)
        messages += bubbles
        about += [list(one.about) if one.about else None] * len(bubbles)
    if said and said[-1].choices:
        messages[-1]["quickReply"] = {"items": [_quick(choice) for choice in said[-1].choices[: limits.QUICK_REPLIES]]}
    return messages, about


def _bubbles(one: Message) -> list[dict[str, Any]]:
    if isinstance(one, Say):
        return [{"type": "text", "text": chunk} for chunk in chunks(one.text, limits.TEXT_UNITS)]
    return [{"type": "flex", "altText": clip(one.alt, limits.ALT_TEXT_UNITS), "contents": one.contents}]


def _quick(choice: Choice) -> dict[str, Any]:
    return {"type": "action", "action": action(choice, limits.QUICK_REPLY_LABEL_GRAPHEMES)}


def action(choice: Choice, label: int) -> dict[str, Any]:
    """Return the postback action of a button whose label may have ``label`` graphemes."""
    made = {
        "type": "postback",
        "label": shorten(choice.label, label),
        "data": choice.act.data(),
        "displayText": shorten(choice.word or choice.label, limits.DISPLAY_TEXT_GRAPHEMES),
    }
    if choice.fill and fits_keyboard(choice.fill):
        made["inputOption"] = "openKeyboard"
        made["fillInText"] = choice.fill
    return made


def fits_keyboard(text: str) -> bool:
    """Tell whether words fit the keyboard that a button opens (REF Postback action, fillInText)."""
    return len(_CLUSTERS.findall(text)) <= limits.FILL_IN_TEXT_GRAPHEMES


def shorten(text: str, most: int) -> str:
    """Return at most ``most`` graphemes of a text, an ellipsis as the last where something was left out."""
    if len(text) <= most:  # never fewer code points than graphemes
        return text
    clusters = _CLUSTERS.findall(text)
    return text if len(clusters) <= most else "".join(clusters[: most - 1]).rstrip() + "…"


def clip(text: str, most: int) -> str:
    """Return at most ``most`` UTF-16 units of a text, an ellipsis as the last where something was left out."""
    if len(text) * 2 <= most or limits.units(text) <= most:
        return text
    return _take(_CLUSTERS.findall(text), most - 1)[0].rstrip() + "…"


def chunks(text: str, most: int) -> list[str]:
    """Split a text into pieces of at most ``most`` UTF-16 units, at a line's end or a space where there is one."""
    pieces = []
    while len(text) * 2 > most and limits.units(text) > most:
        head, _ = _take(_CLUSTERS.findall(text), most)
        cut = max(head.rfind("\n"), head.rfind(" "))
        cut = cut + 1 if cut > len(head) // 2 else len(head)
        pieces.append(text[:cut].rstrip() or text[:cut])
        text = text[cut:]
    return [*pieces, text]


def _take(clusters: Iterable[str], most: int) -> tuple[str, int]:
    taken, size = [], 0
    for cluster in clusters:
        size += limits.units(cluster)
        if size > most:
            break
        taken.append(cluster)
    return "".join(taken), size


def button(label: str, act: Act, *, primary: bool = False, fill: str | None = None) -> dict[str, Any]:
    """Return a Flex button."""
    choice = Choice(label, act, fill=fill)
    made = {"type": "button", "style": "primary" if primary else "link", "height": "sm"}
    if primary:
        made["color"] = "#0B6E4F"
    return made | {"action": action(choice, limits.FLEX_LABEL_GRAPHEMES)}
