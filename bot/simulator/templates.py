"""What LINE refuses in a template message (REF Template messages)."""

from collections.abc import Callable, Iterator
from typing import Any

from bot.simulator.actions import action_problems, text_problems, url_problems
from bot.simulator.problem import Problem, too_long
from handlers.messages import limits

Json = dict[str, Any]


def template_problems(template: Any, where: str) -> Iterator[Problem]:
    """Yield what is wrong with a template."""
    kind = template.get("type") if isinstance(template, dict) else None
    if kind not in _BY_KIND:
        yield Problem(f"{where}.type", f"Must be one of the following values: {', '.join(_BY_KIND)}")
        return
    yield from _BY_KIND[kind](template, where)


def _buttons(template: Json, where: str) -> Iterator[Problem]:
    most = limits.BUTTONS_TEXT_GRAPHEMES
    if "title" in template or "thumbnailImageUrl" in template:
        most = limits.BUTTONS_TEXT_WITH_PICTURE_GRAPHEMES
    yield from _frame(template, where, most)
    yield from _actions(template, where, 1, limits.BUTTONS_ACTIONS)


def _confirm(template: Json, where: str) -> Iterator[Problem]:
    yield from text_problems(template, "text", where, limits.CONFIRM_TEXT_GRAPHEMES, limits.graphemes)
    yield from _actions(template, where, limits.CONFIRM_ACTIONS, limits.CONFIRM_ACTIONS)


def _carousel(template: Json, where: str) -> Iterator[Problem]:
    columns = template.get("columns") or []
    yield from _count(columns, f"{where}.columns", 1, limits.CAROUSEL_COLUMNS)
    for index, column in enumerate(columns):
        yield from _column(column, f"{where}.columns[{index}]")
    if len({len(column.get("actions") or []) for column in columns}) > 1:
        yield Problem(f"{where}.columns", "all columns must have the same number of actions")


def _column(column: Json, where: str) -> Iterator[Problem]:
    most = limits.CAROUSEL_TEXT_GRAPHEMES
    if "title" in column or "thumbnailImageUrl" in column:
        most = limits.CAROUSEL_TEXT_WITH_PICTURE_GRAPHEMES
    yield from _frame(column, where, most)
    yield from _actions(column, where, 1, limits.CAROUSEL_ACTIONS)


def _images(template: Json, where: str) -> Iterator[Problem]:
    columns = template.get("columns") or []
    yield from _count(columns, f"{where}.columns", 1, limits.CAROUSEL_COLUMNS)
    for index, column in enumerate(columns):
        place = f"{where}.columns[{index}]"
        yield from url_problems(column, "imageUrl", place)
        yield from action_problems(column.get("action"), f"{place}.action", limits.IMAGE_CAROUSEL_LABEL_GRAPHEMES)


def _frame(node: Json, where: str, most: int) -> Iterator[Problem]:
    yield from text_problems(node, "title", where, limits.BUTTONS_TITLE_GRAPHEMES, limits.graphemes, needed=False)
    yield from text_problems(node, "text", where, most, limits.graphemes)
    yield from url_problems(node, "thumbnailImageUrl", where, needed=False)


def _actions(node: Json, where: str, least: int, most: int) -> Iterator[Problem]:
    actions = node.get("actions") or []
    yield from _count(actions, f"{where}.actions", least, most)
    for index, action in enumerate(actions):
        place, limit = f"{where}.actions[{index}]", limits.TEMPLATE_LABEL_GRAPHEMES
        yield from action_problems(action, place, limit, label_needed=True)


def _count(items: list[Any], where: str, least: int, most: int) -> Iterator[Problem]:
    if not least <= len(items) <= most:
        yield Problem(where, too_long(most, least))


_BY_KIND: dict[str, Callable[[Json, str], Iterator[Problem]]] = {
    "buttons": _buttons,
    "confirm": _confirm,
    "carousel": _carousel,
    "image_carousel": _images,
}
