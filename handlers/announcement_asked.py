"""An announcement that is asked for in one sentence: "แจ้งทุกโรงเรียนในเขต 3 ว่าพรุ่งนี้งดประชุม", "ประกาศเรื่องวันหยุด"."""

import re

from handlers.words import Order, clean

_BEFORE = r"^(?:ช่วย|ฝาก|รบกวน|ขอ|อยาก)*\s*"
_ANNOUNCE = re.compile(rf"{_BEFORE}(?:ส่ง|ทำ|เขียน|แจ้ง|ออก)?\s*ประกาศ(?:ใหม่(?=[\s:]|$))?[\s:]*", re.DOTALL)
_TELL = re.compile(rf"{_BEFORE}(?:แจ้ง|บอก|ส่งข้อความ|บรอดแคสต์|broadcast)\s*", re.IGNORECASE)
_TO = re.compile(
    r"^(?:ไปยัง|ไปที่|ไปถึง|ไป|ถึง|ให้|ที่)*\s*"
    r"(?P<to>(?:ทุก|ทั้ง|เขต|สพ|สช|อปท|เอกชน|เทศบาล|ท้องถิ่น|ท่าน|ผอ|ผู้|โรงเรียน|รร|ร\.|บ้าน).{0,200}?)\s*ว่า\s*(?P<words>\S.+)$",
    re.DOTALL,
)


def asked(text: str) -> Order | None:
    """Return the order to announce that a sentence is; "แจ้ง…" only where it says to whom, and what."""
    text = clean(text)
    found = _ANNOUNCE.match(text)
    if found is not None:
        return Order("announcements", None, text[found.end() :])
    told = _TELL.match(text)
    behind = text[told.end() :] if told else ""
    return Order("announcements", None, behind) if _TO.match(behind) else None


def taken_apart(words: str) -> tuple[str, str]:
    """Return to whom, as typed, and what: "ถึงเขต 3 ว่าพรุ่งนี้หยุด"; to whom is empty where it is not said."""
    found = _TO.match(words)
    return (found["to"], found["words"]) if found else ("", words)
