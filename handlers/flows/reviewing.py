"""Reviewing: a verifier's queue, one report, one topic; a decision, its evidence, reason or day; the conclusion."""

from handlers.dialog import STAY, Flow, Move, Step
from handlers.flows.asks import ASK_MOVES, ask_steps
from handlers.flows.digests import DIGEST_MOVES, digest_steps
from handlers.flows.meetings import WATCHING_MOVES, watching_steps
from handlers.flows.report import REMIND_AGAIN
from handlers.standing import HOME
from handlers.words import Intent

REPORT, TOPIC, EVIDENCE, REASON, DAY, CONCLUDE, REOPEN = (
    "report",
    "topic",
    "evidence",
    "reason",
    "day",
    "conclude",
    "reopen",
)

_ANYWHERE: dict[str, Move] = {
    "queue": Move("show_queue", HOME),
    "desk": Move("show_queue", HOME),
    "cancel": Move("show_queue", HOME),
    "decided": Move("show_decided", HOME),
    "help": Move("show_review_help", STAY),
    "case": Move("open_case", REPORT),
    "look": Move("show_topic", TOPIC),
    "full": Move("show_topic_in_full", STAY),
    "files": Move("show_files", STAY),
    "past": Move("show_past", STAY),
    "verify": Move("verify", TOPIC),
    "send_back": Move("send_back", REASON),
    "visit": Move("plan_visit", DAY),
    "day": Move("take_day", TOPIC),
    "all": Move("not_all_at_once", TOPIC),
    "conclude": Move("ask_conclude", CONCLUDE),
    "put_back": Move("put_back", HOME),
    "reopen": Move("reopen", REOPEN),
    "confirm": Move("conclude", HOME),
    Intent.HELP: Move("show_review_help", STAY),
    Intent.STOP_REMINDERS: Move("stop_reminding", STAY),
    REMIND_AGAIN: Move("snooze", STAY),
    **ASK_MOVES,
    **DIGEST_MOVES,
    **WATCHING_MOVES,
    "announcements": Move("tell_who_announces", STAY),
}
_AT_HOME = _ANYWHERE | {Intent.SNOOZE: Move("snooze", STAY)}  # where a day is asked for, a day is that day
_AT_REPORT = _AT_HOME | {"cancel": Move("show_case", REPORT)}
_ASKED = {name: move for name, move in _ANYWHERE.items() if name != Intent.HELP} | {
    "cancel": Move("back_to_topic", TOPIC),
    "no": Move("back_to_topic", TOPIC),
}
_EVIDENCE = _ASKED | dict.fromkeys(("visit", "files"), Move("take_evidence", TOPIC))
_REASON = _ASKED | {Intent.SENSITIVE: Move("refuse_reason", STAY)}

REVIEWING = Flow(
    "reviewing",
    (
        Step(HOME, "คิวตรวจ", _AT_HOME, Move("pick_case", REPORT)),
        Step(REPORT, "รายงานของโรงเรียน", _AT_REPORT, Move("pick_topic", TOPIC)),
        Step(TOPIC, "ประเด็นที่ตรวจ", _AT_REPORT, Move("pick_topic", TOPIC)),
        Step(EVIDENCE, "หลักฐานที่ใช้รับรอง", _EVIDENCE, Move("take_evidence", TOPIC)),
        Step(REASON, "เหตุผลที่ขอแก้ไข", _REASON, Move("take_reason", TOPIC), asks=True),
        Step(DAY, "วันลงพื้นที่", _ASKED, Move("take_day", TOPIC), asks=True),
        Step(
            CONCLUDE,
            "ยืนยันสรุปผล",
            _AT_REPORT
            | {"yes": Move("conclude", HOME), "no": Move("show_case", REPORT), "confirm": Move("conclude", HOME)},
            Move("ask_conclude", CONCLUDE),
        ),
        Step(REOPEN, "เหตุผลที่เปิดใหม่", _REASON, Move("take_reopening", TOPIC), asks=True),
        *ask_steps({name: move for name, move in _ANYWHERE.items() if name != Intent.HELP}, Move("pick_case", REPORT)),
        *digest_steps(_ANYWHERE),
        *watching_steps(_ANYWHERE),
    ),
    on_done="conclude",
)
