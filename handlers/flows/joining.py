"""Joining: code, "is this your school?", privacy notice."""

from handlers.dialog import Flow, Move, Step
from handlers.words import Intent

CODE, SCHOOL, NOTICE = "code", "school", "notice"

_GUEST: dict[str, Move] = {
    Intent.CODE: Move("look_at_code", SCHOOL),
    Intent.WRONG_PERSON: Move("tell_stranger"),
    Intent.OUT_OF_SCOPE: Move("tell_stranger"),
    Intent.DELEGATE: Move("tell_delegate"),
    Intent.START: Move("welcome"),
    Intent.REPORT: Move("welcome"),
    Intent.GREETING: Move("welcome"),
    Intent.HELP: Move("welcome"),
    Intent.SCAM: Move("tell_scam"),
}

JOINING = Flow(
    "joining",
    (
        Step(CODE, "รหัสเชิญ", _GUEST, Move("ask_for_code")),
        Step(
            SCHOOL,
            "ใช่โรงเรียนนี้หรือไม่",
            {
                Intent.YES: Move("join", NOTICE),
                Intent.CONFIRM: Move("join", NOTICE),
                Intent.NO: Move("not_mine", CODE),
                Intent.CODE: Move("look_at_code", SCHOOL),
            },
            Move("ask_school_again"),
        ),
        Step(
            NOTICE,
            "ประกาศการใช้ข้อมูล",
            {
                Intent.ACKNOWLEDGE: Move("acknowledge"),
                Intent.YES: Move("acknowledge"),
                Intent.CONFIRM: Move("acknowledge"),
                Intent.NO: Move("use_paper"),
            },
            Move("ask_notice_again"),
        ),
    ),
    on_done="welcome_joined",
)
