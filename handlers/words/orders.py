"""What staff type: short orders, of a word and perhaps a number and some words behind ("รับรอง 3 เอกสาร").

The words are data: ``handlers/texts/orders.yaml``.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers import texts
from handlers.words.clean import bare, clean, digits, folded
from handlers.words.numbered import loose
from handlers.words.reading import asks, residues

_GAP = r"[\s.,:()“”\"'/_–-]*"
_NUMBER = rf"(?:{loose(['ข้อ', 'ข้อที่', 'ลำดับ', 'ประเด็น', 'ประเด็นที่', 'รายการ', 'ที่'])}{_GAP})?(\d{{1,4}})(?!\d)"
_BEHIND = re.compile(rf"(?:{_GAP}{_NUMBER})?{_GAP}")
_LONGEST = 60  # folded letters of an order without further words
_BINDING = frozenset({"yes", "send_it"})


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered. number: said with it, not checked against anything; rest: the words behind, as typed."""

    name: str
    number: int | None = None
    rest: str = ""


def order(text: str, *, asking: bool = False) -> Order | None:
    """Return the order that a message is, or None.

    asking: words are asked for now (a reason, say): then only a message that is nothing but an order counts.
    """
    text = clean(text)
    key = folded(text)
    if key and len(key) <= _LONGEST:
        for rest, known in residues(key):
            if name := _whole().get(known):
                return Order(name) if name not in _BINDING or _is_clear(rest, text) else None
    arabic = digits(text)
    word = _beginning(arabic)
    found = _BEHIND.match(arabic, len(word))
    if not word or found is None or (asking and text[found.end() :].strip()):
        return None
    name, number = _whole()[bare(folded(word))], int(found[1]) if found[1] else None
    rest = text[found.end() :].strip()
    if rest and number is None and not text[found.end() - 1].isspace():
        return None  # a longer word that only begins like it
    if name in _BINDING and (rest or not _is_clear(folded(word), text)):
        return None  # "ใช่ แต่ขอดูก่อน"
    return Order(name, number, rest)


def _is_clear(word: str, text: str) -> bool:
    """Tell whether a word that binds leaves no doubt: it has its tone marks ("ใช้" is no yes), and nothing is asked."""
    return word in _exact() and not asks(text)


def number_alone(text: str) -> int | None:
    """Return the number that a message is ("3", "ข้อ ๓"), or None."""
    found = re.fullmatch(rf"{_GAP}{_NUMBER}{_GAP}", digits(clean(text)))
    return int(found[1]) if found else None


@cache
def _words() -> dict[str, list[str]]:
    raw: Any = texts.data("orders.yaml")
    return {str(name): [str(word) for word in words] for name, words in raw.items()}


@cache
def _whole() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, words in _words().items():
        for word in words:
            if found.setdefault(bare(folded(word)), name) != name:
                raise ValueError(f"orders.yaml: {word} stands for two orders")
    return found


@cache
def _exact() -> frozenset[str]:
    return frozenset(folded(word) for name in _BINDING for word in _words()[name])


@cache
def _without_tones() -> tuple[frozenset[str], int]:
    """Return the words as they are typed but for their tone marks, and how many letters the longest has."""
    words = frozenset(bare(word) for words in _words().values() for word in words)
    return words, max(map(len, words))


def _beginning(text: str) -> str:
    """Return the longest word with which a text begins, tone marks aside; nothing where it begins with none.

    No pattern: one of so many words takes longer to compile than all the rest at a first message.
    """
    words, longest = _without_tones()
    key, end = "", 0
    for at, letter in enumerate(text, 1):
        if not "็" <= letter <= "๎":
            key += letter
        if not key or len(key) > longest:
            break
        if key in words:
            end = at
    return text[:end]
