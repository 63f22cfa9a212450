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


def announcement_steps(anywhere: Mapping[str, Move]) -> tuple[Step, ...]:
    """Return the steps, each with what is heard anywhere in the flow."""
    keep = Move("keep_announcement", HOME)
    asking = {**anywhere, **ANNOUNCEMENT_MOVES, "cancel": keep}
    enough, skip = Move("end_announcement_words", LINK), Move("skip_announcement_link", WHOM)
    test, whom = Move("test_announcement", SURE), Move("change_announcement_audience", WHOM)
    change, at_once = Move("change_announcement_words", WORDS), Move("ask_announce_now", URGENT)
    preview = Move("show_announcement_again", SURE)
    here = {"announcements": preview, "no": keep, "yes": Move("send_announcement", HOME)}
    here |= {"announce_test": test, "announce_change": change, "announce_whom": whom, "announce_urgent": at_once}
    here |= {"test_send": test, "edit_words": change, "edit_whom": whom, "urgent": at_once}  # typed
    here["send_it"] = here["yes"]
    words = Move("take_announcement_words", WORDS)
    return (
        Step(
            WORDS,
            "ข้อความประกาศ",
            asking | {"announcements": words, "announce_enough": enough, "enough": enough},
            words,
            asks=True,
        ),
        Step(
            LINK,
            "ลิงก์",
            asking | {"announce_skip": skip, "skip": skip, "no": skip},
            Move("take_announcement_link", WHOM),
            asks=True,
        ),
        Step(
            WHOM,
            "ผู้รับประกาศ",
            asking | {"announce_to": Move("take_announcement_audience", SURE)},
            Move("take_announcement_audience", SURE),
            asks=True,
        ),
        Step(SURE, "ตัวอย่างประกาศ", asking | here, preview),
        Step(
            URGENT,
            "ยืนยันส่งทันที",
            asking | {"yes": Move("send_announcement_now", HOME), "no": preview, "cancel": preview},
            Move("ask_announce_now", URGENT),
        ),
        Step(SENT, "ประกาศที่ส่งแล้ว", dict(anywhere) | ANNOUNCEMENT_MOVES, Move("show_announcements", SENT)),
    )
