"""Names and codes of schools, made comparable. Equal after ``normal`` is the same name; nothing here is fuzzy."""

import re

from handlers.words.clean import clean, digits, small

_SCHOOL = re.compile(r"^(?:โรงเรียน|ร\s*\.\s*ร\s*\.?|รร\s*\.?)\s*")
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)[^\wั-๎]+(?=\d)")  # "1 2" and "1/2" are not 12
_SIGNS = re.compile(r"[^\wัิ-ฺ็-๎|]|[_ฯ]")
_CODE = re.compile(r"\W*(?:รหัส[ก-๎]*)?\W*((?:\d[\s.\-–/]*){10})\W*")
_LONGEST = 80  # a message may have thousands of signs to look through


def normal(name: str) -> str:
    """Return a school's name to compare by: without โรงเรียน/ร.ร./รร., spaces, brackets and other signs, ๑ as 1.

    What stands in brackets stays: it tells two schools apart. Vowels and tone marks stay as well.
    """
    text = small(clean(name))
    while (shorter := _SCHOOL.sub("", text)) != text:
        text = shorter
    return _SIGNS.sub("", _BETWEEN_NUMBERS.sub("|", text))


def code_like(text: str) -> str | None:
    """Return the ten-digit code that a text is, however typed ("1031-991-002", Thai digits), or None.

    No code begins with 0: ten digits that do are somebody's telephone.
    """
    found = _CODE.fullmatch(digits(clean(text))) if len(text) <= _LONGEST else None
    code = re.sub(r"\D", "", found[1]) if found else ""
    return code if code[:1] not in ("", "0") else None
