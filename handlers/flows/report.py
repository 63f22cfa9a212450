"""The report talk as a step table, made from a question set."""

from handlers.dialog import AFTER, BEFORE, NAMED, OPEN, STAY, Flow, Move, Step
from handlers.questions import Question, QuestionSet
from handlers.standing import HOME
from handlers.words import Intent

CONFIRM, WITHDRAW, DELETE, OFFER, EXPLAIN = "confirm", "withdraw", "delete", "offer", "explaining"
WISH_DAY, WISH_WHY, WISH_SURE = "wish_day", "wish_why", "wish_sure"
"""Steps of asking for more time: the day, the reason, the last word."""
REMIND_WHEN = "remind_when"
REMIND_AGAIN = "remind_again"
"""The step that asks when to remind; and what the buttons do that put a reminder off."""
SURE = frozenset({CONFIRM, WITHDRAW, DELETE})
"""Steps that ask "are you sure?": left by whatever else is said, and forgotten after a while."""

_ANYWHERE: dict[str, Move] = {
    Intent.REPORT: Move("resume", OPEN),
    Intent.START: Move("resume", OPEN),
    Intent.MENU: Move("show_overview", STAY),
    Intent.SUMMARY: Move("show_review", STAY),
    Intent.STATUS: Move("show_status", STAY),
    Intent.DEADLINE: Move("show_deadline", STAY),
    Intent.EXTEND: Move("ask_for_time", WISH_DAY),
    Intent.HELP: Move("show_help", STAY),
    Intent.TOPIC: Move("open_topic", NAMED),
    Intent.EDIT: Move("edit", NAMED),
    Intent.REPLACE: Move("edit", NAMED),
    Intent.APPEND: Move("append", NAMED),
    Intent.DELETE: Move("ask_delete", DELETE),
    Intent.DELETE_LAST: Move("ask_delete", DELETE),
    Intent.SUBMIT: Move("ask_submit", CONFIRM),
    Intent.CONFIRM: Move("ask_submit", CONFIRM),
    Intent.WITHDRAW: Move("ask_withdraw", WITHDRAW),
    Intent.EXPLAIN: Move("explain", EXPLAIN),
    Intent.PAUSE: Move("pause", HOME),
    Intent.SNOOZE: Move("snooze", HOME),
    Intent.STOP_REMINDERS: Move("stop_reminding", HOME),
    Intent.PROBLEM: Move("tell_problem", STAY),
    Intent.PRIVATE: Move("make_private", STAY),
    Intent.PUBLIC: Move("make_public", STAY),
    Intent.SWITCH: Move("switch_school", STAY),
    Intent.RESTORE: Move("chat", STAY),
    Intent.SENSITIVE: Move("refuse_id_number", STAY),
    Intent.HUMAN: Move("open_ticket", STAY),
    **{
        intent: Move("chat", STAY)
        for intent in (
            Intent.GREETING,
            Intent.THANKS,
            Intent.SMALLTALK,
            Intent.COMPLAIN,
            Intent.MY_DATA,
            Intent.MEETING,
            Intent.COORDINATOR,
            Intent.RATING,
            Intent.OUT_OF_SCOPE,
            Intent.WRONG_PERSON,
            Intent.DELEGATE,
            Intent.SCAM,
            Intent.ACKNOWLEDGE,
            Intent.YES,
            Intent.NO,
        )
    },
    Intent.NOT_YET: Move("not_yet", STAY),
    Intent.CODE: Move("look_at_code", STAY),
}

_QUESTION: dict[str, Move] = _ANYWHERE | {
    Intent.SNOOZE: Move("keep_or_snooze", STAY),
    Intent.DELETE_LAST: Move("remove_last", STAY),
    Intent.NEXT: Move("finish", AFTER),
    Intent.SKIP: Move("skip", AFTER),
    Intent.BACK: Move("go_back", BEFORE),
    Intent.RESTORE: Move("restore", STAY),
    Intent.NONE: Move("answer_none", AFTER),
    Intent.CANCEL: Move("leave_unchanged", AFTER),
}

_AT_REST: dict[str, Move] = _ANYWHERE | {
    Intent.APPEND: Move("file_or_append", NAMED),
    Intent.NEXT: Move("resume", OPEN),
    Intent.SKIP: Move("resume", OPEN),
    Intent.BACK: Move("show_overview", STAY),
    Intent.CANCEL: Move("drop_words", STAY),
    Intent.NONE: Move("chat", STAY),
}


_AT_HOME: dict[str, Move] = _AT_REST | {
    intent: Move("chat_or_offer", STAY) for intent, move in _ANYWHERE.items() if move.do == "chat"
}
_AT_HOME[Intent.NO] = Move("not_then", STAY)
_AT_OFFER: dict[str, Move] = _AT_HOME | {
    Intent.YES: Move("keep_words", NAMED),
    Intent.CONFIRM: Move("keep_words", NAMED),
    Intent.NEXT: Move("keep_words", NAMED),
    Intent.TOPIC: Move("file_or_append", NAMED),
    Intent.APPEND: Move("file_or_append", NAMED),
    Intent.NO: Move("drop_words", HOME),
    Intent.CANCEL: Move("drop_words", HOME),
    Intent.NOT_YET: Move("drop_words", HOME),
}


