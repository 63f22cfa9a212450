"""A list shown to staff: which of it is meant, and the way back from it."""

from handlers.heard import Kind
from handlers.messages.values import Act, Choice
from handlers.talk import Talk
from handlers.texts import say


def listed(talk: Talk, key: str) -> int | None:
    """Return what is meant: by its button, by its number in the list shown (the memo's ``key``), or the only one."""
    said = talk.order.number if talk.order else None
    if talk.heard.kind == Kind.POSTBACK:
        return said
    shown: list[int] = talk.place.memo.get(key) or []
    if said is None:
        return shown[0] if len(shown) == 1 else None
    return shown[said - 1] if 0 < said <= len(shown) else None


def desk() -> Choice:
    """Return the button back to the desk."""
    return Choice(say("label.menu"), Act("desk"))
