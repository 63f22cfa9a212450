"""What LINE refuses in a rich menu and its picture (REF Rich menu structure, Upload rich menu image)."""

import struct
from collections.abc import Iterator
from typing import Any

from bot.simulator.actions import action_problems, text_problems
from bot.simulator.problem import EMPTY, Problem, too_long
from handlers.messages import limits

Json = dict[str, Any]

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # of a JPEG: the markers that say its size


def menu_problems(menu: Json) -> Iterator[Problem]:
    """Yield what is wrong with a rich menu."""
    size = menu.get("size")
    yield from _size(size)
    if not isinstance(menu.get("selected"), bool):
        yield Problem("selected", EMPTY)
    yield from text_problems(menu, "name", "$", limits.RICH_MENU_NAME_UNITS, limits.units)
    yield from text_problems(menu, "chatBarText", "$", limits.RICH_MENU_BAR_GRAPHEMES, limits.graphemes)
    areas = menu.get("areas")
    if not isinstance(areas, list):
        yield Problem("areas", EMPTY)
    elif len(areas) > limits.RICH_MENU_AREAS:
        yield Problem("areas", too_long(limits.RICH_MENU_AREAS))
    else:
        for place, area in enumerate(areas):
            yield from _area(area, f"areas[{place}]", size if isinstance(size, dict) else {})


def _size(size: Any) -> Iterator[Problem]:
    width, height = (size.get("width"), size.get("height")) if isinstance(size, dict) else (None, None)
    if not isinstance(width, int) or width not in limits.RICH_MENU_WIDTH:
        yield Problem("size.width", "must be between 800 and 2500")
    elif not isinstance(height, int) or height < limits.RICH_MENU_LEAST_HEIGHT:
        yield Problem("size.height", "must be at least 250")
    elif width / height < limits.RICH_MENU_LEAST_RATIO:
        yield Problem("size", "the ratio of width to height must be at least 1.45")


def _area(area: Any, where: str, size: Json) -> Iterator[Problem]:
    if not isinstance(area, dict):
        yield Problem(where, EMPTY)
        return
    bounds = area.get("bounds")
    if not _inside(bounds if isinstance(bounds, dict) else {}, size):
        yield Problem(f"{where}.bounds", "must lie within the richmenu")
    yield from action_problems(area.get("action"), f"{where}.action", limits.RICH_MENU_LABEL_GRAPHEMES, "rich menu")


def _inside(bounds: Json, size: Json) -> bool:
    values = [value for key in ("x", "y", "width", "height") if isinstance(value := bounds.get(key), int)]
    if len(values) < 4:  # one is missing, or no whole number
        return False
    x, y, width, height = values
    right, bottom = size.get("width", 0), size.get("height", 0)
    return min(x, y) >= 0 and min(width, height) > 0 and x + width <= right and y + height <= bottom


def picture_size(body: bytes) -> tuple[int, int] | None:
    """Return the width and height in pixels that a PNG or JPEG says it has; None where it is neither."""
    try:
        if body.startswith(_PNG) and body[12:16] == b"IHDR":
            width, height = struct.unpack(">II", body[16:24])
            return int(width), int(height)
        return _jpeg_size(body) if body.startswith(b"\xff\xd8") else None
    except (struct.error, IndexError):
        return None


def _jpeg_size(body: bytes) -> tuple[int, int] | None:
    at = 2
    while body[at] == 0xFF:
        length: int = struct.unpack(">H", body[at + 2 : at + 4])[0]
        if body[at + 1] in _FRAMES:
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + length
    return None
