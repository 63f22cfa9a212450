"""Joining: a code and "is this your school?", or a school's name and a request; then the privacy notice."""

from handlers.dialog import Flow, Move, Step
from handlers.words import Intent

CODE, PICK, ROLE, NAME, ASK, SCHOOL, NOTICE = "code", "pick", "role", "name", "ask", "school", "notice"
FOUND, AS, NAMED, SCHOOL_NAMED = "found", "as", "named", "school_named"
"""Things heard here only: one of the schools listed, a role, one's own name, words that name a school."""

_GUEST: dict[str, Move] = {
    SCHOOL_NAMED: Move("look_for_school", PICK),
    FOUND: Move("take_school", ROLE),
    Intent.CODE: Move("look_at_code", SCHOOL),
    Intent.WRONG_PERSON: Move("tell_stranger"),
    Intent.OUT_OF_SCOPE: Move("tell_stranger"),
    Intent.DELEGATE: Move("tell_delegate"),
    Intent.HUMAN: Move("tell_whom_to_call"),
    Intent.START: Move("welcome"),
    Intent.REPORT: Move("welcome"),
    Intent.GREETING: Move("welcome"),
    Intent.HELP: Move("welcome"),
    Intent.SCAM: Move("tell_scam"),
    Intent.SENSITIVE: Move("tell_private"),
    Intent.CANCEL: Move("stop_joining", CODE),
    Intent.WITHDRAW: Move("stop_joining", CODE),
}
_UNDER_WAY: dict[str, Move] = {
    key: _GUEST[key]
    for key in (SCHOOL_NAMED, Intent.CODE, Intent.HUMAN, Intent.CANCEL, Intent.WITHDRAW, Intent.SENSITIVE)
} | {Intent.WRONG_PERSON: Move("tell_stranger", CODE), Intent.NO: Move("stop_joining", CODE)}

JOINING = Flow(
    "joining",
    (
        Step(CODE, "รหัสเชิญ หรือชื่อโรงเรียน", _GUEST, Move("ask_for_code")),
        Step(PICK, "โรงเรียนใด", _UNDER_WAY | {FOUND: Move("take_school", ROLE)}, Move("ask_which_again")),
        Step(ROLE, "ในบทบาทใด", _UNDER_WAY | {AS: Move("take_role", NAME)}, Move("ask_role_again")),
        Step(NAME, "ชื่อผู้ขอ", _UNDER_WAY | {NAMED: Move("take_name", ASK)}, Move("ask_name_again")),
        Step(
            ASK,
            "ส่งคำขอหรือไม่",
            _UNDER_WAY
            | {
                Intent.YES: Move("send_request", CODE),
                Intent.CONFIRM: Move("send_request", CODE),
                Intent.SUBMIT: Move("send_request", CODE),
            },
            Move("ask_request_again"),
        ),
        Step(
            SCHOOL,
            "ใช่โรงเรียนนี้หรือไม่",
            {
                Intent.YES: Move("join", NOTICE),
                Intent.CONFIRM: Move("join", NOTICE),
                Intent.NO: Move("not_mine", CODE),
                Intent.CODE: Move("look_at_code", SCHOOL),
                Intent.HUMAN: Move("tell_whom_to_call"),
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
