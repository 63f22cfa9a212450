"""Ready before the first message: patterns are compiled and texts are read when they are first needed."""

from handlers.words import order, understand
from handlers.words.meeting_words import meeting_words

_SAID = (
    "สวัสดี",
    "รายงาน",
    "ปีนี้เด็กอ่านคล่องขึ้น จาก 20 เป็น 31 คน แต่ยังห่วงเรื่องขาดเรียน",
    "ต่อไป",
    "แก้ข้อ 2",
    "1, 4",
    "ส่ง",
    "ไปประชุมออนไลน์",
    "ไม่สะดวกไปประชุม ส่งรอง ผอ. ไปแทน",
)


def warm_up() -> None:
    """Understand some messages of each kind, for nobody. Processes that are forked afterwards share what that made."""
    for text in _SAID:
        for asking in (True, False):
            understand(text, asking=asking)
            meeting_words(text, asking=asking)
            order(text, asking=asking)
