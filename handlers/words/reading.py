"""Understand what a director types with thumbs. The words themselves are data: ``handlers/texts/words.yaml``."""

import re
from collections.abc import Iterator

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from handlers.words.clean import bare, clean, digits, fold
from handlers.words.dates import When, date_like
from handlers.words.intents import Intent, Understood
from handlers.words.keyboard import from_english_keyboard
from handlers.words.numbered import numbered
from handlers.words.vocabulary import WORDS, Phrase

_LONGEST_COMMAND = 32  # letters and vowels of a word of command with all its particles
_LONGEST_SENTENCE = 64
_LONGEST_CLUE = 300
_LONGEST_NUMBERED = 1000  # "เพิ่มเติมข้อ 1 …" brings its answer along
_LONGEST_TYPO = 22
_SHORTEST_TYPO = 4
_TWO_SLIPS = 10  # from this length on

_NATIONAL_ID = re.compile(r"(?<!\d)\d(?:[ .–-]?\d){12}(?!\d)")
_DASHED_ID = re.compile(r"\d[ .–-]\d{4}[ .–-]\d{5}[ .–-]\d{2}[ .–-]\d")
_NAMED_ID = re.compile(r"(?:เลข|บัตร|ปชช|ประชาชน|id)[^\d]{0,20}$", re.IGNORECASE)
_DIGIT = re.compile(r"\d|[๐-๙]")
_CODE = re.compile(r"(?:(?P<sign>RG)[ –_.-]*)?(?P<a>[0-9A-HJKMNP-TV-Z]{5})[ –_.-]*(?P<b>[0-9A-HJKMNP-TV-Z]{5})")
_CODE_IN_WORDS = re.compile(r"(?<![A-Z0-9])RG[ –_.-]*[0-9A-HJKMNP-TV-Z]{5}[ –_.-]*[0-9A-HJKMNP-TV-Z]{5}(?![A-Z0-9])")
_ASCII = re.compile(r"[\x20-\x7e]{2,40}")
_DASHES = re.compile(r"[-–—_‐−.\s]*[-–—‐−][-–—_‐−.\s]*|\.+")
_QUESTION_MARKS = re.compile(r"[?？!\s]*[?？][?？!\s]*")


def understand(text: str, *, asking: bool) -> Understood:
    """Return what a message means.

    asking: a question is open. Then a command counts only as a whole short message, and everything
    else is the answer (Intent.ANSWER); otherwise what is not known is Intent.UNKNOWN. Never raises.
    """
    text = clean(text)
    found = _private_number(text) or _known(text, asking)
    return found or Understood(Intent.ANSWER if asking else Intent.UNKNOWN)


def _known(text: str, asking: bool) -> Understood | None:
    key = fold(text) if len(text) <= _LONGEST_CLUE else ""
    if not key:
        return _signs(text) if len(text) <= _LONGEST_CLUE else _long(text, asking)
    if asking and not WORDS.own.isdisjoint(_residues(key)):
        return None
    return (
        (_command(key, asking) if len(key) <= _LONGEST_COMMAND else None)
        or numbered(digits(text), asking=asking)
        or _code(text, asking)
        or _date(text, asking)
        or _sentence(key)
        or _by_keyboard(text, asking)
        or (None if asking else _clue(key))
        or _typo(key, asking)
    )


def _long(text: str, asking: bool) -> Understood | None:
    return numbered(digits(text), asking=asking) if len(text) <= _LONGEST_NUMBERED else None


def _signs(text: str) -> Understood:
    """Understand a message without any letter: dashes, question marks, emoji, nothing at all."""
    if not text:
        return Understood(Intent.SMALLTALK)
    if _DASHES.fullmatch(text):
        return Understood(Intent.NONE, sure="." not in text)
    if _QUESTION_MARKS.fullmatch(text):
        return Understood(Intent.HELP, sure=False)
    return Understood(Intent.SMALLTALK)


def _private_number(text: str) -> Understood | None:
    """Recognise a national identity number: 13 digits with their check digit, grouped as on the card, or named so."""
    if _DIGIT.search(text) is None:
        return None
    text = digits(text)
    for found in _NATIONAL_ID.finditer(text):
        number = re.sub(r"\D", "", found[0])
        if _DASHED_ID.fullmatch(found[0]) or _checks(number) or _NAMED_ID.search(text[: found.start()]):
            return Understood(Intent.SENSITIVE)
    return None


def _checks(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, range(13, 1, -1), strict=False))
    return number[0] != "0" and (11 - total % 11) % 10 == int(number[12])


def _residues(key: str) -> Iterator[str]:
    """Yield the key, then what remains as particles and fillers are taken off, one at a time, to the last."""
    yield key
    while key:
        backwards = key[::-1]
        if found := WORDS.after.match(backwards):
            key = backwards[found.end() :][::-1]
        elif found := WORDS.before.match(key):
            key = key[found.end() :]
        else:
            return
        yield key


def _command(key: str, asking: bool) -> Understood | None:
    phrases = WORDS.phrases[asking]
    for rest in _residues(key):
        if phrase := phrases.get(bare(rest)):
            return Understood(phrase.intent, sure=_exact(rest, phrase))
        if not rest:
            return Understood(Intent.SMALLTALK)
    return None


def _exact(key: str, phrase: Phrase) -> bool:
    return key in phrase.exact


def _code(text: str, asking: bool) -> Understood | None:
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
    when = date_like(digits(text).lower())
    if when is None or (asking and when is When.DISTANT):
        return None
    return Understood(Intent.SNOOZE, sure=when is When.ASKED or (when is When.LIKELY and not asking))


def _sentence(key: str) -> Understood | None:
    if len(key) > _LONGEST_SENTENCE:
        return None
    key = bare(key)
    for core in dict.fromkeys(WORDS.cores.findall(key)):
        for sentence in WORDS.sentences[core]:
            if sentence.pattern.fullmatch(key):
                return Understood(sentence.intent)
    return None


def _clue(key: str) -> Understood | None:
    key = bare(key)
    for clue in WORDS.clues:
        if clue.pattern.search(key):
            return Understood(clue.intent, sure=False)
    return None


def _by_keyboard(text: str, asking: bool) -> Understood | None:
    """Understand words typed with the keyboard left in English: "l5kot" is "สถานะ"."""
    if _ASCII.fullmatch(text) is None:
        return None
    for typed in dict.fromkeys((text, text.lower())):
        key = fold(from_english_keyboard(typed))
        if found := _command(key, asking) or _typo(key, asking):
            return found
    return None


def _typo(key: str, asking: bool) -> Understood | None:
    """Find the one command within a slip or two of the keys; where two differ by as much, none."""
    if len(key) > _LONGEST_COMMAND:
        return None
    residues = list(_residues(key))
    for rest in (key, residues[-1]) if len(residues) > 1 else (key,):
        if found := _nearest(rest, asking):
            return Understood(found, sure=False)
    return None


def _nearest(rest: str, asking: bool) -> Intent | None:
    key = bare(rest)
    if not _SHORTEST_TYPO <= len(key) <= _LONGEST_TYPO:
        return None
    slips = 2 if len(key) >= _TWO_SLIPS else 1
    lengths = WORDS.by_length[asking]
    keys = [known for length in range(len(key) - slips, len(key) + slips + 1) for known in lengths.get(length, ())]
    near = extract(key, keys, scorer=OSA.distance, score_cutoff=slips, limit=5)
    nearest = {WORDS.phrases[asking][known].intent for known, distance, _ in near if distance == near[0][1]}
    return nearest.pop() if len(nearest) == 1 else None
