"""Commands about one topic by its number: "แก้ไขข้อ ๒ ส่วนต่อไป", "เพิ่มเติมข้อ 1 มีเด็กพิเศษ 4 คน", "ข้อ 3 ลบออก".

The open topic needs none: "แก้ ความช่วยเหลือ".
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from handlers.words.clean import bare, digits, folded, small
from handlers.words.intents import Intent, Understood
from handlers.words.patterns import trie
from handlers.words.vocabulary import WORDS

_GAP = r"[\s.,:()“”\"'/_–-]*"


def loose(words: Iterable[str], *, spaced: bool = False) -> str:
    """Return alternatives, longest first, in which tone marks may be missing, wrong or too many.

    spaced: letters may stand apart, as where a phone puts spaces ("ส่วนที่ 2").
    """
    each = r"[็-๎]*\s?" if spaced else "[็-๎]*"
    return f"(?:{trie(map(bare, words), each=each)})"


_RAW: dict[str, Any] = WORDS.numbered
_VERBS = {Intent(name): frozenset(map(bare, words)) for name, words in _RAW["verbs"].items()}
_BARE = frozenset(map(Intent, _RAW["bare"]))
_PARTS = {name: tuple(map(bare, words)) for name, words in _RAW["parts"].items()}
_NUMBERS = {bare(word): int(value) for word, value in _RAW["words"].items()}
_WITH_TONES = {folded(word): int(value) for word, value in _RAW["words"].items()}
_OUT = tuple(map(bare, _RAW["out"]))
_NOT_NOUN = "(?!ข้อ)"  # which without its tone mark would be "ขอ"
_VERB = _NOT_NOUN + loose([word for words in _RAW["verbs"].values() for word in words])
_NOUN = rf"{loose(_RAW['noun'])}{_GAP}(?:ที่{_GAP})?"
_NUMBER = rf"(?:\d{{1,2}}(?!\d|[.,/:%-]\d)|{loose(_NUMBERS)})"
_BEFORE = f"(?:{trie(_RAW['before'])}(?![็-๎]){_GAP})*+"  # with their tone marks: "ขอ" is not "ข้อ"
_OBJECT = f"(?:{loose(_RAW['object'])}{_GAP})*"
_PART = f"(?:(?:ส่วน|ตอน|เรื่อง|ด้าน|หัวข้อ|ช่อง|ตรง)(?:ที่เป็น|ที่|ของ)?)?{_GAP}" + loose(
    (word for words in _RAW["parts"].values() for word in words), spaced=True
)
_ASIDE = f"(?:{_GAP}{loose(_RAW['aside'])})*+"
_AFTER = f"(?:{_GAP}{loose(_RAW['after'])})*+{_GAP}"  # never given back, or a long row of them would take ages
_BARE_VERB = loose(word for name in _RAW["bare"] for word in _RAW["verbs"][name])
_POSSIBLE = re.compile(rf"{_NOUN}{_NUMBER}|{_BARE_VERB}{_GAP}\d|^(?:\d{{1,2}}|{'|'.join(_WITH_TONES)})[\s.)]*{_AFTER}$")

_BEGINNING = 60  # characters in which the number must stand
_LONGEST_REST = 30  # while a question is open, more words than that after "แก้ข้อ 3" make it an answer
_WITHOUT_THAT = re.compile(rf"^(?:ว่า|คือ|ดังนี้){_GAP}")
_MORE = re.compile(rf"(?:{_GAP}(?:และ|กับ|ข้อ|\d))+{_GAP}")  # "แก้ข้อ 2 และ 3": one after the other
_CHANGE = re.compile(rf"{_GAP}(?:เป็น|จาก|ว่า)")
_SIGNS = re.compile("[\\s\u200d\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+$")
"""Emoji at the end change nothing."""


# These are dear to compile, and few messages are _POSSIBLE: made when first needed.
@cache
def _verb_first() -> re.Pattern[str]:
    return re.compile(
        rf"{_GAP}{_BEFORE}(?P<verb>{_VERB})?{_GAP}{_OBJECT}(?:(?P<first>{_PART}){_GAP}(?:ของ{_GAP})?(?={_NOUN}))?(?P<noun>{_NOUN})?(?P<number>{_NUMBER}){_GAP}(?P<part>{_PART})?(?P<after>{_AFTER}$)?"
    )


@cache
def _number_first() -> re.Pattern[str]:
    return re.compile(
        rf"{_GAP}{_BEFORE}(?P<noun>{_NOUN})(?P<number>{_NUMBER}){_GAP}(?P<part>{_PART})?{_ASIDE}{_GAP}{_BEFORE}(?P<verb>{_VERB})(?P<after>{_AFTER})"
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


def titled(text: str, titles: Sequence[str], *, asking: bool) -> Understood | None:
    """Understand a command about a topic by words of its title ("ขอแก้เรื่องหลักสูตร"), or return None.

    titles: of all topics, in their order. asking: a question is open; "แก้เรื่องคุณภาพผู้เรียน" may then be its answer.
    """
    text = _SIGNS.sub("", text)
    found = _titled().fullmatch(text) if len(text) <= _BEGINNING else None
    if found is None:
        return None
    intent, said = _intent(found["verb"], found["after"]), bare(folded(found["title"]))
    plain = found["verb"] is None or bare(found["verb"]) in _PLAIN
    if asking and not (found["verb"] and plain and bare(found["noun"] or "").endswith(_ITEMS)):
        return None
    whole = found["verb"] is None and found["noun"] is None
    named = [
        number
        for number, title in enumerate(map(bare, titles), 1)
        if len(said) >= _SHORTEST_TITLE and (title.startswith(said) if whole else said in title)
    ]
    return Understood(intent, named[0], _part(found["part"]), sure=plain) if intent and len(named) == 1 else None


_ITEMS = (bare("ข้อ"), bare("ประเด็น"))
_PLAIN = frozenset(map(bare, ("แก้", "แก้ไข", "ขอแก้", "ไป", "ไปที่", "ดู", "เปิด", "เลือก")))
"""Verbs said of a topic of the form; a curriculum itself may be "improved" or "changed"."""
_SHORTEST_TITLE = 6  # letters


@cache
def _titled() -> re.Pattern[str]:
    return re.compile(
        rf"{_GAP}{_BEFORE}(?P<verb>{_VERB})?{_GAP}{_OBJECT}(?P<noun>{loose(_RAW['titled'])})?{_GAP}"
        rf"(?P<title>\S.*?){_GAP}(?P<part>{_PART})?(?P<after>{_AFTER})"
    )


def numbered(text: str, *, asking: bool) -> Understood | None:
    """Understand a command about a numbered topic in cleaned text, or return None."""
    text = _SIGNS.sub("", text)
    arabic = _small(text)
    if _POSSIBLE.search(arabic, 0, _BEGINNING) is None:
        return None
    if found := _number_first().fullmatch(arabic):
        return _said(found, "", asking)
    found = _verb_first().match(arabic)
    return _said(found, text[_after(arabic, found) :].strip(), asking) if found else None


def _small(text: str) -> str:
    """Return text in small letters with Arabic digits, each where it was."""
    found = small(text)
    return found if len(found) == len(text) else digits(text)


def _after(text: str, found: re.Match[str]) -> int:
    """Return where the words after the number and its part begin, without the fillers before them."""
    fillers = _fillers().match(text, found.end())
    return fillers.end() if fillers else found.end()


def _said(found: re.Match[str], rest: str, asking: bool) -> Understood | None:
    intent = _intent(found["verb"], found["after"])
    if intent is None or not _plausible(intent, found, rest, asking):
        return None
    if _MORE.fullmatch(rest):
        rest = ""  # the others come after
    number = _value(found["number"])
    if not number and (found["after"] or "").strip():
        return None  # "แก้ 0 หมดแล้ว": the failing grade
    sure = not rest or intent is Intent.APPEND
    part = found["part"] or found.groupdict().get("first")
    return Understood(intent, number, _part(part), _WITHOUT_THAT.sub("", rest), sure)


def _plausible(intent: Intent, found: re.Match[str], rest: str, asking: bool) -> bool:
    if found["noun"] is None and (intent not in _BARE or rest or not found["number"].isdigit()):
        return not asking and not rest and intent is Intent.TOPIC and found["verb"] is None
    if not rest or not asking or intent is Intent.APPEND:
        return True
    if intent is not Intent.EDIT or len(rest) > _LONGEST_REST:
        return False
    return _CHANGE.match(rest) is not None or _MORE.fullmatch(rest) is not None


def _intent(verb: str | None, after: str | None) -> Intent | None:
    if after and _among(_OUT, after) and (verb is None or bare(verb) not in _VERBS[Intent.EDIT]):
        return Intent.DELETE
    if verb is None:
        return Intent.TOPIC
    return next((intent for intent, words in _VERBS.items() if bare(verb) in words), None)


def _among(words: Iterable[str], text: str) -> bool:
    """Tell whether one of the words, written without tone marks, stands in a text."""
    key = "".join(bare(text).split())
    return any(word in key for word in words)


def number_word(word: str) -> int | None:
    """Return the number that a word is ("สี่"), or None; its tone marks count, for "สี" is paint."""
    return _WITH_TONES.get(folded(word))


def _value(number: str) -> int:
    return int(number) if number.isdigit() else _NUMBERS[bare(number)]


def _part(words: str | None) -> str | None:
    if not words:
        return None
    return next((name for name, known in _PARTS.items() if _among(known, words)), None)
