"""Thai alphabetical order, as in the Royal Institute's dictionary; numbers by their value."""

import re

from handlers.words.clean import clean, small

_BEFORE = re.compile(r"([เ-ไ])([ก-ฮ])")
_MARKS = re.compile(r"[็-๎]")
_BETWEEN = re.compile(r"[^\wัิ-ฺ]+")
_NUMBERS = re.compile(r"(\d+)")

Key = tuple[tuple[tuple[int, int, str], ...], str]


def thai_order(text: str) -> Key:
    """Return what to sort by: เ แ โ ใ ไ behind their consonant, tone marks last of all, เขต 2 before เขต 10."""
    words = _BEFORE.sub(r"\2\1", small(clean(text)))
    pieces = (piece for piece in _NUMBERS.split(_BETWEEN.sub(" ", _MARKS.sub("", words))) if piece.strip())
    return tuple(_piece(piece.strip()) for piece in pieces), words


def _piece(piece: str) -> tuple[int, int, str]:
    return (0, int(piece[:18]), "") if piece.isdecimal() else (1, 0, piece)
