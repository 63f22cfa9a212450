"""What is meant by whoever writes a report, and the verb that answers: by the table of the report's steps."""

from handlers import rich_menus
from handlers.flows.report import CONFIRM, DELETE, EXPLAIN, SURE, WISH_SURE, WITHDRAW
from handlers.hear_joining import meant
from handlers.hear_staff import said_as_staff
from handlers.heard import MEDIA, Kind
from handlers.invites import looks_like_code
from handlers.messages.values import Act, Say
from handlers.picking import changed, picked
from handlers.questions import Question
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.taps import tapped
from handlers.texts import say
from handlers.verbs import VERBS, applying, chatting, filing, moving
from handlers.verbs.chatting import refuse_id_number
from handlers.words import Intent, Understood, clean, private_number, titled, understand

_ACTS = {CONFIRM: Intent.SUBMIT, WITHDRAW: Intent.WITHDRAW, DELETE: Intent.DELETE, WISH_SURE: Intent.SUBMIT}
"""What is confirmed at each step that asks "are you sure?"."""
_ANSWERS_TO_SURE = frozenset({"submit", "not_yet", "withdraw", "keep_sent", "delete", "leave_unchanged"})


def hear_report(talk: Talk) -> Turn | None:
    """Hear somebody who writes a report, while a round runs."""
    talk.leave_other_report()
    step = _step(talk)
    if talk.place.step == HOME and talk.says_only(applying.ADD_SCHOOL):
        return applying.add_school(talk)
    if talk.heard.kind == Kind.EDITED:
        return filing.edited(talk) or where(talk)
    if talk.heard.kind == Kind.POSTBACK:
        talk.act = Act.read(talk.heard.data)
        talk.understood = meant(talk.act)
        special = tapped(talk)
        return special or _answer(talk, _step(talk))
    if talk.heard.kind == Kind.TEXT and _names_a_topic(talk):
        return moving.open_topic(talk)
    talk.understood = _understand(
        talk, asking=step == talk.place.step and (talk.question is not None or step == EXPLAIN)
    )
    changed = filing.quoted(talk) if talk.heard.quoted_id else None
    if changed is not None:
        return changed
    return _answer(talk, step)


def hear_late(talk: Talk) -> Turn | None:
    """Keep words that come after newer ones where they are part of an answer; None for all others."""
    if talk.heard.kind in (Kind.TEXT, Kind.EDITED) and private_number(clean(talk.heard.text)):
        talk.understood = Understood(Intent.SENSITIVE)  # the event forgets them, too
        return refuse_id_number(talk) if talk.stand.may_write else turn(Say(say("late.staff")))
    if talk.stand.round is None or said_as_staff(talk):
        return None
    if talk.heard.kind == Kind.EDITED:
        return filing.edited(talk)
    return filing.late(talk) if _is_answer(talk) else None


def where(talk: Talk) -> Turn:
    """Answer words that came too late to count: say where the person stands now."""
    talk.understood = Understood(Intent.SMALLTALK)
    if talk.stand.may_write and talk.stand.round is not None:
        return chatting.chat(talk)
    return turn(Say(say("late.staff")))


def _is_answer(talk: Talk) -> bool:
    """Tell whether a late bubble is part of an answer; a command that comes too late is not."""
    return talk.heard.kind in MEDIA or understand(talk.heard.text, asking=True).intent == Intent.ANSWER


def _names_a_topic(talk: Talk) -> bool:
    """Tell whether a number or a title was said to the card of topics; the card holds for one message."""
    if not talk.place.memo.pop("menu", False):
        return False
    talk.moved = True
    named = _understand(talk, asking=False)
    if named.intent != Intent.TOPIC or named.topic is None or named.rest:
        return False
    talk.understood = named
    return True


def _step(talk: Talk) -> str:
    """Return the step one stands at: home where the flow has it no more, or the report cannot be written now."""
    step = talk.place.step
    gone = talk.flow.step(step) is None
    closed = talk.questions.question(step) is not None and not talk.writable
    lapsed = step in SURE and talk.lapsed
    return HOME if gone or closed or lapsed else step


def _understand(talk: Talk, *, asking: bool) -> Understood:
    heard, question = talk.heard, talk.question
    if heard.kind in MEDIA:
        return Understood(Intent.ANSWER)
    if heard.kind != Kind.TEXT:
        return Understood(Intent.SMALLTALK if heard.kind in (Kind.STICKER, Kind.LOCATION) else Intent.UNKNOWN)
    if asking and question and question.options and _chooses(question, heard.text):
        return Understood(Intent.ANSWER)
    if not asking and looks_like_code(heard.text):
        return Understood(Intent.CODE)
    found = understand(heard.text, asking=asking)
    if found.intent not in (Intent.ANSWER, Intent.UNKNOWN):
        return found
    titles = [topic.title for topic in talk.questions.topics]
    return titled(clean(heard.text), titles, asking=asking) or found


def _chooses(question: Question, text: str) -> bool:
    return picked(question, text) is not None or changed(question, text) is not None


def _answer(talk: Talk, step: str) -> Turn:
    if talk.heard.kind == Kind.OTHER:
        return chatting.wrong_type(talk)
    said = talk.understood.binding_to(_ACTS[step]) if step in _ACTS else talk.understood.at_rest
    move = talk.flow.hear(rich_menus.step_heard(talk.heard, step), said)
    if step in SURE and move.do not in _ANSWERS_TO_SURE and not move.do.startswith("ask_"):
        talk.go(HOME)  # something else was said: the question "are you sure?" is over
    return VERBS[move.do](talk)
