"""Reading a typed choice among options: numbers, names and lists of them, as people type them (texts/lists.yaml)."""

import re
from functools import lru_cache

from handlers import texts
from handlers.questions import Option, Question
from handlers.words import digits, fold, number_word

LONGEST = 60
"""Letters of a message that may be a list of options; more is words."""
_WORDS: dict[str, list[str]] = texts.data("lists.yaml")


def _any_of(name: str) -> str:
    """Return a pattern's alternatives, the longest first."""
    return "|".join(sorted(_WORDS[name], key=len, reverse=True))


_APART = re.compile(r"[,;+&/]+|(?<=\d)\.(?!\d)|(?<=[\s\d])(?:" + "|".join(_WORDS["between"]) + r")(?=[\s\d]|ข้อ)")
_BETWEEN = re.compile(rf"\s+|{_APART.pattern}")
_TOGETHER = re.compile("|".join(_WORDS["between"]))
_ASKING = re.compile("(?:" + _any_of("asking") + r")\s*")
_RANGE = re.compile(r"(\d{1,2})\s*[-–]\s*(\d{1,2})")
_NUMBER = re.compile(r"\d{1,2}")
_KEYCAPS = re.compile("[\ufe0f\u20e3]")  # "1️⃣" is a digit in a frame
_BEFORE = re.compile("^(?:" + _any_of("before") + r")\s*")
_AFTER = re.compile(r"\s*(?:" + _any_of("after") + ")$")
_OUT = re.compile("^(?:" + _any_of("out") + r")\s*")
_OUT_AFTER = re.compile(r"\s*(?:" + _any_of("out_after") + ")$")
_ONLY = re.compile("^(?:" + _any_of("only") + r")\s*")
_ALL = frozenset(fold(word) for word in _WORDS["all"])


def picked(question: Question, text: str) -> list[Option] | None:
    """Return the options that a typed message names, in the order of the question; None where it holds other words.

    A number that no option has gives an empty list: it was meant as a choice, and must be asked again.
    """
    if len(text) > LONGEST or not fold(text):
        return None
    said = digits(_KEYCAPS.sub("", text)).strip()
    words, names = _bare(said), _names(question.options)
    if whole := names.get(fold(words)):
        return [whole]
    if not _ALL.isdisjoint(map(fold, _stripped(said))):
        return [option for option in question.options if not option.alone]
    found = [_option(question, names, one) for piece in _pieces(words) for one in _joined(names, piece)]
    if not found or any(option is False for option in found):
        return None
    if any(_counts(question, names, part) for part in _APART.split(_spread(words))):
        return None
    if None in found:
        return []
    return [option for option in question.options if option in found]


def changed(question: Question, text: str) -> tuple[bool, list[Option]] | None:
    """Return options that a choice is to lose ("ไม่เอา 3"; False), or to be ("เหลือแต่ 4"; True); None for other words."""
    for words in _stripped(text.strip()):
        only = _ONLY.match(words)
        rest = words[only.end() :] if only else _OUT_AFTER.sub("", _OUT.sub("", words))
        named = picked(question, rest) if rest != words else None
        if named:
            return only is not None, named
    return None


def asked_for(question: Question, text: str) -> list[Option]:
    """Return the option that words begin to ask for ("ขอครูเพิ่ม 2 คน"); the words themselves are an answer too.

    Only behind a word of asking: "ครูมีแล้ว" asks for none.
    """
    words = digits(text).strip()
    asking = _ASKING.match(words)
    wanted = fold(words[asking.end() :]) if asking else ""
    names = {name: option for name, option in _names(question.options).items() if not option.alone}
    found = next((names[name] for name in sorted(names, key=len, reverse=True) if wanted.startswith(name)), None)
    return [found] if found else []


def _bare(words: str) -> str:
    """Take particles off both ends."""
    return _stripped(words)[-1]


def _stripped(words: str) -> list[str]:
    """Return the words, then what remains as particles are taken off both ends, to the last."""
    steps = [words]
    while (less := _AFTER.sub("", steps[-1])) != steps[-1] or (less := _BEFORE.sub("", steps[-1])) != steps[-1]:
        steps.append(less)
    return steps


def _pieces(words: str) -> list[str]:
    return [piece for part in _BETWEEN.split(_spread(words)) if (piece := _bare(part.strip("().")))]


def _spread(words: str) -> str:
    """Write ranges out: "1-3" is "1 2 3"."""
    return _RANGE.sub(lambda found: " ".join(str(one) for one in _range(found)), words)


def _counts(question: Question, names: dict[str, Option], part: str) -> bool:
    """Tell whether a number counts things ("ครูเพิ่ม 2 คน") rather than chooses; "1 งบ 2 คน" is numbers with names."""
    pieces = _pieces(part)
    numbers = [_number(piece) is not None for piece in pieces]
    if all(numbers) or not any(numbers):
        return False
    found = [_option(question, names, piece) for piece in pieces]
    return numbers != [True, False] * (len(pieces) // 2) or found[::2] != found[1::2]


def _joined(names: dict[str, Option], piece: str) -> list[str]:
    """Return the names that are written together in a piece ("งบและคน"), or the piece as it is."""
    parts = [part for part in _TOGETHER.split(piece) if part]
    known = all(fold(part) in names or _number(_bare(part)) is not None for part in parts)
    return [*map(_bare, parts)] if fold(piece) not in names and known else [piece]


def _range(found: re.Match[str]) -> range:
    return range(int(found[1]), int(found[2]) + 1)


@lru_cache(maxsize=64)
def _names(options: tuple[Option, ...]) -> dict[str, Option]:
    """Return the options by everything they may be called; kept, for every word said to a choice is looked up there."""
    return {fold(name): option for option in options for name in (option.label, *option.label.split("/"), *option.also)}


def _option(question: Question, names: dict[str, Option], piece: str) -> Option | bool | None:
    """Return the option a piece names, None for a number that none has, False for other words."""
    number = _number(piece)
    if number is not None:
        return question.options[number - 1] if 0 < number <= len(question.options) else None
    return names.get(fold(piece), False)


def _number(piece: str) -> int | None:
    """Return the number that a piece is, in digits or in a word."""
    return int(piece) if _NUMBER.fullmatch(piece) else number_word(piece)
