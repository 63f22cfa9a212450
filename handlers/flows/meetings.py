"""A coordinator makes a meeting, step by step, and looks after it; verifiers look on: steps of their flows."""

from collections.abc import Mapping

from handlers.dialog import STAY, Move, Step

TITLE, WHEN, WHERE, LINK, WHOM = "meeting_title", "meeting_when", "meeting_where", "meeting_link", "meeting_whom"
FIELD, PREVIEW, URGENT, DRAFTS = "meeting_field", "meeting_preview", "meeting_urgent", "meeting_drafts"
MEETINGS, CANCEL, AGAIN = "meetings", "meeting_cancel", "meeting_again"

WATCHING_MOVES: dict[str, Move] = {
    "meetings": Move("list_meetings", MEETINGS),
    "host_one": Move("show_meeting", MEETINGS),
    "host_silent": Move("show_silent", MEETINGS),
}
"""What verifiers and coordinators may do: look."""

MEETING_MOVES: dict[str, Move] = {
    **WATCHING_MOVES,
    "host_new": Move("begin_meeting", TITLE),
    "host_draft": Move("resume_meeting", PREVIEW),
    "host_change": Move("begin_meeting_change", PREVIEW),
    "host_cancel": Move("ask_cancel_meeting", CANCEL),
    "host_again": Move("ask_meeting_again", AGAIN),
    "host_sample": Move("tell_sample", STAY),
    # Buttons of a question: they count at its step only, elsewhere they are old.
    **{do: Move("meeting_button_is_old", STAY) for do in ("host_set", "host_edit", "host_act", "host_sure")},
}


def watching_steps(anywhere: Mapping[str, Move], does: str = "open_listed_meeting") -> tuple[Step, ...]:
    """Return the steps of those who look on. does: the verb that hears all other words at the list and its pages."""
    return (Step(MEETINGS, "รายการประชุม", dict(anywhere), Move(does, MEETINGS)),)


def meeting_steps(anywhere: Mapping[str, Move]) -> tuple[Step, ...]:
    """Return the steps of who makes meetings, each with what is heard anywhere in the flow."""
    stop = Move("keep_meeting_draft", MEETINGS)
    asking = {**anywhere, **MEETING_MOVES, "cancel": stop, "no": stop}

    def ask(key: str, title: str, does: str) -> Step:
        return Step(key, title, asking | {"host_set": Move(does)}, Move(does), asks=True)

    def sure(key: str, title: str, does: str, otherwise: str, back: str) -> Step:
        yes, no = Move(does, MEETINGS), Move(back)
        answers = {"yes": yes, "host_sure": yes, "no": no, "cancel": no}
        return Step(key, title, asking | answers, Move(otherwise))

    acts = dict.fromkeys(("host_act", "host_edit", "host_set", "yes"), Move("at_meeting_preview"))
    leaves = dict.fromkeys(("cancel", "no"), Move("leave_meeting_called", MEETINGS))
    return (
        ask(TITLE, "ชื่อการประชุม", "take_meeting_title"),
        ask(WHEN, "วันและเวลา", "take_meeting_when"),
        ask(WHERE, "สถานที่", "take_meeting_where"),
        ask(LINK, "ลิงก์ออนไลน์", "take_meeting_link"),
        ask(WHOM, "ผู้รับเชิญ", "take_meeting_whom"),
        Step(
            FIELD,
            "รายละเอียดอื่น",
            asking | {"host_set": Move("take_meeting_field"), "cancel": Move("show_meeting_preview", PREVIEW)},
            Move("take_meeting_field", PREVIEW),
            asks=True,
        ),
        Step(PREVIEW, "ตรวจก่อนส่ง", asking | acts, Move("at_meeting_preview"), asks=True),
        sure(URGENT, "ยืนยันส่งทันที", "send_meeting_now", "ask_urgent_again", "show_meeting_preview"),
        Step(DRAFTS, "ร่างที่ค้างอยู่", asking, Move("pick_meeting_draft", PREVIEW)),
        *watching_steps({**anywhere, **MEETING_MOVES}, "at_meeting_page"),
        Step(
            CANCEL,
            "เหตุผลที่ยกเลิก",
            asking | leaves | {"host_set": Move("cancel_meeting", MEETINGS)},
            Move("cancel_meeting", MEETINGS),
            asks=True,
        ),
        sure(AGAIN, "ยืนยันเชิญซ้ำ", "send_meeting_again", "ask_meeting_again", "show_meeting"),
    )
