"""From our values to LINE-shaped JSON; every limit of the platform is kept here (limits.py holds the numbers)."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import regex

from handlers.messages import limits
from handlers.messages.values import Act, Choice, Message, Pick, Say
from handlers.texts import say

_CLUSTERS = regex.compile(r"\X")
_SINGLE = re.compile("(?s).")


def to_line(said: Sequence[Message]) -> tuple[list[dict[str, Any]], list[list[Any] | None]]:
    """Return the LINE-shaped messages of one call, and for each the [report, question] it speaks of or None.

    Long words become several bubbles; what is too long for one call ends with how to see the rest.
    Quick replies hang on the last bubble, where LINE shows them.
    """
    messages: list[dict[str, Any]] = []
    about: list[list[Any] | None] = []
    said = _few(said)
    for one, bubbles in zip(said, _fitting(said), strict=True):
        messages += bubbles
        about += [list(one.about) if one.about else None] * len(bubbles)
    if said and said[-1].choices:
        messages[-1]["quickReply"] = {"items": [_quick(choice) for choice in said[-1].choices[: limits.QUICK_REPLIES]]}
    return messages, about


def _few(said: Sequence[Message]) -> Sequence[Message]:
    """Return as many messages as a call may have; where there are more, the last says so and keeps the buttons."""
    most = limits.MESSAGES_PER_REQUEST
    return said if len(said) <= most else [*said[: most - 1], Say(say("more.anything"), said[-1].choices)]


def _fitting(said: Sequence[Message]) -> list[list[dict[str, Any]]]:
    """Return the bubbles of each message, the longest words shortened until all fit into one call."""
    made = [_bubbles(one) for one in said]
    while (over := sum(map(len, made)) - limits.MESSAGES_PER_REQUEST) > 0:
        longest = max(range(len(made)), key=lambda number: len(made[number]))
        made[longest] = _bubbles(said[longest], max(1, len(made[longest]) - over))
    return made


def _bubbles(one: Message, most: int | None = None) -> list[dict[str, Any]]:
    if isinstance(one, Say):
        text = one.text if most is None else fit(one.text, most, say("more.anything"))
        return [{"type": "text", "text": chunk} for chunk in chunks(text, limits.TEXT_UNITS)]
    return [{"type": "flex", "altText": clip(one.alt, limits.ALT_TEXT_UNITS), "contents": one.contents}]


def _quick(choice: Choice) -> dict[str, Any]:
    return {"type": "action", "action": action(choice, limits.QUICK_REPLY_LABEL_GRAPHEMES)}


def action(choice: Choice, label: int) -> dict[str, Any]:
    """Return the action of a button whose label may have ``label`` graphemes: a postback, or the date picker."""
    if choice.pick is not None:
        return _picker(choice, choice.pick, label)
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


def _picker(choice: Choice, pick: Pick, label: int) -> dict[str, Any]:
    """Return a date picker (REF Datetime picker action); its days are Gregorian, whatever calendar the phone shows."""
    days = {"initial": pick.initial, "min": pick.first, "max": pick.last}
    return {
        "type": "datetimepicker",
        "label": shorten(choice.label, label),
        "data": choice.act.data(),
        "mode": "date",
        **{name: when.isoformat() for name, when in days.items()},
    }


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
    return _take(_CLUSTERS.finditer(text), most - 1).rstrip() + "…"


def fit(text: str, bubbles: int, more: str) -> str:
    """Return a text that fits into so many bubbles; a longer one ends early, with ``more``: how to see the rest."""
    pieces = _pieces(text, limits.TEXT_UNITS)
    if len(pieces) <= bubbles:
        return text
    room = limits.TEXT_UNITS - limits.units(more) - len("…\n\n")
    last = _take(_CLUSTERS.finditer(pieces[bubbles - 1]), room)
    return "".join(pieces[: bubbles - 1]) + last.rstrip() + "…\n\n" + more


def chunks(text: str, most: int) -> list[str]:
    """Split a text into pieces of at most ``most`` UTF-16 units, at a line's end or a space where there is one."""
    *pieces, last = _pieces(text, most)
    return [piece for piece in [*map(str.rstrip, pieces), last] if piece.strip()] or [text]


def _pieces(text: str, most: int) -> list[str]:
    """Split a text as ``chunks`` does; together the pieces are the text."""
    pieces = []
    while len(text) * 2 > most and limits.units(text) > most:
        head = _take(_CLUSTERS.finditer(text), most)
        head = head or _take(_SINGLE.finditer(text), most)  # a letter with thousands of marks is one cluster
        cut = max(head.rfind("\n"), head.rfind(" "))
        cut = cut + 1 if cut > len(head) // 2 else len(head)
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text]


def _take(found: Iterable[Any], most: int) -> str:
    """Return what of these matches fits into ``most`` UTF-16 units."""
    taken, size = [], 0
    for match in found:
        cluster = match[0]
        size += len(cluster) if max(cluster) <= "\uffff" else limits.units(cluster)
        if size > most:
            break
        taken.append(cluster)
    return "".join(taken)


def button(label: str, act: Act, *, primary: bool = False, fill: str | None = None) -> dict[str, Any]:
    """Return a Flex button."""
    choice = Choice(label, act, fill=fill)
    made = {"type": "button", "style": "primary" if primary else "link", "height": "sm"}
    if primary:
        made["color"] = "#0B6E4F"
    return made | {"action": action(choice, limits.FLEX_LABEL_GRAPHEMES)}
