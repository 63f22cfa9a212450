"""Reading a typed choice among options: numbers, names and lists of them, as people type them (texts/lists.yaml)."""

import re
from importlib.resources import files

import yaml

from handlers.questions import Option, Question
from handlers.words import digits, fold

LONGEST = 60
"""Letters of a message that may be a list of options; more is words."""
_WORDS: dict[str, list[str]] = yaml.safe_load((files("handlers.texts") / "lists.yaml").read_text(encoding="utf-8"))
_BETWEEN = re.compile(r"[\s,;+&]+|(?<=[\s\d])(?:" + "|".join(_WORDS["between"]) + r")(?=[\s\d])")
_RANGE = re.compile(r"(\d{1,2})\s*[-–]\s*(\d{1,2})")
_NUMBER = re.compile(r"\d{1,2}")
_BEFORE = re.compile("^(?:" + "|".join(sorted(_WORDS["before"], key=len, reverse=True)) + r")\s*")
_AFTER = re.compile(r"\s*(?:" + "|".join(sorted(_WORDS["after"], key=len, reverse=True)) + ")$")
_ALL = frozenset(fold(word) for word in _WORDS["all"])


def picked(question: Question, text: str) -> list[Option] | None:
    """Return the options that a typed message names, in the order of the question; None where it holds other words.

    A number that no option has gives an empty list: it was meant as a choice, and must be asked again.
    """
    if len(text) > LONGEST or not fold(text):
        return None
    words = _bare(digits(text).strip())
    names = _names(question)
    if whole := names.get(fold(words)):
        return [whole]
    if fold(words) in _ALL:
        return [option for option in question.options if not option.alone]
    found = [_option(question, names, piece) for piece in _pieces(words)]
    if not found or any(option is False for option in found):
        return None
    if None in found:
        return []
    return [option for option in question.options if option in found]


def _bare(words: str) -> str:
    """Take particles off both ends."""
    before = None
    while words != before:
        before, words = words, _BEFORE.sub("", _AFTER.sub("", words))
    return words


def _pieces(words: str) -> list[str]:
    spread = _RANGE.sub(lambda found: " ".join(str(one) for one in _range(found)), words)
    return [piece for part in _BETWEEN.split(spread) if (piece := _bare(part.strip("().")))]


def _range(found: re.Match[str]) -> range:
    return range(int(found[1]), int(found[2]) + 1)


def _names(question: Question) -> dict[str, Option]:
    """Return the options by everything they may be called."""
    return {
        fold(name): option
        for option in question.options
        for name in (option.label, *option.label.split("/"), *option.also)
    }


def _option(question: Question, names: dict[str, Option], piece: str) -> Option | bool | None:
    """Return the option a piece names, None for a number that none has, False for other words."""
    if _NUMBER.fullmatch(piece):
        number = int(piece)
        return question.options[number - 1] if 0 < number <= len(question.options) else None
    return names.get(fold(piece), False)
