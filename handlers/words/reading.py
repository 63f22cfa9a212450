"""Understand what a director types with thumbs. The words themselves are data: ``handlers/texts/words.yaml``."""

import re
from collections.abc import Iterator

from handlers.words.clean import bare, clean, digits, fold, plain, single
from handlers.words.dates import When, date_like
from handlers.words.intents import Intent, Understood
from handlers.words.keyboard import from_english_keyboard
from handlers.words.numbered import numbered
from handlers.words.private import private_number
from handlers.words.typos import nearest
from handlers.words.vocabulary import WORDS

_LONGEST_COMMAND = 32  # letters and vowels of a word of command with all its particles
_LONGEST_SENTENCE = 64
_LONGEST_CLUE = 300
_LONGEST_NUMBERED = 1000  # "เพิ่มเติมข้อ 1 …" brings its answer along

_CODE = re.compile(r"(?:RG[ –_.-]*)?(?P<a>[0-9A-HJKMNP-TV-Z]{5})[ –_.-]*(?P<b>[0-9A-HJKMNP-TV-Z]{5})")
_CODE_IN_WORDS = re.compile(r"(?<![A-Z0-9])RG[ –_.-]*[0-9A-HJKMNP-TV-Z]{5}[ –_.-]*[0-9A-HJKMNP-TV-Z]{5}(?![A-Z0-9])")
_MAY_BE_CODE = re.compile(r"[A-Za-z0-9๐-๙]{5}")
_ASCII = re.compile(r"[\x20-\x7e]{2,40}")
_DASHES = re.compile(r"[-–—_‐−.\s]*[-–—‐−][-–—_‐−.\s]*|\.+")
_QUESTION_MARKS = re.compile(r"[?？!\s]*[?？][?？!\s]*")


def understand(text: str, *, asking: bool) -> Understood:
    """Return what a message means.

    asking: a question is open. Then a command counts only as a whole short message, and everything
    else is the answer (Intent.ANSWER); otherwise what is not known is Intent.UNKNOWN. Never raises.
    """
    text = clean(text)
    if private_number(text):
        return Understood(Intent.SENSITIVE)
    return _known(text, asking) or Understood(Intent.ANSWER if asking else Intent.UNKNOWN)


def _known(text: str, asking: bool) -> Understood | None:
    if len(text) > _LONGEST_CLUE:
        return numbered(digits(text), asking=asking) if len(text) <= _LONGEST_NUMBERED else None
    key = bare(text)
    if not key:
        return _signs(text)
    residues = list(_residues(key)) if len(key) <= _LONGEST_COMMAND else []
    if asking and _means_itself(text, residues):
        return None
    return (
        _command(text, residues, asking)
        or numbered(digits(text), asking=asking)
        or _code(text, asking)
        or _date(text, asking)
        or (_sentence(key) if len(key) <= _LONGEST_SENTENCE else None)
        or _by_keyboard(text, asking)
        or (None if asking else _clue(key))
        or _typo(residues, asking)
    )


def _signs(text: str) -> Understood:
    """Understand a message without any letter: dashes, question marks, emoji, nothing at all."""
    if _DASHES.fullmatch(text):
        return Understood(Intent.NONE, sure="." not in text)
    if _QUESTION_MARKS.fullmatch(text):
        return Understood(Intent.HELP, sure=False)
    return Understood(Intent.SMALLTALK)


def _residues(key: str) -> Iterator[str]:
    """Yield the key, then what remains as particles and fillers are taken off, one at a time, to the last."""
    yield key
    while True:
        backwards = key[::-1]
        if found := WORDS.after.match(backwards):
            key = backwards[found.end() :][::-1]
        elif found := WORDS.before.match(key):
            key = key[found.end() :]
        else:
            return
        if not key:
            return
        yield key


def _means_itself(text: str, residues: list[str]) -> bool:
    """Tell whether a word is meant that only looks like a command with a slip: "ใช้" is not "ใช่"."""
    own = [word for rest in residues for word in WORDS.own.get(rest, ())]
    return bool(own) and any(word in fold(text) for word in own)


def _command(text: str, residues: list[str], asking: bool) -> Understood | None:
    phrases = WORDS.phrases[asking]
    for rest in residues:
        if phrase := phrases.get(single(rest)):
            return Understood(phrase.intent, sure=_has(fold(text), phrase.exact))
    return None


def _has(key: str, words: frozenset[str]) -> bool:
    return any(word in key for word in words) or any(single(word) in single(key) for word in words)


def _code(text: str, asking: bool) -> Understood | None:
    if _MAY_BE_CODE.search(text) is None:
        return None
    upper = digits(text).upper()
    if _CODE_IN_WORDS.search(upper):
        return Understood(Intent.CODE)
    found = _CODE.fullmatch(upper)
    if found is None:
        return None
    counted = sum(map(str.isdigit, found["a"] + found["b"]))
    mixed = 2 <= counted <= 8 if asking else 1 <= counted <= 9
    return Understood(Intent.CODE, sure=False) if mixed else None


def _date(text: str, asking: bool) -> Understood | None:
    when = date_like(plain(text))
    if when is None or (asking and when is When.DISTANT):
        return None
    return Understood(Intent.SNOOZE, sure=when is When.ASKED or (when is When.LIKELY and not asking))


def _sentence(key: str) -> Understood | None:
    for core in dict.fromkeys(WORDS.cores.findall(key)):
        for sentence in WORDS.sentences[core]:
            if sentence.pattern.fullmatch(key):
                return Understood(sentence.intent)
    return None


def _clue(key: str) -> Understood | None:
    for clue in WORDS.clues:
        if clue.pattern.search(key):
            return Understood(clue.intent, sure=False)
    return None


def _by_keyboard(text: str, asking: bool) -> Understood | None:
    """Understand words typed with the keyboard left in English: "l5kot" is "สถานะ"."""
    if _ASCII.fullmatch(text) is None:
        return None
    for typed in dict.fromkeys((text, text.lower())):
        thai = clean(from_english_keyboard(typed))
        residues = list(_residues(bare(thai)))
        if found := _command(thai, residues, asking) or _typo(residues, asking):
            return found
    return None


def _typo(residues: list[str], asking: bool) -> Understood | None:
    for rest in dict.fromkeys((*residues[:1], *residues[-1:])):
        if intent := nearest(rest, asking=asking):
            return Understood(intent, sure=False)
    return None
