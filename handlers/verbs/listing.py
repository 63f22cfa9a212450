"""A list shown to staff: which of it is meant, and the way back from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from handlers import audit
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say

One = TypeVar("One")


def listed(talk: Talk, key: str) -> int | None:
    """Return what is meant: by its button, by its number in the list shown (the memo's ``key``), or the only one."""
    said = talk.order.number if talk.order else None
    if talk.heard.kind == Kind.POSTBACK:
        return said
    shown: list[int] = talk.place.memo.get(key) or []
    if said is None:
        return shown[0] if len(shown) == 1 else None
    return shown[said - 1] if 0 < said <= len(shown) else None


@dataclass(frozen=True, slots=True)
class Board(Generic[One]):
    """A list in one's scope, of which one is meant by a button or a number.

    kind: how refusals are noted; the list is ``kind`` with an s in the memo. which, foreign: what is said where none is
    meant, or one out of scope. find: returns what has a number, None where it is not within the scope. show: returns
    the list, with words before it.
    """

    kind: str
    which: str
    foreign: str
    find: Callable[[Talk, int], One | None]
    show: Callable[[Talk, str], Say]

    def meant(self, talk: Talk) -> One | Turn:
        """Return what is meant; what to say where that is nothing."""
        number = listed(talk, f"{self.kind}s")
        if number is None:
            return turn(self.show(talk, say(self.which) if talk.place.memo.get(f"{self.kind}s") else ""))
        return self.found(talk, number)

    def found(self, talk: Talk, number: int) -> One | Turn:
        """Return what has this number; one that is not within the scope is refused and audited."""
        one = self.find(talk, number)
        if one is None:
            known: dict[str, str | int | None] = {"why": self.kind, self.kind: number}
            audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, **known)
            return turn(self.show(talk, say(self.foreign)))
        return one


def desk() -> Choice:
    """Return the button back to the desk."""
    return Choice(say("label.menu"), Act("desk"))
