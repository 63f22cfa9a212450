"""Commands about one topic by its number: "แก้ไขข้อ ๒ ส่วนต่อไป", "เพิ่มเติมข้อ 1 มีเด็กพิเศษ 4 คน", "ข้อ 3 ลบออก"."""

import re
from collections.abc import Iterable
from typing import Any

from handlers.words.clean import digits
from handlers.words.intents import Intent, Understood
from handlers.words.vocabulary import WORDS

_GAP = r"[\s.,:()“”\"'/_–-]*"
_TONES = "[็-๎]*"


def loose(words: Iterable[str]) -> str:
    """Return alternatives, longest first, in which tone marks may be missing, wrong or too many."""
    letters = ([letter for letter in word if not "็" <= letter <= "๎"] for word in words)
    loose = {"".join(re.escape(letter) + _TONES for letter in word) for word in letters}
    return "(?:" + "|".join(sorted(loose, key=len, reverse=True)) + ")"


_RAW: dict[str, Any] = WORDS.numbered
_VERBS = {Intent(name): re.compile(loose(words)) for name, words in _RAW["verbs"].items()}
_BARE = frozenset(map(Intent, _RAW["bare"]))
_PARTS = {name: re.compile(f"{_GAP}(?:{loose(words)})") for name, words in _RAW["parts"].items()}
_NUMBERS = {word: int(value) for word, value in _RAW["words"].items()}
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

_VERB_FIRST = re.compile(
    rf"{_GAP}{_BEFORE}(?P<verb>{_VERB})?{_GAP}{_OBJECT}(?P<noun>{_NOUN})?(?P<number>{_NUMBER}){_GAP}(?P<part>{_PART})?(?P<after>{_AFTER}$)?"
)
_NUMBER_FIRST = re.compile(
    rf"{_GAP}{_BEFORE}(?P<noun>{_NOUN})(?P<number>{_NUMBER}){_GAP}(?P<part>{_PART})?{_GAP}{_BEFORE}(?P<verb>{_VERB})(?P<after>{_AFTER})"
)
_BEGINNING = 60  # characters in which the number must stand
_LONGEST_REST = 30  # while a question is open, more words than that after "แก้ข้อ 3" make it an answer
_WITHOUT_THAT = re.compile(rf"^(?:ว่า|คือ|ดังนี้){_GAP}")
_CHANGE = re.compile(rf"{_GAP}(?:เป็น|จาก|ว่า)")
_OUT = re.compile(loose(_RAW["out"]))
_SIGNS = re.compile("[\\s\u200d\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+$")
"""Emoji at the end change nothing."""
_FILLERS = re.compile(rf"{_GAP}(?:{loose(_RAW['after'])}++(?:[\s.,:]+|$))*+")


def numbered(text: str, *, asking: bool) -> Understood | None:
    """Understand a command about a numbered topic in cleaned text, or return None."""
    text = _SIGNS.sub("", text)
    arabic = digits(text)
    if _POSSIBLE.search(arabic, 0, _BEGINNING) is None:
        return None
    if found := _NUMBER_FIRST.fullmatch(arabic):
        return _said(found, "", asking)
    found = _VERB_FIRST.match(arabic)
    return _said(found, text[_after(arabic, found) :].strip(), asking) if found else None


def _after(text: str, found: re.Match[str]) -> int:
    """Return where the words after the number and its part begin, without the fillers before them."""
    fillers = _FILLERS.match(text, found.end())
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
    if after and _OUT.search(after) and (verb is None or not _VERBS[Intent.EDIT].fullmatch(verb)):
        return Intent.DELETE
    if verb is None:
        return Intent.TOPIC
    return next((intent for intent, words in _VERBS.items() if words.fullmatch(verb)), None)


def _value(number: str) -> int:
    if number.isdigit():
        return int(number)
    return next(value for word, value in _NUMBERS.items() if re.fullmatch(loose([word]), number))


def _part(words: str | None) -> str | None:
    if not words:
        return None
    return next((name for name, pattern in _PARTS.items() if pattern.search(words)), None)