def _sure(asks: str, does: str, to: str, no: str, key: str, title: str) -> Step:
    """Return a step that asks whether one is sure; what is neither yes nor no asks again."""
    yes = {Intent.CONFIRM: Move(does, to), Intent.YES: Move(does, to)}
    refusals = (Intent.NO, Intent.CANCEL, Intent.NOT_YET, *((Intent.WITHDRAW,) if key == CONFIRM else ()))
    refused = {intent: Move(no, HOME) for intent in refusals}  # "ยกเลิกการส่ง", before it is sent, is a no too
    unclear = (Intent.ACKNOWLEDGE, Intent.SMALLTALK, Intent.THANKS, Intent.NONE, Intent.NEXT, Intent.MEETING)
    return Step(key, title, _AT_REST | {intent: Move(asks, STAY) for intent in unclear} | yes | refused, _OFFER)


_OFFER = Move("offer_words", OFFER)


_EXPLAINING = Step(
    EXPLAIN,
    "คำชี้แจง",
    _AT_REST
    | {intent: Move("leave_explaining", HOME) for intent in (Intent.CANCEL, Intent.NO, Intent.NOT_YET)}
    | {intent: Move("show_returned", HOME) for intent in (Intent.NEXT, Intent.SKIP, Intent.BACK)}
    | {intent: Move("take_explanation", STAY) for intent in (Intent.NONE, Intent.RATING, Intent.SNOOZE)},
    Move("take_explanation", STAY),
)
"""Where the school says why a returned answer stays as it is."""


_ELSEWHERE = (Intent.REPORT, Intent.START, Intent.MENU, Intent.SENSITIVE, Intent.CODE, Intent.SWITCH)
"""What leads away from asking for more time; all other words may be a day or a reason."""


def _wish_steps() -> tuple[Step, ...]:
    """Return the steps of asking for more time."""
    away: dict[str, Move] = {intent: _ANYWHERE[intent] for intent in _ELSEWHERE}
    no = {intent: Move("drop_wish", HOME) for intent in (Intent.NO, Intent.CANCEL, Intent.NOT_YET)}
    skip = {intent: Move("skip_wish_why", WISH_SURE) for intent in (Intent.SKIP, Intent.NONE, Intent.NEXT)}
    yes = {intent: Move("send_wish", HOME) for intent in (Intent.YES, Intent.CONFIRM, Intent.SUBMIT)}
    other_day = {intent: Move("take_wish_day", WISH_WHY) for intent in (Intent.SNOOZE, Intent.EXTEND)}
    again = {intent: Move("ask_wish_again", STAY) for intent in (Intent.SMALLTALK, Intent.THANKS)}
    anywhere = _AT_REST | again
    return (
        Step(WISH_DAY, "ขอเลื่อนเป็นวันใด", away | no, Move("take_wish_day", WISH_WHY)),
        Step(WISH_WHY, "เหตุผลที่ขอเลื่อน", away | no | skip, Move("take_wish_why", WISH_SURE)),
        Step(WISH_SURE, "ยืนยันคำขอเลื่อน", anywhere | no | yes | other_day, Move("ask_wish_again", STAY)),
    )


def _remind_step() -> Step:
    """Return the step that asks when to remind: what leads away leads away, all other words may be a time."""
    away: dict[str, Move] = {intent: _ANYWHERE[intent] for intent in (*_ELSEWHERE, Intent.STOP_REMINDERS)}
    no = {intent: Move("drop_remind", HOME) for intent in (Intent.NO, Intent.CANCEL, Intent.NOT_YET)}
    return Step(REMIND_WHEN, "ให้เตือนเมื่อไร", away | no, Move("take_remind_when", HOME))


def _question(question: Question, title: str) -> Step:
    answer = Move("pick", STAY) if question.kind == "choices" else Move("answer", STAY)
    return Step(question.key, title, _QUESTION, answer, asks=True, optional=question.optional)


_made: dict[str, Flow] = {}


def report_flow(question_set: QuestionSet, digest: str, only: frozenset[str] | None = None) -> Flow:
    """Return the flow of a report, made once for each question set (``questions.digest``).

    only: the questions of a returned report that may be changed; all others have no step then.
    """
    if digest not in _made:
        _made[digest] = _make(question_set)
    whole = _made[digest]
    if only is None:
        return whole
    return Flow(whole.name, [step for step in whole.steps if not step.asks or step.key in only], whole.on_done)


def _make(question_set: QuestionSet) -> Flow:
    """Put together home, the questions in their order, and the three confirmations."""
    questions = [
        _question(question, f"ข้อ {topic.number} {question.label}")
        for topic in question_set.topics
        for question in topic.questions
    ]
    confirm = _sure("ask_submit", "submit", HOME, "not_yet", CONFIRM, "ยืนยันส่ง")
    withdraw = _sure("ask_withdraw", "withdraw", HOME, "keep_sent", WITHDRAW, "ยืนยันถอนคืน")
    delete = _sure("ask_delete", "delete", NAMED, "leave_unchanged", DELETE, "ยืนยันลบคำตอบ")
    home = Step(HOME, "พัก", _AT_HOME, _OFFER)
    offer = Step(OFFER, "จะบันทึกในข้อใด", _AT_OFFER, _OFFER)
    more = (confirm, withdraw, delete, offer, _EXPLAINING, *_wish_steps(), _remind_step())
    return Flow("report", (home, *questions, *more), on_done="submit")
