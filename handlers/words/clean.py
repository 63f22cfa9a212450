"""Thai text made uniform: ``clean`` for what is stored, ``fold`` for what is compared."""

import re
from functools import lru_cache
from unicodedata import normalize

# Signs one cannot see and nobody means to send: zero-width space, word joiner, BOM, soft hyphen, writing
# directions; control characters (PostgreSQL refuses NUL) and halves of surrogate pairs, which no encoder takes.
_UNSEEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    r"\ud800-\udfff"
)
_SPACES = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_THAI = "\u0e00-\u0e7f"
# Thai fonts of old Windows kept shifted marks in the private area, and PDF files still copy out as such.
_SHIFTED = dict(
    zip(
        "\uf700\uf701\uf702\uf703\uf704\uf705\uf706\uf707\uf708\uf709\uf70a\uf70b\uf70c\uf70d\uf70e\uf70f"
        "\uf710\uf711\uf712\uf713\uf714\uf715\uf716\uf717\uf718\uf719\uf71a",
        "ฐิีึื่้๊๋์่้๊๋์ญัํ็่้๊๋์ฺุู",
        strict=True,
    )
)
_SUSPECT = re.compile(
    rf"[{_UNSEEN}{_SPACES}\u200d\r\u2028\u2029\uf700-\uf71aํฺ]|เเ|[่-๋][ัิ-ฺำ]|[าะ][่-๋]|[^\x00-\x7f{_THAI}\u2010-\u2027\U0001f300-\U0001faff]"
)
_CHANGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\r\n?|[\u2028\u2029]"), "\n"),
    (re.compile(f"[{_UNSEEN}]+"), ""),
    (re.compile(f"[{_SPACES}]"), " "),
    # The joiner holds emoji together; beside Thai letters it is only a stowaway.
    (re.compile(rf"(?<=[{_THAI}\s])\u200d+|\u200d+(?=[{_THAI}\s]|$)|^\u200d+"), ""),
    (re.compile("เเ"), "แ"),
    (re.compile("([่-๋])([ัิ-ฺ])"), r"\2\1"),  # a tone mark typed before the vowel it stands on
    (re.compile("([าะ])([่-๋])"), r"\2\1"),  # and one typed behind it
    (re.compile("ํ([่-๋]?)า"), r"\1ำ"),  # sara am in two pieces
    (re.compile("ำ([่-๋])"), r"\1ำ"),
)
_SHIFT = str.maketrans(_SHIFTED)
# One message is looked at from many sides, one after the other: as a code, an answer to a meeting, a command.
_once = lru_cache(maxsize=64)


@_once
def clean(text: str) -> str:
    """Return the text as it is stored: the same words, each written in one way only.

    NFC and never NFKC, which takes sara am apart; line breaks stay, spaces at both ends go.
    """
    if _SUSPECT.search(text) is None:
        return text.strip()
    while (better := _cleaner(text)) != text:  # one change may uncover another; each only ever moves one way
        text = better
    return text.strip()


def _cleaner(text: str) -> str:
    text = normalize("NFC", text.translate(_SHIFT))
    for pattern, instead in _CHANGES:
        text = pattern.sub(instead, text)
    return text


_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_THAI_DIGIT = re.compile("[๐-๙]")


def digits(text: str) -> str:
    """Return the text with Thai digits as Arabic ones."""
    return text.translate(_DIGITS) if _THAI_DIGIT.search(text) else text


def letters(text: str) -> int:
    """Count letters and digits; vowels above and below, tone marks, signs, spaces and emoji do not count."""
    return sum(map(str.isalnum, text))


# Not letters, digits, vowels or tone marks; nor signs of repetition and of abbreviation, which are letters to Unicode.
_BETWEEN = re.compile(r"(?:[^\wัิ-ฺ็-๎]|[_ๆฯฺ])+")
_TONES = "็่้๊๋์ํ๎"
_DRAWN_OUT = re.compile(r"([^\d])\1\1+")
_DOUBLED = re.compile(r"([^\d])\1+")


def _first(found: re.Match[str]) -> str:
    return found[1]  # thrice as fast as the template r"\1", which is read anew for every text


def fold(text: str) -> str:
    """Return what to compare by: letters, vowels, tone marks and digits only, letters drawn out ("ไปปป") once."""
    return folded(clean(text))


@_once
def folded(text: str) -> str:
    """Fold clean text."""
    return _DRAWN_OUT.sub(_first, _BETWEEN.sub("", small(text)))


def small(text: str) -> str:
    """Return text in small letters with Arabic digits."""
    return digits(text).lower()


@_once
def bare(text: str) -> str:
    """Leave out the tone marks, as people type in a hurry."""
    for tone in _TONES:  # eight times faster than str.translate
        text = text.replace(tone, "")
    return text


def single(key: str) -> str:
    """Return a key with doubled letters once."""
    return _DOUBLED.sub(_first, key)
