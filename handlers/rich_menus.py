"""Rich menus, the pictures with buttons below the chat: which there are, and which one a person is to see.

A menu is named by the hat it is for and by what waits for the person: "director", "director+meetings+report". It is the
free way to be seen: another menu costs nothing, and LINE shows it at once. A tap does what a typed word does, at any
moment, and is never taken for an answer (``step_heard``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from handlers import texts
from handlers.heard import Heard, Kind
from handlers.messages import limits
from handlers.messages.build import shorten
from handlers.messages.values import Act
from handlers.standing import HOME
from models.people import WRITERS, Role

GUEST = "guest"
"""The menu of all who have none of their own."""
WIDTH = 2500
TALL, LOW = 1686, 843
"""Pixels, as LINE's guide has them for two rows and for one."""
_ROW = 3  # areas side by side
HATS: dict[str, str] = {
    **dict.fromkeys(WRITERS, "director"),
    Role.VERIFIER: "verifier",
    Role.COORDINATOR: "coordinator",
    Role.VIEWER: "viewer",
}
"""The menu of each role; an operator has nothing to tap and sees what guests see."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a menu that can be tapped. label: what is drawn, by lines; waits: what may wait for a person there."""

    do: str
    icon: str
    label: tuple[str, ...]
    word: str
    waits: str | None
    instead: tuple[str, str] | None  # what a tap does and says while something waits, where that is something else

    def tap(self, *, waiting: bool) -> tuple[str, str]:
        """Return what a tap does, and the word that is shown as said."""
        return self.instead if waiting and self.instead else (self.do, self.word)


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu. waiting: what waits in it."""

    hat: str
    waiting: frozenset[str]
    areas: tuple[Area, ...]
    color: str

    @property
    def name(self) -> str:
        """Return what the menu is called: its hat, and what waits."""
        return name_of(self.hat, self.waiting)

    @property
    def columns(self) -> int:
        """Return how many areas stand side by side."""
        return min(_ROW, len(self.areas))

    @property
    def height(self) -> int:
        """Return the picture's height in pixels; it is WIDTH wide."""
        return TALL if len(self.areas) > _ROW else LOW

    def drawing(self) -> dict[str, Any]:
        """Return what ``bot/rich_menu.typ`` draws."""
        areas = [{"icon": one.icon, "label": one.label, "waits": one.waits in self.waiting} for one in self.areas]
        size = {"width": WIDTH, "height": self.height, "columns": self.columns}
        return size | {"color": self.color, "badge": _data()["badge"], "areas": areas}

    def to_line(self, title: str) -> dict[str, Any]:
        """Return the menu as LINE takes it (REF Rich menu object). title: seen by nobody but us."""
        return {
            "size": {"width": WIDTH, "height": self.height},
            "selected": bool(self.waiting) or self.hat == GUEST,
            "name": title,
            "chatBarText": _data()["bar_waiting" if self.waiting else "bar"],
            "areas": [
                {"bounds": self._bounds(place), "action": _action(one, waiting=one.waits in self.waiting)}
                for place, one in enumerate(self.areas)
            ],
        }

    def _bounds(self, place: int) -> dict[str, int]:
        rows = -(-len(self.areas) // self.columns)
        row, column = divmod(place, self.columns)
        left, right = (WIDTH * edge // self.columns for edge in (column, column + 1))
        top, bottom = (self.height * edge // rows for edge in (row, row + 1))
        return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def _action(one: Area, *, waiting: bool) -> dict[str, str]:
    """Return an area's postback; the menu folds away, so that the answer can be seen."""
    do, word = one.tap(waiting=waiting)
    return {
        "type": "postback",
        "label": shorten(word, limits.RICH_MENU_LABEL_GRAPHEMES),
        "data": Act(do).data(),
        "displayText": word,
        "inputOption": "closeRichMenu",
    }


def name_of(hat: str, waiting: Collection[str] = ()) -> str:
    """Return the name of a hat's menu with these things waiting."""
    return "+".join([hat, *sorted(waiting)])


@cache
def menus() -> dict[str, Menu]:
    """Return every menu by its name: of each hat one for each set of things that may wait."""
    made = [menu for hat, data in _data()["roles"].items() for menu in _of_hat(hat, data)]
    return {menu.name: menu for menu in made}


def _of_hat(hat: str, data: dict[str, Any]) -> Iterable[Menu]:
    areas = tuple(_areas_of(data))
    may_wait = [one.waits for one in areas if one.waits]
    for number in range(len(may_wait) + 1):
        for waiting in combinations(may_wait, number):
            yield Menu(hat, frozenset(waiting), areas, data["color"])


def _areas_of(data: dict[str, Any]) -> Iterable[Area]:
    for one in data["areas"]:
        other = one.get("instead")
        instead = (other["do"], other["word"]) if other else None
        yield Area(one["do"], one["icon"], tuple(one["label"]), one["word"], one.get("waits"), instead)


def wanted(hat: str | None, waiting: Iterable[str]) -> str | None:
    """Return the name of the menu for who wears a hat while these things wait; None: what guests see.

    hat: "director", "verifier" …, None of who serves nowhere.
    """
    if hat is None or hat not in _data()["roles"] or hat == GUEST:
        return None
    may_wait = {one.waits for one in menus()[hat].areas if one.waits}
    return name_of(hat, may_wait & set(waiting))


@cache
def _acts() -> frozenset[str]:
    every = [one for menu in menus().values() for one in menu.areas]
    return frozenset(one.tap(waiting=waiting)[0] for one in every for waiting in (False, True))


def is_tapped(heard: Heard) -> bool:
    """Tell whether an area of a menu was tapped, or a button that does the same: it answers nothing that is asked."""
    act = Act.read(heard.data) if heard.kind == Kind.POSTBACK else None
    return act is not None and act == Act(act.do) and act.do in _acts()


def step_heard(heard: Heard, step: str) -> str:
    """Return the step at which something is heard: as at rest where an area of the menu was tapped."""
    return HOME if is_tapped(heard) else step


@cache
def _data() -> Any:
    return texts.data("rich_menus.yaml")
