"""What people type to check in: a code in any dress, the question how, or that a broadcast is watched. Pure.

The words are data: ``handlers/texts/checkin_words.yaml``.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from handlers import texts
from handlers.words.clean import bare, clean, digits, folded
from handlers.words.keyboard import from_english_keyboard

LONGEST = 60
"""Characters; whatever is longer tells something else."""
_CODE = re.compile(r"(?<!\d)\d(?:[ \t.,·•\-–—_/]{0,2}\d){5}(?!\d)")
_THAI_KEYS = r"ๅ/\-ภถุึคตจ"
_DIGIT_KEYS = str.maketrans("ๅ/-ภถุึคตจ", "1234567890")
_NUMBER = re.compile(r"\d[\d,]*")
_WHOLE_NUMBER = re.compile(r"[^\d]{0,20}?(\d[\d,]{0,6})\s*(?:คน|ท่าน|ราย|นาย)?[^\d]{0,12}")


@dataclass(frozen=True, slots=True)
class Code:
    """Six digits, in one piece. sure: with words that can only mean checking in; else they could be something else."""

    digits: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """A broadcast is watched. people: how many, None where that was not said."""

    people: int | None


def code(text: str) -> Code | None:
    """Return the check-in code that a message is: "เช็กอิน 123456", "๑๒๓ ๔๕๖ ค่ะ"; None where it is none."""
    if len(text) > LONGEST:
        return None
    words = digits(_keys_as_digits(clean(text)))
    found = _CODE.search(words)
    if found is None:
        return None
    rest = words[: found.start()] + " " + words[found.end() :]
    if re.search(r"\d", rest):
        return None
    typed = re.sub(r"\D", "", found[0])
    for key in (_key(rest), _key(from_english_keyboard(rest))):
        used = _consumed(key, "sign", "around", "small")
        if used is not None:
            return Code(typed, sure="sign" in used)
        if any(word in key for word in _of("sign")):
            return Code(typed, sure=False)
    return None


def _keys_as_digits(words: str) -> str:
    """Return digits for what a computer's Thai keyboard makes of the keys of digits."""
    return words.translate(_DIGIT_KEYS) if re.fullmatch(f"[{_THAI_KEYS}]{{6}}", words) else words


def asks_how(text: str) -> bool:
    """Tell whether a message asks where or how to check in, or says that one is there."""
    if len(text) > LONGEST:
        return False
    key = _key(text)
    sign = next((word for word in _of("sign") if word in key), None)
    if sign is None:
        return "there" in (_consumed(key, "there", "small") or ())
    before, _, after = key.partition(sign)
    behind = _consumed(after, "question", "small")
    if behind is None:
        return False
    return "question" in behind or before.endswith(_of("before")) or _consumed(before, "there", "small") is not None


def watched(text: str) -> Watched | None:
    """Return whether a message says that a broadcast is watched, and by how many."""
    if len(text) > LONGEST or _watch().fullmatch(_key(text)) is None:
        return None
    numbers = _NUMBER.findall(digits(clean(text)))
    return Watched(_count(numbers[0]) if len(numbers) == 1 else None)


def people(text: str) -> int | None:
    """Return how many a message says when that was asked: "12", "๑๒ คน", "ประมาณ 12 คนค่ะ"; None where no number."""
    found = _WHOLE_NUMBER.fullmatch(digits(clean(text))) if len(text) <= LONGEST else None
    return _count(found[1]) if found else None


def is_oneself(text: str) -> bool:
    """Tell whether who was asked who came says that the director did."""
    return len(text) <= LONGEST and _consumed(_key(text), "oneself", "small") is not None


def is_other(text: str) -> bool:
    """Tell whether a message says that somebody else has come for the school."""
    return len(text) <= LONGEST and "other" in (_consumed(_key(text), "other", "small") or ())


def _count(typed: str) -> int:
    return int(typed.replace(",", "")[:9])


@lru_cache(maxsize=64)  # one message is looked at in several ways
def _key(text: str) -> str:
    return bare(folded(clean(text)))


def _consumed(key: str, *kinds: str) -> set[str] | None:
    """Return which kinds of words a key is made of, None where of something else, too. The longest word is taken."""
    used: set[str] = set()
    while key:
        found = next(((word, kind) for word, kind in _longest(*kinds) if key.startswith(word)), None)
        if found is None:
            return None
        used.add(found[1])
        key = key[len(found[0]) :]
    return used


@cache
def _words() -> dict[str, Any]:
    raw: dict[str, Any] = texts.data("checkin_words.yaml")
    return raw


@cache
def _of(kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(bare(folded(word)) for word in _words()[kind]))


@cache
def _longest(*kinds: str) -> list[tuple[str, str]]:
    return sorted(((word, kind) for kind in kinds for word in _of(kind)), key=lambda one: -len(one[0]))


@cache
def _watch() -> re.Pattern[str]:
    sets = {name: "|".join(_of(name)) for name in ("who", "screen")}
    return re.compile(bare(_words()["watch"]).format_map(sets))
