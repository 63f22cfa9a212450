"""Announcements: steps in which a coordinator writes one, says to whom, sees it, and sends it once."""

from collections.abc import Mapping

from handlers.dialog import STAY, Move, Step
from handlers.standing import HOME

WORDS, LINK, WHOM, SURE = "announce_words", "announce_link", "announce_whom", "announce_sure"
URGENT, SENT = "announce_urgent", "announce_sent"

ANNOUNCEMENT_MOVES: dict[str, Move] = {
    "announcements": Move("begin_announcement", WORDS),
    "announce_anew": Move("begin_announcement_anew", WORDS),
    "announcements_sent": Move("show_announcements", SENT),
    "announce_cancel": Move("cancel_announcement", SENT),
    "announce_send": Move("send_announcement", HOME),  # buttons, which name the announcement
    "announce_now": Move("send_announcement_now", HOME),
    # Buttons of a question: they count at its step only, elsewhere they are old.
    **{f"announce_{do}": Move("announcement_button_is_old", STAY) for do in ("enough", "skip", "to", "test")},
    **{f"announce_{do}": Move("announcement_button_is_old", STAY) for do in ("change", "whom", "urgent")},
}
"""What is heard at any step of the flow."""


_ENOUGH, _SKIP = Move("end_announcement_words", LINK), Move("skip_announcement_link", WHOM)
_TEST, _WHOM = Move("test_announcement", SURE), Move("change_announcement_audience", WHOM)
_CHANGE, _AT_ONCE = Move("change_announcement_words", WORDS), Move("ask_announce_now", URGENT)
_SEND, _KEEP = Move("send_announcement", HOME), Move("keep_announcement", HOME)
_PREVIEW = Move("show_announcement_again", SURE)
_WORDS, _TO = Move("take_announcement_words", WORDS), Move("take_announcement_audience", SURE)

_AT_WORDS = {"announcements": _WORDS, "announce_enough": _ENOUGH, "enough": _ENOUGH}
_AT_LINK = {"announce_skip": _SKIP, "skip": _SKIP, "no": _SKIP}
_AT_PREVIEW = {
    "announcements": _PREVIEW, "yes": _SEND, "send_it": _SEND, "no": _KEEP,
    "announce_test": _TEST, "test_send": _TEST, "announce_change": _CHANGE, "edit_words": _CHANGE,
    "announce_whom": _WHOM, "edit_whom": _WHOM, "announce_urgent": _AT_ONCE, "urgent": _AT_ONCE,
}  # fmt: skip
"""What buttons do, and the same as it is typed."""
_AT_URGENT = {"yes": Move("send_announcement_now", HOME), "no": _PREVIEW, "cancel": _PREVIEW}


def announcement_steps(anywhere: Mapping[str, Move]) -> tuple[Step, ...]:
    """Return the steps, each with what is heard anywhere in the flow."""
    looking = {**anywhere, **ANNOUNCEMENT_MOVES}
    asking = looking | {"cancel": _KEEP}
    return (
        Step(WORDS, "ข้อความประกาศ", asking | _AT_WORDS, _WORDS, asks=True),
        Step(LINK, "ลิงก์", asking | _AT_LINK, Move("take_announcement_link", WHOM), asks=True),
        Step(WHOM, "ผู้รับประกาศ", asking | {"announce_to": _TO}, _TO, asks=True),
        Step(SURE, "ตัวอย่างประกาศ", asking | _AT_PREVIEW, _PREVIEW),
        Step(URGENT, "ยืนยันส่งทันที", asking | _AT_URGENT, _AT_ONCE),
        Step(SENT, "ประกาศที่ส่งแล้ว", looking, Move("show_announcements", SENT)),
    )
