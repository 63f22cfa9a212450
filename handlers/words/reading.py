"""Understand what a director types with thumbs. The words themselves are data: ``handlers/texts/words.yaml``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from handlers.words.clean import bare, clean, digits, folded, single
from handlers.words.dates import When, date_like
from handlers.words.intents import CONSENTS, Intent, Understood
from handlers.words.keyboard import from_english_keyboard
from handlers.words.numbered import edit_of_part, numbered
from handlers.words.private import private_number
from handlers.words.typos import nearest
from handlers.words.vocabulary import WORDS, Phrase, key_of

_LONGEST_COMMAND = 48  # letters, vowels and tone marks of a word of command with all its particles
_LONGEST_WORD = 32  # of these without particles
_LONGEST_SENTENCE = 72
_SHORTEST_INNER = 6  # of what is left between a filler and what looks like a particle
_SHORTEST_GUESS = 4
_SHORTEST_SENTENCE_GUESS = 10
_LONGEST_WHOLE = 140  # characters as typed: longer than any sentence of command
_LONGEST_CLUE = 300
_MOST_CLAUSES, _LONGEST_CLAUSE = 4, 20
_LIGHT = frozenset({Intent.SMALLTALK, Intent.YES, Intent.THANKS, Intent.GREETING, Intent.PAUSE})
_REFUSALS = frozenset({Intent.NO, Intent.NOT_YET, Intent.CANCEL})
_WEIGHTY = CONSENTS | {Intent.SUBMIT, Intent.WITHDRAW, Intent.DELETE}
_BESIDE_CONSENT = CONSENTS | {Intent.SMALLTALK, Intent.THANKS, Intent.GREETING, Intent.SUBMIT, Intent.NEXT}
_DOINGS = frozenset({Intent.EDIT, Intent.APPEND, Intent.REPLACE, Intent.DELETE, Intent.SUMMARY, Intent.HELP})
_PLANNED = frozenset(
    {
        *(Intent.REPORT, Intent.START, Intent.HELP),
        *(Intent.EDIT, Intent.APPEND, Intent.REPLACE, Intent.DELETE),
    }
)
"""With "จะ" before it no command, at an open question, but what the school is going to do."""
_STILL = frozenset({folded("ยัง")})  # "ยังโอเคอยู่" is no refusal
_REPORT = "รายงาน"  # "จะทำรายงาน" is no plan of the school's
_LONGEST_NUMBERED = 1000  # "เพิ่มเติมข้อ 1 …" brings its answer along

_CODE = re.compile(r"(?:RG[ –_.-]*)?(?P<a>[0-9A-HJKMNP-TV-Z]{5})[ –_.-]*(?P<b>[0-9A-HJKMNP-TV-Z]{5})")
_CODE_IN_WORDS = re.compile(r"(?<![A-Z0-9])RG[ –_.-]*[0-9A-HJKMNP-TV-Z]{5}[ –_.-]*[0-9A-HJKMNP-TV-Z]{5}(?![A-Z0-9])")
_MAY_BE_CODE = re.compile(r"[A-Za-z0-9๐-๙]{5}")
_DIGITS, _NO_DIGITS = re.compile(r"\d"), re.compile(r"\D+")
_ASCII = re.compile(r"[\x21-\x7e][\x20-\x7e]{1,39}")
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
    found = _known(text, asking) or Understood(Intent.ANSWER if asking else Intent.UNKNOWN)
    if found.intent is Intent.CONFIRM:
        found = replace(found, act=_act(bare(folded(text))))
    if found.sure and found.intent in CONSENTS and asks(text):
        return replace(found, sure=False)  # whoever asks whether to agree has not agreed
    return found


def _act(key: str) -> Intent | None:
    """Return what a confirmation names, None where it names nothing."""
    return next((act for act, words in WORDS.acts.items() if any(word in key for word in words)), None)


def asks(text: str) -> bool:
    """Tell whether clean text ends as a question does."""
    return text.endswith(("?", "？")) or WORDS.asks.match(impolite(folded(text))[-1][::-1]) is not None


def _known(text: str, asking: bool) -> Understood | None:
    if len(text) > (_LONGEST_WHOLE if asking else _LONGEST_CLUE):
        return numbered(text, asking=asking) if len(text) <= _LONGEST_NUMBERED else None
    key = folded(text)
    if not key:
        return _signs(text)
    command = _command(key, asking)
    if asking and not (command and command.sure) and not WORDS.own.isdisjoint(impolite(key)):
        return None
    return (
        edit_of_part(text)
        or command
        or numbered(text, asking=asking)
        or _code(text, asking)
        or _date(text, asking)
        or (_sentence(key, asking) if len(key) <= _LONGEST_SENTENCE else None)
        or _clauses(text, asking)
        or _by_keyboard(text, asking)
        or (None if asking else _refusal(key) or _clue(bare(key)))
        or _typo(key, asking)
    )


def _signs(text: str) -> Understood:
    """Understand a message without any letter: dashes, question marks, emoji, nothing at all."""
    if _DASHES.fullmatch(text):
        return Understood(Intent.NONE, sure="." not in text)
    if _QUESTION_MARKS.fullmatch(text):
        return Understood(Intent.HELP, sure=False)
    return Understood(Intent.SMALLTALK)


def residues(key: str) -> Iterator[tuple[str, str]]:
    """Yield the folded message and its key, then what remains as particles and fillers are taken off, to the last."""
    ends, rest = [key], key
    while rest:
        if len(rest) <= _LONGEST_WORD:
            yield rest, key_of(rest)
        backwards = rest[::-1]
        if found := WORDS.after.match(backwards):
            rest = backwards[found.end() :][::-1]
            ends.append(rest)
        else:
            rest = _without_beginning(rest)
    for rest in ends[:-1]:  # what looks like a particle may be a part of the word: "ขอคำถามต่อไป"
        while len(rest := _without_beginning(rest)) >= _SHORTEST_INNER:
            if len(rest) <= _LONGEST_WORD:
                yield rest, key_of(rest)


def _without_beginning(key: str) -> str:
    found = WORDS.before.match(key)
    return key[found.end() :] if found else ""


def _command(key: str, asking: bool) -> Understood | None:
    """Find a word of command with nothing but particles and fillers around it."""
    if len(key) > _LONGEST_COMMAND:
        return None
    for rest, known in residues(key):
        phrase = WORDS.phrases[asking].get(known)
        if phrase is None or (asking and phrase.intent in _PLANNED and _is_plan(key, rest)):
            continue
        if rest in phrase.exact or single(rest) in phrase.exact or _lacks_only_tones(rest, phrase):
            return Understood(phrase.intent)
        if not asking or _may_guess(rest, key, phrase):
            return Understood(phrase.intent, sure=False)
    return None


def _is_plan(key: str, rest: str) -> bool:
    """Tell whether what was taken off around a word makes it a thing to be done, or being done: "จะแก้ไข", "แก้ไขอยู่"."""
    if _REPORT in key:
        return False
    before, _, after = key.partition(rest)
    return WORDS.plans.fullmatch(before) is not None or after.startswith("อยู่")


def _lacks_only_tones(rest: str, phrase: Phrase) -> bool:
    """Tell whether "next" is written without any of its tone marks ("ตอไป"), which is no word of its own."""
    if phrase.intent is not Intent.NEXT or len(rest) < _SHORTEST_GUESS or bare(rest) != rest:
        return False
    return rest not in map(bare, phrase.guess)


def _may_guess(rest: str, key: str, phrase: Phrase) -> bool:
    """Tell whether a word may be guessed at while a question is open.

    Not once a filler has been taken off ("ขอ" and its like, too, would be one guess too many), not where another word
    is meant ("ใช้" is not "ใช่"), and short ones only with their tone marks ("ตอ" is not "ต่อ").
    """
    if rest in WORDS.own or rest not in impolite(key):
        return False
    return rest in phrase.guess or len(bare(rest)) >= _SHORTEST_GUESS


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
    when = date_like(text, asking=asking)
    return Understood(Intent.SNOOZE, sure=when is When.ASKED or not asking) if when else None


def _sentence(key: str, asking: bool) -> Understood | None:
    without_tones = bare(key)
    for core in dict.fromkeys(WORDS.cores.findall(without_tones)):
        for sentence in WORDS.sentences[core]:
            planned = asking and sentence.intent in _PLANNED and WORDS.plans.match(key) and _REPORT not in key
            if not planned and sentence.bare.fullmatch(without_tones):
                sure = sentence.is_exact(key)
                if sure or not asking or len(without_tones) >= _SHORTEST_SENTENCE_GUESS:
                    return Understood(sentence.intent, sure=sure)
    return None


def _clauses(text: str, asking: bool) -> Understood | None:
    """Understand several commands in a row ("เรียบร้อยค่ะ ข้อถัดไป"): all must be, and the last weighty one counts.

    A refusal before it is one of the whole: who speaks to the phone says "ไม่ยืนยัน", and it writes "ไม่ ยืนยัน".
    """
    parts = text.split()
    if not 1 < len(parts) <= _MOST_CLAUSES or max(map(len, parts)) > _LONGEST_CLAUSE:
        return None
    meant: dict[str, Understood] = {}
    for part in sorted(parts, key=len):  # the short ones are soon found to be no command
        key = folded(part)
        found = _command(key, asking) or _sentence(key, asking) if key else Understood(Intent.SMALLTALK)
        if found is None or found.intent is Intent.ANSWER:
            return None
        meant[part] = found
    return _all_in_all(parts, meant, asking)


def _all_in_all(parts: Sequence[str], meant: Mapping[str, Understood], asking: bool) -> Understood | None:
    """Return what clauses mean together."""
    intents = {found.intent for found in meant.values()}
    weighty = [part for part in parts if meant[part].intent not in _LIGHT] or parts
    last = meant[weighty[-1]]
    if last.intent in _WEIGHTY and any(_refuses(part, meant[part]) for part in parts[:-1]):
        return None if asking else Understood(Intent.NOT_YET)
    if asking and len(intents & _DOINGS) > 1:
        return None  # words of several commands are rather an answer: "แก้ไข เพิ่มเติม"
    sure = all(found.sure for found in meant.values())
    if last.intent in CONSENTS:
        sure = sure and intents <= _BESIDE_CONSENT  # whoever says more than yes may mean less
    return replace(last, sure=sure)


def _refuses(part: str, found: Understood) -> bool:
    return found.intent in _REFUSALS or impolite(folded(part))[-1] in WORDS.negations


def _refusal(key: str) -> Understood | None:
    """Understand a no together with what it refuses: "ไม่ต้องส่ง", "อย่าเพิ่งยืนยัน"."""
    for no in WORDS.negations - _STILL:
        refused = _command(key[len(no) :], asking=False) if key.startswith(no) else None
        if refused is not None and refused.intent in _WEIGHTY:
            return Understood(Intent.NOT_YET)
    return None


def _clue(key: str) -> Understood | None:
    for clue in WORDS.clues:
        if clue.bare.search(key):
            return Understood(clue.intent, sure=False)
    return None


def _by_keyboard(text: str, asking: bool) -> Understood | None:
    """Understand words typed with the keyboard left in English: "l5kot" is "สถานะ"."""
    found = _ASCII.match(text)
    if found is None or impolite(folded(text[found.end() :]))[-1]:
        return None
    for typed in dict.fromkeys((found[0], found[0].lower())):
        key = folded(clean(from_english_keyboard(typed)))
        if meant := _numbered_by_keyboard(typed, asking) or _command(key, asking) or _typo(key, asking):
            return meant
    return None


def _numbered_by_keyboard(typed: str, asking: bool) -> Understood | None:
    """Understand "-hv 3", which is "ข้อ 3": its digits come from keys that are the same in both."""
    if _DIGITS.search(typed) is None:
        return None
    found = numbered(clean(_NO_DIGITS.sub(lambda letters: from_english_keyboard(letters[0]), typed)), asking=asking)
    return found if found and not found.rest else None


def _typo(key: str, asking: bool) -> Understood | None:
    words = impolite(key)
    for word in dict.fromkeys((words[0], words[-1])):
        if intent := nearest(word, asking=asking):
            return Understood(intent, sure=False)
    return None


def impolite(key: str) -> list[str]:
    """Return the message, then what remains as polite particles are taken off its end."""
    words = [key]
    while found := WORDS.polite.match(words[-1][::-1]):
        words.append(words[-1][: -found.end()])
    return words
