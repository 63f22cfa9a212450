"""Single cells of a roster: codes, numbers and telephones as spreadsheets and people leave them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from handlers.roster_words import words
from handlers.school_names import code_like
from handlers.words.clean import clean, digits

_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?0*9")
_POINT = re.compile(r"(?<=\d)\.0+$")
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?\s*(?:คน)?")
_SCHOOL = re.compile(r"^(?:โรงเรียน|ร\s*\.\s*ร\s*\.?|รร\s*\.)\s*")
_BETWEEN_PHONES = re.compile(r"\s*(?:[,;/|]|หรือ|และ|\n)\s*|(?<=\d{3})\s+(?=0\d)")
_MASKED = re.compile(r"[xX×*•●#]{2,}|[xX×*•●#]\s*-|ปิดบัง")
_PHONE = re.compile(r"(?:\+66|0)[\d\-\s()]{7,14}(?:\s*(?:ต่อ|#|ext\.?)\s*\d{1,6})?")
_LOST_ZERO = re.compile(r"[2-9]\d{7,8}")
_FULL = 10


def line(cell: str) -> str:
    """Return a cell as one line of clean text; "-" and the like are nothing."""
    text = " ".join(clean(cell).split())
    return "" if words().nothing.fullmatch(text.lower()) else text


def code(cell: str) -> str:
    """Return the ten digits of a code cell, or "" where it does not hold all of them.

    An apostrophe, ".0" and Thai digits hide nothing; 1.03199E+09 has lost digits, 1.031991001E+09 has not.
    """
    text = _POINT.sub("", digits(line(cell)).strip("'’‘`\" "))
    found = _SCIENTIFIC.fullmatch(text.replace(" ", ""))
    if found and len(found[2] or "") == _FULL - 1:
        return code_like(str(int(Decimal(text.replace(" ", ""))))) or ""
    return code_like(text) or ""


def could_be(cell: str) -> Callable[[str], bool]:
    """Return what tells whether a damaged code was once a full one: by its first digits, or the last, zeros lost."""
    text = _POINT.sub("", digits(line(cell)).strip("'’‘`\" ")).replace(" ", "")
    if found := _SCIENTIFIC.fullmatch(text):
        seen, number = len(found[2] or "") + 1 - _FULL, int(Decimal(text))
        return lambda full: round(int(full), seen) == number
    ending = text.zfill(_SCHOOL_DIGITS)
    return lambda full: text.isdigit() and len(text) in _SHORT and full.endswith(ending)


_SCHOOL_DIGITS = 6
_SHORT = range(3, _SCHOOL_DIGITS + 1)


def pupils(cell: str) -> int | None:
    """Return a number of pupils, None for nothing. Raises ValueError for what is not a whole number."""
    text = digits(line(cell))
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    if found is None or len(bare := found[1].replace(",", "")) > _FULL // 2 + 1:
        raise ValueError(text)
    return int(bare)


def school(cell: str) -> str:
    """Return a school's name as it is stored: without โรงเรียน before it and footnote marks around it."""
    return _SCHOOL.sub("", line(cell).strip("* ")) or line(cell)


def district(cell: str) -> str:
    """Return a district's name without อำเภอ before it."""
    return words().district.sub("", line(cell)) or line(cell)


def agency(cell: str) -> str:
    """Return an agency's name without what stands around it in headings: "1. สังกัด สช. (4 โรงเรียน)" is "สช."."""
    text = line(cell)
    while (shorter := words().around.sub("", text).strip(" :-")) != text and shorter:
        text = shorter
    return text


@dataclass(frozen=True, slots=True)
class Phones:
    """The numbers of a cell. left_out: that were masked or did not fit; lost_zero: one that begins without its 0."""

    kept: str | None
    left_out: bool = False
    lost_zero: bool = False
    odd: bool = False


def phones(cell: str, longest: int) -> Phones:
    """Return the telephone numbers of a cell: all of them where they fit, else the first ones."""
    text = _POINT.sub("", digits("\n".join(map(line, clean(cell).split("\n")))).strip("'’‘`\" \n"))
    parts = (words().telephone.sub("", one).strip(" '.") for one in _BETWEEN_PHONES.split(text))
    found = [one for one in parts if one]
    plain = [one for one in found if not _MASKED.search(one) and re.search(r"\d", one)]
    kept: list[str] = []
    for one in dict.fromkeys(plain):
        if len(", ".join([*kept, one])) <= longest:
            kept.append(one)
    lost = any(_LOST_ZERO.fullmatch(re.sub(r"[\s-]", "", one)) for one in kept)
    odd = not lost and any(not _PHONE.fullmatch(one) for one in kept)
    return Phones(", ".join(kept) or None, len(kept) < len(set(found)), lost, odd)


def with_zero(phone: str) -> str:
    """Return numbers with the 0 before them that a spreadsheet took for nothing."""
    one_by_one = phone.split(", ")
    return ", ".join(f"0{one}" if _LOST_ZERO.fullmatch(re.sub(r"[\s-]", "", one)) else one for one in one_by_one)
