"""The words of days and times in a text, one by one; ``handlers.when`` puts them together.

The vocabulary is data: ``handlers/texts/when.yaml``. Reading a word never raises, whatever the text.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers import texts
from handlers.words.clean import bare, clean, small

OTHER = "other"
"""The kind of what is no word of day or time."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a day or time: its kind, what its pattern caught, and where it stands in the text."""

    kind: str
    found: dict[str, str | None]
    start: int
    end: int


def normal(text: str) -> str:
    """Return a text as it is read: clean, in small letters, with Arabic digits. Positions are those of this text."""
    return small(clean(text))


def tokens(text: str, *, toneless: bool = False) -> list[Token]:
    """Return the words of a normal text, in their order; together they cover all of it but spaces and commas.

    toneless: the text has no tone marks, and neither have the words that are looked for.
    """
    patterns, found, at, other = _patterns(toneless), [], 0, 0
    while at < len(text):
        token = _longest(patterns, text, at)
        if token is None:
            at += 1
            continue
        found += [*_rest(text, other, at), token]
        at = other = token.end
    return [*found, *_rest(text, other, len(text))]


def _longest(patterns: list[tuple[str, re.Pattern[str]]], text: str, at: int) -> Token | None:
    best: Token | None = None
    for kind, pattern in patterns:
        match = pattern.match(text, at)
        if match and match.end() > (best.end if best else at):
            best = Token(kind, match.groupdict(), at, match.end())
    return best


def _rest(text: str, start: int, end: int) -> list[Token]:
    """Return what stands between two words, if it is more than spaces and the like."""
    return [Token(OTHER, {}, start, end)] if text[start:end].strip(" \t\n,.()“”\"'?!ๆฯ") else []


def count(word: str | None) -> int | None:
    """Return the number that digits or a number word mean, with its tone marks or without; None for other words."""
    if word is None:
        return None
    return int(word) if word.isdecimal() else _numbers(False).get(word, _numbers(True).get(word))


def is_fixed(name: str, word: str | None) -> bool:
    """Tell whether what was caught ends with a fixed word of the vocabulary: "half", "next", "early", "evening"."""
    fixed = WORDS["fixed"][name]
    return word is not None and word.endswith((fixed, bare(fixed)))


def month(word: str) -> int:
    """Return the number of a month's name, 1 to 12."""
    return _months()[_letters(word)]


def weekday(word: str) -> int:
    """Return the number of a weekday's name, Monday 0."""
    return _weekdays()[_letters(word)]


def near(word: str) -> int:
    """Return how many days from today a word such as "มะรืน" means."""
    return _lookup("near")[_letters(word)]


def named(table: str, word: str) -> str:
    """Return the name under which a word stands in a table of the vocabulary: which, units, parts, relations."""
    return _names(table)[_letters(word)]


def event(text: str) -> bool:
    """Tell whether a text speaks of something that has no date that we know ("หลังสอบโอเน็ต")."""
    key = bare(text)
    return any(bare(normal(word)) in key for word in WORDS["events"])


# The vocabulary ---------------------------------------------------------------------------------------------------

WORDS: dict[str, Any] = texts.data("when.yaml")


def _letters(word: str) -> str:
    return re.sub(r"[\s.ฯ]", "", bare(normal(word)))


@cache
def _months() -> dict[str, int]:
    return {_letters(word): at for at, words in enumerate(WORDS["months"], 1) for word in words}


@cache
def _weekdays() -> dict[str, int]:
    found = {_letters(word): at for at, words in enumerate(WORDS["weekdays"]) for word in words}
    return found | {word: at for at, word in enumerate(WORDS["short_weekdays"])}


@cache
def _lookup(table: str) -> dict[str, int]:
    return {_letters(word): at for at, words in enumerate(WORDS[table]) for word in words}


@cache
def _names(table: str) -> dict[str, str]:
    return {_letters(word): name for name, words in WORDS[table].items() for word in words}


@cache
def _numbers(toneless: bool) -> dict[str, int]:
    """Return the number words up to thirty-nine."""
    digits, ten, one = WORDS["digits"], WORDS["ten"], WORDS["one_after_ten"]
    found = {word: at for at, word in enumerate(digits, 1)}
    for tens, before in enumerate(("", WORDS["twenty"], digits[2]), 1):
        found |= {f"{before}{ten}{word}": 10 * tens + at for at, word in enumerate(digits, 1)}
        found |= {f"{before}{ten}": 10 * tens, f"{before}{ten}{one}": 10 * tens + 1}
    return {(bare(word) if toneless else word): number for word, number in found.items()}


def _any(words: Iterable[str], write: Callable[[str], str]) -> str:
    return "(?:" + "|".join(sorted({re.escape(write(word)) for word in words}, key=len, reverse=True)) + ")"


def _all(table: str) -> list[str]:
    found = WORDS[table]
    return [word for words in (found.values() if isinstance(found, dict) else found) for word in words]


def _month_pattern(write: Callable[[str], str]) -> str:
    """Return the pattern of a month; a short form may bear dots, and no letter follows where it has none at its end."""
    long = [word for words in WORDS["months"] for word in words if len(word) > 3]
    short = [word for words in WORDS["months"] for word in words if len(word) <= 3]
    dotted = "|".join(r"\s?\.?\s?".join(write(word)) for word in short)
    return rf"(?:{_any(long, write)}|(?:{dotted})(?:\.|(?![ก-๎a-z])))"


