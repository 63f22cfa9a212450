"""Answering a meeting: what is asked of who is invited, wherever the talk stands; left as soon as it is said."""

from handlers.dialog import STAY, Flow, Move, Step
from handlers.standing import HOME
from handlers.words import Intent

FLOW = "meeting"
WHICH, MODE, NAME, POSITION, REASON = "which", "mode", "delegate_name", "delegate_position", "reason"

_ANYWHERE: dict[str, Move] = {
    "meeting_coming": Move("answer_meeting", MODE),
    "meeting_room": Move("answer_meeting", STAY),
    "meeting_online": Move("answer_meeting", STAY),
    "meeting_delegate": Move("answer_meeting", NAME),
    "meeting_no": Move("answer_meeting", REASON),
    "meeting_unsure": Move("answer_meeting", STAY),
    "meeting_pick": Move("pick_meeting", STAY),
    "meeting_skip": Move("skip_meeting_words", HOME),
    "meeting_link": Move("tell_meeting_link", STAY),
    "meeting_place": Move("tell_meeting_place", STAY),
    "meeting_when": Move("tell_meeting_when", STAY),
    "meeting_docs": Move("tell_meeting_docs", STAY),
    "meeting_other": Move("tell_meeting_contact", STAY),
    "meeting_show": Move("show_meetings", STAY),
    "meeting_calendar": Move("give_meeting_calendar", STAY),
    "checkin": Move("tell_how_to_check_in", STAY),
}
_LEAVE = Move("leave_meeting", HOME)
_LATER: dict[str, Move] = {
    intent: Move("skip_meeting_words", HOME)
    for intent in (Intent.SKIP, Intent.CANCEL, Intent.NO, Intent.NOT_YET, Intent.NONE, Intent.NEXT)
}


def _words(key: str, title: str, take: str, to: str) -> Step:
    """Return a step at which all words are taken, but those that say "not now"."""
    return Step(key, title, _ANYWHERE | _LATER, Move(take, to), asks=True)


MEETING = Flow(
    FLOW,
    (
        Step(HOME, "คำตอบรับประชุม", _ANYWHERE, _LEAVE),
        Step(WHICH, "การประชุมใด", _ANYWHERE, Move("pick_meeting", STAY)),
        Step(MODE, "ที่ห้องหรือออนไลน์", _ANYWHERE, _LEAVE),
        _words(NAME, "ชื่อผู้แทน", "take_delegate_name", POSITION),
        _words(POSITION, "ตำแหน่งผู้แทน", "take_delegate_position", MODE),
        _words(REASON, "เหตุผลที่ไม่สะดวก", "take_meeting_reason", HOME),
    ),
    on_done="answer_meeting",
)
ACTS = frozenset(_ANYWHERE)
"""What buttons about a meeting do."""
