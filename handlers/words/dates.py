"""Tell days and times ("วันศุกร์นี้บ่ายโมงครึ่ง") from answers. Reading them as a date is done elsewhere."""

import re
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache

from handlers.words.clean import bare, clean, small
from handlers.words.vocabulary import WORDS

_LONGEST = 60  # characters


class When(Enum):
    """How much a message looks like a day or time and nothing else."""

    ASKED = "asked"  # with "remind me", "then"
    LIKELY = "likely"


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(set(words), key=len, reverse=True)) + ")"


@cache
def _token(write: Callable[[str], str]) -> re.Pattern[str]:
    """Return the pattern of one word of a day or time.

    write: how its words are written, with their tone marks or without.
    """
    words = {name: _any(write(word) for word in known) for name, known in WORDS.dates.items()}
    months = _any(r"\.?".join(write(month)) for month in WORDS.dates["months"])
    number = rf"(?:\d{{1,2}}|{words['numbers']})"
    half = rf"(?:\s*{write('ครึ่ง')})?"
    day = rf"(?P<day>(?:วัน)?\s*{words['days']}\s*{words['which']}?)"
    date = rf"(?:{write('วันที่')})?\s*\d{{1,2}}\s*{months}\.?\s*(?:พ\.?ศ\.?|ปี)?\s*(?:\d{{4}}|\d{{2}})?(?!\d)"
    slashed = r"\d{1,2}(?P<slash>[/.-])\d{1,2}(?P=slash)(?:\d{4}|\d{2})(?!\d)"
    clock = rf"{number}\s*{words['clock']}{half}|{write('บ่าย')}\s*(?:{number}\s*(?:โมง)?|โมง){half}|ตี\s*{number}{half}"
    digital = r"\d{1,2}(?::\d{2}\s*(?:น|นาฬิกา)?|\.\d{2}\s*(?:น|นาฬิกา))"
    after = rf"{write('อีก')}\s*(?:สัก|ประมาณ)?\s*(?:{number}|{write('ครึ่ง')})?\s*{words['units']}{half}"
    numbered_day = rf"{write('วันที่')}\s*\d{{1,2}}(?!\d)"
    anchor = rf"(?P<anchor>{day}|{words['soon']}|{date}|{slashed}|{clock}|{digital}|{after}|{numbered_day})"
    other = f"(?P<part>{words['parts_of_day']})|(?P<remind>{words['remind']})|(?P<distant>{words['distant']})"
    return re.compile(rf"[\s.,]*(?:{anchor}|{other}|{words['around']})[\s.,]*")


def _with_tones(word: str) -> str:
    return small(clean(word))


def _without_tones(word: str) -> str:
    return bare(_with_tones(word))


_DIGIT = re.compile(r"\d")
_OTHERS = tuple(clean(word) for word in WORDS.dates["others"])


def date_like(text: str, *, asking: bool) -> When | None:
    """Return how date-like a clean text is; it must be made of nothing but words of day and time.

    asking: a question is open; then only what can hardly be its answer, with all tone marks or a number.
    """
    if len(text) > _LONGEST or text.startswith(_OTHERS):
        return None
    text = small(text)
    seen = _seen(_token(_with_tones), text)
    if seen is None and (not asking or _DIGIT.search(text)):
        seen = _seen(_token(_without_tones), bare(text))
    return _judged(seen, asking) if seen else None


def _seen(token: re.Pattern[str], text: str) -> list[str] | None:
    seen: list[str] = []
    at = 0
    while at < len(text):
        found = token.match(text, at)
        if found is None:
            return None
        seen.append("day" if found["day"] else found.lastgroup or "")
        at = found.end()
    return seen


def _judged(seen: list[str], asking: bool) -> When | None:
    if seen.count("day") > 1:
        return None  # "จันทร์ พุธ ศุกร์" says how often
    near = "day" in seen or "anchor" in seen
    if "remind" in seen and (near or "part" in seen or "distant" in seen):
        return When.ASKED
    return When.LIKELY if near or (not asking and ("part" in seen or "distant" in seen)) else None
