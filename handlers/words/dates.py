"""Tell days and times ("วันศุกร์นี้บ่ายโมงครึ่ง") from answers. Reading them as a date is done elsewhere."""

import re
from collections.abc import Iterable
from enum import Enum

from handlers.words.clean import clean, plain
from handlers.words.vocabulary import WORDS

LONGEST = 60  # characters


class When(Enum):
    """How much a message looks like a day or time and nothing else."""

    ASKED = "asked"  # with "remind me", "then", or no other way to mean it
    LIKELY = "likely"
    DISTANT = "distant"  # "next term": may well be the answer to a question


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted({plain(clean(word)) for word in words}, key=len, reverse=True)) + ")"


_D = {name: _any(words) for name, words in WORDS.dates.items()}
_D["months"] = "(?:" + "|".join(r"\.?".join(plain(month)) for month in WORDS.dates["months"]) + ")"
_OTHERS = tuple(plain(clean(word)) for word in WORDS.dates["others"])
_NUMBER = rf"(?:\d{{1,2}}|{_D['numbers']})"
_DAY = rf"(?P<day>(?:วัน)?\s*{_D['days']}\s*(?:นี|หนา|ถัดไป|ทีจะถึง(?:นี)?|โนน)?)"
_DATE = rf"(?:วันที)?\s*\d{{1,2}}\s*{_D['months']}\.?\s*(?:พ\.?ศ\.?|ปี)?\s*(?:\d{{4}}|\d{{2}})?(?!\d)"
_SLASHED = r"\d{1,2}(?P<slash>[/.-])\d{1,2}(?P=slash)(?:\d{4}|\d{2})(?!\d)"
_CLOCK = (
    rf"(?:{_NUMBER}\s*{_D['clock']}(?:\s*ครึง)?|บาย\s*(?:{_NUMBER}\s*(?:โมง)?|โมง)\s*(?:ครึง)?|ตี\s*{_NUMBER}"
    r"|\d{1,2}:\d{2}\s*(?:น|นาฬิกา)?|\d{1,2}\.\d{2}\s*(?:น|นาฬิกา))"
)
_AFTER = rf"อีก\s*(?:สัก|ประมาณ)?\s*(?:{_NUMBER}|ครึง)?\s*{_D['units']}\s*(?:ครึง)?"
_ANCHOR = (
    rf"(?P<anchor>{_DAY}|{_D['soon']}|{_DATE}|{_SLASHED}|{_CLOCK}|{_AFTER}|วันที\s*\d{{1,2}}(?!\d)"
    rf"|{_D['parts_of_day']})"
)
_OTHER = rf"(?P<remind>{_D['remind']})|(?P<distant>{_D['distant']})|{_D['around']}"
_TOKEN = re.compile(rf"[\s.,]*(?:{_ANCHOR}|{_OTHER})[\s.,]*")


def date_like(text: str) -> When | None:
    """Return how date-like a message is; it must be made of nothing but words of day and time.

    text: as ``plain`` gives it.
    """
    if len(text) > LONGEST or text.startswith(_OTHERS):
        return None
    seen: list[str] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return None
        seen.append("day" if found["day"] else found.lastgroup or "")
        at = found.end()
    return _judged(seen)


def _judged(seen: list[str]) -> When | None:
    days, anchors = seen.count("day"), sum(kind in ("day", "anchor") for kind in seen)
    if days > 1 or not anchors + seen.count("distant"):
        return None  # "จันทร์ พุธ ศุกร์" says how often
    if "remind" in seen:
        return When.ASKED
    return When.LIKELY if anchors else When.DISTANT
