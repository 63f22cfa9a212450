"""Questions about one agency, in whatever order people type them: "เขต 3 เหลือกี่โรง", "สรุปสพม.", "สช.ใครยังไม่ส่งบ้าง"."""

import re
from functools import cache

from handlers import texts
from handlers.agency_names import parsed
from handlers.words import Order, clean, digits
from handlers.words.numbered import loose

_LONGEST = 80  # characters
_ORDERS = ("schools", "unbegun_schools", "unlinked_schools", "numbers")
_SIGNS = r"[\s.,:;!?…~()“”\"/-]"
_COURTESY = re.compile(
    rf"^(?:ขอ|ช่วย|อยากทราบ|อยากรู้|ของ|ที่|ใน|ดู|{_SIGNS})+|(?:บ้าง|แล้ว|อีก|หน่อย|ตอนนี้|วันนี้|นะ|ครับผม|ครับ|ค่ะ|คะ|จ้า|{_SIGNS})+$"
)


def asked(text: str) -> Order | None:
    """Return the order in words that ask about an agency, its name in ``rest``; None where they name none."""
    text = digits(clean(text))
    if len(text) > _LONGEST:
        return None
    for name, words in _patterns():
        if found := words.search(text):
            where = bare(f"{text[: found.start()]} {text[found.end() :]}")
            said = parsed(where)
            return Order(name, None, where) if said.kind or said.number else None
    return None


def bare(words: str) -> str:
    """Return words that name an agency without what people put around it."""
    return _COURTESY.sub("", words.strip())


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    known = texts.data("orders.yaml")
    return [(name, re.compile(loose(known[name]))) for name in _ORDERS]
