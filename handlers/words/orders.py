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
from handlers.words.reading import impolite, residues
from handlers.words.vocabulary import WORDS

_GAP = r"[\s.,:()“”\"'/_–-]*"
_NUMBER = rf"(?:{loose(['ข้อ', 'ข้อที่', 'ลำดับ', 'ประเด็น', 'ประเด็นที่', 'รายการ', 'ที่'])}{_GAP})?(\d{{1,4}})(?!\d)"
_BEHIND = re.compile(rf"(?:{_GAP}{_NUMBER})?{_GAP}")
_LONGEST = 60  # folded letters of an order without further words
_YES = "yes"  # "ได้ไหม" behind it makes a question of it; all other orders it makes polite


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
        for _, known in residues(key):
            if name := _whole().get(known):
                return None if name == _YES and WORDS.asks.match(impolite(key)[-1][::-1]) else Order(name)
    arabic = digits(text)
    word = _beginning(arabic)
    found = _BEHIND.match(arabic, len(word))
    if not word or found is None or (asking and text[found.end() :].strip()):
        return None
    number = int(found[1]) if found[1] else None
    rest = text[found.end() :].strip()
    if rest and number is None and not text[found.end() - 1].isspace():
        return None  # a longer word that only begins like it
    return Order(_whole()[bare(folded(word))], number, rest)


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
