"""Reading a LINE message as a person does: its words and its buttons."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

# Quick replies that stay after a tap (DOC Use quick replies).
STAYING = frozenset({"camera", "cameraRoll", "location", "datetimepicker"})
_ACTIONS = STAYING | {"postback", "message", "uri", "clipboard", "richmenuswitch"}


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap: its action, what is written on it, and whether it is a quick reply."""

    label: str
    action: Json
    quick: bool = False

    def names(self) -> tuple[str, ...]:
        """Return all words by which a person may mean this button."""
        shown = (self.action.get("displayText"), self.action.get("text"))
        return tuple(word for word in (self.label, *shown) if word)


def words_of(message: Json, *, alt: bool = True, buttons: bool = True) -> str:
    """Return everything that can be read in a message, a line each: texts, labels, and what stands in for Flex."""
    lines = [message["text"]] if "text" in message else []
    if alt and "altText" in message:
        lines.append(message["altText"])
    lines += _texts(message.get("contents") or message.get("template") or {}, buttons)
    if buttons:
        lines += [button.label for button in quick_replies_of(message)]
    return "\n".join(lines)


def buttons_of(message: Json) -> list[Button]:
    """Return the buttons inside a bubble, without its quick replies."""
    return [*_buttons(message.get("contents") or {}), *_buttons(message.get("template") or {})]


def quick_replies_of(message: Json) -> list[Button]:
    """Return the quick replies below a message."""
    items = message.get("quickReply", {}).get("items", [])
    return [Button(item["action"].get("label", ""), item["action"], quick=True) for item in items]


def _texts(node: Json, buttons: bool) -> list[str]:
    own = [node[key] for key in ("title", "text") if isinstance(node.get(key), str)]
    lines = [text for text in own if node.get("type") not in _ACTIONS]
    if buttons and node.get("type") in _ACTIONS and "label" in node:
        lines.append(node["label"])
    for key, value in node.items():
        for child in _dicts(value) if key != "quickReply" else ():
            lines += _texts(child, buttons)
    return lines


def _buttons(node: Json) -> list[Button]:
    found = []
    if isinstance(node.get("action"), dict):
        label = node["action"].get("label") or " ".join(_texts(node, False))
        found.append(Button(label, node["action"]))
    found += [Button(action.get("label", ""), action) for action in node.get("actions", ())]
    for key, value in node.items():
        for child in _dicts(value) if key not in ("action", "actions") else ():
            found += _buttons(child)
    return found


def _dicts(value: Any) -> list[Json]:
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return []
