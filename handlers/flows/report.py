"""The report talk as a step table, made from a question set."""

from handlers.dialog import AFTER, BEFORE, NAMED, OPEN, STAY, Flow, Move, Step
from handlers.questions import Question, QuestionSet
from handlers.standing import HOME
from handlers.words import Intent

CONFIRM, WITHDRAW, DELETE, OFFER = "confirm", "withdraw", "delete", "offer"
SURE = frozenset({CONFIRM, WITHDRAW, DELETE})
"""Steps that ask "are you sure?": left by whatever else is said, and forgotten after a while."""

_ANYWHERE: dict[str, Move] = {
    Intent.REPORT: Move("resume", OPEN),
    Intent.START: Move("resume", OPEN),
    Intent.MENU: Move("show_overview", STAY),
    Intent.SUMMARY: Move("show_review", STAY),
    Intent.STATUS: Move("show_status", STAY),
    Intent.DEADLINE: Move("show_deadline", STAY),
    Intent.EXTEND: Move("tell_extend", STAY),
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
    Intent.PAUSE: Move("pause", HOME),
    Intent.SNOOZE: Move("pause", HOME),
    Intent.PRIVATE: Move("make_private", STAY),
    Intent.PUBLIC: Move("make_public", STAY),
    Intent.SWITCH: Move("switch_school", STAY),
    Intent.RESTORE: Move("chat", STAY),
    Intent.SENSITIVE: Move("refuse_id_number", STAY),
    **{
        intent: Move("chat", STAY)
        for intent in (
            Intent.GREETING,
            Intent.THANKS,
            Intent.SMALLTALK,
            Intent.COMPLAIN,
            Intent.HUMAN,
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
    Intent.SNOOZE: Move("keep_or_pause", STAY),
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
    refused = {intent: Move(no, HOME) for intent in (Intent.NO, Intent.CANCEL, Intent.NOT_YET)}
    unclear = (Intent.ACKNOWLEDGE, Intent.SMALLTALK, Intent.THANKS, Intent.NONE, Intent.NEXT)
    return Step(key, title, _AT_REST | {intent: Move(asks, STAY) for intent in unclear} | yes | refused, _OFFER)


_OFFER = Move("offer_words", OFFER)


def _question(question: Question, title: str) -> Step:
    answer = Move("pick", STAY) if question.kind == "choices" else Move("answer", STAY)
    return Step(question.key, title, _QUESTION, answer, asks=True, optional=question.optional)


_made: dict[str, Flow] = {}


def report_flow(question_set: QuestionSet, digest: str) -> Flow:
    """Return the flow of a report, made once for each question set (``questions.digest``)."""
    if digest not in _made:
        _made[digest] = _make(question_set)
    return _made[digest]


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
    return Flow("report", (home, *questions, confirm, withdraw, delete, offer), on_done="submit")
