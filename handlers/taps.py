"""Buttons: made by us, but anybody can make one by hand, and old ones stay on the screen for ever.

A button answers what was asked (invariant 6): one that would write names its question and revision, and counts
only while that question is open at that revision. One that names a report of others is refused and audited.
"""

from handlers import audit, reports
from handlers.flows.report import CONFIRM, DELETE, EXPLAIN, OFFER, REMIND_AGAIN, SURE, WITHDRAW
from handlers.messages.values import Act, Choice, Say
from handlers.questions import Question
from handlers.returned_cards import tell_locked
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs import answering, extending, filing, last_round, reminders
from handlers.verbs.chatting import here
from handlers.verbs.moving import edit_question, show_sent
from handlers.verbs.sending import ask_submit
from handlers.wording import slots, state_of
from handlers.words import Intent

_WRITES = frozenset(
    {
        Intent.NEXT,
        Intent.SKIP,
        Intent.BACK,
        Intent.NONE,
        Intent.PRIVATE,
        Intent.PUBLIC,
        Intent.REPLACE,
        Intent.APPEND,
        Intent.CANCEL,
        "pick",
        "restore",
        "same",
        "plan",
    }
)
_WORDS = frozenset(
    {
        Intent.REPORT,
        Intent.SUMMARY,
        Intent.PAUSE,
        Intent.MENU,
        Intent.HELP,
        Intent.STATUS,
        Intent.DEADLINE,
        Intent.HUMAN,
        Intent.START,
        Intent.SUBMIT,
        Intent.CONFIRM,
        Intent.NOT_YET,
        Intent.WITHDRAW,
        Intent.EXPLAIN,
        Intent.CANCEL,
        Intent.EDIT,
        Intent.TOPIC,
        Intent.SWITCH,
        Intent.STOP_REMINDERS,
        Intent.PROBLEM,
        *_WRITES,
    }
)
"""What our buttons do, apart from those with a meaning of their own below."""
_BOUND = _WRITES - {Intent.CANCEL}
"""Of these, none of ours comes without its question."""
_OWN = {
    "pick": answering.pick,
    "restore": answering.restore,
    "same": last_round.keep_same,
    "plan": last_round.check_plan,
}


def tapped(talk: Talk) -> Turn | None:
    """Answer a button that the step table cannot: foreign, old, or with a meaning of its own; None for all others."""
    act = talk.act
    if act is None:
        return _refuse(talk, "unreadable")
    if act.report is not None and act.report != talk.stand.report:
        return _other_report(talk)
    question = talk.questions.question(act.question) if act.question else None
    if act.question and question is None:
        return turn(Say(say("report.stale_report")))
    if act.do in _WRITES and not talk.writable:
        return show_sent(talk)
    if question and act.do in _WRITES and talk.locked(question.key):
        return tell_locked(talk)
    if question and act.do in _WRITES and _is_old(talk, act, question):
        return _stale(talk, question)
    if question is None and act.do in _BOUND:
        return _refuse(talk, "incomplete")
    return _special(talk, act, question)


def _is_old(talk: Talk, act: Act, question: Question) -> bool:
    return question.key != talk.place.step or talk.answer(question.key).revision != act.revision


def _special(talk: Talk, act: Act, question: Question | None) -> Turn | None:
    if act.do == REMIND_AGAIN:
        return reminders.snooze(talk)
    if act.do in ("wish", "wish_day"):
        return extending.tapped(talk)
    if act.do in _OWN:
        return _OWN[act.do](talk) if question else _refuse(talk, "incomplete")
    if act.do == Intent.CONFIRM:
        return _confirmed(talk, act, question)
    if act.do == Intent.CANCEL and question is None and not _cancels_now(talk, act):
        return here(talk, say("report.stale_report"))  # what it would have left is over
    if act.do == "keep" and act.value != filing.offered(talk):
        return here(talk, say("report.words_gone"))
    if act.do == "keep":
        return filing.keep_words_here(talk)
    if act.do == "open" and question:
        return edit_question(talk, question) if talk.writable else show_sent(talk)
    return None if act.do in _WORDS else _refuse(talk, "unknown")


def _cancels_now(talk: Talk, act: Act) -> bool:
    """Tell whether a button that lets go of something belongs to what is asked now."""
    if talk.place.step == OFFER:
        return act.value == filing.offered(talk)
    return talk.place.step in (*SURE, EXPLAIN)


def _confirmed(talk: Talk, act: Act, question: Question | None) -> Turn | None:
    """Tell a confirmation of what is asked now, which the table answers, from an old one of something else."""
    step = talk.place.step
    if question is not None:
        asked = step == DELETE and talk.place.memo.get("question") == question.key
        return None if asked and talk.answer(question.key).revision == act.revision else _stale(talk, question)
    if act.value == WITHDRAW:
        if step == WITHDRAW:
            return None
        return here(talk, say("report.nothing_to_withdraw")) if talk.writable else show_sent(talk)
    return ask_submit(talk) if step != CONFIRM else None


def _other_report(talk: Talk) -> Turn:
    """Answer a button of another report: an older one of one's own, or one of somebody else's."""
    mine = {one.school for one in talk.standings if one.may_write}
    school = reports.school_of(talk.db, talk.channel, talk.act.report) if talk.act and talk.act.report else None
    if school in mine:
        return here(talk, say("report.stale_report"))
    return _refuse(talk, "report")


def note_stranger(talk: Talk) -> None:
    """Note the tap of somebody who has not joined on a report's button: no screen of theirs has one."""
    act = Act.read(talk.heard.data)
    if act is not None and act.report is not None:
        audit.note(
            talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why="stranger", report=act.report
        )


def _refuse(talk: Talk, why: str) -> Turn:
    """Refuse and audit: within one's own talk no such button was ever shown."""
    detail = talk.act.report if talk.act else None
    audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why=why, report=detail)
    return here(talk, say("report.refused"))


def _stale(talk: Talk, question: Question) -> Turn:
    """Say what has become of an old button's question since, and offer it."""
    found = talk.parts_of(question.key)
    state = state_of(talk.answers.get(question.key), bool(found))
    opened = Choice(say("label.edit_this" if found else "label.answer"), Act("open", talk.report, question.key))
    resume = Choice(say("label.resume"), Act("report"))
    return turn(Say(say("report.stale", state=state, **slots(talk, question)), (opened, resume)))