@cache
def _patterns(toneless: bool) -> list[tuple[str, re.Pattern[str]]]:
    """Return the kinds of words with their patterns. Of two that match the longer counts, then the earlier."""

    def write(word: str) -> str:
        return bare(normal(word)) if toneless else normal(word)

    t = {name: write(word) for name, word in WORDS["fixed"].items()}
    months, days, near_days = _month_pattern(write), _any(_all("weekdays"), write), _any(_all("near"), write)
    number = r"(?:\d{1,2}|" + _any(_numbers(toneless), str) + ")"
    which, parts, units = (_any(_all(table), write) for table in ("which", "parts", "units"))
    begins = r"(?<!\d)(?<!\d[./:-])"
    hour = rf"(?:{t['clock']}|{t['tum']}|{t['o_clock']}|{t['n']}\.|{t['n']}(?![ก-๎])|[:.]\s*\d)"
    year = (
        rf"(?:\s*(?:{t['be']}|(?P<christian>{t['ce']}))?\s*(?P<year>\d{{4}}|\d{{2}}(?!\s*(?:{hour}|{t['people']}|{units}(?![ก-๎])|%)))"
        rf"(?!\d)|\s*(?P<this>{t['this']})|\s*(?P<next>{t['next_year']}))?"
    )
    on_clock = rf"(?:{t['n']}\.?(?![ก-๎])|{t['o_clock']})"
    half = rf"\s*(?P<half>{t['half']}|{t['sharp']})?"
    raw = {
        "iso": rf"{begins}(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?!\d)",
        "slashed": rf"{begins}(?P<day>\d{{1,2}})\s?(?P<mark>[/.-])\s?(?P<month>\d{{1,2}})\s?(?P=mark)\s?"
        r"(?P<year>\d{4}|\d{2})(?!\d|[./:-]\d)",
        "date": rf"(?:{t['day_no']}\s*)?{begins}(?P<day>{number})\s*(?:{t['of_month']}\s*)?(?P<name>{months}){year}",
        "numbered": rf"{t['day_no']}\s*(?P<day>{number})(?!\d|[/.:-]\d)(?:\s*(?:{t['of']})?(?P<which>{t['month']}"
        rf"(?:{t['this']}|{t['next']})))?",
        "month_end": rf"{t['end']}(?P<which>{t['this']}|{t['next']})?(?:\s*(?P<name>{months}){year})?",
        "vague": rf"{_any(WORDS['vague'], write)}|{t['every']}(?=\s*(?:{days}|{parts}|{units}|{t['end']}))",
        "past": _any(WORDS["past"], write),
        "near": rf"(?P<word>{near_days})",
        "weekday": rf"(?P<full>{t['day']}\s*)?(?P<word>{days})(?:\s*(?P<which>{which})|\s*{t['at']}\s*"
        rf"(?P<day>\d{{1,2}})(?!\d|\s*(?:{months}|[/.:-]\s?\d)))?",
        "short_weekday": rf"(?<![ก-๎])(?P<word>{_any(WORDS['short_weekdays'], write)})\.\s*(?=\d)",
        "in": rf"(?:(?:{t['more']})\s*(?:{t['some']}|{t['about']})?\s*(?P<count>{number}|\d{{3}}|{t['half']})|"
        rf"{t['again']}(?!\s*{t['day']}))\s*(?P<unit>{units})(?:\s*(?P<one>{t['one']}|{t['one_short']}))?{half}",
        "part_now": rf"(?P<part>{parts}){t['this']}",
        "digital": rf"{begins}(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?!\d|:\d|[:/]\d)(?:\s*{on_clock})?",
        "dotted": rf"{begins}(?P<hour>\d{{1,2}})\.(?P<minute>\d{{2}})(?!\d|\.\d)\s*{on_clock}",
        "whole_hour": rf"{begins}(?P<hour>\d{{1,2}})\s*(?:{t['o_clock']}|{t['n']}\.(?!\s*[ก-๎]))",
        "loose": rf"{begins}(?P<hour>\d{{1,2}})\.(?P<minute>\d{{2}})(?!\d|\.\d)",
        "before_dawn": rf"{t['ti']}\s*(?P<hour>{number}){half}",
        "afternoon": rf"{t['afternoon']}\s*(?:(?P<hour>{number})\s*(?:{t['clock']})?|{t['clock']}){half}",
        "clock": rf"{begins}(?P<hour>{number})\s*{t['clock']}\s*(?P<part>{t['early']}|{t['evening']})?{half}"
        rf"(?:\s*(?P<after>{t['early']}|{t['evening']}))?",
        "first_hour": rf"{t['clock']}\s*{t['early']}{half}",
        "tum": rf"(?:{begins}(?P<hour>{number})\s*)?{t['tum']}{half}",
        "noon": rf"{t['noon']}(?:{t['day']})?{half}",
        "midnight": rf"{t['midnight']}{half}",
        "part": rf"(?P<part>{parts})",
        "relation": rf"(?P<word>{_any(_all('relations'), write)})(?=\s*(?:{t['day_no']}|{t['day']})?\s*(?:\d|{days}))",
        "around": rf"(?:{_any(WORDS['around'], write)})",
    }
    return [(kind, re.compile(pattern)) for kind, pattern in raw.items()]
