"""Commands about one topic by its number: "แก้ไขข้อ ๒ ส่วนต่อไป", "เพิ่มเติมข้อ 1 มีเด็กพิเศษ 4 คน", "ข้อ 3 ลบออก".

The open topic needs none: "แก้ ความช่วยเหลือ".
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from handlers.words.clean import bare, digits
from handlers.words.intents import Intent, Understood
from handlers.words.patterns import trie
from handlers.words.vocabulary import WORDS

_GAP = r"[\s.,:()“”\"'/_–-]*"


def loose(words: Iterable[str]) -> str:
    """Return alternatives, longest first, in which tone marks may be missing, wrong or too many."""
    return f"(?:{trie(map(bare, words), each='[็-๎]*')})"


_RAW: dict[str, Any] = WORDS.numbered
_VERBS = {Intent(name): frozenset(map(bare, words)) for name, words in _RAW["verbs"].items()}
_BARE = frozenset(map(Intent, _RAW["bare"]))
_PARTS = {name: tuple(map(bare, words)) for name, words in _RAW["parts"].items()}
_NUMBERS = {bare(word): int(value) for word, value in _RAW["words"].items()}
_OUT = tuple(map(bare, _RAW["out"]))
_NOT_NOUN = "(?!ข้อ)"  # which without its tone mark would be "ขอ"
_VERB = _NOT_NOUN + loose([word for words in _RAW["verbs"].values() for word in words])
_NOUN = rf"{loose(_RAW['noun'])}{_GAP}(?:ที่{_GAP})?"
_NUMBER = rf"(?:\d{{1,2}}(?!\d|[.,/:%-]\d)|{loose(_NUMBERS)})"
_BEFORE = f"(?:(?:{'|'.join(_RAW['before'])}){_GAP})*"  # with their tone marks: "ขอ" is not "ข้อ"
_OBJECT = f"(?:{loose(_RAW['object'])}{_GAP})*"
_PART = f"(?:(?:ส่วน|ตอน|เรื่อง|ด้าน|หัวข้อ|ช่อง)(?:ที่เป็น|ที่|ของ)?)?{_GAP}" + loose(
    word for words in _RAW["parts"].values() for word in words
)
_AFTER = f"(?:{_GAP}{loose(_RAW['after'])})*+{_GAP}"  # never given back, or a long row of them would take ages
_POSSIBLE = re.compile(
    rf"{_NOUN}{_NUMBER}|{loose(word for name in _RAW['bare'] for word in _RAW['verbs'][name])}{_GAP}\d|^\d{{1,2}}$"
)

_BEGINNING = 60  # characters in which the number must stand
_LONGEST_REST = 30  # while a question is open, more words than that after "แก้ข้อ 3" make it an answer
_WITHOUT_THAT = re.compile(rf"^(?:ว่า|คือ|ดังนี้){_GAP}")
_CHANGE = re.compile(rf"{_GAP}(?:เป็น|จาก|ว่า)")
_SIGNS = re.compile("[\\s\u200d\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+$")
"""Emoji at the end change nothing."""


# These are dear to compile, and few messages are _POSSIBLE: made when first needed.
@cache
def _verb_first() -> re.Pattern[str]:
    return re.compile(
        rf"{_GAP}{_BEFORE}(?P<verb>{_VERB})?{_GAP}{_OBJECT}(?P<noun>{_NOUN})?(?P<number>{_NUMBER}){_GAP}(?P<part>{_PART})?(?P<after>{_AFTER}$)?"
    )


@cache
def _number_first() -> re.Pattern[str]:
    return re.compile(
        rf"{_GAP}{_BEFORE}(?P<noun>{_NOUN})(?P<number>{_NUMBER}){_GAP}(?P<part>{_PART})?{_GAP}{_BEFORE}(?P<verb>{_VERB})(?P<after>{_AFTER})"
    )


@cache
def _fillers() -> re.Pattern[str]:
    return re.compile(rf"{_GAP}(?:{loose(_RAW['after'])}++(?:[\s.,:]+|$))*+")


@cache
def _edit_of_part() -> re.Pattern[str]:
    edit = loose(_RAW["verbs"][Intent.EDIT])
    return re.compile(rf"{_GAP}{_BEFORE}{edit}{_GAP}{_OBJECT}(?P<part>{loose(_RAW['unnumbered'])}){_AFTER}")


def edit_of_part(text: str) -> Understood | None:
    """Understand that a part of the open topic is to be changed ("แก้ ความช่วยเหลือ"), or return None."""
    found = _edit_of_part().fullmatch(_SIGNS.sub("", text)) if len(text) <= _BEGINNING else None
    return Understood(Intent.EDIT, part=_part(found["part"])) if found else None


def numbered(text: str, *, asking: bool) -> Understood | None:
    """Understand a command about a numbered topic in cleaned text, or return None."""
    text = _SIGNS.sub("", text)
    arabic = digits(text)
    if _POSSIBLE.search(arabic, 0, _BEGINNING) is None:
        return None
    if found := _number_first().fullmatch(arabic):
        return _said(found, "", asking)
    found = _verb_first().match(arabic)
    return _said(found, text[_after(arabic, found) :].strip(), asking) if found else None


def _after(text: str, found: re.Match[str]) -> int:
    """Return where the words after the number and its part begin, without the fillers before them."""
    fillers = _fillers().match(text, found.end())
    return fillers.end() if fillers else found.end()


def _said(found: re.Match[str], rest: str, asking: bool) -> Understood | None:
    intent = _intent(found["verb"], found["after"])
    if intent is None or not _plausible(intent, found, rest, asking):
        return None
    sure = not rest or intent is Intent.APPEND
    return Understood(intent, _value(found["number"]), _part(found["part"]), _WITHOUT_THAT.sub("", rest), sure)


def _plausible(intent: Intent, found: re.Match[str], rest: str, asking: bool) -> bool:
    if found["noun"] is None and (intent not in _BARE or rest or not found["number"].isdigit()):
        return not asking and not rest and found["verb"] is None and found["number"].isdigit()
    if not rest or not asking or intent is Intent.APPEND:
        return True
    return intent is Intent.EDIT and len(rest) <= _LONGEST_REST and _CHANGE.match(rest) is not None


def _intent(verb: str | None, after: str | None) -> Intent | None:
    if after and _among(_OUT, after) and (verb is None or bare(verb) not in _VERBS[Intent.EDIT]):
        return Intent.DELETE
    if verb is None:
        return Intent.TOPIC
    return next((intent for intent, words in _VERBS.items() if bare(verb) in words), None)


def _among(words: Iterable[str], text: str) -> bool:
    """Tell whether one of the words, written without tone marks, stands in a text."""
    key = bare(text)
    return any(word in key for word in words)


def _value(number: str) -> int:
    return int(number) if number.isdigit() else _NUMBERS[bare(number)]


def _part(words: str | None) -> str | None:
    if not words:
        return None
    return next((name for name, known in _PARTS.items() if _among(known, words)), None)
